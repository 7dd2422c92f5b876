"""Stage report, format `json`, version 1: a Result as one JSON object. Outside tools rely on every name in it.

The records are made here, key by key, and never dumped from inner types: a change inside must not change the format.
"""

from __future__ import annotations

import json

from trackaudit.report.escape import counts, escape_bytes, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from trackaudit.model import Finding, Fix, Notice, Place, Result, Step
    from trackaudit.report import ReportOptions


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the object, indented, in ASCII."""
    json.dump(record(result), out, indent=2)
    out.write("\n")


def record(result: Result) -> dict[str, Any]:
    """The object, as the contract has it."""
    summary = result.summary
    return {
        "version": 1,
        "findings": [_finding(finding, result) for finding in result.findings],
        "notices": [_notice(notice, result) for notice in result.notices],
        "summary": {
            "files": {"seen": summary.files_seen, "scanned": summary.files_scanned, "parsed": summary.files_parsed},
            "calls": summary.calls,
            "unresolved": summary.unresolved,
            "suppressed": summary.suppressed,
            "below_confidence": summary.below_confidence,
            "findings": counts(result),
        },
    }


def _finding(finding: Finding, result: Result) -> dict[str, Any]:
    end_line, end_column = position(result.sources.get(finding.root.path), finding.root.end)
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "confidence": finding.confidence,
        **_place(finding.root, result),
        "end_line": end_line,
        "end_column": end_column,
        "message": escape_bytes(finding.message),
        "fingerprint": finding.fingerprint,
        "channel": finding.channel or None,
        "operation": finding.operation or None,
        "part": finding.part or None,
        "key": escape_bytes(finding.key) or None,
        "sink": _sink(finding.sink, finding.sink_call, result),
        "trail": [_step(step, result) for step in finding.trail],
        "related": [_step(step, result) for step in finding.related],
        "affects": [_sink(place, _called(place, result), result) for place in finding.affects],
        "fix": _fix(finding.fix, result) if finding.fix is not None else None,
    }


def _place(place: Place, result: Result) -> dict[str, Any]:
    line, column = position(result.sources.get(place.path), place.start)
    return {"path": _path(place.path, result), "line": line, "column": column}


def _sink(place: Place, call: str, result: Result) -> dict[str, Any]:
    return {**_place(place, result), "call": escape_bytes(call)}


def _called(place: Place, result: Result) -> str:
    """What a call calls, as written; the contract names each sink's call, and `affects` holds places only."""
    source = result.sources.get(place.path)
    callee, call, _ = source.text(place.start, place.end).partition("(") if source is not None else ("", "", "")
    return callee.strip() if call and "\n" not in callee else ""


def _step(step: Step, result: Result) -> dict[str, Any]:
    return {**_place(step.place, result), "note": escape_bytes(step.note)}


def _fix(fix: Fix, result: Result) -> dict[str, Any]:
    return {
        "title": escape_bytes(fix.title),
        "applicability": fix.applicability,
        "edits": [
            {"path": _path(edit.path, result), "start": edit.start, "end": edit.end, "text": edit.text}
            for edit in fix.edits
        ],
    }


def _notice(notice: Notice, result: Result) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "path": _path(notice.path, result),
        "line": notice.line,
        "message": escape_bytes(notice.message),
    }


def _path(path: str, result: Result) -> str:
    return escape_bytes(shown_path(path, result.prefix))
