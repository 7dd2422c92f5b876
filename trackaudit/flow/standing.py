"""Whether what a machine has seen still stands after it has run more files.

In: a machine, before and after. Out: whether something changed that code which ran before may have looked at. If not,
to run all the files together would give the same; so a round of callers costs the new files alone. What is left then
is what that would leave (`Before`).
"""

from __future__ import annotations

from trackaudit.flow.values import Lazy
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.units import Evaluator, Unit
    from trackaudit.flow.values import Content, Key


class Mark(NamedTuple):
    """A machine between two rounds. last: its last number. cells: all that it holds. asked: what code has asked for
    that anybody may write. made: by the node of a class whose methods were run on their own, how many instances they
    were run on."""

    last: int
    cells: dict[Key, Content]
    asked: frozenset[Key]
    made: dict[int, int]


def mark(machine: Evaluator) -> Mark:
    """How a machine is now."""
    owners = {id(unit.func.owner.node) for unit in machine.units if unit.func.owner is not None}
    made = {owner: _instances(machine, owner) for owner in owners}
    return Mark(machine.number(), dict(machine.store.cells), frozenset(machine.asked), made)


def stands(machine: Evaluator, before: Mark) -> bool:
    """Whether nothing is otherwise that was there before, and that somebody may have looked at."""
    old = before.cells
    for key, content in machine.store.cells.items():
        known = old.get(key)
        if known is content:
            continue
        number = key if isinstance(key, int) else key[0]
        # An import that is followed at last was what it is all the time.
        if number > before.last or isinstance(known, Lazy):
            continue
        if number > 0 or key in before.asked:
            return False
    return all(_instances(machine, owner) == count for owner, count in before.made.items())


def _instances(machine: Evaluator, owner: int) -> int:
    return sum(1 for ref in machine.instances.get(owner, ()) if ref.number in machine.store.cells)


class Before:
    """What ran on its own in the rounds before: which of it would be run again, and when. It is taken from the machine;
    what of it is taken again (`take`) is given back by `settle`."""

    def __init__(self, machine: Evaluator) -> None:
        self._machine = machine
        self._units = {unit.node: unit for unit in machine.units}
        self._numbers: dict[int, int] = {}
        self._late: dict[int, list[int]] = {}
        machine.units = []
        machine.ran = set()
        for loaded in machine.linker.files.values():
            if loaded.late:
                self._late.setdefault(loaded.late, []).append(loaded.unit)

    def find(self, node: int) -> Unit | None:
        """A function's own run, if it had one."""
        return self._units.get(node)

    def take(self, unit: Unit) -> Unit:
        """A run that stands, with the number that it would have now: numbers tell the order of all units."""
        del self._units[unit.node]
        new = self._numbers[unit.number] = self._machine.number()
        for top in sorted(self._late.get(unit.number, ())):
            self._numbers[top] = self._machine.number()
        self._machine.ran.add(unit.node)
        return unit._replace(number=new)

    def settle(self) -> bool:
        """Give what was taken its new number, and forget the rest: somebody calls these functions now. False if one of
        them has written a global, which somebody else would have written."""
        m, numbers = self._machine, self._numbers
        gone = {unit.number for unit in self._units.values()}
        if any(unit in gone for _, unit in m.writers.values()):
            return False
        m.writers = {name: (path, numbers.get(unit, unit)) for name, (path, unit) in m.writers.items()}
        for unit in self._units.values():
            m.called.pop(unit.number, None)
            for notice in m.tallies.pop(unit.number).notices:
                m.notices.remove(notice)
        m.called = {numbers.get(number, number): nodes for number, nodes in m.called.items()}
        m.module_units = {numbers.get(number, number) for number in m.module_units}
        tallies = {numbers.get(number, number): tally for number, tally in m.tallies.items()}
        m.tallies = {number: tallies[number] for number in sorted(tallies)}
        for loaded in m.linker.files.values():
            loaded.unit = numbers.get(loaded.unit, loaded.unit)
            loaded.late = numbers.get(loaded.late, loaded.late)
        sends = []
        for send in m.sends:
            number = numbers.get(send.where.unit)
            if number is not None:
                send = send._replace(where=send.where._replace(unit=number))
            if send.where.unit in m.tallies:
                sends.append(send)
        m.sends = sorted(sends, key=lambda send: send.where.unit)
        return True
