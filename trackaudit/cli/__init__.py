"""The command line: in go arguments, out come findings on stdout, all else on stderr, and an exit code.

Exit codes: 0 nothing at or above the threshold, 1 findings, 2 could not do the job, 130 interrupted. Commands import
what they need when they run, so that `trackaudit --version` costs no more than click.
"""

from __future__ import annotations

import sys

import click

from trackaudit.cli import adopting, asking, checking
from trackaudit.cli.group import FAILED, INTERRUPTED, cli
from trackaudit.cli.output import crash, fail, open_pipe
from trackaudit.errors import TrackauditError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["adopting", "asking", "checking", "cli", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. `arguments`: those of the process by default."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a letter shows its number instead
            reconfigure(errors="backslashreplace")
    try:
        code = cli.main(given, prog_name="trackaudit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = FAILED
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except TrackauditError as error:
        code = fail(*error.problems)
    except Exception as error:
        code = crash(error, "--debug" in given)
    with open_pipe(sys.stdout):
        sys.stdout.flush()
    return code if isinstance(code, int) else 0
