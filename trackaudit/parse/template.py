"""Parse, templates: the bytes of a page that a server fills in, in; its tags and blocks out.

A *tag* is what the server replaces: `{{ x }}`, `{% if x %}`, `<?= $x ?>`, `<% end %>`, `${x}`. A *block* is what lies
between an `if` or loop and its end, in arms. `template_mask` writes same-length code in their place, so that a script
around them parses with exact places; `template_lower` puts their meaning into the lowered script.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from trackaudit.parse import template_tags as tags
from trackaudit.parse.template_expressions import read
from trackaudit.parse.template_tag import closes
from trackaudit.parse.template_tokens import STYLES
from trackaudit.program import Binary, Comment, Unary, Unknown
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect, Tag
    from trackaudit.program import Expr


_DEEPEST = 100
"""Blocks in one another; deeper ones are read as if they were not there."""


class Arm(NamedTuple):
    """What is there if `test` holds (None: in every other case): data[start:end], between two tags."""

    test: Expr | None
    start: int
    end: int


class Block(NamedTuple):
    """An `if` or a loop, with its tags: data[start:end]. loop: its one arm may be there any number of times."""

    start: int
    end: int
    loop: bool
    arms: list[Arm]


class Template:
    """One file's tags, in order and never in one another, and its blocks, outer ones first."""

    def __init__(self, data: bytes, dialect: Dialect) -> None:
        self.data = data
        self.style = STYLES[dialect.style]
        self.tags = tags.scan(data, dialect)
        self.starts = [tag.start for tag in self.tags]
        self._known: dict[str, Expr] = {}
        self._values: dict[int, Expr] = {}
        self.blocks = self._blocks()

    def between(self, start: int, end: int) -> list[Tag]:
        """The tags that begin in data[start:end]."""
        return self.tags[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def covers(self, place: int) -> bool:
        """Whether a tag that begins before it ends behind it."""
        at = bisect_left(self.starts, place)
        return at > 0 and self.tags[at - 1].end > place

    def touches(self, start: int, end: int) -> bool:
        """Whether a tag begins there."""
        at = bisect_left(self.starts, start)
        return at < len(self.starts) and self.starts[at] < end

    def value(self, tag: Tag) -> Expr:
        """What an output tag puts in; its span is the whole tag."""
        value = self._values[tag.start]
        return value

    def comments(self) -> list[Comment]:
        """The template's own comments."""
        return [
            Comment(tag.start, tag.end, self.data[tag.start : tag.end].decode("utf-8", "replace"))
            for tag in self.tags
            if tag.kind == "comment"
        ]

    def _blocks(self) -> list[Block]:
        found: list[Block] = []
        open_: list[_Open] = []
        for tag in self.tags:
            if tag.kind == "output":
                self._values[tag.start] = _placed(self._read(*tag.inner), tag)
            elif tag.kind == "assign":
                self._assign(tag)
            elif tag.kind in ("if", "unless", "loop", "case", "choose") and len(open_) < _DEEPEST:
                open_.append(_Open(tag, self._test(tag)))
            elif tag.kind in ("elif", "else") and open_:
                open_[-1].next(tag, None if tag.kind == "else" else self._test(tag))
            elif tag.kind == "end":
                at = len(open_) - 1
                while at >= 0 and not closes(tag.word, open_[at].tag.word):
                    at -= 1
                if at >= 0:
                    found.append(open_[at].close(tag))
                    del open_[at:]
        return sorted(found, key=lambda block: (block.start, -block.end))

    def _read(self, start: int, end: int) -> Expr:
        return read(self.data, start, end, self.style, self._known)

    def _test(self, tag: Tag) -> Expr:
        value = self._read(*tag.inner)
        return Unary(value.start, value.end, "not", value) if tag.kind == "unless" else value

    def _assign(self, tag: Tag) -> None:
        """A name that the template gives a value once stands for that value; one given two, for itself."""
        name = tag.word
        if name in self._known:
            self._known[name] = Unknown(tag.start, tag.end, [])
        else:
            self._known[name] = self._read(*tag.inner)


class _Open:
    """A block whose end has not come yet. waiting: a `case` or `choose` whose first `when` has not come."""

    __slots__ = ("arms", "subject", "tag", "test", "waiting", "where")

    def __init__(self, tag: Tag, test: Expr) -> None:
        self.tag = tag
        self.arms: list[Arm] = []
        self.where = tag.end
        self.waiting = tag.kind in ("case", "choose")
        self.subject = test if tag.kind == "case" else None
        self.test: Expr | None = test

    def next(self, tag: Tag, test: Expr | None) -> None:
        if not self.waiting:
            self.arms.append(Arm(self.test, self.where, tag.start))
        self.waiting = False
        if self.subject is not None and test is not None:
            test = Binary(test.start, test.end, "==", self.subject, test)
        self.test, self.where = test, tag.end

    def close(self, tag: Tag) -> Block:
        self.arms.append(Arm(self.test, self.where, tag.start))
        return Block(self.tag.start, tag.end, self.tag.kind == "loop", self.arms)


def _placed(value: Expr, tag: Tag) -> Expr:
    """The value with the whole tag as its place."""
    if value.start == tag.start and value.end == tag.end:
        return value
    import copy

    placed = copy.copy(value)
    placed.start, placed.end = tag.start, tag.end
    return placed


_IN_SCRIPT = re.compile(
    rb"([\"'])(?:\{\{[^{}\r\n]*\}\}|<%[=-][^%\r\n]*%>)\1|\{%-?\s*\w+[^%\r\n]*%\}|[:=(,]\s*\{\{[^{}:;\r\n]+\}\}"
)


def fills_script(data: bytes) -> bool:
    """Whether a file that is named like a plain script is filled in by a server: a string that is one tag, a block, a
    tag as a value."""
    return _IN_SCRIPT.search(data) is not None


_SNIFF = re.compile(
    rb"<\?(?:php|=)|<%|\{%|\{\{[#/]|\{\{-?\s*(?:end|range|with|define|template|block)\b|\{\{-?\s*[.$]\w"
)

_SMARTY = re.compile(rb"\{(?:\$\w|\*|/?(?:if|foreach|literal|strip|block)\b|(?:include|l|assign)\s+\w+=)")


def dialect_of(path: str, data: bytes) -> Dialect | None:
    """The template language of a page by its name, else by what stands in it; None for plain HTML."""
    name = path.rpartition("/")[2].lower()
    suffix = name[name.rfind(".") :] if "." in name else ""
    known = tags.BY_SUFFIX.get(suffix)
    if name.endswith(".blade.php"):
        known = "blade"
    if known is not None:
        if known == "asp" and suffix in (".html", ".htm"):
            return tags.DIALECTS["ejs"]
        return tags.DIALECTS[known]
    if suffix == ".tpl" and _SMARTY.search(data) is not None:
        return tags.DIALECTS["smarty"]
    if suffix not in (".html", ".htm", ".tmpl", ".tpl", ".inc", ".xhtml", ".js", ".mjs"):
        return None
    found = {match.group()[:3] for match in _SNIFF.finditer(data)}
    if b"<?p" in found or b"<?=" in found:
        return tags.DIALECTS["php"]
    if b"{%" in found:
        return tags.DIALECTS["curly"]
    if b"<%" in found:
        return tags.DIALECTS["ruby" if re.search(rb"<%-?\s*(?:end|elsif)\b", data) else "ejs"]
    if any(mark in (b"{{#", b"{{/") for mark in found):
        return tags.DIALECTS["handlebars"]
    if found:
        return tags.DIALECTS["go"]
    if b"[[${" in data or b"[(${" in data:
        return tags.DIALECTS["thymeleaf"]
    return tags.DIALECTS["curly"] if b"{{" in data else None
