"""Faults of ours in a stage that looks at many parts: the parts that break it are left out, each file with a notice,
and the stage runs on the rest.

A stage that works costs nothing here. What could not be done (`TrackauditError`) is no fault and goes its way.
"""

from __future__ import annotations

from trackaudit.errors import TrackauditError
from trackaudit.model import crash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from trackaudit.model import Notice

    Part = TypeVar("Part")
    Made = TypeVar("Made")


def contained(
    what: str, run: Callable[[list[Part]], Made], parts: Iterable[Part], path: Callable[[Part], str], nothing: Made
) -> tuple[Made, list[Notice]]:
    """What `run` makes of the parts, and a notice for each file (`path` of a part) that it fails on.

    what: the stage, in words. nothing: what stands for its answer where it cannot even run on no parts at all.
    """
    given = list(parts)
    try:
        return run(given), []
    except TrackauditError:
        raise
    except Exception as error:
        whole = crash("", what, error)
    good: list[Part] = []
    by_path: dict[str, Notice] = {}
    for part in given:
        try:
            run([part])
        except Exception as error:
            by_path.setdefault(path(part), crash(path(part), what, error))
            continue
        good.append(part)
    notices = list(by_path.values()) or [whole]
    for rest in (good, []) if by_path else ([],):
        try:
            return run(rest), notices
        except Exception as error:
            notices.append(crash("", what, error))
    return nothing, notices
