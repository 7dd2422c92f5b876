"""What several processes see of a tree: candidates come in, a `Seen` goes out, the same as one process gives.

Files form islands (`islands`): what is seen in one depends on its own files alone. So the candidates are dealt out to
forks of this process, those that name each other to the same. Only afterwards it is known which files are joined: what
was seen in islands that reach into another part is thrown away, and these are looked at together.

Where that cannot be told, a process failed, or what counts for a whole run has an end (steps, files), None goes out,
and one process looks at everything.

A process that was killed (out of memory, a parser that crashed) is no reason to put this one at risk. When the others
have ended, its files are looked at once more with nothing beside them; if that is killed too, by halves, down to the
file that does it. That one is left out with a notice, and all else is what it would be if the file were empty.
"""

from __future__ import annotations

import marshal
import os
import posixpath
import re
import sys
from itertools import count

from trackaudit.flow.groups import grouped
from trackaudit.flow.rounds import CALLER_FILES, Trace
from trackaudit.model import MARK, Notice
from trackaudit.pipeline.fork import Fork
from trackaudit.pipeline.islands import joined
from trackaudit.pipeline.reader import Files, Reader
from trackaudit.pipeline.seen import Seen, plain_of, seen_of, together
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from trackaudit.config import Config

    Hide = Callable[[str, bool], None]

LEAST = 400_000
"""Bytes of candidates in a part that are worth a process."""
MOST = 4
"""Processes: each takes its own memory."""
TURNS = 3
"""Evaluations of islands that turned out to be joined, each of which may reach into more."""
_NAMED = re.compile(rb"""["'](\.\.?/[^"'\n]*)["']""")
"""What may be the path of a file that another one imports."""


class Part(NamedTuple):
    """What one process saw. islands: the number of the island of each file that it parsed. says: the files that hold
    each global. marked: files with a comment to us."""

    seen: Seen
    islands: dict[str, int]
    says: dict[str, list[str]]
    marked: list[str]


def see_apart(
    see: Callable[[Reader, Sequence[str], int], Seen], reader: Reader, candidates: Sequence[str], config: Config
) -> Seen | None:
    """What is seen of the candidates. `see`: sees some of them, with a reader of its own; numbers that it gives out are
    greater than the last. `reader`: can give every file afterwards."""
    shares = _shares(reader, candidates)
    if shares is None:
        return None
    parts = _parts(shares, lambda share, last: _part(see(reader, share, last), reader), reader.sources.hide)
    if parts is None:
        return None
    seen = _together(parts, see, reader, candidates, config)
    lost = [notice for part in parts if part.seen.trace is None for notice in part.seen.notices]
    if seen is None and lost:
        left = {notice.path for notice in lost}
        seen = see(reader, [path for path in candidates if path not in left], 0)
        seen = seen._replace(notices=(*seen.notices, *lost))
    if seen is None:
        reader.forget()
        return None
    for path in sorted({path for part in parts for path in part.marked}):
        reader.load(path)
    reader.files = Files(reader.sources, reader.files)
    return seen


# ---------------------------------------------------------------------------------------------------- dealing out


