"""Parse, templates: the meaning of a template's tags, put into the lowered script around them.

Names that stand for tags become the tags' expressions; strings with tags become Templates; statements, entries and
items inside a block become Branches and conditional spreads.
"""

from __future__ import annotations

from itertools import islice

from trackaudit.parse.javascript_text import unescape
from trackaudit.program import (
    TOO_DEEP,
    Bind,
    Branch,
    Conditional,
    Cut,
    Expression,
    Import,
    Literal,
    Loop,
    Name,
    Node,
    Pair,
    Record,
    Sequence,
    Spread,
    Template,
    Unknown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from trackaudit.parse.template import Arm, Block
    from trackaudit.parse.template import Template as Page
    from trackaudit.program import Expr, Stmt

_BODIES = frozenset(("body", "_body", "then", "orelse", "finalbody"))
_QUOTES = (b'"', b"'")
_EVERYWHERE = (0, 1 << 62)


class Filler:
    """Fills a lowered script in. `page`: its template; `holes`: as `template_mask` left them; `errors`: of the script,
    to which those are added that come up here."""

    def __init__(self, page: Page, holes: dict[tuple[int, int], Expr | Spread], errors: list[tuple[int, int]]) -> None:
        self.page = page
        self.holes = holes
        self.errors = errors

    def statements(self, body: list[Stmt], bounds: tuple[int, int] = _EVERYWHERE) -> list[Stmt]:
        """A list of statements, filled in, with those inside blocks of the template in Branches. A statement nested too
        deep becomes Unknown, and the rest goes on."""
        filled: list[Stmt] = []
        for one in body:
            try:
                filled.append(self.fill(one))
            except RecursionError:
                filled.append(Expression(one.start, one.end, Unknown(one.start, one.end, [])))
                self.errors.append(Cut(one.start, one.end, TOO_DEEP))
        return self._grouped(filled, bounds, self._branch)

    def fill(self, node: Any) -> Any:
        """A node, filled in; most are changed in place."""
        if not self.page.touches(node.start, node.end):
            return node
        if isinstance(node, Name):
            found = self.holes.get((node.start, node.end))
            return node if found is None or isinstance(found, Spread) else found
        if isinstance(node, Literal):
            hole = self.holes.get((node.start, node.end))
            if hole is not None:
                return hole
            return self._string(node) if isinstance(node.value, str) else node
        if isinstance(node, Template):
            return self._template(node)
        if isinstance(node, Pair):
            spread = self._entry(node)
            if spread is not None:
                return spread
        if isinstance(node, Import):
            return node
        self._slots(node)
        return node

    def _slots(self, node: Node) -> None:
        for slot in type(node).__slots__:
            value = getattr(node, slot, None)
            if isinstance(value, Node):
                setattr(node, slot, self.fill(value))
            elif isinstance(value, list) and value and isinstance(value[0], Node):
                filled = [self.fill(item) if isinstance(item, Node) else item for item in value]
                if slot in _BODIES and not isinstance(node, Unknown):
                    filled = self._grouped(filled, (node.start, node.end), self._branch)
                elif isinstance(node, Record):
                    filled = self._grouped(filled, (node.start, node.end), self._entries)
                elif isinstance(node, Sequence):
                    filled = self._grouped(filled, (node.start, node.end), self._items)
                setattr(node, slot, filled)

    def _entry(self, node: Pair) -> Spread | None:
        """What a name stands for that is an entry of its own."""
        found = self.holes.get((node.start, node.end))
        if isinstance(found, Spread):
            return found
        return Spread(node.start, node.end, found) if found is not None else None

    # ---- strings

    def _string(self, node: Literal) -> Expr:
        data = self.page.data
        quoted = data[node.start : node.start + 1] in _QUOTES
        start, end = (node.start + 1, node.end - 1) if quoted else (node.start, node.end)
        return _joined(node.start, node.end, self._pieces(start, end))

    def _template(self, node: Template) -> Expr:
        parts: list[Expr] = []
        for part in node.parts:
            if isinstance(part, Literal) and self.page.touches(part.start, part.end):
                parts.extend(self._pieces(part.start, part.end))
            else:
                parts.append(self.fill(part))
        return Template(node.start, node.end, parts)

    def _pieces(self, start: int, end: int) -> list[Expr]:
        """The parts of the text data[start:end]: its own, what tags put in, and what blocks put in or not."""
        parts: list[Expr] = []
        at = start
        tags = self.page.between(start, end)
        blocks = {block.start: block for block in self.page.blocks if start <= block.start and block.end <= end}
        for tag in tags:
            if tag.start < at:
                continue
            self._text(at, tag.start, parts)
            at = tag.end
            if tag.start in blocks:
                block = blocks[tag.start]
                at = block.end
                parts.append(self._choice(block))
            elif tag.kind == "output":
                parts.append(self.page.value(tag))
            elif tag.kind == "other":
                parts.append(Unknown(tag.start, tag.end, []))
        self._text(at, end, parts)
        return parts

    def _text(self, start: int, end: int, parts: list[Expr]) -> None:
        if start < end:
            parts.append(Literal(start, end, unescape(self.page.data[start:end].decode("utf-8", "replace"))))

    def _choice(self, block: Block) -> Expr:
        def of(arm: Arm) -> Expr:
            return _joined(arm.start, arm.end, self._pieces(arm.start, arm.end))

        value: Expr = Literal(block.end, block.end, "")
        for arm in reversed(block.arms):
            there = of(arm)
            value = there if arm.test is None else Conditional(block.start, block.end, arm.test, there, value)
        return value

    # ---- blocks

    def _grouped(
        self, items: list[Any], bounds: tuple[int, int], make: Callable[[Block, list[list[Any]]], list[Any]]
    ) -> list[Any]:
        """Put what stands in blocks of the template between `bounds` into what `make` makes of each block."""
        out: list[Any] = []
        at = passed = 0
        blocks = self.page.blocks
        while at < len(items):
            item = items[at]
            while passed < len(blocks) and blocks[passed].end <= item.start:
                passed += 1  # items come in order: what lies before this one lies before the rest
            block = self._around(item, bounds, passed)
            if block is None:
                out.append(item)
                at += 1
                continue
            arms: list[list[Any]] = [[] for _ in block.arms]
            while at < len(items) and (place := _arm(block, items[at])) is not None:
                arms[place].append(items[at])
                at += 1
            filled = [
                self._grouped(held, (arm.start, arm.end), make) for arm, held in zip(block.arms, arms, strict=True)
            ]
            out.extend(make(block, filled))
        return out

    def _around(self, item: Node, bounds: tuple[int, int], first: int) -> Block | None:
        """The outermost block inside `bounds`, from the one numbered `first` on, with this item in one of its arms."""
        for block in islice(self.page.blocks, first, None):
            if block.start > item.start:
                return None
            if bounds[0] <= block.start and block.end <= bounds[1] and _arm(block, item) is not None:
                return block
        return None

    def _branch(self, block: Block, arms: list[list[Any]]) -> list[Any]:
        for statement in (statement for arm in arms for statement in arm):
            if isinstance(statement, Bind) and statement.scope == "block":
                statement.scope = "function"  # the template's arms are no scopes of the script
        if block.loop:
            return [Loop(block.start, block.end, arms[0], iterable=block.arms[0].test)]
        orelse: list[Stmt] = []
        for arm, body in zip(reversed(block.arms), reversed(arms), strict=True):
            orelse = body if arm.test is None else [Branch(arm.test.start, block.end, arm.test, body, orelse)]
        return list(orelse)

    def _entries(self, block: Block, arms: list[list[Any]]) -> list[Any]:
        return [Spread(block.start, block.end, self._picked(block, arms, Record))]

    def _items(self, block: Block, arms: list[list[Any]]) -> list[Any]:
        return [Spread(block.start, block.end, self._picked(block, arms, Sequence))]

    def _picked(self, block: Block, arms: list[list[Any]], kind: type[Record | Sequence]) -> Expr:
        value: Expr = kind(block.end, block.end, [])
        for arm, held in zip(reversed(block.arms), reversed(arms), strict=True):
            there = kind(arm.start, arm.end, held)
            value = there if arm.test is None else Conditional(block.start, block.end, arm.test, there, value)
        return value


def _arm(block: Block, item: Node) -> int | None:
    for index, arm in enumerate(block.arms):
        # The separator that the mask wrote into the tag behind it belongs to the statement.
        if arm.start <= item.start and item.end <= arm.end + 1:
            return index
    return None


def _joined(start: int, end: int, parts: list[Expr]) -> Expr:
    """A string of these parts; one that stands alone keeps what it is."""
    if not parts:
        return Literal(start, end, "")
    if len(parts) == 1 and isinstance(parts[0], Literal):
        return Literal(start, end, parts[0].value)
    return Template(start, end, parts)
