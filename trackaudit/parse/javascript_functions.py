"""Parse, JavaScript: functions, methods and classes."""

from __future__ import annotations

from trackaudit.parse.javascript_patterns import annotation, key, parameters
from trackaudit.program import Block, Class, ClassMember, Expression, Function, Literal, Return

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import ExpressionHandler, Lower
    from trackaudit.program import Expr, Later, LiteralValue, Stmt

_FIELDS = frozenset(("field_definition", "public_field_definition"))


def function(low: Lower, node: Tree, name: LiteralValue = None, decorators: list[Expr] | None = None) -> Function:
    """Any node with parameters and a body. `name`: a method's key, where it is constant."""
    kind = node.type
    body = node.child_by_field_name("body")
    statements: list[Stmt] | Later = []
    if body is not None:
        if body.type == "statement_block":
            statements = (low.bodies is not None and low.bodies.later(low, body)) or low.block(body.children)
        else:
            value = low.expr(body)
            statements = [Return(value.start, value.end, value)]
    generator = kind.startswith("generator")
    if kind == "method_definition":
        generator = any(child.type == "*" for child in node.children)
    return Function(
        node.start_byte,
        node.end_byte,
        name if isinstance(name, str) else None,
        parameters(low, node),
        statements,
        kind == "arrow_function",
        generator,
        decorators,
    )


def named_function(low: Lower, node: Tree) -> Function:
    """A function declaration or expression, with its own name if it has one."""
    name = node.child_by_field_name("name")
    return function(low, node, low.text(name) if name is not None else None)


def named_class(low: Lower, node: Tree, outer: list[Expr] | None = None) -> Class:
    """A class declaration or expression. `outer`: decorators that stand before an `export`."""
    name = node.child_by_field_name("name")
    decorators = list(outer or [])
    bases: list[Expr] = []
    for child in node.children:
        if child.type == "decorator":
            decorators.append(low.inside(child))
        elif child.type == "class_heritage":
            bases = _bases(low, child)
    body = node.child_by_field_name("body")
    members, statements = _members(low, body) if body is not None else ([], [])
    called = low.text(name) if name is not None else None
    return Class(node.start_byte, node.end_byte, called, bases, members, statements, decorators)


def _bases(low: Lower, node: Tree) -> list[Expr]:
    for child in node.children:
        if child.type == "extends_clause":  # TypeScript
            return [low.field(child, "value")]
        if child.type in low.expressions:
            return [low.expr(child)]
    return []


def _members(low: Lower, body: Tree) -> tuple[list[ClassMember], list[Stmt]]:
    """The fields and methods; static blocks and the decorators of fields are the class's statements."""
    members: list[ClassMember] = []
    statements: list[Stmt] = []
    decorators: list[Expr] = []  # TypeScript's stand before the method, as its neighbours
    for child in body.children:
        kind = child.type
        if kind == "decorator":
            decorators.append(low.inside(child))
            continue
        if kind == "comment":
            continue
        if kind == "method_definition":
            members.append(_method(low, child, decorators))
        elif kind in _FIELDS:
            members.append(_field(low, child))
            for part in child.children:
                if part.type == "decorator":
                    statements.append(Expression(part.start_byte, part.end_byte, low.inside(part)))
        elif kind == "class_static_block":
            statements.append(Block(child.start_byte, child.end_byte, low.body(child.child_by_field_name("body"))))
        elif kind == "ERROR":
            statements.extend(low.block((child,)))
        decorators = []
    return members, statements


def _method(low: Lower, node: Tree, decorators: list[Expr]) -> ClassMember:
    kind = "method"
    static = False
    name = node.child_by_field_name("name")
    for child in node.children:
        if child.type == "decorator":
            decorators.append(low.inside(child))
        elif child.type in ("get", "set"):
            kind = child.type
        elif child.type == "static":
            static = True
        elif name is not None and child.start_byte >= name.start_byte:
            break
    where = key(low, name) if name is not None else Literal(node.start_byte, node.start_byte, "")
    method = function(low, node, where.value if isinstance(where, Literal) else None, decorators)
    return ClassMember(node.start_byte, node.end_byte, where, method, kind, static)


def _field(low: Lower, node: Tree) -> ClassMember:
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    where = key(low, name) if name is not None else Literal(node.start_byte, node.start_byte, "")
    value = node.child_by_field_name("value")
    return ClassMember(
        node.start_byte,
        node.end_byte,
        where,
        low.expr(value) if value is not None else None,
        "field",
        any(child.type == "static" for child in node.children),
        annotation(low, node),
    )


EXPRESSIONS: dict[str, ExpressionHandler] = {
    "arrow_function": function,
    "class": named_class,
    "function_expression": named_function,
    "generator_function": named_function,
}
