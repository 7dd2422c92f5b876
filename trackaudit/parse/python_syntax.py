"""parse (Python): what every reader asks of a syntax node."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_SKIPPED = frozenset(("comment", "line_continuation"))


def inner(node: Syntax) -> list[Syntax]:
    """The named children of a syntax node, without comments."""
    return [child for child in node.named_children if child.type not in _SKIPPED]
