"""Records whose functions speak to each other through `this`: plain objects, Vue's options, Pinia's stores."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects
from trackaudit.flow.values import Func, Ref, Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Slot, Value

SECTIONS = ("methods", "computed", "actions", "getters", "watch")
"""Keys whose record's functions see the outer record's parts as their own `this`."""


def adopt(m: Machine, ref: Ref, entries: dict[str, Slot]) -> None:
    """Make a record the `this` of the functions written in it, and in its sections."""
    for key, slot in entries.items():
        if isinstance(slot.value, Func):
            _own(m, slot.value, ref)
        elif key in SECTIONS and isinstance(slot.value, Ref):
            for inner in m.store.object(slot.value).entries.values():
                if isinstance(inner.value, Func):
                    _own(m, inner.value, ref)


def actions(m: Machine, entries: dict[str, Slot]) -> None:
    """Leave the actions of a record that may be a store's module where they are dispatched from."""
    slot = entries.get("actions")
    if slot is not None:
        from trackaudit.flow.channels import publish_actions

        publish_actions(m, slot.value)


def _own(m: Machine, func: Func, ref: Ref) -> None:
    made = m.frame.made
    if not func.bound and id(func.node) in made:
        made[id(func.node)] = func._replace(this=ref)


def is_this(node: p.Expr) -> bool:
    """Whether an expression is `this` as written."""
    while isinstance(node, p.Wrap):
        node = node.value
    return isinstance(node, p.Name) and node.id == "this"


def member(m: Machine, ref: Ref, key: str, node: p.Node) -> Value:
    """`this.key` in such a record: its own entry, one of a section's or a mixin's, else what somebody else gives."""
    for holder in holders(m, ref):
        obj = m.store.object(holder)
        if key in obj.entries or obj.cls is not None or obj.kind == "list":
            value = objects.member(m, holder, key, node)
            return value._replace(this=ref) if isinstance(value, Func) and not value.bound else value
    place = m.store.object(ref).place
    return Symbol(f"this:{place.path}:{place.start}", ("this", key), m.place(node))


def holders(m: Machine, ref: Ref) -> list[Ref]:
    """The record, then its sections, then those of its mixins."""
    found = [ref]
    for holder in found:
        if len(found) > 40:
            break
        entries = m.store.object(holder).entries
        for section in SECTIONS:
            slot = entries.get(section)
            if slot is not None and isinstance(slot.value, Ref) and slot.value not in found:
                found.append(slot.value)
        for key in ("mixins", "extends"):
            slot = entries.get(key)
            for option in options(slot.value) if slot is not None else ():
                inner = [option]
                if isinstance(option, Ref) and m.store.object(option).kind == "list":
                    inner = [item.value for item in m.store.object(option).items]
                found.extend(one for one in inner if isinstance(one, Ref) and one not in found)
    return found
