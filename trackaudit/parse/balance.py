"""Long chains of one operator, left in left as grammars give them, made as shallow as they can be. An expression in,
an expression of the same meaning out."""

from __future__ import annotations

from trackaudit.program import Logical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr

LONG = 32
"""Operands from which on a chain is rebuilt; what is written by hand stays as it was written."""


def balanced(node: Expr) -> Expr:
    """`a || b || c …`: whichever pair is taken first, the same operand decides; so thousands need no deep stack."""
    if not isinstance(node, Logical):
        return node
    parts: list[Expr] = []
    inner: Expr = node
    while isinstance(inner, Logical) and inner.op == node.op:
        parts.append(inner.right)
        inner = inner.left
    parts.append(inner)
    if len(parts) < LONG:
        return node
    parts.reverse()
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        joined: list[Expr] = [Logical(left.start, right.end, node.op, left, right) for left, right in pairs]
        parts = joined + parts[len(joined) * 2 :]
    return parts[0]
