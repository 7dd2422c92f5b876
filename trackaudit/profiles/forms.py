"""What form an export file has: a path in, UTF-8 text or lines of one shape out, which the database can read.

CSV stays as it is, unless it is in another encoding. JSON lines and native_json become lines of `{column: [text, …]}`,
whatever their nesting.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import re
from io import TextIOWrapper
from typing import IO, NamedTuple

import ijson

from trackaudit.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from trackaudit.profiles.broken import Broken

_HEAD = 1 << 16
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
"""What a file of an encoding begins with; the longer ones first."""
_DELIMITERS = ",;\t|"
NOT_UTF8 = "is not UTF-8; if the whole file is in another encoding, name it, e.g. --encoding cp1250"


class Text(NamedTuple):
    """A file of text. path: of the same in UTF-8. form: csv, lines or native. packed: by gzip."""

    path: str
    form: str
    packed: bool


def parquet(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"PAR1"


def text_of(path: str, encoding: str, target: str) -> Text:
    """What a file is by its first character; in UTF-8, at `target` if it was not. encoding: "" is found out by the
    mark that UTF-16 begins with. Raises InputError."""
    head, packed = _head(path)
    encoding = _encoding(head, encoding)
    if encoding != "utf-8":
        path = _recoded(path, encoding, target)
        head, packed = _head(path)
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not head:
        raise InputError("is empty")
    if head.startswith(b"["):
        raise InputError("is a JSON array; write it as JSON lines, e.g. with `jq -c '.[]'`")
    if not head.startswith(b"{"):
        if packed:
            _unbroken(path)
        return Text(path, "csv", packed)
    try:
        native = {"fields", "data"} <= set(json.loads(head.partition(b"\n")[0]))
    except ValueError:
        native = b'"fields"' in head or b'"data"' in head
    return Text(path, "native" if native else "lines", packed)


def _head(path: str) -> tuple[bytes, bool]:
    """The first bytes of the text, and whether it is packed."""
    with _open(path) as file:
        return file.read(_HEAD), isinstance(file, gzip.GzipFile)


def _unbroken(path: str) -> None:
    """Unpack a file to its end: the database reads a damaged one without a word. Raises EOFError, OSError or
    zlib.error."""
    with _open(path) as file:
        while file.read(1 << 20):
            pass


def _encoding(head: bytes, told: str) -> str:
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    try:
        encoding = codecs.lookup(told or marked or "utf-8").name
    except LookupError:
        raise InputError(f"--encoding cannot be `{told}`; say e.g. utf-8, utf-16 or cp1250") from None
    if b"\0" in head and encoding == "utf-8":
        raise InputError(
            "has zero bytes, so it is no UTF-8; if it is UTF-16 without a mark: --encoding utf-16-le (or -be)"
        )
    return "utf-8" if encoding in ("ascii", "utf-8-sig") else encoding


def _recoded(path: str, encoding: str, target: str) -> str:
    """The text in UTF-8. Bytes that mean nothing stay as they are, so that their rows are set aside as broken."""
    try:
        with (
            _open(path) as packed,
            TextIOWrapper(packed, encoding, "surrogateescape", newline="") as file,
            open(target, "w", encoding="utf-8", errors="surrogateescape", newline="") as out,
        ):
            while text := file.read(_HEAD):
                out.write(text)
    except (UnicodeError, LookupError) as error:
        raise InputError(f"cannot be read as {encoding}: {error}") from None
    return target


def _open(path: str) -> IO[bytes]:
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else open(path, "rb")  # type: ignore[return-value]


# -------------------------------------------------------------------------------------------------------- CSV


def header_of(path: str, delimiter: str) -> tuple[str, list[str]]:
    """The delimiter of a CSV, the one that its header has the most of, and its columns. Columns of one name are told
    apart by `_1`, `_2`; those without a name are called `column3`."""
    with _open(path) as packed, TextIOWrapper(packed, "utf-8-sig", "replace", newline="") as file:
        first = file.readline(_HEAD)
        while first.count('"') % 2 and len(first) < _HEAD and (more := file.readline(_HEAD)):
            first += more  # a name with a line end in it
    if not first.strip():
        raise InputError("has an empty first line; it should name the columns")
    bare = re.sub('"[^"]*"', "", first)
    delimiter = delimiter or max(_DELIMITERS, key=bare.count)
    if len(delimiter) != 1:
        raise InputError(f"--delimiter cannot be `{delimiter}`; it is one character")
    columns: list[str] = []
    for at, name in enumerate(next(csv.reader([first], delimiter=delimiter), [])):
        name = name.strip() or f"column{at}"
        same = sum(one == name for one in columns)
        while name in columns:
            name = f"{name}_{same}"
        columns.append(name)
    return delimiter, columns


# ------------------------------------------------------------------------------------------------------- JSON


def unpacked(source: Text, name: str, target: str, broken: Broken) -> dict[str, str]:
    """Write JSON to `target` as lines of one shape, `{"c0": [text, …], …}`. The columns in their order, with what the
    export says of each: hard, soft, property or "". name: of the file, in words."""
    said: dict[str, str] = {}
    if source.form == "native":
        said.update(_fields(source.path))
        records: Iterable[dict[str, Any]] = _rows(source.path, name, list(said), broken)
    else:
        records = _lines(source.path, name, broken)
    places = {column: at for at, column in enumerate(said)}
    with open(target, "w", encoding="utf-8") as out:
        for record in records:
            row = {}
            for column, value in record.items():
                if column not in places:
                    places[column] = len(places)
                    said[column] = _nested(column)
                # An ID may first be in the last row, and a soft one with a single value.
                if said[column] == "hard" and isinstance(value, list):
                    said[column] = "soft"
                row[f"c{places[column]}"] = _texts(value)
            out.write(json.dumps(row) + "\n")
    return said


def _lines(path: str, name: str, broken: Broken) -> Iterator[dict[str, Any]]:
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
                why = "" if isinstance(record, dict) else "is no JSON object"
            except UnicodeDecodeError:
                why = NOT_UTF8
            except (ValueError, RecursionError) as error:
                why = f"is no JSON: {error}"
            if why:
                broken.add(name, why, line.decode("utf-8", "backslashreplace").rstrip(), line=number)
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


def _nested(column: str) -> str:
    """What the nesting says of a column."""
    if column.startswith("properties."):
        return "property"
    return "hard" if column.startswith(("ids.", "customer_ids.")) else ""


def _fields(path: str) -> dict[str, str]:
    """The columns of native_json."""
    try:
        fields = _first(path, "fields")
        names = [str(field.get("id", field.get("property"))) for field in fields]
        said = ["hard" if field.get("type") == "id" else "property" for field in fields]
    except (ijson.JSONError, AttributeError, TypeError) as error:
        raise InputError(f"is no whole native_json export: {_reason(error)}") from None
    if not names:
        raise InputError("is no native_json export: it has no `fields`")
    twice = sorted({name for name in names if names.count(name) > 1})
    for name in twice:  # an ID and a property may have one name
        if sum(one == name for one in names) > 2 or len({said[at] for at, one in enumerate(names) if one == name}) < 2:
            raise InputError(f"has two fields of the name `{name}`")
    return {
        f"properties.{name}" if name in twice and its == "property" else name: its
        for name, its in zip(names, said, strict=True)
    }


def _first(path: str, name: str) -> list[Any]:
    """A list of the outermost object; what comes after it is not read."""
    built = ijson.ObjectBuilder()
    with _open(path) as file:
        for prefix, event, value in ijson.parse(file):
            if prefix == name or prefix.startswith(f"{name}."):
                built.event(event, value)
            if (prefix, event) == (name, "end_array"):
                return list(built.value)
    return []


def _rows(path: str, name: str, columns: list[str], broken: Broken) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        with _open(path) as file:
            for number, row in enumerate(ijson.items(file, "data.item"), 1):
                if isinstance(row, list) and len(row) == len(columns):
                    yield dict(zip(columns, row, strict=True))
                else:
                    why = f"has not {len(columns)} values, as many as there are fields"
                    broken.add(name, why, json.dumps(row, default=str, ensure_ascii=False), row=number)
    except ijson.JSONError as error:
        after = f"after row {number:,} of `data`: " if number else ""
        raise InputError(f"is no whole native_json export: {after}{_reason(error)}") from None


def _reason(error: Exception) -> str:
    text = str(error.args[0] if error.args else error)
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    reason = text.removeprefix("b'").replace("\\n", "\n").splitlines()[0].strip()
    return NOT_UTF8 if "UTF8" in reason else reason


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if value is None or isinstance(value, dict):
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [str(value)]
