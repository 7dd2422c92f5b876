"""Parse, JavaScript: what is listed in arrays, calls and objects."""

from __future__ import annotations

from trackaudit.parse.javascript_functions import function
from trackaudit.parse.javascript_patterns import key
from trackaudit.program import Call, Literal, Name, Pair, Record, Sequence, Spread, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import Lower
    from trackaudit.program import Expr


def elements(low: Lower, node: Tree, holes: bool = False) -> list[Expr | Spread]:
    """The arguments of a call or the items of an array. `holes`: two commas in a row hold an undefined item."""
    found: list[Expr | Spread] = []
    table = low.expressions
    waiting = True
    for child in node.children:
        kind = child.type
        handler = table.get(kind)
        if handler is not None:
            found.append(handler(low, child))
            waiting = False
        elif kind == "spread_element":
            found.append(spread(low, child))
            waiting = False
        elif kind == ",":
            if holes and waiting:
                found.append(Literal(child.start_byte, child.start_byte, None))
            waiting = True
    return found


def spread(low: Lower, node: Tree) -> Spread:
    """`...value`."""
    return Spread(node.start_byte, node.end_byte, low.inside(node))


def array(low: Lower, node: Tree) -> Expr:
    return Sequence(node.start_byte, node.end_byte, elements(low, node, holes=True))


def object_(low: Lower, node: Tree) -> Expr:
    entries: list[Pair | Spread] = []
    for child in node.children:
        kind = child.type
        if kind == "pair":
            name = child.child_by_field_name("key")
            where: Expr = key(low, name) if name is not None else Unknown(child.start_byte, child.start_byte, [])
            entries.append(Pair(child.start_byte, child.end_byte, where, low.field(child, "value")))
        elif kind == "shorthand_property_identifier":
            start, end, text = child.start_byte, child.end_byte, low.text(child)
            value = Literal(start, end, None) if text == "undefined" else Name(start, end, text)
            entries.append(Pair(start, end, Literal(start, end, text), value))
        elif kind == "spread_element":
            entries.append(spread(low, child))
        elif kind == "method_definition":
            entries.append(_object_method(low, child))
        elif kind == "ERROR":
            entries.append(Spread(child.start_byte, child.end_byte, low.unknown(child)))
    return Record(node.start_byte, node.end_byte, entries)


def _object_method(low: Lower, node: Tree) -> Pair | Spread:
    """A method is a Function. A getter's value is what calling it gives; a setter puts nothing into the record."""
    start, end = node.start_byte, node.end_byte
    name = node.child_by_field_name("name")
    where: Expr = key(low, name) if name is not None else Unknown(start, start, [])
    method = function(low, node, where.value if isinstance(where, Literal) else None)
    first = node.children[0].type
    if first == "get":
        return Pair(start, end, where, Call(start, end, method, []))
    if first == "set":
        return Spread(start, end, Unknown(start, end, [method]))
    return Pair(start, end, where, method)
