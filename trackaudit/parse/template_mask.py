"""Parse, templates: code of the same length in the place of a template's tags, so that a script parses around them.

What a tag becomes depends on where it stands: in a string or comment, letters; as a value, a name; around statements
or entries, blanks and the separator that two arms need between them; around whole values, a conditional expression.
"""

from __future__ import annotations

import re

from trackaudit.program import Literal, Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template import Block, Template
    from trackaudit.parse.template_tag import Tag
    from trackaudit.program import Expr

_WORD = re.compile(rb"[\w$\x80-\xff]+")
_BLANK = re.compile(rb"[ \t]*")
_ENTRY = re.compile(rb"[\w$\x80-\xff\"'`\[.]")
_OPENS = b"([{"
_CLOSES = b")]}"
_BEFORE_REGEX = b"(,=:[!&|?{};+-*%<>~^"
_BEFORE_VALUE = b"=:?+(,["
_VALUE_WORDS = (b"return", b"typeof", b"case", b"await", b"void", b"new", b"in", b"of")
_BRACES = {"ldelim": b"{", "rdelim": b"}"}
"""Tags of Smarty that write a brace."""


class Mask:
    """One script's tags on their way out of it.

    code: the file's bytes with every tag of the script replaced. holes: by the span of a name in `code`, the expression
    that belongs there, or a Spread where a whole entry does.
    """

    def __init__(self, template: Template, code: bytearray) -> None:
        self.template = template
        self.code = code
        self.holes: dict[tuple[int, int], Expr | Spread] = {}

    def script(self, start: int, end: int) -> None:
        """Mask the tags of data[start:end], which is JavaScript."""
        tags = self.template.between(start, end)
        if tags:
            _Script(self, start, end, tags).run()


