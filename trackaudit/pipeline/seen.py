"""What evaluation sees: candidates in, calls and what belongs to them out; nothing is asked of the whole project yet.

What is seen in files that nothing joins does not depend on each other, and comes in an order that does not depend on
which of them were evaluated together: so a later run can put old and new together (`incremental`).
"""

from __future__ import annotations

import sys
from time import perf_counter

from trackaudit.calls import Calls, extract
from trackaudit.config.limits import limited
from trackaudit.faults import contained
from trackaudit.model import Notice, Summary
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from typing import Any

    from trackaudit.config import Config
    from trackaudit.flow.callers import Wanted
    from trackaudit.flow.rounds import Trace
    from trackaudit.model import Moment, TrackingCall, Unresolved, Wrapper
    from trackaudit.pipeline.reader import Reader
    from trackaudit.vocabulary import Vocabulary

RECURSION = 6000
"""Python frames allowed: a chain of wrappers is evaluated by recursion."""


class Seen(NamedTuple):
    """notices: without those of `limits` (`flow.rounds.Flow`). moments: those that call others too. evaluated:
    functions run, by file. parsed: the files that were parsed. links: importers and what they import. seconds: wall
    time by stage. trace: None where nothing was evaluated."""

    calls: tuple[TrackingCall, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    wrappers: tuple[Wrapper, ...] = ()
    moments: tuple[Moment, ...] = ()
    notices: tuple[Notice, ...] = ()
    limits: Mapping[str, Sequence[tuple[str, int]]] = {}
    evaluated: Mapping[str, int] = {}
    parsed: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)
    trace: Trace | None = None

    def all_notices(self) -> list[Notice]:
        """Those of bounds too, one a bound at the first place where it was hit, in order of paths."""
        found = [*self.notices]
        for message, [(path, line), *others] in self.limits.items():
            more = f"; and so in {len(others)} more files" if others else ""
            found.append(Notice("limit", path, line, f"{message}{more}"))
        return sorted(dict.fromkeys(found), key=_notice_order)

    def only(self, stays: Callable[[str], bool]) -> Seen:
        """What was seen in the files that stay."""
        limits = {message: [place for place in places if stays(place[0])] for message, places in self.limits.items()}
        return self._replace(
            calls=tuple(one for one in self.calls if stays(one.sink.path)),
            unresolved=tuple(one for one in self.unresolved if stays(one.place.path)),
            wrappers=tuple(one for one in self.wrappers if stays(one.place.path)),
            moments=tuple(one for one in self.moments if stays(one.place.path)),
            notices=tuple(one for one in self.notices if stays(one.path)),
            limits={message: places for message, places in limits.items() if places},
            evaluated={path: count for path, count in self.evaluated.items() if stays(path)},
            parsed=frozenset(filter(stays, self.parsed)),
        )

    def summary(self) -> Summary:
        """The account of this part of a run."""
        return Summary(
            files_parsed=len(self.parsed),
            calls=len({call.sink for call in self.calls}),
            unresolved=len(self.unresolved),
            evaluated=sum(self.evaluated.values()),
            seconds=tuple(zip(("parse", "flow", "calls"), self.seconds, strict=True)),
        )


