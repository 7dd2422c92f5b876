"""tree-sitter and its grammars: a language's name in, a `Language` out, loaded when the first file of its kind comes.

The package of a grammar imports `importlib.resources` for query files that nobody here reads, which costs as much as
the whole interpreter's start; tree-sitter itself imports `typing` for one signature. So their compiled parts are loaded
alone; where one is not laid out as expected, the package is imported as usual.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    import tree_sitter as tree_sitter
    from tree_sitter import Language

_SOURCES = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "python": ("tree_sitter_python", "language"),
    "html": ("tree_sitter_html", "language"),
}
_loaded: dict[str, Language] = {}


def grammar(language: str) -> Language:
    """The grammar of javascript, typescript, tsx, python or html."""
    found = _loaded.get(language)
    if found is None:
        package, function = _SOURCES[language]
        found = _loaded[language] = tree_sitter.Language(getattr(_library(package), function)())
    return found


def _library(package: str) -> ModuleType:
    return _compiled(package) or _package(package)


def _compiled(package: str) -> ModuleType | None:
    """The package's compiled part, without what is around it; None where there is no such part."""
    spec = _find(package) if package not in sys.modules else None
    if spec is None or spec.submodule_search_locations is None:
        return None
    name = f"{package}._binding"
    inner = _find(name, spec.submodule_search_locations)
    if inner is None or inner.loader is None:
        return None
    try:
        module = inner.loader.create_module(inner)
        if module is not None:
            inner.loader.exec_module(module)
    except ImportError:
        return None
    if module is not None:
        sys.modules[name] = module  # whoever imports the package later gets the same types
    return module


def _find(name: str, path: Sequence[str] | None = None) -> ModuleSpec | None:
    # What `importlib.util.find_spec` does, without what that module loads for itself.
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    return next((spec for spec in specs if spec is not None), None)


def _package(package: str) -> ModuleType:
    from importlib import import_module

    return import_module(package)


if not TYPE_CHECKING:
    tree_sitter = _library("tree_sitter")
