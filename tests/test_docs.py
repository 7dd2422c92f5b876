"""The pages of docs/: every link leads somewhere, every command that they name exists, generated ones are true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parent.parent
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]
GUIDES = [path for path in PAGES if "Generated from" not in path.read_text(encoding="utf-8")]


def prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        where = page.parent / path if path else page
        if not where.exists() or (anchor and anchor not in anchors(where)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    from trackaudit.cli.commands import cli

    text = page.read_text(encoding="utf-8")
    options = {
        name: {o for one in (command, *getattr(command, "commands", {}).values()) for p in one.params for o in p.opts}
        for name, command in cli.commands.items()
    }
    for name, rest in re.findall(r"(?:^|[`$ ])trackaudit ([a-z][a-z-]+)([^\n`#|]*)", text, re.MULTILINE):
        if name in ("check", *cli.commands) or f"`trackaudit {name}" in text:
            assert name in options, f"trackaudit {name}"
            assert set(re.findall(r"(?<![\w-])--[a-z-]+", rest)) <= options[name], f"trackaudit {name}{rest}"


def test_there_is_a_page_for_every_rule() -> None:
    assert {path.stem for path in (TOP / "rules").glob("*.yaml")} == {
        path.stem for path in (TOP / "docs" / "rules").glob("*.md")
    }


def test_the_generated_pages_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


# ------------------------------------------------------------------------------ what the recipes are made of


def vendored(name: str) -> object:
    """A schema that a test dependency ships (its code is not imported)."""
    import importlib.util
    import json

    found = importlib.util.find_spec("check_jsonschema")
    assert found is not None and found.origin is not None
    path = Path(found.origin).parent / "builtin_schemas" / "vendor" / name
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "name"), [("action.yml", "github-actions.json"), ("ci/gitlab.yml", "gitlab-ci.json")])
def test_the_action_and_the_template_are_valid_by_their_official_schemas(path: str, name: str) -> None:
    from jsonschema import Draft7Validator

    data = yaml.safe_load((TOP / path).read_text(encoding="utf-8"))
    problems = [f"{list(one.path)}: {one.message}" for one in Draft7Validator(vendored(name)).iter_errors(data)]  # type: ignore[arg-type]
    assert problems == []


def test_no_input_of_the_action_is_text_of_its_script() -> None:
    action = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
    assert all("${{" not in step.get("run", "") for step in action["runs"]["steps"])


def test_the_hooks_give_the_files_that_are_read_and_no_other() -> None:
    from trackaudit.parse import _LANGUAGES

    hooks = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["trackaudit", "trackaudit-new", "trackaudit-fix"]
    for hook in hooks:
        pattern = re.compile(hook["files"])
        assert [suffix for suffix in _LANGUAGES if not pattern.search(f"src/a{suffix}")] == []
        assert not any(pattern.search(f"src/a{suffix}") for suffix in (".css", ".md", ".go", ".jsonl", ".jsx.snap"))
