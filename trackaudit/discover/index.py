"""Git's index as it lies on disk: its bytes then and now in, out comes what it says of each file that it says something
else of.

Format: `gitformat-index`, versions 2 and 3 with SHA-1 names, which nearly every repository has; no other is read.
"""

from __future__ import annotations

import os
import sys

from trackaudit.cache import digest
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_HEAD = 12
_ENTRY = 62
"""Bytes before a name: times, device, inode, mode, owner, size, object name, flags."""
_MODE = 24
_OBJECT = 40
_SIZES = 60
_FOLDER = 0o040000
_STAGE = 0x30
_LONG = 0xFFF
_LINK = b"link"
"""An extension: the entries are a part, the others are in another file."""
_SUM = 20
_BLOCK = 64
"""Entries that are compared at once."""


class Differences(NamedTuple):
    """By path, the times, size, mode and object of each file of which the index says something else: where these are
    equal, git takes the file for unchanged."""

    before: dict[str, bytes]
    after: dict[str, bytes]

    def came_and_left(self) -> tuple[set[str], set[str]]:
        """The files that are tracked only now, and those that were."""
        before, after = self.before.keys(), self.after.keys()
        return after - before, before - after


def same_object(before: bytes, after: bytes) -> bool:
    """Whether git holds the same bytes for a file, in two of its descriptions."""
    return before[_MODE : _MODE + 4] == after[_MODE : _MODE + 4] and before[_OBJECT:_SIZES] == after[_OBJECT:_SIZES]


class _Unread(Exception):
    pass


def stamp(file: BinaryIO) -> bytes:
    """What is another for another index: its size and git's own checksum of it, or ours where git makes none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _SUM))
    told = file.read(_SUM)
    if any(told):
        return told + size.to_bytes(8, "big")
    file.seek(0)
    return digest(file.read())


def marks(data: bytes) -> bytes | None:
    """Where in an index each block of entries begins, to be kept with it; None if it cannot be read."""
    starts: list[int] = []
    at = _HEAD
    try:
        for number in range(_count(data)):
            if number % _BLOCK == 0:
                starts.append(at)
            at = _entry(data, at)[2]
    except _Unread:
        return None
    if data[at : at + 4] == _LINK:
        return None
    return b"".join(at.to_bytes(8, sys.byteorder) for at in starts)


def differences(then: bytes, blocks: bytes, now: bytes, folder: str) -> Differences | None:
    """What differs between two states of an index below a folder of the work tree ("" for its top); None for one that
    cannot be read. `blocks`: the marks of the earlier one."""
    try:
        return _compared(
            then, memoryview(blocks or bytes(8)).cast("Q"), now, os.fsencode(f"{folder}/") if folder else b""
        )
    except _Unread:
        return None


def _compared(then: bytes, starts: memoryview[int], now: bytes, prefix: bytes) -> Differences:
    found = Differences({}, {})

    def put(into: dict[str, bytes], name: bytes, what: bytes) -> None:
        if name.startswith(prefix):
            into[os.fsdecode(name[len(prefix) :])] = what

    left, right = _count(then), _count(now)
    at, to = _HEAD, _HEAD
    done = 0
    while done < left or right:
        block = done // _BLOCK
        if done % _BLOCK == 0 and block + 1 < len(starts) and right >= _BLOCK:
            size = starts[block + 1] - at
            if then[at : at + size] == now[to : to + size]:
                at, to, done, right = at + size, to + size, done + _BLOCK, right - _BLOCK
                continue
        old, what, after = _entry(then, at) if done < left else (b"", b"", at)
        new, other, beyond = _entry(now, to) if right else (b"", b"", to)
        if old and (old <= new or not new):
            if old != new or what != other:
                put(found.before, old, what)
            at, done = after, done + 1
        if new and (new <= old or not old):
            if old != new or what != other:
                put(found.after, new, other)
            to, right = beyond, right - 1
    if _LINK in (then[at : at + 4], now[to : to + 4]):
        raise _Unread
    return found


def _count(data: bytes) -> int:
    if data[:4] != b"DIRC" or int.from_bytes(data[4:8], "big") not in (2, 3):
        raise _Unread
    return int.from_bytes(data[8:_HEAD], "big")


def _entry(data: bytes, at: int) -> tuple[bytes, bytes, int]:
    """The name of the file that an entry is about, what it says of it, and where the next one begins."""
    if at + _ENTRY > len(data):
        raise _Unread
    flags = data[at + _ENTRY - 2]
    start = at + _ENTRY + (2 if flags & 0x40 else 0)
    stop = data.find(b"\0", start, len(data) - 20)
    length = int.from_bytes(data[at + _ENTRY - 2 : at + _ENTRY], "big") & _LONG
    if stop <= start or (length != stop - start and length != _LONG):
        raise _Unread
    if flags & _STAGE or int.from_bytes(data[at + _MODE : at + _MODE + 4], "big") == _FOLDER:
        raise _Unread  # a merge is not done, or a sparse index names folders instead of their files
    return data[start:stop], data[at:start], at + ((stop - at + 8) & ~7)
