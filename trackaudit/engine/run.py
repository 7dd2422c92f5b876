"""Run the rules: TrackingCalls and the IdSchema in, findings (one a root and rule) and notices out.

Every rule is asked about every call; matches become findings, findings with the same root become one, rules that
supersede others are heard, and the configuration has the last word.
"""

from __future__ import annotations

from itertools import islice

from trackaudit.engine.confidence import confidence
from trackaudit.engine.coverage import Coverage
from trackaudit.engine.fields import FIELDS
from trackaudit.engine.fingerprint import fingerprint
from trackaudit.engine.predicates import Ground, Subject, call_kind
from trackaudit.engine.project import Project
from trackaudit.engine.replacement import entry_text, replacement
from trackaudit.identity import words_of
from trackaudit.model import CONFIDENCES, Finding, Notice, Place, Step, crash
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from trackaudit.config import Config
    from trackaudit.engine.rule import Condition, Rule, RuleSet
    from trackaudit.model import IdSchema, Moment, SourceFile, TrackingCall
    from trackaudit.vocabulary import Vocabulary

OFF = "off"


class _Match(NamedTuple):
    """A rule that speaks of a subject. part: where the entry stands, "" for the call itself. severity: of the condition
    that holds, "" for the rule's."""

    rule: Rule
    subject: Subject
    root: Place
    confidence: str
    part: str
    severity: str = ""


class _Group(NamedTuple):
    """Matches of one rule with one root, the first in source order leading. root: of the finding."""

    root: Place
    matches: tuple[_Match, ...]
    callers: tuple[Place, ...] = ()

    @property
    def lead(self) -> _Match:
        return self.matches[0]


class Case(NamedTuple):
    """A finding and what it stands on: the rule, and every subject of the same root, the leading one first. part:
    where the entry stands ("ids", "properties", "fields"), "" for the call itself."""

    finding: Finding
    rule: Rule
    subjects: tuple[Subject, ...]
    part: str


