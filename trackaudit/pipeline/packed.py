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
    """Nouns as tuples that begin with their number, other tuples as lists. Equal places are one object, which marshal
    writes once."""
    return _plain(value, {})


def noun(value: Any) -> Any:
    """What `plain` was given."""
    return _noun(value, {})


def _plain(value: Any, known: dict[Any, Any]) -> Any:
    if isinstance(value, tuple):
        if type(value) is tuple:
            return [_plain(part, known) if isinstance(part, (tuple, dict)) else part for part in value]
        if type(value) in _SHARED:
            made = known.get(value)
            if made is None:
                made = known[value] = (_NUMBERS[type(value)], *(_plain(part, known) for part in value))
            return made
        return (_NUMBERS[type(value)], *(_plain(part, known) for part in value))
    if isinstance(value, dict):
        return {key: _plain(part, known) for key, part in value.items()}
    return value


def _noun(value: Any, known: dict[int, Any]) -> Any:
    kind = type(value)
    if kind is tuple:
        # The values live as long as the whole does, so an address stands for one of them.
        made = known.get(id(value))
        if made is None:
            parts = [_noun(part, known) if type(part) in _NESTED else part for part in value[1:]]
            made = known[id(value)] = tuple.__new__(_NOUNS[value[0]], parts)
        return made
    if kind is list:
        return tuple([_noun(part, known) if type(part) in _NESTED else part for part in value]) if value else ()
    if kind is dict:
        return {key: _noun(part, known) for key, part in value.items()}
    return value


_NESTED = frozenset((tuple, list, dict))
_SHARED = frozenset((model.Place, model.Step))
"""Many are equal, and their fields are texts and whole numbers, so what is equal is the same."""
