"""Broken files: real ones with pieces cut, doubled, swapped and mangled. Nothing crashes, and every place stays true.

A short run that is the same every time; with HYPOTHESIS_PROFILE=nightly a long one that is not. `scripts/sweep.py` asks
the same of whole folders of real files.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import problems

from trackaudit.config import Config
from trackaudit.discover.sources import Sources
from trackaudit.engine.load import load_rules
from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse
from trackaudit.pipeline import CheckOptions, Reader, fix_texts, judge
from trackaudit.pipeline.analysis import analysis_of
from trackaudit.vocabulary import load_vocabulary

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
TOP = Path(__file__).parent.parent
FRONT_ENDS = {
    "javascript": (".js", ".mjs", ".jsx"),
    "typescript": (".ts",),
    "tsx": (".tsx",),
    "python": (".py",),
    "html": (".html",),
    "vue": (".vue",),
    "svelte": (".svelte",),
    "astro": (".astro",),
    "template": (
        ".twig",
        ".jinja",
        ".liquid",
        ".erb",
        ".ejs",
        ".hbs",
        ".phtml",
        ".cshtml",
        ".gohtml",
        ".isml",
        ".latte",
    ),
    "script template": (".js.liquid", ".js.erb"),
    "tag template": (".tpl",),
    "container": ("GTM-SHOP.json",),
    "json": (".json",),
    "yaml": (".yaml",),
    "xml": ("config.xml",),
}
MORE = {
    "a.astro": b"---\nimport { exponea } from './sdk';\nconst m = Astro.props.email;\n---\n<a on:click={f}>x</a>\n"
    b"<script>exponea.update({ email: m });</script>\n{list.map((x) => <b class={x}>{x}</b>)}\n",
    "a.js.liquid": b"exponea.update({ email: '{{ customer.email }}', {% if a %}b: {{ c | json }},{% endif %} d });\n",
    "a.js.erb": b"exponea.update({ email: <%= user.email.to_json %>, b: '<%= c %>' });\n",
}
AWKWARD = [
    b"`", b"${", b"}", b"{", b"(", b")", b"[", b"]", b"'", b'"', b"\\", b"\\u", b"\\u{110000}", b"\\ud800", b"\\x",
    b"{{", b"}}", b"{%", b"%}", b"<%", b"%>", b"<?php", b"?>", b"<script>", b"</script>", b"<!--", b"-->", b"&quot;",
    b"&#x0;", b"&#1114112;", b"<", b">", b"/>", b"/*", b"*/", b"//", b"#", b"'''", b'f"{', b"\n", b"\r", b"\r\n",
    b"\t", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8",
    b"=>", b"...", b"**", b"?.", b"??", b"=", b":=", b":", b";", b",", b"@", b"&a", b"*a", b"<<:", b"!!", b"- ", b"? ",
    b"|\n", b"%", b"await ", b"yield ", b"async ", b"new ", b"import ", b"export default ", b"class A { ",
    b"function f(", b"switch (a) { case 1: ", b"match a:\n case ", b"lambda: ", b"def f(", b"1e999", b"0x", b"08",
    b"9" * 400, b"null", b"___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n", b"exponea.update(", b'"email": ', b"email: ",
]  # fmt: skip
NESTED = [
    (b"[", b"]"), (b"(", b")"), (b"{a: ", b"}"), (b'{"a": ', b"}"), (b"f(", b")"), (b"<b>", b"</b>"), (b"!", b""),
    (b"`${", b"}`"), (b"a ? b : ", b""), (b"if (a) ", b""), (b"{{ a ", b"}}"), (b"{% if a %}", b"{% endif %}"),
    (b"- ", b""), (b"a => ", b""), (b"not ", b""), (b"a.", b"b"), (b"x = ", b"1"), (b"<script>", b"</script>"),
]  # fmt: skip
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")


def _seeds() -> dict[str, bytes]:
    folders = [TOP / "fixtures", TOP / "tests" / "adversarial"]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    read = {str(path.relative_to(TOP).as_posix()): path.read_bytes() for path in paths if language_of(path.name)}
    return {**read, **MORE}


SEEDS = _seeds()
PROJECTS = sorted({"/".join(path.split("/")[:2]) for path in SEEDS if path.startswith("fixtures/")})


def runs(count: int) -> settings:
    """So many programs, always the same ones; at night as many as its profile says, and new ones."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    if NIGHTLY:
        return settings(suppress_health_check=quiet)
    return settings(max_examples=count, derandomize=True, database=None, suppress_health_check=quiet)


@st.composite
def _mangled(draw: st.DrawFn, data: bytes, others: list[bytes]) -> bytes:
    """The text with one to six pieces changed."""
    for _ in range(draw(st.integers(1, 6))):
        spans = [match.span() for match in _TOKEN.finditer(data)] or [(0, 0)]
        token = st.integers(0, len(spans) - 1)
        start, end = spans[draw(token)]
        how = draw(
            st.sampled_from(("delete", "insert", "replace", "swap", "double", "cut", "head", "splice", "nest", "byte"))
        )
        if how == "delete":
            last = spans[min(len(spans) - 1, draw(token))][1]
            data = data[:start] + data[max(start, min(last, start + 300)) :]
        elif how == "insert":
            data = data[:start] + draw(st.sampled_from(AWKWARD)) + data[start:]
        elif how == "replace":
            data = data[:start] + draw(st.sampled_from(AWKWARD)) + data[end:]
        elif how == "swap":
            (one, two), (three, four) = sorted(((start, end), spans[draw(token)]))
            data = (
                data[:one] + data[three:four] + data[two:three] + data[one:two] + data[four:] if two <= three else data
            )
        elif how == "double":
            stop = min(len(data), start + draw(st.integers(1, 400)))
            data = data[:stop] + data[start:stop] * draw(st.integers(1, 3)) + data[stop:]
        elif how == "cut":
            data = data[:start]
        elif how == "head":
            data = data[start:]
        elif how == "splice":
            other = draw(st.sampled_from(others))
            at = draw(st.integers(0, len(other)))
            data = data[:start] + other[at : at + draw(st.integers(1, 300))] + data[start:]
        elif how == "nest":
            before, after = draw(st.sampled_from(NESTED))
            depth = draw(st.sampled_from((2, 20, 300, 3_000)))
            data = data[:start] + before * depth + data[start:end] + after * depth + data[end:]
        else:
            at = draw(st.integers(0, len(data)))
            data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at + 1 :]
    return data


