"""Write a repaired overlay to the disk: all files of a fix or none, each by an atomic replace.

New contents are written beside the files first, so that a full disk leaves the tree as it was; then names are swapped,
and swapped back if anything goes wrong on the way. Permissions stay, and a file with several names keeps them all.
"""

from __future__ import annotations

import os
import stat

from trackaudit.model import Notice
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Change(NamedTuple):
    """A file's bytes as they were read, and as they shall be."""

    old: bytes
    new: bytes


class Written(NamedTuple):
    """The paths that were written, and why others were not."""

    paths: tuple[str, ...]
    notices: tuple[Notice, ...]


def write(
    root: str, changes: Mapping[str, Change], together: Sequence[frozenset[str]], allow_dirty: bool = False
) -> Written:
    """Write the files below `root`. `together`: paths that one fix changes. Raises OSError if the disk refuses; then
    nothing is changed.
    """
    notices: list[Notice] = []
    refused: set[str] = set()
    dirty = set() if allow_dirty else _uncommitted(root, changes)
    for path, change in sorted(changes.items()):
        if path in dirty:
            why = "the file has changes that are not committed; --allow-dirty fixes it all the same"
            notices.append(Notice("not-fixed", path, 0, why))
            refused.add(path)
        elif why := _refusal(f"{root}/{path}", change.old):
            notices.append(Notice("not-fixed", path, 0, why))
            refused.add(path)
    grown = True
    while grown:  # what one fix changes in a refused file and elsewhere, it changes nowhere
        grown = False
        for paths in together:
            if paths & refused and not paths <= refused:
                more = (paths & set(changes)) - refused
                for path in sorted(more):
                    notices.append(Notice("not-fixed", path, 0, "the same fix changes a file that is left as it was"))
                grown = bool(more)
                refused |= paths
    kept = {path: change for path, change in sorted(changes.items()) if path not in refused}
    _swap(root, kept)
    return Written(tuple(kept), tuple(notices))


def _uncommitted(root: str, changes: Mapping[str, Change]) -> set[str]:
    """Those of the files that the last commit does not hold as they are; none outside a work tree.

    The commit's objects are compared with what was read: `git status` would run what the repository's own
    configuration names.
    """
    from trackaudit.discover.git import run_git

    inside = run_git(root, ["rev-parse", "--is-inside-work-tree"])
    if isinstance(inside, str) or inside.strip() != b"true":
        return set()
    committed: dict[str, str] = {}
    paths = sorted(changes)
    for at in range(0, len(paths), 500):
        answer = run_git(root, ["ls-tree", "-z", "HEAD", "--", *paths[at : at + 500]])
        if isinstance(answer, str):  # no commit yet
            return set(changes)
        for line in os.fsdecode(answer).split("\0"):
            told, _, path = line.partition("\t")
            if path:
                committed[path] = told.split()[-1]
    return {path for path, change in changes.items() if committed.get(path) not in _object_ids(change.old)}


def _object_ids(data: bytes) -> set[str]:
    """The names that git may have for a file's contents; line ends may have been made LF."""
    from hashlib import sha1, sha256

    found = set()
    for text in (data, data.replace(b"\r\n", b"\n")):
        blob = b"blob %d\0" % len(text) + text
        found |= {sha1(blob, usedforsecurity=False).hexdigest(), sha256(blob).hexdigest()}
    return found


def _refusal(path: str, old: bytes) -> str:
    """Why a file is left as it is; "" where it may be written."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            return "it is a symbolic link; check the file that it points to"
        if stat.S_ISREG(mode) and not mode & 0o222:
            return "the file is read-only"
        if stat.S_ISREG(mode):
            with open(path, "rb") as file:
                if file.read() == old:
                    return ""
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return "the file changed while it was checked"


def _swap(root: str, changes: Mapping[str, Change]) -> None:
    parts: list[tuple[str, str, str]] = []  # the file, its new contents, its old contents
    done: list[tuple[str, str]] = []
    try:
        for path, change in changes.items():
            full = f"{root}/{path}"
            part, backup = (f"{full}.{os.getpid()}.{sort}" for sort in ("part", "old"))
            parts.append((full, part, backup))
            _put(part, change.new, os.lstat(full))
        for full, part, backup in parts:
            if os.lstat(full).st_nlink > 1:
                # Several names: the contents change, the file stays the same one.
                _copy(full, backup)
                done.append((full, backup))
                _overwrite(full, part)
            else:
                os.link(full, backup) if hasattr(os, "link") else _copy(full, backup)
                done.append((full, backup))
                os.replace(part, full)
    except BaseException:
        _swap_back(done)
        raise
    finally:
        _remove(name for _, part, backup in parts for name in (part, backup))


def _put(part: str, data: bytes, like: os.stat_result) -> None:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(part)
        raise
    os.chmod(part, stat.S_IMODE(like.st_mode))
    if hasattr(os, "chown") and (like.st_uid, like.st_gid) != (os.getuid(), os.getgid()):
        try:
            os.chown(part, like.st_uid, like.st_gid)
            os.chmod(part, stat.S_IMODE(like.st_mode))
        except PermissionError:
            pass  # not the owner: the new file is ours, with the same permissions


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as old, open(target, "xb") as new:
        new.write(old.read())
        new.flush()
        os.fsync(new.fileno())


def _overwrite(full: str, part: str) -> None:
    with open(part, "rb") as new, open(full, "r+b") as file:
        file.write(new.read())
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _swap_back(done: list[tuple[str, str]]) -> None:
    import signal
    import threading

    quiet = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if quiet else None  # a second Ctrl-C must not stop this
    try:
        for full, backup in reversed(done):
            if os.lstat(full).st_nlink > 1 and os.lstat(full).st_ino != os.lstat(backup).st_ino:
                _overwrite(full, backup)
            else:
                os.replace(backup, full)
    finally:
        if quiet:
            signal.signal(signal.SIGINT, before)


def _remove(names: Iterable[str]) -> None:
    for name in names:
        try:
            os.unlink(name)
        except OSError:
            continue
