"""Described mapping files and the queries of imports: what is said of them, where, and when nothing is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackaudit.config import Config, load_config
from trackaudit.errors import ConfigError, RuleError
from trackaudit.parse.query import read_query
from trackaudit.parse.scalar import places
from trackaudit.pipeline import check_texts, fix_texts

PAGE = (Path(__file__).parent.parent / "docs" / "imports.md").read_text(encoding="utf-8")
MAPPED, TYPED, CROSSED = "identifier-mapped-as-property", "hard-id-not-lowercased", "mismatched-import-id"
SOFT = "import-without-hard-id"


def check(texts: dict[str, str], config: Config | None = None) -> list[tuple[str, str, int, int]]:
    """Rule, path, line and column of what is found."""
    result = check_texts(texts, config)
    found = [(one.rule, one.root) for one in result.findings]
    return sorted((rule, at.path, *result.sources[at.path].position(at.start)) for rule, at in found)


def rules(texts: dict[str, str], config: Config | None = None) -> list[str]:
    return [rule for rule, *_ in check(texts, config)]


def described(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "trackaudit.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return load_config(str(path))


def definition(query: str = "", ids: tuple[str, ...] = ("registered",), columns: tuple[str, ...] = ("city",)) -> Any:
    made: dict[str, Any] = {
        "name": "crm",
        "source": {"text": query} if query else {},
        "destination": {"customer_destination": {}},
        "mapping": {
            "column_mapping": {
                "id_mappings": [{"from_column": name, "to_id": "registered"} for name in ids],
                "property_mappings": [{"from_column": name, "to_column": name} for name in columns],
            }
        },
    }
    return made


def spot(text: str, mark: str) -> tuple[int, int]:
    """Line and column of a mark, counted by hand."""
    before = text[: text.index(mark)].removeprefix("\ufeff").replace("\r\n", "\n")
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


# ------------------------------------------------------------------------------------------- the page's samples


def samples() -> list[Any]:
    found = []
    for section in re.split(r"(?m)^### ", PAGE)[1:]:
        title = section.partition("\n")[0]
        config = ""
        for word, path, rule, line, text in re.findall(
            r"(?ms)^(The description|Wrong|Right), `([^`]+)`(?:, with `([^`]+)` on line (\d+))?:\n\n```\w+\n(.*?)^```",
            section,
        ):
            if word == "The description":
                config = text
            else:
                expected = [(rule, path, int(line))] if word == "Wrong" else []
                found.append(pytest.param(config, path, text, expected, id=f"{title}: {rule or 'right'}"))
    return found


@pytest.mark.parametrize(("config", "path", "text", "expected"), samples())
def test_a_sample_of_the_page_gives_what_the_page_says(
    tmp_path: Path, config: str, path: str, text: str, expected: list[tuple[str, str, int]]
) -> None:
    found = check({path: text}, described(tmp_path, config))
    assert [(rule, at, line) for rule, at, line, _ in found] == expected


def test_the_page_has_wrong_and_right_samples_of_both_formats() -> None:
    assert [len(one.values[3]) for one in samples()] == [1, 1, 0, 1, 1, 0]


# ------------------------------------------------------------------------------------------- described formats


ROWS = """\
imports:
  - {name: sync, files: "*.json", rows: fields, column: src, target: dst, ids: %s}
