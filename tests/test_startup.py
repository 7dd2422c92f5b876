"""What a command imports before it has anything to do: a list of modules is stable, a stopwatch is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
