"""An earlier check of the same tree: in go options, out comes its outcome; a new outcome goes in, to be kept.

What a check says depends on this program, the options, the configuration, and the files. The key holds the first three;
the files are compared by `discover.snapshot`, and those that git does not list but the run looked for (a built file
that is imported), one by one. What depends on more is not kept: other folders of rules, a baseline, a revision,
standard input, files of an ignored folder, and what is to be written. A small tree is sooner checked than compared,
so nobody asks here about one.
"""

from __future__ import annotations

import os
import sys
import time

from trackaudit import cache, model
from trackaudit.parse import language_of
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trackaudit.discover import Ground
    from trackaudit.discover.remembered import Remembered
    from trackaudit.discover.snapshot import Snapshot
    from trackaudit.model import Result
    from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome

KEPT = 8
"""Results a root: of commit hooks with a few files, of editors, of CI's formats."""
_NOUNS: tuple[type[Any], ...] = (
    model.Place, model.Step, model.Edit, model.Fix, model.Finding, model.Silenced, model.Notice, model.Unresolved,
    model.Summary,
)  # fmt: skip


class Asked(NamedTuple):
    """A check that may have been done before. began: seconds of the wall clock. results: those that are kept of
    this root. now: how its files are, if anything is kept."""

    ground: Ground
    key: bytes
    began: float
    results: dict[bytes, Any]
    now: Snapshot | None


def asked(ground: Ground, options: CheckOptions) -> Asked | None:
    """The check as the store knows it; None for one that is not kept."""
    written = options.fix in ("safe", "unsafe")
    if options.stdin or options.since or options.baseline or written:
        return None
    config = b""
    try:
        if ground.config is not None:
            with open(ground.config, "rb") as file:
                config = file.read()
    except OSError:
        return None
    began = time.time()
    results = cache.load(ground.root) or {}
    now = None
    if (results or cache.holds(_words_of(ground.root))) and ground.repository is not None:
        from trackaudit.discover.snapshot import snapshot

        now = snapshot(ground.root, ground.repository, _matters)
    parts = (options._replace(cwd="", debug=False, paths=()), ground, config, _program())
    key = cache.digest(repr(parts).encode("utf-8", "surrogateescape"))
    return Asked(ground, key, began, results, now)


def recall(check: Asked) -> CheckOutcome | None:
    """The outcome of the same check, if it was done before and nothing has changed."""
    from trackaudit.pipeline.options import CheckOutcome

    root, now, kept = check.ground.root, check.now, check.results.get(check.key)
    if kept is None or now is None:
        return None
    state, others, gone, sources, result, fail_on = kept
    if tuple(now) != state or _others(root, others) != others or not _still_missing(root, gone):
        return None
    files = _sources(root, sources)
    return CheckOutcome(_unpacked(result, files), fail_on) if files is not None else None


def remembered(check: Asked, max_size: int) -> Remembered | None:
    """What the last run was told of words in this root's files; None if files may have changed that git cannot name."""
    from trackaudit.discover.remembered import Remembered

    words = cache.load(_words_of(check.ground.root)) if check.now is not None else None
    if words is None or check.now is None:
        return None
    limit, (stamp, *before), seen, found = words
    if limit != max_size or stamp != check.now.stamp:
        return None
    now = (check.now.changed, check.now.untracked)
    changed = {path for old, new in zip(before, now, strict=True) for path, _ in old.items() ^ new.items()}
    return Remembered(check.ground.root, max_size, (seen, found), changed)


