"""What to write instead, in words: a fix's transform and the subject in, one line of code out ("" where none fits).

It shows the project's real ID name and the value's own expression, in the style of the sink's language. Writing it
into files is the fix stage's work.
"""

from __future__ import annotations

from trackaudit.engine.fields import one_line, suggestion
from trackaudit.identity import hard_id
from trackaudit.vocabulary import DESCRIBED, Listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackaudit.engine.predicates import Subject
    from trackaudit.model import Entry, IdName, SourceFile, TrackingCall

_SHOWN = 80
"""The longest source text, in characters, that is shown as it is."""


def replacement(transform: str, subject: Subject, sources: Mapping[str, SourceFile]) -> str:
    """The line of code to write instead."""
    if subject.entry is None:
        return ""
    if transform == "rename-field":
        return suggestion(subject)
    if subject.call.channel == "connector":
        soft = next((name.name for name in subject.ground.schema.names if not name.hard), "cookie")
        is_soft = subject.the_entry.kind == "opaque"
        right = soft if is_soft else hard_id(subject.ground.schema, subject.the_entry.kind).name
        return f"The name of a {'soft' if is_soft else 'hard'} ID, e.g. `{right}`"
    writer = _Writer(subject, sources)
    if transform == "rename-id":
        name = suggestion(subject)
        if not name or subject.call.operation == "import":
            return writer.mapping(name) if name else ""
        return _pair(name, subject.entry.value.text, subject.call, False)
    if transform == "map-id" or (transform == "move-to-hard-id" and subject.call.operation == "import"):
        return writer.mapping(writer.id.name)
    if transform == "lowercase":
        if subject.entry.origin == "query":
            return f"LOWER({subject.entry.value.text})"
        if subject.call.operation == "import":
            return f"A column that holds `{one_line(subject.entry.value.text, _SHOWN)}` in lower case"
        alone = subject.call.arguments.get("ids") == subject.entry.root
        return writer.value() if alone else _pair(subject.entry.key, writer.value(), subject.call, False)
    if transform in ("identify", "add-id", "move-to-hard-id"):
        return writer.guarded(writer.send())
    return ""


