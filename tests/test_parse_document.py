"""The document front end: YAML and JSON with exact places, and what broken or hostile documents leave standing."""

from __future__ import annotations

import pytest

from trackaudit.model import SourceFile
from trackaudit.parse.document import parse
from trackaudit.program import (
    Call,
    Cut,
    Expression,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Pair,
    Record,
    Sequence,
    Spread,
    Template,
    Unknown,
    walk,
)


def module(text: str | bytes, path: str = "a.yaml") -> Module:
    data = text.encode() if isinstance(text, str) else text
    (only,) = parse(SourceFile(path, data, "document"))
    return only


def show(node: Node) -> str:
    """A node in a JSON-like notation; `?` is Unknown, `...x` a Spread, `<…>` a Template."""
    if isinstance(node, Expression):
        return show(node.value)
    if isinstance(node, Literal):
        return repr(node.value)
    if isinstance(node, Record):
        return "{" + ", ".join(show(entry) for entry in node.entries) + "}"
    if isinstance(node, Pair):
        return f"{show(node.key)}: {show(node.value)}"
    if isinstance(node, Spread):
        return "..." + show(node.value)
    if isinstance(node, Sequence):
        return "[" + ", ".join(show(item) for item in node.items) + "]"
    if isinstance(node, Template):
        return "<" + " ".join(show(part) for part in node.parts) + ">"
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Member):
        return f"{show(node.object)}.{str(node.key.value) if isinstance(node.key, Literal) else '?'}"
    if isinstance(node, Call):
        return f"{show(node.callee)}({', '.join(show(argument) for argument in node.args)})"
    assert isinstance(node, Unknown)
    return "?"


def shown(text: str | bytes, path: str = "a.yaml") -> list[str]:
    return [show(statement) for statement in module(text, path).body]


YAML = [
    ("a: 1\nb: x\nc:\nd: ~\n", "{'a': 1, 'b': 'x', 'c': None, 'd': None}"),
    ("- true\n- no\n- '1'\n- 1.5\n- 0x1f\n- .inf\n- 12:30\n- 2020-01-01\n",
     "[True, 'no', '1', 1.5, 31, inf, '12:30', '2020-01-01']"),
    ("1: a\non: b\nnull: c\n", "{'1': 'a', 'on': 'b', 'null': 'c'}"),
    ("a: {b: [1, 2], 'c': \"\\u00e9\\ud83d\\ude00\"}\n", "{'a': {'b': [1, 2], 'c': 'é\ufffd\ufffd'}}"),
    ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{'a': 'x\\ny\\n', 'b': 'x y'}"),
    ("a: 1\na: 2\n", "{'a': 1, 'a': 2}"),
    ("a: !!str 1\nb: !!int '2'\n", "{'a': '1', 'b': '2'}"),
    ("a: !Ref x\nb: !Map {c: 1}\n", "{'a': ?, 'b': {'c': 1}}"),
    ("a: &x {b: 1}\nc: *x\nd: [*x]\n", "{'a': {'b': 1}, 'c': {'b': 1}, 'd': [{'b': 1}]}"),
    ("a: &x {b: 1}\nc:\n  b: 2\n  <<: *x\n", "{'a': {'b': 1}, 'c': {...{'b': 1}, 'b': 2}}"),
    ("a: [&x {b: 1}, &y {b: 2}]\nc:\n  <<: [*x, *y]\n",
     "{'a': [{'b': 1}, {'b': 2}], 'c': {...{'b': 2}, ...{'b': 1}}}"),
    ("? [a, b]\n: c\n", "{['a', 'b']: 'c'}"),
    ("plain\n", "'plain'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), YAML, ids=[text for text, _ in YAML])
def test_each_yaml_construct_has_its_shape(text: str, expected: str) -> None:
    read = module(text)
    assert [show(statement) for statement in read.body] == [expected]
    assert read.errors == []


JSON = [
    ('{"a": [1, -2.5e3, true, false, null, "x"]}', "{'a': [1, -2500.0, True, False, None, 'x']}"),
    ('{\n\t"a":\t"b\\t\\u00e9\\ud83d\\ude00\\/"\n}', "{'a': 'b\\té\N{GRINNING FACE}/'}"),
    ('{"a": 1, "a": 2}', "{'a': 1, 'a': 2}"),
    ('{"a": 1, // one\n /* two */ "b": [1, 2,],}', "{'a': 1, 'b': [1, 2]}"),
    ("{a: 'b', $c-d: \"it's\"}", "{'a': 'b', '$c-d': \"it's\"}"),
    ('"\\ud83d"', "'\ufffd'"),
    ("[]", "[]"),
    ("{}", "{}"),
]


@pytest.mark.parametrize(("text", "expected"), JSON, ids=[text for text, _ in JSON])
def test_each_json_construct_has_its_shape(text: str, expected: str) -> None:
    read = module(text, "a.json")
    assert [show(statement) for statement in read.body] == [expected]
    assert read.errors == []


def test_each_document_of_a_file_is_one_expression() -> None:
    assert shown("a: 1\n---\n---\nb: 2\n...\n") == ["{'a': 1}", "{'b': 2}"]
    assert shown('{"a": 1}\n{"b": 2}\n', "a.json") == ["{'a': 1}", "{'b': 2}"]


@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_empty_module(path: str, data: bytes) -> None:
    read = module(data, path)
    assert (read.path, read.language, read.body, read.errors) == (path, "document", [], [])


# ------------------------------------------------------------------------------------------------- places

PREFIXES = pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
LINE_ENDS = pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])

