"""parse (documents): JSON that stands inside a document's strings (the raw body of a saved request) comes out as
documents of its own, each node at its place in the file."""

from __future__ import annotations

from array import array

from trackaudit.parse.document_json import read_json
from trackaudit.parse.escaped import Text, decoded
from trackaudit.parse.measure import Values
from trackaudit.program import Literal, Template, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Stmt

_BLOCK = (b"|", b">")


def inner_documents(data: bytes, body: list[Stmt]) -> list[Stmt]:
    """The documents in the strings of `body`, which was read from `data`. A string that is not JSON as a whole, or that
    holds less than an object with a key, is only a text."""
    found: list[Stmt] = []
    seen: set[int] = set()
    count = Values()
    for node in walk(list(body)):
        if not isinstance(node, (Literal, Template)) or node.end - node.start < 6 or node.start in seen:
            continue
        seen.add(node.start)
        text = _text(data, node.start, node.end)
        if text is not None:
            found += _documents(text, count)
    return found


def _text(data: bytes, start: int, end: int) -> Text | None:
    """The text of a string that may be JSON, None for any other."""
    first = data[start : start + 1]
    inner = start
    if first in (b'"', b"'"):
        inner, last = start + 1, end - 1
    elif first in _BLOCK:
        # How a block is indented and folded changes only the space in it, which says nothing in JSON.
        inner, last = data.find(b"\n", start, end) + 1, end
    else:
        return None
    begin = data[inner : inner + 200].lstrip(b" \t\r\n\\nrt")[:1]
    if begin not in (b"{", b"["):
        return None
    if first == b'"':
        return decoded(data, start, end)
    return Text(data[inner:last], array("I", range(inner, last + 1)))


def _documents(text: Text, count: Values) -> list[Stmt]:
    if not text.data.rstrip().endswith((b"}", b"]")) or b":" not in text.data:
        return []
    body, _, errors = read_json(text.data, count)
    if errors:
        return []
    moved: set[int] = set()
    for node in walk(list(body)):
        if id(node) not in moved:
            moved.add(id(node))
            text.move(node)
    return body