class _Writer:
    """Writes one send anew."""

    def __init__(self, subject: Subject, sources: Mapping[str, SourceFile]) -> None:
        self.call = subject.call
        self.entry = subject.the_entry
        self.shapes = subject.ground.shapes
        self.id: IdName = hard_id(subject.ground.schema, self.entry.kind)
        self.sources = sources
        self.python = _is_python(self.call)

    def send(self) -> str:
        """The whole call, or the ID field of a payload."""
        if self.call.shape or not self.call.call:
            return self._field()
        if self.call.stateful:
            return self._identify()
        return f"{self.call.call}({self._ids()}, …)"

    def mapping(self, name: str) -> str:
        """An ID mapping of an import definition, to the ID of that name."""
        column = next((str(value) for value in self.entry.value.literals if value), self.entry.value.text)
        shape = self.shapes.get(self.call.shape)
        if shape is not None and shape.sdk == DESCRIBED and isinstance(shape.ids, Listed):
            return self._row(shape.ids, column, name)
        if self.call.sink.path.endswith((".yaml", ".yml")):
            return f"id_mappings: {{from_column: {column}, to_id: {name}}}"
        if self.call.sink.path.endswith(".json") or self.python:
            return f'"id_mappings": [{{"from_column": "{column}", "to_id": "{name}"}}, …]'
        return f"id_mappings: [{{from_column: '{column}', to_id: '{name}'}}, …]"

    def guarded(self, code: str) -> str:
        """The code, with a word on the value that may be missing."""
        if not self.entry.value.maybe_missing:
            return code
        return f"{code}  (only where `{one_line(self._expression(), 40)}` is there)"

    def value(self) -> str:
        """The ID's value in the project's normal form."""
        text = self._expression()
        if self.entry.kind != "email" or self.id.lowercased or {"lower", "hash"} & set(self.entry.transforms):
            return text
        if text[:1] in "\"'" and text[-1:] == text[:1] and not self.entry.value.symbols:
            return text.lower()
        if _is_document(self.call):
            return text.lower()
        return f"{operand(text)}{'.lower()' if self.python else '.toLowerCase()'}"

    # -------------------------------------------------------------------------------------------- the parts

    def _row(self, ids: Listed, column: str, name: str) -> str:
        """A row of a described format that maps a column to an ID."""
        written = next((said for said, meant in ids.names if meant == name), name)
        fields = {ids.value: column, ids.key: written}
        if ids.only is not None and ids.only.field not in fields:
            fields[ids.only.field] = min(ids.only.values)
        pairs = ", ".join(_pair(key, value, self.call, False) for key, value in fields.items())
        return f"{'.'.join(ids.path)}: {{{pairs}}}"

    def _identify(self) -> str:
        receiver = self.call.call.rpartition(".")[0] or self.call.receiver.rpartition(":")[2]
        method = "identifyCustomer" if self.call.channel == "mobile" else "identify"
        properties = self._text("properties")
        given = self.call.operation in ("update", "identify") and properties and not self._is_all()
        arguments = f"{self._ids()}, {properties}" if given else self._ids()
        return f"{receiver}.{method}({arguments})" if receiver else f"{method}({arguments})"

    def _is_all(self) -> bool:
        """Whether the entry, under an ID's own name, is the only property: then none is left."""
        properties = self.call.properties
        return self.entry.key == self.id.name and len(properties.items) == 1 and not properties.open

    def _field(self) -> str:
        shape = self.shapes.get(self.call.shape)
        path = shape.ids if shape is not None and isinstance(shape.ids, tuple) and shape.ids else ("customer_ids",)
        name = path[-1] if isinstance(path[-1], str) else "customer_ids"
        return _pair(name, self._ids(), self.call, True)

    def _ids(self) -> str:
        """The record of IDs: the hard one first, then those already there."""
        mine = _pair(self.id.name, self.value(), self.call, False)
        kept = self._kept_ids()
        return f"{{{mine}, {kept}}}" if kept else f"{{{mine}}}"

    def _kept_ids(self) -> str:
        text = self._text("ids")
        others = [item for item in self.call.ids.items if item.key != self.id.name]
        if not text or not (others or self.call.ids.open):
            return ""
        scalar = self.call.arguments.get("ids")
        if len(others) == 1 and others[0].root == scalar and not _is_document(self.call):
            return _pair(others[0].key, text, self.call, False)
        moved = any(item.root == self.entry.root for item in others)
        if moved or len(others) != len(self.call.ids.items) or _is_document(self.call):
            # The entry itself stands among the IDs under a wrong name, or a wrong value under the right one; and a
            # document's text may be a block of lines.
            rest = [item for item in others if item.root != self.entry.root]
            return ", ".join(_pair(item.key, item.value.text, self.call, False) for item in rest)
        if text.startswith("{") and text.endswith("}"):
            return text[1:-1].strip().rstrip(",") if text != "{…}" else "…"
        return f"**{text}" if self.python else f"...{text}"

    def _expression(self) -> str:
        """The value as it can be written at the sink."""
        entry, call = self.entry, self.call
        place = call.arguments.get("properties")
        inside = place is not None and place.path == entry.root.path and place.start <= entry.root.start < place.end
        # An ID is rewritten where it stands; a property becomes one at the sink, where its caller's names mean nothing.
        if not call.callers or inside or place is None or entry in call.ids.items:
            return one_line(entry.value.text, _SHOWN)
        record = self._text("properties")
        if not record.replace(".", "_").replace("$", "_").isidentifier():
            return one_line(entry.value.text, _SHOWN)
        if self.python:
            return f'{record}["{entry.key}"]'
        return f"{record}.{entry.key}" if entry.key.isidentifier() else f"{record}['{entry.key}']"

    def _text(self, argument: str) -> str:
        """An argument's own text if it is short, else a sign that there is one; "" if there is none."""
        place = self.call.arguments.get(argument)
        source = self.sources.get(place.path) if place is not None else None
        if place is None or source is None:
            return ""
        text = source.text(place.start, place.end).strip()
        if len(text) <= _SHOWN and "\n" not in text:
            return text
        return "{…}" if text.startswith("{") else "…"


def _pair(key: str, value: str, call: TrackingCall, payload: bool) -> str:
    """One entry of a record in the sink's language."""
    if _is_document(call):
        return f"{key}: {value}" if call.sink.path.endswith((".yaml", ".yml")) else f'"{key}": {_quoted(value)}'
    if _is_python(call):
        return f'"{key}": {value}'
    name = key if key.replace("$", "_").isidentifier() else f"'{key}'"
    return name if name == value and not payload else f"{name}: {value}"


def _is_document(call: TrackingCall) -> bool:
    return call.language in ("document", "json", "yaml")


def _quoted(value: str) -> str:
    if value[:2] == '\\"':
        # The text of a string inside a string.
        value = value.replace('\\"', '"')
    return value if value[:1] in '"{' else f'"{value}"'


def _is_python(call: TrackingCall) -> bool:
    return call.language == "python" or call.sink.path.endswith((".py", ".pyi"))


def operand(text: str) -> str:
    """The text, in parentheses where a method call on it would bind to its last part only."""
    import re

    if re.fullmatch(r"[\w$]+(?:\??\.[\w$]+|\[[^\[\]]*\]|\([^()]*\))*", text):
        return text
    return f"({text})"


def entry_text(entry: Entry) -> str:
    """The entry's value in one line, for fingerprints: what a formatter changes (space, quotes, a last comma) does not
    count."""
    text = "".join(entry.value.text.split()).replace("'", '"').replace("`", '"')
    return text.replace(",)", ")").replace(",]", "]").replace(",}", "}")
