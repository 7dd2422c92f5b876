"""Functions and classes that are seen: their bodies run with what the call passes."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import assign, objects, promises, routes, starts
from trackaudit.flow.arguments import Arg, Args
from trackaudit.flow.frames import Exit, Frame
from trackaudit.flow.keys import gives, reached
from trackaudit.flow.machine import IDLE_LIMIT, INLINE_LIMIT
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
    options,
    sources_of,
    union,
)
from trackaudit.model import Place, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value


def inline(m: Machine, func: Func, node: p.Node, args: Args, *, passed: bool = True) -> Value:
    """Run a function's body with these arguments. `passed`: the call site belongs to the trail."""
    body = func.node
    if any(frame.func is not None and frame.func.node is body for frame in m.frames):
        return m.unknown(node, derived=sources_of(*args.values()))
    matters = m.linker.relevance.matters(func.module, body)
    if len(m.frames) > INLINE_LIMIT:
        m.limit(node, f"calls nested deeper than {INLINE_LIMIT} are not followed", hides=matters)
        return m.unknown(node, derived=sources_of(*args.values()))
    if not matters:
        m.idle += 1
        if m.idle > IDLE_LIMIT:
            m.limit(
                node, f"more than {IDLE_LIMIT} calls that send nothing in one function; their results are not known"
            )
            return m.unknown(node, derived=sources_of(*args.values()))
    evaluated = m.tally.evaluated
    evaluated[func.module.path] = evaluated.get(func.module.path, 0) + 1
    if not args.symbolic or not passed:
        m.called.setdefault(m.unit, set()).add(id(body))
    place = m.place(node)
    name = m.linker.name_of(func.module, body)
    handler = m.vocabulary.handler_kind(name) if name else "none"
    saved = (m.scope, m.blocks, m.guards, m.callers, m.handlers)
    oldest = m.number()
    m.store.fork()
    frame = Frame(func.module, func, name, len(m.store.journals) - 1, func.this)
    m.frames.append(frame)
    m.scope = func.scope
    m.scope = m.new_scope(True)
    m.handlers = (*m.handlers, handler)
    if passed and not args.symbolic:
        m.callers = (*m.callers, Step(place, f"passed to `{name}`" if name else "passed on here"))
    try:
        bind_parameters(m, func, args)
        m.guards = saved[2]
        alive = m.execute(body.body)
        leftover(m, frame)
        if alive:
            frame.exits.append(Exit(UNDEFINED, m.store.writes_since(frame.level)))
    finally:
        while len(m.store.journals) > frame.level + 1:
            m.store.commit()
        m.store.take_back()
        m.frames.pop()
        m.scope, m.blocks, m.guards, m.callers, m.handlers = saved
    m.store.join([exit.writes for exit in frame.exits])
    result = union([exit.value for exit in frame.exits]) if frame.exits else UNDEFINED
    if frame.given and _is_context(body):
        result = union(frame.given)
    if m.is_sdk(result) or (m.published and gives(m, result)):
        m.giving.add(id(body))
    if passed and name:
        _hop(m, result, oldest, Step(place, f"returned by `{name}`"))
    return result


def _is_context(node: p.Function) -> bool:
    """Whether `with f() as x` gives x what the generator yields."""
    return any(isinstance(one, (p.Name, p.Member)) and _last(one).endswith("contextmanager") for one in node.decorators)


def _last(node: p.Name | p.Member) -> str:
    return node.id if isinstance(node, p.Name) else str(node.key.value) if isinstance(node.key, p.Literal) else ""


def _hop(m: Machine, result: Value, oldest: int, step: Step) -> None:
    for option in options(result):
        if isinstance(option, Ref) and option.number > oldest and option.number in m.store.cells:
            obj = m.store.object(option)
            if len(obj.hops) < 12 and obj.kind == "record":
                m.store.write(option.number, obj._replace(hops=(*obj.hops, step)))


def leads_on(m: Machine, func: Func, *, states: bool = True) -> bool:
    """Whether a closure can lead to a send: by its words, or by what the names it sees hold now. `states`: what only
    sets a component's state counts too."""
    if m.linker.relevance.matters(func.module, func.node):
        return True
    relevance = m.linker.relevance
    said = [name for name in relevance.spoken(func.module, func.node) if _stands_for_sender(m, func, name, states)]
    if said:
        relevance.read(func.module, said, func.node)
    return not relevance.words(func.module, func.node).isdisjoint(said)


def methods_lead_on(m: Machine, cls: ClassValue) -> bool:
    """Whether a method that a class has, of its own or of its bases, can lead to a send."""
    return any(
        isinstance(item.value, p.Function) and m.linker.relevance.matters(owner.module, item.value)
        for owner in objects.class_chain(m, cls)
        for item in owner.node.members
    )


