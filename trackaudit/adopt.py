"""What makes a project adopt the tool: in go options as for a check, out come files to write and lists to read.

Nothing here writes or prints; the command line does.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from trackaudit import baseline, pipeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.baseline import Accepted
    from trackaudit.model import Finding, Result


class Acceptance(NamedTuple):
    """A baseline to write. path: of the file. added, removed: how many entries. stale: those that stay, and should not.

    configured: whether a plain `trackaudit check` will use the file.
    """

    path: str
    text: str
    total: int
    added: int
    removed: int
    stale: int
    configured: bool
    result: Result


def accept(
    options: pipeline.CheckOptions, reason: str = "", owner: str = "", expires: str = "", prune: bool = False
) -> Acceptance:
    """The baseline with what is found now accepted; with `prune` only without what is not found any more."""
    analysis = pipeline.analyse(options)
    judgement = pipeline.judge_all(analysis, pipeline.ruleset_for(analysis, options), options)
    root = analysis.ground.root if analysis.ground is not None else options.cwd
    named = os.path.join(options.cwd, options.baseline) if options.baseline else ""
    path = named or analysis.config.baseline or os.path.join(root, baseline.NAME)
    old = baseline.load(path, os.path.relpath(path)) if os.path.exists(path) else ()
    applied = baseline.apply(old, judgement.result.findings, judgement.found)
    if prune:
        entries = [entry for entry in old if entry not in applied.stale]
        added: list[Accepted] = []
    else:
        added = [baseline.accepted(finding, reason, owner, expires) for finding in applied.new]
        entries = [*_kept(old, applied, judgement.found), *added]
    return Acceptance(
        path,
        baseline.text(entries),
        len(entries),
        len(added),
        len(old) - len(entries) if prune else 0,
        0 if prune else len(applied.stale),
        path == analysis.config.baseline,
        judgement.result,
    )


def _kept(old: tuple[Accepted, ...], applied: baseline.Applied, found: tuple[Finding, ...]) -> list[Accepted]:
    """The entries that stay, each as its finding is now; those that are over make room for a new decision."""
    renewed = {finding.fingerprint for finding in applied.new}
    gone = {id(entry) for entry in applied.stale}
    gone |= {id(entry) for entry in applied.expired if entry.fingerprint in renewed}
    over = {id(entry) for entry in applied.expired}
    valid = [entry for entry in old if id(entry) not in over]
    findings = list({finding.fingerprint: finding for finding in found}.values())
    matched, stale = baseline.match(valid, findings)
    kept = [
        baseline.accepted(findings[number], entry.reason, entry.owner, entry.expires)
        for number, entry in matched.items()
    ]
    return [*kept, *stale, *(entry for entry in old if id(entry) in over - gone)]
