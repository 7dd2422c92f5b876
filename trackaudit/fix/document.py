"""JSON and YAML as byte edits: what is inserted has the file's quotes, its indentation, and its block or flow style."""

from __future__ import annotations

from trackaudit.fix.editor import Editor, is_template
from trackaudit.program import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.model import Edit
    from trackaudit.program import Node, Pair
    from trackaudit.program import Sequence as List


class Document(Editor):
    """See `Editor`."""

    document = True

    @property
    def json(self) -> bool:
        """Whether keys and texts must be quoted."""
        return not self.path.endswith((".yaml", ".yml"))

    def pair(self, key: str, value: str, like: Pair | None = None) -> str:
        quote = '"' if self.json else ""
        if like is not None and self.text(like.key)[:1] in ("'", '"'):
            quote = self.text(like.key)[:1]
        return f"{quote}{key}{quote}: {value}"

    def lowered(self, text: str, maybe_missing: bool = False) -> str:
        return text if is_template(text) else text.lower()

    def spaced(self, like: Record | None) -> bool:
        return bool(like is not None and like.entries and self.data[like.start + 1 : like.start + 2] == b" ")

    def is_flow(self, node: Node) -> bool:
        """Whether a record or list is written in brackets."""
        return self.data[node.start : node.start + 1] in (b"{", b"[")

    def add_item(self, record: Record, item: str, first: bool = True) -> list[Edit]:
        if self.is_flow(record) or not record.entries:
            return super().add_item(record, item, first)
        column = record.entries[0].start - self.line_start(record.entries[0].start)
        if first:
            return [self.insert(record.entries[0].start, f"{item}{self.newline}{' ' * column}")]
        return [self.insert(self._end(record.entries[-1]), f"{self.newline}{' ' * column}{item}")]

    def add_list_item(self, sequence: List, item: str) -> list[Edit]:
        if self.is_flow(sequence) or not sequence.items:
            return super().add_list_item(sequence, item)
        first = sequence.items[0]
        dash = self.data.rfind(b"-", self.line_start(first.start), first.start)
        if dash < 0:
            return []
        lead = " " * (dash - self.line_start(dash))
        gap = self.data[dash + 1 : first.start].decode("utf-8")
        return [self.insert(first.start, f"{item}{self.newline}{lead}-{gap}")]

    def record_like(self, pairs: Sequence[tuple[str, str]], like: Node | None) -> str:
        """A record in the style of a neighbour: flow, or a block whose later lines are indented as its are."""
        written = [self.pair(key, value, self._first(like)) for key, value in pairs]
        if like is None or self.is_flow(like) or self.json:
            return self.record(written, like if isinstance(like, Record) else None)
        column = like.start - self.line_start(like.start)
        return f"{self.newline}{' ' * column}".join(written)

    def _first(self, like: Node | None) -> Pair | None:
        from trackaudit.program import Pair

        if isinstance(like, Record) and like.entries and isinstance(like.entries[0], Pair):
            return like.entries[0]
        return None

    def _end(self, node: Node) -> int:
        end = node.end
        while end > node.start and self.data[end - 1 : end] in (b"\n", b"\r", b" "):
            end -= 1
        return end
