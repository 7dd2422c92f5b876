"""Stage discover, one short process: in goes a command, out comes what it printed when it has ended.

It does what `subprocess.run` does for commands that are given little to read; but to import that module takes longer
than git's answer, and every run in a repository asks git. Where the system cannot start a process so, it is used.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    Answer = TypeVar("Answer")

SPAWNS = hasattr(os, "posix_spawn")
_PART = 1 << 16


def installed(name: str, first: str = "") -> str | None:
    """The program of this name in the first folder of the search path that has one, or in `first` before those;
    absolute, and never one that a relative folder names. Windows looks for a bare name in the working directory first,
    which may be the tree of a stranger."""
    file = f"{name}.exe" if os.name == "nt" else name
    folders = [first, *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    paths = (os.path.join(folder, file) for folder in folders if os.path.isabs(folder))
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)


def begun(*questions: Callable[[], Answer]) -> Callable[[], list[Answer | None]]:
    """Ask all at once, while the caller has other things to do; gives what waits for the answers. None stands for an
    answer that was not given because its question raised."""
    from threading import Thread

    answers: list[Answer | None] = [None] * len(questions)

    def ask(number: int) -> None:
        answers[number] = questions[number]()

    threads = [Thread(target=ask, args=(number,), daemon=True) for number in range(len(questions))]
    for thread in threads:
        thread.start()

    def wait() -> list[Answer | None]:
        for thread in threads:
            thread.join()
        return answers

    return wait


def ended(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> tuple[int, bytes, bytes]:
    """The exit code, output and errors of a command that is run to its end.

    Raises OSError if it cannot be started, and TimeoutError if it was killed after so many seconds without an end.
    """
    return started(command, environment, seconds)()


def started(
    command: Sequence[str], environment: Mapping[str, str], seconds: float, given: bytes = b""
) -> Callable[[], tuple[int, bytes, bytes]]:
    """Start a command, while the caller has other things to do; gives what waits for its end, as `ended`, and is asked
    once. `given`: what it can read. What it prints is taken when it is waited for; until then a pipe holds some of it.
    """
    from time import monotonic

    quick = sys.platform != "win32" and SPAWNS
    to_read = _poured(given) if quick else None
    if to_read is None:
        return _by_subprocess(command, environment, seconds, given)
    child, ends = _spawned(command, environment, to_read)
    deadline = monotonic() + seconds

    def wait() -> tuple[int, bytes, bytes]:
        try:
            output, errors = _read(ends, deadline)
        except BaseException:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise
        finally:
            for out in ends:
                os.close(out)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output, errors

    return wait


def _poured(given: bytes) -> int | None:
    """The reading end of a pipe that holds these bytes; None if it has no room for them."""
    out, into = os.pipe()
    try:
        os.set_blocking(into, False)
        if not given or os.write(into, given) == len(given):
            return out
    except BlockingIOError:
        pass
    finally:
        os.close(into)
    os.close(out)
    return None


def _spawned(command: Sequence[str], environment: Mapping[str, str], to_read: int) -> tuple[int, list[int]]:
    """A new process, and where its output and its errors come out."""
    pipes = os.pipe(), os.pipe()
    ends = [out for out, _ in pipes]
    try:
        actions = [
            (os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate((to_read, *(into for _, into in pipes)))
        ]
        return os.posix_spawn(command[0], [*command], environment, file_actions=actions), ends
    except BaseException:
        for out in ends:
            os.close(out)
        raise
    finally:
        for end in (to_read, *(into for _, into in pipes)):
            os.close(end)


def _read(ends: Sequence[int], deadline: float) -> list[bytes]:
    """What comes out of these pipes until their other ends are closed."""
    from select import poll
    from time import monotonic

    parts: dict[int, list[bytes]] = {end: [] for end in ends}
    waiting = poll()
    for end in ends:
        waiting.register(end)
    left = len(ends)
    while left:
        ready = waiting.poll(max(0.0, deadline - monotonic()) * 1000)
        if not ready:
            raise TimeoutError
        for end, _ in ready:
            part = os.read(end, _PART)
            if part:
                parts[end].append(part)
            else:
                waiting.unregister(end)
                left -= 1
    return [b"".join(parts[end]) for end in ends]


def _by_subprocess(
    command: Sequence[str], environment: Mapping[str, str], seconds: float, given: bytes
) -> Callable[[], tuple[int, bytes, bytes]]:
    import subprocess

    def run() -> tuple[int, bytes, bytes] | OSError:
        try:
            answer = subprocess.run(
                command, capture_output=True, input=given, env=environment, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return TimeoutError()
        except OSError as error:
            return error
        return answer.returncode, answer.stdout, answer.stderr

    waiting = begun(run)

    def wait() -> tuple[int, bytes, bytes]:
        [answer] = waiting()
        if not isinstance(answer, tuple):
            raise answer or ValueError(command)
        return answer

    return wait
