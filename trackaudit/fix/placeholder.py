"""An ID that may hold a placeholder is sent only where there is a value. A case in, edits out."""

from __future__ import annotations

import re

from trackaudit.fix.editor import is_template
from trackaudit.fix.tree import is_plain, runs_once
from trackaudit.fix.value import name_for
from trackaudit.program import Call, Conditional, Expression, Literal, Logical, Member, Name, Record, Template, Wrap
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.fix.tree import Spot
    from trackaudit.model import Edit, Entry, TrackingCall
    from trackaudit.program import Node, Pair


class _Told(NamedTuple):
    """test: what to ask for. value: what to send then. local: what holds `test`, where it may be asked for once."""

    test: str
    value: str
    local: tuple[Spot, str] | None = None


def guard(case: Case, workshop: Workshop) -> list[Edit] | None:
    """A constant is dropped beside other IDs; a fallback is dropped and the ID asked for; a value that is made text is
    asked for before it is."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    editor = workshop.editor(entry.value_place.path)
    if editor is None or (call.stateful and call.operation != "identify"):
        return None
    if call.callers and not (call.sink.holds(entry.root) and call.sink.holds(entry.value_place)):
        return None
    node = editor.tree.exact(entry.value_place)
    owner = editor.pair_of(entry.root)
    if node is None:
        return None
    if isinstance(node, Literal):
        return _dropped(editor, call, entry, owner)
    told = None if editor.document else _told(editor, node, entry.key)
    if told is None:
        return None
    before: list[Edit] = []
    if told.local is not None:
        added = editor.before(told.local[0], editor.local(told.test, told.local[1], told.local[0]))
        if added is None:
            return None
        before = added
    if _alone(call, entry, owner):
        spot = editor.tree.spot(call.sink.start, call.sink.end)
        if spot is not None and isinstance(spot.statement, Expression) and _is_all(spot.statement.value, call.sink):
            value = editor.replace(entry.value_place, told.value)
            condition = editor.condition(spot, told.test, value)
            if condition is not None:
                return [*before, *condition]
        if not call.stateful:  # an API takes no send without an ID
            return None
    if owner is None:
        return None
    pair = editor.pair(entry.key, told.value, owner[1])
    return [*before, editor.replace(owner[1], editor.guarded(told.test, pair))]


def _alone(call: TrackingCall, entry: Entry, owner: tuple[Record, Pair] | None) -> bool:
    """Whether nothing is worth sending without this ID."""
    more = call.stateful and bool(call.properties.items or call.properties.open)
    if owner is None:
        return entry.root == call.arguments.get("ids") and not more
    return len(call.ids.items) == 1 and not more and not call.ids.open and [owner[1]] == owner[0].entries


def _dropped(editor: Editor, call: TrackingCall, entry: Entry, owner: tuple[Record, Pair] | None) -> list[Edit] | None:
    others = [item for item in call.ids.items if item.key != entry.key and item.must]
    ids = call.arguments.get("ids")
    if owner is None or not others or ids is None or editor.record_of(ids) is not owner[0]:
        return None
    if is_template(editor.text(entry.value_place)) or entry.value.symbols or len(owner[0].entries) < 2:
        return None
    return editor.remove_item(*owner)


def _is_all(node: Node, sink: tuple[str, int, int]) -> bool:
    while isinstance(node, Wrap):
        node = node.value
    return (node.start, node.end) == sink[1:]


def _told(editor: Editor, node: Node, key: str) -> _Told | None:
    node = _bare(node)
    chosen = _without_fallback(editor, node)
    if chosen is not None:
        return chosen
    subject: Node | None = None
    if isinstance(node, Template) and len([part for part in node.parts if not isinstance(part, Literal)]) == 1:
        subject = next(part for part in node.parts if not isinstance(part, Literal))
    elif isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id in ("String", "str"):
        subject = node.args[0] if len(node.args) == 1 and not node.keywords else None
    elif isinstance(node, Call) and isinstance(node.callee, Member) and not node.args and not node.keywords:
        subject = node.callee.object
    if subject is None or isinstance(subject, Literal):
        return None
    inner = _without_fallback(editor, _bare(subject))
    at = subject.start - node.start
    whole = editor.data[node.start : node.end]
    head, tail = whole[:at].decode("utf-8"), whole[at + subject.end - subject.start :].decode("utf-8")
    if inner is not None:
        return _Told(inner.test, f"{head}{inner.value}{tail}")
    text = editor.text(subject)
    if is_plain(subject):
        certain = editor.certain(text)
        return _Told(text, re.sub(re.escape(text), lambda _: certain, editor.text(node), count=1))
    spot = editor.tree.spot(node.start, node.end)
    if spot is None or not runs_once(editor.tree.chain(subject.start, subject.end), spot.statement):
        return None
    name = name_for(key, editor.tree.used_names())
    return _Told(name, f"{head}{name}{tail}", (spot, text))


def _bare(node: Node) -> Node:
    while isinstance(node, Wrap) and node.kind == "paren":
        node = node.value
    return node


def _without_fallback(editor: Editor, node: Node) -> _Told | None:
    if (
        isinstance(node, Logical)
        and node.op in ("or", "??")
        and isinstance(node.right, Literal)
        and is_plain(node.left)
    ):
        text = editor.text(node.left)
        return _Told(text, editor.certain(text))
    if isinstance(node, Conditional) and isinstance(node.orelse, Literal) and is_plain(node.test):
        return _Told(editor.text(node.test), editor.text(node.then)) if is_plain(node.then) else None
    return None
