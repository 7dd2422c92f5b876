"""Does the same identifier reach an ID on this path? TrackingCalls and an IdSchema in; questions answered.

Paths are never listed: a call stands in blocks, and block prefixes say what surrounds what. The evaluator puts what
follows an early return into the remaining arm, so "no return between" is already in the blocks.
"""

from __future__ import annotations

from trackaudit.identity import DEFAULT_SOFT, IDENTIFYING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from trackaudit.model import Entry, IdSchema, Place, TrackingCall

    Blocks: TypeAlias = tuple[tuple[int, int, int], ...]

_IDENTIFYING_OPERATIONS = ("identify", "start")


class Coverage:
    """All calls of a run, indexed for the questions that rules ask about identity on a path."""

    def __init__(self, calls: Sequence[TrackingCall], schema: IdSchema) -> None:
        self.schema = schema
        self._units: dict[str, list[TrackingCall]] = {}
        self._starts: list[TrackingCall] = []
        self._sinks: dict[Place, list[TrackingCall]] = {}
        self._identified: dict[str, list[tuple[TrackingCall, Entry]]] = {}
        for call in calls:
            self._units.setdefault(call.unit, []).append(call)
            self._sinks.setdefault(call.sink, []).append(call)
            if call.operation == "start" and (call.ids.items or call.ids.open):
                self._starts.append(call)
            for entry in call.ids.items:
                if call.operation in _IDENTIFYING_OPERATIONS and self.is_hard(entry.key):
                    self._identified.setdefault(entry.kind, []).append((call, entry))
        for unit in self._units.values():
            unit.sort(key=lambda call: call.order)
        # A unit may hold thousands of calls, and each of them asks.
        self._events: dict[tuple[str, str], list[TrackingCall]] = {}
        self._marks: dict[tuple[str, str], list[TrackingCall]] = {}
        for name, unit in self._units.items():
            for call in unit:
                if call.event:
                    self._events.setdefault((name, call.event), []).append(call)
                if call.operation in (*_IDENTIFYING_OPERATIONS, "anonymize"):
                    self._marks.setdefault((name, _family(call)), []).append(call)

    # ------------------------------------------------------------------------------------------- ID names

    def is_hard(self, name: str) -> bool:
        """Whether an ID name is hard; a name that the schema does not know counts as hard."""
        known = self.schema.get(name)
        return known.hard if known is not None else name != DEFAULT_SOFT

    def holds_as_id(self, entry: Entry, kind: str) -> bool:
        """Whether this ID entry's name may hold values of the kind: hard, or soft and declared to hold it."""
        if self.is_hard(entry.key):
            return True
        known = self.schema.get(entry.key)
        return known is not None and known.declared and known.holds == kind and kind in IDENTIFYING

    # ------------------------------------------------------------------------------------------- covered

    def covered(self, entry: Entry, call: TrackingCall) -> bool:
        """Whether the identifier in `entry` of `call` is also an ID: in the same send, or in one that surrounds it."""
        return self._reached(call, lambda other: self._carries(other, entry, call))

    def identified(self, call: TrackingCall) -> bool:
        """Whether the call, or one that surrounds it, carries any hard ID of the customer."""
        return self._reached(call, self._has_hard_id)

    def sometimes(self, entry: Entry, call: TrackingCall) -> bool:
        """Whether a call on the same run, though perhaps under a test of its own, sends the identifier as an ID."""
        return any(self._carries(other, entry, call) and _together(other, call) for other in self._identifying(call))

    def unclear(self, call: TrackingCall, kind: str) -> bool:
        """Whether the call, or one that surrounds it, carries IDs that tell nothing: open, or hard of unknown kind."""

        def tells_nothing(other: TrackingCall) -> bool:
            if other.ids.open:
                return True
            return any(self.holds_as_id(item, kind) and _unknown(item) for item in other.ids.items)

        if tells_nothing(call):
            return True
        if not call.stateful:
            return False
        around = [other for other in self._identifying(call) if _surrounds(other.blocks, call.blocks)]
        return any(tells_nothing(other) for other in (*around, *self._begun(call)))

    def identified_elsewhere(self, kind: str, call: TrackingCall) -> tuple[TrackingCall, Entry] | None:
        """An identifying call, anywhere in the project but `call`, that sends a value of this kind as a hard ID."""
        for other, entry in self._identified.get(kind, ()):
            if other.sink != call.sink:
                return other, entry
        return None

    def same_handler(self, call: TrackingCall, event: str = "") -> Iterator[TrackingCall]:
        """Calls of the same unit that can happen in the same run of the same handler as `call`; `event`: only events of
        that name."""
        others = self._events.get((call.unit, event), ()) if event else self._units.get(call.unit, ())
        for other in others:
            if other is not call and _together(call, other):
                yield other

    def of_unit(self, unit: str) -> Sequence[TrackingCall]:
        """The calls of a unit, in their order."""
        return self._units.get(unit, ())

    def at_sink(self, sink: Place) -> list[TrackingCall]:
        """Every call that was seen at this sink, one a caller and unit."""
        return self._sinks.get(sink, [])

    # ------------------------------------------------------------------------------------------- the parts

    def _reached(self, call: TrackingCall, carries: Callable[[TrackingCall], bool]) -> bool:
        if carries(call):
            return True
        if not call.stateful:
            return self._stitched(call, carries)
        if any(carries(start) for start in self._begun(call)):
            return True
        others = [other.blocks for other in self._identifying(call) if carries(other)]
        return bool(others) and any(_happens(others, call.blocks[:depth]) for depth in range(len(call.blocks) + 1))

    def _carries(self, other: TrackingCall, entry: Entry, call: TrackingCall) -> bool:
        return any(
            self.holds_as_id(item, entry.kind)
            and (same_identifier(item, entry) or _same_name(item, entry) or _same_kind(item, entry))
            for item in other.ids.items
        )

    def _has_hard_id(self, other: TrackingCall) -> bool:
        return any(self.is_hard(item.key) and item.owner != "other" for item in other.ids.items)

    def _identifying(self, call: TrackingCall) -> Iterator[TrackingCall]:
        """Identifying calls of the same unit and SDK family, with no anonymize between that surrounds `call`."""
        marks = self._marks.get((call.unit, _family(call)), ())
        resets = [
            other.order for other in marks if other.operation == "anonymize" and _surrounds(other.blocks, call.blocks)
        ]
        for other in marks:
            if other is call or other.operation == "anonymize":
                continue
            low, high = sorted((other.order, call.order))
            if not any(low < order < high for order in resets):
                yield other

    def _begun(self, call: TrackingCall) -> Iterator[TrackingCall]:
        """Starts that hold for `call`: any of the same unit and SDK family, and any of the same page."""
        for start in self._starts:
            if start is call or _family(start) != _family(call):
                continue
            if start.unit == call.unit or (call.channel == "page" and start.sink.path == call.sink.path):
                yield start

    def _stitched(self, call: TrackingCall, carries: Callable[[TrackingCall], bool]) -> bool:
        """Whether another payload on the path carries it beside a soft ID that `call` carries too."""
        soft = [item for item in call.ids.items if not self.is_hard(item.key)]
        if not soft:
            return False
        for other in self._units.get(call.unit, ()):
            if other is call or other.stateful or not _surrounds(other.blocks, call.blocks) or not carries(other):
                continue
            if any(item.key == mine.key and same_identifier(item, mine) for item in other.ids.items for mine in soft):
                return True
        return False


