"""Parse, the measure: a file's bytes in, its number of words and signs out, before any parser sees them.

A syntax tree takes up to a kilobyte for each, most of it before anything could be counted in the tree.
"""

from __future__ import annotations

from trackaudit.config.limits import TooMuch, limits

_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$" + bytes(range(0x80, 0x100))
_SPACE = b" \t\r\n\f\v\0"
_AS_CLASS = bytes(0x61 if byte in _WORD else 0x20 for byte in range(0x100))
_CHUNK = 1 << 16


def tokens(data: bytes) -> int:
    """How many words and signs there are; a word at a chunk's end may count twice."""
    signs = len(data.translate(None, _WORD + _SPACE))
    chunks = (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
    return signs + sum(len(chunk.translate(_AS_CLASS).split()) for chunk in chunks)


def measure(data: bytes) -> None:
    """Raises TooMuch for what no parser shall see."""
    most = limits().tokens
    if tokens(data) > most:
        raise TooMuch(f"the file has more than {most:,} words and signs, so it was not analysed", "max-tokens")
