"""Parse, JavaScript: literals, members, calls and operators.

Chains that grow to the left (`a.b().c()`, `x + y + z`) and conditionals that grow to the right are lowered by loops:
generated code holds thousands of links.
"""

from __future__ import annotations

from trackaudit.parse.balance import balanced
from trackaudit.parse.javascript_amd import AMD, amd
from trackaudit.parse.javascript_lists import array, elements, object_
from trackaudit.parse.javascript_lower import error_expression
from trackaudit.parse.javascript_patterns import target
from trackaudit.parse.javascript_text import number, unescape
from trackaudit.program import (
    Assign,
    Binary,
    Call,
    Conditional,
    Delete,
    Literal,
    Logical,
    Member,
    Name,
    Spread,
    Template,
    Unary,
    Unknown,
    Wrap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import ExpressionHandler, Lower
    from trackaudit.program import Expr, LiteralValue

_LOGICAL = {"&&": "and", "||": "or", "??": "??"}
_SPINE = {
    "member_expression": "object",
    "nested_identifier": "object",
    "subscript_expression": "object",
    "call_expression": "function",
}


# ---------------------------------------------------------------------------------------- names and literals


def _identifier(low: Lower, node: Tree) -> Expr:
    start, end = node.start_byte, node.end_byte
    if start == end:  # the parser put it there to go on
        return Unknown(start, end, [])
    return Name(start, end, low.name(start, end))


def _private(low: Lower, node: Tree) -> Expr:
    return Literal(node.start_byte, node.end_byte, low.text(node))


def _string(low: Lower, node: Tree) -> Expr:
    start, end = node.start_byte, node.end_byte
    inside = low.data[start + 1 : end]
    if inside[-1:] == low.data[start : start + 1]:
        inside = inside[:-1]
    return Literal(start, end, unescape(inside.decode("utf-8", "replace")))


def _number(low: Lower, node: Tree) -> Expr:
    value = number(low.text(node))
    if value is None:
        return Unknown(node.start_byte, node.end_byte, [])
    return Literal(node.start_byte, node.end_byte, value)


def _constant(value: LiteralValue) -> ExpressionHandler:
    def constant(low: Lower, node: Tree) -> Expr:
        return Literal(node.start_byte, node.end_byte, value)

    return constant


def _template(low: Lower, node: Tree) -> Expr:
    template = _template_parts(low, node)
    if not template.parts:
        return Literal(template.start, template.end, "")
    first = template.parts[0]
    if len(template.parts) == 1 and isinstance(first, Literal) and first.start == template.start + 1:
        return Literal(template.start, template.end, first.value)
    return template


def _template_parts(low: Lower, node: Tree) -> Template:
    start, end = node.start_byte, node.end_byte
    parts: list[Expr] = []
    at = start + 1
    for child in node.children:
        if child.type == "template_substitution":
            _fixed_part(low, at, child.start_byte, parts)
            parts.append(low.inside(child))
            at = child.end_byte
    closed = end > at and low.data[end - 1 : end] == b"`"
    _fixed_part(low, at, end - 1 if closed else end, parts)
    return Template(start, end, parts)


def _fixed_part(low: Lower, start: int, end: int, parts: list[Expr]) -> None:
    if end > start:
        text = low.data[start:end].decode("utf-8", "replace").replace("\r\n", "\n")
        parts.append(Literal(start, end, unescape(text)))


def _unread(low: Lower, node: Tree) -> Expr:
    return Unknown(node.start_byte, node.end_byte, [])


def _meta(low: Lower, node: Tree) -> Expr:
    start, end = node.start_byte, node.end_byte
    if low.data[start : start + 6] != b"import" or low.data[end - 4 : end] != b"meta":
        return Unknown(start, end, [])
    return Member(start, end, Name(start, start + 6, "import"), Literal(end - 4, end, "meta"))


# ------------------------------------------------------------------------------------------ members and calls


def _chain(low: Lower, node: Tree) -> Expr:
    """`a.b[c](d)` from the inside out."""
    links: list[tuple[str, Tree]] = []
    kind = node.type
    while kind in _SPINE:
        links.append((kind, node))
        inner = node.child_by_field_name(_SPINE[kind])
        if inner is None:
            return low.unknown(node)
        node = inner
        kind = node.type
    value = low.expr(node)
    if isinstance(value, Name) and value.id == "await":
        awaited = _awaited(low, links)
        if awaited is not None:
            return awaited
    for kind, node in reversed(links):
        value = _link(low, kind, node, value)
    return value


def _link(low: Lower, kind: str, node: Tree, value: Expr) -> Expr:
    if kind == "call_expression":
        return _call(low, node, value)
    return _member(low, node, value, kind == "subscript_expression")


def _awaited(low: Lower, links: list[tuple[str, Tree]]) -> Expr | None:
    """`await (x).y(z)`, which the grammar takes for a call of `await`; None if it is something else."""
    kind, node = links[-1]
    given = node.child_by_field_name("arguments") if kind == "call_expression" else None
    inside = elements(low, given) if given is not None and given.type == "arguments" else []
    if given is None or len(inside) != 1 or isinstance(inside[0], Spread):
        return None
    start = given.start_byte
    value: Expr = Wrap(start, given.end_byte, "paren", inside[0])
    for kind, node in reversed(links[:-1]):
        value = _link(low, kind, node, value)
        value.start = start
    return Wrap(links[0][1].start_byte, value.end, "await", value)


def _member(low: Lower, node: Tree, object: Expr, computed: bool) -> Expr:
    start, end = node.start_byte, node.end_byte
    name = node.child_by_field_name("index" if computed else "property")
    if name is None or name.start_byte == name.end_byte:
        return Unknown(start, end, [object])
    at = name.start_byte
    optional = b"?." in low.data[object.end : at]
    if computed:
        return Member(start, end, object, low.expr(name), True, optional)
    return Member(start, end, object, Literal(at, name.end_byte, low.text(name)), False, optional)


def _call(low: Lower, node: Tree, callee: Expr) -> Expr:
    start, end = node.start_byte, node.end_byte
    given = node.child_by_field_name("arguments")
    if given is None:
        return Unknown(start, end, [callee])
    if given.type == "template_string":
        return Call(start, end, callee, [_template_parts(low, given)])
    optional = b"?." in low.data[callee.end : given.start_byte]
    args = elements(low, given)
    if isinstance(callee, Name) and callee.id in AMD:
        module = amd(callee, start, end, args)
        if module is not None:
            return module
    return Call(start, end, callee, args, optional=optional)


def _new(low: Lower, node: Tree) -> Expr:
    given = node.child_by_field_name("arguments")
    args = elements(low, given) if given is not None else []
    return Call(node.start_byte, node.end_byte, low.field(node, "constructor"), args, new=True)


# -------------------------------------------------------------------------------------------------- operators


def _binary(low: Lower, node: Tree) -> Expr:
    links: list[Tree] = []
    while node.type == "binary_expression":
        links.append(node)
        left = node.child_by_field_name("left")
        if left is None:
            break
        node = left
    value = low.expr(node) if node is not links[-1] else Unknown(node.start_byte, node.start_byte, [])
    for node in reversed(links):
        operator = node.child_by_field_name("operator")
        op = operator.type if operator is not None else ""
        right = node.child_by_field_name("right")
        start, end = node.start_byte, node.end_byte
        tagged = op == ">" and right is not None and right.type == "template_string"
        if tagged and right is not None and isinstance(value, Binary) and value.op == "<":
            # the grammar reads the TypeScript tag<Type>`text` as two comparisons
            value = Call(start, end, value.left, [_template_parts(low, right)])
        elif op in _LOGICAL:
            value = Logical(start, end, _LOGICAL[op], value, low.field(node, "right"))
        else:
            value = Binary(start, end, op, value, low.field(node, "right"))
    return balanced(value)


def _conditional(low: Lower, node: Tree) -> Expr:
    links: list[tuple[int, int, Expr, Expr]] = []
    while node.type == "ternary_expression":
        links.append((node.start_byte, node.end_byte, low.field(node, "condition"), low.field(node, "consequence")))
        orelse = node.child_by_field_name("alternative")
        if orelse is None:
            return low.unknown(node)
        node = orelse
    value = low.expr(node)
    for start, end, test, then in reversed(links):
        value = Conditional(start, end, test, then, value)
    return value


def _comma(low: Lower, node: Tree) -> Expr:
    items = [item for item in elements(low, node) if not isinstance(item, Spread)]
    if not items:
        return low.unknown(node)
    value = items[0]
    for item in items[1:]:
        value = Binary(value.start, item.end, ",", value, item)
    return value


def _unary(low: Lower, node: Tree) -> Expr:
    start, end = node.start_byte, node.end_byte
    operator = node.child_by_field_name("operator")
    op = operator.type if operator is not None else ""
    if op == "delete":
        deleted = delete(low, node)
        return (
            Unknown(start, end, [deleted])
            if deleted is not None
            else Unary(start, end, op, low.field(node, "argument"))
        )
    return Unary(start, end, "not" if op == "!" else op, low.field(node, "argument"))


def delete(low: Lower, node: Tree) -> Delete | None:
    """The Delete of a unary expression, if it is `delete` of something that can be deleted."""
    operator = node.child_by_field_name("operator")
    argument = node.child_by_field_name("argument")
    if operator is None or operator.type != "delete" or argument is None:
        return None
    place = target(low, argument)
    return Delete(node.start_byte, node.end_byte, place) if place is not None else None


def _update(low: Lower, node: Tree) -> Expr:
    argument = node.child_by_field_name("argument")
    operator = node.child_by_field_name("operator")
    place = target(low, argument) if argument is not None else None
    if place is None or operator is None:
        return low.unknown(node)
    one = Literal(operator.start_byte, operator.end_byte, 1)
    return Assign(node.start_byte, node.end_byte, place, one, operator.type[0])


def _assign(low: Lower, node: Tree) -> Expr:
    start, end = node.start_byte, node.end_byte
    left = node.child_by_field_name("left")
    place = target(low, left) if left is not None else None
    if place is None:
        return low.unknown(node)
    value = low.field(node, "right")
    operator = node.child_by_field_name("operator")
    if operator is None:
        return Assign(start, end, place, value)
    op = operator.type[:-1]
    return Assign(start, end, place, value, _LOGICAL.get(op, op))


def _wrap(kind: str) -> ExpressionHandler:
    def wrap(low: Lower, node: Tree) -> Expr:
        return Wrap(node.start_byte, node.end_byte, kind, low.inside(node))

    return wrap


def _type_assertion(low: Lower, node: Tree) -> Expr:
    return Wrap(node.start_byte, node.end_byte, "cast", low.inside(node, last=True))


def _yield(low: Lower, node: Tree) -> Expr:
    value = low.inside(node)
    if isinstance(value, Unknown) and value.start == node.start_byte:
        return Unknown(node.start_byte, node.end_byte, [])
    return Wrap(node.start_byte, node.end_byte, "yield", value)


# -------------------------------------------------------------------------------------------------- by node


EXPRESSIONS: dict[str, ExpressionHandler] = {
    "ERROR": error_expression,
    "array": array,
    "as_expression": _wrap("cast"),
    "assignment_expression": _assign,
    "augmented_assignment_expression": _assign,
    "await_expression": _wrap("await"),
    "binary_expression": _binary,
    "call_expression": _chain,
    "false": _constant(False),
    "identifier": _identifier,
    "import": _identifier,
    "instantiation_expression": _wrap("cast"),
    "member_expression": _chain,
    "meta_property": _meta,
    "nested_identifier": _chain,
    "new_expression": _new,
    "non_null_expression": _wrap("cast"),
    "null": _constant(None),
    "number": _number,
    "object": object_,
    "parenthesized_expression": _wrap("paren"),
    "private_property_identifier": _private,
    "regex": _unread,
    "satisfies_expression": _wrap("cast"),
    "sequence_expression": _comma,
    "string": _string,
    "subscript_expression": _chain,
    "super": _identifier,
    "template_string": _template,
    "ternary_expression": _conditional,
    "this": _identifier,
    "true": _constant(True),
    "type_assertion": _type_assertion,
    "unary_expression": _unary,
    "undefined": _constant(None),
    "update_expression": _update,
    "yield_expression": _yield,
}
