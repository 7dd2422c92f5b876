"""Customer exports in (CSV, JSON lines, native_json, Parquet; gzip), the tables `raw` and `sightings` of a DuckDB out.

`sightings` has a row for each value of each profile: `profile` (a number), `place` (hard, soft, property), `name` of
the ID or property, `value` as written, `kind`, and `appeared` (unix seconds, or NULL). An export may already have that
shape (`place`, `name` and `value` among its columns): that is what `trackaudit profiles sql` gives.
"""

from __future__ import annotations

import gzip
import json
import os
from typing import IO, NamedTuple

import duckdb
import ijson

from trackaudit.errors import InputError
from trackaudit.identity import IDENTIFYING
from trackaudit.profiles.columns import Column, columns_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from trackaudit.model import IdSchema
    from trackaudit.profiles.columns import Asked

_SAMPLE = 1_000
_LONG = ("profile", "place", "name", "value")


class Broken(NamedTuple):
    """A row that could not be read. line: from 1; 0 where it is not known."""

    path: str
    line: int
    why: str
    text: str


class Export(NamedTuple):
    """What was read. columns: their meaning, by file. profiles: rows. broken: rows that were set aside."""

    columns: dict[str, list[Column]]
    profiles: int
    broken: list[Broken]


def connect(folder: str, memory: str) -> duckdb.DuckDBPyConnection:
    """A database in `folder` that keeps to `memory` ("1GB") and puts the rest onto the disk. Raises InputError."""
    database = duckdb.connect(os.path.join(folder, "profiles.duckdb"))
    try:
        database.execute(f"SET memory_limit={_quoted(memory)}")
    except duckdb.Error:
        database.close()
        raise InputError(f"--memory cannot be `{memory}`; say e.g. 1GB or 500MB") from None
    database.execute(f"SET temp_directory={_quoted(os.path.join(folder, 'spill'))}")
    database.execute("SET threads=2; SET preserve_insertion_order=false")
    database.execute("SET autoinstall_known_extensions=false")  # this tool never goes to the network
    return database


def read(
    database: duckdb.DuckDBPyConnection,
    paths: Sequence[str],
    asked: Asked,
    schema: IdSchema | None,
    folder: str,
    delimiter: str = "",
    encoding: str = "utf-8",
) -> Export:
    """Read exports. Raises InputError where a file cannot be read at all, or none of its columns is an ID."""
    meanings: dict[str, list[Column]] = {}
    broken: list[Broken] = []
    parts: list[str] = []
    for number, path in enumerate(paths):
        if not os.path.isfile(path):
            raise InputError(f"{path}: there is no such file")
        try:
            form = _form(path)
            if form in ("lines", "native"):
                source, names = _unpacked(path, form, os.path.join(folder, f"{number}.jsonl"), broken)
            elif form == "parquet":
                source, names = f"read_parquet({_quoted(path)})", {}
            else:
                more = f", delim={_quoted(delimiter)}" if delimiter else ""
                source = (
                    f"read_csv({_quoted(path)}, all_varchar=true, header=true, quote='\"', escape='\"', "
                    f"store_rejects=true, encoding={_quoted(encoding)}{more})"
                )
                names = {}
            if not names:
                described = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
                names = {str(row[0]): "" for row in described}
            if set(_LONG) <= set(names):
                meanings[path] = []
                parts.append(_copied_long(database, source, number, "appeared" in names))
            else:
                meanings[path] = columns_of(names, asked, schema)
                parts.extend(_copied(database, source, number, meanings[path], form))
        except InputError as error:
            raise InputError(*(f"{path}: {problem}" for problem in error.problems)) from None
        except (duckdb.Error, UnicodeError, OSError, EOFError) as error:
            raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
        if form == "csv":
            broken.extend(_rejected(database, path))
    database.execute(f"CREATE VIEW sightings AS {' UNION ALL '.join(parts)}")
    profiles = 0
    for number, path in enumerate(paths):
        what = "*" if meanings[path] else "DISTINCT profile"
        row = database.execute(f"SELECT count({what}) FROM raw{number}").fetchone()
        profiles += int(row[0]) if row else 0
    if not profiles:
        raise InputError(f"{', '.join(paths)}: there is no profile in it")
    return Export(meanings, profiles, broken)


