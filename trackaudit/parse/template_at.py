"""Parse, templates, tags that begin with `@`: Razor's and Blade's."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import WORDS, Tag, balanced, comment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect

_BLOCK = re.compile(rb"@(if|foreach|for|while)\s*\(")
_DIRECTIVES = frozenset(
    (b"model", b"using", b"inject", b"section", b"page", b"functions", b"code", b"inherits", b"addTagHelper", b"layout",
     b"removeTagHelper", b"tagHelperPrefix", b"namespace", b"attribute", b"implements", b"typeparam", b"switch", b"try",
     b"media", b"keyframes", b"import", b"supports", b"charset", b"lock", b"do")
)  # fmt: skip
"""Words behind an `@` that put nothing into the page; those of style sheets too, which should be doubled."""
_ATTRIBUTE = re.compile(rb"@[\w.:-]+(?==[\"'])")
_PART = re.compile(rb"\??\.?[A-Za-z_]\w*")
_OPENS = re.compile(rb"\s*\{")
_BRACE = re.compile(rb"[{}]")
_ELSE = re.compile(rb"\}\s*else\b\s*(if\s*\()?")
_MARKUP = re.compile(rb"<[A-Za-z]|@:")
_GIVEN = re.compile(rb"\b(\w+)\s*=(?![=>])\s*([^;{}]+);")
_BLADE = re.compile(rb"@(\w+)\b[ \t]*")
_BLADE_BLOCKS = frozenset(
    ("auth", "guest", "isset", "empty", "can", "cannot", "canany", "env", "production", "error", "session", "while")
)
_BLADE_WORDS = {"forelse": "loop", "while": "loop", "switch": "case", "case": "elif", "default": "else"}
_BLADE_OTHER = frozenset(("break", "continue", "csrf", "method", "vite", "include", "yield", "stack"))


def at(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    """A tag of Razor or Blade; None for an address or what is doubled."""
    before = data[start - 1 : start]
    if before.isalnum() or before in (b"@", b"_", b".", b"-"):
        return None
    return _blade(data, start) if dialect.style == "php" else _razor(data, start)


def text_element(data: bytes, start: int, dialect: Dialect) -> Tag:
    """Razor's `<text>`, which only says that what follows is no code."""
    end = data.index(b">", start) + 1
    return Tag(start, end, "other", (end, end))


# ----------------------------------------------------------------------------------------------- Razor


def _razor(data: bytes, start: int) -> Tag | None:
    second = data[start + 1 : start + 2]
    if second == b"*":
        return comment(data, start, b"*@")
    if second == b":":
        return Tag(start, start + 2, "other", (start, start))
    if second == b"(":
        close = balanced(data, start + 2, b"(", b")")
        return Tag(start, close + 1, "output", (start + 2, close)) if close >= 0 else None
    if second == b"{":
        close = balanced(data, start + 2, b"{", b"}")
        plain = close >= 0 and _MARKUP.search(data, start, close) is None
        return Tag(start, close + 1, "code", (start + 2, close)) if plain else None
    block = _BLOCK.match(data, start)
    if block is not None:
        return _opened(data, start, block.end(), block.group(1).decode())
    attribute = _ATTRIBUTE.match(data, start)
    if attribute is not None:
        return Tag(start, attribute.end(), "other", (start, start))
    begin = end = start + (7 if data.startswith(b"await ", start + 1) else 1)
    while (part := _PART.match(data, end)) is not None:
        end = part.end()
        while data[end : end + 1] in (b"(", b"["):
            close = balanced(data, end + 1, data[end : end + 1], b")" if data[end : end + 1] == b"(" else b"]")
            if close < 0:
                return None
            end = close + 1
        if data[end : end + 1] not in (b".", b"?"):
            break
    return Tag(start, end, "output", (begin, end)) if end > begin and data[begin:end] not in _DIRECTIVES else None


