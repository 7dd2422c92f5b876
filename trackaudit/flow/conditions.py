"""Conditions: what a test tells of the values it asks about, in each of its two arms."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.values import Const, Symbol, options
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

NO_KEYS: frozenset[str] = frozenset()
ABSENT = ("empty", "blank", "nil", "null", "none", "missing", "invalid", "undefined")
"""How a function's name ends that asks whether something is not there."""


class Test(NamedTuple):
    """What a test tells: keys of the symbols that are there if it holds, and if it does not; and, when all it asks is
    whether things are there, the keys of those things."""

    then: frozenset[str]
    orelse: frozenset[str]
    subjects: frozenset[str] | None

    def reversed(self) -> Test:
        """What the opposite test tells."""
        return Test(self.orelse, self.then, self.subjects)


NOTHING = Test(NO_KEYS, NO_KEYS, None)


def read_test(m: Machine, node: p.Expr) -> Test:
    """What a test tells of presence. Evaluates names and members only, never a call."""
    if isinstance(node, p.Wrap):
        return read_test(m, node.value)
    if isinstance(node, p.Unary) and node.op == "not":
        return read_test(m, node.operand).reversed()
    if isinstance(node, p.Logical):
        left, right = read_test(m, node.left), read_test(m, node.right)
        both = None if left.subjects is None or right.subjects is None else left.subjects | right.subjects
        if node.op == "and":
            return Test(left.then | right.then, NO_KEYS, both)
        return Test(NO_KEYS, left.orelse | right.orelse, both)
    if isinstance(node, p.Binary):
        return _read_comparison(m, node)
    if isinstance(node, p.Call):
        return _read_call(m, node)
    if isinstance(node, p.Assign):
        return _present(m, node.target) if isinstance(node.target, p.Name) else NOTHING
    return _present(m, node)


def _read_call(m: Machine, node: p.Call) -> Test:
    """A function that is asked about values (`isValid(mail)`, `mail.includes("@")`) is content only with real ones,
    unless its name asks for the opposite. What else it asks is not known, so it is a branch like any other."""
    looked_up = _looked_up(m, node)
    if looked_up:
        return Test(looked_up, NO_KEYS, looked_up)
    callee = node.callee
    given = [arg for arg in node.args if not isinstance(arg, p.Spread)]
    if isinstance(callee, p.Name) and callee.id in ("Boolean", "bool", "hasattr", "isset", "len") and given:
        return _present(m, given[0])
    name = ""
    if isinstance(callee, p.Name):
        name = callee.id
    elif isinstance(callee, p.Member) and isinstance(callee.key, p.Literal):
        name = str(callee.key.value)
        given.append(callee.object)
    keys = NO_KEYS.union(*(_present(m, value).then for value in given))
    return Test(NO_KEYS, keys, None) if name.lower().endswith(ABSENT) else Test(keys, NO_KEYS, None)


def _read_comparison(m: Machine, node: p.Binary) -> Test:
    if node.op in ("in", "not in"):
        if not isinstance(node.left, p.Literal) or not isinstance(node.right, (p.Name, p.Member)):
            return NOTHING
        present = _present(m, p.Member(node.start, node.end, node.right, node.left, True))
        # What holds something is itself there: `"@" in mail`.
        held = _present(m, node.right).then | _by_get(m, node.right, str(node.left.value))
        present = present._replace(then=present.then | held)
        return present if node.op == "in" else present.reversed()
    left, right, op = node.left, node.right, node.op
    if isinstance(left, p.Literal):
        left, right, op = right, left, _MIRRORED.get(op, op)
    if not isinstance(right, p.Literal):
        return NOTHING
    if isinstance(right.value, (int, float)) and not isinstance(right.value, bool):
        return _read_size(m, left, op, right.value)
    if op not in _SAME and op not in _OTHER:
        return NOTHING
    holds = op in _SAME
    if isinstance(left, p.Unary) and left.op == "typeof":
        present = _present(m, left.operand)
        if right.value == "undefined":
            holds = not holds
    elif right.value in (None, ""):
        present = _present(m, left)
        holds = not holds
    else:
        return NOTHING
    return present if holds else present.reversed()


_SAME = ("==", "===", "is")
_OTHER = ("!=", "!==", "is not")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _read_size(m: Machine, node: p.Expr, op: str, number: float) -> Test:
    """`mail.length > 5`, `len(mail) == 0`: what is not empty is there."""
    while isinstance(node, p.Wrap):
        node = node.value
    if isinstance(node, p.Call) and isinstance(node.callee, p.Name) and node.callee.id == "len" and node.args:
        subject: p.Expr | p.Spread = node.args[0]
    elif isinstance(node, p.Member) and isinstance(node.key, p.Literal) and node.key.value in ("length", "size"):
        subject = node.object
    else:
        return NOTHING
    least = {">": number + 1, ">=": number, "<": number, "<=": number + 1}.get(op, max(number, 1))
    if isinstance(subject, p.Spread) or least < 1:
        return NOTHING
    present = _present(m, subject)
    if least > 1:
        present = present._replace(subjects=None)
    some = op in (">", ">=") or (op in _OTHER if number == 0 else op in _SAME)
    return present if some else present.reversed()


def _present(m: Machine, node: p.Expr) -> Test:
    if isinstance(node, p.Wrap):
        return _present(m, node.value)
    if not isinstance(node, (p.Name, p.Member)) or not _plain(node):
        return NOTHING
    if isinstance(node, p.Member) and isinstance(node.key, p.Literal) and node.key.value == "length":
        node = node.object
    keys = frozenset(option.key for option in options(m.evaluate(node)) if isinstance(option, Symbol))
    return Test(keys, NO_KEYS, keys)


def _looked_up(m: Machine, node: p.Call) -> frozenset[str]:
    """The keys of what `record.get("key")` gives, which is also written `record["key"]`; of another call, none."""
    callee, first = node.callee, node.args[0] if node.args else None
    if not isinstance(callee, p.Member) or not isinstance(callee.key, p.Literal) or callee.key.value != "get":
        return NO_KEYS
    if not isinstance(first, p.Literal) or not isinstance(first.value, str) or not _plain(callee.object):
        return NO_KEYS
    direct = _present(m, p.Member(node.start, node.end, callee.object, first, True)).then
    return direct | _by_get(m, callee.object, first.value)


def _by_get(m: Machine, holder: p.Expr, key: str) -> frozenset[str]:
    """The keys of what `holder.get("key")` gives."""
    known = [option for option in options(m.evaluate(holder)) if isinstance(option, Symbol)]
    return frozenset(option._replace(path=(*option.path, "get", f"({key})")).key for option in known)


def _plain(node: p.Expr) -> bool:
    while isinstance(node, (p.Member, p.Wrap)):
        if isinstance(node, p.Wrap):
            node = node.value
            continue
        if not isinstance(node.key, p.Literal):
            return False
        node = node.object
    return isinstance(node, p.Name)


def decided(m: Machine, node: p.Expr, value: Value) -> bool | None:
    """The test's outcome when it is certain: constants and names that nothing assigns again, and no more."""
    if not isinstance(value, Const):
        return None
    settled, module = m.linker.relevance.settled, m.frame.module
    for part in p.walk([node]):
        if isinstance(part, (p.Member, p.Call)) or (isinstance(part, p.Name) and not settled(module, part.id)):
            return None
    return bool(value.value)
