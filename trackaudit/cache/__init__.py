"""Cache: in goes a root, out comes what was kept of it in the user's cache folder, and the other way round.

Nothing here is ever an error: what is damaged, foreign, of another version or cannot be written is as if it were not
there. Only plain data is kept (marshal: no code runs when it is read), under a checksum, since marshal itself trusts
its bytes; and only files of this user are read.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAGIC = b"trackaudit 3\n"
_SUM = 32
_CHECK = 4
"""Bytes that tell damage: the folder is the user's own, so nobody forges what is in it."""
_LIMIT = 100_000_000
"""Bytes of a file that we never wrote."""
_SUFFIX = ".kept"


def folder() -> str | None:
    """The folder of all that is kept, absolute, whether it exists or not; None where the user has no home."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(chosen):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        if os.name == "nt":
            chosen = os.environ.get("LOCALAPPDATA", "") or os.path.join(home, "AppData", "Local")
        else:
            chosen = os.path.join(home, *(("Library", "Caches") if sys.platform == "darwin" else (".cache",)))
    return os.path.join(chosen, "trackaudit")


def load(root: str) -> Any:
    """What was kept for a root; None if nothing was, or it cannot be trusted."""
    path = _path(root)
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > _LIMIT or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
                return None
            data = file.read()
        start = len(_MAGIC) + _CHECK
        kept = memoryview(data)[start:]
        if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : start] != _check(kept):
            return None
        import marshal

        return marshal.loads(kept)
    except (OSError, EOFError, ValueError, TypeError):
        return None


def holds(root: str) -> bool:
    """Whether anything was kept for a root, trusted or not; it is not read."""
    path = _path(root)
    return path is not None and os.path.exists(path)


def save(root: str, value: Any) -> None:
    """Keep plain data (what marshal takes) for a root, instead of what was kept before."""
    import marshal

    path = _path(root)
    if path is None:
        return
    data = marshal.dumps(value)
    fresh = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        # Runs at the same time each write a file of their own; the last to be done is the one that stays.
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with open(handle, "wb") as file:
                file.write(_MAGIC + _check(data) + data)
            os.replace(fresh, path)
        except OSError:
            os.unlink(fresh)
    except OSError:
        return


def clear() -> int:
    """Remove all that was kept, for all roots; how many files that were."""
    removed = 0
    place = folder()
    try:
        names = os.listdir(place) if place is not None else []
    except OSError:
        return 0
    for name in names:
        if _SUFFIX in name:
            try:
                os.unlink(os.path.join(place or "", name))
            except OSError:
                continue
            removed += 1
    return removed


def digest(data: bytes) -> bytes:
    """A checksum of which two different contents never have the same."""
    try:
        from _blake2 import blake2b  # hashlib itself loads OpenSSL: 2 ms more
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=_SUM).digest()


def _check(data: bytes | memoryview) -> bytes:
    from zlib import crc32

    return crc32(data).to_bytes(_CHECK, "big")


def _path(root: str) -> str | None:
    place = folder()
    if place is None:
        return None
    return os.path.join(place, digest(os.fsencode(root))[:16].hex() + f"-{sys.implementation.cache_tag}{_SUFFIX}")
