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

from trackaudit import cache, model
from trackaudit.discover.folders import Folders, surveyed
from trackaudit.discover.index import Differences, marks
from trackaudit.discover.snapshot import Sight, as_seen, begin, tracked
from trackaudit.parse import file_kinds, language_of
from trackaudit.pipeline.packed import noun, plain
from trackaudit.pipeline.unlisted import digests, missing, still_missing
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from typing import Any

    from trackaudit.discover import Ground
    from trackaudit.discover.remembered import Remembered
    from trackaudit.discover.snapshot import Snapshot
    from trackaudit.model import Result
    from trackaudit.pipeline.islands import Base, Names
    from trackaudit.pipeline.looking import Look
    from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome

KEPT = 8
"""Results a root: of commit hooks with a few files, of editors, of CI's formats."""


class Asked(NamedTuple):
    """A check that may have been done before. key: of this check; base_key: of all checks of the root with this program
    and configuration. began: seconds of the wall clock. results: those that are kept of this root. base: what a whole
    run left. sight: how the root's files were a moment later, if anything is kept."""

    ground: Ground
    key: bytes
    base_key: bytes
    began: float
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
    names = (ground.root, _words_of(ground.root), _base_of(ground.root))
    looking = _begin(ground) if any(map(cache.holds, names)) else None
    results = cache.load(ground.root) or {}
    base = _base(ground) if serves(ground) else None
    place = (ground._replace(targets=(), prefix=""), config, _program())
    parts = (options._replace(cwd="", debug=False, paths=()), ground, *place)
    key, base_key = (cache.digest(repr(one).encode("utf-8", "surrogateescape")) for one in (parts, place))
    if base is not None and base.key != base_key:
        base = None
    if base is not None and key not in results:
        _load_stages()
    return Asked(ground, key, base_key, began, results, base, looking() if looking is not None else Sight())


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


def _begin(ground: Ground) -> Callable[[], Sight]:
    """Have git look at the tree meanwhile; gives what waits for its answer."""
    root, repository = ground.root, ground.repository
    if repository is None:
        return Sight
    kept = cache.load(_folders_of(root))
    folders = Folders._make(kept) if isinstance(kept, tuple) and len(kept) == len(Folders._fields) else None

    def earlier() -> tuple[bytes, bytes] | None:
        stamp, index, blocks = cache.load(_index_of(root)) or (b"", b"", None)
        return (index, blocks) if folders is not None and folders.stamp == stamp and blocks is not None else None

    began = time.time()
    looking = begin(root, repository, _matters, None, folders, earlier)

    def ended() -> Sight:
        sight = looking()
        if folders is not None and sight.folders is None:
            sight = _surveyed(sight, root, repository, folders.stamp, began)
        if sight.folders is not None and sight.folders is not folders:
            cache.save(_folders_of(root), tuple(sight.folders))
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
    from trackaudit.pipeline.options import CheckOutcome

    root, now, kept = check.ground.root, check.now, check.results.get(check.key)
    if kept is None or now is None:
        return None
    state, others, gone, sources, result, fail_on = kept
    if tuple(now) != state or digests(root, others) != others or not still_missing(root, gone):
        return None
    files = _sources(root, sources)
    return CheckOutcome(_unpacked(result, files), fail_on) if files is not None else None


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
        words = cache.load(_words_of(root))
        there = words is not None and words[1] == base.state
        return _remembered(root, words, max_size, changed.paths) if there else None

    renewed = incremental.renewed(base, check.ground, changed, recall, lambda: _names(root, base))
    return Renewed(*renewed, base) if renewed is not None else None


def remembered(check: Asked, max_size: int) -> Remembered | None:
    """What the last run was told of words in this root's files; None if files may have changed that git cannot name."""
    if check.now is None:
        return None
    words = cache.load(_words_of(check.ground.root))
    if words is None or words[1][0] != check.now.stamp:
        return None
    return _remembered(check.ground.root, words, max_size, check.now.since(words[1]))


def _remembered(root: str, words: Any, max_size: int, changed: Iterable[str]) -> Remembered | None:
    from trackaudit.discover.remembered import Remembered

    return Remembered(root, max_size, words[2:], changed, file_kinds()) if words[0] == max_size else None


def keep(check: Asked, analysis: Analysis, outcome: CheckOutcome) -> None:
    """Keep what a whole run gave for the next runs, if it can be told when it holds."""
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
        cache.save(_words_of(root), words)
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
        _keep_tree(root, repository, sight, now, names, began)
    # In a virtual environment no file counts as listed, and which folders are one is not kept.
    if not any(name.rpartition("/")[2] == "pyvenv.cfg" for name in listed):
        _keep_base(check, analysis, now, listed, others, gone)
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
    paths = _names(root, renewed.base) if unlisted else None
    if paths is not None:
        unlisted = [path for path in unlisted if f"\0{path}\0" not in paths.files]
    others = {**renewed.base.others, **digests(root, unlisted)}
    if still_missing(root, gone):
        _keep_result(check, renewed.analysis, outcome, now, others, gone)


