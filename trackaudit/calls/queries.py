"""Import queries: a definition in; what its SQL text says of the columns that it maps, with places, out.

The text is in the definition, in a `.sql` file that it names, or in one of the same name beside it. No format is
guessed: a text is the query of a definition if it begins like one and gives the columns that are mapped.
"""

from __future__ import annotations

import re

from trackaudit.calls.shapes import at
from trackaudit.flow.send import FrozenRecord, Leaf
from trackaudit.flow.values import Const
from trackaudit.model import Notice, Place
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trackaudit.flow.send import Frozen
    from trackaudit.model import SourceFile
    from trackaudit.parse.query import Columns
    from trackaudit.vocabulary import Shape

_QUERY = re.compile(
    r"(?:[\s(]|--[^\n]*\n|/\*(?:(?!\*/).)*\*/|\{[%#{](?:(?![%#}]\}).)*[%#}]\})*(?:select|with)\b", re.I | re.S
)
"""What a query begins with: comments and template pieces, then its first word. No text can be read in two ways."""
_NOT_READ = "the query of an import was not read: it is too long, or no dialect of SQL that is known fits it"


class Given(NamedTuple):
    """How a query makes a column. path: the column that it is made of, () where that is not told; place: where that one
    is written."""

    path: tuple[str, ...]
    transforms: tuple[str, ...]
    place: Place


class Queries:
    """Finds and reads the queries of definitions. `is_file`: whether a path is there."""

    def __init__(self, source: Callable[[str], SourceFile], is_file: Callable[[str], bool]) -> None:
        self._source = source
        self._is_file = is_file
        self._read: dict[Place, list[Columns]] = {}
        self.notices: dict[Place, Notice] = {}

    def of(self, record: FrozenRecord, shape: Shape, mapped: Sequence[str]) -> dict[str, Given]:
        """The query's columns by lower-case name; empty where there is no query."""
        if not mapped:
            return {}
        for place, text in self._texts(record, shape):
            for columns in reversed(self._columns(place, text)):
                named = {name.lower() for name in mapped}
                gives = named & set(columns.known)
                if gives and (columns.open or gives == named):
                    return self._given(place, text, columns)
        return {}

    def _texts(self, record: FrozenRecord, shape: Shape) -> Iterator[tuple[Place, str]]:
        """Texts that may be the query, the surest first."""
        entry = at(record, shape.query) if shape.query is not None else None
        inside = list(_strings(entry.value if entry is not None else record))
        yield from ((place, text) for place, text in inside if _QUERY.match(text))
        folder = record.place.path.rpartition("/")[0]
        for _, text in inside:
            if text.lower().endswith(".sql") and len(text) < 300 and "\n" not in text:
                for base in (folder, ""):
                    yield from self._file(_joined(base, text))
        stem = record.place.path.rpartition(".")[0]
        yield from self._file(f"{stem}.sql")

    def _file(self, path: str) -> Iterator[tuple[Place, str]]:
        if path and self._is_file(path):
            data = self._source(path).data
            text = data.decode("utf-8", "replace")
            if _QUERY.match(text.removeprefix("\ufeff")):
                yield Place(path, 0, len(data)), text

    def _columns(self, place: Place, text: str) -> list[Columns]:
        found = self._read.get(place)
        if found is None:
            from trackaudit.parse.query import read_query

            read = read_query(text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text)
            if read is None:
                line = self._source(place.path).position(place.start)[0]
                self.notices[place] = Notice("syntax-error", place.path, line, _NOT_READ)
            found = self._read[place] = read or []
        return found

    def _given(self, place: Place, text: str, columns: Columns) -> dict[str, Given]:
        from trackaudit.parse.scalar import places

        data = self._source(place.path).data
        found: dict[str, Given] = {}
        if place.path.lower().endswith(".sql"):
            spans: list[tuple[int, int]] | None = None
            whole = True
        else:
            spans, whole = places(data, place.start, place.end, text), False
        for name, column in columns.known.items():
            where = place
            if column.path and whole:
                before = len(text[: column.start].encode("utf-8"))
                where = Place(place.path, before, before + len(text[column.start : column.end].encode("utf-8")))
            elif column.path and spans is not None:
                where = Place(place.path, spans[column.start][0], spans[column.end - 1][1])
            found[name] = Given(column.path, column.transforms, where)
        return found


def _strings(value: Frozen) -> Iterator[tuple[Place, str]]:
    """The texts inside, each with its place."""
    if isinstance(value, Leaf):
        for option in value.options:
            if isinstance(option, Const) and isinstance(option.value, str):
                yield option.place, option.value
        return
    for entry in value.entries.values() if isinstance(value, FrozenRecord) else value.items:
        if isinstance(entry.value, Leaf):
            yield from ((entry.value_place, text) for _, text in _strings(entry.value))
        else:
            yield from _strings(entry.value)


def _joined(folder: str, name: str) -> str:
    """A relative path from a folder, "" if it leads out of the tree."""
    parts = folder.split("/") if folder else []
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) if not name.startswith("/") else ""
