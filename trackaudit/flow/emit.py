"""Sends: which calls are one, and what they carry."""

from __future__ import annotations

from trackaudit.flow.send import FrozenRecord, Leaf, Send
from trackaudit.flow.values import Const, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit import program as p
    from trackaudit.flow.arguments import Args
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.send import Frozen
    from trackaudit.flow.values import Value
    from trackaudit.model import Place
    from trackaudit.vocabulary import Argument, CallSink


_NAMED = ("param:", "this:", "field:", "instance:", "typed:")
"""Roots of what somebody unseen gives: a parameter, a member that nobody sets, a type. Its name may be an SDK's."""


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
    if symbol.root.startswith("this:") and path[:1] == ("this",):
        path = path[1:]
    if symbol.root.startswith(_NAMED) and path and m.vocabulary.is_sdk_name(path[0]):
        sink = m.vocabulary.call_sink("", path, language)
        return None if sink is None else (sink, False)
    return None


def is_sink(m: Machine, symbol: Symbol) -> bool:
    """Whether calling this symbol would be a send."""
    return find_sink(m, symbol) is not None


def emit(m: Machine, symbol: Symbol, sink: CallSink, certain: bool, node: p.Node, args: Args) -> None:
    """Record a send."""
    m.order += 1
    taken: dict[str, tuple[Frozen, Place]] = {}
    for name, spec in sink.arguments.items():
        found = _argument(m, spec, args, node)
        if found is not None:
            taken[name] = found
    call_text = m.callee_text(node) or ".".join(part for part in symbol.path if part != "()")
    # A constructor's send meets those of the client that it makes.
    receiver = made(m, symbol, "()", node).key if sink.receiver == f"{sink.method}()" else symbol.key.rpartition(".")[0]
    m.sends.append(Send(m.where(), m.place(node), call_text, taken, sink, receiver, certain=certain))


def _argument(m: Machine, spec: Argument, args: Args, node: p.Node) -> tuple[Frozen, Place] | None:
    arg = args.keyword(spec.keyword) if spec.keyword else None
    if arg is None and 0 <= spec.index < len(args.positional):
        arg = args.positional[spec.index]
    if arg is None:
        rest = args.rest if spec.index >= 0 and args.rest is not None else args.more
        if rest is None:
            return None
        value: Value = rest.value if rest.value is not None else m.unknown(node)
        return m.freeze(value), m.place(node)
    frozen, place = m.freeze(arg.value), arg.place
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


def made(m: Machine, symbol: Symbol, segment: str, node: p.Node) -> Symbol:
    """What a call of something known by name gives. A package's class makes a client of its own at each call."""
    place = m.place(node)
    name = symbol.path[-1] if symbol.path else ""
    if symbol.root.startswith("import:") and "#" not in symbol.root and name[:1].isupper():
        return Symbol(f"{symbol.root}#{place.path}:{place.start}", (*symbol.path, "()"), place)
    return Symbol(symbol.root, (*symbol.path, segment), place)
