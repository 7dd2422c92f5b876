"""What a JavaScript project's own configuration says of module names: tsconfig paths, package imports, workspaces."""

from __future__ import annotations

import posixpath

from trackaudit import program as p
from trackaudit.model import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

CONFIGS = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json")
ENTRIES = ("source", "module", "main", "types")
"""Fields of package.json that name a package's own entry, best first."""
DEPTH = 6
"""Configurations that extend others, in a row."""


class Project:
    """Answers what a bare specifier may mean. Files are read when first asked for, once.

    `package_folders` gives the folders of the tree that hold a package.json.
    """

    def __init__(
        self,
        is_file: Callable[[str], bool],
        read: Callable[[str], bytes | None],
        package_folders: Callable[[], list[str]],
    ) -> None:
        self._is_file = is_file
        self._read = read
        self._package_folders = package_folders
        self._documents: dict[str, Any] = {}
        self._packages: dict[str, str] | None = None

    def mapped(self, folder: str, specifier: str) -> Iterator[str]:
        """Paths (without suffix, relative to the root) that a specifier may mean from a folder, best first."""
        config = self._nearest(folder, CONFIGS)
        if config is not None:
            yield from self._by_paths(config, specifier)
        if specifier.startswith("#"):
            package = self._nearest(folder, ("package.json",))
            if package is not None:
                yield from self._by_imports(package, specifier)
            return
        yield from self._by_workspace(specifier)

    def _by_paths(self, config: str, specifier: str) -> Iterator[str]:
        for path in self._extended(config):
            options = _record(_record(self._document(path)).get("compilerOptions"))
            base = posixpath.join(posixpath.dirname(path), str(options.get("baseUrl", ".")))
            for pattern, targets in _record(options.get("paths")).items():
                rest = _matched(pattern, specifier)
                for target in targets if rest is not None and isinstance(targets, list) else ():
                    yield posixpath.normpath(posixpath.join(base, str(target).replace("*", rest or "")))
            if "baseUrl" in options:
                yield posixpath.normpath(posixpath.join(base, specifier))

    def _extended(self, config: str) -> list[str]:
        """A configuration and those it extends or refers to, nearest first."""
        found = [config]
        for path in found:
            document = _record(self._document(path))
            more = document.get("extends")
            names = more if isinstance(more, list) else [more]
            names = [*names, *(_record(one).get("path") for one in _list(document.get("references")))]
            for name in names:
                if isinstance(name, str) and name.startswith("."):
                    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
                    for candidate in (target, f"{target}.json", posixpath.join(target, "tsconfig.json")):
                        if candidate.endswith(".json") and candidate not in found and self._is_file(candidate):
                            found.append(candidate)
                            break
            if len(found) >= DEPTH:
                break
        return found

    def _by_imports(self, package: str, specifier: str) -> Iterator[str]:
        for pattern, target in _record(_record(self._document(package)).get("imports")).items():
            rest = _matched(pattern, specifier)
            if rest is not None:
                for path in _targets(target):
                    yield posixpath.normpath(posixpath.join(posixpath.dirname(package), path.replace("*", rest)))

    def _by_workspace(self, specifier: str) -> Iterator[str]:
        parts = specifier.split("/")
        name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
        folder = self._workspace().get(name)
        if folder is None:
            return
        rest = specifier[len(name) + 1 :]
        if rest:
            yield posixpath.join(folder, rest)
            yield posixpath.join(folder, "src", rest)
            return
        document = _record(self._document(posixpath.join(folder, "package.json")))
        exports = document.get("exports")
        entry = _record(exports).get(".", exports)
        for path in [*_targets(entry), *(document.get(field) for field in ENTRIES)]:
            if isinstance(path, str):
                yield posixpath.normpath(posixpath.join(folder, path))
        yield posixpath.join(folder, "src/index")
        yield posixpath.join(folder, "index")

    def _workspace(self) -> dict[str, str]:
        """Folders of the workspace's packages, by name."""
        if self._packages is None:
            self._packages = {}
            for folder in self._members():
                name = _record(self._document(posixpath.join(folder, "package.json"))).get("name")
                if isinstance(name, str):
                    self._packages.setdefault(name, folder)
        return self._packages

    def _members(self) -> Iterable[str]:
        workspaces = _record(self._document("package.json")).get("workspaces")
        if isinstance(workspaces, dict):
            workspaces = workspaces.get("packages")
        patterns = [
            *_list(workspaces),
            *_list(_record(self._document("pnpm-workspace.yaml")).get("packages")),
            *_list(_record(self._document("lerna.json")).get("packages")),
        ]
        for pattern in patterns:
            text = str(pattern).strip("/").removeprefix("./")
            if not text.startswith("!"):
                yield from self._folders(text)

    def _folders(self, pattern: str) -> list[str]:
        """Folders that hold a package.json and fit a workspace pattern."""
        import fnmatch

        return [
            folder
            for folder in self._package_folders()
            if fnmatch.fnmatch(folder, pattern.replace("**", "*")) or folder == pattern
        ]

    def _nearest(self, folder: str, names: tuple[str, ...]) -> str | None:
        while True:
            for name in names:
                path = posixpath.join(folder, name)
                if self._is_file(path):
                    return path
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _document(self, path: str) -> Any:
        if path not in self._documents:
            data = self._read(path) if self._is_file(path) else None
            self._documents[path] = _plain(path, data) if data is not None else None
        return self._documents[path]


def _plain(path: str, data: bytes) -> Any:
    from trackaudit.parse.document import parse

    for module in parse(SourceFile(path, data, "document")):
        for statement in module.body:
            if isinstance(statement, p.Expression):
                return _value(statement.value)
    return None


def _value(node: p.Node) -> Any:
    if isinstance(node, p.Literal):
        return node.value
    if isinstance(node, p.Record):
        return {
            str(entry.key.value): _value(entry.value)
            for entry in node.entries
            if isinstance(entry, p.Pair) and isinstance(entry.key, p.Literal)
        }
    if isinstance(node, p.Sequence):
        return [_value(item) for item in node.items]
    return None


def _record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _matched(pattern: str, specifier: str) -> str | None:
    """What stands for the pattern's star, "" where it has none; None if it does not fit."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern == specifier else None
    if len(specifier) < len(before) + len(after) or not specifier.startswith(before) or not specifier.endswith(after):
        return None
    return specifier[len(before) : len(specifier) - len(after)]


def _targets(entry: Any) -> list[str]:
    """Paths in an `exports` or `imports` entry: a string, a list, or conditions."""
    if isinstance(entry, str):
        return [entry]
    if isinstance(entry, list):
        return [path for one in entry for path in _targets(one)]
    return [path for one in _record(entry).values() for path in _targets(one)]
