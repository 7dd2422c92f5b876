"""The outcome of a check as plain data that the cache can keep, and back."""

from __future__ import annotations

from trackaudit import cache, model
from trackaudit.pipeline.packed import noun, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trackaudit.pipeline.options import CheckOutcome


def packed(outcome: CheckOutcome, files: Mapping[str, model.SourceFile]) -> tuple[Any, ...]:
    """Plain data. `files`: what was read."""
    result = outcome.result
    sources = {path: (file.language, cache.digest(file.data)) for path in _paths(result) if (file := files.get(path))}
    rules = [(rule.id, rule.severity, rule.summary, rule.why) for rule in result.rules]
    summary = result.summary._replace(seconds=())
    found = (result.findings, result.notices, summary, result.unresolved, result.prefix, result.silenced)
    return sources, [plain(one) for one in found], rules, outcome.fail_on


def unpacked(root: str, kept: tuple[Any, ...]) -> CheckOutcome | None:
    """What `packed` was given; None if a file that it points into is not as it was."""
    from trackaudit.pipeline.options import CheckOutcome

    known, parts, rules, fail_on = kept
    files = _sources(root, known)
    if files is None:
        return None
    findings, notices, summary, unresolved, prefix, silenced = map(noun, parts)
    told = tuple(model.RuleHelp(id, severity, summed, why, _page(id)) for id, severity, summed, why in rules)
    result = model.Result(findings, notices, summary, files, unresolved, prefix, silenced, told)
    return CheckOutcome(result, fail_on)


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
