"""Parse, JavaScript: imports, exports and TypeScript's namespaces."""

from __future__ import annotations

from trackaudit.parse.javascript_patterns import bound_names
from trackaudit.parse.javascript_statements import class_statement
from trackaudit.program import (
    Assign,
    Bind,
    Block,
    Call,
    Class,
    Export,
    ExportName,
    Expression,
    Function,
    Import,
    ImportName,
    Literal,
    Member,
    Name,
    Pair,
    Record,
    Return,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import Lower, StatementHandler
    from trackaudit.program import Expr, Spread, Stmt


# ---------------------------------------------------------------------------------------------------- imports


def _import(low: Lower, node: Tree, out: list[Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    source = node.child_by_field_name("source")
    clause: Tree | None = None
    only_types = False
    for child in node.children:
        if child.type == "import_clause":
            clause = child
        elif child.type in ("type", "typeof"):
            only_types = True
        elif child.type == "import_require_clause":
            _import_require(low, node, child, out)
            return
    if source is None:
        return
    names: list[ImportName] = []
    types: list[ImportName] = []
    for child in clause.children if clause is not None else ():
        if child.type == "identifier":
            names.append(ImportName(child.start_byte, child.end_byte, "default", low.text(child)))
        elif child.type == "namespace_import":
            local = child.named_children[-1] if child.named_child_count else child
            names.append(ImportName(child.start_byte, child.end_byte, "*", low.text(local)))
        elif child.type == "named_imports":
            for specifier in child.children:
                if specifier.type == "import_specifier":
                    name = _import_name(low, specifier)
                    names.append(name)
                    if _is_type(specifier):
                        types.append(name)
    statement = Import(start, end, _string(low, source), names)
    low.type_names.extend((statement, name) for name in (names if only_types else types))
    out.append(statement)


def _import_name(low: Lower, node: Tree) -> ImportName:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    imported = _exported(low, name) if name is not None else ""
    return ImportName(node.start_byte, node.end_byte, imported, low.text(alias) if alias is not None else imported)


def _import_require(low: Lower, node: Tree, clause: Tree, out: list[Stmt]) -> None:
    """`import x = require("m")` is a constant that holds `require("m")`."""
    start, end = node.start_byte, node.end_byte
    source = clause.child_by_field_name("source")
    for child in clause.children:
        if child.type == "identifier" and source is not None:
            place = Name(child.start_byte, child.end_byte, low.text(child))
            called = Name(source.start_byte, source.start_byte, "require")
            value = Call(source.start_byte, clause.end_byte, called, [low.expr(source)])
            out.append(Bind(start, end, place, value, "block"))
            return


def _import_alias(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """`import A = N.B` is a constant that holds `N.B`."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) == 2:
        place = Name(parts[0].start_byte, parts[0].end_byte, low.text(parts[0]))
        out.append(Bind(node.start_byte, node.end_byte, place, low.expr(parts[1]), "block"))


# ---------------------------------------------------------------------------------------------------- exports


def _export(low: Lower, node: Tree, out: list[Stmt]) -> None:
    start, end = node.start_byte, node.end_byte
    source = node.child_by_field_name("source")
    module = _string(low, source) if source is not None else None
    declared = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    default = False
    decorators: list[Expr] = []
    broken: list[Tree] = []
    for child in node.children:
        kind = child.type
        if kind == "default":
            default = True
        elif kind == "decorator":
            decorators.append(low.inside(child))
        elif kind == "ERROR":
            broken.append(child)
        elif kind == "export_clause":
            names = [_export_name(low, item) for item in child.children if _exports_value(item)]
            if names and not _is_type(node):
                out.append(Export(start, end, names, module))
            return
        elif kind == "namespace_export":
            named = child.named_children[-1]
            out.append(Export(start, end, [ExportName(start, end, _exported(low, named), "*")], module))
            return
        elif kind == "*" and not _is_type(node):
            out.append(Export(start, end, [ExportName(child.start_byte, child.end_byte, "*", "*")], module))
            return
        elif kind == "=":
            _export_equals(low, node, out)
            return
    out.extend(low.block(broken))
    if declared is None:
        return
    if default:
        _export_default(low, node, declared, decorators, out)
    else:
        _export_declaration(low, node, declared, decorators, out)


def _export_default(low: Lower, node: Tree, declared: Tree, decorators: list[Expr], out: list[Stmt]) -> None:
    """A named function or class is bound and then exported by its name; anything else is the export's value."""
    start, end = node.start_byte, node.end_byte
    made = _declared(low, declared, decorators)
    first = made[0] if made else None
    if isinstance(first, Bind) and isinstance(first.target, Name):
        place = first.target
        out.append(first)
        out.append(Export(start, end, [ExportName(place.start, place.end, "default", place.id)]))
    elif isinstance(first, Expression):
        value = first.value
        if isinstance(value, (Function, Class)):
            value.decorators.extend(one for one in decorators if one not in value.decorators)
        out.append(Export(start, end, [ExportName(start, end, "default", "")], value=value))


def _export_declaration(low: Lower, node: Tree, declared: Tree, decorators: list[Expr], out: list[Stmt]) -> None:
    made = _declared(low, declared, decorators)
    out.extend(made)
    names = [
        ExportName(one.target.start, one.target.end, name, name)
        for one in made
        if isinstance(one, Bind)
        for name in bound_names(one.target)
    ]
    if names:
        out.append(Export(node.start_byte, node.end_byte, names))


def _declared(low: Lower, node: Tree, decorators: list[Expr]) -> list[Stmt]:
    if node.type in ("class_declaration", "abstract_class_declaration"):
        made: list[Stmt] = []
        class_statement(low, node, made, decorators)
        return made
    return low.block((node,))


def _export_equals(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """TypeScript's `export = x` is `module.exports = x`."""
    start, end = node.start_byte, node.end_byte
    exports = Member(start, start, Name(start, start, "module"), Literal(start, start, "exports"))
    out.append(Expression(start, end, Assign(start, end, exports, low.inside(node))))


def _export_name(low: Lower, node: Tree) -> ExportName:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    local = _exported(low, name) if name is not None else ""
    exported = _exported(low, alias) if alias is not None else local
    return ExportName(node.start_byte, node.end_byte, exported, local)


def _exports_value(node: Tree) -> bool:
    return node.type == "export_specifier" and not _is_type(node)


def _exported(low: Lower, node: Tree) -> str:
    """An imported or exported name, which may be written as a string."""
    return _string(low, node) if node.type == "string" else low.text(node)


def _is_type(node: Tree) -> bool:
    return any(child.type in ("type", "typeof") for child in node.children)


def _string(low: Lower, node: Tree) -> str:
    value = low.expr(node)
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""


def _namespace(low: Lower, node: Tree, out: list[Stmt]) -> None:
    """A constant that holds what it exports, made by its statements in a function of their own; nothing of it is the
    module's. One without a plain name (`declare module "x"`) is a block."""
    start, end = node.start_byte, node.end_byte
    body = low.body(node.child_by_field_name("body"))
    kept: list[Stmt] = [statement for statement in body if not isinstance(statement, Export)]
    given = [name for statement in body if isinstance(statement, Export) for name in statement.names]
    named = node.child_by_field_name("name")
    if named is None or named.type != "identifier" or not given:
        out.append(Block(start, end, kept))
        return
    entries: list[Pair | Spread] = [
        Pair(one.start, one.end, Literal(one.start, one.start, one.exported), Name(one.start, one.end, one.local))
        for one in given
    ]
    made = Function(start, end, None, [], [*kept, Return(end, end, Record(end, end, entries))])
    target = Name(named.start_byte, named.end_byte, low.text(named))
    out.append(Bind(start, end, target, Call(start, end, made, []), "block"))


STATEMENTS: dict[str, StatementHandler] = {
    "export_statement": _export,
    "import_alias": _import_alias,
    "import_statement": _import,
    "internal_module": _namespace,
    "module": _namespace,
}
