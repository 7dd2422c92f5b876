"""parse (Python): import statements."""

from __future__ import annotations

from trackaudit.program import Import, ImportName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from trackaudit.program import Stmt


def read_import(data: bytes, node: Syntax) -> list[Stmt]:
    """`import a.b, c as d`."""
    start, end = node.start_byte, node.end_byte
    statements: list[Stmt] = []
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            module, alias = _alias(data, child)
            names = [ImportName(child.start_byte, child.end_byte, "*", alias)]
            statements.append(Import(start, end, module, names))
            continue
        module = _dotted(data, child)
        head = module.partition(".")[0]
        statements.append(Import(start, end, head, [ImportName(child.start_byte, child.end_byte, "*", head)]))
        if head != module:
            statements.append(Import(start, end, module, []))
    return statements


def read_import_from(data: bytes, node: Syntax) -> list[Stmt]:
    """`from m import a as b`, `from . import *`."""
    origin = node.child_by_field_name("module_name")
    module = _dotted(data, origin) if origin is not None else "__future__"
    names: list[ImportName] = []
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            imported, local = _alias(data, child)
        else:
            imported = local = _dotted(data, child)
        names.append(ImportName(child.start_byte, child.end_byte, imported, local))
    for child in node.named_children:
        if child.type == "wildcard_import":
            names.append(ImportName(child.start_byte, child.end_byte, "*", "*"))
    return [Import(node.start_byte, node.end_byte, module, names)]


def _alias(data: bytes, node: Syntax) -> tuple[str, str]:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    return (
        _dotted(data, name) if name is not None else "",
        _dotted(data, alias) if alias is not None else "",
    )


def _dotted(data: bytes, node: Syntax) -> str:
    """A dotted name as one word; spaces around its dots are allowed."""
    return "".join(data[node.start_byte : node.end_byte].decode("utf-8", "replace").split())
