"""Parse, JavaScript: JSX. An element is a call of its component, or of `jsx:tag`, with one record of attributes."""

from __future__ import annotations

from trackaudit.parse.javascript_lists import spread
from trackaudit.parse.javascript_lower import is_text
from trackaudit.program import Call, Literal, Name, Pair, Record, Sequence, Spread, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import ExpressionHandler, Lower
    from trackaudit.program import Expr


def _element(low: Lower, node: Tree) -> Expr:
    opening = node.child_by_field_name("open_tag")
    if opening is None:
        return low.unknown(node)
    record = _attributes(low, opening)
    children: list[Expr | Spread] = []
    begin = end = 0
    for child in node.children:
        kind = child.type
        before = len(children)
        if kind == "jsx_text":
            text = _text(low, child)
            if text is not None:
                children.append(text)
        elif kind == "jsx_expression":
            value = _braced(low, child)
            if value is not None:
                children.append(value)
        elif is_text("jsx_element", child, low.data):
            children.append(Literal(child.start_byte, child.end_byte, low.text(child)))
        elif kind in low.expressions:
            children.append(low.expr(child))
        if len(children) > before:
            begin, end = begin or child.start_byte, child.end_byte
    if children:
        record.entries.append(_children(begin, end, children))
    return Call(node.start_byte, node.end_byte, _component(low, opening), [record])


def _children(start: int, end: int, items: list[Expr | Spread]) -> Pair:
    """As React passes them: one child as it is, more as a list. The key is not written, so its span is empty."""
    first = items[0]
    value = first if len(items) == 1 and not isinstance(first, Spread) else Sequence(start, end, items)
    return Pair(start, end, Literal(start, start, "children"), value)


def _self_closing(low: Lower, node: Tree) -> Expr:
    return Call(node.start_byte, node.end_byte, _component(low, node), [_attributes(low, node)])


def _component(low: Lower, node: Tree) -> Expr:
    name = node.child_by_field_name("name")
    if name is None:  # a fragment: <>…</>
        return Name(node.start_byte, node.end_byte, "jsx:")
    if name.type not in ("identifier", "jsx_namespace_name"):
        return low.expr(name)
    text = low.text(name)
    intrinsic = text[:1].islower() or "-" in text or ":" in text
    return Name(name.start_byte, name.end_byte, f"jsx:{text}" if intrinsic else text)


def _attributes(low: Lower, node: Tree) -> Record:
    entries: list[Pair | Spread] = []
    for child in node.children:
        kind = child.type
        if kind == "jsx_attribute":
            entries.append(_attribute(low, child))
        elif kind == "jsx_expression":
            value = _braced(low, child)
            if value is not None:
                start, end = value.start, value.end
                entries.append(value if isinstance(value, Spread) else Spread(start, end, value))
        elif kind == "ERROR":
            entries.append(Spread(child.start_byte, child.end_byte, low.unknown(child)))
    return Record(node.start_byte, node.end_byte, entries)


def _attribute(low: Lower, node: Tree) -> Pair:
    start, end = node.start_byte, node.end_byte
    parts = [child for child in node.named_children if child.type != "comment"]
    name = parts[0]
    where = Literal(name.start_byte, name.end_byte, low.text(name))
    if len(parts) == 1:
        return Pair(start, end, where, Literal(start, end, True))
    given = parts[1]
    if given.type == "string":  # no escapes here
        text = low.text(given)[1:-1]
        return Pair(start, end, where, Literal(given.start_byte, given.end_byte, text))
    if given.type != "jsx_expression":
        return Pair(start, end, where, low.expr(given))
    value = _braced(low, given)
    if value is None or isinstance(value, Spread):
        return Pair(start, end, where, Unknown(given.start_byte, given.end_byte, []))
    return Pair(start, end, where, value)


def _braced(low: Lower, node: Tree) -> Expr | Spread | None:
    """What stands in `{…}`; None where that is nothing but a comment."""
    for child in node.children:
        if child.type == "spread_element":
            return spread(low, child)
        if child.type in low.expressions:
            return low.expr(child)
    return None


def _braced_expression(low: Lower, node: Tree) -> Expr:
    value = _braced(low, node)
    return Unknown(node.start_byte, node.end_byte, []) if value is None or isinstance(value, Spread) else value


def _text(low: Lower, node: Tree) -> Literal | None:
    """Text as React sees it: lines trimmed and joined by one blank, lines of nothing but blanks dropped."""
    text = low.text(node)
    if "\n" in text:
        lines = text.split("\n")
        last = len(lines) - 1
        kept = [
            line.strip() if 0 < at < last else line.rstrip() if at == 0 else line.lstrip()
            for at, line in enumerate(lines)
        ]
        text = " ".join(line for line in kept if line)
    return Literal(node.start_byte, node.end_byte, text) if text else None


EXPRESSIONS: dict[str, ExpressionHandler] = {
    "jsx_element": _element,
    "jsx_expression": _braced_expression,
    "jsx_self_closing_element": _self_closing,
}
