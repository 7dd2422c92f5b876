"""Parse, HTML: a page comes in, Modules go out: one of its classic scripts and handlers, one of each module script.

tree-sitter finds the elements; what a server fills in is masked first (`template`), and put into the lowered scripts
last. Classic scripts of one page share their globals, in order, so they are one Module that is marked `page`.
"""

from __future__ import annotations

import re

from trackaudit.parse.javascript import parse_script
from trackaudit.parse.template import Template, dialect_of
from trackaudit.parse.template_lower import Filler
from trackaudit.parse.template_mask import Mask
from trackaudit.parse.tree import nodes_of, tree_of
from trackaudit.program import (
    Call,
    Comment,
    Expression,
    Function,
    Import,
    ImportName,
    Literal,
    Member,
    Module,
    Name,
    Pair,
    Param,
    Record,
    Return,
    Throw,
    Try,
)
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    import tree_sitter

    from trackaudit.model import SourceFile
    from trackaudit.program import Expr, Stmt

_WANTED = frozenset(("script_element", "attribute", "comment"))
_LEAVES = frozenset(("attribute", "comment", "text", "raw_text", "end_tag"))
_SCRIPT_TYPES = frozenset(
    ("", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript",
     "application/x-javascript", "text/jsx", "text/babel", "text/typescript", "application/typescript",
     "text/gtmscript")
)  # fmt: skip
_CONSENT = re.compile(r"cookie|consent|usercentrics|category|optanon", re.IGNORECASE)
"""A script of type text/plain with such an attribute is run by a consent manager."""
_EVENT = re.compile(
    r"(?:v-on:|x-on:|on:|on-|@)(?P<name>[\w:-]+)|\((?P<bound>[\w:-]+)(?:\.[\w.-]+)?\)$|(?P<plain>on[a-z]+)$",
    re.IGNORECASE,
)
_LINKS = frozenset(("href", "action", "formaction", "src"))
_ENTITY = re.compile(rb"&(?:(quot|apos|amp|lt|gt|nbsp)|#(?:x([0-9a-fA-F]{1,4})|([0-9]{1,5})));")
_NAMED = {b"quot": b'"', b"apos": b"'", b"amp": b"&", b"lt": b"<", b"gt": b">", b"nbsp": b" "}


class Attribute(NamedTuple):
    """An attribute's name and the range of its value, without quotes; an empty range where it has none."""

    name: str
    start: int
    end: int
    tag: str
    place: int


class Script(NamedTuple):
    """A script element's text, data[start:end], and its attributes by lower-case name. depth: elements around it."""

    start: int
    end: int
    attributes: dict[str, tuple[int, int]]
    nested: bool
    place: int


class Markup(NamedTuple):
    """What matters of a page, in order of place."""

    scripts: list[Script]
    attributes: list[Attribute]
    comments: list[tuple[int, int]]


def parse(source: SourceFile) -> list[Module]:
    """The modules of a page. Components, and scripts that are templates, are read by `component`."""
    if source.language != "html":
        from trackaudit.parse.component import parse as parse_component

        return parse_component(source)
    return Page(source.path, source.data).modules()


def markup(data: bytes, start: int = 0, end: int | None = None) -> Markup | None:
    """The scripts, attributes and comments of HTML in data[start:end]; None if it is so broken that reading it would
    take for ever."""
    tree = tree_of("html", _closed(data, start, len(data) if end is None else end), start, end)
    if tree is None:
        return None
    found = Markup([], [], [])
    for node, parent in nodes_of(tree.root_node, _WANTED, _LEAVES):
        if node.type == "script_element":
            found.scripts.append(_script(node, data, parent == "element"))
        elif node.type == "comment":
            found.comments.append((node.start_byte, node.end_byte))
        elif (one := _attribute(node, data)) is not None:
            found.attributes.append(one)
    return found


def _closed(data: bytes, start: int, end: int) -> bytes:
    """The text without the openings of comments that nothing closes: the grammar would look for the end of each."""
    opening = data.find(b"<!--", max(start, data.rfind(b"-->", start, end)), end)
    if opening < 0:
        return data
    return data[:opening] + data[opening:end].replace(b"<!--", b"    ") + data[end:]


def _script(node: tree_sitter.Node, data: bytes, nested: bool) -> Script:
    start = end = node.end_byte
    attributes: dict[str, tuple[int, int]] = {}
    for child in node.children:
        if child.type == "start_tag":
            start = end = child.end_byte
            for inner in child.named_children:
                if inner.type == "attribute" and (one := _attribute(inner, data)) is not None:
                    attributes.setdefault(one.name.lower(), (one.start, one.end))
        elif child.type == "raw_text":
            start, end = child.start_byte, child.end_byte
    return Script(start, end, attributes, nested, node.start_byte)


