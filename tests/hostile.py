"""Files that ask for as much as they can: deep, wide, of many words, of one long line, in every language.

A kind is a piece of text that is repeated, and perhaps another that closes what the first opens, so a file of any size
can be made of it.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """head, then `opening` and `closing` as often as fits with `middle` between, then tail; `%d` is a number that
    counts the openings."""

    path: str
    head: bytes
    opening: bytes
    closing: bytes = b""
    middle: bytes = b""
    tail: bytes = b""

    def text(self, size: int) -> bytes:
        """A file of about `size` bytes."""
        count = max(1, (size - len(self.head)) // len(self.opening + self.closing))
        openings = self.opening * count
        if b"%d" in self.opening:
            openings = b"".join(self.opening.replace(b"%d", b"%d" % number) for number in range(count))
        return self.head + openings + self.middle + self.closing * count + self.tail


def _kinds() -> dict[str, Kind]:
    found: dict[str, Kind] = {}

    def add(path: str, head: bytes, **kinds: tuple[bytes, ...]) -> None:
        for name, (before, *parts) in kinds.items():
            found[f"{path} {name}"] = Kind(path, head + before, *parts)

    script: dict[str, tuple[bytes, ...]] = {
        "brackets": (b"x=", b"[", b"]", b"1", b";"),
        "callbacks": (b"", b"f(()=>{", b"})", b"1", b";"),
        "open brackets": (b"", b"("),
        "open blocks": (b"", b"{"),
        "statements": (b"", b"a;"),
        "arguments": (b"f(", b"1,", b"", b"1);"),
        "keys": (b"exponea.update({", b"a:1,", b"", b"});"),
        "sends": (b"", b"exponea.update({email:m});"),
        "members": (b"a", b".b", b"", b";"),
        "sum": (b"x=1", b"+1", b"", b";"),
        "long string": (b"x='", b"abcdefgh", b"", b"';"),
        "comments": (b"", b"//a\n"),
        "comments on a line": (b"", b"/**/"),
        "template": (b"x=`", b"${a}", b"", b"`;"),
        "else if": (b"", b"if(a)b;else ", b"", b"c;"),
        "empty lines": (b"", b"\n"),
        "functions": (b"", b"function f(a){exponea.update(a)}\n"),
        "noise": (b"", b"\x80)(`'\"}{\\#@"),
        "conditionals": (b"x=", b"!u.a%d?b:", b"", b"c;"),
        "commas": (b"x", b",u.f%d()", b"", b";"),
        "methods": (b"x()", b".f(u.a%d)", b"", b";"),
        "promises": (b"p", b".then(()=>{exponea.update({email:m})})", b"", b";"),
        "sum of names": (b"x=1", b"+u.a%d", b"", b";"),
        "sum over lines": (b"", b"x+=u.a%d;\n"),
        "else if found": (b"", b"if(u.a%d=b)c;else ", b"", b"d;"),
        "else if absent": (b"", b"if(!u.a%d)c;else ", b"", b"d;"),
        "spreads": (b"x={", b"...u.a%d,", b"", b"};"),
        "copies": (b"let x={};", b"x={...x,a%d:1};\n"),
        "lists": (b"let x=[];", b"x=x.concat([u.a%d]);\n"),
        "early returns": (b"function f(u){", b"if(u.a%d)return;exponea.update({email:m});\n", b"", b"}"),
        "one object sent": (
            b"let p={" + b"".join(b"a%d:1," % number for number in range(500)) + b"};",
            b"exponea.update(p);\n",
        ),
        "objects in objects": (b"let x={a:1};", b"x={a:x,b:x,c:x,d:x};exponea.update(x);JSON.stringify(x);\n"),
        "state of objects in objects": (b"let x={a:1};", b"x={a:x,b:x,c:x,d:x};useState(x);\n"),
        "functions in turn": (b"", b"function f%d(a){exponea.update({email:a})}\n"),
    }
    for path in ("a.js", "a.ts"):
        add(path, b"exponea.update({ email: mail });\n", **script)
    add(
        "a.tsx",
        b"exponea.update({ email: mail });\nx=",
        elements=(b"", b"<a>", b"</a>", b"1", b";"),
        attributes=(b"<a ", b"b={1} ", b"", b"", b"/>;"),
    )
    add(
        "a.py",
        b"import exponea\nexponea.update({'email': mail})\n",
        **{
            "brackets": (b"x=", b"[", b"]", b"1", b"\n"),
            "open brackets": (b"x=", b"["),
            "statements": (b"", b"a\n"),
            "statements on a line": (b"", b"a;"),
            "keys": (b"x={", b"1:1,", b"", b"}\n"),
            "f-string": (b"x=f'", b"{a}", b"", b"'\n"),
            "members": (b"a", b".b", b"", b"\n"),
            "sum": (b"x=1", b"+1", b"", b"\n"),
            "comments": (b"", b"#a\n"),
            "long string": (b"x='", b"abcdefgh", b"", b"'\n"),
            "functions": (b"", b"def f(a):\n exponea.update(a)\n"),
            "elif": (b"if a:\n b\n", b"elif a:\n b\n"),
            "another language": (b"", b"function f(a){return {b:1, c: d => 2}}\n"),
            "noise": (b"", b"\x80)(`'\"}{\\#@\n"),
            "conditionals": (b"x=", b"b if a else ", b"", b"c\n"),
            "merges": (b"x={}", b"|{'a%d':1}", b"", b"\n"),
            "copies": (b"x={}\n", b"x={**x,'a%d':1}\n"),
            "lists": (b"x=[]\n", b"x+=[u.a%d]\n"),
            "elif found": (b"if a:\n b\n", b"elif a%d:=b:\n c\n"),
            "comparison": (b"x=a", b"<u.a%d", b"", b"\n"),
        },
    )
    add(
        "a.json",
        b'{"a":"customer_ids",',
        **{
            "mappings": (b'"b":', b'{"a":', b"}", b"1", b"}"),
            "lists": (b'"b":', b"[", b"]", b"1", b"}"),
            "items": (b'"b":[', b"1,", b"", b"1]}"),
            "keys": (b"", b'"":1,', b"", b'"z":1}'),
            "records": (b'"b":[', b"{},", b"", b"1]}"),
            "open lists": (b'"b":', b"["),
            "open mappings": (b'"b":', b"{"),
            "words": (b'"b":[', b" a"),
            "long string": (b'"b":"', b"abcdefgh", b"", b'"}'),
            "document in a string": (b'"b":"{\\"a\\":[', b"1,", b"", b'1]}"}'),
            "documents in strings": (b'"b":[', b'"{\\"a\\":1}",', b"", b"1]}"),
            "lines": (b'"b":1}\n', b"1\n"),
            "comments": (b'"b":1}\n', b"//\n"),
            "open strings": (b'"b":1}\n', b'"\n'),
            "payloads": (b'"b":[', b'{"customer_ids":{"a":1},"properties":{"email":"b"}},', b"", b"1]}"),
            "columns": (
                b'"mapping":[{"to_column":"email","from_column":"email"}],"query":"SELECT ',
                b"a,",
                b"",
                b'b FROM c"}',
            ),
            "unions": (
                b'"mapping":[{"to_column":"email","from_column":"email"}],"query":"SELECT a',
                b" UNION SELECT 1",
                b"",
                b'"}',
            ),
        },
    )
    add(
        "a.yaml",
        b"a: customer_ids\n",
        **{
            "lists": (b"b: ", b"[", b"]", b"1", b"\n"),
            "mappings": (b"b: ", b"{a: ", b"}", b"1", b"\n"),
            "items": (b"b:\n", b"- 1\n"),
            "items of items": (b"b:\n", b"- ", b"", b"1\n"),
            "documents": (b"", b"---\na\n"),
            "broken documents": (b"", b"---\n]\n"),
            "anchors": (b"b:\n", b"- &a 1\n"),
            "aliases": (b"c: &a 1\nb:\n", b"- *a\n"),
            "comments": (b"", b"#\n"),
            "long string": (b"b: ", b"abc def ", b"", b"\n"),
            "block": (b"b: |\n", b"  a\n"),
            "letters of two bytes": (b"b: ", b"\xc3\xa9", b"", b"\n"),
            "holes": (b"b: ", b"{{ a }}", b"", b"\n"),
            "payloads": (b"b:\n", b"- {customer_ids: {a: 1}, properties: {email: b}}\n"),
        },
    )
    page: dict[str, tuple[bytes, ...]] = {
        "elements": (b"", b"<a>", b"</a>", b"1"),
        "open elements": (b"", b"<a>"),
        "open tags": (b"", b"<"),
        "attributes": (b"<a ", b"b ", b"", b">"),
        "handlers": (b"", b"<a onclick='f()'>"),
        "scripts": (b"", b"<script>a</script>"),
        "statements": (b"<script>", b"a;", b"", b"</script>"),
        "comments": (b"", b"<!---->"),
        "open comments": (b"", b"<!--"),
        "holes": (b"", b"{{a}}"),
        "open holes": (b"", b"{{"),
        "closed elements": (b"", b"</a>"),
        "entities": (b'<a onclick="', b"&quot;", b"", b'">'),
    }
    for path in ("a.html", "a.vue", "a.svelte", "a.astro"):
        add(path, b"<p>exponea</p><script>exponea.update({email: m})</script>\n", **page)
    for path in ("a.liquid", "a.erb", "a.phtml", "a.cshtml"):
        add(
            path,
            b"<p>exponea</p><script>exponea.update({email: m})</script>\n",
            **{
                "elements": (b"", b"<a>", b"</a>", b"1"),
                "tests": (b"", b"{% if a %}"),
                "outputs": (b"<script>", b"a={{b}};", b"", b"</script>"),
                "other outputs": (b"<script>", b"a=<%= b %>;", b"", b"</script>"),
                "open outputs": (b"", b"<% "),
                "code": (b"<script>", b"a=<?php b ?>;", b"", b"</script>"),
                "open code": (b"", b"<?php "),
                "at signs": (b"<script>", b"a=@b;@if(c){", b"", b"</script>"),
                "filters": (b"<script>a={{ b", b" | c", b"", b" }}</script>"),
                "brackets": (b"<script>a={{ ", b"(", b"", b" }}</script>"),
            },
        )
    add(
        "GTM-1.json",
        b'{"exportFormatVersion":2,"containerVersion":{"tag":[',
        **{
            "tags": (
                b"",
                b'{"type":"html","parameter":[{"key":"html","value":"<script>exponea.update({email:{{m}}})</script>"}]},',
                b"",
                b"{}]}}",
            ),
            "statements": (
                b'{"type":"html","parameter":[{"key":"html","value":"<script>exponea.x;',
                b"a;",
                b"",
                b'</script>"}]},{}]}}',
            ),
            "variables": (
                b'{"type":"html","parameter":[{"key":"html","value":"<script>exponea.x({{a}})</script>"}]}],"variable":[',
                b'{"name":"a","type":"v","parameter":[{"key":"name","value":"a"}]},',
                b"",
                b"{}]}}",
            ),
        },
    )
    add(
        "a.tpl",
        b"___INFO___\nexponea\n___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n",
        sends=(b"", b"exponea.update({email:a});"),
        sections=(b"", b"\n___A___"),
    )
    add(
        "etc/config.xml",
        b"<config><a>exponea</a>",
        elements=(b"", b"<a>", b"</a>", b"1", b"</config>"),
        leaves=(b"", b"<a/>", b"", b"", b"</config>"),
    )
    return found


KINDS = _kinds()
"""By the file's path and what it is full of."""
