"""The words of the README and of CONTRIBUTING are true: the paths exist, the commands are those that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_path_in_a_document_exists(document: str) -> None:
    text = (TOP / document).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    named = re.findall(r"`((?:trackaudit|rules|fixtures|tests|docs|scripts)/[\w./-]*)`", prose)
    named += [target for target in re.findall(r"\]\(([^)#]+)\)", prose) if "://" not in target]
    missing = [path for path in named if not (TOP / path).exists()]
    assert named
    assert not missing


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_a_document_is_a_target(document: str) -> None:
    named = re.findall(r"(?:^|`)make ([a-z-]+)", (TOP / document).read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert set(named) <= make_targets()


def test_ci_runs_the_second_command_of_the_readme() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^make ([a-z-]+)", readme, re.MULTILINE)
    assert commands == ["run", "check"]
    script = (TOP / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make (?:--[a-z-]+ )*([a-z-]+)", script, re.MULTILINE) == [commands[1]]
