"""What a module holds, by one walk over it: its imports, the names of its functions, which names are written twice.

In: a Module. Out: an `Outline`; several questions are asked of every module, and a walk for each would cost most of the
stage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from trackaudit import program as p

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary

_NAMING = (p.Function, p.ClassMember)
"""What gives a key's name a meaning: a function in a record, anything in a class."""

CONSTRUCTORS = ("constructor", "__init__")

_BINDING = frozenset((p.Param, p.Bind))
_TYPED = frozenset((p.Param, p.ClassMember))
_NOTED = frozenset((p.Call, p.Function, p.Bind, p.Assign, p.Pair, p.ClassMember, p.Import, p.Export, p.Class))
_SPEAKING = frozenset((p.Call, p.Member, p.Pair, p.PatternEntry, p.Keyword, p.Literal, p.ClassMember))
_RANGED = frozenset((p.Function, p.Bind, p.Assign, p.ClassMember))


class Outline:
    """What is known of a module so far: nothing of bodies that nobody has read (`program.Later`) but where they are.

    imports: import statements. specifiers: every module that is imported anywhere, with the names taken from
    it. required: those of `require("x")` and `import("x")` alone. named: what has a name (a dot before it where it is a
    key or member), and the code that stands for it. classes: those that have bases. functions: the name under which
    each function is known, a variable's, a key's, a member's, by its node's id. rewritten: names that are written more
    than once. every: all functions. given: calls that are given a function. words: where each word stands, as
    `node_words` tells them; nodes are numbered, parents first, so that a piece of code is a range of numbers. waiting:
    by id, functions whose bodies nobody has read, each with the number before those that are free for it, and how many
    these are. fits: whether they sufficed so far. filled: names with brackets after them, and where members of what
    they name are written by keys that are not known.
    """

    __slots__ = (
        "_bound",
        "_bound_at",
        "_ranges",
        "_said",
        "_said_at",
        "_vocabulary",
        "_written",
        "classes",
        "every",
        "filled",
        "fits",
        "functions",
        "given",
        "imports",
        "named",
        "required",
        "rewritten",
        "specifiers",
        "waiting",
        "words",
    )

    def __init__(self, module: Module, vocabulary: Vocabulary) -> None:
        self.imports: list[p.Import] = []
        self.specifiers: list[tuple[str, list[str]]] = []
        self.required: list[str] = []
        self.named: list[tuple[str, p.Node]] = []
        self.classes: list[p.Class] = []
        self.functions: dict[int, str] = {}
        self.rewritten: set[str] = set()
        self.every: list[p.Function] = []
        self.given: list[p.Call] = []
        self.filled: list[tuple[str, p.Assign | p.Bind]] = []
        self.words: dict[str, list[int]] = {}
        self.waiting: dict[int, tuple[p.Function, int, int]] = {}
        self.fits = True
        self._vocabulary = vocabulary
        self._written: set[str] = set()
        self._ranges: dict[int, tuple[int, int]] = {}
        self._said_at: list[int] = []
        self._said: list[str] = []
        self._bound_at: list[int] = []
        self._bound: list[str] = []
        self._walk(module.body, 0)

    def range(self, node: p.Node) -> tuple[int, int] | None:
        """The numbers of a function, or of what is in `named`; None if it has none."""
        return self._ranges.get(id(node))

    def function_of(self, node: p.Node) -> p.Function | None:
        """The innermost function that a node with a range is in."""
        found = self._ranges.get(id(node))
        if found is None:
            return None
        around = [(self._ranges[id(one)][0], one) for one in self.every if id(one) in self._ranges]
        inner = [(first, one) for first, one in around if first < found[0] and found[1] <= self._ranges[id(one)][1]]
        return max(inner, key=lambda pair: pair[0])[1] if inner else None

    def inside(self, node: p.Node) -> tuple[set[str], set[str]] | None:
        """The words of a piece of code, and the names that it binds below its root; None if it has no range."""
        found = self._ranges.get(id(node))
        if found is None:
            return None
        first, last = found
        words = self._said[bisect_left(self._said_at, first) : bisect_right(self._said_at, last)]
        own = self._bound[bisect_right(self._bound_at, first) : bisect_right(self._bound_at, last)]
        return set(words), set(own)

    def read(self, function: p.Function) -> None:
        """Take in a body that was read in the meantime."""
        waiting = self.waiting.pop(id(function), None)
        if waiting is None:
            return
        _, first, room = waiting
        said_at, said, bound_at, bound = self._said_at, self._said, self._bound_at, self._bound
        self._said_at, self._said, self._bound_at, self._bound = [], [], [], []
        last = self._walk(function.body, first)
        self.fits = self.fits and last <= first + room
        at = bisect_left(said_at, first)
        said_at[at:at], said[at:at] = self._said_at, self._said
        at = bisect_left(bound_at, first)
        bound_at[at:at], bound[at:at] = self._bound_at, self._bound
        self._said_at, self._said, self._bound_at, self._bound = said_at, said, bound_at, bound

    def _walk(self, body: list[p.Stmt], number: int) -> int:
        """Take in statements, whose nodes have greater numbers than this one; the last of them."""
        vocabulary, ranges, said_at, said = self._vocabulary, self._ranges, self._said_at, self._said
        before, classes = len(said), len(self.classes)
        stack: list[p.Node | tuple[int, int]] = list(reversed(body))
        pop, push = stack.pop, stack.append
        while stack:
            node = pop()
            kind = type(node)
            if kind is tuple:
                ranges[node[0]] = (node[1], number)  # type: ignore[index]
                continue
            number += 1
            if kind is p.Name:
                said_at.append(number)
                said.append(node.id)  # type: ignore[union-attr]
                continue
            if kind in _SPEAKING:
                for word in node_words(node, vocabulary):  # type: ignore[arg-type]
                    said_at.append(number)
                    said.append(word)
                if kind is p.Literal:
                    continue
            if kind in _RANGED:
                # Comes off the stack when all below the node has.
                push((id(node), number))
                if (
                    isinstance(node, p.ClassMember)
                    and node.value is not None
                    and not isinstance(node.value, p.Function)
                ):
                    push((id(node.value), number))
            if kind in _BINDING:
                for name in bound_names(node):  # type: ignore[arg-type]
                    self._bound_at.append(number)
                    self._bound.append(name)
            if kind in _NOTED:
                self._note(node)  # type: ignore[arg-type]
            if kind in _TYPED:
                self._note_type(node)  # type: ignore[arg-type]
            below = p.slots_below(kind)  # type: ignore[arg-type]
            if kind is p.Function and node.later is not None:  # type: ignore[union-attr]
                room = _room(node)  # type: ignore[arg-type]
                self.waiting[id(node)] = node, number, room  # type: ignore[assignment]
                number += room
                below = p.AROUND
            # Written out, as in `program.walk`: half of a large tree's nodes come by here for the only time.
            for name in below:
                value = getattr(node, name)
                if type(value) is list:
                    for item in reversed(value):
                        if isinstance(item, p.Node):
                            push(item)
                elif isinstance(value, p.Node):
                    push(value)
        for word, at in zip(said[before:], said_at[before:], strict=True):
            self.words.setdefault(word, []).append(at)
        # What a class has from a base that sends, its own functions reach by any name.
        for cls in self.classes[classes:]:
            keys = [str(item.key.value) for item in cls.members if isinstance(item.key, p.Literal)]
            self.named.extend((f".{key}", base) for key in keys for base in cls.bases)
        return number

    def _note(self, node: p.Node) -> None:
        if isinstance(node, p.Call):
            if (specifier := required(node)) is not None:
                self.required.append(specifier)
                self.specifiers.append((specifier, []))
            elif any(isinstance(arg, p.Function) for arg in node.args):
                self.given.append(node)
            elif isinstance(node.callee, p.Name) and node.callee.id in self._vocabulary.mappers:
                self.named.extend((f".{name}", node) for name in mapped_names(node))
            self._note_called(node)
        elif isinstance(node, p.Function):
            self.every.append(node)
        elif isinstance(node, (p.Bind, p.Assign)):
            self._writing(node)
        elif isinstance(node, (p.Pair, p.ClassMember)):
            if isinstance(node.key, p.Literal) and node.value is not None:
                self._name_functions(node.value, str(node.key.value))
                if isinstance(node.value if isinstance(node, p.Pair) else node, _NAMING) or self._is_sdk(node.value):
                    self.named.append((f".{node.key.value}", node.value))
                if node.key.value in CONSTRUCTORS and isinstance(node.value, p.Function):
                    self._note_injected(node.value)
        elif isinstance(node, p.Import):
            self.imports.append(node)
            self.specifiers.append((node.module, [name.imported for name in node.names]))
        elif isinstance(node, p.Export):
            if node.module is not None:
                self.specifiers.append((node.module, []))
        elif isinstance(node, p.Class) and node.bases:
            self.classes.append(node)

    def _writing(self, node: p.Bind | p.Assign) -> None:
        target = node.target
        if isinstance(target, p.Name):
            if isinstance(node, p.Assign) or (node.value is not None and target.id in self._written):
                self.rewritten.add(target.id)
            elif node.value is not None:
                self._written.add(target.id)
        if node.value is None:
            return
        member = isinstance(target, p.Member)
        names = target_names(target)
        if isinstance(target, p.Member) and isinstance(target.object, p.Name) and not names:
            self.filled.append((f"{target.object.id}[]", node))
        self.named.extend((f".{name}" if member else name, node) for name in names)
        if names and isinstance(target, (p.Name, p.Member)):
            self._name_functions(node.value, names[0])

    def _name_functions(self, value: p.Node, name: str) -> None:
        """Name a function, or those that a call wraps (`debounce(() => …)`)."""
        while isinstance(value, p.Wrap):
            value = value.value
        functions = value.args if isinstance(value, p.Call) else [value]
        for function in functions:
            if isinstance(function, p.Function):
                self.functions.setdefault(id(function), name)

    def _is_sdk(self, value: p.Node) -> bool:
        """Whether a value is written as an SDK (`window.exponea`)."""
        name = value.key.value if isinstance(value, p.Member) and isinstance(value.key, p.Literal) else None
        return (value.id if isinstance(value, p.Name) else name) in self._vocabulary.words

    def _note_called(self, node: p.Call) -> None:
        """What a function that is called where it is written takes, stands for what it is given."""
        callee = node.callee
        while isinstance(callee, p.Wrap):
            callee = callee.value
        for param, arg in zip(callee.params, node.args, strict=False) if isinstance(callee, p.Function) else ():
            if isinstance(param.target, p.Name) and not param.rest:
                self.named.append((param.target.id, arg))

    def _note_injected(self, constructor: p.Function) -> None:
        """What a constructor takes stands for its type wherever it is kept (`this.crm = crm`)."""
        for param in constructor.params:
            if param.annotation is not None and isinstance(param.target, p.Name):
                self.named.append((param.target.id, param.annotation))
                if param.field:
                    self.named.append((f".{param.target.id}", param.annotation))

    def _note_type(self, node: p.Param | p.ClassMember) -> None:
        """What is typed as an SDK (`tracker: Exponea`) stands for it, and a field for whatever its type is."""
        if isinstance(node, p.ClassMember) and node.annotation is not None and isinstance(node.key, p.Literal):
            self.named.append((f".{node.key.value}", node.annotation))
        if not isinstance(node.annotation, p.Name) or node.annotation.id not in self._vocabulary.words:
            return
        named = node.target if isinstance(node, p.Param) else node.key
        name = named.id if isinstance(named, p.Name) else named.value if isinstance(named, p.Literal) else None
        if name is not None:
            self.named.extend([(str(name), node.annotation), (f".{name}", node.annotation)])


