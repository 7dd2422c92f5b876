"""Chains of thousands of links, as generated code and minified bundles hold them: a send before one, in it and after it
is found, in every kind of file, and no bound is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable

LINKS = 2_500
SEND = "exponea.update({ email: u.inner })"
PYTHON_SEND = "client.update({'email': u.inner})"


def _joined(joint: str, link: Callable[[int], str], send: str) -> str:
    """Links, the one in the middle a send."""
    return joint.join(send if number == LINKS // 2 else link(number) for number in range(LINKS))


def _right(then: Callable[[int, str], str], send: str, other: str) -> str:
    return "".join(then(number, send if number == LINKS // 2 else other) for number in range(LINKS))


SCRIPT = {
    "sum": "x = " + _joined(" + ", lambda n: f"'a' + u.a{n}", SEND),
    "comma": _joined(", ", lambda n: f"u.f{n}()", SEND),
    "and": _joined(" && ", lambda n: f"u.a{n}", SEND),
    "or": _joined(" || ", lambda n: f"u.a{n}", SEND),
    "nullish": _joined(" ?? ", lambda n: f"u.a{n}", SEND),
    "and in or": _joined(" || ", lambda n: f"u.a{n} && u.b{n}", f"u.a && {SEND}"),
    "conditional": "x = " + _right(lambda n, part: f"u.a{n} ? {part} : ", SEND, "u.b") + "u.c",
    "conditional of absence": "x = " + _right(lambda n, part: f"!u.a{n} ? {part} : ", SEND, "u.b") + "u.c",
    "else if": _right(lambda n, part: f"if (u.k === {n}) {{ {part}; }} else ", SEND, "u.f()") + "{ u.g(); }",
    "else if found": _right(lambda n, part: f"if (u.k{n} = u.l) {{ {part}; }} else ", SEND, "u.f()") + "{ u.g(); }",
    "switch": "switch (u.k) {" + _right(lambda n, part: f"case {n}: {part}; break;", SEND, "u.f()") + "}",
    "promises": "u.p" + _right(lambda n, part: f".then({part})", f"() => {{ {SEND}; }}", "u.k"),
    "methods": "u.p()" + _right(lambda n, part: f".f{n}({part})", SEND, "1"),
    "curried": "u.p()" + _right(lambda n, part: f"({part})", SEND, "1"),
    "brackets": "u" + _right(lambda n, part: f"[{part}]", SEND, "u.k"),
    "spreads": "x = {" + _right(lambda n, part: f"...{part}, ", SEND, "u.k") + "}",
}
PYTHON = {
    "sum": "x = " + _joined(" + ", lambda n: f"'a' + u.a{n}", PYTHON_SEND),
    "merge": "x = " + _joined(" | ", lambda n: f"u.a{n}", PYTHON_SEND),
    "and": _joined(" and ", lambda n: f"u.a{n}", PYTHON_SEND),
    "or": _joined(" or ", lambda n: f"u.a{n}", PYTHON_SEND),
    "comparison": _joined(" < ", lambda n: f"u.a{n}", PYTHON_SEND),
    "conditional": "x = " + _right(lambda n, part: f"{part} if u.a{n} else ", PYTHON_SEND, "u.b") + "u.c",
    "elif": "if u.k: pass\n" + _right(lambda n, part: f"    elif u.k == {n}: {part}\n", PYTHON_SEND, "u.f()"),
    "elif found": "if u.k: pass\n" + _right(lambda n, part: f"    elif (a{n} := u.l): {part}\n", PYTHON_SEND, "u.f()"),
    "methods": "u" + _right(lambda n, part: f".filter({part})", PYTHON_SEND, "u.k"),
    "match": "match u.k:\n" + _right(lambda n, part: f"        case {n}: {part}\n", PYTHON_SEND, "u.f()"),
}


def _script(chain: str) -> str:
    before, after = (f"exponea.update({{ email: u.{name} }});" for name in ("before", "after"))
    return f"function f(u, x) {{\n{before}\n{chain};\n{after}\n}}\n"


def _sent(path: str, text: str) -> list[str]:
    result = check_texts({path: text}, min_confidence="low")
    assert result.notices == ()
    data = text.encode()
    return [data[one.root.start : one.root.end].decode().rpartition(".")[2] for one in result.findings]


@pytest.mark.parametrize("chain", SCRIPT.values(), ids=SCRIPT)
def test_sends_before_in_and_after_a_chain_of_a_script_are_found(chain: str) -> None:
    assert _sent("a.js", _script(chain)) == ["before", "inner", "after"]


@pytest.mark.parametrize("name", ["comma", "conditional", "methods"])
def test_those_in_pages_and_components_are_found_too(name: str) -> None:
    script = f"<script>\n{_script(SCRIPT[name])}f(window.u);\n</script>\n"
    assert _sent("a.html", f"<p></p>\n{script}") == ["before", "inner", "after"]
    assert _sent("a.vue", f"<template><p/></template>\n{script}") == ["before", "inner", "after"]
    assert _sent("a.ts", _script(SCRIPT[name])) == ["before", "inner", "after"]


@pytest.mark.parametrize("chain", PYTHON.values(), ids=PYTHON)
def test_sends_before_in_and_after_a_chain_of_python_are_found(chain: str) -> None:
    head = "from infinario import Infinario\nclient = Infinario('t')\ndef f(u, x):\n"
    before, after = (f"    client.update({{'email': u.{name}}})\n" for name in ("before", "after"))
    assert _sent("a.py", f"{head}{before}    {chain}\n{after}") == ["before", "inner", "after"]


def test_what_a_chain_gives_is_known() -> None:
    texts = " + ".join(["'a'"] * 4_000)
    either = "".join(f"u.k === {number} ? 'guest' : " for number in range(4_000))
    records = " | ".join(f"{{'k{number}': 1}}" for number in range(1_000))
    text = f"exponea.identify({{ registered: {either}u.mail }}, {{ plan: {texts} }});"
    (placeholder,) = check_texts({"a.js": text}, min_confidence="low").findings
    assert placeholder.rule == "placeholder-id"
    empty = " + ".join(["''"] * 4_000)
    (sent,) = check_texts({"a.js": f"exponea.update({{ email: {empty} + u.mail }});"}, min_confidence="low").findings
    assert sent.rule == "identifier-in-update"
    head = "from infinario import Infinario\nclient = Infinario('t')\ndef f(u):\n"
    (merged,) = check_texts({"a.py": f"{head}    client.update({records} | {{'email': u.mail}})\n"}).findings
    assert merged.rule == "identifier-in-update"


def test_a_chain_of_sixty_thousand_links_is_read() -> None:
    chain = "+".join(["a"] * 60_000)
    text = f"x = {chain};\nexponea.update({{ email: u.after }});\n"
    assert _sent("a.js", text) == ["after"]
