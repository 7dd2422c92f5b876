"""The command line: in go arguments, out come findings on stdout, all else on stderr, and an exit code.

Exit codes: 0 nothing at or above the threshold, 1 findings, 2 could not do the job, 130 interrupted. Commands import
what they need when they run, so that `trackaudit --version` costs no more than click.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import NamedTuple

import click

from trackaudit import __version__
from trackaudit.errors import InputError, TrackauditError
from trackaudit.model import CONFIDENCES, SEVERITIES
from trackaudit.report import FORMATS, ReportOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from trackaudit.engine.rule import RuleSet
    from trackaudit.model import Result

FINDINGS, FAILED, INTERRUPTED = 1, 2, 130


class OutputFile(NamedTuple):
    """One `--output FORMAT:FILE`."""

    format: str
    path: str


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
        code = _fail(*error.problems)
    except Exception as error:
        code = _crash(error, "--debug" in given)
    with _open_pipe(sys.stdout):
        sys.stdout.flush()
    return code if isinstance(code, int) else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trackaudit", message="%(prog)s %(version)s")
def cli() -> None:
    """Find customer identifiers that are sent to Bloomreach Engagement as properties, never as IDs."""


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

    stdin = _standard_input(paths, stdin_filename)
    outcome = pipeline.check(
        pipeline.CheckOptions(
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
        )
    )
    result = outcome.result
    options = ReportOptions(text.wants_color(sys.stdout), show_unresolved)
    with _open_pipe(sys.stdout):
        write(output_format, result, sys.stdout, options)
        sys.stdout.flush()
    _step_summary(output_format, result)
    with _open_pipe(sys.stderr):
        text.write_account(result, sys.stderr, options._replace(color=text.wants_color(sys.stderr)))
        if statistics:
            text.write_statistics(result, sys.stderr)
    code = _exit_code(result, fail_on or outcome.fail_on)
    for output in outputs:
        problem = _write_file(output, result, ReportOptions(show_unresolved=show_unresolved))
        if problem:
            code = _fail(problem)
    return code


@cli.command()
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
def rules(config: str | None) -> None:
    """List the rules: id, severity, what each finds."""
    from trackaudit.report.escape import escape

    ruleset = _load_rules(config)
    width = max((len(rule.id) for rule in ruleset.rules), default=0)
    with _open_pipe(sys.stdout):
        for rule in ruleset.rules:
            severity = rule.severity
            if rule.severity_inferred != severity:  # declared IDs are surer ground than inferred ones
                severity = f"{severity}/{rule.severity_inferred}"
            click.echo(f"{rule.id.ljust(width)}  {severity.ljust(13)}  {escape(rule.summary)}")


@cli.command()
@click.argument("rule")
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
def explain(rule: str, config: str | None) -> None:
    """Say what a rule finds, why it matters and what to write instead."""
    from trackaudit.engine.document import document
    from trackaudit.report.escape import escape

    ruleset = _load_rules(config)
    found = ruleset.get(rule)
    if found is None:
        from trackaudit.suppress import unknown_rule

        raise InputError(unknown_rule(rule, [one.id for one in ruleset.rules]))
    with _open_pipe(sys.stdout):
        for line in document(found).rstrip().split("\n"):
            click.echo(escape(line.replace("\t", "    ")))


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def identity(paths: tuple[str, ...], config: str | None, debug: bool) -> int:
    """Show the project's IDs: hard or soft, what each holds, and the places that say so."""
    from trackaudit import pipeline
    from trackaudit.report import text

    options = pipeline.CheckOptions(paths=paths, config=config, debug=debug, cwd=os.getcwd())
    schema, result = pipeline.identity(options)
    with _open_pipe(sys.stdout):
        text.write_schema(schema, result, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with _open_pipe(sys.stderr):
        text.write_notices(result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
    return _exit_code(result._replace(findings=()), "error")


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def sinks(paths: tuple[str, ...], config: str | None, debug: bool) -> int:
    """List the project's wrappers: functions whose parameters reach a send, each with its way there."""
    from trackaudit import pipeline
    from trackaudit.report import text

    wrappers, result = pipeline.sinks(pipeline.CheckOptions(paths=paths, config=config, debug=debug, cwd=os.getcwd()))
    with _open_pipe(sys.stdout):
        text.write_sinks(wrappers, result, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with _open_pipe(sys.stderr):
        text.write_notices(result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
    return _exit_code(result._replace(findings=()), "error")


@cli.command("test-rules")
@click.argument("directory", metavar="DIR")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def test_rules(directory: str, debug: bool) -> int:
    """Run the examples of your own rules in DIR (one YAML file a rule)."""
    from trackaudit import pipeline
    from trackaudit.engine import examples
    from trackaudit.report.escape import escape

    if not os.path.isdir(directory):
        raise InputError(f"{directory}: no such folder")
    total = failed = 0
    with _open_pipe(sys.stdout):
        for outcome in examples.test_rules(directory, pipeline.check_text):
            total += 1
            failed += bool(outcome.problems)
            for problem in outcome.problems:
                click.echo(f"{escape(outcome.rule)} / {escape(outcome.example)}: {escape(problem)}")
    if not total:
        raise InputError(f"{directory}: there is no rule with an example in it")
    click.echo(f"{total} examples, {failed} of them wrong." if failed else f"{total} examples, all right.", err=True)
    return FINDINGS if failed else 0


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


def _load_rules(config: str | None) -> RuleSet:
    from trackaudit.config import load_config
    from trackaudit.discover import locate
    from trackaudit.engine.load import load_rules

    return load_rules(load_config(locate((), config=config).config))


def _exit_code(result: Result, fail_on: str) -> int:
    if any(notice.kind == "crash" for notice in result.notices):
        return FAILED
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return FINDINGS if any(finding.severity in bad for finding in result.findings) else 0


def _write_file(output: OutputFile, result: Result, options: ReportOptions) -> str:
    """Write a report so that a reader sees all of it or none; the problem in words, or `""`."""
    from trackaudit.report import write

    path = os.path.realpath(output.path)
    # A pipe or device (`json:/dev/stdout`) cannot be replaced, only written to.
    direct = os.path.exists(path) and not os.path.isfile(path)
    target = path if direct else f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                write(output.format, result, file, options)
            if not direct:
                os.replace(target, path)
        finally:
            if not direct and os.path.exists(target):
                os.unlink(target)
    except OSError as error:
        return f"{output.path}: cannot be written: {error.strerror or error}"
    return ""


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
        _fail(f"GITHUB_STEP_SUMMARY: cannot be written: {error.strerror or error}")


@contextmanager
def _open_pipe(stream: TextIO) -> Iterator[None]:
    """Let a reader that has seen enough (`| head`) close the pipe: what is left goes nowhere, without a word."""
    try:
        yield
    except BrokenPipeError:
        _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _fail(*problems: str) -> int:
    from trackaudit.report.escape import escape

    with _open_pipe(sys.stderr):
        for problem in problems:
            click.echo(f"trackaudit: {escape(problem)}", err=True)
    return FAILED


def _crash(error: Exception, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exception(error)
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    version = sys.version.split()[0]
    return _fail(
        f"internal error: {words}",
        f"This is a fault of trackaudit {__version__} (Python {version}), not of your code. Please report it,"
        + (" with the traceback above." if debug else " with what `--debug` prints."),
    )
