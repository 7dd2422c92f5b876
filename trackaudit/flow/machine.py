"""The evaluator's state: where it stands (frame, scope, blocks, guards), the store, what was sent, and its bounds."""

from __future__ import annotations

from itertools import islice
from time import monotonic

from trackaudit.config.limits import limits
from trackaudit.flow.frames import Arm, Frame, OutOfSteps
from trackaudit.flow.near import near
from trackaudit.flow.send import Send, Where, freeze
from trackaudit.flow.stand import Stand, Tally
from trackaudit.flow.values import (
    UNDEFINED,
    Func,
    Lazy,
    Obj,
    Ref,
    Rest,
    Scope,
    Slot,
    Store,
    Symbol,
    Union,
    options,
)
from trackaudit.model import Context, Place, Step
from trackaudit.program import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trackaudit.flow.keys import Published
    from trackaudit.flow.link import Linker
    from trackaudit.flow.send import Frozen
    from trackaudit.flow.values import ClassValue, Value
    from trackaudit.model import SourceFile
    from trackaudit.program import Expr, Module, Node, Stmt
    from trackaudit.vocabulary import Vocabulary

TIRED_STEPS = 2_000
"""Steps of a unit after those of the whole run are used up."""
CLOCK = 0xFFF
"""The clock is looked at once in so many steps, less one."""
INLINE_LIMIT = 48
"""Calls inside calls that are followed; deeper ones are unknown, with a notice."""
MOST_BLOCKS = 200
"""Blocks around one send: each early way out opens another for what follows it."""
MOST_GUARDS = 200
"""Symbols that are known to be present; a few more may be among them."""
LONGEST_CALLEE = 1000
"""Characters of what is called."""
IDLE_LIMIT = 600
"""Calls in one unit that are followed only for what they give back: none of them can lead to a send."""


