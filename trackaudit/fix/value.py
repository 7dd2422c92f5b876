"""The value of an ID, as it can be written at a place: an entry and a target in; an expression, its guard, and the
edits that make it be evaluated once out.
"""

from __future__ import annotations

import re

from trackaudit.fix.tree import is_plain, runs_once
from trackaudit.program import (
    Call,
    Conditional,
    Literal,
    Logical,
    Name,
    Pair,
    Record,
    Spread,
    Template,
    Wrap,
    walk,
)
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.fix.editor import Editor
    from trackaudit.fix.normal import IdForm
    from trackaudit.model import Edit, Entry, Place, TrackingCall
    from trackaudit.program import Node


class IdValue(NamedTuple):
    """text: the ID's value, in the project's normal form. guard: what must hold for it to be there, "" for nothing.
    wrapped: source around the guarded record, where the property's own guard is written again. edits: a local."""

    text: str
    guard: str = ""
    wrapped: tuple[str, str] | None = None
    edits: tuple[Edit, ...] = ()


class _Subject(NamedTuple):
    """What of an entry's value is worth sending as an ID, and what asks whether it is there."""

    node: Node
    guard: Node | None
    missing: bool


def needs_lower(entry: Entry, id_name: IdForm) -> bool:
    """Whether the ID's value is not yet in lower case, and the project does not see to it."""
    return not (entry.kind != "email" or id_name.lowercased or {"lower", "hash"} & set(entry.transforms))


def in_place(editor: Editor, entry: Entry, target: Place, id_name: IdForm) -> IdValue | None:
    """The value of an entry that is written inside the target (a call's own record). None where it cannot be reused."""
    node = editor.tree.exact(entry.value_place)
    if node is None:
        return None
    subject = _subject(node, entry)
    wrapped = _own_guard(editor, entry, target)
    if wrapped is None:
        return None
    if editor.document:
        return IdValue(in_form(editor, editor.text(subject.node), entry, id_name))
    if is_plain(subject.node):
        return _written(editor, editor.text(subject.node), subject, entry, id_name, wrapped)
    return _as_local(editor, subject, entry, id_name, wrapped, node)


def elsewhere(editor: Editor, entry: Entry, target: Place, id_name: IdForm) -> IdValue | None:
    """The value of an entry that is put into the record before, by its own expression. None where that would not mean
    the same at the target."""
    if entry.value_place.path != target.path:
        return None
    node = editor.tree.exact(entry.value_place)
    if node is None or not is_plain(node):
        return None
    subject = _subject(node, entry)
    if isinstance(subject.node, Literal) or not editor.tree.means_the_same(node, target.start, target.end):
        return None
    if entry.guarded and not subject.missing:
        subject = subject._replace(missing=True)
    text = editor.text(subject.node)
    if subject.missing and editor.tree.is_tested(text, target.start, target.end, editor.data):
        subject = subject._replace(missing=False, guard=None)
    return _guard_text(editor, text, subject, entry, id_name)


def by_record(editor: Editor, entry: Entry, call: TrackingCall, id_name: IdForm) -> IdValue | None:
    """The value of an entry of a record that comes from elsewhere, read from the record at the send. Always guarded:
    a wrapper may have callers that nobody sees."""
    place = call.arguments.get("properties")
    if place is None or place.path != editor.path or editor.document:
        return None
    node: Node | None = editor.tree.exact(place)
    while isinstance(node, Wrap) and node.kind == "paren":
        node = node.value
    if isinstance(node, Record):
        spreads = [one.value for one in node.entries if isinstance(one, Spread)]
        if len(spreads) != 1 or any(isinstance(one, Pair) and _key(one) == entry.key for one in node.entries):
            return None
        node = spreads[0]
    if node is None or not is_plain(node) or isinstance(node, (Literal, Template)):
        return None
    from trackaudit.engine.replacement import operand

    record = operand(editor.text(node))
    text = editor.member(record, entry.key)
    # A typed record may hold anything; `String` gives a text at run time and for the compiler.
    typed = editor.path.endswith((".ts", ".tsx", ".mts", ".cts"))
    value = in_form(editor, f"String({text})" if typed else text, entry, id_name)
    guard = f'{record}.get("{entry.key}")' if editor.python else text
    return IdValue(value, guard)


def _key(pair: Pair) -> object:
    return pair.key.value if isinstance(pair.key, Literal) else None


def _subject(node: Node, entry: Entry) -> _Subject:
    inner = node
    while isinstance(inner, Wrap) and inner.kind == "paren":
        inner = inner.value
    if isinstance(inner, Logical) and inner.op in ("or", "??") and isinstance(inner.right, Literal):
        return _Subject(inner.left, None, True)
    if isinstance(inner, Conditional) and isinstance(inner.orelse, Literal) and is_plain(inner.test):
        return _Subject(inner.then, inner.test, True)
    empty = any(literal is None or literal == "" for literal in entry.value.literals) and bool(entry.value.symbols)
    return _Subject(node, None, (entry.value.maybe_missing or empty) and not entry.guarded)


