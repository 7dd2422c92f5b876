"""parse (Python): string literals, with their prefixes and holes."""

from __future__ import annotations

from trackaudit.parse.python_syntax import inner
from trackaudit.parse.python_text import decode
from trackaudit.program import Literal, Template, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from trackaudit.parse.python_expressions import Expressions
    from trackaudit.program import Expr


def read_string(expressions: Expressions, node: Syntax) -> Expr:
    """A string literal: Literal, Template when it has holes, Unknown for bytes."""
    children = node.children
    first, last = children[0], children[-1]
    prefix = expressions.text(first).rstrip("'\"").lower()
    start, end = node.start_byte, node.end_byte
    if "b" in prefix:
        return Unknown(start, end, [])
    raw = "r" in prefix
    formatted = "f" in prefix or "t" in prefix
    closing = last.start_byte if last.type == "string_end" else end
    if not formatted or len(children) < 3 or all(child.type != "interpolation" for child in children):
        text = expressions.data[first.end_byte : closing].decode("utf-8", "replace")
        return Literal(start, end, decode(text, raw, formatted))
    parts: list[Expr] = []
    for child in children:
        if child.type == "string_content":
            parts.append(Literal(child.start_byte, child.end_byte, decode(expressions.text(child), raw, True)))
        elif child.type == "interpolation":
            parts.extend(_hole(expressions, child))
    return Template(start, end, parts)


def _hole(expressions: Expressions, node: Syntax) -> list[Expr]:
    """`{mail}` is its expression; `{mail=}` also its text; a width that is computed follows as Unknown."""
    parts: list[Expr] = []
    expression = node.child_by_field_name("expression")
    for child in node.children:
        if child.type == "=" and expression is not None:
            start = node.start_byte + 1
            label = expressions.data[start : child.end_byte].decode("utf-8", "replace")
            parts.append(Literal(start, child.end_byte, label))
    parts.append(expressions.field(node, "expression"))
    specifier = node.child_by_field_name("format_specifier")
    if specifier is not None:
        parts.extend(expressions.unknown(part) for part in inner(specifier))
    return parts


def join_strings(node: Syntax, strings: list[Expr]) -> Expr:
    """`"a" f"{b}"`: one Literal or one Template."""
    start, end = node.start_byte, node.end_byte
    values = [string.value for string in strings if isinstance(string, Literal)]
    if len(values) == len(strings):
        return Literal(start, end, "".join(str(value) for value in values))
    parts: list[Expr] = []
    for string in strings:
        if isinstance(string, Template):
            parts.extend(string.parts)
        else:
            parts.append(string)
    if any(isinstance(string, Unknown) for string in strings):
        return Unknown(start, end, list(parts))
    return Template(start, end, parts)
