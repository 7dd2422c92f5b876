"""Parse, the measure: what a file asks for, as its number of words and signs, or of values, is held against a bound.

A syntax tree takes up to a kilobyte for each word and sign, most of it before anything could be counted in the tree, so
code and markup are counted before any parser sees them. Documents are read piece by piece, and counted so.
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
    if len(data) > limits().tokens:
        Words().add(data)


class Words:
    """Counts the words and signs of a file's code, which may come in pieces."""

    def __init__(self) -> None:
        self._most = self._left = limits().tokens

    def add(self, data: bytes) -> None:
        """Another piece. Raises TooMuch where there are too many in all."""
        self._left -= tokens(data)
        if self._left < 0:
            raise TooMuch(
                f"the file has more than {self._most:,} words and signs, so it was not analysed", "max-tokens"
            )


class Values:
    """Counts what a document holds: its keys, values and comments."""

    def __init__(self) -> None:
        self._most = self._left = limits().tokens

    def one(self) -> None:
        """Another one. Raises TooMuch for the first that is too many."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"the document has more than {self._most:,} values, so it was not analysed", "max-tokens")
