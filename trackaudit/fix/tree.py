"""Where a place stands in a file: modules of the small language in; nodes, statements, functions and names out.

Front ends copy a statement in a few cases (a `switch` that falls through); the copies have one span, so that any of
them answers for it.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from trackaudit.program import (
    Assign,
    Bind,
    Block,
    Branch,
    Call,
    Comprehension,
    Conditional,
    Delete,
    Export,
    Expression,
    Function,
    Handler,
    Import,
    Jump,
    Literal,
    Logical,
    Loop,
    Member,
    Name,
    Node,
    Param,
    PatternEntry,
    RecordPattern,
    Return,
    SequencePattern,
    Template,
    Throw,
    Try,
    Unary,
    Unknown,
    Wrap,
    children,
    walk,
)
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackaudit.model import Place
    from trackaudit.program import Module

_STATEMENTS = (Bind, Delete, Expression, Return, Throw, Branch, Loop, Try, Jump, Block, Import, Export)


class Spot(NamedTuple):
    """A statement in its list. `body`: the list; `owner`: the node that has the list, None for the module."""

    statement: Node
    body: list[Node]
    owner: Node | None


class Tree:
    """One file's modules. All places asked for are in that file."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = modules
        self._known: dict[tuple[int, int], list[Node]] = {}
        self._levels: dict[int, tuple[Sequence[Node], list[int]]] = {}

    def chain(self, start: int, end: int) -> list[Node]:
        """The nodes that enclose a span, outermost first; the last ones may be of the same span."""
        known = self._known.get((start, end))
        if known is not None:
            return known
        found: list[Node] = []
        for module in self.modules:
            path: list[Node] = []
            inner = self._inner(module, start, end)
            while inner is not None:
                path.append(inner)
                inner = self._inner(inner, start, end)
            if len(path) > len(found):
                found = path
        self._known[start, end] = found
        return found

    def _inner(self, owner: Module | Node, start: int, end: int) -> Node | None:
        """The first of the nodes right below that encloses a span; a function may hold thousands, mostly in order."""
        level = self._levels.get(id(owner))
        if level is None:
            nodes: Sequence[Node] = list(children(owner)) if isinstance(owner, Node) else owner.body
            in_order = all(one.end <= other.start for one, other in pairwise(nodes))
            level = self._levels[id(owner)] = nodes, [node.end for node in nodes] if in_order else []
        nodes, ends = level
        if ends:  # those before end too early, and those after start later
            at = bisect_left(ends, end)
            nodes = nodes[at : at + 1]
        return next((node for node in nodes if node.start <= start and end <= node.end), None)

    def exact(self, place: Place, *kinds: type[Node]) -> Node | None:
        """The innermost node with exactly this span, of one of the kinds where some are given."""
        for node in reversed(self.chain(place.start, place.end)):
            if (node.start, node.end) == (place.start, place.end) and (not kinds or isinstance(node, kinds)):
                return node
        return None

    def function(self, start: int, end: int) -> Function | None:
        """The innermost function that encloses a span."""
        for node in reversed(self.chain(start, end)):
            if isinstance(node, Function) and (node.start, node.end) != (start, end):
                return node
        return None

    def spot(self, start: int, end: int) -> Spot | None:
        """The innermost statement that encloses a span."""
        chain = self.chain(start, end)
        for at in range(len(chain) - 1, -1, -1):
            node = chain[at]
            if isinstance(node, _STATEMENTS):
                owner = chain[at - 1] if at else None
                for body in self._bodies(owner):
                    if any(statement is node for statement in body):
                        return Spot(node, body, owner)
        return None

    def _bodies(self, owner: Node | None) -> Iterator[list[Node]]:
        if owner is None:
            for module in self.modules:
                yield list(module.body)
        elif isinstance(owner, (Function, Block, Handler)):
            yield list(owner.body)
        elif isinstance(owner, Branch):
            yield list(owner.then)
            yield list(owner.orelse)
        elif isinstance(owner, Loop):
            yield list(owner.body)
            yield list(owner.orelse)
        elif isinstance(owner, Try):
            yield list(owner.body)
            yield list(owner.orelse)
            yield list(owner.finalbody)

    # --------------------------------------------------------------------------------------------- names

    def means_the_same(self, node: Node, start: int, end: int) -> bool:
        """Whether the names in an expression hold the same values at another span."""
        here = self.function(node.start, node.end)
        if here is not self.function(start, end):
            return False
        scope: Sequence[Node] = [here] if here is not None else [s for m in self.modules for s in m.body]
        there = self.chain(start, end)
        return all(_is_stable(name, scope, here, node, start, there) for name in names_in(node))

    def is_tested(self, text: str, start: int, end: int, source: bytes) -> bool:
        """Whether a span runs only where the expression of this text is known to be there."""

        def asks(test: Node) -> bool:
            if isinstance(test, Wrap):
                return asks(test.value)
            if isinstance(test, Logical) and test.op == "and":
                return asks(test.left) or asks(test.right)
            return _text(test, source) == text

        def denies(test: Node) -> bool:
            if isinstance(test, Wrap):
                return denies(test.value)
            if isinstance(test, Logical) and test.op == "or":
                return denies(test.left) or denies(test.right)
            return isinstance(test, Unary) and test.op == "not" and asks(test.operand)

        chain = self.chain(start, end)
        for at, node in enumerate(chain):
            below = chain[at + 1] if at + 1 < len(chain) else None
            if isinstance(node, Branch):
                if any(below is one for one in node.then) and asks(node.test):
                    return True
                if any(below is one for one in node.orelse) and denies(node.test):
                    return True
            if isinstance(node, Logical) and node.op == "and" and below is node.right and asks(node.left):
                return True
            if isinstance(node, Conditional) and below is node.then and asks(node.test):
                return True
            for body in self._bodies(node):
                if not any(below is one for one in body):
                    continue
                for before in body:
                    if before is below:
                        break
                    if isinstance(before, Branch) and before.then and denies(before.test):
                        last = before.then[-1]
                        if isinstance(last, (Return, Throw, Jump)):
                            return True
        return False

    def used_names(self) -> set[str]:
        """Every name that the file's code says, so that a new one can differ from all."""
        found: set[str] = set()
        for module in self.modules:
            for node in walk(list(module.body)):
                if isinstance(node, Name):
                    found.add(node.id)
                elif isinstance(node, Import):
                    found.update(name.local for name in node.names)
                elif isinstance(node, Function) and node.name:
                    found.add(node.name)
        return found


