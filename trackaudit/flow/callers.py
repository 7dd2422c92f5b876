"""Who calls a wrapper: files that hold its name and a tail of its module's specifier, and do import it."""

from __future__ import annotations

import os
import re
from bisect import bisect_right

from trackaudit import program as p
from trackaudit.parse import kind_of
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from trackaudit.flow.link import Linker, Loaded
    from trackaudit.program import Module

SOURCES = ("src", "lib", "dist", "build")
"""Folders that a package's importers do not write."""
INDEXES = ("index", "__init__", "main")
"""File names that an importer does not write (it writes the folder's), and that often only hand on."""

FEW = 12
"""So many words are looked for one by one; more are looked up among a file's own."""
MANY = 2_000
"""Files that are sooner read than all files are looked through again."""
_TOKEN = re.compile(rb"\w+")
_WORD = rb"\b(?:%s)\b"
_PLAIN = re.compile(rb"\W")
_KEYS = {"@": rb"[\"'`/]%s[\"'`]", "$": rb"\$%s\b", "#": rb"\b%s\b", "!": rb"\b%s\b"}
"""How what calls by a key says it, by the key's first letter."""


class Wanted(NamedTuple):
    """A file whose callers are looked for. names: of its wrappers, one of which a caller writes; empty where a default
    export has no name. tails: last parts of specifiers that mean it. classes: names of its classes. keys: by which it
    is called without an import (`outline.called_by_key`, what begins with a `$`, globals after a `!`)."""

    path: str
    names: frozenset[str]
    tails: frozenset[str]
    classes: frozenset[str]
    keys: frozenset[str] = frozenset()

    def test(self) -> Callable[[bytes], bool]:
        """A test on a file's bytes: both patterns are in it, or it says a key."""
        plain = [os.fsencode(one) for one in (*self.tails, *self.classes)]
        patterns: list[re.Pattern[bytes]] = []

        def passes(data: bytes) -> bool:
            # A plain look for the words first: it is many times faster than the patterns, even than their making.
            if said_keys(data, self.keys):
                return True
            if not any(word in data for word in plain):
                return False
            if not patterns:
                patterns.extend(re.compile(pattern) for pattern in (self._imported, self.what))
            return all(pattern.search(data) is not None for pattern in patterns)

        return passes

    @property
    def words(self) -> Iterator[str]:
        """Words of which a file that passes holds one."""
        yield from self.tails
        yield from self.classes
        yield from map(_word, self.keys)

    @property
    def where(self) -> bytes:
        """The pattern of what names it: a tail where a specifier ends, a class's name, a key."""
        keys = [_key_pattern(key) for key in sorted(self.keys)]
        return b"|".join([self._imported, *keys] if self.tails or self.classes else keys)

    @property
    def _imported(self) -> bytes:
        is_python = kind_of(self.path) == "python"
        ends = _WORD if is_python else rb"[\"'`/#@~](?:%s)(?:\.[a-z]{2,4})?/?[\"'`]"
        found = [(ends, self.tails), (_WORD, self.classes)]
        return b"|".join(pattern % _any(names) for pattern, names in found if names)

    @property
    def what(self) -> bytes:
        """The pattern of what takes something of it: a wrapper's name, or what passes everything on."""
        every = rb"import[ \t]*\*" if kind_of(self.path) == "python" else rb"export[ \t]*\*"
        return _WORD % _any(self.names) + b"|" + every if self.names else b""

    @property
    def said(self) -> bytes:
        """The pattern of what a caller says in any case: `what`, or a key."""
        return b"|".join([self.what, *map(_key_pattern, sorted(self.keys))])


def said_keys(data: bytes, keys: Iterable[str]) -> list[str]:
    """Those of the keys that a file's bytes say, where what is called by a key says it."""
    found: list[str] = []
    for key in keys:
        word = os.fsencode(_word(key))
        if word in data and re.search(_called(word) if key[0] == "@" else _key_pattern(key), data) is not None:
            found.append(key)
    return found


def _word(key: str) -> str:
    """The word that whoever calls by a key says: of a member of a global, the global's name."""
    return key[1:].partition(".")[0] if key[0] == "!" else key[1:]


