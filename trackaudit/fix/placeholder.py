"""An ID that may hold a placeholder is sent only where there is a value. A case in, edits out."""

from __future__ import annotations

import re

from trackaudit.fix.tree import is_plain
from trackaudit.program import Call, Expression, Literal, Logical, Member, Name, Template, Wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit
    from trackaudit.program import Node


def guard(case: Case, workshop: Workshop) -> list[Edit] | None:
    """A fallback is dropped and the ID asked for; a value that is made text is asked for before it is."""
    from trackaudit.fix.javascript import JavaScript

    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    editor = workshop.editor(entry.value_place.path)
    if not isinstance(editor, JavaScript) or not call.stateful or call.operation != "identify" or call.callers:
        return None
    node = editor.tree.exact(entry.value_place)
    told = _told(editor, node) if node is not None else None
    if told is None:
        return None
    test, value = told
    owner = editor.pair_of(entry.root)
    if owner is None:
        scalar = entry.root == call.arguments.get("ids")
        alone = scalar and not call.properties.items and not call.properties.open
    else:
        alone = len(call.ids.items) == 1 and not (call.properties.items or call.properties.open or call.ids.open)
        if [owner[1]] != owner[0].entries:
            alone = False
    spot = editor.tree.spot(call.sink.start, call.sink.end)
    if (
        alone
        and spot is not None
        and isinstance(spot.statement, Expression)
        and _is_all(spot.statement.value, call.sink)
    ):
        condition = editor.condition(spot, test)
        if condition is not None:
            return [*condition, editor.replace(entry.value_place, value)]
    if owner is None:
        return None
    pair = editor.pair(entry.key, value, owner[1])
    return [editor.replace(owner[1], editor.guarded(test, pair))]


def _is_all(node: Node, sink: tuple[str, int, int]) -> bool:
    while isinstance(node, Wrap):
        node = node.value
    return (node.start, node.end) == sink[1:]


def _told(editor: Editor, node: Node) -> tuple[str, str] | None:
    """What to ask for, and what to send then."""
    while isinstance(node, Wrap) and node.kind == "paren":
        node = node.value
    if (
        isinstance(node, Logical)
        and node.op in ("or", "??")
        and isinstance(node.right, Literal)
        and is_plain(node.left)
    ):
        text = editor.text(node.left)
        return text, editor.certain(text)
    subject: Node | None = None
    if isinstance(node, Template) and len([part for part in node.parts if not isinstance(part, Literal)]) == 1:
        subject = next(part for part in node.parts if not isinstance(part, Literal))
    elif (
        isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id == "String" and len(node.args) == 1
    ):
        subject = node.args[0]
    elif isinstance(node, Call) and isinstance(node.callee, Member) and not node.args:
        subject = node.callee.object
    if subject is None or not is_plain(subject) or isinstance(subject, Literal):
        return None
    text = editor.text(subject)
    whole = editor.text(node)
    certain = editor.certain(text)
    return text, re.sub(re.escape(text), lambda _: certain, whole, count=1)
