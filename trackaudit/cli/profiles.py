"""`profiles`: exports of profiles that are already split, diagnosed, and a plan of the calls that merge them."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

import click

from trackaudit.cli.group import cli
from trackaudit.cli.output import crashes, exit_code, open_pipe
from trackaudit.errors import InputError
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from trackaudit.model import IdSchema, Result
    from trackaudit.profiles.aim import Goal
    from trackaudit.profiles.export import Export

LIMIT = 20
_MISSING = "this needs more packages: pip install 'trackaudit[profiles]'"


class _Asked(NamedTuple):
    """The options that `diagnose` and `plan` share."""

    paths: tuple[str, ...]
    hard: tuple[str, ...]
    soft: tuple[str, ...]
    properties: tuple[str, ...]
    appeared: str
    hard_id: tuple[str, ...]
    limit: int
    config: str | None
    code: str | None
    delimiter: str
    encoding: str
    separator: str | None
    broken: str
    memory: str


class _Opened(NamedTuple):
    database: Any
    export: Export
    broken: int
    goal: Goal


@cli.group()
def profiles() -> None:
    """Repair profiles that are already split: figures, and a plan. Nothing is ever sent."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.argument("exports", nargs=-1, required=True, metavar="EXPORT..."),
            click.option("--hard", multiple=True, metavar="COLUMN[=ID]", help="This column is a hard ID."),
            click.option("--soft", multiple=True, metavar="COLUMN[=ID]", help="This column is a soft ID."),
            click.option(
                "--property",
                "properties",
                multiple=True,
                metavar="COLUMN=KIND",
                help="This column is a property that identifies: email, phone or customer_id. Then no other is.",
            ),
            click.option("--appeared", default="", metavar="COLUMN", help="This column says when a profile appeared."),
            click.option(
                "--hard-id",
                multiple=True,
                metavar="ID",
                help="Hard ID to merge into (default: those of e-mail addresses and account ids).",
            ),
            click.option(
                "--max-profiles-per-identifier",
                "limit",
                type=click.IntRange(2),
                default=LIMIT,
                show_default=True,
                help="Hold a value that more profiles share.",
            ),
            click.option("--delimiter", default="", metavar="TEXT", help="Of CSV (default: found out)."),
            click.option(
                "--encoding", default="", help="Of text, e.g. cp1250 (default: UTF-8, or UTF-16 with its mark)."
            ),
            click.option(
                "--list-separator",
                "separator",
                metavar="TEXT",
                help="Of the values in a CSV's cell of a soft ID; '' if it holds one. Lists in JSON need none.",
            ),
            click.option("--code", metavar="PATH", help="Code to check: its IDs are known, and its findings compared."),
            click.option("--config", metavar="FILE", help="Configuration to use instead of the one found."),
            click.option("--memory", default="1GB", show_default=True, help="Memory for the database."),
            click.option("--broken", default="", metavar="FILE", help="Write rows that cannot be read to this file."),
            click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails."),
        )
    ):
        command = option(command)
    return command


@profiles.command()
@_options
@click.option("--findings", metavar="FILE", help="Report of `trackaudit check --output json:FILE` to compare with.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--groups", default="", metavar="FILE", help="Write each group to this file, a line of JSON each.")
@click.option("--columns-only", is_flag=True, help="Show what the columns are taken for, and stop.")
def diagnose(
    exports: tuple[str, ...],
    findings: str | None,
    output_format: str,
    groups: str,
    columns_only: bool,
    debug: bool,
    **given: Any,
) -> int:
    """Count the profiles that share an identifier, where it stands, and why they did not merge."""
    _needed()
    from trackaudit.profiles import plan
    from trackaudit.profiles.blame import blame, findings_of, read_findings, told, told_crowds
    from trackaudit.profiles.diagnose import diagnose
    from trackaudit.profiles.files import together
    from trackaudit.report.profiles import write

    asked = _Asked(paths=exports, **given)
    _apart(exports, groups, asked.broken)
    known = read_findings(findings) if findings else []  # before what takes long
    failed = 0
    if asked.code:
        more, checked = findings_of(asked.code, asked.config)
        known += more
        failed = _told_faults(checked, debug)
    with _opened(asked) as opened:
        if columns_only:
            return 0
        database, goal = opened.database, opened.goal
        plan.prepare(database, goal)
        each, crowds = plan.groups_of(database, goal), plan.crowds_of(database, goal)
        places = plan.crowded(database, goal)
        if groups:
            with together(groups) as (out,):
                found = diagnose(told(each, known, out), told_crowds(crowds, known, out), places)
        else:
            found = diagnose(each, crowds, places)
        code = [blame(pattern, known) for pattern in found.patterns] if findings or asked.code else None
        with open_pipe(sys.stdout):
            write(output_format, found, code, opened.export.profiles, opened.broken, sys.stdout)
    return failed


