"""The sentence: paths → discover → parse → flow → calls → identity → rules → suppress → fix → result."""

from __future__ import annotations

from functools import partial

from trackaudit.discover import is_large
from trackaudit.model import Result
from trackaudit.pipeline.accepted import accepted_findings
from trackaudit.pipeline.analysis import analyse, analysis_of, ground_of, past_analysis, recheck
from trackaudit.pipeline.judging import judge, judge_all, ruleset_for
from trackaudit.pipeline.mend import as_checked, heard, mended
from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome, Judgement, Repair
from trackaudit.pipeline.reader import Reader
from trackaudit.pipeline.silence import is_silent, silence
from trackaudit.pipeline.texts import check_text, check_texts, fix_text, fix_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import IdSchema, Wrapper
    from trackaudit.pipeline.reuse import Asked

__all__ = [
    "Analysis",
    "CheckOptions",
    "CheckOutcome",
    "Judgement",
    "Reader",
    "Repair",
    "accepted_findings",
    "analyse",
    "analysis_of",
    "check",
    "check_text",
    "check_texts",
    "fix_text",
    "fix_texts",
    "identity",
    "judge",
    "judge_all",
    "past_analysis",
    "recheck",
    "ruleset_for",
    "sinks",
]


def check(options: CheckOptions) -> CheckOutcome:
    """Check a project. Raises TrackauditError when the job cannot be done."""
    ground = ground_of(options)
    asked = None
    if options.cache and is_large(ground):
        from trackaudit.pipeline import reuse

        asked = reuse.asked(ground, options)
    if asked is None:
        return _checked(analyse(options, ground=ground), options)
    outcome = reuse.recall(asked) or _renewed(asked, options)
    if outcome is not None:
        return outcome
    analysis = analyse(options, ground=ground, recall=partial(reuse.remembered, asked))
    outcome = _checked(analysis, options)
    reuse.keep(asked, analysis, outcome)
    return outcome


def _renewed(asked: Asked, options: CheckOptions) -> CheckOutcome | None:
    """The outcome, if most of an earlier run stands. A fix looks at syntax trees, which are not kept."""
    from trackaudit.pipeline import reuse

    renewed = reuse.renew(asked)
    if renewed is None:
        return None
    outcome = _checked(renewed.analysis, options._replace(fix=""))
    if options.fix and outcome.result.findings:
        return None
    reuse.keep_renewed(asked, renewed, outcome)
    return outcome


def _checked(analysis: Analysis, options: CheckOptions) -> CheckOutcome:
    if is_silent(analysis, options):
        return CheckOutcome(silence(analysis), analysis.config.fail_on)
    ruleset = ruleset_for(analysis, options)
    judgement = heard(analysis, ruleset, options)
    if not options.fix or not judgement.result.findings:
        return CheckOutcome(judgement.result, analysis.config.fail_on)
    return mended(as_checked(judgement, analysis), analysis, ruleset, options)


def identity(options: CheckOptions) -> tuple[IdSchema, Result]:
    """The identity schema in force, and a result that holds the sources of its evidence."""
    analysis = analyse(options)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return analysis.schema, result


def sinks(options: CheckOptions) -> tuple[list[Wrapper], Result]:
    """The wrappers that were inferred in files that are reported, and a result that holds their sources."""
    analysis = analyse(options, every=True)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return [wrapper for wrapper in analysis.wrappers if analysis.reported(wrapper.place.path)], result
