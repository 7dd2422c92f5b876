"""Writes the README's sample answer again from the real command; `--check` only says whether it is up to date."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
README = TOP / "README.md"
PROJECT = TOP / "fixtures" / "shop-web"
COMMAND = ["check", "src/checkout/GuestCheckout.tsx"]
BLOCK = re.compile(r"(?<=<!-- sample: written by make docs -->\n).*?(?=<!-- end -->)", re.DOTALL)


def sample() -> str:
    """The command and what it prints on standard output, as a Markdown block."""
    run = subprocess.run(
        [sys.executable, "-m", "trackaudit", *COMMAND],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(TOP), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode != 1:
        sys.exit(f"trackaudit {' '.join(COMMAND)} found nothing (exit {run.returncode}):\n{run.stderr}")
    return f"```console\n$ trackaudit {' '.join(COMMAND)}\n{run.stdout.rstrip()}\n```\n"


def main() -> None:
    """Write README.md, or with `--check` exit 1 when it differs."""
    old = README.read_text(encoding="utf-8")
    block = sample()
    new = BLOCK.sub(lambda _: block, old)
    if new == old:
        return
    if "--check" in sys.argv[1:]:
        sys.exit("README.md: the sample is not what the command prints; run `make docs`")
    README.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