def _opened(data: bytes, start: int, inside: int, word: str) -> Tag | None:
    """The head of a block, with its `{`; `inside` is behind the `(` of its test."""
    close = balanced(data, inside, b"(", b")")
    brace = _OPENS.match(data, close + 1) if close >= 0 else None
    if brace is None:
        return None
    if word in ("if", "elif"):
        return Tag(start, brace.end(), word, (inside, close), word)
    of = data.find(b" in ", inside, close)
    return Tag(start, brace.end(), "loop", (of + 4, close) if of > 0 else (close, close), word)


def with_ends(data: bytes, tags: list[Tag]) -> list[Tag]:
    """Razor's tags with the braces that end their blocks, and with each value that a block of code gives a name."""
    found: list[Tag] = []
    blocks: list[int] = []  # the depth of braces at which each open block began
    depth = at = 0
    for tag in [*tags, Tag(len(data), len(data), "none", (0, 0))]:
        while blocks and (brace := _BRACE.search(data, at, tag.start)) is not None:
            at = brace.end()
            if brace.group() == b"{":
                depth += 1
            elif depth > blocks[-1]:
                depth -= 1
            else:
                ending = _ending(data, brace.start())
                found.append(ending)
                at = ending.end
                if ending.kind == "end":
                    blocks.pop()
        if tag.start < at:
            continue
        at = tag.end
        if tag.kind == "code":
            found.extend(_statements(data, tag))
        elif tag.kind != "none":
            found.append(tag)
        if tag.kind in ("if", "loop"):
            depth = depth if blocks else 0
            blocks.append(depth)
    return found


def _ending(data: bytes, start: int) -> Tag:
    """The `}` that ends an arm, with the `else {` behind it if there is one."""
    more = _ELSE.match(data, start)
    if more is not None and more.group(1):
        tag = _opened(data, start, more.end(), "elif")
        if tag is not None:
            return tag
    brace = _OPENS.match(data, more.end()) if more is not None and not more.group(1) else None
    if brace is not None:
        return Tag(start, brace.end(), "else", (start, start), "else")
    return Tag(start, start + 1, "end", (start, start), "end")


def _statements(data: bytes, block: Tag) -> list[Tag]:
    found: list[Tag] = []
    at = block.start
    for given in _GIVEN.finditer(data, *block.inner):
        found.append(Tag(at, given.start(), "other", (at, at)))
        found.append(Tag(given.start(), given.end(), "assign", given.span(2), given.group(1).decode()))
        at = given.end()
    found.append(Tag(at, block.end, "other", (at, at)))
    return [tag for tag in found if tag.start < tag.end]


# ----------------------------------------------------------------------------------------------- Blade


def _blade(data: bytes, start: int) -> Tag | None:
    match = _BLADE.match(data, start)
    if match is None:
        return None
    word, end = match.group(1).decode(), match.end()
    if word == "php":
        close = data.find(b"@endphp", end)
        return Tag(start, close + 7, "other", (start, start)) if close >= 0 else None
    begun = word.removeprefix("end")
    if word.startswith("end") and (begun in _BLADE_BLOCKS or begun in _BLADE_WORDS or begun in WORDS):
        return Tag(start, end, "end", (end, end), word)
    kind = _BLADE_WORDS.get(word) or ("if" if word in _BLADE_BLOCKS else WORDS.get(word, ""))
    inner = (end, end)
    if data[end : end + 1] == b"(":
        close = balanced(data, end + 1, b"(", b")")
        if close < 0:
            return None
        inner, end = (end + 1, close), close + 1
    elif word == "empty":
        kind = "else"
    if word in ("json", "js", "lang"):
        return Tag(start, end, "output", inner)
    if word in _BLADE_OTHER:
        return Tag(start, end, "other", inner, word)
    if kind == "loop":
        of = data.find(b" as ", *inner)
        inner = (inner[0], of) if of > 0 else inner
    return Tag(start, end, kind, inner, word) if kind else None
