"""Parse, JavaScript: declarations and control flow."""

from __future__ import annotations

from trackaudit.parse.javascript_expressions import delete
from trackaudit.parse.javascript_functions import named_class, named_function
from trackaudit.parse.javascript_lower import error_statement, nothing
from trackaudit.parse.javascript_patterns import annotation, key, target
from trackaudit.program import (
    Bind,
    Block,
    Branch,
    Expression,
    Handler,
    Jump,
    Literal,
    Loop,
    Name,
    Pair,
    Record,
    Return,
    Throw,
    Try,
    Unknown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import Lower, StatementHandler
    from trackaudit.program import Expr, Spread, Stmt

_EMPTY = frozenset((";", "empty_statement"))


# ----------------------------------------------------------------------------------------------- declarations


def _declaration(low: Lower, node: Tree, out: list[Stmt]) -> None:
    scope = "function" if node.type == "variable_declaration" else "block"
    for child in node.children:
        if child.type != "variable_declarator":
            continue
        start, end = child.start_byte, child.end_byte
        name, given = child.child_by_field_name("name"), child.child_by_field_name("value")
        place = target(low, name) if name is not None else None
        value = low.expr(given) if given is not None else None
        if place is not None:
            out.append(Bind(start, end, place, value, scope, annotation=annotation(low, child)))
        elif value is not None:
            out.append(Expression(start, end, value))


def _function(low: Lower, node: Tree, out: list[Stmt]) -> None:
    name = node.child_by_field_name("name")
    value = named_function(low, node)
    if name is None or value.name is None:
        out.append(Expression(value.start, value.end, value))
        return
    place = Name(name.start_byte, name.end_byte, value.name)
    out.append(Bind(value.start, value.end, place, value, "block", hoist=True))


def _class(low: Lower, node: Tree, out: list[Stmt]) -> None:
    class_statement(low, node, out, [])


def class_statement(low: Lower, node: Tree, out: list[Stmt], decorators: list[Expr]) -> None:
    """A class declaration. `decorators`: those that stand before its `export`."""
    name = node.child_by_field_name("name")
    value = named_class(low, node, decorators)
    if name is None or value.name is None:
        out.append(Expression(value.start, value.end, value))
        return
    out.append(Bind(value.start, value.end, Name(name.start_byte, name.end_byte, value.name), value, "block"))


def _enum(low: Lower, node: Tree, out: list[Stmt]) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    pairs: list[Pair | Spread] = []
    following: int | None = 0
    for child in body.children:
        start, end = child.start_byte, child.end_byte
        if child.type == "enum_assignment":
            label = child.child_by_field_name("name")
            value = low.field(child, "value")
            number = value.value if isinstance(value, Literal) else None
            following = number + 1 if type(number) is int else None
            if label is not None:
                pairs.append(Pair(start, end, key(low, label), value))
        elif child.is_named and child.type not in ("comment", "ERROR"):
            implied: Expr = Unknown(end, end, []) if following is None else Literal(end, end, following)
            pairs.append(Pair(start, end, key(low, child), implied))
            following = following + 1 if following is not None else None
    record = Record(body.start_byte, body.end_byte, pairs)
    place = Name(name.start_byte, name.end_byte, low.text(name))
    out.append(Bind(node.start_byte, node.end_byte, place, record, "block"))


# ----------------------------------------------------------------------------------------------- plain statements


def _expression(low: Lower, node: Tree, out: list[Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    for child in node.children:
        kind = child.type
        if kind in low.statements and kind != "ERROR":  # TypeScript's namespaces stand in an expression statement
            out.extend(low.block((child,)))
            continue
        if kind == "unary_expression":
            deleted = delete(low, child)
            if deleted is not None:
                deleted.start, deleted.end = start, end
                out.append(deleted)
                return
        if kind in low.expressions:
            out.append(Expression(start, end, low.expr(child)))


def _return(low: Lower, node: Tree, out: list[Stmt]) -> None:
    out.append(Return(node.start_byte, node.end_byte, _operand(low, node)))


def _throw(low: Lower, node: Tree, out: list[Stmt]) -> None:
    out.append(Throw(node.start_byte, node.end_byte, _operand(low, node)))


def _operand(low: Lower, node: Tree) -> Expr | None:
    for child in node.children:
        if child.type in low.expressions:
            return low.expr(child)
    return None


def _break(low: Lower, node: Tree, out: list[Stmt]) -> None:
    jump = Jump(node.start_byte, node.end_byte, "break")
    if node.child_by_field_name("label") is not None:
        low.labelled.add(jump)
    out.append(jump)


def _continue(low: Lower, node: Tree, out: list[Stmt]) -> None:
    out.append(Jump(node.start_byte, node.end_byte, "continue"))


def _block(low: Lower, node: Tree, out: list[Stmt]) -> None:
    out.append(Block(node.start_byte, node.end_byte, low.block(node.children)))


def _labeled(low: Lower, node: Tree, out: list[Stmt]) -> None:
    body = node.child_by_field_name("body")
    if body is not None:
        out.extend(low.block((body,)))


def _with(low: Lower, node: Tree, out: list[Stmt]) -> None:
    out.append(Expression(node.start_byte, node.end_byte, low.unknown(node)))


# -------------------------------------------------------------------------------------------------- control flow


def _condition(low: Lower, node: Tree) -> Expr:
    """The test of an `if` or a loop, without the brackets that belong to the statement."""
    child = node.child_by_field_name("condition")
    if child is None:
        return Unknown(node.end_byte, node.end_byte, [])
    return low.inside(child) if child.type in ("parenthesized_expression", "expression_statement") else low.expr(child)


def _if(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """An `if` with its `else if`s, in a loop: there may be thousands."""
    links: list[tuple[int, int, Expr, list[Stmt]]] = []
    orelse: list[Stmt] = []
    while True:
        then = low.body(node.child_by_field_name("consequence"))
        links.append((node.start_byte, node.end_byte, _condition(low, node), then))
        clause = node.child_by_field_name("alternative")
        if clause is None:
            break
        inner = [child for child in clause.children if child.is_named and child.type != "comment"]
        if len(inner) != 1 or inner[0].type != "if_statement":
            orelse = low.body(inner[0]) if len(inner) == 1 else low.block(inner)
            break
        node = inner[0]
    for start, end, test, then in reversed(links):
        orelse = [Branch(start, end, test, then, orelse)]
    out.extend(orelse)


def _for(low: Lower, node: Tree, out: list[Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    initializer = node.child_by_field_name("initializer")
    before: list[Stmt] = []
    if initializer is not None and initializer.type not in _EMPTY:
        before = low.block((initializer,))
    condition = node.child_by_field_name("condition")
    test = _condition(low, node) if condition is not None and condition.type not in _EMPTY else None
    body = low.body(node.child_by_field_name("body"))
    step = node.child_by_field_name("increment")
    if step is not None:
        body.append(Expression(step.start_byte, step.end_byte, low.expr(step)))
    loop = Loop(start, end, body, test=test)
    out.append(Block(start, end, [*before, loop]) if before else loop)


def _for_in(low: Lower, node: Tree, out: list[Stmt]) -> None:
    left = node.child_by_field_name("left")
    operator = node.child_by_field_name("operator")
    place = target(low, left) if left is not None else None
    iterable = low.field(node, "right")
    body = low.body(node.child_by_field_name("body"))
    keys = operator is not None and operator.type == "in"
    out.append(Loop(node.start_byte, node.end_byte, body, place, iterable, keys=keys))


def _while(low: Lower, node: Tree, out: list[Stmt]) -> None:
    body = low.body(node.child_by_field_name("body"))
    once = node.type == "do_statement"
    out.append(Loop(node.start_byte, node.end_byte, body, test=_condition(low, node), once=once))


def _try(low: Lower, node: Tree, out: list[Stmt]) -> None:
    handlers: list[Handler] = []
    caught = node.child_by_field_name("handler")
    if caught is not None:
        name = caught.child_by_field_name("parameter")
        place = target(low, name) if name is not None else None
        body = low.body(caught.child_by_field_name("body"))
        handlers.append(Handler(caught.start_byte, caught.end_byte, place, body))
    final = node.child_by_field_name("finalizer")
    out.append(
        Try(
            node.start_byte,
            node.end_byte,
            low.body(node.child_by_field_name("body")),
            handlers,
            [],
            low.body(final.child_by_field_name("body")) if final is not None else [],
        )
    )


def _switch(low: Lower, node: Tree, out: list[Stmt]) -> None:
    from trackaudit.parse.javascript_switch import switch

    switch(low, node, out)


STATEMENTS: dict[str, StatementHandler] = {
    "ERROR": error_statement,
    "abstract_class_declaration": _class,
    "ambient_declaration": nothing,
    "break_statement": _break,
    "class_declaration": _class,
    "comment": nothing,
    "continue_statement": _continue,
    "debugger_statement": nothing,
    "do_statement": _while,
    "empty_statement": nothing,
    "enum_declaration": _enum,
    "expression_statement": _expression,
    "for_in_statement": _for_in,
    "for_statement": _for,
    "function_declaration": _function,
    "function_signature": nothing,
    "generator_function_declaration": _function,
    "hash_bang_line": nothing,
    "html_comment": nothing,
    "if_statement": _if,
    "interface_declaration": nothing,
    "labeled_statement": _labeled,
    "lexical_declaration": _declaration,
    "return_statement": _return,
    "statement_block": _block,
    "switch_statement": _switch,
    "throw_statement": _throw,
    "try_statement": _try,
    "type_alias_declaration": nothing,
    "using_declaration": _declaration,
    "variable_declaration": _declaration,
    "while_statement": _while,
    "with_statement": _with,
}
