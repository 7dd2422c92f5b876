"""Customer exports in (CSV, JSON lines, native_json, Parquet; gzip), the tables `raw` and `sightings` of a DuckDB out.

`sightings` has a row for each value of each profile: `profile` (a number), `place` (hard, soft, property), `name` of
the ID or property, `value` as written, `kind`, and `appeared` (unix seconds, or NULL). An export may already have that
shape (`place`, `name` and `value` among its columns): that is what `trackaudit profiles sql` gives.
"""

from __future__ import annotations

import os
import zlib
from typing import NamedTuple

import duckdb

from trackaudit.errors import InputError
from trackaudit.identity import IDENTIFYING
from trackaudit.profiles.columns import Column, columns_of
from trackaudit.profiles.forms import NOT_UTF8, header_of, parquet, text_of, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.model import IdSchema
    from trackaudit.profiles.broken import Broken
    from trackaudit.profiles.columns import Asked

NO_ROOM = (duckdb.OutOfMemoryException, duckdb.IOException)
"""What the database raises when memory or disk do not do."""
_REJECTED = {
    "INVALID ENCODING": NOT_UTF8,
    "MISSING COLUMNS": "has fewer values than the header has columns",
    "TOO MANY COLUMNS": "has more values than the header has columns",
    "UNQUOTED VALUE": "has a quote that does not end, or text after one",
    "LINE SIZE OVER MAXIMUM": "is longer than 2,000,000 bytes",
}
"""What is wrong with a row, by the database's own word for it."""
_LONG = ("profile", "place", "name", "value")


class Csv(NamedTuple):
    """How CSV is written. delimiter and encoding: "" is found out. separator: of the values in one cell of a soft ID;
    "" where a cell holds one value, None where that is not told."""

    delimiter: str = ""
    encoding: str = ""
    separator: str | None = None


_ANY_CSV = Csv()


class Export(NamedTuple):
    """What was read. columns: their meaning, by file. profiles: rows."""

    columns: dict[str, list[Column]]
    profiles: int


class _Source(NamedTuple):
    """A file as the database reads it. table: a table function or query. names: of the columns, with what the export
    says of each. csv: whether it is CSV."""

    table: str
    names: dict[str, str]
    csv: bool = False


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
    broken: Broken,
    csv: Csv = _ANY_CSV,
) -> Export:
    """Read exports. Raises InputError where a file cannot be read at all, or none of its columns is an ID."""
    meanings: dict[str, list[Column]] = {}
    parts: list[str] = []
    for number, path in enumerate(paths):
        if not os.path.isfile(path):
            raise InputError(f"{path}: " + ("is a folder" if os.path.isdir(path) else "there is no such file"))
        try:
            source = _source(database, path, os.path.join(folder, str(number)), broken, csv)
            if set(_LONG) <= set(source.names):
                meanings[path] = []
                parts.append(_copied_long(database, source.table, number, "appeared" in source.names))
            else:
                meanings[path] = columns_of(source.names, asked, schema)
                parts.extend(_copied(database, source, number, meanings[path], csv.separator))
        except InputError as error:
            raise InputError(f"{path}: {error.problems[0]}", *error.problems[1:]) from None
        except NO_ROOM:
            raise
        except (duckdb.Error, UnicodeError, OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path}: cannot be read: {_reason(error)}") from None
        if source.csv:
            _reject(database, path, broken)
    database.execute(f"CREATE VIEW sightings AS {' UNION ALL '.join(parts)}")
    profiles = 0
    for number, path in enumerate(paths):
        what = "*" if meanings[path] else "DISTINCT profile"
        row = database.execute(f"SELECT count({what}) FROM raw{number}").fetchone()
        profiles += int(row[0]) if row else 0
    if not profiles:
        raise InputError(f"{', '.join(paths)}: there is no profile in it", *broken.first)
    return Export(meanings, profiles)


