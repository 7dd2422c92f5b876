"""What this project is built from and how it is released: locked, hashed, and by no more than it needs."""

from __future__ import annotations

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

TOP = Path(__file__).parent.parent
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))
_LOCKED = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ; (.*?))? \\$", re.MULTILINE)


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _project() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]
    found: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def _wanted() -> list[Requirement]:
    project = _project()
    build = (TOP / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()
    lines = [line for line in build if line and not line.startswith("#")]
    texts = [*project["dependencies"], *project["optional-dependencies"]["dev"], *lines]
    return [one for one in map(Requirement, texts) if one.name != project["name"]]


def _lock() -> str:
    return (TOP / "requirements" / "dev.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("wanted", _wanted(), ids=lambda one: one.name)
def test_the_lock_holds_each_requirement_in_a_version_that_fits(wanted: Requirement) -> None:
    versions = [version for name, version, _ in _LOCKED.findall(_lock()) if _name(name) == _name(wanted.name)]
    assert versions, "renew the lock (CONTRIBUTING.md)"
    assert all(wanted.specifier.contains(version) for version in versions)


def test_each_locked_version_has_its_hashes() -> None:
    entries = re.split(r"\n(?=[\w-]+==)", _lock().strip())
    assert len(entries) > 40
    assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_footprint_names_each_package_that_a_run_needs() -> None:
    page = (TOP / "docs" / "footprint.md").read_text(encoding="utf-8")
    needed = [Requirement(text) for text in _project()["dependencies"]]
    assert [one.name for one in needed if not one.marker and f"| {one.name} |" not in page] == []


def _workflow(path: Path) -> dict[str, Any]:
    data: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in data.items()}  # YAML 1.1 reads `on` as true


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_workflow_is_valid_by_the_official_schema(path: Path) -> None:
    from jsonschema import Draft7Validator

    found = find_spec("check_jsonschema")
    assert found is not None and found.origin is not None
    vendored = Path(found.origin).parent / "builtin_schemas" / "vendor" / "github-workflows.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    problems = [f"{list(one.path)}: {one.message}" for one in Draft7Validator(schema).iter_errors(_workflow(path))]
    assert problems == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_workflow_names_actions_by_commit_and_asks_for_its_rights(path: Path) -> None:
    workflow = _workflow(path)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"[\w/.-]+@[0-9a-f]{40}", one)] == []
    assert "permissions" in workflow
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_tests_run_on_each_python_that_is_supported_and_each_system() -> None:
    matrix = _workflow(TOP / ".github" / "workflows" / "test.yml")["jobs"]["tests"]["strategy"]["matrix"]
    said = [line.rpartition(" :: ")[2] for line in _project()["classifiers"] if "Python :: 3." in line]
    assert matrix["python"] == said
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_only_the_job_that_publishes_can_publish_and_it_runs_none_of_our_code() -> None:
    jobs = _workflow(TOP / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"] == "pypi"
    assert all("run" not in step for step in jobs["publish"]["steps"])
    assert "environment" not in jobs["build"]
