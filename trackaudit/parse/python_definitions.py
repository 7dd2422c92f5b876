"""parse (Python): `def`, `class` and decorators, and what a name means inside them (`global`, `nonlocal`)."""

from __future__ import annotations

from trackaudit.parse.python_syntax import inner
from trackaudit.program import (
    Assign,
    Bind,
    Class,
    ClassMember,
    Expression,
    Function,
    Literal,
    Member,
    Name,
    SequencePattern,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node as Syntax

    from trackaudit.parse.python_expressions import Expressions
    from trackaudit.program import Expr, Stmt, Target

_PROPERTIES = ("property", "cached_property", "hybrid_property", "abstractproperty", "getter")


class Scope:
    """The function being read. `outer`: the names it declares `global` or `nonlocal`; None at module level, where
    `global` means nothing."""

    def __init__(self) -> None:
        self.outer: set[str] | None = None

    def declare(self, names: Iterable[str]) -> None:
        """Note names of a `global` or `nonlocal` statement."""
        if self.outer is not None:
            self.outer.update(names)

    def write(self, start: int, end: int, target: Target, value: Expr | None, annotation: Expr | None = None) -> Stmt:
        """`target = value`: a Bind, or an Assign to a member or to a name that is declared `global` or `nonlocal`."""
        if value is not None and annotation is None and (isinstance(target, Member) or self._is_outer(target)):
            return Expression(start, end, Assign(start, end, target, value))
        return Bind(start, end, target, value, "function", annotation=annotation)

    def _is_outer(self, target: Target | None) -> bool:
        outer = self.outer
        if not outer:
            return False
        if isinstance(target, Name):
            return target.id in outer
        if isinstance(target, SequencePattern):
            return any(item is not None and self._is_outer(item.target) for item in target.items)
        return False


class DefinitionReader:
    """Lowers `def` and `class`; `body` lowers the statements inside."""

    def __init__(self, expressions: Expressions, scope: Scope, body: Callable[[Iterable[Syntax]], list[Stmt]]) -> None:
        self._expressions = expressions
        self._scope = scope
        self._body = body

    def read(self, node: Syntax) -> list[Stmt]:
        """The Bind of a function or class; `node` may be a decorated definition."""
        decorators: list[Expr] = []
        definition: Syntax | None = node
        if node.type == "decorated_definition":
            decorators, definition = self._decorators(node)
        if definition is None:
            return [Expression(node.start_byte, node.end_byte, decorator) for decorator in decorators]
        return [self._definition(node, definition, decorators)]

    def _decorators(self, node: Syntax) -> tuple[list[Expr], Syntax | None]:
        decorators = [
            self._expressions.lower(inner(child)[0])
            for child in node.named_children
            if child.type == "decorator" and inner(child)
        ]
        return decorators, node.child_by_field_name("definition")

    def _block(self, node: Syntax | None) -> list[Stmt]:
        return [] if node is None else self._body(node.named_children)

    def _definition(self, node: Syntax, definition: Syntax, decorators: list[Expr]) -> Stmt:
        """`def` or `class` as a statement; `node` is the whole of it, decorators too."""
        is_class = definition.type == "class_definition"
        value: Expr = self._class(definition, decorators) if is_class else self._function(definition, decorators)
        name = definition.child_by_field_name("name")
        if name is None:
            return Expression(node.start_byte, node.end_byte, value)
        target = Name(name.start_byte, name.end_byte, self._expressions.text(name))
        return self._scope.write(node.start_byte, node.end_byte, target, value)

    def _function(self, node: Syntax, decorators: list[Expr]) -> Function:
        expressions = self._expressions
        name = node.child_by_field_name("name")
        params = expressions.params(node.child_by_field_name("parameters"))
        scope = self._scope
        outer, yields = scope.outer, expressions.yields
        scope.outer, expressions.yields = set(), False
        try:
            body = self._block(node.child_by_field_name("body"))
            generator = expressions.yields
        finally:
            self._scope.outer, expressions.yields = outer, yields
        return Function(
            node.start_byte,
            node.end_byte,
            expressions.text(name) if name is not None else None,
            params,
            body,
            generator=generator,
            decorators=decorators,
        )

    def _class(self, node: Syntax, decorators: list[Expr]) -> Class:
        name = node.child_by_field_name("name")
        members: list[ClassMember] = []
        rest: list[Stmt] = []
        outer, self._scope.outer = self._scope.outer, set()
        try:
            body = node.child_by_field_name("body")
            for child in body.named_children if body is not None else ():
                member = self._member(child)
                if member is None:
                    rest.extend(self._body([child]))
                else:
                    members.append(member)
        finally:
            self._scope.outer = outer
        return Class(
            node.start_byte,
            node.end_byte,
            self._expressions.text(name) if name is not None else None,
            self._bases(node.child_by_field_name("superclasses")),
            members,
            rest,
            decorators,
        )

    def _bases(self, node: Syntax | None) -> list[Expr]:
        """The base classes; `Base[T]` is Base, `metaclass=…` is left out."""
        bases: list[Expr] = []
        for child in inner(node) if node is not None else ():
            if child.type in ("keyword_argument", "dictionary_splat", "list_splat"):
                continue
            base = self._expressions.lower(child)
            bases.append(base.object if isinstance(base, Member) and base.computed else base)
        return bases

    def _member(self, node: Syntax) -> ClassMember | None:
        """A field, method or nested class; None for any other statement of a class body."""
        kind = node.type
        if kind == "expression_statement":
            return self._class_field(node)
        decorators: list[Expr] = []
        definition: Syntax | None = node
        if kind == "decorated_definition":
            decorators, definition = self._decorators(node)
        name = definition.child_by_field_name("name") if definition is not None else None
        if definition is None or name is None:
            return None
        key = Literal(name.start_byte, name.end_byte, self._expressions.text(name))
        start, end = node.start_byte, node.end_byte
        if definition.type == "class_definition":
            return ClassMember(start, end, key, self._class(definition, decorators), "field")
        if definition.type != "function_definition":
            return None
        member_kind, static = "method", False
        kept: list[Expr] = []
        for decorator in decorators:
            last = _last_name(decorator)
            if last in _PROPERTIES:
                member_kind = "get"
            elif last == "setter":
                member_kind = "set"
            elif last == "staticmethod":
                static = True
            else:
                kept.append(decorator)
        return ClassMember(start, end, key, self._function(definition, kept), member_kind, static)

    def _class_field(self, node: Syntax) -> ClassMember | None:
        children = inner(node)
        if len(children) != 1 or children[0].type != "assignment":
            return None
        assignment = children[0]
        left = assignment.child_by_field_name("left")
        right = assignment.child_by_field_name("right")
        if left is None or left.type != "identifier" or (right is not None and right.type == "assignment"):
            return None
        return ClassMember(
            assignment.start_byte,
            assignment.end_byte,
            Literal(left.start_byte, left.end_byte, self._expressions.text(left)),
            self._expressions.lower(right) if right is not None else None,
            "field",
            annotation=self._expressions.annotation(assignment.child_by_field_name("type")),
        )


def _last_name(decorator: Expr) -> str:
    """`property` of `@property`, `setter` of `@x.setter`."""
    if isinstance(decorator, Name):
        return decorator.id
    if isinstance(decorator, Member) and isinstance(decorator.key, Literal):
        return str(decorator.key.value)
    return ""
