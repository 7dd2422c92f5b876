"""Whether a real value stands in an ID: an entry in, a word for what stands there out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import Entry, Facts

PLACEHOLDERS = frozenset(
    word
    for line in (
        "undefined null none nan nil n/a na unknown guest anonymous anon test user customer email default placeholder",
        "not-set notset [object-object] 0 -1 false true xxx todo",
    )
    for word in line.split()
)
"""Constants that stand for nobody, in lower case, spaces and underscores as hyphens."""


def value_sort(entry: Entry) -> str:
    """What stands in an ID: empty, placeholder, fallback, textified-nothing, constant, or value.

    fallback: a real value, or else an empty one or a placeholder. textified-nothing: a value that is visibly
    perhaps missing and is made text, so that the missing one becomes `undefined` or `None`. constant: one real
    text, the same for everybody.
    """
    value = entry.value
    if not value.resolved and not value.literals:
        return "value"
    if "str" in entry.transforms and not entry.guarded and (value.maybe_missing or _falls_to_nothing(value)):
        return "textified-nothing"
    if not value.literals:
        return "value"
    if not value.symbols and value.resolved:
        sorts = {literal_sort(literal) for literal in value.literals}
        if sorts == {"constant"}:
            return "constant"
        return "placeholder" if "placeholder" in sorts else "empty" if sorts == {"empty"} else "value"
    if any(literal_sort(literal) == "placeholder" for literal in value.literals):
        return "fallback"
    empty_text = any(isinstance(literal, str) and not literal.strip() for literal in value.literals)
    return "fallback" if empty_text and not entry.guarded else "value"


def _falls_to_nothing(value: Facts) -> bool:
    """Whether the expression itself names nothing as its other value: `str(x or None)`, `String(x ?? null)`."""
    said = any(word in value.text for word in ("None", "null", "undefined"))
    return said and None in value.literals and bool(value.symbols)


def literal_sort(literal: str | int | float | bool | None) -> str:
    """What one constant is: empty, placeholder, or constant."""
    if literal is None:
        return "empty"
    text = str(literal).strip().lower()
    if not text:
        return "empty"
    if "-".join(text.replace("_", "-").split()) in PLACEHOLDERS or text.startswith(("test@", "noreply@", "no-reply@")):
        return "placeholder"
    return "constant"
