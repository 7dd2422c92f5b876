"""Functions of the languages and their common libraries that move values on: what each gives back."""

from __future__ import annotations

from trackaudit.flow import objects
from trackaudit.flow.inline import leads_on, run_callback
from trackaudit.flow.libraries import library_call
from trackaudit.flow.machine import first_function
from trackaudit.flow.methods import fill
from trackaudit.flow.promises import surely_runs
from trackaudit.flow.state import STATE, boxed, state
from trackaudit.flow.values import (
    UNDEFINED,
    ClassValue,
    Const,
    Func,
    Obj,
    Partial,
    Ref,
    Rest,
    Slot,
    Symbol,
    Union,
    options,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

SAME = frozenset(
    """
    useCallback debounce throttle once memo memoize forwardRef markRaw toRaw readonly shallowReactive shallowReadonly
    defineComponent freeze seal preventExtensions list tuple set sorted reversed iter from resolve all
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
PARTS = frozenset(["pick", "omit"])
"""Functions that give back a record with some of another's keys (lodash, radash; Ramda names the keys first)."""
CALLED = frozenset(["useMemo", "computed", "Depends", "Security"])
"""Functions that give back what their argument returns."""
EFFECTS = frozenset(["call", "fork", "spawn", "apply"])
EACH = frozenset(["forEach", "filter", "find", "some", "every", "each", "sort", "findLast"])


def symbol_call(m: Machine, symbol: Symbol, base: Symbol | None, node: p.Node, args: Args) -> Value | None:
    """The result of calling something known by name only, if it is one of these; else None."""
    name = symbol.path[-1] if symbol.path else ""
    if name == "default" and symbol.root.startswith("import:"):
        name = symbol.root.rpartition("/")[2]  # lodash/debounce
    first = args.positional[0].value if args.positional else None
    if base is not None:
        known = _symbol_method(m, base, name, node, args)
        if known is not None:
            return known
    dotted = ".".join(symbol.path)
    if symbol.root.startswith("import:"):
        dotted = f"{symbol.root[7:]}.{dotted}"
    if dotted == "Map" and first is None:
        return m.new_record(node)
    if (name == "fromEntries" or dotted == "Map") and isinstance(first, Ref) and m.store.object(first).kind == "list":
        return _from_pairs(m, m.store.object(first), node)
    if (name in COPIES or dotted == "Map") and dotted != "dict" and isinstance(first, (Ref, Union)):
        from trackaudit.flow.copies import copy

        return copy(m, first, node)
    if name in PARTS and len(args.positional) > 1:
        from trackaudit.flow.copies import part

        return part(m, args, node, left_out=name == "omit")
    transform = m.vocabulary.function_transform(dotted)
    if transform is not None and first is not None:
        if transform != "json":
            return _transformed(first, transform)
        from trackaudit.flow.copies import serialised

        return serialised(m, first, node)
    if (name == "assign" and dotted.endswith(("Object.assign", "_.assign"))) or (name == "extend" and base is not None):
        return _object_assign(m, node, args)
    if name in EFFECTS and first is not None and "redux-saga" in symbol.root:
        return _effect(m, node, args, name)
    if name in ("field", "Field", "attrib", "ib"):
        made = args.keyword("default_factory") or args.keyword("factory")
        default = args.keyword("default")
        if made is not None:
            return m.call(made.value, node)
        if default is not None:
            return default.value
    known = library_call(m, name, node, args)
    if known is not None:
        return known
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
        func = first if isinstance(first, ClassValue) else first_function(first)
        result = m.call(func, node) if func is not None else m.unknown(node)
        return boxed(m, "value", result, node) if name == "computed" else result
    if name in SAME:
        return first
    return None


def _effect(m: Machine, node: p.Node, args: Args, name: str) -> Value | None:
    """A saga's `call(f, …)`, `call([x, x.f], …)`, `call([x, "f"], …)`, `apply(x, x.f, […])`: the library calls it. Of
    the project's own functions those that can lead to a send; to follow all that sagas start would cost too much."""
    given = [arg.value for arg in args.positional]
    func: Value | None = given.pop(0)
    if name == "apply" and given:
        context, func = func, given.pop(0)
        listed = m.store.object(given[0]) if given and isinstance(given[0], Ref) else None
        given = [slot.value for slot in listed.items] if listed is not None else []
    else:
        context, func = _with_context(m, func)
    if isinstance(func, Const) and context is not None:
        func = objects.member(m, context, str(func.value), node)
    if isinstance(func, Symbol) or (isinstance(func, Func) and leads_on(m, func)):
        return m.call(func, node, *given)
    return None


def _with_context(m: Machine, func: Value | None) -> tuple[Value | None, Value | None]:
    """The object and the function of `[object, function]` or `{context: object, fn: function}`; else no object."""
    if not isinstance(func, Ref):
        return None, func
    obj = m.store.object(func)
    if len(obj.items) == 2:
        return obj.items[0].value, obj.items[1].value
    if "context" in obj.entries and "fn" in obj.entries:
        return obj.entries["context"].value, obj.entries["fn"].value
    return None, func


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
        return run_callback(m, func, node, "then", base, wanted=True, certain=surely_runs(m, node))
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
    fill(m, ref, node, args)
    return ref


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
