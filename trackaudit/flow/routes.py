"""What a web framework hands to a function that it runs for a request: it comes from whoever sent that (FastAPI)."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects
from trackaudit.flow.values import ClassValue, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Func, Value


def is_of_request(m: Machine, func: Func, param: p.Param) -> bool:
    """Whether a parameter of a route (`@app.post("/join")`) is a text or a record of the request. What depends on
    something (`= Depends(…)`) is the project's own."""
    return (
        isinstance(param.annotation, p.Name)
        and param.default is None
        and any(_is_route(m, decorator) for decorator in func.node.decorators)
    )


def hold(m: Machine, instance: Value) -> None:
    """Note that the fields of a record are what a request holds."""
    cls = m.store.object(instance).cls if isinstance(instance, Ref) else None
    if not isinstance(cls, ClassValue):
        return
    for owner in objects.class_chain(m, cls):
        for item in owner.node.members:
            if item.kind == "field" and isinstance(item.key, p.Literal):
                field = objects.field_symbol(owner, item)
                m.hold(field, [field._replace(root=f"request:{field.root}", path=("request", *field.path))])


def _is_route(m: Machine, decorator: p.Expr) -> bool:
    if not isinstance(decorator, p.Call) or not isinstance(decorator.callee, p.Member):
        return False
    key = decorator.callee.key
    return isinstance(key, p.Literal) and m.vocabulary.framework_call(str(key.value)) == "routes"