def see(
    config: Config,
    vocabulary: Vocabulary,
    reader: Reader,
    candidates: Iterable[str],
    folders: Callable[[], list[str]],
    package: Callable[[str], str],
    is_test: Callable[[str], bool],
    search: Callable[[Sequence[Wanted], Container[str]], list[str]],
    every: bool = False,
    last: int = 0,
) -> Seen:
    """Evaluate the candidates and what they lead to. `folders`: those that hold a package.json. `package`: the folder
    of a path's nearest package manifest. `search`, `every`, `last`: as `flow.rounds.evaluate` takes them."""
    from trackaudit.flow.link import Linker
    from trackaudit.flow.resolve import Resolver
    from trackaudit.flow.rounds import evaluate, nothing

    clock = [perf_counter()]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        resolver = Resolver(reader.sources.is_file, reader.read, folders)
        linker = Linker(vocabulary, reader.source, resolver, reader.load)
        # What a test passes says nothing of the customers, so tests are read only where real code imports them.
        with limited(config.limits):
            own = [path for path in candidates if not is_test(path)]
            flow, lost = contained(
                "the evaluation",
                lambda paths: evaluate(paths, vocabulary, linker, search, every, last),
                own,
                lambda path: path,
                nothing(last),
            )
    finally:
        sys.setrecursionlimit(limit)
    clock.append(perf_counter())
    calls, faults = contained(
        "reading what is sent",
        lambda sends: extract(flow._replace(sends=sends), vocabulary, reader.source, reader.sources.is_file),
        flow.sends,
        lambda send: send.place.path,
        Calls([], []),
    )
    kept = [call for call in calls.calls if not is_test(call.sink.path)]
    moments = sorted(
        (moment for moment in flow.moments if not is_test(moment.place.path)), key=lambda moment: moment.place
    )
    clock.append(perf_counter())
    return Seen(
        tuple(call._replace(package=package(call.sink.path)) for call in in_order(kept)),
        tuple(sorted(one for one in calls.unresolved if not is_test(one.place.path))),
        tuple(sorted(flow.wrappers, key=lambda one: one.place)),
        tuple(moment._replace(package=package(moment.place.path)) for moment in moments),
        (*_heard(reader.told(), own, flow.trace), *flow.notices, *calls.notices, *lost, *faults),
        flow.limits,
        flow.evaluated,
        frozenset(reader.modules),
        frozenset(resolver.links),
        (reader.seconds, clock[1] - clock[0] - reader.seconds, clock[2] - clock[1]),
        flow.trace,
    )


def _heard(notices: Iterable[Notice], candidates: Iterable[str], trace: Trace) -> list[Notice]:
    """Without the bounds that were hit where nothing could be missing: in files that were only imported, and lack no
    name that a file that sends asked for."""
    where = {"", *candidates, *trace.sought, *trace.missed}
    return [notice for notice in notices if notice.kind != "limit" or notice.path in where]


def together(parts: Sequence[Seen]) -> Seen:
    """What was seen in parts that nothing joins, in the order in which one evaluation gives it; without links, seconds
    and trace."""
    limits: dict[str, list[tuple[str, int]]] = {}
    for seen in parts:
        for message, places in seen.limits.items():
            limits.setdefault(message, []).extend((path, line) for path, line in places)
    return Seen(
        tuple(in_order(one for seen in parts for one in seen.calls)),
        tuple(sorted(one for seen in parts for one in seen.unresolved)),
        tuple(sorted((one for seen in parts for one in seen.wrappers), key=lambda one: one.place)),
        tuple(sorted((one for seen in parts for one in seen.moments), key=lambda one: one.place)),
        tuple(one for seen in parts for one in seen.notices),
        {message: sorted(limits[message]) for message in sorted(limits)},
        {path: count for seen in parts for path, count in seen.evaluated.items()},
        frozenset().union(*(seen.parsed for seen in parts)),
    )


def plain_of(seen: Seen) -> tuple[Any, ...]:
    """What was seen as plain data; without what was parsed, links, seconds and trace."""
    from trackaudit.pipeline.packed import plain

    return (
        [plain(part) for part in (seen.calls, seen.unresolved, seen.wrappers, seen.moments, seen.notices)],
        {message: list(places) for message, places in seen.limits.items()},
        dict(seen.evaluated),
    )


def seen_of(kept: tuple[Any, ...], parsed: Iterable[str]) -> Seen:
    """What `plain_of` was given. `parsed`: the files that were."""
    from trackaudit.pipeline.packed import noun

    parts, limits, evaluated = kept
    calls, unresolved, wrappers, moments, notices = map(noun, parts)
    return Seen(calls, unresolved, wrappers, moments, notices, limits, evaluated, frozenset(parsed))


def in_order(calls: Iterable[TrackingCall]) -> list[TrackingCall]:
    """By the first sink of their unit, then in order of unit and of sending (as they come)."""
    first: dict[str, tuple[str, int]] = {}
    calls = list(calls)
    for call in calls:
        where = call.sink.path, call.sink.start
        first[call.unit] = min(first.get(call.unit, where), where)
    return sorted(calls, key=lambda call: first[call.unit])


def calls_of(seen: Seen) -> Calls:
    """As the stage `calls` gives them."""
    return Calls(list(seen.calls), list(seen.unresolved))


def _notice_order(notice: Notice) -> tuple[str, int, str, str]:
    return notice.path, notice.line, notice.kind, notice.message
