"""What is kept of a root between runs, part by part: each goes in and comes out as its noun, None where there is none.

A run asks for few of them, so each is a file of its own.
"""

from __future__ import annotations

from trackaudit import cache
from trackaudit.discover.folders import Folders
from trackaudit.discover.index import marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from trackaudit.pipeline.islands import Base, Names


class Store:
    """The parts of one root."""

    def __init__(self, root: str) -> None:
        self._root = root

    def holds_any(self) -> bool:
        """Whether there is anything that a run could use."""
        return any(cache.holds(self._name(part)) for part in ("", "words", "base"))

    def results(self) -> dict[bytes, Any]:
        """By the key of a check, its outcome and when it holds."""
        return self._load("") or {}

    def keep_results(self, results: dict[bytes, Any]) -> None:
        self._save("", results)

    def words(self) -> Any:
        """The greatest size of a file, a snapshot, and what ripgrep was asked then and said."""
        return self._load("words")

    def keep_words(self, words: Any) -> None:
        self._save("words", words)

    def base(self) -> Base | None:
        """What the last whole run left."""
        from trackaudit.pipeline.islands import Base

        kept = self._load("base")
        return Base._make(kept) if isinstance(kept, tuple) and len(kept) == len(Base._fields) else None

    def names(self, base: Base) -> Names | None:
        """The paths of a whole run; None also if another one has left its own."""
        from trackaudit.pipeline.islands import Names

        kept = self._load("names")
        names = Names._make(kept) if isinstance(kept, tuple) and len(kept) == len(Names._fields) else None
        return names if names is not None and names.checksum == base.names else None

    def keep_base(self, base: Base, names: Names) -> None:
        self._save("names", tuple(names))
        self._save("base", tuple(base))

    def folders(self) -> Folders | None:
        """The folders of the tree."""
        kept = self._load("folders")
        return Folders._make(kept) if isinstance(kept, tuple) and len(kept) == len(Folders._fields) else None

    def keep_folders(self, folders: Folders) -> None:
        self._save("folders", tuple(folders))

    def index(self, stamp: bytes) -> tuple[bytes, bytes] | None:
        """Git's index with that stamp, and its marks."""
        there, index, blocks = self._load("index") or (b"", b"", None)
        return (index, blocks) if there == stamp and blocks is not None else None

    def keep_index(self, stamp: bytes, index: bytes) -> None:
        self._save("index", (stamp, index, marks(index)))

    def _name(self, part: str) -> str:
        return f"{self._root}\0{part}" if part else self._root

    def _load(self, part: str) -> Any:
        return cache.load(self._name(part))

    def _save(self, part: str, value: Any) -> None:
        cache.save(self._name(part), value)
