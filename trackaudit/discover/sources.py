"""Stage discover, the bytes: in goes a path relative to the root, out come its bytes, from disk or an overlay.

Every later stage reads files through one `Sources`, so that stdin, an editor's buffer or a proposed fix can stand in
for the disk. The tree is hostile: nothing outside the root is read, no link is followed, and what is not a regular
file (a pipe, a device) is never opened.
"""

from __future__ import annotations

import errno
import os
import stat

from trackaudit.config import READ_ONLY
from trackaudit.model import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackaudit.discover.remembered import Remembered
    from trackaudit.discover.ripgrep import Ripgrep


class TooLarge(OSError):
    """A file above the size limit; `size` and `limit` in bytes."""

    def __init__(self, path: str, size: int, limit: int) -> None:
        super().__init__(errno.EFBIG, os.strerror(errno.EFBIG), path)
        self.size = size
        self.limit = limit


class Sources:
    """The files of one root. Paths in are relative to it, with `/`.

    `root`: absolute, links resolved. `max_size`: bytes, 0 for no limit. `overlay`: bytes that stand in for what is
    on disk; such a file need not exist there. `quick`: who can tell faster which files hold no word, if anybody.
    `asked`: the paths that were looked for on the disk, whether there is such a file or not. `looked_for`: those that
    `is_file` was asked about.
    """

    def __init__(self, root: str, max_size: int = 0, overlay: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.max_size = max_size
        self.overlay = overlay or {}
        self._hidden: set[str] = set()
        self._kept: dict[str, bytes] = {}
        self._files: dict[tuple[str, str], SourceFile] = {}
        self._folders: dict[str, bool] = {"": True}
        self._is_file: dict[str, bool] = {}
        self.asked: set[str] = set()
        self.looked_for: set[str] = set()
        self.quick: Ripgrep | Remembered | None = None

    def overlaid(self, overlay: dict[str, bytes]) -> Sources:
        """The same files with some replaced; this object stays as it is."""
        other = Sources(self.root, self.max_size, {**self.overlay, **overlay})
        other._kept = {path: data for path, data in self._kept.items() if path not in overlay}
        other._files = {key: file for key, file in self._files.items() if key[0] not in overlay}
        other._folders = self._folders
        other.asked = self.asked
        other.looked_for = self.looked_for
        other.quick = self.quick
        return other

    def holding(self, paths: Sequence[str], texts: Iterable[bytes], kind: str = "") -> Sequence[str]:
        """Those of these paths, which are sorted, whose files may hold one of these words or patterns (`Ripgrep.look`);
        all, where nobody can tell without reading them."""
        if self.quick is None:
            return paths
        found, looked_at = self.quick.look(texts, kind)
        unknown = () if looked_at.issuperset(paths) else set(paths).difference(looked_at)
        return sorted({*found, *unknown, *self.overlay}.intersection(paths))

    def read(self, path: str, limit: int = 0) -> bytes:
        """A file's bytes. Raises OSError if it is missing, not a plain file inside the root, or unreadable.

        `limit` (bytes) is a smaller limit than the usual one for this file; above it, `TooLarge` is raised.
        """
        kept = self.overlay.get(path) if path not in self._hidden else b""
        if kept is None:
            kept = self._kept.get(path)
        allowed = self._allowed(limit)
        if kept is not None:
            if allowed and len(kept) > allowed:
                raise TooLarge(path, len(kept), allowed)
            return kept
        full = self.measure(path, limit)
        handle = os.open(full, READ_ONLY)
        try:
            # The file may have been swapped since lstat; what is open now is what counts.
            size = _regular_size(path, os.fstat(handle))
            data = _read_all(handle, size, allowed)
        finally:
            os.close(handle)
        if allowed and len(data) > allowed:
            raise TooLarge(path, max(size, len(data)), allowed)
        return data

    def measure(self, path: str, limit: int = 0) -> str:
        """The full name of a file on disk that `read` would read. Raises OSError as it does, before it is opened."""
        self.asked.add(path)
        full, allowed = self._full(path), self._allowed(limit)
        size = _regular_size(path, os.lstat(full))
        if allowed and size > allowed:
            raise TooLarge(path, size, allowed)
        return full

    def _allowed(self, limit: int) -> int:
        return min(limit, self.max_size) if limit and self.max_size else limit or self.max_size

    def names(self, listed: Iterable[str]) -> list[str]:
        """The paths that there are: those listed on disk, and those of the overlay."""
        return [*listed, *self.overlay]

    def hide(self, path: str, hidden: bool) -> None:
        """Make a file empty for who reads it from now on, or what it was."""
        (self._hidden.add if hidden else self._hidden.discard)(path)
        self._files = {key: file for key, file in self._files.items() if key[0] != path}

    def keep(self, path: str, data: bytes) -> None:
        """Hold on to bytes that were read, so that a later `read` does not go to the disk again."""
        self._kept[path] = data

    def source(self, path: str, language: str) -> SourceFile:
        """The file as `language` (the finer name: `tsx`, `typescript` …). Raises OSError as `read` does."""
        key = (path, language)
        file = self._files.get(key)
        if file is None:
            file = self._files[key] = SourceFile(path, self.read(path), language)
        return file

    def is_file(self, path: str) -> bool:
        """Whether `read` could find a plain file there (it may still be too large, or unreadable)."""
        self.looked_for.add(path)
        if path in self.overlay or path in self._kept:
            return True
        known = self._is_file.get(path)
        if known is None:
            self.asked.add(path)
            # Most of what is asked for lies in no folder that there is.
            known = self._folders.get(path.rpartition("/")[0]) is not False and self._is_plain(path)
            self._is_file[path] = known
        return known

    def _is_plain(self, path: str) -> bool:
        try:
            return stat.S_ISREG(os.lstat(self._full(path)).st_mode)
        except OSError:
            return False

    def _full(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        inside = name not in ("", ".", "..") and "\0" not in path and not path.startswith("/")
        if not inside or (os.name == "nt" and (":" in path or "\\" in path)) or not self._is_folder(folder):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return f"{self.root}/{path}"

    def _is_folder(self, folder: str) -> bool:
        """A real folder inside the root, with no link on the way (an index can list files behind a link)."""
        known = self._folders.get(folder)
        if known is None:
            above, _, name = folder.rpartition("/")
            known = name not in ("", ".", "..") and self._is_folder(above)
            if known:
                try:
                    known = stat.S_ISDIR(os.lstat(f"{self.root}/{folder}").st_mode)
                except OSError:
                    known = False
            self._folders[folder] = known
        return known


def _regular_size(path: str, status: os.stat_result) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise FileNotFoundError(errno.ENOENT, "Not a regular file", path)
    return status.st_size


def _read_all(handle: int, size: int, allowed: int) -> bytes:
    """Read to the end, or just past the limit when the file grows meanwhile."""
    data = os.read(handle, size + 1)
    if len(data) <= size and len(data) == size:
        return data
    parts = [data]
    total = len(data)
    while not allowed or total <= allowed:
        part = os.read(handle, 1 << 20)
        if not part:
            break
        parts.append(part)
        total += len(part)
    return b"".join(parts)
