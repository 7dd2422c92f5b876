"""Stage report, format `github`: a Result as workflow commands, which GitHub shows as annotations on the lines."""

from __future__ import annotations

from trackaudit.report.escape import escape, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from trackaudit.model import Finding, Result
    from trackaudit.report import ReportOptions

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write one command a finding, a line each."""
    for finding in result.findings:
        out.write(_command(finding, result) + "\n")


def _command(finding: Finding, result: Result) -> str:
    root = finding.root
    source = result.sources.get(root.path)
    line, column = position(source, root.start)
    end_line, end_column = position(source, root.end)
    properties = {
        "file": shown_path(root.path, result.prefix),
        "line": str(line),
        "col": str(column),
        "endLine": str(end_line),
        "endColumn": str(end_column),
        "title": finding.rule,
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = escape(finding.message)
    if finding.instead:
        message += "\nInstead: " + "\n".join(
            escape(line.replace("\t", "    ")) for line in finding.instead.splitlines()
        )
    return f"::{_COMMANDS.get(finding.severity, 'error')} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """A message as GitHub wants it: its line ends and percent signs in hexadecimal."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")
