"""What functions of JavaScript's frameworks make of a function, a record or a class that they are given.

In: a call of one of them (`Vocabulary.framework_call` names them). Out: the value that it gives; what others call later
is a `Partial` of a symbol of the root MADE, which `call_made` knows.
"""

from __future__ import annotations

from trackaudit.flow import component, objects
from trackaudit.flow.values import ClassValue, Func, Obj, Partial, Ref, Rest, Slot, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

MADE = "made:"
"""Root of what a framework's function made; its path says of which kind."""


def library_call(m: Machine, name: str, node: p.Node, args: Args) -> Value | None:
    """What a call of a framework's function of this name gives; None if it is none of them."""
    what = m.vocabulary.framework_call(name)
    given = [arg.value for arg in args.positional]
    if what is None or not given:
        return None
    if what == "stores" and isinstance(given[-1], Ref):
        return Partial(Symbol(MADE, ("store",), m.place(node)), (given[-1],))
    if what == "stores" and isinstance(given[-1], Func):
        return given[-1]
    if what == "thunks" and len(given) > 1 and isinstance(given[1], Func):
        return Partial(Symbol(MADE, ("thunk",), m.place(node)), (given[1],))
    if what == "injectors" and isinstance(given[0], ClassValue):
        return objects.injected(m, given[0], node)
    return None


def call_made(m: Machine, symbol: Symbol, node: p.Node, args: Args) -> Value:
    """What is called is what a framework's function made, of the first argument."""
    of = args.positional[0].value
    if symbol.path == ("thunk",):
        passed = args.positional[1].value if len(args.positional) > 1 else m.unknown(node)
        return m.call(of, node, passed, m.unknown(node))
    return _store(m, of, node) if isinstance(of, Ref) else m.unknown(node)


def _store(m: Machine, options: Ref, node: p.Node) -> Value:
    """A store by its options: its actions are its own methods, and see each other."""
    entries: dict[str, Slot] = {}
    for holder in component.holders(m, options)[1:]:
        for key, slot in m.store.object(holder).entries.items():
            if isinstance(slot.value, Func) and not slot.value.bound:
                slot = slot._replace(value=slot.value._replace(this=options, bound=True))
            entries.setdefault(key, slot)
    return m.allocate(Obj("record", m.place(node), entries, rests=(Rest(None, "the state of a store"),)))
