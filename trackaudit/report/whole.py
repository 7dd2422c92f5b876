"""Stage report, one finding whole (`explain path:line`): its path, what Engagement makes of it, the fix as a diff."""

from __future__ import annotations

from trackaudit.report.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from trackaudit.model import Finding, Fix, Result
    from trackaudit.report import ReportOptions

_APART = (
    "Two profiles: that of the visit's cookie (or of whatever IDs are sent), which gets the identifier as an attribute;"
    " and the one that the hard ID names, if the customer is known from elsewhere.",
    "They never merge: an attribute identifies nobody, and no send carries both IDs.",
    "It can be repaired: one send with the hard ID and the cookie of the stray profile merges them. A merge cannot be"
    " undone.",
)
_WRONG = (
    "A profile under a hard ID that is not the customer's: every visit that sends this value joins it.",
    "It never merges with the right one: two profiles with different values of one hard ID stay apart.",
    "It cannot be repaired by sending again; what was joined by mistake stays joined.",
)
_ROWS = (
    "Each row goes to the profile that the mapped IDs name; the identifier becomes an attribute of it.",
    "That profile never merges with the customer's own, for no hard ID of the row names both.",
    "It can be repaired: an import of the same rows with both IDs mapped merges them. A merge cannot be undone.",
)
_UNREAD = (
    "The field is not read, so the send reaches no profile, or another one than meant.",
    "Nothing merges by it.",
    "It can be repaired by sending the same data again under the right name.",
)
_EARLY = (
    "The visitor's profile joins that of the typed address before anyone confirmed it.",
    "If the address is another person's, two customers are one profile.",
    "It cannot be repaired: a merge cannot be undone.",
)
_OUTCOMES = {
    "identify": _APART,
    "add-id": _APART,
    "move-to-hard-id": _WRONG,
    "map-id": _ROWS,
    "map-column": _WRONG,
    "lowercase": _WRONG,
    "guard": _WRONG,
    "rename-id": _APART,
    "rename-field": _UNREAD,
    "identify-later": _EARLY,
}


def write(result: Result, transforms: dict[str, str], out: TextIO, options: ReportOptions) -> None:
    """Write every finding of the result whole. `transforms`: by rule, what its fix does."""
    from trackaudit.report import text

    for finding in result.findings:
        text.write(result._replace(findings=(finding._replace(fix=None),)), out, options)
        outcome = _OUTCOMES.get(transforms.get(finding.rule, ""))
        if outcome is not None:
            out.write("  What Engagement does with it\n")
            out.writelines(f"    {line}\n" for line in outcome)
            out.write("\n")
        if finding.fix is not None:
            out.write("".join(_fix(finding, finding.fix, result)))


def _fix(finding: Finding, fix: Fix, result: Result) -> list[str]:
    from trackaudit.fix.edits import applied, by_path, unified

    lines = [f"  Fix ({escape(fix.applicability)}): {escape(fix.title)}\n"]
    for path, edits in by_path(fix.edits).items():
        source = result.sources.get(path)
        if source is None:
            continue
        shown = unified(result.prefix + path, source.data, applied(source.data, edits)).decode("utf-8", "replace")
        lines += [f"    {escape(line.replace(chr(9), '    ').rstrip())}\n" for line in shown.split("\n") if line]
    return [*lines, "\n"]
