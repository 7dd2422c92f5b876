"""The rows of a mapping: a definition and where the vocabulary says that they are in, column and name of each out."""

from __future__ import annotations

from trackaudit.calls.shapes import at, written
from trackaudit.config.imports import KEY, VALUE
from trackaudit.flow.send import FrozenEntry, FrozenList, FrozenRecord, Leaf
from trackaudit.model import Place
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.send import Frozen
    from trackaudit.vocabulary import Listed


class Row(NamedTuple):
    """One row. name: of the ID or property; columns: what may stand for the column, none where it is not known."""

    name: str
    columns: tuple[str, ...]
    name_place: Place
    column_place: Place
    must: bool


def rows_of(record: FrozenRecord, part: Listed) -> tuple[list[Row], str]:
    """The rows that count, and why there may be more ("" if there are no more)."""
    entry = at(record, part.path)
    if entry is None:
        return [], record.open
    value = entry.value
    if isinstance(value, Leaf) and not (value.options and not value.other and all(written(value))):
        return [], "the list of mappings is not known here"
    reason = "" if isinstance(value, Leaf) else value.open
    found: list[Row] = []
    for key, item in _items(entry):
        name, column = _field(key, item, part.key), _field(key, item, part.value)
        if name is None or column is None or not written(name.value):
            reason = reason or "a mapping that is not known here"
            continue
        counts = _counts(key, item, part)
        if counts is None:
            reason = reason or "a mapping of which it is not known whether it is an ID"
        elif counts:
            said = written(name.value)[0]
            named = dict(part.names).get(said, said)
            found.append(Row(named, written(column.value), name.value_place, column.value_place, item.must))
    return found, reason


def _items(entry: FrozenEntry) -> list[tuple[str, FrozenEntry]]:
    """The rows, each with its own key, "" in a list. One text instead of a list is a list of one."""
    value = entry.value
    if isinstance(value, FrozenRecord):
        return list(value.entries.items())
    return [("", item) for item in value.items] if isinstance(value, FrozenList) else [("", entry)]


def _field(key: str, item: FrozenEntry, name: str) -> FrozenEntry | None:
    if name == VALUE:
        return item
    if name == KEY:
        return _key(key, item)
    return at(item.value, tuple(name.split(".")))


def _key(key: str, item: FrozenEntry) -> FrozenEntry | None:
    from trackaudit.flow.values import Const

    if not key:
        return None
    # The entry's place begins with its key; what else is between it and its value is not part of the name.
    place = Place(item.root.path, item.root.start, item.root.start + len(key.encode("utf-8")))
    return FrozenEntry(Leaf((Const(key, place),)), item.must, item.root, place)


def _counts(key: str, item: FrozenEntry, part: Listed) -> bool | None:
    """Whether the row is one of those that count; None where that cannot be known."""
    only = part.only
    if only is None:
        return True
    mark = _field(key, item, only.field)
    if mark is None:
        return only.not_these
    said: Frozen = mark.value
    texts = written(said)
    if isinstance(said, Leaf) and said.options and len(texts) < len(said.options):
        return None
    return any(text.lower() in only.values for text in texts) != only.not_these