"""
FORMS: dict[str, tuple[str, Any, Any]] = {
    "a field": (
        "{field: kind, is: [ID, key]}",
        [{"src": "v", "dst": "cookie", "kind": "key"}, {"src": "email", "dst": "email", "kind": "x"}],
        [{"src": "email", "dst": "registered", "kind": "id"}, {"src": "email", "dst": "email"}],
    ),
    "a true field": (
        "{field: pk, is: true}",
        [{"src": "v", "dst": "cookie", "pk": True}, {"src": "email", "dst": "email", "pk": False}],
        [{"src": "email", "dst": "registered", "pk": True}, {"src": "email", "dst": "email"}],
    ),
    "targets": (
        "{targets: [registered, cookie]}",
        [{"src": "v", "dst": "cookie"}, {"src": "email", "dst": "email"}],
        [{"src": "email", "dst": "registered"}, {"src": "email", "dst": "email"}],
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", [None, 2])
def test_each_mark_of_an_id_is_understood(tmp_path: Path, form: str, layout: int | None) -> None:
    ids, wrong, right = FORMS[form]
    config = described(tmp_path, ROWS % ids)
    text = json.dumps({"jobs": [{"fields": wrong}]}, indent=layout)
    assert check({"a.json": text}, config) == [(MAPPED, "a.json", *_second(text))]
    assert rules({"a.json": json.dumps({"fields": right}, indent=layout)}, config) == []


def _second(text: str) -> tuple[int, int]:
    at = text.index('"email"', text.index('"email"') + 1)
    return spot(text[:at] + "\0" + text[at:], "\0")


def test_rows_of_their_own_mark_ids_and_none_of_them_is_wrong(tmp_path: Path) -> None:
    config = described(tmp_path, ROWS % "{rows: keys, column: $value, target: $value}")
    fields = [{"src": "email", "dst": "email"}]
    assert rules({"a.json": json.dumps({"fields": fields})}, config) == [MAPPED]
    assert rules({"a.json": json.dumps({"fields": fields, "keys": ["cookie"]})}, config) == [MAPPED]
    assert rules({"a.json": json.dumps({"fields": fields, "keys": ["email"]})}, config) == []


def test_names_are_translated(tmp_path: Path) -> None:
    text = """\
    identifiers: {registered: {type: hard, holds: email}, cookie: {type: soft}}
    imports:
      - {files: a.json, rows: r, column: c, target: t, ids: {field: k, is: 1}, names: {contact_key: %s}}
    """
    rows = json.dumps({"r": [{"c": "email", "t": "contact_key", "k": 1}, {"c": "email", "t": "email"}]})
    assert rules({"a.json": rows}, described(tmp_path, text % "registered")) == []
    assert rules({"a.json": rows}, described(tmp_path, text % "cookie")) == ["identifier-in-soft-id", MAPPED]


def test_only_files_that_are_meant_are_read_so(tmp_path: Path) -> None:
    config = described(
        tmp_path,
        """\
        imports:
          - {files: "syncs/*.yaml", when: {to: crm}, rows: r, column: c, target: t, ids: {field: k, is: id}}
        """,
    )
    text = "to: %s\nr:\n  - {c: email, t: email}\n"
    assert rules({"syncs/a.yaml": text % "crm"}, config) == [MAPPED]
    assert rules({"syncs/a.yaml": text % "mail"}, config) == []
    assert rules({"other/a.yaml": text % "crm"}, config) == []


def test_a_format_without_files_is_told_by_its_keys_in_any_document(tmp_path: Path) -> None:
    config = described(
        tmp_path, "imports: [{when: {to.kind: crm}, rows: r, column: c, target: t, ids: {field: k, is: id}}]"
    )
    assert rules({"x/a.yml": "to: {kind: crm}\nr: [{c: email, t: email}]\n"}, config) == [MAPPED]
    assert rules({"x/a.yml": "to: {kind: erp}\nr: [{c: email, t: email}]\n"}, config) == []


def test_what_is_sent_unchanged_is_not_lower_cased_and_an_import_does_not_say(tmp_path: Path) -> None:
    text = "imports: [{files: a.yaml, rows: r, column: c, target: t, ids: {field: k, is: id}, unchanged: %s}]"
    rows = {"a.yaml": "r:\n  - {c: email, t: registered, k: id}\n"}
    assert rules(rows, described(tmp_path, text % "true")) == [TYPED]
    assert rules(rows, described(tmp_path, text % "false")) == []


def test_soft_ids_only_and_crosswise_columns_are_found_in_described_files(tmp_path: Path) -> None:
    config = described(tmp_path, ROWS % "{field: k, is: id}")
    soft = {"fields": [{"src": "visitor", "dst": "cookie", "k": "id"}, {"src": "city", "dst": "city"}]}
    crossed = {"fields": [{"src": "first_name", "dst": "registered", "k": "id"}]}
    assert rules({"a.json": json.dumps(soft)}, config) == [SOFT]
    assert rules({"a.json": json.dumps(crossed)}, config) == [CROSSED]


def test_an_unknown_mark_is_no_finding(tmp_path: Path) -> None:
    config = described(tmp_path, ROWS.replace("json", "yaml") % "{field: k, is: id}")
    assert rules({"a.yaml": "fields:\n  - {src: email, dst: email, k: '{{ kind }}'}\n"}, config) == []


def test_a_vocabulary_folder_may_describe_formats_too(tmp_path: Path) -> None:
    folder = tmp_path / "lint" / "vocabulary"
    folder.mkdir(parents=True)
    (folder / "sync.yaml").write_text(ROWS % "{field: k, is: id}", encoding="utf-8")
    config = described(tmp_path, "extend-rules: [lint]")
    text = json.dumps({"fields": [{"src": "email", "dst": "email"}]})
    assert rules({"a.json": text}, config) == [MAPPED]
    (folder / "sync.yaml").write_text("imports: [{rows: r}]", encoding="utf-8")
    with pytest.raises(RuleError, match=r"sync.yaml:1: import 1 lacks column"):
        check_texts({"a.json": text}, config)


WRONG = {
    "- {rows: a, column: b, target: c, ids: {targets: [d]}}": "import 1 needs files or when",
    "- {files: x, column: b, target: c, ids: {targets: [d]}}": "import 1 lacks rows",
    "- {files: x, rows: a, column: b, target: c, ids: {}}": "ids of import 1 must say one thing",
    "- {files: x, rows: a, column: b, target: c, ids: {field: d}}": "ids of import 1 must say one thing",
    "- {files: x, rows: a, column: b, target: c, ids: {field: d, is: e, targets: f}}": "must say one thing",
    "- {files: x, rows: a, column: b, target: c, ids: {targets: d, column: e}}": "must say one thing",
    "- {files: x.csv, rows: a, column: b, target: c, ids: {targets: d}}": "such files are not read; allowed: .json",
    "- {files: [], rows: a, column: b, target: c, ids: {targets: d}}": "files of import 1 is empty",
    "- {files: x, rows: a..b, column: b, target: c, ids: {targets: d}}": "rows of import 1 cannot be 'a..b'",
    "- {files: x, rows: $key, column: b, target: c, ids: {targets: d}}": "rows of import 1 cannot be '$key'",
    "- {files: x, rows: a, column: $kye, target: c, ids: {targets: d}}": "column of import 1 cannot be '$kye'",
    "- {files: x, rows: a, colum: b, target: c, ids: {targets: d}}": 'unknown key "colum" in an import',
    "- {files: x, rows: a, column: b, target: c, ids: {targets: d}, unchanged: maybe}": "must be true or false",
    "- {files: x, rows: a, column: b, target: c, ids: {targets: {}}}": "must be a text, not a mapping",
    "- {name: sync, files: x, rows: a, column: b, target: c, ids: {targets: d}, when: crm}": "when of sync must be",
    "- x": "an import must be a mapping",
}


@pytest.mark.parametrize("item", WRONG)
def test_a_wrong_description_is_told_with_its_line(tmp_path: Path, item: str) -> None:
    with pytest.raises(ConfigError) as caught:
        described(tmp_path, f"fail-on: error\nimports:\n  {item}\n")
    lines = str(caught.value).splitlines()
    assert any(re.search(r"trackaudit\.yaml:3: ", line) and WRONG[item] in line for line in lines), lines


# -------------------------------------------------------------------------------------------------- queries


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("email AS registered", [TYPED]),
        ("LOWER(email) AS registered", []),
        ("lower(trim(email)) registered", []),
        ("TRIM(u.email) AS registered", [TYPED]),
        ("CAST(email AS varchar) AS registered", [TYPED]),
        ("CAST(LOWER(email) AS varchar) AS registered", []),
        ("LOWER(COALESCE(email, '')) AS registered", []),
        ("COALESCE(email, '') AS registered", [TYPED]),
        ("COALESCE(email, other) AS registered", []),
        ("CASE WHEN a THEN email END AS registered", []),
        ("my_normal_form(email) AS registered", []),
        ("first_name AS registered", [CROSSED]),
        ("MD5(email) AS registered", []),
        ("friend_email AS registered", []),
        ('"E-mail" AS "registered"', [TYPED]),
        ("`E-mail` AS registered", [TYPED]),
        ("[E-mail] AS registered", [TYPED]),
        ("email::text AS registered", [TYPED]),
        ("UPPER(email) AS registered", []),
    ],
)
def test_a_column_is_what_the_query_makes_of_it(select: str, expected: list[str]) -> None:
    text = json.dumps(definition(f"SELECT {select}, city FROM users u"))
    assert [rule for rule in rules({"a.json": text}) if rule != "id-of-someone-else"] == expected


QUERIES = {
    "WITH x AS (SELECT email AS m, city FROM users) SELECT m AS registered, city FROM x": True,
    "WITH x AS (SELECT lower(email) AS m, city FROM users) SELECT m AS registered, city FROM x": False,
    "WITH x(m, city) AS (SELECT email, town FROM users) SELECT m AS registered, city FROM x": True,
    "WITH a AS (SELECT email m, city FROM t), b AS (SELECT * FROM a) SELECT LOWER(m) registered, city FROM b": False,
    "SELECT m AS registered, city FROM (SELECT email AS m, city FROM users) AS s": True,
    "SELECT s.m AS registered, s.city FROM (SELECT LOWER(email) AS m, city FROM users) AS s": False,
    "SELECT LOWER(email) AS registered, city FROM a UNION ALL SELECT email, city FROM b": True,
    "SELECT LOWER(email) AS registered, city FROM a UNION ALL SELECT LOWER(email), city FROM b": False,
    "SELECT * FROM users": False,
    "SELECT *, email AS registered FROM users": True,
    "SELECT email AS registered FROM users -- and no city": False,
    "SELECT DISTINCT ON (id) email AS registered, city FROM users ORDER BY id": True,
    "SELECT TOP 10 email AS registered, city FROM users": True,
    "SELECT email AS registered, city FROM `project.set.users`": True,
    "SELECT email AS registered, city FROM users QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY at) = 1": True,
    "SELECT data:email::string AS registered, city FROM events": False,
    "SELECT email AS registered, city FROM {{ ref('users') }} {% if x %} WHERE a {% endif %}": True,
    "/* all */ SELECT email AS registered, city FROM users;": True,
    "select emails from the list, please": False,
}


@pytest.mark.parametrize("query", QUERIES)
def test_queries_of_many_shapes_and_dialects_are_read(query: str) -> None:
    files = {"a.json": json.dumps(definition()), "a.sql": query}
    assert rules(files) == ([TYPED] if QUERIES[query] else [])


def test_a_query_that_nobody_can_read_is_a_notice() -> None:
    result = check_texts({"a.json": json.dumps(definition("SELECT FROM (( WHERE"))})
    assert list(result.findings) == []
    assert [(notice.kind, notice.path, notice.line) for notice in result.notices] == [("syntax-error", "a.json", 1)]


def test_a_property_is_an_identifier_by_what_the_query_makes_it_of() -> None:
    text = json.dumps(definition("SELECT c AS registered, email AS contact FROM t", ("registered",), ("contact",)))
    assert rules({"a.json": text.replace('"to_id": "registered"', '"to_id": "cookie"')}) == [MAPPED]
    both = json.dumps(definition("SELECT LOWER(mail) AS registered, mail AS contact FROM t", columns=("contact",)))
    assert rules({"a.json": both}) == []


def test_a_query_that_gives_other_columns_is_not_this_imports() -> None:
    text = json.dumps(definition("SELECT email AS mail, city FROM users"))
    assert rules({"a.json": text}) == []


def test_a_named_file_is_read_from_beside_the_definition_or_from_the_top() -> None:
    text = json.dumps(definition("../sql/customers.sql"))
    query = "SELECT\n\temail AS registered,\n\tcity\nFROM users"
    assert check({"imports/a.json": text, "sql/customers.sql": query}) == [(TYPED, "sql/customers.sql", 2, 2)]
    assert check({"imports/a.json": text, "other.sql": query}) == []
    outside = json.dumps(definition("../../../etc/customers.sql"))
    assert rules({"imports/a.json": outside, "sql/customers.sql": query}) == []


SQL = '-- čaj\nSELECT\n\tu."Zákazník" AS x,\n\tu.email AS registered,\n\tcity\nFROM users u'
YAML = """\
name: crm
note: "čaj"
source:
{query}
destination: {{customer_destination: {{}}}}
mapping:
  column_mapping:
    id_mappings:
      - {{from_column: registered, to_id: registered}}
    property_mappings: [{{from_column: city, to_column: city}}]
