"""Parse, Google Tag Manager: a container, exported or published, comes in, Modules go out: one of what its tags do.

A tag runs where its triggers fire: tags of other triggers are other arms of one Branch, and those that fire on every
page come first. `{{Variable}}` is a name that the module binds first, to the key of the data layer, the global or the
script that the container's own definition gives; the name of one that it does not define speaks for itself.
"""

from __future__ import annotations

import re

from trackaudit.parse.document_json import read_json
from trackaudit.parse.escaped import Text, decoded, joined
from trackaudit.parse.injected import Holes, page_in, script_in
from trackaudit.program import (
    Bind,
    Branch,
    Call,
    Expression,
    Function,
    Literal,
    Member,
    Module,
    Name,
    Pair,
    Record,
    Sequence,
    Template,
    Unknown,
    walk,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from trackaudit.model import SourceFile
    from trackaudit.program import Comment, Expr, Node, Stmt

_REFERENCE = re.compile(rb"\{\{([^{}\r\n\"';:]+)\}\}")
_EVERY_PAGE = frozenset(("2147483647", "2147479553", "2147479572", "2147479573"))
"""Triggers of every page: page view, initialization (two numbers are seen), consent."""
_TABLES = (("updateCustomerAttributes", "update"), ("identifyCustomer", "identify"))
"""The official template's tables of names and values, in the order in which it calls."""


def parse(source: SourceFile) -> list[Module]:
    """The modules of one export: its tags', then its own templates'."""
    body, comments, errors = read_json(source.data)
    container = _Container(source.path, source.data, errors)
    for node in walk(list(body)):
        version = _at(node, "containerVersion")
        if version is not None:
            container.read(version)
        elif _at(node, "macros") is not None and _at(node, "tags") is not None:
            container.read_published(node)
    tags = Module(source.path, "javascript", container.body(), [*comments, *container.comments], container.errors)
    tags.page = True
    return [tags, *container.templates]


class _Container:
    """What an export holds, on its way to a module."""

    def __init__(self, path: str, data: bytes, errors: list[tuple[int, int]]) -> None:
        self.path = path
        self.data = data
        self.errors = errors
        self.comments: list[Comment] = []
        self.templates: list[Module] = []
        self._variables: dict[str, Expr] = {}
        self._bound: dict[str, Stmt] = {}
        self._groups: dict[frozenset[str], list[Stmt]] = {}

    def read(self, version: Expr | None) -> None:
        for one in _items(version, "variable"):
            name = _text(_at(one, "name"))
            if name is not None:
                self._variables.setdefault(name, one)
        for one in _items(version, "tag"):
            if _text(_at(one, "paused")) != "true":
                triggers = _at(one, "firingTriggerId")
                fired = triggers.items if isinstance(triggers, Sequence) else ()
                key = frozenset(_text(item) or "" for item in fired if isinstance(item, Literal))
                self._groups.setdefault(frozenset() if key & _EVERY_PAGE else key or _own(one), []).extend(
                    self._tag(one)
                )
        for one in _items(version, "customTemplate"):
            self._template(_at(one, "templateData"))

    def read_published(self, resource: Node) -> None:
        """A container as the page gets it: variables by number, texts as lists of their parts."""
        for number, macro in enumerate(_items(resource, "macros")):
            self._variables.setdefault(f"macro {number}", macro)
        for tag in _items(resource, "tags"):
            html = _at(tag, "vtp_html")
            if html is not None and _text(_at(tag, "function")) == "__html":
                self._groups[_own(tag)] = self._scripts(html)

    def body(self) -> list[Stmt]:
        """The module's statements: what the variables are, what every page runs, and what triggers run."""
        first = self._groups.pop(frozenset(), [])
        return [*self._bound.values(), *first, *_chosen([group for group in self._groups.values() if group])]

    # ---- tags

    def _tag(self, tag: Expr) -> list[Stmt]:
        given = _parameters(tag)
        html = given.get("html")
        if html is not None and _text(_at(tag, "type")) == "html":
            return self._html(html)
        statements: list[Stmt] = []
        for table, method in _TABLES:
            field = given.get(table)
            rows, key = _at(field, "list"), _at(field, "key")
            if field is not None and key is not None and isinstance(rows, Sequence) and rows.items:
                statements.append(self._table(field, key, rows, method))
        return statements

    def _html(self, parameter: Expr) -> list[Stmt]:
        value = _at(parameter, "value")
        return self._scripts(value) if value is not None else []

    def _scripts(self, value: Expr) -> list[Stmt]:
        """The statements of the scripts in a tag's text."""
        text = self._code(value)
        if text is None:
            return []
        statements: list[Stmt] = []
        for module in page_in(self.path, text.data, 0, len(text.data), self._holes(text)):
            text.place(module)
            statements.extend(module.body)
            self.comments.extend(module.comments)
            self.errors.extend(module.errors)
        return statements

    def _code(self, value: Expr) -> Text | None:
        """A text, or one of a published container's lists: `["template", "…", ["escape", ["macro", 3], 8], "…"]`."""
        if self._is_text(value):
            return decoded(self.data, value.start, value.end)
        if not isinstance(value, Sequence) or not value.items:
            return None
        parts: list[Text] = []
        for item in value.items[1:]:
            number = _macro(item)
            if number is not None:
                name = b"{{macro %d}}" % number
                parts.append(Text(name, [item.start] * len(name) + [item.end]))
            elif isinstance(item, (Literal, Template)) and self._is_text(item):
                parts.append(decoded(self.data, item.start, item.end))
        return joined(parts) if parts else None

    def _table(self, field: Expr, key: Expr, rows: Sequence, method: str) -> Stmt:
        """The call that the official template makes of a table."""
        entries: list[Pair] = []
        for row in rows.items:
            cells = {_text(_at(cell, "key")): _at(cell, "value") for cell in _items(row, "map")}
            name, value = cells.get("attributeName"), cells.get("attributeValue")
            if isinstance(name, Literal) and self._is_text(value):
                start, end = min(name.start, value.start), max(name.end, value.end)
                entries.append(Pair(start, end, name, self._value(value)))
        start, end = key.start + 1, key.end - 1
        callee = Member(start, end, Name(start, end, "exponea"), Literal(start, end, method))
        call = Call(field.start, field.end, callee, [Record(rows.start, rows.end, list(entries))])
        return Expression(field.start, field.end, call)

    def _is_text(self, value: Expr | None) -> TypeGuard[Literal | Template]:
        """Whether it is a string: one with variables in it is read as a Template."""
        return isinstance(value, (Literal, Template)) and self.data[value.start : value.start + 1] == b'"'

    def _value(self, value: Literal | Template) -> Expr:
        """What a field of a tag holds: a text with variables in it."""
        text = decoded(self.data, value.start, value.end)
        parts: list[Expr] = []
        at = 0
        for match in _REFERENCE.finditer(text.data):
            if match.start() > at:
                parts.append(_placed(text, at, match.start()))
            name = self._variable(match)
            text.move(name)
            parts.append(name)
            at = match.end()
        if at < len(text.data) or not parts:
            parts.append(_placed(text, at, len(text.data)))
        return parts[0] if len(parts) == 1 else Template(value.start, value.end, parts)

    # ---- variables

    def _holes(self, text: Text) -> Holes | None:
        found = [(match.start(), match.end(), self._variable(match)) for match in _REFERENCE.finditer(text.data)]
        return Holes(text.data, list(found)) if found else None

    def _variable(self, match: re.Match[bytes]) -> Expr:
        """The name that a reference is; the module binds it first if the container defines it."""
        name = match.group(1).decode("utf-8", "replace").strip()
        definition = self._variables.get(name)
        if definition is None:
            return Name(match.start(), match.end(), name)
        known = f"{{{{{name}}}}}"
        if known not in self._bound:
            self._bound[known] = Expression(definition.start, definition.end, Unknown(0, 0, []))  # it may name itself
            value = self._defined(definition)
            if value is None:
                value = Name(definition.start, definition.end, name)
            del self._bound[known]  # what it needs comes before it
            target = Name(value.start, value.end, known)
            self._bound[known] = Bind(value.start, value.end, target, value, "function")
        return Name(match.start(), match.end(), known)

    def _defined(self, definition: Expr) -> Expr | None:
        """What a variable holds; None for sorts whose own name has to speak."""
        kind, given = _text(_at(definition, "type")), _parameters(definition)
        published = _text(_at(definition, "function"))
        if published == "__v":
            return _path(_at(definition, "vtp_name"), "dataLayer")
        if published == "__j":
            return _path(_at(definition, "vtp_name"), "")
        if published == "__jsm":
            return self._script(_at(definition, "vtp_javascript"))
        if kind == "v":
            return _path(_at(given.get("name"), "value"), "dataLayer")
        if kind == "j":
            return _path(_at(given.get("name"), "value"), "")
        if kind == "c":
            value = _at(given.get("value"), "value")
            return self._value(value) if self._is_text(value) else None
        if kind == "jsm":
            return self._script(_at(given.get("javascript"), "value"))
        return None

    def _script(self, value: Expr | None) -> Expr | None:
        """A call of a custom JavaScript variable's function."""
        text = self._code(value) if value is not None else None
        if value is None or text is None:
            return None
        text = text.wrapped(b"_=", b"\n")
        module = script_in(self.path, text.data, 0, len(text.data), self._holes(text))
        text.place(module)
        self.comments.extend(module.comments)
        self.errors.extend(module.errors)
        function = next((node for node in walk(list(module.body)) if isinstance(node, Function)), None)
        return Call(value.start, value.end, function, []) if function is not None else None

    # ---- templates

    def _template(self, value: Expr | None) -> None:
        if not self._is_text(value):
            return
        from trackaudit.parse.gtm_template import template_modules

        text = decoded(self.data, value.start, value.end)
        for module in template_modules(self.path, text.data):
            text.place(module)
            self.templates.append(module)


def _macro(item: Node) -> int | None:
    """The number of the variable that a list of a published container puts in, escaped or not."""
    while isinstance(item, Sequence) and len(item.items) > 1:
        first, second = item.items[0], item.items[1]
        if _word(first) == "macro" and isinstance(second, Literal) and isinstance(second.value, int):
            return second.value
        if _word(first) != "escape":
            return None
        item = second
    return None


def _word(item: Node) -> object:
    return item.value if isinstance(item, Literal) else None


def _own(tag: Expr) -> frozenset[str]:
    """The key of a tag without triggers: other tags start it, and nothing tells when."""
    return frozenset((f"tag at {tag.start}",))


def _chosen(groups: list[list[Stmt]]) -> list[Stmt]:
    """One of the groups runs. Halved again and again, so that a thousand triggers are no depth."""
    if len(groups) < 2:
        return groups[0] if groups else []
    half = len(groups) // 2
    start, end = groups[0][0].start, groups[-1][-1].end
    return [Branch(start, end, Unknown(start, start, []), _chosen(groups[:half]), _chosen(groups[half:]))]


def _path(value: Expr | None, root: str) -> Expr | None:
    """A dotted name as the members it names, all of them at its place."""
    text = _text(value)
    if value is None or not text or "{{" in text:
        return None
    names = [part for part in text.split(".") if part]
    if root:
        names.insert(0, root)
    if not names:
        return None
    start, end = value.start, value.end
    found: Expr = Name(start, end, names[0])
    for name in names[1:]:
        found = Member(start, end, found, Literal(start, end, name))
    return found


def _placed(text: Text, start: int, end: int) -> Literal:
    return Literal(text.places[start], text.places[end], text.data[start:end].decode("utf-8", "replace"))


def _at(record: object, key: str) -> Expr | None:
    """The value of a key of a record."""
    for pair in record.entries if isinstance(record, Record) else ():
        if isinstance(pair, Pair) and isinstance(pair.key, Literal) and pair.key.value == key:
            return pair.value
    return None


def _items(record: object, key: str) -> list[Expr]:
    listed = _at(record, key)
    return [item for item in listed.items if isinstance(item, Record)] if isinstance(listed, Sequence) else []


def _parameters(record: Expr) -> dict[str, Expr]:
    """The parameters of a tag or variable, by key."""
    return {key: one for one in _items(record, "parameter") if (key := _text(_at(one, "key"))) is not None}


def _text(value: Expr | None) -> str | None:
    if not isinstance(value, Literal):
        return None
    if isinstance(value.value, bool):
        return str(value.value).lower()
    return str(value.value)
