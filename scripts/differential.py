"""Do other parsers see the calls and keys that we see? JavaScript: esprima; Python: ast, and libcst for a sample.

    python scripts/differential.py FOLDER…      prints what was compared, and each disagreement, by kind; exit 1 if any

A call is its place, what is called, as written without brackets around it, and its number of arguments; a key is its
place and its text. Compared is what the other parser reads, and we read without an error. One difference is known: the
grammar takes a block with a label for an object (`a => { b: 1 }`), which makes a key of the label.
"""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse
from trackaudit.program import Call, Literal, Name, Pair, Record, Template, Wrap, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_BYTES = 150_000
"""A larger file takes the other parsers too long."""
LIBCST_EVERY = 5
"""libcst reads one Python file in so many: it takes a second for a large one."""
SHOWN = 10
RECURSION = 10_000

_TYPES = {"annotation": ast.AST, "returns": ast.AST, "type": ast.ExceptHandler}
"""Fields of ast's nodes that are not compared: of an annotation, a Module keeps the name of the type alone, and of what
is caught nothing."""

Other: TypeAlias = Callable[[bytes], "Seen | None"]


class Fact(NamedTuple):
    """Something that a parser saw. kind: call, key. text: the callee or key as written. given: a call's arguments."""

    start: int
    end: int
    kind: str
    text: bytes
    given: int = 0


class Seen(NamedTuple):
    """What one parser saw of a file. hidden: byte ranges in which it sees nothing, or places that cannot be used."""

    facts: frozenset[Fact]
    hidden: tuple[tuple[int, int], ...] = ()


class Disagreement(NamedTuple):
    """A fact that only one of two parsers saw. who: the parser that did not."""

    who: str
    path: str
    fact: Fact


# ------------------------------------------------------------------------------------------------------- ours


def ours(path: str, data: bytes) -> Seen | None:
    """What our front end sees; None if it does not understand all of the file."""
    modules = parse(SourceFile(path, data, language_of(path) or ""))
    if any(module.errors for module in modules):
        return None
    made: set[int] = set()
    facts: set[Fact] = set()
    for node in (node for module in modules for node in walk(list(module.body))):
        if isinstance(node, Call):
            if isinstance(node.callee, Name) and node.callee.id.startswith("jsx:"):
                made.update(id(record) for record in node.args)
            elif _is_written(data, node):
                callee = _bare(node.callee)
                count = len(node.args) + len(node.keywords)
                facts.add(Fact(node.start, node.end, "call", data[callee.start : callee.end], count))
        elif isinstance(node, Record) and id(node) not in made:
            for pair in node.entries:
                if isinstance(pair, Pair) and isinstance(pair.key, Literal) and isinstance(pair.key.value, str):
                    facts.add(Fact(pair.key.start, pair.key.end, "key", data[pair.key.start : pair.key.end]))
    return Seen(frozenset(facts))


def _is_written(data: bytes, call: Call) -> bool:
    """Whether the source shows a call there: no tagged template, component, `import()` or value of a getter."""
    if len(call.args) == 1 and isinstance(call.args[0], Template) and call.end == call.args[0].end:
        return False
    if isinstance(call.callee, Name) and call.callee.id == "import":
        return False
    return call.new or (data[call.end - 1 : call.end] == b")" and data[call.start : call.start + 1] != b"<")


def _bare(node: Any) -> Any:
    while isinstance(node, Wrap) and node.kind == "paren":
        node = node.value
    return node


# -------------------------------------------------------------------------------------------------- the others


