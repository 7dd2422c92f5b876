"""Calls: what the callee is, what reaches its parameters, and what is a send."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trackaudit import program as p
from trackaudit.flow import assign, builtin, objects
from trackaudit.flow.machine import INLINE_LIMIT, UNDEFINED, Exit, Frame, sources_of
from trackaudit.flow.send import FrozenRecord, Leaf, Send, freeze
from trackaudit.flow.values import (
    ClassValue,
    Const,
    Func,
    ModuleValue,
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
from trackaudit.model import Place, Step

if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.send import Frozen
    from trackaudit.flow.values import Value
    from trackaudit.vocabulary import Argument, CallSink


class Arg(NamedTuple):
    """One argument: its value, its expression's place, and the whole argument's (`email=mail`)."""

    value: Value
    place: Place
    whole: Place


class Args(NamedTuple):
    """The arguments of one call. rest: unknown further positional ones; more: unknown further keywords.

    symbolic: nobody visible gave them (a callback, a function run on its own): parameters stand for themselves.
    """

    positional: tuple[Arg, ...] = ()
    keywords: tuple[tuple[str, Arg], ...] = ()
    rest: Rest | None = None
    more: Rest | None = None
    symbolic: bool = False

    def values(self) -> list[Value]:
        """All that is known to be passed."""
        return [arg.value for arg in self.positional] + [arg.value for _, arg in self.keywords]

    def keyword(self, name: str) -> Arg | None:
        """The keyword argument of that name."""
        return next((arg for key, arg in self.keywords if key == name), None)


def evaluate_call(m: Machine, node: p.Call) -> Value:
    """A call's value, with its effects."""
    callee = node.callee
    while isinstance(callee, p.Wrap):
        callee = callee.value
    if isinstance(callee, p.Name):
        if callee.id in ("require", "import") and len(node.args) == 1 and isinstance(node.args[0], p.Literal):
            return m.linker.required(m, m.frame.module, str(node.args[0].value), node)
        if callee.id == "super":
            return _super(m, node, "constructor")
    if isinstance(callee, p.Member):
        if _is_super(callee.object) and isinstance(callee.key, p.Literal):
            return _super(m, node, str(callee.key.value))
        base = m.evaluate(callee.object)
        key = m.evaluate(callee.key)
        args = arguments(m, node)
        names = [str(o.value) for o in options(key) if isinstance(o, Const)]
        if names:
            return union([call_method(m, base, name, node, callee, args) for name in names])
        m.escape(args.values(), m.place(node), m.text(callee), False)
        callbacks(m, args, node, "")
        return m.unknown(node)
    value = m.evaluate(callee)
    return call(m, value, node, arguments(m, node))


def _is_super(node: p.Expr) -> bool:
    if isinstance(node, p.Call):
        node = node.callee
    return isinstance(node, p.Name) and node.id == "super"


def arguments(m: Machine, node: p.Call) -> Args:
    """Evaluate a call's arguments."""
    positional: list[Arg] = []
    keywords: list[tuple[str, Arg]] = []
    rest: Rest | None = None
    more: Rest | None = None
    for item in node.args:
        place = m.place(item)
        if not isinstance(item, p.Spread):
            positional.append(Arg(m.evaluate(item), place, place))
            continue
        for option in options(m.evaluate(item.value)):
            if isinstance(option, Ref) and m.store.object(option).kind == "list":
                obj = m.store.object(option)
                positional.extend(Arg(slot.value, slot.value_place, slot.root) for slot in obj.items)
                rest = rest or (obj.rests[0] if obj.rests else None)
            else:
                rest = Rest(option if isinstance(option, Symbol) else None, "arguments that are not known here")
    for keyword in node.keywords:
        if keyword.name is not None:
            arg = Arg(m.evaluate(keyword.value), m.place(keyword.value), m.place(keyword))
            keywords.append((keyword.name, arg))
            continue
        for option in options(m.evaluate(keyword.value)):
            if isinstance(option, Ref):
                obj = m.store.object(option)
                for key, slot in obj.entries.items():
                    keywords.append((key, Arg(slot.value, slot.value_place, slot.root)))
                more = more or (obj.rests[0] if obj.rests else None)
            else:
                more = Rest(option if isinstance(option, Symbol) else None, "keywords that are not known here")
    return Args(tuple(positional), tuple(keywords), rest, more)


