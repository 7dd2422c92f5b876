"""Stage discover: in go the paths of the command line, out come the files worth parsing.

`locate` finds the root (what is analysed) and the targets (what is reported); the pipeline then loads the
configuration; `discover` lists the root's files and keeps those whose bytes hold a word of the vocabulary.
"""

from __future__ import annotations

import os

from trackaudit.discover.git import index_of
from trackaudit.discover.ground import Ground, Target, locate, named_files, under
from trackaudit.discover.listing import (
    DECLARATIONS,
    Listing,
    ignore_spec,
    is_skipped,
    list_repository,
    passed_over,
    skipped,
    walk,
)
from trackaudit.discover.sources import Sources, TooLarge
from trackaudit.model import Notice
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trackaudit.config import Config
    from trackaudit.config.anchors import Anchors
    from trackaudit.discover.ripgrep import Kinds, Ripgrep

__all__ = [
    "Discovery",
    "Ground",
    "Scan",
    "Sources",
    "Target",
    "TooLarge",
    "discover",
    "is_large",
    "is_test_path",
    "locate",
    "scan",
]

MINIFIED_LIMIT = 200_000
"""Bytes above which a `*.min.js` is somebody's bundle, not code that anyone here wrote."""

FEW = 1_000
"""Files that are read sooner than another program is started and has walked them."""

_INDEX_ENTRY = 100
"""Bytes that git's index takes for a file, about."""

_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "__mocks__", "cypress", "e2e"})
_TEST_KINDS = frozenset({"test", "spec", "stories", "story", "mock", "cy", "e2e"})
"""What stands before the suffix: `cart.spec.ts`."""


class Scan(NamedTuple):
    """candidates: paths whose bytes hold an anchor. passed: files that were not read (gone, too large, a bundle).
    notices: why not."""

    candidates: list[str]
    passed: list[str]
    notices: list[Notice]


class Discovery(NamedTuple):
    """seen: files listed. scanned: files read. listing: every listed file of a language (the linker may parse those
    too), sorted. scan: of those. listing_notices: what could not be listed."""

    root: str
    seen: int
    scanned: int
    listing: Sequence[str]
    scan: Scan
    listing_notices: list[Notice]
    targets: tuple[Target, ...]
    include_tests: bool

    @property
    def candidates(self) -> list[str]:
        """The files to parse, sorted."""
        return self.scan.candidates

    @property
    def notices(self) -> list[Notice]:
        """What was left out, and why."""
        return [*self.listing_notices, *self.scan.notices]

    def reported(self, path: str) -> bool:
        """Whether findings rooted in this file are reported: it is under a target, and no test (unless named)."""
        return any(
            self.include_tests or not target.folder or not is_test_path(rest)
            for target, rest in under(path, self.targets)
        )

    def is_test(self, path: str) -> bool:
        """Whether this file gives no identity evidence: a test, mock or story that the user did not ask for."""
        return not self.include_tests and is_test_path(path) and not self.reported(path)


def is_test_path(path: str) -> bool:
    """Whether a path (relative, with `/`) is a test, mock or story by its name."""
    *folders, name = path.split("/")
    if not _TEST_FOLDERS.isdisjoint(folders):
        return True
    stem, dot, suffix = name.rpartition(".")
    if not dot or not suffix:
        return False
    if suffix in ("py", "pyi") and (stem.startswith("test_") or stem.endswith("_test") or name == "conftest.py"):
        return True
    return stem.rpartition(".")[2] in _TEST_KINDS if "." in stem else stem in ("test", "tests")


def discover(
    ground: Ground,
    config: Config,
    sources: Sources,
    anchors: Anchors,
    wanted: Callable[[Iterable[str]], list[str]],
    kinds: Callable[[], Kinds] | None = None,
) -> Discovery:
    """List the root's files and scan those of a language for the anchor words.

    `wanted` gives those of some paths that any front end reads; `kinds` gives how the names of all of those end.
    What `sources` holds as an overlay is listed too.
    """
    ripgrep = _ripgrep(sources, anchors, kinds) if sources.quick is None and is_large(ground) else None
    listed = _list(ground)
    named = named_files(ground)
    names = dict.fromkeys([*sources.names(listed.paths), *named])
    files, told = select(names, ground, config, wanted)
    notices = [*listed.notices, *sorted(told, key=lambda notice: notice.path)]
    if len(files) > config.limits.files:
        why = f"of {len(files):,} files, only the first {config.limits.files:,} were read; `max-files` sets the limit"
        # What the user names is read whatever stands before it.
        chosen = set(sorted(files, key=lambda path: path not in named)[: config.limits.files])
        notices.append(Notice("limit", next(path for path in files if path not in chosen), 0, why))
        files = [path for path in files if path in chosen]
    if sources.quick is None and len(files) > FEW:
        ripgrep = _ripgrep(sources, anchors, kinds)
    if ripgrep is not None:
        ripgrep.expect(files, [*listed.paths, *listed.left_out], lambda: passed_over(ground.root))
    found = scan(sources, files, anchors, named)
    return Discovery(
        ground.root,
        len(names),
        len(files) - len(found.passed),
        files,
        found,
        notices,
        ground.targets,
        config.include_tests,
    )


