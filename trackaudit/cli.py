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
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from trackaudit.engine.rule import RuleSet
    from trackaudit.model import Finding, Result
    from trackaudit.pipeline import CheckOptions, CheckOutcome

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
    with _open_pipe(sys.stdout):
        text.write(left, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with _open_pipe(sys.stderr):
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
    with _open_pipe(sys.stdout):
        if repair is not None:
            sys.stdout.flush()
            changes = diff(repair.before, repair.repaired.overlay, outcome.result.prefix)
            sys.stdout.buffer.write(changes)
            sys.stdout.buffer.flush()
    with _open_pipe(sys.stderr):
        text.write_account(outcome.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
        fixed = repair.repaired.fixed if repair is not None else 0
        click.echo(f"The diff fixes {fixed} of {len(outcome.result.findings)} findings; nothing was written.", err=True)
    return _exit_code(outcome.result, fail_on or outcome.fail_on)


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
    problem = _replace_file(done.path, name, lambda file: file.write(done.text))
    if problem:
        return _fail(problem)
    with _open_pipe(sys.stderr):
        text.write_notices(done.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
        changed = f"{done.removed} removed" if prune else f"{done.added} of them new"
        click.echo(f"{escape(name)}: {done.total} accepted findings, {changed}.", err=True)
        if done.stale:
            click.echo(f"{done.stale} are not found any more; `trackaudit baseline --prune` removes them.", err=True)
        if not done.configured:
            key = escape(os.path.basename(done.path))
            click.echo(f"To use it in every check, write `baseline: {key}` into trackaudit.yaml.", err=True)
    return _exit_code(done.result._replace(findings=()), "error")


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
    with _open_pipe(sys.stdout):
        text.write_schema(found.schema, found.result, sys.stdout, ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    name = escape(os.path.relpath(found.path))
    if not yes:
        if not sys.stdin.isatty():
            click.echo(f"Nothing was written; `trackaudit init --yes` writes {name}.", err=True)
            return 0
        if not click.confirm(f"Write this as {name}?", default=True, err=True):
            return 0
    problem = _replace_file(found.path, name, lambda file: file.write(found.text))
    if problem:
        return _fail(problem)
    click.echo(f"Wrote {name}. Check its IDs against the project's settings in Engagement.", err=True)
    return 0


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
    with _open_pipe(sys.stdout):
        write(name, sections, sys.stdout)
        sys.stdout.flush()
    with _open_pipe(sys.stderr):
        text.write_notices(listed.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr)))
        told = (
            f"{len(listed.rows)} tracking calls"
            if since is None
            else (f"{len(listed.added)} tracking calls added, {len(listed.removed)} removed")
        )
        click.echo(f"{told}.", err=True)
    return _exit_code(listed.result, "error")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of trackaudit.yaml, for editors."""
    import json

    from trackaudit.config import Config
    from trackaudit.config.schema import schema as made
    from trackaudit.engine.load import load_rules

    with _open_pipe(sys.stdout):
        click.echo(json.dumps(made(rule.id for rule in load_rules(Config()).rules), indent=2))


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
@click.argument("rule", metavar="RULE|PATH:LINE")
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
def explain(rule: str, config: str | None) -> int:
    """Say what a rule finds and why it matters; of PATH:LINE, show the finding there whole, with its fix."""
    path, colon, line = rule.rpartition(":")
    if colon and path and line.isdigit():
        return _explain_finding(path, int(line), config)
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
    return 0


def _explain_finding(path: str, line: int, config: str | None) -> int:
    from trackaudit import pipeline
    from trackaudit.report import text, whole

    # The file's own folder is not enough: what reaches a send may come from anywhere in the project.
    options = pipeline.CheckOptions(paths=(path,), config=config, min_confidence="low", cwd=os.getcwd(), fix="propose")
    result = pipeline.check(options).result

    def stands_there(finding: Finding) -> bool:
        places = (finding.root, finding.sink, *(step.place for step in finding.trail))
        named = [place for place in places if os.path.normpath(result.prefix + place.path) == os.path.normpath(path)]
        return any(result.sources[place.path].position(place.start)[0] == line for place in named)

    found = tuple(finding for finding in result.findings if stands_there(finding))
    if not found:
        raise InputError(f"{path}:{line}: no finding there; `trackaudit check {path}` lists those of the file")
    transforms = {one.id: one.transform for one in _load_rules(config).rules}
    with _open_pipe(sys.stdout):
        whole.write(
            result._replace(findings=found), transforms, sys.stdout, ReportOptions(text.wants_color(sys.stdout))
        )
        sys.stdout.flush()
    return 0


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
    from trackaudit.report import write

    return _replace_file(output.path, output.path, lambda file: write(output.format, result, file, options))


def _replace_file(path: str, name: str, write: Callable[[TextIO], object]) -> str:
    """Write a file so that a reader sees all of it or none; the problem in words, or `""`."""
    path = os.path.realpath(path)
    # A pipe or device (`json:/dev/stdout`) cannot be replaced, only written to.
    direct = os.path.exists(path) and not os.path.isfile(path)
    target = path if direct else f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                write(file)
            if not direct:
                os.replace(target, path)
        finally:
            if not direct and os.path.exists(target):
                os.unlink(target)
    except OSError as error:
        return f"{name}: cannot be written: {error.strerror or error}"
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
