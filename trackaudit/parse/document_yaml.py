"""parse (documents): YAML from PyYAML's events, with byte places.

Events, not `compose()`: what was read before a break is kept, depth is no danger (one stack, no recursion), and an
alias can be bounded. PyYAML's marks count characters after the byte order mark, in the C parser and in the pure one
alike (measured); they are turned into bytes here.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from itertools import islice

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from trackaudit.config.limits import limits
from trackaudit.parse.document_text import TOO_DEEP, scalar
from trackaudit.parse.measure import Values
from trackaudit.program import Comment, Cut, Expression, Literal, Pair, Record, Sequence, Spread, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.events import Event

    from trackaudit.program import Expr, Stmt

_TOO_MANY = "the aliases stand for too many values; this one is unknown; `max-aliases` sets the limit"
_MAX_RESUMES = 50
_GIVE_UP_DEPTH = 400
"""libyaml takes quadratic time for nested brackets (50 KB of `{`: 4 s), so a document this deep is broken off."""

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_INVALID = re.compile("[\udc80-\udcff]")
# A hole has a bounded width and cannot run over its own end, so that no line of braces takes quadratic time.
_TAG = r"\{\{(?:(?!\}\}).){0,300}\}\}|\{%(?:(?!%\}).){0,300}%\}|\{#(?:(?!#\}).){0,300}#\}"
_UNICODE_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_TEMPLATE_LINE = re.compile(rf"(?m)^[ \t]*(?:(?:{_TAG})[ \t]*)+\r?$")
_TEMPLATE_HOLE = re.compile(_TAG)
_COMMENT = re.compile(r"(?m)(?:^|(?<=[ \t]))#[^\r\n]*")
_DOCUMENT_MARK = re.compile(r"(?m)^---(?=\s|$)")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)+")

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_CORE = "tag:yaml.org,2002:"


def read_yaml(data: bytes) -> tuple[list[Stmt], list[Comment], list[tuple[int, int]]]:
    """The documents, the comments and the byte ranges that could not be read."""
    reader = _Reader(data)
    reader.read()
    return reader.body, reader.comments(), sorted(reader.errors)


class _Frame:
    """A container being read.

    `size`: the nodes in it, repeats through aliases counted as often as they occur; `height`: how deep they go.
    `merging`: a `<<` waits for its value. `last`: where its last entry ends.
    """

    __slots__ = ("anchor", "entries", "flow", "height", "items", "key", "last", "merges", "merging", "size", "start")

    def __init__(self, start: int, is_record: bool, anchor: str | None, flow: bool) -> None:
        self.start = start
        self.entries: list[Pair | Spread] | None = [] if is_record else None
        self.items: list[Expr | Spread] = []
        self.merges: list[Spread] = []
        self.key: Expr | None = None
        self.anchor = anchor
        self.flow = flow
        self.last = start
        self.merging = False
        self.size = 1
        self.height = 1


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.body: list[Stmt] = []
        self.errors: list[tuple[int, int]] = []
        self._offset = len(_BOM) if data.startswith(_BOM) else 0
        # One character a byte that is not UTF-8, so that places stay exact.
        self._text = data[self._offset :].decode("utf-8", "surrogateescape")
        self._wide = array("I")
        self._extra = array("I", (0,))
        if not self._text.isascii():
            self._measure()
        self._strings: list[tuple[int, int]] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Expr, int, int]] = {}
        self._expanded = 0
        self._base = 0
        self._seen = 0
        # Containers below `depth` are Unknown: the stages after this one walk documents by recursion.
        self._limits = limits()
        self._count = Values()
        self._cut = False

    def _measure(self) -> None:
        """Where the characters of more than one byte are, and how many more bytes there are up to each."""
        extra = 0
        for match in _NON_ASCII.finditer(self._text):
            character = match.group()
            code = ord(character)
            if 0xDC80 <= code <= 0xDCFF:
                continue
            extra += 1 if code < 0x800 else 2 if code < 0x10000 else 3
            self._wide.append(match.start())
            self._extra.append(extra)

    def _byte(self, index: int) -> int:
        """The byte offset of a character index."""
        return index + self._offset + self._extra[bisect_left(self._wide, index)]

    # ------------------------------------------------------------------------------------------ reading

    def read(self) -> None:
        """Read all documents; after a break go on at the next `---`."""
        text = self._readable()
        begin = 0
        for _ in range(_MAX_RESUMES):
            self._base = begin
            try:
                for event in _events(text[begin:] if begin else text):
                    self._event(event)
                return
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                broken = begin + mark.index if mark is not None else begin
            except (ValueError, RecursionError, UnicodeError):
                broken = self._seen
            begin = self._break(text, min(broken, len(text)), begin)
            if begin < 0:
                return

    def _break(self, text: str, broken: int, begin: int) -> int:
        """Close what is open at a break, note the range; the index where the next document starts, or -1."""
        following = _DOCUMENT_MARK.search(text, max(broken, begin + 1))
        stop = following.start() if following is not None else len(text.rstrip())
        line_end = text.find("\n", broken)
        end = min(stop, line_end) if line_end >= 0 else stop
        start = max(0, min(broken, end - 1))
        self.errors.append((self._byte(start), self._byte(max(start, end))))
        while self._stack:
            self._close(self._stack[-1].last)
        self._anchors.clear()
        return following.start() if following is not None else -1

    def _readable(self) -> str:
        """The text with what PyYAML refuses replaced, character for character: control characters by spaces,
        JSON's escaped surrogates by `\\ufffd`, lines of nothing but template tags by spaces, other holes by a word."""
        text = _INVALID.sub("\ufffd", self._text)
        text = _CONTROL.sub(" ", text)
        if "\\u" in text:
            text = _SURROGATE_ESCAPE.sub(r"\\ufffd", text)
        if "{{" in text or "{%" in text:
            text = _TEMPLATE_LINE.sub(_blank, text)
            text = _TEMPLATE_HOLE.sub(lambda match: "x" * len(match.group()), text)
        return text

    # ------------------------------------------------------------------------------------------- events

    def _event(self, event: Event) -> None:
        if event.start_mark is None or event.end_mark is None:
            return
        start, end = event.start_mark.index + self._base, event.end_mark.index + self._base
        self._seen = end
        self._count.one()
        if isinstance(event, ScalarEvent):
            self._scalar(event, start, end)
        elif isinstance(event, CollectionStartEvent):
            self._open(event, start, end)
        elif isinstance(event, CollectionEndEvent):
            # The end of a block container is where the next token starts; its last entry says where it ends.
            frame = self._stack[-1]
            self._close(self._byte(end) if frame.flow else frame.last)
        elif isinstance(event, AliasEvent):
            self._alias(event.anchor or "", self._byte(start), self._byte(end))
        elif isinstance(event, DocumentStartEvent):
            self._anchors.clear()
            self._expanded = 0

    def _skip_properties(self, event: ScalarEvent | CollectionStartEvent, start: int, end: int) -> int:
        """Where a value starts after its anchor and tag."""
        if event.anchor is None and event.tag is None:
            return start
        match = _PROPERTIES.match(self._text, start)
        return start if match is None else max(start, min(match.end(), end))

    def _open(self, event: CollectionStartEvent, start: int, end: int) -> None:
        if len(self._stack) >= _GIVE_UP_DEPTH:
            raise RecursionError
        start = end - 1 if event.flow_style else self._skip_properties(event, start, len(self._text))
        is_record = isinstance(event, MappingStartEvent)
        self._stack.append(_Frame(self._byte(start), is_record, event.anchor, bool(event.flow_style)))

    def _close(self, end: int) -> None:
        frame = self._stack.pop()
        value: Expr
        if len(self._stack) >= self._limits.depth:
            if len(self._stack) == self._limits.depth:
                self.errors.append(Cut(frame.start, end, TOO_DEEP))
            frame.size = frame.height = 1
            value = Unknown(frame.start, end, [])
        elif frame.entries is not None:
            # What a merge brings never replaces what the mapping says itself, wherever the `<<` stands.
            value = Record(frame.start, end, [*reversed(frame.merges), *frame.entries])
        else:
            value = Sequence(frame.start, end, frame.items)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (value, frame.size, frame.height)
        self._deliver(value, end, frame.size, frame.height)

    def _alias(self, anchor: str, start: int, end: int) -> None:
        value, size, height = self._anchors.get(anchor, (None, 1, 1))
        # Later aliases are Unknown, so that a few lines of aliases of aliases cannot become millions of nodes.
        too_many = value is not None and self._expanded + size > self._limits.aliases
        if value is None or too_many or len(self._stack) + height > self._limits.depth:
            if value is not None and not self._cut:
                self._cut = True
                self.errors.append(Cut(start, end, _TOO_MANY if too_many else TOO_DEEP))
            self._deliver(Unknown(start, end, []), end, start=start)
            return
        self._expanded += size
        self._deliver(value, end, size, height, start=start)

    def _deliver(self, value: Expr, end: int, size: int = 1, height: int = 1, start: int = -1) -> None:
        """Put a finished value into the container it is in. `start`, `end`: where it is written, for an alias."""
        if start < 0:
            start = value.start
        if not self._stack:
            if start < end:
                self.body.append(Expression(start, end, value))
            return
        frame = self._stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        frame.last = max(frame.last, end)
        key = frame.key
        if frame.entries is None:
            frame.items.append(value)
        elif frame.merging:
            frame.merging = False
            merged = value.items if isinstance(value, Sequence) else [value]
            for item in merged:
                if not isinstance(item, Spread):
                    frame.merges.append(Spread(start, end, item))
        elif key is None:
            frame.key = value
        else:
            frame.entries.append(Pair(key.start, max(key.end, end), key, value))
            frame.key = None

    def _scalar(self, event: ScalarEvent, start: int, end: int) -> None:
        text, style = self._text, event.style or ""
        start = self._skip_properties(event, start, end)
        if style in ("|", ">"):
            end = start + len(text[start:end].rstrip())
        source = text[start:end]
        if "#" in source:
            self._strings.append((start, end))
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.entries is not None and frame.key is None and not frame.merging
        if frame is not None and is_key and style == "" and event.value == "<<":
            frame.merging = True
            return
        value = self._scalar_value(event, self._byte(start), self._byte(end), source, is_key)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, 1)
        self._deliver(value, value.end)

    def _scalar_value(self, event: ScalarEvent, start: int, end: int, source: str, is_key: bool) -> Expr:
        style, tag = event.style or "", event.tag
        quotes = 1 if style in ("'", '"') else 0
        if "{{" in source or "{%" in source:
            # Its holes were replaced before reading: take the text as written.
            written = self.data[start + quotes : end - quotes].decode("utf-8", "replace")
            return scalar(self.data, start, end, written, quotes)
        value = event.value
        if style != '"' and "\\ufffd" in value:
            # Only in double quotes it is an escape; elsewhere it is text, whatever was put there to be read.
            as_written = iter(_UNICODE_ESCAPE.findall(source))
            value = _UNICODE_ESCAPE.sub(lambda match: str(next(as_written, match.group())), value)
        if is_key:
            return Literal(start, end, value)
        if tag is not None and tag != "!" and not tag.startswith(_CORE):
            # `!Ref x`, `!secret x`: what stands there names the value, it is not the value.
            return Unknown(start, end, [Literal(start, end, value)])
        if tag == _CORE + "str" or style or tag == "!":
            return scalar(self.data, start, end, value, quotes)
        return _resolve(self.data, start, end, value)

    # ----------------------------------------------------------------------------------------- comments

    def comments(self) -> list[Comment]:
        """The comments outside of strings."""
        found: list[Comment] = []
        if "#" not in self._text:
            return found
        strings = sorted(self._strings)
        starts = [start for start, _ in strings]
        match = _COMMENT.search(self._text)
        while match is not None:
            at = bisect_right(starts, match.start()) - 1
            if at >= 0 and match.start() < strings[at][1]:
                match = _COMMENT.search(self._text, strings[at][1])
                continue
            start, end = self._byte(match.start()), self._byte(match.end())
            self._count.one()
            found.append(Comment(start, end, self.data[start:end].decode("utf-8", "replace")))
            match = _COMMENT.search(self._text, match.end())
        return found


def _events(text: str) -> Iterator[Event]:
    """What PyYAML reads. From 6.0.4 on it refuses a thousand levels, before it tells of the first of them; then what
    comes before is read again, which is deep enough to be given up here."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    told = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            yield event
            told += 1
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is None or "nesting depth" not in str(error.problem):
            raise
        yield from islice(yaml.parse(text[: error.problem_mark.index], Loader=loader), told, None)


def _blank(match: re.Match[str]) -> str:
    text = match.group()
    return " " * (len(text) - 1) + "\r" if text.endswith("\r") else " " * len(text)


def _resolve(data: bytes, start: int, end: int, text: str) -> Expr:
    """A plain scalar by YAML 1.2's core schema: `no` and `12:30` are strings."""
    if text in _NULL:
        return Literal(start, end, None)
    if text in _BOOLEAN:
        return Literal(start, end, _BOOLEAN[text])
    if len(text) < 40:
        if _INTEGER.fullmatch(text):
            return Literal(start, end, int(text) if text[:1] in "+-" or text.isdigit() else int(text, 0))
        if _FLOAT.fullmatch(text):
            return Literal(start, end, float(text.lower().replace(".inf", "inf").replace(".nan", "nan")))
    return scalar(data, start, end, text, 0)
