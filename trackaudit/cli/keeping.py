"""`cache`, read by click: where results of earlier runs are kept, and how to be rid of them."""

from __future__ import annotations

import click

from trackaudit.cli.group import cli
from trackaudit.errors import InputError


@cli.group()
def cache() -> None:
    """Show or clear what is kept of earlier runs."""


@cache.command()
def path() -> None:
    """Print the folder in which results are kept."""
    from trackaudit import cache
    from trackaudit.report.escape import escape

    folder = cache.folder()
    if folder is None:
        raise InputError("there is no home folder, so nothing is kept")
    click.echo(escape(folder))


@cache.command()
def clear() -> None:
    """Remove all that is kept, of every project."""
    from trackaudit import cache

    click.echo("Removed what was kept." if cache.clear() else "Nothing was kept.", err=True)
