"""Runs the evaluator over a set of files: every module's top level, then every function that nobody visible calls."""

from __future__ import annotations

from functools import partial
from itertools import islice

from trackaudit import program as p
from trackaudit.flow import expressions, invoke, statements
from trackaudit.flow.arguments import Arg, Args
from trackaudit.flow.frames import Frame, OutOfSteps
from trackaudit.flow.inline import inline, instantiate, leads_on, methods_lead_on
from trackaudit.flow.keys import key_of
from trackaudit.flow.machine import Machine
from trackaudit.flow.objects import class_chain
from trackaudit.flow.send import FrozenList, FrozenRecord, Send, uses
from trackaudit.flow.values import ClassValue, Func, Ref, options, union
from trackaudit.model import Notice, Place, Step, Wrapper, crash
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from trackaudit.flow.link import Linker, Loaded
    from trackaudit.flow.standing import Before
    from trackaudit.flow.values import Value
    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary


class Unit(NamedTuple):
    """A function that was run on its own."""

    number: int
    node: int
    func: Func


class _Contained:
    """What ends an evaluation early, a bound or a fault of ours, becomes a notice."""

    def __init__(self, evaluator: Evaluator, path: str, what: str) -> None:
        self.evaluator = evaluator
        self.path = path
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        if isinstance(error, OutOfSteps):
            why = "too long" if str(error) == "max-seconds" else "too many steps"
            notice = _cut(self.path, self.what, f"it takes {why}; `{error}` sets the limit")
        elif isinstance(error, RecursionError):
            notice = _cut(self.path, self.what, "it is nested too deeply")
        else:
            notice = crash(self.path, f"the evaluation of {self.what}", error)
        self.evaluator.notices.append(notice)
        self.evaluator.tally.notices.append(notice)
        return True