def same_identifier(a: Entry, b: Entry) -> bool:
    """Whether two entries hold the same value: a symbol in common, or the same constant."""
    if a.value.symbols or b.value.symbols:
        return bool(a.value.symbols & b.value.symbols)
    return bool(_constants(a) & _constants(b))


def _constants(entry: Entry) -> frozenset[str]:
    texts = (str(value) for value in entry.value.literals if value is not None and not isinstance(value, bool))
    return frozenset(text.strip().lower() for text in texts if text.strip())


def _same_name(item: Entry, entry: Entry) -> bool:
    return item.key == entry.key and item.must


def _same_kind(item: Entry, entry: Entry) -> bool:
    return item.must and item.kind == entry.kind and item.kind in IDENTIFYING and item.owner != "other"


def _unknown(item: Entry) -> bool:
    return item.kind == "unknown" or not item.value.resolved


def _family(call: TrackingCall) -> str:
    """Calls of one family speak for the same customer: all of a page's, all of an app's, else one client's."""
    return call.channel if call.channel in ("page", "mobile") else f"{call.sdk} {call.receiver}"


def _surrounds(outer: Blocks, inner: Blocks) -> bool:
    return inner[: len(outer)] == outer


def _happens(others: Sequence[Blocks], at: Blocks) -> bool:
    """Whether, wherever block `at` runs, one of `others` runs: in it, or in every arm of a branch in it."""
    depth = len(at)
    inside = [blocks for blocks in others if blocks[:depth] == at]
    if any(len(blocks) == depth for blocks in inside):
        return True
    branches: dict[tuple[int, int], dict[int, list[Blocks]]] = {}
    for blocks in inside:
        branch, arm, arms = blocks[depth]
        branches.setdefault((branch, arms), {}).setdefault(arm, []).append(blocks)
    return any(
        len(held) == arms and all(_happens(below, (*at, (branch, arm, arms))) for arm, below in held.items())
        for (branch, arms), held in branches.items()
    )


def _together(a: TrackingCall, b: TrackingCall) -> bool:
    """Whether both can happen in one run of one handler: nested callbacks at most, never in sibling arms."""
    for mine, theirs in zip(a.blocks, b.blocks, strict=False):
        if mine == theirs:
            continue
        if mine[0] == theirs[0]:
            return False
        break
    outer, inner = sorted((_callbacks(a), _callbacks(b)), key=len)
    if inner[: len(outer)] != outer:
        return False
    # What a page does at load and what a handler does later are two moments, though the handler is made there.
    page_and_handler = not outer and inner and not (a.context.function and b.context.function)
    return not page_and_handler


def _callbacks(call: TrackingCall) -> list[tuple[int, int, int]]:
    return [block for block in call.blocks if block[2] == 0]