YAML_PLACES = """\
é: ü  # ö
m:
  - {to_column: "\N{GRINNING FACE}", to_id: 'é'}
  - &x !tag
    k: v
  - *x
t: |
  ä

z: last
"""


@PREFIXES
@LINE_ENDS
def test_yaml_places_are_bytes_of_the_file(prefix: bytes, line_end: str) -> None:
    data = prefix + YAML_PLACES.replace("\n", line_end).encode()
    nodes = list(walk(module(data).body))

    def texts(kind: type[Node]) -> list[str]:
        return [data[node.start : node.end].decode().replace("\r", "") for node in nodes if isinstance(node, kind)]

    assert texts(Pair) == [
        "é: ü",
        "m:\n  - {to_column: \"\N{GRINNING FACE}\", to_id: 'é'}\n  - &x !tag\n    k: v\n  - *x",
        'to_column: "\N{GRINNING FACE}"',
        "to_id: 'é'",
        "k: v",
        "k: v",  # the alias is the anchored node itself
        "t: |\n  ä",
        "z: last",
    ]
    assert [text for text in texts(Literal) if text not in ("k", "v")] == [
        "é", "ü", "m", "to_column", '"\N{GRINNING FACE}"', "to_id", "'é'", "t", "|\n  ä", "z", "last",
    ]  # fmt: skip
    assert texts(Record)[1:] == ["{to_column: \"\N{GRINNING FACE}\", to_id: 'é'}", "k: v", "k: v"]


@PREFIXES
@LINE_ENDS
def test_json_places_are_bytes_of_the_file(prefix: bytes, line_end: str) -> None:
    text = '{\n\t"é": "\N{GRINNING FACE}",\n\t"m": [\n\t\t{"to_column" :\t"email"},\n\t\tnull\n\t]\n}\n'
    data = prefix + text.replace("\n", line_end).encode()
    nodes = list(walk(module(data, "a.json").body))

    def texts(kind: type[Node]) -> list[str]:
        return [data[node.start : node.end].decode().replace("\r", "") for node in nodes if isinstance(node, kind)]

    assert texts(Pair) == [
        '"é": "\N{GRINNING FACE}"',
        '"m": [\n\t\t{"to_column" :\t"email"},\n\t\tnull\n\t]',
        '"to_column" :\t"email"',
    ]
    assert texts(Literal) == ['"é"', '"\N{GRINNING FACE}"', '"m"', '"to_column"', '"email"', "null"]
    assert texts(Record) == [text.strip(), '{"to_column" :\t"email"}']


def test_a_pair_without_a_value_ends_at_its_colon() -> None:
    text = "a:\nb: 1\n"
    pairs = [node for node in walk(module(text).body) if isinstance(node, Pair)]
    assert [text[pair.start : pair.end] for pair in pairs] == ["a:", "b: 1"]