def by_esprima(data: bytes) -> Seen | None:
    """What esprima sees; None if it cannot read the file."""
    import esprima  # type: ignore[import-untyped]

    text = data.decode("utf-8")
    tree = None
    for read in (esprima.parseModule, esprima.parseScript):
        try:
            tree = read(text, {"range": True})
            break
        except (esprima.Error, RecursionError):
            continue
        except Exception:  # its own faults, on code that it does not know
            return None
    if tree is None:
        return None
    place = _bytes_of(text)
    facts: set[Fact] = set()
    hidden: list[tuple[int, int]] = []
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        kind = getattr(node, "type", None)
        if kind in ("CallExpression", "NewExpression", "ImportExpression", "Import"):
            callee = getattr(node, "callee", None)
            if callee is not None:
                shown = data[place(callee.range[0]) : place(callee.range[1])]
                facts.add(Fact(place(node.range[0]), place(node.range[1]), "call", shown, len(node.arguments)))
        elif kind == "ObjectExpression":
            for entry in node.properties:
                if entry.type == "Property" and entry.kind != "set" and (not entry.computed or _is_text(entry.key)):
                    start, end = place(entry.key.range[0]), place(entry.key.range[1])
                    facts.add(Fact(start, end, "key", data[start:end]))
        elif kind == "TemplateElement" or (kind == "Literal" and isinstance(node.value, str)):
            hidden.append((place(node.range[0]), place(node.range[1])))
        stack.extend(_below(node))
    return Seen(frozenset(facts), tuple(hidden))


def _is_text(key: Any) -> bool:
    """Whether a computed key (`["a"]`) is a constant."""
    return isinstance(getattr(key, "value", None), str) or (key.type == "TemplateLiteral" and not key.expressions)


def _below(node: Any) -> Iterator[Any]:
    values = node if isinstance(node, list) else vars(node).values() if hasattr(node, "__dict__") else ()
    for value in values:
        if isinstance(value, list) or hasattr(value, "type"):
            yield value


def _bytes_of(text: str) -> Callable[[int], int]:
    """Byte offsets from esprima's, which count UTF-16 units."""
    if text.isascii():
        return lambda at: at
    places = [0]
    for char in text:
        after = places[-1] + len(char.encode("utf-8", "surrogatepass"))
        places.extend([after] * (2 if ord(char) > 0xFFFF else 1))
    return places.__getitem__


def by_ast(data: bytes) -> Seen | None:
    """What Python sees. What is inside an f-string has no usable place before Python 3.12."""
    data.decode("utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = [0]
    for at, byte in enumerate(data):
        if byte == 10 or (byte == 13 and data[at + 1 : at + 2] != b"\n"):
            lines.append(at + 1)
    head = 3 if data.startswith(b"\xef\xbb\xbf") else 0

    def span(node: Any) -> tuple[int, int]:
        found = [
            lines[line - 1] + column + (head if line == 1 else 0)
            for line, column in ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        ]
        return found[0], found[1]

    facts: set[Fact] = set()
    hidden: list[tuple[int, int]] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr) and sys.version_info < (3, 12):
            hidden.append(span(node))
            continue
        if isinstance(node, ast.Call):
            start, end = span(node.func)
            facts.add(Fact(*span(node), "call", data[start:end], len(node.args) + len(node.keywords)))
        elif isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    start, end = span(key)
                    facts.add(Fact(start, end, "key", data[start:end]))
        elif isinstance(node, ast.JoinedStr):
            # Its texts have no usable places behind a doubled brace: what is no value is text.
            start, end = span(node)
            for value in sorted(span(part) for part in node.values if isinstance(part, ast.FormattedValue)):
                hidden.append((start, value[0]))
                start = value[1]
            hidden.append((start, end))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            hidden.append(span(node))
        for name, value in ast.iter_fields(node):
            if not isinstance(node, _TYPES.get(name, ())):
                stack.extend(
                    item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)
                )
    return Seen(frozenset(facts), tuple(hidden))


