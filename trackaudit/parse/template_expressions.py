"""Parse, templates: the text of a template's expression in, an expression of the small language out.

One reader for all template languages, because what matters of them is the same: a path, calls, filters, tests. Names of
a template are no names of the script around it, so each is a member of `SERVER`; a filter or plain function is a Name
that begins with `FILTER`, which the vocabulary's `filters` know.
"""

from __future__ import annotations

from trackaudit.parse.template_tokens import Tokens
from trackaudit.program import (
    Binary,
    Call,
    Conditional,
    Literal,
    Logical,
    Member,
    Name,
    Template,
    Unary,
    Unknown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tokens import Style
    from trackaudit.program import Expr, Spread

SERVER = "{{}}"
"""The name whose members are what the server knows while it renders the page."""
FILTER = "|"
"""What the name of a filter or function of the template begins with."""

_CONSTANTS = {
    "true": True,
    "false": False,
    "null": None,
    "nil": None,
    "none": None,
    "undefined": None,
    "blank": "",
    "empty": "",
}
_RUBY_METHODS = frozenset(
    ("downcase", "upcase", "strip", "squish", "chomp", "to_json", "to_s", "html_safe", "presence", "try")
)
_COMPARISONS = frozenset(("==", "!=", "===", "!==", "<", ">", "<=", ">=", "<=>"))
_WORD_COMPARISONS = {"eq": "==", "ne": "!=", "contains": "in", "in": "in", "is": "is", "gt": ">", "lt": "<"}
_GO_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_CASTS = ("string", "int", "bool", "float", "array")
_DEPTH = 60


def read(data: bytes, start: int, end: int, style: Style, known: dict[str, Expr] | None = None) -> Expr:
    """The expression in data[start:end]; Unknown where it cannot be read, with what was read of it.

    `known`: what the template has assigned to its own names so far.
    """
    reader = _Reader(data[start:end].decode("latin-1"), start, style, known or {})
    if not reader.tokens:
        return Unknown(start, end, [])
    try:
        value = reader.whole()
    except (IndexError, RecursionError):
        return Unknown(start, end, [])
    if reader.at < len(reader.tokens):
        return Unknown(start, end, [value])
    return value


class _Reader(Tokens):
    """A reader by operator precedence."""

    def __init__(self, text: str, base: int, style: Style, known: dict[str, Expr]) -> None:
        super().__init__(text, base, style)
        self.known = known
        self.depth = 0

    # ---- by precedence, loosest first

    def whole(self) -> Expr:
        value = self.ternary()
        while self.take(";"):
            pass
        return value

    def ternary(self) -> Expr:
        self.depth += 1
        if self.depth > _DEPTH:
            raise RecursionError
        value = self.either()
        if self.take("?:"):
            other = self.ternary()
            value = Logical(value.start, other.end, "or", value, other)
        elif self.peek() == "?" and self.kind() == "op":
            self.at += 1
            then = self.ternary()
            orelse: Expr = Literal(self.end(), self.end(), None)
            if self.take(":"):
                orelse = self.ternary()
            value = Conditional(value.start, orelse.end, value, then, orelse)
        elif self.peek() == "if" and self.at:  # Jinja: `a if b else c`
            self.at += 1
            test = self.either()
            orelse = self.ternary() if self.take("else") else Literal(self.end(), self.end(), None)
            value = Conditional(value.start, orelse.end, test, value, orelse)
        self.depth -= 1
        return value

    def either(self) -> Expr:
        value = self.both()
        while self.peek() in ("or", "||", "??"):
            op = "??" if self.peek() == "??" else "or"
            self.at += 1
            right = self.both()
            value = Logical(value.start, right.end, op, value, right)
        return value

    def both(self) -> Expr:
        value = self.denied()
        while self.take("and", "&&"):
            right = self.denied()
            value = Logical(value.start, right.end, "and", value, right)
        return value

    def denied(self) -> Expr:
        start = self.tokens[self.at][2]
        if self.take("not", "!"):
            value = self.denied()
            return Unary(start, value.end, "not", value)
        return self.comparison()

    def comparison(self) -> Expr:
        value = self.sum()
        while True:
            text = self.peek()
            if text in _COMPARISONS and self.kind() == "op":
                op = text
                self.at += 1
            elif text in _WORD_COMPARISONS and self.kind() == "name":
                op = _WORD_COMPARISONS[text]
                self.at += 1
                if self.take("not"):
                    op = "is not"
            elif text == "not" and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][1] == "in":
                self.at += 2
                op = "not in"
            else:
                return value
            right = self.sum()
            value = Binary(value.start, right.end, op, value, right)

    def sum(self) -> Expr:
        value = self.filtered()
        while True:
            text = self.peek()
            if text in ("~", "+") or (text == "." and self.style.dot_concat):
                self.at += 1
                right = self.filtered()
                value = Template(value.start, right.end, [*_parts(value), *_parts(right)])
            elif text in ("-", "*", "/", "%") and self.kind() == "op":
                self.at += 1
                right = self.filtered()
                value = Binary(value.start, right.end, text, value, right)
            else:
                return value

    def filtered(self) -> Expr:
        value = self.command()
        while self.peek() == "|" and self.kind() == "op":
            self.at += 1
            start = self.tokens[self.at][2]
            if self.kind() != "name":
                return Unknown(value.start, self.end(), [value])
            name = _text(self.tokens[self.at][1])
            self.at += 1
            callee = Name(start, self.end(), FILTER + name)
            args: list[Expr | Spread] = [value]
            if self.take("("):
                args.extend(self.arguments(")"))
            elif self.take(":"):
                args.append(self.command())
                while self.take(","):
                    args.append(self.command())
            elif self.style.commands:
                while self.starts():
                    args.append(self.postfix())
            value = _filtered(value, callee, args, self.end())
        return value

    def starts(self) -> bool:
        """Whether an argument without parentheses follows."""
        if not self.spaced():
            return False
        kind, text = self.kind(), self.peek()
        if kind == "name":
            return text not in ("and", "or", "not", "if", "else", "in", "is", "as", "do", "unless")
        return kind in ("string", "number") or text in (".", "(", "$")

    def command(self) -> Expr:
        value = self.postfix()
        if not self.style.commands or not isinstance(value, Member) or not self.starts():
            return value
        if not isinstance(value.object, Name) or not isinstance(value.key, Literal):
            return value
        name = str(value.key.value)
        args: list[Expr | Spread] = []
        while self.starts():
            args.append(self.postfix())
            self.take(",")
        if name in _GO_OPERATORS and len(args) == 2:
            left, right = args
            return Binary(value.start, self.end(), _GO_OPERATORS[name], left, right)  # type: ignore[arg-type]
        if name in ("and", "or") and args:
            return self.folded(name, args, value.start)
        return Call(value.start, self.end(), Name(value.start, value.end, FILTER + name), args)

    def folded(self, op: str, args: list[Expr | Spread], start: int) -> Expr:
        value: Expr = args[0]  # type: ignore[assignment]
        for arg in args[1:]:
            value = Logical(start, arg.end, op, value, arg)  # type: ignore[arg-type]
        return value

    # ---- paths and calls

    def postfix(self) -> Expr:
        value = self.primary()
        while True:
            text = self.peek()
            if self.kind() != "op":
                return value
            if text in ("->", "?->", "::", "?.", "&.") or (text == "." and not self.style.dot_concat):
                if self.style.commands and self.spaced():
                    return value
                self.at += 1
                if self.kind() not in ("name", "number"):
                    return Unknown(value.start, self.end(), [value])
                _, name, start, end = self.tokens[self.at]
                self.at += 1
                if text == "::" and self.peek() == "(":  # `Str::lower($x)`
                    value = Name(start, end, FILTER + _text(name))
                    continue
                value = self.member(value, name, start, end, text in ("?->", "?.", "&."))
            elif text == "[":
                if self.style.commands and self.spaced():
                    return value
                self.at += 1
                key = self.ternary()
                self.take("]")
                value = Member(value.start, self.end(), value, key, True)
            elif text == "(" and not (self.style.commands and self.spaced()):
                self.at += 1
                args = self.arguments(")")
                value = Call(value.start, self.end(), _function(value), args)
            elif text in ("?", "??", "!") and self.style.builtins:
                value = self.builtin(value, text)
            elif text in ("?", "!") and self.style.ruby and not self.spaced() and self.at + 1 == len(self.tokens):
                self.at += 1  # `signed_in?`
            else:
                return value

    def builtin(self, value: Expr, mark: str) -> Expr:
        """FreeMarker's `x?lower_case`, `x??` and `x!"default"`."""
        self.at += 1
        if mark == "??":
            return Binary(value.start, self.end(), "!=", value, Literal(self.end(), self.end(), None))
        if mark == "!":
            if self.kind() not in ("string", "number", "name") or self.spaced():
                return value
            other = self.primary()
            return Logical(value.start, other.end, "or", value, other)
        _, name, start, end = self.tokens[self.at]
        self.at += 1
        args: list[Expr | Spread] = [value]
        if self.take("("):
            args.extend(self.arguments(")"))
        return _filtered(value, Name(start, end, FILTER + _text(name)), args, self.end())

    def member(self, value: Expr, name: str, start: int, end: int, optional: bool) -> Expr:
        name = _text(name.lstrip("$"))
        if self.style.capitals:
            name = name[:1].lower() + name[1:]
        found = Member(value.start, end, value, Literal(start, end, name), False, optional)
        if self.style.ruby and name in _RUBY_METHODS and self.peek() != "(":
            return Call(value.start, end, found, [])
        return found

    def arguments(self, closing: str) -> list[Expr | Spread]:
        args: list[Expr | Spread] = []
        while self.at < len(self.tokens) and not self.take(closing):
            if self.take(","):
                continue
            before = self.at
            value = self.ternary()
            if self.take("=>", "=", ":"):  # a named argument, or an array's entry
                value = self.ternary()
            args.append(value)
            if self.at == before:
                self.at += 1
        return args

    def primary(self) -> Expr:
        kind, text, start, end = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return Literal(start, end, _text(text[1:-1]))
        if kind == "number":
            return Literal(start, end, float(text) if "." in text else int(text))
        if kind == "name":
            return self.name(text, start, end)
        if text == "(":
            if self.peek() in _CASTS and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][1] == ")":
                self.at += 2  # a cast: `(string) $x`
                return self.postfix()
            value = self.ternary()
            self.take(")")
            return value
        if text == ".":  # Go: `.User.Email`
            if self.kind() == "name" and not self.spaced():
                _, name, _, end = self.tokens[self.at]
                self.at += 1
                return self.name(name, start, end)
            return Member(start, end, Name(start, start, SERVER), Literal(start, end, "item"))
        if text in ("$", "@", "^", "#", "&") and self.at < len(self.tokens):
            found = self.postfix()
            if text == "#" and isinstance(found, Call) and isinstance(found.callee, Member):
                key = found.callee.key  # Thymeleaf's `#strings.trim(x)`
                found.callee = Name(key.start, key.end, f"{FILTER}{getattr(key, 'value', '')}")
            return found
        if text == "-" and self.at < len(self.tokens):
            value = self.postfix()
            return Unary(start, value.end, "-", value)
        if text == "[":
            return Unknown(start, self.end(), self.arguments("]"))  # type: ignore[arg-type]
        if text == "{":
            return Unknown(start, self.end(), self.arguments("}"))  # type: ignore[arg-type]
        return Unknown(start, end, [])

    def name(self, text: str, start: int, end: int) -> Expr:
        name = _text(text.lstrip("$@"))
        if text.lower() in _CONSTANTS:
            return Literal(start, end, _CONSTANTS[text.lower()])
        if name in self.known and self.peek() != "(":
            return self.known[name]
        if text in ("new", "echo", "raw", "await") and self.at < len(self.tokens) and self.kind() == "name":
            return self.postfix()
        if text == "fn" and self.take(":"):  # JSP's `fn:toLowerCase(x)`
            _, name, _, end = self.tokens[self.at]
            self.at += 1
            return Name(start, end, FILTER + name)
        if self.style.capitals:
            name = name[:1].lower() + name[1:]
        return Member(start, end, Name(start, start, SERVER), Literal(start, end, name))


def _function(value: Expr) -> Expr:
    """A callee: a plain function is named like a filter, a method stays a member."""
    plain = isinstance(value, Member) and isinstance(value.object, Name) and value.object.id == SERVER
    if plain and isinstance(value, Member) and isinstance(value.key, Literal):
        return Name(value.start, value.end, f"{FILTER}{value.key.value}")
    return value


def _filtered(value: Expr, callee: Name, args: list[Expr | Spread], end: int) -> Expr:
    name = callee.id[len(FILTER) :]
    start = value.start
    if name in ("default", "d", "default_if_none", "fallback") and len(args) > 1:
        return Logical(start, end, "or", value, args[1])  # type: ignore[arg-type]
    if name in ("append", "prepend") and len(args) == 2:
        parts: list[Expr] = [value, args[1]]  # type: ignore[list-item]
        return Template(start, end, parts if name == "append" else parts[::-1])
    return Call(start, end, callee, args)


def _parts(value: Expr) -> list[Expr]:
    return value.parts if isinstance(value, Template) else [value]


def _text(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
