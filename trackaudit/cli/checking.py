"""`check`: findings in every format, fixes, ignore comments."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import click

from trackaudit.cli.group import FINDINGS, cli
from trackaudit.cli.output import exit_code, fail, open_pipe, replace_file
from trackaudit.errors import InputError
from trackaudit.model import CONFIDENCES, SEVERITIES
from trackaudit.report import FORMATS, ReportOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import Result
    from trackaudit.pipeline import CheckOptions, CheckOutcome


class OutputFile(NamedTuple):
    """One `--output FORMAT:FILE`."""

    format: str
    path: str


def _rule_ids(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))


def _output_files(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[OutputFile]:
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
        files.append(OutputFile(name, path))
    return files


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=click.Choice(list(FORMATS)), default="text", help="Format on standard output.")
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
    "--fail-on", type=click.Choice(SEVERITIES), help="Lowest severity that makes the exit code 1 (default: warning)."
)
@click.option(
    "--min-confidence",
    type=click.Choice(CONFIDENCES),
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
@click.option("--no-cache", is_flag=True, help="Do not use a cache. There is none yet: it changes nothing.")
@click.option("--show-unresolved", is_flag=True, help="List the sends whose IDs or properties could not be resolved.")
@click.option("--statistics", is_flag=True, help="Show how many files and functions were looked at, and for how long.")
@click.option("--stdin-filename", metavar="FILE", help="Name of the file that `-` (standard input) stands for.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def check(
    paths: tuple[str, ...],
    output_format: str,
    outputs: list[OutputFile],
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
    from trackaudit import pipeline
    from trackaudit.report import text, write
    from trackaudit.report.progress import progress

    stdin = _standard_input(paths, stdin_filename)
    if stdin and (fix or unsafe_fixes) and not diff:
        raise click.UsageError("`-` (standard input) cannot be written; --diff prints its fixes")
    told = {output_format, *(output.format for output in outputs)}
    asked = pipeline.CheckOptions(
        paths=() if stdin else paths,
        config=config,
        select=select,
        ignore=ignore,
        min_confidence=min_confidence,
        stdin=stdin,
        debug=debug,
        cwd=os.getcwd(),
        baseline=baseline,
        since=since,
        fix=_fix_mode(diff, fix, unsafe_fixes, told),
    )
    if add_ignores:
        if stdin or diff or fix or unsafe_fixes:
            raise click.UsageError("--add-ignores goes alone: with files, and without fixes")
        return _add_ignores(asked._replace(fix=""), reason)
    if reason:
        raise click.UsageError("--reason goes with --add-ignores")
    with progress(sys.stderr):
        outcome = pipeline.check(asked)
    if diff:
        return _print_diff(outcome, fail_on)
    if fix or unsafe_fixes:
        outcome = _write_fixes(outcome, asked, allow_dirty)
    result = outcome.result
    options = ReportOptions(text.wants_color(sys.stdout), show_unresolved)
    with open_pipe(sys.stdout):
        write(output_format, result, sys.stdout, options)
        sys.stdout.flush()
    _step_summary(output_format, result)
    with open_pipe(sys.stderr):
        text.write_account(result, sys.stderr, options._replace(color=text.wants_color(sys.stderr)))
        if statistics:
            text.write_statistics(result, sys.stderr)
    code = exit_code(result, fail_on or outcome.fail_on)
    for output in outputs:
        problem = _write_file(output, result, ReportOptions(show_unresolved=show_unresolved))
        if problem:
            code = fail(problem)
    return code


def _add_ignores(asked: CheckOptions, reason: str) -> int:
    from trackaudit import ignores
    from trackaudit.fix.write import Change, write
    from trackaudit.report import text
    from trackaudit.report.progress import progress

    with progress(sys.stderr):
        done = ignores.add_ignores(asked, reason)
    changes = {path: Change(old, new) for path, (old, new) in done.files.items()}
    try:
        written = write(done.root, changes, [frozenset((path,)) for path in changes], allow_dirty=True)
    except OSError as error:
        raise InputError(f"the comments cannot be written: {error.strerror or error}") from error
    left = done.result._replace(findings=done.left, notices=(*done.result.notices, *written.notices))
    with open_pipe(sys.stdout):
        text.write(left, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with open_pipe(sys.stderr):
        text.write_notices(left, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
        click.echo(f"Comments in {len(written.paths)} files silence {done.silenced} findings.", err=True)
        if done.left:
            hint = "take no comment, like those in JSON; `trackaudit baseline` accepts them"
            click.echo(f"{len(done.left)} findings {hint}.", err=True)
    return FINDINGS if done.left else 0


def _fix_mode(diff: bool, fix: bool, unsafe_fixes: bool, formats: set[str]) -> str:
    if unsafe_fixes or (diff and not fix):
        return "unsafe"
    if fix:
        return "safe"
    return "propose" if formats & {"json", "sarif"} else ""


def _print_diff(outcome: CheckOutcome, fail_on: str | None) -> int:
    """The fixes as a diff that `git apply` takes in this folder; the account goes to the other stream."""
    from trackaudit.fix.edits import diff
    from trackaudit.report import text

    repair = outcome.repair
    with open_pipe(sys.stdout):
        if repair is not None:
            sys.stdout.flush()
            changes = diff(repair.before, repair.repaired.overlay, outcome.result.prefix)
            sys.stdout.buffer.write(changes)
            sys.stdout.buffer.flush()
    with open_pipe(sys.stderr):
        text.write_account(outcome.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
        fixed = repair.repaired.fixed if repair is not None else 0
        click.echo(f"The diff fixes {fixed} of {len(outcome.result.findings)} findings; nothing was written.", err=True)
    return exit_code(outcome.result, fail_on or outcome.fail_on)


def _write_fixes(outcome: CheckOutcome, asked: CheckOptions, allow_dirty: bool) -> CheckOutcome:
    """Write what was repaired, and give what remains."""
    repair = outcome.repair
    if repair is None:
        return outcome
    from trackaudit import pipeline
    from trackaudit.fix.write import Change, write

    repaired = repair.repaired
    changes = {path: Change(repair.before[path], data) for path, data in repaired.overlay.items()}
    try:
        written = write(repair.root, changes, repaired.together, allow_dirty)
    except OSError as error:
        raise InputError(f"the fixes cannot be written, and no file was changed: {error.strerror or error}") from error
    whole = len(written.paths) == len(changes)
    result = repair.result if whole else pipeline.check(asked._replace(fix="")).result
    files = f"{len(written.paths)} file{'' if len(written.paths) == 1 else 's'}"
    told = f"Fixed {repaired.fixed} findings in {files}." if whole else f"Wrote {files} of {len(changes)} with fixes."
    click.echo(told, err=True)
    return outcome._replace(result=result._replace(notices=(*result.notices, *written.notices)), repair=None)


def _standard_input(paths: tuple[str, ...], name: str | None) -> tuple[str, bytes] | None:
    if "-" not in paths:
        if name is not None:
            raise click.UsageError("--stdin-filename goes with `-`, which stands for standard input")
        return None
    if len(paths) > 1:
        raise click.UsageError("`-` (standard input) cannot be checked together with other paths")
    if name is None:
        raise click.UsageError("`-` needs --stdin-filename, which tells the language and the project")
    return name, sys.stdin.buffer.read()


def _write_file(output: OutputFile, result: Result, options: ReportOptions) -> str:
    from trackaudit.report import write

    return replace_file(output.path, output.path, lambda file: write(output.format, result, file, options))


def _step_summary(output_format: str, result: Result) -> None:
    """In a job on GitHub, add the page with all findings to the job's summary, as its log can show only a few."""
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if output_format != "github" or not path:
        return
    from trackaudit.report.github import write_summary

    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            write_summary(result, file)
    except OSError as error:
        fail(f"GITHUB_STEP_SUMMARY: cannot be written: {error.strerror or error}")
