"""Everything up to the rules: discover, parse, flow, calls, identity."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import perf_counter

from trackaudit.calls import Calls, extract
from trackaudit.config import Config, load_config
from trackaudit.config.limits import limited
from trackaudit.discover import discover, locate
from trackaudit.discover.sources import Sources
from trackaudit.errors import InputError
from trackaudit.model import MARK, Summary
from trackaudit.parse import language_of
from trackaudit.pipeline.options import Analysis, CheckOptions
from trackaudit.pipeline.reader import Reader, nearest_package, package_folders
from trackaudit.vocabulary import load_vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from trackaudit.discover import Ground
    from trackaudit.discover.remembered import Remembered
    from trackaudit.vocabulary import Vocabulary

    Recall: TypeAlias = Callable[[int], Remembered | None]

RECURSION = 6000
"""Python frames allowed: a chain of wrappers is evaluated by recursion."""


def analyse(
    options: CheckOptions, every: bool = False, ground: Ground | None = None, recall: Recall | None = None
) -> Analysis:
    """Everything up to the rules. `every`: run also functions on their own that visible code calls. `ground`: where the
    run stands, if the caller knows. `recall`: gives what an earlier run was told of the files' words."""
    overlay = {}
    ground = ground or ground_of(options)
    if options.stdin is not None:
        overlay[ground.targets[0].path] = options.stdin[1]
    config = load_config(ground.config) if ground.config else Config()
    sources = Sources(ground.root, config.max_file_size, overlay)
    sources.quick = recall(config.max_file_size) if recall is not None else None
    return analyse_ground(ground, config, load_vocabulary(config), sources, every)


def ground_of(options: CheckOptions) -> Ground:
    """Where a run with these options stands."""
    return locate(options.paths, options.cwd, options.config, options.stdin[0] if options.stdin is not None else None)


def analyse_ground(
    ground: Ground, config: Config, vocabulary: Vocabulary, sources: Sources, every: bool = False
) -> Analysis:
    began = perf_counter()
    found = discover(ground, config, sources, anchors(vocabulary), lambda path: language_of(path) is not None)
    scanned = perf_counter()
    reader = Reader(sources)
    analysis = analysis_of(
        config, vocabulary, reader, found.candidates, sorted(found.listing), found.reported, found.is_test, every
    )
    seconds = (("discover", scanned - began), *analysis.summary.seconds)
    summary = analysis.summary._replace(files_seen=found.seen, files_scanned=found.scanned, seconds=seconds)
    notices = [*found.notices, *analysis.notices]
    return analysis._replace(notices=notices, summary=summary, prefix=ground.prefix, ground=ground, before=[])


def anchors(vocabulary: Vocabulary) -> tuple[bytes, ...]:
    """What a file must hold to be read: a word of the vocabulary, or a comment to us, which may have become idle."""
    return (*vocabulary.anchors, MARK)


def analysis_of(
    config: Config,
    vocabulary: Vocabulary,
    reader: Reader,
    candidates: Iterable[str],
    listing: Sequence[str],
    reported: Callable[[str], bool],
    is_test: Callable[[str], bool],
    every: bool = False,
) -> Analysis:
    from trackaudit.identity import infer

    if vocabulary.files:
        from trackaudit.calls.shapes import matches

        described = [path for path in listing if matches(path, vocabulary.files)]
        candidates = list(dict.fromkeys([*candidates, *described]))
    if not candidates:
        # Without one nothing can be known, so neither flow nor calls are loaded.
        nothing = Summary(seconds=(("parse", 0.0), ("flow", 0.0), ("calls", 0.0)))
        schema = infer((), config)
        return Analysis(
            config, vocabulary, reader, Calls([], []), schema, [], reported, is_test, nothing, "", [], listing=listing
        )
    from trackaudit.flow.link import Linker
    from trackaudit.flow.resolve import Resolver
    from trackaudit.flow.units import evaluate

    clock = [perf_counter()]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        resolver = Resolver(reader.sources.is_file, reader.read, lambda: package_folders(listing))
        linker = Linker(vocabulary, reader.source, resolver, reader.load)

        def search(words: Iterable[bytes], test: Callable[[bytes], bool], known: Container[str]) -> list[str]:
            absent = reader.sources.without(words)
            some = (path for path in listing if path not in absent and path not in known)
            return reader.search((path for path in some if not is_test(path)), test)

        # What a test passes says nothing of the customers, so tests are read only where real code imports them.
        with limited(config.limits):
            flow = evaluate([path for path in candidates if not is_test(path)], vocabulary, linker, search, every)
    finally:
        sys.setrecursionlimit(limit)
    clock.append(perf_counter())
    calls = extract(flow, vocabulary, reader.source, reader.sources.is_file)
    own = [call for call in calls.calls if not is_test(call.sink.path)]
    calls = calls._replace(calls=own, unresolved=[one for one in calls.unresolved if not is_test(one.place.path)])
    package = nearest_package(listing)
    own = [call._replace(package=package(call.sink.path)) for call in own]
    calls = calls._replace(calls=own)
    moments = tuple(
        moment._replace(package=package(moment.place.path)) for moment in flow.moments if not is_test(moment.place.path)
    )
    schema = infer(own, config)
    clock.append(perf_counter())
    notices = [*reader.notices, *flow.notices, *calls.notices]
    summary = Summary(
        files_parsed=len(reader.modules),
        calls=len({call.sink for call in own}),
        unresolved=len(calls.unresolved),
        evaluated=flow.evaluated,
        seconds=(
            ("parse", reader.seconds),
            ("flow", clock[1] - clock[0] - reader.seconds),
            ("calls", clock[2] - clock[1]),
        ),
    )
    return Analysis(
        config,
        vocabulary,
        reader,
        calls,
        schema,
        notices,
        reported,
        is_test,
        summary,
        "",
        flow.wrappers,
        candidates=tuple(candidates),
        listing=listing,
        moments=moments,
    )


def recheck(analysis: Analysis, overlay: Mapping[str, bytes]) -> Analysis:
    """The same project with some files replaced; what else was read is not read again."""
    reader = Reader(analysis.reader.sources.overlaid(dict(overlay)))
    reader.modules = {path: file for path, file in analysis.reader.modules.items() if path not in overlay}
    reader.files = {path: file for path, file in analysis.reader.files.items() if path not in overlay}
    reader.notices = [notice for notice in analysis.reader.notices if notice.path not in overlay]
    again = analysis_of(
        analysis.config,
        analysis.vocabulary,
        reader,
        analysis.candidates,
        analysis.listing,
        analysis.reported,
        analysis.is_test,
    )
    seen, scanned = analysis.summary.files_seen, analysis.summary.files_scanned
    summary = again.summary._replace(files_seen=seen, files_scanned=scanned)
    return again._replace(summary=summary, prefix=analysis.prefix, ground=analysis.ground, before=analysis.before)


@contextmanager
def past_analysis(analysis: Analysis, revision: str) -> Iterator[Analysis]:
    """What was known of the same project, with the same configuration, at a git revision. All of it is reported."""
    from trackaudit.discover import Target
    from trackaudit.discover.past import past

    ground = analysis.ground
    if ground is None:
        raise InputError("there is no project to compare")
    sources = past(ground.root, ground.repository, revision, analysis.config.max_file_size)
    try:
        yield analyse_ground(
            ground._replace(targets=(Target("", True),)), analysis.config, analysis.vocabulary, sources
        )
    finally:
        sources.close()
