"""What is worth evaluating: which functions can lead to a send, and which names keep their first value."""

from __future__ import annotations

import re
from bisect import bisect_left, insort

from trackaudit import program as p
from trackaudit.flow.outline import Outline, bound_names, node_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from trackaudit.model import SourceFile
    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary

    Answers = dict[int, tuple[Module, p.Node, bool]]


_PLAIN = (p.Name, p.Member, p.Literal, p.Conditional, p.Logical, p.Wrap)
"""What can be evaluated at any time: nothing is called."""
FEW = 60
"""So many words are looked for in a file one by one; after these they are looked up among its own."""
_VALUES = frozenset(("None", "True", "False"))
_NAME = re.compile(r"[\w$]+")
_SETS = re.compile(rb"\s*[-+*/|&?%^]*=(?![=>])")
"""What follows a name that is set: `name = `, `x.name = `."""
_SETS_KEY = re.compile(rb"\[[^\]\n]*\]\s*=(?![=>])")
"""What follows one of which a key is set: `name[key] = `."""
_DECLARES = (b"const ", b"let ", b"var ")
SAID = 3
"""Letters of a name that says something; shorter ones are set everywhere in what a bundler wrote."""


class Relevance:
    """Answers by words alone, so that it costs one walk a module. `leads_on` tells whether an import (its module, the
    specifier, the names taken) brings an SDK or something of a file that is known to send; `linked` gives the modules
    of a script that a page links; `source` a file's bytes.

    Bodies that nobody has read (`program.Later`) are read here where their text holds a word that is asked for. So the
    answers are those that all bodies would give."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        leads_on: Callable[[Module, str, list[str]], bool],
        linked: Callable[[Module, str], list[Module]],
        source: Callable[[str], SourceFile],
    ) -> None:
        self._vocabulary = vocabulary
        self._source = source
        self._leads_on = leads_on
        self._linked = linked
        self._words: dict[int, dict[int, frozenset[str]]] = {}
        self._outlines: dict[int, Outline] = {}
        self._relevant: dict[int, set[str]] = {}
        self._plain: dict[str, bool] = {}
        self._sought: dict[int, int] = {}
        self._texts: dict[int, frozenset[str]] = {}
        self._done: dict[int, set[str]] = {}
        self._spots: dict[int, list[int]] = {}
        self._inheriting: set[int] = set()
        self._given: dict[int, set[str]] = {}
        self._own_members: dict[int, dict[str, list[p.Assign | p.Bind]]] = {}
        self._setters: dict[int, dict[str, list[p.Assign | p.Bind]]] = {}
        self._set: dict[tuple[str, str], bool] = {}
        self._joining: Mapping[str, Collection[str]] = {}
        self._tops: Answers = {}
        self._later: Answers = {}
        self._answers = self._tops

    def forget(self, joining: Mapping[str, Collection[str]]) -> None:
        """Forget what depends on which files are known to send. `joining`: by file, "" for all, words that are known to
        lead to a send in another."""
        self._joining = joining
        self._relevant = {}
        self._inheriting = set()
        self._given = {}
        self._tops, self._later = {}, {}
        self._answers = self._tops

    def renew(self, joining: Mapping[str, Collection[str]]) -> bool:
        """As `forget`, but what `matters` answered is still to be answered. Whether it is answered alike, as far as it
        was asked before `turn`."""
        tops, later = self._tops, self._later
        self.forget(joining)
        self._later = later
        return self._same(tops)

    def turn(self) -> None:
        """What is asked from here on may depend on what instances were given (`give`)."""
        self._answers = self._later

    def holds(self) -> bool:
        """Whether what was ever asked after a turn is answered alike."""
        return self._same(dict(self._later))

    def _same(self, answers: Answers) -> bool:
        return all(self.matters(module, node) == answer for module, node, answer in answers.values())

    def give(self, module: Module, member: str) -> bool:
        """Say that a member of a module's objects (`this.crm`) holds what sends. Whether that is new."""
        given = self._given.setdefault(id(module), set())
        word = f".{member}"
        if word in given or word in self.relevant(module):
            return False
        given.add(word)
        del self._relevant[id(module)]
        return True

    def outline(self, module: Module) -> Outline:
        """What a module holds, as far as it was read, whatever is known to send."""
        found = self._outlines.get(id(module))
        if found is None:
            found = self._outlines[id(module)] = Outline(module, self._vocabulary)
            module.read_later.clear()
        elif module.read_later:
            for function in module.read_later:
                found.read(function)
            if not found.fits:
                found = self._outlines[id(module)] = Outline(module, self._vocabulary)
                self._relevant.pop(id(module), None)  # its spots are other numbers now
            module.read_later.clear()
            self._words.pop(id(module), None)
            self._own_members.pop(id(module), None)
            self._setters.pop(id(module), None)
        return found

    def read(self, module: Module, words: Iterable[str], node: p.Node | None = None) -> Outline:
        """Read the bodies (within a node) that may hold one of these words; what the module holds then."""
        own = self.outline(module)
        if not own.waiting:
            return own
        done = self._done.setdefault(id(module), set())
        names = {word.lstrip(".=@#") for word in words} - done
        if not names:
            return own
        data = self._source(module.path).data
        held = self._held(module, names, data)
        done.update(names.difference(held) if node is not None else names)
        if not held:
            return own
        return self.read_where(module, lambda start, end: any(_may_say(word, data, start, end) for word in held), node)

    def _held(self, module: Module, words: Collection[str], data: bytes) -> list[str]:
        """Those of the words that the code of a file may say."""
        before = self._sought.get(id(module), 0)
        self._sought[id(module)] = before + len(words)
        if before + len(words) <= FEW:
            return [word for word in words if word.encode() in data or _is_hidden(word, data)]
        there = self._texts.get(id(module))
        if there is None:
            there = self._texts[id(module)] = frozenset(_NAME.findall(data.decode("utf-8", "replace")))
        strange = (word for word in words if word not in there and not self._is_plain(word))
        return [
            *there.intersection(words),
            *(word for word in strange if word.encode() in data or _is_hidden(word, data)),
        ]

    def _is_plain(self, word: str) -> bool:
        """Whether a word is only said where it is written, and written as a name."""
        known = self._plain.get(word)
        if known is None:
            known = _NAME.fullmatch(word) is not None and not _is_hidden(word, b"</")
            self._plain[word] = known
        return known

    def read_where(self, module: Module, test: Callable[[int, int], bool], node: p.Node | None = None) -> Outline:
        """Read the bodies (within a node) whose places pass a test, and those in them; what the module holds then."""
        while True:
            own = self.outline(module)
            here = [function for function, at in _waiting(own, node) if test(at.start, at.end)]
            if not here:
                return own
            for function in here:
                function.body  # noqa: B018  to ask is to read

    def spoken(self, module: Module, node: p.Node) -> Iterable[str]:
        """The words of a piece of code, and the names that stand in bodies inside it which nobody has read."""
        words = self.words(module, node)
        waiting = list(_waiting(self.outline(module), node))
        return words.union(*(self._written(module, function, at) for function, at in waiting)) if waiting else words

    def _written(self, module: Module, function: p.Function, at: p.Later) -> frozenset[str]:
        found = self._texts.get(id(function))
        if found is None:
            text = self._source(module.path).data[at.start : at.end].decode("utf-8", "replace")
            found = self._texts[id(function)] = frozenset(_NAME.findall(text))
        return found

    def own_members(self, module: Module, key: str) -> Sequence[p.Assign | p.Bind]:
        """Where a module writes plain values (a name, a member of one, one of several) to a member of `this` or `self`
        with this key."""
        own = self.read(module, (key,))
        found = self._own_members.get(id(module))
        if found is None:
            found = self._own_members[id(module)] = {}
            for name, node in own.named:
                if not isinstance(node, (p.Assign, p.Bind)) or not isinstance(node.target, p.Member):
                    continue
                owner = node.target.object
                mine = isinstance(owner, p.Name) and owner.id in ("this", "self")
                if mine and node.value is not None and all(isinstance(one, _PLAIN) for one in p.walk([node.value])):
                    found.setdefault(name[1:], []).append(node)
        return sorted(found.get(key, ()), key=lambda node: own.range(node) or ())

    def setters(self, module: Module, name: str, reader: p.Function | None) -> list[p.Assign | p.Bind]:
        """Where other functions of a module than the reader (None: its top level) set a name that is not their own;
        with a dot before it, a member; with brackets after it, what it names by keys that are not known."""
        word = name.strip(".[]")
        if len(word) < SAID or not self._may_set(module.path, name):
            return []
        own = self.read(module, (word,))
        found = self._setters.get(id(module))
        if found is None:
            found = self._setters[id(module)] = {}
            for key, node in own.named:
                if isinstance(node, p.Assign) or (isinstance(node, p.Bind) and isinstance(node.target, p.Member)):
                    found.setdefault(key, []).append(node)
            for key, filled in own.filled:
                found.setdefault(key, []).append(filled)
        return [node for node in found.get(name, ()) if self._is_elsewhere(own, node, name, reader)]

    def _may_set(self, path: str, name: str) -> bool:
        """Whether a file's text may set what `setters` is asked for, so that no body is read for nothing."""
        key = path, name
        known = self._set.get(key)
        if known is None:
            data = self._source(path).data
            known = self._set[key] = _is_set(data, name) or (name[-1:] != "]" and b"v-model" in data)
        return known

    def _is_elsewhere(self, own: Outline, node: p.Node, name: str, reader: p.Function | None) -> bool:
        if isinstance(node, (p.Assign, p.Bind)) and isinstance(node.value, p.Literal) and not node.value.value:
            return False  # empty again
        function = own.function_of(node)
        if function is None or function is reader:
            return False
        bound = own.inside(function)
        return name[:1] == "." or bound is None or name.strip("[]") not in bound[1]

    def settled(self, module: Module, name: str) -> bool:
        """Whether a name of a module is written once only, so that its constant can decide a test."""
        return name not in self.outline(module).rewritten and name not in self.read(module, (name,)).rewritten

    def words(self, module: Module, node: p.Node) -> frozenset[str]:
        """Names that a piece of code of a module takes from outside; with a dot before them, the keys and members it
        uses; with an equals sign, the modules it requires. What stands in bodies that nobody has read is left out."""
        outline = self.outline(module)
        known = self._words.setdefault(id(module), {})
        found = known.get(id(node))
        if found is None:
            words, own = outline.inside(node) or self._walk(node)
            # A name that the code binds itself is not one from outside; the vocabulary's are what they say, even so.
            found = known[id(node)] = frozenset(words - (own - self._vocabulary.words))
        return found

    def _walk(self, node: p.Node) -> tuple[set[str], set[str]]:
        """As `Outline.inside`, for a piece of code that has no range."""
        words: set[str] = set()
        own: set[str] = set()
        for inner in p.walk([node], read=False):
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
        known = set(self._vocabulary.words).union(self._joining.get("", ()), self._joining.get(module.path, ()))
        known.update([f".{word}" for word in (*known, *self._vocabulary.texts)])
        known.update(self._given.get(id(module), ()))
        own = self.outline(module)
        for node in own.imports:
            if self._leads_on(module, node.module, [item.imported for item in node.names]):
                known.update(item.local for item in node.names)
            known.update(self._brought_words(module, node))
        for specifier in own.required:
            if self._leads_on(module, specifier, []):
                known.add(f"={specifier}")
        fresh = set(known)
        while fresh:
            own = self.read(module, fresh)
            spots = sorted(spot for word in known & own.words.keys() for spot in own.words[word])
            fresh = set()
            for name, code in own.named:
                if name in known or not _touched(own, spots, code) or known.isdisjoint(self.words(module, code)):
                    continue
                known.add(name)
                fresh.add(name)
                for spot in own.words.get(name, ()):
                    insort(spots, spot)
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
        self.outline(module)  # takes in what was read since, which may end what was known
        known = self.relevant(module)
        answer = id(node) in self._inheriting or (
            _touched(self.outline(module), self._spots[id(module)], node)
            and not known.isdisjoint(self.words(module, node))
        )
        self._answers[id(node)] = module, node, answer
        return answer


