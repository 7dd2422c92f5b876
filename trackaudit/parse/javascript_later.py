"""Parse, JavaScript: bodies of functions that are lowered when somebody first asks for them.

In: a body's node. Out: a `Later`, or None where it must be lowered now. Four fifths of most files are functions that
nothing leads to a send; to make our own tree of them costs more than to parse them. Syntax trees are large, so only the
last ones are kept; who asks for a body of another file has it parsed again.
"""

from __future__ import annotations

import re
import sys
from collections import deque

from trackaudit.parse.tree import tree_of
from trackaudit.program import Later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from tree_sitter import Node, Tree

    from trackaudit.parse.javascript_lower import Lower
    from trackaudit.program import Function, Stmt

SHORT = 60
"""Bytes of a body that is lowered as fast as it is put off."""
KEPT = 1_500_000
"""Bytes of text whose syntax trees are kept: they take 25 times as much."""
DEEP = 8
"""Bodies in bodies that are put off; what is in there is lowered with the last, else its text is searched too often."""
_HIDING = re.compile(rb"\\[xu0-9\r\n\xe2]")
"""What may hide a word of a text: `"\\x65mail"`, a text that goes on in the next line."""


class Bodies:
    """The bodies of one file that were put off. `read`: functions whose bodies were lowered since, in order."""

    __slots__ = ("_data", "_depth", "_language", "_level", "_tree", "read")
    _recent: ClassVar[deque[Bodies]] = deque()
    _size: ClassVar[int] = 0

    def __init__(self, data: bytes, language: str, tree: Tree) -> None:
        self.read: list[Function] = []
        self._data = data
        self._language = language
        self._level = 0
        self._depth = sys.getrecursionlimit()
        self._keep(tree)

    def later(self, low: Lower, body: Node) -> Later | None:
        """What stands for a body until somebody asks; None where its text may not show what is in it."""
        start, end, level = body.start_byte, body.end_byte, self._level
        if end - start < SHORT or level == DEEP or _hides(self._data, start, end):
            return None

        def read(function: Function) -> list[Stmt]:
            limit, outer = sys.getrecursionlimit(), self._level
            self._level = level + 1
            if limit < self._depth:  # else what is nested deep would be read otherwise than the rest of the file
                sys.setrecursionlimit(self._depth)
            try:
                return low.block(self._body(start, end).children)
            finally:
                sys.setrecursionlimit(limit)
                self._level = outer
                self.read.append(function)

        return Later(start, end, read)

    def _body(self, start: int, end: int) -> Node:
        tree = self._tree
        if tree is None:
            tree = tree_of(self._language, self._data)
            assert tree is not None  # it was one before
            self._keep(tree)
        node = tree.root_node.descendant_for_byte_range(start, end)
        assert node is not None and (node.start_byte, node.end_byte) == (start, end)
        return node

    def _keep(self, tree: Tree) -> None:
        recent = Bodies._recent
        self._tree: Tree | None = tree
        recent.append(self)
        Bodies._size += len(self._data)
        while Bodies._size > KEPT and len(recent) > 1:
            old = recent.popleft()
            old._tree = None
            Bodies._size -= len(old._data)


def _hides(data: bytes, start: int, end: int) -> bool:
    """Whether a body imports something, or holds a word that is not written there as it is."""
    if data.find(b"require", start, end) >= 0 or data.find(b"import", start, end) >= 0:
        return True
    if data.find(b"\\", start, end) >= 0 and _HIDING.search(data, start, end) is not None:
        return True
    return data.find(b"&", start, end) >= 0 and data.find(b"</", start, end) >= 0  # entities in JSX
