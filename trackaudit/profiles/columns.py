"""What an export's columns are: their names, the user's words and the configuration in, columns with a meaning out.

The user's words win, then the configuration's or the code's identity schema, then names that are plain (`registered`,
`cookie`, `email`, …). The result is shown before anything is done with it.
"""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.errors import InputError
from trackaudit.identity import DEFAULT_HARD, DEFAULT_SOFT, IDENTIFYING, implied_kind, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trackaudit.model import IdSchema

_APPEARED = ("created", "created_at", "first_seen", "first_session", "appeared", "registered_at", "timestamp")


class Column(NamedTuple):
    """One column. place: hard, soft, property or appeared. name: of the ID or property in Engagement. kind: email,
    phone, customer_id, or "" for what cannot be compared. why: who says so."""

    column: str
    place: str
    name: str
    kind: str
    why: str


class Asked(NamedTuple):
    """The user's words: `hard` and `soft` map columns to ID names, `properties` columns to kinds."""

    hard: Mapping[str, str]
    soft: Mapping[str, str]
    properties: Mapping[str, str]
    appeared: str = ""


def columns_of(names: Mapping[str, str], asked: Asked, schema: IdSchema | None) -> list[Column]:
    """The columns that mean something. names: column names, each with what the export itself says of it: hard, soft,
    property or "". Raises InputError for columns that are not there, and where no ID is among them."""
    _known(names, [*asked.hard, *asked.soft, *asked.properties, *([asked.appeared] if asked.appeared else [])])
    ids = {name.name: name for name in schema.names} if schema else {}
    found = [_column(column, said, asked, ids) for column, said in names.items()]
    columns = [column for column in found if column is not None]
    _checked(columns, names)
    return columns


def _column(column: str, said: str, asked: Asked, ids: Mapping[str, object]) -> Column | None:
    if column == asked.appeared:
        return Column(column, "appeared", column, "", "you")
    for place, told in (("hard", asked.hard), ("soft", asked.soft)):
        if column in told:
            name = told[column] if told[column] != column else _last(column)
            return Column(column, place, name, _held(name, place, ids), "you")
    if column in asked.properties:
        return Column(column, "property", _last(column), asked.properties[column], "you")
    name = _last(column)
    plain = name.strip().lower()
    known = ids.get(name)
    if said != "property" and known is not None:
        hard = known.hard  # type: ignore[attr-defined]
        place = "hard" if hard else "soft"
        return Column(column, place, name, _held(name, place, ids), "configuration")
    if said in ("hard", "soft") and plain != DEFAULT_SOFT:
        return Column(column, said, name, _held(name, said, ids), "export")
    if said != "property" and plain in (DEFAULT_HARD, DEFAULT_SOFT):
        place = "hard" if plain == DEFAULT_HARD else "soft"
        return Column(column, place, plain, _held(plain, place, ids), "name")
    if not asked.appeared and plain in _APPEARED:
        return Column(column, "appeared", name, "", "name")
    # A sentence about an address is not one: `email_opened_at`, `email_consent`.
    kind = implied_kind(name)
    if kind != "unknown" and not asked.properties and len(words_of(name)) <= 2 and words_of(name)[-1] not in _NO_VALUE:
        return Column(column, "property", name, kind, "name")
    return None


_NO_VALUE = (
    "at",
    "consent",
    "count",
    "date",
    "domain",
    "hash",
    "opened",
    "sent",
    "status",
    "type",
    "valid",
    "verified",
)


def _held(name: str, place: str, ids: Mapping[str, object]) -> str:
    if place == "soft":
        return ""
    holds = getattr(ids.get(name), "holds", "unknown")
    kind = holds if holds != "unknown" else "email" if name == DEFAULT_HARD else implied_kind(name)
    return kind if kind in IDENTIFYING else ""


def _last(column: str) -> str:
    for prefix in ("ids.", "customer_ids.", "properties."):
        if column.startswith(prefix):
            return column[len(prefix) :]
    return column


def _known(names: Mapping[str, str], wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in names]
    if missing:
        there = ", ".join(names) or "none"
        raise InputError(*(f"the export has no column `{column}`; it has: {there}" for column in missing))


def _checked(columns: Sequence[Column], names: Mapping[str, str]) -> None:
    ids = [column for column in columns if column.place in ("hard", "soft")]
    if not ids:
        raise InputError(
            f"no column of the export is an ID; its columns are: {', '.join(names)}",
            "Name them, e.g. --hard email_id --soft web_cookie=cookie, or declare `identifiers` in trackaudit.yaml",
        )
    named = [(column.place, column.name) for column in ids]
    twice = sorted({name for place, name in named if named.count((place, name)) > 1})
    if twice:
        raise InputError(
            *(f"two columns are the ID `{name}`; name the right one with --hard or --soft" for name in twice)
        )
    # The reader gives the second of two equal headers such a name.
    unsure = [one.column for one in ids if f"{one.column}_1" in names and one.why != "you"]
    if unsure:
        raise InputError(
            *(f"the column `{one}` may be there twice; name the right one with an option" for one in unsure)
        )
    if sum(column.place == "appeared" for column in columns) > 1:
        these = ", ".join(column.column for column in columns if column.place == "appeared")
        raise InputError(f"several columns may say when a profile appeared ({these}); name one with --appeared")