def select(
    names: Iterable[str], ground: Ground, config: Config, wanted: Callable[[Iterable[str]], list[str]]
) -> tuple[list[str], list[Notice]]:
    """Those of the listed names that are to be scanned, sorted; and notices of named files that are not."""
    named = named_files(ground)
    named = named and named.intersection(names)
    files = wanted(names)
    why = "this is no language that trackaudit reads"
    strange = named.difference(wanted(named))
    notices = [Notice("no-language", path, 0, why) for path in strange if not path.endswith(DECLARATIONS)]
    foreign = {
        path
        for path in skipped(files)
        if all(target.folder and is_skipped(rest) for target, rest in under(path, ground.targets))
    }
    if foreign:
        files = [path for path in files if path not in foreign]
    if config.exclude:
        excluded = set(filter(ignore_spec(config.exclude).match_file, files))
        why = "the configuration excludes this file"
        notices += [Notice("excluded", path, 0, why) for path in named & excluded]
        files = [path for path in files if path not in excluded]
    files.sort()
    return files, notices


def scan(sources: Sources, paths: Sequence[str], anchors: Anchors, named: Iterable[str] = ()) -> Scan:
    """Read files and keep the paths of those that hold an anchor; their bytes stay in `sources`.

    `named`: files that the user named; those are read also where a bundle would be passed over.
    """
    result: list[str] = []
    notices: list[Notice] = []
    passed: list[str] = []
    wide = [anchor.decode("utf-8") for anchor in anchors.words]
    asked_for = frozenset(named)
    held = sources.holding(paths, anchors.words)
    # Of large bundles it is said that they were passed over.
    bundles = [path for path in paths if path.endswith(".min.js")] if held is not paths else ()
    unheld = set(bundles).difference(held)
    for path in sorted({*held, *bundles}) if unheld else held:
        limit = MINIFIED_LIMIT if path.endswith(".min.js") and path not in asked_for else 0
        try:
            if path in unheld:
                sources.measure(path, limit)
                continue
            data = sources.read(path, limit)
        except OSError as error:
            passed.append(path)
            if isinstance(error, TooLarge):
                if not limit or error.limit < limit:
                    notices.append(Notice("too-large", path, 0, _too_large(error)))
            elif not isinstance(error, FileNotFoundError):  # that: gone meanwhile, a link, a submodule, no plain file
                notices.append(Notice("unreadable", path, 0, f"the file cannot be read: {error.strerror or error}"))
            continue
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = data.decode("utf-16", "replace")
            if any(anchor in text for anchor in wide):
                why = "the file is UTF-16, so it was not analysed; save it as UTF-8"
                notices.append(Notice("not-utf-8", path, 0, why))
            continue
        if not anchors.held(data):
            continue
        notice = _decode_notice(path, data)
        if notice is not None:
            notices.append(notice)
        sources.keep(path, data)
        result.append(path)
    return Scan(result, passed, notices)


def _decode_notice(path: str, data: bytes) -> Notice | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = "this line is not UTF-8; the file was analysed as it is, but names with such letters may be misread"
        return Notice("not-utf-8", path, line, why)
    return None


def _too_large(error: TooLarge) -> str:
    size, limit = _megabytes(error.size), _megabytes(error.limit)
    return f"the file has {size}, above the limit of {limit}, so it was not read; `max-file-size` sets the limit"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} bytes"


def _ripgrep(sources: Sources, anchors: Anchors, kinds: Callable[[], Kinds] | None) -> Ripgrep | None:
    """Have ripgrep look for the anchors, where it is installed and the files are those on disk."""
    from trackaudit.discover.ripgrep import Ripgrep, program

    path = program() if type(sources) is Sources else None
    if path is None:
        return None
    ripgrep = sources.quick = Ripgrep(sources.root, path, sources.max_size, kinds() if kinds is not None else None)
    ripgrep.begin(anchors.words)
    return ripgrep


def is_large(ground: Ground) -> bool:
    """Whether a repository has so many files that it pays to look at it in other ways than file by file."""
    index = index_of(ground.repository) if ground.repository is not None else None
    try:
        return index is not None and os.stat(index).st_size > FEW * _INDEX_ENTRY
    except OSError:
        return False


def _list(ground: Ground) -> Listing:
    """The root's files, and the targets that ignore rules would leave out: naming a path is asking for it."""
    listed: Listing | str = "no repository"
    if ground.repository is not None:
        listed = list_repository(ground.root)
    if isinstance(listed, str):
        reason, listed = listed, walk(ground.root)
        if ground.repository is not None:
            why = f"git could not list the files ({reason}); the folders were walked instead"
            listed.notices.append(Notice("no-git", "", 0, why))
    for target in ground.targets:
        if not target.folder or not target.path:
            continue
        prefix = f"{target.path}/"
        if not any(path.startswith(prefix) for path in listed.paths):
            more = walk(ground.root, target.path)
            listed = Listing([*listed.paths, *more.paths], [*listed.notices, *more.notices])
    return listed
