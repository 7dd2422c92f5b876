"""Where a machine stands in a unit: what it begins anew for one, and has back when that one has ended."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Symbol
    from trackaudit.model import Notice

_STAND = (
    "unit",
    "order",
    "steps",
    "deadline",
    "idle",
    "scope",
    "blocks",
    "guards",
    "callers",
    "handlers",
    "tags",
    "frames",
    "since",
    "tally",
)
"""What a unit begins anew and its end gives back."""


class Tally:
    """What a unit leaves beside its sends. evaluated: functions run, by file. held: what a component's state is set to,
    by its symbol's root and path. limits: by file and by what the notice says, where a bound was first hit, and whether
    what was left out might send. notices: what ended it early."""

    __slots__ = ("evaluated", "held", "limits", "notices")

    def __init__(self) -> None:
        self.evaluated: dict[str, int] = {}
        self.held: dict[tuple[str, tuple[str, ...]], list[Symbol]] = {}
        self.limits: dict[tuple[str, str], tuple[int, bool]] = {}
        self.notices: list[Notice] = []


def total(tallies: dict[int, Tally], sending: Container[int]) -> Tally:
    """What all units leave; of a bound the first place, and whether it is to be told: if its unit sends, or what was
    left out might."""
    whole = Tally()
    for unit, tally in tallies.items():
        for hit, (start, hides) in tally.limits.items():
            if hides or hit not in whole.limits:
                whole.limits[hit] = start, hides or unit in sending
        for path, count in tally.evaluated.items():
            whole.evaluated[path] = whole.evaluated.get(path, 0) + count
        for key, symbols in tally.held.items():
            known = whole.held.setdefault(key, [])
            known.extend(one for one in symbols if one not in known)
    return whole


class Stand:
    """What a machine has of the unit that it runs, set aside while it runs another."""

    def __init__(self, machine: Machine, unit: int, keep: bool) -> None:
        self.machine = machine
        self.unit = unit
        self.keep = keep

    def __enter__(self) -> None:
        machine = self.machine
        self.saved = [(name, getattr(machine, name)) for name in _STAND]
        self.journals = machine.store.journals
        machine.unit, machine.order, machine.steps, machine.idle = self.unit, 0, 0, 0
        self.began = monotonic()
        machine.deadline = self.began + machine.bounds.seconds
        machine.blocks, machine.guards, machine.callers, machine.handlers = (), frozenset(), (), ()
        machine.tags, machine.frames = (), []
        machine.tally = machine.tallies[self.unit] = Tally()
        machine.since = len(machine.candidates), len(machine.sends)
        if not self.keep:
            machine.module_units.add(self.unit)
            machine.store.journals = []

    def __exit__(self, *error: object) -> None:
        machine = self.machine
        machine.store.journals = self.journals
        machine.spent += machine.steps
        for name, value in self.saved:
            setattr(machine, name, value)
        machine.deadline += monotonic() - self.began  # what it asked for meanwhile is not its own time
