"""Parse, JavaScript: the state and the dispatch that lower one tree-sitter tree into the small language.

A handler turns one tree node into an expression, or appends the statements it stands for. The tables of handlers come
from the other `javascript_*` modules; this one knows how to look them up, how to keep what is broken visible, and how
to stop at what is nested too deep.

tree-sitter's cost is the reading of attributes from Python: handlers take `type`, fields and bytes once.
"""

from __future__ import annotations

from bisect import bisect_left

from trackaudit.program import (
    TOO_DEEP,
    Bind,
    Block,
    Branch,
    Cut,
    Delete,
    Export,
    Expression,
    Import,
    Jump,
    Literal,
    Loop,
    Name,
    Return,
    Spread,
    Throw,
    Try,
    Unknown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_later import Bodies
    from trackaudit.program import Expr, ImportName, Stmt

    ExpressionHandler: TypeAlias = "Callable[[Lower, Tree], Expr]"
    StatementHandler: TypeAlias = "Callable[[Lower, Tree, list[Stmt]], None]"


class Lower:
    """One tree on its way into the small language.

    `data`: the whole file. `unread`: ranges of ERROR nodes whose inside has not been lowered yet, in order.
    `errors`: ranges given up here, for being nested too deep. `type_names`: imported names that are types only.
    `annotated`: names that a kept annotation starts with. `labelled`: breaks that name a label, which no switch takes
    for its own. `copies`: how many nodes the unfolding of switches has copied. `bodies`: those that are lowered
    later; None where all is lowered at once.
    """

    __slots__ = (
        "annotated",
        "bodies",
        "copies",
        "data",
        "errors",
        "expressions",
        "labelled",
        "_names",
        "statements",
        "type_names",
        "unread",
    )

    def __init__(
        self,
        data: bytes,
        expressions: dict[str, ExpressionHandler],
        statements: dict[str, StatementHandler],
        errors: list[tuple[int, int]],
    ) -> None:
        self.data = data
        self.expressions = expressions
        self.statements = statements
        self.unread = [span for span in errors if span[0] < span[1]]
        self.errors: list[tuple[int, int]] = []
        self.type_names: list[tuple[Import, ImportName]] = []
        self.annotated: set[str] = set()
        self.labelled: set[Jump] = set()
        self.copies = 0
        self.bodies: Bodies | None = None
        self._names: dict[bytes, str] = {}

    def name(self, start: int, end: int) -> str:
        """A name by its place; one that is written many times is one text in memory."""
        written = self.data[start:end]
        known = self._names.get(written)
        if known is None:
            known = self._names[written] = written.decode("utf-8", "replace")
        return known

    def text(self, node: Tree) -> str:
        """The source text of a node."""
        return self.name(node.start_byte, node.end_byte)

    def expr(self, node: Tree) -> Expr:
        """Lower one expression; what is none becomes Unknown with what is inside."""
        handler = self.expressions.get(node.type)
        return handler(self, node) if handler is not None else self.unknown(node)

    def field(self, node: Tree, name: str) -> Expr:
        """Lower the expression in a field; Unknown if broken code left it out."""
        child = node.child_by_field_name(name)
        return self.expr(child) if child is not None else Unknown(node.end_byte, node.end_byte, [])

    def inside(self, node: Tree, last: bool = False) -> Expr:
        """Lower the first (or last) expression among the children: for `(x)`, `x as T`, `await x`."""
        for child in reversed(node.children) if last else node.children:
            kind = child.type
            handler = self.expressions.get(kind)
            if handler is not None and kind != "ERROR":
                return handler(self, child)
        return self.unknown(node) if self.unread else Unknown(node.start_byte, node.end_byte, [])

    def block(self, nodes: Iterable[Tree]) -> list[Stmt]:
        """Lower a list of statements. A statement nested too deep becomes Unknown, and the rest goes on."""
        out: list[Stmt] = []
        table = self.statements
        for node in nodes:
            handler = table.get(node.type)
            try:
                if handler is not None:
                    handler(self, node, out)
                elif node.type in self.expressions:
                    out.append(Expression(node.start_byte, node.end_byte, self.expr(node)))
                if self.unread and node.has_error:
                    self._recover(node, out)
            except RecursionError:
                start, end = node.start_byte, node.end_byte
                out.append(Expression(start, end, Unknown(start, end, [])))
                self.errors.append(Cut(start, end, TOO_DEEP))
        return out

    def body(self, node: Tree | None) -> list[Stmt]:
        """The statements of a block, or of a single statement that stands in its place."""
        if node is None:
            return []
        return self.block(node.children if node.type == "statement_block" else (node,))

    def unknown(self, node: Tree) -> Unknown:
        """Anything not understood, with the expressions and statements inside it in order."""
        return Unknown(node.start_byte, node.end_byte, self.pieces(node))

    def pieces(self, node: Tree) -> list[Expr | Spread | Stmt]:
        """The outermost expressions and statements below a node."""
        if node.type == "ERROR":
            self._read((node.start_byte, node.end_byte))
        found: list[Expr | Spread | Stmt] = []
        for child in node.children:
            kind = child.type
            if kind in self.expressions:
                found.append(self.expr(child))
            elif kind in self.statements:
                found.extend(self.block((child,)))
            elif child.child_count:
                found.extend(self.pieces(child))
        return found

    def _recover(self, statement: Tree, out: list[Stmt]) -> None:
        """Append what stands in a statement's ERROR nodes and was not lowered as part of the statement."""
        stack = [statement]
        while stack:
            node = stack.pop()
            start, end = node.start_byte, node.end_byte
            at = bisect_left(self.unread, (start, 0))
            if at == len(self.unread) or self.unread[at][0] >= end:
                continue
            if node.type != "ERROR":
                stack.extend(child for child in reversed(node.children) if child.has_error)
            elif self.unread[at] == (start, end):
                out.append(Expression(start, end, self.unknown(node)))

    def _read(self, span: tuple[int, int]) -> None:
        at = bisect_left(self.unread, span)
        if at < len(self.unread) and self.unread[at] == span:
            del self.unread[at]


def is_text(parent: str, node: Tree, data: bytes) -> bool:
    """Whether an error is none: the grammars refuse a bare `&` in JSX text and attributes, which is lawful.

    `parent`: the type of the node's parent.
    """
    return node.type == "ERROR" and (
        parent == "string" or (parent == "jsx_element" and data[node.start_byte : node.start_byte + 1] == b"&")
    )


def error_expression(low: Lower, node: Tree) -> Expr:
    """Text that the grammar could not place, in an expression."""
    return low.unknown(node)


def error_statement(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """Text that the grammar could not place, among statements: what is inside stands beside its neighbours."""
    for piece in low.pieces(node):
        if isinstance(piece, _STATEMENTS):
            out.append(piece)
        elif not isinstance(piece, (Name, Literal, Spread)):
            out.append(Expression(piece.start, piece.end, piece))


def nothing(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """A comment, an empty statement, a type: nothing happens at run time."""


_STATEMENTS = (Bind, Delete, Expression, Return, Throw, Branch, Loop, Try, Jump, Block, Import, Export)
