"""parse (Python): the bytes of a Python file come in, one Module of the small language goes out.

Plain and compound statements are lowered here; definitions, imports, `match`, expressions and literal text each in
the `python_*` file of that name. Broken code still yields what could be read, and its byte ranges in `Module.errors`.
"""

from __future__ import annotations

import re
from functools import partial

from trackaudit.parse.python_definitions import DefinitionReader, Scope
from trackaudit.parse.python_expressions import Expressions
from trackaudit.parse.python_imports import read_import, read_import_from
from trackaudit.parse.python_match import MatchReader
from trackaudit.parse.python_syntax import inner
from trackaudit.parse.tree import nodes_at, tree_of
from trackaudit.program import (
    TOO_DEEP,
    Assign,
    Block,
    Branch,
    Call,
    Comment,
    Cut,
    Delete,
    Expression,
    Handler,
    Jump,
    Literal,
    Logical,
    Loop,
    Member,
    Module,
    Name,
    Return,
    Throw,
    Try,
    Unknown,
    Wrap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node as Syntax

    from trackaudit.model import SourceFile
    from trackaudit.program import Expr, Stmt, Target

_COMPOUND = frozenset(
    (
        "if_statement", "for_statement", "while_statement", "try_statement", "with_statement", "match_statement",
        "function_definition", "class_definition", "decorated_definition",
    )
)  # fmt: skip
_MAX_ERRORS = 200
_COMMENT = re.compile(rb"#")
_COMMENTS = frozenset(("comment",))


def parse(source: SourceFile) -> list[Module]:
    """Read one Python file. Never raises for what is in it: unreadable parts are in `errors`, the rest is lowered."""
    data = source.data
    tree = tree_of("python", data)
    if tree is None:
        return [Module(source.path, "python", [], [], [(0, len(data))])]
    root = tree.root_node
    reader = _Statements(data)
    body = reader.body([root] if root.type == "ERROR" else root.named_children)
    errors = reader.errors + (_error_ranges(root) if root.has_error else [])
    module = Module(source.path, "python", body, _comments(data, root), sorted(errors))
    if b"<script" in data:
        from trackaudit.parse.injected import python_pages

        return [module, *python_pages(source.path, data, module)]
    return [module]


def _comments(data: bytes, root: Syntax) -> list[Comment]:
    places = (found.start() for found in _COMMENT.finditer(data))
    comments: list[Comment] = []
    for node in nodes_at(root, places, _COMMENTS):
        start = node.start_byte
        if comments and comments[-1].start == start:
            continue
        raw = data[start : node.end_byte].rstrip(b"\r")
        comments.append(Comment(start, start + len(raw), raw.decode("utf-8", "replace")))
    return comments


def _error_ranges(root: Syntax) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    stack = [root]
    while stack and len(ranges) < _MAX_ERRORS:
        node = stack.pop()
        if node.is_error or node.is_missing:
            ranges.append((node.start_byte, node.end_byte))
        if not node.is_error and node.has_error:
            stack.extend(reversed(node.children))
    return ranges


class _Statements:
    """Lowers the statements of one file. `errors`: ranges too deep to lower."""

    def __init__(self, data: bytes) -> None:
        self.errors: list[tuple[int, int]] = []
        self._expressions = Expressions(data, self._inside_expression)
        self._scope = Scope()
        self._definitions = DefinitionReader(self._expressions, self._scope, self.body)
        self._match = MatchReader(self._expressions, self._scope.write, self.block)
        self._table: dict[str, Callable[[Syntax], Iterable[Stmt]]] = {
            "expression_statement": self._expression_statement,
            "return_statement": self._return,
            "raise_statement": self._raise,
            "assert_statement": self._assert,
            "delete_statement": self._delete,
            "pass_statement": _nothing,
            "comment": _nothing,
            "line_continuation": _nothing,
            "break_statement": _jump,
            "continue_statement": _jump,
            "global_statement": self._global,
            "nonlocal_statement": self._global,
            "import_statement": partial(read_import, data),
            "import_from_statement": partial(read_import_from, data),
            "future_import_statement": partial(read_import_from, data),
            "if_statement": self._if,
            "for_statement": self._for,
            "while_statement": self._while,
            "try_statement": self._try,
            "with_statement": self._with,
            "match_statement": self._match.read,
            "function_definition": self._definitions.read,
            "class_definition": self._definitions.read,
            "decorated_definition": self._definitions.read,
            "type_alias_statement": self._type_alias,
            "print_statement": self._print,
            "exec_statement": self._exec,
            "block": self.block,
            "ERROR": self._error,
        }

    # --------------------------------------------------------------------------------------- bodies

    def body(self, nodes: Iterable[Syntax]) -> list[Stmt]:
        """The statements that these nodes become. One too deep for the recursion limit is an Unknown."""
        statements: list[Stmt] = []
        for node in nodes:
            try:
                statements.extend(self.statement(node))
            except RecursionError:
                start, end = node.start_byte, node.end_byte
                self.errors.append(Cut(start, end, TOO_DEEP))
                statements.append(Expression(start, end, Unknown(start, end, [])))
        return statements

    def statement(self, node: Syntax) -> Iterable[Stmt]:
        """The statements that one node becomes: none (`pass`), one, or several (`a = b = v`)."""
        lower = self._table.get(node.type)
        if lower is None:
            return [Expression(node.start_byte, node.end_byte, self._expressions.lower(node))]
        statements = lower(node)
        if node.has_error and node.type in _COMPOUND:
            broken = [child for child in node.children if child.is_error]
            return [*statements, *self.body(broken)]
        return statements

    def block(self, node: Syntax | None) -> list[Stmt]:
        """The statements of a block; none where error recovery left no block."""
        return [] if node is None else self.body(node.named_children)

    def _inside_expression(self, node: Syntax) -> list[Stmt] | None:
        if node.type not in self._table or node.type == "ERROR":
            return None
        return self.body([node])

    def _error(self, node: Syntax) -> list[Stmt]:
        return self.body(node.named_children)

    # -------------------------------------------------------------------------------------- writing

    def _global(self, node: Syntax) -> Iterable[Stmt]:
        self._scope.declare(self._expressions.text(child) for child in inner(node))
        return ()

    def _expression_statement(self, node: Syntax) -> Iterable[Stmt]:
        children = inner(node)
        start, end = node.start_byte, node.end_byte
        if len(children) != 1 or node.child_count > 1:
            if any(child.type == "," for child in node.children):
                return [Expression(start, end, self._expressions.sequence(start, end, children))]
            return self.body(children)
        only = children[0]
        if only.type == "assignment":
            return self._assignment(only)
        if only.type == "augmented_assignment":
            return self._augmented(only)
        return [Expression(start, end, self._expressions.lower(only))]

    def _assignment(self, node: Syntax) -> list[Stmt]:
        """`a = b = v` writes v once, to a name if there is one, and gives that to the other targets."""
        lefts: list[Syntax] = []
        current: Syntax | None = node
        annotation = self._expressions.annotation(node.child_by_field_name("type"))
        while current is not None and current.type == "assignment":
            left = current.child_by_field_name("left")
            if left is not None:
                lefts.append(left)
            current = current.child_by_field_name("right")
        end = node.end_byte
        value = None if current is None else self._expressions.lower(current)
        targets = [(left, self._expressions.target(left)) for left in lefts]
        known = [target for _, target in targets if target is not None]
        if not known:
            inside: list[Expr] = [self._expressions.lower(left) for left in lefts]
            if value is not None:
                inside.append(value)
            return [Expression(node.start_byte, end, Unknown(node.start_byte, end, list(inside)))]
        first = next((target for target in known if isinstance(target, Name)), known[-1])
        statements = [self._scope.write(first.start, end, first, value, annotation)]
        again = value
        if isinstance(first, Name) and len(known) > 1:
            again = Name(first.start, first.end, first.id)
        elif isinstance(first, Member):
            again = first
        statements.extend(
            self._scope.write(target.start, end, target, again) for target in known if target is not first
        )
        return statements

    def _augmented(self, node: Syntax) -> list[Stmt]:
        left = node.child_by_field_name("left")
        operator = node.child_by_field_name("operator")
        target = None if left is None else self._expressions.target(left)
        start, end = node.start_byte, node.end_byte
        if target is None or operator is None:
            return [Expression(start, end, self._expressions.unknown(node))]
        value = self._expressions.field(node, "right")
        return [Expression(start, end, Assign(start, end, target, value, operator.type[:-1]))]

    def _delete(self, node: Syntax) -> list[Stmt]:
        statements: list[Stmt] = []
        pending = inner(node)[::-1]
        while pending:
            child = pending.pop()
            if child.type in ("expression_list", "tuple", "list", "parenthesized_expression"):
                pending.extend(reversed(inner(child)))
                continue
            target = self._expressions.target(child)
            start, end = child.start_byte, child.end_byte
            if target is None:
                statements.append(Expression(start, end, self._expressions.lower(child)))
            else:
                statements.append(Delete(start, end, target))
        return statements

    def _type_alias(self, node: Syntax) -> list[Stmt]:
        left = self._expressions.annotation(node.child_by_field_name("left"))
        right = node.child_by_field_name("right")
        if not isinstance(left, Name) or right is None:
            return [Expression(node.start_byte, node.end_byte, self._expressions.unknown(node))]
        return [self._scope.write(node.start_byte, node.end_byte, left, self._expressions.lower(right))]

    # ---------------------------------------------------------------------------- simple statements

    def _return(self, node: Syntax) -> list[Stmt]:
        children = inner(node)
        value = self._expressions.lower(children[0]) if children else None
        return [Return(node.start_byte, node.end_byte, value)]

    def _raise(self, node: Syntax) -> list[Stmt]:
        cause = node.child_by_field_name("cause")
        children = [child for child in inner(node) if child != cause]
        value = self._expressions.lower(children[0]) if children else None
        statements: list[Stmt] = [Throw(node.start_byte, node.end_byte, value)]
        if cause is not None and cause.type not in ("identifier", "none"):
            # The cause is evaluated before the throw.
            statements.insert(0, Expression(cause.start_byte, cause.end_byte, self._expressions.lower(cause)))
        return statements

    def _assert(self, node: Syntax) -> list[Stmt]:
        parts = [self._expressions.lower(part) for part in inner(node)]
        if not parts:
            return []
        value, *message = parts
        if message and not isinstance(message[0], Literal):
            # The message is evaluated where the test fails.
            value = Logical(value.start, message[0].end, "or", value, message[0])
        return [Expression(node.start_byte, node.end_byte, value)]

    def _print(self, node: Syntax) -> list[Stmt]:
        """Python 2's `print a, b` is a call of print."""
        keyword = node.children[0]
        arguments = [self._expressions.lower(child) for child in inner(node)]
        callee = Name(keyword.start_byte, keyword.end_byte, "print")
        return [Expression(node.start_byte, node.end_byte, Call(node.start_byte, node.end_byte, callee, [*arguments]))]

    def _exec(self, node: Syntax) -> list[Stmt]:
        return [Expression(node.start_byte, node.end_byte, self._expressions.unknown(node))]

    # -------------------------------------------------------------------------- compound statements

    def _if(self, node: Syntax) -> list[Stmt]:
        end = node.end_byte
        arms = [(node.start_byte, self._expressions.field(node, "condition"), self._field_block(node, "consequence"))]
        orelse: list[Stmt] = []
        for clause in node.children_by_field_name("alternative"):
            if clause.type == "elif_clause":
                test = self._expressions.field(clause, "condition")
                arms.append((clause.start_byte, test, self._field_block(clause, "consequence")))
            else:
                orelse = self._field_block(clause, "body")
        for start, test, then in reversed(arms):
            orelse = [Branch(start, end, test, then, orelse)]
        return orelse

    def _field_block(self, node: Syntax, name: str) -> list[Stmt]:
        return self.block(node.child_by_field_name(name))

    def _else_block(self, node: Syntax, kind: str = "else_clause") -> list[Stmt]:
        for child in node.named_children:
            if child.type == kind:
                return self._inner_block(child)
        return []

    def _inner_block(self, node: Syntax) -> list[Stmt]:
        return self.body(
            child for block in node.named_children if block.type == "block" for child in block.named_children
        )

    def _for(self, node: Syntax) -> list[Stmt]:
        left = node.child_by_field_name("left")
        target = None if left is None else self._expressions.target(left)
        iterable = self._expressions.iterable(node)
        body = self._field_block(node, "body")
        return [
            Loop(node.start_byte, node.end_byte, body, target=target, iterable=iterable, orelse=self._else_block(node))
        ]

    def _while(self, node: Syntax) -> list[Stmt]:
        test = self._expressions.field(node, "condition")
        body = self._field_block(node, "body")
        return [Loop(node.start_byte, node.end_byte, body, test=test, orelse=self._else_block(node))]

    def _try(self, node: Syntax) -> list[Stmt]:
        body = self._field_block(node, "body")
        handlers = [
            Handler(child.start_byte, child.end_byte, self._caught(child), self._inner_block(child))
            for child in node.named_children
            if child.type in ("except_clause", "except_group_clause")
        ]
        orelse = self._else_block(node)
        return [Try(node.start_byte, node.end_byte, body, handlers, orelse, self._else_block(node, "finally_clause"))]

    def _caught(self, node: Syntax) -> Target | None:
        values = node.children_by_field_name("value")
        alias = node.child_by_field_name("alias")
        if alias is None and values and values[0].type == "as_pattern":
            alias = values[0].child_by_field_name("alias")
        if alias is None and len(values) == 2:
            alias = values[1]  # Python 2's `except E, e:`.
        return None if alias is None else self._expressions.target(alias)

    def _with(self, node: Syntax) -> list[Stmt]:
        statements: list[Stmt] = []
        items = [item for clause in node.named_children if clause.type == "with_clause" for item in inner(clause)]
        for item in items:
            value = item.child_by_field_name("value") or item
            while value.type == "parenthesized_expression" and [child.type for child in inner(value)] == ["as_pattern"]:
                value = inner(value)[0]
            start, end = item.start_byte, item.end_byte
            alias = value.child_by_field_name("alias") if value.type == "as_pattern" else None
            target = None if alias is None else self._expressions.target(alias)
            if target is None:
                context = self._expressions.lower(value)
                statements.append(Expression(start, end, Wrap(context.start, context.end, "with", context)))
                continue
            context = self._expressions.lower(inner(value)[0])
            statements.append(self._scope.write(start, end, target, Wrap(context.start, context.end, "with", context)))
        body = node.child_by_field_name("body")
        if body is not None:
            statements.append(Block(body.start_byte, body.end_byte, self.block(body)))
        return statements


def _nothing(node: Syntax) -> Iterable[Stmt]:
    return ()


def _jump(node: Syntax) -> Iterable[Stmt]:
    return [Jump(node.start_byte, node.end_byte, "break" if node.type == "break_statement" else "continue")]
