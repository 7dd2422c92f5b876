"""Functions and methods of the languages and their common libraries that move values on: what each gives back."""

from __future__ import annotations

from trackaudit.flow import objects
from trackaudit.flow.inline import run_callback
from trackaudit.flow.machine import first_function
from trackaudit.flow.state import STATE, boxed, state
from trackaudit.flow.values import (
    UNDEFINED,
    ClassValue,
    Const,
    Obj,
    Partial,
    Ref,
    Rest,
    Slot,
    Symbol,
    Union,
    options,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

SAME = frozenset(
    """
    useCallback debounce throttle once memo memoize forwardRef markRaw toRaw readonly shallowReactive shallowReadonly
    defineComponent defineStore freeze seal preventExtensions list tuple set sorted reversed iter from resolve all
    allSettled race nextTick jsonable_encoder cast asyncHandler sync_to_async async_to_sync unref toRefs
    """.split()  # noqa: SIM905  a list of this length reads better as text
)
"""Last names of functions that give back their first argument, or something as good."""
COPIES = frozenset(
    """
    structuredClone cloneDeep clone deepcopy copy asdict model_dump dict _asdict to_dict toObject toJS entries
    fromEntries
    """.split()  # noqa: SIM905
)
"""Last names of functions and methods that give back a record like the one they are given."""
CALLED = frozenset(["useMemo", "computed"])
"""Functions that give back what their argument returns."""
EFFECTS = frozenset(["call", "fork", "spawn"])
FEW = 20
"""Items of a list that are reduced one by one."""
EACH = frozenset(["forEach", "filter", "find", "some", "every", "each", "sort", "findLast"])


def symbol_call(m: Machine, symbol: Symbol, base: Symbol | None, node: p.Node, args: Args) -> Value | None:
    """The result of calling something known by name only, if it is one of these; else None."""
    name = symbol.path[-1] if symbol.path else ""
    first = args.positional[0].value if args.positional else None
    if base is not None:
        known = _symbol_method(m, base, name, node, args)
        if known is not None:
            return known
    dotted = ".".join(symbol.path)
    if symbol.root.startswith("import:"):
        dotted = f"{symbol.root[7:]}.{dotted}"
    if name == "fromEntries" and isinstance(first, Ref) and m.store.object(first).kind == "list":
        return _from_pairs(m, m.store.object(first), node)
    if name in COPIES and dotted != "dict" and isinstance(first, (Ref, Union)):
        from trackaudit.flow.copies import copy

        return copy(m, first, node)
    transform = m.vocabulary.function_transform(dotted)
    if transform is not None and first is not None:
        if transform != "json":
            return _transformed(first, transform)
        from trackaudit.flow.copies import serialised

        return serialised(m, first, node)
    if (name == "assign" and dotted.endswith(("Object.assign", "_.assign"))) or (name == "extend" and base is not None):
        return _object_assign(m, node, args)
    if name in EFFECTS and symbol.root.startswith("import:redux-saga"):
        return _effect(m, node, args)
    if name in ("field", "Field", "attrib", "ib"):
        made = args.keyword("default_factory") or args.keyword("factory")
        default = args.keyword("default")
        if made is not None:
            return m.call(made.value, node)
        if default is not None:
            return default.value
    if first is None:
        return m.new_record(node) if dotted == "dict" and not args.keywords else _dict(m, node, args, dotted)
    if dotted == "dict":
        return _dict(m, node, args, dotted)
    if name == "partial":
        rest = tuple(arg.value for arg in args.positional[1:])
        return Partial(first, rest, tuple((key, arg.value) for key, arg in args.keywords))
    if name == "getattr" and len(args.positional) > 1:
        key = args.positional[1].value
        return objects.member(m, first, str(key.value), node) if isinstance(key, Const) else None
    if name in STATE:
        return state(m, name, first, node)
    if name in CALLED:
        func = first_function(first)
        result = m.call(func, node) if func is not None else m.unknown(node)
        return boxed(m, "value", result, node) if name == "computed" else result
    if name in SAME:
        return first
    return None


def _effect(m: Machine, node: p.Node, args: Args) -> Value | None:
    """A saga's `call(x.f, …)`, `call([x, x.f], …)` of what is known by name: the library calls it. The project's own
    functions are judged on their own; to follow all that sagas start would cost more than all else."""
    func = args.positional[0].value if args.positional else None
    if isinstance(func, Ref) and len(m.store.object(func).items) == 2:
        func = m.store.object(func).items[1].value
    return m.call(func, node, *(arg.value for arg in args.positional[1:])) if isinstance(func, Symbol) else None


def _transformed(value: Value, transform: str) -> Value:
    from trackaudit.flow.expressions import transformed

    return transformed(value, transform)


def _symbol_method(m: Machine, base: Symbol, name: str, node: p.Node, args: Args) -> Value | None:
    if not base.path and not base.alias:
        return None
    transform = m.vocabulary.method_transform(name)
    if transform is not None:
        return base if transform == "json" else _transformed(base, transform)
    func = first_function(args.positional[0].value) if args.positional else None
    if func is None:
        return None
    if name == "then":
        return run_callback(m, func, node, "then", base, wanted=True)
    element = base._replace(path=(*base.path, "[]"), place=m.place(node), alias="", transforms=())
    if name in ("map", "flatMap"):
        return _mapped(m, run_callback(m, func, node, "", element, wanted=True), node, certain=False)
    if name in EACH:
        index = [m.unknown(node)] if name == "each" else []
        run_callback(m, func, node, "", *index, element)
        return base
    return None


def _mapped(m: Machine, value: Value, node: p.Node, *, certain: bool) -> Value:
    place = m.place(node)
    slot = Slot(value, certain, place, place)
    return m.allocate(Obj("list", place, {}, (slot,), () if certain else (Rest(None, "a list that is not known"),)))


def _object_assign(m: Machine, node: p.Node, args: Args) -> Value:
    first = args.positional[0].value if args.positional else UNDEFINED
    target = next((option for option in options(first) if isinstance(option, Ref)), None)
    if target is None or isinstance(first, Union):
        target = m.new_record(node)
        objects.merge(m, target, first, node)
    for arg in args.positional[1:]:
        objects.merge(m, target, arg.value, node)
    if args.rest is not None:
        objects.loosen(m, target, args.rest.reason, args.rest.value)
    return target


def _dict(m: Machine, node: p.Node, args: Args, dotted: str) -> Value | None:
    if dotted != "dict":
        return None
    ref = m.new_record(node)
    _fill(m, ref, node, args)
    return ref


def _fill(m: Machine, ref: Ref, node: p.Node, args: Args) -> None:
    """Put a call's arguments into a record, as `dict(…)` and `.update(…)` do."""
    for arg in args.positional:
        objects.merge(m, ref, arg.value, node)
    for key, arg in args.keywords:
        objects.put(m, ref, key, arg.value, arg.whole, arg.place)
    if args.more is not None:
        objects.loosen(m, ref, args.more.reason, args.more.value)


def _from_pairs(m: Machine, obj: Obj, node: p.Node) -> Value:
    """`Object.fromEntries([[key, value], …])`."""
    ref = m.new_record(node)
    for slot in obj.items:
        pair = m.store.object(slot.value).items if isinstance(slot.value, Ref) else ()
        key = pair[0].value if len(pair) == 2 else None
        if isinstance(key, Const):
            objects.put(m, ref, str(key.value), pair[1].value, slot.root, pair[1].value_place, slot.must)
        else:
            objects.loosen(m, ref, "an entry that is not known")
    if obj.rests:
        objects.loosen(m, ref, obj.rests[0].reason, obj.rests[0].value)
    return ref


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
    _fill(m, ref, node, args)
    return UNDEFINED


def _setdefault(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    key = _key(args)
    if key is None or len(args.positional) < 2:
        return m.unknown(node)
    if key not in obj.entries:
        arg = args.positional[1]
        objects.put(m, ref, key, arg.value, m.place(node), arg.place)
    return objects.member(m, ref, key, node)


def _copied(m: Machine, ref: Ref, obj: Obj, node: p.Node, args: Args) -> Value | None:
    from trackaudit.flow.copies import copy

    result = copy(m, ref, node)
    for key, arg in args.keywords:
        if key == "exclude" and isinstance(arg.value, Ref):
            for slot in m.store.object(arg.value).items:
                if isinstance(slot.value, Const):
                    objects.remove(m, result, str(slot.value.value))
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
    "copy": _copied,
    "model_dump": _copied,
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


def constant_method(m: Machine, base: Value, name: str, node: p.Node) -> Value | None:
    """A string method on a constant."""
    if not isinstance(base, Const) or base.value is None:
        return None
    transform = m.vocabulary.method_transform(name)
    return _transformed(base, transform) if transform is not None else None