def keep(check: Asked, analysis: Analysis, outcome: CheckOutcome) -> None:
    """Keep the outcome for the next run, if it can be told when it holds."""
    from trackaudit.discover.snapshot import snapshot, tracked

    ground, config = check.ground, analysis.config
    if ground.repository is None or config.extend_rules or config.baseline or _was_hurried(outcome.result):
        return
    now = snapshot(ground.root, ground.repository, _matters, check.began)
    names = tracked(ground.root) if now is not None else None
    if now is None or names is None:
        return
    listed = {*names, *now.untracked}
    quick = analysis.reader.sources.quick
    told = quick.told() if quick is not None else None
    if told is not None:
        # What git ignores is in no snapshot.
        cache.save(_words_of(ground.root), (config.max_file_size, tuple(now), told[0] & listed, told[1]))
    folders = [f"{target.path}/" for target in ground.targets if target.folder and target.path]
    if not listed.issuperset(analysis.listing) or not all(
        any(name.startswith(folder) for name in listed) for folder in folders
    ):
        return
    gone, there = _missing(ground.root, analysis.reader.sources.asked - listed)
    if not _still_missing(ground.root, gone):
        return
    sources = {
        path: (file.language, cache.digest(file.data))
        for path, file in analysis.reader.files.items()
        if path in _paths(outcome.result)
    }
    kept = (tuple(now), _others(ground.root, there), gone, sources, _packed(outcome.result), outcome.fail_on)
    recent = [one for one in check.results.items() if one[0] != check.key][-(KEPT - 1) :]
    cache.save(ground.root, dict([*recent, (check.key, kept)]))


def _was_hurried(result: Result) -> bool:
    """Whether another run might come further, or end otherwise."""
    return any(notice.kind == "crash" or "max-seconds" in notice.message for notice in result.notices)


def _matters(path: str) -> bool:
    """Whether the bytes of a file may count: those of a language, and the queries of imports."""
    return language_of(path) is not None or path.lower().endswith(".sql")


def _words_of(root: str) -> str:
    """The name under which the words are kept: they are many, and a tree that has not changed needs none."""
    return f"{root}\0words"


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


def _others(root: str, paths: Iterable[str]) -> dict[str, bytes]:
    """By path, the checksum of a file that git does not list; or why it could not be read."""
    from trackaudit.discover.sources import Sources

    sources = Sources(root)
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            found[path] = cache.digest(sources.read(path))
        except OSError as error:
            found[path] = str(error.errno).encode()
    return found


def _missing(root: str, paths: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """By folder, the names that are not in it and so end the way to some of the paths; and the paths that are there."""
    known: dict[str, bool] = {"": True}

    def exists(path: str) -> bool:
        if path not in known:
            known[path] = exists(path.rpartition("/")[0]) and os.path.lexists(f"{root}/{path}")
        return known[path]

    gone: dict[str, set[str]] = {}
    there: list[str] = []
    for path in paths:
        if "\0" in path or path.startswith("/"):
            continue  # never a file of the root
        if exists(path):
            there.append(path)
            continue
        folder, _, name = path.rpartition("/")
        while not exists(folder):
            folder, _, name = folder.rpartition("/")
        gone.setdefault(folder, set()).add(name)
    return {folder: sorted(names) for folder, names in gone.items()}, there


def _still_missing(root: str, gone: dict[str, list[str]]) -> bool:
    for folder, names in gone.items():
        try:
            present = os.listdir(f"{root}/{folder}")
        except OSError:
            continue
        if not {_folded(name) for name in present}.isdisjoint(map(_folded, names)):
            return False
    return True


def _folded(name: str) -> str:
    """A name as the usual file system of this platform compares it."""
    return name.casefold() if sys.platform in ("win32", "darwin") else name


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
    return (*(_plain(one) for one in found), rules)


def _unpacked(kept: tuple[Any, ...], files: dict[str, model.SourceFile]) -> Result:
    findings, notices, summary, unresolved, prefix, silenced = (_noun(one) for one in kept[:-1])
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


def _plain(value: Any) -> Any:
    """Nouns as tuples that begin with their number, other tuples as lists."""
    if not isinstance(value, tuple):
        return value
    parts = [_plain(part) for part in value]
    return (_NOUNS.index(type(value)), *parts) if type(value) is not tuple else parts


def _noun(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_noun(part) for part in value)
    return _NOUNS[value[0]](*(_noun(part) for part in value[1:])) if isinstance(value, tuple) else value


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
