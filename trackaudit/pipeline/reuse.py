"""An earlier check of the same tree: in go options, out comes its outcome; a new outcome goes in, to be kept.

What a check says depends on this program, the options, the configuration, and the files. The key holds the first three;
the files are compared by `discover.snapshot`, and those that git does not list but the run looked for (a built file
that is imported), one by one. Where nothing has changed, the outcome is the earlier one. Where little has, what was
seen in the files that nothing of it touches is used again (`incremental`). What depends on more is not kept: standard
input, a revision, and what is to be written; and of the outcome, what other folders of rules and a baseline say. A
small tree is sooner checked than compared, so nobody asks here about one.
"""

from __future__ import annotations

import os
import sys
import time

from trackaudit import cache
from trackaudit.discover.folders import surveyed
from trackaudit.discover.index import Differences
from trackaudit.discover.snapshot import Sight, as_seen, begin, tracked
from trackaudit.parse import file_kinds, language_of
from trackaudit.pipeline.outcomes import packed, unpacked
from trackaudit.pipeline.store import Store
from trackaudit.pipeline.unlisted import digests, missing, still_missing
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from trackaudit.discover import Ground
    from trackaudit.discover.remembered import Remembered
    from trackaudit.discover.snapshot import Snapshot
    from trackaudit.model import Result
    from trackaudit.pipeline.islands import Base
    from trackaudit.pipeline.looking import Look
    from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome

KEPT = 8
"""Results a root: of commit hooks with a few files, of editors, of CI's formats."""


class Asked(NamedTuple):
    """A check that may have been done before. key: of this check; base_key: of all checks of the root with this program
    and configuration. began: seconds of the wall clock. results: those that are kept of this root, by key. base: what a
    whole run left. sight: how the root's files were a moment later, if anything is kept."""

    ground: Ground
    key: bytes
    base_key: bytes
    began: float
    store: Store
    results: dict[bytes, Any]
    base: Base | None
    sight: Sight

    @property
    def now(self) -> Snapshot | None:
        return self.sight.snapshot


class Renewed(NamedTuple):
    """A look at the tree and its analysis, most of it from an earlier run, which left the base."""

    look: Look
    analysis: Analysis
    base: Base


def asked(ground: Ground, options: CheckOptions) -> Asked | None:
    """The check as the store knows it; None for one that is not kept."""
    from trackaudit.pipeline.incremental import serves

    written = options.fix in ("safe", "unsafe")
    if options.stdin or options.since or options.baseline or written:
        return None
    config = _config(ground)
    if config is None:
        return None
    began = time.time()
    store = Store(ground.root)
    looking = _begin(ground, store) if store.holds_any() else Sight
    results = store.results()
    base = store.base() if serves(ground) else None
    place = (ground._replace(targets=(), prefix=""), config, _program())
    parts = (options._replace(cwd="", debug=False, paths=()), ground, *place)
    key, base_key = (cache.digest(repr(one).encode("utf-8", "surrogateescape")) for one in (parts, place))
    if base is not None and base.key != base_key:
        base = None
    if base is not None and key not in results:
        _load_stages()
    return Asked(ground, key, base_key, began, store, results, base, looking())


def _config(ground: Ground) -> bytes | None:
    """The bytes of the configuration, empty where there is none; None if it cannot be read, which a run will tell."""
    if ground.config is None:
        return b""
    from trackaudit.config.marked import Unreadable
    from trackaudit.config.own import read_own

    try:
        return read_own(ground.config)
    except (OSError, Unreadable):
        return None


def _begin(ground: Ground, store: Store) -> Callable[[], Sight]:
    """Have git look at the tree meanwhile; gives what waits for its answer."""
    root, repository = ground.root, ground.repository
    if repository is None:
        return Sight
    folders = store.folders()

    def earlier() -> tuple[bytes, bytes] | None:
        return store.index(folders.stamp) if folders is not None else None

    began = time.time()
    looking = begin(root, repository, _matters, None, folders, earlier)

    def ended() -> Sight:
        sight = looking()
        if folders is not None and sight.folders is None:
            sight = _surveyed(sight, root, repository, folders.stamp, began)
        if sight.folders is not None and sight.folders is not folders:
            store.keep_folders(sight.folders)
        return sight

    return ended


def _surveyed(sight: Sight, root: str, repository: str, stamp: bytes, began: float) -> Sight:
    """With the folders of the tree, if git tracks the same files as when its index had that stamp."""
    same = sight.since is not None and not any(sight.since.came_and_left())
    names = tracked(root) if same else None
    if sight.snapshot is None or names is None:
        return sight
    untracked = list(sight.snapshot.untracked)
    return sight._replace(folders=surveyed(root, repository, stamp, sight.settings, names, untracked, began))


def _load_stages() -> None:
    """Import what an evaluation needs."""
    import trackaudit.engine.run
    import trackaudit.flow.rounds
    import trackaudit.suppress  # noqa: F401


def recall(check: Asked) -> CheckOutcome | None:
    """The outcome of the same check, if it was done before and nothing has changed."""
    root, now, kept = check.ground.root, check.now, check.results.get(check.key)
    if kept is None or now is None:
        return None
    state, others, gone, outcome = kept
    if tuple(now) != state or digests(root, others) != others or not still_missing(root, gone):
        return None
    return unpacked(root, outcome)