NODES_A_BYTE = 16


def _room(function: p.Function) -> int:
    """More numbers than the nodes of a body that nobody has read will need, by its text."""
    later = function.later
    return NODES_A_BYTE * (later.end - later.start) if later is not None else 0


def node_words(node: p.Node, vocabulary: Vocabulary) -> Iterable[str]:
    """The words that a node says itself, a name's apart: with a dot before them, the keys and members it uses; with an
    equals sign, the module it requires; those of `called_by_key`."""
    if isinstance(node, (p.Member, p.Pair, p.PatternEntry)):
        return (f".{node.key.value}",) if isinstance(node.key, p.Literal) else ()
    if isinstance(node, p.Call):
        specifier = required(node)
        if specifier is not None:
            return (f"={specifier}",)
        return called_by_key(node, vocabulary)
    if isinstance(node, p.Keyword):
        return (f".{node.name}",) if node.name else ()
    if isinstance(node, p.ClassMember):
        # What a class takes in order, its caller does not name: `Payload(ids, properties)`.
        return (f".{node.key.value}",) if node.kind == "field" and isinstance(node.key, p.Literal) else ()
    if isinstance(node, p.Literal) and isinstance(node.value, str):
        if node.value in vocabulary.texts:
            return (f".{node.value}",)
        if "/" in node.value:
            return [f".{path}" for path in vocabulary.paths if path in node.value]
    return ()


