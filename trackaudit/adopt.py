"""What makes a project adopt the tool: in go options as for a check, out come files to write and lists to read.

Nothing here writes or prints; the command line does.
"""

from __future__ import annotations

import os

from trackaudit import baseline, pipeline
from trackaudit.model import Result
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trackaudit.baseline import Accepted
    from trackaudit.model import Entries, Finding, IdSchema, TrackingCall


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


class Proposal(NamedTuple):
    """A configuration to begin with. path: where it belongs. exists: the configuration that is there already, or ""."""

    path: str
    text: str
    exists: str
    schema: IdSchema
    result: Result


def propose(options: pipeline.CheckOptions) -> Proposal:
    """Look at the project, and write down which IDs it seems to use."""
    from trackaudit.config.sample import sample
    from trackaudit.report.escape import escape, position, shown_path

    analysis = pipeline.analyse(options)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files)
    places: dict[str, list[str]] = {}
    for name in analysis.schema.names:
        for step in name.evidence:
            line = position(result.sources.get(step.place.path), step.place.start)[0]
            where = f"{shown_path(step.place.path, '')}:{line}: " if step.place.path else ""
            places.setdefault(name.name, []).append(escape(where + step.note))
    root = analysis.ground.root if analysis.ground is not None else options.cwd
    path = os.path.join(root, "trackaudit.yaml")
    shown = result._replace(prefix=analysis.prefix)
    return Proposal(path, sample(analysis.schema, places), analysis.config.path, analysis.schema, shown)


class Row(NamedTuple):
    """One tracking call of the inventory. ids, properties: names; `?` at the end of a list says there may be more."""

    path: str
    line: int
    channel: str
    operation: str
    call: str
    event: str
    ids: tuple[str, ...]
    properties: tuple[str, ...]
    function: str


class Inventory(NamedTuple):
    """The rows, in the order of the places; with a revision, those that are gone since and those that are new."""

    rows: tuple[Row, ...]
    removed: tuple[Row, ...]
    added: tuple[Row, ...]
    result: Result


def inventory(options: pipeline.CheckOptions) -> Inventory:
    """Every tracking call of what is reported; `options.since` names the revision to compare with."""
    analysis = pipeline.analyse(options)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    rows = _rows(analysis, analysis.reported)
    removed: list[Row] = []
    added: list[Row] = []
    if options.since is not None:
        with pipeline.past_analysis(analysis, options.since) as past:
            before = _rows(past._replace(prefix=analysis.prefix), analysis.reported)
        removed, added = _changes(before, rows)
    return Inventory(tuple(rows), tuple(removed), tuple(added), result)


def _rows(analysis: pipeline.Analysis, reported: Callable[[str], bool]) -> list[Row]:
    """One row a sink and way of filling it; callers that send the same through one wrapper are one row."""
    from trackaudit.report.escape import position, shown_path

    rows: dict[Row, None] = {}
    for call in sorted(analysis.calls.calls, key=lambda one: (one.sink, one.order)):
        place = call.callers[-1] if call.callers else call.sink
        if not (reported(place.path) or reported(call.sink.path)) or analysis.is_test(place.path):
            continue
        line = position(analysis.reader.files.get(place.path), place.start)[0]
        path = shown_path(place.path, analysis.prefix)
        rows[
            Row(
                path,
                line,
                call.channel,
                call.operation,
                _named(call),
                call.event or "",
                _names(call.ids),
                _names(call.properties),
                call.context.function,
            )
        ] = None
    return sorted(rows)


def _named(call: TrackingCall) -> str:
    return call.call or call.shape or call.sdk


def _names(entries: Entries) -> tuple[str, ...]:
    names = dict.fromkeys(entry.key for entry in entries.items)
    return (*names, "?") if entries.open else tuple(names)


def _changes(before: Iterable[Row], now: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """What is gone and what is new; a call that only moved in its file is neither."""
    old: dict[Row, list[Row]] = {}
    for row in before:
        old.setdefault(row._replace(line=0), []).append(row)
    added = []
    for row in now:
        same = old.get(row._replace(line=0))
        if same:
            same.pop(0)
        else:
            added.append(row)
    return sorted(row for rows in old.values() for row in rows), added