def call(m: Machine, value: Value, node: p.Node, args: Args) -> Value:
    """Call a value."""
    if isinstance(value, Union):
        return _each(m, value, node, args)
    if isinstance(value, Func):
        return inline(m, value, node, args)
    if isinstance(value, ClassValue):
        return instantiate(m, value, node, args)
    if isinstance(value, Partial):
        return _partial(m, value, node, args)
    if isinstance(value, Symbol):
        return call_symbol(m, value, None, node, args)
    if isinstance(value, Ref):
        obj = m.store.object(value)
        if isinstance(obj.cls, ClassValue) and (found := objects.class_member(m, obj.cls, "__call__")):
            return call(m, objects.instance_member(m, value, *found), node, args)
    callbacks(m, args, node, "")
    return m.unknown(node)


def _each(m: Machine, value: Union, node: p.Node, args: Args) -> Value:
    """One of several callees: each may be the one."""
    callable_ = [option for option in value.options if not isinstance(option, Const)]
    if len(callable_) == 1:
        return call(m, callable_[0], node, args)
    results: list[Value] = []
    number = m.number()
    arms = []
    for index, option in enumerate(callable_):

        def run(option: Value = option) -> bool:
            results.append(call(m, option, node, args))
            return True

        arms.append(m.arm((number, index, len(callable_)), frozenset(), run))
    m.store.join([arm.writes for arm in arms])
    return union(results) if results else m.unknown(node)


def _partial(m: Machine, value: Partial, node: p.Node, args: Args) -> Value:
    first = value.args[0] if value.args else None
    if isinstance(first, Const) and first.value in ("bind", "call", "apply") and len(value.args) == 1:
        return _function_method(m, value.callee, str(first.value), node, args)
    place = m.place(node)
    given = tuple(Arg(item, place, place) for item in value.args)
    keywords = tuple((key, Arg(item, place, place)) for key, item in value.keywords)
    return call(
        m, value.callee, node, args._replace(positional=given + args.positional, keywords=keywords + args.keywords)
    )


def _function_method(m: Machine, callee: Value, name: str, node: p.Node, args: Args) -> Value:
    """`f.bind(x, a)`, `f.call(x, a)`, `f.apply(x, [a])`."""
    this = args.positional[0].value if args.positional else UNDEFINED
    if isinstance(callee, Func) and not callee.bound:
        callee = callee._replace(this=this)
    others = args.positional[1:]
    if name == "bind":
        return Partial(callee, tuple(arg.value for arg in others)) if others else callee
    if name == "call":
        return call(m, callee, node, args._replace(positional=others))
    spread: list[Arg] = []
    rest: Rest | None = None
    for option in options(others[0].value) if others else ():
        if isinstance(option, Ref):
            obj = m.store.object(option)
            spread.extend(Arg(slot.value, slot.value_place, slot.root) for slot in obj.items)
            rest = obj.rests[0] if obj.rests else rest
        else:
            rest = Rest(None, "arguments that are not known here")
    return call(m, callee, node, Args(tuple(spread), (), rest))


def call_method(m: Machine, base: Value, name: str, node: p.Call, callee: p.Member, args: Args) -> Value:
    """`base.name(…)`."""
    if isinstance(base, Union):
        parts: list[Value] = [o for o in base.options if not isinstance(o, Const)]
        parts = parts or list(base.options)
        if len(parts) > 1:
            return union([call_method(m, option, name, node, callee, args) for option in parts])
        base = parts[0]
    if isinstance(base, (Func, Partial)) and name in ("bind", "call", "apply"):
        return _function_method(m, base, name, node, args)
    if isinstance(base, Ref):
        known = builtin.object_method(m, base, name, node, args)
        if known is not None:
            return known
        return call(m, objects.member(m, base, name, callee), node, args)
    if isinstance(base, (ClassValue, ModuleValue)):
        return call(m, objects.member(m, base, name, callee), node, args)
    if isinstance(base, Symbol):
        if base.path and name in ("bind", "call", "apply") and is_sink(m, base):
            return _function_method(m, base, name, node, args)
        target = objects.member(m, base, name, callee, optional=callee.optional)
        if isinstance(target, Symbol):
            return call_symbol(m, target, base, node, args)
        return call(m, target, node, args)
    known = builtin.constant_method(m, base, name, node)
    if known is not None:
        return known
    callbacks(m, args, node, name)
    return m.unknown(node)


# ------------------------------------------------------------------------------- calls of what cannot be seen


def find_sink(m: Machine, symbol: Symbol) -> tuple[CallSink, bool] | None:
    """The vocabulary's sink for a symbol, and whether that is certain."""
    language = m.frame.module.language
    path = tuple("()" if part.startswith("(") else part for part in symbol.path)
    if symbol.root == "" or symbol.root.startswith("import:"):
        sink = m.vocabulary.call_sink(symbol.root[7:].partition("#")[0], path, language)
        return None if sink is None else (sink, True)
    if symbol.root.startswith("this:") and symbol.root.endswith(":0") and path[:2] == ("this", "sdk"):
        # A weblayer's script begins with `var self = this;`.
        sink = m.vocabulary.call_sink("", ("self", *path[1:]), language)
        return None if sink is None else (sink, True)
    if symbol.root.startswith("param:") and symbol.path and m.vocabulary.is_sdk_name(symbol.path[0]):
        sink = m.vocabulary.call_sink("", path, language)
        return None if sink is None else (sink, False)
    return None


