"""What `profiles` reads: exports of every form and fault in, the same plan or clear words out."""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("duckdb", reason="needs trackaudit[profiles]")

import duckdb
import sqlglot
from splitting import MIXED, commands, lines, run

from trackaudit.cli import main
from trackaudit.profiles import queries
from trackaudit.profiles.broken import Broken
from trackaudit.profiles.columns import Asked
from trackaudit.profiles.export import connect, read

if TYPE_CHECKING:
    from pathlib import Path

# ------------------------------------------------------------------------------------------------------- exports

PLAIN = [("Jo@example.com", ["c1"], "jo@example.com"), (None, ["c2", "c3"], "jo@example.com")]


def exports(folder: Path) -> dict[str, Path]:
    """The same two profiles in every form."""
    comma = 'registered,cookie,email\n"Jo@example.com","[""c1""]",jo@example.com\n,"[""c2"", ""c3""]",jo@example.com\n'
    flat = [dict(zip(("registered", "cookie", "email"), row, strict=True)) for row in PLAIN]
    nested = [{"ids": {"registered": a, "cookie": b}, "properties": {"email": c}, "events": []} for a, b, c in PLAIN]
    fields = [{"type": "id", "id": "registered"}, {"type": "id", "id": "cookie"}]
    native = {"success": True, "fields": [*fields, {"type": "property", "property": "email"}], "data": PLAIN}
    texts: dict[str, str | bytes] = {
        "comma.csv": comma,
        "tab.csv": comma.replace(",", "\t").replace('"\t ""', '", ""'),
        "packed.csv.gz": gzip.compress(comma.encode()),
        "flat.jsonl": "".join(json.dumps(row) + "\n" for row in flat),
        "nested.jsonl": "".join(json.dumps(row) + "\n" for row in nested),
        "native.json": json.dumps(native, indent=2),
        "native-one-line.json.gz": gzip.compress(json.dumps(native).encode()),
    }
    texts["tab.csv"] = 'registered\tcookie\temail\nJo@example.com\tc1\tjo@example.com\n\t["c2","c3"]\tjo@example.com\n'
    for name, text in texts.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    rows = ", ".join(f"('{a or ''}', {b}, '{c}')" for a, b, c in PLAIN)
    table = f"SELECT * FROM (VALUES {rows}) t(registered, cookie, email)"
    duckdb.execute(f"COPY ({table}) TO '{folder / 'a.parquet'}' (FORMAT parquet)")
    return {name: folder / name for name in [*texts, "a.parquet"]}


def test_every_form_of_an_export_gives_the_same_plan(tmp_path: Path) -> None:
    for name, path in exports(tmp_path).items():
        assert main(["profiles", "plan", str(path), "-o", str(tmp_path / "plan.jsonl")]) == 0, name
        found = [one["customer_ids"] for one in commands(tmp_path)]
        assert found == [{"registered": "Jo@example.com", "cookie": "c2"}], name


