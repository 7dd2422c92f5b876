"""The form in which the project writes an ID: its own helper, else lower case. An ID's name and uses in, a form out."""

from __future__ import annotations

from trackaudit.fix.imports import brought, defined
from trackaudit.program import Call, Name
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit, Entry, Place


_ONLY_FORM = frozenset(("lower", "trim", "str", "default"))
"""What a helper may do; where it also hashes or encodes, what it was given is not known to be the plain value."""


class IdForm(NamedTuple):
    """name: of the ID. lowercased: the value needs no step. helper: the project's function for it, "" for none, and
    imports: what brings it into the file."""

    name: str
    lowercased: bool
    helper: str = ""
    imports: tuple[Edit, ...] = ()

    def with_imports(self, edits: list[Edit] | None) -> list[Edit] | None:
        """The edits, and the helper's import where one of them calls it."""
        if edits and any(f"{self.helper}(" in edit.text for edit in edits) and self.helper:
            return [*edits, *self.imports]
        return edits


def helper_for(uses: Sequence[Entry], target: Place, workshop: Workshop) -> tuple[str, tuple[Edit, ...]]:
    """The function that most of the project's identifying calls put this ID through, as it is called at the target."""
    editor = workshop.editor(target.path)
    if editor is None or editor.document or editor.quoted:
        return "", ()
    found: dict[tuple[str, str], int] = {}
    for item in uses:
        home = workshop.editor(item.value_place.path)
        node = home.tree.exact(item.value_place) if home is not None else None
        if not isinstance(node, Call) or not isinstance(node.callee, Name):
            continue
        if "lower" not in item.transforms or not _ONLY_FORM.issuperset(item.transforms):
            continue
        if len(node.args) == 1 and not node.keywords:
            key = (node.callee.id, item.value_place.path)
            found[key] = found.get(key, 0) + 1
    for name, path in sorted(found, key=lambda key: (key[1] != target.path, -found[key], key)):
        home = workshop.editor(path)
        at = defined(home, name) if home is not None else -1
        if home is None or at < 0:
            continue
        if path == target.path and at > target.start and editor.tree.function(target.start, target.end) is None:
            continue
        told = brought(editor, home, name, workshop)
        if told is not None:
            return told[0], tuple(told[1])
    return "", ()
