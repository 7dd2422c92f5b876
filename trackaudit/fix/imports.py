"""A name of another file, brought into a file: where the project has it in, its local name and the import's edits out.

The specifier is one that the project's own imports use, or a relative one of the same style.
"""

from __future__ import annotations

import posixpath

from trackaudit.program import Assign, Bind, Export, Function, Import, Name, Param, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackaudit.fix.editor import Editor
    from trackaudit.fix.plan import Workshop
    from trackaudit.model import Edit

_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts")
_MODULES = (".js", ".mjs", ".jsx", ".ts", ".tsx", ".mts", ".vue", ".svelte")


def brought(
    editor: Editor, home: Editor, name: str, workshop: Workshop, beside: str = ""
) -> tuple[str, list[Edit]] | None:
    """The local name of `name`, which `home` defines or imports, and what imports it. `beside`: a name of the same
    file that is imported already. None where it cannot be imported, or another thing has the name."""
    if editor.path == home.path:
        return (name, []) if not _hidden(editor, name) else None
    if editor.python != home.python:
        return None
    imported, spec = _source(editor, home, name, workshop, beside)
    if not spec:
        return None
    for statement in _imports(editor):
        if _same(statement.module, spec):
            for one in statement.names:
                if one.imported == imported:
                    return one.local, []
    if name in editor.tree.used_names():
        return None
    edits = _python(editor, spec, imported) if editor.python else _javascript(editor, spec, imported, name)
    return (name, edits) if edits else None


def defined(home: Editor, name: str) -> int:
    """Where a file's top level defines or imports a name; -1 where it does not."""
    for module in home.tree.modules:
        for statement in module.body:
            if isinstance(statement, Import) and any(one.local == name for one in statement.names):
                return 0
            if name in _named(statement):
                return statement.start
    return -1


def exported(home: Editor) -> set[str]:
    """The names that other files can import: in Python all of the top level."""
    found: set[str] = set()
    for module in home.tree.modules:
        for statement in module.body:
            if home.python:
                found |= _named(statement)
        for node in walk(list(module.body)):
            if isinstance(node, Export) and node.module is None:
                found.update(one.exported for one in node.names)
    return found


def _named(statement: object) -> set[str]:
    if isinstance(statement, Function) and statement.name:
        return {statement.name}
    if isinstance(statement, Bind) and isinstance(statement.target, Name):
        return {statement.target.id}
    return set()


def _hidden(editor: Editor, name: str) -> bool:
    """Whether an inner variable has the name of the top level's, or it is given another value."""
    for module in editor.tree.modules:
        outer = {id(statement) for statement in module.body}
        for node in walk(list(module.body)):
            if isinstance(node, (Param, Assign)) and isinstance(node.target, Name) and node.target.id == name:
                return True
            if isinstance(node, Bind) and id(node) not in outer and name in _named(node):
                return True
    return False


def _imports(editor: Editor) -> Iterator[Import]:
    for module in editor.tree.modules:
        for statement in module.body:
            if isinstance(statement, Import):
                yield statement


def _source(editor: Editor, home: Editor, name: str, workshop: Workshop, beside: str) -> tuple[str, str]:
    """What to import, and from which specifier; ("", "") where that is not known."""
    for statement in _imports(editor):
        if beside and any(one.local == beside for one in statement.names):
            return (name, statement.module) if name in exported(home) else ("", "")
    for statement in _imports(home):
        for one in statement.names:
            if one.local == name and one.imported in (name, "default"):
                return one.imported, _seen_from(editor, home, statement.module)
    if name not in exported(home):
        return "", ""
    if not editor.python:
        return name, _relative(editor, home.path, workshop)
    return name, _python_spec(editor, home, name, workshop)


def _seen_from(editor: Editor, home: Editor, spec: str) -> str:
    here, there = posixpath.dirname(editor.path), posixpath.dirname(home.path)
    if not spec.startswith(".") or here == there:
        return spec
    if editor.python:
        return ""
    return _dotted(posixpath.relpath(posixpath.normpath(posixpath.join(there, spec)), here or "."))


