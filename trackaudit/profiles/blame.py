"""Which code makes the duplicates: a diagnosis and the findings of a check in, findings beside what they explain out.

A finding is set beside a place of the shared identifier (`property email`) when its rule is about such a place and it
names it; spelling and placeholders are set beside the rules that are about those.
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from trackaudit.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from trackaudit.profiles.diagnose import Diagnosis

_PROPERTY = {
    "identifier-in-update": "page",
    "identifier-in-api-properties": "API",
    "identifier-mapped-as-property": "import",
    "identifier-only-in-event": "event",
    "identified-before-confirmation": "page",
}
"""Rules about identifiers that are sent as properties, with the channel that they speak of."""
_SPELLING = ("hard-id-not-lowercased", "inconsistent-normalization")
_CONFLICT = ("conflicting-id-names", "conflicting-id-values", "id-of-someone-else", "mismatched-import-id")


class Blame(NamedTuple):
    """What was found in the export (in words), how many profiles, and the findings that can explain it."""

    what: str
    profiles: int
    findings: tuple[dict[str, Any], ...]


def findings_of(code: str, config: str | None) -> list[dict[str, Any]]:
    """The findings of a check of a folder, as the JSON report has them."""
    from trackaudit import pipeline
    from trackaudit.report import json_v1

    outcome = pipeline.check(pipeline.CheckOptions(paths=(code,), config=config, cwd=os.getcwd()))
    return list(json_v1.record(outcome.result)["findings"])


def read_findings(path: str) -> list[dict[str, Any]]:
    """The findings of a report that was written by `check --output json:FILE`. Raises InputError."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        findings = [finding for finding in report["findings"] if finding["rule"] and finding["message"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no report of `trackaudit check --output json:FILE`: {error}") from None
    return findings


def blame(found: Diagnosis, findings: Sequence[dict[str, Any]]) -> list[Blame]:
    """Each cause that the export shows, with its findings; causes without findings too: no code in sight explains
    them."""
    causes = []
    for (place, name), strays in sorted(found.strays.items(), key=lambda item: (-item[1], item[0])):
        if not strays or place == "hard":
            continue
        if place == "property":
            named = [
                {**one, "channel": _PROPERTY[one["rule"]]}
                for one in findings
                if one["rule"] in _PROPERTY and f"`{name}`" in one["message"]
            ]
        else:
            named = [one for one in findings if one["rule"] == "identifier-in-soft-id"]
        causes.append(Blame(f"the identifier is in the {place} {name} and in no hard ID", strays, tuple(named)))
    conflict = found.held.get("conflict")
    if conflict:
        rules = (*_SPELLING, *_CONFLICT)
        named = [one for one in findings if one["rule"] in rules]
        causes.append(Blame("one identifier has several hard IDs", conflict.profiles, tuple(named)))
    placeholder = found.held.get("placeholder")
    if placeholder:
        named = [one for one in findings if one["rule"] == "placeholder-id"]
        causes.append(Blame("the value stands for nobody", placeholder.profiles, tuple(named)))
    return causes