def _of(suffixes: tuple[str, ...]) -> dict[str, bytes]:
    return {path: data for path, data in SEEDS.items() if path.endswith(suffixes)}


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_no_front_end_fails_on_a_broken_file_and_its_places_stay_true(name: str) -> None:
    seeds = _of(FRONT_ENDS[name])
    assert seeds

    @runs(60)
    @given(st.data())
    def check(drawn: st.DataObject) -> None:
        path = drawn.draw(st.sampled_from(sorted(seeds)))
        data = drawn.draw(_mangled(seeds[path], list(seeds.values())))
        modules = parse(SourceFile(path, data, language_of(path) or ""))
        assert list(problems(data, modules)) == []

    check()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.tsx", b'import { a } ` " } ` "../hooks/useEngagement";\n'),
        ("a.liquid", b"<script>exponea.update({ email: {{ c |\xf0\x9f\x98\x80 json }} })</script>"),
        ("a.gohtml", b"{{ with .User }}<script>exponea.update({ name: {{ .\nName }} });</script>{{ end }}"),
        ("a.svelte", b"<script>exponea.update({ email });</script>\n<a on:click={ /><input bind:value={ ><a onclick={"),
        (
            "GTM-1.json",
            b'{"exportFormatVersion": 2, "containerVersion": {"tag": ['
            b'{"tagId": "1", "name": "a", "type": "html", "firingTriggerId": ["1"], "setupTag": [{"tagName": "c"}],'
            b' "parameter": [{"key": "html", "value": "<script>a()</script>"}]},'
            b'{"tagId": "2", "name": "b", "type": "html", "firingTriggerId": ["2"],'
            b' "parameter": [{"key": "html", "value": "<script>b()</script>"}]},'
            b'{"tagId": "3", "name": "c", "type": "html",'
            b' "parameter": [{"key": "html", "value": "<script>c()</script>"}]}]}}',
        ),
        ("a.py", b'f(json={"\x80\x80egistered": 1})\n'),
        ("a.py", b'p = {"customer_ids"#: {"cookie": c},\n  "properties": {"email": m}}\n'),
        ("a.js.erb", b"exponea.update({ email:exponea<%= user.email.to_json %>${, b: '<%= c %>' });\n"),
        ("a.html", b'<form onsubmit="exponea.update(' + b"{% if a %}" * 300 + b"{" + b"{% endif %}" * 300 + b' e }">'),
        ("a.liquid", b"<script>exponea.update({ email: {{ c |\xf0\x9f\x98\x80 json }} })</script>"),
        ("a.svelte", b"<script>exponea.update({ email });</script><input bind:value={\xc2\x80mail}>"),
        (
            "a.tpl",
            b"___INFO___\n___SANDBOXED_JS_FOR_WEB_TEMPLATE___\nconst callInWindow = require('callInWindow');"
            b"callInWindow('exponea.update\n, { email: data.email });",
        ),
        (
            "a.jsx",
            b"function put(mail) { "
            b"document.write('<script>exponea.update({ email: export' + mail + '\" })<\\/script>') }\n",
        ),
        ("a.yaml", b"- {a: b, path\xe2\x80\xa8 index.html: 2}\n"),
        ("a.yaml", b"\\ud800 a: b\n'\\ud800': c\n"),
    ],
)
def test_what_once_had_a_wrong_place_or_was_thought_to_has_a_true_one(path: str, data: bytes) -> None:
    assert list(problems(data, parse(SourceFile(path, data, language_of(path) or "")))) == []


CONFIG = Config()
VOCABULARY = load_vocabulary(CONFIG)
RULES = load_rules(CONFIG)


@runs(50)
@given(st.data())
def test_a_project_with_broken_files_is_checked_to_the_end(drawn: st.DataObject) -> None:
    project = drawn.draw(st.sampled_from(PROJECTS))
    files = {path: data for path, data in SEEDS.items() if path.startswith(f"{project}/")}
    for path in drawn.draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3, unique=True)):
        files[path] = drawn.draw(_mangled(files[path], list(files.values())))
    reader = Reader(Sources("", overlay=files))
    analysis = analysis_of(
        CONFIG, VOCABULARY, reader, sorted(files), sorted(files), lambda path: True, lambda path: False
    )
    result = judge(analysis, RULES, CheckOptions(min_confidence="low"))
    assert [notice for notice in result.notices if notice.kind == "crash"] == []
    for finding in result.findings:
        for place in (finding.root, finding.sink, *(step.place for step in finding.trail)):
            assert 0 <= place.start <= place.end <= len(files[place.path])


@runs(15)
@given(st.data())
def test_fixes_of_a_broken_file_leave_nothing_that_crashes(drawn: st.DataObject) -> None:
    path = drawn.draw(st.sampled_from(sorted(path for path in SEEDS if path.startswith("fixtures/"))))
    text = drawn.draw(_mangled(SEEDS[path], [SEEDS[path]])).decode("utf-8", "replace")
    fixed, count = fix_texts({path: text}, CONFIG)
    assert (fixed != {path: text}) == (count > 0)
