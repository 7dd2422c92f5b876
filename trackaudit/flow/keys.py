"""What is under a key that files share without an import: an event's handlers, a store's action, what a plug-in puts on
every component, what is provided, a context's value.

In: a key, or a symbol that asks for one. Out: what was left under it (`channels` leaves it there), as far as it can be
told whose it is.
"""

from __future__ import annotations

from trackaudit.flow import objects
from trackaudit.flow.values import Const, Ref, Symbol, options
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit import program as p
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

CONTEXT = "context:"
"""Root of a context, and of its key."""
KEYED = "key:"
"""Root of what is taken from a context; the key follows."""
STORE, PROVIDED, PAGE = "store", "provided", "page"
"""Buses that there is one of: the store's actions, what is provided, the events of the page's elements."""


class Published(NamedTuple):
    """A value that leads to a send, under a key. bus: whose key it is, "" where that is not known. text: the key as
    written. path: the file that left it there."""

    bus: str
    text: str
    value: Value
    path: str


def key_of(value: Value) -> str | None:
    """The key that a value is: a text, a context, a `Symbol()` of the project's."""
    if isinstance(value, Const) and isinstance(value.value, str) and value.value:
        return f"@{value.value.rpartition('/')[2]}"
    if isinstance(value, Symbol) and value.root.startswith(CONTEXT):
        return value.root
    if isinstance(value, Symbol) and value.root == "" and value.path[:1] == ("Symbol",) and len(value.path) == 2:
        return f"{CONTEXT}{value.place.path}:{value.place.start}"
    return None


def _living(m: Machine, key: str) -> list[Published]:
    """What is under a key, without what is no more."""
    return [
        one for one in m.published.get(key, ()) if not isinstance(one.value, Ref) or one.value.number in m.store.cells
    ]


def handlers(m: Machine, key: str, text: str, bus: str) -> list[Published]:
    """The handlers of an event on a bus. Where it is not known which that is, those of the only one that has any."""
    found = [one for one in _living(m, key) if one.text == text and one.bus not in (STORE, PROVIDED)]
    if bus:
        same = [one for one in found if one.bus == bus]
        if same or bus == PAGE:
            return same
        found = [one for one in found if not one.bus]
    return found if len({one.bus for one in found}) == 1 else []


def actions(m: Machine, key: str, text: str) -> list[Published]:
    """The action of this name: of the namespace, where several have one, else of this file."""
    found = [one for one in _living(m, key) if one.bus == STORE]
    if len(found) > 1 and "/" in text:
        names = set(text.split("/")[:-1])
        found = [one for one in found if not names.isdisjoint(one.path.replace(".", "/").split("/"))]
    elif len(found) > 1:
        found = [one for one in found if one.path == m.frame.module.path] or found
    return _only(found, m.frame.module.path)


def _only(found: list[Published], path: str) -> list[Published]:
    """The one that is nearest to a file; none where several are."""
    if len(found) < 2:
        return found
    near = [_shared(one.path, path) for one in found]
    best = [one for one, count in zip(found, near, strict=True) if count == max(near)]
    return best if len(best) == 1 else []


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


def reached(m: Machine, symbol: Symbol, node: p.Node | None = None) -> Value | None:
    """What a symbol stands for that somebody left under a key: `this.$crm.save`, `inject("save")`, a context's. None
    where it is none, or which one it is cannot be told. `node`: asks for its members too."""
    if not m.published:
        return None
    key, bus, rest = _asked(m, symbol)
    found = [one for one in _living(m, key) if one.bus == bus] if key else []
    if bus or not key.startswith(CONTEXT):
        # Between two units nobody asks, so none is nearer.
        found = _only(found, m.frame.module.path if m.frames else "")
    if not found or found[0].value == symbol:
        return None
    value = found[0].value
    if node is None:
        return value
    for part in rest:
        if part[:1] in ("(", "["):
            return None
        value = objects.member(m, value, part, node)
    return value


def _asked(m: Machine, symbol: Symbol) -> tuple[str, str, tuple[str, ...]]:
    """The key and bus that a symbol asks for, and the members after it; "" where it asks for none."""
    if symbol.root.startswith(KEYED):
        key = symbol.root[len(KEYED) :]
        bus = next((one.bus for one in m.published.get(key, ())), "")
        return key, bus, symbol.path
    for at in range(len(symbol.path) - 1, -1, -1):
        part = symbol.path[at]
        if part[:1] == "$" and part in m.published:
            return part, "", symbol.path[at + 1 :]
        if part[:1] == "(" and at and m.vocabulary.channel_call(symbol.path[at - 1]) == "inject":
            return f"@{part[1:-1].rpartition('/')[2]}", PROVIDED, symbol.path[at + 1 :]
    return "", "", ()


def gives(m: Machine, value: Value) -> bool:
    """Whether a value is, or holds, what somebody left under a key."""
    for option in options(value):
        inner = [option]
        if isinstance(option, Ref) and option.number in m.store.cells:
            inner = [one for slot in m.store.object(option).entries.values() for one in options(slot.value)]
        if any(isinstance(one, Symbol) and reached(m, one) is not None for one in inner):
            return True
    return False
