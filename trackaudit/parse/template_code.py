"""Parse, templates, tags of statements: `<?php … ?>`, `<?= x ?>`, `<% … %>` of PHP, JSP, EJS, ERB."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import DEAD, LONGEST, WORDS, Tag, bare, comment, trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect

_PHP_END = re.compile(
    rb"\?>|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.|//(?:(?!\?>)[^\n])*|#(?:(?!\?>)[^\n])*|/\*(?:.*?\*/|.*)"
    rb"|<<<\s*[\"']?(?P<label>\w+)[\"']?\r?\n(?:.*?\n[ \t]*(?P=label)\b|.*)",
    re.DOTALL,
)


def php(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    head = re.compile(rb"<\?(?:php\b|=|(?!xml)(?=\s))", re.IGNORECASE).match(data, start)
    if head is None:
        return None
    close = end = len(data)
    at = head.end()
    while (match := _PHP_END.search(data, at)) is not None:
        at = match.end()
        if match.group() == b"?>":
            close, end = match.start(), match.end()
            break
    inner = trimmed(data, head.end(), close, b" \t\r\n;")
    if head.group() == b"<?=":
        return Tag(start, end, "output", inner)
    return _c_like(data, start, end, inner, rb"(?:echo|print)\b")


def asp(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data.startswith(b"<%--", start):
        return comment(data, start, b"--%>")
    close = data.find(b"%>", start + 2)
    if close < 0:
        return DEAD
    end = close + 2
    if data.startswith(b"<%#", start):
        return Tag(start, end, "comment", (start, start))
    mark = data[start + 2 : start + 3]
    if mark in (b"@", b"!"):
        return Tag(start, end, "other", (start, start))
    if data.startswith(b"<%==", start):
        return Tag(start, end, "output", trimmed(data, start + 4, close, b"- \t\r\n;"))
    output = mark == b"=" or (mark == b"-" and dialect.style != "ruby")
    inner = trimmed(data, start + (3 if output else 2), close, b"-_ \t\r\n;")
    if output:
        return Tag(start, end, "output", inner)
    if dialect.style == "ruby":
        return _ruby(data, start, end, inner)
    return _c_like(data, start, end, inner, rb"out\.print(?:ln)?\b")


_C_BLOCK = re.compile(
    rb"(?:^|(?<=[;{}\s]))(?P<word>else\s*if|elseif|if|else|foreach|for|while)\b\s*(?P<rest>.*?)\s*[:{]$", re.DOTALL
)
_C_END = re.compile(rb"(?:^|;\s*)(?:endif|endforeach|endfor|endwhile|\}\s*\)?)$")


def _c_like(data: bytes, start: int, end: int, inner: tuple[int, int], echo: bytes) -> Tag:
    """A tag of statements in PHP, Java or JavaScript: only its last one can open or close a block."""
    text = bare(data[slice(*inner)])
    said = re.match(echo + rb"\s*", text)
    if said is not None and b";" not in text:
        return Tag(start, end, "output", (inner[0] + said.end(), inner[1]))
    match = None if len(text) > LONGEST else _C_BLOCK.search(text)
    if match is not None and match.group("rest").count(b"{") == match.group("rest").count(b"}"):
        word = re.sub(rb"\s", b"", match.group("word")).decode()
        first, last = inner[0] + match.start("rest"), inner[0] + match.end("rest")
        inside = trimmed(data, first, last, b" \t\r\n")
        if data[inside[0] : inside[0] + 1] == b"(" and data[inside[1] - 1 : inside[1]] == b")":
            inside = (inside[0] + 1, inside[1] - 1)
        if word == "else":
            return Tag(start, end, "else", inside, word)
        if word in ("elseif", "elif"):
            return Tag(start, end, "elif", inside, word)
        if word == "if":
            return Tag(start, end, "if", inside, word)
        of = data.find(b" as ", *inside)
        return Tag(start, end, "loop", (inside[0], of) if of > 0 else inside, word)
    ending = _C_END.search(text)
    if ending is not None:
        return Tag(start, end, "end", inner, "end")
    if re.search(rb"\.(?:forEach|map)\s*\(.*\{$", text, re.DOTALL):
        return Tag(start, end, "loop", (inner[0], inner[0]), "end")
    given = re.match(rb"(?:(?:var|let|const|final|String)\s+)?\$?(\w+)\s*=(?![=>])([^;]*);?$", text)
    if given is not None:
        return Tag(start, end, "assign", (inner[0] + given.start(2), inner[0] + given.end(2)), given.group(1).decode())
    alone = data[slice(*inner)].strip()
    if alone.startswith((b"//", b"/*", b"#")) and (b"\n" not in alone or alone.endswith(b"*/")):
        return Tag(start, end, "comment", inner)
    return Tag(start, end, "other", inner)


def _ruby(data: bytes, start: int, end: int, inner: tuple[int, int]) -> Tag:
    text = data[slice(*inner)]
    match = re.match(rb"(if|unless|elsif|else|end|while|case|when)\b\s*", text)
    if match is not None:
        word = match.group(1).decode()
        kind = {"end": "end", "while": "loop"}.get(word) or WORDS[word]
        return Tag(start, end, kind, (inner[0] + match.end(), inner[1]), word)
    each = re.search(rb"\.each\w*\s+do\b|\bdo\s*(\|[^|]*\|)?$", text)
    if each is not None:
        return Tag(start, end, "loop", (inner[0], inner[0] + each.start()), "do")
    given = re.match(rb"@?(\w+)\s*=(?![=~>])", text)
    if given is not None:
        return Tag(start, end, "assign", (inner[0] + given.end(), inner[1]), given.group(1).decode())
    return Tag(start, end, "comment" if text.startswith(b"#") else "other", inner)
