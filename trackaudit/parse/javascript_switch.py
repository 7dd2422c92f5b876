"""Parse, JavaScript: a switch becomes nested Branches, so that the evaluator knows one kind of choice only.

An arm holds what runs for its case: its own statements and, until something ends it, those it falls into. What a
`break` skips is moved into the other side of the branch that the `break` stands in.
"""

from __future__ import annotations

from trackaudit.parse.balance import balanced
from trackaudit.program import Binary, Block, Branch, Expression, Jump, Literal, Logical, Return, Throw, Try, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import Lower
    from trackaudit.program import Expr, Node, Stmt

_MOST_COPIES = 20_000
"""Nodes that unfolding may copy in one file: hostile nesting would double them at every level."""


def switch(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """Lower one switch statement into a chain of Branches, each the `orelse` of the one before."""
    start, end = node.start_byte, node.end_byte
    value = node.child_by_field_name("value")
    subject = low.inside(value) if value is not None else Literal(start, start, True)
    body = node.child_by_field_name("body")
    clauses: list[tuple[Tree, Expr | None, list[Stmt]]] = []
    for clause in body.children if body is not None else ():
        if clause.type in ("switch_case", "switch_default"):
            case = low.field(clause, "value") if clause.type == "switch_case" else None
            clauses.append((clause, case, low.block(clause.children_by_field_name("body"))))
        elif clause.type == "ERROR":
            out.extend(low.block((clause,)))

    arms = _arms(low, [statements for _, _, statements in clauses])
    default: list[Stmt] = []
    choices: list[tuple[int, Expr, list[Stmt]]] = []
    test: Expr | None = None
    for at, (clause, case, statements) in enumerate(clauses):
        if case is None:
            default = arms[at]
            continue
        link = _test(subject, case)
        test = link if test is None else Logical(test.start, link.end, "or", test, link)
        follows = clauses[at + 1][1] if at + 1 < len(clauses) else None
        if not statements and follows is not None:
            continue  # `case 1: case 2:` is one choice
        choices.append((clause.start_byte, balanced(test), arms[at]))
        test = None
    orelse = default
    for at, (begin, test, arm) in enumerate(reversed(choices)):
        outermost = at == len(choices) - 1
        orelse = [Branch(start if outermost else begin, end, test, arm, orelse)]
    if choices:
        out.extend(orelse)
    else:
        out.append(Expression(subject.start, subject.end, subject))
        out.append(Block(start, end, default))


def _test(subject: Expr, case: Expr) -> Expr:
    """`subject === case`; in `switch (true)` the case itself, so that it is read as the condition it is."""
    if isinstance(subject, Literal) and subject.value is True:
        return case
    return Binary(case.start, case.end, "===", subject, case)


def _arms(low: Lower, own: list[list[Stmt]]) -> list[list[Stmt]]:
    """What runs from each clause on, without the breaks that leave the switch."""
    arms: list[list[Stmt]] = []
    after: list[Stmt] = []
    for statements in reversed(own):
        if not statements:
            arm = after
        elif _ends(statements) or not _may_copy(low, after):
            arm = statements
        else:
            arm = [*statements, *after]
        arms.append(arm)
        after = arm
    arms.reverse()
    done: dict[int, list[Stmt]] = {}
    for arm in arms:
        if id(arm) not in done:
            done[id(arm)] = _without_breaks(low, arm)
    return [done[id(arm)] for arm in arms]


def _ends(statements: list[Stmt]) -> bool:
    """Whether nothing after these statements runs."""
    while statements:
        last = statements[-1]
        if isinstance(last, Block):
            statements = last.body
            continue
        if isinstance(last, Branch):
            return bool(last.orelse) and _ends(last.then) and _ends(last.orelse)
        return isinstance(last, (Return, Throw, Jump))
    return False


def _without_breaks(low: Lower, statements: list[Stmt]) -> list[Stmt]:
    out: list[Stmt] = []
    for at, statement in enumerate(statements):
        if isinstance(statement, Jump):
            if statement.kind != "break" or statement in low.labelled:
                out.append(statement)
            return out
        if isinstance(statement, Block):
            out.append(Block(statement.start, statement.end, _without_breaks(low, statement.body)))
            if _ends(statement.body):
                return out
        elif isinstance(statement, Branch) and _breaks(low, statement):
            rest = statements[at + 1 :]
            then, orelse = statement.then, statement.orelse
            goes_on = [arm for arm in (then, orelse) if not _ends(arm)]
            moves = len(goes_on) < 2 or _may_copy(low, rest)
            then = _without_breaks(low, then if not moves or _ends(then) else [*then, *rest])
            orelse = _without_breaks(low, orelse if not moves or _ends(orelse) else [*orelse, *rest])
            out.append(Branch(statement.start, statement.end, statement.test, then, orelse))
            if moves:
                return out
        elif isinstance(statement, Try):
            out.append(statement)
            for part in (statement.body, *(handler.body for handler in statement.handlers), statement.finalbody):
                part[:] = _without_breaks(low, part)
        else:
            out.append(statement)
    return out


def _breaks(low: Lower, branch: Branch) -> bool:
    """Whether a break of this switch stands in the branch (not in a loop in it)."""
    stack: list[Stmt] = [branch]
    while stack:
        statement = stack.pop()
        if isinstance(statement, Jump):
            if statement.kind == "break" and statement not in low.labelled:
                return True
        elif isinstance(statement, Branch):
            stack.extend(statement.then)
            stack.extend(statement.orelse)
        elif isinstance(statement, Block):
            stack.extend(statement.body)
    return False


def _may_copy(low: Lower, statements: list[Stmt]) -> bool:
    """Count the nodes of a copy; False, and no copy, when the file has had its share."""
    stack: list[Node] = list(statements)
    count = 0
    while stack:
        stack.extend(children(stack.pop()))
        count += 1
        if low.copies + count > _MOST_COPIES:
            return False
    low.copies += count
    return True
