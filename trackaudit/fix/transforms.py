"""How each transform of a rule is written: a case and the workshop in, edits out, or None where words must do."""

from __future__ import annotations

from trackaudit.engine.fields import suggestion
from trackaudit.engine.predicates import misspelt_for
from trackaudit.fix.mapping import map_column, map_id
from trackaudit.fix.normal import IdForm, helper_for
from trackaudit.fix.placeholder import guard
from trackaudit.fix.value import IdValue, by_record, elsewhere, in_form, in_place, needs_lower
from trackaudit.fix.wrapper import through_wrapper
from trackaudit.identity import hard_id
from trackaudit.program import Call, Expression, Literal, Pair, Record, Wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit, Entry, Place, TrackingCall

_METHODS = {"page": "identify", "api": "identify", "mobile": "identifyCustomer"}


def _identify(case: Case, workshop: Workshop) -> list[Edit] | None:
    """A stateful send: the call itself, or one before it, carries the ID."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    if not call.stateful:
        return _add_id(case, workshop)
    editor = workshop.editor(call.sink.path)
    if editor is None:
        return None
    node = _call_node(editor, call)
    if node is None:
        return None
    own = through_wrapper(case, workshop)
    if own is not None:
        return own
    id_name = id_for(case, workshop, call.sink)
    value = _value(case, editor, id_name) if id_name is not None else None
    if id_name is None or value is None:
        return None
    return id_name.with_imports(_identifying(editor, call, node, entry, id_name, value))


def _identifying(
    editor: Editor, call: TrackingCall, node: Call, entry: Entry, id_name: IdForm, value: IdValue
) -> list[Edit] | None:
    pair = editor.pair(id_name.name, value.text, _like(editor, entry, call))
    if call.operation == "event":
        return _identify_before(editor, call, node, entry, id_name, value, pair)
    if call.operation == "identify":
        ids = call.arguments.get("ids")
        record = editor.record_of(ids) if ids is not None else None
        if record is None:
            return None
        return [*value.edits, *editor.add_item(record, _item(editor, value, pair))]
    method = editor.method_key(node)
    if method is None or editor.text(method).strip("'\"`") != "update":
        return None
    properties = call.properties
    all_of_it = entry.key == id_name.name and len(properties.items) == 1 and not properties.open
    only = all_of_it and not value.guard and value.wrapped is None and bool(editor.pair_of(entry.root))
    like = editor.record_of(call.arguments["properties"]) if "properties" in call.arguments else None
    ids_text = editor.record([_item(editor, value, pair)], like)
    name = _METHODS.get(call.channel)
    edits = editor.call_with_ids(node, ids_text, name, only) if name is not None else None
    if edits is None:
        return None
    return edits if only else [*value.edits, *edits]


def _identify_before(
    editor: Editor, call: TrackingCall, node: Call, entry: Entry, id_name: IdForm, value: IdValue, pair: str
) -> list[Edit] | None:
    """A call that identifies, before an event."""
    from trackaudit.fix.tree import runs_once

    method = editor.method_key(node)
    spot = editor.tree.spot(node.start, node.end)
    name = _METHODS.get(call.channel)
    if method is None or spot is None or name is None or method.start == node.callee.start:
        return None
    if not runs_once(editor.tree.chain(node.start, node.end), spot.statement):
        return None
    callee = editor.text(node.callee)
    head = callee[: method.start - node.callee.start]
    callee = head + editor.key_text(name, editor.text(method)) + callee[method.end - node.callee.start :]
    shown = _raw(editor, value, id_name) if id_name.helper or needs_lower(entry, id_name) else value.text
    owner = editor.pair_of(entry.root)
    kept = editor.pair(entry.key, shown, owner[1] if owner is not None else None)
    like = editor.record_of(call.arguments["properties"]) if "properties" in call.arguments else None
    items = [_item(editor, value, pair)]
    others = [editor.guarded(value.guard, kept) if value.guard else kept]
    if value.wrapped is not None:
        others = [value.wrapped[0] + editor.record([kept], like) + value.wrapped[1]]
    text = f"{callee}({editor.record(items, like)}, {editor.record(others, like)}){editor.semicolon(spot)}"
    local = [edit for edit in value.edits if edit.start == edit.end]
    if local:
        # The local and the call go before the statement together.
        first, rest = local[0], [edit for edit in value.edits if edit is not local[0]]
        lead = first.text.rstrip()
        joined = editor.before(spot, f"{lead}{editor.newline}{editor.indent(spot.statement.start)}{text}")
        return [*joined, *(edit for edit in rest if edit.start != edit.end)] if joined and len(local) == 1 else None
    before = editor.before(spot, text)
    return [*value.edits, *before] if before is not None else None


def _raw(editor: Editor, value: IdValue, id_name: IdForm) -> str:
    """The value without the step that brings it into the ID's form."""
    if id_name.helper and value.text.startswith(f"{id_name.helper}("):
        return value.text[len(id_name.helper) + 1 : -1]
    suffix = ".lower()" if editor.python else ".toLowerCase()"
    return value.text[: -len(suffix)] if value.text.endswith(suffix) else value.text


