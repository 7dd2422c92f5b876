"""Calls by which one file leaves something under a key, and those by which another one calls it, without an import:
events, actions, what plug-ins put on every component, what is provided and injected.

In: such a call. Out: what it gives; what it leaves is under its key (`keys`), what it reaches is called. A key is
looked up when it is called, so that it does not matter which of the files was run first.
"""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.inline import leads_on, methods_lead_on
from trackaudit.flow.keys import CONTEXT, KEYED, PAGE, PROVIDED, STORE, Published, actions, handlers, key_of, reached
from trackaudit.flow.values import ClassValue, Const, Func, ModuleValue, Partial, Ref, Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

HEARD = 8
"""Values kept of one key."""
_WINDOW = frozenset(("document", "window", "globalThis", "self", "$", "jQuery", "body"))
_UNSEEN = ("param:", "this:", "inside:", "state:", "?", KEYED)
"""Roots of what somebody unseen gives: it may be any bus."""


# ------------------------------------------------------------------------------------------------------- leaving


def publish(m: Machine, key: str, value: Value, bus: str = "", text: str = "", spelled: p.Node | None = None) -> None:
    """Leave under a key what of a value leads to a send. `spelled`: how the key is written."""
    path = m.frame.module.path
    for option in options(value):
        known = m.published.setdefault(key, [])
        one = Published(bus, text, option, path)
        if len(known) >= HEARD or any(_same(one, other) for other in known) or not leads(m, option):
            continue
        known.append(one)
        name = _last(spelled) if isinstance(spelled, (p.Name, p.Member)) else ""
        _note(m, path, m.unit, {key, f"#{name}"} if name else {key})


def _note(m: Machine, path: str, unit: int, keys: set[str]) -> None:
    """Note under which keys a unit has left something, and whose file that is."""
    m.keys.setdefault(path, set()).update(keys)
    m.publishing.setdefault(unit, set()).add(path)


def _same(one: Published, other: Published) -> bool:
    a, b = one.value, other.value
    if isinstance(a, Func) and isinstance(b, Func):
        return a.node is b.node and one.bus == other.bus
    return a == b and one.bus == other.bus


def _last(node: p.Name | p.Member) -> str:
    return node.id if isinstance(node, p.Name) else str(node.key.value) if isinstance(node.key, p.Literal) else ""


def leads(m: Machine, value: Value, depth: int = 2) -> bool:
    """Whether calling a value, or something in it, may lead to a send."""
    if isinstance(value, Func):
        return leads_on(m, value, states=False)
    if isinstance(value, Partial):
        return any(leads(m, one, depth) for one in (value.callee, *value.args))
    if isinstance(value, Symbol):
        return (
            m.is_sdk(value) or m.vocabulary.is_sdk_name(value.path[-1] if value.path else "") or bool(reached(m, value))
        )
    if isinstance(value, ModuleValue):
        return value.path in m.linker.sending
    if not isinstance(value, Ref) or value.number not in m.store.cells or not depth:
        return False
    obj = m.store.object(value)
    if isinstance(obj.cls, ClassValue) and methods_lead_on(m, obj.cls):
        return True
    return any(leads(m, one, depth - 1) for slot in obj.entries.values() for one in options(slot.value))


def share_globals(m: Machine) -> None:
    """Leave what leads to a send in globals that code writes itself (`window.save = …`, `Shop.crm = …`)."""
    for name, (path, unit) in m.writers.items():
        value = m.store.value((0, name))
        keys: set[str] = set()
        for option in () if value is None else options(value):
            if isinstance(option, Ref) and option.number in m.store.cells:
                entries = m.store.object(option).entries.items()
                keys.update(
                    f"!{name}.{key}" for key, slot in entries if any(leads(m, one) for one in options(slot.value))
                )
            elif leads(m, option):
                keys.add(f"!{name}")
        if keys:
            _note(m, path, unit, keys)


def publish_actions(m: Machine, actions: Value) -> None:
    """Leave the actions of a store's module, each under its name."""
    for option in options(actions):
        if isinstance(option, Ref) and m.store.object(option).kind == "record":
            for name, slot in m.store.object(option).entries.items():
                value = slot.value
                if (
                    isinstance(value, Ref) and "handler" in m.store.object(value).entries
                ):  # `{ root: true, handler() {} }`
                    value = m.store.object(value).entries["handler"].value
                publish(m, f"@{name}", value, STORE, name)


