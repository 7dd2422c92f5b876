"""Stage report, format `github`: a Result as workflow commands, which GitHub shows as annotations on the lines.

GitHub shows ten annotations of each severity and drops the rest without a word. So where there are more, the findings
of one file share an annotation, and the last one says what is left; `write_summary` writes all of them as a page.
"""

from __future__ import annotations

import os

from trackaudit.record import NamedTuple
from trackaudit.report.escape import counts, escape, position, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from trackaudit.model import Finding, Place, Result
    from trackaudit.report import ReportOptions

MOST = 10
"""Annotations of one severity that GitHub shows of one step."""
MOST_ROWS = 500
"""Findings on the summary page, which may have one megabyte."""
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


class _Annotation(NamedTuple):
    """What one annotation says. `more`: other findings that it stands for."""

    finding: Finding
    more: tuple[Finding, ...] = ()
    left: int = 0


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the commands, a line each, in the order of the findings."""
    chosen: list[_Annotation] = []
    for severity in dict.fromkeys(finding.severity for finding in result.findings):
        chosen.extend(_grouped([finding for finding in result.findings if finding.severity == severity]))
    order = {id(finding): number for number, finding in enumerate(result.findings)}
    for annotation in sorted(chosen, key=lambda one: order[id(one.finding)]):
        out.write(_command(annotation, result) + "\n")


def write_summary(result: Result, out: TextIO) -> None:
    """Write the page of a job's summary, in Markdown: the account, and a table of all findings."""
    found = ", ".join(f"{number} {severity}" for severity, number in counts(result).items() if number)
    summary = result.summary
    held = [
        f"{number} {words}"
        for number, words in (
            (summary.baselined, "in the baseline"),
            (summary.suppressed, "suppressed by comments"),
            (summary.below_confidence, "below the confidence asked for"),
            (summary.unresolved, "sends that could not be resolved"),
        )
        if number
    ]
    out.write("## trackaudit\n\n")
    total = len(result.findings)
    out.write(f"{total} finding{'s' if total > 1 else ''}: {found}.\n" if found else "No findings.\n")
    out.write(f"\nNot shown: {', '.join(held)}.\n" if held else "")
    if result.findings:
        out.write("\n| place | finding | instead |\n|---|---|---|\n")
        for finding in result.findings[:MOST_ROWS]:
            out.write(_row(finding, result))
    if len(result.findings) > MOST_ROWS:
        out.write(f"\nAnd {len(result.findings) - MOST_ROWS} more.\n")
    for notice in result.notices:
        where = _markdown(shown_path(notice.path, result.prefix)) + ": " if notice.path else ""
        out.write(f"\n- notice {_markdown(notice.kind)}: {where}{_markdown(notice.message)}\n")
    out.write("\n")


def _grouped(findings: list[Finding]) -> list[_Annotation]:
    """At most as many annotations as GitHub shows; none of the findings is lost."""
    if len(findings) <= MOST:
        return [_Annotation(finding) for finding in findings]
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.root.path, []).append(finding)
    grouped = [_Annotation(first, tuple(more)) for first, *more in files.values()]
    shown, rest = grouped[:MOST], grouped[MOST:]
    left = sum(1 + len(one.more) for one in rest)
    return [*shown[:-1], shown[-1]._replace(left=left)]


def _command(annotation: _Annotation, result: Result) -> str:
    finding = annotation.finding
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
    for other in annotation.more:
        at = position(result.sources.get(other.root.path), other.root.start)[0]
        message += f"\nAlso in this file, line {at}: {escape(other.rule)}: {escape(other.message)}"
    if annotation.left:
        message += f"\nAnd {annotation.left} more findings in other files; the job's summary lists them all."
    return f"::{_COMMANDS.get(finding.severity, 'error')} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """A message as GitHub wants it: its line ends and percent signs in hexadecimal."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(escape(text)).replace(":", "%3A").replace(",", "%2C")


def _row(finding: Finding, result: Result) -> str:
    trail = " → ".join(_where(place, result) for place in _way(finding))
    instead = " ".join(finding.instead.split())
    return (
        f"| {trail} | **{_markdown(finding.severity)}** {code(finding.rule)}: {_markdown(finding.message)}"
        f" | {code(instead) if instead else ''} |\n"
    )


def _way(finding: Finding) -> Iterable[Place]:
    return dict.fromkeys((finding.root, finding.sink))


def _where(place: Place, result: Result) -> str:
    """The place, as a link where the job's environment tells which commit it is of."""
    from urllib.parse import quote

    path = shown_path(place.path, result.prefix)
    line = position(result.sources.get(place.path), place.start)[0]
    told = code(f"{path}:{line}")
    server, repository, commit = (
        os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    )
    if not (server and repository and commit) or path.startswith("../"):
        return told
    return f"[{told}]({server}/{repository}/blob/{commit}/{quote(path.encode('utf-8', 'surrogateescape'))}#L{line})"


def _markdown(text: str) -> str:
    """Words with code in backticks, as Markdown in which nothing else is markup."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return _plain(" ".join(parts))
    return "".join(code(part, escaped=True) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    text = _html(text)
    for letter in "\\*_[]|~!":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("@", "&#64;")  # nobody is to be called by a name in somebody's code


def code(text: str, escaped: bool = False) -> str:
    """Code as it may stand in Markdown, also in a table. `escaped`: the text went through `escape` already."""
    # HTML, not backticks: code may hold backticks, and a table cell ends at a bar even inside them.
    inside = _html(text if escaped else escape(text))
    for letter in "\\*_[]|~`!@":
        inside = inside.replace(letter, f"&#{ord(letter)};")
    return f"<code>{inside}</code>"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
