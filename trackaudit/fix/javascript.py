"""JavaScript and TypeScript as byte edits: nodes of the small language in, edits out, all other bytes untouched."""

from __future__ import annotations

import re

from trackaudit.engine.replacement import operand
from trackaudit.fix.editor import Editor, is_template
from trackaudit.model import Edit
from trackaudit.program import Branch, Function, Literal, Member, Return

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.fix.tree import Spot
    from trackaudit.program import Call, Pair

_MODERN = re.compile(rb"\b(?:const|let|import|export)\b|=>|`")
_VAR = re.compile(rb"\bvar\b")
_COMMENTS = re.compile(rb"//[^\n]*\n|/\*.*?\*/", re.S)


class JavaScript(Editor):
    """See `Editor`."""

    def pair(self, key: str, value: str, like: Pair | None = None) -> str:
        shown = self.key_text(key, self._key(like))
        return shown if shown == value else f"{shown}: {value}"

    def guarded(self, guard: str, pair: str) -> str:
        if self.path.endswith((".ts", ".tsx", ".mts", ".cts")):  # `unknown && {…}` cannot be spread there
            return f"...({guard} ? {self.record([pair])} : {{}})"
        return f"...({guard} && {self.record([pair])})"

    def lowered(self, text: str, maybe_missing: bool = False) -> str:
        quoted = re.fullmatch(r"'[^'\\{<@]*@?[^'\\{<@]*'|\"[^\"\\{<@]*@?[^\"\\{<@]*\"", text)  # no template's tag
        if quoted and not is_template(text):
            return text.lower()
        return f"{operand(text)}{'?' if maybe_missing else ''}.toLowerCase()"

    def call_with_ids(self, call: Call, ids: str, method: str | None, only: bool = False) -> list[Edit] | None:
        edits: list[Edit] = []
        if method is not None:
            callee = call.callee
            if not isinstance(callee, Member) or not isinstance(callee.key, Literal):
                return None
            key = self.text(callee.key)
            edits.append(self.replace(callee.key, self.key_text(method, key)))
        if only and call.args:
            edits.append(Edit(self.path, call.args[0].start, call.args[-1].end, ids))
        elif call.args:
            first = call.args[0].start
            alone = not self.data[self.line_start(first) : first].strip()  # arguments that begin a line each
            between = f",{self.newline}{self.indent(first)}" if alone else ", "
            edits.append(self.insert(first, ids + between))
        else:
            edits.append(self.insert(call.end - 1, ids))
        return edits

    def before(self, spot: Spot, text: str) -> list[Edit] | None:
        statement = spot.statement
        start, indent = statement.start, self.indent(statement.start)
        if isinstance(statement, Return) and not self.data.startswith(b"return", start):
            return self._block_body(spot, text)
        if self._in_block(spot):
            return [self.insert(start, f"{text}{self.newline}{indent}")]
        end = statement.end
        if self.data[end : end + 1] == b";":
            end += 1
        return [self.insert(start, f"{{ {text} "), self.insert(end, " }")]

    def semicolon(self, spot: Spot) -> str:
        """The end of a statement, by the habit of its neighbour, else of the file."""
        statement = spot.statement
        ends_here = not isinstance(statement, Return) or self.data.startswith(b"return", statement.start)
        last, next_one = self.data[statement.end - 1 : statement.end], self.data[statement.end : statement.end + 1]
        if ends_here and b";" in (last, next_one):
            return ";"
        lines = [line.rstrip() for line in self.data.split(b"\n")]
        ends = sum(line.endswith(b";") for line in lines)
        bare = sum(line.endswith((b")", b"'", b'"')) for line in lines)
        return ";" if ends >= bare else ""

    def local(self, name: str, value: str, spot: Spot) -> str:
        """A declaration of a local."""
        modern = _MODERN.search(self.data) or not _VAR.search(self.data)
        return f"{'const' if modern else 'var'} {name} = {value}{self.semicolon(spot)}"

    def lead(self, offset: int) -> bytes:
        """The code before a place, at most 4000 bytes of it."""
        return self.data[max(0, offset - 4000) : offset]

    # -------------------------------------------------------------------------------------------- the parts

    def _key(self, like: Pair | None) -> str:
        if like is None or (like.key.start, like.key.end) == (like.value.start, like.value.end):
            return ""
        return self.text(like.key)

    def _in_block(self, spot: Spot) -> bool:
        """Whether another statement may stand before this one, without braces of its own."""
        at = next(index for index, one in enumerate(spot.body) if one is spot.statement)
        if spot.owner is None:
            return True
        if at and spot.body[at - 1].end <= spot.statement.start:
            return True
        bare = _COMMENTS.sub(b" ", self.lead(spot.statement.start)).rstrip()
        if bare.endswith(b">") and not bare.endswith(b"=>"):  # the tag that a script begins with
            return True
        return bare.endswith((b"{", b";", b"}")) and not (isinstance(spot.owner, Branch) and bare.endswith(b"}"))

    def _block_body(self, spot: Spot, text: str) -> list[Edit] | None:
        """An arrow's expression body as a block that returns it."""
        function, value = spot.owner, spot.statement
        if not isinstance(function, Function):
            return None
        start, end = value.start, value.end
        while end < function.end and self.data[start - 1 : start] == b"(" and self.data[end : end + 1] == b")":
            start, end = start - 1, end + 1
        if not self.data[:start].rstrip().endswith(b"=>"):
            return None
        outer = self.indent(function.start)
        inner = outer + self.step(function.start)
        semicolon = self.semicolon(spot)
        return [
            Edit(self.path, start, value.start, f"{{{self.newline}{inner}{text}{self.newline}{inner}return "),
            Edit(self.path, value.end, end, f"{semicolon}{self.newline}{outer}}}"),
        ]

    def spread(self, text: str) -> str:
        """Another record's entries, as an item of a record."""
        return f"...{operand(text)}"

    def member(self, record: str, key: str) -> str:
        """One entry of a record by its name."""
        return f"{record}.{key}" if key.replace("$", "_").isidentifier() else f"{record}['{key}']"

    def certain(self, text: str) -> str:
        """An expression where it is known to be there: no link of it need be asked for."""
        if any(quote in text for quote in "'\"`"):
            return text
        return re.sub(r"\?\.(?=[\[(])", "", re.sub(r"\?\.(?=[\w$#])", ".", text))

    def condition(self, spot: Spot, test: str, inside: Edit) -> list[Edit] | None:
        """The statement only where the test holds."""
        if isinstance(spot.statement, Return) or not self._in_block(spot):
            return None
        return [self.insert(spot.statement.start, f"if ({test}) "), inside]
