"""Stage report, format `sarif`: a Result as a SARIF 2.1.0 log, which code hosts, editors and dashboards read.

The value's trail is a code flow, a silenced finding is a suppressed result, a notice is a notification of the run, and
the fingerprint keeps an alert the same where its code moves.
"""

from __future__ import annotations

import json

from trackaudit.report.escape import escape_bytes, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from trackaudit.model import Finding, Fix, Notice, Place, Result, Silenced
    from trackaudit.report import ReportOptions

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_KINDS = {"comment": "inSource", "baseline": "external"}
_PRECISION = {"high": 90.0, "medium": 60.0, "low": 20.0}


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the log, indented, in ASCII."""
    json.dump(record(result), out, indent=2)
    out.write("\n")


def record(result: Result) -> dict[str, Any]:
    """The log as one object."""
    from trackaudit import __version__

    ids = [rule.id for rule in result.rules]
    found: list[tuple[Finding, Silenced | None]] = [(finding, None) for finding in result.findings]
    found += [(silenced.finding, silenced) for silenced in result.silenced]
    strange = dict.fromkeys(finding.rule for finding, _ in found if finding.rule not in ids)
    index = {rule: number for number, rule in enumerate([*ids, *strange])}
    driver = {
        "name": "trackaudit",
        "semanticVersion": __version__,
        "rules": [*_rules(result), *({"id": escape_bytes(rule)} for rule in strange)],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": all(notice.kind != "crash" for notice in result.notices),
                        "toolExecutionNotifications": [_notice(notice, result) for notice in result.notices],
                    }
                ],
                "results": [_result(finding, silenced, index, result) for finding, silenced in found],
            }
        ],
    }


def _rules(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "id": escape_bytes(rule.id),
            "shortDescription": {"text": escape_bytes(rule.summary)},
            "fullDescription": {"text": escape_bytes(rule.why)},
            "help": {"text": escape_bytes(rule.why), "markdown": escape_bytes(rule.markdown())},
            "defaultConfiguration": {"level": _LEVELS.get(rule.severity, "warning")},
            "properties": {"tags": ["identity", "bloomreach-engagement"]},
        }
        for rule in result.rules
    ]


def _result(finding: Finding, silenced: Silenced | None, index: dict[str, int], result: Result) -> dict[str, Any]:
    message = _text(finding.message)
    if finding.instead:
        message += f"\nInstead: {_text(finding.instead)}"
    one: dict[str, Any] = {
        "ruleId": escape_bytes(finding.rule),
        "ruleIndex": index[finding.rule],
        "level": _LEVELS.get(finding.severity, "warning"),
        "rank": _PRECISION.get(finding.confidence, 0.0),
        "message": {"text": message},
        "locations": [_location(finding.root, result)],
        "properties": {"confidence": finding.confidence, "sink": escape_bytes(finding.sink_call)},
        "suppressions": [_suppression(silenced)] if silenced is not None else [],
    }
    if finding.fingerprint:
        # The second name is the one by which GitHub tells alerts apart.
        one["partialFingerprints"] = {
            "trackaudit/v1": finding.fingerprint,
            "primaryLocationLineHash": finding.fingerprint,
        }
    related = _related(finding, result)
    if related:
        one["relatedLocations"] = related
    flow = _flow(finding, result)
    if flow:
        one["codeFlows"] = [{"threadFlows": [{"locations": [{"location": place} for place in flow]}]}]
    if finding.fix is not None:
        fixes = _fixes(finding.fix, result)
        if fixes:
            one["fixes"] = fixes
    return one


def _related(finding: Finding, result: Result) -> list[dict[str, Any]]:
    told = [(finding.sink, f"sent here, by {finding.sink_call}" if finding.sink_call else "sent here")]
    told = [] if finding.sink == finding.root else told
    told += [(place, "it reaches this, too") for place in finding.affects]
    told += [(step.place, step.note) for step in finding.related]
    return [{"id": number, **_location(place, result, note)} for number, (place, note) in enumerate(told, 1)]


def _flow(finding: Finding, result: Result) -> list[dict[str, Any]]:
    steps = [(step.place, step.note) for step in finding.trail]
    if steps and steps[-1][0] != finding.sink:
        steps.append((finding.sink, finding.sink_call or "sent"))
    return [_location(place, result, note) for place, note in steps]


def _fixes(fix: Fix, result: Result) -> list[dict[str, Any]]:
    if not fix.edits or any(edit.path not in result.sources for edit in fix.edits):
        return []
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in sorted(fix.edits):
        region = _region(edit.path, edit.start, edit.end, result)
        changes.setdefault(edit.path, []).append(
            {"deletedRegion": region, "insertedContent": {"text": escape_bytes(edit.text)}}
        )
    return [
        {
            "description": {"text": f"{_text(fix.title)} ({fix.applicability})"},
            "artifactChanges": [
                {"artifactLocation": _artifact(path, result), "replacements": replacements}
                for path, replacements in changes.items()
            ],
        }
    ]


def _suppression(silenced: Silenced) -> dict[str, Any]:
    one: dict[str, Any] = {"kind": _KINDS.get(silenced.by, "external"), "status": "accepted"}
    return {**one, "justification": _text(silenced.reason)} if silenced.reason else one


def _notice(notice: Notice, result: Result) -> dict[str, Any]:
    one: dict[str, Any] = {
        "descriptor": {"id": notice.kind},
        "level": "error" if notice.kind == "crash" else "note",
        "message": {"text": _text(notice.message)},
    }
    if notice.path:
        physical: dict[str, Any] = {"artifactLocation": _artifact(notice.path, result)}
        if notice.line:
            physical["region"] = {"startLine": notice.line}
        one["locations"] = [{"physicalLocation": physical}]
    return one


def _location(place: Place, result: Result, note: str = "") -> dict[str, Any]:
    physical = {
        "artifactLocation": _artifact(place.path, result),
        "region": _region(place.path, place.start, place.end, result),
    }
    return {"physicalLocation": physical, **({"message": {"text": _text(note)}} if note else {})}


def _region(path: str, start: int, end: int, result: Result) -> dict[str, Any]:
    source = result.sources.get(path)
    line, column = position(source, start)
    end_line, end_column = position(source, end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _artifact(path: str, result: Result) -> dict[str, Any]:
    from urllib.parse import quote

    shown = shown_path(path, result.prefix)
    uri = quote(shown.encode("utf-8", "surrogateescape"))
    # A first part with a colon would read as a scheme.
    uri = f"./{uri}" if ":" in uri.partition("/")[0] else uri
    return {"uri": uri} if shown.startswith(("../", "/")) else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _text(text: str) -> str:
    """Words for a message, in which `[one](two)` would be a link."""
    return escape_bytes(text).replace("](", "] (")