def _own_guard(editor: Editor, entry: Entry, target: Place) -> tuple[str, str] | tuple[()] | None:
    """What stands around the entry's record inside the target's record: () for nothing, None where it cannot be
    written again."""
    chain = editor.tree.chain(entry.root.start, entry.root.end)
    outer = editor.record_of(target) or _dict_call(editor, target)
    at = next((index for index, one in enumerate(chain) if one is outer), -1)
    if outer is None or at < 0:
        return None
    between = chain[at + 1 :]
    pair = next((index for index, one in enumerate(between) if (one.start, one.end) == entry.root[1:]), None)
    if pair == 0:
        return ()
    if pair is None or not isinstance(between[0], Spread) or pair < 2 or not isinstance(between[pair - 1], Record):
        return None
    spread, record = between[0], between[pair - 1]
    tests = [one for one in between[1 : pair - 1] if isinstance(one, (Logical, Conditional, Wrap))]
    if len(tests) != pair - 2:
        return None
    around = [*_others(tests, record)]
    if not all(is_plain(one) or isinstance(one, (Record, Literal)) for one in around):
        return None
    before = editor.data[spread.start : record.start].decode("utf-8")
    after = editor.data[record.end : spread.end].decode("utf-8")
    for one in around:
        if isinstance(one, Record) and one.start >= record.end and one.entries:
            after = after.replace(editor.text(one), "{}")
        elif isinstance(one, Record) and one.entries:
            before = before.replace(editor.text(one), "{}")
    return before, after


def _dict_call(editor: Editor, target: Place) -> Node | None:
    """Python's `dict(email=…)` at a place."""
    node = editor.tree.exact(target, Call) if editor.python else None
    return node if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id == "dict" else None


def _others(tests: Sequence[Node], record: Node) -> list[Node]:
    found: list[Node] = []
    for test in tests:
        if isinstance(test, Logical):
            found += [test.left, test.right]
        elif isinstance(test, Conditional):
            found += [test.test, test.then, test.orelse]
    return [one for one in found if not (one.start <= record.start and record.end <= one.end)]


def in_form(editor: Editor, text: str, entry: Entry, id_name: IdForm) -> str:
    """An expression of an entry's value, in the form that the ID has."""
    if id_name.helper and not {"lower", "hash"} & set(entry.transforms):
        return f"{id_name.helper}({text})"
    return editor.lowered(text) if needs_lower(entry, id_name) and not _LOWERS.search(text) else text


_LOWERS = re.compile(r"\.(?:toLowerCase|toLocaleLowerCase|lower|casefold)\(\)")


def _written(
    editor: Editor,
    text: str,
    subject: _Subject,
    entry: Entry,
    id_name: IdForm,
    wrapped: tuple[str, str] | tuple[()],
) -> IdValue:
    if subject.missing and editor.tree.is_tested(text, entry.root.start, entry.root.end, editor.data):
        subject = subject._replace(missing=False, guard=None)
    if wrapped and len(wrapped) == 2:
        plain = editor.certain(text) if subject.missing or entry.guarded else text
        return IdValue(in_form(editor, plain, entry, id_name), "", wrapped)
    return _guard_text(editor, text, subject, entry, id_name)


def _guard_text(editor: Editor, text: str, subject: _Subject, entry: Entry, id_name: IdForm) -> IdValue:
    if not subject.missing:
        return IdValue(in_form(editor, text, entry, id_name))
    guard = editor.text(subject.guard) if subject.guard is not None else text
    return IdValue(in_form(editor, editor.certain(text), entry, id_name), guard)


def _as_local(
    editor: Editor,
    subject: _Subject,
    entry: Entry,
    id_name: IdForm,
    wrapped: tuple[str, str] | tuple[()],
    whole: Node,
) -> IdValue | None:
    """A local before the statement holds the value, so that it is evaluated once, where it was."""
    node = subject.node
    if subject.guard is not None or isinstance(node, Literal):
        return None
    spot = editor.tree.spot(node.start, node.end)
    if spot is None or not runs_once(editor.tree.chain(node.start, node.end), spot.statement):
        return None
    if not any(isinstance(one, (Call, Name)) for one in walk([node])):
        return None
    used = editor.tree.used_names()
    name = name_for(entry.key, used)
    edits = editor.before(spot, editor.local(name, _in_one_piece(editor, node), spot))
    if edits is None:
        return None
    owner = editor.pair_of(entry.root)
    short = (
        not editor.python
        and node is whole
        and owner is not None
        and name == entry.key
        and editor.text(owner[1].key) == name
    )
    edits.append(editor.replace(entry.root, name) if short else editor.replace(node, name))
    return _written_local(editor, name, subject, entry, id_name, wrapped, tuple(edits))


def _written_local(
    editor: Editor,
    name: str,
    subject: _Subject,
    entry: Entry,
    id_name: IdForm,
    wrapped: tuple[str, str] | tuple[()],
    edits: tuple[Edit, ...],
) -> IdValue:
    value = in_form(editor, name, entry, id_name)
    if wrapped and len(wrapped) == 2:
        return IdValue(value, "", wrapped, edits)
    return IdValue(value, name if subject.missing else "", None, edits)


def _in_one_piece(editor: Editor, node: Node) -> str:
    text = editor.text(node)
    if editor.python and "\n" in text and text[:1] not in "([{":
        return f"({text})"
    return text


def name_for(key: str, used: set[str]) -> str:
    """A local's name for the value of a key, unlike every name of the file."""
    from trackaudit.identity import words_of

    words = words_of(key) or ["customer"]
    base = words[0] + "".join(word.title() for word in words[1:])
    if base[:1].isdigit():
        base = "customer" + base
    for name in (key if key.isidentifier() else base, base, "customer" + base[:1].upper() + base[1:]):
        if name not in used and name not in _RESERVED:
            return name
    number = 2
    while f"{base}{number}" in used:
        number += 1
    return f"{base}{number}"


_RESERVED = frozenset(("class", "default", "new", "delete", "function", "var", "let", "const", "import", "from", "id"))
