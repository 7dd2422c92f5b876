"""Parse, syntax trees: a grammar's name and bytes in, tree-sitter's tree out; and what stands at some of its places.

tree-sitter mends broken text by search, which may take for ever, so its operations are counted; and what its grammars
look through beforehand (all the comments behind a Python line), by the text that they ask for. Whatever is asked of a
tree here takes one pass: to ask a node for its parent, or the tree for a place, costs as much as the tree is deep
or wide, and so does a query.
"""

from __future__ import annotations

from time import thread_time

from trackaudit.config.limits import TooMuch, limits
from trackaudit.parse.grammar import grammar, tree_sitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

_CHUNK = 1 << 14
_READ = 1 << 30
"""Bytes that a grammar may ask for, again and again: sound text is asked for once or twice."""
_CLOCK = 0x3F
"""The clock is looked at once in so many steps, less one."""
_STEPS = 20_000
_BYTES_A_STEP = 8
"""tree-sitter reports a step every 100 operations: one for 20 to 200 bytes of sound code, many for a broken byte."""


def tree_of(language: str, data: bytes, start: int = 0, end: int | None = None) -> tree_sitter.Tree | None:
    """The syntax tree of data[start:end]; None if the text is so broken that mending it would take for ever. Raises
    TooMuch where it takes too long all the same: what is nested deep in HTML does, and nothing counts that.

    Its nodes do not know the text: `node.text` must not be asked, which ends the process (tree-sitter 0.26).
    """
    end = len(data) if end is None else end
    parser = tree_sitter.Parser(grammar(language))
    if (start, end) != (0, len(data)):
        # rows and columns play no part here, only bytes
        parser.included_ranges = [tree_sitter.Range((0, 0), (0, 0), start, end)]
    view = memoryview(data)
    left = _STEPS + (end - start) // _BYTES_A_STEP
    unread = _READ
    seconds = limits().seconds
    end_time = thread_time() + seconds

    def read(offset: int, point: object) -> memoryview:
        nonlocal unread
        unread -= _CHUNK
        return view[offset : offset + _CHUNK]

    def stop(offset: int, error: bool) -> bool:
        nonlocal left
        left -= 1
        return left < 0 or unread < 0 or (not left & _CLOCK and thread_time() > end_time)

    try:
        return parser.parse(read, progress_callback=stop)
    except ValueError:  # stopped
        if left < 0 or unread < 0:
            return None
        what = f"a part of the file took more than {seconds} seconds to read, so it was not analysed"
        raise TooMuch(what, "max-seconds") from None


def nodes_at(root: tree_sitter.Node, places: Iterable[int], kinds: Container[str]) -> Iterator[tree_sitter.Node]:
    """The nodes of these kinds that stand at ascending byte offsets, one for each offset that is in one."""
    cursor = root.walk()
    node = root
    above: list[tree_sitter.Node] = []
    for place in places:
        while node.end_byte <= place:
            if cursor.goto_next_sibling():
                node = _here(cursor)
            elif not above or above[-1].end_byte > place:
                break  # behind the last of its siblings there is nothing
            else:
                cursor.goto_parent()
                node = above.pop()
        while node.start_byte <= place < node.end_byte and node.type not in kinds:
            if cursor.goto_first_child_for_byte(place) is None:
                break
            above.append(node)
            node = _here(cursor)
        if node.start_byte <= place < node.end_byte and node.type in kinds:
            yield node


def nodes_of(
    root: tree_sitter.Node, kinds: Container[str], closed: Container[str] = ()
) -> Iterator[tuple[tree_sitter.Node, str]]:
    """The nodes of these kinds, in order, each with the kind of its parent. `closed`: kinds that hold none of them."""
    cursor = root.walk()
    above = [""]
    while True:
        node = _here(cursor)
        kind = node.type
        if kind in kinds:
            yield node, above[-1]
        if kind not in closed and cursor.goto_first_child():
            above.append(kind)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            above.pop()


def _here(cursor: tree_sitter.TreeCursor) -> tree_sitter.Node:
    node = cursor.node
    assert node is not None
    return node