class _Script:
    """Walks over a script's code with just enough of its grammar to know where each tag stands."""

    def __init__(self, mask: Mask, start: int, end: int, tags: list[Tag]) -> None:
        self.mask = mask
        self.template = mask.template
        self.data = self.code = mask.code  # what is behind is masked already
        self.start = start
        self.end = end
        self.tags = tags
        self.next = 0
        self.stack: list[str] = []
        self.before = b";"  # the last byte of code
        self.word = b""  # the last word, if it was the last thing
        self.chosen: dict[int, Block] = {}  # blocks that became conditional expressions, by each of their tags
        self.blocks = {block.start: block for block in mask.template.blocks if start <= block.start < end}

    def run(self) -> None:
        at = self.start
        while at < self.end:
            if self.tag_at(at):
                tag = self.tags[self.next]
                self.next += 1
                self.in_code(tag)
                at = tag.end
                continue
            at = self.step(at)

    def tag_at(self, at: int) -> bool:
        return self.next < len(self.tags) and self.tags[self.next].start <= at

    def step(self, at: int) -> int:
        data = self.data
        byte = bytes(data[at : at + 1])
        if byte.isspace():
            return at + 1
        if byte in (b'"', b"'", b"`"):
            return self.quoted(at + 1, byte)
        if data.startswith(b"//", at):
            return self.skip(at, b"\n", 0)
        if data.startswith(b"/*", at):
            return self.skip(at + 2, b"*/", 2)
        if byte == b"/" and (self.before in _BEFORE_REGEX or self.word in _VALUE_WORDS):
            return self.regex(at)
        word = _WORD.match(data, at, self.end)
        if word is not None:
            stop = word.end()
            if self.next < len(self.tags):
                stop = max(min(stop, self.tags[self.next].start), at + 1)
            self.word, self.before = bytes(data[at:stop]), b"a"
            return stop
        if byte == b"{":
            arrow = self.before == b">"
            value = self.before in b"(,=:[?&|" or self.word in _VALUE_WORDS
            self.stack.append("object" if value and not arrow else "block")
        elif byte in (b"(", b"["):
            self.stack.append("list")
        elif byte in (b")", b"]", b"}") and self.stack:
            self.stack.pop()
        if byte == b"}" and self.stack and self.stack[-1] == "template":
            self.stack.pop()
            self.before, self.word = b"a", b""
            return self.quoted(at + 1, b"`")
        self.before, self.word = byte, b""
        return at + 1

    # ---- strings, comments

    def quoted(self, at: int, quote: bytes) -> int:
        """The string that goes on at `at`; a template's only as far as its next `${`."""
        while at < self.end:
            if self.tag_at(at):
                at = self.in_text()
                continue
            byte = bytes(self.data[at : at + 1])
            if byte == b"\\":
                at += 2
                continue
            if quote == b"`" and self.data.startswith(b"${", at):
                self.stack.extend(("template", "block"))
                self.before, self.word = b"{", b""
                return at + 2
            at += 1
            if byte == quote or (byte == b"\n" and quote != b"`"):
                break
        self.before, self.word = b"a", b""
        return at

    def skip(self, at: int, until: bytes, size: int) -> int:
        while at < self.end:
            if self.tag_at(at):
                at = self.in_text()
            elif self.data.startswith(until, at):
                return at + size
            else:
                at += 1
        return at

    def regex(self, at: int) -> int:
        at += 1
        inside = False
        while at < self.end:
            if self.tag_at(at):
                at = self.in_text()
                continue
            byte = bytes(self.data[at : at + 1])
            if byte == b"\n":
                break
            if byte == b"\\":
                at += 2
                continue
            at += 1
            inside = byte == b"[" or (inside and byte != b"]")
            if byte == b"/" and not inside:
                break
        self.before, self.word = b"a", b""
        return at

    def in_text(self) -> int:
        tag = self.tags[self.next]
        self.next += 1
        self.write(tag.start, b"x" * (tag.end - tag.start))
        return tag.end

    def write(self, start: int, text: bytes) -> None:
        self.code[start : start + len(text)] = text

    # ---- tags in code

    def in_code(self, tag: Tag) -> None:
        size = tag.end - tag.start
        self.write(tag.start, b" " * size)
        if tag.kind == "output":
            self.output(tag)
        elif tag.start in self.chosen:
            self.alternative(tag, self.chosen[tag.start])
        elif tag.kind in ("if", "unless", "case", "choose") and (block := self.as_value(tag)) is not None:
            for one in self.template.between(block.start, block.end):
                if one.start == block.start or one.end == block.end or any(one.end == arm.start for arm in block.arms):
                    self.chosen[one.start] = block
            self.alternative(tag, block)
        elif tag.kind in ("elif", "else", "end"):
            self.separate(tag)
        elif tag.word in _BRACES:
            self.write(tag.start, _BRACES[tag.word])
            self.step(tag.start)
        elif tag.kind == "other" and self.wants_value(tag.end):
            self.value(tag.start, tag.end, None)

    def value(self, start: int, end: int, value: Expr | Spread | None) -> None:
        """Write a name; `value` is what it stands for."""
        self.write(start, b"_" * (end - start))
        if value is not None:
            self.mask.holes[(start, end)] = value
        self.before, self.word = b"a", b""

    def output(self, tag: Tag) -> None:
        value = self.template.value(tag)
        following = self.following(tag.end)
        where = self.stack[-1] if self.stack else "block"
        if where == "object" and self.before in b"{,":
            if (following and following in b"}") or (following and following in b","):
                self.value(tag.start, tag.end, Spread(tag.start, tag.end, value))
            elif following and following in b":(":
                self.value(tag.start, tag.end, value)
            else:
                self.value(tag.start, tag.end - 1, Spread(tag.start, tag.end, value))
                self.write(tag.end - 1, b",")
                self.before = b","
            return
        near = self.following(tag.end, lines=False)
        if where == "block" and self.before in b";{}" and near and _ENTRY.match(near) and near not in b"[.":
            return  # whole statements of the server's: nothing is known of them
        self.value(tag.start, tag.end, value)

    def following(self, at: int, lines: bool = True) -> bytes:
        """The next byte of code behind `at`, past other tags' places; b"" at the end (or the line's end)."""
        index = self.next
        while at < self.end:
            while index < len(self.tags) and self.tags[index].end <= at:
                index += 1
            if index < len(self.tags) and self.tags[index].start <= at:
                if self.tags[index].kind == "output":
                    return b"_"
                at = self.tags[index].end
                continue
            byte = bytes(self.data[at : at + 1])
            if byte == b"\n" and not lines:
                return b""
            if self.data.startswith(b"//", at):
                stop = self.data.find(b"\n", at)
                at = stop if 0 <= stop < self.end else self.end
                continue
            if self.data.startswith(b"/*", at):
                stop = self.data.find(b"*/", at + 2)
                at = stop + 2 if 0 <= stop < self.end else self.end
                continue
            if not byte.isspace():
                return byte
            at += 1
        return b""

    def wants_value(self, end: int) -> bool:
        """Whether a value must stand here: one is announced, and what follows does not begin one."""
        following = self.following(end)
        announced = self.before in _BEFORE_VALUE or self.word in _VALUE_WORDS
        return announced and (not following or following in b",;)]}") and not self.in_entries()

    def in_entries(self) -> bool:
        return bool(self.stack) and self.stack[-1] == "object" and self.before in b"{,"

    def as_value(self, tag: Tag) -> Block | None:
        """The block that begins here, if it stands for one value: `x = {% if a %}1{% else %}2{% endif %};`."""
        block = self.blocks.get(tag.start)
        if block is None or block.end > self.end or block.loop or tag.end - tag.start < 4 or self.in_entries():
            return None
        listed = bool(self.stack) and self.stack[-1] == "list"
        announced = self.before in b"=:?+(" or self.word in _VALUE_WORDS or (listed and self.before in b",[")
        if not announced:
            return None
        if block.arms[-1].test is not None and block.end - block.arms[-1].end < 3:
            return None  # no room for what it is in the other case
        for arm in block.arms:
            text = self.data[arm.start : arm.end].strip()
            if not text or text.endswith((b",", b";")) or (text.startswith(b",")):
                return None
        return block

    def alternative(self, tag: Tag, block: Block) -> None:
        start, end = tag.start, tag.end
        if tag.kind == "end":
            last = block.arms[-1].test
            if last is None or end - start < 3:
                self.write(start, b")" if last is None else b":0)"[: end - start])
            else:
                self.write(start, b":0)")
                self.mask.holes[(start + 1, start + 2)] = Literal(start, start, None)
            self.before, self.word = b")", b""
            return
        arm = next(arm for arm in block.arms if arm.start == end)
        opening = b":" if start != block.start else b"("
        self.write(start, opening)
        if arm.test is not None:
            self.value(start + 1, end - 1, arm.test)
            self.write(end - 1, b"?")
            self.before = b"?"
        else:
            self.before = b":"
        self.word = b""

    def separate(self, tag: Tag) -> None:
        """Between two arms, and behind the last: a separator, where the code has none and goes on."""
        where = self.stack[-1] if self.stack else "block"
        following = self.following(tag.end, lines=where != "block")
        if not following or not _ENTRY.match(following) or following == b".":
            return
        if where == "block":
            if self.before not in b";{}":
                self.write(tag.start, b";")
                self.before, self.word = b";", b""
        elif self.before not in b",{[(":
            self.write(tag.start, b",")
            self.before, self.word = b",", b""
