"""The run that has nothing to read: no file holds a word that a send would hold, so no rule needs to be asked.

Many of a hook's runs are such; neither the flow nor the rules are loaded for them.
"""

from __future__ import annotations

from trackaudit.model import Notice, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.pipeline.options import Analysis, CheckOptions

NO_CALLS = Notice("no-calls", "", 0, "no tracking call was seen; if there are any, name their wrappers")


def is_silent(analysis: Analysis, options: CheckOptions) -> bool:
    """Whether the rules would end as `silence` does. What the user says of rules and accepted findings must be heard,
    and complained about, so with a configuration or such options they are asked."""
    asked = (options.select, options.ignore, options.baseline, options.since, options.tells_rules)
    return not analysis.candidates and not analysis.config.path and not any(asked)


def silence(analysis: Analysis) -> Result:
    """The result of a run without candidates."""
    return Result((), (*analysis.notices, NO_CALLS), analysis.summary, {}, prefix=analysis.prefix)
