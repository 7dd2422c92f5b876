"""Parse, JavaScript: what the text of a string, template or number literal stands for."""

from __future__ import annotations

import re

_ESCAPE = (
    r"(?s)\\(?:u\{([0-9A-Fa-f]{1,8})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{0,2}|[4-7][0-7]?)|(\r\n|.))"
)
"""Compiled where the first text with an escape comes."""
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_LINE_ENDS = frozenset(("\n", "\r", "\r\n", "\u2028", "\u2029"))
_BASES = {"0x": 16, "0o": 8, "0b": 2}


def unescape(text: str) -> str:
    """The value of a string's inside: escapes decoded, continued lines joined, lone surrogates as U+FFFD."""
    if "\\" not in text:
        return text
    value = re.sub(_ESCAPE, _character, text)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _character(match: re.Match[str]) -> str:
    braced, four, two, octal, other = match.groups()
    if other is not None:
        return "" if other in _LINE_ENDS else _PLAIN.get(other, other)
    if octal is not None:
        return chr(int(octal, 8))
    code = int(braced or four or two, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def number(text: str) -> int | float | None:
    """The value of a number literal, also with `_`, `n` or a base; None if it is not readable."""
    text = text.replace("_", "").lower()
    base = _BASES.get(text[:2])
    try:
        if base is not None:
            return int(text[2:].rstrip("n"), base)
        if text.isdigit():
            octal = len(text) > 1 and text[0] == "0" and not set(text) & {"8", "9"}
            return int(text, 8) if octal else int(text)
        if text.endswith("n"):
            return int(text[:-1])
        return float(text)
    except ValueError:
        return None
