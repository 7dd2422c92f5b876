"""The command line on a pipeline that answers what the test says: options, exit codes, streams, files, failures."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import trackaudit
from trackaudit.cli import main
from trackaudit.errors import ConfigError
from trackaudit.model import Finding, IdName, IdSchema, Notice, Place, Result, SourceFile, Summary
from trackaudit.pipeline.options import CheckOptions, CheckOutcome

PLACE = Place("a.js", 0, 5)
SOURCES = {"a.js": SourceFile("a.js", b"email", "javascript")}


class Pipeline(types.ModuleType):
    """Stands in for the pipeline; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("trackaudit.pipeline")
        self.CheckOptions = CheckOptions
        self.asked: list[CheckOptions] = []
        self.result = found()
        self.fail_on = "warning"
        self.error: BaseException | None = None

    def check(self, options: CheckOptions) -> CheckOutcome:
        self.asked.append(options)
        if self.error is not None:
            raise self.error
        return CheckOutcome(self.result, self.fail_on)

    def identity(self, options: CheckOptions) -> tuple[IdSchema, Result]:
        self.asked.append(options)
        return IdSchema((IdName("registered", True, "email", False),), "default"), self.result

    def check_text(self, text: str, language: str, config: Any = None) -> Result:
        return found("wrong-payload-field") if "WRONG" in text else found()


def found(*rules: str, severity: str = "error", notices: tuple[Notice, ...] = ()) -> Result:
    findings = tuple(Finding(rule, severity, "high", "told", PLACE, PLACE, "send") for rule in rules)
    return Result(findings, notices, Summary(1, 1, 1, 1), SOURCES)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    fake = Pipeline()
    monkeypatch.setitem(sys.modules, "trackaudit.pipeline", fake)
    monkeypatch.setattr(trackaudit, "pipeline", fake, raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return fake


# ---------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("severity", "option", "configured", "code"),
    [
        ("error", None, "warning", 1),
        ("warning", None, "warning", 1),
        ("info", None, "warning", 0),
        ("info", "info", "warning", 1),
        ("warning", "error", "warning", 0),
        ("warning", None, "error", 0),
        ("warning", "warning", "error", 1),
    ],
)
def test_findings_at_or_above_the_threshold_make_the_exit_code_1(
    pipeline: Pipeline, severity: str, option: str | None, configured: str, code: int
) -> None:
    pipeline.result = found("a-rule", severity=severity)
    pipeline.fail_on = configured
    assert main(["check", *(["--fail-on", option] if option else [])]) == code


def test_no_findings_and_a_skipped_file_exit_0(pipeline: Pipeline) -> None:
    pipeline.result = found(notices=(Notice("too-large", "b.js", 0, "big"),))
    assert main(["check"]) == 0


