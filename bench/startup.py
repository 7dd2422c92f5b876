"""What a run costs beside the interpreter's own start: in goes this checkout, out comes a table of ratios.

    python bench/startup.py [rounds] [--keep FOLDER]

It builds a wheel and installs it into a fresh environment of its own, so that nothing of the checkout's environment
counts but its pip, which writes the command's script (that of an old one imports `re`; this is told). Each round runs
every case once, in turn, and a bare `python -I -c pass` of that environment; a case's ratio is taken within its round,
so that what else the machine does falls on both. Wall and CPU (user and system) are told.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median, quantiles

from rounds import Run, environment, timed, wheel

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
PLAIN = "export function add(a, b) {\n  return a + b;\n}\n" * 40
CONFIG = "identifiers:\n  registered: {type: hard, holds: email}\n  cookie: {type: soft}\n"
PROJECTS = {
    "plain": {"a.js": PLAIN},
    "script": {"a.js": CALLS},
    "configured": {"a.js": CALLS, "trackaudit.yaml": CONFIG},
    "python": {"a.py": PYTHON_CALLS},
    "hook": {"a.js": PLAIN, "b.js": CALLS, "c.js": CALLS.replace("newsletter", "contact"), "d.py": PYTHON_CALLS},
}
"""Each is a folder of its own, as all of a project is analysed. Those called `bare-…` are outside a repository."""
CASES = {
    "--version": ("plain", ["--version"], 4.0),
    "a file without an anchor word": ("plain", ["check", "--no-cache", "a.js"], 2.0),
    "no anchor word, outside a repository": ("bare-plain", ["check", "--no-cache", "a.js"], 2.0),
    "a JavaScript file with calls": ("script", ["check", "--no-cache", "a.js"], 4.0),
    "JavaScript, outside a repository": ("bare-script", ["check", "--no-cache", "a.js"], 4.0),
    "JavaScript, with a configuration": ("configured", ["check", "a.js"], 4.0),
    "JavaScript, its configuration read anew": ("configured", ["check", "--no-cache", "a.js"], 6.0),
    "a Python file with calls": ("python", ["check", "--no-cache", "a.py"], 4.0),
    "a commit hook: two of four files named": ("hook", ["check", "--no-cache", "a.js", "b.js"], 8.0),
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
    place = Path(folder)
    os.environ["XDG_CACHE_HOME"] = str((place / "cache").absolute())  # what is kept of a configuration
    programs = environment(place / "venv", wheel(place / "wheels"))
    write_projects(folder)
    script = programs / "trackaudit"
    if os.name != "nt" and "import re\n" in script.read_text(encoding="utf-8"):
        print("This pip is old: its script imports `re`, which costs every run as much as half of the interpreter.\n")
    bare = [str(programs / "python"), "-I", "-c", "pass"]
    seconds: dict[str, list[Run]] = {name: [] for name in ("bare", *CASES)}
    for number in range(rounds + 1):
        took = {"bare": timed(bare, place)}
        for name, (project, arguments, _) in CASES.items():
            took[name] = timed([str(script), *arguments], place / project)
        for name in took if number else ():  # the first round warms the disk's cache
            seconds[name].append(took[name])
    middle = [median(one[part] for one in seconds["bare"]) * 1000 for part in (0, 1)]
    print(f"bare interpreter: {middle[0]:.1f} ms wall, {middle[1]:.1f} ms CPU; {rounds} rounds\n")
    print("| run | x bare, wall | quartiles | x bare, CPU | quartiles | goal |")
    print("|---|---|---|---|---|---|")
    for name, (_, _, goal) in CASES.items():
        cells = []
        for part in (0, 1):
            ratios = [one[part] / base[part] for one, base in zip(seconds[name], seconds["bare"], strict=True)]
            low, half, high = quantiles(ratios, n=4)
            cells.append(f"{half:.2f} | {low:.2f}-{high:.2f}")
        print(f"| {name} | {cells[0]} | {cells[1]} | {goal:.1f} |")


def write_projects(folder: str) -> None:
    """The projects, each as a repository and without."""
    for name, files in PROJECTS.items():
        for place in (os.path.join(folder, name), os.path.join(folder, f"bare-{name}")):
            os.makedirs(place, exist_ok=True)
            for path, text in files.items():
                with open(os.path.join(place, path), "w", encoding="utf-8") as file:
                    file.write(text)
        subprocess.run(["git", "init", "--quiet", os.path.join(folder, name)], check=True)
        subprocess.run(["git", "-C", os.path.join(folder, name), "add", "."], check=True)


if __name__ == "__main__":
    raise SystemExit(main())
