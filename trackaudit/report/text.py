"""Stage report, format `text`: a Result for a reader at a terminal; the findings, and apart from them the account.

Everything that comes from the scanned tree goes through `escape` or `frame`. A line never starts with such text
alone, so that no path and no code can be read as a command by a CI's log.
"""

from __future__ import annotations

import os

from trackaudit.report.escape import counts, escape, position, shown_path
from trackaudit.report.frame import frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from trackaudit.model import Finding, IdSchema, Place, Result, Wrapper
    from trackaudit.report import ReportOptions

_COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36", "dim": "2", "strong": "1", "good": "32"}
_LABEL = 12


def wants_color(out: TextIO) -> bool:
    """Whether `out` is a terminal that shows colours, and the user did not say no (NO_COLOR, FORCE_COLOR)."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return out.isatty() and os.environ.get("TERM") != "dumb"


def write(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the findings, an empty line after each."""
    for finding in result.findings:
        out.write("\n".join(_Page(result, options.color).finding(finding)) + "\n\n")


def write_account(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write what is no finding: notices, the sends that could not be resolved, and the sum of the run."""
    page = _Page(result, options.color)
    lines: list[str] = []
    if options.show_unresolved:
        lines.extend(
            f"{page.paint('dim', 'unresolved')} {page.at(one.place)}  {escape(one.call)}: {escape(one.reason)}"
            for one in result.unresolved
        )
    lines.extend(_sum(result, page, options.show_unresolved))
    write_notices(result, out, options)
    out.write("\n".join(lines) + "\n")


def write_notices(result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write what the user should know of the run itself, a line each."""
    page = _Page(result, options.color)
    for notice in result.notices:
        out.write(page.notice(notice.kind, notice.path, notice.line, notice.message) + "\n")
        if options.debug:
            out.writelines(f"    {escape(line)}\n" for line in notice.detail.splitlines())


def write_schema(schema: IdSchema, result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the ID names in force, each with the places that say so."""
    page = _Page(result, options.color)
    words = {
        "declared": "declared by the configuration",
        "inferred": "inferred from the project's calls",
        "default": "assumed, for nothing in the project says so",
    }
    lines = [f"The project's IDs, {words.get(schema.source, escape(schema.source))}:"]
    width = max((len(escape(name.name)) for name in schema.names), default=0)
    for name in schema.names:
        told = [f"{'hard' if name.hard else 'soft'} ID", f"holds {escape(name.holds)}"]
        told.extend(["declared"] if name.declared and schema.source != "declared" else [])
        told.extend(["lower-cased by the project"] if name.lowercased else [])
        lines.append(f"  {page.paint('strong', escape(name.name).ljust(width))}  {', '.join(told)}")
        for step in name.evidence:
            where = f"{page.at(step.place)}  " if step.place.path else ""
            lines.append(f"  {' ' * width}    {where}{escape(step.note)}")
    out.write("\n".join(lines) + "\n")


def write_sinks(wrappers: Sequence[Wrapper], result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write the wrappers, each with its way to the SDK."""
    page = _Page(result, options.color)
    for wrapper in wrappers:
        name = page.paint("strong", escape(wrapper.name))
        out.write(f"{page.at(wrapper.place)}  {name}  {', '.join(wrapper.operations)}\n")
        for number, step in enumerate(wrapper.path, 1):
            out.write(f"    {number}. {page.at(step.place)}  {escape(step.note)}\n")


def write_statistics(result: Result, out: TextIO) -> None:
    """Write how much work the run was: files, functions, and seconds a stage."""
    summary = result.summary
    out.write(
        f"files: {summary.files_seen} seen, {summary.files_scanned} scanned, {summary.files_parsed} parsed\n"
        f"functions: {summary.evaluated} evaluated\n"
    )
    for stage, seconds in summary.seconds:
        out.write(f"{stage}: {seconds:.3f} s\n")


class _Page:
    """One finding after the other, as lines. Code lines already shown in a finding are not shown again."""

    def __init__(self, result: Result, color: bool) -> None:
        self.result = result
        self.color = color
        self.shown: set[tuple[str, int]] = set()

    def finding(self, finding: Finding) -> list[str]:
        head = self.paint(finding.severity, f"{escape(finding.severity)}[{escape(finding.rule)}]")
        self.shown = set()
        lines = [f"{self.paint('strong', self.at(finding.root))}  {head}  {escape(finding.message)}", ""]
        lines.extend(self._code(finding.root, 2, finding.severity))
        lines.append("")
        # The last hop is often the sink itself, which has a line of its own.
        trail = finding.trail[:-1] if finding.trail and finding.trail[-1].place == finding.sink else finding.trail
        told = len(trail) > 1 or any(not self._is_shown(step.place) for step in trail)
        for number, step in enumerate(trail if told else (), 1):
            lines.append(
                self._label("Trail" if number == 1 else "", f"{number}. {self.at(step.place)}  {escape(step.note)}")
            )
            lines.extend(self._code(step.place, _LABEL + 3, "dim", again=False))
        if told or not self._is_shown(finding.sink):
            lines.append(self._label("Sink", f"{self.at(finding.sink)}  {escape(finding.sink_call)}".rstrip()))
            lines.extend(self._code(finding.sink, _LABEL + 3, "dim", again=False))
        for number, place in enumerate(finding.affects):
            lines.append(self._label("Reaches" if number == 0 else "", self.at(place)))
        for number, step in enumerate(finding.related):
            lines.append(self._label("Related" if number == 0 else "", f"{self.at(step.place)}  {escape(step.note)}"))
        if finding.instead:
            lines.extend(self._block("Instead", finding.instead))
        if finding.fix is not None:
            lines.append(self._label("Fix", f"{escape(finding.fix.title)} ({escape(finding.fix.applicability)})"))
        if finding.confidence != "high":
            lines.append(self._label("Confidence", escape(finding.confidence)))
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def notice(self, kind: str, path: str, line: int, message: str) -> str:
        where = escape(shown_path(path, self.result.prefix)) + (f":{line}" if line else "") if path else ""
        return f"{self.paint('info', f'notice[{escape(kind)}]')} {where + ': ' if where else ''}{escape(message)}"

    def at(self, place: Place) -> str:
        """`path:line:column`, safe at the start of a line."""
        line, column = position(self.result.sources.get(place.path), place.start)
        path = escape(shown_path(place.path, self.result.prefix))
        if not path[:1].isalnum() and path[:1] not in ("_", ".", "/"):
            path = f"./{path}"
        return f"{path}:{line}:{column}"

    def paint(self, color: str, text: str) -> str:
        code = _COLORS.get(color, "") if self.color else ""
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def _code(self, place: Place, indent: int, color: str, again: bool = True) -> list[str]:
        source = self.result.sources.get(place.path)
        if source is None or (not again and self._is_shown(place)):
            return []
        seen = frame(source, place.start, place.end)
        self.shown.add((place.path, seen.line))
        number = str(seen.line).rjust(4)
        margin = " " * indent
        code = f"{margin}{self.paint('dim', number + ' |')} {seen.text}".rstrip()
        gutter = self.paint("dim", " " * len(number) + " |")
        return [code, f"{margin}{gutter} {' ' * seen.indent}{self.paint(color, '^' * seen.marks)}"]

    def _is_shown(self, place: Place) -> bool:
        return (place.path, position(self.result.sources.get(place.path), place.start)[0]) in self.shown

    def _label(self, label: str, text: str) -> str:
        return f"  {self.paint('strong', label.ljust(_LABEL))}{text}" if label else f"  {' ' * _LABEL}{text}"

    def _block(self, label: str, text: str) -> list[str]:
        """Code that may have several lines; tabs become spaces, and no line can pass as a command."""
        first, *more = [escape(line.replace("\t", "    ")) for line in text.splitlines()] or [""]
        if not more:
            return [self._label(label, self.paint("good", first))]
        return [self._label(label if line is first else "", f"| {self.paint('good', line)}") for line in [first, *more]]


def _sum(result: Result, page: _Page, listed: bool) -> Iterable[str]:
    summary = result.summary
    found = counts(result)
    total = len(result.findings)
    if total:
        told = ", ".join(
            page.paint(severity, f"{number} info" if severity == "info" else _count(number, severity))
            for severity, number in found.items()
            if number
        )
        yield f"{_count(total, 'finding')}: {told}."
    else:
        yield f"{page.paint('strong', 'No findings')}."
    held = []
    if summary.baselined:
        held.append(f"{summary.baselined} in the baseline")
    if summary.before:
        held.append(f"{summary.before} there before")
    if summary.suppressed:
        held.append(f"{summary.suppressed} suppressed by comments")
    if summary.below_confidence:
        held.append(f"{summary.below_confidence} below the confidence asked for (--min-confidence low shows them)")
    if held:
        yield f"Held back: {', '.join(held)}."
    if summary.unresolved:
        hint = "" if listed else " (--show-unresolved lists them)"
        yield f"{_count(summary.unresolved, 'send')} could not be resolved{hint}."
    seen = f"{_count(summary.files_seen, 'file')} seen, {summary.files_scanned:,} scanned"
    yield f"{seen}, {summary.files_parsed:,} parsed; {_count(summary.calls, 'tracking call')}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
