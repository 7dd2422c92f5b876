"""Parse, Google Tag Manager's variables: their definitions come in, what `{{Name}}` holds comes out.

A container defines a variable by where its value is: a key of the data layer, a global, a cookie, a part of the URL, an
element, a constant, a table, a script. Each becomes the expression that reads it there, bound once to `{{Name}}` before
the tags; the name of one that the container does not define speaks for itself.
"""

from __future__ import annotations

import re
from array import array

from trackaudit.parse.escaped import Text, decoded, joined
from trackaudit.parse.injected import Holes, script_in
from trackaudit.parse.measure import Words
from trackaudit.program import (
    Bind,
    Call,
    Expression,
    Function,
    Literal,
    Logical,
    Member,
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

    from trackaudit.program import Comment, Expr, Node, Stmt

_REFERENCE = re.compile(rb"\{\{([^{}\r\n\"';:]+)\}\}")


class Variables:
    """A container's variables. bound: what the references so far need, in order."""

    def __init__(self, path: str, data: bytes, comments: list[Comment], errors: list[tuple[int, int]]) -> None:
        """`comments` and `errors`: where those of scripts go."""
        self.path = path
        self.data = data
        self.bound: dict[str, Stmt] = {}
        self.comments = comments
        self.errors = errors
        self._known: dict[str, Expr] = {}
        self._words = Words()

    def define(self, name: str, definition: Expr) -> None:
        """Keep a definition; the first of a name stays."""
        self._known.setdefault(name, definition)

    def is_text(self, value: Node | None) -> TypeGuard[Literal | Template]:
        """Whether it is a string: one with variables in it is read as a Template."""
        return isinstance(value, (Literal, Template)) and self.data[value.start : value.start + 1] == b'"'

    def code(self, value: Node | None) -> Text | None:
        """A text, or one of a published container's lists: `["template", "…", ["escape", ["macro", 3], 8], "…"]`."""
        if self.is_text(value):
            text = decoded(self.data, value.start, value.end)
            self._words.add(text.data)
            return text
        if not isinstance(value, Sequence) or not value.items:
            return None
        parts: list[Text] = []
        for item in [value] if macro(value) is not None else value.items[1:]:
            number = macro(item)
            if number is not None:
                name = b"{{macro %d}}" % number
                parts.append(Text(name, array("I", (*[item.start] * len(name), item.end))))
            elif self.is_text(item):
                parts.append(decoded(self.data, item.start, item.end))
        if not parts:
            return None
        text = joined(parts)
        self._words.add(text.data)
        return text

    def holes(self, text: Text) -> Holes | None:
        """The references in a script, as what is put into it."""
        found = [(match.start(), match.end(), self._reference(match)) for match in _REFERENCE.finditer(text.data)]
        return Holes(text.data, list(found)) if found else None

    def value(self, field: Node | None) -> Expr | None:
        """What a field holds: a text with variables in it. None if it is none."""
        text = self.code(field)
        if field is None or text is None:
            return None
        parts: list[Expr] = []
        at = 0
        for match in _REFERENCE.finditer(text.data):
            if match.start() > at:
                parts.append(_placed(text, at, match.start()))
            name = self._reference(match)
            text.move(name)
            parts.append(name)
            at = match.end()
        if at < len(text.data) or not parts:
            parts.append(_placed(text, at, len(text.data)))
        return parts[0] if len(parts) == 1 else Template(field.start, field.end, parts)

    def _reference(self, match: re.Match[bytes]) -> Expr:
        """The name that a reference is; the module binds it first if the container defines it."""
        name = match.group(1).decode("utf-8", "replace").strip()
        definition = self._known.get(name)
        if definition is None:
            return Name(match.start(), match.end(), name)
        known = f"{{{{{name}}}}}"
        if known not in self.bound:
            self.bound[known] = Expression(definition.start, definition.end, Unknown(0, 0, []))  # it may name itself
            value = self._defined(definition)
            if value is None:
                value = Name(definition.start, definition.end, name)
            del self.bound[known]  # what it needs comes before it
            target = Name(value.start, value.end, known)
            self.bound[known] = Bind(value.start, value.end, target, value, "function")
        return Name(match.start(), match.end(), known)

    def _defined(self, definition: Expr) -> Expr | None:
        """What a variable holds; None for sorts whose own name has to speak."""
        sort = text_of(at(definition, "type")) or (text_of(at(definition, "function")) or "").removeprefix("__")
        if sort == "v":
            return _path(field(definition, "name"), "dataLayer")
        if sort == "j":
            return _path(field(definition, "name"), "")
        if sort == "c":
            return self.value(field(definition, "value"))
        if sort == "k":
            return _member("cookies", field(definition, "name"))
        if sort == "u":
            asked = field(definition, "queryKey") if text_of(field(definition, "component")) == "QUERY" else None
            return _member("searchParams", asked) or Name(definition.start, definition.end, "location")
        if sort == "d":
            return _element(definition)
        if sort in ("smm", "remm"):
            return self._table(definition, sort == "smm")
        return self._script(field(definition, "javascript")) if sort == "jsm" else None

    def _table(self, definition: Expr, exact: bool) -> Expr | None:
        """One of a table's values, picked by what its input is (or, not `exact`, by what that looks like)."""
        held = field(definition, "map")
        if held is None:
            return None
        pairs: list[Pair] = []
        for row in rows(held):
            key, value = row.get("key"), self.value(row.get("value"))
            if isinstance(key, Literal) and value is not None:
                pairs.append(Pair(min(key.start, value.start), max(key.end, value.end), key, value))
        start, end = held.start, held.end
        asked = self.value(field(definition, "input")) or Unknown(start, start, [])
        index = asked if exact else Unknown(asked.start, asked.end, [asked])
        picked = Member(start, end, Record(start, end, list(pairs)), index, True)
        other = self.value(field(definition, "defaultValue"))
        return picked if other is None else Logical(start, end, "??", picked, other)

    def _script(self, value: Expr | None) -> Expr | None:
        """A call of a custom JavaScript variable's function."""
        text = self.code(value)
        if value is None or text is None:
            return None
        text = text.wrapped(b"_=", b"\n")
        module = script_in(self.path, text.data, 0, len(text.data), self.holes(text))
        text.place(module)
        self.comments.extend(module.comments)
        self.errors.extend(module.errors)
        function = next((node for node in walk(list(module.body)) if isinstance(node, Function)), None)
        return Call(value.start, value.end, function, []) if function is not None else None


# -------------------------------------------------------------------------------------------- records


def at(record: object, key: str) -> Expr | None:
    """The value of a key of a record."""
    for pair in record.entries if isinstance(record, Record) else ():
        if isinstance(pair, Pair) and isinstance(pair.key, Literal) and pair.key.value == key:
            return pair.value
    return None


def items(record: object, key: str) -> list[Expr]:
    """The records in the list that is a key's value."""
    listed = at(record, key)
    return [item for item in listed.items if isinstance(item, Record)] if isinstance(listed, Sequence) else []


def text_of(value: object) -> str | None:
    """A scalar as text."""
    if not isinstance(value, Literal):
        return None
    if isinstance(value.value, bool):
        return str(value.value).lower()
    return str(value.value)


def field(record: Expr, key: str) -> Expr | None:
    """A parameter's value, exported (a table: its list) or published (`vtp_key`)."""
    published = at(record, f"vtp_{key}")
    if published is not None:
        return published
    exported = next((one for one in items(record, "parameter") if text_of(at(one, "key")) == key), None)
    return at(exported, "value") or at(exported, "list")


def rows(table: Expr) -> list[dict[str | None, Expr]]:
    """A table's rows, by the columns' names: exported as records, published as `["list", ["map", name, value …] …]`."""
    found: list[dict[str | None, Expr]] = []
    for row in table.items if isinstance(table, Sequence) else ():
        if isinstance(row, Record):
            cells = [(text_of(at(cell, "key")), at(cell, "value")) for cell in items(row, "map")]
            found.append({name: value for name, value in cells if value is not None})
        elif isinstance(row, Sequence) and row.items and text_of(row.items[0]) == "map":
            names, values = row.items[1::2], row.items[2::2]
            found.append({text_of(name): value for name, value in zip(names, values, strict=False)})  # type: ignore[misc]
    return found


def macro(item: Node) -> int | None:
    """The number of the variable that a list of a published container puts in, escaped or not."""
    while isinstance(item, Sequence) and len(item.items) > 1:
        first, second = item.items[0], item.items[1]
        if text_of(first) == "macro" and isinstance(second, Literal) and isinstance(second.value, int):
            return second.value
        if text_of(first) != "escape":
            return None
        item = second
    return None


def _element(definition: Expr) -> Expr | None:
    """`document.querySelector('#email').value`, for what an element holds."""
    chosen = field(definition, "elementSelector")
    by_id = text_of(field(definition, "selectorType")) != "CSS"
    chosen = (field(definition, "elementId") if by_id else chosen) or chosen
    if not isinstance(chosen, Literal) or not chosen.value:
        return None
    start, end = chosen.start, chosen.end
    finder = Literal(start, start, "getElementById" if by_id else "querySelector")
    callee = Member(start, start, Name(start, start, "document"), finder)
    asked = text_of(field(definition, "attributeName")) or "textContent"
    return Member(start, end, Call(start, end, callee, [chosen]), Literal(end, end, asked))


def _member(owner: str, key: Expr | None) -> Expr | None:
    if key is None or not text_of(key):
        return None
    return Member(key.start, key.end, Name(key.start, key.start, owner), key)


def _path(value: Expr | None, root: str) -> Expr | None:
    """A dotted name as the members it names, all of them at its place."""
    text = text_of(value)
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
