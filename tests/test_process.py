"""A process that is run to its end: the quick way and `subprocess` give the same."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from trackaudit.discover import process

if TYPE_CHECKING:
    from pathlib import Path

LOUD = "import sys; sys.stdout.write('o' * 300_000); sys.stderr.write('e' * 300_000); sys.exit(3)"


@pytest.fixture(params=["quick", "by subprocess"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "quick":
        monkeypatch.setattr(process, "SPAWNS", False)


def ended(program: str, seconds: float = 30, **more: str) -> tuple[int, bytes, bytes]:
    return process.ended([sys.executable, "-I", "-c", program], {**os.environ, **more}, seconds)


def test_both_outputs_come_whole_however_full_the_pipes_are() -> None:
    assert ended(LOUD) == (3, b"o" * 300_000, b"e" * 300_000)


def test_the_environment_is_the_one_given_and_there_is_nothing_to_read() -> None:
    assert ended("import os, sys; print(os.environ['WORD'], sys.stdin.read())", WORD="yes")[1].split() == [b"yes"]


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_what_is_given_can_be_read_however_much_it_is(size: int) -> None:
    program = "import sys; data = sys.stdin.buffer.read(); sys.stdout.write(f'{len(data)} {set(data)}')"
    waits = [process.started([sys.executable, "-I", "-c", program], os.environ, 30, b"x" * size) for _ in range(2)]
    assert [wait() for wait in waits] == [(0, f"{size} {{120}}".encode(), b"")] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_one_that_a_signal_ends_has_a_negative_code() -> None:
    assert ended("import os; os.kill(os.getpid(), 9)")[0] == -9


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    late = tmp_path / "late"
    with pytest.raises(TimeoutError):
        ended(f"import time; time.sleep(3); open({str(late)!r}, 'w')", seconds=0.2)
    assert not late.exists()
    if sys.platform != "win32":
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def test_a_program_that_is_not_there_is_told_and_no_pipe_stays_open() -> None:
    def first_free() -> int:
        free = os.dup(0)
        os.close(free)
        return free

    before = first_free()
    with pytest.raises(FileNotFoundError):
        process.ended(["no-such-program-here"], dict(os.environ), 5)
    ended("pass")
    assert first_free() == before