def _stands_for_sender(m: Machine, func: Func, name: str, states: bool) -> bool:
    """Whether what a name that a closure sees holds now can lead to a send."""
    key = func.scope.find(name) if name[0] not in ".=" else None
    value = m.store.value(key) if key is not None and key[0] != 0 else None
    if value is None:
        return False
    for option in options(value):
        inner = option.callee if isinstance(option, Partial) else option
        if (
            isinstance(inner, Func)
            and inner.node is not func.node
            and m.linker.relevance.matters(inner.module, inner.node)
        ):
            return True
        if m.is_sdk(inner):
            return True
        if isinstance(inner, Symbol) and ((states and inner.root.startswith("set:")) or reached(m, inner) is not None):
            return True
    return False


def leftover(m: Machine, frame: Frame) -> None:
    """Run the closures that were made here and that nobody called: somebody unseen may."""
    for key, func in list(frame.made.items()):
        if key in m.called.get(m.unit, ()) or not leads_on(m, func):
            continue
        tags = m.tags
        m.tags = (*tags, key)
        try:
            m.maybe(lambda func=func: _alone(m, func))  # type: ignore[misc]
        finally:
            m.tags = tags


def _alone(m: Machine, func: Func) -> bool:
    inline(m, func, func.node, Args(symbolic=True))
    return True


def bind_parameters(m: Machine, func: Func, args: Args) -> None:
    """Give each parameter what the call passes."""
    params = func.node.params
    positional = list(args.positional)
    keywords = dict(args.keywords)
    python = func.module.language == "python"
    if python and func.this is not None and params:
        place = m.place(func.node)
        positional.insert(0, Arg(func.this, place, place))
    used = 0
    for index, param in enumerate(params):
        if param.rest == "*":
            taken = positional[used:]
            used = len(positional)
            items = tuple(Slot(arg.value, True, arg.whole, arg.place) for arg in taken)
            rests = _rests(m, args, param, symbolic=args.symbolic)
            value: Value = m.allocate(Obj("list", m.place(param), {}, items, rests))
        elif param.rest == "**":
            entries = {key: Slot(arg.value, True, arg.whole, arg.place, m.guards) for key, arg in keywords.items()}
            more = (args.more,) if args.more is not None else ()
            if args.symbolic:
                more = (Rest(_parameter(m, func, param, index), "its caller's keywords"),)
            value = m.allocate(Obj("record", m.place(param), entries, rests=more))
        else:
            name = param.target.id if isinstance(param.target, p.Name) else None
            arg: Arg | None = None
            if name is not None and name in keywords:
                arg = keywords.pop(name)
            elif used < len(positional) and not param.keyword_only:
                arg = positional[used]
                used += 1
            value = _parameter_value(m, func, param, index, arg, args)
        assign.bind(m, param.target, value, True, param)
        if param.field and isinstance(param.target, p.Name) and isinstance(func.this, Ref):
            place = m.place(param)
            objects.put(m, func.this, param.target.id, value, place, place)


def _rests(m: Machine, args: Args, param: p.Param, *, symbolic: bool) -> tuple[Rest, ...]:
    if symbolic:
        return (Rest(None, "its caller's arguments"),)
    return (args.rest,) if args.rest is not None else ()


def _parameter(m: Machine, func: Func, param: p.Param, index: int) -> Symbol:
    """A parameter that stands for itself."""
    name = (param.target.id,) if isinstance(param.target, p.Name) else ()
    return Symbol(f"param:{func.module.path}:{func.node.start}:{index}", name, m.place(param))


def _parameter_value(m: Machine, func: Func, param: p.Param, index: int, arg: Arg | None, args: Args) -> Value:
    if arg is not None:
        missing = isinstance(arg.value, Const) and arg.value.value is None
        if missing and param.default is not None:
            return m.evaluate(param.default)
        return arg.value
    known = args.symbolic is False and args.rest is None and args.more is None
    if known:
        return m.evaluate(param.default) if param.default is not None else UNDEFINED
    if param.annotation is not None:
        instance = objects.instance_of(m, param.annotation)
        if instance is not None:
            if routes.is_of_request(m, func, param):
                routes.hold(m, instance)
            return instance
    symbol = _parameter(m, func, param, index)
    if (args.form and index == 0) or routes.is_of_request(m, func, param):
        symbol = symbol._replace(path=("form" if args.form else "request", *symbol.path))
    return symbol if param.default is None else union((symbol, m.evaluate(param.default)))


