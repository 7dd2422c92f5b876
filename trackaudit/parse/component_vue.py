"""Parse, Vue: a component's statements and its markup's handlers come in, one program goes out.

With `<script setup>` the handlers see the script's own names. A component of options becomes a class: its methods see
each other and its data, and its markup is one of them.
"""

from __future__ import annotations

from trackaudit.program import (
    Bind,
    Call,
    Class,
    ClassMember,
    Export,
    ExportName,
    Expression,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Pair,
    Record,
    Return,
    Sequence,
    Spread,
    Wrap,
    walk,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from trackaudit.program import Expr, Stmt

_MAKERS = frozenset(("defineComponent", "defineNuxtComponent", "extend", "component"))
_REFS = frozenset(("ref", "shallowRef", "computed", "toRef", "useState", "customRef"))
_GLOBALS = frozenset(
    ("$event", "window", "document", "console", "undefined", "this", "Math", "JSON", "Object", "Array")
)
_VUE = frozenset(
    ("$refs", "$el", "$emit", "$event", "$store", "$route", "$router", "$parent", "$root", "$props", "$attrs", "$slots",
     "$watch", "$nextTick", "$set", "$data", "$options", "$forceUpdate", "$listeners", "$children", "$auth")
)  # fmt: skip
"""What Vue and its own companions put into a component, which is no global of that name."""


def run_handlers(body: list[Stmt], handlers: list[Expr], setup: bool, end: int) -> None:
    """Put a component's markup, which is its handlers, into or behind its script. setup: that is `<script setup>`."""
    for node in walk([*body, *handlers]):
        for slot in ("object", "value"):
            name = _plugin(getattr(node, slot, None))
            if name is not None:
                setattr(node, slot, name)
    if setup:
        refs = _refs(body)
        body.extend(Expression(one.start, one.end, _each_name(one, refs, _unwrapped)) for one in handlers)
        if not any(isinstance(one, Export) and one.value is not None for one in body):
            body.append(Export(end, end, [ExportName(end, end, "default", "")], value=Record(end, end, [])))
        return
    for statement in body:
        if isinstance(statement, Export) and statement.value is not None:
            options = _options(statement.value)
            if options is not None:
                statement.value = _as_class(options, handlers)
            return
    body.extend(Expression(one.start, one.end, one) for one in handlers)


def _plugin(value: object) -> Name | None:
    """The global that a plug-in's `this.$name` is; None for what Vue itself puts there."""
    if not isinstance(value, Member) or not isinstance(value.object, Name) or value.object.id != "this":
        return None
    name = value.key.value if isinstance(value.key, Literal) else None
    return Name(value.start, value.end, name) if isinstance(name, str) and _is_plugin(name) else None


def _is_plugin(name: str) -> bool:
    return name.startswith("$") and name not in _VUE


def _refs(body: list[Stmt]) -> frozenset[str]:
    """Names that hold a box, which the markup opens by itself: `const email = ref('')`."""
    found: set[str] = set()
    for one in body:
        if isinstance(one, Bind) and isinstance(one.target, Name) and isinstance(one.value, Call):
            callee = one.value.callee
            if isinstance(callee, Name) and callee.id in _REFS:
                found.add(one.target.id)
    return frozenset(found)


def _unwrapped(name: Name, names: frozenset[str]) -> Expr:
    if name.id not in names:
        return name
    return Member(name.start, name.end, name, Literal(name.end, name.end, "value"))


def _of_this(name: Name, names: frozenset[str]) -> Expr:
    if name.id in names or name.id.startswith("jsx:") or name.id in _GLOBALS or _is_plugin(name.id):
        return name
    return Member(name.start, name.end, Name(name.start, name.start, "this"), Literal(name.start, name.end, name.id))


def _of_setup(name: Name, names: frozenset[str]) -> Expr:
    """A name of the markup that `setup()` may have returned."""
    if name.id in names or name.id.startswith("jsx:") or name.id in _GLOBALS:
        return name
    return Member(name.start, name.end, Name(name.start, name.start, _RETURNED), Literal(name.start, name.end, name.id))


_RETURNED = "setup()"


def _each_name(node: Any, names: frozenset[str], make: Any) -> Any:
    """The node with every Name that is read in it replaced by what `make` gives for it."""
    if isinstance(node, Name):
        return make(node, names)
    for slot in type(node).__slots__:
        if slot in ("target", "params", "start", "end"):
            continue
        value = getattr(node, slot, None)
        if isinstance(value, Node):
            setattr(node, slot, _each_name(value, names, make))
        elif isinstance(value, list):
            setattr(node, slot, [_each_name(one, names, make) if isinstance(one, Node) else one for one in value])
    return node


def _options(value: Expr) -> Record | None:
    """The options of `export default {…}`, `defineComponent({…})`, `Vue.extend({…})`."""
    while isinstance(value, Wrap):
        value = value.value
    if isinstance(value, Call) and value.args:
        callee = value.callee
        name = callee.id if isinstance(callee, Name) else getattr(getattr(callee, "key", None), "value", "")
        first = value.args[0]
        return first if name in _MAKERS and isinstance(first, Record) else None
    return value if isinstance(value, Record) else None


def _as_class(options: Record, handlers: list[Expr]) -> Class:
    """The component as a class: methods, computed values and hooks as methods, data as fields, handlers as `render`."""
    members: list[ClassMember] = []
    setup = False
    for entry in options.entries:
        if not isinstance(entry, Pair) or not isinstance(entry.key, Literal):
            continue
        name, value = str(entry.key.value), entry.value
        if name in ("methods", "watch", "filters") and isinstance(value, Record):
            members.extend(_methods(value, "method", "on_" if name == "watch" else ""))
        elif name == "computed" and isinstance(value, Record):
            members.extend(_methods(value, "get", ""))
        elif name == "data":
            members.extend(_data(value))
        elif isinstance(value, Function):
            setup = setup or name == "setup"
            members.append(ClassMember(entry.start, entry.end, entry.key, value, "method"))
    own = {str(one.key.value) for one in members if isinstance(one.key, Literal)}
    body = [Expression(one.start, one.end, one) for one in _adopted(handlers, own, setup)]
    if body:
        at = body[0].start
        lines: list[Stmt] = list(body)
        if setup:
            called = Call(at, at, Member(at, at, Name(at, at, "this"), Literal(at, at, "setup")), [])
            lines.insert(0, Bind(at, at, Name(at, at, _RETURNED), called, "function"))
        render = Function(at, body[-1].end, None, [], lines)
        members.append(ClassMember(at, render.end, Literal(at, at, "render"), render, "method"))
    return Class(options.start, options.end, None, _mixed_in(options), members)


def _mixed_in(options: Record) -> list[Expr]:
    """What `mixins: [a, b]` and `extends: c` name, and what is spread into the methods (`...mapActions(["save"])`): the
    component has their members too."""
    found: list[Expr] = []
    for entry in options.entries:
        if not isinstance(entry, Pair) or not isinstance(entry.key, Literal):
            continue
        if entry.key.value == "methods" and isinstance(entry.value, Record):
            found.extend(one.value for one in entry.value.entries if isinstance(one, Spread))
        elif entry.key.value in ("mixins", "extends"):
            if isinstance(entry.value, Sequence):
                found.extend(item for item in entry.value.items if not isinstance(item, Spread))
            else:
                found.append(entry.value)
    return found


def _adopted(handlers: list[Expr], own: set[str], setup: bool) -> list[Expr]:
    """Handlers whose names are the component's."""
    out: list[Expr] = []
    for one in handlers:
        names = {node.target.id for node in walk([one]) if hasattr(node, "target") and isinstance(node.target, Name)}
        if setup:
            one = _each_name(one, frozenset(names | own), _of_setup)
        out.append(_each_name(one, frozenset((*names, _RETURNED)), _of_this))
    return out


def _methods(record: Record, kind: str, prefix: str) -> list[ClassMember]:
    found: list[ClassMember] = []
    for entry in record.entries:
        if not isinstance(entry, Pair) or not isinstance(entry.key, Literal):
            continue
        value = entry.value
        if isinstance(value, Call):  # `debounce(function () {…})`
            value = next((arg for arg in value.args if isinstance(arg, Function)), value)
        if isinstance(value, Record):  # `{ handler() {…}, immediate: true }`, `{ get() {…}, set() {…} }`
            pairs = [one for one in value.entries if isinstance(one, Pair)]
            named = {str(one.key.value): one.value for one in pairs if isinstance(one.key, Literal)}
            value = named.get("handler") or named.get("get") or value
        if isinstance(value, Function):
            key = Literal(entry.key.start, entry.key.end, f"{prefix}{entry.key.value}")
            found.append(ClassMember(entry.start, entry.end, key, value, kind))
    return found


def _data(value: Expr) -> list[ClassMember]:
    """Data as fields. They change later, so a constant stands only for a start: `reactive` says so."""
    record: Expr | Spread | None = value
    if isinstance(value, Function):
        record = next((one.value for one in reversed(value.body) if isinstance(one, Return)), None)
    while isinstance(record, Wrap):
        record = record.value
    if not isinstance(record, Record):
        return []
    found: list[ClassMember] = []
    for entry in record.entries:
        if isinstance(entry, Pair) and isinstance(entry.key, Literal):
            start, end = entry.start, entry.end
            held = Call(start, end, Name(start, start, "reactive"), [Record(start, end, [entry])])
            field = Member(start, end, held, Literal(start, end, entry.key.value))
            found.append(ClassMember(start, end, entry.key, field, "field"))
    return found