def _is_set(data: bytes, name: str) -> bool:
    """Whether code may set a name, or a key of it (`name[]`), other than where it is declared."""
    word = name.strip(".[]").encode()
    sets = _SETS_KEY if name[-1:] == "]" else _SETS
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        before = data[at - 1 : at]
        is_part = before.isalnum() or before in (b"_", b"$")
        if not is_part and sets.match(data, end) and not data.endswith(_DECLARES, max(0, at - 6), at):
            return True
        at = data.find(word, end)
    return False


def _touched(outline: Outline, spots: list[int], node: p.Node) -> bool:
    """Whether one of these spots lies in a piece of code; a quick no, before its words are read."""
    found = outline.range(node)
    if found is None:
        return True
    index = bisect_left(spots, found[0])
    return index < len(spots) and spots[index] <= found[1]


def _waiting(outline: Outline, node: p.Node | None) -> Iterator[tuple[p.Function, p.Later]]:
    """The functions (within a node) whose bodies nobody has read."""
    for function, _, _ in list(outline.waiting.values()):
        later = function.later
        if later is not None and (node is None or (node.start <= later.start and later.end <= node.end)):
            yield function, later


def _is_hidden(word: str, data: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether code in data[start:end] may say a word that is not written in it, or in more than one way: a key that is
    no text; the one under which a JSX element has what is in it."""
    if not word or word[0].isdigit() or word[0] == "-" or word in _VALUES:
        return True
    return word == "children" and data.find(b"</", start, end) >= 0


def _may_say(word: str, data: bytes, start: int, end: int) -> bool:
    """Whether code in data[start:end] may say a word: it is written there, and is no part of a longer one."""
    if _is_hidden(word, data, start, end):
        return True
    name = word.encode()
    at = data.find(name, start, end)
    while at >= 0:
        if not (data[at - 1 : at].isalnum() or data[at + len(name) : at + len(name) + 1].isalnum()):
            return True
        at = data.find(name, at + 1, end)
    return False
