"""Stage discover, what the tree is like now: in goes a root in a git repository, out comes a `Snapshot` to compare.

Two equal snapshots of one root mean that every file that git lists, or would list, has the same bytes. Git's index
holds each tracked file's time, size and inode, and `diff-files` says which of them are not as they were; those, and the
untracked files, are read. A tree that was written to since the run began has no snapshot, as nobody can say which of
its states was read.
"""

from __future__ import annotations

import os
from time import time

from trackaudit.cache import digest
from trackaudit.discover.folders import is_in, is_settled, others, topmost
from trackaudit.discover.git import index_of, run_git
from trackaudit.discover.index import Differences, differences, stamp
from trackaudit.discover.process import begun
from trackaudit.discover.sources import Sources
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from trackaudit.discover.folders import Folders

MANY = 2_000
"""Changed and untracked files that are read here."""
LARGE = 50_000_000
"""Bytes of them in all."""
LARGEST = 200_000_000
"""Bytes of git's index: a million files take half of it."""


_CHANGED = ("diff-files", "-z", "--name-only", "--relative", "--ignore-submodules", "--no-ext-diff", "--no-textconv")
_SETTINGS = ("config", "--show-scope", "-z", "--get-regexp", r"^(filter\.|core\.excludesfile$)")
_NONE = "git ended with 1"
"""What git's configuration says where nothing matches."""


class Snapshot(NamedTuple):
    """stamp: of git's index. changed, untracked: by path, the checksum of a file's bytes; empty if it is gone,
    no plain file, or of no language."""

    stamp: bytes
    changed: dict[str, bytes]
    untracked: dict[str, bytes]

    def since(self, before: tuple[Any, ...]) -> set[str]:
        """The paths of changed and untracked files that are not as an earlier snapshot of the same root has them."""
        pairs = zip(before[1:], (self.changed, self.untracked), strict=True)
        return {path for old, new in pairs for path, _ in old.items() ^ new.items()}


class Sight(NamedTuple):
    """snapshot: None where it cannot be told. indexed: git's index, unless it is as it was. settings: what git's
    configuration says that bears on it. folders: those of the tree, if they are known. then, since: the stamp of git's
    index when they were surveyed, and what it says otherwise now, if that is known."""

    snapshot: Snapshot | None = None
    indexed: bytes = b""
    settings: bytes = b""
    folders: Folders | None = None
    then: bytes = b""
    since: Differences | None = None


def begin(
    root: str,
    repository: str,
    wanted: Callable[[str], bool],
    began: float | None = None,
    folders: Folders | None = None,
    earlier: Callable[[], tuple[bytes, bytes] | None] = lambda: None,
) -> Callable[[], Sight]:
    """Begin to look at the files below a root, while the caller has other things to do; gives what waits for the end.

    `wanted` says by the path whether any front end reads a file. `began`: when the run began that has read the tree
    (seconds of the wall clock); a tree that was written to since then has no snapshot. `folders`: of an earlier look.
    `earlier`: gives git's index at that time, and its marks.
    """
    start = time()
    changed = begun(lambda: _changed_paths(root))
    try:
        with open(index_of(repository) or "", "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > LARGEST:
                return Sight
            held = stamp(file)
            file.seek(0)
            same = folders is not None and folders.stamp == held
            index = file.read() if not same else b""
    except OSError:
        return Sight
    since = moved = None
    if folders is not None:
        since = Differences({}, {}) if same else _since(earlier, index, root, repository)
        moved = folders.moved(root) if since is not None else None
    came, left = since.came_and_left() if since is not None else (set(), set())
    places = topmost([*moved, *left]) if moved is not None else [""]
    listing = begun(lambda: others(root, places) if places else [])

    def ended() -> Sight:
        settings, paths = changed()[0] or (None, None)
        listed = listing()[0]
        known = folders if moved is not None else None
        if known is not None and known.settings != settings:
            known, listed = None, others(root)
        if settings is None or paths is None or listed is None:
            return Sight()
        if known is not None:
            untracked = [path for path in known.untracked if path not in came and not is_in(path, places)]
            sure = [place for place in places if not any(is_in(path, [place]) for path in (*came, *left))]
            known = known.after(root, [folder for folder in moved or () if is_in(folder, sure)], sure, listed, start)
            listed = sorted((*untracked, *listed))
        sums = None
        if began is None or is_settled(status, began):
            sums = _sums(root, (paths, listed), wanted, began)
        seen = Snapshot(held, *sums) if sums is not None else None
        return Sight(seen, index, settings, known, folders.stamp if folders is not None else b"", since)

    return ended


def as_seen(root: str, now: Snapshot, paths: Iterable[str], began: float) -> bool:
    """Whether these files are as the snapshot saw them, which was taken after `began`: those that it read by their
    bytes, the others by the time of their last change. Files that are not there do not count."""
    sources = Sources(root)
    for path in paths:
        held = now.changed.get(path) or now.untracked.get(path)
        try:
            if held is not None and digest(b"is " + sources.read(path)) != held:
                return False
            if held is None and not is_settled(os.lstat(f"{root}/{path}"), began):
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


def _changed_paths(root: str) -> tuple[bytes, list[str]] | None:
    """What git's configuration says, and the files that are not as its index says; None where that is not known. To
    compare a file, git runs the filters of its configuration, so it is not asked where the repository could name one.
    """
    told = run_git(root, _SETTINGS)
    settings = b"" if told == _NONE else told
    if isinstance(settings, str) or not _are_of_user(settings):
        return None
    paths = run_git(root, _CHANGED)
    return (settings, os.fsdecode(paths).split("\0")[:-1]) if isinstance(paths, bytes) else None


def _are_of_user(settings: bytes) -> bool:
    """Whether the filters among them are the user's own. Each setting is a scope and then a name with a value."""
    parts = settings.split(b"\0")[:-1]
    scopes = (scope for scope, setting in zip(parts[::2], parts[1::2], strict=True) if setting.startswith(b"filter."))
    return all(scope in (b"system", b"global") for scope in scopes)


def _since(
    earlier: Callable[[], tuple[bytes, bytes] | None], now: bytes, root: str, repository: str
) -> Differences | None:
    then = earlier()
    folder = os.path.relpath(root, repository).replace(os.sep, "/")
    return differences(*then, now, "" if folder == "." else folder) if then is not None else None


def _sums(
    root: str, lists: Iterable[list[str]], wanted: Callable[[str], bool], began: float | None
) -> list[dict[str, bytes]] | None:
    """By path, the checksum of each file, list by list; None if they are too many, or one was written since."""
    sources = Sources(root)
    budget, left = LARGE, MANY
    sums: list[dict[str, bytes]] = []
    for paths in lists:
        sums.append({})
        left -= len(paths)
        if left < 0:
            return None
        for path in paths:
            data = _bytes(sources, path, budget, began) if wanted(path) else b""
            if data is None:
                return None
            budget -= len(data)
            sums[-1][path] = digest(data) if data else b""
    return sums


def _bytes(sources: Sources, path: str, budget: int, began: float | None) -> bytes | None:
    """A file's bytes, with what tells an empty file from none; None if there are too many, or it was written since."""
    if budget <= 0:
        return None
    full = f"{sources.root}/{path}"
    try:
        if began is not None and not is_settled(os.lstat(full), began):
            return None
        return b"is " + sources.read(path, budget)
    except FileNotFoundError:
        # What was removed since the run began was perhaps read; its folder knows when.
        folder = os.path.dirname(full)
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        return None if began is not None and not is_settled(os.stat(folder), began) else b""
    except OSError:
        return None
