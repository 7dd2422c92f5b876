"""Faults of ours, put into each stage: the rest of the run goes on, a notice names the file (and the rule), the exit
code is 2, and `--debug` shows the traceback. All through the command line, as a user sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from trackaudit.cli import main
from trackaudit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WRONG = "export function save(user) {\n  exponea.update({ email: user.email });\n}\n"
IGNORED = WRONG.replace("  exp", "  // trackaudit: ignore[identifier-in-update] known\n  exp")


def _paths(value: object, depth: int = 0) -> Iterator[str]:
    """Paths of all places that a value is about."""
    for name in ("path", "root", "sink", "place", "finding", "subjects", "lead"):
        inner = getattr(value, name, None)
        if isinstance(inner, str):
            yield inner
        elif inner is not None and depth < 4:
            yield from _paths(inner, depth + 1)
    if isinstance(value, (list, tuple)) and depth < 4:
        for item in value:
            yield from _paths(item, depth + 1)


@pytest.fixture
def fail_on_b(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Make a function of ours raise whenever it is about `b.js`."""

    def put(module: str, name: str) -> None:
        owner: Any = import_module(f"trackaudit.{module}")
        *above, last = name.split(".")
        for part in above:
            owner = getattr(owner, part)
        original = getattr(owner, last)

        def broken(*args: Any, **more: Any) -> Any:
            if any(path == "b.js" for arg in args for path in (arg, *_paths(arg))):
                raise KeyError(f"planted in {last}")
            return original(*args, **more)

        monkeypatch.setattr(owner, last, broken)

    return put


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.js").write_text(WRONG)
    (tmp_path / "b.js").write_text(WRONG)
    (tmp_path / "c.js").write_text(IGNORED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


STAGES = [
    ("pipeline.reader", "parse", "the front end"),
    ("flow.invoke", "emit", "the evaluation of `save`"),
    ("flow.link", "Linker.run", "the evaluation"),
    ("calls.read", "Reader.of_call", "reading what is sent"),
    ("identity", "_uses", "finding out the project's IDs"),
    ("engine.coverage", "Coverage.__init__", "asking the rules"),
    ("engine.run", "_matches_of", "rule `identifier-in-update`"),
    ("engine.run", "_finding", "rule `identifier-in-update`"),
    ("suppress", "_first_statement", "reading the comments to trackaudit"),
    ("report.text", "_Page.finding", "the report `text`"),
]


@pytest.mark.parametrize(("module", "name", "told"), STAGES, ids=[f"{one[0]}.{one[1]}" for one in STAGES])
def test_a_stage_that_fails_on_one_file_says_so_and_judges_the_others(
    module: str,
    name: str,
    told: str,
    tree: Path,
    fail_on_b: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_on_b(module, name)
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert "a.js:2:20  error[identifier-in-update]" in out and "c.js" not in out
    notices = [line for line in err.split("\n") if line.startswith("notice[crash]")]
    assert any("b.js" in line and told in line for line in notices)
    assert f"planted in {name.rpartition('.')[2]}" in notices[0] and "Traceback" not in err
    assert main(["check", "--debug"]) == 2
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err and f"KeyError: 'planted in {name.rpartition('.')[2]}'" in err


COMMANDS = [
    ["check", "--output-format", "json"],
    ["check", "--diff"],
    ["check", "--fix", "--unsafe-fixes", "--allow-dirty"],
    ["check", "--add-ignores"],
    ["baseline"],
    ["inventory"],
    ["identity"],
    ["sinks"],
    ["init", "--yes"],
    ["explain", "a.js:2"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))
def test_every_command_that_looks_at_code_tells_of_a_fault_and_ends_with_2(
    command: list[str], tree: Path, fail_on_b: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fail_on_b("calls.read", "Reader.of_call")
    assert main(command) == 2
    err = capsys.readouterr().err
    assert "b.js: reading what is sent failed: KeyError" in err and "Traceback" not in err
    (tree / "trackaudit.yaml").unlink(missing_ok=True)
    (tree / "a.js").write_text(WRONG)
    assert main([*command, "--debug"]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


PROVING = [
    ("fix.plan", "_fix", "b.js: the fix of `identifier-in-update` failed"),
    ("fix", "verdict", "proving the fix of"),
    ("fix.verify", "parses", "proving the fix of"),
]


@pytest.mark.parametrize(("module", "name", "told"), PROVING, ids=[f"{one[0]}.{one[1]}" for one in PROVING])
def test_a_fix_that_fails_is_left_out_and_the_others_are_written(
    module: str,
    name: str,
    told: str,
    tree: Path,
    fail_on_b: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if name == "verdict":
        # It is asked about all fixes at once, and then about each.
        stage: Any = import_module("trackaudit.fix")
        original = stage.verdict

        def verdict(before: Any, after: Any, fixes: Any) -> str:
            if any(fix.edits[0].path == "b.js" for _, fix in fixes):
                raise KeyError("planted in verdict")
            return str(original(before, after, fixes))

        patch = pytest.MonkeyPatch()
        patch.setattr(stage, "verdict", verdict)
    else:
        patch = pytest.MonkeyPatch()
        fail_on_b(module, name)
    try:
        assert main(["check", "--unsafe-fixes", "--fix", "--allow-dirty", "--debug"]) == 2
    finally:
        patch.undo()
    out, err = capsys.readouterr()
    assert "identify" in (tree / "a.js").read_text()
    assert (tree / "b.js").read_text() == WRONG
    assert "b.js:2:20" in out
    assert told in err and "Traceback (most recent call last)" in err


@pytest.mark.parametrize("name", ["json", "sarif", "github", "gitlab", "junit", "rdjson"])
def test_a_report_that_fails_on_a_finding_is_written_without_it(
    name: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trackaudit.report import FORMATS

    module = import_module(f"trackaudit.report.{FORMATS[name]}")
    original = module.write

    def write(result: Any, out: Any, options: Any) -> None:
        if any(finding.root.path == "b.js" for finding in result.findings):
            out.write("half a ")
            raise KeyError("planted in the report")
        original(result, out, options)

    monkeypatch.setattr(module, "write", write)
    assert main(["check", "--output-format", name]) == 2
    out, err = capsys.readouterr()
    assert "a.js" in out and "b.js" not in out and "half a" not in out
    assert f"b.js: the report `{name}` failed: KeyError" in err
    assert main(["check", "--output", f"{name}:report"]) == 2
    out, err = capsys.readouterr()
    assert "b.js:2:20" in out and f"b.js: the report `{name}` failed" in err
    assert "a.js" in (tree / "report").read_text() and "b.js" not in (tree / "report").read_text()


OWN_RULE = """id: own-rule
summary: A name among the properties
severity: warning
scope: entry
match: {operation: update, entry: {in: properties, kind: [email]}}
message: "`{key}` is sent"
instead: "{replacement}"
why: It must not be.
examples:
  - name: one
    language: javascript
    bad: "exponea.update({ email: mail }); // expect: own-rule"
    right: "exponea.update({ city });"
"""


def test_a_rule_of_the_users_own_that_fails_when_asked_leaves_the_others_be(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trackaudit.engine import run

    (tree / "lint").mkdir()
    (tree / "lint" / "own-rule.yaml").write_text(OWN_RULE)
    (tree / "trackaudit.yaml").write_text("extend-rules: [lint]\nrules: {identifier-in-update: off}\n")
    assert main(["check"]) == 1
    assert "a.js:2:20  warning[own-rule]" in capsys.readouterr().out
    (tree / "trackaudit.yaml").write_text("extend-rules: [lint]\n")
    original = run._matches_of

    def broken(rule: Any, *rest: Any) -> Any:
        if rule.id == "own-rule":
            raise ZeroDivisionError("planted")
        return original(rule, *rest)

    monkeypatch.setattr(run, "_matches_of", broken)
    assert main(["check", "--debug"]) == 2
    out, err = capsys.readouterr()
    assert "a.js:2:20  error[identifier-in-update]" in out and "b.js:2:20" in out
    assert "rule `own-rule` failed: ZeroDivisionError: planted" in err and "Traceback" in err


def test_a_rule_file_that_breaks_our_reading_of_it_is_named_with_the_problems_of_the_others(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trackaudit.engine import read

    (tree / "lint").mkdir()
    (tree / "lint" / "own-rule.yaml").write_text(OWN_RULE)
    (tree / "lint" / "other-rule.yaml").write_text(OWN_RULE.replace("own-rule", "other-rule").replace("error", "bad"))
    (tree / "lint" / "third-rule.yaml").write_text("severity: 3\n")
    (tree / "trackaudit.yaml").write_text("extend-rules: [lint]\n")
    original = read._Reader._conditions

    def broken(self: Any, value: Any) -> Any:
        if self.path.endswith("own-rule.yaml"):
            raise ZeroDivisionError("planted")
        return original(self, value)

    monkeypatch.setattr(read._Reader, "_conditions", broken)
    assert main(["check"]) == 2
    short = capsys.readouterr().err
    assert "own-rule.yaml:1: trackaudit itself fails on this rule: ZeroDivisionError: planted" in short
    assert "third-rule.yaml" in short and "Traceback" not in short
    assert main(["check", "--debug"]) == 2
    assert "in broken" in capsys.readouterr().err


def test_a_stage_that_cannot_run_at_all_leaves_what_comes_before_it_and_ends_with_2(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trackaudit import identity, suppress

    def broken(*args: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(suppress, "_directives", broken)
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert out.count("error[identifier-in-update]") == 3  # also the one that a comment accepts
    assert "reading the comments to trackaudit failed: MemoryError" in err
    monkeypatch.setattr(identity, "_uses", broken)
    assert main(["check"]) == 2
    assert "finding out the project's IDs failed: MemoryError" in capsys.readouterr().err


def test_the_installed_command_tells_of_a_fault_too(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a process of its own, with a fault that Python's start puts in."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(
        "import trackaudit.calls.read as read\n"
        "def broken(self, send):\n"
        "    raise KeyError('planted')\n"
        "read.Reader.of_call = broken\n"
    )
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), top])}
    run = [sys.executable, "-m", "trackaudit", "check", "."]
    plain = subprocess.run(run, cwd=tree, env=env, capture_output=True, text=True, check=False)
    assert plain.returncode == 2 and "Traceback" not in plain.stderr
    assert [name for name in ("a.js", "b.js", "c.js") if f"notice[crash] {name}: " in plain.stderr] == [
        "a.js",
        "b.js",
        "c.js",
    ]
    full = subprocess.run([*run, "--debug"], cwd=tree, env=env, capture_output=True, text=True, check=False)
    assert full.returncode == 2 and "in broken" in full.stderr and "Traceback" in full.stderr


def test_the_cause_of_a_refusal_is_shown_without_what_drives_a_terminal(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputError("no") from OSError("a name with \x1b[31m in it")

    monkeypatch.setattr("trackaudit.pipeline.check", refuse)
    assert main(["check", "--debug"]) == 2
    err = capsys.readouterr().err
    assert "OSError: a name with" in err and "\x1b" not in err
