"""The plain calls that are answered without click, held against click's own reading of the same words."""

from __future__ import annotations

import contextlib
import io
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackaudit.cli import main, plain
from trackaudit.cli.commands import run

WORDS = (
    "a.js", "src", "-", "--", "", "json", "text", "low", "error", "nonsense", "HEAD~1", "-x", "--debug", "--no-cache",
    "--show-unresolved", "--statistics", "--no-cache=1", "--output-format", "--output-format=json", "--output-format=",
    "--output-format=xml", "--fail-on", "--fail-on=info", "--min-confidence", "--min-confidence=low", "--config",
    "--config=c.yaml", "--baseline", "--baseline=b=c", "--since=v1", "--since", "--fix", "--diff", "--select=a,b",
    "--help", "--version", "--stat", "--config=--debug",
)  # fmt: skip


def by_click(words: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """What click makes of the words: an `Asked`, or None where it did not get to a check."""
    read: list[object] = []

    def note(asked: object) -> int:
        read.append(asked)
        return 0

    monkeypatch.setattr("trackaudit.cli.running.check", note)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        run(["check", *words])
    return read[0] if read else None


def agrees(words: list[str]) -> bool:
    """Whether the words were read; if so, click must have read the same."""
    asked = plain.read(words)
    if asked is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert by_click(words, monkeypatch) == asked
    return asked is not None


def test_what_is_read_without_click_is_what_click_reads() -> None:
    read = [agrees(list(words)) for count in (0, 1, 2) for words in product(WORDS, repeat=count)]
    assert sum(read) > 200


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=7))
def test_longer_calls_are_read_as_click_reads_them(words: list[str]) -> None:
    agrees(words)


@pytest.mark.parametrize(
    "words",
    [["a.js"], ["a.js", "b.py", "--output-format", "json"], ["--no-cache", "--min-confidence=low", "src", "--debug"]],
)
def test_the_calls_of_hooks_and_editors_need_no_click(words: list[str]) -> None:
    assert agrees(words)


@pytest.mark.parametrize("words", [["-"], ["--fix"], ["--output-format", "xml"], ["--config"], ["--", "a.js"], [""]])
def test_everything_else_is_left_to_click(words: list[str]) -> None:
    assert not agrees(words)


def test_a_shell_that_asks_for_completions_is_answered_by_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plain.COMPLETION, "bash_source")
    assert plain.answer(["--version"]) is None


def test_both_ways_write_the_same_bytes(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("a.js", "w", encoding="utf-8") as file:
        file.write("exponea.update({ email: mail });\nexponea.track('x', { phone: user.phone });\n")
    for words in (["a.js"], ["--output-format=json", "."], ["--min-confidence", "low", "--fail-on", "error", "a.js"]):
        first = main(["check", *words]), *capsys.readouterr()
        second = run(["check", *words]), *capsys.readouterr()
        assert first == second
        assert first[1]
    assert (main(["--version"]), *capsys.readouterr()) == (run(["--version"]), *capsys.readouterr())
