"""What both comparisons of commands stand on: a fresh environment with a wheel of this checkout, and one timed run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
_PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


class Run(NamedTuple):
    """One process: wall and CPU (user and system, with its children) in seconds, peak memory in megabytes."""

    wall: float
    cpu: float
    memory: float


def environment(place: Path, *packages: str) -> Path:
    """A fresh virtual environment at a place, with the packages in it; the folder of its programs."""
    venv.create(place, clear=True, with_pip=False)
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([*_PIP, "--python", str(programs / "python"), "install", *packages], check=True)
    return programs


def wheel(folder: Path) -> str:
    """A wheel of this checkout, built into a folder; its path."""
    subprocess.run([*_PIP, "wheel", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)], check=True)
    return str(max(folder.glob("trackaudit-*.whl"), key=lambda path: path.stat().st_mtime))


def timed(command: list[str], folder: Path) -> Run:
    """Run a command once. Raises SystemExit when it could not do its job."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit {child.returncode}")
    scale = 1024 if platform.system() == "Linux" else 1024 * 1024
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / scale)
