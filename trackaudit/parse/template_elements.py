"""Parse, templates, elements that are tags, and what stands beside them: `<isif>`, `<c:if>`, `${x}`, `[[${x}]]`."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import DEAD, LONGEST, Tag, balanced, comment, trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect


def dollar(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data[start - 1 : start] == b"\\":
        return None
    close = balanced(data, start + 2, b"{", b"}")
    if close < 0 or close - start > LONGEST:
        return None
    return Tag(start, close + 1, "output", trimmed(data, start + 2, close, b" \t\r\n"))


_ATTRIBUTE = re.compile(rb"\b(?:condition|test|value|items|iterator)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ELEMENTS = {
    "isif": "if",
    "iselseif": "elif",
    "iselse": "else",
    "isloop": "loop",
    "isprint": "output",
    "iscomment": "comment",
    "c:if": "if",
    "c:choose": "case",
    "c:when": "when",
    "c:otherwise": "else",
    "c:forEach": "loop",
    "c:out": "output",
    "#if": "if",
    "#elseif": "elif",
    "#else": "else",
    "#list": "loop",
}


def element(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    match = re.compile(rb"<(/?)((?:is|c:|#)[\w:]+)").match(data, start)
    if match is None:
        return None
    name = match.group(2).decode()
    close = _gt(data, match.end())
    if close < 0:
        return None
    end = close + 1
    kind = _ELEMENTS.get(name, "other")
    if match.group(1):
        closes_block = kind in ("if", "loop", "when") or name == "c:otherwise"
        return Tag(start, end, "end" if closes_block else "other", (start, start), "end")
    if kind == "comment":
        return comment(data, start, b"</iscomment>")
    if kind == "case":
        return Tag(start, end, "other", (start, start))
    attribute = _ATTRIBUTE.search(data, match.end(), close)
    inner = (close, close)
    if attribute is not None:
        inner = attribute.span(1) if attribute.group(1) is not None else attribute.span(2)
    elif name.startswith("#"):
        inner = (match.end(), close)
        of = data.find(b" as ", *inner)
        inner = (inner[0], of) if kind == "loop" and of > 0 else inner
    text = data[slice(*inner)]
    if text.startswith(b"${") and text.endswith(b"}"):
        inner = (inner[0] + 2, inner[1] - 1)
    if kind == "when":
        return Tag(start, end, "if", inner, "when")
    if name == "c:otherwise":
        return Tag(start, end, "if", inner, name)
    return Tag(start, end, kind, inner, name)


def _gt(data: bytes, at: int) -> int:
    """The `>` that ends an element, past quoted values."""
    match = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>").match(data, at, at + LONGEST)
    return match.end() - 1 if match is not None else -1


def thymeleaf(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"}]]", start)
    return Tag(start, close + 3, "output", (start + 4, close)) if close >= 0 else DEAD
