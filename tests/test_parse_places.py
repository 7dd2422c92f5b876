"""Places: whatever code is embedded in, what is parsed from it stands exactly where it stands in the outer file."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from trackaudit import program as p
from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse

MARKER = "marker({ email: MAIL })"
CODE = [
    "if (ready) {\n\t§\n}",
    "run(function () { § });",
    "/* é 🐎 */ §",
    "var s = 'ž\\n', t = `a${b}`; §",
    "document.write('<b>é</b><script>§<\\/script>');",
]
"""Layers of a script around a script."""
TAGS = {
    "page.html": ("§", ["§"], "user.email"),
    "page.liquid": ("§", ["{% if a %}§{% endif %}", "var q = {{ a | json }};\n§"], "{{ customer.email }}"),
    "page.php": ("<?php $é = 1; ?>§", ["<?php if ($a) { ?>§<?php } ?>"], "<?= $mail ?>"),
    "page.cshtml": ("@* é *@§", ["@if (Model.A) {<text>§</text>}"], "@Model.Email"),
    "page.blade.php": ("{{-- é --}}§", ["@isset($a) § @endisset"], "@json($mail)"),
    "page.ftl": ("<#-- é -->§", ["<#if a??>§<#else>x()</#if>"], "${user.email}"),
    "page.tpl": ("{* é *}§", ["{if $a}§{else}x(){/if}"], "{$user.email}"),
    "page.erb": ("<%# é %>§", ["<% if a %>§<% end %>"], "<%= mail %>"),
    "A.vue": ("§", ["§"], "user.email"),
    "A.svelte": ("§", ["§"], "user.email"),
    "GTM-X.json": ("§", ["§"], "{{Email}}"),
}
ENDS = st.sampled_from(["\n", "\r\n", " "])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str]:
    """A path, a file's text and the marker as it is written there."""
    path = draw(st.sampled_from(sorted(TAGS)))
    head, layers, mail = TAGS[path]
    marker = MARKER.replace("MAIL", mail)
    code = marker
    written = False
    for layer in draw(st.lists(st.sampled_from(CODE + layers), max_size=3)):
        if layer.startswith("document.write"):
            if written or "'" in code or "`" in code or "\n" in code or "\\" in code or mail != "user.email":
                continue  # the string would need other escapes
            written = True
        code = layer.replace("§", code)
    end = draw(ENDS)
    words = draw(st.text(alphabet="abž🐎 \t", max_size=8))
    page = f"<p>{words}</p>{end}<script>{end}{code}{end}</script>"
    if path == "GTM-X.json":
        ascii_only = draw(st.booleans())
        tag = {"type": "html", "parameter": [{"key": "html", "value": page}], "firingTriggerId": ["1"]}
        text = json.dumps({"ž": 1, "tag": [tag]}, indent=draw(st.sampled_from([None, "\t"])), ensure_ascii=ascii_only)
        return path, draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", end), json.dumps(marker)[1:-1]
    if path.startswith("A."):
        page = (
            page if path == "A.svelte" else f"<template>{end}<p>{words}</p></template>{page[page.index('<script') :]}"
        )
    text = draw(st.sampled_from(["", "\ufeff"])) + head.replace("§", page)
    return path, text.replace("\n", end) if end == "\r\n" else text, marker


@given(files())
@settings(deadline=None, max_examples=150)
def test_a_marker_in_any_nesting_maps_back_to_itself(made: tuple[str, str, str]) -> None:
    path, text, marker = made
    data = text.encode()

    found = parse(SourceFile(path, data, language_of(path) or ""))

    calls = [
        data[node.start : node.end].decode()
        for module in found
        for node in p.walk(list(module.body))
        if isinstance(node, p.Call) and isinstance(node.callee, p.Name) and node.callee.id == "marker"
    ]
    assert calls == [marker]
    assert [module.errors for module in found] == [[] for _ in found]
