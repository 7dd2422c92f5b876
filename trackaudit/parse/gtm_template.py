"""Parse, Google Tag Manager's template files (`.tpl`): the sandboxed script comes out as the page sees it.

The sandbox reaches the page by names in strings: `callInWindow('exponea.update', x)` is lowered to `exponea.update(x)`,
`copyFromWindow('exponea')` to `exponea`. What the tag's fields hold (`data.email`) is known by its name.
"""

from __future__ import annotations

import re

from trackaudit.parse.javascript import parse_script
from trackaudit.program import Bind, Call, Literal, Member, Module, Name, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import SourceFile
    from trackaudit.program import Expr

_SCRIPT = re.compile(rb"^(?:\xef\xbb\xbf)?___SANDBOXED_JS_FOR_WEB_TEMPLATE___[ \t]*\r?$", re.MULTILINE)
_NEXT = re.compile(rb"^___[A-Z_]+___[ \t]*\r?$", re.MULTILINE)
_CALLS = "callInWindow"
_COPIES = "copyFromWindow"


def parse(source: SourceFile) -> list[Module]:
    """The modules of a template file. Another tool's `.tpl` is a page if it has scripts."""
    if _SCRIPT.search(source.data) is None and b"<script" in source.data.lower():
        from trackaudit.parse.html import Page

        return Page(source.path, source.data).modules()
    return template_modules(source.path, source.data)


def template_modules(path: str, data: bytes) -> list[Module]:
    """The module of the script in a template's text."""
    head = _SCRIPT.search(data)
    if head is None:
        return []
    following = _NEXT.search(data, head.end())
    module = parse_script(path, data, "javascript", head.end(), following.start() if following else len(data))
    names = _required(module)
    for node in walk(list(module.body)):
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.args:
            asked = names.get(node.callee.id)
            page = _named(node.args[0], data) if asked is not None else None
            if page is not None and asked == _CALLS:
                node.callee, node.args = page, node.args[1:]
    for node in walk(list(module.body)):
        for slot in ("value", "object", "callee", "left", "right"):
            copied = getattr(node, slot, None)
            if isinstance(copied, Call) and isinstance(copied.callee, Name) and copied.args:
                page = _named(copied.args[0], data) if names.get(copied.callee.id) == _COPIES else None
                if page is not None:
                    setattr(node, slot, page)
    return [module]


def _required(module: Module) -> dict[str, str]:
    """The sandbox's functions by the names that the script gives them."""
    found: dict[str, str] = {}
    for node in walk(list(module.body)):
        if isinstance(node, Bind) and isinstance(node.target, Name) and isinstance(node.value, Call):
            call = node.value
            given = call.args[0] if call.args else None
            if isinstance(call.callee, Name) and call.callee.id == "require" and isinstance(given, Literal):
                found[node.target.id] = str(given.value)
    return found


def _named(value: object, data: bytes) -> Expr | None:
    """The global that a dotted name in a string is, at the string's place; `data`: the file."""
    if not isinstance(value, Literal) or not isinstance(value.value, str) or not value.value:
        return None
    first, *rest = value.value.split(".")
    start, end = value.start + 1, value.end
    if end - start > 0 and data[end - 1] == data[value.start]:  # broken code may not close it
        end -= 1
    found: Expr = Name(start, end, first)
    for name in rest:
        found = Member(start, end, found, Literal(start, end, name))
    return found
