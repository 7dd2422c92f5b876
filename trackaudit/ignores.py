"""What makes a project adopt the tool, comment by comment: in go options as for a check, out come files in which an
ignore comment stands above each finding.

No comment is trusted: a line of `// …` inside a template string is no comment but text. So the files are checked again
with the comments in them, and what did not silence its finding, or broke anything, is taken out or tried in another
style.
"""

from __future__ import annotations

from trackaudit import pipeline
from trackaudit.record import NamedTuple
from trackaudit.suppress import UNUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.model import Finding, Result, SourceFile

_HASH, _SLASHES, _BRACES = ("# {}",), ("// {}", "{{/* {} */}}"), ("{{# {} #}}", "{{{{!-- {} --}}}}", "<!-- {} -->")
_STYLES = {
    ".py": _HASH,
    ".pyi": _HASH,
    ".yaml": _HASH,
    ".yml": _HASH,
    ".json": (),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"), _SLASHES),
}
_EMBEDDED = ("// {}", *_BRACES)


class Ignored(NamedTuple):
    """files: new contents by path, and what they were. silenced: how many findings. left: those that no comment can
    silence. root: where the paths begin."""

    files: dict[str, tuple[bytes, bytes]]
    silenced: int
    left: tuple[Finding, ...]
    root: str
    result: Result


class _Spot(NamedTuple):
    path: str
    line: int
    rules: tuple[str, ...]


def add_ignores(options: pipeline.CheckOptions, reason: str = "") -> Ignored:
    """The project's files with a comment for each finding that is reported."""
    analysis = pipeline.analyse(options)
    ruleset = pipeline.ruleset_for(analysis, options)
    first = pipeline.judge_all(analysis, ruleset, options).result
    found = [finding for finding in first.findings if finding.rule != UNUSED]
    reason = " ".join(reason.split()) or "accepted, to be solved"
    chosen: dict[_Spot, str] = {}
    waiting = {spot: list(_styles(spot.path)) for spot in _spots(found, first.sources)}
    while any(waiting.values()):
        tried = {spot: styles.pop(0) for spot, styles in waiting.items() if styles}
        overlay = _written({**chosen, **tried}, first.sources, reason)
        again = pipeline.judge_all(pipeline.recheck(analysis, overlay), ruleset, options).result
        broken = _worse(first, again)
        standing = {(finding.rule, finding.fingerprint) for finding in again.findings}
        for spot, style in tried.items():
            here = [one for one in found if _spot_of(one, first.sources, spot.rules) == spot]
            if spot.path not in broken and not any((one.rule, one.fingerprint) in standing for one in here):
                chosen[spot] = style
                del waiting[spot]
    files = _written(chosen, first.sources, reason)
    last = pipeline.judge_all(pipeline.recheck(analysis, files), ruleset, options).result if files else first
    files = {path: data for path, data in files.items() if path not in _worse(first, last)}
    standing = {(finding.rule, finding.fingerprint) for finding in last.findings}
    left = tuple(one for one in found if one.root.path not in files or (one.rule, one.fingerprint) in standing)
    return Ignored(
        {path: (first.sources[path].data, data) for path, data in files.items()},
        len(found) - len(left),
        left,
        analysis.reader.sources.root,
        first,
    )


def _styles(path: str) -> tuple[str, ...]:
    return _STYLES.get(path[path.rfind(".") :].lower(), _EMBEDDED)


def _spots(found: Iterable[Finding], sources: dict[str, SourceFile]) -> list[_Spot]:
    rules: dict[tuple[str, int], list[str]] = {}
    for finding in found:
        line = sources[finding.root.path].position(finding.root.start)[0]
        rules.setdefault((finding.root.path, line), []).append(finding.rule)
    return [_Spot(path, line, tuple(dict.fromkeys(names))) for (path, line), names in rules.items()]


def _spot_of(finding: Finding, sources: dict[str, SourceFile], rules: tuple[str, ...]) -> _Spot:
    return _Spot(finding.root.path, sources[finding.root.path].position(finding.root.start)[0], rules)


def _written(chosen: dict[_Spot, str], sources: dict[str, SourceFile], reason: str) -> dict[str, bytes]:
    """The files with the comments in them, each above its line and as far in."""
    files: dict[str, bytes] = {}
    for spot in sorted(chosen, reverse=True):
        source = sources[spot.path]
        data = files.get(spot.path, source.data)
        lines = source.data.splitlines(keepends=True)
        start = sum(len(line) for line in lines[: spot.line - 1])
        line = lines[spot.line - 1]
        bom = 3 if start == 0 and line.startswith(b"\xef\xbb\xbf") else 0
        indent = line[bom : len(line) - len(line[bom:].lstrip(b" \t"))]
        ending = b"\r\n" if line.endswith(b"\r\n") else b"\n"
        said = chosen[spot].format(f"trackaudit: ignore[{', '.join(spot.rules)}] {reason}").encode("utf-8")
        at = start + bom
        files[spot.path] = data[:at] + indent + said + ending + data[at:]
    return files


def _worse(before: Result, after: Result) -> set[str]:
    """Files that have a new finding or a new notice."""
    known = {finding.fingerprint for finding in before.findings}
    seen = {(notice.kind, notice.path) for notice in before.notices}
    worse = {finding.root.path for finding in after.findings if finding.fingerprint not in known}
    return worse | {notice.path for notice in after.notices if (notice.kind, notice.path) not in seen}
