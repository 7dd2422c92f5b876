"""What functions of JavaScript's frameworks make of a function, a record or a class that they are given.

In: a call of one of them (`Vocabulary.framework_call` names them). Out: the value that it gives; what others call later
is a `Partial` of a symbol of the root MADE, which `call_made` knows.
"""

from __future__ import annotations

from trackaudit.flow import channels, component, objects
from trackaudit.flow.inline import run_callback
from trackaudit.flow.keys import CONTEXT, KEYED, key_of
from trackaudit.flow.machine import first_function
from trackaudit.flow.values import ClassValue, Const, Func, Obj, Partial, Ref, Rest, Slot, Symbol, options

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
    if what == "contexts":
        place = m.place(node)
        made = Symbol(f"{CONTEXT}{place.path}:{place.start}", (), place)
        if given:
            channels.publish(m, made.root, given[0])
        return made
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
    if what == "consumers" and (key := key_of(given[0])) is not None and key.startswith(CONTEXT):
        return Symbol(f"{KEYED}{key}", (), m.place(node))
    if what == "plugins":
        return _plugin(m, given[0], node)
    if what == "mappers":
        return _mapped(m, given, node)
    if what == "events" and isinstance(given[0], Const):
        return _event(m, given, node)
    return None


def _plugin(m: Machine, plugin: Value, node: p.Node) -> Value | None:
    """A plug-in runs when the page begins; what it provides is on every component."""
    results: list[Value] = [plugin]
    setup = first_function(plugin)
    if isinstance(plugin, Ref) and (slot := m.store.object(plugin).entries.get("setup")) is not None:
        setup = first_function(slot.value)
    if setup is not None:
        results.append(run_callback(m, setup, node, "", wanted=True))
    for result in results:
        for option in options(result):
            if isinstance(option, Ref) and (slot := m.store.object(option).entries.get("provide")) is not None:
                channels.publish_provided(m, slot.value)
    return m.unknown(node) if setup is not None else None


def _mapped(m: Machine, given: list[Value], node: p.Node) -> Value:
    """`mapActions("crm", ["save"])`, `mapActions({ keep: "crm/save" })`, `mapActions(useCrm, ["save"])`: methods that
    dispatch, or call the store's."""
    names = given[-1]
    ref = m.new_record(node)
    place = m.place(node)
    obj = m.store.object(names) if isinstance(names, Ref) else None
    pairs = [(str(slot.value.value), slot.value) for slot in obj.items if isinstance(slot.value, Const)] if obj else []
    pairs += [(key, slot.value) for key, slot in obj.entries.items() if isinstance(slot.value, Const)] if obj else []
    for local, action in pairs:
        if len(given) > 1 and isinstance(given[0], (Func, Partial)):
            value = objects.member(m, m.call(given[0], node), str(action.value), node)
        else:
            space = f"{given[0].value}/" if len(given) > 1 and isinstance(given[0], Const) else ""
            named = action._replace(value=f"{space}{action.value}")
            value = Partial(Symbol("", ("dispatch",), place), (named,))
        objects.put(m, ref, local, value, place, place)
    return ref


def _event(m: Machine, given: list[Value], node: p.Node) -> Value:
    """`new CustomEvent(type, { detail })`."""
    ref = m.new_record(node)
    place = m.place(node)
    objects.put(m, ref, "type", given[0], place, place)
    if len(given) > 1:
        objects.merge(m, ref, given[1], node)
    return ref


def call_made(m: Machine, symbol: Symbol, node: p.Node, args: Args) -> Value:
    """What is called is what a framework's function made, of the first argument."""
    of = args.positional[0].value
    if symbol.path == ("thunk",):
        passed = args.positional[1].value if len(args.positional) > 1 else m.unknown(node)
        return m.call(of, node, passed, m.unknown(node))
    return _store(m, of, node) if isinstance(of, Ref) else m.unknown(node)


def provide(m: Machine, context: Symbol, node: p.Node, args: Args) -> Value:
    """`<Context.Provider value={…}>`, `<Context value={…}>`: what is in it takes that value."""
    for option in options(args.positional[0].value) if args.positional and context.path in ((), ("Provider",)) else ():
        if isinstance(option, Ref) and (slot := m.store.object(option).entries.get("value")) is not None:
            channels.publish(m, context.root, slot.value)
    return m.unknown(node)


def _store(m: Machine, options: Ref, node: p.Node) -> Value:
    """A store by its options: its actions are its own methods, and see each other."""
    entries: dict[str, Slot] = {}
    for holder in component.holders(m, options)[1:]:
        for key, slot in m.store.object(holder).entries.items():
            if isinstance(slot.value, Func) and not slot.value.bound:
                slot = slot._replace(value=slot.value._replace(this=options, bound=True))
            entries.setdefault(key, slot)
    return m.allocate(Obj("record", m.place(node), entries, rests=(Rest(None, "the state of a store"),)))
