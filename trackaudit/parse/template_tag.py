"""Parse, templates: what a template's tag is, and what the readers of all template languages share."""

from __future__ import annotations

import re

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


_QUOTED = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|//[^\n]*|/\*.*?\*/", re.DOTALL)


def bare(text: bytes) -> bytes:
    """The text with strings and comments blanked, at the same length."""
    return _QUOTED.sub(
        lambda match: (
            b" " * len(match.group()) if match.group()[:1] == b"/" else b"'" + b"_" * (len(match.group()) - 2) + b"'"
        ),
        text,
    )


def balanced(data: bytes, at: int, opening: bytes, closing: bytes) -> int:
    """Where the bracket that is open at `at` closes, past strings; -1 if it does not."""
    depth = 1
    for match in re.compile(
        rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|" + re.escape(opening) + b"|" + re.escape(closing), re.DOTALL
    ).finditer(data, at, at + LONGEST):
        text = match.group()
        depth += 1 if text == opening else -1 if text == closing else 0
        if depth == 0:
            return match.start()
    return -1