"""


def _block(style: str) -> str:
    return f"  query: {style}\n" + "\n".join(f"    {line}" for line in SQL.replace("\t", "  ").split("\n"))


LAYOUTS = {
    "json, one line": json.dumps(definition(SQL), ensure_ascii=True),
    "json, as it is": json.dumps(definition(SQL), ensure_ascii=False, indent="\t"),
    "yaml, a literal block": YAML.format(query=_block("|")),
    "yaml, a literal block, kept": YAML.format(query=_block("|2+").replace("    ", "      ", 99)),
    "yaml, a folded block": YAML.format(query=_block(">-")).replace("-- čaj\n", "/* čaj */\n"),
    "yaml, double quotes": YAML.format(query="  query: " + json.dumps(SQL, ensure_ascii=False)),
    "yaml, single quotes": YAML.format(
        query="  query: 'SELECT ''čaj'' AS x,\n    u.email AS registered, city\n    FROM users u'"
    ),
    "yaml, plain": YAML.format(query="  query: SELECT u.email AS registered,\n    city FROM users u"),
    "yaml, many documents": "---\na: 1\n---\n" + YAML.format(query=_block("|")) + "---\nb: 2\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_place_in_a_query_is_exact_through_every_layer(layout: str, mark: str, newline: str) -> None:
    path = "a.json" if layout.startswith("json") else "a.yaml"
    text = mark + LAYOUTS[layout].replace("\n", newline)
    assert check({path: text}) == [(TYPED, path, *spot(text, "u.email"))]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_place_in_a_file_of_sql_is_exact(newline: str) -> None:
    query = "\ufeff" + SQL.replace("\n", newline)
    assert check({"a.yml": YAML.format(query="  x: 1"), "a.sql": query}) == [(TYPED, "a.sql", *spot(query, "u.email"))]


def test_the_fix_lower_cases_in_the_query_and_keeps_the_columns_name() -> None:
    def fixed(query: str, ids: str = "registered") -> str:
        files = {"a.json": json.dumps(definition(ids=(ids,))), "a.sql": query}
        return fix_texts(files)[0]["a.sql"]

    assert fixed("SELECT u.email AS registered, city FROM u") == "SELECT LOWER(u.email) AS registered, city FROM u"
    assert fixed("SELECT TRIM(email) registered, city FROM u") == "SELECT TRIM(LOWER(email)) registered, city FROM u"
    assert fixed("SELECT u.email, city FROM u", "email") == "SELECT LOWER(u.email) AS email, city FROM u"
    assert fixed('SELECT city, "email" FROM u', "email") == 'SELECT city, LOWER("email") AS "email" FROM u'
    inside = fix_texts({"a.json": json.dumps(definition(SQL))})[0]["a.json"]
    assert json.loads(inside)["source"]["text"] == SQL.replace("u.email", "LOWER(u.email)")


@pytest.mark.parametrize(
    "text", ["/**/" * 20_000, " " * 90_000, "{{}}" * 2_000, "SELECT " + "(" * 2_000, "with " * 9_000]
)
def test_a_text_that_only_looks_like_a_query_costs_little_and_says_nothing(text: str) -> None:
    assert rules({"a.json": json.dumps(definition(text))}) == []


def test_sql_is_parsed_only_where_a_definition_has_a_query() -> None:
    code = f"""
