"""Statements: declarations, branches, loops, and which block what follows them is in."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import assign, objects
from trackaudit.flow.channels import publish_actions
from trackaudit.flow.choice import chain_of, choose
from trackaudit.flow.conditions import NO_KEYS, decided, read_test
from trackaudit.flow.frames import Exit
from trackaudit.flow.values import UNDEFINED, Const, Func, Lazy, options
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

OWN = 2
"""Frames of a unit's own code: its module's, and its function's."""


def execute(m: Machine, body: list[p.Stmt]) -> bool:
    """Run statements; return whether what follows them can be reached.

    What follows a branch that one arm leaves (`if (!email) return;`) is run in the other arm's block, so that blocks
    alone tell what must have happened.
    """
    for statement in body:
        if isinstance(statement, p.Bind) and statement.hoist:
            _bind(m, statement)
    blocks, guards = m.blocks, m.guards
    try:
        for statement in body:
            m.step()
            exits = len(m.frame.exits)
            before = m.blocks
            if not _one(m, statement):
                return False
            if len(m.frame.exits) > exits and m.blocks is before:
                m.enter((m.number(), 0, 0))
                m.crowded(statement)
        return True
    finally:
        m.blocks, m.guards = blocks, guards


def _one(m: Machine, statement: p.Stmt) -> bool:
    """Run one statement. Where one of a unit's own needs too deep a stack, it alone is left out."""
    scope, depth = m.scope, len(m.frames)
    try:
        return _EXECUTE[type(statement)](m, statement)
    except RecursionError:
        if depth > OWN:
            raise
        m.scope = scope
        hides = m.linker.relevance.matters(m.frame.module, statement)
        m.limit(statement, "what is here is nested too deeply to be evaluated", hides=hides)
        return True


def in_scope(m: Machine, body: list[p.Stmt]) -> bool:
    """Run statements in a block scope of their own."""
    outer = m.scope
    m.scope = m.new_scope(False)
    try:
        return execute(m, body)
    finally:
        m.scope = outer


def _bind(m: Machine, node: p.Bind) -> bool:
    if node.hoist and isinstance(node.target, p.Name) and node.target.id in m.scope.names:
        known = m.store.cells.get((m.scope.number, node.target.id))
        if isinstance(known, Func) and known.node is node.value:
            return True
    value = UNDEFINED if node.value is None else m.evaluate(node.value)
    if isinstance(node.target, p.Name) and node.target.id == "actions" and len(m.frames) == 1:
        publish_actions(m, value)
    if node.value is None:
        if isinstance(node.target, p.Name):
            annotated = node.annotation is not None and objects.instance_of(m, node.annotation)
            m.declare(node.target.id, annotated or None, node.scope == "function")
        return True
    assign.bind(m, node.target, value, node.scope == "function", node.value)
    return True


def _delete(m: Machine, node: p.Delete) -> bool:
    if isinstance(node.target, p.Member):
        base = m.evaluate(node.target.object)
        key = m.evaluate(node.target.key)
        for option in options(key):
            if isinstance(option, Const):
                objects.remove(m, base, str(option.value))
    return True


def _expression(m: Machine, node: p.Expression) -> bool:
    m.evaluate(node.value)
    return True


def _return(m: Machine, node: p.Return) -> bool:
    value = UNDEFINED if node.value is None else m.evaluate(node.value)
    frame = m.frame
    writes = m.store.writes_since(frame.level) if len(frame.exits) < 100 else {}
    frame.exits.append(Exit(value, writes))
    return False


def _throw(m: Machine, node: p.Throw) -> bool:
    if node.value is not None:
        m.evaluate(node.value)
    return False


def _jump(m: Machine, node: p.Jump) -> bool:
    return False


def _block(m: Machine, node: p.Block) -> bool:
    return in_scope(m, node.body)


class Outcome(NamedTuple):
    """What came of a branch: the test's value, whether anything comes out alive and, when exactly one arm does, that
    arm's block and what its test tells."""

    value: Value
    alive: bool
    block: tuple[int, int, int] | None = None
    told: frozenset[str] = NO_KEYS


