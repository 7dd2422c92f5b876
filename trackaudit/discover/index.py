"""Git's index as it lies on disk: bytes in, out comes what it says of each file, to compare with what it said before.

Format: `gitformat-index`, versions 2 and 3 with SHA-1 names, which nearly every repository has; no other is read.
"""

from __future__ import annotations

import os

_HEAD = 12
_ENTRY = 62
"""Bytes before a name: times, device, inode, mode, owner, size, object name, flags."""
_MODE = 24
_FOLDER = 0o040000
_LINK = b"link"
"""An extension: the entries are a part, the others are in another file."""


def entries(data: bytes, folder: str) -> dict[str, bytes] | None:
    """By path relative to a folder of the work tree ("" for its top), the times, size, mode and object of each file
    below it: where these are equal, git takes the file for unchanged. None for an index that cannot be read."""
    if data[:4] != b"DIRC" or int.from_bytes(data[4:8], "big") not in (2, 3):
        return None
    prefix = os.fsencode(f"{folder}/") if folder else b""
    found: dict[str, bytes] = {}
    at, end = _HEAD, len(data) - 20
    for _ in range(int.from_bytes(data[8:12], "big")):
        start = at + _ENTRY + (2 if data[at + _ENTRY - 2] & 0x40 else 0)
        stop = data.find(b"\0", start)
        length = int.from_bytes(data[at + _ENTRY - 2 : at + _ENTRY], "big") & 0xFFF
        if not start < stop < end or (length != stop - start and length != 0xFFF):
            return None
        if int.from_bytes(data[at + _MODE : at + _MODE + 4], "big") == _FOLDER:
            return None  # a sparse index names folders instead of their files
        name = data[start:stop]
        if name.startswith(prefix):
            found[os.fsdecode(name[len(prefix) :])] = data[at:start]
        at += (stop - at + 8) & ~7
    return None if data[at : at + 4] == _LINK else found