@profiles.command()
@_options
@click.option("-o", "--output", "output", required=True, metavar="FILE", help="Plan to write: a request body a line.")
@click.option("--held", default="", metavar="FILE", help="Groups that are not merged (default: PLAN-held.jsonl).")
@click.option("--without-broken", is_flag=True, help="Plan although some rows could not be read.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="Of the account on stdout.")
def plan(
    exports: tuple[str, ...],
    output: str,
    held: str,
    without_broken: bool,
    output_format: str,
    debug: bool,
    **given: Any,
) -> int:
    """Write the calls that merge what can merge; the rest goes to a file of its own, with the reason."""
    stem = os.path.splitext(output)[0]
    held = held or f"{stem}-held.jsonl"
    asked = _Asked(paths=exports, **given)
    asked = asked._replace(broken=asked.broken or f"{stem}-broken.jsonl")
    _apart(exports, output, held, asked.broken)
    with _opened(asked) as opened:
        if opened.broken and not without_broken:
            raise InputError(
                f"rows could not be read: {opened.broken:,} ({asked.broken}); what they say could speak "
                "against a merge, so no plan was written",
                "Repair the export, or use --without-broken to plan without them",
            )
        from trackaudit.profiles import plan as planning
        from trackaudit.report.profiles import write_account

        planning.prepare(opened.database, opened.goal)
        account = planning.write(opened.database, opened.goal, opened.export.profiles, output, held)
        with open_pipe(sys.stdout):
            write_account(output_format, account, output, held, sys.stdout)
    return 0


@profiles.command()
@click.option("--dialect", default="bigquery", show_default=True, help="bigquery, snowflake, postgres or duckdb.")
def sql(dialect: str) -> int:
    """Print the query that takes from a view `sightings` only the profiles that share an identifier."""
    _needed()
    from trackaudit.profiles import queries

    if dialect not in queries.DIALECTS:
        raise click.UsageError(f"there is no dialect `{dialect}`; there are {', '.join(queries.DIALECTS)}")
    with open_pipe(sys.stdout):
        click.echo(queries.sql(queries.extract(queries.sightings()), dialect))
    return 0


def _apart(exports: tuple[str, ...], *written: str) -> None:
    """Raises where what is to be written has no folder (InputError), or would overwrite something (UsageError)."""
    new = [path for path in written if path]
    for path in new:
        if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise InputError(f"{path}: cannot be written: there is no such folder")
    if len({os.path.realpath(path) for path in (*new, *exports)}) < len(new) + len(set(exports)):
        raise click.UsageError("the exports, and what is written, must be different files")


def _needed() -> None:
    """Raises InputError where the packages of the extra are missing."""
    try:
        from trackaudit.profiles import export, queries  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(f"{_MISSING} ({error.name})") from None


@contextmanager
def _opened(asked: _Asked) -> Iterator[_Opened]:
    """The exports, read; their columns are told on stderr. The database is gone afterwards."""
    _needed()
    from trackaudit.profiles import export
    from trackaudit.profiles.aim import goal_of
    from trackaudit.profiles.broken import Broken
    from trackaudit.profiles.columns import Asked
    from trackaudit.report.profiles import write_broken, write_columns, write_goal

    words = Asked(_pairs(asked.hard), _pairs(asked.soft), _kinds(asked.properties), asked.appeared)
    schema = _schema(asked)
    beside = os.path.dirname(os.path.abspath(asked.broken)) if asked.broken else None
    with _workspace(beside) as folder:
        database = export.connect(folder, asked.memory)
        aside = os.path.join(folder, "broken.jsonl")
        try:
            with open(aside, "w", encoding="utf-8", newline="\n") as file:
                broken = Broken(file)
                csv = export.Csv(asked.delimiter, asked.encoding, asked.separator)
                done = export.read(database, asked.paths, words, schema, folder, broken, csv)
            if broken.count and asked.broken:
                _moved(aside, asked.broken)
            with open_pipe(sys.stderr):
                write_columns(done, broken.count, sys.stderr)
                write_broken(broken, asked.broken, sys.stderr)
            goal = goal_of(database, done, asked.hard_id, asked.limit)
            with open_pipe(sys.stderr):
                write_goal(goal, sys.stderr)
            yield _Opened(database, done, broken.count, goal)
        except export.NO_ROOM as error:
            raise InputError(
                f"the database had to stop: {str(error).splitlines()[0]}",
                "If it lacks room: give it more with --memory, or name a larger folder in the variable TMPDIR",
            ) from None
        finally:
            database.close()


def _told_faults(result: Result, debug: bool) -> int:
    """Tell what failed while the code was checked; the exit code that this asks for."""
    from trackaudit.report import ReportOptions, text

    with open_pipe(sys.stderr):
        text.write_notices(crashes(result), sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
    return exit_code(result._replace(findings=()), "error")


def _moved(path: str, target: str) -> None:
    try:
        os.replace(path, target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from None


@contextmanager
def _workspace(beside: str | None) -> Iterator[str]:
    """A folder for the database, gone afterwards; beside the file that rows are set aside in, or the system's own."""
    import tempfile

    try:
        folder = tempfile.TemporaryDirectory(prefix="trackaudit-", dir=beside, ignore_cleanup_errors=True)
    except OSError as error:
        raise InputError(f"{beside or 'the temporary folder'}: cannot be written to: {error.strerror}") from None
    with folder as name:
        yield name


def _schema(asked: _Asked) -> IdSchema | None:
    """The IDs that the configuration declares, or that the code is seen to use."""
    from trackaudit.config import find_config, load_config

    if asked.code:
        from trackaudit import pipeline

        schema, _ = pipeline.identity(pipeline.CheckOptions((asked.code,), asked.config, cwd=os.getcwd()))
        return schema if schema.source != "default" else None
    from trackaudit.identity import infer

    config = load_config(asked.config or find_config(os.getcwd(), os.path.abspath(os.sep)))
    return infer((), config) if config.identifiers else None


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    parts = [one.partition("=") for one in given]
    return {column: name or column for column, _, name in parts}


def _kinds(given: tuple[str, ...]) -> dict[str, str]:
    from trackaudit.identity import IDENTIFYING

    kinds = _pairs(given)
    for column, kind in kinds.items():
        if kind not in IDENTIFYING:
            raise click.UsageError(f"--property {column}: say what it holds, e.g. {column}=email")
    return kinds
