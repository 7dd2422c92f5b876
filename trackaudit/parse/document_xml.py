"""Parse (documents): XML settings come in as nested Records: an element is an entry, its text a Literal at its place.

Only files are read whose format somebody knows (`parse`), so attributes and mixed text carry nothing here. A file that
declares entities is left alone: what they grow into has no place, and no end.
"""

from __future__ import annotations

from xml.parsers import expat

from trackaudit.config.limits import limits
from trackaudit.parse.document_text import TOO_DEEP
from trackaudit.parse.measure import Values
from trackaudit.program import Comment, Cut, Expression, Literal, Pair, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Stmt


def read_xml(data: bytes) -> tuple[list[Stmt], list[Comment], list[tuple[int, int]]]:
    """The document, its comments, and the byte ranges that could not be read."""
    reader = _Reader(data)
    error = reader.read()
    top = reader.stack[0]
    body: list[Stmt] = [Expression(top.start, len(data), Record(top.start, len(data), list(top.entries)))]
    return (body if top.entries else []), reader.comments, error


class _Element:
    __slots__ = ("entries", "name", "start")

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.start = start
        self.entries: list[Pair] = []


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.stack = [_Element("", 0)]
        self.comments: list[Comment] = []
        self._count = Values()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CommentHandler = self._comment
        self._parser.EntityDeclHandler = self._refuse

    def read(self) -> list[tuple[int, int]]:
        try:
            self._parser.Parse(self.data, True)
        except (expat.ExpatError, _RefusedError) as error:
            at = min(max(self._parser.CurrentByteIndex, 0), len(self.data))
            while len(self.stack) > 1:
                self._close(at, at)
            return [Cut(at, len(self.data), TOO_DEEP) if isinstance(error, _DeepError) else (at, len(self.data))]
        return []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) > limits().depth:
            raise _DeepError
        self._count.one()
        self.stack.append(_Element(name, self._parser.CurrentByteIndex))

    def _end(self, name: str) -> None:
        at = self._parser.CurrentByteIndex
        close = self.data.find(b">", at) + 1
        self._close(at, close or at)

    def _close(self, at: int, end: int) -> None:
        element = self.stack.pop()
        start = element.start
        opened = self.data.find(b">", start, at) + 1 or at
        key = Literal(start + 1, min(start + 1 + len(element.name.encode()), end), element.name)
        value: Record | Literal
        if element.entries:
            value = Record(opened, max(opened, at), list(element.entries))
        else:
            text = self.data[opened:at]
            inner = opened + len(text) - len(text.lstrip())
            value = Literal(inner, inner + len(text.strip()), text.strip().decode("utf-8", "replace"))
        self.stack[-1].entries.append(Pair(start, end, key, value))

    def _comment(self, text: str) -> None:
        self._count.one()
        start = self._parser.CurrentByteIndex
        end = self.data.find(b"-->", start)
        if end >= 0:
            self.comments.append(Comment(start, end + 3, self.data[start : end + 3].decode("utf-8", "replace")))

    def _refuse(self, *declared: object) -> None:
        raise _RefusedError


class _RefusedError(Exception):
    """The file holds what is not read."""


class _DeepError(_RefusedError):
    """Elements in elements, beyond the bound."""
