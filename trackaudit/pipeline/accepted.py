"""Findings that are not news: accepted in a baseline, or there before a revision."""

from __future__ import annotations

import os

from trackaudit.model import Notice, Result
from trackaudit.pipeline.judging import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.baseline import Accepted
    from trackaudit.engine.rule import RuleSet
    from trackaudit.model import Finding
    from trackaudit.pipeline.options import Analysis, CheckOptions


def accepted_findings(analysis: Analysis, options: CheckOptions) -> tuple[tuple[Accepted, ...], str]:
    """The accepted findings and their file ("" without one). A file that is only configured may be missing."""
    path = os.path.join(options.cwd, options.baseline) if options.baseline else analysis.config.baseline
    if not path or (not options.baseline and not os.path.exists(path)):
        return (), path
    from trackaudit import baseline

    return baseline.load(path, options.baseline or os.path.relpath(path, options.cwd or None)), path


def without_accepted(result: Result, found: tuple[Finding, ...], accepted: tuple[Accepted, ...], path: str) -> Result:
    from trackaudit import baseline

    applied = baseline.apply(accepted, result.findings, found)
    shown = os.path.relpath(path).replace(os.sep, "/")
    notices = [one._replace(message=f"{shown}: {one.message}") for one in baseline.notices(applied, "")]
    if not os.path.exists(path):
        notices.append(Notice("no-baseline", "", 0, f"{shown} is not there yet; `trackaudit baseline` writes it"))
    return result._replace(
        findings=applied.new,
        silenced=(*result.silenced, *applied.silenced),
        notices=(*result.notices, *notices),
        summary=result.summary._replace(baselined=len(applied.silenced)),
    )


def without_old(result: Result, analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Result:
    """The result without the findings that were there at the revision `options.since`, wherever in the project."""
    from trackaudit.baseline import new_since
    from trackaudit.pipeline.past import past_analysis

    old = analysis.before[0] if analysis.before else None
    if old is None:
        with past_analysis(analysis, str(options.since)) as before:
            if not result.findings:
                return result
            old = judge(before, ruleset, options)
        # Proving fixes asks again and again; the past stays as it was.
        if analysis.before is not None:
            analysis.before.append(old)
    new = new_since(old.findings, result.findings, old.sources, result.sources)
    shown = tuple(finding for finding, is_new in zip(result.findings, new, strict=True) if is_new)
    summary = result.summary._replace(before=len(result.findings) - len(shown))
    return result._replace(findings=shown, summary=summary)
