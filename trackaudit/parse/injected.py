"""Parse, strings that hold code: HTML or JavaScript that a program writes into a page, read at its exact places.

A string's escapes are replaced by what they stand for, at the same length, so that places in it are places in the file;
what is put into the string becomes a tag of a template (`template`), so that the values flow on.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from trackaudit.parse.html import Page
from trackaudit.parse.javascript import parse_script
from trackaudit.parse.template import Template as Tags
from trackaudit.parse.template_expressions import read
from trackaudit.parse.template_lower import Filler
from trackaudit.parse.template_mask import Mask
from trackaudit.parse.template_tag import Tag
from trackaudit.parse.template_tags import DIALECTS
from trackaudit.parse.template_tokens import STYLES
from trackaudit.program import (
    Assign,
    Binary,
    Bind,
    Block,
    Call,
    Literal,
    Member,
    Module,
    Name,
    Pair,
    Record,
    Return,
    Template,
    Unknown,
    Wrap,
    walk,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr, Node, Stmt

_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
_ESCAPE = re.compile(
    rb"(?P<slash><\\/)|\\(?:u00(?P<four>[0-7][0-9a-fA-F])|x(?P<two>[0-7][0-9a-fA-F])|(?P<line>\r?\n)|(?P<other>.))",
    re.DOTALL,
)
_WHITE = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_WRITTEN = frozenset(("innerHTML", "outerHTML", "srcdoc"))
_WRITERS = frozenset(
    ("write", "writeln", "insertAdjacentHTML", "html", "append", "prepend", "createContextualFragment")
)
_CODE = frozenset(("text", "textContent", "innerText", "innerHTML"))
_NOT_SHOWN = re.compile(r"^(?:print|pprint|log|debug|info|warning|warn|error|exception|critical|help|skip|assert\w*)$")


class Holes(Tags):
    """What a program puts into a string, as a template's tags; without blocks."""

    def __init__(self, data: bytes, holes: list[tuple[int, int, Expr]]) -> None:
        self.data = data
        self.style = STYLES[""]
        self.tags = [
            Tag(start, end, "output", (start, end)) for start, end, _ in sorted(holes, key=lambda one: one[:2])
        ]
        self.starts = [tag.start for tag in self.tags]
        self.blocks = []
        self._values = {start: value for start, _, value in holes}


def unescaped(data: bytes, start: int, end: int) -> bytes:
    """The file with the escapes of data[start:end] replaced by what they stand for, blanks filling the room."""
    text = data[start:end]
    return data[:start] + _ESCAPE.sub(_plain, text) + data[end:]


def _plain(match: re.Match[bytes]) -> bytes:
    size = match.end() - match.start()
    if match.group("slash"):
        return b" </"
    code = match.group("four") or match.group("two")
    if code:
        return bytes((int(code, 16),)).rjust(size)
    if match.group("line"):
        return b" " * size
    other = match.group("other")
    if other in b"01234567uxbfv":
        return match.group()
    return _WHITE.get(other, other).rjust(size)


def page_in(path: str, data: bytes, start: int, end: int, tags: Tags | None) -> list[Module]:
    """The modules of the HTML in data[start:end], whose escapes are replaced already."""
    return Page(path, data, tags, (start, end)).modules()


def script_in(path: str, data: bytes, start: int, end: int, tags: Tags | None) -> Module:
    """The module of the JavaScript in data[start:end], likewise."""
    if tags is None:
        return parse_script(path, data, "javascript", start, end)
    mask = Mask(tags, bytearray(data))
    mask.script(start, end)
    module = parse_script(path, bytes(mask.code), "javascript", start, end)
    module.body = Filler(tags, mask.holes, module.errors).statements(module.body)
    return module


# ------------------------------------------------------------------------------------------ JavaScript


def expand(path: str, data: bytes, module: Module) -> None:
    """Let the code in strings that a script writes into the page run where it is written."""
    for node in walk(list(module.body)):
        if isinstance(node, Assign) and isinstance(node.target, Member) and isinstance(node.target.key, Literal):
            name = str(node.target.key.value)
            if name in _WRITTEN or name in _CODE:
                code = name in _CODE and _is_script(node.target.object, data)
                node.value = _with_code(path, data, module, node.value, code)
        elif isinstance(node, Pair) and isinstance(node.key, Literal) and node.key.value == "__html":
            node.value = _with_code(path, data, module, node.value, False)
        elif isinstance(node, Call) and isinstance(node.callee, Member) and isinstance(node.callee.key, Literal):
            if node.callee.key.value in _WRITERS:
                node.args = [_with_code(path, data, module, arg, False) for arg in node.args]  # type: ignore[arg-type]
        elif isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id in ("jsx:script", "Script"):
            for pair in _scripts_of(node):
                pair.value = _with_code(path, data, module, pair.value, True)


def _is_script(node: Expr, data: bytes) -> bool:
    """Whether an element is a script by its name: `script.text = …`, `s1`, made two lines above, is not told."""
    return b"script" in data[node.start : node.end].lower()


