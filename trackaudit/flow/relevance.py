"""What is worth evaluating: which functions can lead to a send, and which names keep their first value."""

from __future__ import annotations

from bisect import bisect_left

from trackaudit import program as p
from trackaudit.flow.outline import Outline, bound_names, node_words, outline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary


_PLAIN = (p.Name, p.Member, p.Literal, p.Conditional, p.Logical, p.Wrap)
"""What can be evaluated at any time: nothing is called."""


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
        self._words: dict[int, frozenset[str]] = {}
        self._outlines: dict[int, Outline] = {}
        self._relevant: dict[int, set[str]] = {}
        self._spots: dict[int, list[int]] = {}
        self._inheriting: set[int] = set()
        self._own_members: dict[int, dict[str, list[p.Assign | p.Bind]]] = {}

    def forget(self) -> None:
        """Forget what depends on which files are known to send."""
        self._relevant = {}
        self._inheriting = set()

    def outline(self, module: Module) -> Outline:
        """What a module holds, whatever is known to send."""
        found = self._outlines.get(id(module))
        if found is None:
            found = self._outlines[id(module)] = outline(module, self._vocabulary)
        return found

    def own_members(self, module: Module) -> dict[str, list[p.Assign | p.Bind]]:
        """Where a module writes plain values (a name, a member of one, one of several) to members of `this` or `self`,
        by their key."""
        found = self._own_members.get(id(module))
        if found is None:
            found = self._own_members[id(module)] = {}
            for name, node in self.outline(module).named:
                if not isinstance(node, (p.Assign, p.Bind)) or not isinstance(node.target, p.Member):
                    continue
                owner = node.target.object
                own = isinstance(owner, p.Name) and owner.id in ("this", "self")
                if own and node.value is not None and all(isinstance(one, _PLAIN) for one in p.walk([node.value])):
                    found.setdefault(name[1:], []).append(node)
        return found

    def settled(self, module: Module) -> Callable[[str], bool]:
        """Tells whether a name of a module is written once only, so that its constant can decide a test."""
        rewritten = self.outline(module).rewritten
        return lambda name: name not in rewritten

    def words(self, module: Module, node: p.Node) -> frozenset[str]:
        """Names that a piece of code of a module takes from outside; with a dot before them, the keys and members it
        uses; with an equals sign, the modules it requires."""
        found = self._words.get(id(node))
        if found is None:
            words, own = self.outline(module).inside(node) or self._read(node)
            # A name that the code binds itself is not one from outside; the vocabulary's are what they say, even so.
            found = self._words[id(node)] = frozenset(words - (own - self._vocabulary.words))
        return found

    def _read(self, node: p.Node) -> tuple[set[str], set[str]]:
        """As `Outline.inside`, for a piece of code that has no range."""
        words: set[str] = set()
        own: set[str] = set()
        for inner in p.walk([node]):
            if isinstance(inner, p.Name):
                words.add(inner.id)
                continue
            words.update(node_words(inner, self._vocabulary))
            if isinstance(inner, p.Param) or (isinstance(inner, p.Bind) and inner is not node):
                own.update(bound_names(inner))
        return words, own

    def relevant(self, module: Module) -> set[str]:
        """Words of a module whose use may lead to a send: the vocabulary's, and every name that stands for one."""
        known = self._relevant.get(id(module))
        if known is not None:
            return known
        known = set(self._vocabulary.words)
        known.update([f".{word}" for word in (*known, *self._vocabulary.texts)])
        own = self.outline(module)
        for node in own.imports:
            if self._leads_on(module, node.module, [item.imported for item in node.names]):
                known.update(item.local for item in node.names)
            known.update(self._brought_words(module, node))
        for specifier in own.required:
            if self._leads_on(module, specifier, []):
                known.add(f"={specifier}")
        spots = sorted(spot for word in known & own.words.keys() for spot in own.words[word])
        waiting = own.named
        changed = True
        while changed:
            changed = False
            left: list[tuple[str, p.Node]] = []
            for name, code in waiting:
                if name in known:
                    continue
                if not _touched(own, spots, code) or known.isdisjoint(self.words(module, code)):
                    left.append((name, code))
                else:
                    known.add(name)
                    spots = sorted([*spots, *own.words.get(name, ())])
                    changed = True
            waiting = left
        self._spots[id(module)] = spots
        self._relevant[id(module)] = known
        for cls in own.classes:
            if any(not known.isdisjoint(self.words(module, base)) for base in cls.bases):
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
        known = self.relevant(module)
        if id(node) in self._inheriting:
            return True
        return _touched(self.outline(module), self._spots[id(module)], node) and not known.isdisjoint(
            self.words(module, node)
        )


def _touched(outline: Outline, spots: list[int], node: p.Node) -> bool:
    """Whether one of these spots lies in a piece of code; a quick no, before its words are read."""
    found = outline.ranges.get(id(node))
    if found is None:
        return True
    index = bisect_left(spots, found[0])
    return index < len(spots) and spots[index] <= found[1]
