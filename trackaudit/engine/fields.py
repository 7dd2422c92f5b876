"""The fields of messages and of what to write instead: a subject in, a word out. A field is one line in `FIELDS`."""

from __future__ import annotations

from trackaudit.engine.predicates import misspelt_for
from trackaudit.engine.project import form_of
from trackaudit.identity import IDENTIFYING, KIND_WORDS, hard_id, near_miss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.engine.predicates import Subject
    from trackaudit.model import TrackingCall


def suggestion(subject: Subject) -> str:
    """The name that should stand in place of the entry's key, or "" where there is none to offer."""
    if subject.entry is None:
        return ""
    schema = subject.ground.schema
    if subject.entry in subject.call.fields:
        right = misspelt_for(subject)
        is_id = schema.get(subject.entry.key) is not None
        return right if right is not None and not is_id else f"customer_ids.{subject.entry.key}" if is_id else ""
    right = near_miss(subject.entry.key, [name.name for name in schema.names])
    if right is None and subject.entry.kind in IDENTIFYING:
        found = schema.hard_for(subject.entry.kind)
        right = found.name if found is not None and found.name != subject.entry.key else None
    return right or ""


def _kind_word(subject: Subject) -> str:
    entry = subject.entry
    if entry is None:
        return "identifier"
    if entry.kind in KIND_WORDS:
        return KIND_WORDS[entry.kind]
    known = subject.ground.schema.get(entry.key)
    return KIND_WORDS.get(known.holds, "identifier") if known is not None else "identifier"


def _value_text(subject: Subject) -> str:
    entry = subject.entry
    if entry is None:
        return "nothing"
    if subject.call.operation == "import" and len(entry.value.literals) == 1:
        return one_line(str(entry.value.literals[0]))
    return one_line(entry.value.text)


def _soft(subject: Subject) -> str:
    """What is wrong with what an entry of the soft IDs holds."""
    entry = subject.entry
    if entry is not None and subject.call.channel == "connector" and entry.kind == "opaque":
        return f"`{entry.key}` is a hard ID, and this connection fills it as its soft ID, with `{_value_text(subject)}`"
    key = entry.key if entry is not None else ""
    return f"`{key}` is a soft ID, and `{_value_text(subject)}` is the customer's {_kind_word(subject)}"


def _right_id(subject: Subject) -> str:
    kind = subject.entry.kind if subject.entry is not None else "email"
    return hard_id(subject.ground.schema, kind).name


def _did_you_mean(subject: Subject) -> str:
    name = suggestion(subject)
    return f"; did you mean `{name}`?" if name else ""


def _usual(subject: Subject) -> str:
    usual = subject.conflict.usual if subject.conflict is not None else ""
    return KIND_WORDS.get(usual, usual)


def _places(subject: Subject) -> str:
    number = len(subject.conflict.majority) if subject.conflict is not None else 0
    return "the configuration" if number == 0 else "1 other place" if number == 1 else f"{number} other places"


FIELDS: dict[str, Callable[[Subject], str]] = {
    "key": lambda subject: subject.entry.key if subject.entry is not None else "",
    "value": _value_text,
    "kind": _kind_word,
    "call": lambda subject: subject.call.call or _thing(subject.call),
    "event": lambda subject: f"the event `{subject.call.event}`" if subject.call.event else "an event",
    "soft": _soft,
    "id": _right_id,
    "name": suggestion,
    "did-you-mean": _did_you_mean,
    "usual": _usual,
    "places": _places,
    "form": lambda subject: form_of(subject.entry) if subject.entry is not None else "",
}
"""Fields of `message` and `instead`; `instead` also knows `replacement`."""


def _thing(call: TrackingCall) -> str:
    return {"import": "import definition", "event": "event payload"}.get(call.operation, "customer payload")


def one_line(text: str, limit: int = 80) -> str:
    """The text in one line, cut to `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