def _scripts_of(node: Call) -> list[Pair]:
    """The entries of a JSX script element that hold its code."""
    record = node.args[0] if node.args else None
    found: list[Pair] = []
    for pair in record.entries if isinstance(record, Record) else ():
        if not isinstance(pair, Pair) or not isinstance(pair.key, Literal):
            continue
        if pair.key.value == "children" and isinstance(pair.value, (Literal, Template)):
            found.append(pair)
        elif pair.key.value == "dangerouslySetInnerHTML" and isinstance(pair.value, Record):
            found.extend(one for one in pair.value.entries if isinstance(one, Pair))
    return found


def _with_code(path: str, data: bytes, module: Module, value: Expr, code: bool) -> Expr:
    """The value and, behind it, the statements in its text. code: the text is JavaScript, not HTML."""
    text = _text_of(value, data)
    if text is None:
        return value
    start, end, holes = text
    plain = unescaped(data, start, end)
    if not code and _SCRIPT.search(plain, start, end) is None:
        return value
    tags = Holes(plain, holes) if holes else None
    if code and _SCRIPT.search(plain, start, end) is None:
        found = [script_in(path, plain, start, end, tags)]
    else:
        found = page_in(path, plain, start, end, tags)
    statements: list[Stmt] = [statement for one in found for statement in one.body]
    for one in found:
        module.errors = sorted([*module.errors, *one.errors])
    if not statements:
        return value
    return Unknown(value.start, value.end, [value, Block(start, end, statements)])


def _text_of(value: Expr, data: bytes) -> tuple[int, int, list[tuple[int, int, Expr]]] | None:
    """A string's inside, and what is put into it: a literal, a template, or a sum that begins and ends in one."""
    while isinstance(value, Wrap):
        value = value.value
    if isinstance(value, Literal) and isinstance(value.value, str):
        if value.end - value.start < 2 or data[value.start : value.start + 1] not in (b'"', b"'", b"`"):
            return None
        return value.start + 1, value.end - 1, []
    if isinstance(value, Template):
        holes: list[tuple[int, int, Expr]] = []
        at = value.start + 1
        for index, part in enumerate(value.parts):
            if isinstance(part, Literal) and isinstance(part.value, str):
                at = part.end
                continue
            follows = value.parts[index + 1].start if index + 1 < len(value.parts) else value.end - 1
            close = data.find(b"}", part.end, follows + 1)
            begin = data.rfind(b"${", at, part.start + 1)
            if begin < 0 or close < 0:
                return None
            holes.append((begin, close + 1, part))
            at = close + 1
        return value.start + 1, value.end - 1, holes
    if isinstance(value, Binary) and value.op == "+":
        return _summed(value, data)
    return None


def _summed(value: Binary, data: bytes) -> tuple[int, int, list[tuple[int, int, Expr]]] | None:
    terms: list[Expr] = []
    at: Expr = value
    while isinstance(at, Binary) and at.op == "+":
        terms.append(at.right)
        at = at.left
    terms.append(at)
    terms.reverse()
    while len(terms) > 1 and _text_of(terms[-1], data) is None:
        terms.pop()
    first, last = _text_of(terms[0], data), _text_of(terms[-1], data)
    if first is None or last is None:
        return None
    holes: list[tuple[int, int, Expr]] = []
    before = first[0]
    waiting: list[Expr] = []
    for term in terms:
        text = _text_of(term, data)
        if text is None:
            waiting.append(term)
            continue
        if term is not terms[0]:
            hole = waiting[0] if len(waiting) == 1 else Unknown(before, text[0], list(waiting))
            if not waiting:
                hole = Literal(before, text[0], "")
            holes.append((before, text[0], hole))
        holes.extend(text[2])
        waiting = []
        before = text[1]
    return first[0], last[1], holes


# ---------------------------------------------------------------------------------------------- Python


def python_pages(path: str, data: bytes, module: Module) -> list[Module]:
    """The modules of pages in strings that a Python program returns, passes on or keeps; not docstrings or logs."""
    found: list[Module] = []
    for value in _given(module):
        if isinstance(value, (Literal, Template)):
            text = _python_text(value, data)
            if text is not None and _SCRIPT.search(data, text[0], text[1]):
                found.extend(_python_page(path, data, value, *text))
    return found


def _given(module: Module) -> list[Expr]:
    values: list[Expr] = []
    for node in walk(list(module.body)):
        if isinstance(node, (Return, Bind, Assign, Pair)) and node.value is not None:
            values.append(node.value)
            if isinstance(node.value, Binary) and node.value.op in ("%", "+"):
                values.extend(one for one in walk([node.value]) if isinstance(one, (Literal, Template)))
        elif isinstance(node, Call) and not _NOT_SHOWN.match(_last_name(node.callee)):
            values.extend(arg for arg in node.args if isinstance(arg, (Literal, Template, Binary)))
            values.extend(keyword.value for keyword in node.keywords if keyword.name not in ("help", "description"))
            if isinstance(node.callee, Member) and isinstance(node.callee.object, (Literal, Template)):
                values.append(node.callee.object)  # `"…".format(…)`
    return values