def is_sink(m: Machine, symbol: Symbol) -> bool:
    """Whether calling this symbol would be a send."""
    return find_sink(m, symbol) is not None


def call_symbol(m: Machine, symbol: Symbol, base: Symbol | None, node: p.Node, args: Args) -> Value:
    """Call something that is known by name only: a send, a known function, or unknown code."""
    found = find_sink(m, symbol)
    if found is not None:
        emit(m, symbol, *found, node, args)
        callbacks(m, args, node, "")
        return made(m, symbol, "()", node)
    known = builtin.symbol_call(m, symbol, base, node, args)
    if known is not None:
        return known
    dotted = ".".join(symbol.path)
    if m.vocabulary.is_logging(dotted):
        m.logged.update(m.reachable(args.values()))
        return UNDEFINED
    m.escape(args.values(), m.place(node), _callee_text(m, node), m.vocabulary.is_sender(dotted))
    callbacks(m, args, node, symbol.path[-1] if symbol.path else "")
    derived = symbol.derived
    for value in args.values():
        derived |= sources_of(value)
    first = args.positional[0].value if args.positional else None
    segment = f"({first.value})" if isinstance(first, Const) and isinstance(first.value, str) else "()"
    missing = symbol.missing
    if m.frame.module.language == "python" and symbol.path[-1:] == ("get",) and len(args.positional) == 1:
        missing = True
    return made(m, symbol, segment, node)._replace(derived=derived, missing=missing)


def made(m: Machine, symbol: Symbol, segment: str, node: p.Node) -> Symbol:
    """What a call of something known by name gives. A package's class makes a client of its own at each call."""
    place = m.place(node)
    name = symbol.path[-1] if symbol.path else ""
    if symbol.root.startswith("import:") and "#" not in symbol.root and name[:1].isupper():
        return Symbol(f"{symbol.root}#{place.path}:{place.start}", (*symbol.path, "()"), place)
    return Symbol(symbol.root, (*symbol.path, segment), place)


def _callee_text(m: Machine, node: p.Node) -> str:
    return m.text(node.callee) if isinstance(node, p.Call) else ""


def emit(m: Machine, symbol: Symbol, sink: CallSink, certain: bool, node: p.Node, args: Args) -> None:
    """Record a send."""
    m.order += 1
    taken: dict[str, tuple[Frozen, Place]] = {}
    for name, spec in sink.arguments.items():
        found = _argument(m, spec, args, node)
        if found is not None:
            taken[name] = found
    call_text = _callee_text(m, node) or ".".join(part for part in symbol.path if part != "()")
    m.sends.append(
        Send(m.where(), m.place(node), call_text, taken, sink, symbol.key.rpartition(".")[0], certain=certain)
    )


def _argument(m: Machine, spec: Argument, args: Args, node: p.Node) -> tuple[Frozen, Place] | None:
    arg = args.keyword(spec.keyword) if spec.keyword else None
    if arg is None and 0 <= spec.index < len(args.positional):
        arg = args.positional[spec.index]
    if arg is None:
        rest = args.rest if spec.index >= 0 and args.rest is not None else args.more
        if rest is None:
            return None
        value: Value = rest.value if rest.value is not None else m.unknown(node)
        return freeze(m.store, value), m.place(node)
    frozen, place = freeze(m.store, arg.value), arg.place
    for step in spec.path:
        if isinstance(frozen, FrozenRecord):
            entry = frozen.entries.get(step)
            if entry is None:
                return (Leaf((), other=True), place) if frozen.open else None
            frozen, place = entry.value, entry.value_place
        elif isinstance(frozen, Leaf) and all(isinstance(o, Const) for o in frozen.options) and not frozen.other:
            return None
        else:
            return Leaf((), other=True), place
    return frozen, place


def callbacks(m: Machine, args: Args, node: p.Node, name: str) -> None:
    """Run the functions among the arguments of unknown code, as something that may happen."""
    first = args.positional[0].value if args.positional else None
    event = first.value if isinstance(first, Const) and isinstance(first.value, str) else name
    for value in args.values():
        for option in options(value):
            if isinstance(option, Func):
                run_callback(m, option, node, str(event))
            elif isinstance(option, Ref):
                obj = m.store.object(option)
                for key, slot in obj.entries.items():
                    for inner in options(slot.value):
                        if isinstance(inner, Func):
                            run_callback(m, inner, node, key)


