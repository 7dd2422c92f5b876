"""The command line: in go arguments, out come findings on stdout, all else on stderr, and an exit code.

Exit codes: 0 nothing at or above the threshold, 1 findings, 2 could not do the job, 130 interrupted. `plain.py` answers
the few calls that hooks and editors make thousands of times; click, which alone costs two and a half times the
interpreter's own start, reads all others (`commands.py`).
"""

from __future__ import annotations

import errno
import gc
import os
import sys

from trackaudit.cli import plain
from trackaudit.cli.output import INTERRUPTED, crash, fail, open_pipe, trace
from trackaudit.errors import TrackauditError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

GARBAGE = 5_000_000
"""New objects before Python looks for cycles among them. Syntax trees and what is seen in them hold none, and live to
the end: looking takes 40 % of a run over 1,000 tracking files, and frees nothing. Past so many it may look."""


def command() -> NoReturn:
    """The installed command: `main` in a process of its own, which ends when all is written.

    Nothing is open by then, so the interpreter is not taken apart object by object, which is a sixth of a short run.
    """
    gc.set_threshold(GARBAGE)
    code = main()
    sys.stderr.flush()
    os._exit(code)


def _open_closed() -> None:
    """Give a caller that closed a standard stream (`>&-`) one that leads nowhere: else the next file that is opened
    would stand in its place, and be written into."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. `arguments`: those of the process by default."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a letter shows its number instead
            reconfigure(errors="backslashreplace")
    try:
        code = plain.answer(given)
        if code is None:
            from trackaudit.cli import commands

            code = commands.run(given)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except TrackauditError as error:
        if "--debug" in given and error.__cause__ is not None:
            trace(error.__cause__)
        code = fail(*error.problems)
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = fail(f"cannot be written: {error}") if full else crash(error, "--debug" in given)
    try:
        with open_pipe(sys.stdout):
            sys.stdout.flush()
    except TrackauditError as error:
        code = fail(*error.problems)
    return code
