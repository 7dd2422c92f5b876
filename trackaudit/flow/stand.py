"""Where a machine stands in a unit: what it begins anew for one, and has back when that one has ended."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine

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
)
"""What a unit begins anew and its end gives back."""


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
