"""Small programs that send tracking calls, as data, and their text in JavaScript, TypeScript and Python.

A `Program` is a list of functions, the first of which nobody calls. All names are unique in a program, no value is
changed after it was first passed on, and everything but `Send` and `Post` is pure: so a rewriting need not look far.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = "the root"
"""What the comment says on the line of the entry at which the finding must stand."""


@dataclass(frozen=True)
class Name:
    """A local variable or parameter."""

    id: str


@dataclass(frozen=True)
class Text:
    """A text constant."""

    value: str


@dataclass(frozen=True)
class Sdk:
    """The page's SDK, or a new client."""


@dataclass(frozen=True)
class Attr:
    """`object.key`."""

    object: Expr
    key: str


@dataclass(frozen=True)
class Either:
    """`left || right`."""

    left: Expr
    right: Expr


@dataclass(frozen=True)
class Item:
    """`key: value` in a record. `root`: a finding must stand here."""

    key: str
    value: Expr
    root: bool = False


@dataclass(frozen=True)
class Spread:
    """`...value` in a record."""

    value: Expr


@dataclass(frozen=True)
class Record:
    """An object or dict."""

    items: tuple[Item | Spread, ...]


@dataclass(frozen=True)
class Send:
    """A call of the SDK."""

    receiver: Expr
    method: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Post:
    """A payload that is sent to the API."""

    payload: Expr


@dataclass(frozen=True)
class Run:
    """A call of one of the program's functions."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Let:
    """A new variable."""

    name: str
    value: Expr


@dataclass(frozen=True)
class Set:
    """`name.key = value`."""

    name: str
    item: Item


@dataclass(frozen=True)
class Do:
    """An expression for what it does."""

    value: Expr


@dataclass(frozen=True)
class Give:
    """`return value`."""

    value: Expr


@dataclass(frozen=True)
class Noise:
    """Code that does nothing with what is sent."""

    kind: int
    name: str


Expr: TypeAlias = "Name | Text | Sdk | Attr | Either | Record | Send | Post | Run"
Stmt: TypeAlias = "Let | Set | Do | Give | Noise"


@dataclass(frozen=True)
class Function:
    """A function. cls: the class whose method it is. arrow: how JavaScript writes it. named: called with names."""

    name: str
    params: tuple[str, ...]
    body: tuple[Stmt, ...]
    file: str = "main"
    cls: str = ""
    arrow: bool = False
    named: bool = False


@dataclass(frozen=True)
class Program:
    """The first function is the entry. made: how many names were made up. common: CommonJS instead of `import`."""

    language: str
    functions: tuple[Function, ...]
    made: int = 0
    common: bool = False

    def fresh(self, stem: str) -> tuple[str, Program]:
        """A name that nothing has, and the program that knows of it."""
        return f"{stem}{self.made + 1}", replace(self, made=self.made + 1)

    def function(self, name: str) -> Function:
        """A function by its name."""
        return next(function for function in self.functions if function.name == name)

    def with_function(self, old: str, new: Function) -> Program:
        """The program with one function replaced."""
        return replace(self, functions=tuple(new if one.name == old else one for one in self.functions))


def inner(node: Expr) -> tuple[Expr, ...]:
    """The expressions right below one."""
    if isinstance(node, Attr):
        return (node.object,)
    if isinstance(node, Either):
        return (node.left, node.right)
    if isinstance(node, Record):
        return tuple(item.value for item in node.items)
    if isinstance(node, Send):
        return (node.receiver, *node.args)
    if isinstance(node, Post):
        return (node.payload,)
    if isinstance(node, Run):
        return node.args
    return ()


def rebuilt(node: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """An expression with `change` applied to those right below it."""
    if isinstance(node, Attr):
        return replace(node, object=change(node.object))
    if isinstance(node, Either):
        return Either(change(node.left), change(node.right))
    if isinstance(node, Record):
        return Record(tuple(replace(item, value=change(item.value)) for item in node.items))
    if isinstance(node, Send):
        return replace(node, receiver=change(node.receiver), args=tuple(change(arg) for arg in node.args))
    if isinstance(node, Post):
        return Post(change(node.payload))
    if isinstance(node, Run):
        return replace(node, args=tuple(change(arg) for arg in node.args))
    return node


def all_below(node: Expr) -> Iterator[Expr]:
    """An expression and everything below it, outermost first."""
    yield node
    for part in inner(node):
        yield from all_below(part)


def value_of(statement: Stmt) -> Expr | None:
    """A statement's expression, if it has one."""
    if isinstance(statement, Set):
        return statement.item.value
    return None if isinstance(statement, Noise) else statement.value


