"""Calls: what the callee is, and what comes of calling it."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import builtin, channels, component, handed, methods, objects, promises
from trackaudit.flow.arguments import Arg, Args, arguments
from trackaudit.flow.emit import emit, find_sink, is_sink, made
from trackaudit.flow.inline import callbacks, fill_fields, inline, instantiate, leads_on, run_callback
from trackaudit.flow.keys import CONTEXT, reached
from trackaudit.flow.libraries import MADE, call_made, provide
from trackaudit.flow.machine import first_function
from trackaudit.flow.state import set_state
from trackaudit.flow.values import (
    LONGEST_NAME,
    UNDEFINED,
    ClassValue,
    Const,
    Func,
    ModuleValue,
    Partial,
    Ref,
    Rest,
    Symbol,
    Union,
    joined,
    options,
    sources_of,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value


def called_on(node: p.Call) -> p.Expr | None:
    """What is evaluated before a call's arguments: what has the method, else the callee. None where neither is."""
    callee = _bare(node.callee)
    if isinstance(callee, p.Member):
        return None if _is_super(callee.object) and isinstance(callee.key, p.Literal) else callee.object
    if not isinstance(callee, p.Name):
        return callee
    given = node.args[0] if len(node.args) == 1 else None
    special = callee.id == "super" or (callee.id in ("require", "import") and isinstance(given, p.Literal))
    return None if special else callee


def evaluate_call(m: Machine, node: p.Call, base: Value | None = None) -> Value:
    """A call's value, with its effects. `base`: what it is called on (`called_on`)."""
    callee = _bare(node.callee)
    if base is None:
        if isinstance(callee, p.Member) and isinstance(callee.key, p.Literal):
            return _super(m, node, str(callee.key.value))
        if isinstance(callee, p.Name) and callee.id != "super" and isinstance(node.args[0], p.Literal):
            return m.linker.required(m, m.frame.module, str(node.args[0].value), node)
        return _super(m, node, "constructor")
    if isinstance(callee, p.Member):
        key = m.evaluate(callee.key)
        args = arguments(m, node)
        names = [str(o.value) for o in options(key) if isinstance(o, Const)]
        if names:
            return union([call_method(m, base, name, node, callee, args) for name in names])
        m.leave_open(base)
        m.escape(args.values(), node, False)
        callbacks(m, args, node, "")
        return m.unknown(node)
    return call(m, base, node, arguments(m, node))


def _is_super(node: p.Expr) -> bool:
    if isinstance(node, p.Call):
        node = node.callee
    return isinstance(node, p.Name) and node.id == "super"


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
        fill_fields(m, this, objects.class_chain(m, owner)[1:], args)
    return UNDEFINED


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
            spread.extend(map(Arg.of, obj.items))
            rest = obj.rests[0] if obj.rests else rest
        else:
            rest = Rest(None, "arguments that are not known here")
    return call(m, callee, node, Args(tuple(spread), (), rest))


def call_method(m: Machine, base: Value, name: str, node: p.Call, callee: p.Member, args: Args) -> Value:
    """`base.name(…)`. What follows in a chain of promises runs where the callback before it has run."""
    before = m.followed.pop(id(_bare(callee.object)), None) if name == "then" else None
    if before is None:
        return _call_method(m, base, name, node, callee, args)
    blocks = m.blocks
    m.blocks = before
    m.crowded(node)
    try:
        return _call_method(m, base, name, node, callee, args)
    finally:
        m.blocks = blocks


def _bare(node: p.Expr) -> p.Expr:
    while isinstance(node, p.Wrap):
        node = node.value
    return node


def _call_method(m: Machine, base: Value, name: str, node: p.Call, callee: p.Member, args: Args) -> Value:
    if isinstance(base, Union):
        # A constant has only the methods of texts: `(mail || 'guest').trim()`.
        parts: list[Value] = [
            one
            for one in base.options
            if not isinstance(one, Const) or methods.constant_method(m, one, name, node, args) is not None
        ]
        parts = parts or list(base.options)
        if len(parts) > 1:
            return union([call_method(m, option, name, node, callee, args) for option in parts])
        base = parts[0]
    if isinstance(base, (Func, Partial)):
        if name in ("bind", "call", "apply"):
            return _function_method(m, base, name, node, args)
        if m.vocabulary.task_methods.get(name) == "partial":
            keywords = tuple((key, arg.value) for key, arg in args.keywords)
            return Partial(base, tuple(arg.value for arg in args.positional), keywords)
        queued = handed.queued(m, base, name, args)
        if queued is not None:
            return _run(m, queued, node)
    if isinstance(base, Ref):
        known = methods.object_method(m, base, name, node, args)
        if known is not None:
            return known
        look = component.member if component.is_this(callee.object) else objects.member
        found = look(m, base, name, callee)
        if isinstance(found, Func):
            channels.channel_call(m, name, base, node, args)
        return _call_found(m, found, node, callee, args)
    if isinstance(base, ModuleValue) and name in ("then", "catch", "finally"):  # `import("./m").then((m) => …)`
        func = first_function(args.positional[0].value) if name == "then" and args.positional else None
        certain = promises.surely_runs(m, node)
        return run_callback(m, func, node, name, base, wanted=True, certain=certain) if func is not None else base
    if isinstance(base, (ClassValue, ModuleValue)):
        return _call_found(m, objects.member(m, base, name, callee), node, callee, args)
    if isinstance(base, Symbol):
        if base.path and name in ("bind", "call", "apply") and is_sink(m, base):
            return _function_method(m, base, name, node, args)
        target = objects.member(m, base, name, callee, optional=callee.optional)
        if isinstance(target, Symbol):
            return call_symbol(m, target, base, node, args)
        return call(m, target, node, args)
    known = methods.constant_method(m, base, name, node, args)
    if known is not None:
        return known
    callbacks(m, args, node, name)
    return m.unknown(node)


