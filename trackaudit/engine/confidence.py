"""How sure a finding is: a rule's condition and the subject in, high, medium or low out."""

from __future__ import annotations

from trackaudit.engine.project import form_of
from trackaudit.identity import identifier_kinds
from trackaudit.model import CONFIDENCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.predicates import Subject
    from trackaudit.engine.project import Conflict
    from trackaudit.engine.rule import Condition

MOST = 3
"""So many times as many places are nearly the whole project."""


def confidence(subject: Subject, condition: Condition) -> str:
    """The confidence of a finding of this condition about this subject."""
    caps = [condition.confidence]
    if not subject.call.certain:
        caps.append("low")
    if condition.covers:
        caps.append(_of_uncovered(subject) if subject.entry is not None else _of_anonymous(subject))
    if subject.conflict is not None and _may_be_normal(subject.conflict):
        caps.append("low")
    return max(caps, key=CONFIDENCES.index)


def _may_be_normal(conflict: Conflict) -> bool:
    """Whether nearly the whole project sends a value as it is: it is probably normal where it comes from, and the few
    places that lower-case it do no harm. A hash would."""
    few = not any(form_of(use.entry) == "hashed" for use in conflict.minority)
    return conflict.usual == "as it is" and few and len(conflict.majority) > MOST * len(conflict.minority)


def _of_anonymous(subject: Subject) -> str:
    """Of "nobody is identified here": a page that identifies elsewhere may have done so before, unless this is the very
    moment at which a visitor gives a name."""
    call = subject.call
    if subject.ground.coverage.unclear(call, "email"):
        return "low"
    before = call.stateful and subject.ground.project.identifies(call)
    return "low" if before and call.context.handler not in ("submit", "confirm") else "medium"


def _of_uncovered(subject: Subject) -> str:
    """Of "this identifier reaches no ID": how sure is it that none is sent where we cannot see?"""
    entry, call, ground = subject.the_entry, subject.call, subject.ground
    if ground.coverage.unclear(call, entry.kind):
        return "low"
    if call.operation == "event" and ground.coverage.sometimes(entry, call):
        return "low"
    assumed = identifier_kinds(ground.schema)[1] and ground.schema.source != "default"
    if call.stateful and ground.coverage.identified_elsewhere(entry.kind, call) is not None:
        return "low" if entry.origin == "session" else "medium"
    return "medium" if assumed else "high"