class Evaluator(Machine):
    """The machine with its parts put together."""

    def __init__(self, vocabulary: Vocabulary, linker: Linker, last: int = 0) -> None:
        super().__init__(vocabulary, linker)
        self._number = last
        # These call in C: as functions of our own they would be a tenth of all calls, and half of the stack.
        self.evaluate = partial(expressions.evaluate, self)
        self.execute = partial(statements.execute, self)
        self.call = self._call
        self.instantiate = lambda cls, node: instantiate(self, cls, node)
        self.notices: list[Notice] = []
        self.units: list[Unit] = []
        self.ran: set[int] = set()
        self.cut_tops: dict[Notice, str] = {}

    def release(self) -> None:
        """Let go of the parts, which hold the machine: so what it knew is freed at once, not by a look for cycles."""
        del self.evaluate, self.execute, self.call, self.instantiate

    def _call(self, value: Value, node: p.Node, *values: Value) -> Value:
        place = self.place(node)
        return invoke.call(self, value, node, Args(tuple(Arg(v, place, place) for v in values)))

    def run_body(self, module: Module) -> None:
        """Run a module's top level; a bound that is hit ends it with a notice."""
        told = len(self.notices)
        with _Contained(self, module.path, "its top level"):
            self.execute(module.body)
        self.spent, self.steps = self.spent + self.steps, 0
        with _Contained(self, module.path, "its top level"):
            self.unsent()
        self.cut_tops.update((notice, module.path) for notice in self.notices[told:] if notice.kind == "limit")

    def run_unit(self, func: Func, this: Value | None) -> None:
        """Run one function on its own, and forget what it wrote."""
        number = self.alone = self.number()
        self.units.append(Unit(number, id(func.node), func))
        self.ran.add(id(func.node))
        with self.stand(number, keep=True):
            self.tags = (id(func.node),)
            self.frames.append(Frame(func.module, None, "", len(self.store.journals), None))
            self.store.fork()
            level = len(self.store.journals)
            with _Contained(self, func.module.path, f"`{func.node.name or 'a function'}`"):
                if this is None and func.owner is not None and not func.bound:
                    this = self._some_instance(func.owner, func.node)
                if this is not None:
                    func = func._replace(this=this, bound=True)
                self.unsent(inline(self, func, func.node, Args(symbolic=True)))
            while len(self.store.journals) > level:
                self.store.commit()
            writes = self.store.take_back()
            if number in self.publishing:
                # What it left for others needs what it made, and nobody else has that.
                for key, content in writes.items():
                    self.store.cells.setdefault(key, content)
        self.alone = 0

    def _some_instance(self, cls: ClassValue, node: p.Node) -> Value:
        made = [ref for ref in self.instances.get(id(cls.node), []) if ref.number in self.store.cells]
        return union(made) if made else instantiate(self, cls, node)

    def run_publishing(self, nodes: Container[int]) -> None:
        """Run those functions of the loaded files, by their nodes' ids, of which it is known that they leave something
        for others."""
        for path in sorted(self.linker.files):
            loaded = self.linker.files[path]
            for func, this in _functions(loaded) if loaded.done else ():
                if id(func.node) in nodes and id(func.node) not in self.ran:
                    self.run_unit(func, this)
        self.linker.forget_late()

    def run_functions(self, every: bool, before: Before | None = None) -> bool:
        """Run the functions of the loaded files that may lead to a send: those first that nobody seems to call, then
        those that nobody did call. `every`: also those that are called.

        `before`: what ran in an earlier round, and is not run again; what it left is forgotten where somebody calls it
        now. Whether all that stands."""
        self.linker.relevance.turn()
        self._take_in_instances()
        if before is not None and not self.linker.relevance.holds():
            return False
        waiting: list[tuple[Func, Value | None]] = []
        for path in sorted(self.linker.files):
            loaded = self.linker.files[path]
            for func, this in _functions(loaded) if loaded.done and not loaded.late else ():
                if self.linker.relevance.matters(func.module, func.node):
                    waiting.append((func, this))
        # What files say that no import joins to this one does not count: no answer may hang on them.
        groups = self.linker.groups()
        used: dict[tuple[str, str], int] = {}
        names: dict[str, set[str]] = {}
        for func, _ in waiting:
            names.setdefault(groups[func.module.path], set()).add(self.linker.name_of(func.module, func.node))
        for group in names.values():
            group.discard("")
        for func, _ in waiting:
            self.linker.relevance.read(func.module, names[groups[func.module.path]], func.node)
            for word in self.linker.relevance.words(func.module, func.node):
                key = groups[func.module.path], word.lstrip(".")
                used[key] = used.get(key, 0) + 1

        def seems_called(func: Func) -> bool:
            name = self.linker.name_of(func.module, func.node)
            words = self.linker.relevance.words(func.module, func.node)
            return used.get((groups[func.module.path], name), 0) > (name in words) + (f".{name}" in words)

        return self._run(sorted(waiting, key=lambda pair: seems_called(pair[0])), every, before)

    def _run(self, waiting: list[tuple[Func, Value | None]], every: bool, before: Before | None) -> bool:
        reached: set[int] = set()
        tops: set[int] = set()
        for unit in self.units:
            reached |= self.called.get(unit.number, set())
        for func, this in waiting:
            node = id(func.node)
            if len(tops) < len(self.module_units):
                for number in self.module_units - tops:
                    reached |= self.called.get(number, set())
                tops |= self.module_units
            known = before.find(node) if before is not None else None
            if (known is None and node in self.ran) or (not every and node in reached):
                continue
            if known is None or before is None:
                self.run_unit(func, this)
                reached |= self.called.get(self.units[-1].number, set())
            else:
                self.units.append(before.take(known))
                reached |= self.called.get(known.number, set())
        return before is None or before.settle()

    def close(self) -> None:
        """Forget which imports functions have followed that were run on their own."""
        self.store.cells.update(self.opened)
        self.opened = []

    def _take_in_instances(self) -> None:
        """What an instance was given (`new Service(new Crm())`), its methods may send with; and so on."""
        made = [ref for refs in self.instances.values() for ref in refs if ref.number in self.store.cells]
        fresh = True
        while fresh:
            fresh = False
            for ref in made:
                obj = self.store.object(ref)
                if not isinstance(obj.cls, ClassValue):
                    continue
                chain = class_chain(self, obj.cls)
                for key, slot in obj.entries.items():
                    if any(map(self._can_send, options(slot.value))):
                        fresh = any([self.linker.relevance.give(owner.module, key) for owner in chain]) or fresh

    def _can_send(self, value: Value) -> bool:
        """Whether something that an instance holds may lead to a send: an SDK, a function, an instance of a class."""
        if isinstance(value, Func):
            return leads_on(self, value)
        if isinstance(value, Ref) and value.number in self.store.cells:
            cls = self.store.object(value).cls
            return isinstance(cls, ClassValue) and methods_lead_on(self, cls)
        return self.is_sdk(value)

    def sending(self) -> set[int]:
        """Nodes of the functions that lead to a send or give out an SDK."""
        return self.giving.union(*(send.where.stack for send in self.sends))

    def providers(self, loaded: Loaded) -> set[str]:
        """Names at a file's top level that hold an SDK or a client."""
        return self._holding(loaded, self.is_sdk)

    def contexts(self, loaded: Loaded) -> set[str]:
        """Names at a file's top level that hold a context through which something is passed on that sends."""
        if not self.published:
            return set()
        return self._holding(loaded, lambda value: bool(self.published.get(key_of(value) or "")))

    def _holding(self, loaded: Loaded, test: Callable[[Value], bool]) -> set[str]:
        found: set[str] = set()
        for scope in loaded.scopes:
            for name in scope.names:
                value = self.store.value((scope.number, name))
                if value is not None and test(value):
                    found.add("default" if name == "export default" else name)
        return found

    def joining(self) -> dict[str, set[str]]:
        """By file, the words by which its code reaches what another file leaves for it: the names of contexts."""
        return {path: words for path, loaded in self.linker.files.items() if (words := self.contexts(loaded))}

    def publishers(self) -> dict[str, set[int]]:
        """By file, the nodes of its functions that leave something for others; none for what its top level does."""
        found: dict[str, set[int]] = {path: set() for paths in self.publishing.values() for path in paths}
        for unit in self.units:
            if unit.number in self.publishing:
                found.setdefault(unit.func.module.path, set()).add(unit.node)
        return found

    def unsent(self, returned: Value | None = None) -> None:
        """What looks like a payload and went nowhere that is seen is taken as it stands at the end; what was only
        logged went nowhere at all."""
        given = set(self.reachable([returned])) if returned is not None else set()
        candidates, sends = self.since
        sent = {send.payload.number for send in islice(self.sends, sends, None) if send.payload is not None}
        waiting = [
            (number, where)
            for number, where in self.candidates_since(candidates)
            if where.unit == self.unit and number not in sent and number in self.store.cells
            if number not in self.logged or number in given
        ]
        for number, where in waiting:
            frozen = self.freeze(Ref(number))
            if isinstance(frozen, (FrozenRecord, FrozenList)):
                self.sends.append(Send(where, frozen.place, "", {}, payload=frozen))


