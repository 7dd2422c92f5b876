"""Findings mended: proposals proven on an overlay, and repairs."""

from __future__ import annotations

from trackaudit.pipeline.analysis import recheck
from trackaudit.pipeline.judging import heard
from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome, Judgement, Repair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackaudit.engine.rule import RuleSet
    from trackaudit.fix.verify import Checked


def as_checked(judgement: Judgement, analysis: Analysis) -> Checked:
    from trackaudit.fix.plan import Workshop
    from trackaudit.fix.verify import Checked

    modules = analysis.reader.modules
    errors = {path: sum(len(module.errors) for module in file) for path, file in modules.items()}
    workshop = Workshop(analysis.reader.files, modules, analysis.calls.calls, analysis.schema)
    return Checked(judgement.result, judgement.kept, judgement.cases, workshop, errors)


def mended(first: Checked, analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> CheckOutcome:
    from trackaudit import fix

    def again(overlay: Mapping[str, bytes]) -> Checked:
        anew = recheck(analysis, overlay)
        return as_checked(heard(anew, ruleset, options), anew)

    fail_on, root = analysis.config.fail_on, analysis.reader.sources.root
    if options.fix == "propose":
        fixes, notices = fix.proposals(first, again)
        found = tuple(one._replace(fix=fixes.get(one, one.fix)) for one in first.result.findings)
        return CheckOutcome(first.result._replace(findings=found, notices=(*first.result.notices, *notices)), fail_on)
    repaired = fix.repair(first, again, options.fix)
    notices = [*first.result.notices, *repaired.notices]
    result = repaired.last.result._replace(notices=tuple(dict.fromkeys([*notices, *repaired.last.result.notices])))
    before = {path: first.workshop.files[path].data for path in repaired.overlay}
    return CheckOutcome(first.result._replace(notices=tuple(notices)), fail_on, Repair(repaired, result, before, root))