def _shares(reader: Reader, candidates: Sequence[str]) -> list[list[str]] | None:
    """The candidates in parts of like size, of neighbours; None where they had better stay together."""
    processes = min(_processors(), MOST)
    if processes < 2 or not _can_fork():
        return None
    texts = {path: reader.read(path) or b"" for path in candidates}
    total = sum(map(len, texts.values()))
    processes = min(processes, total // LEAST)
    if processes < 2:
        return None
    stems = {path: path.rpartition(".")[0] for path in candidates}
    links = [
        (stems[path], target.removesuffix("/index")) for path, data in texts.items() for target in _targets(path, data)
    ]
    groups = grouped(stems.values(), links)
    sizes: dict[str, int] = {}
    for path, data in texts.items():
        sizes[groups[stems[path]]] = sizes.get(groups[stems[path]], 0) + len(data)
    numbers: dict[str, int] = {}
    before = 0
    for name in sorted(sizes):
        numbers[name] = min((before + sizes[name] // 2) * processes // total, processes - 1)
        before += sizes[name]
    shares: list[list[str]] = [[] for _ in range(processes)]
    for path in candidates:
        shares[numbers[groups[stems[path]]]].append(path)
    return shares if all(shares) else None


def _targets(path: str, data: bytes) -> Iterable[str]:
    """The paths, without a suffix, that a file may name."""
    folder = posixpath.dirname(path)
    for found in set(_NAMED.findall(data)):
        target = posixpath.normpath(posixpath.join(folder, found.decode("utf-8", "replace")))
        yield target
        yield target.rpartition(".")[0]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Whether a fork is cheap and safe: a thread of ours may hold what the fork would wait for."""
    if sys.platform != "linux":
        return False
    threading = sys.modules.get("threading")
    return threading is None or all(
        thread is threading.main_thread() or thread.name == "progress" for thread in threading.enumerate()
    )


# ----------------------------------------------------------------------------------------------------- processes


def _parts(shares: Sequence[Sequence[str]], see: Callable[[Sequence[str], int], Part], hide: Hide) -> list[Part] | None:
    """What is seen of each share; None if a process failed. `hide`: makes a file empty, or what it was."""
    forks = [_begun(see, share, number) for number, share in enumerate(shares)]
    try:
        parts = [_ended(fork) for fork in forks]
    finally:
        for fork in forks:
            fork.end()
    if any(part is None and not fork.killed for part, fork in zip(parts, forks, strict=True)):
        return None
    found = [part for part in parts if part is not None]
    lost = [share for share, fork in zip(shares, forks, strict=True) if fork.killed]
    more = _again(lost, see, hide, len(shares)) if lost else []
    return None if more is None else [*found, *more]


def _again(
    lost: list[Sequence[str]], see: Callable[[Sequence[str], int], Part], hide: Hide, number: int
) -> list[Part] | None:
    """What is seen of shares whose processes were killed. `number`: of the next process."""
    parts: list[Part] = []
    suspects: list[str] = []
    numbers = count(number)

    def look(share: Sequence[str]) -> int:
        fork = _begun(see, share, next(numbers))
        try:
            part = _ended(fork)
        finally:
            fork.end()
        if part is not None:
            parts.append(part)
        return fork.killed if part is None else 0

    while lost:
        share = lost.pop()
        before = len(parts)
        if not look(share):
            if len(parts) == before:
                return None
        elif len(share) > 1:
            lost += [share[len(share) // 2 :], share[: len(share) // 2]]
        else:
            suspects += share
    # One that only leads to a file that kills is none, so each is looked at without the others.
    for path in suspects:
        hide(path, True)
    for path in suspects:
        hide(path, False)
        if killed := look([path]):
            hide(path, True)
            parts.append(Part(Seen(notices=(_left_out(path, killed),)), {}, {}, []))
    return parts


def _left_out(path: str, killed: int) -> Notice:
    from signal import Signals

    why = f"whatever process looks at it is killed ({Signals(killed).name}), so it was left out"
    return Notice("crash", path, 0, why)


def _begun(see: Callable[[Sequence[str], int], Part], share: Sequence[str], number: int) -> Fork:
    return Fork(lambda: _packed(see(share, number << 32)))


def _ended(fork: Fork) -> Part | None:
    """What a process saw; None if it did not come to its end."""
    try:
        return _unpacked(fork.answer())
    except (EOFError, ValueError, TypeError):
        return None


def _part(seen: Seen, reader: Reader) -> Part:
    _, says, islands = joined(seen, reader)
    marked = [path for path in sorted(seen.parsed) if MARK in reader.source(path).data]
    return Part(seen, islands, says, marked)


def _packed(part: Part) -> bytes:
    seen, trace = part.seen, part.seen.trace
    assert trace is not None
    return marshal.dumps(
        (
            plain_of(seen),
            (seen.parsed, seen.links, seen.seconds),
            ({path: tuple(one) for path, one in trace.wanted.items()}, *trace[1:]),
            (part.islands, part.says, part.marked),
        )
    )


def _unpacked(data: bytes) -> Part:
    from trackaudit.flow.callers import Wanted

    packed, (parsed, links, seconds), (wanted, *trace), more = marshal.loads(data)
    known = Trace({path: Wanted(*one) for path, one in wanted.items()}, *trace)
    return Part(seen_of(packed, parsed)._replace(links=links, seconds=seconds, trace=known), *more)


# ------------------------------------------------------------------------------------------------ putting together


def _together(
    parts: Sequence[Part],
    see: Callable[[Reader, Sequence[str], int], Seen],
    reader: Reader,
    candidates: Sequence[str],
    config: Config,
) -> Seen | None:
    """What all parts saw; what was seen in islands that are joined to another part is seen anew."""
    mixed = _mixed(parts, reader)
    for _ in range(TURNS):
        kept = [_without(part, left) for part, left in zip(parts, mixed, strict=True)]
        gone = {path for number, part in enumerate(parts) for path, at in part.islands.items() if at in mixed[number]}
        own = [path for path in candidates if path in gone]
        if not own:
            return _sum(kept) if _fits(kept, config) else None
        again = Reader(reader.sources)
        seen = see(again, own, max(part.seen.trace.last for part in parts if part.seen.trace is not None))
        more = _reached(seen, again, parts)
        if all(some <= mixed[number] for number, some in enumerate(more)):
            reader.modules.update(again.modules)
            reader.files.update(again.files)
            kept.append(seen)
            return _sum(kept) if _fits(kept, config) else None
        for known, some in zip(mixed, more, strict=True):
            known |= some
    return None


def _mixed(parts: Sequence[Part], reader: Reader) -> list[set[int]]:
    """By part, the islands that are joined to another part: both parsed a file, one imports what the other parsed, or
    they share a global."""
    mixed: list[set[int]] = [set() for _ in parts]
    for number, part in enumerate(parts):
        for other, theirs in enumerate(parts):
            if other == number:
                continue
            both = part.islands.keys() & theirs.islands.keys()
            mixed[number].update(part.islands[path] for path in both)
            for importer, path in part.seen.links:
                if path in theirs.islands and importer in part.islands:
                    mixed[number].add(part.islands[importer])
                    mixed[other].add(theirs.islands[path])
            for name, path in _saying(part.says, theirs, reader):
                mixed[number].update(part.islands[one] for one in part.says[name])
                mixed[other].add(theirs.islands[path])
    return mixed


def _saying(names: Collection[str], part: Part, reader: Reader) -> Iterable[tuple[str, str]]:
    """Those of the globals that files of a part hold, each with the file."""
    if not names:
        return
    texts = {path: reader.read(path) or b"" for path in part.islands}
    everything = b"\0".join(texts.values())
    for name in names:
        word = name.encode()
        if word in everything:
            yield from ((name, path) for path, data in texts.items() if word in data)


def _reached(seen: Seen, reader: Reader, parts: Sequence[Part]) -> list[set[int]]:
    """By part, the islands that an evaluation reached into."""
    part = _part(seen, reader)
    found: list[set[int]] = []
    for theirs in parts:
        paths = seen.parsed.union(path for _, path in seen.links) & theirs.islands.keys()
        paths |= {path for _, path in _saying(part.says, theirs, reader)}
        paths |= {path for name, path in _saying(theirs.says, part, reader) for path in theirs.says[name]}
        paths |= {importer for importer, path in theirs.seen.links if path in seen.parsed}
        found.append({theirs.islands[path] for path in paths if path in theirs.islands})
    return found


def _without(part: Part, mixed: Collection[int]) -> Seen:
    """What was seen in other islands than these."""
    return part.seen.only(lambda path: part.islands.get(path, -1) not in mixed) if mixed else part.seen


def _fits(parts: Iterable[Seen], config: Config) -> bool:
    """Whether no bound of a whole run would have come into play."""
    traces = [seen.trace for seen in parts if seen.trace is not None]
    files = sum(len(seen.parsed) for seen in parts)
    return (
        sum(trace.spent for trace in traces) <= config.limits.run_steps
        and files <= CALLER_FILES
        and all(one.path for seen in parts for one in seen.notices)
    )


def _sum(parts: Sequence[Seen]) -> Seen:
    traces = [seen.trace for seen in parts if seen.trace is not None]
    slowest = max(parts, key=lambda seen: sum(seen.seconds))
    return together(parts)._replace(
        links=frozenset().union(*(seen.links for seen in parts)),
        seconds=slowest.seconds,
        trace=Trace(
            {path: one for trace in traces for path, one in trace.wanted.items()},
            frozenset().union(*(trace.sought for trace in traces)),
            frozenset().union(*(trace.globals for trace in traces)),
            max((trace.last for trace in traces), default=0),
            sum(trace.spent for trace in traces),
            frozenset().union(*(trace.missed for trace in traces)),
        ),
    )
