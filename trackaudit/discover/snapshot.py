"""Stage discover, what the tree is like now: in goes a root in a git repository, out comes a `Snapshot` to compare.

Two equal snapshots of one root mean that every file that git lists, or would list, has the same bytes. Git's index
holds each tracked file's time, size and inode, and `diff-files` says which of them are not as they were; those, and the
untracked files, are read. A tree that was written to since the run began has no snapshot, as nobody can say which of
its states was read.
"""

from __future__ import annotations

import os

from trackaudit.cache import digest
from trackaudit.discover.git import index_of, run_git
from trackaudit.discover.process import begun
from trackaudit.discover.sources import Sources
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

MARGIN = 0.05
"""Seconds by which a file system's clock may be behind ours."""
MANY = 2_000
"""Changed and untracked files that are read here."""
LARGE = 50_000_000
"""Bytes of them in all."""


_CHANGED = ("diff-files", "-z", "--name-only", "--relative", "--ignore-submodules", "--no-ext-diff", "--no-textconv")
_OTHERS = ("ls-files", "-z", "--others", "--exclude-standard")
_NONE = "git ended with 1"
"""What git's configuration says where nothing matches."""


class Snapshot(NamedTuple):
    """stamp: checksum of git's index. changed, untracked: by path, the checksum of a file's bytes; empty if it is gone,
    no plain file, or of no language."""

    stamp: bytes
    changed: dict[str, bytes]
    untracked: dict[str, bytes]

    def since(self, before: tuple[Any, ...]) -> set[str]:
        """The paths of changed and untracked files that are not as an earlier snapshot of the same root has them."""
        pairs = zip(before[1:], (self.changed, self.untracked), strict=True)
        return {path for old, new in pairs for path, _ in old.items() ^ new.items()}


def snapshot(root: str, repository: str, wanted: Callable[[str], bool], began: float | None = None) -> Snapshot | None:
    """The state of the files below a root; None where it cannot be told.

    `wanted` says by the path whether any front end reads a file. `began`: when the run began that has read the tree
    (seconds of the wall clock); a tree that was written to since then has no snapshot.
    """
    index = index_of(repository)
    if index is None:
        return None
    answers = begun(lambda: _changed_paths(root), lambda: run_git(root, _OTHERS))
    try:
        with open(index, "rb") as file:
            status = os.fstat(file.fileno())
            held = digest(file.read())
    except OSError:
        return None
    if began is not None and status.st_mtime > began - MARGIN:
        return None
    listed = [os.fsdecode(answer).split("\0")[:-1] for answer in answers() if isinstance(answer, bytes)]
    if len(listed) < 2 or sum(map(len, listed)) > MANY:
        return None
    sources = Sources(root)
    budget = LARGE
    sums: list[dict[str, bytes]] = []
    for paths in listed:
        sums.append({})
        for path in paths:
            data = _bytes(sources, path, budget, began) if wanted(path) else b""
            if data is None:
                return None
            budget -= len(data)
            sums[-1][path] = digest(data) if data else b""
    return Snapshot(held, *sums)


def as_seen(root: str, now: Snapshot, paths: Iterable[str], began: float) -> bool:
    """Whether these files are as the snapshot saw them, which was taken after `began`: those that it read by their
    bytes, the others by the time of their last change. Files that are not there do not count."""
    sources = Sources(root)
    for path in paths:
        held = now.changed.get(path) or now.untracked.get(path)
        try:
            if held is not None and digest(b"is " + sources.read(path)) != held:
                return False
            if held is None and _changed(os.lstat(f"{root}/{path}")) > began - MARGIN:
                return False
        except (OSError, ValueError):
            if held:
                return False
    return True


def tracked(root: str) -> list[str] | None:
    """The files below a root that git tracks; None if it was told to overlook what becomes of some."""
    answer = run_git(root, ["ls-files", "-v", "-z"])
    lines = os.fsdecode(answer).split("\0") if isinstance(answer, bytes) else ["?"]
    return [line[2:] for line in lines if line] if all(line[:2] in ("H ", "") for line in lines) else None


def _changed_paths(root: str) -> bytes | str:
    """What git prints of the files that are not as its index says; or why that is not known. To compare a file, git
    runs the filters of its configuration, so it is not asked where the repository could name one."""
    filters = run_git(root, ["config", "--show-scope", "--name-only", "--get-regexp", r"^filter\."])
    if filters != _NONE and (isinstance(filters, str) or not _are_of_user(filters)):
        return "the repository has filters"
    return run_git(root, _CHANGED)


def _are_of_user(settings: bytes) -> bool:
    return all(line.partition(b"\t")[0] in (b"system", b"global") for line in settings.splitlines())


def _bytes(sources: Sources, path: str, budget: int, began: float | None) -> bytes | None:
    """A file's bytes, with what tells an empty file from none; None if there are too many, or it was written since."""
    if budget <= 0:
        return None
    full = f"{sources.root}/{path}"
    try:
        if began is not None and _changed(os.lstat(full)) > began - MARGIN:
            return None
        return b"is " + sources.read(path, budget)
    except FileNotFoundError:
        # What was removed since the run began was perhaps read; its folder knows when.
        folder = os.path.dirname(full)
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        return None if began is not None and _changed(os.stat(folder)) > began - MARGIN else b""
    except OSError:
        return None


def _changed(status: os.stat_result) -> float:
    return max(status.st_mtime, status.st_ctime)