def _last_name(callee: Node) -> str:
    if isinstance(callee, Member) and isinstance(callee.key, Literal):
        return str(callee.key.value)
    return callee.id if isinstance(callee, Name) else ""


def _python_text(value: Literal | Template, data: bytes) -> tuple[int, int, bool] | None:
    """The inside of one string literal, and whether it is raw or formatted ("f")."""
    head = re.compile(rb"([a-zA-Z]{0,2})(\"\"\"|'''|\"|')").match(data, value.start, value.end)
    if head is None or b"b" in head.group(1).lower():
        return None
    quote = head.group(2)
    close = data.find(quote, head.end(), value.end)
    while close > 0 and data[close - 1 : close] == b"\\":
        close = data.find(quote, close + 1, value.end)
    return (head.end(), close, b"f" in head.group(1).lower()) if close >= 0 else None


def _python_page(
    path: str, data: bytes, value: Literal | Template, start: int, end: int, formatted: bool
) -> list[Module]:
    plain = unescaped(data, start, end)
    tags: Tags | None = None
    if formatted:
        inside = re.sub(rb"\{\{|\}\}", lambda match: b" " + match.group()[:1], plain[start:end])
        holes: list[tuple[int, int, Expr]] = []
        for part in value.parts if isinstance(value, Template) else ():
            if isinstance(part, Literal):
                continue
            begin, close = data.rfind(b"{", start, part.start + 1), data.find(b"}", part.end, end)
            if begin >= 0 and close >= 0:
                holes.append((begin, close + 1, read(data, part.start, part.end, STYLES[""])))
                inside = inside[: begin - start] + data[begin : close + 1] + inside[close + 1 - start :]
        plain = plain[:start] + inside + plain[end:]
        tags = Holes(plain, holes)
    elif b"{{" in plain[start:end] or b"{%" in plain[start:end]:
        tags = Tags(b" " * start + plain[start:end], DIALECTS["curly"])
        tags.data = plain
    return page_in(path, plain, start, end, tags)


# ------------------------------------------------------------------------------------------------- PHP


_PHP_STRING = re.compile(
    rb"<<<[ \t]*(?P<q>[\"']?)(?P<label>\w+)(?P=q)\r?\n(?:(?P<here>.*?)\n[ \t]*(?P=label)\b|.*)"
    rb"|\"(?P<double>(?:\\.|[^\"\\])*)\"|'(?P<single>(?:\\.|[^'\\])*)'|\\.|//[^\n]*|/\*(?:.*?\*/|.*)|#[^\n]*",
    re.DOTALL,
)
_PHP_HOLE = re.compile(rb"\{(\$[^{}]*)\}|(\$[A-Za-z_]\w*(?:->\w+|\[[^\]\s]*\])?)")


def php_pages(path: str, data: bytes, start: int, end: int) -> list[Module]:
    """The modules of pages and scripts in the strings of the PHP code data[start:end]."""
    found: list[Module] = []
    if _SCRIPT.search(data, start, end) is None and b"<<<" not in data[start:end]:
        return found
    at = start
    while (match := _PHP_STRING.search(data, at, end)) is not None:
        at = match.end()
        part = (
            "here" if match.group("here") is not None else "double" if match.group("double") is not None else "single"
        )
        if match.group(part) is None:
            continue
        first, last = match.span(part)
        code = part == "here" and match.group("label").lower() in (b"script", b"js", b"javascript")
        if part == "double" or part == "single":
            last = _php_sum(data, last, end)
            at = max(at, last + 1)
        if not code and _SCRIPT.search(data, first, last) is None:
            continue
        holes = _php_holes(data, first, last, part)
        plain = data if part == "here" else unescaped(data, first, last)
        tags = Holes(plain, holes) if holes else None
        found.extend([script_in(path, plain, first, last, tags)] if code else page_in(path, plain, first, last, tags))
    return found


_PHP_MORE = re.compile(
    rb"[\"']\s*\.(?P<value>[^;\"']*)\.\s*(?P<quote>[\"'])(?P<text>(?:\\.|(?!(?P=quote))[^\\])*)(?=(?P=quote))",
    re.DOTALL,
)


def _php_sum(data: bytes, at: int, end: int) -> int:
    """Where the last string ends of those that are joined to the one that ends at `at`."""
    while (match := _PHP_MORE.match(data, at, end)) is not None:
        at = match.end("text")
    return at


def _php_holes(data: bytes, start: int, end: int, part: str) -> list[tuple[int, int, Expr]]:
    holes: list[tuple[int, int, Expr]] = []
    joined = [match for match in _PHP_MORE.finditer(data, start, end + 1)] if part != "here" else []
    for match in joined:
        holes.append((match.start(), match.start("text"), read(data, *match.span("value"), STYLES["php"])))
    if part != "single":
        ends = [match.start("text") for match in joined]
        for match in _PHP_HOLE.finditer(data, start, end):
            next_one = bisect_right(ends, match.start())
            if next_one < len(joined) and joined[next_one].start() <= match.start():
                continue
            span = match.span(1) if match.group(1) is not None else match.span(2)
            holes.append((match.start(), match.end(), read(data, span[0], span[1], STYLES["php"])))
    return holes