def publish_provided(m: Machine, record: Value) -> None:
    """Leave what a plug-in provides, with a `$` before its name."""
    for option in options(record):
        if isinstance(option, Ref):
            for name, slot in m.store.object(option).entries.items():
                publish(m, f"${name.lstrip('$')}", slot.value)


# ------------------------------------------------------------------------------------------------------- calling


def channel_call(m: Machine, name: str, base: Value | None, node: p.Node, args: Args) -> Value | None:
    """What the call of something that takes a key gives; None if that is not known, or it is no such call. What it
    leaves is left, and what it reaches is called. `base`: what the method is called on, None for a function."""
    what = m.vocabulary.channel_call(name)
    if what is None or not args.positional:
        return None
    given = [arg.value for arg in args.positional]
    key = key_of(given[0])
    text = str(given[0].value) if isinstance(given[0], Const) else ""
    spelled = node.args[0] if isinstance(node, p.Call) and node.args else None
    written = spelled if isinstance(spelled, p.Node) else None
    if what == "dispatch-event":
        _dispatch_event(m, given[0], node)
    elif key is None or key == "@":
        return None
    elif what == "listen":
        if text and text not in m.vocabulary.own_events and len(given) > 1:
            publish(m, key, given[-1], PAGE if name == "addEventListener" else _bus(m, base), text, written)
    elif what == "provide" and len(given) > 1:
        publish(m, key, given[1], PROVIDED, text, written)
        if base is not None and text:
            publish(m, f"${text.lstrip('$')}", given[1])
    elif what == "inject":
        if len(given) > 1 and text and base is None and isinstance(node, p.Call) and _is_parameter(m, node.callee):
            publish(m, f"${text.lstrip('$')}", given[1])
        elif key.startswith(CONTEXT):
            return Symbol(f"{KEYED}{key}", (), m.place(node))
    elif what == "dispatch":
        _all(m, actions(m, key, text), node, m.unknown(node), *given[1:2])
    elif what == "trigger":
        _all(m, handlers(m, key, text, _bus(m, base)), node, m.unknown(node), *_listed(m, given[1:2]))
    elif what == "emit":
        _all(m, handlers(m, key, text, _bus(m, base)), node, *given[1:])
    return None


def _is_parameter(m: Machine, callee: p.Expr) -> bool:
    """Whether what is called is a parameter: Nuxt 2 gives its plug-ins `inject`."""
    value = m.evaluate(callee)
    return isinstance(value, Symbol) and value.root.startswith("param:")


def _dispatch_event(m: Machine, event: Value, node: p.Node) -> None:
    for option in options(event):
        if isinstance(option, Ref) and (slot := m.store.object(option).entries.get("type")) is not None:
            key = key_of(slot.value)
            if key is not None and isinstance(slot.value, Const):
                _all(m, handlers(m, key, str(slot.value.value), PAGE), node, option)


def _listed(m: Machine, given: Sequence[Value]) -> list[Value]:
    """`trigger(name, [a, b])` gives its handlers a and b, `trigger(name, a)` a."""
    found: list[Value] = []
    for value in given:
        is_list = isinstance(value, Ref) and m.store.object(value).kind == "list"
        found.extend([slot.value for slot in m.store.object(value).items] if is_list else [value])  # type: ignore[arg-type]
    return found


def _all(m: Machine, found: Iterable[Published], node: p.Node, *values: Value) -> None:
    for one in list(found):
        m.call(one.value, node, *values)


def _bus(m: Machine, base: Value | None) -> str:
    """Whose events they are; "" where it may be anybody's."""
    if isinstance(base, Ref):
        place = m.store.object(base).place
        return f"{place.path}:{place.start}"
    if not isinstance(base, Symbol) or base.root.startswith(_UNSEEN):
        return ""
    if base.root == "" and base.path[:1] and base.path[0] in _WINDOW:
        return PAGE
    if any(part.startswith("$") for part in base.path):
        return ""
    makers = {base.root.removeprefix("import:"), *base.path[-2:-1]}
    if base.path[-1:] == ("()",) and not m.vocabulary.buses.isdisjoint(makers):
        return f"{base.place.path}:{base.place.start}"
    return base.key
