"""Names into words: `customerEmail`, `customer_email`, `user[email]`, `Teléfono` in, lower-case words out."""

from __future__ import annotations

from functools import lru_cache


def split(name: str) -> list[str]:
    """The words of a name, lower-cased, without accents. Runs of capitals are one word (`userID`, `HTMLParser`);
    digits stay with the letters before them (`sha256`, `email2`)."""
    return list(_split(name))


@lru_cache(maxsize=1 << 14)
def _split(name: str) -> tuple[str, ...]:
    if not name.isascii():
        name = _folded(name)
    words: list[str] = []
    word = ""
    last = len(name) - 1
    for at, char in enumerate(name):
        if not char.isalnum():
            if word:
                words.append(word.lower())
            word = ""
            continue
        if word and char.isupper():
            before = name[at - 1]
            if not before.isupper() or (
                at < last and name[at + 1].islower() and name[at + 1 : at + 3] not in ("s", "s_")
            ):
                words.append(word.lower())
                word = ""
        word += char
    if word:
        words.append(word.lower())
    return tuple(words)


def _folded(name: str) -> str:
    import unicodedata

    name = name.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("\u0131", "i")
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def tail_of(dotted: str) -> str:
    """The last name of a dotted one, without a call's parentheses."""
    return dotted.removesuffix("()").rpartition(".")[2]


def is_call(part: str) -> bool:
    """Whether a part of a path is a call: "()" or "(literal)"."""
    return part.startswith("(") and part.endswith(")")
