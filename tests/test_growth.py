"""What a program builds up stays as large as the program, whatever branches it takes. Sizes are counted, not timed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hostile import KINDS

from trackaudit.config import Config
from trackaudit.discover.sources import Sources
from trackaudit.engine.load import load_rules
from trackaudit.engine.run import run_cases
from trackaudit.fix.plan import Workshop, plan
from trackaudit.flow.machine import Machine
from trackaudit.flow.values import MOST_SOURCES
from trackaudit.parse.document_json import read_json
from trackaudit.parse.injected import php_pages
from trackaudit.parse.template_tag import bare
from trackaudit.parse.template_tags import DIALECTS, scan
from trackaudit.pipeline import CheckOptions, Reader, check_texts, judge
from trackaudit.pipeline.analysis import analysis_of
from trackaudit.vocabulary import load_vocabulary

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.flow.values import Obj, Ref, Symbol
    from trackaudit.program import Node


@pytest.mark.parametrize("grown", ["x += [c.n]", "x = [*x, c.n]"])
def test_a_list_that_grows_in_many_branches_does_not_double_in_each(
    grown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = [0]
    allocate = Machine.allocate

    def measured(self: Machine, obj: Obj) -> Ref:
        longest[0] = max(longest[0], len(obj.items))
        return allocate(self, obj)

    monkeypatch.setattr(Machine, "allocate", measured)
    branches = "\n".join(f"    if c.a{i}:\n        {grown}" for i in range(15))
    payload = "{'customer_ids': {'cookie': c.cookie}, 'properties': {'email': c.email, 'x': x}}"
    text = f"import requests\ndef f(c):\n    x = []\n{branches}\n    requests.post(U, json={payload})\n"
    found = check_texts({"a.py": text}, min_confidence="low").findings
    assert [finding.rule for finding in found] == ["identifier-in-api-properties"]
    assert longest[0] == 15


def test_what_a_value_comes_from_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    most = [0]
    unknown = Machine.unknown

    def measured(self: Machine, node: Node, *, derived: frozenset[str] = frozenset()) -> Symbol:
        most[0] = max(most[0], len(derived))
        return unknown(self, node, derived=derived)

    monkeypatch.setattr(Machine, "unknown", measured)
    text = f"let x = mail;\n{'x = x + c.n;' * 1_200}\nexponea.update({{ email: x }});\n"
    check_texts({"a.js": text}, min_confidence="low")
    assert MOST_SOURCES // 2 < most[0] <= 2 * MOST_SOURCES


SIZES = (4_000, 8_000, 16_000) if NIGHTLY else (500, 1_000, 2_000)
CONFIG = Config()
VOCABULARY = load_vocabulary(CONFIG)
RULES = load_rules(CONFIG)


def _check(path: str, data: bytes) -> None:
    reader = Reader(Sources("", overlay={path: data}))
    analysis = analysis_of(CONFIG, VOCABULARY, reader, [path], [path], lambda path: True, lambda path: False)
    judge(analysis, RULES, CheckOptions(min_confidence="low"))


def _work(path: str, data: bytes) -> int:
    return _steps(lambda: _check(path, data))


def _steps(work: Callable[[], None]) -> int:
    """How many functions are called for it, Python's own among them."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", KINDS)
