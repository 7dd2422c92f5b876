"""Time, memory and disk of `trackaudit profiles` against the number of profiles: `python bench/profiles.py [N …]`.

For each N (default 100,000 and 1,000,000) a CSV export is made up in which 5 % of the profiles are strays of another
one; some are placeholders, conflicts and strays without a cookie. Both commands run in processes of their own, and the
script fails unless the account is what was planted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SIZES = (100_000, 1_000_000)
GROUP = 1_000
"""Of each thousand profiles fifty are strays: 45 merge, 2 conflict, 2 cannot be reached, 1 holds a placeholder."""


def export(path: Path, size: int) -> None:
    """Write an export of `size` profiles."""
    with path.open("w", encoding="utf-8") as out:
        out.write("registered,cookie,email,first_name,created\n")
        for n in range(size):
            at = n % GROUP
            mail = f"customer{n}@example.com"
            cookie = f"5f1c{n:012x}-9d3e"
            hard = mail
            if 950 <= at < 995:  # a stray of the profile 950 before it
                mail, hard = f"Customer{n - 950}@example.com" if n % 2 else f"customer{n - 950}@example.com", ""
            elif 995 <= at < 997:
                mail = hard = f"CUSTOMER{n - 950}@example.com"
            elif 997 <= at < 999:
                mail, hard, cookie = f"customer{n - 950}@example.com", "", ""
            elif at == 999:
                mail, hard = "undefined", ""
            out.write(f"{hard},{cookie},{mail},Name {n % 977},{1_600_000_000 + n % 50_000_000}\n")


def measured(*command: str, folder: str) -> tuple[float, int, int, str]:
    """Seconds, the peak of resident memory and of the folder's size (MB), and what was printed."""
    begun = time.perf_counter()
    environment = {**os.environ, "TMPDIR": folder}
    process = subprocess.Popen(
        [sys.executable, "-m", "trackaudit", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=environment,
    )  # fmt: skip
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read() if process.stdout else ""))
    reader.start()
    peak = disk = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        peak = max(peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
        disk = max(disk, _size(folder))
        time.sleep(0.2)
    process.wait()
    reader.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} gave {process.returncode}")
    return time.perf_counter() - begun, peak // 1024, disk, said[0]


def _size(folder: str) -> int:
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total // 1_000_000


def main(sizes: list[int]) -> None:
    """Print a line for each size."""
    print("| profiles | export MB | diagnose s | plan s | peak MB | disk MB | commands |")
    print("|---|---|---|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "export.csv")
            work = Path(folder, "work")
            work.mkdir()
            export(path, size)
            first, peak, disk, _ = measured(
                "profiles", "diagnose", str(path), "--output-format", "json", folder=str(work)
            )
            second, other, more, said = measured(
                "profiles", "plan", str(path), "-o", str(work / "plan.jsonl"), "--output-format", "json",
                folder=str(work),
            )  # fmt: skip
            account = json.loads(said)
            each = size // GROUP
            assert account["groups"] == account["commands"] == 45 * each, account
            assert account["before"] == 90 * each and account["after"] == 45 * each, account
            held = {reason: count["groups"] for reason, count in account["held"].items()}
            crowd = {"placeholder": 1} if each > 1 else {}
            assert held == {"conflict": 2 * each, "unreachable": 2 * each, **crowd}, held
            megabytes = path.stat().st_size // 1_000_000
            figures = f"{first:.1f} | {second:.1f} | {max(peak, other):,} | {max(disk, more):,}"
            print(f"| {size:,} | {megabytes:,} | {figures} | {account['commands']:,} |", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
