"""Parse, templates: where the tags of each template language begin and end, and what each does."""

from __future__ import annotations

import re

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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


BY_SUFFIX = {
    ".liquid": "curly",
    ".twig": "curly",
    ".jinja": "curly",
    ".jinja2": "curly",
    ".j2": "curly",
    ".njk": "curly",
    ".php": "php",
    ".phtml": "php",
    ".erb": "ruby",
    ".rhtml": "ruby",
    ".ejs": "ejs",
    ".jsp": "jsp",
    ".jspf": "jsp",
    ".isml": "isml",
    ".ftl": "freemarker",
    ".ftlh": "freemarker",
    ".hbs": "handlebars",
    ".handlebars": "handlebars",
    ".mustache": "handlebars",
    ".gohtml": "go",
    ".cshtml": "razor",
    ".razor": "razor",
}
DIALECTS = {
    "curly": Dialect((b"{{", b"{%", b"{#")),
    "blade": Dialect((b"{{", b"{!!", b"<?", b"@"), "php"),
    "php": Dialect((b"<?",), "php"),
    "ruby": Dialect((b"<%",), "ruby"),
    "ejs": Dialect((b"<%",)),
    "jsp": Dialect((b"<%", b"${", b"<c:", b"</c:")),
    "isml": Dialect((b"${", b"<is", b"</is")),
    "freemarker": Dialect((b"${", b"<#", b"</#")),
    "handlebars": Dialect((b"{{",), "handlebars"),
    "go": Dialect((b"{{",), "go"),
    "razor": Dialect((b"@",), "csharp"),
    "thymeleaf": Dialect((b"[[${",)),
}
_JSX = re.compile(rb"\s*[\w\"'-]+\s*:")
"""What begins a JSX attribute that holds an object, as in `style={{ width: 1 }}`."""
_LONGEST = 4_000
"""Bytes that a tag of one expression may have."""

