"""Proof before writing: the state before and after, and the edits between, in; "" or the reason to leave it be out.

A fix holds if every parser that read a file still reads it, its finding is gone, no new one came, and no send is lost.
"""

from __future__ import annotations

from collections import Counter

from trackaudit.fix.edits import Origins, applied, by_path
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackaudit.engine.run import Case
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit, Finding, Fix, Place, Result


class Checked(NamedTuple):
    """One state of the project, judged. kept: every finding that no comment silences, whatever its confidence.

    cases: what the findings stand on. errors: places that no front end could read, by path.
    """

    result: Result
    kept: tuple[Finding, ...]
    cases: tuple[Case, ...]
    workshop: Workshop
    errors: Mapping[str, int]


def verdict(before: Checked, after: Checked, fixes: Sequence[tuple[Finding, Fix]]) -> str:
    """Why these fixes, applied together, do not hold; "" where they do."""
    edits = by_path(edit for _, fix in fixes for edit in fix.edits)
    for path in edits:
        if after.errors.get(path, 0) > before.errors.get(path, 0):
            return "the result would not parse"

    origins = {path: Origins(mine) for path, mine in edits.items()}

    def origin(place: Place) -> tuple[str, int]:
        mine = origins.get(place.path)
        return place.path, mine.offset(place.start) if mine else place.start

    left = {(finding.rule, *origin(finding.root)) for finding in after.kept}
    for finding, _ in fixes:
        if (finding.rule, finding.root.path, finding.root.start) in left:
            return "checking again, the finding would still be there"
    known = Counter((finding.rule, finding.root.path, finding.root.start) for finding in before.kept)
    seen = Counter((finding.rule, *origin(finding.root)) for finding in after.result.findings)
    # A fix writes the ID in lower case; that other places do not is theirs to mend, and is told from then on.
    new = [key for key in seen - known if key[0] not in ("unused-suppression", "inconsistent-normalization")]
    if new:
        return f"checking again, there would be a new finding: {new[0][0]}"
    return _lost(before, {origin(call.sink) for call in after.workshop.calls}, edits)


def _lost(before: Checked, there: set[tuple[str, int]], edits: Mapping[str, list[Edit]]) -> str:
    """A send that was there and is not any more, unless a fix took it out."""
    for call in before.workshop.calls:
        place = call.sink
        if (place.path, place.start) in there:
            continue
        gone = [edit for edit in edits.get(place.path, ()) if edit.start <= place.start and place.end <= edit.end]
        if not any(not edit.text for edit in gone):
            return "a send would be lost"
    return ""


def parses(path: str, old: bytes, new: bytes) -> bool:
    """Whether the strict parser of the file's language, if it read the old text, reads the new one."""
    reader = next((read for suffixes, read in _READERS if path.endswith(suffixes)), None)
    if reader is None:
        return True
    try:
        before, after = old.decode("utf-8"), new.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not reader(before) or reader(after)


def _javascript(text: str) -> bool:
    import esprima  # type: ignore[import-untyped]

    for read in (esprima.parseModule, esprima.parseScript):
        try:
            read(text, {"jsx": True})
        except (esprima.Error, RecursionError, ValueError, KeyError, AttributeError, TypeError):
            continue
        return True
    return False


def _python(text: str) -> bool:
    import libcst

    from trackaudit.fix.shallow import check_depth

    try:
        check_depth(text.encode())
        libcst.parse_module(text)
    except (libcst.ParserSyntaxError, RecursionError):
        return False
    return True


def _json(text: str) -> bool:
    import json

    try:
        json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


_READERS = (
    ((".js", ".mjs", ".cjs", ".jsx"), _javascript),
    ((".py", ".pyi"), _python),
    ((".json",), _json),
)


def overlay_of(checked: Checked, fixes: Iterable[tuple[Finding, Fix]]) -> dict[str, bytes] | None:
    """The files with these fixes, or None where one of them would not parse."""
    overlay: dict[str, bytes] = {}
    for path, edits in by_path(edit for _, fix in fixes for edit in fix.edits).items():
        file = checked.workshop.files.get(path) or checked.result.sources.get(path)
        if file is None:
            return None
        overlay[path] = applied(file.data, edits)
        if not parses(path, file.data, overlay[path]):
            return None
    return overlay
