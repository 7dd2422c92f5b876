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
from trackaudit.flow.machine import Machine
from trackaudit.parse.document_json import read_json
from trackaudit.parse.injected import php_pages
from trackaudit.parse.template_tag import bare
from trackaudit.parse.template_tags import DIALECTS, scan
from trackaudit.pipeline import CheckOptions, Reader, check_texts, judge
from trackaudit.pipeline.analysis import analysis_of
from trackaudit.vocabulary import load_vocabulary

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
if TYPE_CHECKING:
    from trackaudit.flow.values import Obj, Ref


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


SIZES = (4_000, 8_000, 16_000) if NIGHTLY else (500, 1_000, 2_000)
CONFIG = Config()
VOCABULARY = load_vocabulary(CONFIG)
RULES = load_rules(CONFIG)


def _check(path: str, data: bytes) -> None:
    reader = Reader(Sources("", overlay={path: data}))
    analysis = analysis_of(CONFIG, VOCABULARY, reader, [path], [path], lambda path: True, lambda path: False)
    judge(analysis, RULES, CheckOptions(min_confidence="low"))


def _work(path: str, data: bytes) -> int:
    """How many functions are called to check a file, Python's own among them."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        _check(path, data)
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
