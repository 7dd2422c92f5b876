"""Abstract values, heap objects, and the store that holds both and can be forked and joined.

A value is immutable. Objects (records, lists, instances) live in the store under their number and are replaced,
never changed, so that a fork costs nothing and a join looks only at what an arm wrote.
"""

from __future__ import annotations

from trackaudit.model import Place
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from trackaudit.model import Step
    from trackaudit.program import Class, Function, Import, ImportName, LiteralValue, Module

    Value: TypeAlias = "Const | Symbol | Ref | Func | ClassValue | ModuleValue | Partial | Union"
    Key: TypeAlias = "int | tuple[int, str]"
    Content: TypeAlias = "Value | Obj | Lazy"

UNION_LIMIT = 8
"""Options kept apart in one union; more are dropped, the first ones stay."""
LONGEST_PATH = 100
"""Names in a path; what is reached by more is unknown."""
LONGEST_NAME = 1000
"""Characters of a literal that is part of a path."""
MOST_SOURCES = 500
"""Symbols that one value is derived from; a few more may be among them."""
MOST_RESTS = 100
"""Unknown things whose content is in one object; it is open with one as with more."""


class Const(NamedTuple):
    """A known constant. in_record: it is written where it was put into a record."""

    value: LiteralValue
    place: Place
    in_record: bool = False


UNDEFINED = Const(None, Place("", 0, 0))
"""What nothing was given to."""


class Symbol(NamedTuple):
    """A value known by how it is reached: `user.email`, `request.form.get("email")`.

    root: "" (a global), "import:<module>", or something unique (a parameter, an unknown expression).
    path: names, "()" for a call, "(x)" for a call whose first argument is the literal x.
    alias: the variable or parameter it was last bound to, or a member of one (`user.id`). transforms: as in
    model.Entry.
    sources: keys of all it is derived from, its own included. missing: visibly perhaps absent.
    """

    root: str
    path: tuple[str, ...]
    place: Place
    alias: str = ""
    transforms: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset()
    missing: bool = False
    opaque: bool = False

    @property
    def key(self) -> str:
        """The canonical name: equal for two symbols that are the same thing."""
        return f"{self.root}:{'.'.join(self.path)}"

    @property
    def sources(self) -> frozenset[str]:
        """The keys of everything it is derived from, its own among them."""
        return joined(self.derived, frozenset((self.key,))) if self.opaque else self.derived | {self.key}


class Ref(NamedTuple):
    """An object in the store, by number."""

    number: int


class Func(NamedTuple):
    """A closure: the function, where it was made, and what `this` is if bound."""

    node: Function
    scope: Scope
    module: Module
    this: Value | None = None
    owner: ClassValue | None = None
    bound: bool = False


class ClassValue(NamedTuple):
    """A class and where it was made."""

    node: Class
    scope: Scope
    module: Module


class ModuleValue(NamedTuple):
    """A whole module (`import * as m`, `import m`); `path` is its file's."""

    path: str


class Lazy(NamedTuple):
    """An imported name that nobody has asked for yet."""

    module: Module
    node: Import
    name: ImportName


class Partial(NamedTuple):
    """A callable with some arguments given: `f.bind(x, a)`, `functools.partial(f, a, k=b)`."""

    callee: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...] = ()


class Union(NamedTuple):
    """One of several."""

    options: tuple[Value, ...]


class Slot(NamedTuple):
    """One entry of a record or item of a list.

    root: the whole entry in the source; value_place: its value's expression. guards: keys of the symbols whose
    presence was tested before it was put there.
    """

    value: Value
    must: bool
    root: Place
    value_place: Place
    guards: frozenset[str] = frozenset()


class Rest(NamedTuple):
    """Unknown further content of a record or list: what was spread, or None; and why it is not known.

    removed: keys known not to come from it. held: what is under the keys that are not known, if that is.
    """

    value: Symbol | None
    reason: str
    removed: frozenset[str] = frozenset()
    held: Symbol | None = None


class Obj(NamedTuple):
    """The state of one heap object. kind: "record" (also instances; then `cls` is set) or "list".

    hops: where it was returned or handed on, for the trail.
    """

    kind: str
    place: Place
    entries: dict[str, Slot]
    items: tuple[Slot, ...] = ()
    rests: tuple[Rest, ...] = ()
    cls: ClassValue | Symbol | None = None
    hops: tuple[Step, ...] = ()


class Scope:
    """Names declared in one function, block, module or class body, in order. telling: those that say what kind of
    identifier they hold, with the kind, among the first `told` of them."""

    __slots__ = ("function", "names", "number", "parent", "telling", "told")

    def __init__(self, number: int, parent: Scope | None, function: bool) -> None:
        self.number = number
        self.parent = parent
        self.function = function
        self.names: dict[str, None] = {}
        self.telling: list[tuple[str, str]] = []
        self.told = 0

    def find(self, name: str) -> tuple[int, str] | None:
        """The store key of a visible name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.number, name
            scope = scope.parent
        return None


def joined(known: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Keys of symbols that something is derived from, and of more, unless they are too many to say anything."""
    return known | others if len(known) < MOST_SOURCES else known


def sources_of(*values: Value) -> frozenset[str]:
    """Keys of the symbols that these values are or may be."""
    found: frozenset[str] = frozenset()
    for value in values:
        for option in options(value):
            if isinstance(option, Symbol):
                found = joined(found, option.sources)
    return found


