"""What commands share: exit codes, files and pipes that are written to, problems in words."""

from __future__ import annotations

import errno
import os
import sys

from trackaudit import __version__
from trackaudit.errors import InputError
from trackaudit.model import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from trackaudit.model import Finding, Notice, Result
    from trackaudit.report import ReportOptions

FINDINGS, FAILED, INTERRUPTED = 1, 2, 130


def exit_code(result: Result, fail_on: str) -> int:
    if any(notice.kind == "crash" for notice in result.notices):
        return FAILED
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return FINDINGS if any(finding.severity in bad for finding in result.findings) else 0


def crashes(result: Result) -> Result:
    """The result with nothing but its notices of faults of ours, for commands that answer something else."""
    return result._replace(notices=tuple(notice for notice in result.notices if notice.kind == "crash"))


def rendered(name: str, result: Result, options: ReportOptions) -> tuple[str, tuple[Notice, ...]]:
    """A report as text. A finding that it fails on is left out, with a notice."""
    from io import StringIO

    from trackaudit.faults import contained
    from trackaudit.report import write

    def render(findings: list[Finding]) -> str:
        page = StringIO()
        write(name, result._replace(findings=tuple(findings)), page, options)
        return page.getvalue()

    text, faults = contained(f"the report `{name}`", render, result.findings, lambda one: one.root.path, "")
    return text, tuple(faults)


def replace_file(path: str, name: str, write: Callable[[TextIO], object]) -> str:
    """Write a file so that a reader sees all of it or none; the problem in words, or `""`.

    The tree may hold a link of that name. A link that leads out of its folder is refused, and so is a relative path
    that leaves the working directory by links alone.
    """
    path, problem = _target(path)
    if problem:
        return f"{name}: not written: {problem}"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            # A pipe or device (`json:/dev/stdout`) cannot be replaced, only written to.
            with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n", opener=_opened) as file:
                write(file)
            return ""
        part = f"{path}.{os.urandom(8).hex()}.part"
        file = open(part, "x", encoding="utf-8", errors="backslashreplace", newline="\n")  # noqa: SIM115
        try:
            with file:
                write(file)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        return f"{name}: cannot be written: {error.strerror or error}"
    return ""


def _opened(path: str, flags: int) -> int:
    """Open for `open`; a pipe that nobody reads is refused, where a planted one would be waited for without end."""
    try:
        handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads this pipe") from None
        raise
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(handle, True)
    return handle


def _target(path: str) -> tuple[str, str]:
    """Where a path leads, and what is wrong with that, or `""`."""
    from trackaudit.config import is_inside

    folder, real = os.path.realpath(os.path.dirname(path)), os.path.realpath(path)
    if is_inside(folder, "/dev") or is_inside(folder, "/proc"):
        return path, ""  # the system's own links: /dev/stdout
    if not is_inside(real, folder):
        return real, "it is a link that leads out of its folder"
    here = os.path.realpath(os.getcwd())
    if not os.path.isabs(path) and ".." not in path.replace(os.sep, "/").split("/") and not is_inside(folder, here):
        return real, "its folder is a link that leads elsewhere; name that folder instead"
    return real, ""


class open_pipe:
    """Let a reader that has seen enough (`| head`) close the pipe: what is left goes nowhere, without a word. So it
    does where nothing can be written for another reason (a full disk), which is told if it is standard output.

    A class, as `contextlib` and what it needs would cost a run without a word of ours a third of its time.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OSError):
            return False
        _to_nowhere(self.stream)
        if self.stream is sys.stdout and not isinstance(error, BrokenPipeError):
            raise InputError(f"standard output: cannot be written: {error.strerror or error}") from None
        return True


def _to_nowhere(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def fail(*problems: str) -> int:
    from trackaudit.report.escape import escape

    with open_pipe(sys.stderr):
        for problem in problems:
            sys.stderr.write(f"trackaudit: {escape(problem)}\n")
        sys.stderr.flush()
    return FAILED


def trace(error: BaseException) -> None:
    """Print a traceback; what its message holds of the tree cannot drive a terminal."""
    import traceback

    from trackaudit.report.escape import escape

    lines = "".join(traceback.format_exception(error)).splitlines()
    sys.stderr.write("".join(f"{escape(line)}\n" for line in lines))


def crash(error: Exception, debug: bool) -> int:
    if debug:
        trace(error)
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    version = sys.version.split()[0]
    return fail(
        f"internal error: {words}",
        f"This is a fault of trackaudit {__version__} (Python {version}), not of your code. Please report it,"
        + (" with the traceback above." if debug else " with what `--debug` prints."),
    )