def callbacks(m: Machine, args: Args, node: p.Node, name: str) -> None:
    """Run the functions among the arguments of unknown code, as something that may happen."""
    first = args.positional[0].value if args.positional else None
    event = first.value if isinstance(first, Const) and isinstance(first.value, str) else name
    for value in args.values():
        for option in options(value):
            if isinstance(option, Func):
                certain = value is first and promises.surely_runs(m, node)
                run_callback(m, option, node, str(event), certain=certain)
            elif isinstance(option, Ref):
                obj = m.store.object(option)
                for key, slot in obj.entries.items():
                    for inner in options(slot.value):
                        if isinstance(inner, Func):
                            run_callback(m, inner, node, key)


def run_callback(
    m: Machine, func: Func, node: p.Node, event: str, *values: Value, wanted: bool = False, certain: bool = False
) -> Value:
    """Run a function that unknown code may call, with parameters that stand for themselves where no value is given.

    `wanted`: what it returns is used, so it is run even if it can lead to no send. `certain`: it is surely called.
    """
    if not wanted and not leads_on(m, func):
        return m.unknown(node)
    held: list[Value] = []
    place = m.place(node)
    given = tuple(Arg(value, place, place) for value in values)
    args = Args(given, symbolic=True, form=m.vocabulary.is_form_event(event))
    handlers = m.handlers
    m.handlers = (*handlers, m.vocabulary.handler_kind(event))
    try:

        def run() -> bool:
            if event == "then":
                m.followed[id(node)] = m.blocks
            held.append(inline(m, func, node, args, passed=False))
            return True

        if certain:
            run()
        else:
            m.maybe(run)
    finally:
        m.handlers = handlers
    return held[0] if held else m.unknown(node)


def entered(m: Machine, value: Value, node: p.Node) -> Value:
    """What `with value as x` gives x: an instance's class may say so itself."""
    if isinstance(value, Ref) and isinstance(cls := m.store.object(value).cls, ClassValue):
        for name in ("__enter__", "__aenter__"):
            found = objects.class_member(m, cls, name)
            if found is not None:
                return m.call(objects.instance_member(m, value, *found), node)
    return value


def instantiate(m: Machine, cls: ClassValue, node: p.Node, args: Args | None = None) -> Value:
    """A new instance. Without arguments its constructor's parameters stand for themselves."""
    key = id(cls.node)
    if sum(1 for frame in m.frames if frame.name == f"new {key}") > 1:
        return m.unknown(node)
    given = args if args is not None else Args(symbolic=True)
    ref = m.allocate(Obj("record", m.place(node), {}, cls=cls))
    saved = m.scope
    m.frames.append(Frame(cls.module, None, f"new {key}", len(m.store.journals), ref))
    constructor = None
    try:
        chain = objects.class_chain(m, cls)
        for owner in reversed(chain):
            m.scope = owner.scope
            for item in owner.node.members:
                if item.kind == "field" and not item.static and isinstance(item.key, p.Literal):
                    _field(m, ref, owner, item)
        for owner in chain:
            constructor = next(
                (
                    item
                    for item in owner.node.members
                    if isinstance(item.key, p.Literal)
                    and item.key.value in ("constructor", "__init__")
                    and isinstance(item.value, p.Function)
                ),
                None,
            )
            if constructor is not None:
                break
    finally:
        m.frames.pop()
        m.scope = saved
    if constructor is not None:
        assert isinstance(constructor.value, p.Function)
        func = Func(constructor.value, owner.scope, owner.module, ref, owner, bound=True)
        inline(m, func, node, given)
    else:
        fill_fields(m, ref, chain, given)
    if args is not None:
        m.instances.setdefault(key, []).append(ref)
    return ref


def _field(m: Machine, ref: Ref, owner: ClassValue, item: p.ClassMember) -> None:
    place = Place(owner.module.path, item.start, item.end)
    value: Value | None = None
    if item.value is not None:
        value = m.evaluate(item.value)
        if owner.module.language == "javascript":
            value = starts.field(m, value, owner, str(item.key.value), item)  # type: ignore[union-attr]
        value_place = Place(owner.module.path, item.value.start, item.value.end)
    elif item.annotation is not None:
        made, value_place = objects.instance_of(m, item.annotation), place
        value = made and assign.name_value(made, str(item.key.value))  # type: ignore[union-attr]
    if value is not None:
        objects.put(m, ref, str(item.key.value), value, place, value_place)  # type: ignore[union-attr]


def fill_fields(m: Machine, ref: Ref, chain: list[ClassValue], args: Args) -> None:
    """A class without a constructor takes its fields in order and by name (dataclass, pydantic, NamedTuple)."""
    names = [
        str(item.key.value)
        for owner in reversed(chain)
        for item in owner.node.members
        if item.kind == "field" and isinstance(item.key, p.Literal)
    ]
    for name, arg in [*zip(names, args.positional, strict=False), *args.keywords]:
        objects.put(m, ref, name, arg.value, arg.whole, arg.place)