def _add_id(case: Case, workshop: Workshop) -> list[Edit] | None:
    """A payload or a call that carries its own IDs."""
    call = case.subjects[0].call
    ids = call.arguments.get("ids")
    if ids is None:
        return None
    editor = workshop.editor(ids.path)
    if editor is None:
        return None
    id_name = id_for(case, workshop, ids)
    if id_name is None or any(item.key == id_name.name for item in call.ids.items):
        return None
    return id_name.with_imports(_into_ids(case, editor, id_name, ids))


def _into_ids(case: Case, editor: Editor, id_name: IdForm, ids: Place) -> list[Edit] | None:
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    record = editor.record_of(ids)
    if record is not None:
        value = _value(case, editor, id_name, ids)
        if value is None:
            return None
        pair = editor.pair(id_name.name, value.text, _first_pair(record) or _like(editor, entry, call))
        return [*value.edits, *editor.add_item(record, _item(editor, value, pair))]
    return _into_built_ids(case, editor, call, entry, id_name, ids)


def _into_built_ids(
    case: Case, editor: Editor, call: TrackingCall, entry: Entry, id_name: IdForm, ids: Place
) -> list[Edit] | None:
    """The IDs are built before: the ID goes in where they are, else beside them at the send."""
    node = editor.tree.exact(ids)
    if editor.document or node is None:
        return None
    homes = {item.root for item in call.ids.items if item.root.path == editor.path}
    found = [owner for owner in (editor.pair_of(root) for root in homes) if owner is not None]
    records = {(record.start, record.end): record for record, _ in found}
    alone = len({other.sink for other in case.subjects[0].ground.coverage.at_sink(call.sink)}) == 1
    if len(records) == 1 and alone and not call.callers:
        record = next(iter(records.values()))
        place = ids._replace(start=record.start, end=record.end)
        value = elsewhere(editor, entry, place, id_name)
        if value is not None:
            pair = editor.pair(id_name.name, value.text, _first_pair(record))
            return editor.add_item(record, _item(editor, value, pair))
    value = _value(case, editor, id_name, ids)
    if value is None or value.edits:
        return None
    pair = editor.pair(id_name.name, value.text, _like(editor, entry, call))
    spread = editor.spread(editor.text(ids))
    return [editor.replace(ids, editor.record([_item(editor, value, pair), spread]))]


def _lowercase(case: Case, workshop: Workshop) -> list[Edit] | None:
    entry = case.subjects[0].the_entry
    if entry.origin == "query":
        from trackaudit.fix.query import lowered_column

        return lowered_column(case, workshop)
    if case.subjects[0].call.channel == "import":
        return None
    editor = workshop.editor(entry.value_place.path)
    if editor is None:
        return None
    node = editor.tree.exact(entry.value_place)
    if node is None:
        return None
    text = editor.text(node)
    missing = entry.value.maybe_missing and not entry.guarded
    if missing and editor.tree.is_tested(text, node.start, node.end, editor.data):
        missing = False
    from trackaudit.fix.tree import is_plain

    if missing and editor.python and not is_plain(node):
        return None
    id_name = id_for(case, workshop, entry.value_place)
    if id_name is None:
        return None
    helps = id_name.helper and not missing and not isinstance(node, Literal)
    lowered = f"{id_name.helper}({text})" if helps else editor.lowered(text, missing)
    owner = editor.pair_of(entry.root)
    if owner is not None and entry.root == entry.value_place:
        return id_name.with_imports([editor.replace(owner[1], f"{text}: {lowered}")])
    return id_name.with_imports([editor.replace(node, lowered)])


def _rename_id(case: Case, workshop: Workshop) -> list[Edit] | None:
    first = case.subjects[0]
    uses = [(first.call, first.the_entry, suggestion(first))]
    if first.conflict is not None:
        # One name for every place of the smaller side: mending one alone would leave the next.
        uses = [(use.call, use.entry, first.conflict.usual) for use in first.conflict.minority]
    edits: dict[Place, list[Edit]] = {}
    for call, entry, name in uses:
        editor = workshop.editor(entry.root.path)
        if editor is None or not name or any(item.key == name for item in call.ids.items):
            return None
        renamed = _renamed(editor, entry, name)
        if renamed is None:
            return None
        edits[entry.root] = renamed
    return [edit for one in edits.values() for edit in one]


def _renamed(editor: Editor, entry: Entry, name: str) -> list[Edit] | None:
    owner = editor.pair_of(entry.root)
    if owner is not None:
        return editor.rename_key(owner[1], name)
    node = editor.tree.exact(entry.root, Literal)
    if node is None:
        return None
    return [editor.replace(node, editor.key_text(name, editor.text(node)))]


def _rename_field(case: Case, workshop: Workshop) -> list[Edit] | None:
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    editor = workshop.editor(entry.root.path)
    owner = editor.pair_of(entry.root) if editor is not None else None
    if editor is None or owner is None:
        return None
    right = misspelt_for(subject)
    if right is not None and subject.ground.schema.get(entry.key) is None:
        return editor.rename_key(owner[1], right) if all(field.key != right for field in call.fields) else None
    ids = call.arguments.get("ids")
    record = editor.record_of(ids) if ids is not None and ids.path == editor.path else None
    if record is None:
        return None
    value = editor.text(owner[1].value)
    pair = editor.pair(entry.key, value, _first_pair(record) or owner[1])
    return [*editor.add_item(record, pair, first=False), *editor.remove_item(*owner)]


