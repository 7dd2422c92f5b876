"""CSS selectors and field names in, the names that they may hold out, the surest first."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def names_in(text: str) -> Iterable[str]:
    """The names in `input[name="email"]`, `#email`, `form .email`, `user[email]` or plain `email`."""
    text = text.strip()
    if not any(char in text for char in "#.[> :"):
        yield text
        return
    if "[" in text and not any(char in text for char in "=#> :") and not text.startswith("["):
        yield text  # `user[email]`, a field's name
        return
    attributes: dict[str, str] = {}
    plain = ""
    at = 0
    while at < len(text):
        if text[at] == "[":
            end = _closing(text, at)
            name, _, value = text[at + 1 : end].partition("=")
            attributes[name.strip("~|^$* ")] = value.strip().strip("\"'")
            at = end + 1
            continue
        if text[at] in " >+~,":
            if plain or attributes:
                rest = text[at:].lstrip(" >+~,")
                if rest:
                    attributes, plain = {}, ""
        else:
            plain += text[at]
        at += 1
    if "name" in attributes:
        yield attributes["name"]
    plain = plain.partition(":")[0]
    head, _, identifier = plain.partition("#")
    if identifier:
        yield identifier.partition(".")[0]
    for name in ("id", "type", "autocomplete"):
        if name in attributes:
            yield attributes[name]
    for name in attributes:
        if name.startswith("data-"):
            yield attributes[name] or name[5:]
    yield from (name for name in (identifier or head).split(".")[1:] if name)
    if "#" not in plain and not plain.startswith(".") and not attributes:
        yield text


def _closing(text: str, start: int) -> int:
    quote = ""
    for at in range(start + 1, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "]":
            return at
    return len(text)
