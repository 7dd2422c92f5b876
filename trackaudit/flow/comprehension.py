"""Python comprehensions: lists of what each turn gives, dicts less what their tests take out."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import assign, objects
from trackaudit.flow.methods import FEW
from trackaudit.flow.values import Const, Obj, Ref, Rest, Slot, Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value


def comprehension(m: Machine, node: p.Comprehension) -> Value:
    """What a comprehension holds."""
    outer, guards = m.scope, m.guards
    m.scope = m.new_scope(True)
    held: list[Value] = []
    source: list[Obj] = []

    def run() -> bool:
        for clause in node.clauses:
            over = m.evaluate(clause.iterable)
            source.extend(m.store.object(o) for o in options(over) if isinstance(o, Ref))
            assign.bind(m, clause.target, objects.element(m, over, clause), True, clause.target)
            for test in clause.tests:
                m.evaluate(test)
        if not isinstance(node.element, p.Pair):
            held.append(m.evaluate(node.element))
        return True

    try:
        if node.kind == "dict":
            return _filtered(m, node)
        m.maybe(run)
    finally:
        m.scope, m.guards = outer, guards
    place = m.place(node.element)
    items = tuple(Slot(value, False, place, place) for value in held)
    return m.allocate(Obj("list", m.place(node), {}, items, (Rest(None, "a comprehension"),)))


def _filtered(m: Machine, node: p.Comprehension) -> Value:
    """`{k: v for k, v in d.items() if k != "email"}`: the same entries, less those a test takes out."""
    clause = node.clauses[0]
    over = clause.iterable
    result = m.new_record(node)
    pair = node.element
    assert isinstance(pair, p.Pair)
    if (
        len(node.clauses) == 1
        and isinstance(over, p.Call)
        and isinstance(over.callee, p.Member)
        and isinstance(over.callee.key, p.Literal)
        and over.callee.key.value == "items"
        and isinstance(clause.target, p.SequencePattern)
        and isinstance(pair.key, p.Name)
        and clause.target.items
        and isinstance(first := clause.target.items[0], p.PatternEntry)
        and isinstance(first.target, p.Name)
        and first.target.id == pair.key.id
    ):
        objects.merge(m, result, m.evaluate(over.callee.object), node)
        names = [item.target.id for item in clause.target.items if item and isinstance(item.target, p.Name)]
        for test in clause.tests:
            _filter(m, result, test, names)
        if not (isinstance(pair.value, p.Name) and pair.value.id in names[1:]):
            _evaluate_values(m, result, clause.target, pair)
        return result
    assign.bind(m, clause.target, objects.element(m, m.evaluate(over), clause), True, clause.target)
    key = m.evaluate(pair.key)
    value = m.evaluate(pair.value)
    for option in options(key):
        if isinstance(option, Const):
            objects.put(m, result, str(option.value), value, m.place(pair), m.place(pair.value), False)
    objects.loosen(m, result, "a comprehension")
    return result


def _evaluate_values(m: Machine, ref: Ref, target: p.SequencePattern, pair: p.Pair) -> None:
    """Give each of a few entries the value that the comprehension makes of it (`{key: row[name] for key, name in …}`).
    What is only made another form of stays where it was put."""
    obj = m.store.object(ref)
    if len(obj.entries) > FEW:
        return
    for key, slot in obj.entries.items():
        assign.bind(m, target, m.new_list(pair, [Const(key, slot.root), slot.value]), True, target)
        value = m.evaluate(pair.value)
        keys = [{one.key for one in options(some) if isinstance(one, Symbol)} for some in (slot.value, value)]
        if keys[0] != keys[1]:
            objects.put(m, ref, key, value, m.place(pair), m.place(pair.value), slot.must)


def _filter(m: Machine, ref: Ref, test: p.Expr, names: list[str]) -> None:
    """Apply a comprehension's test on the key, or on values that are known; one on others makes every entry a maybe.
    `names`: of the key, and of the value."""
    obj = m.store.object(ref)
    if isinstance(test, p.Logical) and test.op == "and":
        _filter(m, ref, test.left, names)
        _filter(m, ref, test.right, names)
        return
    if isinstance(test, p.Unary) and test.op == "not" and isinstance(test.operand, p.Binary):
        flipped = {"in": "not in", "==": "!=", "not in": "in", "!=": "=="}.get(test.operand.op)
        if flipped:
            test = p.Binary(test.start, test.end, flipped, test.operand.left, test.operand.right)
    if isinstance(test, p.Binary) and isinstance(test.left, p.Name) and test.left.id in names:
        named = _constant_set(m, test.right)
        of_key = test.left.id == names[0]
        said = {
            key: key if of_key else str(slot.value.value) if isinstance(slot.value, Const) else None
            for key, slot in obj.entries.items()
        }
        if named is not None and None not in said.values() and (of_key or not obj.rests):
            if test.op in ("!=", "not in"):
                for key in named if of_key else [key for key, text in said.items() if text in named]:
                    objects.remove(m, ref, key)
                return
            if test.op in ("==", "in"):
                m.update(ref, obj._replace(entries={k: s for k, s in obj.entries.items() if said[k] in named}))
                return
    m.update(ref, obj._replace(entries={key: slot._replace(must=False) for key, slot in obj.entries.items()}))


def _constant_set(m: Machine, node: p.Expr) -> frozenset[str] | None:
    value = m.evaluate(node)
    if isinstance(value, Const):
        return frozenset((str(value.value),))
    if isinstance(value, Ref):
        obj = m.store.object(value)
        values = [slot.value for slot in obj.items]
        if all(isinstance(v, Const) for v in values) and not obj.rests:
            return frozenset(str(v.value) for v in values if isinstance(v, Const))
    return None
