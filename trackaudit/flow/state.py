"""Values that components hold and change over time: React's and Vue's states, references and their setters."""

from __future__ import annotations

from trackaudit.flow import objects, starts
from trackaudit.flow.machine import first_function
from trackaudit.flow.values import UNDEFINED, Const, Ref, Rest, Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

STATE = frozenset(["useState", "useReducer", "useRef", "ref", "shallowRef", "reactive", "signal", "observable"])
"""Functions that hold a value which somebody else changes later."""
BOXES = {"ref": "value", "shallowRef": "value", "signal": "value", "useRef": "current"}
"""Those that give a box, with the member that holds the value."""

DEPTH = 5
"""Levels of such a value that are looked into."""

ANY = ("[]",)
"""The path of a state's members whose keys are not known where they are set (`{...form, [field]: value}`)."""


def state(m: Machine, name: str, value: Value, node: p.Node) -> Value:
    """A value that changes later: its constants stand only for a start, its keys stay."""
    # Nothing at first is mostly a box for an element: `useRef(null).current.value`, `ref(null).value.value`.
    key = BOXES.get(name)
    held = _changing(m, value, node, (key,) if key and isinstance(value, Const) and value.value is None else ())
    if name in ("useState", "useReducer"):
        place = m.place(node)
        return m.new_list(node, [held, Symbol(f"set:{place.path}:{place.start}", ("set",), place)])
    return boxed(m, key, held, node) if key else held


def set_state(m: Machine, setter: Symbol, node: p.Node, args: Args) -> Value:
    """A state's setter is called: what it is given is what the state may hold, whenever that is read."""
    root = f"state:{setter.root[4:]}"
    given = args.positional[0].value if args.positional else UNDEFINED
    func = first_function(given)
    if func is not None:
        given = m.call(func, node, Symbol(root, (), m.place(node)))
    place = m.place(node)
    for option in options(given):
        if isinstance(option, Symbol):
            m.hold(Symbol(root, (), place), [option])
        elif isinstance(option, Ref):
            obj = m.store.object(option)
            for key, slot in obj.entries.items():
                m.hold(Symbol(root, (key,), place), options(slot.value))
            held = [rest.held for rest in obj.rests if rest.held is not None]
            m.hold(Symbol(root, ANY, place), held, any_key=True)
    return UNDEFINED


def boxed(m: Machine, key: str, value: Value, node: p.Node) -> Value:
    """A record that holds a value under one key (`ref(x).value`)."""
    ref = m.new_record(node)
    place = m.place(node)
    objects.put(m, ref, key, value, place, place)
    return ref


def _changing(m: Machine, value: Value, node: p.Node, path: tuple[str, ...]) -> Value:
    place = m.place(node)
    m.step()
    if isinstance(value, Ref) and len(path) < DEPTH and m.store.object(value).kind == "record":
        obj = m.store.object(value)
        entries = {
            key: slot._replace(value=_changing(m, slot.value, node, (*path, key))) for key, slot in obj.entries.items()
        }
        return m.allocate(obj._replace(entries=entries, rests=(*obj.rests, Rest(None, "it changes over time"))))
    if isinstance(value, Const):
        held = Symbol(f"state:{place.path}:{place.start}", path, place)
        if path:
            starts.hold_markup(m, held)
        return held
    return value
