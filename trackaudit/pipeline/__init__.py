"""The sentence: paths → discover → parse → flow → calls → identity → rules → suppress → fix → result."""

from __future__ import annotations

from trackaudit.discover import is_large
from trackaudit.model import Result
from trackaudit.pipeline.looking import ground_of, look
from trackaudit.pipeline.options import Analysis, CheckOptions, CheckOutcome, Judgement, Repair
from trackaudit.pipeline.silence import is_silent, silence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import IdSchema, Wrapper
    from trackaudit.pipeline.accepted import accepted_findings
    from trackaudit.pipeline.analysis import analyse, analysis_of, recheck
    from trackaudit.pipeline.judging import judge, judge_all, ruleset_for
    from trackaudit.pipeline.looking import Look
    from trackaudit.pipeline.past import past_analysis
    from trackaudit.pipeline.reader import Reader
    from trackaudit.pipeline.reuse import Asked
    from trackaudit.pipeline.texts import check_text, check_texts, fix_text, fix_texts

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
_ROOMS = {
    "accepted": ("accepted_findings",),
    "analysis": ("analyse", "analysis_of", "recheck"),
    "judging": ("judge", "judge_all", "ruleset_for"),
    "past": ("past_analysis",),
    "reader": ("Reader",),
    "texts": ("check_text", "check_texts", "fix_text", "fix_texts"),
}
"""What is offered here and loaded when somebody asks for it: a run that ends after the first look needs none of it."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        for room, names in _ROOMS.items():
            if name in names:
                from importlib import import_module

                return getattr(import_module(f"trackaudit.pipeline.{room}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def check(options: CheckOptions) -> CheckOutcome:
    """Check a project. Raises TrackauditError when the job cannot be done."""
    ground = ground_of(options)
    asked = None
    if options.cache and is_large(ground):
        from trackaudit.pipeline import reuse

        asked = reuse.asked(ground, options)
    if asked is None:
        looked = look(options, ground)
        # A fix looks at syntax trees, which stay with the process that made them.
        return _silent(looked, options) or _checked(_analysed(looked, apart=not options.fix), options)
    outcome = reuse.recall(asked) or _renewed(asked, options)
    if outcome is not None:
        return outcome
    looked = look(options, ground, lambda size: reuse.remembered(asked, size))
    analysis = _analysed(looked)
    outcome = _silent(looked, options) or _checked(analysis, options)
    reuse.keep(asked, analysis, outcome)
    return outcome


def _renewed(asked: Asked, options: CheckOptions) -> CheckOutcome | None:
    """The outcome, if most of an earlier run stands. A fix looks at syntax trees, which are not kept."""
    from trackaudit.pipeline import reuse

    renewed = reuse.renew(asked)
    if renewed is None:
        return None
    outcome = _silent(renewed.look, options) or _checked(renewed.analysis, options._replace(fix=""))
    if options.fix and outcome.result.findings:
        return None
    reuse.keep_renewed(asked, renewed, outcome)
    return outcome


def _silent(looked: Look, options: CheckOptions) -> CheckOutcome | None:
    return CheckOutcome(silence(looked), looked.config.fail_on) if is_silent(looked, options) else None


def _analysed(looked: Look, apart: bool = False) -> Analysis:
    from trackaudit.pipeline.analysis import analysed

    return analysed(looked, apart=apart)


def _checked(analysis: Analysis, options: CheckOptions) -> CheckOutcome:
    from trackaudit.pipeline.judging import heard, ruleset_for

    ruleset = ruleset_for(analysis, options)
    judgement = heard(analysis, ruleset, options)
    if not options.fix or not judgement.result.findings:
        return CheckOutcome(judgement.result, analysis.config.fail_on)
    from trackaudit.pipeline.mend import as_checked, mended

    return mended(as_checked(judgement, analysis), analysis, ruleset, options)


def identity(options: CheckOptions) -> tuple[IdSchema, Result]:
    """The identity schema in force, and a result that holds the sources of its evidence."""
    from trackaudit.pipeline.analysis import analyse

    analysis = analyse(options)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return analysis.schema, result


def sinks(options: CheckOptions) -> tuple[list[Wrapper], Result]:
    """The wrappers that were inferred in files that are reported, and a result that holds their sources."""
    from trackaudit.pipeline.analysis import analyse

    analysis = analyse(options, every=True)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return [wrapper for wrapper in analysis.wrappers if analysis.reported(wrapper.place.path)], result
