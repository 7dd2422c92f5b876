"""The one small language that every front end speaks and the evaluator reads.

A front end (`parse/`) turns bytes into a `Module`: plain data, no parser objects, no back references, so that it
can be cached by content hash. Anything a front end does not understand is `Unknown` and keeps its children in
evaluation order, so that calls and functions inside stay visible.

Every node holds `start` and `end`: byte offsets (half-open) in the ORIGINAL file, also for embedded code.
Classes are hand-written with slots: this module is on the start-up path, and `dataclasses` costs 12 ms to import.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Sequence as Seq
    from typing import TypeAlias

    LiteralValue: TypeAlias = "str | int | float | bool | None"
    Expr: TypeAlias = (
        "Literal | Template | Name | Member | Call | Record | Sequence | Conditional | Logical | Binary | Unary"
        " | Function | Class | Comprehension | Wrap | Assign | Unknown"
    )
    Target: TypeAlias = "Name | Member | RecordPattern | SequencePattern"
    Stmt: TypeAlias = (
        "Bind | Delete | Expression | Return | Throw | Branch | Loop | Try | Jump | Block | Import | Export"
    )


class Node:
    """Anything with a place. `start`/`end`: byte offsets in the original file, half-open."""

    __slots__ = ("start", "end")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in _slots(type(self)))
        return f"{type(self).__name__}({fields})"


# --------------------------------------------------------------------------------------------- expressions


class Literal(Node):
    """A constant: string, number, boolean, or None (`null`, `undefined`, `None`)."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: LiteralValue) -> None:
        self.start, self.end = start, end
        self.value = value


class Template(Node):
    """A string with holes (template literal, f-string); `parts` are Literals and the expressions in the holes."""

    __slots__ = ("parts",)

    def __init__(self, start: int, end: int, parts: list[Expr]) -> None:
        self.start, self.end = start, end
        self.parts = parts


class Name(Node):
    """A reference to a variable. `this` and `super` are Names; Python's `self` is an ordinary parameter."""

    __slots__ = ("id",)

    def __init__(self, start: int, end: int, id: str) -> None:
        self.start, self.end = start, end
        self.id = id


class Member(Node):
    """`object.key` (key is a Literal string, computed False) or `object[key]` (computed True).

    `optional`: written `?.`. Slices and multi-dimensional subscripts are Unknown keys.
    """

    __slots__ = ("object", "key", "computed", "optional")

    def __init__(
        self, start: int, end: int, object: Expr, key: Expr, computed: bool = False, optional: bool = False
    ) -> None:
        self.start, self.end = start, end
        self.object = object
        self.key = key
        self.computed = computed
        self.optional = optional


class Call(Node):
    """`callee(args, keyword=…)`; `new` for `new X()`.

    A JSX element is a Call too: a component's callee is its Name/Member, an intrinsic tag's is
    `Name("jsx:form")`; the only argument is a Record of its attributes, with children under the key `children`.
    `require("x")` and `import("x")` are ordinary Calls of `Name("require")` / `Name("import")`.
    A tagged template is a Call with the Template as its only argument.
    """

    __slots__ = ("callee", "args", "keywords", "new", "optional")

    def __init__(
        self,
        start: int,
        end: int,
        callee: Expr,
        args: list[Expr | Spread],
        keywords: list[Keyword] | None = None,
        new: bool = False,
        optional: bool = False,
    ) -> None:
        self.start, self.end = start, end
        self.callee = callee
        self.args = args
        self.keywords = keywords or []
        self.new = new
        self.optional = optional


class Keyword(Node):
    """`name=value` in a call; `name` is None for `**value`."""

    __slots__ = ("name", "value")

    def __init__(self, start: int, end: int, name: str | None, value: Expr) -> None:
        self.start, self.end = start, end
        self.name = name
        self.value = value