def test_what_a_warehouse_hands_over_gives_the_same_plan(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(MIXED)
    assert run(tmp_path, MIXED) == 0
    whole = (tmp_path / "plan.jsonl").read_bytes()
    database = connect(str(tmp_path), "500MB")
    read(database, [str(tmp_path / "export.csv")], Asked({}, {}, {}), None, str(tmp_path), Broken(io.StringIO()))
    extract = queries.sql(queries.extract(queries.sightings()), "duckdb")
    database.execute(f"COPY ({extract}) TO '{tmp_path / 'extract.csv'}' (HEADER)")
    database.close()
    assert main(["profiles", "plan", str(tmp_path / "extract.csv"), "-o", str(tmp_path / "plan.jsonl")]) == 0
    assert (tmp_path / "plan.jsonl").read_bytes() == whole


SIGHTED = [
    (1, "hard", "registered", "Jo@example.com", "email", None),
    (1, "soft", "cookie", "c1", "", None),
    (2, "property", "email", " JO@example.com", "email", 5.0),
    (2, "soft", "cookie", "c2", "", 5.0),
    (3, "property", "phone", "00 420-17", "phone", None),
    (4, "property", "phone", "+420 17", "phone", None),
    (5, "soft", "cookie", "x@example.com", "", None),
    (6, "property", "email", "X@example.com", "email", None),
    (7, "property", "email", "alone@example.com", "email", None),
    (8, "property", "email", " ", "email", None),
    (9, "property", "email", "", "email", None),
    (10, "property", "phone", "-", "phone", None),
    (11, "property", "phone", "()", "phone", None),
    (12, "property", "name", "Jo", "", None),
    (13, "property", "email", None, "email", None),
]


@pytest.mark.parametrize("dialect", queries.DIALECTS)
def test_the_query_for_a_warehouse_is_sql_of_its_dialect_and_selects_who_shares(
    dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profiles", "sql", "--dialect", dialect]) == 0
    text = capsys.readouterr().out
    tree = sqlglot.parse_one(text, dialect=dialect)
    assert {table.name.lower() for table in tree.find_all(sqlglot.exp.Table)} >= {"sightings"}
    assert sqlglot.parse_one(tree.sql(dialect), dialect=dialect) == tree
    # No engine of the warehouses is at hand: what their text means is run here, translated back by its reader.
    database = duckdb.connect()
    database.execute(
        "CREATE TABLE sightings (profile BIGINT, place TEXT, name TEXT, value TEXT, kind TEXT, appeared DOUBLE)"
    )
    database.executemany("INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?)", SIGHTED)
    (back,) = sqlglot.transpile(text, read=dialect, write="duckdb")
    assert database.execute(back).fetchall() == [row for row in SIGHTED if row[0] <= 6]
    database.close()


def test_bigquery_gets_its_own_functions_and_quotes() -> None:
    text = queries.sql(queries.extract(queries.sightings()), "bigquery")
    assert "FROM `sightings`" in text
    assert "REGEXP_REPLACE" in text


# ------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("name,city\nJo,Brno\n", [], "no column of the export is an ID"),
        ("registered,cookie\na@x.com,c\n", ["--hard", "email_id"], "has no column `email_id`"),
        ("", [], "is empty"),
        ("registered,cookie\n", [], "there is no profile in it"),
        ("registered,cookie,email\na@x.com,c,e\nb@x.com,c2\n", [], "rows could not be read: 1 "),
        (b"registered,cookie,email\na@x.com,c,e\n\xe9@x.com,c2,f\nb@x.com,c3,g\n", [], "rows could not be read: 1 "),
        ('{"registered": "a@x.com"}\n{"registered": \n', [], "rows could not be read: 1 "),
        (
            '{"fields": [{"type": "id", "id": "registered"}], "data": [["a@x.com"], [',
            [],
            "is no whole native_json export: after row 1 of `data`: parse error",
        ),
        ("registered,cookie\n17,c\n18,c2\n", [], "should hold e-mail addresses, but 2 of its 2 values are none"),
        ("registered,ids.registered,cookie\na,b,c\n", [], "two columns are the ID `registered`"),
        ("cookie,email\nc1,a@x.com\nc2,a@x.com\n", [], "no hard ID of the export"),
        ("registered,registered,cookie\na@x.com,b@x.com,c1\n", [], "`registered` may be there twice"),
        ('[{"registered": "a@x.com"}]', [], "is a JSON array"),
        (MIXED, ["--memory", "much"], "--memory cannot be `much`"),
        (MIXED, ["--held", "nowhere/held.jsonl"], "there is no such folder"),
        (MIXED, ["--encoding", "klingon"], "--encoding cannot be `klingon`"),
    ],
)
def test_what_cannot_be_planned_ends_with_two_and_clear_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, options: list[str], said: str
) -> None:
    assert run(tmp_path, text, *options) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "plan.jsonl").exists()


def test_broken_rows_are_set_aside_with_their_lines(tmp_path: Path) -> None:
    text = "registered,cookie,email\na@x.com,c1,\n,c2,a@x.com\nb@x.com,c3\n"
    assert run(tmp_path, text, "--without-broken") == 0
    (row,) = lines(tmp_path / "plan-broken.jsonl")
    assert (row["line"], row["text"]) == (4, "b@x.com,c3")
    assert len(commands(tmp_path)) == 1


