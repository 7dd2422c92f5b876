"""Time, memory and disk of `trackaudit profiles` against the number of profiles: `python bench/profiles.py [N …]`.

For each N (default 100,000 and 1,000,000) a CSV export is made up in which 5 % of the profiles are strays of another
one, found by the e-mail, by the account id or by both; some are placeholders, conflicts and strays without a cookie.
Both commands run in processes of their own, and the script fails unless the account is what was planted.
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
from typing import NamedTuple

SIZES = (100_000, 1_000_000)
GROUP = 1_000
"""Of each thousand profiles fifty are strays: 45 merge, 2 conflict, 2 cannot be reached, 1 holds a placeholder."""


def export(path: Path, size: int) -> None:
    """Write an export of `size` profiles."""
    with path.open("w", encoding="utf-8") as out:
        out.write("registered,user_id,cookie,email,customer_id,first_name,created\n")
        for n in range(size):
            at = n % GROUP
            mail = f"customer{n}@example.com"
            cookie = f"5f1c{n:012x}-9d3e"
            hard, user, account = mail, str(10_000_000 + n), ""
            if at >= 950:
                user = ""
            if 950 <= at < 995:  # a stray of the profile 950 before it
                mail, hard = f"Customer{n - 950}@example.com" if n % 2 else f"customer{n - 950}@example.com", ""
                account = str(10_000_000 + n - 950) if at % 3 else ""
                mail = mail if at % 3 != 1 else ""
            elif 995 <= at < 997:
                mail = hard = f"CUSTOMER{n - 950}@example.com"
            elif 997 <= at < 999:
                mail, hard, cookie = f"customer{n - 950}@example.com", "", ""
            elif at == 999:
                mail, hard = "undefined", ""
            moment = 1_600_000_000 + n % 50_000_000
            out.write(f"{hard},{user},{cookie},{mail},{account},Name {n % 977},{moment}\n")


class Cost(NamedTuple):
    """Seconds of wall clock and of processor time; peaks of resident memory and of the folder's size, in MB."""

    wall: float
    cpu: float
    memory: int
    disk: int


def measured(*command: str, folder: str) -> tuple[Cost, str]:
    """What a command costs, and what it printed."""
    begun = time.perf_counter()
    environment = {**os.environ, "TMPDIR": folder}
    process = subprocess.Popen(
        [sys.executable, "-m", "trackaudit", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=environment,
    )  # fmt: skip
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read() if process.stdout else ""))
    reader.start()
    disk = 0
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        disk = max(disk, _size(folder))
        time.sleep(0.2)
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} gave {process.returncode}")
    wall, cpu = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss // 1024, disk), said[0]


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
    print("| profiles | export MB | diagnose s | CPU s | plan s | CPU s | peak MB | disk MB | commands |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "export.csv")
            work = Path(folder, "work")
            work.mkdir()
            export(path, size)
            asked = (str(path), "--hard", "user_id", "--output-format", "json")
            first, _ = measured("profiles", "diagnose", *asked, folder=str(work))
            second, said = measured("profiles", "plan", *asked, "-o", str(work / "plan.jsonl"), folder=str(work))
            account = json.loads(said)
            each = size // GROUP
            assert account["groups"] == account["commands"] == 45 * each, account
            assert account["before"] == 90 * each and account["after"] == 45 * each, account
            held = {reason: count["groups"] for reason, count in account["held"].items()}
            crowd = {"placeholder": 1} if each > 1 else {}
            assert held == {"conflict": 2 * each, "unreachable": 2 * each, **crowd}, held
            megabytes = path.stat().st_size // 1_000_000
            times = f"{first.wall:.1f} | {first.cpu:.1f} | {second.wall:.1f} | {second.cpu:.1f}"
            peaks = f"{max(first.memory, second.memory):,} | {max(first.disk, second.disk):,}"
            print(f"| {size:,} | {megabytes:,} | {times} | {peaks} | {account['commands']:,} |", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