def _attribute(node: tree_sitter.Node, data: bytes) -> Attribute | None:
    name = ""
    start = end = node.end_byte
    for child in node.children:
        kind = child.type
        if kind == "attribute_name":
            name = data[child.start_byte : child.end_byte].decode("utf-8", "replace")
        elif kind == "quoted_attribute_value":
            start, end = child.start_byte + 1, max(child.start_byte + 1, child.end_byte - 1)
        elif kind == "attribute_value":
            start, end = child.start_byte, child.end_byte
    return Attribute(name, start, end, "", node.start_byte) if name else None


class Page:
    """One page on its way to Modules. `span`: it is a text in another file, with these tags (none: None)."""

    def __init__(
        self, path: str, data: bytes, template: Template | None = None, span: tuple[int, int] | None = None
    ) -> None:
        self.path = path
        self.data = self.original = data
        self.span = span or (0, len(data))
        dialect = dialect_of(path, data) if span is None else None
        self.template = Template(data, dialect) if dialect is not None else template
        self.code = bytearray(data)
        self.mask = Mask(self.template, self.code) if self.template is not None else None
        self.comments: list[Comment] = self.template.comments() if self.template is not None else []
        self.errors: list[tuple[int, int]] = []

    def modules(self) -> list[Module]:
        """The page's Modules: its classic scripts and handlers, then its module scripts, which run later."""
        found = markup(self._plain(), *self.span)
        if found is None:
            return [Module(self.path, "javascript", [], [], [self.span])]
        self.comments.extend(
            Comment(start, end, self.data[start:end].decode("utf-8", "replace")) for start, end in found.comments
        )
        scripts = [(script, kind) for script in found.scripts if (kind := self._kind(script)) != "none"]
        handlers = [one for one in found.attributes if self._is_handler(one)]
        for script, _ in scripts:
            self._mask(script.start, script.end)
        for one in handlers:
            self._decode(one.start, one.end)
            self._mask(one.start, one.end)
        self.data = bytes(self.code)
        body: list[Stmt] = []
        later: list[Module] = []
        for script, kind in scripts:
            statements = self._statements(script, kind)
            if kind.startswith("module"):
                module = Module(
                    self.path, "javascript", self._filled(statements, self.errors), self.comments, self.errors
                )
                self.comments, self.errors = [], []
                later.append(module)
            else:
                body.extend(_alone(statements))
        body.extend(self._handler(one) for one in handlers)
        page = Module(self.path, "javascript", self._filled(body, self.errors), self.comments, self.errors, page=True)
        return [page, *later, *self._written()]

    def script_modules(self) -> list[Module]:
        """The one Module of a script that a server fills in (`theme.js.liquid`)."""
        self._mask(0, len(self.data))
        suffix = re.search(r"\.(m?[jt]sx?)\.[^.]+$", self.path.lower())
        language = {"ts": "typescript", "tsx": "tsx"}.get(suffix.group(1) if suffix is not None else "", "javascript")
        module = parse_script(self.path, bytes(self.code), language, 0, len(self.data))
        comments = sorted([*self.comments, *module.comments], key=lambda one: one.start)
        return [Module(self.path, "javascript", self._filled(module.body, module.errors), comments, module.errors)]

    def _written(self) -> list[Module]:
        """What the strings of PHP code write into the page."""
        if self.template is None or self.span != (0, len(self.data)):
            return []
        from trackaudit.parse.injected import php_pages

        tags = [tag for tag in self.template.tags if self.original.startswith(b"<?", tag.start)]
        return [module for tag in tags for module in php_pages(self.path, self.original, tag.start, tag.end)]

    # ---- what the markup says

    def _plain(self) -> bytes:
        """The page with the template's tags blanked, so that its elements can be read."""
        if self.template is None:
            return self.data
        plain = bytearray(self.data)
        for tag in self.template.tags:
            fill = b"x" if tag.kind == "output" else b" "
            plain[tag.start : tag.end] = fill * (tag.end - tag.start)
        return bytes(plain)

    def _text(self, span: tuple[int, int]) -> str:
        return self.data[span[0] : span[1]].decode("utf-8", "replace")

    def _kind(self, script: Script) -> str:
        """How a script is read: "none", or its language, with "module " before it if it is a module."""
        given = {name: self._text(span).strip().lower() for name, span in script.attributes.items()}
        kind = given.get("type", "").partition(";")[0].strip()
        if kind == "text/plain" and any(_CONSENT.search(f"{name}={value}") for name, value in given.items()):
            kind = given.get("data-type", "")
        if kind not in _SCRIPT_TYPES:
            return "none"
        typed = given.get("lang", "") in ("ts", "typescript", "tsx") or kind.endswith("typescript")
        language = ("tsx" if given.get("lang") == "tsx" else "typescript") if typed else "javascript"
        return f"module {language}" if kind == "module" else language

    def _is_handler(self, one: Attribute) -> bool:
        if one.start == one.end:
            return False
        if one.name.lower() in _LINKS:
            return self.data[one.start : one.start + 20].lstrip().lower().startswith(b"javascript:")
        return _EVENT.match(one.name) is not None

    # ---- masks

    def _mask(self, start: int, end: int) -> None:
        if self.mask is not None:
            self.mask.script(start, end)

    def _decode(self, start: int, end: int) -> None:
        """Write the characters that entities stand for, with blanks where they were longer."""
        text = bytes(self.code[start:end])
        opened = False
        for match in _ENTITY.finditer(text):
            if self.template is not None and self.template.covers(start + match.start()):
                continue
            name, hexadecimal, decimal = match.groups()
            char = _NAMED[name] if name else _ascii(int(hexadecimal, 16) if hexadecimal else int(decimal))
            if not char:
                continue
            size = match.end() - match.start()
            after = opened or char not in (b'"', b"'", b"&", b"|", b"=")
            if char in (b'"', b"'"):
                opened = not opened
            room = b" " * (size - 1)
            twice = char == b"&" and text[match.end() : match.end() + 5] == b"&amp;"
            blank = char + room if after and not twice else room + char
            self.code[start + match.start() : start + match.end()] = blank

    # ---- code

    def _statements(self, script: Script, kind: str) -> list[Stmt]:
        source = script.attributes.get("src")
        if source is not None:
            return self._linked(source)
        language = kind.rpartition(" ")[2]
        module = parse_script(self.path, self.data, language, script.start, script.end)
        self.comments.extend(module.comments)
        self.errors.extend(module.errors)
        return module.body

    def _linked(self, source: tuple[int, int]) -> list[Stmt]:
        """A script of the project that is linked brings its top-level names to the page, as `from m import *` does."""
        text = self._text(source).partition("?")[0].strip()
        if self.template is not None and self.template.touches(*source):
            named = re.search(r"[\"']([^\"']+\.m?js)[\"']|(/[\w./-]+\.m?js)$", self._text_before(source))
            text = "/" + (named.group(1) or named.group(2)).lstrip("/") if named is not None else ""
        if not text or "://" in text or text.startswith(("//", "data:")):
            return []
        if not text.startswith((".", "/")):
            text = f"./{text}"
        return [Import(source[0], source[1], text, [ImportName(source[0], source[1], "*", "*")])]

    def _text_before(self, span: tuple[int, int]) -> str:
        assert self.template is not None
        return self.template.data[span[0] : span[1]].decode("utf-8", "replace")

    def _handler(self, one: Attribute) -> Stmt:
        return Expression(one.start, one.end, handler_call(self.path, self.data, one, self.errors))

    def _filled(self, body: list[Stmt], errors: list[tuple[int, int]]) -> list[Stmt]:
        if self.template is None or self.mask is None:
            return body
        return Filler(self.template, self.mask.holes, errors).statements(body)


