"""What a run costs beside the interpreter's own start: in goes this checkout, out comes a table of ratios.

    python bench/startup.py [rounds] [--keep FOLDER]

It builds a wheel and installs it into a fresh environment of its own, so that nothing of the checkout's environment
counts. Each round runs every case once, in turn, and a bare `python -I -c pass` of that environment; a case's ratio
is taken within its round, so that what else the machine does falls on both. Wall and CPU (user and system) are told.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from statistics import median, quantiles
from time import perf_counter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CALLS = """\
import { store } from "./store";

export function onSubmit(form) {
  const email = form.elements.email.value;
  exponea.update({ email, first_name: form.elements.name.value });
  exponea.track("newsletter", { email, source: "footer" });
}

export function onLogin(user) {
  exponea.identify({ registered: user.email }, { email: user.email, plan: store.plan });
}
"""
PYTHON_CALLS = """\
import requests


def push(user, token):
    payload = {
        "customer_ids": {"cookie": user.cookie},
        "properties": {"email": user.email, "first_name": user.first_name},
    }
    requests.post(f"https://api.exponea.com/track/v2/projects/{token}/customers", json=payload)
"""
FILES = {
    "src/plain.js": "export function add(a, b) {\n  return a + b;\n}\n" * 40,
    "src/store.js": "export const store = { plan: 'free' };\n",
    "src/calls.js": CALLS,
    "src/more.js": CALLS.replace("onSubmit", "onSend").replace("newsletter", "contact"),
    "src/push.py": PYTHON_CALLS,
    "config/trackaudit.yaml": "identifiers:\n  registered: {type: hard, holds: email}\n  cookie: {type: soft}\n",
    "config/calls.js": CALLS,
}
CASES = {
    "--version": (["--version"], 4.0),
    "a file without an anchor word": (["check", "src/plain.js"], 2.0),
    "a JavaScript file with calls": (["check", "src/calls.js"], 4.0),
    "the same, with a configuration": (["check", "config/calls.js"], 4.0),
    "a Python file with calls": (["check", "src/push.py"], 4.0),
    "a commit hook: three files named": (["check", "src/plain.js", "src/calls.js", "src/more.js"], 8.0),
}
"""What is run, and the most that it may cost, as a multiple of the bare interpreter."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=40)
    parser.add_argument("--keep", metavar="FOLDER", help="build there and leave it, to look closer")
    asked = parser.parse_args()
    if asked.keep:
        measure(asked.keep, asked.rounds)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        measure(folder, asked.rounds)
    return 0


def measure(folder: str, rounds: int) -> None:
    """Build, install, run, print."""
    python = install(folder)
    project = write_project(folder)
    command = os.path.join(os.path.dirname(python), "trackaudit")
    bare = [python, "-I", "-c", "pass"]
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ("bare", *CASES)}
    for number in range(rounds + 1):
        took = {"bare": run(bare, project)}
        took |= {name: run([command, *arguments], project) for name, (arguments, _) in CASES.items()}
        for name in took if number else ():  # the first round warms the disk's cache
            seconds[name].append(took[name])
    middle = [median(one[part] for one in seconds["bare"]) * 1000 for part in (0, 1)]
    print(f"bare interpreter: {middle[0]:.1f} ms wall, {middle[1]:.1f} ms CPU; {rounds} rounds\n")
    print("| run | x bare, wall | quartiles | x bare, CPU | quartiles | goal |")
    print("|---|---|---|---|---|---|")
    for name, (_, goal) in CASES.items():
        cells = []
        for part in (0, 1):
            ratios = [one[part] / base[part] for one, base in zip(seconds[name], seconds["bare"], strict=True)]
            low, half, high = quantiles(ratios, n=4)
            cells.append(f"{half:.2f} | {low:.2f}-{high:.2f}")
        print(f"| {name} | {cells[0]} | {cells[1]} | {goal:.1f} |")


def install(folder: str) -> str:
    """A fresh environment with a wheel of this checkout; its interpreter."""
    home = os.path.join(folder, "venv")
    python = os.path.join(home, "Scripts" if os.name == "nt" else "bin", "python")
    venv.create(home, clear=True, with_pip=False)
    wheels = os.path.join(folder, "wheels")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", wheels, ROOT], check=True)
    wheel = max((entry.path for entry in os.scandir(wheels)), key=os.path.getmtime)
    subprocess.run([*pip, "--python", python, "install", wheel], check=True)
    return python


def write_project(folder: str) -> str:
    """A small repository, so that the root is found as in a real one; its folder."""
    project = os.path.join(folder, "project")
    for path, text in FILES.items():
        full = os.path.join(project, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run(["git", "init", "--quiet", project], check=True)
    subprocess.run(["git", "-C", project, "add", "."], check=True)
    return project


def run(command: list[str], folder: str) -> tuple[float, float]:
    """Seconds of one process: wall, and user plus system with its children."""
    began = perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
