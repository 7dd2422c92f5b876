"""Parse, JavaScript: modules that list what they need (AMD, as RequireJS loads them), read as those that ask for it.

`define(["./crm"], function (crm) { … })` comes in, `module.exports = (function (crm) { … })(require("./crm"))` goes
out.
"""

from __future__ import annotations

from trackaudit.program import Assign, Call, Function, Literal, Logical, Member, Name, Record, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr, Spread

AMD = frozenset(("define", "require", "requirejs"))
_OWN = ("require", "exports", "module")
"""What a module can ask for that is no other module."""


def amd(callee: Name, start: int, end: int, args: list[Expr | Spread]) -> Expr | None:
    """What a call of one of AMD does; None if it is none."""
    if args and isinstance(args[0], Literal) and len(args) > 1:
        args = args[1:]  # the module's own name
    needs: list[Expr] | None = None
    if args and isinstance(args[0], Sequence):
        needs = _needs(args[0])
        args = args[1:]
        if needs is None or not args:
            return None
    factory = args[0] if args else None
    if callee.id != "define":
        called = isinstance(factory, (Function, Name)) and needs is not None
        return Call(start, end, factory, list(needs or ())) if called else None  # type: ignore[arg-type]
    if isinstance(factory, Record) and needs is None and len(args) == 1:
        return _exported(callee, start, end, factory)
    if not isinstance(factory, Function) and not (isinstance(factory, Name) and needs is not None):
        return None
    if needs is None and isinstance(factory, Function) and factory.params:
        made = Call(start, end, factory, [Name(callee.start, callee.end, name) for name in _OWN])
        return _exported(callee, start, end, Logical(start, end, "or", made, _exports(callee)))
    return _exported(callee, start, end, Call(start, end, factory, list(needs or ())))


def _needs(listed: Sequence) -> list[Expr] | None:
    found: list[Expr] = []
    for item in listed.items:
        if not isinstance(item, Literal) or not isinstance(item.value, str):
            return None
        at, to = item.start, item.end
        own = item.value in _OWN
        found.append(Name(at, to, item.value) if own else Call(at, to, Name(at, to, "require"), [item]))
    return found


def _exported(callee: Name, start: int, end: int, value: Expr) -> Expr:
    return Assign(start, end, _exports(callee), value)


def _exports(callee: Name) -> Member:
    at, to = callee.start, callee.end
    return Member(at, to, Name(at, to, "module"), Literal(at, to, "exports"))
