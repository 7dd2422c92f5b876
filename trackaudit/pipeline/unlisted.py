"""The files that git does not list, as a run saw them: paths in, checksums and gaps out, to compare with later ones.

A run may look for a file that is ignored (a built one that is imported), or that is not there, and would go another way
if it were.
"""

from __future__ import annotations

import os
import sys

from trackaudit import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def digests(root: str, paths: Iterable[str]) -> dict[str, bytes]:
    """By path, the checksum of a file that git does not list; or why it could not be read."""
    from trackaudit.discover.sources import Sources

    sources = Sources(root)
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            found[path] = cache.digest(sources.read(path))
        except OSError as error:
            found[path] = str(error.errno).encode()
    return found


def missing(root: str, paths: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """By folder, the names that are not in it and so end the way to some of the paths; and the paths that are there."""
    known: dict[str, bool] = {"": True}

    def exists(path: str) -> bool:
        if path not in known:
            known[path] = exists(path.rpartition("/")[0]) and os.path.lexists(f"{root}/{path}")
        return known[path]

    gone: dict[str, set[str]] = {}
    there: list[str] = []
    for path in paths:
        if "\0" in path or path.startswith("/"):
            continue  # never a file of the root
        if exists(path):
            there.append(path)
            continue
        folder, _, name = path.rpartition("/")
        while not exists(folder):
            folder, _, name = folder.rpartition("/")
        gone.setdefault(folder, set()).add(name)
    return {folder: sorted(names) for folder, names in gone.items()}, there


def still_missing(root: str, gone: dict[str, list[str]]) -> bool:
    """Whether none of these names has come into its folder."""
    for folder, names in gone.items():
        try:
            present = os.listdir(f"{root}/{folder}")
        except OSError:
            continue
        if not {_folded(name) for name in present}.isdisjoint(map(_folded, names)):
            return False
    return True


def _folded(name: str) -> str:
    """A name as the usual file system of this platform compares it."""
    return name.casefold() if sys.platform in ("win32", "darwin") else name
