"""Stage discover, the folders of a tree: in goes what an earlier run kept of them, out come those in which a name may
have come or gone since, so that git need not walk through the others.

A folder's time of change says so. Which files are ignored depends on the ignore files besides, and on git's settings;
where one of those is not as it was, nothing is known.
"""

from __future__ import annotations

import os
import stat

from trackaudit.discover.git import folder_of, ignored, run_git
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any, TypeAlias

    State: TypeAlias = tuple[int, ...] | None

MARGIN = 0.05
"""Seconds by which a file system's clock may be behind ours."""
COARSE = 2.0
"""Seconds that a file system may not tell apart, if its times are whole ones."""
FEW = 50
"""Folders that git is asked about apart from the rest of the tree."""
_OTHERS = ("--literal-pathspecs", "ls-files", "-z", "--others", "--exclude-standard", "--")
_SECOND = 1_000_000_000


class Folders(NamedTuple):
    """The folders of a tree and the untracked files in them, as git saw them.

    stamp: checksum of git's index then. settings: what git's configuration said. ignoring: by path, the state of each
    file that says what is ignored. times: by folder, relative to the root, nanoseconds of its last change; 0 if it was
    perhaps being changed. untracked: what git listed.
    """

    stamp: bytes
    settings: bytes
    ignoring: dict[str, State]
    times: dict[str, int]
    untracked: list[str]

    def moved(self, root: str) -> list[str] | None:
        """The folders in which a name may have come or gone; None if other files may be ignored now."""
        if any(state is None or _state(path) != state for path, state in self.ignoring.items()):
            return None
        found = []
        look = os.lstat
        for folder, time in self.times.items():
            try:
                same = time == look(f"{root}/{folder}").st_ctime_ns
            except OSError:
                same = False
            if not same:
                found.append(folder)
        return found

    def after(
        self, root: str, moved: Sequence[str], places: Sequence[str], listed: Iterable[str], began: float
    ) -> Folders | None:
        """As it is now that git has listed, after `began`, what is in these places, which hold all folders that moved;
        None if that is not known."""
        if not moved:
            return self
        walked = _walked(root, moved, set(self.times), began)
        if walked is None:
            return None
        gone = set(moved)
        times = {folder: time for folder, time in self.times.items() if folder not in gone}
        untracked = [path for path in self.untracked if not is_in(path, places)]
        untracked += [path for path in listed if is_in(path, places)]
        ignoring = {**self.ignoring, **{path: _state(path, began) for path in walked[1]}}
        return self._replace(ignoring=ignoring, times={**times, **walked[0]}, untracked=untracked)


def others(root: str, folders: Iterable[str] = ("",)) -> list[str] | None:
    """The files below these folders of a root, each with all that is in it, that git neither tracks nor ignores."""
    answer = run_git(root, (*_OTHERS, *filter(None, folders)))
    return os.fsdecode(answer).split("\0")[:-1] if isinstance(answer, bytes) else None


def topmost(folders: Iterable[str]) -> list[str]:
    """The folders that are in none of the others; only the root if they are many."""
    found: list[str] = []
    for folder in sorted(folders, key=lambda one: one.split("/")):
        if not folder or len(found) >= FEW:
            return [""]
        if not found or not folder.startswith(f"{found[-1]}/"):
            found.append(folder)
    return found


def surveyed(
    root: str, repository: str, stamp: bytes, settings: bytes, names: Iterable[str], untracked: list[str], began: float
) -> Folders:
    """The folders of a tree of which git has listed, after `began` (seconds of the wall clock), the files that it
    tracks (`names`) and those that it does not. Where their times do not tell, that is said of each look at them."""
    excludes = _excludes(settings)
    ours = folder_of(repository)
    known = _folders((*names, *untracked))
    walked = _walked(root, known, known, began) if os.name != "nt" else None
    if walked is None or excludes is None or ours is None:
        return Folders(stamp, settings, {"": None}, {}, [])
    above = []
    folder = root
    while folder != repository and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
        above.append(f"{folder}/.gitignore")
    files = [excludes, os.path.join(ours, "info/exclude"), *above, *walked[1]]
    return Folders(stamp, settings, {path: _state(path, began) for path in files}, walked[0], untracked)


def is_in(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of these or below it."""
    return any(not place or path == place or path.startswith(f"{place}/") for place in places)


def is_settled(status: os.stat_result, began: float) -> bool:
    """Whether a file or folder was last changed before a moment, in seconds of the wall clock."""
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    return changed / _SECOND <= began - MARGIN - (0 if changed % _SECOND else COARSE)


def _excludes(settings: bytes) -> str | None:
    """The user's own ignore file; None if its name cannot be told. Source: git's documentation of `gitignore`."""
    chosen = [line for line in settings.split(b"\0") if line.startswith(b"core.excludesfile\n")]
    if not chosen:
        config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        return os.path.join(config, "git/ignore")
    path = os.path.expanduser(os.fsdecode(chosen[-1].partition(b"\n")[2]))
    return path if os.path.isabs(path) else None


def _folders(names: Iterable[str]) -> set[str]:
    """The folders of these files, and those that they are in."""
    found = {""}
    for name in names:
        folder = name.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _walked(
    root: str, folders: Iterable[str], known: Collection[str], began: float
) -> tuple[dict[str, int], list[str]] | None:
    """The times of these folders and of those in them that are neither known nor ignored; and their ignore files.
    None if git does not say what is ignored."""
    times: dict[str, int] = {}
    ignoring: list[str] = []
    waiting = list(folders)
    while waiting:
        strange: list[str] = []
        for folder in waiting:
            full = f"{root}/{folder}" if folder else root
            try:
                status = os.lstat(full)
                if not stat.S_ISDIR(status.st_mode):
                    continue
                times[folder] = status.st_ctime_ns if is_settled(status, began) else 0
                with os.scandir(full) as entries:
                    inside = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
            except OSError:
                continue
            if ".gitignore" in inside:
                ignoring.append(f"{full}/.gitignore")
            if ".git" not in inside or not folder:  # else another repository inside this one
                paths = [f"{folder}/{name}" if folder else name for name, is_folder in inside.items() if is_folder]
                strange += [path for path in paths if path not in known and path != ".git"]
        left_out = ignored(root, strange)
        if left_out is None:
            return None
        waiting = [path for path in strange if path not in left_out]
    return times, ignoring


def _state(path: str, began: float | None = None) -> Any:
    """What changes when a file does, empty where there is none; None if it was perhaps being changed."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    if began is not None and not is_settled(status, began):
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
