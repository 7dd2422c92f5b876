"""The run that has nothing to read: no file holds a word that a send would hold, so no rule needs to be asked.

Many of a hook's runs are such; neither the flow nor the rules are loaded for them.
"""

from __future__ import annotations

from trackaudit.model import Notice, Result, Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.pipeline.looking import Look
    from trackaudit.pipeline.options import CheckOptions

NO_CALLS = Notice("no-calls", "", 0, "no tracking call was seen; if there are any, name their wrappers")


def is_silent(look: Look, options: CheckOptions) -> bool:
    """Whether the rules would end as `silence` does. What the user says of rules and accepted findings must be heard,
    and complained about, so with a configuration or such options they are asked."""
    asked = (options.select, options.ignore, options.baseline, options.since, options.tells_rules)
    described = look.vocabulary is not None and look.vocabulary.files
    return not (look.found.candidates or described or look.config.path or any(asked))


def silence(look: Look) -> Result:
    """The result of a run without candidates."""
    found = look.found
    seconds = (("discover", look.seconds), ("parse", 0.0), ("flow", 0.0), ("calls", 0.0))
    summary = Summary(files_seen=found.seen, files_scanned=found.scanned, seconds=seconds)
    return Result((), (*found.notices, NO_CALLS), summary, {}, prefix=look.ground.prefix)
