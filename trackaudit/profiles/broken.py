"""Rows that cannot be read: they go to a file as they come, and are counted; none is kept in memory."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_SHOWN = 3


class Broken:
    """The rows that were set aside into `out`. count: how many. first: where the first are and why, in words."""

    def __init__(self, out: TextIO) -> None:
        self.count = 0
        self.first: list[str] = []
        self._out = out

    def add(self, path: str, why: str, text: str, *, line: int = 0, row: int = 0) -> None:
        """Set a row aside. line: of the file, from 1. row: in the `data` of native_json, from 1, which has no lines."""
        self.count += 1
        place = {"line": line} if line else {"row": row}
        if len(self.first) < _SHOWN:
            self.first.append(f"{path}:{line}: {why}" if line else f"{path}: row {row} of `data`: {why}")
        record = {"path": path, **place, "why": why, "text": text}
        self._out.write(json.dumps(record, ensure_ascii=False) + "\n")