def test_a_crash_on_the_way_exits_2_and_the_findings_are_still_printed(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.result = found("a-rule", notices=(Notice("crash", "", 0, "rule `x` failed"),))
    assert main(["check"]) == 2
    assert "error[a-rule]" in capsys.readouterr().out


def test_every_problem_of_a_config_is_told_on_stderr_and_exits_2(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.error = ConfigError("trackaudit.yaml:1: one", "trackaudit.yaml:2: two \x1b[2J")
    assert main(["check"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "trackaudit: trackaudit.yaml:1: one\ntrackaudit: trackaudit.yaml:2: two \\x1b[2J\n"


def test_ctrl_c_exits_130_without_a_traceback(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.error = KeyboardInterrupt()
    assert main(["check"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_our_own_crash_is_told_in_short_and_in_full_with_debug(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.error = KeyError("lost\x1b[2J")
    assert main(["check"]) == 2
    short = capsys.readouterr().err
    assert "internal error: KeyError" in short and "report it" in short
    assert "Traceback" not in short and "\x1b" not in short
    assert main(["check", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err
    assert pipeline.asked[-1].debug


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--fail-on", "fatal"],
        ["check", "--min-confidence", "none"],
        ["check", "--output-format", "xml"],
        ["check", "--output", "json"],
        ["check", "--output", "xml:a.xml"],
        ["check", "--output", "json:no/such/folder/a.json"],
        ["check", "-", "--stdin-filename", "a.js", "--fix"],
        ["check", "--add-ignores", "--fix"],
        ["check", "--reason", "x"],
        ["baseline", "--expires", "tomorrow"],
        ["check", "--stdin-filename", "a.js"],
        ["check", "-"],
        ["check", "-", "b.js", "--stdin-filename", "a.js"],
        ["unknown"],
    ],
)
def test_what_cannot_be_done_is_refused_with_2_and_never_silently_accepted(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error" in captured.err
    assert pipeline.asked == []


# ------------------------------------------------------------------------------------------------- options


def test_the_options_reach_the_pipeline(pipeline: Pipeline) -> None:
    arguments = [
        "--config",
        "x.yaml",
        "--select",
        "a, b",
        "--select",
        "c,a",
        "--ignore",
        "d",
        "--min-confidence",
        "low",
    ]
    main(["check", "one", "two", *arguments, "--no-cache"])
    assert pipeline.asked == [
        CheckOptions(("one", "two"), "x.yaml", ("a", "b", "c"), ("d",), "low", None, False, os.getcwd())
    ]


def test_no_paths_are_left_to_the_pipeline(pipeline: Pipeline) -> None:
    main(["check"])
    assert pipeline.asked == [CheckOptions((), cwd=os.getcwd(), cache=True)]


def test_standard_input_is_read_as_bytes(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\r\n")))
    main(["check", "-", "--stdin-filename", "src/a.js"])
    [asked] = pipeline.asked
    assert asked.stdin == ("src/a.js", b"caf\xe9\r\n")
    assert asked.paths == ()


def test_findings_are_on_stdout_and_all_else_on_stderr(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.result = found("a-rule", notices=(Notice("no-calls", "", 0, "nothing seen"),))
    main(["check"])
    captured = capsys.readouterr()
    assert captured.out.startswith("a.js:1:1  error[a-rule]  told\n")
    assert "nothing seen" not in captured.out
    assert captured.err.startswith("notice[no-calls] nothing seen\n1 finding: 1 error.\n")


def test_json_on_stdout_is_json_alone(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.result = found("a-rule")
    main(["check", "--output-format", "json"])
    assert json.loads(capsys.readouterr().out)["findings"][0]["rule"] == "a-rule"


# --------------------------------------------------------------------------------------------------- files


def test_reports_are_written_to_files_beside_the_one_on_stdout(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pipeline.result = found("a-rule")
    (tmp_path / "a.json").write_text("old")
    assert main(["check", "--output", f"json:{tmp_path}/a.json", "--output", f"github:{tmp_path}/b:c.txt"]) == 1
    assert json.loads((tmp_path / "a.json").read_text())["version"] == 1
    assert (tmp_path / "b:c.txt").read_text().startswith("::error file=a.js")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b:c.txt"]
    assert capsys.readouterr().out.startswith("a.js:1:1")


def test_files_get_no_colours_even_when_they_are_forced(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.result = found("a-rule")
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["check", "--output", f"text:{tmp_path}/a.txt"])
    assert "\x1b[" in capsys.readouterr().out
    assert "\x1b[" not in (tmp_path / "a.txt").read_text()


def test_a_report_that_cannot_be_written_exits_2_and_leaves_nothing_behind(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.result = found("a-rule")
    (tmp_path / "a.json").write_text("old")

    def refuse(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert main(["check", "--output", f"json:{tmp_path}/a.json"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("a.js:1:1")
    assert "cannot be written: Permission denied" in captured.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "old"


def test_a_report_to_a_link_replaces_what_the_link_points_to(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    main(["check", "--output", f"json:{tmp_path}/link.json"])
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["version"] == 1


def test_a_report_to_a_device_is_written_to_it(pipeline: Pipeline) -> None:
    assert main(["check", "--output", "json:/dev/null"]) == 0
    assert not os.path.isfile("/dev/null")


# ---------------------------------------------------------------------------------------------- other commands


def test_identity_shows_the_schema(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.result = found("a-rule")
    assert main(["identity", "src", "--config", "x.yaml"]) == 0
    assert "registered  hard ID, holds email" in capsys.readouterr().out
    assert pipeline.asked == [CheckOptions(("src",), "x.yaml", cwd=os.getcwd())]


RULE = """\
id: my-own-rule
summary: Something of ours
severity: error
scope: call
match: {operation: update}
message: "`{call}` is ours"
instead: "nothing"
why: For this test.
examples:
  - {name: right, language: javascript, good: "fine()"}
  - {name: wrong, language: javascript, good: "WRONG()"}
"""


def test_test_rules_tells_which_examples_fail(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "my-own-rule.yaml").write_text(RULE)
    assert main(["test-rules", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("my-own-rule / wrong: ")
    assert captured.out.count("\n") == 1
    assert captured.err == "2 examples, 1 of them wrong.\n"
    (tmp_path / "my-own-rule.yaml").write_text(RULE.replace("WRONG", "right"))
    assert main(["test-rules", str(tmp_path)]) == 0


def test_test_rules_of_a_folder_without_rules_exits_2(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["test-rules", str(tmp_path)]) == 2
    assert main(["test-rules", str(tmp_path / "gone")]) == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A working directory without a project, so that only the rules that are built in are in force."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("elsewhere")
def test_rules_are_listed_with_severity_and_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    [line] = [line for line in lines if line.startswith("identifier-in-update ")]
    assert line.split()[1] == "error"
    assert len(line.split()) > 4


@pytest.mark.usefixtures("elsewhere")
def test_explain_prints_the_documentation_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "identifier-in-update"]) == 0
    text = capsys.readouterr().out
    assert "identifier-in-update" in text and "exponea.identify" in text


@pytest.mark.usefixtures("elsewhere")
def test_explain_of_an_unknown_rule_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "identifier-in-updates"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err == "trackaudit: there is no rule `identifier-in-updates`; did you mean `identifier-in-update`?\n"
    )


# -------------------------------------------------------------------------------------------------- processes

MANY = """
import sys, types
sys.path.insert(0, {tests!r})
import trackaudit
from test_cli import Pipeline, found
fake = Pipeline()
fake.result = found(*["a-rule"] * 20000)
sys.modules["trackaudit.pipeline"] = trackaudit.pipeline = fake
sys.argv[1:] = ["check", "--output-format", {format!r}]
from trackaudit.cli import command
command()
"""


@pytest.mark.parametrize("name", ["text", "json", "github"])
def test_a_reader_that_closes_the_pipe_causes_no_traceback(name: str) -> None:
    program = MANY.format(tests=str(Path(__file__).parent), format=name)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    error = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(30) == 1
    assert "Traceback" not in error and "Exception" not in error and "BrokenPipe" not in error
    assert "20,000 findings" in error


def test_the_installed_command_has_written_all_before_it_ends() -> None:
    program = MANY.format(tests=str(Path(__file__).parent), format="json")
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert answer.returncode == 1
    assert len(json.loads(answer.stdout)["findings"]) == 20_000
    assert b"20,000 findings" in answer.stderr


def test_the_installed_command_is_not_python_s_own_way_out() -> None:
    program = "import atexit, sys; atexit.register(print, 'late'); sys.argv[1:] = ['--version']; "
    program += "from trackaudit.cli import command; command()"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == f"trackaudit {trackaudit.__version__}\n"


def test_python_dash_m_is_the_same_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "trackaudit", "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"trackaudit {trackaudit.__version__}\n"


def test_letters_that_a_terminal_lacks_do_not_end_the_run() -> None:
    program = MANY.format(tests=str(Path(__file__).parent), format="text").replace(
        'found(*["a-rule"] * 20000)', 'found("größe-名")'
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=False)
    assert answer.returncode == 1
    assert b"gr\\xf6\\xdfe-\\u540d" in answer.stdout


def test_in_a_job_on_github_the_summary_gets_a_page_and_other_formats_leave_it_alone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    pipeline.result = found("a-rule")
    main(["check"])
    assert page.read_text(encoding="utf-8") == "before\n"
    main(["check", "--output-format", "github"])
    assert page.read_text(encoding="utf-8").startswith("before\n## trackaudit\n\n1 finding: 1 error.\n")


def test_a_summary_that_cannot_be_written_is_told_and_changes_no_exit_code(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    pipeline.result = found("a-rule")
    assert main(["check", "--output-format", "github"]) == 1
    assert "GITHUB_STEP_SUMMARY: cannot be written" in capsys.readouterr().err
