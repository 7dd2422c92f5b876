"""Commands that bring a project in: `baseline`, `init`, `inventory`, `schema`."""

from __future__ import annotations

import os
import sys

import click

from trackaudit.cli.group import cli
from trackaudit.cli.output import crashes, exit_code, fail, open_pipe, replace_file
from trackaudit.errors import InputError
from trackaudit.model import CONFIDENCES
from trackaudit.report import ReportOptions


def _day(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from trackaudit.baseline import is_day

    if value and not is_day(value):
        raise click.BadParameter(f"`{value}` is no day, as in 2027-01-31")
    return value


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--baseline", metavar="FILE", help="File to write (default: the configured one, or trackaudit-baseline.json)."
)
@click.option("--prune", is_flag=True, help="Accept nothing; only remove what is not found any more.")
@click.option("--reason", default="", help="Why these findings are accepted.")
@click.option("--owner", default="", help="Who is to solve them.")
@click.option("--expires", default="", metavar="DAY", callback=_day, help="Last day on which they are accepted.")
@click.option(
    "--min-confidence",
    type=click.Choice(CONFIDENCES),
    default="medium",
    show_default=True,
    help="Accept findings that are this sure.",
)
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def baseline(
    paths: tuple[str, ...],
    baseline: str | None,
    prune: bool,
    reason: str,
    owner: str,
    expires: str,
    min_confidence: str,
    config: str | None,
    debug: bool,
) -> int:
    """Accept today's findings: write them to a file, so that checks report only what is new."""
    from trackaudit import adopt, pipeline
    from trackaudit.report import text
    from trackaudit.report.escape import escape
    from trackaudit.report.progress import progress

    with progress(sys.stderr):
        done = adopt.accept(
            pipeline.CheckOptions(
                paths=paths, config=config, min_confidence=min_confidence, cwd=os.getcwd(), baseline=baseline
            ),
            reason,
            owner,
            expires,
            prune,
        )
    name = os.path.relpath(done.path)
    problem = replace_file(done.path, name, lambda file: file.write(done.text))
    if problem:
        return fail(problem)
    with open_pipe(sys.stderr):
        text.write_notices(done.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
        changed = f"{done.removed} removed" if prune else f"{done.added} of them new"
        click.echo(f"{escape(name)}: {done.total} accepted findings, {changed}.", err=True)
        if done.stale:
            click.echo(f"{done.stale} are not found any more; `trackaudit baseline --prune` removes them.", err=True)
        if not done.configured:
            key = escape(os.path.basename(done.path))
            click.echo(f"To use it in every check, write `baseline: {key}` into trackaudit.yaml.", err=True)
    return exit_code(done.result._replace(findings=()), "error")


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--yes", is_flag=True, help="Write the file without asking.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def init(paths: tuple[str, ...], yes: bool, debug: bool) -> int:
    """Look at the project, show the IDs it seems to use, and write a trackaudit.yaml to begin with."""
    from trackaudit import adopt, pipeline
    from trackaudit.report import text
    from trackaudit.report.escape import escape
    from trackaudit.report.progress import progress

    with progress(sys.stderr):
        found = adopt.propose(pipeline.CheckOptions(paths=paths, cwd=os.getcwd()))
    if found.exists:
        raise InputError(f"{os.path.relpath(found.exists)}: there is a configuration already; it was left as it is")
    with open_pipe(sys.stdout):
        text.write_schema(found.schema, found.result, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with open_pipe(sys.stderr):
        text.write_notices(crashes(found.result), sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
    failed = exit_code(found.result, "error")
    name = escape(os.path.relpath(found.path))
    if not yes:
        if not sys.stdin.isatty():
            click.echo(f"Nothing was written; `trackaudit init --yes` writes {name}.", err=True)
            return failed
        if not click.confirm(f"Write this as {name}?", default=True, err=True):
            return failed
    problem = replace_file(found.path, name, lambda file: file.write(found.text))
    if problem:
        return fail(problem)
    click.echo(f"Wrote {name}. Check its IDs against the project's settings in Engagement.", err=True)
    return failed


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "name", type=click.Choice(["table", "json", "csv", "markdown"]), default="table", show_default=True
)
@click.option("--diff", "since", metavar="REV", help="Only what was added and removed since this git revision.")
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def inventory(paths: tuple[str, ...], name: str, since: str | None, config: str | None, debug: bool) -> int:
    """List every tracking call: what it sends, under which IDs, and where (a tracking plan from the code)."""
    from trackaudit import adopt, pipeline
    from trackaudit.report import text
    from trackaudit.report.inventory import write
    from trackaudit.report.progress import progress

    with progress(sys.stderr):
        listed = adopt.inventory(pipeline.CheckOptions(paths=paths, config=config, cwd=os.getcwd(), since=since))
    sections = [("", listed.rows)] if since is None else [("-", listed.removed), ("+", listed.added)]
    with open_pipe(sys.stdout):
        write(name, sections, sys.stdout)
        sys.stdout.flush()
    with open_pipe(sys.stderr):
        text.write_notices(listed.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
        told = (
            f"{len(listed.rows)} tracking calls"
            if since is None
            else (f"{len(listed.added)} tracking calls added, {len(listed.removed)} removed")
        )
        click.echo(f"{told}.", err=True)
    return exit_code(listed.result, "error")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of trackaudit.yaml, for editors."""
    import json

    from trackaudit.config import Config
    from trackaudit.config.schema import schema as made
    from trackaudit.engine.load import load_rules

    with open_pipe(sys.stdout):
        click.echo(json.dumps(made(rule.id for rule in load_rules(Config()).rules), indent=2))
