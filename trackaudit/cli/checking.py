"""`check`, read by click: findings in every format, fixes, ignore comments."""

from __future__ import annotations

import os
import sys

import click

from trackaudit.cli import plain, running
from trackaudit.cli.group import cli
from trackaudit.report import FORMATS

MOST_GIVEN = 50_000_000
"""Bytes on standard input, ten times what is read of a file unless the configuration says otherwise."""


def _rule_ids(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))


def _output_files(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> list[running.OutputFile]:
    files = []
    for value in values:
        name, colon, path = value.partition(":")
        if not colon or not path:
            raise click.BadParameter(f"`{value}` is not FORMAT:FILE, as in `json:findings.json`")
        if name not in FORMATS:
            raise click.BadParameter(f"there is no format `{name}`; there are {', '.join(FORMATS)}")
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise click.BadParameter(f"`{path}` cannot be written: there is no folder `{folder}`")
        files.append(running.OutputFile(name, path))
    return files


def _choice(option: str) -> click.Choice[str]:
    return click.Choice(plain.choices()[option])


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=_choice("--output-format"), default="text", help="Format on standard output.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT:FILE",
    callback=_output_files,
    help="Write a report to a file as well; may be repeated.",
)
@click.option("--select", multiple=True, metavar="RULES", callback=_rule_ids, help="Run only these rules (a,b).")
@click.option("--ignore", multiple=True, metavar="RULES", callback=_rule_ids, help="Leave out these rules (a,b).")
@click.option(
    "--fail-on", type=_choice("--fail-on"), help="Lowest severity that makes the exit code 1 (default: warning)."
)
@click.option(
    "--min-confidence",
    type=_choice("--min-confidence"),
    default="medium",
    show_default=True,
    help="Hold back findings that are less sure.",
)
@click.option("--baseline", metavar="FILE", help="Accepted findings, which are not reported (`trackaudit baseline`).")
@click.option("--since", metavar="REV", help="Report only what is new since the present work left this git revision.")
@click.option("--diff", "diff", is_flag=True, help="Print the fixes as a unified diff instead of the findings.")
@click.option("--fix", is_flag=True, help="Write the safe fixes, each proven first.")
@click.option("--unsafe-fixes", is_flag=True, help="Write the other fixes too: read what they do.")
@click.option("--add-ignores", is_flag=True, help="Write an ignore comment above each finding, for adoption.")
@click.option("--reason", default="", metavar="TEXT", help="What the comments of --add-ignores give as their reason.")
@click.option("--allow-dirty", is_flag=True, help="Also fix files with changes that are not committed.")
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--no-cache", is_flag=True, help="Look at all files anew, and keep nothing for the next run.")
@click.option("--show-unresolved", is_flag=True, help="List the sends whose IDs or properties could not be resolved.")
@click.option("--statistics", is_flag=True, help="Show how many files and functions were looked at, and for how long.")
@click.option("--stdin-filename", metavar="FILE", help="Name of the file that `-` (standard input) stands for.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def check(
    paths: tuple[str, ...],
    output_format: str,
    outputs: list[running.OutputFile],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    min_confidence: str,
    baseline: str | None,
    since: str | None,
    diff: bool,
    fix: bool,
    unsafe_fixes: bool,
    add_ignores: bool,
    reason: str,
    allow_dirty: bool,
    config: str | None,
    no_cache: bool,
    show_unresolved: bool,
    statistics: bool,
    stdin_filename: str | None,
    debug: bool,
) -> int:
    """Check files and folders (default: the working directory); `-` is standard input."""
    stdin = _standard_input(paths, stdin_filename)
    if stdin and (fix or unsafe_fixes) and not diff:
        raise click.UsageError("`-` (standard input) cannot be written; --diff prints its fixes")
    if add_ignores and (stdin or diff or fix or unsafe_fixes):
        raise click.UsageError("--add-ignores goes alone: with files, and without fixes")
    if reason and not add_ignores:
        raise click.UsageError("--reason goes with --add-ignores")
    return running.check(
        running.Asked(
            paths,
            output_format,
            tuple(outputs),
            select,
            ignore,
            fail_on,
            min_confidence,
            baseline,
            since,
            diff,
            fix,
            unsafe_fixes,
            add_ignores,
            reason,
            allow_dirty,
            config,
            no_cache,
            show_unresolved,
            statistics,
            debug,
            stdin,
        )
    )


def _standard_input(paths: tuple[str, ...], name: str | None) -> tuple[str, bytes] | None:
    if "-" not in paths:
        if name is not None:
            raise click.UsageError("--stdin-filename goes with `-`, which stands for standard input")
        return None
    if len(paths) > 1:
        raise click.UsageError("`-` (standard input) cannot be checked together with other paths")
    if name is None:
        raise click.UsageError("`-` needs --stdin-filename, which tells the language and the project")
    given = sys.stdin.buffer.read(MOST_GIVEN + 1)
    if len(given) > MOST_GIVEN:
        raise click.UsageError(f"standard input has more than {MOST_GIVEN // 1_000_000} MB")
    return name, given