class Machine:
    """All the evaluator knows while it runs. Its parts are functions in `statements`, `expressions`, `invoke` and
    `builtin`, which take it as their first argument and reach each other through `evaluate` and `execute`.

    asked: keys of globals, and of members of what is not known, that somebody has looked for. alone: the function that
    is run on its own, as a unit; 0 while top levels are run for their own sake. opened: imports that only such
    functions have followed.
    """

    def __init__(self, vocabulary: Vocabulary, linker: Linker) -> None:
        self.vocabulary = vocabulary
        self.linker = linker
        self.store = Store()
        self.globals = Scope(0, None, True)
        self.sends: list[Send] = []
        self.tallies: dict[int, Tally] = {}
        self.tally = Tally()
        self.evaluate: Callable[[Expr], Value]
        self.execute: Callable[[list[Stmt]], bool]
        self.call: Callable[..., Value]
        self.instantiate: Callable[..., Value]
        self._number = 0
        self.order = 0
        self.unit = 0
        self.steps = 0
        self.spent = 0
        self.bounds = limits()
        self.deadline = monotonic() + self.bounds.seconds
        self.frames: list[Frame] = []
        self.scope = self.globals
        self.blocks: tuple[tuple[int, int, int], ...] = ()
        self.guards: frozenset[str] = frozenset()
        self.presence: dict[int, tuple[int, frozenset[str]]] = {}
        self.callers: tuple[Step, ...] = ()
        self.handlers: tuple[str, ...] = ()
        self.tags: tuple[int, ...] = ()
        self.called: dict[int, set[int]] = {}
        self.candidates: dict[int, Where] = {}
        self.since = 0, 0
        self.giving: set[int] = set()
        self.logged: set[int] = set()
        self.followed: dict[int, tuple[tuple[int, int, int], ...]] = {}
        self.awaited: set[int] = set()
        self.idle = 0
        self.injected: dict[tuple[int, int], Ref] = {}
        self.instances: dict[int, list[Ref]] = {}
        self.module_units: set[int] = set()
        self.alone = 0
        self.asked: set[tuple[int, str]] = set()
        self.opened: list[tuple[tuple[int, str], Lazy]] = []
        self.published: dict[str, list[Published]] = {}
        self.keys: dict[str, set[str]] = {}
        self.publishing: dict[int, set[str]] = {}
        self.writers: dict[str, tuple[str, int]] = {}

    # ---- units

    def run_body(self, module: Module) -> None:
        """Run a module's top level."""
        raise NotImplementedError

    def stand(self, unit: int, *, keep: bool = False) -> Stand:
        """For a `with`: run a unit on a clean stand, and come back to this one. `keep`: a function's own run, whose
        writes are forgotten; else a module's top level, whose writes stay whatever branch asked for it."""
        return Stand(self, unit, keep)

    # ---- places and numbers

    def number(self) -> int:
        """A number that nothing else has."""
        self._number += 1
        return self._number

    @property
    def frame(self) -> Frame:
        """The running frame."""
        return self.frames[-1]

    def place(self, node: Node) -> Place:
        """A node's place in the running module."""
        return Place(self.frames[-1].module.path, node.start, node.end)

    def source(self) -> SourceFile:
        """The running module's file."""
        return self.linker.source(self.frame.module.path)

    def beginning(self, node: Node, most: int = 60) -> str:
        """A node's source text, as far as so many characters: that of a chain's every link would be its square."""
        return self.source().text(node.start, min(node.end, node.start + 4 * most))[:most]

    def spend(self, steps: int) -> None:
        """Count the steps of work that is not of one node; raise OutOfSteps as `step` does."""
        self.steps += steps
        if self.steps > self.bounds.steps:
            raise OutOfSteps("max-steps")
        if steps and self.spent > self.bounds.run_steps:
            raise OutOfSteps("max-run-steps")

    def step(self) -> None:
        """Count one step; raise OutOfSteps when the unit has used up its own."""
        self.steps += 1
        if self.steps > self.bounds.steps:
            raise OutOfSteps("max-steps")
        if self.steps > TIRED_STEPS and self.spent > self.bounds.run_steps:
            raise OutOfSteps("max-run-steps")
        if not self.steps & CLOCK and monotonic() > self.deadline:
            raise OutOfSteps("max-seconds")

    def limit(self, node: Node, message: str, *, hides: bool = False) -> None:
        """Note that a bound was hit here; the first of its kind in a file becomes a notice, if its unit sends, or if
        what was left out might (`hides`)."""
        key = (self.frame.module.path, message)
        if hides:
            self.tally.limits[key] = (node.start, True)
        else:
            self.tally.limits.setdefault(key, (node.start, False))

    # ---- values

    def candidates_since(self, count: int) -> list[tuple[int, Where]]:
        """What was remembered (`consider`) after so many others."""
        return list(islice(reversed(self.candidates.items()), len(self.candidates) - count))[::-1]

    def unknown(self, node: Node, *, derived: frozenset[str] = frozenset()) -> Symbol:
        """A value nothing is known of but where it comes from."""
        place = self.place(node)
        return Symbol(f"?{place.path}:{place.start}-{place.end}", (), place, derived=derived, opaque=True)

    def allocate(self, obj: Obj) -> Ref:
        """Put a new object into the store. What it holds costs steps: objects made of each other fill the memory."""
        number = self.number()
        self.spend(self.size(obj) >> 4)
        self.store.write(number, obj)
        if obj.kind == "record":
            self.consider(number, obj)
        return Ref(number)

    def update(self, ref: Ref, obj: Obj) -> None:
        """Replace an object's state."""
        size = self.size(obj)
        if size > 16:
            self.steps += (max(0, size - self.size(self.store.object(ref))) >> 4) + (size >> 8)
        self.store.write(ref.number, obj)
        if obj.kind == "record" and ref.number not in self.candidates:
            self.consider(ref.number, obj)

    def consider(self, number: int, obj: Obj) -> None:
        """Remember an object that may turn out to be a payload, with where it was when it began to look like one."""
        if not self.vocabulary.shape_keys.isdisjoint(obj.entries):
            self.candidates[number] = self.where()

    def size(self, obj: Obj) -> int:
        """How many entries or items an object has."""
        return len(obj.entries) + len(obj.items)

    def new_record(self, node: Node, rest: Rest | None = None, cls: ClassValue | Symbol | None = None) -> Ref:
        """A new record that is empty but for what `rest` may bring."""
        return self.allocate(Obj("record", self.place(node), {}, rests=(rest,) if rest else (), cls=cls))

    def new_list(self, node: Node, values: list[Value], rest: Rest | None = None) -> Ref:
        """A new list of these values."""
        place = self.place(node)
        items = tuple(Slot(value, True, place, place) for value in values)
        return self.allocate(Obj("list", place, {}, items, (rest,) if rest else ()))

    def is_sdk(self, value: Value) -> bool:
        """Whether a value is an SDK or a client made from one."""
        return any(
            isinstance(option, Symbol) and self.vocabulary.is_receiver(option.root, option.path)
            for option in options(value)
        )

    def leave_open(self, base: Value) -> None:
        """Note that a member of a value is chosen by who calls the functions that run: if it is an SDK, they send."""
        if self.is_sdk(base):
            self.giving.update(id(frame.func.node) for frame in self.frames if frame.func is not None)

    def hold(self, state: Symbol, values: Iterable[Value], *, any_key: bool = False) -> None:
        """Note what something that changes over time may hold, for whoever asks where that comes from. `any_key`: that
        is under keys that are not known, so it tells nothing of what a known one holds."""
        held = self.tally.held.setdefault((state.root, state.path), [])
        for one in values:
            if not isinstance(one, Symbol) or one.root == state.root or one in held:
                continue
            if not any_key or self.vocabulary.value_identity(one.path).kind == "unknown":
                held.append(one)

    # ---- names

    def new_scope(self, function: bool) -> Scope:
        """A scope inside the present one."""
        return Scope(self.number(), self.scope, function)

    def declare(self, name: str, value: Value | Lazy | None, function: bool) -> None:
        """Declare a name in the present scope (or its function's), with a value if there is one."""
        scope = self.scope
        while function and not scope.function and scope.parent is not None:
            scope = scope.parent
        known = name in scope.names
        scope.names[name] = None
        if value is not None:
            self.store.write((scope.number, name), value)
        elif not known or (scope.number, name) not in self.store.cells:
            self.store.write((scope.number, name), UNDEFINED)

    def assign(self, name: str, value: Value) -> None:
        """Write a visible name; an undeclared one is a global, and the SDK's own names stay what they are."""
        key = self.scope.find(name)
        if key is None:
            if self.vocabulary.is_sdk_name(name):
                return
            self.globals.names[name] = None
            key = (0, name)
        self.store.write(key, value)

    def read(self, name: str, place: Place) -> Value:
        """What a name holds."""
        key = self.scope.find(name)
        if key is None:
            self.asked.add((0, name))
            return Symbol("", (name,), place)
        content = self.content(key)
        if content is None:
            return Symbol("", (name,), place) if key[0] == 0 else UNDEFINED
        return content

    def content(self, key: tuple[int, str]) -> Value | None:
        """What a cell holds; an import is followed when it is first asked for."""
        content = self.store.cells.get(key)
        if key[0] <= 0:
            self.asked.add(key)
        if isinstance(content, Lazy):
            # Not journaled: it is the same value in every arm.
            value = self.linker.imported(self, content.module, content.node, content.name)
            self.store.cells[key] = value
            if self.alone:
                self.opened.append((key, content))
            return value
        return None if content is None or isinstance(content, Obj) else content

    def read_global(self, name: str, place: Place) -> Value:
        """What a global holds."""
        content = self.content((0, name))
        return Symbol("", (name,), place) if content is None else content

    # ---- branches

    def enter(self, block: tuple[int, int, int]) -> None:
        """From here on all is in this block too, unless too many are around it."""
        if len(self.blocks) < MOST_BLOCKS:
            self.blocks = (*self.blocks, block)

    def crowded(self, node: Node) -> None:
        """Note that what comes from here on may not be told from what surely runs before it."""
        if len(self.blocks) >= MOST_BLOCKS:
            self.limit(
                node, f"{MOST_BLOCKS} tests come before this that may end what they are in; more are not told apart"
            )

    def tell(self, present: frozenset[str]) -> None:
        """From here on it is known that these symbols are present."""
        if len(self.guards) < MOST_GUARDS:
            self.guards |= present

    def arm(self, block: tuple[int, int, int] | None, guards: frozenset[str], run: Callable[[], bool]) -> Arm:
        """Run one arm of a branch on a fork of the store, inside `block`, and take its writes back."""
        blocks, outer = self.blocks, self.guards
        if block is not None:
            self.enter(block)
        self.tell(guards)
        self.store.fork()
        try:
            alive = run()
        finally:
            writes = self.store.take_back()
            self.blocks, self.guards = blocks, outer
        return Arm(writes, alive)

    def maybe(self, run: Callable[[], bool]) -> None:
        """Run something that may happen or not: a loop's body, a callback."""
        arm = self.arm((self.number(), 0, 0), frozenset(), run)
        self.store.join([{}, arm.writes] if arm.alive else [{}])

    # ---- sends

    def where(self) -> Where:
        """Where the evaluation stands."""
        frame = self.frame
        handler = next((kind for kind in reversed(self.handlers) if kind != "none"), "none")
        name = next((frame.name for frame in reversed(self.frames) if frame.name), "")
        return Where(
            self.unit,
            self.order,
            self.blocks,
            self.callers,
            Context(name, handler, near(self)),
            frame.module.language,
            self.tags,
            tuple(id(frame.func.node) for frame in self.frames if frame.func is not None),
        )

    def escape(self, values: list[Value], node: Node, sender: bool) -> None:
        """Values leave the code that is seen by a call: whatever payload can be reached from them is sent now."""
        for number in self.reachable(values):
            if number in self.candidates:
                frozen = self.freeze(Ref(number))
                self.order += 1
                call = self.callee_text(node)
                self.sends.append(Send(self.where(), self.place(node), call, {}, payload=frozen, sender=sender))  # type: ignore[arg-type]

    def freeze(self, value: Value) -> Frozen:
        """A value as it is now. What is sent stays in memory, so what is more than a call's own words costs steps."""
        frozen, size = freeze(self.store, value)
        self.spend(5 * max(0, size - 8))
        return frozen

    def callee_text(self, node: Node) -> str:
        """What a call calls, as it is written; "" for anything else."""
        return self.beginning(node.callee, LONGEST_CALLEE) if isinstance(node, Call) else ""

    def reachable(self, values: list[Value], most: int = 2000) -> Iterator[int]:
        """Numbers of the objects reachable from these values, outermost first."""
        queue = [value for value in values]
        seen: set[int] = set()
        while queue and len(seen) < most:
            value = queue.pop(0)
            if isinstance(value, Union):
                queue.extend(value.options)
            elif isinstance(value, Ref) and value.number not in seen:
                seen.add(value.number)
                yield value.number
                obj = self.store.object(value)
                queue.extend(slot.value for slot in obj.entries.values())
                queue.extend(slot.value for slot in obj.items)


def first_function(value: Value) -> Func | None:
    """The closure among a value's options, if any."""
    return next((option for option in options(value) if isinstance(option, Func)), None)