def run_callback(m: Machine, func: Func, node: p.Node, event: str, *values: Value) -> Value:
    """Run a function that unknown code may call, with parameters that stand for themselves."""
    if not m.linker.matters(func.module, func.node):
        return m.unknown(node)
    held: list[Value] = []
    place = m.place(node)
    args = Args(tuple(Arg(value, place, place) for value in values), symbolic=True)
    handlers = m.handlers
    m.handlers = (*handlers, m.vocabulary.handler_kind(event))
    try:

        def run() -> bool:
            held.append(inline(m, func, node, args, passed=False))
            return True

        m.maybe(run)
    finally:
        m.handlers = handlers
    return held[0] if held else m.unknown(node)


# --------------------------------------------------------------------------------------- calls that are seen


def inline(m: Machine, func: Func, node: p.Node, args: Args, *, passed: bool = True) -> Value:
    """Run a function's body with these arguments. `passed`: the call site belongs to the trail."""
    body = func.node
    if any(frame.func is not None and frame.func.node is body for frame in m.frames):
        return m.unknown(node, derived=_derived(args))
    if len(m.frames) > INLINE_LIMIT:
        m.limit(node, f"calls nested deeper than {INLINE_LIMIT} are not followed")
        return m.unknown(node, derived=_derived(args))
    m.evaluated += 1
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
    if passed and name:
        _hop(m, result, oldest, Step(place, f"returned by `{name}`"))
    return result


def _derived(args: Args) -> frozenset[str]:
    derived: frozenset[str] = frozenset()
    for value in args.values():
        derived |= sources_of(value)
    return derived


def _hop(m: Machine, result: Value, oldest: int, step: Step) -> None:
    for option in options(result):
        if isinstance(option, Ref) and option.number > oldest and option.number in m.store.cells:
            obj = m.store.object(option)
            if len(obj.hops) < 12 and obj.kind == "record":
                m.store.write(option.number, obj._replace(hops=(*obj.hops, step)))


def leftover(m: Machine, frame: Frame) -> None:
    """Run the closures that were made here and that nobody called: somebody unseen may."""
    for key, func in list(frame.made.items()):
        if key in m.called.get(m.unit, ()) or not m.linker.matters(func.module, func.node):
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
    elif python and func.owner is not None and args.symbolic and params:
        pass
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
            return instance
    symbol = _parameter(m, func, param, index)
    return symbol if param.default is None else union((symbol, m.evaluate(param.default)))


# ------------------------------------------------------------------------------------------------- instances


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
        _fill_fields(m, ref, chain, given)
    if args is not None:
        m.instances.setdefault(key, []).append(ref)
    return ref


def _field(m: Machine, ref: Ref, owner: ClassValue, item: p.ClassMember) -> None:
    place = Place(owner.module.path, item.start, item.end)
    value: Value | None = None
    if item.value is not None:
        value = m.evaluate(item.value)
        value_place = Place(owner.module.path, item.value.start, item.value.end)
    elif item.annotation is not None:
        value, value_place = objects.instance_of(m, item.annotation), place
    if value is not None:
        objects.put(m, ref, str(item.key.value), value, place, value_place)  # type: ignore[union-attr]


def _fill_fields(m: Machine, ref: Ref, chain: list[ClassValue], args: Args) -> None:
    """A class without a constructor takes its fields in order and by name (dataclass, pydantic, NamedTuple)."""
    names = [
        str(item.key.value)
        for owner in reversed(chain)
        for item in owner.node.members
        if item.kind == "field" and isinstance(item.key, p.Literal)
    ]
    for name, arg in [*zip(names, args.positional, strict=False), *args.keywords]:
        objects.put(m, ref, name, arg.value, arg.whole, arg.place)


def _super(m: Machine, node: p.Call, name: str) -> Value:
    """`super(…)`, `super().m(…)`, `super.m(…)`."""
    args = arguments(m, node)
    frame = m.frame
    owner = frame.func.owner if frame.func is not None else None
    this = frame.this
    if owner is None or this is None:
        return m.unknown(node)
    for base in objects.class_chain(m, owner)[1:]:
        for item in base.node.members:
            if isinstance(item.key, p.Literal) and item.key.value == name and isinstance(item.value, p.Function):
                return inline(m, Func(item.value, base.scope, base.module, this, base, bound=True), node, args)
    if name in ("constructor", "__init__") and isinstance(this, Ref):
        _fill_fields(m, this, objects.class_chain(m, owner)[1:], args)
    return UNDEFINED
