"""Expressions: what each can hold."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import assign, component, objects, promises, starts
from trackaudit.flow.choice import LONG, choose
from trackaudit.flow.inline import entered
from trackaudit.flow.invoke import called_on, evaluate_call
from trackaudit.flow.statements import branch
from trackaudit.flow.values import (
    LONGEST_PATH,
    MOST_RESTS,
    UNDEFINED,
    ClassValue,
    Const,
    Func,
    Obj,
    Ref,
    Rest,
    Slot,
    Symbol,
    Union,
    options,
    put_into_record,
    sources_of,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value
    from trackaudit.model import Place

LONGEST_TEXT = 100_000
"""Characters of a text that is put together."""


def evaluate(m: Machine, node: p.Expr) -> Value:
    """What an expression can hold, with its effects. What grows to the left (`a.b().c()`, `a + b + c`) is gone along in
    a loop: there may be thousands of links."""
    links: list[p.Expr] = []
    while True:
        m.step()
        kind = type(node)
        left = _LEFT[kind](node) if kind in _LEFT else None
        if left is None:
            break
        links.append(node)
        node = left
    value = _EVALUATE[kind](m, node)
    for node in reversed(links):
        value = _named(m, _EVALUATE[type(node)](m, node, value), node)
    return value


def _named(m: Machine, value: Value, node: p.Expr) -> Value:
    """What a link of a chain gives; after too many of them nobody can tell what it is."""
    for option in options(value):
        if isinstance(option, Symbol) and len(option.path) > LONGEST_PATH:
            return m.unknown(node, derived=sources_of(value))
    return value


def _literal(m: Machine, node: p.Literal) -> Value:
    return Const(node.value, m.place(node))


def _template(m: Machine, node: p.Template) -> Value:
    values = [m.evaluate(part) for part in node.parts]
    texts = [str(value.value) for value in values if isinstance(value, Const)]
    if len(texts) == len(values):
        return Const("".join(texts), m.place(node)) if sum(map(len, texts)) <= LONGEST_TEXT else m.unknown(node)
    holes = [v for v in values if not (isinstance(v, Const) and isinstance(v.value, str) and not v.value.strip())]
    if len(holes) == 1:
        return transformed(holes[0], "str")
    return _mixed(m, node, values)


def _mixed(m: Machine, node: p.Expr, values: list[Value]) -> Value:
    return m.unknown(node, derived=sources_of(*values))


def transformed(value: Value, transform: str) -> Value:
    """The value after a step that keeps what it identifies."""
    if isinstance(value, Symbol):
        return value._replace(transforms=(*value.transforms, transform))
    if isinstance(value, Union):
        return Union(tuple(transformed(option, transform) for option in value.options))
    if isinstance(value, Const):
        if transform == "lower" and isinstance(value.value, str):
            return value._replace(value=value.value.lower())
        if transform == "trim" and isinstance(value.value, str):
            return value._replace(value=value.value.strip())
        if transform == "str" and value.value is not None:
            return value._replace(value=str(value.value))
    return value


def _name(m: Machine, node: p.Name) -> Value:
    if node.id == "this":
        this = m.frame.this
        if this is not None:
            return this
        func = m.frame.func
        return Symbol(f"this:{m.frame.module.path}:{func.node.start if func else 0}", ("this",), m.place(node))
    return starts.of_name(m, m.read(node.id, m.place(node)), node)


def _member(m: Machine, node: p.Member, base: Value) -> Value:
    key = m.evaluate(node.key)
    keys = [option for option in options(key) if isinstance(option, Const)]
    if not keys or len(keys) != len(options(key)):
        return _computed(m, node, base, key)
    if isinstance(base, Ref) and component.is_this(node.object):
        return union([component.member(m, base, str(k.value), node) for k in keys])
    return union([objects.member(m, base, str(k.value), node, optional=node.optional) for k in keys])


def _computed(m: Machine, node: p.Member, base: Value, key: Value) -> Value:
    """`x[i]`: any of a record's or list's entries; of something unknown, one of its parts."""
    found: list[Value] = []
    m.leave_open(base)
    for option in options(base):
        if isinstance(option, Ref):
            obj = m.store.object(option)
            found.extend(slot.value for slot in (*obj.entries.values(), *obj.items))
        elif isinstance(option, Symbol):
            found.append(option._replace(path=(*option.path, "[]"), place=m.place(node), alias="", transforms=()))
    return union(found) if found else _mixed(m, node, [base, key])


def _record(m: Machine, node: p.Record) -> Value:
    entries: dict[str, Slot] = {}
    rests: list[Rest] = []
    for entry in node.entries:
        if isinstance(entry, p.Spread):
            objects.gather(m, entries, rests, m.evaluate(entry.value), entry)
            continue
        if isinstance(entry.key, p.Literal):
            names = [str(entry.key.value)]
        else:
            names = [str(option.value) for option in options(m.evaluate(entry.key)) if isinstance(option, Const)]
        value = m.evaluate(entry.value)
        value_place = (
            value.place if isinstance(value, Const) and isinstance(entry.value, p.Literal) else m.place(entry.value)
        )
        slot = Slot(put_into_record(value, value_place), len(names) == 1, m.place(entry), value_place, m.guards)
        for name in names:
            entries.pop(name, None)
            entries[name] = slot
        if not names and len(rests) < MOST_RESTS:
            rests.append(Rest(None, "a computed key", held=value if isinstance(value, Symbol) else None))
    ref = m.allocate(Obj("record", m.place(node), entries, rests=tuple(rests)))
    if m.frame.module.language == "javascript":
        component.adopt(m, ref, entries)
        component.actions(m, entries)
    return ref


def _sequence(m: Machine, node: p.Sequence) -> Value:
    items: list[Slot] = []
    rests: list[Rest] = []
    for item in node.items:
        if isinstance(item, p.Spread):
            _spread_items(m, m.evaluate(item.value), item, items, rests)
        else:
            place = m.place(item)
            items.append(Slot(m.evaluate(item), True, place, place, m.guards))
    return m.allocate(Obj("list", m.place(node), {}, tuple(items), tuple(rests)))


def _spread_items(m: Machine, value: Value, node: p.Node, items: list[Slot], rests: list[Rest]) -> None:
    surely = not isinstance(value, Union)
    seen: set[tuple[int, Place]] = set()
    for option in options(value):
        if isinstance(option, Ref):
            obj = m.store.object(option)
            if surely:
                m.spend(len(obj.items))
                items.extend(obj.items)
                _join_rests(rests, obj.rests)
                continue
            # What several options share is one item: else `if a: x += [1]` would double the list, line by line.
            for slot in obj.items:
                key = (id(slot.value), slot.root)
                if key not in seen:
                    seen.add(key)
                    items.append(slot._replace(must=False))
            _join_rests(rests, obj.rests)
        elif isinstance(option, Symbol) and len(rests) < MOST_RESTS:
            rests.append(Rest(option, f"`{m.beginning(node)}` is not known here"))


def _join_rests(rests: list[Rest], others: Iterable[Rest]) -> None:
    """Add what is not among them, as long as they are not too many."""
    for rest in others:
        if len(rests) < MOST_RESTS and rest not in rests:
            rests.append(rest)


def _conditional(m: Machine, node: p.Conditional) -> Value:
    values: list[Value] = []

    def take(part: p.Expr) -> Callable[[], bool]:
        def run() -> bool:
            values.append(m.evaluate(part))
            return True

        return run

    if isinstance(node.orelse, p.Conditional):
        links = _choice(node)
        if len(links) >= LONG:
            choose(m, links, lambda body: all(take(one.value)() for one in body if isinstance(one, p.Expression)))
            return union(values)
    test = branch(m, node.test, take(node.then), take(node.orelse)).value
    if isinstance(test, Const) and not test.value:
        return values[-1]
    return union(values)


def _choice(node: p.Expr) -> list[p.Branch]:
    """`a ? b : c ? d : e` as `if (a) b; else if (c) d; else e;`."""
    links: list[p.Branch] = []
    while isinstance(node, p.Conditional):
        links.append(p.Branch(node.start, node.end, node.test, [_statement(node.then)], []))
        node = node.orelse
    links[-1].orelse = [_statement(node)]
    return links


def _statement(node: p.Expr) -> p.Expression:
    return p.Expression(node.start, node.end, node)


def _logical(m: Machine, node: p.Logical) -> Value:
    """`a && b`, `a || b`, `a ?? b`: the right side runs in an arm, under what the left side tells."""
    values: list[Value] = []

    def right() -> bool:
        values.append(m.evaluate(node.right))
        return True

    def skip() -> bool:
        return True

    if node.op == "and":
        left = branch(m, node.left, right, skip).value
        if isinstance(left, Const):
            return values[0] if values and left.value else left
        falsy = [option for option in options(left) if isinstance(option, Const) and not option.value]
        return union([*values, *(falsy or [UNDEFINED])])
    left = branch(m, node.left, skip, right).value
    if isinstance(left, Const):
        return values[0] if values else left
    present = [
        option._replace(missing=False) if isinstance(option, Symbol) else option
        for option in options(left)
        if not (isinstance(option, Const) and not option.value)
    ]
    # Whoever wrote the constant, it is here that it became what stands in for a missing value.
    here = m.place(node.right)
    fallback = [
        option._replace(place=here, in_record=False) if isinstance(option, Const) else option
        for value in values
        for option in options(value)
    ]
    return union([*present, *fallback])


def _binary(m: Machine, node: p.Binary, left: Value) -> Value:
    right = m.evaluate(node.right)
    if node.op == ",":
        return right
    if node.op == "|" and any(isinstance(option, Ref) for option in (*options(left), *options(right))):
        entries: dict[str, Slot] = {}
        rests: list[Rest] = []
        objects.gather(m, entries, rests, left, node.left)
        objects.gather(m, entries, rests, right, node.right)
        return m.allocate(Obj("record", m.place(node), entries, rests=tuple(rests)))
    if isinstance(left, Const) and isinstance(right, Const):
        return _constants(m, node, left.value, right.value)
    if node.op == "+":
        for value, other in ((left, right), (right, left)):
            if isinstance(value, Const) and value.value == "":
                return transformed(other, "str")
        if any(isinstance(option, Ref) for option in (*options(left), *options(right))):
            return _concatenated(m, node, left, right)
    return _mixed(m, node, [left, right])


def _constants(m: Machine, node: p.Binary, left: object, right: object) -> Value:
    place = m.place(node)
    if node.op in ("==", "===", "is"):
        return Const(left == right, place)
    if node.op in ("!=", "!==", "is not"):
        return Const(left != right, place)
    if node.op == "+" and isinstance(left, str) and isinstance(right, str):
        return Const(left + right, place) if len(left) + len(right) <= LONGEST_TEXT else m.unknown(node)
    return m.unknown(node)


def _concatenated(m: Machine, node: p.Binary, left: Value, right: Value) -> Value:
    items: list[Slot] = []
    rests: list[Rest] = []
    _spread_items(m, left, node.left, items, rests)
    _spread_items(m, right, node.right, items, rests)
    return m.allocate(Obj("list", m.place(node), {}, tuple(items), tuple(rests)))


def _unary(m: Machine, node: p.Unary) -> Value:
    value = m.evaluate(node.operand)
    if node.op == "not" and isinstance(value, Const):
        return Const(not value.value, m.place(node))
    if node.op == "void":
        return UNDEFINED
    if node.op == "-" and isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(-value.value, m.place(node))
    return m.unknown(node)


def _function(m: Machine, node: p.Function) -> Value:
    frame = m.frame
    arrow = node.arrow
    func = Func(
        node,
        m.scope,
        frame.module,
        frame.this if arrow else None,
        frame.func.owner if frame.func else None,
        bound=arrow,
    )
    frame.made[id(node)] = func
    return objects.decorated(m, node, func) if node.decorators else func


def _class(m: Machine, node: p.Class) -> Value:
    cls = ClassValue(node, m.scope, m.frame.module)
    if node.name:
        m.declare(node.name, cls, False)
    m.linker.class_made(m, cls)
    for decorator in node.decorators:
        m.evaluate(decorator)
    if node.body:
        outer = m.scope
        m.scope = m.new_scope(True)
        try:
            m.execute(node.body)
        finally:
            m.scope = outer
    return cls


def _wrap(m: Machine, node: p.Wrap) -> Value:
    if node.kind == "await":
        return promises.awaited(m, node.value)
    value = m.evaluate(node.value)
    if node.kind == "yield":
        m.frame.given.append(value)
    return entered(m, value, node) if node.kind == "with" else value


def _assign(m: Machine, node: p.Assign) -> Value:
    if node.op in ("or", "and", "??"):
        value = m.evaluate(p.Logical(node.start, node.end, node.op, node.target, node.value))  # type: ignore[arg-type]
    elif node.op == "=":
        value = m.evaluate(node.value)
    else:
        value = m.evaluate(p.Binary(node.start, node.end, node.op, node.target, node.value))  # type: ignore[arg-type]
    assign.assign(m, node.target, value, node)
    return value


def _unknown(m: Machine, node: p.Unknown) -> Value:
    held: list[Value] = []
    for child in node.children:
        if isinstance(child, p.Spread):
            held.append(m.evaluate(child.value))
        elif type(child) in _EVALUATE:
            held.append(m.evaluate(child))  # type: ignore[arg-type]
        else:
            m.execute([child])  # type: ignore[list-item]
    return _mixed(m, node, held)


def _comprehension(m: Machine, node: p.Comprehension) -> Value:
    from trackaudit.flow.comprehension import comprehension

    return comprehension(m, node)


def _object(node: p.Member) -> p.Expr:
    return node.object


def _operand(node: p.Binary) -> p.Expr:
    return node.left


_LEFT: dict[type[p.Node], Callable[..., p.Expr | None]] = {p.Member: _object, p.Call: called_on, p.Binary: _operand}
"""What is evaluated first of a node, if that is handed on: to what is in `_EVALUATE` then."""
_EVALUATE: dict[type[p.Node], Callable[..., Value]] = {
    p.Literal: _literal,
    p.Template: _template,
    p.Name: _name,
    p.Member: _member,
    p.Call: evaluate_call,
    p.Record: _record,
    p.Sequence: _sequence,
    p.Conditional: _conditional,
    p.Logical: _logical,
    p.Binary: _binary,
    p.Unary: _unary,
    p.Function: _function,
    p.Class: _class,
    p.Comprehension: _comprehension,
    p.Wrap: _wrap,
    p.Assign: _assign,
    p.Unknown: _unknown,
}
