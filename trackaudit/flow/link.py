"""Modules to each other: what an import brings, what a module exports, and which functions matter at all."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow import objects
from trackaudit.flow.callers import INDEXES
from trackaudit.flow.frames import Frame
from trackaudit.flow.groups import grouped
from trackaudit.flow.relevance import Relevance
from trackaudit.flow.values import UNDEFINED, ClassValue, ModuleValue, Obj, Ref, Scope, Symbol
from trackaudit.model import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from trackaudit.flow.machine import Machine
    from trackaudit.flow.resolve import Resolver
    from trackaudit.flow.values import Func, Value
    from trackaudit.model import SourceFile
    from trackaudit.program import Expr, Module
    from trackaudit.vocabulary import Vocabulary


TURNS = 12
"""How often following an import may lead to the same one again, as modules that are half run become whole."""


class Loaded:
    """One file's modules, run at most once.

    made: closures made at the top level, by their node's id. classes: classes made at its top level or below. asked:
    files that its top level asked for. late: the first function on its own that asked for it, where no top level did,
    else 0. local: nodes of classes that only such functions have made.
    """

    __slots__ = ("asked", "classes", "done", "exports", "late", "local", "made", "modules", "scopes", "unit")

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules
        self.scopes: list[Scope] = []
        self.made: dict[int, Func] = {}
        self.classes: dict[int, ClassValue] = {}
        self.exports: Ref | None = None
        self.done = False
        self.unit = 0
        self.asked: set[str] = set()
        self.late = 0
        self.local: set[int] = set()


class Linker:
    """Loads files on demand and answers for their names. `sending`: the files that are known to send, or to call what
    sends."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        source: Callable[[str], SourceFile],
        resolver: Resolver,
        load: Callable[[str], list[Module]],
    ) -> None:
        self._vocabulary = vocabulary
        self._source = source
        self._resolver = resolver
        self._load = load
        self.files: dict[str, Loaded] = {}
        self.sending: set[str] = set()
        self._lacked: set[tuple[str, str]] = set()
        self._imports: dict[int, set[str]] = {}
        self._following: dict[int, int] = {}
        self._running: list[Loaded] = []
        self.relevance = Relevance(vocabulary, self._leads_on, self._linked, source)

    # ---- files

    def source(self, path: str) -> SourceFile:
        """A file's bytes and positions."""
        return self._source(path)

    def file(self, path: str) -> Loaded:
        """A file's modules, parsed on first use; a file that cannot be read has none."""
        loaded = self.files.get(path)
        if loaded is None:
            loaded = self.files[path] = Loaded(self._load(path))
        return loaded

    def restart(self, sending: Iterable[str], joining: Mapping[str, Collection[str]]) -> None:
        """Forget what was run, not what was parsed; `sending` are the files that are known to send. `joining`: as
        `Relevance.forget` takes it."""
        self.files = {}
        self.sending = set(sending)
        self.relevance.forget(joining)

    def extend(self, sending: Iterable[str], joining: Mapping[str, Collection[str]]) -> bool:
        """As `restart`, without forgetting what was run. Whether that is what would be run now: as far as top levels
        are concerned (`Relevance.holds` tells of functions)."""
        self.sending = set(sending)
        return self.relevance.renew(joining)

    def ran(self, path: str) -> bool:
        """Whether a file's top level was run."""
        loaded = self.files.get(path)
        return loaded is not None and loaded.done

    @property
    def missed(self) -> set[str]:
        """Files that lack a name which one asked for that is known to send."""
        return {path for asking, path in self._lacked if asking in self.sending}

    def parsed(self, path: str) -> list[Module]:
        """A file's modules, without taking it in."""
        return self._load(path)

    def run(self, m: Machine, path: str) -> Loaded:
        """Run a file's top level, once, as a unit of its own."""
        loaded = self.file(path)
        if self._running:
            self._running[-1].asked.add(path)
        if loaded.done:
            if loaded.late and not m.alone:
                self._early(loaded)
            return loaded
        loaded.done = True
        loaded.late = m.alone
        loaded.unit = m.number()
        page = Scope(m.number(), m.globals, True)
        self._running.append(loaded)
        try:
            with m.stand(loaded.unit):
                for module in loaded.modules:
                    self._run_module(m, loaded, module, page)
        finally:
            self._running.pop()
        return loaded

    def _early(self, loaded: Loaded) -> None:
        """A top level asks for a file after all: so it would have been run, with what that asks for, by now."""
        loaded.late = 0
        for path in loaded.asked:
            if self.files[path].late:
                self._early(self.files[path])

    def _run_module(self, m: Machine, loaded: Loaded, module: Module, page: Scope) -> None:
        scope = page if module.page else Scope(m.number(), page, True)
        loaded.scopes.append(scope)
        frame = Frame(module, None, "", 0, None)
        m.frames.append(frame)
        m.scope = scope
        if module.language == "javascript":
            place = Place(module.path, 0, 0)
            loaded.exports = m.allocate(Obj("record", place, {}))
            holder = m.allocate(Obj("record", place, {}))
            objects.put(m, holder, "exports", loaded.exports, place, place)
            m.declare("exports", loaded.exports, True)
            m.declare("module", holder, True)
        try:
            m.run_body(module)
        finally:
            m.frames.pop()
            loaded.made.update(frame.made)

    def forget_late(self) -> None:
        """Take what functions on their own have asked for as if top levels had."""
        for loaded in self.files.values():
            loaded.late = 0
            loaded.local.clear()

    def class_made(self, m: Machine, cls: ClassValue) -> None:
        """Remember a class, so that its methods are run even if nobody visible calls them."""
        loaded = self.files.get(cls.module.path)
        if loaded is None:
            return
        if not m.alone:
            loaded.local.discard(id(cls.node))
        elif id(cls.node) not in loaded.classes:
            loaded.local.add(id(cls.node))
        loaded.classes.setdefault(id(cls.node), cls)

    def name_of(self, module: Module, node: p.Function) -> str:
        """The name under which a function is known, or ""."""
        if node.name:
            return node.name
        return self.names(module).get(id(node), "")

    def names(self, module: Module) -> dict[int, str]:
        """The name under which each function of a module is known, by its node's id."""
        return self.relevance.outline(module).functions

    def _leads_on(self, module: Module, specifier: str, names: list[str]) -> bool:
        """Whether an import brings an SDK, or something of a file that is known to send."""
        if self._vocabulary.is_sdk_module(specifier):
            return True
        targets = [self.resolve(module, specifier)]
        if module.language == "python":
            targets += [self.resolve(module, _submodule(specifier, name)) for name in names]
        return any(target is not None and self._sends(target, 0) for target in targets)

    def _linked(self, module: Module, specifier: str) -> list[Module]:
        """The modules of a file that another one names."""
        path = self.resolve(module, specifier)
        return self.parsed(path) if path is not None else []

    def _sends(self, path: str, depth: int) -> bool:
        """Whether a file is known to send, or hands on what one does that is."""
        if path in self.sending:
            return True
        stem = path.rpartition("/")[2].partition(".")[0]
        if stem not in INDEXES or depth > 3:
            return False
        # In order, as what comes after the answer is not parsed: the same files must be in every run.
        return any(
            self._sends(target, depth + 1) for module in self.parsed(path) for target in sorted(self.imports(module))
        )

    # ---- imports and exports

    def groups(self) -> dict[str, str]:
        """By file that was run by top levels alone, the group of files that imports join it to."""
        return grouped((path for path, loaded in self.files.items() if loaded.done and not loaded.late), self.links)

    @property
    def links(self) -> set[tuple[str, str]]:
        """Every importer so far, with the file that it imports."""
        return self._resolver.links

    def resolve(self, module: Module, specifier: str) -> str | None:
        """The file that a specifier means in a module, or None."""
        return self._resolver.resolve(module.path, specifier, module.language)

    def imports(self, module: Module) -> set[str]:
        """The files that a module imports: those of its specifiers and, in Python, submodules named there."""
        found = self._imports.get(id(module))
        if found is None:
            paths: set[str | None] = set()
            for specifier, names in self.relevance.outline(module).specifiers:
                paths.add(self.resolve(module, specifier))
                if module.language == "python":
                    paths.update(self.resolve(module, _submodule(specifier, name)) for name in names)
            found = self._imports[id(module)] = {path for path in paths if path is not None}
        return found

    def imported(self, m: Machine, module: Module, node: p.Import, name: p.ImportName) -> Value:
        """What an import binds; a module that is not in the tree is known by its name."""
        place = Place(module.path, name.start, name.end)
        path = self._tree(module, node.module)
        if path is None:
            if module.language == "python" and name.imported != "*":
                path = self._resolver.resolve(module.path, _submodule(node.module, name.imported), module.language)
                if path is not None:
                    return ModuleValue(path)
            taken = () if name.imported == "*" else (name.imported,)
            return Symbol(f"import:{node.module}", taken, place, alias=name.local)
        if name.imported == "*":
            return self._whole(m, path)
        turns = self._following.get(id(name), 0)
        if turns == TURNS:
            return Symbol(f"import:{node.module}", (name.imported,), place, alias=name.local)
        self._following[id(name)] = turns + 1
        try:
            return self.exported(m, path, name.imported, place)
        finally:
            self._following[id(name)] = turns

    def _tree(self, module: Module, specifier: str) -> str | None:
        """The file that an import means. An SDK's package is known better by the vocabulary than by its source."""
        return None if self._vocabulary.is_sdk_module(specifier) else self.resolve(module, specifier)

    def _whole(self, m: Machine, path: str) -> Value:
        loaded = self.run(m, path)
        value = self._common(m, loaded)
        return value if value is not None else ModuleValue(path)

    def required(self, m: Machine, module: Module, specifier: str, node: p.Node) -> Value:
        """What `require("x")` or `import("x")` gives."""
        path = self._tree(module, specifier)
        if path is None:
            return Symbol(f"import:{specifier}", (), Place(module.path, node.start, node.end))
        return self._whole(m, path)

    def _common(self, m: Machine, loaded: Loaded) -> Value | None:
        """What a CommonJS module exports, if it does."""
        if not loaded.scopes or loaded.modules[0].language != "javascript":
            return None
        holder = m.store.cells.get((loaded.scopes[0].number, "module"))
        if not isinstance(holder, Ref):
            return None
        slot = m.store.object(holder).entries.get("exports")
        if slot is None:
            return None
        if isinstance(slot.value, Ref) and slot.value == loaded.exports and not m.store.object(slot.value).entries:
            return None
        return slot.value

    def exported(self, m: Machine, path: str, name: str, place: Place, depth: int = 0) -> Value:
        """A module's export by name."""
        loaded = self.run(m, path)
        unknown = Symbol(f"import:{path}", (name,), place, alias=name)
        if depth > 12:
            return unknown
        for module, scope in zip(loaded.modules, loaded.scopes, strict=False):
            if module.language == "python":
                found = self._python_name(m, module, scope, name)
            else:
                found = self._javascript_name(m, module, scope, name, place, depth)
            if found is not None:
                return found
        common = self._common(m, loaded)
        if common is not None:
            if name == "default":
                return common
            value = objects.member(m, common, name, _Spot(place))
            if value != UNDEFINED:
                return value
        self._lacked.add((place.path, path))
        return unknown

    def _python_name(self, m: Machine, module: Module, scope: Scope, name: str) -> Value | None:
        if name in scope.names:
            content = m.content((scope.number, name))
            if content is not None:
                return content
        below = self._resolver.resolve(module.path, f".{name}", "python") if _is_package(module.path) else None
        return ModuleValue(below) if below is not None else None

    def _javascript_name(
        self, m: Machine, module: Module, scope: Scope, name: str, place: Place, depth: int
    ) -> Value | None:
        stars: list[str] = []
        for statement in module.body:
            if not isinstance(statement, p.Export):
                continue
            for item in statement.names:
                if item.exported == "*" and item.local == "*" and statement.module is not None:
                    stars.append(statement.module)
                if item.exported != name:
                    continue
                if statement.value is not None:
                    content = m.content((scope.number, "export default"))
                elif statement.module is not None:
                    target = self._resolver.resolve(module.path, statement.module, module.language)
                    if target is None:
                        return Symbol(f"import:{statement.module}", (item.local,), place, alias=name)
                    if item.local == "*":
                        return self._whole(m, target)
                    return self.exported(m, target, item.local, place, depth + 1)
                else:
                    key = scope.find(item.local)
                    content = m.content(key) if key is not None else None
                if content is not None:
                    return content
        for specifier in stars if name != "default" else ():
            target = self._resolver.resolve(module.path, specifier, module.language)
            if target is not None:
                found = self.exported(m, target, name, place, depth + 1)
                if not (isinstance(found, Symbol) and found.root == f"import:{target}"):
                    return found
        return None

    def everything(self, m: Machine, module: Module, specifier: str) -> dict[str, Value]:
        """What `from m import *` brings."""
        path = self._resolver.resolve(module.path, specifier, module.language)
        if path is None:
            return {}
        loaded = self.run(m, path)
        found: dict[str, Value] = {}
        for scope in loaded.scopes:
            for name in scope.names:
                content = m.content((scope.number, name))
                if not name.startswith("_") and content is not None:
                    found[name] = content
        return found

    def evaluate_in(self, m: Machine, node: Expr, scope: Scope, module: Module) -> Value:
        """Evaluate an expression where it was written (a class's base or field)."""
        saved = m.scope
        m.scope = scope
        m.frames.append(Frame(module, None, "", len(m.store.journals), None))
        try:
            return m.evaluate(node)
        finally:
            m.frames.pop()
            m.scope = saved


class _Spot(p.Node):
    """A node only to carry a place."""

    __slots__ = ()

    def __init__(self, place: Place) -> None:
        self.start, self.end = place.start, place.end


def _submodule(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


def _is_package(path: str) -> bool:
    return path.endswith("__init__.py")
