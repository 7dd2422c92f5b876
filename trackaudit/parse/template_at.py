"""Parse, templates, tags that begin with `@`: Razor's and Blade's."""

from __future__ import annotations

import re

from trackaudit.parse.template_tag import WORDS, Tag, balanced, comment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.parse.template_tag import Dialect

_RAZOR = re.compile(rb"@(?:(\()|(?=[A-Z]\w*[.(\[])|(?=Model\b))")
_BLADE = re.compile(
    rb"@(json|js|if|elseif|else|endif|unless|endunless|foreach|endforeach|for|endfor|auth|guest|endauth|endguest)\b"
    rb"[ \t]*"
)


def at(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    before = data[start - 1 : start]
    if before.isalnum() or before in (b"@", b"_", b".", b"-"):
        return None
    if dialect.style == "php":
        return _blade(data, start)
    match = _RAZOR.match(data, start)
    if match is None:
        return comment(data, start, b"*@") if data.startswith(b"@*", start) else None
    if match.group(1):
        close = balanced(data, match.end(), b"(", b")")
        return Tag(start, close + 1, "output", (match.end(), close)) if close >= 0 else None
    end = start + 1
    while (part := re.compile(rb"\??\.?[A-Za-z_]\w*").match(data, end)) is not None:
        end = part.end()
        while data[end : end + 1] in (b"(", b"["):
            close = balanced(data, end + 1, data[end : end + 1], b")" if data[end : end + 1] == b"(" else b"]")
            if close < 0:
                return None
            end = close + 1
        if data[end : end + 1] not in (b".", b"?"):
            break
    return Tag(start, end, "output", (start + 1, end))


def _blade(data: bytes, start: int) -> Tag | None:
    match = _BLADE.match(data, start)
    if match is None:
        return None
    word, end = match.group(1).decode(), match.end()
    inner = (end, end)
    if data[end : end + 1] == b"(":
        close = balanced(data, end + 1, b"(", b")")
        if close < 0:
            return None
        inner, end = (end + 1, close), close + 1
    if word in ("json", "js"):
        return Tag(start, end, "output", inner)
    if word == "foreach":
        of = data.find(b" as ", *inner)
        return Tag(start, end, "loop", (inner[0], of) if of > 0 else inner, word)
    kind = WORDS.get(word) or {"auth": "if", "guest": "if"}.get(word, "end")
    return Tag(start, end, kind, inner, word)