def test_a_byte_that_is_not_utf8_does_not_move_the_places_after_it() -> None:
    data = b"a: \xe9\xe9\nb: mail\n"
    pairs = [node for node in walk(module(data).body) if isinstance(node, Pair)]
    assert [data[pair.start : pair.end] for pair in pairs] == [b"a: \xe9\xe9", b"b: mail"]
    assert show(pairs[0].value) == "'\ufffd\ufffd'"


def test_the_pure_yaml_parser_gives_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    def spans() -> list[tuple[str, int, int]]:
        return [(type(node).__name__, node.start, node.end) for node in walk(module(YAML_PLACES).body)]

    fast = spans()
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert spans() == fast


# ----------------------------------------------------------------------------------------------- comments


def test_yaml_comments_outside_of_strings_are_kept() -> None:
    text = "# é one\na: 'x # no'  # two\nb: |\n  # no\n  y\n# three\nc: x#no\nd: \"a\n  # no\"\n"
    data = text.encode()
    comments = module(text).comments
    assert [comment.text for comment in comments] == ["# é one", "# two", "# three"]
    assert all(data[comment.start : comment.end].decode() == comment.text for comment in comments)


def test_json_comments_outside_of_strings_are_kept() -> None:
    text = '// é one\r\n{"a": "// no", /* two\n */ "b": "/* no */"} // three'
    data = text.encode()
    comments = module(text, "a.json").comments
    assert [comment.text for comment in comments] == ["// é one", "/* two\n */", "// three"]
    assert all(data[comment.start : comment.end].decode() == comment.text for comment in comments)


# ------------------------------------------------------------------------------------------ template holes


@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
def test_a_hole_in_a_string_is_a_template_of_its_path(path: str) -> None:
    text = '{"a": "{{ customer.email }}", "b": "x-{{ u | lower | trim }}!", "c": "${user.id}", "d": "{{ f(1) }}"}'
    assert shown(text, path) == ["{'a': <customer.email>, 'b': <'x-' trim(lower(u)) '!'>, 'c': <user.id>, 'd': <?>}"]


@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
def test_the_path_in_a_hole_has_its_place(path: str) -> None:
    text = '{"ä": "{{ customer.email }}"}'
    data = text.encode()
    members = [node for node in walk(module(text, path).body) if isinstance(node, Member)]
    assert [data[member.start : member.end] for member in members] == [b"customer.email"]


def test_yaml_with_template_tags_is_read() -> None:
    text = (
        "{{- if .Values.on }}\nname: {{ .Values.name }}-svc\n{% for x in y %}\n"
        "m:\n  - to: '{{ x }}'\n{% endfor %}\n{{- end }}\n"
    )
    read = module(text)
    assert [show(statement) for statement in read.body] == ["{'name': <Values.name '-svc'>, 'm': [{'to': <x>}]}"]
    assert read.errors == []


def test_json_with_bare_holes_is_read_and_its_record_is_open() -> None:
    text = '{"a": {{ customer.email }}, {% if x %} "b": 1, {% endif %} {{ more }}}'
    assert shown(text, "a.json") == ["{'a': <customer.email>, 'b': 1, ...?}"]


# ------------------------------------------------------------------------------------------------- errors

BROKEN = [
    ("a.yaml", "a: 1\nb: [1, 2\nc: 3\n", "{'a': 1"),
    ("a.yaml", "m:\n  - {to: x}\n  - {to: y}\n\tz: 1\n", "{'m': [{'to': 'x'}"),
    ("a.yaml", "a: 'x\n", "{}"),
    ("a.json", '{"a": 1, "b": [1, 2, "c": 3}', "{'a': 1, 'b': [1, 2, 'c', 3]}"),
    ("a.json", '{"a": 1, "b": "x\n, "c": 3}', "{'a': 1, 'b': ?, 'c': 3}"),
    ("a.json", '{"a": 1 "b": 2, "c" "d": 4, "e"}', "{'a': 1, 'b': 2, 'd': 4}"),
    ("a.json", '{"a": {"b": 1}, "c": [', "{'a': {'b': 1}, 'c': []}"),
    ("a.json", '{"a": nope, "b": 1}}', "{'a': ?, 'b': 1}"),
]


