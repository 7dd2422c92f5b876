"""Nouns as plain data that the cache can keep, and back."""

from __future__ import annotations

from trackaudit import model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOUNS: tuple[type[Any], ...] = (
    model.Place, model.Step, model.Edit, model.Fix, model.Finding, model.Silenced, model.Notice, model.Unresolved,
    model.Summary, model.Facts, model.Entry, model.Entries, model.Context, model.TrackingCall, model.Moment,
    model.Wrapper,
)  # fmt: skip
_NUMBERS = {noun: number for number, noun in enumerate(_NOUNS)}


def plain(value: Any) -> Any:
    """Nouns as tuples that begin with their number, other tuples as lists."""
    if isinstance(value, tuple):
        parts = [plain(part) if isinstance(part, (tuple, dict)) else part for part in value]
        return (_NUMBERS[type(value)], *parts) if type(value) is not tuple else parts
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return value


def noun(value: Any) -> Any:
    """What `plain` was given."""
    kind = type(value)
    if kind is tuple:
        parts = [noun(part) if type(part) in _NESTED else part for part in value[1:]]
        return tuple.__new__(_NOUNS[value[0]], parts)
    if kind is list:
        return tuple([noun(part) if type(part) in _NESTED else part for part in value])
    if kind is dict:
        return {key: noun(part) for key, part in value.items()}
    return value


_NESTED = frozenset((tuple, list, dict))
