"""From an import's words to a file of the tree."""

from __future__ import annotations

import posixpath

from trackaudit.flow.project import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
COMPILED = {".js": (".ts", ".tsx", ".jsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""What a suffix in an import may have been before it was compiled."""
SOURCE_ROOTS = ("", "src/", "lib/")
"""Where Python packages may start, in the folder of the importing file or any above it."""
ALIASES = {"@/": ("src/", "app/", ""), "~/": ("", "src/", "app/"), "@@/": ("",), "~~/": ("",)}
SERVED = ("", "static/", "public/", "assets/", "src/")
"""Where what a page asks for at `/` may lie, in the page's folder or any above it."""
"""What bundlers' and frameworks' usual prefixes mean where no configuration says it."""


class Resolver:
    """Resolves module specifiers. `is_file` tells whether a path relative to the root is a file that can be read;
    `read` gives its bytes, or None; `package_folders` the folders that hold a package.json. `links`: every answer so
    far, as importer and file."""

    def __init__(
        self,
        is_file: Callable[[str], bool],
        read: Callable[[str], bytes | None],
        package_folders: Callable[[], list[str]],
    ) -> None:
        self._is_file = is_file
        self._project = Project(is_file, read, package_folders)
        self._known: dict[tuple[str, str, str], str | None] = {}
        self._starts: dict[str, list[str]] = {}
        self.links: set[tuple[str, str]] = set()

    def resolve(self, importer: str, specifier: str, language: str) -> str | None:
        """The file a specifier means, relative to the root, or None if it is not in the tree. A file does not mean
        itself: a package `datetime` that imports `datetime` means Python's."""
        folder = importer.rpartition("/")[0]
        key = (folder, specifier, language)
        if key not in self._known:
            find = self._python if language == "python" else self._javascript
            self._known[key] = find(folder, specifier)
        found = self._known[key]
        if found is None or found == importer:
            return None
        self.links.add((importer, found))
        return found

    def _javascript(self, folder: str, specifier: str) -> str | None:
        specifier = specifier.partition("?")[0]
        if specifier.startswith("."):
            return self._script(posixpath.normpath(posixpath.join(folder, specifier)))
        for base in self._project.mapped(folder, specifier):
            found = self._script(base)
            if found is not None:
                return found
        for prefix, places in ALIASES.items():
            if specifier.startswith(prefix):
                return self._aliased(folder, specifier[len(prefix) :], places)
        if specifier.startswith("/"):
            return self._aliased(folder, specifier.lstrip("/"), SERVED)
        vendor, _, rest = specifier.partition("_")
        module, _, rest = rest.partition("/")
        return (
            self._of_magento(folder, vendor, module, rest) if vendor.isalnum() and module.isalnum() and rest else None
        )

    def _of_magento(self, folder: str, vendor: str, module: str, rest: str) -> str | None:
        """`Vendor_Module/js/x`: in the `web` folder of the importer's own module, or of another under `app/code`."""
        above = _upwards(folder)
        webs = [one for one in above if one.rpartition("/")[2] == "web"]
        for root in above:
            code = posixpath.join(root, "app/code", vendor, module, "view")
            webs += [posixpath.join(code, area, "web") for area in ("frontend", "base", "adminhtml")]
        return next((found for web in webs if (found := self._script(posixpath.join(web, rest))) is not None), None)

    def _aliased(self, folder: str, rest: str, places: tuple[str, ...]) -> str | None:
        for above in _upwards(folder):
            for place in places:
                found = self._script(posixpath.normpath(posixpath.join(above, place, rest)))
                if found is not None:
                    return found
        return None

    def _script(self, base: str) -> str | None:
        """A script by its path with or without suffix, or a folder's index."""
        if base.startswith("../"):
            return None
        stem, suffix = posixpath.splitext(base)
        if suffix and self._is_file(base):
            return base
        for other in COMPILED.get(suffix, ()):
            if self._is_file(stem + other):
                return stem + other
        for other in SUFFIXES:
            if self._is_file(base + other):
                return base + other
        for other in SUFFIXES:
            index = posixpath.join(base, f"index{other}") if base != "." else f"index{other}"
            if self._is_file(index):
                return index
        return None

    def _python(self, folder: str, specifier: str) -> str | None:
        level = len(specifier) - len(specifier.lstrip("."))
        parts = specifier[level:].split(".") if specifier[level:] else []
        if level:
            base = folder
            for _ in range(level - 1):
                base = posixpath.dirname(base)
            return self._package("/".join([base, *parts] if base else parts), parts)
        starts = self._starts.get(folder)
        if starts is None:
            above = [f"{one}/" if one else "" for one in _upwards(folder)]
            starts = self._starts[folder] = [f"{one}{start}" for one in above for start in SOURCE_ROOTS]
        below = "/".join(parts)
        for start in starts:
            found = self._package(f"{start}{below}" if parts else start.rstrip("/"), parts)
            if found is not None:
                return found
        return None

    def _package(self, path: str, parts: list[str]) -> str | None:
        """A module by its path without suffix, or a package's; only that where no part of the path is named."""
        if parts and self._is_file(f"{path}.py"):
            return f"{path}.py"
        package = f"{path}/__init__.py" if path else "__init__.py"
        return package if self._is_file(package) else None


def _upwards(folder: str) -> list[str]:
    """A folder and all above it, nearest first, the root ("") last."""
    found = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found
