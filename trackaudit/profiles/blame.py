"""Which code makes the duplicates: groups and the findings of a check in, findings beside the groups they explain out.

A finding explains a stray when it is about the very entry that the stray has (the property `email`); two values of a
hard ID are set beside findings about that ID's spelling or its value, a placeholder beside those about placeholders.
"""

from __future__ import annotations

import json
import os

from trackaudit.errors import InputError
from trackaudit.profiles.aim import value_of
from trackaudit.profiles.diagnose import Pattern, pattern_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TextIO

    from trackaudit.model import Result
    from trackaudit.profiles.groups import Group

_SPELLING = ("hard-id-not-lowercased", "inconsistent-normalization")
_CONFLICT = ("conflicting-id-names", "conflicting-id-values", "id-of-someone-else", "mismatched-import-id")
_HELD = {
    "placeholder": ("placeholder-id",),
    "crowd": ("placeholder-id", "id-of-someone-else"),
    "not-an-address": ("mismatched-import-id", "conflicting-id-values"),
}
"""Rules that explain why a value is held, whatever entry it stands in."""
_FIELDS = ("rule", "path", "line", "message", "fingerprint", "channel", "operation", "part", "key")


def findings_of(code: str, config: str | None) -> tuple[list[dict[str, Any]], Result]:
    """The findings of a check of a folder, as the JSON report has them; and its result, whose notices may tell why
    some are missing."""
    from trackaudit import pipeline
    from trackaudit.report import json_v1

    outcome = pipeline.check(pipeline.CheckOptions(paths=(code,), config=config, cwd=os.getcwd()))
    found = json_v1.record(outcome.result)["findings"]
    return [{field: one[field] for field in _FIELDS} for one in found], outcome.result


def read_findings(path: str) -> list[dict[str, Any]]:
    """The findings of a report that was written by `check --output json:FILE`. Raises InputError."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        return [{field: finding[field] for field in _FIELDS} for finding in report["findings"]]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except KeyError as error:
        raise InputError(
            f"{path}: has no {error}; it is no report of `trackaudit check --output json:FILE`, or an older one's",
            "Write it anew with this version",
        ) from None
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: is no report of `trackaudit check --output json:FILE`: {error}") from None


def blame(pattern: Pattern, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings that explain the groups of a pattern, in their order."""
    return [one for one in findings if _explains(one, pattern)]


def _explains(finding: dict[str, Any], pattern: Pattern) -> bool:
    rule, part, key = finding["rule"], finding["part"], finding["key"]
    if rule in _HELD.get(pattern.reason, ()):
        return True
    if part == "properties" and finding["operation"] != "event" and ("property", key) in pattern.strays:
        return True
    if rule == "identifier-in-soft-id" and ("soft", key) in pattern.strays:
        return True
    return key in pattern.clash and rule in (_SPELLING if pattern.spelling else (*_SPELLING, *_CONFLICT))


def told(groups: Iterable[Group], findings: Sequence[dict[str, Any]], out: TextIO) -> Iterator[Group]:
    """The same groups; each is written as a line of JSON, with the code that explains it, as it passes."""
    known: dict[Pattern, list[dict[str, Any]]] = {}
    for group in groups:
        pattern = pattern_of(group)
        if pattern not in known:
            known[pattern] = _references(pattern, findings)
        where: dict[str, int] = {}
        for one in group.members:
            for place in sorted({f"{said.place} {said.name}" for said in one.mentions}):
                where[place] = where.get(place, 0) + 1
        _tell(out, group.shared, len(group.members), pattern, where, known[pattern])
        yield group


def told_crowds(
    crowds: Iterable[tuple[str, str, int, str]], findings: Sequence[dict[str, Any]], out: TextIO
) -> Iterator[tuple[str, str, int, str]]:
    """Likewise for what too many profiles share, whose profiles are not looked at one by one."""
    for kind, key, profiles, reason in crowds:
        pattern = Pattern(reason)
        _tell(out, ((kind, key),), profiles, pattern, {}, _references(pattern, findings))
        yield kind, key, profiles, reason


def _references(pattern: Pattern, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    fields = ("rule", "path", "line", "channel", "key", "fingerprint")
    return [{field: one[field] for field in fields} for one in blame(pattern, findings)]


def _tell(
    out: TextIO,
    shared: Sequence[tuple[str, str]],
    profiles: int,
    pattern: Pattern,
    where: dict[str, int],
    code: list[dict[str, Any]],
) -> None:
    line = {
        "shared": [[kind, value_of(kind, key)] for kind, key in shared],
        "profiles": profiles,
        "held": pattern.reason or None,
        "where": where,
        "strays": [list(place) for place in pattern.strays],
        "code": code,
    }
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
