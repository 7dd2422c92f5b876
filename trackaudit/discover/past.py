"""Stage discover, the bytes of another time: in goes a git revision, out come the files as they were then.

Files that are the same today are read from the disk, so that looking at the past costs a hash of each file that is
read, and git is asked for the rest only.
"""

from __future__ import annotations

import errno
import os

from trackaudit.discover.git import Blobs, run_git
from trackaudit.discover.sources import Sources, TooLarge
from trackaudit.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN_FILE = b"100"
"""How the modes of regular files begin; links and other repositories are not read."""


class Past(Sources):
    """The files of one root at a revision. `commit`: its id. `files`: object id by path, relative to the root."""

    def __init__(self, root: str, commit: str, files: dict[str, str], max_size: int = 0) -> None:
        super().__init__(root, max_size)
        self.commit = commit
        self.files = files
        self._blobs: Blobs | None = None
        self._read: dict[str, bytes] = {}

    def names(self, listed: Iterable[str]) -> list[str]:
        """The paths that were there; what is listed today does not count."""
        return list(self.files)

    def read(self, path: str, limit: int = 0) -> bytes:
        """A file's bytes as they were. Raises OSError as `Sources.read` does."""
        name = self.files.get(path)
        if name is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        data = self._read.get(path)
        if data is None:
            data = self._same(path, name, limit)
            if data is None:
                data = self._blob(path, name)
                self._read[path] = data
        allowed = min(limit, self.max_size) if limit and self.max_size else limit or self.max_size
        if allowed and len(data) > allowed:
            raise TooLarge(path, len(data), allowed)
        return data

    def is_file(self, path: str) -> bool:
        """Whether it was there, as a plain file."""
        return path in self.files

    def close(self) -> None:
        """End the git process, if there is one."""
        if self._blobs is not None:
            self._blobs.close()
            self._blobs = None

    def _same(self, path: str, name: str, limit: int) -> bytes | None:
        """The file's bytes of today, if they are those of the object."""
        from hashlib import new

        try:
            data = super().read(path, limit)
        except OSError:
            return None
        kind = "sha256" if len(name) == 64 else "sha1"
        hashed = new(kind, b"blob %d\0" % len(data), usedforsecurity=False)
        hashed.update(data)
        return data if hashed.hexdigest() == name else None

    def _blob(self, path: str, name: str) -> bytes:
        if self._blobs is None:
            self._blobs = Blobs(self.root)
        data = self._blobs.read(name)
        if data is None:
            raise OSError(errno.EIO, "git does not have it (a partial clone?)", path)
        return data


def past(root: str, repository: str | None, revision: str, max_size: int = 0) -> Past:
    """The files as they were where the present work left `revision` (their merge base, else the revision itself).

    Raises InputError where there is no repository, or no such revision in it.
    """
    if repository is None:
        raise InputError(f"`{revision}` needs a git repository, and {root} is in none")
    commit = _line(run_git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]))
    if not commit:
        raise InputError(
            f"git knows no revision `{revision}`; a shallow clone may lack it"
            " (in CI, fetch the whole history: `fetch-depth: 0`)"
        )
    base = _line(run_git(root, ["merge-base", commit, "HEAD"])) or commit
    listed = run_git(root, ["ls-tree", "-r", "-z", base])
    if isinstance(listed, str):
        raise InputError(f"git cannot list the files of `{revision}`: {listed}")
    files = {}
    for entry in listed.split(b"\0"):
        what, tab, path = entry.partition(b"\t")
        words = what.split(b" ")
        if tab and len(words) == 3 and words[0].startswith(_PLAIN_FILE):
            files[os.fsdecode(path)] = words[2].decode("ascii")
    return Past(root, base, files, max_size)


def _line(answer: bytes | str) -> str:
    return answer.decode("ascii", "replace").strip() if isinstance(answer, bytes) else ""
