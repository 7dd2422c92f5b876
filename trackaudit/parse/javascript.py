"""Parse, JavaScript: the bytes of a .js, .jsx, .ts or .tsx file, or of a script in another file, become a Module.

tree-sitter reads them, also where they are broken. The `javascript_*` modules beside this one lower its tree:
lower (state, dispatch), statements, switch, modules, expressions, functions (and classes), patterns, jsx, text.
"""

from __future__ import annotations

import re

from trackaudit.parse import (
    javascript_expressions,
    javascript_functions,
    javascript_jsx,
    javascript_modules,
    javascript_statements,
)
from trackaudit.parse.javascript_later import Bodies
from trackaudit.parse.javascript_lower import Lower, is_text
from trackaudit.parse.tree import nodes_at, tree_of
from trackaudit.program import Comment, Function, Module, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    import tree_sitter

    from trackaudit.model import SourceFile
    from trackaudit.program import Stmt

_EXPRESSIONS = {
    **javascript_expressions.EXPRESSIONS,
    **javascript_functions.EXPRESSIONS,
    **javascript_jsx.EXPRESSIONS,
}
_STATEMENTS = {**javascript_statements.STATEMENTS, **javascript_modules.STATEMENTS}
_WRITES = (
    b"__html", b"innerHTML", b"outerHTML", b"srcdoc", b"document.write", b"insertAdjacentHTML", b"</script",
    b"<\\/script", b"<Script",
)  # fmt: skip
"""What a script holds that writes code into a page (`injected`); so does what sets a `text` or `textContent`."""
_NEWER = re.compile(
    rb"""\bimport\s*\(\s*(?:'[^'\n]*'|"[^"\n]*")\s*\)\s*\.\s*(?=[\w$.]+\s*<)(?!(?:then|catch|finally)\b)"""
    rb"""|(?<=\bexport)\s+type(?=\s*\*)"""
    rb"""|\baccessor\b(?=[ \t]+[\w$#\['"])"""
)
"""What the grammars do not know, though it is right: the module of a generic type (`import("x").Ref<T>`), `export type
*` and a class's `accessor`."""
_COMMENT = re.compile(rb"//|/\*|<!--|-->|#!")
_COMMENTS = frozenset(("comment", "html_comment"))


def parse(source: SourceFile) -> list[Module]:
    """The one module of a JavaScript or TypeScript file."""
    return [parse_script(source.path, source.data, source.language, 0, len(source.data), later=True)]


def parse_script(path: str, data: bytes, language: str, start: int, end: int, later: bool = False) -> Module:
    """The module in data[start:end], with places in the whole of `data`. `later`: bodies of functions may be lowered
    when they are asked for.

    `language`: "javascript" (JSX too), "typescript" or "tsx". JavaScript that does not parse is read by the other
    grammars too, and kept so if that leaves less unread: some projects write type annotations in it, and where no
    JSX is expected, a template's `<?php … ?>` breaks a few bytes instead of the rest of the file.
    """
    tree, errors = _read(language, data, start, end)
    if errors and language == "javascript":
        for other in ("tsx", "typescript"):
            other_tree, other_errors = _read(other, data, start, end)
            if _size(other_errors) < _size(errors):
                tree, errors, language = other_tree, other_errors, other
    if tree is None:
        return Module(path, "javascript", [], [], errors)
    low = Lower(data, _EXPRESSIONS, _STATEMENTS, errors)
    writes = _writes(data, start, end)
    if later and not writes and not tree.root_node.has_error:
        low.bodies = Bodies(data, language, tree)
    body = low.block(tree.root_node.children)
    comments = _comments(tree.root_node, data)
    body = _without_types(low, body)
    read_later = low.bodies.read if low.bodies is not None else None
    module = Module(path, "javascript", body, comments, sorted({*errors, *low.errors}), read_later=read_later)
    low.errors = module.errors  # where bodies that are read later put theirs
    if writes:
        from trackaudit.parse.injected import expand

        expand(path, data, module)
    return module


def _read(language: str, data: bytes, start: int, end: int) -> tuple[tree_sitter.Tree | None, list[tuple[int, int]]]:
    """The tree, and what in it is broken. Valid code that the grammar does not know is read without what it adds."""
    tree = tree_of(language, data, start, end)
    errors = _errors(tree, data, start, end)
    if errors and _NEWER.search(data, start, end):
        plain = data[:start] + _NEWER.sub(_blank, data[start:end]) + data[end:]
        plain_tree = tree_of(language, plain, start, end)
        plain_errors = _errors(plain_tree, plain, start, end)
        if _size(plain_errors) < _size(errors):
            return plain_tree, plain_errors
    return tree, errors


def _blank(found: re.Match[bytes]) -> bytes:
    """Space for what was found, byte for byte, so that every place stays."""
    return b" " * len(found[0])


def _writes(data: bytes, start: int, end: int) -> bool:
    if any(data.find(word, start, end) >= 0 for word in _WRITES):
        return True
    # Few scripts hold the word, so the pattern is compiled only then.
    return data.find(b".text", start, end) >= 0 and bool(re.search(rb"\.text(?:Content)?\s*=", data[start:end]))


def _errors(tree: tree_sitter.Tree | None, data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of what the grammar could not place, and the empty ranges of what it missed.

    Two gaps of the grammars are no errors: `&` in JSX text, and the `!` they want in ``tag<{a: b}>`text` ``.
    """
    if tree is None:
        return [(start, end)]
    root = tree.root_node
    if not root.has_error:
        return []
    found: list[tuple[int, int]] = []
    stack = list(root.children)
    if root.is_error:
        found.append((root.start_byte, root.end_byte))
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        elif node.has_error:
            kind, below = node.type, node.children
            if kind == "non_null_expression" and below[0].type == "instantiation_expression":
                below = below[:1]
            stack.extend(child for child in below if not is_text(kind, child, data))
    return sorted(found)


def _size(errors: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(end - start for start, end in errors), len(errors)


def _comments(root: tree_sitter.Node, data: bytes) -> list[Comment]:
    places = (found.start() for found in _COMMENT.finditer(data, root.start_byte, root.end_byte))
    spans = dict.fromkeys((node.start_byte, node.end_byte) for node in nodes_at(root, places, _COMMENTS))
    return [Comment(start, end, data[start:end].decode("utf-8", "replace")) for start, end in spans]


def _without_types(low: Lower, body: list[Stmt]) -> list[Stmt]:
    """Drop imports of types, except those that an annotation needs to find its class."""
    if low.type_names and low.bodies is not None:
        _read_annotations(low, body)
    gone: set[int] = set()
    for statement, name in low.type_names:
        if name.local not in low.annotated:
            statement.names.remove(name)
            if not statement.names:
                gone.add(id(statement))
    return [statement for statement in body if id(statement) not in gone] if gone else body


def _read_annotations(low: Lower, body: list[Stmt]) -> None:
    """Read the bodies that may hold an annotation with an imported type."""
    names = {name.local.encode() for _, name in low.type_names}
    for node in walk(body, read=False):
        if isinstance(node, Function) and node.later is not None:
            start, end = node.later.start, node.later.end
            if any(low.data.find(name, start, end) >= 0 for name in names):
                node.body  # noqa: B018  to ask is to read
