"""The project's own identifying wrapper, where one stands beside the wrong one. A case in, edits out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit


def through_wrapper(case: Case, workshop: Workshop) -> list[Edit] | None:
    """The caller calls the identifying wrapper instead; None where there is none that fits."""
    return None
