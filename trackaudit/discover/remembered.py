"""Stage discover, what an earlier run was told: in go words, out come files that may hold one of them, without a look.

The answers are those of ripgrep about files that have not changed since; words that are new are asked anew.
"""

from __future__ import annotations

from trackaudit.discover.ripgrep import Ripgrep, program, question

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.discover.ripgrep import Kinds, Seen, Told


class Remembered:
    """`told`: of the earlier run. `changed`: files that are not as they were then. `kinds`: as `Ripgrep` takes them."""

    def __init__(
        self, root: str, max_size: int, told: Told, changed: Iterable[str], kinds: Kinds | None = None
    ) -> None:
        self._root = root
        self._max_size = max_size
        self._kinds = kinds
        self._told = told
        self._changed = frozenset(changed)
        self._ripgrep: Ripgrep | None = None

    def look(self, texts: Iterable[bytes], kind: str = "") -> Seen:
        """As `Ripgrep.look`."""
        texts = tuple(texts)
        seen, found = self._told
        hits = found.get(question(texts, kind))
        if hits is not None:
            return hits | self._changed, seen
        if self._ripgrep is None:
            path = program()
            if path is None:
                return frozenset(), frozenset()
            self._ripgrep = Ripgrep(self._root, path, self._max_size, self._kinds)
        return self._ripgrep.look(texts, kind)

    def holding(self, patterns: Iterable[bytes], kind: str) -> frozenset[str] | None:
        """Paths among which are all files of a kind that hold one of these patterns; None if nobody can tell."""
        wanted = set(patterns)
        seen, found = self._told
        for (known, of_kind), hits in found.items():
            if of_kind == kind and wanted.issubset(known):
                return hits | self._changed
        path = program()
        if path is None:
            return None
        ripgrep = Ripgrep(self._root, path, self._max_size, self._kinds)
        (holding, _), told = ripgrep.look(wanted, kind), ripgrep.told()
        return holding if told is not None and seen <= told[0] | self._changed else None

    def told(self) -> Told | None:
        """What the next run may be told: files that have changed may hold any word."""
        seen, found = self._told
        known = {asked: self._changed.union(hits) for asked, hits in found.items()}
        more = self._ripgrep.told() if self._ripgrep is not None else None
        return (seen & more[0], {**known, **more[1]}) if more is not None else (seen, known)