_WORDS = {
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


def scan(data: bytes, dialect: Dialect) -> list[Tag]:
    """All tags, in order, none inside another."""
    found: list[Tag] = []
    pattern = re.compile(b"|".join(re.escape(opener) for opener in sorted(dialect.openers, key=len, reverse=True)))
    dead: set[bytes] = set()
    at = 0
    while True:
        match = pattern.search(data, at)
        if match is None:
            return found
        opener, start = match.group(), match.start()
        tag = None if opener in dead else _READERS[opener](data, start, dialect)
        if tag is None:
            at = start + 1
            continue
        if tag.end < 0:  # no closer anywhere behind
            dead.add(opener)
            at = start + 1
            continue
        if tag.kind != "none":
            found.append(tag)
        at = tag.end


_DEAD = Tag(0, -1, "", (0, 0))


# ------------------------------------------------------------------------------------ {{ }}, {% %}, {# #}


def _braces(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data.startswith(b"{{!--", start):
        return _comment(data, start, b"--}}")
    if dialect.style == "go" and data[start + 2 : start + 5].lstrip(b"- ").startswith(b"/*"):
        return _comment(data, start, b"}}")
    triple = data.startswith(b"{{{", start)
    close = data.find(b"}}}" if triple else b"}}", start + 2, start + _LONGEST)
    if close < 0:
        return None
    size = 3 if triple else 2
    begin, end = start + size, close + size
    if end - start > _LONGEST or b"{" in _bare(data[begin:close]) or b"}" in _bare(data[begin:close]):
        return None
    if data[start - 1 : start] == b"=" and _JSX.match(data, begin, close):
        return None
    inner = _trimmed(data, begin, close, b"-~&! \t\r\n" if dialect.style in ("handlebars", "php") else b"- \t\r\n~")
    if dialect.style == "handlebars":
        return _handlebars(data, start, end, inner)
    if dialect.style == "go":
        return _go(data, start, end, inner)
    return Tag(start, end, "output", inner)


def _statement(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"%}", start + 2)
    if close < 0:
        return _DEAD
    end = close + 2
    inner = _trimmed(data, start + 2, close, b"-+ \t\r\n")
    text = data[slice(*inner)]
    match = re.match(rb"\w+", text)
    word = match.group().decode() if match else ""
    rest = (inner[0] + len(word), inner[1])
    if word in ("comment", "raw", "verbatim", "schema", "doc"):
        near = data.find(b"end" + word.encode(), end)
        closing = re.compile(rb"\{%-?\s*end" + word.encode() + rb"\s*-?%\}").search(data, max(near - 8, end), near + 80)
        if closing is not None:
            if word in ("raw", "verbatim"):  # what is inside is text, also where it looks like tags
                return Tag(start, closing.end(), "none", inner)
            return Tag(start, closing.end(), "comment", inner)
    kind = _WORDS.get(word, "other")
    if kind == "loop":
        of = text.find(b" in ")
        rest = (inner[0] + of + 4, inner[1]) if of > 0 else rest
    if word == "ifequal":
        kind, rest = "if", (inner[1], inner[1])
    if word in ("assign", "set") and (given := re.match(rb"\w+\s+(\w+)\s*=(?!=)", text)):
        return Tag(start, end, "assign", (inner[0] + given.end(), inner[1]), given.group(1).decode())
    return Tag(start, end, kind, rest, word)


def _hash(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    return _comment(data, start, b"#}")


def _comment(data: bytes, start: int, closer: bytes) -> Tag | None:
    close = data.find(closer, start + 2)
    return Tag(start, close + len(closer), "comment", (start, start)) if close >= 0 else _DEAD


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


# --------------------------------------------------------------------------------------- <?php ?>, <% %>


_PHP_END = re.compile(
    rb"\?>|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|//(?:(?!\?>)[^\n])*|#(?:(?!\?>)[^\n])*|/\*.*?\*/"
    rb"|<<<\s*[\"']?(?P<label>\w+)[\"']?\r?\n.*?\n[ \t]*(?P=label)\b",
    re.DOTALL,
)


def _php(data: bytes, start: int, dialect: Dialect) -> Tag | None:
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
    inner = _trimmed(data, head.end(), close, b" \t\r\n;")
    if head.group() == b"<?=":
        return Tag(start, end, "output", inner)
    return _c_like(data, start, end, inner, rb"(?:echo|print)\b")


def _asp(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data.startswith(b"<%--", start):
        return _comment(data, start, b"--%>")
    close = data.find(b"%>", start + 2)
    if close < 0:
        return _DEAD
    end = close + 2
    if data.startswith(b"<%#", start):
        return Tag(start, end, "comment", (start, start))
    mark = data[start + 2 : start + 3]
    if mark in (b"@", b"!"):
        return Tag(start, end, "other", (start, start))
    if data.startswith(b"<%==", start):
        return Tag(start, end, "output", _trimmed(data, start + 4, close, b"- \t\r\n;"))
    output = mark == b"=" or (mark == b"-" and dialect.style != "ruby")
    inner = _trimmed(data, start + (3 if output else 2), close, b"-_ \t\r\n;")
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
    text = _bare(data[slice(*inner)])
    said = re.match(echo + rb"\s*", text)
    if said is not None and b";" not in text:
        return Tag(start, end, "output", (inner[0] + said.end(), inner[1]))
    match = None if len(text) > _LONGEST else _C_BLOCK.search(text)
    if match is not None and match.group("rest").count(b"{") == match.group("rest").count(b"}"):
        word = re.sub(rb"\s", b"", match.group("word")).decode()
        first, last = inner[0] + match.start("rest"), inner[0] + match.end("rest")
        inside = _trimmed(data, first, last, b" \t\r\n")
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
        kind = {"end": "end", "while": "loop"}.get(word) or _WORDS[word]
        return Tag(start, end, kind, (inner[0] + match.end(), inner[1]), word)
    each = re.search(rb"\.each\w*\s+do\b|\bdo\s*(\|[^|]*\|)?$", text)
    if each is not None:
        return Tag(start, end, "loop", (inner[0], inner[0] + each.start()), "do")
    given = re.match(rb"@?(\w+)\s*=(?![=~>])", text)
    if given is not None:
        return Tag(start, end, "assign", (inner[0] + given.end(), inner[1]), given.group(1).decode())
    return Tag(start, end, "comment" if text.startswith(b"#") else "other", inner)


# ------------------------------------------------------------------------- ${ }, elements that are tags, @


def _dollar(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    if data[start - 1 : start] == b"\\":
        return None
    close = balanced(data, start + 2, b"{", b"}")
    if close < 0 or close - start > _LONGEST:
        return None
    return Tag(start, close + 1, "output", _trimmed(data, start + 2, close, b" \t\r\n"))


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


def _element(data: bytes, start: int, dialect: Dialect) -> Tag | None:
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
        return _comment(data, start, b"</iscomment>")
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
    match = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>").match(data, at, at + _LONGEST)
    return match.end() - 1 if match is not None else -1


_RAZOR = re.compile(rb"@(?:(\()|(?=[A-Z]\w*[.(\[])|(?=Model\b))")
_BLADE = re.compile(
    rb"@(json|js|if|elseif|else|endif|unless|endunless|foreach|endforeach|for|endfor|auth|guest|endauth|endguest)\b"
    rb"[ \t]*"
)


def _at(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    before = data[start - 1 : start]
    if before.isalnum() or before in (b"@", b"_", b".", b"-"):
        return None
    if dialect.style == "php":
        return _blade(data, start)
    match = _RAZOR.match(data, start)
    if match is None:
        return _comment(data, start, b"*@") if data.startswith(b"@*", start) else None
    if match.group(1):
        close = balanced(data, match.end(), b"(", b")")
        return Tag(start, close + 1, "output", (match.end(), close)) if close >= 0 else None
    end = start + 1
    while (part := re.compile(rb"\??\.?[A-Za-z_]\w*").match(data, end)) is not None:
        end = part.end()
        while data[end : end + 1] in (b"(", b"["):
            close = balanced(data, end + 1, data[end : end + 1], b")" if data[end : end + 1] == b"(" else b"]")
            if close < 0:
                return None
            end = close + 1
        if data[end : end + 1] not in (b".", b"?"):
            break
    return Tag(start, end, "output", (start + 1, end))


def _blade(data: bytes, start: int) -> Tag | None:
    match = _BLADE.match(data, start)
    if match is None:
        return None
    word, end = match.group(1).decode(), match.end()
    inner = (end, end)
    if data[end : end + 1] == b"(":
        close = balanced(data, end + 1, b"(", b")")
        if close < 0:
            return None
        inner, end = (end + 1, close), close + 1
    if word in ("json", "js"):
        return Tag(start, end, "output", inner)
    if word == "foreach":
        of = data.find(b" as ", *inner)
        return Tag(start, end, "loop", (inner[0], of) if of > 0 else inner, word)
    kind = _WORDS.get(word) or {"auth": "if", "guest": "if"}.get(word, "end")
    return Tag(start, end, kind, inner, word)


def _thymeleaf(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"}]]", start)
    return Tag(start, close + 3, "output", (start + 4, close)) if close >= 0 else _DEAD


def _raw(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    close = data.find(b"!!}", start + 3)
    return Tag(start, close + 3, "output", _trimmed(data, start + 3, close, b" \t\r\n")) if close >= 0 else _DEAD


# ----------------------------------------------------------------------------------------------- pieces


def _trimmed(data: bytes, start: int, end: int, what: bytes) -> tuple[int, int]:
    while start < end and data[start] in what:
        start += 1
    while end > start and data[end - 1] in what:
        end -= 1
    return start, end


_QUOTED = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|//[^\n]*|/\*.*?\*/", re.DOTALL)


def _bare(text: bytes) -> bytes:
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
    ).finditer(data, at, at + _LONGEST):
        text = match.group()
        depth += 1 if text == opening else -1 if text == closing else 0
        if depth == 0:
            return match.start()
    return -1


_READERS: dict[bytes, Callable[[bytes, int, Dialect], Tag | None]] = {
    b"{{": _braces,
    b"{%": _statement,
    b"{#": _hash,
    b"{!!": _raw,
    b"<?": _php,
    b"<%": _asp,
    b"${": _dollar,
    b"<c:": _element,
    b"</c:": _element,
    b"<is": _element,
    b"</is": _element,
    b"<#": _element,
    b"</#": _element,
    b"@": _at,
    b"[[${": _thymeleaf,
}
