"""A check of a tree of which most was checked before: what an earlier run left and what has changed since come in, an
Analysis comes out, the same as one from nothing.

Only the islands of files that a change touches are evaluated again (`islands`). Where a change could touch anything
else (a file appears that was looked for, a package begins, a global is new), nothing is put together, and the caller
begins from nothing.
"""

from __future__ import annotations

from functools import cache

from trackaudit.discover import Discovery, Scan, is_test_path, scan, select
from trackaudit.discover.ground import named_files
from trackaudit.discover.index import same_object
from trackaudit.discover.listing import is_skipped
from trackaudit.discover.sources import Sources
from trackaudit.flow.groups import said
from trackaudit.parse import language_of, with_language
from trackaudit.pipeline.analysis import concluded
from trackaudit.pipeline.looking import Look, config_of, with_mark
from trackaudit.pipeline.packed import noun
from trackaudit.pipeline.reader import PACKAGES, Files, Reader, nearest_package, package_folders
from trackaudit.pipeline.seen import Seen, see, seen_of, together
from trackaudit.record import NamedTuple
from trackaudit.vocabulary import load_vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from typing import Any

    from trackaudit.config import Config
    from trackaudit.discover import Ground
    from trackaudit.discover.index import Differences
    from trackaudit.discover.remembered import Remembered
    from trackaudit.discover.snapshot import Snapshot
    from trackaudit.flow.callers import Wanted
    from trackaudit.pipeline.islands import Base, Names
    from trackaudit.pipeline.options import Analysis
    from trackaudit.vocabulary import Vocabulary

MANY = 200
"""Changed files from which on a whole run is as good, and leaves a newer state."""
TURNS = 4
"""Evaluations, each of which may turn out to touch more islands."""
_LISTING = frozenset((*PACKAGES, "pyvenv.cfg"))
"""Names of files that say something of their folder by being there."""


class Changes(NamedTuple):
    """What is not as it was. paths: sorted. listed, was_listed: whether git lists one of them now, and did then."""

    paths: list[str]
    listed: Callable[[str], bool]
    was_listed: Callable[[str], bool]


class _Whole(BaseException):
    """Nothing can be put together. No fault, so what contains faults lets it pass."""


def serves(ground: Ground) -> bool:
    """Whether a run on these targets analyses what one on the whole root does: none is a test, or of a kind that is
    only analysed where it is named."""
    for target in ground.targets:
        path = f"{target.path}/any.js" if target.folder else target.path
        if target.path and (is_test_path(path) or is_skipped(path) or path.endswith(".min.js")):
            return False
    return True


def changes(base: Base, now: Snapshot, since: Differences) -> Changes | None:
    """What has changed; None if that is too much. `since`: what git's index says otherwise than at the time of the
    base."""
    (before, after), then = since, base.state[2]
    paths = now.since(base.state)
    for path in before.keys() | after.keys():
        # Where only the times differ, and git finds the file as it says, its bytes are the same.
        clean = path not in now.changed and path not in base.state[1] and path in before and path in after
        if not clean or not same_object(before[path], after[path]):
            paths.add(path)
    if len(paths) > MANY:
        return None

    def listed(path: str) -> bool:
        return path in now.untracked or path in after or (path not in before and path not in then)

    def was_listed(path: str) -> bool:
        return path in then or path in before or (path not in after and path not in now.untracked)

    # A folder is another repository inside this one.
    return Changes(sorted(path for path in paths if not path.endswith("/")), listed, was_listed)


def renewed(
    base: Base,
    ground: Ground,
    changed: Changes,
    recall: Callable[[int], Remembered | None],
    names: Callable[[], Names | None],
) -> tuple[Look, Analysis] | None:
    """The first look at the tree as it is now, and its analysis; None where the earlier run does not serve. `recall`:
    what that run was told of the files' words. `names`: gives those of the base."""
    config = config_of(ground, cache=True)
    try:
        return _Renewal(base, ground, config, changed, recall, names).analysed()
    except _Whole:
        return None


