"""Methods of records, lists and texts that are part of the languages: what each gives back, and what it changes."""

from __future__ import annotations

from trackaudit.flow import objects
from trackaudit.flow.copies import copy
from trackaudit.flow.machine import first_function
from trackaudit.flow.values import UNDEFINED, ClassValue, Const, Obj, Ref, Rest, Slot, Symbol, options, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

FEW = 20
"""Items of a list that are reduced one by one; parts that a constant text is split into."""


def fill(m: Machine, ref: Ref, node: p.Node, args: Args) -> None:
    """Put a call's arguments into a record, as `dict(…)` and `.update(…)` do."""
    for arg in args.positional:
        objects.merge(m, ref, arg.value, node)
    for key, arg in args.keywords:
        objects.put(m, ref, key, arg.value, arg.whole, arg.place)
    if args.more is not None:
        objects.loosen(m, ref, args.more.reason, args.more.value)


def object_method(m: Machine, ref: Ref, name: str, node: p.Node, args: Args) -> Value | None:
    """A method of a record or list that is part of the language; None where the object has its own or it is none."""
    obj = m.store.object(ref)
    if name in obj.entries or (isinstance(obj.cls, ClassValue) and objects.class_member(m, obj.cls, name)):
        return None
    if name in ("then",):
        func = first_function(args.positional[0].value) if args.positional else None
        return m.call(func, node, ref) if func is not None else ref
    if name in ("catch", "finally"):
        return ref
    table = _LIST if obj.kind == "list" else _RECORD
    found = table.get(name)
    return found(m, ref, obj, node, args) if found is not None else None


def _key(args: Args) -> str | None:
    value = args.positional[0].value if args.positional else None
    return str(value.value) if isinstance(value, Const) else None