class Spread(Node):
    """`...value`, `*value` in a call or sequence, `**value` in a record."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start, self.end = start, end
        self.value = value


class Record(Node):
    """An object or dict literal, or a mapping of a document."""

    __slots__ = ("entries",)

    def __init__(self, start: int, end: int, entries: list[Pair | Spread]) -> None:
        self.start, self.end = start, end
        self.entries = entries


class Pair(Node):
    """One entry of a Record. A constant key is a Literal; `[expr]: v` keeps its expression.

    A shorthand `{email}` has key Literal("email") and value Name("email") with the same span. A method has a
    Function as its value. The span is that of the whole entry (`email: mail`).
    """

    __slots__ = ("key", "value")

    def __init__(self, start: int, end: int, key: Expr, value: Expr) -> None:
        self.start, self.end = start, end
        self.key = key
        self.value = value


class Sequence(Node):
    """An array, list, tuple or set literal, or a sequence of a document. Holes are Literal(None)."""

    __slots__ = ("items",)

    def __init__(self, start: int, end: int, items: list[Expr | Spread]) -> None:
        self.start, self.end = start, end
        self.items = items


class Conditional(Node):
    """`test ? then : orelse`, `then if test else orelse`."""

    __slots__ = ("test", "then", "orelse")

    def __init__(self, start: int, end: int, test: Expr, then: Expr, orelse: Expr) -> None:
        self.start, self.end = start, end
        self.test = test
        self.then = then
        self.orelse = orelse


class Logical(Node):
    """Short-circuit operator; `op` is "and", "or" or "??"."""

    __slots__ = ("left", "op", "right")

    def __init__(self, start: int, end: int, op: str, left: Expr, right: Expr) -> None:
        self.start, self.end = start, end
        self.op = op
        self.left = left
        self.right = right


class Binary(Node):
    """Any other two-operand operator, as written (`+`, `|`, `%`, `===`, `in`, `not in`, `is`, `instanceof`, `,` …).

    A chained comparison is the Logical "and" of its links.
    """

    __slots__ = ("left", "op", "right")

    def __init__(self, start: int, end: int, op: str, left: Expr, right: Expr) -> None:
        self.start, self.end = start, end
        self.op = op
        self.left = left
        self.right = right


class Unary(Node):
    """`!x`, `not x` (both op "not"), `-x`, `typeof x`, `void x` …"""

    __slots__ = ("op", "operand")

    def __init__(self, start: int, end: int, op: str, operand: Expr) -> None:
        self.start, self.end = start, end
        self.op = op
        self.operand = operand


class Later:
    """A function's body that is read when somebody first asks for it: most functions neither send nor call what does.

    `start`/`end`: its place. What will be read in it is written there word by word, none of it with escapes, and it
    imports nothing: so a search in the text tells what cannot be in it.
    """

    __slots__ = ("end", "read", "start")

    def __init__(self, start: int, end: int, read: Callable[[Function], list[Stmt]]) -> None:
        self.start, self.end = start, end
        self.read = read


class Function(Node):
    """A function, method, arrow or lambda. An expression body is `[Return(expr)]`.

    `arrow`: `this` is the enclosing one (arrow functions; Python lambdas have no `this` at all). `later`: what stands
    for a body that nobody has asked for yet, else None.
    """

    __slots__ = ("decorators", "name", "params", "_body", "arrow", "generator")

    def __init__(
        self,
        start: int,
        end: int,
        name: str | None,
        params: list[Param],
        body: list[Stmt] | Later,
        arrow: bool = False,
        generator: bool = False,
        decorators: list[Expr] | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.name = name
        self.params = params
        self._body = body
        self.arrow = arrow
        self.generator = generator
        self.decorators = decorators or []

    @property
    def body(self) -> list[Stmt]:
        """Its statements."""
        body = self._body
        if isinstance(body, Later):
            body = self._body = body.read(self)
        return body

    @property
    def later(self) -> Later | None:
        return self._body if isinstance(self._body, Later) else None


class Param(Node):
    """One parameter. `rest`: "" | "*" (rest, *args) | "**" (**kwargs). Python's bare `*` and `/` are left out.

    `annotation`: the type's name as an expression (`Tracker`, `ns.Tracker`; `Optional[X]`, `X | None` and
    `X | undefined` give X), else None. `field`: a TypeScript parameter property (`private sdk: Sdk`).
    `keyword_only`: after Python's `*`.
    """

    __slots__ = ("target", "annotation", "default", "rest", "field", "keyword_only")

    def __init__(
        self,
        start: int,
        end: int,
        target: Target,
        default: Expr | None = None,
        rest: str = "",
        annotation: Expr | None = None,
        field: bool = False,
        keyword_only: bool = False,
    ) -> None:
        self.start, self.end = start, end
        self.target = target
        self.default = default
        self.rest = rest
        self.annotation = annotation
        self.field = field
        self.keyword_only = keyword_only


class Class(Node):
    """A class; also an expression. Python class bodies: plain statements other than fields and methods go to `body`."""

    __slots__ = ("decorators", "name", "bases", "members", "body")

    def __init__(
        self,
        start: int,
        end: int,
        name: str | None,
        bases: list[Expr],
        members: list[ClassMember],
        body: list[Stmt] | None = None,
        decorators: list[Expr] | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.name = name
        self.bases = bases
        self.members = members
        self.body = body or []
        self.decorators = decorators or []


class ClassMember(Node):
    """A field or method. `kind`: "field" | "method" | "get" | "set". A method's `value` is its Function.

    Python: `x: T = v` and `x = v` in a class body are fields (static False, seen on class and instance alike);
    @property is "get", @x.setter is "set"; @staticmethod is static; @classmethod keeps its decorator.
    """

    __slots__ = ("key", "annotation", "value", "kind", "static")

    def __init__(
        self,
        start: int,
        end: int,
        key: Expr,
        value: Expr | None,
        kind: str,
        static: bool = False,
        annotation: Expr | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.key = key
        self.value = value
        self.kind = kind
        self.static = static
        self.annotation = annotation


class Comprehension(Node):
    """A Python comprehension or generator expression. `kind`: "list" (also sets, generators) | "dict".

    `element` is a Pair for "dict", else an expression.
    """

    __slots__ = ("kind", "clauses", "element")

    def __init__(self, start: int, end: int, kind: str, element: Expr | Pair, clauses: list[Clause]) -> None:
        self.start, self.end = start, end
        self.kind = kind
        self.element = element
        self.clauses = clauses


class Clause(Node):
    """`for target in iterable if test if test` of a comprehension."""

    __slots__ = ("iterable", "target", "tests")

    def __init__(self, start: int, end: int, target: Target, iterable: Expr, tests: list[Expr]) -> None:
        self.start, self.end = start, end
        self.target = target
        self.iterable = iterable
        self.tests = tests


class Wrap(Node):
    """Syntax that does not change the value but belongs to its text: `await x`, `(x)`, `x!`, `x as T`, `yield x`.

    `kind`: "await" | "paren" | "cast" | "yield" | "with" (what `with x as y` gives y).
    """

    __slots__ = ("kind", "value")

    def __init__(self, start: int, end: int, kind: str, value: Expr) -> None:
        self.start, self.end = start, end
        self.kind = kind
        self.value = value


class Assign(Node):
    """`target = value` as an expression or statement, to a name that is declared elsewhere or to a member.

    `op`: "=" or the augmented operator without its "=" ("+", "|", "or", "and", "??").
    """

    __slots__ = ("target", "value", "op")

    def __init__(self, start: int, end: int, target: Target, value: Expr, op: str = "=") -> None:
        self.start, self.end = start, end
        self.target = target
        self.value = value
        self.op = op


class Unknown(Node):
    """Anything else; `children` in evaluation order."""

    __slots__ = ("children",)

    def __init__(self, start: int, end: int, children: list[Expr | Spread | Stmt]) -> None:
        self.start, self.end = start, end
        self.children = children


# ------------------------------------------------------------------------------------------------- patterns


class RecordPattern(Node):
    """`{a, b: c = 1, ...rest}`."""

    __slots__ = ("entries", "rest")

    def __init__(self, start: int, end: int, entries: list[PatternEntry], rest: Target | None = None) -> None:
        self.start, self.end = start, end
        self.entries = entries
        self.rest = rest


class SequencePattern(Node):
    """`[a, , b = 1, ...rest]`, `a, *rest, z = …`. A hole is None; `rest_at` is the rest's index or None.

    For `a, *rest, z` items are [a, rest, z] and rest_at is 1.
    """

    __slots__ = ("items", "rest_at")

    def __init__(self, start: int, end: int, items: list[PatternEntry | None], rest_at: int | None = None) -> None:
        self.start, self.end = start, end
        self.items = items
        self.rest_at = rest_at


class PatternEntry(Node):
    """One taken-out piece: `key` (None in sequences), where it goes, and its default."""

    __slots__ = ("key", "target", "default")

    def __init__(self, start: int, end: int, key: Expr | None, target: Target, default: Expr | None = None) -> None:
        self.start, self.end = start, end
        self.key = key
        self.target = target
        self.default = default


# ----------------------------------------------------------------------------------------------- statements


class Bind(Node):
    """Declares and, with a value, writes. `scope`: "block" (let, const, class) or "function" (var, Python, def).

    A function declaration is a Bind of its Function with `hoist` True (JavaScript: bound before its block runs).
    Python: every assignment statement to a name or pattern is a Bind with scope "function", except names declared
    `global`/`nonlocal`, which are Assign; `x: T` alone is a Bind without a value.
    """

    __slots__ = ("target", "annotation", "value", "scope", "hoist")

    def __init__(
        self,
        start: int,
        end: int,
        target: Target,
        value: Expr | None,
        scope: str,
        hoist: bool = False,
        annotation: Expr | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.target = target
        self.value = value
        self.scope = scope
        self.hoist = hoist
        self.annotation = annotation


class Delete(Node):
    """`delete x.y`, `del x["y"]`."""

    __slots__ = ("target",)

    def __init__(self, start: int, end: int, target: Target) -> None:
        self.start, self.end = start, end
        self.target = target


class Expression(Node):
    """An expression as a statement. A document is a Module whose body is one Expression a document."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start, self.end = start, end
        self.value = value


