"""The handlers among the parsed scripts that rules ask about, whether they send or not: those of a logout."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.model import Moment, Place
from trackaudit.vocabulary.words import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackaudit.flow.machine import Machine
    from trackaudit.program import Module

LOGOUT = "logout"
_NO_HANDLER_FIRST = [
    "get",
    "is",
    "has",
    "can",
    "should",
    "will",
    "did",
    "use",
    "set",
    "show",
    "render",
    "build",
    "make",
    "create",
    "open",
    "test",
    "describe",
    "select",
    "with",
    "to",
    "fetch",
    "watch",
]
_NO_HANDLER_LAST = [
    "success",
    "failure",
    "failed",
    "fail",
    "error",
    "url",
    "uri",
    "path",
    "link",
    "button",
    "icon",
    "reducer",
    "action",
    "type",
    "message",
    "toast",
    "text",
    "title",
    "component",
    "page",
    "route",
    "screen",
    "saga",
    "request",
    "response",
    "started",
    "pending",
]
_VIEW = frozenset(("tab", "menu", "panel", "popup", "tooltip", "drawer", "banner", "step", "cancel"))
"""Words of what is shown about a logout: `logoutTabClicked` turns a leaf."""
_BINDERS = frozenset(("addEventListener", "on", "one", "bind", "click", "submit", "subscribe", "$on"))
"""Methods that give a handler to an element or an event."""
_LOWER = bytes(range(0x100)).lower()
_BETWEEN = bytes(byte for byte in range(0x80) if not chr(byte).isalnum())
"""What may stand between the words of a name or of a text."""
_OTHER_PARAMETERS = frozenset(("req", "res", "request", "response", "ctx", "reply", "next", "state", "draft"))
"""A server's handler ends a session there, and cannot reach the page's SDK; a store's reducer only computes."""


def moments(m: Machine) -> list[Moment]:
    """The logout handlers of the scripts that were run, in order of files and places, each with what it says."""
    anonymizing: set[int] = set()
    for send in m.sends:
        if send.sink is not None and send.sink.operation == "anonymize":
            anonymizing.update(send.where.stack)
    found: list[Moment] = []
    for path in sorted(m.linker.files):
        loaded = m.linker.files[path]
        for module in loaded.modules if loaded.done else ():
            if module.language != "javascript":
                continue
            for node, name in _handlers(m, module):
                words = _words(node)
                clean = id(node) in anonymizing or "anonymize" in words
                place = Place(path, node.start, node.end)
                found.append(Moment(name, LOGOUT, place, module.language, clean, "", words))
    return found


def without_callers(found: Sequence[Moment]) -> tuple[Moment, ...]:
    """Of handlers that call one another, the one that is called stands for all."""
    names = {moment.name for moment in found if moment.name}
    return tuple(one for one in found if not any(name != one.name and name in one.words for name in names))


def _handlers(m: Machine, module: Module) -> Iterator[tuple[p.Function, str]]:
    data = m.linker.source(module.path).data
    logouts = m.vocabulary.handler_texts(LOGOUT)

    def says(start: int, end: int) -> bool:
        letters = data[start:end].translate(_LOWER, _BETWEEN)
        return any(text in letters for text in logouts)

    outline = m.linker.relevance.read_where(module, says)
    bound: set[int] = set()
    for call in outline.given:
        if any(_is_logout(m, text) for text in _texts(call)):
            bound.update(id(arg) for arg in call.args if isinstance(arg, p.Function))
    for function in outline.every:
        name = m.linker.name_of(module, function)
        taken = {param.target.id for param in function.params if isinstance(param.target, p.Name)}
        if not _OTHER_PARAMETERS.isdisjoint(taken):
            continue
        if (id(function) in bound or _is_handler(m, name)) and _acts(function):
            yield function, name


def _texts(call: p.Call) -> Iterator[str]:
    """What says to what a handler is bound: `$("#logout").on("click", …)`, `logoutForm.addEventListener(…)`."""
    method = call.callee
    if not isinstance(method, p.Member) or not isinstance(method.key, p.Literal) or method.key.value not in _BINDERS:
        return
    for node in p.walk([method.object, *(arg for arg in call.args if isinstance(arg, p.Literal))]):
        if isinstance(node, p.Name):
            yield node.id
        elif isinstance(node, p.Literal) and isinstance(node.value, str) and "/" not in node.value:
            yield node.value.lstrip("#.")


def _is_logout(m: Machine, text: str) -> bool:
    return bool(text) and m.vocabulary.handler_kind(text) == LOGOUT and _VIEW.isdisjoint(split(text))


def _is_handler(m: Machine, name: str) -> bool:
    if name[:1].isupper() or not _is_logout(m, name):
        return False
    words = split(name)
    return words[0] not in _NO_HANDLER_FIRST and words[-1] not in _NO_HANDLER_LAST


def _words(function: p.Function) -> frozenset[str]:
    """The names and members that a function uses."""
    words: set[str] = set()
    for node in p.walk(function.body):
        if isinstance(node, p.Name):
            words.add(node.id)
        elif isinstance(node, p.Member) and isinstance(node.key, p.Literal):
            words.add(str(node.key.value))
    return frozenset(words)


def _acts(function: p.Function) -> bool:
    return any(isinstance(node, (p.Call, p.Assign)) for node in p.walk(function.body))
