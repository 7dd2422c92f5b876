"""Parse, code in JSON strings: the text that a string stands for comes out, with the place of each of its bytes.

The text is parsed on its own; `Text.place` then moves what was parsed to where it stands in the file. So a string's
escapes change nothing in what the code says, and every place is exact.
"""

from __future__ import annotations

import re
from array import array

from trackaudit.program import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Module, Node

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\(?:\r\n|.)", re.DOTALL
)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Text:
    """A JSON string's text. data: its bytes, UTF-8; places: where each stands in the file, and where the last ends."""

    def __init__(self, data: bytes, places: array[int]) -> None:
        self.data = data
        self.places = places

    def wrapped(self, before: bytes, after: bytes) -> Text:
        """The same with code around it, which has no place of its own."""
        first, last = self.places[0], self.places[-1]
        places = array("I", [first]) * len(before) + self.places + array("I", [last]) * len(after)
        return Text(before + self.data + after, places)

    def place(self, module: Module) -> None:
        """Move a module that was parsed from the text to its place in the file."""
        seen: set[int] = set()
        for node in (*walk(list(module.body)), *module.comments):
            if id(node) not in seen:
                seen.add(id(node))
                self.move(node)
        module.errors = [(self.places[start], self.places[end]) for start, end in module.errors]

    def move(self, node: Node) -> None:
        node.start, node.end = self.places[node.start], self.places[node.end]


def joined(texts: list[Text]) -> Text:
    """Texts one behind the other, at least one."""
    places = array("I")
    for text in texts:
        places += text.places[:-1]
    places.append(texts[-1].places[-1])
    return Text(b"".join(text.data for text in texts), places)


def decoded(data: bytes, start: int, end: int) -> Text:
    """The text of the JSON string data[start:end], which is given with its quotes."""
    text = bytearray()
    places = array("I")
    at = start + 1
    for match in _ESCAPE.finditer(data, at, end - 1):
        text += data[at : match.start()]
        places.extend(range(at, match.start()))
        plain = _plain(match.group())
        text += plain
        places.extend([match.start()] * len(plain))
        at = match.end()
    text += data[at : end - 1]
    places.extend(range(at, end))
    return Text(bytes(text), places)


def _plain(escape: bytes) -> bytes:
    if escape[1:2] == b"u" and len(escape) > 2:
        units = bytes.fromhex(escape.replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "replace").encode("utf-8")
    return _ESCAPES.get(escape[1:], escape[1:])