def _get(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    key = _key(args)
    if key is None:
        return m.unknown(node)
    value = objects.member(m, ref, key, node)
    default = args.positional[1].value if len(args.positional) > 1 else None
    if default is None or (key in obj.entries and obj.entries[key].must):
        return value
    known = [option for option in options(value) if not (isinstance(option, Const) and option.value is None)]
    return union([*known, default])


def _pop(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    key = _key(args)
    if key is None:
        return m.unknown(node)
    value = _get(m, ref, obj, node, args)
    objects.remove(m, ref, key)
    return value


def _update(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    if obj.cls is not None:
        return None
    fill(m, ref, node, args)
    return UNDEFINED


def _setdefault(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    key = _key(args)
    if key is None or len(args.positional) < 2:
        return m.unknown(node)
    if key not in obj.entries:
        arg = args.positional[1]
        objects.put(m, ref, key, arg.value, m.place(node), arg.place)
    return objects.member(m, ref, key, node)


def _set(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    """A Map's `set`."""
    if len(args.positional) != 2 or obj.cls is not None:
        return None
    key, arg = _key(args), args.positional[1]
    if key is None:
        objects.loosen(m, ref, "a computed key", held=arg.value)
    else:
        objects.put(m, ref, key, arg.value, m.place(node), arg.place)
    return ref


def _delete(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    if obj.cls is not None:
        return None
    key = _key(args)
    if key is not None:
        objects.remove(m, ref, key)
    return m.unknown(node)


def _copied(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:

    result = copy(m, ref, node)
    for key, arg in args.keywords:
        if key in ("exclude", "include") and isinstance(arg.value, Ref) and isinstance(result, Ref):
            named = {str(slot.value.value) for slot in m.store.object(arg.value).items if isinstance(slot.value, Const)}
            left_out = named if key == "exclude" else m.store.object(result).entries.keys() - named
            for name in sorted(left_out):
                objects.remove(m, result, name)
    return result


def _clear(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    m.update(ref, obj._replace(entries={}, items=(), rests=()))
    return UNDEFINED


def _values(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    return m.new_list(node, [slot.value for slot in obj.entries.values()], obj.rests[0] if obj.rests else None)


def _keys(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    keys: list[Value] = [Const(key, slot.root) for key, slot in obj.entries.items()]
    return m.new_list(node, keys, obj.rests[0] if obj.rests else None)


def _items(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    pairs: list[Value] = [m.new_list(node, [Const(key, slot.root), slot.value]) for key, slot in obj.entries.items()]
    return m.new_list(node, pairs, obj.rests[0] if obj.rests else None)


def _append(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    items = tuple(Slot(arg.value, True, arg.whole, arg.place, m.guards) for arg in args.positional)
    rests = obj.rests if args.rest is None else (*obj.rests, args.rest)
    m.update(ref, obj._replace(items=obj.items + items, rests=rests))
    return UNDEFINED


def _insert(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    return _append(m, ref, obj, node, args._replace(positional=args.positional[1:]))


def _extend(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    items, rests = _joined(m, obj, args)
    m.update(ref, obj._replace(items=items, rests=rests))
    return UNDEFINED


def _concat(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    items, rests = _joined(m, obj, args)
    return m.allocate(obj._replace(items=items, rests=rests))


def _joined(m: Machine, obj: Obj, args: Args) -> tuple[tuple[Slot, ...], tuple[Rest, ...]]:
    items, rests = obj.items, obj.rests
    for arg in args.positional:
        for option in options(arg.value):
            if isinstance(option, Ref):
                other = m.store.object(option)
                m.spend(m.size(other) + len(other.rests))
                items += other.items
                rests += other.rests
            elif isinstance(option, Symbol):
                rests += (Rest(option, "a list that is not known"),)
    return items, rests


def _map(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    func = args.positional[0].value if args.positional else None
    if func is None:
        return m.unknown(node)
    place = m.place(node)
    items: list[Slot] = []
    for slot in obj.items:
        items.append(slot._replace(value=m.call(func, node, slot.value)))
    for rest in obj.rests:
        element: Value = rest.value if rest.value is not None else m.unknown(node)
        held: list[Value] = []
        m.maybe(lambda element=element, held=held: held.append(m.call(func, node, element)) is None)  # type: ignore[misc]
        items.append(Slot(held[0] if held else m.unknown(node), False, place, place))
    return m.allocate(Obj("list", place, {}, tuple(items), obj.rests))


def _reduce(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    """`list.reduce(f, {})`: a record built of a few items that are all known."""
    if len(args.positional) < 2 or obj.rests or len(obj.items) > FEW:
        return None
    func, held = args.positional[0].value, args.positional[1].value
    if not isinstance(held, Ref) or m.store.object(held).kind != "record":
        return None
    for slot in obj.items:
        held = m.call(func, node, held, slot.value)
    return held


def _for_each(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    _map(m, ref, obj, node, args)
    return ref


def _find(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    return objects.element(m, ref, node)


def _itself(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    return ref


def _last(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    if not obj.items:
        return m.unknown(node)
    m.update(ref, obj._replace(items=obj.items[:-1]))
    return obj.items[-1].value


_RECORD: dict[str, Callable[[Machine, Ref, Obj, p.Node, Args], Value | None]] = {
    "get": _get,
    "pop": _pop,
    "update": _update,
    "setdefault": _setdefault,
    "set": _set,
    "delete": _delete,
    "copy": _copied,
    "model_dump": _copied,
    "dict": _copied,
    "_asdict": _copied,
    "to_dict": _copied,
    "clear": _clear,
    "values": _values,
    "keys": _keys,
    "items": _items,
}
_LIST: dict[str, Callable[[Machine, Ref, Obj, p.Node, Args], Value | None]] = {
    "push": _append,
    "append": _append,
    "add": _append,
    "unshift": _append,
    "insert": _insert,
    "extend": _extend,
    "concat": _concat,
    "map": _map,
    "flatMap": _map,
    "forEach": _for_each,
    "reduce": _reduce,
    "filter": _itself,
    "slice": _itself,
    "reverse": _itself,
    "sort": _itself,
    "copy": _itself,
    "find": _find,
    "pop": _last,
    "shift": _last,
    "clear": _clear,
}


def constant_method(m: Machine, base: Value, name: str, node: p.Node, args: Args) -> Value | None:
    """A string method on a constant."""
    if not isinstance(base, Const) or base.value is None:
        return None
    if name == "split" and isinstance(base.value, str):
        by = _key(args)
        parts = base.value.split(by, FEW) if by else []
        return m.new_list(node, [base._replace(value=part) for part in parts]) if parts else None
    from trackaudit.flow.expressions import transformed

    transform = m.vocabulary.method_transform(name)
    return transformed(base, transform) if transform is not None else None
