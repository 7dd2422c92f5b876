"""What every language's writer can do: a file and its modules in, edits out, with the file's own line ends and style.

A writer never changes a byte that an edit does not need: what it inserts looks like its neighbours.
"""

from __future__ import annotations

import re
from itertools import pairwise

from trackaudit.fix.tree import Spot, Tree
from trackaudit.model import Edit, Place
from trackaudit.program import Literal, Member, Name, Pair, Record, Spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.model import SourceFile
    from trackaudit.program import Call, Module, Node
    from trackaudit.program import Sequence as List

WIDTH = 120
"""A list that would be longer than this, in characters, gets one item a line."""


class Editor:
    """Writes edits of one file. `python`: whether the code is Python; False for JavaScript and documents. `quoted`:
    whether it stands in the strings of another file."""

    python = False
    document = False
    quoted = False

    def __init__(self, file: SourceFile, modules: Sequence[Module]) -> None:
        self.file = file
        self.path = file.path
        self.data = file.data
        self.tree = Tree(modules)
        self.newline = "\r\n" if b"\r\n" in file.data else "\n"

    # ------------------------------------------------------------------------------------------ reading

    def text(self, node: Node | Place) -> str:
        """A node's source text."""
        return self.data[node.start : node.end].decode("utf-8")

    def indent(self, offset: int) -> str:
        """The white space that the line of an offset begins with."""
        start = self.line_start(offset)
        line = self.data[start:offset]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode("utf-8")

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return max(self.data.rfind(b"\n", 0, offset), self.data.rfind(b"\r", 0, offset)) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, its line end included."""
        at = self.data.find(b"\n", offset)
        return len(self.data) if at < 0 else at + 1

    def record_of(self, place: Place) -> Record | None:
        """The record literal at a place, through casts and brackets."""
        node: Node | None = self.tree.exact(place, Record)
        if node is None:
            outer = self.tree.exact(place)
            from trackaudit.program import Wrap

            while isinstance(outer, Wrap):
                outer = outer.value
            node = outer
        return node if isinstance(node, Record) else None

    def pair_of(self, root: Place) -> tuple[Record, Pair] | None:
        """The entry of a record literal at a place, and the record."""
        chain = self.tree.chain(root.start, root.end)
        for outer, inner in pairwise(chain):
            if isinstance(outer, Record) and isinstance(inner, Pair) and (inner.start, inner.end) == root[1:]:
                return outer, inner
        return None

    # ------------------------------------------------------------------------------------------ writing

    def finished(self, edit: Edit) -> Edit:
        """An edit as the file's bytes need it; ValueError where it cannot be."""
        return edit

    def pair(self, key: str, value: str, like: Pair | None = None) -> str:
        """One entry of a record, its key written like that of `like`."""
        raise NotImplementedError

    def guarded(self, guard: str, pair: str) -> str:
        """An entry that is there only where the guard holds, as an item of a record."""
        raise NotImplementedError

    def lowered(self, text: str, maybe_missing: bool = False) -> str:
        """An expression in lower case."""
        raise NotImplementedError

    def spread(self, text: str) -> str:
        """Another record's entries, as an item of a record."""
        raise NotImplementedError

    def member(self, record: str, key: str) -> str:
        """One entry of a record by its name."""
        raise NotImplementedError

    def certain(self, text: str) -> str:
        """An expression where it is known to be there: no link of it need be asked for."""
        return text

    def local(self, name: str, value: str, spot: Spot) -> str:
        """A statement that declares a local."""
        raise NotImplementedError

    def semicolon(self, spot: Spot) -> str:
        """The end of a statement, by the habit of its neighbour, else of the file."""
        return ""

    def condition(self, spot: Spot, test: str, inside: Edit) -> list[Edit] | None:
        """The statement, with an edit inside it, only where the test holds; None where that cannot be written."""
        return None

    def record(self, items: Sequence[str], like: Record | None = None) -> str:
        """A record literal, with spaces inside its braces as the file has them."""
        pad = " " if self.spaced(like) else ""
        return f"{{{pad}{', '.join(items)}{pad}}}" if items else "{}"

    def spaced(self, like: Record | None) -> bool:
        """Whether records have spaces inside their braces."""
        if like is not None and like.entries and like.end - like.start > 2:
            return self.data[like.start + 1 : like.start + 2] in (b" ", b"\n", b"\r", b"\t")
        wide, narrow = len(re.findall(rb"\{ [\w'\"\[.]", self.data)), len(re.findall(rb"[({,:=] ?\{[\w'\"]", self.data))
        return wide >= narrow

    def replace(self, node: Node | Place, text: str) -> Edit:
        """Other text in place of a node."""
        return Edit(self.path, node.start, node.end, text)

    def insert(self, at: int, text: str) -> Edit:
        """Text between two bytes."""
        return Edit(self.path, at, at, text)

    def add_item(self, record: Record, item: str, first: bool = True) -> list[Edit]:
        """A new entry of a record literal, the first or the last one."""
        if not record.entries:
            return [self.replace(record, self.record([item], record))]
        if not first:
            return [self.insert(record.entries[-1].end, self._separator(record) + item)]
        return [self.insert(record.entries[0].start, item + self._separator(record))]

    def _separator(self, record: Record | List) -> str:
        items: Sequence[Node] = record.entries if isinstance(record, Record) else record.items
        lead = self.data[record.start : items[0].start]
        if b"\n" not in lead:
            return ", "
        return f",{self.newline}{self.indent(items[0].start)}"

    def add_list_item(self, sequence: List, item: str) -> list[Edit]:
        """A new first item of a list literal; one item a line where the line would be too long."""
        if not sequence.items:
            return [self.replace(sequence, f"[{item}]")]
        separator = self._separator(sequence)
        line = self.line_start(sequence.start)
        length = len(self.data[line : self.line_end(sequence.end)].decode("utf-8", "replace").rstrip())
        alone = b"\n" not in self.data[sequence.start : sequence.end]
        if separator == ", " and alone and length + len(item) + 2 > WIDTH:
            return [self.replace(sequence, self._one_a_line(sequence, item))]
        return [self.insert(sequence.items[0].start, item + separator)]

    def _one_a_line(self, sequence: List, item: str) -> str:
        outer = self.indent(sequence.start)
        inner = outer + self.step(sequence.start)
        lines = [item, *(self.text(one) for one in sequence.items)]
        last = "" if self.document else ","
        body = f",{self.newline}{inner}".join(lines)
        return f"[{self.newline}{inner}{body}{last}{self.newline}{outer}]"

    def step(self, offset: int) -> str:
        """One level of indentation, as the file has it."""
        indents = [match[1] for match in re.finditer(rb"(?m)^([ \t]+)\S", self.data)]
        if any(one.startswith(b"\t") for one in indents):
            return "\t"
        widths = [len(one) for one in indents if len(one) > 1]
        return " " * min(widths, default=4 if self.python else 2)

    def rename_key(self, pair: Pair, name: str) -> list[Edit]:
        """The same value under another key, written in the same quotes."""
        if (pair.key.start, pair.key.end) == (pair.value.start, pair.value.end):
            return [self.replace(pair, self.pair(name, self.text(pair.value)))]
        return [self.replace(pair.key, self.key_text(name, self.text(pair.key)))]

    def key_text(self, name: str, like: str) -> str:
        """A key's name, quoted as `like` is."""
        quote = like[:1] if like[:1] in "'\"`" else ""
        if not quote and not self.document and not _is_name(name):
            quote = '"' if self.python else "'"
        return f"{quote}{name}{quote}"

    def remove_item(self, record: Record, pair: Pair | Spread) -> list[Edit]:
        """Take an entry out, with its comma and, if it stands alone there, its line."""
        entries = record.entries
        at = next(index for index, one in enumerate(entries) if one is pair)
        start, end = pair.start, pair.end
        if at + 1 < len(entries):
            end = entries[at + 1].start
            line = self.data[self.line_start(start) : start]
            if not line.strip() and b"\n" in self.data[pair.end : end]:
                # A comment behind it goes too: it spoke of this entry.
                start = self.line_start(start)
                end = self.line_end(pair.end)
        elif at:
            start = entries[at - 1].end
            comma = self.data[pair.end :].lstrip()
            if b"\n" in self.data[start : pair.start] and (comma.startswith(b",") or self._ends_its_line(pair)):
                # The line goes; what stands behind the entry before it stays, but for a comma that is the last now.
                gone = [Edit(self.path, self.line_start(pair.start), self.line_end(pair.end), "")]
                return gone if comma.startswith(b",") else [*self._comma_after(entries[at - 1]), *gone]
        else:
            return [self.replace(record, "{}")]
        return [Edit(self.path, start, end, "")]

    def _ends_its_line(self, pair: Node) -> bool:
        """Whether nothing but a comment shares the last line of an entry that begins its line."""
        rest = self.data[pair.end : self.line_end(pair.end)].strip()
        return not self.data[self.line_start(pair.start) : pair.start].strip() and rest[:1] in (b"", b"#", b"/")

    def _comma_after(self, pair: Node) -> list[Edit]:
        rest = self.data[pair.end :]
        at = pair.end + len(rest) - len(rest.lstrip())
        return [Edit(self.path, at, at + 1, "")] if self.data[at : at + 1] == b"," else []

    # ---------------------------------------------------------------------------------------- statements

    def before(self, spot: Spot, text: str) -> list[Edit] | None:
        """A statement of its own line before another; None where there is no place for one."""
        raise NotImplementedError

    def removed(self, spot: Spot) -> list[Edit] | None:
        """Take a statement out, with its line; None where it does not stand alone."""
        start, end = spot.statement.start, spot.statement.end
        while self.data[end : end + 1] == b";" and not self.python:
            end += 1
        line = self.data[self.line_start(start) : start]
        rest = self.data[end : self.line_end(end)]
        if line.strip() or rest.strip() or len(spot.body) < 2:
            return None
        return [Edit(self.path, self.line_start(start), self.line_end(end), "")]

    # --------------------------------------------------------------------------------------------- calls

    def call_with_ids(self, call: Call, ids: str, method: str | None, only: bool = False) -> list[Edit] | None:
        """The call with the IDs as its first argument. `method`: its new last name; `only`: without its properties.
        None where the call cannot be renamed."""
        raise NotImplementedError

    def method_key(self, call: Call) -> Node | None:
        """The last name of what is called."""
        callee = call.callee
        if isinstance(callee, Member) and isinstance(callee.key, Literal):
            return callee.key
        return callee if isinstance(callee, Name) else None


def _is_name(text: str) -> bool:
    return text.replace("$", "_").isidentifier()


def is_template(text: str) -> bool:
    """Whether a text holds code of a template engine, in which case counts."""
    return any(mark in text for mark in ("{{", "{%", "<%", "<?", "${", "#{"))