class Return(Node):
    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Expr | None) -> None:
        self.start, self.end = start, end
        self.value = value


class Throw(Node):
    """`throw`, `raise`; also a failed `assert` is not one (assert is an Expression of its test)."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Expr | None) -> None:
        self.start, self.end = start, end
        self.value = value


class Branch(Node):
    """`if`. `switch`/`match` become nested Branches (see `parse/`): `test` is `subject == case`, with fall-through
    unfolded and closing `break`s removed. An `elif` is the only statement of `orelse`.
    """

    __slots__ = ("test", "then", "orelse")

    def __init__(self, start: int, end: int, test: Expr, then: list[Stmt], orelse: list[Stmt]) -> None:
        self.start, self.end = start, end
        self.test = test
        self.then = then
        self.orelse = orelse


class Loop(Node):
    """Any loop. `for x of xs` / `for x in xs`: target and iterable (`keys` True for JavaScript's `for in`).

    `while`, `do`: test. C-style `for`: its initialiser is a statement before the Loop (both in a Block), its step
    the last statement of `body`. `orelse`: Python's loop `else`. `once`: `do … while`.
    """

    __slots__ = ("iterable", "target", "test", "body", "orelse", "keys", "once")

    def __init__(
        self,
        start: int,
        end: int,
        body: list[Stmt],
        target: Target | None = None,
        iterable: Expr | None = None,
        test: Expr | None = None,
        orelse: list[Stmt] | None = None,
        keys: bool = False,
        once: bool = False,
    ) -> None:
        self.start, self.end = start, end
        self.body = body
        self.target = target
        self.iterable = iterable
        self.test = test
        self.orelse = orelse or []
        self.keys = keys
        self.once = once


class Try(Node):
    __slots__ = ("body", "handlers", "orelse", "finalbody")

    def __init__(
        self,
        start: int,
        end: int,
        body: list[Stmt],
        handlers: list[Handler],
        orelse: list[Stmt],
        finalbody: list[Stmt],
    ) -> None:
        self.start, self.end = start, end
        self.body = body
        self.handlers = handlers
        self.orelse = orelse
        self.finalbody = finalbody


class Handler(Node):
    """`catch (e) {…}`, `except X as e:`."""

    __slots__ = ("target", "body")

    def __init__(self, start: int, end: int, target: Target | None, body: list[Stmt]) -> None:
        self.start, self.end = start, end
        self.target = target
        self.body = body


class Jump(Node):
    """`break`, `continue`."""

    __slots__ = ("kind",)

    def __init__(self, start: int, end: int, kind: str) -> None:
        self.start, self.end = start, end
        self.kind = kind


class Block(Node):
    """`{ … }` on its own; also what one statement of the source became when it needs several here."""

    __slots__ = ("body",)

    def __init__(self, start: int, end: int, body: list[Stmt]) -> None:
        self.start, self.end = start, end
        self.body = body


class Import(Node):
    """`import`/`from … import`. `names` empty: for its effects only.

    `module` as written ("./api", "../x", "@acme/t", "pkg.sub", ".", ".m", "..m").
    """

    __slots__ = ("module", "names")

    def __init__(self, start: int, end: int, module: str, names: list[ImportName]) -> None:
        self.start, self.end = start, end
        self.module = module
        self.names = names


class ImportName(Node):
    """`imported` is "default", "*" (the whole module) or a name; `local` is "*" for Python's `from m import *`.

    Python: `import a.b as c` is module "a.b", ("*", "c"); `import a.b` is module "a", ("*", "a") and an
    Import of "a.b" with no names.
    """

    __slots__ = ("imported", "local")

    def __init__(self, start: int, end: int, imported: str, local: str) -> None:
        self.start, self.end = start, end
        self.imported = imported
        self.local = local


class Export(Node):
    """`export {a as b}`; `export * from "m"` has names [("*", "*")], `export default expr` a value and ("default", "").

    `export const x = 1` is the Bind followed by an Export of ("x", "x"). CommonJS exports stay Assigns.
    """

    __slots__ = ("module", "names", "value")

    def __init__(
        self,
        start: int,
        end: int,
        names: list[ExportName],
        module: str | None = None,
        value: Expr | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.names = names
        self.module = module
        self.value = value


class ExportName(Node):
    """`local` is the name inside this module (or inside `module` for a re-export)."""

    __slots__ = ("exported", "local")

    def __init__(self, start: int, end: int, exported: str, local: str) -> None:
        self.start, self.end = start, end
        self.exported = exported
        self.local = local


# --------------------------------------------------------------------------------------------------- module


class Comment(Node):
    """One comment with its marks (`// …`, `# …`, `<!-- … -->`)."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start, self.end = start, end
        self.text = text


class Cut(tuple[int, int]):
    """A byte range, among a module's `errors`, that was left out for a bound. `what`: in words, for a notice."""

    what: str

    def __new__(cls, start: int, end: int, what: str) -> Cut:
        made = super().__new__(cls, (start, end))
        made.what = what
        return made

    def __getnewargs__(self) -> tuple[int, int, str]:
        return self[0], self[1], self.what


TOO_DEEP = "what is here is nested too deeply, so it was not analysed"


class Module:
    """One file, or one script of a file, in the small language.

    `path`: relative to the root, with `/`. `language`: "javascript" (TypeScript and JSX too), "python",
    "document". `errors`: byte ranges the parser could not read (a `Cut`: would not). `page`: the classic scripts of a
    page, in order, whose top-level names are globals to the file's other modules. `read_later`: functions whose bodies
    were read since somebody last looked here; what their text could not show is added to `errors` then.
    """

    __slots__ = ("body", "comments", "errors", "language", "page", "path", "read_later")

    def __init__(
        self,
        path: str,
        language: str,
        body: list[Stmt],
        comments: list[Comment],
        errors: list[tuple[int, int]],
        page: bool = False,
        read_later: list[Function] | None = None,
    ) -> None:
        self.path = path
        self.language = language
        self.body = body
        self.comments = comments
        self.errors = errors
        self.page = page
        self.read_later = read_later if read_later is not None else []


_SLOTS: dict[type[Node], tuple[str, ...]] = {}
_BELOW: dict[type[Node], tuple[str, ...]] = {}
_PLAIN = frozenset(("bool", "str", "int", "str | None", "bool | None", "int | None"))
"""What a slot holds that holds no node, as its constructor says it."""


def _slots(kind: type[Node]) -> tuple[str, ...]:
    names = _SLOTS.get(kind)
    if names is None:
        own = kind.__dict__.get("__slots__", ())
        names = _SLOTS[kind] = tuple(name.lstrip("_") for name in own if name not in ("start", "end"))
    return names


def slots_below(kind: type[Node]) -> tuple[str, ...]:
    """The slots of a kind of node that may hold others, the last first, as a walk with a stack takes them."""
    names = _BELOW.get(kind)
    if names is None:
        said = kind.__init__.__annotations__
        names = _BELOW[kind] = tuple(name for name in reversed(_slots(kind)) if said.get(name) not in _PLAIN)
    return names


def children(node: Node) -> Iterator[Node]:
    """Yield a node's direct children, slot by slot."""
    if isinstance(node, (Name, Literal)):
        return
    for name in reversed(slots_below(type(node))):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Node):
                    yield item


AROUND = ("params", "decorators")
"""The slots of a function that hold nodes, without its body."""


def walk(nodes: Seq[Node], read: bool = True) -> Iterator[Node]:
    """Yield nodes and all that is below them, parents first; iterative, so depth is no limit. `read`: False leaves out
    what nobody has read yet."""
    stack = list(reversed(nodes))
    pop, push = stack.pop, stack.append
    while stack:
        node = pop()
        yield node
        kind = type(node)
        if kind is Name or kind is Literal:
            continue
        # Written out rather than by `children`: this loop is the hottest of all, a generator a node doubles its cost.
        below = _BELOW.get(kind) or slots_below(kind)
        if not read and kind is Function and node.later is not None:  # type: ignore[attr-defined]
            below = AROUND
        for name in below:
            value = getattr(node, name)
            if isinstance(value, list):
                for item in reversed(value):
                    if isinstance(item, Node):
                        push(item)
            elif isinstance(value, Node):
                push(value)
