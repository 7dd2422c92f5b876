"""The command group that every command joins."""

from __future__ import annotations

import click

from trackaudit import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trackaudit", message="%(prog)s %(version)s")
def cli() -> None:
    """Find customer identifiers that are sent to Bloomreach Engagement as properties, never as IDs."""