def branch(m: Machine, test: p.Expr, then: Callable[[], bool], orelse: Callable[[], bool]) -> Outcome:
    """Run both arms of a branch, or the only one that can run, and join them."""
    told = read_test(m, test)
    value = m.evaluate(test)
    sure = decided(m, test, value)
    if sure is not None:
        return Outcome(value, (then if sure else orelse)())
    number = m.number()
    if told.subjects is not None:
        if told.subjects <= told.then:
            m.presence[number] = (0, told.subjects)
        elif told.subjects <= told.orelse:
            m.presence[number] = (1, told.subjects)
    first = m.arm((number, 0, 2), told.then, then)
    second = m.arm((number, 1, 2), told.orelse, orelse)
    m.store.join([arm.writes for arm in (first, second) if arm.alive])
    if first.alive == second.alive:
        return Outcome(value, first.alive)
    return Outcome(value, True, (number, 0 if first.alive else 1, 2), told.then if first.alive else told.orelse)


def _branch(m: Machine, node: p.Branch) -> bool:
    links = chain_of(m, node)
    if links is not None:
        choice = choose(m, links, lambda body: in_scope(m, body))
        if choice.block is not None:
            m.enter(choice.block)
            m.tell(choice.told)
        return choice.alive
    outcome = branch(m, node.test, lambda: in_scope(m, node.then), lambda: in_scope(m, node.orelse))
    if outcome.block is not None:
        m.enter(outcome.block)
        m.tell(outcome.told)
    return outcome.alive


def _loop(m: Machine, node: p.Loop) -> bool:
    item: Value | None = None
    if node.iterable is not None:
        item = objects.element(m, m.evaluate(node.iterable), node, keys=node.keys)
    told = NO_KEYS
    if node.test is not None:
        told = read_test(m, node.test).then
        m.evaluate(node.test)

    def run() -> bool:
        outer = m.scope
        m.scope = m.new_scope(False)
        m.tell(told)
        try:
            if node.target is not None and item is not None:
                assign.bind(m, node.target, item, m.frame.module.language == "python", node.target)
            execute(m, node.body)
            return True
        finally:
            m.scope = outer

    if node.once:
        guards = m.guards
        run()
        m.guards = guards
    else:
        m.maybe(run)
    return in_scope(m, node.orelse) if node.orelse else True


def _try(m: Machine, node: p.Try) -> bool:
    body = m.arm(None, NO_KEYS, lambda: in_scope(m, node.body) and in_scope(m, node.orelse))
    arms = [body] if body.alive else []

    def handle(handler: p.Handler) -> bool:
        m.store.join([{}, body.writes])
        outer = m.scope
        m.scope = m.new_scope(False)
        try:
            if handler.target is not None:
                assign.bind(m, handler.target, m.unknown(handler), m.frame.module.language == "python", handler.target)
            return execute(m, handler.body)
        finally:
            m.scope = outer

    for handler in node.handlers:
        arm = m.arm((m.number(), 0, 0), NO_KEYS, lambda handler=handler: handle(handler))  # type: ignore[misc]
        if arm.alive:
            arms.append(arm)
    m.store.join([arm.writes for arm in arms])
    return in_scope(m, node.finalbody) and bool(arms)


def _import(m: Machine, node: p.Import) -> bool:
    for name in node.names:
        if name.local == "*":
            for exported, value in m.linker.everything(m, m.frame.module, node.module).items():
                m.declare(exported, value, True)
            continue
        m.declare(name.local, Lazy(m.frame.module, node, name), True)
    return True


def _export(m: Machine, node: p.Export) -> bool:
    if node.value is not None:
        value = m.evaluate(node.value)
        m.scope.names["export default"] = None
        m.store.write((m.scope.number, "export default"), value)
    return True


_EXECUTE: dict[type[p.Node], Callable[..., bool]] = {
    p.Bind: _bind,
    p.Delete: _delete,
    p.Expression: _expression,
    p.Return: _return,
    p.Throw: _throw,
    p.Jump: _jump,
    p.Block: _block,
    p.Branch: _branch,
    p.Loop: _loop,
    p.Try: _try,
    p.Import: _import,
    p.Export: _export,
}
