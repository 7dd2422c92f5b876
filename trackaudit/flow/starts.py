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
    root, path = f"state:{cls.module.path}:{cls.node.start}", tuple(key.split("."))
    _hold(m, cls.module, m.linker.relevance.setters(cls.module, f".{path[-1]}", None), (root, path))
    return Symbol(root, path, m.place(node))


def fill(m: Machine, value: Value, name: str) -> None:
    """A record that is bound to a name, by which another function writes keys that are not known, has more in it."""
    if isinstance(value, Ref) and m.linker.relevance.setters(m.frame.module, f"{name}[]", _reader(m)):
        objects.loosen(m, value, "a computed key")


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
    _hold(m, module, setters, (root, path))
    return Symbol(root, path, m.place(node))


def _hold(m: Machine, module: Module, setters: list[p.Assign | p.Bind], of: tuple[str, tuple[str, ...]]) -> None:
    held = m.held.setdefault(of, [])
    for setter in setters:
        if isinstance(setter.value, (p.Name, p.Member)):
            given = m.linker.evaluate_in(m, setter.value, m.globals, module)
            held.extend(one for one in options(given) if isinstance(one, Symbol) and one not in held)
