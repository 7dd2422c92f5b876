"""All commands, read by click: in go arguments, out comes an exit code. What the user got wrong is told here."""

from __future__ import annotations

import click

from trackaudit.cli import adopting, asking, checking, keeping, profiles
from trackaudit.cli.group import cli
from trackaudit.cli.output import FAILED, INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["adopting", "asking", "checking", "cli", "keeping", "profiles", "run"]


def run(given: Sequence[str]) -> int:
    """Run one command. Raises TrackauditError where it cannot do its job."""
    try:
        code = cli.main(list(given), prog_name="trackaudit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else 0
