"""Stage report, format `rdjson`: a Result as reviewdog reads it, to be posted as review comments on any code host.

Its columns count bytes, and its ends are exclusive.
"""

from __future__ import annotations

import json

from trackaudit.report.escape import escape_bytes, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from trackaudit.model import Finding, Place, Result
    from trackaudit.report import ReportOptions

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the object, in ASCII."""
    told = {
        "source": {"name": "trackaudit"},
        "diagnostics": [_diagnostic(finding, result) for finding in result.findings],
    }
    json.dump(told, out, indent=2)
    out.write("\n")


def _diagnostic(finding: Finding, result: Result) -> dict[str, Any]:
    message = escape_bytes(finding.message)
    if finding.instead:
        message += f"\nInstead: {escape_bytes(finding.instead)}"
    one: dict[str, Any] = {
        "message": message,
        "location": {
            "path": escape_bytes(shown_path(finding.root.path, result.prefix)),
            "range": _range(finding.root, result),
        },
        "severity": _SEVERITIES.get(finding.severity, "ERROR"),
        "code": {"value": escape_bytes(finding.rule)},
    }
    fix = finding.fix
    # Suggestions are taken one by one, so only a fix that is one edit of this file can be one.
    if fix is not None and fix.applicability != "display-only" and len(fix.edits) == 1:
        edit = fix.edits[0]
        if edit.path == finding.root.path and edit.path in result.sources:
            place = finding.root._replace(start=edit.start, end=edit.end)
            one["suggestions"] = [{"range": _range(place, result), "text": escape_bytes(edit.text)}]
    return one


def _range(place: Place, result: Result) -> dict[str, Any]:
    return {"start": _position(place.path, place.start, result), "end": _position(place.path, place.end, result)}


def _position(path: str, offset: int, result: Result) -> dict[str, int]:
    source = result.sources.get(path)
    if source is None:
        return {"line": 1, "column": 1}
    return {"line": source.position(offset)[0], "column": offset - source.line_bounds(offset)[0] + 1}
