"""Stage report, format `gitlab`: a Result as GitLab's Code Quality report, shown in merge requests."""

from __future__ import annotations

import json

from trackaudit.report.escape import escape_bytes, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from trackaudit.model import Finding, Result
    from trackaudit.report import ReportOptions

_SEVERITIES = {"error": "critical", "warning": "minor", "info": "info"}


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the list of issues, in ASCII."""
    json.dump([_issue(finding, result) for finding in result.findings], out, indent=2)
    out.write("\n")


def _issue(finding: Finding, result: Result) -> dict[str, Any]:
    source = result.sources.get(finding.root.path)
    message = escape_bytes(finding.message)
    if finding.instead:
        message += f"; instead: {escape_bytes(finding.instead)}"
    return {
        "description": message,
        "check_name": escape_bytes(finding.rule),
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES.get(finding.severity, "critical"),
        "location": {
            "path": escape_bytes(shown_path(finding.root.path, result.prefix)),
            "lines": {"begin": position(source, finding.root.start)[0], "end": position(source, finding.root.end)[0]},
        },
    }