def ids_of(database: duckdb.DuckDBPyConnection, export: Export) -> list[tuple[str, str, str]]:
    """What the columns are, in their order: (place, name, kind)."""
    found: dict[tuple[str, str, str], None] = {}
    for columns in export.columns.values():
        found.update(dict.fromkeys((column.place, column.name, column.kind) for column in columns))
    if not all(export.columns.values()):  # an export in the shape of `sightings` tells it row by row
        rows = database.execute("SELECT DISTINCT place, name, kind FROM sightings ORDER BY ALL").fetchall()
        found.update(dict.fromkeys((str(place), str(name), str(kind)) for place, name, kind in rows))
    return list(found)


def hard_share(database: duckdb.DuckDBPyConnection, name: str) -> tuple[int, int]:
    """How many values the hard ID has, and how many of them have an @."""
    row = database.execute(
        "SELECT count(*), count(*) FILTER (value LIKE '%@%') FROM sightings "
        "WHERE place = 'hard' AND name = ? AND trim(value) <> ''",
        [name],
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _form(path: str) -> str:
    """What a file is by its first character: csv, lines, native or parquet."""
    with _open(path) as file:
        head = file.read(1 << 16)
    if head.startswith(b"PAR1"):
        return "parquet"
    if not head.strip():
        raise InputError("is empty")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise InputError("is a JSON array; write it as JSON lines, e.g. with `jq -c '.[]'`")
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "csv"
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
    try:
        record = json.loads(first)
    except ValueError:
        return "native" if b'"fields"' in head or b'"data"' in head else "lines"
    return "native" if {"fields", "data"} <= set(record) else "lines"


def _open(path: str) -> IO[bytes]:
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else open(path, "rb")  # type: ignore[return-value]


def _unpacked(path: str, form: str, target: str, broken: list[Broken]) -> tuple[str, dict[str, str]]:
    """JSON as lines of one shape, `{column: [text, …]}`; the table function that reads them, and the columns."""
    names = _fields(path) if form == "native" else _keys(path)
    places = {column: at for at, column in enumerate(names)}
    with open(target, "w", encoding="utf-8") as out:
        for record in _rows(path, list(names), broken) if form == "native" else _lines(path, broken):
            row = {f"c{places[key]}": _texts(value) for key, value in record.items() if key in places}
            out.write(json.dumps(row) + "\n")
    typed = ", ".join(f"c{at}: 'VARCHAR[]'" for at in places.values())
    renamed = ", ".join(f"c{at} AS {_named(column)}" for column, at in places.items())
    reader = f"read_json({_quoted(target)}, format='newline_delimited', columns={{{typed}}})"
    return f"(SELECT {renamed} FROM {reader})", names


def _lines(path: str, broken: list[Broken]) -> Iterator[dict[str, Any]]:
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                broken.append(Broken(path, number, str(error), line.decode("utf-8", "backslashreplace").rstrip()))
                continue
            if not isinstance(record, dict):
                broken.append(Broken(path, number, "is no object", line.decode("utf-8", "backslashreplace").rstrip()))
                continue
            yield _flat(record)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A profile as one level: what `export-one` nests in `ids` and `properties` gets those as its prefix."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if key in ("ids", "customer_ids", "properties") and isinstance(value, dict):
            flat.update({f"{key}.{inner}": one for inner, one in value.items()})
        else:
            flat[key] = value
    return flat


def _keys(path: str) -> dict[str, str]:
    """The columns of JSON lines with what their nesting says; of all lines, for an ID may first be in the last one."""
    keys: dict[str, str] = {}
    for record in _lines(path, []):
        for key, value in record.items():
            ids = key.startswith(("ids.", "customer_ids."))
            said = ("soft" if isinstance(value, list) else "hard") if ids else ""
            keys[key] = "property" if key.startswith("properties.") else said if said != "hard" else keys.get(key, said)
    return keys


def _fields(path: str) -> dict[str, str]:
    """The columns of native_json: an ID whose first value is a list is soft."""
    try:
        with _open(path) as file:
            fields = list(ijson.items(file, "fields.item"))
        with _open(path) as file:
            first: list[Any] = [None] * len(fields)
            for number, row in enumerate(ijson.items(file, "data.item")):
                if number == _SAMPLE:
                    break
                first = [old if old else new for old, new in zip(first, row, strict=False)]
        # NOTE: an ID of which the sample has no value is taken as hard: that can hold a group, never merge one.
        return {
            str(field.get("id", field.get("property"))): ("soft" if isinstance(value, list) else "hard")
            if field.get("type") == "id"
            else "property"
            for field, value in zip(fields, first, strict=True)
        }
    except (ijson.JSONError, AttributeError, TypeError) as error:
        raise InputError(f"is no whole native_json export: {str(error).splitlines()[0]}") from None


def _rows(path: str, names: list[str], broken: list[Broken]) -> Iterator[dict[str, Any]]:
    try:
        with _open(path) as file:
            for row in ijson.items(file, "data.item"):
                if not isinstance(row, list) or len(row) != len(names):
                    broken.append(Broken(path, 0, f"has not {len(names)} values", json.dumps(row, default=str)))
                    continue
                yield dict(zip(names, row, strict=True))
    except ijson.JSONError as error:
        raise InputError(f"is no whole native_json export: {str(error).splitlines()[0]}") from None


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if value is None or isinstance(value, dict):
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value)]


