"""The same project as it was: an analysis and a git revision in, the analysis of that revision out."""

from __future__ import annotations

from contextlib import contextmanager

from trackaudit.discover import Target, past
from trackaudit.errors import InputError
from trackaudit.pipeline.analysis import analysed
from trackaudit.pipeline.looking import look_again

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackaudit.pipeline.options import Analysis


@contextmanager
def past_analysis(analysis: Analysis, revision: str) -> Iterator[Analysis]:
    """What was known of the same project, with the same configuration, at a git revision. All of it is reported."""
    ground = analysis.ground
    if ground is None:
        raise InputError("there is no project to compare")
    sources = past.past(ground.root, ground.repository, revision, analysis.config.max_file_size)
    try:
        whole = ground._replace(targets=(Target("", True),))
        yield analysed(look_again(whole, analysis.config, sources, analysis.vocabulary))
    finally:
        sources.close()
