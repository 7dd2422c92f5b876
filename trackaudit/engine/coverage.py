"""Does the same identifier reach an ID on this path? TrackingCalls and an IdSchema in; questions answered.

Paths are never listed: a call stands in blocks, and block prefixes say what surrounds what. The evaluator puts what
follows an early return into the remaining arm, so "no return between" is already in the blocks.
"""

from __future__ import annotations

from bisect import bisect_left

from trackaudit.engine.reach import Reach
from trackaudit.identity import DEFAULT_SOFT, IDENTIFYING, identifier_kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackaudit.engine.reach import Sign
    from trackaudit.model import Entry, IdSchema, Place, TrackingCall

_IDENTIFYING_OPERATIONS = ("identify", "start")
DOUBLE_OPT_IN = "double_opt_in"
_OPT_IN: Sign = ("double opt-in",)
_OPEN: Sign = ("open",)
_HARD: Sign = ("hard",)


class Coverage:
    """All calls of a run, indexed for the questions that rules ask about identity on a path."""

    def __init__(self, calls: Sequence[TrackingCall], schema: IdSchema) -> None:
        self.schema = schema
        self._sinks: dict[Place, list[TrackingCall]] = {}
        self._identified: dict[str, list[tuple[TrackingCall, Entry]]] = {}
        for call in calls:
            self._sinks.setdefault(call.sink, []).append(call)
            for entry in call.ids.items:
                if call.operation in _IDENTIFYING_OPERATIONS and self.is_hard(entry.key):
                    known = self._identified.setdefault(entry.kind, [])
                    if all(other.sink != call.sink for other, _ in known) and len(known) < 2:
                        known.append((call, entry))
        # A unit may hold thousands of calls, and each of them asks.
        self._units: dict[str, Reach] = {}
        self._opt_ins: dict[tuple[str, Sign], list[TrackingCall]] = {}
        self._resets: dict[str, list[int]] = {}
        self._reaches: dict[tuple[str, str], Reach] = {}
        self._payloads: dict[tuple[str, Sign], Reach] = {}
        self._starts: dict[tuple[str, str, str], set[Sign]] = {}
        for call in sorted(calls, key=lambda call: call.order):
            self._note(call)

    def _note(self, call: TrackingCall) -> None:
        """Index an identifying call, a start, an anonymize or a payload by what its IDs tell."""
        at = call.unit, _family(call)
        moments: set[Sign] = set()
        if any(is_identifier(item, self.schema) for item in call.properties.items):
            moments.add(("identifier", call.context.function))
        if call.event == DOUBLE_OPT_IN:
            opt_ins = _opt_in(call)
            moments.update((_OPT_IN, *opt_ins))
            for sign in opt_ins:
                self._opt_ins.setdefault((call.unit, sign), []).append(call)
        if moments:
            self._units.setdefault(call.unit, Reach()).add(call, moments)
        if call.operation == "anonymize":
            self._resets.setdefault(call.unit, []).append(call.order)
            self._reaches.setdefault(at, Reach()).reset(call)
            return
        signs = self._signs(call)
        if call.operation in _IDENTIFYING_OPERATIONS:
            self._reaches.setdefault(at, Reach()).add(call, signs)
        if call.operation == "start":
            for around in (("unit", *at), ("page", call.sink.path, at[1])):
                self._starts.setdefault(around, set()).update(signs)
        if not call.stateful:
            for soft in self._soft(call):
                self._payloads.setdefault((call.unit, soft), Reach()).add(call, signs)

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
        return self._reached(call, _asked(entry))

    def identified(self, call: TrackingCall) -> bool:
        """Whether the call, or one that surrounds it, carries any hard ID of the customer."""
        return self._reached(call, {_HARD})

    def sometimes(self, entry: Entry, call: TrackingCall) -> bool:
        """Whether a call on the same run, though perhaps under a test of its own, sends the identifier as an ID."""
        return self._reach(call).together(call, _asked(entry))

    def unclear(self, call: TrackingCall, kind: str) -> bool:
        """Whether the call, or one that surrounds it, carries IDs that tell nothing: open, or hard of unknown kind."""
        signs: set[Sign] = {_OPEN, ("unknown", ""), ("unknown", kind)}
        if not signs.isdisjoint(self._signs(call)):
            return True
        return call.stateful and (self._begun(call, signs) or self._reach(call).surrounds(call, signs))

    def identified_elsewhere(self, kind: str, call: TrackingCall) -> tuple[TrackingCall, Entry] | None:
        """An identifying call, anywhere in the project but `call`, that sends a value of this kind as a hard ID."""
        for other, entry in self._identified.get(kind, ()):
            if other.sink != call.sink:
                return other, entry
        return None

    def near(self, call: TrackingCall) -> bool:
        """Whether a customer's identifier is among the properties of another call of the same function and handler;
        `call` has none."""
        return self._unit(call).together(call, {("identifier", call.context.function)})

    def opts_in(self, call: TrackingCall) -> bool:
        """Whether the handler of a call starts a double opt-in."""
        return self._unit(call).together(call, {_OPT_IN})

    def opt_ins(self, entry: Entry, call: TrackingCall) -> Iterator[TrackingCall]:
        """The `double_opt_in` events in the same handler as the call that carry the same identifier, or none at all."""
        signs = {("nameless", call.context.function), *(("address", *value) for value in values(entry))}
        if self._unit(call).together(call, signs):
            found = {id(one): one for sign in signs for one in self._opt_ins.get((call.unit, sign), ())}
            yield from sorted((one for one in found.values() if _together(call, one)), key=lambda one: one.order)

    def last_reset(self, call: TrackingCall) -> int:
        """The order of the last anonymize in the call's unit before it; -1 where there is none."""
        resets = self._resets.get(call.unit, [])
        before = bisect_left(resets, call.order)
        return resets[before - 1] if before else -1

    def at_sink(self, sink: Place) -> list[TrackingCall]:
        """Every call that was seen at this sink, one a caller and unit."""
        return self._sinks.get(sink, [])

    # ------------------------------------------------------------------------------------------- the parts

    def _reached(self, call: TrackingCall, signs: set[Sign]) -> bool:
        if not signs.isdisjoint(self._signs(call)):
            return True
        if not call.stateful:
            return self._stitched(call, signs)
        return self._begun(call, signs) or self._reach(call).happens(call, signs)

    def _reach(self, call: TrackingCall) -> Reach:
        """The identifying calls of the same unit and SDK family."""
        return self._reaches.get((call.unit, _family(call))) or Reach()

    def _unit(self, call: TrackingCall) -> Reach:
        """What is sent in the same unit, by what it means for a moment: an identifier, a double opt-in."""
        return self._units.get(call.unit) or Reach()

    def _begun(self, call: TrackingCall, signs: set[Sign]) -> bool:
        """Whether a start that holds for `call` has one of the signs: any of the same unit and SDK family, and any of
        the same page."""
        family = _family(call)
        around = [("unit", call.unit, family)]
        if call.channel == "page":
            around.append(("page", call.sink.path, family))
        return any(not signs.isdisjoint(self._starts.get(one, ())) for one in around)

    def _stitched(self, call: TrackingCall, signs: set[Sign]) -> bool:
        """Whether another payload on the path carries it beside a soft ID that `call` carries too."""
        payloads = [self._payloads.get((call.unit, soft)) for soft in self._soft(call)]
        return any(others.surrounds(call, signs) for others in payloads if others is not None)

    # ------------------------------------------------------------------------------------------- signs

    def _signs(self, call: TrackingCall) -> set[Sign]:
        """What a call's IDs tell. Those that hold only one kind of value say so; a hard ID may hold any."""
        found: set[Sign] = {_OPEN} if call.ids.open else set()
        for item in call.ids.items:
            hard = self.is_hard(item.key)
            if hard and item.owner != "other":
                found.add(_HARD)
            kinds = [""] if hard else [kind for kind in IDENTIFYING if self.holds_as_id(item, kind)]
            for kind in kinds:
                found.update((*sign, kind) for sign in _told(item))
        return found

    def _soft(self, call: TrackingCall) -> set[Sign]:
        return {(item.key, *one) for item in call.ids.items if not self.is_hard(item.key) for one in values(item)}


