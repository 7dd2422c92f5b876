"""Promises: which callbacks have surely run where the code after them runs."""

from __future__ import annotations

from trackaudit import program as p

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

ALL = ("all", "allSettled")


def awaited(m: Machine, node: p.Expr) -> Value:
    """What `await node` gives. What comes after `await load().then(done)` runs only when `done` has; with a `catch` in
    the chain as well as one can tell, just as behind `try { … } catch { … }`."""
    calls = _chained(node) - m.awaited
    m.awaited |= calls
    try:
        return m.evaluate(node)
    finally:
        m.awaited -= calls


def _chained(awaited: p.Expr) -> set[int]:
    """The calls in an awaited expression whose callbacks have run when it is there."""
    found: set[int] = set()
    queue: list[p.Expr | p.Spread] = [awaited]
    while queue:
        node = queue.pop()
        while isinstance(node, p.Wrap):
            node = node.value
        if not isinstance(node, p.Call) or not isinstance(node.callee, p.Member):
            continue
        name = node.callee.key.value if isinstance(node.callee.key, p.Literal) else None
        if name in ("then", "finally"):
            found.add(id(node))
        if name in ("then", "finally", "catch"):
            queue.append(node.callee.object)
        elif name in ALL and node.args and isinstance(node.args[0], p.Sequence):
            queue.extend(node.args[0].items)
    return found


def surely_runs(m: Machine, node: p.Node) -> bool:
    """Whether a call's first argument is run before anything after the call: it is awaited, or `new Promise(…)`."""
    if id(node) in m.awaited:
        return True
    return isinstance(node, p.Call) and node.new and isinstance(node.callee, p.Name) and node.callee.id == "Promise"