def _text(node: Node, source: bytes) -> str:
    return source[node.start : node.end].decode("utf-8", "replace").strip()


def names_in(node: Node) -> set[str]:
    """The variables that an expression reads."""
    found: set[str] = set()
    stack: list[Node] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, Name):
            found.add(one.id)
        elif isinstance(one, Member) and not one.computed:
            stack.append(one.object)
        else:
            stack.extend(children(one))
    return found


def _is_stable(
    name: str, scope: Sequence[Node], function: Function | None, node: Node, start: int, there: list[Node]
) -> bool:
    """Whether nothing gives the name another value between the expression and the other span."""
    binds = [found for found in _bindings(scope, name) if found[0] is not node]
    if any(kind == "assign" for _, kind, _ in binds):
        return False
    declared = [(one, parent) for one, kind, parent in binds if kind != "param"]
    params = [one for one, kind, _ in binds if kind == "param"]
    if not declared:
        return True
    if params or len(declared) > 1:
        return False
    one, parent = declared[0]
    if isinstance(one, Loop):
        return any(step is one for step in there)
    before = one.start <= min(node.start, start)
    return before and (parent is None or parent is function or any(step is parent for step in there))


def _bindings(scope: Sequence[Node], name: str) -> list[tuple[Node, str, Node | None]]:
    """What binds a name in a function, not in those inside it: (node, "param" | "bind" | "assign", its parent)."""
    found: list[tuple[Node, str, Node | None]] = []
    stack: list[tuple[Node, Node | None]] = [(node, None) for node in scope]
    first = scope[0] if len(scope) == 1 and isinstance(scope[0], Function) else None
    while stack:
        node, parent = stack.pop()
        if isinstance(node, Function) and node is not first:
            if any(isinstance(one, Assign) and name in _targets(one.target) for one in walk(list(node.body))):
                found.append((node, "assign", parent))
            continue
        if isinstance(node, Param) and name in _targets(node.target):
            found.append((node, "param", parent))
        elif isinstance(node, (Bind, Loop)) and node.target is not None and name in _targets(node.target):
            found.append((node, "bind", parent))
        elif isinstance(node, Handler) and node.target is not None and name in _targets(node.target):
            found.append((node, "bind", node))
        elif isinstance(node, Assign) and name in _targets(node.target):
            found.append((node, "assign", parent))
        stack.extend((child, node) for child in children(node))
    return found


def _targets(target: Node | None) -> set[str]:
    if isinstance(target, Name):
        return {target.id}
    if isinstance(target, RecordPattern):
        rest = _targets(target.rest) if target.rest is not None else set()
        return {name for entry in target.entries for name in _targets(entry.target)} | rest
    if isinstance(target, SequencePattern):
        return {name for entry in target.items if entry is not None for name in _targets(entry.target)}
    if isinstance(target, PatternEntry):
        return _targets(target.target)
    return set()


_PURE = frozenset(
    ("trim", "toLowerCase", "toLocaleLowerCase", "toString", "strip", "lower", "casefold", "String", "str", "lstrip")
)
"""Calls that may be written twice: they change nothing and cost nothing."""


def is_plain(node: Node) -> bool:
    """Whether an expression may be evaluated twice: nothing but names, members, constants and pure text steps."""
    if isinstance(node, (Name, Literal)):
        return True
    if isinstance(node, Member):
        return is_plain(node.object) and (not node.computed or is_plain(node.key))
    if isinstance(node, Wrap):
        return node.kind in ("paren", "cast") and is_plain(node.value)
    if isinstance(node, Call):
        callee = node.callee
        name = callee.key.value if isinstance(callee, Member) and isinstance(callee.key, Literal) else None
        if isinstance(callee, Name):
            name = callee.id
        owner = is_plain(callee.object) if isinstance(callee, Member) else True
        return name in _PURE and owner and all(is_plain(argument) for argument in node.args) and not node.keywords
    if isinstance(node, Template):
        return all(is_plain(part) for part in node.parts)
    if isinstance(node, Logical):
        return is_plain(node.left) and is_plain(node.right)
    if isinstance(node, Conditional):
        return is_plain(node.test) and is_plain(node.then) and is_plain(node.orelse)
    if isinstance(node, Unary):
        return node.op in ("not", "typeof", "!") and is_plain(node.operand)
    return False


def runs_once(chain: Sequence[Node], statement: Node) -> bool:
    """Whether what stands at the end of the chain runs once whenever its statement does."""
    at = next((index for index, node in enumerate(chain) if node is statement), -1)
    for node, below in zip(chain[at:], chain[at + 1 :], strict=False):
        if isinstance(node, (Function, Loop, Comprehension, Branch, Unknown)):
            return False
        if isinstance(node, Logical) and below is node.right:
            return False
        if isinstance(node, Conditional) and below is not node.test:
            return False
    return True
