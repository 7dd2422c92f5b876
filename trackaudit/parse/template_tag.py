"""Parse, templates: what a template's tag is, and what the readers of all template languages share."""

from __future__ import annotations

import re
from functools import cache

from trackaudit.record import NamedTuple


class Tag(NamedTuple):
    """data[start:end], which the server replaces.

    kind: output, if, unless, elif, else, end, loop, case, assign, other, comment. inner: the expression's range.
    word: the keyword as written (`elsif`, `endfor`), or the name an assignment gives a value.
    """

    start: int
    end: int
    kind: str
    inner: tuple[int, int]
    word: str = ""


class Dialect(NamedTuple):
    """openers: how tags begin, each with its reader. style: how expressions are written (template_expressions)."""

    openers: tuple[bytes, ...]
    style: str = ""


DEAD = Tag(0, -1, "", (0, 0))
"""No tag, and no closer of its sort anywhere behind."""
LONGEST = 4_000
"""Bytes that a tag of one expression may have."""
_DEEPEST = 50
"""Brackets in brackets of one expression."""

WORDS = {
    "if": "if",
    "ifequal": "if",
    "ifchanged": "if",
    "unless": "unless",
    "elif": "elif",
    "elsif": "elif",
    "elseif": "elif",
    "else": "else",
    "empty": "else",
    "for": "loop",
    "tablerow": "loop",
    "case": "case",
    "when": "elif",
    "endif": "end",
    "endunless": "end",
    "endfor": "end",
    "endtablerow": "end",
    "endcase": "end",
    "endifequal": "end",
}


def closes(end: str, begin: str) -> bool:
    """Whether the end tag's word ends a block that began with this word."""
    if end in ("", "end", "/"):
        return True
    word = end.removeprefix("end").removeprefix("/")
    return word == begin or (word == "if" and begin in ("ifequal", "unless")) or (begin == "each" and word == "each")


def comment(data: bytes, start: int, closer: bytes) -> Tag | None:
    close = data.find(closer, start + 2)
    return Tag(start, close + len(closer), "comment", (start, start)) if close >= 0 else DEAD


def trimmed(data: bytes, start: int, end: int, what: bytes) -> tuple[int, int]:
    while start < end and data[start] in what:
        start += 1
    while end > start and data[end - 1] in what:
        end -= 1
    return start, end


# A comment that does not end takes all the rest, and an escaped quote begins nothing; else the rest of a file would be
# looked through for each of many.
_QUOTED = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|//[^\n]*|/\*(?:.*?\*/|.*)|(?P<escaped>\\.)", re.DOTALL)


def bare(text: bytes) -> bytes:
    """The text with strings and comments blanked, at the same length."""
    return _QUOTED.sub(_blank, text)


def _blank(match: re.Match[bytes]) -> bytes:
    found = match.group()
    if match.group("escaped") is not None:
        return found
    return b" " * len(found) if found.startswith(b"/") else b"'" + b"_" * (len(found) - 2) + b"'"


def balanced(data: bytes, at: int, opening: bytes, closing: bytes) -> int:
    """Where the bracket that is open at `at` closes, past strings; -1 if it does not, or is no expression's."""
    end = min(at + LONGEST, len(data))
    if data.find(closing, at, end) < 0:
        return -1
    depth = 1
    for match in _bracket(opening, closing).finditer(data, at, end):
        text = match.group()
        depth += 1 if text == opening else -1 if text == closing else 0
        if depth == 0:
            return match.start()
        if depth > _DEEPEST:
            return -1
    return -1


@cache
def _bracket(opening: bytes, closing: bytes) -> re.Pattern[bytes]:
    text = rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.|" + re.escape(opening) + b"|" + re.escape(closing)
    return re.compile(text, re.DOTALL)
