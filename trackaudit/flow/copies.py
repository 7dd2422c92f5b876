"""Records and lists made anew from others: copies, and what a value is as text."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects
from trackaudit.flow.values import ClassValue, Const, Ref, Slot, Symbol, Union, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.arguments import Arg, Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value
    from trackaudit.model import Place


def copy(m: Machine, value: Value, node: p.Node, depth: int = 3) -> Value:
    """A record or list like this one that can change on its own."""
    if isinstance(value, Union):
        return union([copy(m, option, node, depth) for option in value.options])
    if not isinstance(value, Ref) or depth == 0:
        return value
    obj = m.store.object(value)
    m.spend(1 + m.size(obj) // 2)
    slots = {**_declared(m, value, obj.cls, node), **obj.entries} if isinstance(obj.cls, ClassValue) else obj.entries
    entries = {k: slot._replace(value=copy(m, slot.value, node, depth - 1)) for k, slot in slots.items()}
    items = tuple(slot._replace(value=copy(m, slot.value, node, depth - 1)) for slot in obj.items)
    return m.allocate(obj._replace(entries=entries, items=items, cls=None))


def _declared(m: Machine, instance: Ref, cls: ClassValue, node: p.Node) -> dict[str, Slot]:
    """The fields that a class says its instances have (dataclass, pydantic), with what this one has in them."""
    place = m.place(node)
    whole = m.place(_copied(node))

    def field(key: str) -> Slot:
        value = objects.member(m, instance, key, node)
        # It is said of the whole that it is there (`calls.read`).
        value = value._replace(place=place) if isinstance(value, Symbol) else value
        return Slot(value, True, place, whole, m.guards)

    return {
        str(item.key.value): field(str(item.key.value))
        for owner in reversed(objects.class_chain(m, cls))
        for item in owner.node.members
        if item.kind == "field" and not item.static and isinstance(item.key, p.Literal)
    }


def _copied(node: p.Node) -> p.Node:
    """What a call copies: `x` of `asdict(x)` and of `x.model_dump()`."""
    if isinstance(node, p.Call):
        if node.args:
            return node.args[0]
        if isinstance(node.callee, p.Member):
            return node.callee.object
    return node


def part(m: Machine, args: Args, node: p.Node, *, left_out: bool) -> Value | None:
    """`pick(record, keys)`, `omit(record, keys)`, in either order or with the keys one by one; None where the keys are
    not known."""
    keys: dict[str, Place] = {}
    source: Arg | None = None
    for arg in args.positional:
        value = arg.value
        slots = m.store.object(value).items if isinstance(value, Ref) and m.store.object(value).kind == "list" else ()
        said = [one for one in (value, *(slot.value for slot in slots)) if isinstance(one, Const)]
        keys.update((str(one.value), one.place) for one in said)
        if not said:
            source = arg
    if source is None or not keys:
        return None
    result = m.new_record(node)
    if left_out:
        objects.merge(m, result, source.value, node)
        for key in keys:
            objects.remove(m, result, key)
    else:
        known = m.store.object(source.value).entries if isinstance(source.value, Ref) else {}
        for key, place in keys.items():
            value_place = known[key].value_place if key in known else source.place
            objects.put(m, result, key, objects.member(m, source.value, key, node), place, value_place)
    return result


def serialised(m: Machine, value: Value, node: p.Node, depth: int = 5) -> Value:
    """What a value is as text: an instance of a class with `toJSON` is what that returns, also deep inside."""
    if not isinstance(value, Ref) or depth == 0:
        return value
    obj = m.store.object(value)
    m.spend(1 + m.size(obj) // 2)
    found = objects.class_member(m, obj.cls, "toJSON") if isinstance(obj.cls, ClassValue) else None
    if found is not None:
        return m.call(objects.instance_member(m, value, *found), node)

    def inside(slot: Slot) -> Slot:
        return slot._replace(value=serialised(m, slot.value, node, depth - 1))

    entries = {key: inside(slot) for key, slot in obj.entries.items()}
    items = tuple(inside(slot) for slot in obj.items)
    changed = any(entries[key].value is not slot.value for key, slot in obj.entries.items()) or any(
        new.value is not old.value for new, old in zip(items, obj.items, strict=True)
    )
    if not changed:
        return value
    m.logged.add(value.number)  # it is its text that goes on
    return m.allocate(obj._replace(entries=entries, items=items))