def _move(case: Case, workshop: Workshop) -> list[Edit] | None:
    """A value that belongs in a hard ID stands in a soft one."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    editor = workshop.editor(entry.root.path)
    id_name = id_for(case, workshop, entry.root)
    others = [item for item in call.ids.items if item.root != entry.root]
    if editor is None or id_name is None or any(item.key == id_name.name or item.kind == entry.kind for item in others):
        return None
    if call.operation == "import":
        return _renamed(editor, entry, id_name.name)
    owner = editor.pair_of(entry.root)
    if owner is None:
        return None
    _, pair = owner
    value = in_form(editor, editor.text(pair.value), entry, id_name)
    return id_name.with_imports([editor.replace(pair, editor.pair(id_name.name, value, pair))])


def _identify_later(case: Case, workshop: Workshop) -> list[Edit] | None:
    """Take the send out of the handler that only starts the double opt-in; what else it sends stays."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    editor = workshop.editor(call.sink.path)
    if editor is None or call.callers:
        return None
    others = [item for item in call.properties.items if item.kind != "email"]
    if others or call.properties.open or any(item.kind != "email" for item in call.ids.items if _is_hard(case, item)):
        owner = editor.pair_of(entry.root)
        if call.operation != "update" or owner is None or call.properties.open:
            return None
        return editor.remove_item(*owner)
    spot = editor.tree.spot(call.sink.start, call.sink.end)
    if spot is None or not isinstance(spot.statement, Expression):
        return None
    inner = spot.statement.value
    while isinstance(inner, Wrap):
        inner = inner.value
    return editor.removed(spot) if (inner.start, inner.end) == call.sink[1:] else None


def _is_hard(case: Case, item: Entry) -> bool:
    return case.subjects[0].ground.coverage.is_hard(item.key)


# ------------------------------------------------------------------------------------------------ the parts


def id_for(case: Case, workshop: Workshop, target: Place) -> IdForm | None:
    """The hard ID that the entry's value belongs in: its own name where that is one, else by kind; and its form.

    Where the project identifies elsewhere and never lower-cases, its own form holds: two forms are two profiles. None
    where it hashes the value in a way that cannot be written at the target.
    """
    subject = case.subjects[0]
    entry = subject.the_entry
    known = subject.ground.schema.get(entry.key)
    found = known if known is not None and known.hard else hard_id(subject.ground.schema, entry.kind)
    named = [item for sink, item in workshop.ids(found.name) if sink != subject.call.sink]
    # A hash no longer tells what it is of.
    uses = [item for item in named if item.kind == entry.kind or "hash" in item.transforms]
    helper, imports = helper_for(uses, target, workshop)
    steps = [set(item.transforms) & {"lower", "hash"} for item in uses]
    if not helper and steps and all("hash" in step for step in steps) and "hash" not in entry.transforms:
        return None
    as_it_is = uses and not any(steps) and entry.origin not in ("dom", "request", "column")
    return IdForm(found.name, found.lowercased or bool(as_it_is), helper, imports)


def _value(case: Case, editor: Editor, id_name: IdForm, target: Place | None = None) -> IdValue | None:
    """The ID's value at the send: as written there, or by its own name, or read from the record."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    properties = call.arguments.get("properties")
    at = target if target is not None else call.sink
    shared = case.finding.root != entry.root
    if properties is not None and not shared and properties.holds(entry.root):
        return in_place(editor, entry, properties, id_name)
    if not shared:
        value = elsewhere(editor, entry, at, id_name)
        if value is not None:
            return value
    if any(one.the_entry.key != entry.key for one in case.subjects):
        return None
    return by_record(editor, entry, call, id_name)


def _item(editor: Editor, value: IdValue, pair: str) -> str:
    if value.wrapped is not None:
        return value.wrapped[0] + editor.record([pair]) + value.wrapped[1]
    return editor.guarded(value.guard, pair) if value.guard else pair


def _like(editor: Editor, entry: Entry, call: TrackingCall) -> Pair | None:
    owner = editor.pair_of(entry.root) if entry.root.path == editor.path else None
    return owner[1] if owner is not None else None


def _first_pair(record: Record) -> Pair | None:
    return next((one for one in record.entries if isinstance(one, Pair)), None)


def _call_node(editor: Editor, call: TrackingCall) -> Call | None:
    node = editor.tree.exact(call.sink, Call)
    return node if isinstance(node, Call) else None


TRANSFORMS: dict[str, Callable[[Case, Workshop], list[Edit] | None]] = {
    "identify": _identify,
    "add-id": _add_id,
    "map-id": map_id,
    "map-column": map_column,
    "lowercase": _lowercase,
    "rename-id": _rename_id,
    "rename-field": _rename_field,
    "move-to-hard-id": _move,
    "guard": guard,
    "identify-later": _identify_later,
}
