"""Everything up to the rules: discover, parse, flow, calls, identity."""

from __future__ import annotations

import os

from trackaudit.config import is_inside
from trackaudit.faults import contained
from trackaudit.parse import kind_of
from trackaudit.pipeline.looking import look
from trackaudit.pipeline.options import Analysis, CheckOptions
from trackaudit.pipeline.reader import Reader, nearest_package, package_folders
from trackaudit.pipeline.seen import Seen, calls_of, see
from trackaudit.vocabulary import load_vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping, Sequence

    from trackaudit.config import Config
    from trackaudit.discover import Ground
    from trackaudit.flow.callers import Wanted
    from trackaudit.pipeline.looking import Look, Recall
    from trackaudit.vocabulary import Vocabulary

ALONE = 16
"""Candidates that one process sees sooner than it loads what deals them out."""


def analyse(
    options: CheckOptions, every: bool = False, ground: Ground | None = None, recall: Recall | None = None
) -> Analysis:
    """Everything up to the rules. `every`: run also functions on their own that visible code calls. `ground`, `recall`:
    as `look` takes them."""
    return analysed(look(options, ground, recall), every)


def analysed(look: Look, every: bool = False, apart: bool = False) -> Analysis:
    """Everything up to the rules, of a tree that was looked at. `apart`: several processes may do it, so that no file
    that they parse is in the reader."""
    found = look.found
    vocabulary = look.vocabulary or load_vocabulary(look.config)
    analysis = analysis_of(
        look.config,
        vocabulary,
        Reader(look.sources),
        found.candidates,
        found.listing,
        found.reported,
        found.is_test,
        every,
        apart,
    )
    seconds = (("discover", look.seconds), *analysis.summary.seconds)
    summary = analysis.summary._replace(files_seen=found.seen, files_scanned=found.scanned, seconds=seconds)
    notices = [*found.notices, *analysis.notices]
    return analysis._replace(
        notices=notices, summary=summary, prefix=look.ground.prefix, ground=look.ground, before=[], found=found
    )


def analysis_of(
    config: Config,
    vocabulary: Vocabulary,
    reader: Reader,
    candidates: Sequence[str],
    listing: Sequence[str],
    reported: Callable[[str], bool],
    is_test: Callable[[str], bool],
    every: bool = False,
    apart: bool = False,
) -> Analysis:
    root = reader.sources.root
    if config.path and is_inside(config.path, root):
        # It holds the very words that it names.
        own = os.path.relpath(config.path, root).replace(os.sep, "/")
        candidates = [path for path in candidates if path != own]
    if vocabulary.files:
        from trackaudit.calls.shapes import matches

        described = [path for path in listing if matches(path, vocabulary.files)]
        candidates = list(dict.fromkeys([*candidates, *described]))
    if not candidates:
        # Without one nothing can be known, so neither flow nor calls are loaded.
        return concluded(Seen(), config, vocabulary, reader, reported, is_test)._replace(listing=listing)

    def search(reader: Reader, wanted: Sequence[Wanted], known: Container[str]) -> list[str]:
        from trackaudit.flow.callers import by_kind, near, passed

        found: list[str] = []
        passing = passed(wanted)
        for kind, some in by_kind(wanted).items():

            def holding(patterns: list[bytes], kind: str = kind) -> Collection[str]:
                return reader.sources.holding(listing, patterns, kind)

            paths = sorted(near(some, holding))
            mine = (path for path in paths if path not in known and kind_of(path) == kind and not is_test(path))
            found += reader.search(mine, lambda path, data: any(True for _ in passing(path, data)))
        return found

    def seen_by(reader: Reader, some: Sequence[str], last: int = 0) -> Seen:
        return see(
            config,
            vocabulary,
            reader,
            some,
            lambda: package_folders(listing),
            nearest_package(listing),
            is_test,
            lambda wanted, known: search(reader, wanted, known),
            every,
            last,
        )

    seen = None
    if apart and len(candidates) > ALONE:
        from trackaudit.pipeline.apart import see_apart

        seen = see_apart(seen_by, reader, candidates, config)
    if seen is None:
        seen = seen_by(reader, candidates)
    analysis = concluded(seen, config, vocabulary, reader, reported, is_test)
    return analysis._replace(candidates=tuple(candidates), listing=listing)


def concluded(
    seen: Seen,
    config: Config,
    vocabulary: Vocabulary,
    reader: Reader,
    reported: Callable[[str], bool],
    is_test: Callable[[str], bool],
) -> Analysis:
    """What was seen, with what it says of the whole project."""
    from trackaudit.identity import assumed, infer

    moments = seen.moments
    if moments:
        from trackaudit.flow.moments import without_callers

        moments = without_callers(moments)
    schema, faults = contained(
        "finding out the project's IDs",
        lambda calls: infer(calls, config),
        seen.calls,
        lambda call: call.sink.path,
        assumed(),
    )
    return Analysis(
        config,
        vocabulary,
        reader,
        calls_of(seen),
        schema,
        [*seen.all_notices(), *faults],
        reported,
        is_test,
        seen.summary(),
        "",
        list(seen.wrappers),
        moments=moments,
        seen=seen,
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
