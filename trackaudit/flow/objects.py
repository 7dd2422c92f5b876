"""Records, lists, instances and symbols: reading and writing what is inside them."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.values import (
    MOST_RESTS,
    UNDEFINED,
    ClassValue,
    Const,
    Func,
    ModuleValue,
    Obj,
    Partial,
    Ref,
    Rest,
    Slot,
    Symbol,
    Union,
    options,
    put_into_record,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value
    from trackaudit.model import Place


def member(m: Machine, base: Value, key: str, node: p.Node, *, optional: bool = False) -> Value:
    """`base.key` or `base["key"]`."""
    if isinstance(base, Union):
        return union([member(m, option, key, node, optional=optional) for option in base.options])
    if isinstance(base, Ref):
        return _of_object(m, base, key, node)
    if isinstance(base, Symbol):
        return _of_symbol(m, base, key, node, optional)
    if isinstance(base, ClassValue):
        return _of_class(m, base, key, node)
    if isinstance(base, ModuleValue):
        return m.linker.exported(m, base.path, key, m.place(node))
    if isinstance(base, (Func, Partial)):
        if key in ("bind", "call", "apply"):
            return Partial(base, (Const(key, m.place(node)),))
        return m.unknown(node)
    if base.value is None:
        return UNDEFINED
    if key == "value" and m.frame.module.language == "python":
        return base  # a member of an Enum
    return m.unknown(node)


def _of_symbol(m: Machine, base: Symbol, key: str, node: p.Node, optional: bool) -> Value:
    from trackaudit.flow.assign import remembered

    if base.root == "" and base.path in (("window",), ("globalThis",)):
        return m.read_global(key, m.place(node))
    known = remembered(m, base, key)
    if known is not None:
        return known
    return Symbol(
        base.root,
        (*base.path, key),
        m.place(node),
        f"{base.alias}.{key}" if base.alias else "",
        derived=base.derived,
        missing=(optional and base.key not in m.guards) or base.missing,
    )


def _of_object(m: Machine, ref: Ref, key: str, node: p.Node) -> Value:
    from trackaudit.flow import starts

    obj = m.store.object(ref)
    if obj.kind == "list":
        return _of_list(m, obj, key, node)
    slot = obj.entries.get(key)
    if slot is not None and (slot.must or obj.cls is None):
        value = starts.of_member(m, slot.value, obj, key, node) if slot.must else slot.value
        if isinstance(value, Func) and not value.bound and value.this is None:
            value = value._replace(this=ref)
        if slot.must:
            return value
        return union((value, *(_beyond(m, obj, key, node) or (UNDEFINED,))))
    if isinstance(obj.cls, ClassValue):
        found = class_member(m, obj.cls, key)
        if found is not None:
            return instance_member(m, ref, *found)
        mixed = _of_mixin(m, ref, obj.cls, key, node)
        if mixed is not None:
            return mixed
    beyond = _beyond(m, obj, key, node)
    values = [slot.value] if slot is not None else []
    if beyond:
        return union([*values, *beyond])
    if values:
        return union([*values, UNDEFINED])
    later = set_later(m, obj.cls, key) if isinstance(obj.cls, ClassValue) else None
    if later is not None:
        return later
    if obj.cls is not None:
        root = obj.cls.key if isinstance(obj.cls, Symbol) else f"instance:{obj.place.path}:{obj.place.start}"
        return Symbol(root, (key,), m.place(node))
    return UNDEFINED


def _of_mixin(m: Machine, ref: Ref, cls: ClassValue, key: str, node: p.Node) -> Value | None:
    """A member of a record that a class is extended by (a component's mixin), for this instance."""
    from trackaudit.flow.component import holders

    for owner in class_chain(m, cls):
        for base in owner.node.bases:
            for value in options(m.linker.evaluate_in(m, base, owner.scope, owner.module)):
                for holder in holders(m, value) if isinstance(value, Ref) else ():
                    if key in m.store.object(holder).entries:
                        found = member(m, holder, key, node)
                        return found._replace(this=ref, bound=True) if isinstance(found, Func) else found
    return None


def _beyond(m: Machine, obj: Obj, key: str, node: p.Node) -> list[Value]:
    values: list[Value] = []
    for rest in obj.rests:
        if key in rest.removed:
            continue
        if rest.value is not None:
            values.append(member(m, rest.value, key, node))
            continue
        inside = _inside(m, obj, key, node)
        if rest.held is not None:
            m.hold(inside, [rest.held], any_key=True)
        values.append(inside)
    return values


def _inside(m: Machine, obj: Obj, key: str, node: p.Node) -> Symbol:
    """A part of an object that is not known: the same whenever the same object is asked for it."""
    return Symbol(f"inside:{obj.place.path}:{obj.place.start}", (key,), m.place(node))


def _of_list(m: Machine, obj: Obj, key: str, node: p.Node) -> Value:
    if key.lstrip("-").isdigit():
        index = int(key)
        if -len(obj.items) <= index < len(obj.items) and all(slot.must for slot in obj.items) and not obj.rests:
            return obj.items[index].value
        if 0 <= index < len(obj.items) and all(slot.must for slot in obj.items[: index + 1]):
            return obj.items[index].value
        values = [slot.value for slot in obj.items]
        return union([*values, m.unknown(node)]) if values and not obj.rests else m.unknown(node)
    return _inside(m, obj, key, node)


def class_chain(m: Machine, cls: ClassValue) -> list[ClassValue]:
    """A class and its known bases, nearest first."""
    chain: list[ClassValue] = []
    queue = [cls]
    while queue and len(chain) < 20:
        current = queue.pop(0)
        if any(current.node is known.node for known in chain):
            continue
        chain.append(current)
        for base in current.node.bases:
            for value in options(m.linker.evaluate_in(m, base, current.scope, current.module)):
                if isinstance(value, ClassValue):
                    queue.append(value)
    return chain


def class_member(m: Machine, cls: ClassValue, key: str) -> tuple[ClassValue, p.ClassMember] | None:
    """A member by name, with the class that has it."""
    for owner in class_chain(m, cls):
        for found in owner.node.members:
            if isinstance(found.key, p.Literal) and found.key.value == key and found.kind != "set":
                return owner, found
    return None


def method(owner: ClassValue, found: p.ClassMember, this: Value | None) -> Value:
    """A class's function as a value, bound to an instance (or class) if there is one."""
    assert isinstance(found.value, p.Function)
    return Func(found.value, owner.scope, owner.module, this, owner, bound=this is not None)


def instance_member(m: Machine, this: Value, owner: ClassValue, found: p.ClassMember) -> Value:
    """A member seen through an instance: a bound method, what a getter returns, or a class-level value."""
    if isinstance(found.value, p.Function) and found.kind in ("method", "get"):
        bound = None if found.static and owner.module.language == "python" else this
        value = decorated(m, found.value, method(owner, found, bound))
        if found.kind == "get" and isinstance(value, Func):
            return m.call(value, found)
        return value
    if found.value is not None:
        return m.linker.evaluate_in(m, found.value, owner.scope, owner.module)
    annotated = found.annotation and instance_of_in(m, found.annotation, owner)
    if annotated:
        return annotated
    later = set_later(m, owner, str(found.key.value)) if isinstance(found.key, p.Literal) else None
    if later is not None:
        return later
    return field_symbol(owner, found)


def field_symbol(owner: ClassValue, item: p.ClassMember) -> Symbol:
    """A field of which nothing but its class is known."""
    key = str(item.key.value) if isinstance(item.key, p.Literal) else "?"
    return Symbol(f"field:{owner.module.path}:{owner.node.start}", (key,), _place(owner, item))


def _place(owner: ClassValue, node: p.Node) -> Place:
    from trackaudit.model import Place

    return Place(owner.module.path, node.start, node.end)


def static_key(cls: ClassValue, key: str) -> tuple[int, str]:
    """The store's key of what was written to a member of the class itself: `Crm.one = new Crm()`."""
    return -1, f"class:{cls.module.path}:{cls.node.start}.{key}"


def _of_class(m: Machine, cls: ClassValue, key: str, node: p.Node) -> Value:
    written = m.content(static_key(cls, key))
    if written is not None:
        return written
    found = class_member(m, cls, key)
    if found is None:
        return m.unknown(node)
    owner, item = found
    if isinstance(item.value, p.Function) and item.kind == "method":
        python = owner.module.language == "python"
        takes_class = any(isinstance(d, p.Name) and d.id == "classmethod" for d in item.value.decorators)
        this: Value | None = cls if takes_class or not python else None
        return decorated(m, item.value, method(owner, item, this))
    if isinstance(item.value, p.Function) and item.kind == "get" and item.static:
        return m.call(method(owner, item, cls), node)
    if item.value is not None:
        return m.linker.evaluate_in(m, item.value, owner.scope, owner.module)
    return m.unknown(node)


def decorated(m: Machine, node: p.Function, value: Value) -> Value:
    """What a function is once its decorators have run; an unknown decorator changes nothing."""
    for decorator in reversed(node.decorators):
        if isinstance(decorator, p.Name) and decorator.id in ("staticmethod", "classmethod", "property"):
            continue
        applied = m.evaluate(decorator)
        for option in options(applied):
            if isinstance(option, Func):
                result = m.call(option, decorator, value)
                if any(isinstance(inner, (Func, Partial)) for inner in options(result)):
                    value = result
                break
    return value


def set_later(m: Machine, cls: ClassValue, key: str) -> Value | None:
    """The SDK that a method of the class puts into the member (`init() { this.exponea = window.exponea; }`), if any:
    whatever else is in there before, nothing is sent with it."""
    for owner in class_chain(m, cls):
        for node in m.linker.relevance.own_members(owner.module, key):
            if node.value is None or not (owner.node.start <= node.start and node.end <= owner.node.end):
                continue
            found = m.linker.evaluate_in(m, node.value, owner.scope, owner.module)
            if m.is_sdk(found):
                return found
    return None


def instance_of(m: Machine, annotation: p.Expr) -> Value | None:
    """An instance of the class an annotation names, if that class can be seen; of an SDK's class, its symbol."""
    if not isinstance(annotation, (p.Name, p.Member)):
        return None
    value = m.evaluate(annotation)
    if isinstance(value, ClassValue):
        return injected(m, value, annotation)
    if not isinstance(value, Symbol):
        return None
    package = value.root.startswith("import:")
    name = value.path[-1] if value.path else ""
    if package and m.vocabulary.value_identity((name,)).kind in ("email", "phone"):
        return None  # a text: `EmailStr`
    if m.vocabulary.is_sdk_name(name) and name[:1].isupper() and not (package and m.is_sdk(value)):
        # `tracker: Exponea`: a type of the project's own, or nobody knows whose, that is named like the SDK.
        return Symbol(f"typed:{m.frame.module.path}:{annotation.start}", (name[:1].lower() + name[1:],), value.place)
    return value._replace(path=(*value.path, "()")) if package else None


def injected(m: Machine, cls: ClassValue, node: p.Node) -> Value | None:
    """The instance of a class that whoever asks for one is given; None where it is asked for while it is made."""
    # One instance serves all who ask for the class: what injects them does so too, and a tree of classes that
    # take each other would grow without end.
    key = (m.unit, id(cls.node))
    known = m.injected.get(key)
    if known is not None:
        return known if known.number in m.store.cells else None
    m.injected[key] = Ref(-1)
    made = m.instantiate(cls, node)
    if isinstance(made, Ref):
        m.injected[key] = made
    return made


def instance_of_in(m: Machine, annotation: p.Expr, owner: ClassValue) -> Value | None:
    """`instance_of`, as seen from a class's own module."""
    scope = m.scope
    m.scope = owner.scope
    try:
        return instance_of(m, annotation)
    finally:
        m.scope = scope


def put(m: Machine, ref: Ref, key: str, value: Value, root: Place, value_place: Place, certain: bool = True) -> None:
    """Write one entry. `certain`: the object is surely this one."""
    value = put_into_record(value, value_place)
    obj = m.store.object(ref)
    if obj.kind == "list":
        if key.isdigit() and int(key) < len(obj.items):
            items = list(obj.items)
            items[int(key)] = Slot(value, True, root, value_place, m.guards)
            m.update(ref, obj._replace(items=tuple(items)))
        return
    old = obj.entries.get(key)
    slot = Slot(value, True, root, value_place, m.guards)
    if not certain:
        slot = slot._replace(must=False)
        if old is not None:
            slot = Slot(union((old.value, value)), old.must, root, value_place, m.guards)
    entries = dict(obj.entries)
    entries.pop(key, None)
    entries[key] = slot
    m.update(ref, obj._replace(entries=entries))


def remove(m: Machine, base: Value, key: str) -> None:
    """Take one key out, for good where the object is certain."""
    for option in options(base):
        if isinstance(option, Ref):
            obj = m.store.object(option)
            entries = dict(obj.entries)
            slot = entries.pop(key, None)
            if slot is not None and isinstance(base, Union):
                entries[key] = slot._replace(must=False)
            rests = tuple(rest._replace(removed=rest.removed | {key}) for rest in obj.rests)
            m.update(option, obj._replace(entries=entries, rests=rests))


def loosen(m: Machine, ref: Ref, reason: str, symbol: Symbol | None = None, held: Value | None = None) -> None:
    """From now on there may be more in it than is known: all of a symbol, or under some key what `held` is."""
    obj = m.store.object(ref)
    rest = Rest(symbol, reason, held=held if isinstance(held, Symbol) else None)
    if len(obj.rests) < MOST_RESTS and rest not in obj.rests:
        m.update(ref, obj._replace(rests=(*obj.rests, rest)))


def merge(m: Machine, target: Ref, value: Value, node: p.Node, *, over: bool = True) -> None:
    """Put everything of `value` into a record: spread, `Object.assign`, `dict.update`. `over`: newer entries win."""
    obj = m.store.object(target)
    entries, rests = dict(obj.entries), list(obj.rests)
    gather(m, entries, rests, value, node, over=over)
    m.update(target, obj._replace(entries=entries, rests=tuple(rests)))


def gather(
    m: Machine, entries: dict[str, Slot], rests: list[Rest], value: Value, node: p.Node, *, over: bool = True
) -> None:
    """As `merge`, into what a record is going to hold."""
    parts = options(value)
    surely = len(parts) == 1
    for part in parts:
        if isinstance(part, Ref):
            other = m.store.object(part)
            if other.kind == "list":
                continue
            for key, slot in other.entries.items():
                old = entries.pop(key, None)
                if not slot.must or not surely:
                    values = (old.value, slot.value) if old is not None else (slot.value,)
                    slot = slot._replace(must=old is not None and old.must, value=union(values))
                elif not over and old is not None:
                    slot = old
                entries[key] = slot
            rests.extend(rest for rest in other.rests if rest not in rests)
        elif isinstance(part, Symbol):
            if not surely and any(isinstance(other, Ref) for other in parts):
                continue
            rest = Rest(part, f"`{m.beginning(node)}` is not known here")
            if len(rests) < MOST_RESTS and rest not in rests:
                rests.append(rest)


def without(m: Machine, value: Value, taken: frozenset[str], node: p.Node) -> Value:
    """A record's rest once some keys are taken out (`const {email, ...rest} = x`)."""
    ref = m.new_record(node)
    merge(m, ref, value, node)
    obj = m.store.object(ref)
    entries = {key: slot for key, slot in obj.entries.items() if key not in taken}
    rests = tuple(rest._replace(removed=rest.removed | taken) for rest in obj.rests)
    m.update(ref, obj._replace(entries=entries, rests=rests))
    return ref


def tail(m: Machine, value: Value, index: int, node: p.Node) -> Value:
    """A list's rest from an index on."""
    items: list[Value] = []
    for option in options(value):
        if isinstance(option, Ref) and m.store.object(option).kind == "list":
            obj = m.store.object(option)
            items.extend(slot.value for slot in obj.items[index:])
            if not obj.rests:
                return m.new_list(node, items)
    return m.new_list(node, items, Rest(None, "a list that is not known"))


def element(m: Machine, value: Value, node: p.Node, *, keys: bool = False) -> Value:
    """Any one element of what is looped over."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Ref):
            obj = m.store.object(option)
            if keys or (obj.kind == "record" and m.frame.module.language == "python"):
                found.extend(Const(key, slot.root) for key, slot in obj.entries.items())
            else:
                found.extend(slot.value for slot in obj.items)
            for rest in obj.rests:
                found.append(
                    rest.value._replace(path=(*rest.value.path, "[]")) if rest.value is not None else m.unknown(node)
                )
        elif isinstance(option, Symbol):
            found.append(option._replace(path=(*option.path, "[]"), place=m.place(node), alias="", transforms=()))
    return union(found) if found else m.unknown(node)
