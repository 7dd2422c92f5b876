"""parse (documents): the text of a scalar, with the holes that templates leave in it (`{{ customer.email }}`)."""

from __future__ import annotations

import re

from trackaudit.program import Call, Literal, Member, Name, Template, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr

# Bounded in width, so that no line of braces takes quadratic time.
TOO_DEEP = "what is here is nested too deeply, so it was not looked at; `max-depth` sets the limit"
_HOLE = re.compile(
    rb"\{\{(?P<braces>(?:(?!\}\}).){0,300})\}\}|\$\{(?P<dollar>[^{}\n]{0,300})\}|<%=?(?P<percent>(?:(?!%>).){0,300})%>",
    re.DOTALL,
)
_PATH = re.compile(
    rb"[\s\-]*\.?(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?P<filters>(?:\|\s*[A-Za-z_]\w*\s*)*)-?\s*", re.ASCII
)
_WORD = re.compile(rb"[A-Za-z_]\w*")
_SURROGATES = re.compile("[\ud800-\udfff]+")


def mend(text: str) -> str:
    """Join the surrogate pairs that `\\ud83d\\ude00` leaves; a lone one, which cannot be printed, becomes U+FFFD."""
    return _SURROGATES.sub(
        lambda match: match.group().encode("utf-16", "surrogatepass").decode("utf-16", "replace"), text
    )


def scalar(data: bytes, start: int, end: int, text: str, quotes: int) -> Expr:
    """The string at [start, end) as a Literal, or as a Template when it has holes.

    `text` is its value; `quotes` the width of its opening and closing quote. A hole that is a dotted path is that
    Member, so that the same path in two places is the same value; its filters are calls (`x | lower`). Any other
    hole is Unknown. A hole without anything beside it is a Template of one part: a constant it is not.
    """
    if "{{" not in text and "${" not in text and "<%" not in text:
        return Literal(start, end, text)
    parts: list[Expr] = []
    at, close = start + quotes, end - quotes
    found = False
    for match in _HOLE.finditer(data, at, close):
        found = True
        if match.start() > at:
            parts.append(Literal(at, match.start(), data[at : match.start()].decode("utf-8", "replace")))
        parts.append(_hole(match))
        at = match.end()
    if not found:
        return Literal(start, end, text)
    if at < close:
        parts.append(Literal(at, close, data[at:close].decode("utf-8", "replace")))
    return Template(start, end, parts)


def _hole(match: re.Match[bytes]) -> Expr:
    start, end = match.span(match.lastgroup or 0)
    path = _PATH.fullmatch(match.string, start, end)
    if path is None:
        return Unknown(start, end, [])
    result: Expr | None = None
    first = path.start("path")
    for word in re.finditer(rb"\w+", match.string[first : path.end("path")]):
        begin, stop = first + word.start(), first + word.end()
        name = word.group().decode("ascii", "replace")
        result = Name(begin, stop, name) if result is None else Member(first, stop, result, Literal(begin, stop, name))
    if result is None:
        return Unknown(start, end, [])
    for word in _WORD.finditer(match.string, path.start("filters"), path.end("filters")):
        callee = Name(word.start(), word.end(), word.group().decode("ascii", "replace"))
        result = Call(first, word.end(), callee, [result])
    return result
