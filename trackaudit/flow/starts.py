"""What is empty at first and set by another function: variables, members and fields whose start tells nothing.

`let email = ''` that a listener sets, `this.email` that a method sets, a field that a template sets: where such a value
is read, it is a state (`flow.state`), not the empty text or the null that it began with.
"""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects
from trackaudit.flow.values import ClassValue, Const, Ref, Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Obj, Value
    from trackaudit.program import Module


def of_name(m: Machine, value: Value, node: p.Name) -> Value:
    """What a variable holds that is read here: a state if it is empty so far and another function sets it."""
    if not is_start(value):
        return value
    module = m.frame.module
    return _state(m, module, node.id, f"state:{module.path}:{node.id}", (node.id,), node) or value


def of_member(m: Machine, value: Value, obj: Obj, key: str, node: p.Node) -> Value:
    """Likewise for a member of a record or an instance."""
    if not is_start(value):
        return value
    module = obj.cls.module if isinstance(obj.cls, ClassValue) else m.frame.module
    root = f"state:{obj.place.path}:{obj.place.start}"
    return _state(m, module, f".{key}", root, (key,), node) or value


def field(m: Machine, value: Value, cls: ClassValue, key: str, node: p.Node) -> Value:
    """What a class's field holds once it lives: methods, other classes and templates set it."""
    if isinstance(value, Ref) and m.store.object(value).kind == "record":
        obj = m.store.object(value)
        entries = {
            name: slot._replace(value=field(m, slot.value, cls, f"{key}.{name}", node))
            for name, slot in obj.entries.items()
        }
        m.update(value, obj._replace(entries=entries))
        return value
    if not is_start(value):
        return value
    state = Symbol(f"state:{cls.module.path}:{cls.node.start}", tuple(key.split(".")), m.place(node))
    _hold(m, cls.module, m.linker.relevance.setters(cls.module, f".{state.path[-1]}", None), state)
    return state


def fill(m: Machine, value: Value, name: str) -> None:
    """A record that is bound to a name, by which another function writes keys that are not known, has more in it. A
    box with a state in it, which the markup opens by its name (`v-model="email"`), holds what is set there."""
    if not isinstance(value, Ref):
        return
    module = m.frame.module
    if m.linker.relevance.setters(module, f"{name}[]", _reader(m)):
        objects.loosen(m, value, "a computed key")
    obj = m.store.object(value)
    for key in ("value", "current"):
        slot = obj.entries.get(key)
        if slot is not None and isinstance(slot.value, Symbol) and slot.value.root.startswith("state:"):
            _hold(m, module, m.linker.relevance.setters(module, name, None), slot.value)
            named = slot._replace(value=slot.value._replace(alias=name))
            m.update(value, obj._replace(entries={**obj.entries, key: named}))


def hold_markup(m: Machine, state: Symbol) -> None:
    """A state in a record (`reactive({email: ''})`) holds what the markup sets its member to."""
    module = m.frame.module
    for name in (state.path[-1], f".{state.path[-1]}"):  # Vue's markup names data without `this`
        _hold(m, module, m.linker.relevance.setters(module, name, None), state)


def is_start(value: Value) -> bool:
    """Whether it is an empty text or nothing at all."""
    return isinstance(value, Const) and (value.value is None or value.value == "")


def _reader(m: Machine) -> p.Function | None:
    func = m.frame.func
    return func.node if func is not None and func.module is m.frame.module else None


def _state(m: Machine, module: Module, name: str, root: str, path: tuple[str, ...], node: p.Node) -> Value | None:
    """The state, with what it is plainly set to (`email = e.target.value`) noted for whoever asks; None if none."""
    setters = m.linker.relevance.setters(module, name, _reader(m))
    if not setters:
        return None
    state = Symbol(root, path, m.place(node))
    _hold(m, module, setters, state)
    return state


def _hold(m: Machine, module: Module, setters: list[p.Assign | p.Bind], state: Symbol) -> None:
    for setter in setters:
        if isinstance(setter.value, (p.Name, p.Member)):
            m.hold(state, options(m.linker.evaluate_in(m, setter.value, m.globals, module)))
