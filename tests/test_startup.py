"""What a command imports before it has anything to do: a list of modules is stable, a stopwatch is not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from test_packed import install

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = (
    "tree_sitter", "tree_sitter_javascript", "tree_sitter_typescript", "tree_sitter_python", "libcst", "esprima",
    "yaml", "pathspec", "rich", "asyncio", "multiprocessing", "concurrent", "pytest", "hypothesis", "tomllib",
    "duckdb", "ibis", "ijson",
)  # fmt: skip
PROGRAM = """
import sys
sys.stdout.reconfigure(encoding="utf-8")
arguments = {arguments!r}
{statement}
print("LOADED", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def loaded(statement: str, *arguments: str) -> set[str]:
    """The top-level modules that are loaded after a statement in a fresh interpreter."""
    program = PROGRAM.format(statement=statement, arguments=list(arguments))
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    last = answer.stdout.splitlines()[-1]
    assert last.startswith("LOADED ")
    return set(last.split()[1:])


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["check", "-"], ["nonsense"]])
def test_the_command_line_alone_loads_no_parser_and_no_yaml(arguments: list[str]) -> None:
    names = loaded("from trackaudit.cli import main; main(arguments)", *arguments)
    assert "click" in names
    assert names.isdisjoint(HEAVY)


def test_the_package_alone_loads_nothing() -> None:
    assert loaded("import trackaudit") - loaded("import __future__") == {"trackaudit"}


def test_the_nouns_load_neither_dataclasses_nor_enum_nor_json() -> None:
    names = loaded("import trackaudit.model, trackaudit.program, trackaudit.errors") - loaded(
        "import typing, __future__"
    )
    assert names == {"trackaudit"}


def test_discovery_loads_no_parser_and_no_pattern_library() -> None:
    names = loaded("import trackaudit.discover")
    assert names.isdisjoint({*HEAVY, "click", "subprocess", "pathlib", "json"} - loaded("pass"))


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from trackaudit import __version__
    from trackaudit.cli import main

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"trackaudit {__version__}\n"


RUN = """
import sys
before = set(sys.modules)
sys.path.insert(0, {site!r})
from trackaudit.cli import main
code = main({arguments!r})
print("LOADED", code, *sorted(set(sys.modules) - before))
"""
STANDARD = {"typing", "json", "subprocess", "pathlib", "dataclasses", "importlib.resources", "hashlib", "argparse"}
"""Modules of the standard library that cost as much as half an interpreter each."""
LIGHT = {"__future__", "_collections", "_locale", "errno", "gc", "marshal", "select", "time"}
"""All of the standard library that a run without a word of ours needs, beside what the interpreter has loaded."""
FIRST = {
    "", ".cli", ".cli.output", ".cli.plain", ".cli.running", ".config", ".config.anchors", ".config.limits",
    ".config.packed",
    ".discover", ".discover.git", ".discover.ground", ".discover.listing", ".discover.process", ".discover.sources",
    ".errors", ".faults", ".model", ".parse", ".pipeline", ".pipeline.looking", ".pipeline.options",
    ".pipeline.silence", ".record", ".report", ".report.escape", ".report.frame", ".report.progress",
    ".report.text",
}  # fmt: skip
"""The modules of ours of such a run. A new one costs every hook 0.1 ms, and what it imports."""
SCRIPT = "exponea.update({ email: form.email.value })\n"
PAYLOAD = "def push(user, api):\n    api.post({'customer_ids': {'cookie': 1}, 'properties': {'email': user.email}})\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the package as a wheel lays it out."""
    return install(tmp_path_factory.mktemp("site"))


def run(site: Path, folder: Path, *arguments: str) -> tuple[str, set[str], set[str]]:
    """Exit code, the modules of third parties that a run loads, and all modules that it loads."""
    program = RUN.format(site=str(site), arguments=list(arguments))
    answer = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    _, code, *names = answer.stdout.splitlines()[-1].split()
    known = {*sys.stdlib_module_names, "trackaudit"}
    return code, {name for name in names if name.partition(".")[0] not in known}, set(names)


def test_version_loads_no_other_package_and_nothing_of_the_way_through(site: Path, tmp_path: Path) -> None:
    code, packages, names = run(site, tmp_path, "--version")
    own = {"", ".cli", ".cli.output", ".cli.plain", ".errors", ".model", ".record"}
    assert (code, packages) == ("0", set())
    assert names == {f"trackaudit{name}" for name in own} | (names & LIGHT)


@pytest.mark.parametrize("options", [[], ["--no-cache", "--fail-on=error"]])
@pytest.mark.parametrize("repository", [False, True])
def test_a_file_without_a_word_of_ours_loads_no_parser_no_flow_no_rules_and_no_pattern(
    options: list[str], repository: bool, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.js").write_text("export const a = 1;\n")
    if repository:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    code, packages, names = run(site, tmp_path, "check", *options, "a.js")
    assert (code, packages) == ("0", set())
    assert names == {f"trackaudit{name}" for name in FIRST} | (names & LIGHT)


@pytest.mark.parametrize(("name", "text", "strange"), [("a.js", SCRIPT, "python"), ("a.py", PAYLOAD, "javascript")])
def test_one_file_loads_of_tree_sitter_the_compiled_part_and_its_own_front_end(
    name: str, text: str, strange: str, site: Path, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    code, packages, names = run(site, tmp_path, "check", name)
    own = "python" if strange == "javascript" else "javascript"
    assert (code, packages) == ("1", {"tree_sitter._binding", f"tree_sitter_{own}._binding"})
    assert names.isdisjoint({*STANDARD, "contextlib", "importlib.machinery"})
    assert names.isdisjoint({"trackaudit.engine.read", "trackaudit.fix", "trackaudit.suppress", "trackaudit.baseline"})
    assert not [one for one in names if one.startswith(f"trackaudit.parse.{strange}")]


def test_tree_sitter_is_the_same_for_who_imports_it_later() -> None:
    program = "from trackaudit.parse.grammar import grammar; import tree_sitter; import tree_sitter_python as python; "
    program += "assert type(grammar('python')) is tree_sitter.Language; "
    program += "assert tree_sitter.Language(python.language()) == grammar('python')"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_configuration_that_was_read_before_is_read_without_yaml(site: Path, tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(SCRIPT)
    (tmp_path / "trackaudit.yaml").write_text("globals: [brx]\n")  # a word of ours, in a file of ours
    known = {"tree_sitter._binding", "tree_sitter_javascript._binding"}
    first, second = (run(site, tmp_path, "check", "a.js") for _ in range(2))
    assert first[0] == second[0] == "1"
    assert "yaml" in first[1] and second[1] == known