def _keep_tree(root: str, repository: str, sight: Sight, now: Snapshot, names: list[str], began: float) -> None:
    """Keep the folders of a tree, and git's index to compare later ones with."""
    folders = surveyed(root, repository, now.stamp, sight.settings, names, list(now.untracked), began)
    cache.save(_index_of(root), (now.stamp, sight.indexed, marks(sight.indexed)))
    cache.save(_folders_of(root), tuple(folders))


def _keep_base(
    check: Asked,
    analysis: Analysis,
    now: Snapshot,
    listed: Container[str],
    others: dict[str, bytes],
    gone: dict[str, list[str]],
) -> None:
    from trackaudit.pipeline.incremental import serves
    from trackaudit.pipeline.islands import base_of

    left = base_of(check.base_key, analysis, now, listed, others, gone) if serves(check.ground) else None
    if left is not None:
        base, names = left
        cache.save(_names_of(check.ground.root), tuple(names))
        cache.save(_base_of(check.ground.root), tuple(base))


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
    wanted = _paths(outcome.result)
    files = analysis.reader.files
    sources = {path: (file.language, cache.digest(file.data)) for path in wanted if (file := files.get(path))}
    kept = (tuple(now), others, gone, sources, _packed(outcome.result), outcome.fail_on)
    recent = [one for one in check.results.items() if one[0] != check.key][-(KEPT - 1) :]
    cache.save(check.ground.root, dict([*recent, (check.key, kept)]))


def _base(ground: Ground) -> Base | None:
    from trackaudit.pipeline.islands import Base

    kept = cache.load(_base_of(ground.root))
    return Base._make(kept) if isinstance(kept, tuple) and len(kept) == len(Base._fields) else None


def _names(root: str, base: Base) -> Names | None:
    """The names of a whole run; None if another one has left its own."""
    from trackaudit.pipeline.islands import Names

    kept = cache.load(_names_of(root))
    names = Names._make(kept) if isinstance(kept, tuple) and len(kept) == len(Names._fields) else None
    return names if names is not None and names.checksum == base.names else None


def _was_hurried(result: Result) -> bool:
    """Whether another run might come further, or end otherwise."""
    return any(notice.kind == "crash" or "max-seconds" in notice.message for notice in result.notices)


def _matters(path: str) -> bool:
    """Whether the bytes of a file may count: those of a language, and the queries of imports."""
    return language_of(path) is not None or path.lower().endswith(".sql")


def _words_of(root: str) -> str:
    """The name under which the words are kept: they are many, and a tree that has not changed needs none."""
    return f"{root}\0words"


def _base_of(root: str) -> str:
    """The name under which a whole run is kept."""
    return f"{root}\0base"


def _names_of(root: str) -> str:
    """The name under which the paths of that run are kept, which are many."""
    return f"{root}\0names"


def _folders_of(root: str) -> str:
    """The name under which the folders of the tree are kept."""
    return f"{root}\0folders"


def _index_of(root: str) -> str:
    """The name under which git's index at that time is kept; it is needed only where another one has come since."""
    return f"{root}\0index"


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


def _sources(root: str, kept: dict[str, tuple[str, bytes]]) -> dict[str, model.SourceFile] | None:
    """The files that the result points into; None if one is not as it was."""
    from trackaudit.discover.sources import Sources

    sources = Sources(root)
    files: dict[str, model.SourceFile] = {}
    for path, (language, checksum) in kept.items():
        try:
            file = files[path] = sources.source(path, language)
        except OSError:
            return None
        if cache.digest(file.data) != checksum:
            return None
    return files


def _packed(result: Result) -> tuple[Any, ...]:
    rules = [(rule.id, rule.severity, rule.summary, rule.why) for rule in result.rules]
    summary = result.summary._replace(seconds=())
    found = (result.findings, result.notices, summary, result.unresolved, result.prefix, result.silenced)
    return (*(plain(one) for one in found), rules)


def _unpacked(kept: tuple[Any, ...], files: dict[str, model.SourceFile]) -> Result:
    findings, notices, summary, unresolved, prefix, silenced = (noun(one) for one in kept[:-1])
    rules = tuple(model.RuleHelp(id, severity, summed, why, _page(id)) for id, severity, summed, why in kept[-1])
    return model.Result(findings, notices, summary, files, unresolved, prefix, silenced, rules)


def _page(rule: str) -> Any:
    def markdown() -> str:
        from trackaudit.config import Config
        from trackaudit.engine.document import document
        from trackaudit.engine.load import load_rules

        found = load_rules(Config()).get(rule)
        return document(found) if found is not None else ""

    return markdown


def _paths(value: Any) -> set[str]:
    """The files that a result's nouns point into."""
    found: set[str] = set()
    stack = [value.findings, value.silenced, value.unresolved]
    while stack:
        one = stack.pop()
        if isinstance(one, (model.Place, model.Edit)):
            found.add(one.path)
        elif isinstance(one, tuple):
            stack.extend(one)
    return found
