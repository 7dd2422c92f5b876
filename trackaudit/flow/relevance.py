"""What is worth evaluating: which functions can lead to a send, and which names keep their first value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackaudit import program as p
from trackaudit.flow.callers import required

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary

_NAMING = (p.Function, p.ClassMember)
"""What gives a key's name a meaning: a function in a record, anything in a class."""


class Relevance:
    """Answers by words alone, so that it costs one walk a module. `leads_on` tells whether an import (its module, the
    specifier, the names taken) brings an SDK or something of a file that is known to send; `linked` gives the modules
    of a script that a page links."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        leads_on: Callable[[Module, str, list[str]], bool],
        linked: Callable[[Module, str], list[Module]],
    ) -> None:
        self._vocabulary = vocabulary
        self._leads_on = leads_on
        self._linked = linked
        self._settled: dict[int, set[str]] = {}
        self._words: dict[int, frozenset[str]] = {}
        self._relevant: dict[int, set[str]] = {}
        self._inheriting: set[int] = set()

    def forget(self) -> None:
        """Forget what depends on which files are known to send."""
        self._relevant = {}
        self._inheriting = set()

    def settled(self, module: Module) -> Callable[[str], bool]:
        """Tells whether a name of a module is written once only, so that its constant can decide a test."""
        changed = self._settled.get(id(module))
        if changed is None:
            seen: set[str] = set()
            changed = set()
            for node in p.walk(module.body):
                if isinstance(node, p.Assign) and isinstance(node.target, p.Name):
                    changed.add(node.target.id)
                elif isinstance(node, p.Bind) and isinstance(node.target, p.Name) and node.value is not None:
                    (changed if node.target.id in seen else seen).add(node.target.id)
            self._settled[id(module)] = changed
        return lambda name: name not in changed

    def words(self, node: p.Node) -> frozenset[str]:
        """Names that a piece of code takes from outside; with a dot before them, the keys and members it uses; with an
        equals sign, the modules it requires."""
        found = self._words.get(id(node))
        if found is None:
            found = self._words[id(node)] = self._read_words(node)
        return found

    def _read_words(self, node: p.Node) -> frozenset[str]:
        words: set[str] = set()
        own: set[str] = set()
        for inner in p.walk([node]):
            if isinstance(inner, p.Name):
                words.add(inner.id)
            elif isinstance(inner, (p.Member, p.Pair, p.PatternEntry)):
                if isinstance(inner.key, p.Literal):
                    words.add(f".{inner.key.value}")
            elif isinstance(inner, p.Keyword) and inner.name:
                words.add(f".{inner.name}")
            elif isinstance(inner, p.Call) and (specifier := required(inner)) is not None:
                words.add(f"={specifier}")
            elif isinstance(inner, p.Literal) and isinstance(inner.value, str):
                if inner.value in self._vocabulary.texts:
                    words.add(f".{inner.value}")
                elif "/" in inner.value:
                    words.update(f".{path}" for path in self._vocabulary.paths if path in inner.value)
            elif isinstance(inner, p.Param) or (isinstance(inner, p.Bind) and inner is not node):
                own.update(_target_names(inner.target) if not isinstance(inner.target, p.Member) else ())
        # A name that the code binds itself is not one from outside; the vocabulary's are what they say, even so.
        return frozenset(words - (own - self._vocabulary.words))

    def relevant(self, module: Module) -> set[str]:
        """Words of a module whose use may lead to a send: the vocabulary's, and every name that stands for one."""
        known = self._relevant.get(id(module))
        if known is not None:
            return known
        known = set(self._vocabulary.words)
        known.update([f".{word}" for word in (*known, *self._vocabulary.texts)])
        named: list[tuple[str, p.Node]] = []
        for node in p.walk(module.body):
            if isinstance(node, p.Import):
                if self._leads_on(module, node.module, [item.imported for item in node.names]):
                    known.update(item.local for item in node.names)
                known.update(self._brought_words(module, node))
            elif isinstance(node, p.Call) and (specifier := required(node)) is not None:
                if self._leads_on(module, specifier, []):
                    known.add(f"={specifier}")
            elif isinstance(node, (p.Bind, p.Assign)) and node.value is not None:
                member = isinstance(node.target, p.Member)
                named.extend((f".{name}" if member else name, node) for name in _target_names(node.target))
            elif isinstance(node, (p.Pair, p.ClassMember)) and isinstance(node.key, p.Literal):
                value: p.Node | None = node.value
                if value is not None and isinstance(value if isinstance(node, p.Pair) else node, _NAMING):
                    named.append((f".{node.key.value}", value))
        classes = [node for node in p.walk(module.body) if isinstance(node, p.Class) and node.bases]
        # What a class has from a base that sends, its own functions reach by any name.
        for cls in classes:
            keys = [str(item.key.value) for item in cls.members if isinstance(item.key, p.Literal)]
            named.extend((f".{key}", base) for key in keys for base in cls.bases)
        changed = True
        while changed:
            changed = False
            for name, code in named:
                if name not in known and not known.isdisjoint(self.words(code)):
                    known.add(name)
                    changed = True
        self._relevant[id(module)] = known
        for cls in classes:
            if any(not known.isdisjoint(self.words(base)) for base in cls.bases):
                self._inheriting.update(id(item.value) for item in cls.members if item.value is not None)
        return known

    def _brought_words(self, module: Module, node: p.Import) -> set[str]:
        """Names that a page gets from a script it links, as far as they lead to a send."""
        found: set[str] = set()
        for other in self._linked(module, node.module) if module.page else ():
            found.update(name.lstrip(".") for name in self.relevant(other))
        return found

    def matters(self, module: Module, node: p.Node) -> bool:
        """Whether a function can lead to a send."""
        return not self.relevant(module).isdisjoint(self.words(node)) or id(node) in self._inheriting


def _target_names(target: p.Node) -> list[str]:
    if isinstance(target, p.Name):
        return [target.id]
    if isinstance(target, p.Member):
        return [str(target.key.value)] if isinstance(target.key, p.Literal) else []
    return [node.id for node in p.walk([target]) if isinstance(node, p.Name)]
