"""Whether a record is one of the vocabulary's payloads or definitions."""

from __future__ import annotations

from functools import lru_cache

from trackaudit.flow.send import FrozenEntry, FrozenList, FrozenRecord, Leaf
from trackaudit.flow.values import Const, Symbol
from trackaudit.vocabulary import Listed, Named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from trackaudit.flow.send import Frozen
    from trackaudit.vocabulary import Shape


def at(record: Frozen, path: tuple[str, ...]) -> FrozenEntry | None:
    """The entry at a path of keys."""
    entry: FrozenEntry | None = None
    current: Frozen = record
    for key in path:
        if not isinstance(current, FrozenRecord):
            return None
        entry = current.entries.get(key)
        if entry is None:
            return None
        current = entry.value
    return entry


def fits(record: FrozenRecord, shape: Shape) -> bool:
    if shape.files and not matches(record.place.path, shape.files):
        return False
    if any(at(record, path) is not None for path in shape.unless):
        return False
    for path, need in shape.require:
        entry = at(record, path)
        if entry is None:
            return False
        value = entry.value
        if need == "record" and not (isinstance(value, FrozenRecord) or is_unknown(value)):
            return False
        if need == "list" and not (isinstance(value, FrozenList) or is_unknown(value)):
            return False
        if need == "rows" and not (isinstance(value, (FrozenRecord, FrozenList)) or is_unknown(value)):
            return False
        if need.startswith("=") and need[1:] not in written(value):
            return False
    return True


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a file is one of those that the patterns, in the language of .gitignore, name."""
    return _matcher(patterns).match_file(path)


@lru_cache(maxsize=64)
def _matcher(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from trackaudit.discover.listing import ignore_spec

    return ignore_spec(patterns)


def written(value: Frozen) -> tuple[str, ...]:
    """Constants as documents write them."""
    return tuple(text.lower() if text in ("True", "False") else text for text in texts(value))


def is_unknown(value: Frozen) -> bool:
    return isinstance(value, Leaf) and (value.other or any(isinstance(option, Symbol) for option in value.options))


def texts(value: Frozen) -> tuple[str, ...]:
    if not isinstance(value, Leaf):
        return ()
    return tuple(str(option.value) for option in value.options if isinstance(option, Const))


def inner(record: FrozenRecord, shape: Shape) -> set[int]:
    """Numbers of the inner records that a shape takes: those on the way to its IDs and properties."""
    numbers: set[int] = set()
    paths = [path for path, _ in shape.require]
    for part in (shape.ids, shape.properties):
        if part is not None and not isinstance(part, Named):
            paths.append(part.path if isinstance(part, Listed) else part)
    for path in paths:
        for length in range(1, len(path)):
            entry = at(record, path[:length])
            if entry is not None and isinstance(entry.value, FrozenRecord):
                numbers.add(entry.value.number)
    return numbers