def renew(check: Asked) -> Renewed | None:
    """The analysis of the tree, if little has changed since a whole run."""
    from trackaudit.pipeline import incremental

    root, base, now = check.ground.root, check.base, check.now
    if base is None or now is None or digests(root, base.others) != base.others or not still_missing(root, base.gone):
        return None
    sight = check.sight
    since = Differences({}, {}) if now.stamp == base.state[0] else sight.since if sight.then == base.state[0] else None
    changed = incremental.changes(base, now, since) if since is not None else None
    if changed is None:
        return None

    def recall(max_size: int) -> Remembered | None:
        words = check.store.words()
        there = words is not None and words[1] == base.state
        return _remembered(root, words, max_size, changed.paths) if there else None

    renewed = incremental.renewed(base, check.ground, changed, recall, lambda: check.store.names(base))
    return Renewed(*renewed, base) if renewed is not None else None


def remembered(check: Asked, max_size: int) -> Remembered | None:
    """What the last run was told of words in this root's files; None if files may have changed that git cannot name."""
    if check.now is None:
        return None
    words = check.store.words()
    if words is None or words[1][0] != check.now.stamp:
        return None
    return _remembered(check.ground.root, words, max_size, check.now.since(words[1]))


def _remembered(root: str, words: Any, max_size: int, changed: Iterable[str]) -> Remembered | None:
    from trackaudit.discover.remembered import Remembered

    return Remembered(root, max_size, words[2:], changed, file_kinds()) if words[0] == max_size else None


def keep(check: Asked, analysis: Analysis, outcome: CheckOutcome) -> None:
    """Keep what a whole run gave for the next runs, if it can be told when it holds."""
    from trackaudit.pipeline.incremental import serves
    from trackaudit.pipeline.islands import base_of

    root, repository, folders = check.ground.root, check.ground.repository, check.sight.folders
    if repository is None or _was_hurried(outcome.result):
        return
    began = time.time()
    sight = begin(root, repository, _matters, check.began)()
    now = sight.snapshot
    names = tracked(root) if now is not None else None
    if now is None or names is None:
        return
    listed = {*names, *now.untracked}
    quick = analysis.reader.sources.quick
    told = quick.told() if quick is not None else None
    if told is not None:
        # What git ignores is in no snapshot.
        words = (analysis.config.max_file_size, tuple(now), told[0] & listed, told[1])
        check.store.keep_words(words)
    named = [f"{target.path}/" for target in check.ground.targets if target.folder and target.path]
    if not listed.issuperset(analysis.listing) or not all(
        any(name.startswith(folder) for name in listed) for folder in named
    ):
        return
    gone, there = missing(root, analysis.reader.sources.asked - listed)
    if not still_missing(root, gone):
        return
    others = digests(root, there)
    if folders is None or folders.stamp != now.stamp:
        check.store.keep_index(now.stamp, sight.indexed)
        untracked = list(now.untracked)
        folders = surveyed(root, repository, now.stamp, sight.settings, names, untracked, began)
        check.store.keep_folders(folders)
    # In a virtual environment no file counts as listed, and which folders are one is not kept.
    if serves(check.ground) and not any(name.rpartition("/")[2] == "pyvenv.cfg" for name in listed):
        left = base_of(check.base_key, analysis, now, listed, others, gone)
        if left is not None:
            check.store.keep_base(*left)
    _keep_result(check, analysis, outcome, now, others, gone)


def keep_renewed(check: Asked, renewed: Renewed, outcome: CheckOutcome) -> None:
    """Keep an outcome that stands on an earlier run, if what was read for it is what the comparison saw."""
    root, now = check.ground.root, check.now
    asked = renewed.analysis.reader.sources.asked
    if now is None or _was_hurried(outcome.result) or not as_seen(root, now, asked, check.began):
        return
    gone, there = missing(root, asked)
    for folder, names in renewed.base.gone.items():
        gone[folder] = sorted({*names, *gone.get(folder, ())})
    known = renewed.base.islands.keys() | now.changed.keys() | now.untracked.keys()
    unlisted = [path for path in there if path not in known and path not in renewed.base.asked]
    paths = check.store.names(renewed.base) if unlisted else None
    if paths is not None:
        unlisted = [path for path in unlisted if f"\0{path}\0" not in paths.files]
    others = {**renewed.base.others, **digests(root, unlisted)}
    if still_missing(root, gone):
        _keep_result(check, renewed.analysis, outcome, now, others, gone)


def _keep_result(
    check: Asked,
    analysis: Analysis,
    outcome: CheckOutcome,
    now: Snapshot,
    others: dict[str, bytes],
    gone: dict[str, list[str]],
) -> None:
    if analysis.config.extend_rules or analysis.config.baseline:
        return
    kept = (tuple(now), others, gone, packed(outcome, analysis.reader.files))
    recent = [one for one in check.results.items() if one[0] != check.key][-(KEPT - 1) :]
    check.store.keep_results(dict([*recent, (check.key, kept)]))


def _was_hurried(result: Result) -> bool:
    """Whether another run might come further, or end otherwise."""
    return any(notice.kind == "crash" or "max-seconds" in notice.message for notice in result.notices)


def _matters(path: str) -> bool:
    """Whether the bytes of a file may count: those of a language, and the queries of imports."""
    return language_of(path) is not None or path.lower().endswith(".sql")


def _program() -> tuple[Any, ...]:
    """What tells one state of this program from another: its files, and when anything was installed beside it."""
    from trackaudit.config import rules_dir

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found: list[tuple[str, int, int]] = []
    folders = [package, rules_dir()]
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
                elif entry.name.endswith((".py", ".yaml", ".bin")):
                    status = entry.stat()
                    found.append((entry.path, status.st_mtime_ns, status.st_size))
    places = [folder for folder in sys.path if os.path.isdir(os.path.join(folder, "tree_sitter"))]
    return sys.version, found, [(folder, os.stat(folder).st_mtime_ns) for folder in places]
