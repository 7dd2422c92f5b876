"""Reads sends with the vocabulary: which arguments and fields are IDs, which properties, and what each identifies."""

from __future__ import annotations

from trackaudit.calls.shapes import at, texts
from trackaudit.flow.send import FrozenEntry, FrozenList, FrozenRecord, Leaf
from trackaudit.flow.state import ANY
from trackaudit.flow.values import Const, Symbol
from trackaudit.model import Entries, Entry, Facts, Place, Step, TrackingCall
from trackaudit.vocabulary import Listed, Named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trackaudit.calls.queries import Given, Queries
    from trackaudit.calls.rows import Row
    from trackaudit.flow.send import Frozen, Send
    from trackaudit.model import Notice, SourceFile
    from trackaudit.vocabulary import Identity, Shape, Vocabulary


_DOCUMENTS = {"import": "import definition", "connector": "connector's settings"}
IDENTIFIERS = ("email", "phone", "customer_id", "opaque")


class Reader:
    """Reads sends with the vocabulary. `source` gives a file by its path; `held` what a state is set to elsewhere."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        source: Callable[[str], SourceFile],
        held: Mapping[tuple[str, tuple[str, ...]], list[Symbol]],
        is_file: Callable[[str], bool],
    ) -> None:
        self._vocabulary = vocabulary
        self._source = source
        self._held = held
        self._is_file = is_file
        self._queries: Queries | None = None

    def _said(self, place: Place, symbols: Sequence[Symbol]) -> str:
        """The text of a value; where the whole stands there of which a call took a field (`pick(user, "email")`), of
        its field."""
        text = self.text(place)
        if symbols and symbols[0].place != place and symbols[0].place.holds(place) and symbols[0].path:
            return f"{text}.{symbols[0].path[-1]}"
        return text

    def text(self, place: Place) -> str:
        """Source text of a place."""
        return self._source(place.path).text(place.start, place.end)

    def of_call(self, send: Send) -> TrackingCall:
        """A send by call."""
        sink = send.sink
        assert sink is not None
        trail = send.where.callers
        at_sink = Step(send.place, f"`{send.call}` sends it")
        ids = send.arguments.get("ids")
        properties = send.arguments.get("properties")
        event = send.arguments.get("event")
        token = send.arguments.get("token")
        return TrackingCall(
            sdk=sink.sdk,
            channel=sink.channel,
            stateful=sink.stateful,
            receiver=send.receiver,
            operation=sink.operation,
            ids=self._ids(*ids, sink.scalar_id, trail, at_sink) if ids else Entries(),
            properties=self._entries(properties[0], trail, at_sink, "properties") if properties else Entries(),
            event=next(iter(texts(event[0])), None) if event else None,
            context=send.where.context,
            order=send.where.order,
            unit=str(send.where.unit),
            blocks=send.where.blocks,
            sink=send.place,
            call=send.call,
            arguments={name: place for name, (_, place) in send.arguments.items() if name != "token"},
            trail=(*trail, at_sink),
            callers=tuple(step.place for step in trail),
            certain=send.certain,
            language=send.where.language,
            token=next(iter(texts(token[0])), "") if token else "",
        )

    def of_payload(self, send: Send, record: FrozenRecord, shape: Shape) -> TrackingCall:
        """A send by payload or definition."""
        trail = send.where.callers
        name = _DOCUMENTS.get(shape.channel, f"{shape.operation} payload")
        at_sink = Step(send.place, f"`{send.call}` sends it" if send.call else f"in this {name}")
        event = at(record, shape.event) if shape.event is not None else None
        arguments = {"payload": record.place}
        known = {path[0] for path, _ in shape.require}
        for label, part in (("ids", shape.ids), ("properties", shape.properties)):
            if part is not None and not isinstance(part, Named):
                path = part.path if isinstance(part, Listed) else part
                known.add(path[0])
                entry = at(record, path)
                if entry is not None:
                    arguments[label] = entry.value_place
        given = self._given(record, shape) if shape.channel in _DOCUMENTS else {}
        if event is not None:
            arguments["event"] = event.value_place
        return TrackingCall(
            sdk=shape.sdk,
            channel=shape.channel,
            stateful=shape.stateful,
            receiver="",
            operation=shape.operation,
            ids=self._part(record, shape.ids, trail, at_sink, "ids", given, shape.unchanged),
            properties=self._part(record, shape.properties, trail, at_sink, "properties", given, shape.unchanged),
            event=next(iter(texts(event.value)), None) if event is not None else None,
            context=send.where.context,
            order=send.where.order,
            unit=str(send.where.unit),
            blocks=send.where.blocks,
            sink=send.place if send.call else record.place,
            call=send.call or name,
            arguments=arguments,
            fields=tuple(
                self._entry(key, entry, (), trail, at_sink, "payload") for key, entry in self._fields(record, shape)
            ),
            trail=(*trail, at_sink),
            callers=tuple(step.place for step in trail),
            language=send.where.language,
            shape=shape.name,
            token=shape.token,
        )

    def _fields(self, record: FrozenRecord, shape: Shape) -> list[tuple[str, FrozenEntry]]:
        """The payload's own fields: those of the record that holds the IDs."""
        holder: Frozen = record
        if isinstance(shape.ids, tuple) and not isinstance(shape.ids, (Listed, Named)) and len(shape.ids) > 1:
            entry = at(record, shape.ids[:-1])
            holder = entry.value if entry is not None else record
        return list(holder.entries.items()) if isinstance(holder, FrozenRecord) else []

    def _part(
        self,
        record: FrozenRecord,
        part: tuple[str, ...] | Listed | Named | None,
        trail: tuple[Step, ...],
        at_sink: Step,
        what: str,
        given: Mapping[str, Given],
        unchanged: bool,
    ) -> Entries:
        if part is None:
            return Entries()
        if isinstance(part, Named):
            return self._named(record, part, trail, at_sink)
        if isinstance(part, Listed):
            from trackaudit.calls.rows import rows_of

            rows, reason = rows_of(record, part)
            items = tuple(self._mapping(row, what == "ids", trail, at_sink, given, unchanged) for row in rows)
            return Entries(items, bool(reason), reason)
        entry = at(record, part)
        if entry is None:
            return Entries((), bool(record.open), record.open)
        return self._entries(entry.value, (*record.hops, *trail), at_sink, what)

    def _named(self, record: FrozenRecord, part: Named, trail: tuple[Step, ...], at_sink: Step) -> Entries:
        """IDs that a connector fills. A user's ID may be anything, so it is of the kind that its new name tells; what
        identifies nobody is opaque."""
        items: list[Entry] = []
        reason = ""
        for field, what in part.fields:
            entry = at(record, tuple(field.split(".")))
            names = texts(entry.value) if entry is not None else ()
            if entry is None or not names:
                reason = f"`{field}` is not known here"
                continue
            # No value that can be compared with another: what the connector does to it is not told.
            facts = Facts(what, (), frozenset(), False, True)
            identity = self._vocabulary.key_identity(names[0])
            kind = self._vocabulary.key_identity(what).kind
            if kind in ("customer_id", "opaque"):
                kind = identity.kind if identity.kind != "opaque" else "unknown"
            elif kind not in IDENTIFIERS:
                kind = "opaque"
            steps = (Step(entry.root, f"`{field}` says that `{what}` goes to `{names[0]}`"), *trail, at_sink)
            items.append(
                Entry(names[0], facts, entry.must, kind, "unknown", "unknown", (), entry.root, entry.value_place, steps)
            )
        return Entries(tuple(items), bool(reason), reason)

    def notices(self) -> tuple[Notice, ...]:
        """What could not be read on the way."""
        return tuple(self._queries.notices.values()) if self._queries is not None else ()

    def _given(self, record: FrozenRecord, shape: Shape) -> Mapping[str, Given]:
        """How a definition's query makes the columns that it maps, by lower-case name."""
        from trackaudit.calls.queries import Queries
        from trackaudit.calls.rows import rows_of

        if self._queries is None:
            self._queries = Queries(self._source, self._is_file)
        parts = [part for part in (shape.ids, shape.properties) if isinstance(part, Listed)]
        columns = [column for part in parts for row in rows_of(record, part)[0] for column in row.columns]
        return self._queries.of(record, shape, columns)

    def _mapping(
        self, row: Row, is_id: bool, trail: tuple[Step, ...], at_sink: Step, given: Mapping[str, Given], unchanged: bool
    ) -> Entry:
        """A row of a mapping. Where a query gives its column, that tells what the column is made of, and an ID's root
        is there: nobody else can mend it."""
        made = given.get(row.columns[0].lower()) if row.columns else None
        names = row.columns
        if made is not None:
            names = made.path[-1:] if made.path else ()
        identity = self._named_by((*reversed(names), *row.columns, row.name))
        root = row.name_place
        steps = (Step(root, f"column `{row.columns[0] if row.columns else '?'}` goes to `{row.name}`"), *trail, at_sink)
        at, origin = row.column_place, ("column" if unchanged else "file")
        if made is not None and made.path:
            if any(self._vocabulary.key_identity(part).owner == "other" for part in (*made.path, *row.columns)):
                identity = identity._replace(owner="other")
            steps = (Step(made.place, f"the query makes the column `{row.columns[0]}` of it"), *steps)
            origin = "query"
            root, at = (made.place, made.place) if is_id else (root, at)
        elif made is not None:
            origin = "unknown"
        said = names if is_id and names else row.columns
        symbols = frozenset(f"column:{name.lower()}" for name in names or row.columns)
        facts = Facts(self.text(at), said, symbols, False, bool(row.columns))
        done = made.transforms if made is not None else ()
        return Entry(row.name, facts, row.must, identity.kind, identity.owner, origin, done, root, at, steps)

    def _named_by(self, names: tuple[str, ...]) -> Identity:
        """What the first of the names that says anything says."""
        found = [self._vocabulary.key_identity(name) for name in names]
        return next((identity for identity in found if identity.kind != "unknown"), found[0])

    def _ids(self, value: Frozen, place: Place, scalar: str, trail: tuple[Step, ...], at_sink: Step) -> Entries:
        """IDs: a record of them, or one value that stands for the default ID."""
        if not isinstance(value, Leaf) or not scalar:
            return self._entries(value, trail, at_sink, "ids")
        symbols = [option for option in value.options if isinstance(option, Symbol)]
        if value.other or any(not self._scalar(symbol) for symbol in symbols):
            return Entries((), True, f"`{self.text(place)[:60]}` is not known here")
        entry = FrozenEntry(value, True, place, place)
        return Entries((self._entry(scalar, entry, (), trail, at_sink, "ids"),))

    def _scalar(self, symbol: Symbol) -> bool:
        """Whether an ID argument that is known by name only is one value, not a record of IDs."""
        return bool(symbol.transforms) or self._of_symbol(symbol).kind in IDENTIFIERS

    def _entries(self, value: Frozen, trail: tuple[Step, ...], at_sink: Step, what: str) -> Entries:
        if isinstance(value, FrozenRecord):
            steps = (*value.hops, *trail)
            items = tuple(self._entry(key, entry, steps, (), at_sink, what) for key, entry in value.entries.items())
            return Entries(items, bool(value.open), value.open)
        if isinstance(value, FrozenList):
            return Entries((), True, "a list")
        if value.other or any(isinstance(option, Symbol) for option in value.options):
            names = [option for option in value.options if isinstance(option, Symbol)]
            said = f"`{self.text(names[0].place)[:60]}`" if names else "its value"
            return Entries((), True, f"{said} is not known here")
        return Entries()

    def _entry(
        self,
        key: str,
        entry: FrozenEntry,
        hops: tuple[Step, ...],
        trail: tuple[Step, ...],
        at_sink: Step,
        what: str,
    ) -> Entry:
        value = entry.value
        options = value.options if isinstance(value, Leaf) else ()
        symbols = [option for option in options if isinstance(option, Symbol)]
        steps = symbols[0].transforms if symbols else ()
        asked = [(symbol.root, path) for symbol in symbols for path in (symbol.path, ANY)]
        given = [one for state in asked for one in self._held.get(state, ())]
        if given:
            symbols += given
            steps += tuple(step for step in given[0].transforms if all(step in one.transforms for one in given))
        literals = tuple(
            option.value
            for option in options
            if isinstance(option, Const) and not (symbols and _pleases_a_type(option, entry.root))
        )
        keys: frozenset[str] = frozenset()
        for symbol in symbols:
            keys |= symbol.sources
        kind, owner, origin = self._identify(key, symbols, literals, isinstance(value, Leaf))
        resolved = bool(options) and not (isinstance(value, Leaf) and value.other)
        facts = Facts(
            self._said(entry.value_place, symbols),
            literals,
            keys,
            any(symbol.missing for symbol in symbols),
            resolved,
        )
        before: tuple[Step, ...] = ()
        if symbols and not entry.root.holds(symbols[0].place):
            before = (Step(symbols[0].place, f"`{self.text(symbols[0].place)[:60]}` comes from here"),)
        put = Step(entry.root, f"put among the {what} as `{key}`")
        return Entry(
            key,
            facts,
            entry.must,
            kind,
            owner,
            origin,
            steps,
            entry.root,
            entry.value_place,
            (*before, put, *hops, *trail, at_sink),
            bool(entry.guards & keys),
        )

    def _identify(
        self, key: str, symbols: list[Symbol], literals: tuple[object, ...], leaf: bool
    ) -> tuple[str, str, str]:
        """Kind, owner and origin of an entry, from its key and from what its value says."""
        if not leaf:
            return "none", self._vocabulary.key_identity(key).owner, "unknown"
        if not symbols:
            texts = [literal for literal in literals if isinstance(literal, str) and literal]
            said = [self._vocabulary.literal_identity(text, key) for text in texts]
            told = next((identity for identity in said if identity.kind in IDENTIFIERS), None)
            if not literals:
                named = self._vocabulary.key_identity(key)
                return named.kind, named.owner, "unknown"
            return (told.kind if told else "none"), (told.owner if told else "unknown"), "literal"
        both = [self._vocabulary.entry_identity(key, self._of_symbol(symbol)) for symbol in symbols]
        owner = "other" if any(identity.owner == "other" for identity in both) else both[0].owner
        origin = next((identity.origin for identity in both if identity.origin != "unknown"), "unknown")
        best = next((identity for identity in both if identity.kind in IDENTIFIERS), both[0])
        return best.kind, owner, origin

    def _of_symbol(self, symbol: Symbol) -> Identity:
        """What a symbol says by its path, else by the name it was given."""
        identity = self._vocabulary.value_identity(symbol.path)
        if identity.origin == "unknown" and symbol.root.startswith("import:"):
            identity = identity._replace(origin=self._vocabulary.module_origin(symbol.root[len("import:") :]))
        if identity.kind == "unknown" and symbol.alias:
            # A variable's name, not a property's: `emailValue`, `theEmail`.
            by_name = self._vocabulary.value_identity(tuple(symbol.alias.split(".")))
            owner = identity.owner if identity.owner != "unknown" else by_name.owner
            kind = "unknown" if by_name.kind == "opaque" else by_name.kind
            return identity._replace(kind=kind, owner=owner)
        return identity


def _pleases_a_type(constant: Const, root: Place) -> bool:
    """Whether a fallback is only what a record of another file holds for want of a value: no ID was meant there."""
    blank = not isinstance(constant.value, str) or not constant.value.strip()
    return blank and constant.in_record and constant.place.path not in ("", root.path)