import sys
from trackaudit.pipeline import check_texts
check_texts({{"a.json": {json.dumps(json.dumps(definition()))}, "b.sql": "SELECT 1", "c.js": "update({{a: 1}})"}})
sys.exit("sqlglot" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.text(st.sampled_from("aá \"'\\#:\n\t{}😀"), max_size=40))
def test_every_character_of_a_json_string_has_its_place(text: str) -> None:
    for ascii_only in (True, False):
        data = json.dumps({"x": text}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        found = places(data, 6, len(data) - 1, text)
        assert found is not None and len(found) == len(text)
        read = [json.loads(b'"' + data[start:end] + b'"', strict=False) for start, end in found]
        assert "".join(read) == text


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_queries(text: str) -> None:
    for query in (text, f"SELECT {text}", f"WITH x AS ({text}) SELECT a FROM x"):
        read = read_query(query)
        assert read is None or all(isinstance(one.known, dict) for one in read)


# ---------------------------------------------------------------------------------------- places, in every layout


MAPPING: dict[str, Any] = {
    "name": "čaj\t😀",
    "destination": {"customer_destination": {}},
    "mapping": {
        "column_mapping": {
            "id_mappings": [{"from_column": "návštěva", "to_id": "cookie"}],
            "property_mappings": [{"note": "č", "from_column": "email", "to_column": "e-mail"}],
        }
    },
}
UPDATE: dict[str, Any] = {
    "customer_ids": {"cookie": "č1"},
    "properties": {"město": "Plzeň", "e-mail": "jo@shop.example"},
}
STORED = {
    "definition": (MAPPING, '"e-mail"', MAPPED),
    "payload": (UPDATE, '"e-mail"', "identifier-in-api-properties"),
    "batch": ({"commands": [{"name": "customers", "data": UPDATE}]}, '"e-mail"', "identifier-in-api-properties"),
    "connector": (
        {"city": "č", "projectToken": "t", "hardID": "registered", "softID": "registered"},
        '"softID"',
        "identifier-in-soft-id",
    ),
}
JSON_LAYOUTS: dict[str, dict[str, Any]] = {
    "one line": {"separators": (",", ":")},
    "escaped": {"ensure_ascii": True},
    "tabs": {"indent": "\t"},
    "spaces": {"indent": 2},
}
HOLDERS: dict[str, Any] = {
    "alone": lambda made: made,
    "body": lambda made: {"body": made},
    "a list": lambda made: [{"other": "č"}, made],
    "deep": lambda made: {"ž": [{"versions": {"1": made}}]},
}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("layout", JSON_LAYOUTS)
@pytest.mark.parametrize("sort", STORED)
def test_a_place_in_stored_json_is_exact_in_every_layout(sort: str, layout: str, holder: str) -> None:
    made, mark, rule = STORED[sort]
    plain = json.dumps(HOLDERS[holder](made), **{"ensure_ascii": False, **JSON_LAYOUTS[layout]})
    for text in (plain, "\ufeff" + plain.replace("\n", "\r\n")):
        assert check({"a.json": text}) == [(rule, "a.json", *spot(text, mark))]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("sort", STORED)
def test_a_place_in_stored_yaml_is_exact_in_every_layout(sort: str, newline: str) -> None:
    import yaml

    made, mark, rule = STORED[sort]
    block = yaml.safe_dump({"ž": [made]}, allow_unicode=True, sort_keys=False)
    flow = f"# č\n---\nx: 1\n---\n- {json.dumps(made, ensure_ascii=False)}\n"
    for text, spelt in ((block, mark.strip('"')), (flow, mark)):
        for whole in (text, "\ufeff" + text):
            whole = whole.replace("\n", newline)
            assert check({"a.yaml": whole}) == [(rule, "a.yaml", *spot(whole, spelt))]


@pytest.mark.parametrize("layout", JSON_LAYOUTS)
@pytest.mark.parametrize("sort", STORED)
def test_json_in_a_string_of_json_is_read_at_its_place(sort: str, layout: str) -> None:
    made, mark, rule = STORED[sort]
    raw = json.dumps(made, **{"ensure_ascii": False, **JSON_LAYOUTS[layout]})
    outer = {"name": "č", "item": [{"request": {"method": "POST", "body": {"mode": "raw", "raw": raw}}}]}
    for text in (json.dumps(outer), json.dumps(outer, ensure_ascii=False, indent="\t").replace("\n", "\r\n")):
        assert check({"shop.postman_collection.json": text}) == [
            (rule, "shop.postman_collection.json", *spot(text, mark.replace('"', '\\"')))
        ]


def test_variables_in_such_a_string_are_values_that_are_named() -> None:
    raw = '{"customer_ids": {"cookie": "{{cookie}}"}, "properties": {"email": "{{customer_email}}", "n": {{count}}}}'
    text = json.dumps({"raw": raw})
    assert rules({"a.json": text}) == ["identifier-in-api-properties"]
    assert rules({"a.json": text.replace("cookie", "registered")}) == []


@pytest.mark.parametrize("style", ["|", ">-", "|2"])
def test_json_in_a_block_of_yaml_is_read_at_its_place(style: str) -> None:
    raw = json.dumps(UPDATE, indent=2, ensure_ascii=False).replace("\n", "\n    ")
    for text in (f"č: 1\nbody: {style}\n    {raw}\nmore: x\n", f"- '{json.dumps(UPDATE, ensure_ascii=False)}'\n"):
        assert check({"a.yml": text}) == [("identifier-in-api-properties", "a.yml", *spot(text, '"e-mail"'))]


@pytest.mark.parametrize(
    "raw",
    ['{"customer_ids": {"cookie": 1}, "properties": {"email": "jo@shop.example"}', "[see customer_ids: below]", "{}"],
)
def test_a_text_that_is_no_json_is_only_a_text(raw: str) -> None:
    result = check_texts({"a.json": json.dumps({"customer_ids": 1, "raw": raw})})
    assert not result.findings
    assert [notice.kind for notice in result.notices if notice.kind != "no-calls"] == []