def _dotted(path: str) -> str:
    return path if path.startswith(".") else f"./{path}"


def _relative(editor: Editor, path: str, workshop: Workshop) -> str:
    """A relative specifier, with the ending where the project's have theirs."""
    if not path.endswith(_ENDINGS):
        return ""
    spec = _dotted(posixpath.relpath(path, posixpath.dirname(editor.path) or "."))
    seen = [
        statement.module
        for modules in workshop.modules.values()
        for module in modules
        for statement in module.body
        if isinstance(statement, Import) and statement.module.startswith(".") and module.language == "javascript"
    ]
    if any(one.endswith(_ENDINGS) for one in seen):
        return spec
    return spec[: spec.rindex(".")]


def _python_spec(editor: Editor, home: Editor, name: str, workshop: Workshop) -> str:
    stem = posixpath.basename(home.path).rpartition(".")[0]
    folder = posixpath.dirname(home.path)
    for path, modules in sorted(workshop.modules.items()):
        for module in modules:
            for statement in module.body:
                if not isinstance(statement, Import) or not any(one.imported == name for one in statement.names):
                    continue
                dotted = home.path.rpartition(".")[0].replace("/", ".")
                if not statement.module.startswith("."):
                    if dotted == statement.module or dotted.endswith(f".{statement.module}"):
                        return statement.module
                elif statement.module == f".{stem}" and posixpath.dirname(path) == folder == posixpath.dirname(
                    editor.path
                ):
                    return statement.module
    if posixpath.dirname(editor.path) != folder:
        return ""
    if any(statement.module.startswith(".") for statement in _imports(editor)):
        return f".{stem}"
    package = f"{folder}/__init__.py" if folder else "__init__.py"
    return stem if package not in workshop.files else ""


def _same(one: str, other: str) -> bool:
    def bare(spec: str) -> str:
        return spec.rpartition(".")[0] if spec.endswith(_ENDINGS) else spec

    return bare(one) == bare(other)


def _javascript(editor: Editor, spec: str, imported: str, name: str) -> list[Edit] | None:
    statements = [
        one for one in _imports(editor) if editor.data.startswith(b"import", one.start) and one.module not in ("", "*")
    ]
    if not statements or not editor.path.endswith(_MODULES):
        return None
    for statement in statements if imported != "default" else ():
        closing = editor.data.rfind(b"}", statement.start, statement.end)
        if closing > 0 and _same(statement.module, spec) and b"type" not in editor.data[statement.start :].split()[1:2]:
            body = editor.data[statement.start : closing].rstrip()
            comma = "" if body.endswith((b",", b"{")) else ","
            return [editor.insert(statement.start + len(body), f"{comma} {name}")]
    last = statements[-1]
    end = last.end + (editor.data[last.end : last.end + 1] == b";")
    text = editor.data[last.start : end].decode("utf-8")
    quote = "'" if "'" in text else '"'
    semicolon = ";" if text.endswith(";") else ""
    indent = editor.indent(last.start)
    taken = name if imported == "default" else f"{{ {imported} }}"
    written = f"{editor.newline}{indent}import {taken} from {quote}{spec}{quote}{semicolon}"
    return [editor.insert(end, written)]


def _python(editor: Editor, spec: str, imported: str) -> list[Edit]:
    import libcst as cst
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import AddImportsVisitor

    from trackaudit.fix.edits import smallest
    from trackaudit.fix.shallow import check_depth

    check_depth(editor.data)
    module = cst.parse_module(editor.data)
    dots = len(spec) - len(spec.lstrip("."))
    context = CodemodContext()
    if dots:
        AddImportsVisitor.add_needed_import(context, spec[dots:], imported, relative=dots)
    else:
        AddImportsVisitor.add_needed_import(context, spec, imported)
    code = AddImportsVisitor(context).transform_module(module).code
    return smallest(editor.path, 0, module.code, code)