def _ascii(code: int) -> bytes:
    return bytes((code,)) if 32 <= code < 127 else b""


def _alone(statements: list[Stmt]) -> list[Stmt]:
    """One script's statements. What ends a script early does not end the next."""
    if not any(isinstance(one, (Throw, Return)) for one in statements):
        return statements
    return [Try(statements[0].start, statements[-1].end, statements, [], [], [])]


def handler_call(
    path: str, data: bytes, one: Attribute, errors: list[tuple[int, int]], language: str = "javascript"
) -> Expr:
    """An event attribute as JSX has it: a Call of the element with a Record that holds the handler."""
    name, start = event_name(one), one.start
    if one.name.lower() in _LINKS:
        start += data[start : one.end].find(b":") + 1
        name = "onclick"
    module = parse_script(path, data, language, start, one.end)
    errors.extend(module.errors)
    key = Literal(one.start, one.start, name)
    value = handler_value(module.body, start, one.end, plain=_EVENT.match(one.name) is None or name == one.name.lower())
    record = Record(one.start, one.end, [Pair(one.start, one.end, key, value)])
    return Call(one.start, one.end, Name(one.start, one.start, "jsx:element"), [record])


def event_name(one: Attribute) -> str:
    """`onsubmit` for `onsubmit`, `@submit.prevent`, `v-on:submit`, `on:submit|once`, `(submit)`."""
    match = _EVENT.match(one.name)
    if match is None:
        return one.name.lower()
    return (match.group("plain") or f"on{match.group('name') or match.group('bound')}").lower()


def handler_value(body: list[Stmt], start: int, end: int, plain: bool) -> Expr:
    """The function that an event runs. plain: HTML's own attributes, whose text is the function's body; in the others a
    name or function is the handler itself."""
    if not plain and len(body) == 1 and isinstance(body[0], Expression):
        value = body[0].value
        if isinstance(value, (Name, Member, Function)):
            return value
    params = [Param(start, start, Name(start, start, "event")), Param(start, start, Name(start, start, "$event"))]
    return Function(start, end, None, params[:1] if plain else params[1:], body, arrow=not plain)


def comments_of(found: Iterable[tuple[int, int]], data: bytes) -> list[Comment]:
    """HTML's own comments."""
    return [Comment(start, end, data[start:end].decode("utf-8", "replace")) for start, end in found]