@pytest.mark.parametrize(("path", "text", "expected"), BROKEN, ids=[text for _, text, _ in BROKEN])
def test_a_broken_document_keeps_what_could_be_read(path: str, text: str, expected: str) -> None:
    read = module(text, path)
    assert show(read.body[0]).startswith(expected)
    assert read.errors
    assert all(0 <= start < end <= len(text) for start, end in read.errors)


def test_yaml_goes_on_at_the_next_document_after_a_break() -> None:
    text = "a: 1\n---\nb: [\n---\nc: é\n"
    data = text.encode()
    read = module(text)
    assert [show(statement) for statement in read.body] == ["{'a': 1}", "{'b': []}", "{'c': 'é'}"]
    pair = next(node for node in walk([read.body[-1]]) if isinstance(node, Pair))
    assert data[pair.start : pair.end].decode() == "c: é"
    assert len(read.errors) == 1


def test_utf16_is_an_error_range_and_no_document() -> None:
    data = "a: 1\n".encode("utf-16")
    read = module(data)
    assert (read.body, read.errors) == ([], [(0, len(data))])


def test_half_an_escaped_surrogate_is_a_replacement_only_where_yaml_reads_escapes() -> None:
    assert shown("a: \\ud800 \\u00e9\nb: \"\\ud800 \\u00e9\"\nc: '\\udfff'\n\\ud801: 1\n") == [
        "{'a': '\\\\ud800 \\\\u00e9', 'b': '\ufffd \u00e9', 'c': '\\\\udfff', '\\\\ud801': 1}"
    ]


def test_control_characters_do_not_stop_yaml() -> None:
    assert shown("a: x\x07y\nb: 1\n") == ["{'a': 'x y', 'b': 1}"]


# ----------------------------------------------------------------------------------------- hostile documents


def count(read: Module) -> int:
    return sum(1 for _ in walk(read.body))


def test_aliases_of_aliases_stay_small() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, after in zip("abcdefghijkl", "bcdefghijklm", strict=True):
        lines.append(f"{after}: &{after} [" + ", ".join([f"*{before}"] * 9) + "]")
    read = module("\n".join(lines))
    assert [error.what.rpartition("; ")[2] for error in read.errors if isinstance(error, Cut)] == [
        "`max-aliases` sets the limit"
    ]
    assert len(read.errors) == 1
    assert 9_000 < count(read) < 12_000


def test_an_alias_of_itself_is_unknown() -> None:
    assert shown("a: &x [*x, {b: *x}]\nc: *x\n") == ["{'a': [?, {'b': ?}], 'c': [?, {'b': ?}]}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", "[" * 50_000 + "]" * 50_000),
        ("a.json", '{"a":' * 20_000),
        ("a.json", "[" * 50_000 + "}" * 50_000),
        ("a.json", "{{" * 20_000),
        ("a.yaml", "[" * 50_000),
        ("a.yaml", "{a: " * 20_000),
        ("a.yaml", "- " * 5_000),
        ("a.yaml", "{{a}} {{" * 5_000),
    ],
    ids=["closed", "unclosed records", "wrong brackets", "braces", "yaml lists", "yaml records", "dashes", "holes"],
)
def test_deep_documents_are_bounded(path: str, text: str) -> None:
    assert count(module(text, path)) < 30_000


def test_what_lies_beside_a_deep_value_is_read() -> None:
    text = '{"deep": ' + "[" * 300 + "]" * 300 + ', "a": 1}'
    read = module(text, "a.json")
    assert show(read.body[0]).endswith("'a': 1}")
    assert len(read.errors) == 1
    assert module(text, "a.yaml").errors == read.errors


@pytest.mark.parametrize("levels", [500, 1_100, 20_000])
def test_a_document_nested_thousands_deep_is_cut_the_same_whatever_pyyaml_bounds_itself(levels: int) -> None:
    data = b"a: 1\nb: " + b"[" * levels + b"]" * levels + b"\n---\nc: 1\n"
    (module,) = parse(SourceFile("a.yaml", data, "document"))
    first, second = module.errors
    assert isinstance(first, Cut)
    assert (first[0], second) == (107, (408, data.index(b"\n---")))
    assert len(module.body) == 2
