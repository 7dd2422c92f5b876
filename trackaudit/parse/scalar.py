"""Parse (documents): a text that a scalar of JSON or YAML stands for comes in, the place of each of its characters
goes out: through escapes, doubled quotes, folded lines and a block's indentation."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")


def places(data: bytes, start: int, end: int, text: str) -> list[tuple[int, int]] | None:
    """For each character of `text` its byte range in the file, where the scalar is data[start:end]; None if the two do
    not belong together. Only space may differ between the text and how it is written: that is what folding does."""
    try:
        raw = data[start:end].decode("utf-8")
    except UnicodeDecodeError:
        return None
    offsets = [start]
    for char in raw:
        offsets.append(offsets[-1] + len(char.encode("utf-8")))
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    at = len(quote)
    if raw[:1] in ("|", ">"):
        at = raw.find("\n") + 1
    found: list[tuple[int, int]] = []
    for char in text:
        step = _step(raw, at, char, quote)
        if step is None:
            return None
        first, at = step
        found.append((offsets[first], offsets[at]))
    return found


def _step(raw: str, at: int, char: str, quote: str) -> tuple[int, int] | None:
    """Where a character is written, from `at` on: its first and the following position."""
    if quote == '"':
        continued = _CONTINUED.match(raw, at)
        at = continued.end() if continued is not None else at
    if char.isspace():
        if raw[at : at + 1].isspace():
            return at, at + 1
        escape = _ESCAPE.match(raw, at) if quote == '"' else None
        # A fold's second character: the space that it stands for was counted already.
        return (at, escape.end()) if escape is not None and escape.group()[1] in "nrtuxf _N\n" else (at, at)
    while at < len(raw) and raw[at].isspace():
        at += 1
    if quote == '"':
        continued = _CONTINUED.match(raw, at)
        at = continued.end() if continued is not None else at
        escape = _ESCAPE.match(raw, at)
        if escape is not None:
            return at, escape.end()
    if raw[at : at + 1] != char:
        return None
    return at, at + (2 if quote == "'" == char else 1)