def with_value(statement: Stmt, value: Expr) -> Stmt:
    """A statement with another expression."""
    if isinstance(statement, Set):
        return replace(statement, item=replace(statement.item, value=value))
    assert not isinstance(statement, Noise)
    return replace(statement, value=value)


def expressions(statements: Iterable[Stmt]) -> Iterator[Expr]:
    """Every expression in some statements."""
    for statement in statements:
        value = value_of(statement)
        if value is not None:
            yield from all_below(value)


def uses(statements: Iterable[Stmt]) -> list[str]:
    """Names that some statements use, each time they do."""
    statements = list(statements)
    read = [node.id for node in expressions(statements) if isinstance(node, Name)]
    return read + [statement.name for statement in statements if isinstance(statement, Set)]


def free(statements: Iterable[Stmt]) -> tuple[str, ...]:
    """Names that some statements use and do not make, in order."""
    statements = list(statements)
    made = {statement.name for statement in statements if isinstance(statement, Let)}
    return tuple(dict.fromkeys(name for name in uses(statements) if name not in made))


# ---- text


def render(program: Program) -> dict[str, str]:
    """The program's files, by name."""
    writer = _Python(program) if program.language == "python" else _JavaScript(program)
    names = dict.fromkeys(function.file for function in program.functions)
    return {f"{name}.{writer.suffix}": writer.file(name) for name in names}


class _Writer:
    suffix = ""
    comment = ""
    spread = ""
    open_call = ""

    def __init__(self, program: Program) -> None:
        self.program = program

    def file(self, name: str) -> str:
        own = [function for function in self.program.functions if function.file == name]
        called = {node.function for one in own for node in expressions(one.body) if isinstance(node, Run)} - {
            one.name for one in own
        }
        lines = [line for function in sorted(called) for line in self.imported(self.program.function(function))]
        # What is called stands first, as Python's top level would want it.
        for function in reversed(own):
            lines += ["", *self.function(function)]
        return "\n".join([*self.head(), *lines, *self.tail(own), ""])

    def head(self) -> list[str]:
        return []

    def tail(self, own: list[Function]) -> list[str]:
        return []

    def imported(self, function: Function) -> list[str]:
        raise NotImplementedError

    def function(self, function: Function) -> list[str]:
        raise NotImplementedError

    def record(self, node: Record) -> str:
        """A record, each entry on a line of its own, as the marks are comments."""
        lines = []
        for item in node.items:
            if isinstance(item, Spread):
                lines.append(f"{self.spread}{self.expr(item.value)},")
            else:
                mark = f" {self.comment} {ROOT}" if item.root else ""
                lines.append(f"{self.key(item.key)}: {self.expr(item.value)},{mark}")
        return "{\n" + "".join(f"{line}\n" for line in lines) + "}"

    def key(self, key: str) -> str:
        raise NotImplementedError

    def expr(self, node: Expr) -> str:
        raise NotImplementedError