def _key_pattern(key: str) -> bytes:
    """The pattern, in one line, of what says a key: quoted, maybe behind a path; a name alone; a global that is called
    (`!save`), or of which a member is taken (`!Shop.crm`)."""
    word = b"\\s*\\.\\s*".join(_any([part]) for part in key[1:].split(".")) if key[0] == "!" else _any([key[1:]])
    return _KEYS[key[0]] % word + (rb"\s*(?:\?\.\s*)?\(" if key[0] == "!" and "." not in key else b"")


def key_words(key: str) -> list[str]:
    """The words (`outline.node_words`) of code that calls by a key."""
    if key[0] == "!":
        return [_word(key), f".{_word(key)}"]
    return [key, f".{key}"] if key[0] == "$" else [key]


def _called(word: bytes) -> bytes:
    """The pattern of a quoted key that is the first argument of a call, or among those of what maps several."""
    said = rb"[\"'`](?:[^\"'`\n]{0,200}/)?%s[\"'`]" % re.escape(word)
    return rb"\(\s*%s|\bmap[A-Z]\w*\([^()]{0,2000}%s" % (said, said)


def _any(words: Iterable[str]) -> bytes:
    """A pattern of any of these words, the same for every engine."""
    return b"|".join(_PLAIN.sub(lambda char: b"\\x%02x" % ord(char[0]), os.fsencode(word)) for word in sorted(words))


def near(wanted: Sequence[Wanted], holding: Callable[[list[bytes]], Collection[str]]) -> Collection[str]:
    """Paths among which are all files that pass one of the tests. `holding`: gives those that may hold one of some
    patterns, of bytes in one line."""
    naming = holding([one.where for one in wanted])
    if len(naming) <= MANY or not all(one.names for one in wanted):
        return naming
    return set(naming).intersection(holding([one.said for one in wanted]))