def _source(database: duckdb.DuckDBPyConnection, path: str, target: str, broken: Broken, csv: Csv) -> _Source:
    if parquet(path):
        table = f"read_parquet({_quoted(path)})"
        described = database.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        return _Source(table, {str(row[0]): "" for row in described})
    text = text_of(path, csv.encoding, f"{target}.txt")
    if text.form == "csv":
        delimiter, header = header_of(text.path, csv.delimiter)
        # Nothing is left to be guessed from a sample: a row is what its header says, or it is broken.
        typed = ", ".join(f"{_quoted(column)}: 'VARCHAR'" for column in header)
        table = (
            f"read_csv({_quoted(text.path)}, columns={{{typed}}}, auto_detect=false, header=true, "
            f"delim={_quoted(delimiter)}, quote='\"', escape='\"', comment='', store_rejects=true, "
            f"compression={_quoted('gzip' if text.packed else 'none')})"
        )
        return _Source(table, dict.fromkeys(header, ""), True)
    names = unpacked(text, path, f"{target}.jsonl", broken)
    if not names:
        raise InputError("no row of it could be read", *broken.first)
    typed = ", ".join(f"c{at}: 'VARCHAR[]'" for at in range(len(names)))
    renamed = ", ".join(f"c{at} AS {_named(column)}" for at, column in enumerate(names))
    reader = f"read_json({_quoted(f'{target}.jsonl')}, format='newline_delimited', columns={{{typed}}})"
    return _Source(f"(SELECT {renamed} FROM {reader})", names)


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0]
    return "its lines end in different ways (CRLF and LF); make them one" if "state machine" in text else text


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


def _copied(
    database: duckdb.DuckDBPyConnection, source: _Source, number: int, columns: Sequence[Column], separator: str | None
) -> list[str]:
    """Copy what matters into a table of its own; the parts of `sightings` that come from it."""
    described = database.execute(f"DESCRIBE SELECT * FROM {source.table}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    cells, odd = [], {}
    for at, column in enumerate(columns):
        cell = _named(column.column)
        if types[column.column].endswith("[]"):
            cell = f"CAST({cell} AS VARCHAR[])"
            cell = f"{cell}[1]" if column.place == "appeared" else cell
        elif column.place == "soft" and source.csv:
            odd[f"o{at}"] = column.column
            cell, unclear = _cells(cell, separator)
            cells.append(f"{unclear} AS o{at}")
        else:
            cell = f"CAST({cell} AS VARCHAR)"
            cell = f"[{cell}]" if column.place == "soft" else cell
        cells.append(f"{cell} AS c{at}")
    database.execute(
        f"CREATE TABLE raw{number} AS SELECT row_number() OVER () * 1000 + {number} AS profile, {', '.join(cells)} "
        f"FROM {source.table}"
    )
    for cell, name in odd.items():
        _clear(database, f"raw{number}", cell, name)
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


def _cells(cell: str, separator: str | None) -> tuple[str, str]:
    """The values in a cell of a soft ID, and the cell itself where it is not clear which values those are."""
    listed = f"TRY(from_json({cell}, '[\"VARCHAR\"]'))"
    one = f"[{cell}]" if not separator else f"string_split({cell}, {_quoted(separator)})"
    values = f"CASE WHEN {cell} LIKE '[%' THEN coalesce({listed}, {one}) WHEN {cell} <> '' THEN {one} END"
    # How an export writes several values in one cell is not documented; the cookies of the SDK have none of these.
    several = f"regexp_matches({cell}, '[,;|]')"
    unclear = f"CASE WHEN CASE WHEN {cell} LIKE '[%' THEN {listed} IS NULL ELSE {several} END THEN {cell} END"
    return values, unclear if separator is None else "CAST(NULL AS VARCHAR)"


def _clear(database: duckdb.DuckDBPyConnection, table: str, cell: str, name: str) -> None:
    row = database.execute(f"SELECT count({cell}), min({cell}) FROM {table}").fetchone()
    if row and row[0]:
        raise InputError(
            f"cells of `{name}` may hold several values: {row[0]:,} do, e.g. {str(row[1])[:60]}",
            "Say what stands between them, e.g. --list-separator ';', or --list-separator '' if each is one value; "
            "native_json leaves no doubt",
        )


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


def _reject(database: duckdb.DuckDBPyConnection, path: str, broken: Broken) -> None:
    """Set aside the rows of a CSV that the database could not read."""
    database.execute(
        "SELECT DISTINCT ON (line) line, error_type, error_message, csv_line FROM reject_errors ORDER BY line"
    )
    while rows := database.fetchmany(1_000):
        for line, sort, why, text in rows:
            reason = _REJECTED.get(str(sort), str(why).splitlines()[0])
            broken.add(path, reason, str(text or ""), line=int(line))
    database.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
