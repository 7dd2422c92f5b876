"""Files on demand: parsed once, what is wrong with them told once."""

from __future__ import annotations

from time import perf_counter

from trackaudit.config.limits import TooMuch
from trackaudit.model import Notice, SourceFile, crash
from trackaudit.parse import language_of, parse
from trackaudit.program import Cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from trackaudit.discover.sources import Sources
    from trackaudit.program import Module


class Reader:
    """Parses files on demand and keeps their modules. `notices`: what is wrong with files that have none (`told`)."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.modules: dict[str, list[Module]] = {}
        self.files: dict[str, SourceFile] = {}
        self.notices: list[Notice] = []
        self.seconds = 0.0

    def forget(self) -> None:
        """Know of no file any more."""
        self.modules, self.files, self.notices, self.seconds = {}, {}, [], 0.0

    def source(self, path: str) -> SourceFile:
        """A file by its path; one that cannot be read is empty."""
        file = self.files.get(path)
        if file is None:
            self.load(path)
            file = self.files[path]
        return file

    def load(self, path: str) -> list[Module]:
        """A file's modules; none if it cannot be read or parsed."""
        known = self.modules.get(path)
        if known is not None:
            return known
        self.modules[path] = []
        language = language_of(path) or ""
        try:
            file = self.files[path] = self.sources.source(path, language)
        except OSError as error:
            self.files[path] = SourceFile(path, b"", language)
            self.notices.append(Notice("unreadable", path, 0, f"the file cannot be read: {error.strerror or error}"))
            return []
        began = perf_counter()
        try:
            self.modules[path] = parse(file)
        except TooMuch as error:
            self.notices.append(Notice("limit", path, 0, error.told()))
        except RecursionError:
            self.notices.append(Notice("limit", path, 0, "the file is nested too deeply, so it was not analysed"))
        except Exception as error:  # one file that breaks a front end must not stop the run
            self.notices.append(crash(path, "the front end", error))
        self.seconds += perf_counter() - began
        return self.modules[path]

    def told(self) -> list[Notice]:
        """What is wrong with the files that were read, as far as it is known by now: bodies of functions are read when
        they are asked for."""
        broken = ((path, module) for path, modules in self.modules.items() for module in modules if module.errors)
        return [*self.notices, *(notice for path, module in broken for notice in _wrong(self.files[path], module))]

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None if it cannot be read."""
        try:
            return self.sources.read(path)
        except OSError:
            return None

    def search(self, paths: Iterable[str], test: Callable[[str, bytes], bool]) -> list[str]:
        """Those of the code files that pass the test, by path and bytes."""
        found: list[str] = []
        for path in paths:
            if language_of(path) in (None, "document"):
                continue
            data = self.read(path)
            if data is not None and test(path, data):
                found.append(path)
        return found


class Files(dict[str, SourceFile]):
    """Files by path, read when first asked for."""

    def __init__(self, sources: Sources, known: dict[str, SourceFile]) -> None:
        super().__init__(known)
        self._sources = sources

    def __missing__(self, path: str) -> SourceFile:
        file = self[path] = self._sources.source(path, language_of(path) or "")
        return file

    def get(self, path: str, default: Any = None) -> Any:
        """A file, or the default if it cannot be read."""
        try:
            return self[path]
        except OSError:
            return default


def _wrong(file: SourceFile, module: Module) -> Iterator[Notice]:
    """What of a module was left out for a bound, and what is not understood in it."""
    cuts = {error.what: error for error in reversed(module.errors) if isinstance(error, Cut)}
    for what, cut in cuts.items():
        yield Notice("limit", file.path, file.position(cut[0])[0], what)
    broken = [error for error in module.errors if not isinstance(error, Cut)]
    if broken:
        more = f" and {len(broken) - 1} more places" if len(broken) > 1 else ""
        why = f"the syntax is not understood here{more}; the rest of the file was analysed"
        yield Notice("syntax-error", file.path, file.position(broken[0][0])[0], why)


def package_folders(listing: Iterable[str]) -> list[str]:
    return [path.rpartition("/")[0] for path in _named(listing, ("package.json",))]


PACKAGES = ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "composer.json")
"""What makes a folder a package of its own: IDs of different packages are not compared."""


def nearest_package(listing: Iterable[str]) -> Callable[[str], str]:
    """Gives the folder of the nearest package manifest above a path, "" for the root."""
    folders: set[str] = set()

    def nearest(path: str) -> str:
        if not folders:
            folders.update(manifest.rpartition("/")[0] for manifest in _named(listing, PACKAGES))
            folders.add("")
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folder = folder.rpartition("/")[0]
        return folder

    return nearest


def _named(paths: Iterable[str], names: tuple[str, ...]) -> list[str]:
    """Those of many paths whose last part is one of the names."""
    return [path for path in paths if path.endswith(names) and path.rpartition("/")[2] in names]
