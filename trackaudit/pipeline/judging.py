"""The rules asked, and what the user does not want to hear held back."""

from __future__ import annotations

from trackaudit.errors import InputError
from trackaudit.faults import contained
from trackaudit.model import CONFIDENCES, MARK, Result, RuleHelp
from trackaudit.pipeline.options import Analysis, CheckOptions, Judgement
from trackaudit.pipeline.silence import NO_CALLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.config import Config
    from trackaudit.engine.rule import Rule, RuleSet
    from trackaudit.engine.run import Case
    from trackaudit.model import Finding, Notice, Silenced
    from trackaudit.program import Module


def heard(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Judgement:
    """One state of the project, judged; its result holds what the user wants to hear."""
    judgement = judge_all(analysis, ruleset, options)
    if options.since is None and not options.baseline and not analysis.config.baseline:
        return judgement
    from trackaudit.pipeline.accepted import accepted_findings, without_accepted, without_old

    result = judgement.result
    if options.since is not None:
        result = without_old(result, analysis, ruleset, options)
    accepted, path = accepted_findings(analysis, options)
    if path:
        result = without_accepted(result, judgement.found, accepted, path)
    return judgement._replace(result=result)


def judge(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Result:
    """Ask the rules, and hold back what the user does not want to hear."""
    return judge_all(analysis, ruleset, options).result


def judge_all(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Judgement:
    """As `judge`, with the findings that are held back."""
    from trackaudit.engine.run import run_cases

    files = analysis.reader.files
    calls = analysis.calls.calls
    nothing: tuple[tuple[Case, ...], tuple[Notice, ...]] = ((), ())
    (cases, notices), faults = contained(
        "asking the rules",
        lambda some: run_cases(
            some, analysis.schema, ruleset, analysis.config, files, analysis.vocabulary, analysis.moments
        ),
        calls,
        lambda call: call.sink.path,
        nothing,
    )
    found = [case.finding for case in cases]
    ran = _ran(ruleset, analysis.config, options)
    wanted = [finding for finding in found if finding.rule in ran and _is_reported(finding, analysis)]
    known = {rule.id for rule in ruleset.rules}
    kept: tuple[Finding, ...] = tuple(wanted)
    suppressed: tuple[Silenced, ...] = ()
    extra: tuple[Finding, ...] = ()
    unread: list[Notice] = []
    if any(_speak(modules) for modules in analysis.reader.modules.values()):
        from trackaudit.suppress import Suppressed, suppress

        unused = ruleset.get("unused-suppression")
        severity = analysis.config.rules.get("unused-suppression", unused.severity if unused is not None else "warning")
        strict = analysis.config.require_reason
        (kept, suppressed, extra), unread = contained(
            "reading the comments to trackaudit",
            lambda some: suppress(
                wanted,
                [module for _, modules in some for module in modules],
                files,
                ran,
                known,
                severity,
                analysis.reported,
                strict,
            ),
            analysis.reader.modules.items(),
            lambda item: item[0],
            Suppressed(kept, (), ()),
        )
    lowest = CONFIDENCES.index(options.min_confidence)
    shown = [finding for finding in kept if CONFIDENCES.index(finding.confidence) <= lowest]
    summary = analysis.summary._replace(suppressed=len(suppressed), below_confidence=len(kept) - len(shown))
    everything = [*analysis.notices, *notices, *faults, *unread]
    if not analysis.calls.calls:
        everything.append(NO_CALLS)
    result = Result(
        tuple(sorted([*shown, *extra], key=_order)),
        tuple(everything),
        summary,
        files,
        tuple(analysis.calls.unresolved),
        analysis.prefix,
        suppressed,
        tuple(_help(rule) for rule in ruleset.rules if rule.id in ran),
    )
    return Judgement(result, (*found, *extra), cases, (*kept, *extra))


def ruleset_for(analysis: Analysis, options: CheckOptions) -> RuleSet:
    """The rules of a project. Raises InputError where the user names one that does not exist."""
    from trackaudit.engine.load import load_rules

    ruleset = load_rules(analysis.config)
    known = [rule.id for rule in ruleset.rules]
    strange = [rule for rule in (*options.select, *options.ignore) if rule not in known]
    if strange:
        from trackaudit.suppress import unknown_rule

        raise InputError(*(unknown_rule(rule, known) for rule in strange))
    return ruleset


def _speak(modules: Iterable[Module]) -> bool:
    """Whether one of them holds a comment to us."""
    mark = MARK.decode()
    return any(mark in comment.text for module in modules for comment in module.comments)


def _help(rule: Rule) -> RuleHelp:
    def markdown() -> str:
        from trackaudit.engine.document import document

        return document(rule)

    return RuleHelp(rule.id, rule.severity, rule.summary, rule.why.strip(), markdown)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.root.path, finding.root.start, finding.root.end, finding.rule


def _is_reported(finding: Finding, analysis: Analysis) -> bool:
    if analysis.is_test(finding.root.path):
        return False
    if analysis.reported(finding.root.path) or analysis.reported(finding.sink.path):
        return True
    # Files that are named (by a commit hook) also answer for what goes through them on its way.
    named = {target.path for target in analysis.ground.targets if not target.folder} if analysis.ground else ()
    return any(step.place.path in named for step in finding.trail)


def _ran(ruleset: RuleSet, config: Config, options: CheckOptions) -> set[str]:
    chosen = {rule.id for rule in ruleset.rules if config.rules.get(rule.id, rule.severity) != "off"}
    if options.select:
        chosen &= set(options.select)
    return chosen - set(options.ignore)
