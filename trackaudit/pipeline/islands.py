"""What a whole run leaves for the next ones: an Analysis in, a `Base` out, all of it plain data.

Files form islands: what is seen in one depends on its own files alone. Files are joined by imports, by the search for
callers that found one for another, and by a global name that one writes and both say. So a later run evaluates anew
only the islands that a change touches (`incremental`).
"""

from __future__ import annotations

from trackaudit.cache import digest
from trackaudit.flow.groups import chained, grouped, sayers
from trackaudit.model import MARK
from trackaudit.pipeline.packed import plain
from trackaudit.pipeline.reader import PACKAGES
from trackaudit.pipeline.seen import plain_of
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import Any

    from trackaudit.discover.snapshot import Snapshot
    from trackaudit.flow.rounds import Trace
    from trackaudit.pipeline.options import Analysis
    from trackaudit.pipeline.reader import Reader
    from trackaudit.pipeline.seen import Seen


class Names(NamedTuple):
    """Paths of a whole run, each between zero characters, which most of the next runs do not ask about. checksum: tells
    them from those of another run. files: those that are scanned. looked_for: those that were asked for by name."""

    checksum: bytes
    files: str
    looked_for: str


class Base(NamedTuple):
    """A whole run, as the next one may use it.

    key: of the program, the configuration and the place. state: a `Snapshot`. names: checksum of `Names`. total,
    scanned: how many files are listed, and scanned. passed, notices: those of the scan. candidates: in order. asked:
    listed files that were asked for by name. others, gone: what of that git does not list (`reuse`). packages: paths
    that make folders packages. overlooked: files that the look for words left out. islands: number of the island of
    each file that was parsed. near: islands that look at a file that was not. globals: by name, the islands that say
    it. marked: files with a comment to us. wanted: by file, what its callers are looked for by. callers: by such a
    file, those that the search found. last, spent: of `Trace`. seen: calls and what belongs to them, as lists of packed
    nouns; limits; functions run.
    """

    key: bytes
    state: tuple[Any, ...]
    names: bytes
    total: int
    scanned: int
    passed: list[str]
    notices: Any
    candidates: list[str]
    asked: frozenset[str]
    others: dict[str, bytes]
    gone: dict[str, list[str]]
    packages: list[str]
    overlooked: list[str]
    islands: dict[str, int]
    near: dict[str, list[int]]
    globals: dict[str, list[int]]
    marked: list[str]
    wanted: dict[str, Any]
    callers: dict[str, list[str]]
    last: int
    spent: int
    seen: Any


def base_of(
    key: bytes,
    analysis: Analysis,
    now: Snapshot,
    listed: Container[str],
    others: dict[str, bytes],
    gone: dict[str, list[str]],
) -> tuple[Base, Names] | None:
    """What a run leaves; None if what it saw cannot be told apart by islands. `now`: the tree that it read. `listed`:
    its files, by git."""
    found, seen, reader = analysis.found, analysis.seen, analysis.reader
    if found is None or seen is None or found.listing_notices or analysis.vocabulary.files:
        return None
    trace, quick = seen.trace, reader.sources.quick
    told = quick.told() if quick is not None else None
    callers, says, islands = joined(seen, reader)
    own = (path for path in analysis.candidates if not analysis.is_test(path))
    if not islands.keys() >= {*own, *_paths(seen)}:
        return None
    near: dict[str, set[int]] = {}
    for importer, path in seen.links:
        if path not in islands and importer in islands:
            near.setdefault(path, set()).add(islands[importer])
    names = _names(found.listing, reader.sources.looked_for)
    base = Base(
        key,
        tuple(now),
        names.checksum,
        found.seen,
        len(found.listing),
        found.scan.passed,
        plain(tuple(found.scan.notices)),
        list(analysis.candidates),
        frozenset(path for path in reader.sources.asked if path in listed),
        others,
        gone,
        [path for path in analysis.listing if path.rpartition("/")[2] in PACKAGES],
        [path for path in found.listing if path not in told[0]] if told is not None else [],
        islands,
        {path: sorted(numbers) for path, numbers in near.items()},
        {name: sorted({islands[path] for path in paths}) for name, paths in says.items()},
        sorted(path for path in seen.parsed if MARK in reader.source(path).data),
        {path: tuple(one) for path, one in trace.wanted.items()} if trace is not None else {},
        callers,
        trace.last if trace is not None else 0,
        trace.spent if trace is not None else 0,
        plain_of(seen),
    )
    return base, names


def _names(files: Iterable[str], looked_for: Iterable[str]) -> Names:
    texts = ["\0".join(("", *sorted(paths), "")) for paths in (files, looked_for)]
    return Names(digest("".join(texts).encode("utf-8", "surrogateescape")), *texts)


def joined(seen: Seen, reader: Reader) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, int]]:
    """By file, the callers that a search found for it; by global, the files that say it; and the number of the island
    of each file that was parsed."""
    trace = seen.trace
    callers = _callers(trace, reader)
    says = sayers(trace.globals if trace is not None else (), seen.parsed, lambda path: reader.source(path).data)
    joins = [link for link in seen.links if link[1] in seen.parsed]
    joins += [(path, caller) for path, found_for in callers.items() for caller in found_for]
    joins += chained(says.values())
    return callers, says, _numbered(seen.parsed, joins)


def _callers(trace: Trace | None, reader: Reader) -> dict[str, list[str]]:
    if trace is None or not trace.sought:
        return {}
    from trackaudit.flow.callers import passed

    passing = passed(trace.wanted.values())
    callers: dict[str, list[str]] = {}
    for path in sorted(trace.sought):
        for one in passing(path, reader.source(path).data):
            callers.setdefault(one.path, []).append(path)
    return callers


def _numbered(names: Iterable[str], joins: Iterable[tuple[str, str]]) -> dict[str, int]:
    groups = grouped(names, joins)
    numbers = {top: number for number, top in enumerate(sorted(set(groups.values())))}
    return {path: numbers[top] for path, top in groups.items()}


def _paths(seen: Seen) -> set[str]:
    """The files that what was seen belongs to."""
    return {
        *(call.sink.path for call in seen.calls),
        *(one.place.path for one in seen.unresolved),
        *(one.place.path for one in seen.wrappers),
        *(one.place.path for one in seen.moments),
        *(notice.path for notice in seen.notices),
        *(path for places in seen.limits.values() for path, _ in places),
        *seen.evaluated,
    }