def test_without_the_extra_the_error_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("trackaudit.profiles")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert run(tmp_path, MIXED) == 2
    assert "pip install 'trackaudit[profiles]'" in capsys.readouterr().err


def test_the_configuration_and_the_options_tell_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trackaudit.yaml").write_text("identifiers: {email_id: {type: hard, holds: email}}\n")
    text = "email_id,visitor,Kontakt\na@x.com,c1,\n,c2,A@x.com\n"
    assert run(tmp_path, text, "--soft", "visitor=cookie", "--property", "Kontakt=email") == 0
    (call,) = commands(tmp_path)
    assert call["customer_ids"] == {"email_id": "a@x.com", "cookie": "c2"}
    assert call["properties"] == {"Kontakt": "a@x.com"}


# ------------------------------------------------------------------------------------------------ encodings and cells

LATIN = "registered,cookie,Jméno,email\na@x.com,c1,Žofie,\n,c2,Zdeněk,a@x.com\n"


@pytest.mark.parametrize(
    ("encoding", "options"),
    [
        *(("utf-8", []), ("utf-8-sig", []), ("utf-16", []), ("utf-32", []), ("cp1250", ["--encoding", "cp1250"])),
        *(("utf-16-be", ["--encoding", "utf-16-be"]), ("iso8859-2", ["--encoding", "latin2"])),
    ],
)
def test_text_of_any_encoding_is_read_and_utf_16_needs_no_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, options: list[str]
) -> None:
    assert run(tmp_path, LATIN.encode(encoding), *options, "--property", "Jméno=email") == 0
    assert "Jméno is property" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_packed_text_is_read_whatever_its_name(tmp_path: Path, encoding: str) -> None:
    assert run(tmp_path, gzip.compress(LATIN.encode(encoding))) == 0
    assert len(commands(tmp_path)) == 1


def test_json_of_utf_16_is_read_as_well(tmp_path: Path) -> None:
    for name, path in exports(tmp_path).items():
        if name in ("flat.jsonl", "native.json"):
            data = path.read_text(encoding="utf-8").encode("utf-16")
            assert run(tmp_path, data, name=f"wide-{name}") == 0
            assert len(commands(tmp_path)) == 1


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (LATIN.encode("utf-16-le"), [], "--encoding utf-16-le"),
        (LATIN.encode("utf-16")[:-1], [], "cannot be read as utf-16"),
        (
            LATIN.encode() + "x@x.com,Žižka,,\n".encode("cp1250"),
            [],
            ":4: is not UTF-8; if the whole file is in another",
        ),
        (LATIN.encode("cp1250") + b"x@x.com,\x81,,\n", ["--encoding", "cp1250"], ":4: is not UTF-8"),
        (b'{"registered": "a@x.com"}\n{"registered": "\xe9@x.com"}\n', [], ":2: is not UTF-8"),
        (b"registered,cookie\r\na@x.com,c1\r\nb@x.com,c2\n", [], "its lines end in different ways"),
        (b"\n\nregistered,cookie\na@x.com,c1\n", [], "has an empty first line"),
        (b'{"fields": [], "data": []}', [], "it has no `fields`"),
        (MIXED.encode(), ["--delimiter", ";;"], "--delimiter cannot be `;;`"),
        (gzip.compress(MIXED.encode())[:-20], [], "cannot be read"),
        (b"PAR1 and no more", [], "cannot be read"),
        (b"registered,cookie\na@x.com,c1;c2\n", [], "cells of `cookie` may hold several values: 1 do, e.g. c1;c2"),
        (b"registered;cookie\na@x.com;['c1', 'c2']\n", [], "e.g. ['c1', 'c2']"),
    ],
)
def test_what_is_not_clear_is_asked_about_and_never_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, options: list[str], said: str
) -> None:
    assert run(tmp_path, data, *options) == 2
    assert said in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= {
        *("export.csv", "plan-broken.jsonl"), *(() if said else ("plan.jsonl", "plan-held.jsonl"))
    }  # fmt: skip


