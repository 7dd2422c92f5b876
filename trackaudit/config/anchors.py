"""The words by which a file is worth reading: in go a file's bytes, out comes whether they hold one."""

from __future__ import annotations

from trackaudit.record import NamedTuple


class Anchors(NamedTuple):
    """parts: words that count wherever they stand, as in `exponeaTracker`. names: keys of records, which count where
    they stand alone: `hardID` is not in `ShardID`."""

    parts: tuple[bytes, ...]
    names: tuple[bytes, ...] = ()

    @property
    def words(self) -> tuple[bytes, ...]:
        """All of them: a file without one of these holds none."""
        return (*self.parts, *self.names)

    def held(self, data: bytes) -> bool:
        """Whether a file of these bytes holds one."""
        return any(part in data for part in self.parts) or any(_stands_alone(name, data) for name in self.names)


def _stands_alone(name: bytes, data: bytes) -> bool:
    at = data.find(name)
    while at >= 0:
        before, after = data[max(0, at - 1) : at], data[at + len(name) : at + len(name) + 1]
        if not _is_word(after) and (not _is_word(before) or _ends_escape(data, at)):
            return True
        at = data.find(name, at + 1)
    return False


def _is_word(char: bytes) -> bool:
    return char.isalnum() or char == b"_"


def _ends_escape(data: bytes, at: int) -> bool:
    """Whether what stands before may be another character's name: `\\n`, `\\u0022`, `%22`."""
    return b"\\" in data[max(0, at - 6) : at] or b"%" in data[max(0, at - 3) : at]
