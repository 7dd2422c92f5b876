"""Import queries: a column that becomes a hard ID is lower-cased where the query names it. A case in, edits out."""

from __future__ import annotations

import re

from trackaudit.model import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.plan import Workshop

_NAMELESS = re.compile(r"(?:\s|\\[nrt])*(?:,|from\b|\Z)", re.IGNORECASE)
"""What follows a column that has no alias; in a JSON string line ends are escapes."""


def lowered_column(case: Case, workshop: Workshop) -> list[Edit] | None:
    """`email AS registered` becomes `LOWER(email) AS registered`; a column without an alias keeps its name."""
    entry = case.subjects[0].the_entry
    place = entry.root
    file = workshop.files.get(place.path)
    if file is None or not entry.value.literals:
        return None
    text = file.text(place.start, place.end)
    after = file.text(place.end, min(place.end + 200, len(file.data)))
    name = text.rpartition(".")[2]
    alias = f" AS {name}" if _NAMELESS.match(after) else ""
    return [Edit(place.path, place.start, place.end, f"LOWER({text}){alias}")]
