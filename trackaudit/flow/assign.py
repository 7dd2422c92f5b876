"""Where a value goes: names, members, and patterns that take values apart."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects, starts
from trackaudit.flow.values import ClassValue, Const, Ref, Symbol, Union, options, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value


def bind(m: Machine, target: p.Target, value: Value, function: bool, source: p.Node) -> None:
    """Declare what a target names and write it; `source` is the value's node."""
    _spread_out(m, target, value, source, declare=True, function=function)


def assign(m: Machine, target: p.Target, value: Value, node: p.Assign) -> None:
    """Write to what is declared elsewhere, or to a member."""
    _spread_out(m, target, value, node.value, declare=False, function=False, entry=node)


def _spread_out(
    m: Machine,
    target: p.Target,
    value: Value,
    source: p.Node,
    *,
    declare: bool,
    function: bool,
    entry: p.Node | None = None,
) -> None:
    if isinstance(target, p.Name):
        named = name_value(value, target.id)
        if declare:
            starts.fill(m, value, target.id)
            m.declare(target.id, named, function)
        else:
            m.assign(target.id, named)
    elif isinstance(target, p.Member):
        _write_member(m, target, value, source, entry or target)
    elif isinstance(target, p.RecordPattern):
        taken: set[str] = set()
        for piece in target.entries:
            key = m.evaluate(piece.key) if piece.key is not None else None
            part: Value
            if isinstance(key, Const):
                taken.add(str(key.value))
                part = objects.member(m, value, str(key.value), piece)
            else:
                part = m.unknown(piece)
            part = _defaulted(m, part, piece)
            _spread_out(m, piece.target, part, piece, declare=declare, function=function)
        if target.rest is not None:
            rest = objects.without(m, value, frozenset(taken), target.rest)
            _spread_out(m, target.rest, rest, source, declare=declare, function=function)
    elif isinstance(target, p.SequencePattern):
        for index, item in enumerate(target.items):
            if item is None:
                continue
            if index == target.rest_at:
                part = objects.tail(m, value, index, item)
            else:
                part = _defaulted(m, objects.member(m, value, str(index), item), item)
            _spread_out(m, item.target, part, item, declare=declare, function=function)


def _defaulted(m: Machine, value: Value, piece: p.PatternEntry) -> Value:
    if piece.default is None:
        return value
    if isinstance(value, Const) and value.value is None:
        return m.evaluate(piece.default)
    return union((value, m.evaluate(piece.default)))


def name_value(value: Value, name: str) -> Value:
    """The value with the name it was given, which may say what it is."""
    if isinstance(value, Symbol):
        # `const { id } = user` says more than `id` does.
        return value if value.alias.endswith(f".{name}") else value._replace(alias=name)
    if isinstance(value, Union):
        return Union(tuple(name_value(option, name) for option in value.options))
    return value


def _write_member(m: Machine, target: p.Member, value: Value, source: p.Node, entry: p.Node) -> None:
    base = m.evaluate(target.object)
    key = m.evaluate(target.key)
    root, value_place = m.place(entry), m.place(source)
    keys = [str(one.value) for one in options(key) if isinstance(one, Const)]
    # `copy[k] = from[k]`: each key has its own value.
    values = options(value) if len(options(value)) == len(keys) > 1 else (value,) * len(keys)
    for option in options(base):
        if isinstance(option, Ref):
            certain = not isinstance(base, Union) and len(keys) == 1
            for one, part in zip(keys, values, strict=True):
                objects.put(m, option, one, part, root, value_place, certain)
            if len(keys) != len(options(key)):
                objects.loosen(m, option, "a computed key", held=value)
        elif isinstance(option, Symbol) and isinstance(key, Const):
            _write_global(m, option, str(key.value), value)
        elif isinstance(option, ClassValue) and isinstance(key, Const):
            m.store.write(objects.static_key(option, str(key.value)), value)


def _write_global(m: Machine, base: Symbol, key: str, value: Value) -> None:
    """`window.x = …` is a global; `module.exports.x = …`, `exports.x = …` an export; `symbol.x = …` is remembered."""
    if base.root == "" and base.path in (("window",), ("globalThis",)):
        if not m.vocabulary.is_sdk_name(key):
            m.globals.names[key] = None
            m.writers.setdefault(key, (m.frame.module.path, m.unit))
            m.store.write((0, key), value)
        return
    if key.startswith("$") and base.path and base.path[-1] in m.vocabulary.holders:
        from trackaudit.flow.channels import publish

        publish(m, key, value)
    m.store.write((-1, f"{base.key}.{key}"), value)


def remembered(m: Machine, base: Symbol, key: str) -> Value | None:
    """What was written to a member of something unknown, if anything was."""
    cell = -1, f"{base.key}.{key}"
    m.asked.add(cell)
    return m.store.value(cell)