def _told(item: Entry) -> set[Sign]:
    """What an ID tells by itself: its value, its name and kind where it is always there, or nothing."""
    found = values(item)
    if _unknown(item):
        found.add(("unknown",))
    if item.must:
        found.add(("name", item.key))
    if item.must and item.kind in IDENTIFYING and item.owner != "other":
        found.add(("kind", item.kind))
    return found


def _asked(entry: Entry) -> set[Sign]:
    """The signs of the IDs that cover an entry: the same value, the same name, or the same kind."""
    asked = {*values(entry), ("name", entry.key), ("kind", entry.kind)}
    return {(*sign, kind) for sign in asked for kind in ("", entry.kind)}


def is_identifier(entry: Entry, schema: IdSchema) -> bool:
    """Whether an entry holds the customer's identifier: of a kind that a hard ID holds, or under a hard ID's name."""
    if entry.owner == "other" or not entry.value.resolved:
        return False
    if entry.kind in identifier_kinds(schema)[0]:
        return True
    known = schema.get(entry.key)
    if known is None or not known.hard or entry.kind == "none":
        return False
    # `registered: true` and `registered: "2020-01-01"` say when or whether, not who.
    return bool(entry.value.symbols)


def _opt_in(event: TrackingCall) -> set[Sign]:
    """Whose double opt-in it is: that of its addresses, or where it has none of whoever the function is about."""
    addresses = [item for item in (*event.properties.items, *event.ids.items) if item.kind == "email"]
    if not addresses:
        return {("nameless", event.context.function)}
    return {("address", *value) for item in addresses for value in values(item)}


def same_identifier(a: Entry, b: Entry) -> bool:
    """Whether two entries hold the same value: a symbol in common, or the same constant."""
    return not values(a).isdisjoint(values(b))


def values(entry: Entry) -> set[Sign]:
    """What an entry has in common with every other of the same value: its symbols, else its constants."""
    if entry.value.symbols:
        return {("symbol", symbol) for symbol in entry.value.symbols}
    return {("constant", text) for text in _constants(entry)}


def _constants(entry: Entry) -> frozenset[str]:
    texts = (str(value) for value in entry.value.literals if value is not None and not isinstance(value, bool))
    return frozenset(text.strip().lower() for text in texts if text.strip())


def _unknown(item: Entry) -> bool:
    return item.kind == "unknown" or not item.value.resolved


def _family(call: TrackingCall) -> str:
    """Calls of one family speak for the same customer: all of a page's, all of an app's, else one client's."""
    return call.channel if call.channel in ("page", "mobile") else f"{call.sdk} {call.receiver}"


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