def called_by_key(node: p.Call, vocabulary: Vocabulary) -> list[str]:
    """The keys by which a call reaches what another file left: the text with an `@` before it, a name with a `#`."""
    callee = node.callee
    if isinstance(callee, p.Member):
        callee = callee.key
    name = callee.id if isinstance(callee, p.Name) else callee.value if isinstance(callee, p.Literal) else None
    if name not in vocabulary.keyed or not node.args:
        return []
    found: list[str] = []
    for one in p.walk(node.args) if name in vocabulary.mappers else node.args[:1]:
        if isinstance(one, p.Literal) and isinstance(one.value, str):
            found.append(f"@{one.value.rpartition('/')[2]}")
        elif isinstance(one, (p.Name, p.Member)) and (names := target_names(one)):
            found.append(f"#{names[0]}")
    return found


def mapped_names(node: p.Call) -> list[str]:
    """The names under which `mapActions(…)` gives what it maps."""
    last = node.args[-1] if node.args else None
    if isinstance(last, p.Record):
        keys = [entry.key for entry in last.entries if isinstance(entry, p.Pair)]
        return [str(key.value) for key in keys if isinstance(key, p.Literal)]
    items = last.items if isinstance(last, p.Sequence) else []
    return [str(item.value) for item in items if isinstance(item, p.Literal)]


def bound_names(node: p.Param | p.Bind) -> list[str]:
    """The names that a parameter or a binding makes; none where it writes a member."""
    return target_names(node.target) if not isinstance(node.target, p.Member) else []


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
