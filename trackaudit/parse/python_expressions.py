"""parse (Python), the expression side: a tree-sitter expression node becomes an expression of the small language."""

from __future__ import annotations

from trackaudit.parse.balance import balanced
from trackaudit.parse.python_strings import join_strings, read_string
from trackaudit.parse.python_syntax import inner
from trackaudit.parse.python_text import annotation_name, number
from trackaudit.program import (
    Assign,
    Binary,
    Call,
    Clause,
    Comprehension,
    Conditional,
    Function,
    Keyword,
    Literal,
    Logical,
    Member,
    Name,
    Pair,
    Param,
    PatternEntry,
    Record,
    Return,
    Sequence,
    SequencePattern,
    Spread,
    Unary,
    Unknown,
    Wrap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node as Syntax

    from trackaudit.program import Expr, Stmt, Target

_PATTERNS = frozenset(("pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"))
_HEADS = {"call": "function", "attribute": "object", "subscript": "value"}
_STARRED = frozenset(("list_splat_pattern", "list_splat", "parenthesized_list_splat"))


class Expressions:
    """Lowers the expressions of one file.

    `statements` lowers a statement that error recovery left inside an expression. `yields` becomes True when a
    `yield` is read; whoever reads a function body resets it. Chains that programs write long (`a + b + …`,
    `a.b().c()…`) are read in loops, so that they do not meet the recursion limit.
    """

    def __init__(self, data: bytes, statements: Callable[[Syntax], list[Stmt] | None]) -> None:
        self.data = data
        self.yields = False
        self._statements = statements
        self._table: dict[str, Callable[[Syntax], Expr]] = {
            "identifier": self._name,
            "string": self._string,
            "concatenated_string": self._concatenated,
            "integer": self._number,
            "float": self._number,
            "true": self._constant,
            "false": self._constant,
            "none": self._constant,
            "attribute": self._postfix,
            "subscript": self._postfix,
            "call": self._postfix,
            "dictionary": self._record,
            "list": self._sequence,
            "tuple": self._sequence,
            "set": self._sequence,
            "expression_list": self._sequence,
            "pattern_list": self._sequence,
            "list_comprehension": self._comprehension,
            "set_comprehension": self._comprehension,
            "dictionary_comprehension": self._comprehension,
            "generator_expression": self._comprehension,
            "lambda": self._lambda,
            "conditional_expression": self._conditional,
            "boolean_operator": self._operators,
            "binary_operator": self._operators,
            "comparison_operator": self._comparison,
            "not_operator": self._unary,
            "unary_operator": self._unary,
            "named_expression": self._walrus,
            "await": self._await,
            "yield": self._yield,
            "parenthesized_expression": self._parenthesized,
            "type": self._annotated_expression,
            "list_splat": self._only,
            "dotted_name": self._dotted_name,
        }

    def lower(self, node: Syntax) -> Expr:
        """The expression that a syntax node stands for."""
        return self._table.get(node.type, self.unknown)(node)

    def field(self, node: Syntax, name: str) -> Expr:
        """The expression in a field of a node; an Unknown of no length where error recovery left none."""
        child = node.child_by_field_name(name)
        return Unknown(node.end_byte, node.end_byte, []) if child is None else self.lower(child)

    def text(self, node: Syntax) -> str:
        """A syntax node's source text."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def unknown(self, node: Syntax) -> Unknown:
        """Anything without a place in the small language; what is inside stays visible."""
        children: list[Expr | Spread | Stmt] = []
        for child in inner(node):
            statements = self._statements(child)
            if statements is None:
                children.append(self._item(child))
            else:
                children.extend(statements)
        return Unknown(node.start_byte, node.end_byte, children)

    # ------------------------------------------------------------------------------------------- leaves

    def _name(self, node: Syntax) -> Expr:
        if node.is_missing:
            return Unknown(node.start_byte, node.end_byte, [])
        return Name(node.start_byte, node.end_byte, self.text(node))

    def _dotted_name(self, node: Syntax) -> Expr:
        start = node.start_byte
        names = inner(node)
        result: Expr = self._name(names[0]) if names else Unknown(start, node.end_byte, [])
        for name in names[1:]:
            result = Member(start, name.end_byte, result, Literal(name.start_byte, name.end_byte, self.text(name)))
        return result

    def _constant(self, node: Syntax) -> Expr:
        value = {"true": True, "false": False, "none": None}[node.type]
        return Literal(node.start_byte, node.end_byte, value)

    def _number(self, node: Syntax) -> Expr:
        value = number(self.text(node))
        if value is None:
            return Unknown(node.start_byte, node.end_byte, [])
        return Literal(node.start_byte, node.end_byte, value)

    def _string(self, node: Syntax) -> Expr:
        return read_string(self, node)

    def _concatenated(self, node: Syntax) -> Expr:
        return join_strings(node, [self.lower(child) for child in inner(node)])

    # ---------------------------------------------------------------------- members, calls and operators

    def _postfix(self, node: Syntax) -> Expr:
        chain: list[Syntax] = []
        current = node
        while (field := _HEADS.get(current.type)) is not None:
            head = current.child_by_field_name(field)
            if head is None:
                # Error recovery left a call or member without its head.
                expression: Expr = self.unknown(current)
                break
            chain.append(current)
            current = head
        else:
            expression = self.lower(current)
        for link in reversed(chain):
            expression = self._link(link, expression)
        return expression

    def _link(self, node: Syntax, base: Expr) -> Expr:
        start, end = base.start, node.end_byte
        if node.type == "call":
            arguments = node.child_by_field_name("arguments")
            args, keywords = self.arguments(arguments) if arguments is not None else ([], [])
            return Call(start, end, base, args, keywords)
        if node.type == "attribute":
            name = node.child_by_field_name("attribute")
            if name is None:
                return Unknown(start, end, [base])
            return Member(start, end, base, Literal(name.start_byte, name.end_byte, self.text(name)))
        keys = node.children_by_field_name("subscript")
        if len(keys) == 1 and keys[0].type not in ("slice", "list_splat") and node.children[-2].type != ",":
            return Member(start, end, base, self.lower(keys[0]), computed=True)
        if not keys:
            return Unknown(start, end, [base])
        if isinstance(base, Name) and base.id == "Annotated":
            return self._annotated_expression(keys[0])
        key = Unknown(keys[0].start_byte, keys[-1].end_byte, [self._item(key) for key in keys])
        return Member(start, end, base, key, computed=True)

    def arguments(self, node: Syntax) -> tuple[list[Expr | Spread], list[Keyword]]:
        """The positional and the keyword arguments of an argument list."""
        args: list[Expr | Spread] = []
        keywords: list[Keyword] = []
        if node.type != "argument_list":
            return [self.lower(node)], keywords
        for child in inner(node):
            kind = child.type
            if kind == "keyword_argument":
                name = child.child_by_field_name("name")
                value = self.field(child, "value")
                keywords.append(
                    Keyword(child.start_byte, child.end_byte, self.text(name) if name is not None else "", value)
                )
            elif kind == "dictionary_splat":
                keywords.append(Keyword(child.start_byte, child.end_byte, None, self._only(child)))
            else:
                args.append(self._item(child))
        return args, keywords

    def _item(self, node: Syntax) -> Expr | Spread:
        if node.type in _STARRED or node.type == "dictionary_splat":
            return Spread(node.start_byte, node.end_byte, self._only(node))
        if self.data.startswith(b"*", node.start_byte):
            # The grammar binds the star of `x, *a.b()` to the first name alone: it belongs to the whole.
            return Spread(node.start_byte, node.end_byte, self.lower(node))
        return self.lower(node)

    def _only(self, node: Syntax) -> Expr:
        """The one expression inside a node (`(x)`, `*x`, `**x`)."""
        children = inner(node)
        if len(children) != 1:
            return self.unknown(node)
        if node.type == "parenthesized_list_splat" and children[0].type in _STARRED:
            return self._only(children[0])
        return self.lower(children[0])

    def _operators(self, node: Syntax) -> Expr:
        kind = node.type
        chain: list[Syntax] = []
        current = node
        while current.type == kind:
            left = current.child_by_field_name("left")
            if left is None:
                return self.unknown(node)
            chain.append(current)
            current = left
        result = self.lower(current)
        for link in reversed(chain):
            operator = link.child_by_field_name("operator")
            right = self.field(link, "right")
            op = operator.type if operator is not None else ""
            if kind == "boolean_operator":
                result = Logical(result.start, link.end_byte, op, result, right)
            else:
                result = Binary(result.start, link.end_byte, op, result, right)
        return balanced(result)

    def _comparison(self, node: Syntax) -> Expr:
        operators = node.children_by_field_name("operators")
        operands = [child for child in inner(node) if child.type not in ("not in", "is not")]
        if len(operands) != len(operators) + 1:
            return self.unknown(node)
        result: Expr | None = None
        left = self.lower(operands[0])
        for operator, operand in zip(operators, operands[1:], strict=True):
            right = self.lower(operand)
            link = Binary(left.start, right.end, operator.type, left, right)
            result = link if result is None else Logical(result.start, right.end, "and", result, link)
            # `a < f() < b` runs f once: the second link must not show the call again.
            left = right if isinstance(right, (Name, Literal)) else Unknown(right.start, right.end, [])
        return balanced(result) if result is not None else self.unknown(node)

    def _unary(self, node: Syntax) -> Expr:
        operand = node.child_by_field_name("argument")
        if operand is None:
            return self.unknown(node)
        return Unary(node.start_byte, node.end_byte, node.children[0].type, self.lower(operand))

    def _conditional(self, node: Syntax) -> Expr:
        links: list[tuple[Syntax, Expr, Expr]] = []
        while node.type == "conditional_expression" and len(children := inner(node)) == 3:
            then, test, orelse = children
            links.append((node, self.lower(then), self.lower(test)))
            node = orelse
        value = self.lower(node) if node.type != "conditional_expression" else self.unknown(node)
        for node, then_value, test_value in reversed(links):
            value = Conditional(node.start_byte, node.end_byte, test_value, then_value, value)
        return value

    def _walrus(self, node: Syntax) -> Expr:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None or value is None:
            return self.unknown(node)
        target = Name(name.start_byte, name.end_byte, self.text(name))
        return Assign(node.start_byte, node.end_byte, target, self.lower(value))

    def _await(self, node: Syntax) -> Expr:
        return Wrap(node.start_byte, node.end_byte, "await", self._only(node))

    def _parenthesized(self, node: Syntax) -> Expr:
        return Wrap(node.start_byte, node.end_byte, "paren", self._only(node))

    def _yield(self, node: Syntax) -> Expr:
        self.yields = True
        start, end = node.start_byte, node.end_byte
        children = inner(node)
        if not children:
            return Wrap(start, end, "yield", Literal(end, end, None))
        if any(child.type == "from" for child in node.children):
            # What `yield from xs` yields are the items of xs, not xs.
            value: Expr = Unknown(children[0].start_byte, end, [self.lower(children[0])])
        else:
            value = self._only(node)
        return Wrap(start, end, "yield", value)

    # --------------------------------------------------------------------- displays, comprehensions, lambda

    def _record(self, node: Syntax) -> Expr:
        entries: list[Pair | Spread] = []
        for child in inner(node):
            kind = child.type
            if kind == "pair":
                entries.append(self.pair(child))
            elif kind == "dictionary_splat":
                entries.append(Spread(child.start_byte, child.end_byte, self._only(child)))
            else:
                # Broken code: there may be more entries than can be read.
                entries.append(Spread(child.start_byte, child.end_byte, self.unknown(child)))
        return Record(node.start_byte, node.end_byte, entries)

    def pair(self, node: Syntax) -> Pair:
        """One `key: value` of a dict display or dict comprehension."""
        key = self.field(node, "key")
        value = self.field(node, "value")
        return Pair(node.start_byte, node.end_byte, key, value)

    def _sequence(self, node: Syntax) -> Expr:
        return self.sequence(node.start_byte, node.end_byte, inner(node))

    def sequence(self, start: int, end: int, nodes: list[Syntax]) -> Sequence:
        """A Sequence of these items."""
        return Sequence(start, end, [self._item(node) for node in nodes])

    def _comprehension(self, node: Syntax) -> Expr:
        clauses: list[Clause] = []
        body = node.child_by_field_name("body")
        for child in inner(node):
            if child.type == "for_in_clause":
                left = child.child_by_field_name("left")
                target = self.target(left) if left is not None else None
                if left is None or target is None:
                    return self.unknown(node)
                clauses.append(Clause(child.start_byte, child.end_byte, target, self.iterable(child), []))
            elif child.type == "if_clause" and clauses:
                clauses[-1].tests.append(self._only(child))
                clauses[-1].end = child.end_byte
        if body is None or not clauses:
            return self.unknown(node)
        start, end = node.start_byte, node.end_byte
        if body.type == "pair":
            return Comprehension(start, end, "dict", self.pair(body), clauses)
        return Comprehension(start, end, "list", self.lower(body), clauses)

    def iterable(self, node: Syntax) -> Expr:
        """What a `for` statement or clause runs over; `in a, b` is a sequence of both."""
        rights = [right for right in node.children_by_field_name("right") if right.is_named]
        if len(rights) == 1:
            return self.lower(rights[0])
        if not rights:
            return Unknown(node.end_byte, node.end_byte, [])
        return self.sequence(rights[0].start_byte, rights[-1].end_byte, rights)

    def _lambda(self, node: Syntax) -> Expr:
        body = node.child_by_field_name("body")
        if body is None:
            return self.unknown(node)
        outside, self.yields = self.yields, False
        params = self.params(node.child_by_field_name("parameters"))
        value = self.lower(body)
        generator, self.yields = self.yields, outside
        returned = Return(body.start_byte, body.end_byte, value)
        return Function(node.start_byte, node.end_byte, None, params, [returned], arrow=True, generator=generator)

    # -------------------------------------------------------------- parameters, annotations and targets

    def params(self, node: Syntax | None) -> list[Param]:
        """The parameters of a `def` or lambda; the bare `*` and `/` are left out."""
        params: list[Param] = []
        keyword_only = False
        for child in inner(node) if node is not None else ():
            if child.type == "keyword_separator":
                keyword_only = True
                continue
            param = self._param(child, keyword_only)
            if param is None:
                continue
            if param.rest == "*":
                keyword_only = True
            params.append(param)
        return params

    def _param(self, node: Syntax, keyword_only: bool) -> Param | None:
        kind = node.type
        named: Syntax | None = node
        default = None
        if kind in ("default_parameter", "typed_default_parameter"):
            named = node.child_by_field_name("name")
            default = node.child_by_field_name("value")
        elif kind == "typed_parameter":
            children = inner(node)
            named = children[0] if children else None
        rest = ""
        if named is not None and named.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            rest = "*" if named.type == "list_splat_pattern" else "**"
            children = inner(named)
            named = children[0] if children else None
        if named is None or named.type not in ("identifier", "tuple_pattern"):
            return None
        target = self.target(named)
        if target is None:
            return None
        return Param(
            node.start_byte,
            node.end_byte,
            target,
            default=self.lower(default) if default is not None else None,
            rest=rest,
            annotation=self.annotation(node.child_by_field_name("type")) if not rest else None,
            keyword_only=keyword_only and rest == "",
        )

    def annotation(self, node: Syntax | None) -> Expr | None:
        """The name of the type that an annotation stands for, else None."""
        return None if node is None else annotation_name(self.text(node), node.start_byte)

    def _annotated_expression(self, node: Syntax) -> Expr:
        return self.annotation(node) or self.unknown(node)

    def target(self, node: Syntax) -> Target | None:
        """What an assignment writes to: a name, a member or a pattern; None for anything else (broken code)."""
        kind = node.type
        if kind == "identifier":
            return Name(node.start_byte, node.end_byte, self.text(node))
        if kind in ("attribute", "subscript"):
            member = self.lower(node)
            return member if isinstance(member, Member) else None
        if kind in ("parenthesized_expression", "as_pattern_target"):
            children = inner(node)
            return self.target(children[0]) if len(children) == 1 else None
        if kind not in _PATTERNS:
            return None
        items: list[PatternEntry | None] = []
        rest_at: int | None = None
        for child in inner(node):
            taken = child
            if child.type in _STARRED:
                rest_at = len(items)
                below = inner(child)
                taken = below[0] if below else child
            target = self.target(taken)
            items.append(None if target is None else PatternEntry(child.start_byte, child.end_byte, None, target))
        return SequencePattern(node.start_byte, node.end_byte, items, rest_at)
