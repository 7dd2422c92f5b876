"""What a module holds, by one walk over it: its imports, the names of its functions, which names are written twice.

In: a Module. Out: an `Outline`; several questions are asked of every module, and a walk for each would cost most of the
stage.
"""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Module

_NAMING = (p.Function, p.ClassMember)
"""What gives a key's name a meaning: a function in a record, anything in a class."""


class Outline(NamedTuple):
    """imports: import statements. specifiers: every module that is imported anywhere, with the names taken from
    it. required: those of `require("x")` and `import("x")` alone. named: what has a name (a dot before it where it is a
    key or member), and the code that stands for it. classes: those that have bases. functions: the name under which
    each function is known, a variable's, a key's, a member's, by its node's id. rewritten: names that are written more
    than once."""

    imports: list[p.Import]
    specifiers: list[tuple[str, list[str]]]
    required: list[str]
    named: list[tuple[str, p.Node]]
    classes: list[p.Class]
    functions: dict[int, str]
    rewritten: set[str]


def outline(module: Module) -> Outline:
    """Walk a module once."""
    found = Outline([], [], [], [], [], {}, set())
    bound: set[str] = set()
    for node in p.walk(module.body):
        if isinstance(node, p.Call):
            if (specifier := required(node)) is not None:
                found.required.append(specifier)
                found.specifiers.append((specifier, []))
        elif isinstance(node, (p.Bind, p.Assign)):
            _writing(found, bound, node)
        elif isinstance(node, (p.Pair, p.ClassMember)):
            if isinstance(node.key, p.Literal) and node.value is not None:
                name = str(node.key.value)
                _name_functions(found, node.value, name)
                if isinstance(node.value if isinstance(node, p.Pair) else node, _NAMING):
                    found.named.append((f".{node.key.value}", node.value))
        elif isinstance(node, p.Import):
            found.imports.append(node)
            found.specifiers.append((node.module, [name.imported for name in node.names]))
        elif isinstance(node, p.Export):
            if node.module is not None:
                found.specifiers.append((node.module, []))
        elif isinstance(node, p.Class) and node.bases:
            found.classes.append(node)
    # What a class has from a base that sends, its own functions reach by any name.
    for cls in found.classes:
        keys = [str(item.key.value) for item in cls.members if isinstance(item.key, p.Literal)]
        found.named.extend((f".{key}", base) for key in keys for base in cls.bases)
    return found


def _writing(found: Outline, bound: set[str], node: p.Bind | p.Assign) -> None:
    target = node.target
    if isinstance(target, p.Name):
        if isinstance(node, p.Assign) or (node.value is not None and target.id in bound):
            found.rewritten.add(target.id)
        elif node.value is not None:
            bound.add(target.id)
    if node.value is None:
        return
    member = isinstance(target, p.Member)
    names = target_names(target)
    found.named.extend((f".{name}" if member else name, node) for name in names)
    if names and isinstance(target, (p.Name, p.Member)):
        _name_functions(found, node.value, names[0])


def _name_functions(found: Outline, value: p.Node, name: str) -> None:
    """Name a function, or those that a call wraps (`debounce(() => …)`)."""
    while isinstance(value, p.Wrap):
        value = value.value
    functions = value.args if isinstance(value, p.Call) else [value]
    for function in functions:
        if isinstance(function, p.Function):
            found.functions.setdefault(id(function), name)


def target_names(target: p.Node) -> list[str]:
    """The names that a target writes: a variable's, a member's key, those of a pattern."""
    if isinstance(target, p.Name):
        return [target.id]
    if isinstance(target, p.Member):
        return [str(target.key.value)] if isinstance(target.key, p.Literal) else []
    return [node.id for node in p.walk([target]) if isinstance(node, p.Name)]


def required(node: p.Call) -> str | None:
    """The specifier of `require("x")` or `import("x")`; None for any other call."""
    if not isinstance(node.callee, p.Name) or node.callee.id not in ("require", "import") or not node.args:
        return None
    first = node.args[0]
    return first.value if isinstance(first, p.Literal) and isinstance(first.value, str) else None
