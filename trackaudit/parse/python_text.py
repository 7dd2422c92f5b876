"""parse (Python), the text side: literals' source text to values, annotation text to a type's name. No trees here."""

from __future__ import annotations

import re

from trackaudit.program import Literal, Member, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.program import Expr

_ESCAPE = re.compile(
    r"\\(\r\n|[\n\r\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|N\{[^}]*\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_SIMPLE = {
    "\n": "", "\r": "", "\r\n": "", "\\": "\\", "'": "'", '"': '"',
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
_DOTTED = re.compile(r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*")
_TRANSPARENT = frozenset(
    ("Optional", "Union", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "InitVar", "Mapped")
)
"""Subscripted types that stand for their first argument (SQLAlchemy's `Mapped[X]` reads as X too)."""


def decode(text: str, raw: bool, holes: bool) -> str:
    """The value of a string literal's contents. `raw`: no escapes; `holes`: an f-string, `{{` is `{`.

    Escapes that Python refuses stay as written. Lone surrogates become U+FFFD, since they cannot be printed.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if holes and ("{{" in text or "}}" in text):
        text = text.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in text:
        return text
    return _SURROGATE.sub("\ufffd", _ESCAPE.sub(_unescape, text))


def _unescape(match: re.Match[str]) -> str:
    escape = match.group(1)
    simple = _SIMPLE.get(escape)
    if simple is not None:
        return simple
    kind = escape[0]
    if kind == "N":
        import unicodedata

        try:
            return unicodedata.lookup(escape[2:-1])
        except KeyError:
            return match.group(0)
    code = int(escape[1:], 16) if kind in "xuU" else int(escape, 8)
    return chr(code) if code <= 0x10FFFF else match.group(0)


def number(text: str) -> int | float | None:
    """The value of a numeric literal; None for a complex one and for what is no number at all."""
    plain = text.replace("_", "").rstrip("lL")
    try:
        if plain[:1] == "0" and plain.isdigit():
            # `0777` is Python 2's octal; `00` is zero in both.
            return int(plain, 8)
        return int(plain, 0)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return None


def annotation_name(text: str, start: int) -> Expr | None:
    """The name of the type that an annotation stands for, as a Name or Member; None where there is no single one.

    `start` is the byte offset of `text`. `Optional[X]`, `X | None`, `"X"`, `Annotated[X, …]` and `ClassVar[X]` give X;
    `X[Y]` gives X.
    """
    left, right = 0, len(text)
    while True:
        while left < right and text[left].isspace():
            left += 1
        while left < right and text[right - 1].isspace():
            right -= 1
        if right - left >= 2 and text[left] == text[right - 1] and text[left] in "'\"":
            left, right = left + 1, right - 1
            continue
        chosen = _only_type(text, left, right, "|")
        if chosen is None:
            return None
        if chosen != (left, right):
            left, right = chosen
            continue
        match = _DOTTED.match(text, left, right)
        if match is None:
            return None
        if match.end() == right:
            return _dotted(text, left, right, start)
        rest = text[match.end() : right].lstrip()
        if not rest.startswith("[") or not rest.endswith("]"):
            return None
        last = match.group().rpartition(".")[2].strip()
        if last not in _TRANSPARENT:
            return _dotted(text, left, match.end(), start)
        opening = text.index("[", match.end())
        if last == "Union":
            chosen = _only_type(text, opening + 1, right - 1, ",")
            if chosen is None:
                return None
        else:
            chosen = _split(text, opening + 1, right - 1, ",")[0]
        left, right = chosen


def _split(text: str, left: int, right: int, separator: str) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    depth = 0
    begin = left
    for at in range(left, right):
        character = text[at]
        if character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == separator and depth == 0:
            pieces.append((begin, at))
            begin = at + 1
    pieces.append((begin, right))
    return pieces


def _only_type(text: str, left: int, right: int, separator: str) -> tuple[int, int] | None:
    """The only alternative that is not None, or None when there are several."""
    pieces = _split(text, left, right, separator)
    if len(pieces) == 1:
        return pieces[0]
    types = [piece for piece in pieces if text[piece[0] : piece[1]].strip() not in ("None", "")]
    return types[0] if len(types) == 1 else None


def _dotted(text: str, left: int, right: int, start: int) -> Expr | None:
    result: Expr | None = None
    first = start + len(text[:left].encode())
    for match in re.finditer(r"\w+", text[left:right]):
        word = match.group()
        begin = start + len(text[: left + match.start()].encode())
        end = begin + len(word.encode())
        if result is None:
            if word == "None":
                return None
            result = Name(begin, end, word)
        else:
            result = Member(first, end, result, Literal(begin, end, word))
    return result