def by_libcst(data: bytes) -> Seen | None:
    """What libcst sees."""
    import libcst
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

    try:
        wrapper = MetadataWrapper(libcst.parse_module(data), unsafe_skip_copy=True)
        spans = wrapper.resolve(ByteSpanPositionProvider)
    except (libcst.ParserSyntaxError, RecursionError, UnicodeDecodeError):
        return None
    head = 3 if data.startswith(b"\xef\xbb\xbf") else 0

    def span(node: Any) -> tuple[int, int]:
        whole = spans[node]
        return head + whole.start, head + whole.start + whole.length

    facts: set[Fact] = set()
    hidden: list[tuple[int, int]] = []
    strings = (libcst.SimpleString, libcst.ConcatenatedString)
    stack: list[libcst.CSTNode] = [wrapper.module]
    while stack:
        node = stack.pop()
        if isinstance(node, libcst.Call):
            start, end = span(node.func)
            facts.add(Fact(*span(node), "call", data[start:end], len(node.args)))
        elif (
            isinstance(node, libcst.DictElement)
            and isinstance(node.key, strings)
            and isinstance(node.key.evaluated_value, str)
        ):
            start, end = span(node.key)
            facts.add(Fact(start, end, "key", data[start:end]))
        elif isinstance(node, (libcst.SimpleString, libcst.FormattedStringText)):
            hidden.append(span(node))
        if isinstance(node, libcst.ExceptHandler):
            stack.append(node.body)
        elif not isinstance(node, libcst.Annotation):
            stack.extend(node.children)
    return Seen(frozenset(facts), tuple(hidden))


# ------------------------------------------------------------------------------------------------- the comparison


def compare(path: str, data: bytes, number: int = 0) -> dict[str, tuple[int, list[Disagreement]]]:
    """By the other parser's name: how many facts both were asked for, and the disagreements."""
    others: dict[str, Other] = {"esprima": by_esprima}
    if language_of(path) == "python":
        others = {"ast": by_ast}
        if number % LIBCST_EVERY == 0:
            others["libcst"] = by_libcst
    own = None
    found: dict[str, tuple[int, list[Disagreement]]] = {}
    for name, read in others.items():
        other = read(data)
        own = own or (ours(path, data) if other is not None else None)
        if other is None or own is None:
            continue
        hidden = _merged(other.hidden)
        mine = {fact for fact in own.facts if not _within(fact, hidden)}
        wrong = [Disagreement("ours", path, fact) for fact in sorted(other.facts - mine)]
        wrong += [Disagreement(name, path, fact) for fact in sorted(mine - other.facts)]
        found[name] = len(other.facts | mine), wrong
    return found


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(ranges)


def _within(fact: Fact, ranges: list[tuple[int, int]]) -> bool:
    from bisect import bisect_right

    at = bisect_right(ranges, (fact.start, 1 << 60))
    return any(start < fact.start < end for start, end in ranges[max(0, at - 3) : at])


def files(folders: Iterable[str]) -> Iterator[str]:
    """The JavaScript and Python files below folders."""
    for folder in folders:
        for base, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(base, name)
                if language_of(name) in ("javascript", "python") and os.path.isfile(path):
                    yield path


def main(folders: list[str]) -> int:
    """Compare and report."""
    sys.setrecursionlimit(RECURSION)
    read: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    wrong: dict[tuple[str, str, str], list[Disagreement]] = {}
    for number, path in enumerate(files(folders)):
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            continue
        try:
            found = compare(path, data, number)
        except UnicodeDecodeError:
            continue
        for name, (count, disagreements) in found.items():
            read[name] += 1
            facts[name] += count
            for one in disagreements:
                wrong.setdefault((name, one.who, one.fact.kind), []).append(one)
    for name, count in read.items():
        print(f"{name}: {count} files, {facts[name]} calls and keys")
    for (name, who, kind), disagreements in sorted(wrong.items()):
        print(f"\nof ours and {name}'s, {kind}s not seen by {who}: {len(disagreements)}")
        for one in disagreements[:SHOWN]:
            print(f"  {one.path}:{one.fact.start}-{one.fact.end} {one.fact.text[:60]!r} {one.fact.given}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["."]))
