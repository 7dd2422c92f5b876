"""What the evaluator stands in: frames, their ways out, and the arms of branches."""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.values import Content, Func, Key, Value
    from trackaudit.program import Module


class OutOfSteps(Exception):
    """A unit used up its steps, or its time. The message is the bound's setting."""


class Exit(NamedTuple):
    """One way out of a function: what is returned, and all that was written on the way there."""

    value: Value
    writes: dict[Key, Content]


class Frame:
    """One run of a function's body, or of a module's top level.

    exits: the ways out seen so far. made: closures made here, to be run at the end if nobody called them.
    level: the store's journal depth when it began. given: what was yielded.
    """

    __slots__ = ("exits", "func", "given", "level", "made", "module", "name", "this")

    def __init__(self, module: Module, func: Func | None, name: str, level: int, this: Value | None) -> None:
        self.module = module
        self.func = func
        self.name = name
        self.level = level
        self.this = this
        self.exits: list[Exit] = []
        self.made: dict[int, Func] = {}
        self.given: list[Value] = []


class Arm(NamedTuple):
    """What an arm wrote, and whether what follows it can be reached."""

    writes: dict[Key, Content]
    alive: bool
