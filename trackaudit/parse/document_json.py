"""parse (documents): a tolerant JSON reader over bytes, with places.

Reads JSON, JSON Lines, comments, trailing commas, single quotes and bare keys (as JSON5 has them), and the holes of
templates. After something it cannot read it goes on at the next entry. One loop with a stack: depth is no danger.
"""

from __future__ import annotations

import re

from trackaudit.config.limits import limits
from trackaudit.parse.document_text import TOO_DEEP, mend, scalar
from trackaudit.parse.measure import Values
from trackaudit.program import Comment, Cut, Expression, Literal, Pair, Record, Sequence, Spread, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr, LiteralValue, Stmt

_MAX_ERRORS = 200

_TOKEN = re.compile(
    rb"""
    (?P<space>[\s\xef\xbb\xbf]+)
  | (?P<string>"[^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*"|'[^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*')
  | (?P<comment>//[^\n\r]*|/\*(?:.*?\*/|.*))
  | (?P<hole>\{\{(?:(?!\}\}).){0,300}\}\}|\$\{[^{}\n]{0,300}\}
      |<%(?:(?!%>).){0,300}%>|\{%(?:(?!%\}).){0,300}%\}|\{\#(?:(?!\#\}).){0,300}\#\})
  | (?P<mark>[\[\]{},:])
  | (?P<word>[^\s\[\]{},:"'/]+)
  | (?P<quote>"(?:[^"\\\n\r]|\\(?:\r\n|.))*|'(?:[^'\\\n\r]|\\(?:\r\n|.))*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\n": "", "\r": "", "\r\n": "", "0": "\0", "v": "\v"}
_WORDS: dict[bytes, LiteralValue] = {b"true": True, b"false": False, b"null": None, b"undefined": None}
_IDENTIFIER = re.compile(rb"[A-Za-z_$\x80-\xff][\w$.\x80-\xff-]*")


class _Frame:
    """A container being read. `entries` of a Record, else `items`; `key` waits for its value."""

    __slots__ = ("colon", "entries", "items", "key", "start")

    def __init__(self, start: int, is_record: bool) -> None:
        self.start = start
        self.entries: list[Pair | Spread] | None = [] if is_record else None
        self.items: list[Expr | Spread] = []
        self.key: Expr | None = None
        self.colon = False


def read_json(data: bytes, count: Values | None = None) -> tuple[list[Stmt], list[Comment], list[tuple[int, int]]]:
    """The documents, the comments and the byte ranges that could not be read. `count`: goes on from there."""
    reader = _Reader(data, count or Values())
    reader.read()
    return reader.body, reader.comments, sorted(reader.errors)


class _Reader:
    def __init__(self, data: bytes, count: Values) -> None:
        self.data = data
        self.body: list[Stmt] = []
        self.comments: list[Comment] = []
        self.errors: list[tuple[int, int]] = []
        self._stack: list[_Frame] = []
        self._records = 0
        # Containers below are Unknown: the stages after this one walk documents by recursion.
        self._deepest = limits().depth
        self._count = count

    def read(self) -> None:
        for match in _TOKEN.finditer(self.data):
            kind = match.lastgroup
            if kind == "space":
                continue
            start, end = match.span()
            if kind == "mark":
                self._mark(start, end, self.data[start])
                continue
            self._count.one()
            if kind == "string":
                text = self.data[start + 1 : end - 1].decode("utf-8", "replace")
                self._value(scalar(self.data, start, end, _unescape(text), 1))
            elif kind == "word":
                self._word(start, end, match.group())
            elif kind == "comment":
                self.comments.append(Comment(start, end, match.group().decode("utf-8", "replace")))
            elif kind == "hole":
                self._hole(start, end, match.group())
            else:
                if kind == "quote":
                    # A string that does not end on its line: its line is lost, not all up to the next quote.
                    self._value(Unknown(start, end, []))
                self._error(start, end)
        if self._stack:
            end = len(self.data.rstrip())
            self._error(self._stack[-1].start, end)
            while self._stack:
                self._close(end)

    def _error(self, start: int, end: int) -> None:
        errors = self.errors
        if errors and start - errors[-1][1] <= 1 and not isinstance(errors[-1], Cut):
            errors[-1] = (min(start, errors[-1][0]), max(end, errors[-1][1]))
        elif len(errors) < _MAX_ERRORS:
            errors.append((start, end))

    def _mark(self, start: int, end: int, mark: int) -> None:
        if mark in b"{[":
            self._count.one()
            self._stack.append(_Frame(start, mark == 0x7B))
            self._records += mark == 0x7B
            return
        top = self._stack[-1] if self._stack else None
        if mark in b"}]":
            is_record = mark == 0x7D
            if not (self._records if is_record else len(self._stack) - self._records):
                self._error(start, end)
                return
            while (self._stack[-1].entries is not None) != is_record:
                # Closed by its parent's bracket: its own is missing.
                self._error(start, end)
                self._close(start)
            self._close(end)
        elif mark == 0x3A:
            if top is None or top.key is None or top.colon:
                self._error(start, end)
            else:
                top.colon = True
        elif top is None:
            self._error(start, end)
        else:
            self._drop_key(top)

    def _close(self, end: int) -> None:
        frame = self._stack.pop()
        self._records -= frame.entries is not None
        self._drop_key(frame)
        if len(self._stack) >= self._deepest:
            if len(self._stack) == self._deepest:
                self.errors.append(Cut(frame.start, end, TOO_DEEP))
            value: Expr = Unknown(frame.start, end, [])
        elif frame.entries is not None:
            value = Record(frame.start, end, frame.entries)
        else:
            value = Sequence(frame.start, end, frame.items)
        self._value(value)

    def _drop_key(self, frame: _Frame) -> None:
        """A key without a value is an error, not an entry."""
        if frame.key is not None:
            self._error(frame.key.start, frame.key.end)
            frame.key, frame.colon = None, False

    def _value(self, value: Expr) -> None:
        if not self._stack:
            self.body.append(Expression(value.start, value.end, value))
            return
        top = self._stack[-1]
        if top.entries is None:
            top.items.append(value)
        elif top.colon and top.key is not None:
            top.entries.append(Pair(top.key.start, value.end, top.key, value))
            top.key, top.colon = None, False
        else:
            self._drop_key(top)
            if isinstance(value, (Record, Sequence, Unknown)):
                # Something stands where a key should: the record may hold more than can be read.
                top.entries.append(Spread(value.start, value.end, value))
                self._error(value.start, value.end)
            else:
                top.key = value

    def _hole(self, start: int, end: int, text: bytes) -> None:
        if text[:2] in (b"{%", b"{#") or (text[:2] == b"<%" and text[:3] != b"<%="):
            return
        value = scalar(self.data, start, end, text.decode("utf-8", "replace"), 0)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.entries is not None and not top.colon:
            top.entries.append(Spread(start, end, Unknown(start, end, [])))
        else:
            self._value(value)

    def _word(self, start: int, end: int, word: bytes) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.entries is not None and not top.colon:
            if not _IDENTIFIER.fullmatch(word) and not word.isdigit():
                self._error(start, end)
            self._value(Literal(start, end, word.decode("utf-8", "replace")))
            return
        if word in _WORDS:
            self._value(Literal(start, end, _WORDS[word]))
            return
        number = _number(word)
        if number is None:
            self._error(start, end)
            self._value(Unknown(start, end, []))
        else:
            self._value(Literal(start, end, number))


def _number(word: bytes) -> int | float | None:
    if b"_" in word:
        return None
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        pass
    try:
        return int(word, 16) if word[:2].lower() == b"0x" else None
    except ValueError:
        return None


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return mend(_ESCAPE.sub(_escape, text))


def _escape(match: re.Match[str]) -> str:
    escape = match.group(1)
    if len(escape) > 2:
        return chr(int(escape[1:], 16))
    return _ESCAPES.get(escape, escape)