def union(values: Iterable[Value]) -> Value:
    """One value that may be any of these; the first stays first. Of no value at all it is undefined."""
    options: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, Union) else (value,):
            if not any(same(option, known) for known in options):
                options.append(option)
        if len(options) >= UNION_LIMIT:
            break
    if not options:
        return UNDEFINED
    return options[0] if len(options) == 1 else Union(tuple(options[:UNION_LIMIT]))


def same(a: Value, b: Value) -> bool:
    """Whether two values are one and the same to every reader."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Func) and isinstance(b, Func):
        return a.node is b.node and a.scope is b.scope and a.this == b.this
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and a.value == b.value
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        return a.key == b.key and a.transforms == b.transforms and a.missing == b.missing
    return a == b


def options(value: Value) -> tuple[Value, ...]:
    """The values it may be."""
    return value.options if isinstance(value, Union) else (value,)


def put_into_record(value: Value, place: Place) -> Value:
    """The value of an entry, `place` being its expression: constants that are written there know it."""
    if isinstance(value, Const):
        return value._replace(in_record=True) if place.holds(value.place) else value
    if isinstance(value, Union) and any(isinstance(option, Const) for option in value.options):
        return Union(tuple(put_into_record(option, place) for option in value.options))
    return value


class _Absent:
    """What a cell holds before it is written."""


ABSENT = _Absent()


class Store:
    """Variables and heap objects, with journals so that arms of a branch can be run one after the other and joined."""

    __slots__ = ("cells", "journals")

    def __init__(self) -> None:
        self.cells: dict[Key, Content] = {}
        self.journals: list[dict[Key, Content | _Absent]] = []

    def write(self, key: Key, content: Content) -> None:
        """Set a cell, noting in the journal what it was."""
        if self.journals:
            journal = self.journals[-1]
            if key not in journal:
                journal[key] = self.cells.get(key, ABSENT)
        self.cells[key] = content

    def object(self, ref: Ref) -> Obj:
        """The present state of an object."""
        content = self.cells[ref.number]
        assert isinstance(content, Obj)
        return content

    def value(self, key: Key) -> Value | None:
        """What a variable holds; None if nothing, or an import that nobody has followed."""
        content = self.cells.get(key)
        return None if content is None or isinstance(content, (Obj, Lazy)) else content

    def fork(self) -> None:
        """Begin an arm: from here on, writes can be taken back."""
        self.journals.append({})

    def take_back(self) -> dict[Key, Content]:
        """End an arm: undo its writes and return them."""
        journal = self.journals.pop()
        cells = self.cells
        writes = {key: cells[key] for key in journal}
        for key, old in journal.items():
            if isinstance(old, _Absent):
                del cells[key]
            else:
                cells[key] = old
        return writes

    def commit(self) -> None:
        """End an arm and keep its writes."""
        journal = self.journals.pop()
        if self.journals:
            outer = self.journals[-1]
            for key, old in journal.items():
                outer.setdefault(key, old)

    def writes_since(self, level: int) -> dict[Key, Content]:
        """All that was written since the journal at `level` began, as it is now."""
        cells = self.cells
        return {key: cells[key] for journal in self.journals[level:] for key in journal}

    def join(self, arms: list[dict[Key, Content]]) -> None:
        """Write what is true after any one of these arms has run."""
        if not arms:
            return
        if len(arms) == 1:
            for key, content in arms[0].items():
                self.write(key, content)
            return
        # By what was written, not keys times arms: a choice of thousands writes in each arm to variables of its own.
        written: dict[Key, list[tuple[int, Content]]] = {}
        for index, arm in enumerate(arms):
            for key, content in arm.items():
                written.setdefault(key, []).append((index, content))
        for key, found in written.items():
            contents = [content for _, content in found]
            old = self.cells.get(key)
            if len(found) < len(arms) and old is not None:
                # An arm that wrote nothing left it as it was; the first of them says where that stands.
                contents.insert(next((at for at, (index, _) in enumerate(found) if index != at), len(found)), old)
            self.write(key, _join_contents(contents))


def _join_contents(contents: list[Content]) -> Content:
    first = contents[0]
    if all(content is first for content in contents):
        return first
    objects = [content for content in contents if isinstance(content, Obj)]
    if objects:
        return join_objects(objects)
    return union([content for content in contents if not isinstance(content, (Obj, Lazy))])


def join_objects(objects: list[Obj]) -> Obj:
    """One object that may be in any of these states: what all have must be there, the rest may."""
    first = objects[0]
    for other in objects[1:]:
        if other is not first:
            first = _join_two(first, other)
    return first


def _join_two(a: Obj, b: Obj) -> Obj:
    entries: dict[str, Slot] = {}
    for key in [*a.entries, *(key for key in b.entries if key not in a.entries)]:
        left, right = a.entries.get(key), b.entries.get(key)
        if left is not None and right is not None:
            entries[key] = left if left is right else _join_slots(left, right)
        else:
            slot = left or right
            assert slot is not None
            entries[key] = slot._replace(must=False) if slot.must else slot
    short, long = sorted((a.items, b.items), key=len)
    items = tuple(
        long[i]
        if i < len(short) and long[i] is short[i]
        else _join_slots(short[i], long[i])
        if i < len(short)
        else long[i]._replace(must=False)
        for i in range(len(long))
    )
    rests = a.rests + tuple(rest for rest in b.rests if rest not in a.rests)
    hops = a.hops + tuple(hop for hop in b.hops if hop not in a.hops)
    return a._replace(entries=entries, items=items, rests=rests, hops=hops)


def _join_slots(a: Slot, b: Slot) -> Slot:
    return Slot(union((a.value, b.value)), a.must and b.must, a.root, a.value_place, a.guards & b.guards)
