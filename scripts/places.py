"""What must hold of every Module: its places lie in the file, and a name's place shows that name.

Code stands in code (a script in a page in a JSON string), so what is written may be escaped once or more often.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.program import Keyword, Literal, Member, Name, Pair, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackaudit.program import Module, Node

_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]+)\}|(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))|([0-7]{1,3})|(\r\n|[\s\S]))"
)
_JOINT = re.compile(r"[\"'](?:\s|\\\r?\n|#[^\n]*)*[bBrRuU]*[\"']")
"""Between two strings that Python reads as one; comments may stand there."""
_PREFIX = re.compile(r"[bBfFrRuU]{1,2}(?=[\"'])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SEPARATOR = re.compile("\\s*([\u2028\u2029])\\s*")
_ONE = re.compile("\ufffd+")
"""What bytes that are no text become, one or several."""
_HIGH = re.compile("[\x80-\xff]")
_MASK = re.compile(r"x{2,}|_{2,}")
"""What stands for a template's tag in broken code."""
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_DEPTH = 4
_CODE = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".py", ".pyi")
"""Files in which a name stands as it is; elsewhere it may be a part of what its place shows."""
_OF_CONTAINERS = frozenset(("dataLayer", "exponea", "identify", "update"))


class Problem(NamedTuple):
    """One place that is wrong. kind: outside (not in the file), name, key or keyword."""

    kind: str
    path: str
    start: int
    end: int
    message: str


def problems(data: bytes, modules: Sequence[Module]) -> Iterator[Problem]:
    """The places of a file's modules that are wrong. `data`: the file."""
    for module in modules:
        for start, end in module.errors:
            if not 0 <= start <= end <= len(data):
                yield Problem("outside", module.path, start, end, "error")
        for node in (*walk(list(module.body)), *module.comments):
            if not 0 <= node.start <= node.end <= len(data):
                yield Problem("outside", module.path, node.start, node.end, type(node).__name__)
            else:
                yield from _unlike(data, module.path, node)


def _unlike(data: bytes, path: str, node: Node) -> Iterator[Problem]:
    kind, named = "", ""
    place = node
    if isinstance(node, Name):
        kind, named = "name", node.id
    elif isinstance(node, (Member, Pair)) and isinstance(node.key, Literal) and isinstance(node.key.value, str):
        kind, named, place = "key", node.key.value, node.key
    elif isinstance(node, Keyword) and node.name is not None and not data.startswith(node.name.encode(), node.start):
        kind, named = "keyword", node.name
    if not kind or place.start == place.end:
        return
    text = _text(data, place)
    if not shows(text, named) and (path.endswith(_CODE) or not (_holds(text, named) or _is_made(path, named))):
        yield Problem(kind, path, place.start, place.end, f"{named!r} is {text[:60]!r}")


def _is_made(path: str, named: str) -> bool:
    """Whether a front end writes it itself: the official template's calls, a container's variable, a binding."""
    return (
        (named in _OF_CONTAINERS or named.startswith("{{"))
        if path.endswith(".json")
        else named.removeprefix("|") in ("value", "item")
    )


def _holds(text: str, named: str) -> bool:
    """Whether a name is a part of what is written (`|raw` of a template's filter, `{email}` of an attribute)."""
    whole = named.removeprefix("|").removeprefix("{{").removesuffix("}}")
    # A template's own reader takes bytes that are no text one by one.
    parts = {_ONE.sub("\ufffd", _HIGH.sub("\ufffd", one.lower())) for one in (whole, _MASK.sub("", whole))}
    texts = {_ONE.sub("\ufffd", _HIGH.sub("\ufffd", one.lower())) for one in (text, *_plainer(text))}
    return any(part in one for part in parts for one in texts)


def _text(data: bytes, node: Node) -> str:
    return data[node.start : node.end].decode("utf-8", "replace")


def shows(text: str, named: str) -> bool:
    """Whether source text stands for a name, quoted and escaped as it may be."""
    if named == "jsx:":  # a fragment
        return text.startswith("<")
    if named.startswith("match at "):  # what a `match` asks about
        return True
    if (not named.strip("_x") or named == "0") and text[:1] in "{%$":  # a template's tag where the script wants a name
        return True
    if _masks(text, named):
        return True
    if text[:1].isdigit() or r"\N{" in text:  # the value of a number, the name of a character
        return True
    named = _ONE.sub("\ufffd", named.removeprefix("jsx:"))
    seen = {_ONE.sub("\ufffd", text)}
    for _ in range(_DEPTH):
        if named in seen:
            return True
        seen |= {plain for one in seen for plain in _plainer(one)}
    return named in seen


def _masks(text: str, named: str) -> bool:
    """Whether a name is a text with fillers of the same length for the tags in it, as a template's mask leaves it."""
    written = text.encode("utf-8", "replace").decode("latin-1")
    filled = named.encode("utf-8", "replace").decode("latin-1")
    if len(written) != len(filled):
        return False
    unlike = [match.span() for match in _MASK.finditer(filled) if written[match.start() : match.end()] != match.group()]
    for start, end in reversed(unlike):
        if written[start] not in "{<@$'\"":
            return False
        written, filled = written[:start] + written[end:], filled[:start] + filled[end:]
    return bool(unlike) and written == filled


def _plainer(text: str) -> Iterator[str]:
    yield _ESCAPE.sub(_escape, text)
    yield html.unescape(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"`":
        yield text[1:-1]
    prefixed = _PREFIX.match(text)
    if prefixed is not None:
        yield text[prefixed.end() :]
    if text[:1] in ("'", '"'):  # broken code may not close it
        yield text[1:]
    yield text.replace("\r\n", "\n").replace("\r", "\n")  # a line's end in a string, as Python and JavaScript read it
    yield text.replace("\\", "")  # an escape that is none stands for itself
    yield text.strip()
    yield " ".join(text.split())  # YAML folds a plain scalar's lines
    yield _SEPARATOR.sub(r"\1", text)  # but keeps what Unicode separates them with
    yield _CONTROL.sub(" ", text)  # no YAML may hold these
    yield _JOINT.sub("", text)


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3] or match[4]
    if code or match[5]:
        number = int(code, 16) if code else int(match[5], 8)
        return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\N{REPLACEMENT CHARACTER}"
    return _PLAIN.get(match[6], match[6])
