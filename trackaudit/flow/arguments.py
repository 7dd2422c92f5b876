"""Arguments of a call: what is passed, in order and by name."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.values import Ref, Rest, Symbol, options
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Slot, Value
    from trackaudit.model import Place


class Arg(NamedTuple):
    """One argument: its value, its expression's place, and the whole argument's (`email=mail`)."""

    value: Value
    place: Place
    whole: Place

    @classmethod
    def of(cls, slot: Slot) -> Arg:
        """What stands in a list or record, as an argument."""
        return cls(slot.value, slot.value_place, slot.root)


class Args(NamedTuple):
    """The arguments of one call. rest: unknown further positional ones; more: unknown further keywords.

    symbolic: nobody visible gave them (a callback, a function run on its own): parameters stand for themselves.
    form: a form gives them: the first is what somebody typed, or the event of the page that has it.
    """

    positional: tuple[Arg, ...] = ()
    keywords: tuple[tuple[str, Arg], ...] = ()
    rest: Rest | None = None
    more: Rest | None = None
    symbolic: bool = False
    form: bool = False

    def values(self) -> list[Value]:
        """All that is known to be passed."""
        return [arg.value for arg in self.positional] + [arg.value for _, arg in self.keywords]

    def keyword(self, name: str) -> Arg | None:
        """The keyword argument of that name."""
        return next((arg for key, arg in self.keywords if key == name), None)


def arguments(m: Machine, node: p.Call) -> Args:
    """Evaluate a call's arguments."""
    positional: list[Arg] = []
    keywords: list[tuple[str, Arg]] = []
    rest: Rest | None = None
    more: Rest | None = None
    for item in node.args:
        place = m.place(item)
        if not isinstance(item, p.Spread):
            positional.append(Arg(m.evaluate(item), place, place))
            continue
        for option in options(m.evaluate(item.value)):
            if isinstance(option, Ref) and m.store.object(option).kind == "list":
                obj = m.store.object(option)
                m.spend(len(obj.items))
                positional.extend(map(Arg.of, obj.items))
                rest = rest or (obj.rests[0] if obj.rests else None)
            else:
                rest = Rest(option if isinstance(option, Symbol) else None, "arguments that are not known here")
    for keyword in node.keywords:
        if keyword.name is not None:
            arg = Arg(m.evaluate(keyword.value), m.place(keyword.value), m.place(keyword))
            keywords.append((keyword.name, arg))
            continue
        for option in options(m.evaluate(keyword.value)):
            if isinstance(option, Ref):
                obj = m.store.object(option)
                m.spend(len(obj.entries))
                for key, slot in obj.entries.items():
                    keywords.append((key, Arg.of(slot)))
                more = more or (obj.rests[0] if obj.rests else None)
            else:
                more = Rest(option if isinstance(option, Symbol) else None, "keywords that are not known here")
    return Args(tuple(positional), tuple(keywords), rest, more)
