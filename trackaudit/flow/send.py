"""What the evaluator yields: sends, with all they carry frozen at the moment of sending."""

from __future__ import annotations

from trackaudit.flow.values import ClassValue, Const, Func, ModuleValue, Obj, Partial, Ref, Slot, Symbol, Union
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from trackaudit.flow.values import Store, Value
    from trackaudit.model import Context, Place, Step
    from trackaudit.vocabulary import CallSink

    Frozen: TypeAlias = "FrozenRecord | FrozenList | Leaf"

DEPTH = 8
"""Levels of nesting that are looked into below a send's arguments."""
MOST = 20_000
"""Entries of all of them together: objects that are in each other many times would be without number."""


class Leaf(NamedTuple):
    """A value that is not a record or list: the constants and symbols it may be."""

    options: tuple[Const | Symbol, ...]
    other: bool = False


class FrozenEntry(NamedTuple):
    """One entry or item, frozen. See `values.Slot`."""

    value: Frozen
    must: bool
    root: Place
    value_place: Place
    guards: frozenset[str] = frozenset()


class FrozenRecord(NamedTuple):
    """A record as it was. `number`: its object's, to tell it again. `open`: why there may be more, or ""."""

    number: int
    place: Place
    entries: dict[str, FrozenEntry]
    open: str = ""
    hops: tuple[Step, ...] = ()
    spread: tuple[Symbol, ...] = ()


class FrozenList(NamedTuple):
    """A list as it was."""

    number: int
    place: Place
    items: tuple[FrozenEntry, ...]
    open: str = ""
    hops: tuple[Step, ...] = ()


class Where(NamedTuple):
    """The evaluation that saw a send; the fields are those of `model.TrackingCall`.

    tags: functions that were run here only because nobody visible had called them yet. stack: functions that were
    running.
    """

    unit: int
    order: int
    blocks: tuple[tuple[int, int, int], ...]
    callers: tuple[Step, ...]
    context: Context
    language: str
    tags: tuple[int, ...]
    stack: tuple[int, ...]


class Send(NamedTuple):
    """A call that meets a call sink (`sink` is set), or an object that leaves the code (`sink` None, `payload` set).

    place, call: the call's place and text; for an object that goes nowhere, its own place and "".
    arguments: by the vocabulary's names. certain: False when the receiver is only a parameter's name.
    sender: for payloads, whether it went to something that sends.
    """

    where: Where
    place: Place
    call: str
    arguments: dict[str, tuple[Frozen, Place]]
    sink: CallSink | None = None
    receiver: str = ""
    payload: FrozenRecord | FrozenList | None = None
    certain: bool = True
    sender: bool = False


def uses(send: Send, root: str) -> bool:
    """Whether anything sent is a symbol whose root begins so."""
    parts: list[Frozen] = [frozen for frozen, _ in send.arguments.values()]
    if send.payload is not None:
        parts.append(send.payload)
    for part in parts:
        if isinstance(part, Leaf):
            if any(isinstance(o, Symbol) and o.root.startswith(root) for o in part.options):
                return True
        elif isinstance(part, FrozenRecord):
            if any(symbol.root.startswith(root) for symbol in part.spread):
                return True
            parts.extend(entry.value for entry in part.entries.values())
        else:
            parts.extend(entry.value for entry in part.items)
    return False


def freeze(store: Store, value: Value) -> tuple[Frozen, int]:
    """A value as it is now, down to DEPTH levels and MOST entries; and how many entries these are."""
    left = [MOST]
    return _freeze(store, value, DEPTH, (), left), MOST - left[0]


def _freeze(store: Store, value: Value, depth: int, inside: tuple[int, ...], left: list[int]) -> Frozen:
    if isinstance(value, Ref):
        if depth <= 0 or value.number in inside or left[0] <= 0:
            return Leaf((), other=True)
        return _freeze_object(store, value.number, store.object(value), depth, (*inside, value.number), left)
    if isinstance(value, Union):
        return _freeze_union(store, value, depth, inside, left)
    if isinstance(value, (Const, Symbol)):
        return Leaf((value,))
    assert isinstance(value, (Func, ClassValue, ModuleValue, Partial))
    return Leaf((), other=True)


def _freeze_object(store: Store, number: int, obj: Obj, depth: int, inside: tuple[int, ...], left: list[int]) -> Frozen:
    left[0] -= len(obj.entries) + len(obj.items)

    def entry(slot: Slot) -> FrozenEntry:
        return FrozenEntry(
            _freeze(store, slot.value, depth - 1, inside, left), slot.must, slot.root, slot.value_place, slot.guards
        )

    reason = obj.rests[0].reason if obj.rests else ""
    if obj.kind == "list":
        return FrozenList(number, obj.place, tuple(entry(slot) for slot in obj.items), reason, obj.hops)
    entries = {key: entry(slot) for key, slot in obj.entries.items()}
    spread = tuple(rest.value for rest in obj.rests if rest.value is not None)
    return FrozenRecord(number, obj.place, entries, reason, obj.hops, spread)


def _freeze_union(store: Store, value: Union, depth: int, inside: tuple[int, ...], left: list[int]) -> Frozen:
    parts = [_freeze(store, option, depth, inside, left) for option in value.options]
    records = [part for part in parts if isinstance(part, FrozenRecord)]
    lists = [part for part in parts if isinstance(part, FrozenList)]
    leaves = [part for part in parts if isinstance(part, Leaf)]
    if records:
        # `m && {…}`: a constant that is not a record (undefined, false, null) adds nothing; a symbol may add anything.
        unknown = any(leaf.other or any(isinstance(o, Symbol) for o in leaf.options) for leaf in leaves)
        merged = records[0]
        for record in records[1:]:
            merged = _merge_records(merged, record)
        if leaves:
            entries = {key: entry._replace(must=False) for key, entry in merged.entries.items()}
            merged = merged._replace(entries=entries)
        return merged._replace(open=merged.open or "one of several values") if unknown and not merged.open else merged
    if lists:
        return lists[0]._replace(open=lists[0].open or "one of several values")
    return Leaf(tuple(option for leaf in leaves for option in leaf.options), other=any(leaf.other for leaf in leaves))


def _merge_records(a: FrozenRecord, b: FrozenRecord) -> FrozenRecord:
    entries: dict[str, FrozenEntry] = {}
    for key in [*a.entries, *(key for key in b.entries if key not in a.entries)]:
        left, right = a.entries.get(key), b.entries.get(key)
        if left is None or right is None:
            entry = left or right
            assert entry is not None
            entries[key] = entry._replace(must=False)
        else:
            entries[key] = left._replace(must=left.must and right.must, value=_merge(left.value, right.value))
    hops = a.hops + tuple(hop for hop in b.hops if hop not in a.hops)
    return a._replace(entries=entries, open=a.open or b.open, hops=hops, spread=a.spread + b.spread)


def _merge(a: Frozen, b: Frozen) -> Frozen:
    if isinstance(a, FrozenRecord) and isinstance(b, FrozenRecord):
        return a if a is b else _merge_records(a, b)
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return Leaf(a.options + tuple(o for o in b.options if o not in a.options), a.other or b.other)
    return a