def run(
    calls: Sequence[TrackingCall],
    schema: IdSchema,
    ruleset: RuleSet,
    config: Config,
    sources: Mapping[str, SourceFile],
    vocabulary: Vocabulary | None = None,
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """Judge the calls. `sources`: the files of the calls by path; `vocabulary`: loaded anew where it is not given.

    Findings come sorted by path, place and rule, with fingerprints. A rule that raises is a notice of kind `crash`.
    """
    cases, notices = run_cases(calls, schema, ruleset, config, sources, vocabulary)
    return tuple(case.finding for case in cases), notices


def run_cases(
    calls: Sequence[TrackingCall],
    schema: IdSchema,
    ruleset: RuleSet,
    config: Config,
    sources: Mapping[str, SourceFile],
    vocabulary: Vocabulary | None = None,
    moments: Sequence[Moment] = (),
) -> tuple[tuple[Case, ...], tuple[Notice, ...]]:
    """As `run`, with what each finding stands on: a fix needs to know. `moments`: handlers that rules care of."""
    if vocabulary is None:
        from trackaudit.vocabulary import load_vocabulary

        vocabulary = load_vocabulary(config)
    notices: list[Notice] = []
    shapes = {shape.name: shape for shape in vocabulary.shapes}
    coverage = Coverage(calls, schema)
    project = Project(calls, schema, coverage, moments)
    ground = Ground(schema, coverage, shapes, project)
    asked = [*calls, *project.moments]
    groups: list[_Group] = []
    for rule in ruleset.rules:
        matches, failed = _matches(rule, asked, ground)
        notices.extend(failed)
        groups.extend(_once(matches) if rule.scope == "project" else _grouped(matches))
    spoken = [group for group in _unsuperseded(groups) if config.rules.get(group.lead.rule.id) != OFF]
    spoken.sort(key=lambda group: (group.root, group.lead.rule.id))
    prints = _fingerprints(spoken)
    told: list[tuple[Finding, _Group]] = []
    for group, (own, kin) in zip(spoken, prints, strict=True):
        try:
            finding = _finding(group, schema, config, sources)._replace(fingerprint=own, kin=kin)
        except Exception as error:
            notices.append(crash(group.root.path, f"rule `{group.lead.rule.id}`", error))
            continue
        told.append((finding, group))
    heard = set(_without_ignored([finding for finding, _ in told], config))
    cases = [
        Case(finding, group.lead.rule, tuple(match.subject for match in group.matches), group.lead.part)
        for finding, group in told
        if finding in heard
    ]
    return tuple(cases), tuple(notices)


# ------------------------------------------------------------------------------------------------- matching


def _matches(rule: Rule, calls: Iterable[TrackingCall], ground: Ground) -> tuple[list[_Match], list[Notice]]:
    """What the rule says of these calls. Where it fails on some, a notice names the first; the others are asked."""
    matches: list[_Match] = []
    failed: list[Notice] = []
    asked: dict[tuple[Any, ...], list[Condition]] = {}
    for call in calls:
        kind = call_kind(call)
        conditions = asked.get(kind)
        if conditions is None:
            about = Subject(ground, call)
            conditions = [one for one in rule.conditions if all(test(about) for test in one.kind_tests)]
            asked[kind] = conditions
        try:
            if conditions:
                matches.extend(_matches_of(rule, conditions, call, ground))
        except Exception as error:  # one broken rule must not silence the others
            failed = failed or [crash(call.sink.path, f"rule `{rule.id}`", error)]
    return matches, failed


def _matches_of(rule: Rule, conditions: Iterable[Condition], call: TrackingCall, ground: Ground) -> list[_Match]:
    matches = []
    seen: set[Place] = set()
    about_call = Subject(ground, call)
    for condition in conditions:
        if not _holds(condition.call_tests, about_call):
            continue
        for subject in _subjects(call, condition.part, ground):
            if _holds(condition.entry_tests, subject) and (root := _root(subject)) not in seen:
                seen.add(root)
                if condition.compares and subject.entry is not None:
                    conflict = ground.project.conflict(condition.compares, call, subject.entry)
                    subject = subject._replace(conflict=conflict)
                sure = confidence(subject, condition)
                matches.append(_Match(rule, subject, root, sure, condition.part, condition.severity))
    return matches


def _holds(tests: Iterable[Callable[[Subject], bool]], subject: Subject) -> bool:
    for test in tests:  # noqa: SIM110 - a generator for each entry and rule costs more than the tests
        if not test(subject):
            return False
    return True


def _subjects(call: TrackingCall, part: str, ground: Ground) -> list[Subject]:
    if not part:
        return [Subject(ground, call)]
    entries = {"ids": call.ids.items, "properties": call.properties.items, "fields": call.fields}[part]
    return [Subject(ground, call, entry) for entry in entries]


def _root(subject: Subject) -> Place:
    if subject.entry is not None:
        return subject.entry.root
    ids = subject.call.ids.items
    return ids[0].root if ids else subject.call.sink


# ------------------------------------------------------------------------------------------------- grouping


def _grouped(matches: list[_Match]) -> list[_Group]:
    """One group a root; and one a shared wrapper's sink, where every caller's record is at fault."""
    by_root: dict[Place, list[_Match]] = {}
    for match in matches:
        by_root.setdefault(match.root, []).append(match)
    groups = []
    shared = _shared(matches)
    taken = {match.root for together in shared for match in together}
    for together in shared:
        lead = min(together, key=_order)
        callers = sorted({match.subject.call.callers[-1] for match in together})
        groups.append(_Group(lead.subject.call.sink, _sorted(together), tuple(callers)))
    for root, mine in by_root.items():
        if root in taken:
            continue
        callers = sorted({match.subject.call.callers[-1] for match in mine if match.subject.call.callers})
        groups.append(_Group(root, _sorted(mine), tuple(place for place in callers if not place.holds(root))))
    return groups


def _once(matches: list[_Match]) -> list[_Group]:
    """One group for each disagreement, or for each part of the project that is compared, at its first place."""
    by_cause: dict[tuple[int, str], list[_Match]] = {}
    for match in matches:
        subject = match.subject
        cause = id(subject.conflict) if subject.conflict is not None else 0
        by_cause.setdefault((cause, subject.ground.project.group(subject.call)), []).append(match)
    groups = []
    for together in by_cause.values():
        together.sort(key=lambda match: (match.root, match.subject.call.sink))
        groups.append(_Group(together[0].root, tuple(together)))
    return groups


def _shared(matches: list[_Match]) -> list[list[_Match]]:
    """Matches of one kind in one sink that two or more callers reach, each with a record of its own at fault."""
    by_sink: dict[tuple[Place, str], list[_Match]] = {}
    for match in matches:
        if match.part == "properties" and match.subject.call.callers:
            kind = match.subject.entry.kind if match.subject.entry is not None else ""
            by_sink.setdefault((match.subject.call.sink, kind), []).append(match)
    shared = []
    for (sink, _), together in by_sink.items():
        ways = {match.subject.call.callers for match in together}
        roots = {match.root for match in together}
        every = all(call.callers in ways for call in together[0].subject.ground.coverage.at_sink(sink))
        if len(ways) > 1 and len(roots) > 1 and every:
            shared.append(together)
    return shared


def _order(match: _Match) -> tuple[Place, Place]:
    return match.subject.call.sink, match.root


def _sorted(matches: list[_Match]) -> tuple[_Match, ...]:
    return tuple(sorted(matches, key=_order))


def _unsuperseded(groups: list[_Group]) -> list[_Group]:
    """Drop what a rule of higher precedence says of the same root, or of another part of the same send."""
    roots: set[tuple[str, Place]] = set()
    entries: set[tuple[str, Place]] = set()
    parts: dict[tuple[str, Place], set[str]] = {}
    for group in groups:
        for rule in group.lead.rule.supersedes:
            roots.add((rule, group.root))
            for match in group.matches:
                entries.add((rule, match.root))
                parts.setdefault((rule, match.subject.call.sink), set()).add(group.lead.part)
    kept = []
    for group in groups:
        rule, part = group.lead.rule.id, group.lead.part
        spoken_for = (rule, group.root) in roots or any(
            (rule, match.root) in entries or parts.get((rule, match.subject.call.sink), set()) - {part}
            for match in group.matches
        )
        if not spoken_for:
            kept.append(group)
    return kept


# ------------------------------------------------------------------------------------------------- findings


def _finding(group: _Group, schema: IdSchema, config: Config, sources: Mapping[str, SourceFile]) -> Finding:
    lead = group.lead
    rule, subject = lead.rule, lead.subject
    call, entry = subject.call, subject.entry
    severity = lead.severity or (rule.severity if schema.source == "declared" else rule.severity_inferred)
    fields = {name: read(subject) for name, read in FIELDS.items()}
    text = replacement(rule.transform, subject, sources) if rule.transform else ""
    shown = bool(text) or "{replacement}" not in rule.instead
    instead = _filled(rule.instead, {**fields, "replacement": text}) if shown else ""
    sinks = sorted({match.subject.call.sink for match in group.matches} - {call.sink})
    return Finding(
        rule=rule.id,
        severity=config.rules.get(rule.id, severity),
        confidence=min((match.confidence for match in group.matches), key=CONFIDENCES.index),
        message=_filled(rule.message, fields),
        root=group.root,
        sink=call.sink,
        sink_call=call.call,
        trail=(entry.trail if entry is not None and entry.trail else call.trail),
        affects=tuple(sinks),
        related=_related(group),
        instead=instead,
        channel=call.channel,
        operation=call.operation,
        part=lead.part if entry is not None else "",
        key=entry.key if entry is not None else "",
    )


def _related(group: _Group) -> tuple[Step, ...]:
    subject = group.lead.subject
    if group.lead.rule.scope == "project":
        return _evidence(group)
    steps = [Step(place, "called from here") for place in group.callers]
    if group.root != group.lead.root:
        roots = sorted({match.root for match in group.matches})
        steps = [Step(place, "sends it through this wrapper") for place in group.callers]
        steps += [Step(root, "put among the properties here") for root in roots]
    if subject.entry is None:
        return tuple(steps)
    if group.lead.rule.id == "identified-before-confirmation":
        opt_ins = islice(subject.ground.coverage.opt_ins(subject.the_entry, subject.call), EVIDENCE)
        steps += [Step(event.sink, "the double opt-in starts here") for event in opt_ins]
    elsewhere = subject.ground.coverage.identified_elsewhere(subject.entry.kind, subject.call)
    if group.lead.part == "properties" and subject.call.stateful and elsewhere is not None:
        other, entry = elsewhere
        steps.append(Step(entry.root, f"`{other.call}` sends it as `{entry.key}` here, on another path"))
    return tuple(steps)


EVIDENCE = 10
"""Places of one side that are told."""


def _evidence(group: _Group) -> tuple[Step, ...]:
    """Both sides of a disagreement: the other places of the smaller one, and those of the larger."""
    subject = group.lead.subject
    likewise = sorted({match.root for match in group.matches} - {group.root})
    steps = [Step(root, "here likewise") for root in likewise[:EVIDENCE]]
    if subject.conflict is not None:
        others = [(use.entry, use.call) for use in subject.conflict.majority]
    elif subject.entry is None:
        others = [(use.entry, use.call) for use in subject.ground.project.sent_by_server(subject.call)]
    else:
        others = []
    for entry, call in others[:EVIDENCE]:
        steps.append(Step(entry.root, f"`{call.call}` sends `{entry_text(entry)}` as `{entry.key}`"))
    return tuple(dict.fromkeys(steps))


def _filled(template: str, fields: Mapping[str, str]) -> str:
    """The template with its fields; what the fields hold is never read as a template."""
    return template.format_map(fields)


def _without_ignored(findings: list[Finding], config: Config) -> list[Finding]:
    if not config.per_path_ignores:
        return findings
    from trackaudit.discover.listing import ignore_spec

    ignored = [(ignore_spec([pattern]), rules) for pattern, rules in config.per_path_ignores]
    return [
        finding
        for finding in findings
        if not any(finding.rule in rules and spec.match_file(finding.root.path) for spec, rules in ignored)
    ]


def _fingerprints(groups: list[_Group]) -> list[tuple[str, str]]:
    """One for each group, the same wherever its code moves: no path, line or function name goes in; and its kin."""
    seen: dict[tuple[str, ...], int] = {}
    prints = []
    for group in groups:
        entry, call = group.lead.subject.entry, group.lead.subject.call
        key, value = ("", "") if entry is None else ("-".join(words_of(entry.key)), entry_text(entry))
        stem = (group.lead.rule.id, key, value, call.operation)
        seen[stem] = ordinal = seen.get(stem, -1) + 1
        texts = "\0".join((*stem, str(ordinal))), "\0".join(stem)
        prints.append((fingerprint(texts[0]), fingerprint(texts[1])))
    return prints