class _JavaScript(_Writer):
    comment = "//"
    spread = "..."

    @property
    def suffix(self) -> str:  # type: ignore[override]
        return "ts" if self.program.language == "typescript" else "js"

    def imported(self, function: Function) -> list[str]:
        name = function.cls or function.name
        if self.program.common:
            return [f"const {{ {name} }} = require('./{function.file}');"]
        return [f"import {{ {name} }} from './{function.file}';"]

    def tail(self, own: list[Function]) -> list[str]:
        if not self.program.common:
            return []
        return ["", f"module.exports = {{ {', '.join(function.cls or function.name for function in own)} }};"]

    def function(self, function: Function) -> list[str]:
        typed = ": any" if self.suffix == "ts" else ""
        if function.named:
            params = f"({{ {', '.join(function.params)} }}{typed})"
        else:
            params = f"({', '.join(param + typed for param in function.params)})"
        body = [line for statement in function.body for line in self.statement(statement)]
        export = "" if self.program.common else "export "
        if function.cls:
            return [f"{export}class {function.cls} {{", f"{function.name}{params} {{", *body, "}", "}"]
        if function.arrow:
            return [f"{export}const {function.name} = {params} => {{", *body, "};"]
        return [f"{export}function {function.name}{params} {{", *body, "}"]

    def statement(self, node: Stmt) -> list[str]:
        if isinstance(node, Let):
            return [f"const {node.name} = {self.expr(node.value)};"]
        if isinstance(node, Set):
            mark = f" // {ROOT}" if node.item.root else ""
            return [f"{node.name}.{node.item.key} = {self.expr(node.item.value)};{mark}"]
        if isinstance(node, Give):
            return [f"return {self.expr(node.value)};"]
        if isinstance(node, Do):
            return [f"{self.expr(node.value)};"]
        return [
            f"const {node.name} = 42;",
            f"console.log('{node.name}');",
            f"for (const {node.name} of [1, 2]) {{ console.log({node.name}); }}",
            f"let {node.name} = 0; {node.name} += 1;",
            f"if (globalThis.{node.name}) {{ console.log('{node.name}'); }}",
        ][node.kind : node.kind + 1]

    def key(self, key: str) -> str:
        return key

    def expr(self, node: Expr) -> str:
        if isinstance(node, Name):
            return node.id
        if isinstance(node, Text):
            return f"'{node.value}'"
        if isinstance(node, Sdk):
            return "exponea"
        if isinstance(node, Attr):
            return f"{self.expr(node.object)}.{node.key}"
        if isinstance(node, Either):
            return f"({self.expr(node.left)} || {self.expr(node.right)})"
        if isinstance(node, Record):
            return self.record(node)
        if isinstance(node, Send):
            return f"{self.expr(node.receiver)}.{node.method}({', '.join(self.expr(arg) for arg in node.args)})"
        if isinstance(node, Post):
            body = f"JSON.stringify({self.expr(node.payload)})"
            return f"fetch('https://api.example.com/track', {{ method: 'POST', body: {body} }})"
        function = self.program.function(node.function)
        callee = f"new {function.cls}().{function.name}" if function.cls else function.name
        if function.named:
            pairs = zip(function.params, node.args, strict=True)
            return f"{callee}({{ {', '.join(f'{param}: {self.expr(arg)}' for param, arg in pairs)} }})"
        return f"{callee}({', '.join(self.expr(arg) for arg in node.args)})"


class _Python(_Writer):
    suffix = "py"
    comment = "#"
    spread = "**"

    def head(self) -> list[str]:
        return ["import requests", "from infinario import Infinario"]

    def imported(self, function: Function) -> list[str]:
        return [f"from {function.file} import {function.cls or function.name}"]

    def function(self, function: Function) -> list[str]:
        params = (("self",) if function.cls else ()) + function.params
        head = f"def {function.name}({', '.join(params)}):"
        body = [line for statement in function.body for line in self.statement(statement)] or ["pass"]
        if function.cls:
            return [f"class {function.cls}:", f"    {head}", *(f"        {line}" for line in body)]
        return [head, *(f"    {line}" for line in body)]

    def statement(self, node: Stmt) -> list[str]:
        if isinstance(node, Let):
            return [f"{node.name} = {self.expr(node.value)}"]
        if isinstance(node, Set):
            mark = f"  # {ROOT}" if node.item.root else ""
            return [f'{node.name}["{node.item.key}"] = {self.expr(node.item.value)}{mark}']
        if isinstance(node, Give):
            return [f"return {self.expr(node.value)}"]
        if isinstance(node, Do):
            return [self.expr(node.value)]
        return [
            [f"{node.name} = 42"],
            [f"print('{node.name}')"],
            [f"for {node.name} in (1, 2):", f"    print({node.name})"],
            [f"{node.name} = 0", f"{node.name} += 1"],
            ["if __debug__:", f"    print('{node.name}')"],
        ][node.kind]

    def key(self, key: str) -> str:
        return f'"{key}"'

    def expr(self, node: Expr) -> str:
        if isinstance(node, Name):
            return node.id
        if isinstance(node, Text):
            return f'"{node.value}"'
        if isinstance(node, Sdk):
            return 'Infinario("token")'
        if isinstance(node, Attr):
            return f"{self.expr(node.object)}.{node.key}"
        if isinstance(node, Either):
            return f"({self.expr(node.left)} or {self.expr(node.right)})"
        if isinstance(node, Record):
            return self.record(node)
        if isinstance(node, Send):
            return f"{self.expr(node.receiver)}.{node.method}({', '.join(self.expr(arg) for arg in node.args)})"
        if isinstance(node, Post):
            return f'requests.post("https://api.example.com/track", json={self.expr(node.payload)})'
        function = self.program.function(node.function)
        callee = f"{function.cls}().{function.name}" if function.cls else function.name
        args = [self.expr(arg) for arg in node.args]
        if function.named:
            args = [f"{param}={arg}" for param, arg in zip(function.params, args, strict=True)]
        return f"{callee}({', '.join(args)})"
