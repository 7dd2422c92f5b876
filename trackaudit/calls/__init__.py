"""Stage: calls. Sends that the evaluator saw come in; TrackingCalls, as the rules see them, go out.

Here the vocabulary gives meaning to arguments and payloads: which are IDs, which properties, and what each identifies.
"""

from __future__ import annotations

from trackaudit.model import Place, TrackingCall, Unresolved
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.flow.rounds import Flow
    from trackaudit.flow.send import FrozenRecord, Send
    from trackaudit.model import Notice, SourceFile
    from trackaudit.vocabulary import Shape, Vocabulary


class Calls(NamedTuple):
    """What the stage yields."""

    calls: list[TrackingCall]
    unresolved: list[Unresolved]
    notices: tuple[Notice, ...] = ()


def extract(
    flow: Flow,
    vocabulary: Vocabulary,
    source: Callable[[str], SourceFile],
    is_file: Callable[[str], bool] = lambda path: False,
) -> Calls:
    """Turn sends into tracking calls, in order of unit and of sending. `is_file`: whether a path is there."""
    from trackaudit.calls.presence import without_presence
    from trackaudit.calls.read import Reader
    from trackaudit.calls.shapes import fits, inner
    from trackaudit.flow.send import FrozenRecord

    reader = Reader(vocabulary, source, flow.held, is_file)
    found: list[TrackingCall] = []
    taken: set[int] = set()
    payloads = _chosen([send for send in flow.sends if send.payload is not None])
    matched: list[tuple[Send, FrozenRecord, Shape]] = []
    for send in payloads:
        record = send.payload
        if not isinstance(record, FrozenRecord):
            continue
        shape = next((shape for shape in vocabulary.shapes if fits(record, shape)), None)
        if shape is not None:
            matched.append((send, record, shape))
            taken.update(inner(record, shape))
    for send in flow.sends:
        if send.sink is not None:
            found.append(reader.of_call(send))
    for send, record, shape in matched:
        if record.number not in taken:
            found.append(reader.of_payload(send, record, shape))
    found.sort(key=lambda call: (int(call.unit), call.order))
    found = without_presence(found, flow.presence, vocabulary)
    return Calls(found, _unresolved(found), reader.notices())


def _chosen(sends: list[Send]) -> list[Send]:
    """Of one object's ways out, those that count: the ones that send; else the last, where an earlier one is sure to
    be followed by a later one."""
    by_object: dict[tuple[int, int], list[Send]] = {}
    for send in sends:
        assert send.payload is not None
        by_object.setdefault((send.where.unit, send.payload.number), []).append(send)
    chosen: list[Send] = []
    for group in by_object.values():
        senders = [send for send in group if send.sender]
        if senders:
            chosen.extend(senders)
            continue
        for index, send in enumerate(group):
            blocks = send.where.blocks
            if not any(blocks[: len(later.where.blocks)] == later.where.blocks for later in group[index + 1 :]):
                chosen.append(send)
    return chosen


def _unresolved(calls: list[TrackingCall]) -> list[Unresolved]:
    """Sends whose IDs or properties are not all known, one a sink. Beside an ID, an event's properties do no harm."""
    found: dict[Place, Unresolved] = {}
    for call in calls:
        for part, what in ((call.properties, "properties"), (call.ids, "ids")):
            if part.open and not (call.operation == "event" and call.ids.items):
                found.setdefault(call.sink, Unresolved(call.sink, call.call, f"{what}: {part.reason}"))
    return sorted(found.values())