def by_kind(wanted: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    """Callers are of the same kind of code (`parse.kind_of`); nobody calls what only declares."""
    kinds: dict[str, list[Wanted]] = {}
    for one in wanted:
        if kind := kind_of(one.path):
            kinds.setdefault(kind, []).append(one)
    return kinds


def passed(wanted: Iterable[Wanted]) -> Callable[[str, bytes], Iterator[Wanted]]:
    """Gives those of them whose test a file passes, by its path and its bytes."""
    kinds = {kind: _passing(some) for kind, some in by_kind(wanted).items()}

    def passing(path: str, data: bytes) -> Iterator[Wanted]:
        of_kind = kinds.get(kind_of(path))
        return of_kind(data) if of_kind is not None else iter(())

    return passing


def _passing(wanted: Sequence[Wanted]) -> Callable[[bytes], Iterator[Wanted]]:
    tests = [(one, one.test()) for one in wanted]
    if len(wanted) <= FEW:
        return lambda data: (one for one, test in tests if test(data))
    # To look for every word in every file would cost files times words: a file's own words say which tests to ask.
    asked: dict[bytes, list[int]] = {}
    always: list[int] = []
    for number, one in enumerate(wanted):
        for word in one.words:
            tokens = _TOKEN.findall(os.fsencode(word))
            (asked.setdefault(max(tokens, key=len), []) if tokens else always).append(number)

    def passing(data: bytes) -> Iterator[Wanted]:
        found = asked.keys() & _TOKEN.findall(data)
        numbers = {number for token in found for number in asked[token]}.union(always)
        return (tests[number][0] for number in numbers if tests[number][1](data))

    return passing


def wanted(
    linker: Linker,
    path: str,
    loaded: Loaded,
    sending: set[int],
    providers: dict[str, set[str]],
    passed: dict[str, Wanted],
    contexts: Collection[str],
    keys: Collection[str],
) -> Wanted | None:
    """What to look for to find a file's callers; None if it has nothing that others can call.

    `sending`: nodes of functions that lead to a send or give out an SDK. `providers`: by file, the names that hold
    one. `passed`: of files already known, whose names this one may hand on (a barrel, a module-level client).
    `contexts`: names of the file that hold a context through which something is passed on that sends. `keys`: by which
    it is called without an import.
    """
    names: set[str] = set()
    classes: set[str] = set()
    default = False
    for module in loaded.modules:
        named = linker.names(module)
        exported = _Default(module)
        for func in loaded.made.values():
            if id(func.node) in sending and func.module is module:
                names.add(named.get(id(func.node), func.node.name or ""))
                default = default or exported.holds(func.node, named.get(id(func.node), func.node.name or ""))
        for cls in loaded.classes.values():
            methods = [item for item in cls.node.members if item.value is not None and id(item.value) in sending]
            if methods and cls.module is module:
                names.update(str(item.key.value) for item in methods if isinstance(item.key, p.Literal))
                if cls.node.name:
                    classes.add(cls.node.name)
                    names.add(cls.node.name)
        names |= providers.get(path, set()).union(contexts) - {"default"}
        default = default or "default" in contexts or "default" in providers.get(path, ())
        for target in _handed_on(linker, module):
            if target in passed:
                names |= passed[target].names | _renamed(module)
                default = default or not passed[target].names
    names.discard("")
    tails = _tails(path) if names or default else set()
    if not tails and not classes and not keys:
        return None
    names = set() if default else names
    return Wanted(path, frozenset(names), frozenset(tails), frozenset(classes), frozenset(keys))


def _tails(path: str) -> set[str]:
    """The last parts of specifiers that may mean a file: its name, for an index its folder's, for a package's source
    the package's."""
    folder, _, name = path.rpartition("/")
    parts = [name.partition(".")[0], *reversed(folder.split("/"))]
    while len(parts) > 1 and parts[0] in (*INDEXES, *SOURCES):
        parts.pop(0)
    return {parts[0]} - {""}


class _Default:
    """What a module exports without a name: under these names, or in these expressions."""

    def __init__(self, module: Module) -> None:
        self._names: set[str] = set()
        self._values: list[p.Node] = []
        for statement in module.body:
            value: p.Node | None = None
            if isinstance(statement, p.Export):
                value = statement.value
                self._names.update(item.local for item in statement.names if item.exported == "default")
            elif isinstance(statement, p.Expression) and isinstance(statement.value, p.Assign):
                target = statement.value.target
                if isinstance(target, p.Member) and isinstance(target.object, p.Name) and target.object.id == "module":
                    value = statement.value.value
            if isinstance(value, p.Name):
                self._names.add(value.id)
            elif value is not None:
                self._values.append(value)
        self._names.discard("")

    def holds(self, node: p.Node, name: str) -> bool:
        """Whether it is this function, or holds it in what it does."""
        at = bisect_right(self._values, node.start, key=_start)
        return name in self._names or (at > 0 and _holds(self._values[at - 1], node))


def _start(node: p.Node) -> int:
    return node.start


def _renamed(module: Module) -> set[str]:
    """Names under which a module exports what has another name inside."""
    return {
        item.exported
        for statement in module.body
        if isinstance(statement, p.Export)
        for item in statement.names
        if item.exported not in (item.local, "*", "default")
    }


def _holds(value: p.Node, node: p.Node) -> bool:
    return value.start <= node.start and node.end <= value.end


def _handed_on(linker: Linker, module: Module) -> set[str]:
    """Files that this one hands on: it re-exports them, or keeps something of theirs in a module-level name."""
    found: set[str] = set()
    taken: dict[str, str] = {}
    for statement in module.body:
        if isinstance(statement, (p.Import, p.Export)) and statement.module is not None:
            target = linker.resolve(module, statement.module)
            if target is None:
                continue
            if isinstance(statement, p.Export) or module.path.endswith("__init__.py"):
                found.add(target)
            elif isinstance(statement, p.Import):
                taken.update((name.local, target) for name in statement.names)
    for statement in module.body if taken else ():
        value = statement.value if isinstance(statement, (p.Bind, p.Export)) else None
        if isinstance(value, (p.Function, p.Class)) or value is None:
            continue
        linker.relevance.read(module, taken, value)
        words = linker.relevance.words(module, value)
        found.update(target for name, target in taken.items() if name in words)
    for statement in module.body:
        if isinstance(statement, p.Export):
            found.update(taken[item.local] for item in statement.names if item.local in taken)
    return found


def says_one(linker: Linker, path: str, keys: Iterable[str]) -> bool:
    """Whether code of a file calls by one of these keys."""
    said = said_keys(linker.source(path).data, keys)
    for module in linker.parsed(path) if said else ():
        asked = [word for key in said for word in key_words(key)]
        if not linker.relevance.read(module, asked).words.keys().isdisjoint(asked):
            return True
    return False


def imports_one(linker: Linker, modules: Iterable[Module], targets: Collection[str]) -> bool:
    """Whether a file imports one of these files, anywhere in it."""
    return any(path in targets for module in modules for path in linker.imports(module))
