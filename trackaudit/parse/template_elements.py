"""Parse, templates, elements that are tags, and what stands beside them: `<isif>`, `<c:if>`, `${x}`, `[[${x}]]`."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import LONGEST, Tag, balanced, comment, trimmed

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
    "c:choose": "choose",
    "c:when": "elif",
    "c:otherwise": "else",
    "c:forEach": "loop",
    "c:out": "output",
    "#if": "if",
    "#elseif": "elif",
    "#else": "else",
    "#list": "loop",
    "#assign": "assign",
    "#local": "assign",
}


def element(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data.startswith(b"<#--", start):
        return comment(data, start, b"-->")
    match = re.compile(rb"<(/?)((?:is|c:|#|@)[\w:.]+)").match(data, start)
    if match is None:
        return None
    name = match.group(2).decode()
    close = _gt(data, match.end())
    if close < 0:
        return None
    end = close + 1
    kind = _ELEMENTS.get(name, "other")
    if match.group(1):
        closes_block = kind in ("if", "loop", "choose")
        return Tag(start, end, "end" if closes_block else "other", (start, start), "end")
    if kind == "comment":
        return comment(data, start, b"</iscomment>")
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
    given = re.compile(rb"\s+(\w+)\s*=\s*").match(data, *inner) if kind == "assign" else None
    if given is not None:
        return Tag(start, end, kind, (given.end(), close), given.group(1).decode())
    return Tag(start, end, "other" if kind == "assign" else kind, inner, name)


def _gt(data: bytes, at: int) -> int:
    """The `>` that ends an element, past quoted values."""
    match = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>").match(data, at, at + LONGEST)
    return match.end() - 1 if match is not None else -1


_DEFAULT = re.compile(rb"\s*(?:'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|[\w.-]+|\{\s*\}|\[\s*\])?")


def thymeleaf(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    """`[[${x}]]`, `[(${x})]`, and either in a comment with the value behind it that stands there until it is filled."""
    hidden = data.startswith(b"/*", start)
    first = start + (6 if hidden else 4)
    closer = b"})]" if data[first - 3 : first - 2] == b"(" else b"}]]"
    close = data.find(closer, first, first + LONGEST)
    if close < 0:
        return None
    end = close + 3
    if hidden:
        if not data.startswith(b"*/", end):
            return None
        default = _DEFAULT.match(data, end + 2)
        end = default.end() if default is not None else end + 2
    return Tag(start, end, "output", (first, close))


def thymeleaf_block(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    """`[# th:if="${a}"]` and its end `[/]`."""
    if data.startswith(b"[/]", start):
        return Tag(start, start + 3, "end", (start, start), "end")
    match = re.compile(rb"\[#\s+th:(if|unless|each)=\"(?:\w+\s*:\s*)?(?:\$\{)?([^\"]*?)\}?\"\s*\]").match(data, start)
    if match is None:
        return None
    word = match.group(1).decode()
    return Tag(start, match.end(), "loop" if word == "each" else word, match.span(2), word)
