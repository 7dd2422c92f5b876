"""What to write at a finding's root cause: a case (finding, rule, subjects) in, a Fix with its edits out.

The order of preference is the project's own identifying wrapper, the call itself, the wrapper that callers share, the
payload's IDs, the mapping. A fix that cannot be written faithfully has no edits: it is proposed in words.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from trackaudit.engine.coverage import values
from trackaudit.fix.document import Document
from trackaudit.fix.javascript import JavaScript
from trackaudit.fix.python import Python
from trackaudit.fix.quoted import Quoted
from trackaudit.fix.transforms import TRANSFORMS
from trackaudit.model import Fix, crash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.model import Edit, Entry, IdSchema, Notice, Place, SourceFile, TrackingCall
    from trackaudit.program import Module

TITLES = {
    "identify": "Identify with `{id}`; the property stays",
    "add-id": "Add the ID `{id}`; the property stays",
    "map-id": "Map the column to the ID `{id}` as well",
    "move-to-hard-id": "Send it as the ID `{id}`",
    "lowercase": "Write the ID in lower case",
    "rename-id": "Use the project's own ID name",
    "rename-field": "Use the name that the endpoint reads",
    "guard": "Send the ID only where there is a value",
    "identify-later": "Send only the event here; identify after the confirmation",
    "map-column": "Feed `{id}` from the column that holds its values",
}


class Workshop:
    """The files of one state of the project, and what is known of its calls; writers are made on demand."""

    def __init__(
        self,
        files: Mapping[str, SourceFile],
        modules: Mapping[str, Sequence[Module]],
        calls: Sequence[TrackingCall],
        schema: IdSchema,
    ) -> None:
        self.files = files
        self.modules = modules
        self.calls = calls
        self.schema = schema
        self._editors: dict[str, Editor | None] = {}
        self._ids: dict[str, list[tuple[Place, Entry]]] | None = None

    def ids(self, name: str) -> list[tuple[Place, Entry]]:
        """The IDs of a name that code sends, each with its sink."""
        if self._ids is None:
            self._ids = {}
            for call in self.calls:
                for item in call.ids.items if call.language != "document" else ():
                    self._ids.setdefault(item.key, []).append((call.sink, item))
        return self._ids.get(name, [])

    def editor(self, path: str) -> Editor | None:
        """The writer of a file, or None where its language has none or its bytes are not UTF-8."""
        if path not in self._editors:
            self._editors[path] = self._made(path)
        return self._editors[path]

    def finished(self, edit: Edit) -> Edit:
        """An edit as its file's bytes need it."""
        editor = self.editor(edit.path)
        return editor.finished(edit) if editor is not None else edit

    def _made(self, path: str) -> Editor | None:
        file, modules = self.files.get(path), self.modules.get(path)
        if file is None or not modules:
            return None
        try:
            file.data.decode("utf-8")
        except UnicodeDecodeError:
            return None
        languages = {module.language for module in modules}
        if languages == {"python"} and path.endswith((".py", ".pyi")):
            return Python(file, modules)
        if languages == {"document"} and not path.endswith(".xml"):
            return Document(file, modules)
        if languages == {"javascript"} and path.endswith(".json"):
            return Quoted(file, modules)
        if languages == {"javascript"} and not path.endswith(".tpl"):
            return JavaScript(file, modules)
        return None


def plan(cases: Iterable[Case], workshop: Workshop) -> tuple[list[tuple[Case, Fix]], list[Notice]]:
    """A fix for every case whose rule knows one; without edits where it can be told in words only. A case that breaks
    the writing of its fix has none, and a notice says so."""
    notices: list[Notice] = []
    found: list[tuple[Case, Fix]] = []
    identified = _Identified()
    for case in cases:
        if not case.rule.transform:
            continue
        try:
            shared = identified.fix(case)
            fix = shared if shared is not None else _fix(case, workshop)
        except Exception as error:
            notices.append(crash(case.finding.root.path, f"the fix of `{case.rule.id}`", error))
            continue
        if fix.edits and shared is None:
            identified.add(case, fix)
        found.append((case, fix))
    return found, notices


def _fix(case: Case, workshop: Workshop) -> Fix:
    from trackaudit.identity import hard_id

    rule, subject = case.rule, case.subjects[0]
    entry = subject.entry
    schema = subject.ground.schema
    name = hard_id(schema, entry.kind).name if entry is not None else ""
    if rule.transform == "map-column" and entry is not None:
        name = entry.key
    edits: tuple[Edit, ...] = ()
    transform = TRANSFORMS.get(rule.transform)
    if transform is not None and entry is not None:
        try:
            edits = tuple(workshop.finished(edit) for edit in transform(case, workshop) or ())
        except (UnicodeDecodeError, ValueError):
            edits = ()
        except Exception as error:
            # libcst refuses what it cannot parse; such a file is proposed in words.
            if type(error).__name__ not in ("ParserSyntaxError", "CSTValidationError", "RecursionError"):
                raise
    title = TITLES.get(rule.transform, rule.summary).format(id=name)
    if not edits:
        return Fix(title, "display-only")
    return Fix(title, _applicability(case, name), edits)


def _applicability(case: Case, name: str) -> str:
    """Safe is earned: the configuration declares the ID, and the value is certain and the acting customer's."""
    subject = case.subjects[0]
    if case.rule.applicability != "unsafe":
        return case.rule.applicability
    known = subject.ground.schema.get(name)
    entry = subject.the_entry
    declared = known is not None and known.declared
    certain = entry.must and entry.value.resolved and not entry.value.maybe_missing and not entry.value.literals
    earned = declared and certain and entry.owner == "customer" and case.finding.confidence == "high"
    return "safe" if earned and subject.call.certain else "unsafe"


class _Identified:
    """The cases whose fix lets a send identify, by what it identifies and the blocks it is sent in."""

    def __init__(self) -> None:
        self._sends: dict[tuple[object, ...], list[tuple[int, int, Place, Fix]]] = {}
        self._count = 0

    def add(self, case: Case, fix: Fix) -> None:
        """Note a case and its fix."""
        subject = case.subjects[0]
        call = subject.call
        if case.rule.transform != "identify" or not call.stateful or subject.entry is None:
            return
        self._count += 1
        for value in values(subject.entry):
            held = self._sends.setdefault((call.unit, value, call.blocks), [])
            insort(held, (call.order, self._count, call.sink, fix))

    def fix(self, case: Case) -> Fix | None:
        """The first fix that is that of a case too: the send, once it identifies, surrounds that of the case, with no
        anonymize between."""
        subject = case.subjects[0]
        call = subject.call
        if case.rule.transform != "identify" or not call.stateful or subject.entry is None or len(case.subjects) != 1:
            return None
        found: list[tuple[int, Fix]] = []
        reset = subject.ground.coverage.last_reset(call)
        for value in values(subject.entry):
            for depth in range(len(call.blocks) + 1):
                held = self._sends.get((call.unit, value, call.blocks[:depth]), [])
                # Few: of sends of one value one after the other, the first one's fix is that of all.
                near = held[bisect_left(held, (reset,)) : bisect_left(held, (call.order + 1,))]
                found += ((number, fix) for _, number, sink, fix in near if sink != call.sink)
        return min(found, key=lambda one: one[0])[1] if found else None
