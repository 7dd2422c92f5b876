"""Parse, templates, tags of Latte: `{$x}`, `{if $x}`, `{foreach $a as $b}`, `{* … *}`, `{syntax off}`."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import Tag, balanced, bare, comment, trimmed

_OPENING = re.compile(rb"\{(/?)(?:(\$|=)|(_)(?=['\"$(\s}])|([a-zA-Z]\w*)?(?=[\s}]))")
_BLOCKS = {
    "if": "if", "ifset": "if", "ifchanged": "if", "first": "if", "last": "if", "sep": "if", "else": "else",
    "elseif": "elif", "elseifset": "elif", "foreach": "loop", "for": "loop", "while": "loop", "switch": "case",
    "case": "elif",
}  # fmt: skip
_WRITES = frozenset(("link", "plink", "control", "asset", "translate"))
"""Tags that write something that nobody knows here."""
_OTHER = frozenset(
    """
    block define include includeblock import embed layout extends sandbox snippet snippetArea capture spaceless varType
    templateType templatePrint parameters contentType php do dump debugbreak trace form formContext label input
    syntax inputError try rollback ifcontent iterateWhile continueIf breakIf skipIf exitIf default l r
    """.split()  # noqa: SIM905  a list of this length reads better as text
)
_ASSIGN = re.compile(rb"\s+(?:[\w\\|?]+\s+)?\$(\w+)\s*=>?(?!=)")
_BRACE = {"l": "ldelim", "r": "rdelim"}


def latte(data: bytes, start: int) -> Tag | None:
    """A brace begins a tag if no space or quote follows. What a script may have too (`{return x}`, `{if (a) { … }`), it
    has: Latte itself is switched off there."""
    if data.startswith(b"{*", start):
        return comment(data, start, b"*}")
    match = _OPENING.match(data, start)
    close = balanced(data, start + 1, b"{", b"}") if match is not None else -1
    if match is None or close < 0 or not _is_expression(data[match.end() : close]):
        return None
    end, after = close + 1, match.end()
    if match[2]:
        inner = trimmed(data, after - (match[2] == b"$"), close, b" \t\r\n")
        return None if match[1] or inner[0] >= inner[1] else Tag(start, end, "output", inner)
    word = (match[3] or match[4] or b"").decode()
    if match[1]:
        ends = not word or _BLOCKS.get(word) in ("if", "loop", "case")
        return Tag(start, end, "end" if ends else "other", (start, start), f"/{word}")
    kind = _BLOCKS.get(word)
    if word == "default" and after == close:
        return Tag(start, end, "else", (close, close), word)
    if kind is not None:
        return _block(data, (start, end), kind, word, after, close)
    given = _ASSIGN.match(data, after, close) if word in ("var", "default") else None
    if given is not None:
        return Tag(start, end, "assign", (given.end(), close), given[1].decode())
    if word in _WRITES or word == "_":
        return Tag(start, end, "output", (close, close))
    return Tag(start, end, "other", (start, start), _BRACE.get(word, word)) if word in _OTHER else None


def _block(data: bytes, whole: tuple[int, int], kind: str, word: str, after: int, close: int) -> Tag | None:
    if word in ("for", "while") and data[after:close].count(b";") not in (0, 2):
        return None
    of = data.find(b" as ", after, close) if word == "foreach" else -1
    return Tag(*whole, kind, (after, of if of > 0 else close), word)


def _is_expression(text: bytes) -> bool:
    """Whether a tag may hold this: no statements, no braces."""
    code = bare(text)
    return b"{" not in code and b"}" not in code and (b";" not in code or b"$" in code)
