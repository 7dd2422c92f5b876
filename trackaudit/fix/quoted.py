"""Code inside the strings of a JSON file (a tag manager's container): nodes in, edits of the file's own bytes out.

What is read is what a string stands for; what is written has the string's escapes, also those that the file need not
have but uses. Code that is not in one string is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from trackaudit.fix.javascript import JavaScript
from trackaudit.parse.escaped import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.fix.tree import Spot
    from trackaudit.model import Edit, Place, SourceFile
    from trackaudit.program import Module, Node

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
_TEMPLATE = re.compile(rb'"templateData"\s*:\s*\Z')
_OPTIONAL = "'<>&="
"""What some writers of JSON escape though they need not."""


class Quoted(JavaScript):
    """See `Editor`. ValueError where a place is not inside one string."""

    quoted = True

    def __init__(self, file: SourceFile, modules: Sequence[Module]) -> None:
        super().__init__(file, modules)
        self.newline = "\r\n" if b"\\r\\n" in file.data else "\n"
        self._strings = [match.span() for match in _STRING.finditer(file.data)]
        self._starts = [start for start, _ in self._strings]

    def text(self, node: Node | Place) -> str:
        self._check(node.start, node.end)
        return decoded(self.data, node.start - 1, node.end + 1).data.decode("utf-8")

    def line_start(self, offset: int) -> int:
        start, _ = self._check(offset, offset)
        return max(self.data.rfind(b"\\n", start, offset) + 2, start + 1)

    def lead(self, offset: int) -> bytes:
        start, _ = self._check(offset, offset)
        return decoded(self.data, start, offset + 1).data

    def indent(self, offset: int) -> str:
        line = self.lead(offset).rpartition(b"\n")[2]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode("utf-8")

    def line_end(self, offset: int) -> int:
        _, end = self._check(offset, offset)
        at = self.data.find(b"\\n", offset, end)
        return end - 1 if at < 0 else at + 2

    def before(self, spot: Spot, text: str) -> list[Edit] | None:
        # A tag's own variables are the page's, and a tag may run again.
        inside = self.tree.function(spot.statement.start, spot.statement.end)
        return super().before(spot, text) if inside is not None else None

    def local(self, name: str, value: str, spot: Spot) -> str:
        return f"var {name} = {value}{self.semicolon(spot)}"

    def guarded(self, guard: str, pair: str) -> str:
        raise ValueError("tag managers refuse code as new as a spread among properties")

    def spread(self, text: str) -> str:
        raise ValueError("tag managers refuse code as new as a spread among properties")

    def finished(self, edit: Edit) -> Edit:
        """The edit, its text escaped as the strings of the file are."""
        import json

        self._check(edit.start, edit.end)
        ascii_only = self.data.isascii()
        text = json.dumps(edit.text, ensure_ascii=ascii_only)[1:-1]
        habit = self.data.lower()
        for letter in _OPTIONAL:
            escape = f"\\u{ord(letter):04x}"
            if escape.encode() in habit:
                upper = escape.upper().replace("U", "u")
                text = text.replace(letter, upper if upper.encode() in self.data else escape)
        return edit._replace(text=text)

    def _check(self, start: int, end: int) -> tuple[int, int]:
        """The string around a place."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or not (self._strings[at][0] < start and end < self._strings[at][1]):
            raise ValueError("not inside one string")
        if _TEMPLATE.search(self.data, max(0, self._strings[at][0] - 40), self._strings[at][0]):
            raise ValueError("a template's own language is not written")
        return self._strings[at]
