"""Parse, templates, tags in braces: `{{ x }}`, `{% if x %}`, `{!! x !!}` of Liquid, Jinja, Handlebars and others."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import DEAD, LONGEST, WORDS, Tag, balanced, bare, comment, trimmed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect

_FARTHEST = 100_000
_JSX = re.compile(rb"\s*[\w\"'-]+\s*:")
"""What begins a JSX attribute that holds an object, as in `style={{ width: 1 }}`."""


def braces(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data.startswith(b"{{!--", start):
        return comment(data, start, b"--}}")
    if dialect.style == "go" and data[start + 2 : start + 5].lstrip(b"- ").startswith(b"/*"):
        return comment(data, start, b"}}")
    triple = data.startswith(b"{{{", start)
    close = data.find(b"}}}" if triple else b"}}", start + 2, start + LONGEST)
    if close < 0:
        return None
    size = 3 if triple else 2
    begin, end = start + size, close + size
    if end - start > LONGEST or b"{" in bare(data[begin:close]) or b"}" in bare(data[begin:close]):
        return None
    if data[start - 1 : start] == b"=" and _JSX.match(data, begin, close):
        return None
    inner = trimmed(data, begin, close, b"-~&! \t\r\n" if dialect.style in ("handlebars", "php") else b"- \t\r\n~")
    if dialect.style == "handlebars":
        return _handlebars(data, start, end, inner)
    if dialect.style == "go":
        return _go(data, start, end, inner)
    return Tag(start, end, "output", inner)


def statement(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"%}", start + 2)
    if close < 0:
        return DEAD
    end = close + 2
    inner = trimmed(data, start + 2, close, b"-+ \t\r\n")
    text = data[slice(*inner)]
    match = re.match(rb"\w+", text)
    word = match.group().decode() if match else ""
    rest = (inner[0] + len(word), inner[1])
    if word in ("comment", "raw", "verbatim", "schema", "doc"):
        # What is a template's own text is short; a long way to its end is none.
        near = data.find(b"end" + word.encode(), end, end + _FARTHEST)
        closing = re.compile(rb"\{%-?\s*end" + word.encode() + rb"\s*-?%\}").search(data, max(near - 8, end), near + 80)
        if closing is not None:
            if word in ("raw", "verbatim"):  # what is inside is text, also where it looks like tags
                return Tag(start, closing.end(), "none", inner)
            return Tag(start, closing.end(), "comment", inner)
    kind = WORDS.get(word, "other")
    if kind == "loop":
        of = text.find(b" in ")
        rest = (inner[0] + of + 4, inner[1]) if of > 0 else rest
    if word == "ifequal":
        kind, rest = "if", (inner[1], inner[1])
    if word in ("assign", "set") and (given := re.match(rb"\w+\s+(\w+)\s*=(?!=)", text)):
        return Tag(start, end, "assign", (inner[0] + given.end(), inner[1]), given.group(1).decode())
    return Tag(start, end, kind, rest, word)


def hash_comment(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    return comment(data, start, b"#}")


def raw(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"!!}", start + 3)
    return Tag(start, close + 3, "output", trimmed(data, start + 3, close, b" \t\r\n")) if close >= 0 else DEAD


def _handlebars(data: bytes, start: int, end: int, inner: tuple[int, int]) -> Tag:
    text = data[slice(*inner)]
    if data[start + 2 : start + 3] == b"!":
        return Tag(start, end, "comment", inner)
    match = re.match(rb"([#^/>]?)\s*([\w.-]*)", text)
    assert match is not None
    mark, word = match.group(1), match.group(2).decode()
    rest = (inner[0] + match.end(), inner[1])
    if mark == b"/":
        return Tag(start, end, "end", rest, f"/{word}")
    if mark == b">":
        return Tag(start, end, "other", rest, word)
    if mark in (b"#", b"^") and word:
        if word in ("if", "unless"):
            return Tag(start, end, word, rest, word)
        kind = "loop" if word == "each" else "unless" if mark == b"^" else "if"
        return Tag(start, end, kind, rest if rest[0] < rest[1] else (rest[0] - len(word), rest[1]), word)
    if word == "else" or mark == b"^":
        after = re.match(rb"else\s+if\b", text)
        if after is not None:
            return Tag(start, end, "elif", (inner[0] + after.end(), inner[1]), "else")
        return Tag(start, end, "else", rest, "else")
    return Tag(start, end, "output", inner)


def _go(data: bytes, start: int, end: int, inner: tuple[int, int]) -> Tag:
    text = data[slice(*inner)]
    match = re.match(rb"else\s+if\b|[a-z]+\b", text)
    word = match.group().decode() if match else ""
    rest = (inner[0] + len(word), inner[1])
    if word in ("if", "with"):
        return Tag(start, end, "if", rest, word)
    if word == "range":
        of = text.find(b":=")
        return Tag(start, end, "loop", (inner[0] + of + 2, inner[1]) if of > 0 else rest, word)
    if word.startswith("else"):
        return Tag(start, end, "elif" if len(word) > 4 else "else", rest, "else")
    if word == "end":
        return Tag(start, end, "end", rest, "end")
    if word in ("define", "block"):
        return Tag(start, end, "if", (inner[1], inner[1]), word)
    if word in ("template", "break", "continue"):
        return Tag(start, end, "other", rest, word)
    if given := re.match(rb"\$(\w+)\s*:?=(?!=)", text):
        return Tag(start, end, "assign", (inner[0] + given.end(), inner[1]), given.group(1).decode())
    return Tag(start, end, "output", inner)


_SMARTY = re.compile(rb"\{(/?)(?:(\$)|([a-zA-Z_]\w*)(?=\}|\s))")
_SMARTY_BLOCKS = {"foreach": "loop", "section": "loop", "while": "loop", "foreachelse": "else", "sectionelse": "else"}
_SMARTY_OTHER = frozenset(("literal", "strip", "nocache", "block", "capture", "include", "extends", "ldelim", "rdelim"))
_SMARTY_ASSIGN = re.compile(rb"\s+(?:var\s*=\s*)?[\"']?(\w+)[\"']?\s+(?:value\s*=\s*)?")
_SMARTY_FIELD = re.compile(rb"\s+[\w.-]+\s*=(?!=)")


def smarty(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    """A brace begins a tag of Smarty if no space follows; a script's own brace that no space follows is none either."""
    if data.startswith(b"{*", start):
        return comment(data, start, b"*}")
    match = _SMARTY.match(data, start)
    close = balanced(data, start + 1, b"{", b"}") if match is not None else -1
    if match is None or close < 0:
        return None
    end, after = close + 1, match.end()
    if match.group(2):
        inner = trimmed(data, start + 1, close - (9 if data[:close].endswith(b" nofilter") else 0), b" \t\r\n")
        return None if match.group(1) else Tag(start, end, "output", inner)
    word = match.group(3).decode()
    kind = _SMARTY_BLOCKS.get(word) or ("" if word in ("case", "when", "empty") else WORDS.get(word, ""))
    if word in _SMARTY_OTHER:
        return Tag(start, end, "other", (start, start), word)
    if match.group(1):
        return Tag(start, end, "end" if kind else "other", (start, start), f"/{word}")
    if kind:
        of = data.find(b" as ", after, close) if kind == "loop" else -1
        return Tag(start, end, kind, (after, of if of > 0 else close), word)
    given = _SMARTY_ASSIGN.match(data, after, close) if word == "assign" else None
    if given is not None:
        return Tag(start, end, "assign", (given.end(), close), given.group(1).decode())
    return Tag(start, end, "output", (close, close)) if _SMARTY_FIELD.match(data, after, close) else None