def _copied(
    database: duckdb.DuckDBPyConnection, source: str, number: int, columns: Sequence[Column], form: str
) -> list[str]:
    """Copy what matters into a table of its own; the parts of `sightings` that come from it."""
    types = dict((str(row[0]), str(row[1])) for row in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall())
    cells = []
    for at, column in enumerate(columns):
        cell = _named(column.column)
        if types[column.column].endswith("[]"):
            cell = f"CAST({cell} AS VARCHAR[])"
            cell = f"{cell}[1]" if column.place == "appeared" else cell
        elif column.place == "soft" and form == "csv":
            # A list is written as JSON; one that is not whole reaches nobody.
            whole = f"coalesce(TRY(from_json({cell}, '[\"VARCHAR\"]')), [])"
            cell = f"CASE WHEN {cell} LIKE '[%' THEN {whole} WHEN {cell} <> '' THEN [{cell}] END"
        else:
            cell = f"CAST({cell} AS VARCHAR)"
            cell = f"[{cell}]" if column.place == "soft" else cell
        cells.append(f"{cell} AS c{at}")
    database.execute(
        f"CREATE TABLE raw{number} AS SELECT row_number() OVER () * 1000 + {number} AS profile, {', '.join(cells)} "
        f"FROM {source}"
    )
    moment = next((f"c{at}" for at, column in enumerate(columns) if column.place == "appeared"), "")
    seconds = _seconds(f"coalesce(TRY_CAST({moment} AS DOUBLE), epoch(TRY_CAST({moment} AS TIMESTAMP)))")
    seconds = seconds if moment else "CAST(NULL AS DOUBLE)"
    many = [column.place == "soft" or types[column.column].endswith("[]") for column in columns]
    return [
        f"SELECT profile, {_quoted(column.place)} AS place, {_quoted(column.name)} AS name, "
        f"{f'unnest(c{at})' if many[at] else f'c{at}'} AS value, {_quoted(column.kind)} AS kind, "
        f"{seconds} AS appeared FROM raw{number}" + ("" if many[at] else f" WHERE c{at} IS NOT NULL")
        for at, column in enumerate(columns)
        if column.place != "appeared"
    ]


def _copied_long(database: duckdb.DuckDBPyConnection, source: str, number: int, dated: bool) -> str:
    """An export that has the shape of `sightings` already."""
    appeared = _seconds("TRY_CAST(appeared AS DOUBLE)") if dated else "CAST(NULL AS DOUBLE)"
    database.execute(
        f"CREATE TABLE raw{number} AS SELECT dense_rank() OVER (ORDER BY profile) * 1000 + {number} AS profile, "
        f"lower(place) AS place, name, CAST(value AS VARCHAR) AS value, coalesce(kind, '') AS kind, "
        f"{appeared} AS appeared FROM {source}"
    )
    kinds = ", ".join(_quoted(kind) for kind in ("", *IDENTIFYING))
    wrong = database.execute(
        f"SELECT count(*) FROM raw{number} WHERE place NOT IN ('hard', 'soft', 'property') OR kind NOT IN ({kinds})"
    ).fetchone()
    if wrong and wrong[0]:
        raise InputError(f"{wrong[0]} rows have a `place` or `kind` that is not known")
    return f"SELECT profile, place, name, value, kind, appeared FROM raw{number} WHERE value IS NOT NULL"


def _seconds(number: str) -> str:
    """A moment in seconds from one in seconds or milliseconds: as a time in the future it would overwrite all."""
    return f"CASE WHEN abs({number}) > 1e11 THEN {number} / 1000 ELSE {number} END"


def _rejected(database: duckdb.DuckDBPyConnection, path: str) -> list[Broken]:
    rows = database.execute("SELECT DISTINCT ON (line) line, error_message, csv_line FROM reject_errors ORDER BY line")
    found = [Broken(path, int(line), str(why).splitlines()[0], str(text or "")) for line, why, text in rows.fetchall()]
    database.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