def test_twice_as_much_of_anything_is_at_most_twice_the_work(name: str) -> None:
    kind = KINDS[name]
    _check(kind.path, kind.text(SIZES[-1]))  # what is loaded at first sight does not count
    small, middle, large = (_work(kind.path, kind.text(size)) for size in SIZES)
    # What is nested deeper than is read costs less again, and a long choice is run in another way than a short one.
    assert large - middle <= 2.6 * max(middle - small, middle // 3) + 3_000, (small, middle, large)


COUNTS = (100, 200, 400) if NIGHTLY else (40, 80, 160)
SENDS = {
    "nobody identified": "exponea.update({ email: c.a# });",
    "another identified": "exponea.identify({ cookie: c.k# }); exponea.update({ email: c.a# });",
    "identified in an arm": "if (c.t#) { exponea.identify({ registered: c.r }); } exponea.update({ email: c.m });",
    "identified in every arm": "if (c.t#) { exponea.identify({ registered: c.r# }); } "
    "else { exponea.identify({ registered: c.s }); } exponea.update({ email: c.m });",
    "identified in callbacks": "c.f#(() => { exponea.identify({ registered: c.r }); }); "
    "c.g(() => { exponea.update({ email: c.m }); exponea.track('x', { email: c.m# }); });",
    "forgotten": "if (c.t#) { exponea.anonymize(); } exponea.identify({ registered: c.r }); "
    "exponea.update({ email: c.m });",
    "started": "exponea.start({ customer: { registered: c.r# } }); exponea.update({ email: c.m });",
    "IDs that are not known": "exponea.identify(c.ids#); exponea.update({ email: c.m });",
    "opted in": "exponea.track('double_opt_in', { email: c.a# }); exponea.update({ email: c.b# }); "
    "exponea.track('consent', { action: 'accept', category: 'mail' });",
    "consents": "c.f#(() => { exponea.track('consent', { action: 'accept', category: 'mail' }); }); "
    "c.g(() => { exponea.update({ email: c.m }); });",
    "payloads": "c.send({ customer_ids: { cookie: c.k, registered: c.r# }, properties: { plan: c.p } }); "
    "c.send({ customer_ids: { cookie: c.k }, properties: { email: c.m } });",
}
"""Ways to send, # a number, of which one function holds many."""


@pytest.mark.parametrize("name", SENDS)
def test_many_sends_of_one_function_are_judged_and_their_fixes_planned_one_by_one(name: str) -> None:
    def steps(count: int) -> int:
        sends = "\n".join(SENDS[name].replace("#", str(number)) for number in range(count))
        reader = Reader(Sources("", overlay={"a.js": f"export function f(c) {{\n{sends}\n}}\n".encode()}))
        analysis = analysis_of(CONFIG, VOCABULARY, reader, ["a.js"], ["a.js"], lambda path: True, lambda path: False)
        workshop = Workshop(reader.files, reader.modules, analysis.calls.calls, analysis.schema)
        calls = analysis.calls.calls
        assert len(calls) >= count

        def judged() -> None:
            cases, notices = run_cases(calls, analysis.schema, RULES, CONFIG, reader.files, VOCABULARY)
            assert notices == ()
            plan(cases, workshop)

        return _steps(judged)

    steps(10)  # what is loaded at first sight does not count
    small, middle, large = (steps(count) for count in COUNTS)
    assert large - middle <= 2.2 * (middle - small), (small, middle, large)


SILENCED = {
    "each": "// trackaudit: ignore[identifier-in-update] it\nexponea.update({ email: c.m });\n",
    "nothing": "// trackaudit: ignore[identifier-in-update] it\nexponea.update({ plan: c.m });\n",
    "all in a stack": "// trackaudit: ignore[identifier-in-update] it\n",
}
"""What comments silence."""


@pytest.mark.parametrize("name", SILENCED)
def test_many_comments_that_silence_are_asked_one_by_one(name: str) -> None:
    def steps(count: int) -> int:
        return _work("a.js", f"{SILENCED[name] * count}exponea.update({{ email: m }});\n".encode())

    steps(10)  # what is loaded at first sight does not count
    small, middle, large = (steps(count) for count in COUNTS)
    assert large - middle <= 2.2 * (middle - small), (small, middle, large)


NEVER_ENDING = {
    "strings": (b'"', b'\\"'),
    "strings over lines": (b'"', b'\\\n\\"'),
    "comments": (b"", b"/* "),
    "heredocs": (b"", b"<<<a\n"),
    "tags": (b"", b"<template "),
    "tests": (b"", b"{% comment %}"),
    "outputs": (b"", b"{{ {"),
    "code": (b"", b'<?php "'),
    "blocks": (b"", b"@{ "),
    "values": (b"", b"${"),
}


@pytest.mark.parametrize("name", NEVER_ENDING)
def test_what_never_ends_is_looked_through_once(name: str) -> None:
    """Regular expressions count nothing; were one to start over at each of these, this would take minutes."""
    head, unit = NEVER_ENDING[name]
    for dialect in DIALECTS.values():
        for start in (b"", b"<?php ", b"<% ", b"{{ "):
            scan(start + head + unit * 3_000, dialect)
    data = b"<script " + head + unit * 50_000
    assert bare(data)
    assert php_pages("a.php", data, 0, len(data)) == []
    assert read_json(data)[2]