def _call_found(m: Machine, target: Value, node: p.Call, callee: p.Member, args: Args) -> Value:
    """Call a method that was found. A logger of the project's own is called everywhere; one that only logs is left."""
    if isinstance(target, Func) and m.vocabulary.is_logging(_dotted(callee)) and not leads_on(m, target):
        m.logged.update(m.reachable(args.values()))
        return UNDEFINED
    return call(m, target, node, args)


def _dotted(node: p.Expr) -> str:
    """The names of a chain of members: `this.logger.error`."""
    names: list[str] = []
    while isinstance(node, p.Member):
        names.append(str(node.key.value) if isinstance(node.key, p.Literal) else "()")
        node = node.object
    names.append(node.id if isinstance(node, p.Name) else "()")
    return ".".join(reversed(names))


def call_symbol(m: Machine, symbol: Symbol, base: Symbol | None, node: p.Node, args: Args) -> Value:
    """Call something that is known by name only: a send, a known function, or unknown code."""
    if symbol.root.startswith("set:"):
        return set_state(m, symbol, node, args)
    if symbol.root == MADE:
        return call_made(m, symbol, node, args)
    found = find_sink(m, symbol)
    if found is not None:
        emit(m, symbol, *found, node, args)
        callbacks(m, args, node, "")
        return made(m, symbol, "()", node)
    if symbol.root.startswith(CONTEXT):
        return provide(m, symbol, node, args)
    left = reached(m, symbol, node)
    if left is not None and left != symbol:
        return call(m, left, node, args)
    known = channels.channel_call(m, symbol.path[-1], _receiver(symbol, base), node, args) if symbol.path else None
    if known is None:
        known = builtin.symbol_call(m, symbol, base, node, args)
    if known is not None:
        return known
    dotted = ".".join(symbol.path)
    if m.vocabulary.is_logging(dotted):
        m.logged.update(m.reachable(args.values()))
        return UNDEFINED
    name = symbol.path[-1] if symbol.path else ""
    task = handed.task(m, name, args)
    if task is not None:
        return _run(m, task, node)
    m.escape(args.values(), node, m.vocabulary.is_sender(dotted))
    callbacks(m, args, node, name)
    derived = joined(symbol.derived, sources_of(*args.values()))
    first = args.positional[0].value if args.positional else None
    said = first.value if isinstance(first, Const) and isinstance(first.value, str) else None
    segment = f"({said})" if said is not None and len(said) <= LONGEST_NAME else "()"
    result = made(m, symbol, segment, node)._replace(derived=derived, missing=symbol.missing)
    if m.frame.module.language == "python" and symbol.path[-1:] == ("get",) and args.positional:
        return _or_default(m, result, args.positional[1].value if len(args.positional) > 1 else UNDEFINED)
    return result


def _run(m: Machine, task: handed.Task, node: p.Node) -> Value:
    """Something else runs it, perhaps, and later; what comes of it is not known here."""
    m.maybe(lambda: call(m, task.func, node, task.args) is not None)
    return m.unknown(node)


def _receiver(symbol: Symbol, base: Symbol | None) -> Symbol | None:
    """What a method that is known by name only is called on."""
    if base is not None or len(symbol.path) < 2:
        return base
    return symbol._replace(path=symbol.path[:-1])


def _or_default(m: Machine, value: Symbol, default: Value) -> Value:
    """What `record.get(key, default)` gives: `record[key] or ""`, as it is more often written."""
    if not isinstance(default, Const) or value.key in m.guards:
        return value
    if default.value is None:
        return value._replace(missing=True)
    return union([value, default]) if isinstance(default.value, str) else value