def _cut(path: str, what: str, why: str) -> Notice:
    return Notice("limit", path, 0, f"the evaluation of {what} was cut short: {why}")


def wrappers(machine: Evaluator) -> list[Wrapper]:
    """The functions whose parameters reach a send, each with the way to the first."""
    by_unit: dict[int, list[Send]] = {}
    for send in machine.sends:
        by_unit.setdefault(send.where.unit, []).append(send)
    found: list[Wrapper] = []
    for unit in machine.units:
        module, node = unit.func.module, unit.func.node
        root = f"param:{module.path}:{node.start}:"
        sends = [send for send in by_unit.get(unit.number, ()) if uses(send, root)]
        if not sends:
            continue
        first = sends[0]
        operations = tuple(dict.fromkeys(send.sink.operation if send.sink else "payload" for send in sends))
        path = (*first.where.callers, Step(first.place, f"`{first.call}` sends it" if first.call else "a payload"))
        name = machine.linker.name_of(module, node) or "(no name)"
        owner = unit.func.owner.node.name if unit.func.owner is not None else None
        place = Place(module.path, node.start, node.end)
        found.append(Wrapper(f"{owner}.{name}" if owner else name, place, operations, path))
    return sorted(found, key=lambda wrapper: wrapper.place)


def _functions(loaded: Loaded) -> list[tuple[Func, Value | None]]:
    found: list[tuple[Func, Value | None]] = [(func, func.this) for func in loaded.made.values()]
    for key, cls in loaded.classes.items():
        for item in cls.node.members if key not in loaded.local else ():
            if isinstance(item.value, p.Function):
                found.append((Func(item.value, cls.scope, cls.module, None, cls), None))
    return found


def kept_units(machine: Evaluator) -> tuple[set[int], set[int]]:
    """Units that nobody kept calls, and the functions that kept units call.

    Modules are kept. A function's own run is dropped when a kept unit calls the function; functions that only call
    each other keep the first of them.
    """
    own = {unit.number: unit.node for unit in machine.units}
    modules = {number for number in machine.module_units}
    kept = set(modules)
    called: set[int] = set()
    for number in modules:
        called |= machine.called.get(number, set())
    everyone: dict[int, set[int]] = {}
    for number, nodes in machine.called.items():
        for node in nodes:
            everyone.setdefault(node, set()).add(number)
    waiting = [unit for unit in machine.units]
    free = [unit for unit in waiting if not (everyone.get(unit.node, set()) - {unit.number})]
    for unit in [*free, *waiting]:
        if unit.number in kept or unit.node in called:
            continue
        kept.add(unit.number)
        called |= machine.called.get(unit.number, set()) - {own[unit.number]}
    return kept, called
