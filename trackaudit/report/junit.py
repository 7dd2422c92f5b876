"""Stage report, format `junit`: a Result as JUnit's XML, which every CI server shows among its tests.

Findings of severity error and warning are failed tests, those of severity info are passed ones that say something. No
findings at all is one passed test: servers take a report without tests for a broken run.
"""

from __future__ import annotations

from trackaudit.report.escape import escape, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from trackaudit.model import Finding, Place, Result
    from trackaudit.report import ReportOptions


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the document: one suite, one test a finding, and our own failures as errors."""
    crashes = [notice for notice in result.notices if notice.kind == "crash"]
    failures = sum(finding.severity != "info" for finding in result.findings)
    tests = len(result.findings) + len(crashes) or 1
    counted = f'tests="{tests}" failures="{failures}" errors="{len(crashes)}"'
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="trackaudit" {counted}>\n')
    out.write(f'  <testsuite name="trackaudit" {counted}>\n')
    for finding in result.findings:
        out.write(_test(finding, result))
    for notice in crashes:
        told = _quoted(escape(notice.message))
        path = _quoted(escape(shown_path(notice.path, result.prefix)) or "trackaudit")
        out.write(f'    <testcase classname="{path}" name="crash"><error message="{told}"/></testcase>\n')
    if not result.findings and not crashes:
        out.write('    <testcase classname="trackaudit" name="no findings"/>\n')
    out.write("  </testsuite>\n</testsuites>\n")


def _test(finding: Finding, result: Result) -> str:
    path = escape(shown_path(finding.root.path, result.prefix))
    line = position(result.sources.get(finding.root.path), finding.root.start)[0]
    message = escape(finding.message)
    told = [f"{_at(finding.root, result)}  {finding.severity}[{escape(finding.rule)}]  {message}"]
    told += [f"  trail: {_at(step.place, result)}  {escape(step.note)}" for step in finding.trail]
    told += [f"  sink: {_at(finding.sink, result)}  {escape(finding.sink_call)}"]
    told += [f"  instead: {escape(line)}" for line in finding.instead.splitlines()]
    body = _quoted("\n".join(told))
    inside = f'<failure type="{_quoted(finding.severity)}" message="{_quoted(message)}">{body}</failure>'
    if finding.severity == "info":
        inside = f"<system-out>{body}</system-out>"
    name = _quoted(f"{escape(finding.rule)} (line {line})")
    where = f'classname="{_quoted(path)}" name="{name}" file="{_quoted(path)}" line="{line}"'
    return f"    <testcase {where}>{inside}</testcase>\n"


def _at(place: Place, result: Result) -> str:
    line, column = position(result.sources.get(place.path), place.start)
    return f"{escape(shown_path(place.path, result.prefix))}:{line}:{column}"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