def test_a_damaged_gzip_is_no_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"u{n}@x.com,c{n * 7919 % 10_007}\n" for n in range(20_000))
    packed = bytearray(gzip.compress(f"registered,cookie\n{rows}".encode()))
    packed[len(packed) // 2] ^= 0xFF
    for data in (bytes(packed), bytes(packed)[: len(packed) // 3]):
        assert run(tmp_path, data, "--without-broken") == 2
        assert "export.csv: cannot be read" in capsys.readouterr().err
        assert not (tmp_path / "plan.jsonl").exists()


@pytest.mark.parametrize(
    "options",
    [
        *(["plan", "-o", "export.csv"], ["plan", "-o", "x", "--held", "x"], ["plan", "-o", "x", "--broken", "x"]),
        *(["diagnose", "--groups", "export.csv"], ["diagnose", "--broken", "export.csv"]),
    ],
)
def test_nothing_is_written_over_an_export_or_over_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text(MIXED)
    command, *rest = options
    assert main(["profiles", command, "export.csv", *rest]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]
    assert (tmp_path / "export.csv").read_text() == MIXED


def test_a_database_without_room_ends_with_two_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"u{n}@x.com,c{n},\n,d{n},u{n}@x.com\n" for n in range(50_000))
    assert run(tmp_path, f"registered,cookie,email\n{rows}", "--memory", "2MB") == 2
    assert "--memory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


@pytest.mark.parametrize(("told", "cookies"), [(";", ["c2", "c3"]), ("", ["c2;c3"])])
def test_the_separator_of_a_list_is_told(tmp_path: Path, told: str, cookies: list[str]) -> None:
    text = 'registered,cookie,email\na@x.com,c1,\n,c2;c3,a@x.com\n,"[""c4""]",a@x.com\n'
    assert run(tmp_path, text, "--list-separator", told) == 0
    assert {one["customer_ids"]["cookie"] for one in commands(tmp_path)} == {cookies[0], "c4"}


def test_nothing_in_a_row_is_taken_for_a_comment_or_a_second_header(tmp_path: Path) -> None:
    text = 'registered,cookie,"e\nmail"\n#a@x.com,c1,\n,c2,#A@x.com\n'
    assert run(tmp_path, text, "--property", "e\nmail=email") == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"registered": "#a@x.com", "cookie": "c2"}]


# --------------------------------------------------------------------------------------------------------- native_json


def native(rows: list[object], *more: dict[str, str]) -> str:
    fields = [{"type": "id", "id": "registered"}, {"type": "id", "id": "visitor"}, *more]
    return json.dumps({"fields": [*fields, {"type": "property", "property": "email"}], "data": rows})


def test_an_id_is_soft_wherever_in_the_file_its_first_list_is(tmp_path: Path) -> None:
    rows: list[object] = [[f"u{n}@x.com", None, None] for n in range(3_000)]
    assert run(tmp_path, native([*rows, [None, ["v1"], "U7@x.com"]])) == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"registered": "u7@x.com", "visitor": "v1"}]


def test_broken_rows_of_native_json_are_told_by_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[object] = [["a@x.com", ["v1"], None], [1], {"registered": "b@x.com"}, [None, ["v2"], "a@x.com"]]
    assert run(tmp_path, native(rows), "--without-broken") == 0
    assert [row["row"] for row in lines(tmp_path / "plan-broken.jsonl")] == [2, 3]
    assert "row 2 of `data`: has not 3 values" in capsys.readouterr().err
    assert len(commands(tmp_path)) == 1
    assert run(tmp_path, native(rows)[:-12]) == 2
    assert "no whole native_json export: after row 3 of `data`" in capsys.readouterr().err


def test_an_id_and_a_property_of_one_name_are_two_columns(tmp_path: Path) -> None:
    more = {"type": "id", "id": "email"}
    text = native([["a@x.com", ["v1"], None, "a@x.com"], [None, ["v2"], None, "A@x.com"]], more)
    assert run(tmp_path, text, "--hard-id", "registered") == 0
    assert [one["customer_ids"] for one in commands(tmp_path)] == [{"registered": "a@x.com", "visitor": "v2"}]
    assert run(tmp_path, native([["a@x.com", ["v1"], 1, 2]], {"type": "property", "property": "email"})) == 2
