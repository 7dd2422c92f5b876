"""The project's own identifying wrapper, where one stands beside the wrong one. A case in, edits out.

Beside: a function of the same module, or a method of the same class, that passes its parameters on to `identify`.
The caller calls it instead; a named import of the wrong one gets the other's name added.
"""

from __future__ import annotations

from trackaudit.fix.imports import brought
from trackaudit.program import Bind, Call, Class, Function, Literal, Member, Name, Record, walk
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.run import Case
    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit, TrackingCall
    from trackaudit.program import Param


class _Wrapper(NamedTuple):
    """name: of the function. ids, properties: which parameter is which, -1 for none. whole: the ids parameter is a
    record of IDs, else the value of one. method: it belongs to a class. lowers: it writes the value in lower case."""

    name: str
    ids: int
    properties: int
    whole: bool
    method: bool
    lowers: bool = False


def through_wrapper(case: Case, workshop: Workshop) -> list[Edit] | None:
    """The caller calls the identifying wrapper instead; None where there is none that fits."""
    from trackaudit.fix.transforms import id_for
    from trackaudit.fix.value import in_place

    subject = case.subjects[0]
    call, entry = subject.call, subject.the_entry
    if call.operation != "update" or not call.callers or len(case.subjects) != 1:
        return None
    site = call.callers[-1]
    home, editor = workshop.editor(call.sink.path), workshop.editor(site.path)
    if home is None or editor is None or home.python != editor.python:
        return None
    node = editor.tree.exact(site, Call)
    wrong = home.tree.function(call.sink.start, call.sink.end)
    if not isinstance(node, Call) or wrong is None or len(node.args) != 1 or node.keywords:
        return None
    if not isinstance(node.args[0], Record):
        return None
    if not _passes_on(home, wrong, call):
        return None
    argument = node.args[0]
    target = site._replace(start=argument.start, end=argument.end)
    id_name = id_for(case, workshop, target)
    if id_name is None:
        return None
    found = _beside(home, wrong, workshop, id_name.name)
    inside = target.path == entry.root.path and target.start <= entry.root.start < target.end
    if found is None or not inside:
        return None
    if found.lowers:
        id_name = id_name._replace(lowercased=True, helper="")
    value = in_place(editor, entry, target, id_name)
    if value is None or value.guard or value.wrapped is not None:
        return None
    owner = editor.pair_of(entry.root)
    pair = editor.pair(id_name.name, value.text, owner[1] if owner is not None else None)
    ids = editor.record([pair], argument) if found.whole else value.text
    callee = _renamed(editor, home, node, found, workshop)
    if callee is None:
        return None
    given = [ids, editor.text(argument)] if found.properties >= 0 else None
    if given is None or (found.ids, found.properties) != (0, 1):
        return None
    return id_name.with_imports([*value.edits, *callee, editor.insert(argument.start, f"{ids}, ")])


def _passes_on(home: Editor, wrong: Function, call: TrackingCall) -> bool:
    """Whether the wrong wrapper only passes its first parameter on as the properties."""
    place = call.arguments.get("properties")
    params = _params(home, wrong)
    target = params[0].target if len(params) == 1 else None
    node = home.tree.exact(place, Name) if place is not None else None
    return isinstance(target, Name) and isinstance(node, Name) and node.id == target.id


def _beside(home: Editor, wrong: Function, workshop: Workshop, id_name: str) -> _Wrapper | None:
    for call in workshop.calls:
        if call.operation != "identify" or call.sink.path != home.path:
            continue
        function = home.tree.function(call.sink.start, call.sink.end)
        name = _name_of(home, function) if function is not None else None
        if function is None or function is wrong or name is None:
            continue
        if _class_of(home, function) is not _class_of(home, wrong):
            continue
        found = _read(home, function, name, call, id_name)
        if found is not None:
            return found
    return None


def _read(home: Editor, function: Function, name: str, call: TrackingCall, id_name: str) -> _Wrapper | None:
    """How an identifying function passes its parameters on; None where it does more than that."""
    params = [
        param.target.id if isinstance(param.target, Name) and not param.rest else ""
        for param in _params(home, function)
    ]
    ids, properties = call.arguments.get("ids"), call.arguments.get("properties")
    if ids is None or properties is None:
        return None
    sent = home.tree.exact(ids)
    rest = home.tree.exact(properties)
    if not isinstance(rest, Name) or rest.id not in params:
        return None
    method = _class_of(home, function) is not None
    if isinstance(sent, Name) and sent.id in params and not any(item.root == ids for item in call.ids.items):
        return _Wrapper(name, params.index(sent.id), params.index(rest.id), True, method)
    if isinstance(sent, Record) and len(sent.entries) == 1 and [item.key for item in call.ids.items] == [id_name]:
        value = call.ids.items[0].value_place
        names = [node.id for node in walk([home.tree.chain(value.start, value.end)[-1]]) if isinstance(node, Name)]
        if names and names[0] in params:
            return _Wrapper(
                name,
                params.index(names[0]),
                params.index(rest.id),
                False,
                method,
                "lower" in call.ids.items[0].transforms,
            )
    return None


def _params(home: Editor, function: Function) -> list[Param]:
    """What a caller gives: all parameters but a Python method's own object."""
    method = home.python and _class_of(home, function) is not None
    return function.params[1:] if method and _first_is_self(function) else function.params


def _first_is_self(function: Function) -> bool:
    first = function.params[0].target if function.params else None
    return isinstance(first, Name) and first.id in ("self", "cls")


def _name_of(home: Editor, function: Function) -> str | None:
    if function.name:
        return function.name
    chain = home.tree.chain(function.start, function.end)
    for node in reversed(chain[:-1]):
        if isinstance(node, Bind) and isinstance(node.target, Name):
            return node.target.id
        key = getattr(node, "key", None)
        if isinstance(key, Literal) and isinstance(key.value, str):
            return key.value
        if isinstance(node, Function):
            return None
    return None


def _class_of(home: Editor, function: Function) -> Class | None:
    chain = home.tree.chain(function.start, function.end)
    for node in reversed(chain):
        if isinstance(node, Class):
            return node
    return None


def _renamed(editor: Editor, home: Editor, node: Call, found: _Wrapper, workshop: Workshop) -> list[Edit] | None:
    """The call under the other name, imported if the file is another one."""
    callee = node.callee
    if isinstance(callee, Member) and isinstance(callee.key, Literal):
        return [editor.replace(callee.key, editor.key_text(found.name, editor.text(callee.key)))]
    if not isinstance(callee, Name) or found.method:
        return None
    told = brought(editor, home, found.name, workshop, callee.id)
    return [editor.replace(callee, told[0]), *told[1]] if told is not None else None
