"""Import definitions: a mapping to a hard ID is added, or fed from the right column. A case in, edits out."""

from __future__ import annotations

from trackaudit.fix.document import Document
from trackaudit.identity import hard_id
from trackaudit.program import Literal, Pair, Record, Sequence
from trackaudit.vocabulary import Listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit
    from trackaudit.program import Node


def map_id(case: Case, workshop: Workshop) -> list[Edit] | None:
    """The column that is mapped to a property is mapped to the hard ID as well."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    shape = subject.ground.shapes.get(call.shape)
    ids = call.arguments.get("ids")
    listed = shape.ids if shape is not None else None
    if case.part != "properties" or ids is None or not isinstance(listed, Listed) or ids.path != entry.root.path:
        return None
    if listed.only is not None or listed.names or "." in listed.key + listed.value or "$" in listed.key + listed.value:
        # How such a row marks its ID is described well enough to read it, not to write one.
        return None
    editor = workshop.editor(ids.path)
    node = editor.tree.exact(ids, Sequence) if editor is not None else None
    column = editor.tree.exact(entry.value_place) if editor is not None else None
    if editor is None or not isinstance(node, Sequence) or column is None:
        return None
    name = hard_id(subject.ground.schema, entry.kind).name
    like = node.items[0] if node.items else None
    written = [(listed.value, editor.text(column)), (listed.key, _quoted(editor, column, name))]
    if isinstance(editor, Document):
        item = editor.record_like(written, like)
    else:
        model = like if isinstance(like, Record) else _record_around(editor, column)
        first = next((one for one in model.entries if isinstance(one, Pair)), None) if model is not None else None
        item = editor.record([editor.pair(key, value, first) for key, value in written], model)
    return editor.add_list_item(node, item)


def map_column(case: Case, workshop: Workshop) -> list[Edit] | None:
    """The ID is fed from the one column of the definition that holds its kind of value."""
    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    known = subject.ground.schema.get(entry.key)
    editor = workshop.editor(entry.value_place.path)
    if known is None or editor is None:
        return None
    others = [item for item in (*call.ids.items, *call.properties.items) if item.kind == known.holds]
    columns = {literal for item in others for literal in item.value.literals if isinstance(literal, str)}
    others = [item for item in others if item.owner != "other" and item.value_place.path == editor.path]
    if len(columns) != 1 or not others:
        return None
    old, new = editor.tree.exact(entry.value_place), editor.tree.exact(others[0].value_place)
    if not isinstance(old, Literal) or new is None:
        return None
    return [editor.replace(old, editor.key_text(str(columns.pop()), editor.text(old)))]


def _quoted(editor: Editor, like: Node, name: str) -> str:
    text = editor.text(like)
    quote = text[:1] if text[:1] in "'\"`" else "" if isinstance(editor, Document) and not editor.json else '"'
    if not quote or isinstance(like, Literal):
        return f"{quote}{name}{quote}"
    return f'"{name}"' if editor.python else f"'{name}'"


def _record_around(editor: Editor, node: Node) -> Record | None:
    chain = editor.tree.chain(node.start, node.end)
    return next((one for one in reversed(chain) if isinstance(one, Record)), None)
