"""Stage discover, the door to git: in goes a command, out comes what it prints, or the reason why it cannot.

The repository may be hostile: its own configuration can name programs to run (a file system monitor, hooks, filters,
a transport for objects that are missing). So no command is given here that reads the work tree's contents, and each of
the others is switched off.
"""

from __future__ import annotations

import errno
import os

from trackaudit.discover.process import ended, installed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 60
"""A repository of a million files answers in two; a pipe that poses as an ignore file never does."""
_OTHER_REPOSITORY = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
    }
)
"""Set inside git hooks; they would make git look at another repository than the one of the root."""


def run_git(root: str, arguments: Sequence[str]) -> bytes | str:
    """What git prints, or in words why it failed."""
    try:
        code, output, errors = ended([*_command(root), *arguments], _environment(), SECONDS)
    except TimeoutError:
        return f"no answer in {SECONDS} seconds"
    except OSError as error:
        return str(error.strerror or error)
    if code != 0:
        words = os.fsdecode(errors).strip().splitlines()
        return words[0] if words else f"git ended with {code}"
    return output


class Blobs:
    """The contents of a repository's objects, by their ids, from one git process for all."""

    def __init__(self, root: str) -> None:
        import subprocess

        self._process = subprocess.Popen(
            [*_command(root), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def read(self, name: str) -> bytes | None:
        """An object's bytes, or None if the repository lacks it (a partial clone)."""
        to, out = self._process.stdin, self._process.stdout
        if to is None or out is None:
            return None
        try:
            to.write(f"{name}\n".encode("ascii"))
            to.flush()
            head = out.readline().split()
            if len(head) != 3:
                return None
            data = out.read(int(head[2]))
            out.read(1)
        except (OSError, ValueError):
            return None
        return data

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()


def ignored(root: str, paths: Sequence[str]) -> set[str] | None:
    """Those of these paths that git ignores; None if it does not say."""
    import subprocess

    if not paths:
        return set()
    try:
        answer = subprocess.run(
            [*_command(root), "check-ignore", "-z", "--stdin"],
            input=b"".join(os.fsencode(path) + b"\0" for path in paths),
            capture_output=True,
            env=_environment(),
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return set(os.fsdecode(answer.stdout).split("\0")[:-1]) if answer.returncode in (0, 1) else None


def index_of(repository: str) -> str | None:
    """The path of a work tree's index, whether it exists or not; None where the work tree's link cannot be read."""
    folder = _folder(repository)
    return os.path.join(folder, "index") if folder is not None else None


def folder_of(repository: str) -> str | None:
    """The folder of a work tree's repository, the same for all work trees of one; None where a link cannot be read."""
    folder = _folder(repository)
    try:
        with open(os.path.join(folder or "", "commondir"), "rb") as file:
            return os.path.join(folder or "", os.fsdecode(file.read(5_000)).strip())
    except FileNotFoundError:
        return folder
    except OSError:
        return None


def _folder(repository: str) -> str | None:
    """The folder of a work tree itself in its repository."""
    folder = os.path.join(repository, ".git")
    if os.path.isfile(folder):  # a linked work tree
        try:
            with open(folder, "rb") as file:
                line = os.fsdecode(file.read(5_000)).strip()
        except OSError:
            return None
        if not line.startswith("gitdir: "):
            return None
        folder = os.path.join(repository, line[len("gitdir: ") :])
    return folder


def _command(root: str) -> list[str]:
    settings = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit")
    git = installed("git")
    if git is None:
        raise FileNotFoundError(errno.ENOENT, "git is not installed")
    return [git, *(part for setting in settings for part in ("-c", setting)), "-C", root]


def _environment() -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in _OTHER_REPOSITORY},
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
