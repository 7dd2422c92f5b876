"""parse (Python), the `match` statement: nested Branches, with the names that patterns capture bound in each arm."""

from __future__ import annotations

from trackaudit.parse.balance import balanced
from trackaudit.parse.python_syntax import inner
from trackaudit.program import Binary, Bind, Branch, Literal, Logical, Member, Name, Sequence, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node as Syntax

    from trackaudit.parse.python_expressions import Expressions
    from trackaudit.program import Expr, Stmt, Target

    Write = Callable[[int, int, Target, Expr | None], Stmt]


class MatchReader:
    """Lowers `match`. A pattern that is more than a value, a name, a mapping's key or a class's keyword gives
    Unknown values: what matters here is which arm runs, not the exact taking apart."""

    def __init__(self, expressions: Expressions, write: Write, block: Callable[[Syntax | None], list[Stmt]]) -> None:
        self._expressions = expressions
        self._write = write
        self._block = block

    def read(self, node: Syntax) -> list[Stmt]:
        """The statements that a `match` becomes: a name for its subject if it needs one, then one Branch."""
        statements: list[Stmt] = []
        subject = self._subject(node)
        if not isinstance(subject, (Name, Literal)):
            # The subject runs once, however many arms ask about it.
            held = Name(subject.start, subject.end, f"match at {node.start_byte}")
            statements.append(Bind(subject.start, subject.end, held, subject, "function"))
            subject = held
        body = node.child_by_field_name("body")
        arms: list[tuple[Syntax, Expr | None, list[Stmt]]] = []
        for clause in body.named_children if body is not None else ():
            if clause.type != "case_clause":
                continue
            test, captures = self._case(clause, subject)
            arms.append((clause, test, captures + self._block(clause.child_by_field_name("consequence"))))
        orelse: list[Stmt] = []
        for clause, test, then in reversed(arms):
            orelse = then if test is None else [Branch(clause.start_byte, node.end_byte, test, then, orelse)]
        return statements + orelse

    def _subject(self, node: Syntax) -> Expr:
        subjects = node.children_by_field_name("subject")
        if len(subjects) == 1:
            return self._expressions.lower(subjects[0])
        items = [self._expressions.lower(subject) for subject in subjects]
        return Sequence(node.start_byte, items[-1].end if items else node.end_byte, [*items])

    def _case(self, clause: Syntax, subject: Expr) -> tuple[Expr | None, list[Stmt]]:
        """The test of an arm (None: always) and the binds of what it captures."""
        captures: list[Stmt] = []
        patterns = [child for child in inner(clause) if child.type == "case_pattern"]
        if len(patterns) == 1:
            test = self._pattern(patterns[0], subject, captures)
        else:
            test = Unknown(clause.start_byte, clause.start_byte, [])
            for pattern in patterns:
                self._pattern(pattern, None, captures)
        guard = clause.child_by_field_name("guard")
        if guard is not None:
            condition = self._expressions.lower(inner(guard)[0])
            test = condition if test is None else Logical(test.start, condition.end, "and", test, condition)
        return test, captures

    def _pattern(self, node: Syntax, subject: Expr | None, captures: list[Stmt]) -> Expr | None:
        """The test that a pattern is of `subject` (None: a part that nothing names); None where it always matches."""
        start, end = node.start_byte, node.end_byte
        kind = node.type
        children = inner(node)
        if kind == "case_pattern":
            if not children:
                return None if node.child_count == 1 and node.children[0].type == "_" else self._value(node, subject)
            if len(children) > 1 or node.children[0].type == "-":
                return self._value(node, subject)
            return self._pattern(children[0], subject, captures)
        if kind == "dotted_name" and len(children) == 1:
            self._capture(children[0], subject, captures)
            return None
        if kind == "as_pattern" and children:
            test = self._pattern(children[0], subject, captures)
            self._capture(children[-1], subject, captures)
            return test
        if kind == "union_pattern":
            tests = [self._pattern(child, subject, captures) for child in children]
            return self._either(tests)
        if kind == "splat_pattern":
            for child in children:
                self._capture(child, None, captures)
            return None
        if kind == "tuple_pattern" and len(children) == 1 and all(child.type != "," for child in node.children):
            return self._pattern(children[0], subject, captures)
        if kind in ("list_pattern", "tuple_pattern"):
            for child in children:
                self._pattern(child, None, captures)
            return Unknown(start, end, [])
        if kind == "dict_pattern":
            self._mapping(node, subject, captures)
            return Unknown(start, end, [])
        if kind == "class_pattern":
            for child in children[1:]:
                self._class_argument(child, subject, captures)
            return Unknown(start, end, [])
        return self._value(node, subject)

    def _value(self, node: Syntax, subject: Expr | None) -> Expr:
        expression = self._expressions.lower(node) if node.type != "case_pattern" else self._expressions.unknown(node)
        if subject is None:
            return expression
        return Binary(node.start_byte, node.end_byte, "==", subject, expression)

    def _either(self, tests: list[Expr | None]) -> Expr | None:
        result: Expr | None = None
        for test in tests:
            if test is None:
                return None
            result = test if result is None else Logical(result.start, test.end, "or", result, test)
        return None if result is None else balanced(result)

    def _capture(self, name: Syntax, subject: Expr | None, captures: list[Stmt]) -> None:
        start, end = name.start_byte, name.end_byte
        id = self._expressions.text(name)
        if id == "_":
            return
        value = Unknown(start, end, []) if subject is None else subject
        captures.append(self._write(start, end, Name(start, end, id), value))

    def _mapping(self, node: Syntax, subject: Expr | None, captures: list[Stmt]) -> None:
        key: Syntax | None = None
        for index, child in enumerate(node.children):
            field = node.field_name_for_child(index)
            if field == "key":
                key = child
            elif field == "value":
                part = None
                if key is not None and subject is not None:
                    literal = self._expressions.lower(key)
                    part = Member(key.start_byte, key.end_byte, subject, literal, computed=True)
                self._pattern(child, part, captures)
            elif child.type == "splat_pattern":
                self._pattern(child, None, captures)

    def _class_argument(self, node: Syntax, subject: Expr | None, captures: list[Stmt]) -> None:
        children = inner(node)
        if node.type == "case_pattern" and len(children) == 1 and children[0].type == "keyword_pattern":
            named = inner(children[0])
            if len(named) == 2:
                name = named[0]
                key = Literal(name.start_byte, name.end_byte, self._expressions.text(name))
                part = None if subject is None else Member(name.start_byte, name.end_byte, subject, key)
                self._pattern(named[1], part, captures)
                return
        self._pattern(node, None, captures)