class _Renewal:
    def __init__(
        self,
        base: Base,
        ground: Ground,
        config: Config,
        changed: Changes,
        recall: Callable[[int], Remembered | None],
        names: Callable[[], Names | None],
    ) -> None:
        self.base = base
        self.ground = ground
        self.config = config
        self.changed = changed
        self.recall = cache(recall)  # what it gives is large, and several searches may ask
        self._names = cache(names)
        self.vocabulary: Vocabulary = load_vocabulary(config)
        self.sources = Sources(ground.root, config.max_file_size)
        self.again = frozenset(changed.paths)
        chosen = select(changed.paths, ground, config, with_language)[0]
        self.files = [path for path in chosen if changed.listed(path)]
        self.were = [path for path in chosen if changed.was_listed(path)]

    def analysed(self) -> tuple[Look, Analysis]:
        base, ground, config = self.base, self.ground, self.config
        named = named_files(ground)
        if any(_is_read(path) and not self._is_listed(path) for path in named):
            raise _Whole  # an ignored or excluded file that is asked for
        if len(self.files) - len(self.were) + base.scanned > config.limits.files:
            raise _Whole
        fresh = scan(self.sources, self.files, with_mark(self.vocabulary.anchors), named)
        notices = [one for one in noun(base.notices) if one.path not in self.again] + fresh.notices
        passed = [path for path in base.passed if path not in self.again] + fresh.passed
        candidates = sorted({*fresh.candidates, *(path for path in base.candidates if path not in self.again)})
        found = Discovery(
            ground.root,
            self._count(),
            base.scanned - len(self.were) + len(self.files) - len(passed),
            (),
            Scan(candidates, passed, sorted(notices, key=lambda one: one.path)),
            sorted(select(named, ground, config, with_language)[1], key=lambda one: one.path),
            ground.targets,
            config.include_tests,
        )
        touched = self._touched(found)
        reader, seen = self._seen(candidates, frozenset(fresh.candidates), touched, found)
        merged = self._merged(seen, touched)
        for path in base.marked:
            if base.islands[path] not in touched:
                reader.load(path)
        reader.files = Files(self.sources, reader.files)
        analysis = concluded(merged, config, self.vocabulary, reader, found.reported, found.is_test)
        summary = analysis.summary._replace(files_seen=found.seen, files_scanned=found.scanned)
        analysis = analysis._replace(
            notices=[*found.notices, *analysis.notices],
            summary=summary,
            prefix=ground.prefix,
            ground=ground,
            candidates=tuple(candidates),
            before=[],
        )
        return Look(ground, config, self.sources, found, self.vocabulary, 0.0), analysis

    def names(self) -> Names:
        names = self._names()
        if names is None:
            raise _Whole
        return names

    def _is_listed(self, path: str) -> bool:
        return path in self.files if path in self.again else f"\0{path}\0" in self.names().files

    def _count(self) -> int:
        """How many files are listed now."""
        paths = self.changed.paths
        return self.base.total + sum(map(self.changed.listed, paths)) - sum(map(self.changed.was_listed, paths))

    def _data(self, path: str) -> bytes | None:
        """The bytes of a changed file that may be evaluated."""
        try:
            return self.sources.read(path) if path in self.files else None
        except OSError:
            return None

    def _touched(self, found: Discovery) -> set[int]:
        """Numbers of the islands that the changes touch."""
        base = self.base
        touched: set[int] = set()
        passing = self._passing()
        for path in self.changed.paths:
            name = path.rpartition("/")[2]
            if name in _LISTING and self.changed.listed(path) != self.changed.was_listed(path):
                raise _Whole
            # What is read as a setting or a query is joined to nothing.
            apart = path.lower().endswith(".sql") or language_of(path) == "document"
            near = base.near.get(path, [base.islands[path]] if path in base.islands else [])
            if (apart or not near) and f"\0{path}\0" in self.names().looked_for:
                raise _Whole
            touched.update(near)
            data = self._data(path)
            if data is None:
                continue
            touched.update(number for name in said(data, base.globals) for number in base.globals[name])
            if _may_call(path) and not found.is_test(path):
                touched.update(base.islands[one.path] for one in passing(path, data))
        return touched

    def _passing(self) -> Callable[[str, bytes], Any]:
        if not self.base.wanted or not self.files:
            return lambda path, data: ()
        from trackaudit.flow.callers import Wanted, passed

        return passed([Wanted(*one) for one in self.base.wanted.values()])

    def _seen(
        self, candidates: Sequence[str], fresh: Container[str], touched: set[int], found: Discovery
    ) -> tuple[Reader, Seen]:
        """What is seen in the islands that are touched, and in those that turn out to be; these are added."""
        base = self.base
        for _ in range(TURNS):
            reader = Reader(self.sources)
            own = [path for path in candidates if path in fresh or base.islands.get(path) in touched]
            own = [path for path in own if not found.is_test(path)]
            if not own:
                return reader, Seen()
            seen = see(
                self.config,
                self.vocabulary,
                reader,
                own,
                lambda: package_folders(base.packages),
                nearest_package(base.packages),
                found.is_test,
                lambda wanted, known, reader=reader: self._search(wanted, known, reader, found),  # type: ignore[misc]
                last=base.last,
            )
            more = self._joined(seen, reader) - touched
            if not more:
                return reader, seen
            touched |= more
        raise _Whole

    def _joined(self, seen: Seen, reader: Reader) -> set[int]:
        """Islands that an evaluation reached into."""
        base, trace = self.base, seen.trace
        if trace is None or not trace.globals <= base.globals.keys():
            raise _Whole
        if base.spent + trace.spent > self.config.limits.run_steps or any(not one.path for one in seen.notices):
            raise _Whole
        reached = seen.parsed.union(path for importer, path in seen.links if importer in seen.parsed)
        joined = {base.islands[path] for path in reached if path in base.islands}
        for path in seen.parsed - base.islands.keys() - self.again:
            for name in said(reader.source(path).data, base.globals):
                joined.update(base.globals[name])
        return joined

    def _search(self, wanted: Sequence[Wanted], known: Container[str], reader: Reader, found: Discovery) -> list[str]:
        """As `evaluate` asks: what the earlier run found for the same, what it was told of words, and the changes."""
        from trackaudit.flow.callers import by_kind, near, passed

        base = self.base
        new = [one for one in wanted if base.wanted.get(one.path) != tuple(one)]
        old = {path for one in wanted if one not in new for path in base.callers.get(one.path, ())} - self.again
        paths = set(self.files)
        remembered = self.recall(self.config.max_file_size) if new else None
        for kind, some_new in by_kind(new).items():

            def holding(patterns: list[bytes], kind: str = kind) -> frozenset[str]:
                told = remembered.holding(patterns, kind) if remembered is not None else None
                if told is None:
                    raise _Whole
                return told

            paths.update(near(some_new, holding), base.overlooked)
        some = [
            path
            for path in sorted(paths)
            if path not in known and path not in old and self._is_listed(path) and not found.is_test(path)
        ]
        passing = passed(wanted)
        here = reader.search(some, lambda path, data: any(True for _ in passing(path, data)))
        return [*here, *(path for path in old if path not in known)]

    def _merged(self, seen: Seen, touched: Container[int]) -> Seen:
        """What was seen then where nothing is touched, and what is seen now."""
        islands = self.base.islands
        kept = seen_of(self.base.seen, islands).only(lambda path: islands[path] not in touched)
        return together([kept, seen])._replace(links=seen.links, seconds=seen.seconds, trace=seen.trace)


def _may_call(path: str) -> bool:
    return language_of(path) not in (None, "document")


def _is_read(path: str) -> bool:
    return language_of(path) is not None
