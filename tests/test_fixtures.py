"""The real command on each project in `fixtures/` and `tests/adversarial/`: it finds what the markers say, no more."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

TOP = Path(__file__).parent.parent
FIXTURES = TOP / "fixtures"
RULES = TOP / "rules"
ADVERSARIAL = TOP / "tests" / "adversarial"
PROJECTS = sorted(
    path.relative_to(TOP).as_posix() for folder in (FIXTURES, ADVERSARIAL) for path in folder.iterdir() if path.is_dir()
)
MARKER = re.compile(r"(?://|#)\s*(expect|expect-todo):\s*([a-z-]+(?:\s*,\s*[a-z-]+)*)\s*(?:\*/\s*)?$")


class Mark(NamedTuple):
    """A finding by what a marker can say about it."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule}"


def read_markers(project: Path) -> tuple[set[Mark], set[Mark]]:
    """The expected findings and the known misses of a project, from its comments and its `expect.yaml`."""
    expected: set[Mark] = set()
    known_misses: set[Mark] = set()
    for file in sorted(project.rglob("*")):
        if not file.is_file() or file.suffix in (".json", ".pyc"):
            continue
        path = file.relative_to(project).as_posix()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = MARKER.search(line)
            if found is not None:
                marks = {Mark(path, number, rule.strip()) for rule in found[2].split(",")}
                (expected if found[1] == "expect" else known_misses).update(marks)
    sidecar = project / "expect.yaml"
    if sidecar.exists():
        for entry in yaml.safe_load(sidecar.read_text(encoding="utf-8")):
            mark = Mark(entry["path"], entry["line"], entry["rule"])
            (known_misses if entry.get("todo") else expected).add(mark)
    return expected, known_misses


def check(project: Path) -> tuple[list[Mark], int]:
    """Run `trackaudit check` in a project; the findings, and the exit code."""
    run = subprocess.run(
        [sys.executable, "-m", "trackaudit", "check", "--output-format", "json", "--no-cache"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    report = json.loads(run.stdout)
    return [Mark(found["path"], found["line"], found["rule"]) for found in report["findings"]], run.returncode


@pytest.mark.parametrize("project", PROJECTS)
def test_a_project_yields_exactly_the_findings_its_markers_name(project: str) -> None:
    expected, known_misses = read_markers(TOP / project)
    found, code = check(TOP / project)

    wrong = [
        *(f"not found: {mark}" for mark in sorted(expected - set(found))),
        *(f"found, but no marker says so: {mark}" for mark in sorted(set(found) - expected - known_misses)),
        *(f"found now, so write `expect:`: {mark}" for mark in sorted(known_misses & set(found))),
    ]
    assert not wrong, "\n".join(wrong)
    assert len(found) == len(set(found)), "a root was reported twice"
    assert code == 1


def test_every_marker_names_a_rule() -> None:
    rules = {path.stem for path in RULES.glob("*.yaml")}
    named = {mark.rule for project in PROJECTS for mark in read_markers(TOP / project)[0]}
    assert named <= rules, sorted(named - rules)


def test_every_project_has_wrong_code_that_is_marked() -> None:
    assert len(PROJECTS) >= 3
    for project in PROJECTS:
        assert read_markers(TOP / project)[0], project
