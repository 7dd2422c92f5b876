"""Parse, templates, the pieces of an expression: its text comes in, tokens with their places go out."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\s+|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[$@]{0,2}[A-Za-z_\x80-\xff][\w\x80-\xff]*)"
    r"|(?P<op>\?->|===|!==|<=>|->|::|\?\.|&\.|&&|\|\||\?\?|\?:|==|!=|<=|>=|=>|[-+*/%~.!<>=|,:;?()\[\]{}&@#$^])",
    re.DOTALL,
)


class Style:
    """How a template language writes expressions.

    dot_concat: `.` joins strings (PHP). commands: a function's arguments follow it without parentheses. capitals: names
    begin with a capital that tells nothing (Go, C#). ruby: methods are called without parentheses. builtins: `x?trim`
    is a filter, `x!` a default (FreeMarker).
    """

    __slots__ = ("builtins", "capitals", "commands", "dot_concat", "ruby")

    def __init__(
        self,
        dot_concat: bool = False,
        commands: bool = False,
        capitals: bool = False,
        ruby: bool = False,
        builtins: bool = False,
    ) -> None:
        self.dot_concat = dot_concat
        self.commands = commands
        self.capitals = capitals
        self.ruby = ruby
        self.builtins = builtins


STYLES = {
    "": Style(),
    "php": Style(dot_concat=True),
    "ruby": Style(commands=True, ruby=True),
    "go": Style(commands=True, capitals=True),
    "handlebars": Style(commands=True),
    "csharp": Style(capitals=True),
    "smarty": Style(),
    "latte": Style(dot_concat=True),
    "freemarker": Style(builtins=True),
}


class Tokens:
    """An expression's tokens, and how far they are read. Offsets are bytes: the text was decoded as Latin-1."""

    def __init__(self, text: str, base: int, style: Style) -> None:
        self.style = style
        self.base = base
        self.tokens: list[tuple[str, str, int, int]] = []
        self.at = 0
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                self.tokens.append(("op", text[at], base + at, base + at + 1))
                at += 1
                continue
            if match.lastgroup:
                self.tokens.append((match.lastgroup, match.group(), base + match.start(), base + match.end()))
            at = match.end()

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, *texts: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][0] in ("op", "name") and self.peek() in texts:
            self.at += 1
            return True
        return False

    def end(self) -> int:
        return self.tokens[self.at - 1][3] if self.at else self.base

    def spaced(self) -> bool:
        """Whether there is room between the last token and the next."""
        return 0 < self.at < len(self.tokens) and self.tokens[self.at][2] > self.tokens[self.at - 1][3]
