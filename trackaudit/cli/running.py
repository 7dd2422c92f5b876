"""`check`, once its arguments are read: an `Asked` in, the reports written, an exit code out.

Nothing here needs click: the plain way (`plain.py`) gets here without it, and click's (`checking.py`) gives the same.
"""

from __future__ import annotations

import os
import sys

from trackaudit.cli.output import FAILED, exit_code, fail, open_pipe, rendered, replace_file
from trackaudit.errors import InputError
from trackaudit.model import SEVERITIES
from trackaudit.record import NamedTuple
from trackaudit.report import ReportOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import Result
    from trackaudit.pipeline import CheckOptions, CheckOutcome


class OutputFile(NamedTuple):
    """One `--output FORMAT:FILE`."""

    format: str
    path: str


class Asked(NamedTuple):
    """What the command line asks of `check`; the defaults are those of a call without options.

    `stdin`: name and bytes of what stands in for the files. Options that exclude each other were refused before.
    """

    paths: tuple[str, ...] = ()
    output_format: str = "text"
    outputs: tuple[OutputFile, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    min_confidence: str = "medium"
    baseline: str | None = None
    since: str | None = None
    diff: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    add_ignores: bool = False
    reason: str = ""
    allow_dirty: bool = False
    config: str | None = None
    no_cache: bool = False
    show_unresolved: bool = False
    statistics: bool = False
    debug: bool = False
    stdin: tuple[str, bytes] | None = None


def check(asked: Asked) -> int:
    """Check and report."""
    from trackaudit import pipeline
    from trackaudit.report import text
    from trackaudit.report.progress import progress

    told = {asked.output_format, *(output.format for output in asked.outputs)}
    wanted = pipeline.CheckOptions(
        paths=() if asked.stdin else asked.paths,
        config=asked.config,
        select=asked.select,
        ignore=asked.ignore,
        min_confidence=asked.min_confidence,
        stdin=asked.stdin,
        debug=asked.debug,
        cwd=os.getcwd(),
        baseline=asked.baseline,
        since=asked.since,
        fix=_fix_mode(asked.diff, asked.fix, asked.unsafe_fixes, told),
        tells_rules="sarif" in told,
        cache=not asked.no_cache,
    )
    if asked.add_ignores:
        return _add_ignores(wanted._replace(fix=""), asked.reason)
    with progress(sys.stderr):
        outcome = pipeline.check(wanted)
    if asked.diff:
        return _print_diff(outcome, asked.fail_on, asked.debug)
    if asked.fix or asked.unsafe_fixes:
        outcome = _write_fixes(outcome, wanted, asked.allow_dirty)
    result = outcome.result
    options = ReportOptions(text.wants_color(sys.stdout), asked.show_unresolved, asked.debug)
    result = _printed(asked.output_format, result, options)
    _step_summary(asked.output_format, result)
    with open_pipe(sys.stderr):
        text.write_account(result, sys.stderr, options._replace(color=text.wants_color(sys.stderr)))
        if asked.statistics:
            text.write_statistics(result, sys.stderr)
    code = exit_code(result, asked.fail_on or outcome.fail_on)
    for output in asked.outputs:
        code = _write_file(output, result, options._replace(color=False)) or code
    return code


def _printed(name: str, result: Result, options: ReportOptions) -> Result:
    """Print a report, and give the result with the notices of what it failed on."""
    text, faults = rendered(name, result, options)
    with open_pipe(sys.stdout):
        sys.stdout.write(text)
        sys.stdout.flush()
    return result._replace(notices=(*result.notices, *faults))


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
        text.write_notices(left, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=asked.debug))
        _tell(f"Comments in {len(written.paths)} files silence {done.silenced} findings.")
        if done.left:
            hint = "take no comment, like those in JSON; `trackaudit baseline` accepts them"
            _tell(f"{len(done.left)} findings {hint}.")
    return exit_code(left, SEVERITIES[-1])


def _fix_mode(diff: bool, fix: bool, unsafe_fixes: bool, formats: set[str]) -> str:
    if unsafe_fixes or (diff and not fix):
        return "unsafe"
    if fix:
        return "safe"
    return "propose" if formats & {"json", "sarif"} else ""


def _print_diff(outcome: CheckOutcome, fail_on: str | None, debug: bool) -> int:
    """The fixes as a diff that `git apply` takes in this folder; the account goes to the other stream."""
    from trackaudit.fix.edits import diff
    from trackaudit.report import text

    repair = outcome.repair
    with open_pipe(sys.stdout):
        if repair is not None:
            sys.stdout.flush()
            changes = diff(repair.before, repair.repaired.overlay, outcome.result.prefix)
            # On a terminal nobody applies it, and what the files hold must not drive it.
            sys.stdout.buffer.write(_shown(changes) if sys.stdout.isatty() else changes)
            sys.stdout.buffer.flush()
    with open_pipe(sys.stderr):
        text.write_account(outcome.result, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
        fixed = repair.repaired.fixed if repair is not None else 0
        _tell(f"The diff fixes {fixed} of {len(outcome.result.findings)} findings; nothing was written.")
    return exit_code(outcome.result, fail_on or outcome.fail_on)


def _shown(changes: bytes) -> bytes:
    from trackaudit.report.escape import escape

    lines = changes.decode("utf-8", "surrogateescape").replace("\t", "    ").split("\n")
    return "\n".join(escape(line.removesuffix("\r")) for line in lines).encode()


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
    _tell(told)
    return outcome._replace(result=result._replace(notices=(*result.notices, *written.notices)), repair=None)


def _write_file(output: OutputFile, result: Result, options: ReportOptions) -> int:
    """Write a report to its file; the exit code if that fails, else 0."""
    from trackaudit.report import text

    page, faults = rendered(output.format, result, options)
    problem = replace_file(output.path, output.path, lambda file: file.write(page))
    if faults:
        with open_pipe(sys.stderr):
            text.write_notices(result._replace(notices=faults), sys.stderr, options)
    return fail(problem) if problem else FAILED if faults else 0


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


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
