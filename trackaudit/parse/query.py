"""Parse (queries): the text of a SELECT comes in, its columns go out: what each is made of, and where that is written.

sqlglot reads the text, in whichever dialect can. It takes 0.15 s to import, so this module is imported only when an
import definition has a query. What is not plainly one column of a table, perhaps changed, is a column nobody knows.
"""

from __future__ import annotations

import logging
import re

import sqlglot
from sqlglot import exp

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECTS = (None, "bigquery", "snowflake", "redshift", "postgres", "mysql", "tsql", "databricks", "oracle")
"""In this order; None reads what most have in common."""
LARGEST = 100_000
"""Characters of a text that is read as a query."""
_DEEPEST = 100
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it cannot read is told as a notice of ours
_STEPS = {
    exp.Lower: "lower",
    exp.Upper: "upper",
    exp.Trim: "trim",
    exp.Cast: "str",
    exp.TryCast: "str",
    exp.Coalesce: "default",
    exp.MD5: "hash",
    exp.SHA: "hash",
    exp.SHA2: "hash",
    exp.Paren: "",
    exp.Alias: "",
    exp.Collate: "",
}
"""What keeps the identity of its first operand, and the transform that it is."""
_BRACKETS = re.compile(r"(?<![\w\])])\[[A-Za-z_]")
"""A name in brackets, as only one dialect has it; others read a list there, and are content."""
_TEMPLATE = re.compile(r"\{\{.{0,500}?\}\}|\{%.{0,500}?%\}|\{#.{0,500}?#\}", re.DOTALL)


class Column(NamedTuple):
    """A column of the result. path: table's name in the query (or none) and column, () where it is not one column's
    value. transforms: as `model.Entry` has them. start, end: the column's name in the text, at the innermost place."""

    path: tuple[str, ...] = ()
    transforms: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


class Columns(NamedTuple):
    """The columns by name, lower-case. open: there may be more (`SELECT *` of a table)."""

    known: dict[str, Column]
    open: bool


def read_query(text: str) -> list[Columns] | None:
    """The results of the SELECTs of a text, in order; None if no dialect can read it."""
    if len(text) > LARGEST:
        return None
    masked = _TEMPLATE.sub(_mask, text)
    for dialect in ("tsql", *DIALECTS) if _BRACKETS.search(masked) else DIALECTS:
        try:
            statements = sqlglot.parse(masked, dialect=dialect)
        except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
            continue
        if any(isinstance(statement, exp.Command) for statement in statements):
            continue
        queries = [statement for statement in statements if isinstance(statement, exp.Query)]
        try:
            return [_columns(query, {}, 0) for query in queries]
        except RecursionError:
            return None
    return None


def _mask(match: re.Match[str]) -> str:
    """A template's piece as a word or as space of the same length, so that places stay."""
    width = len(match.group())
    return "x" * width if match.group().startswith("{{") else " " * width


def _columns(query: exp.Expression | exp.Query, outer: Mapping[str, Columns], depth: int) -> Columns:
    """The result of a query. outer: the results of the WITHs that it can see, by lower-case name."""
    nothing = Columns({}, True)
    if depth > _DEEPEST:
        return nothing
    seen = dict(outer)
    for cte in getattr(query, "ctes", ()):
        found = _columns(cte.this, seen, depth + 1)
        seen[cte.alias.lower()] = _renamed(found, cte)
    if isinstance(query, exp.SetOperation):
        return _either(_columns(query.this, seen, depth + 1), _columns(query.expression, seen, depth + 1))
    if isinstance(query, exp.Subquery):
        return _columns(query.this, seen, depth + 1)
    if not isinstance(query, exp.Select):
        return nothing
    tables = {}
    for source in query.find_all(exp.Table, exp.Subquery, exp.CTE):
        if source.parent_select is not query or isinstance(source, exp.CTE):
            continue
        name = (source.alias or getattr(source, "name", "")).lower()
        if isinstance(source, exp.Subquery):
            tables[name] = _renamed(_columns(source.this, seen, depth + 1), source)
        else:
            plain = not source.args.get("db")
            tables[name] = seen.get(source.name.lower(), nothing) if plain else nothing
    known: dict[str, Column] = {}
    unsure = False
    for item in query.expressions:
        if item.is_star:
            of = item.table.lower() if isinstance(item, exp.Column) else ""
            taken = [tables[of]] if of in tables else list(tables.values()) or [nothing]
            for one in taken:
                known.update({name: column for name, column in one.known.items() if name not in known})
                unsure = unsure or one.open
        elif item.output_name:
            known[item.output_name.lower()] = _column(item, tables)
        else:
            unsure = True
    return Columns(known, unsure)


def _column(item: exp.Expression, tables: Mapping[str, Columns]) -> Column:
    steps: list[str] = []
    while not isinstance(item, exp.Column):
        step = next((step for sort, step in _STEPS.items() if type(item) is sort), None)
        if step is None:
            return Column()
        if step:
            steps.append(step)
        if isinstance(item, exp.Coalesce) and any(
            not isinstance(one, (exp.Literal, exp.Null)) for one in item.expressions
        ):
            # The value of another column, perhaps: how that one is written is not told.
            return Column()
        item = item.this
    steps.reverse()
    name, table = item.name.lower(), item.table.lower()
    sources = [tables[table]] if table in tables else [] if table else list(tables.values())
    for source in sources:
        inner = source.known.get(name)
        if inner is not None:
            if not inner.path:
                return Column()
            return inner._replace(transforms=(*inner.transforms, *steps))
    places = [part.meta for part in item.find_all(exp.Identifier) if "start" in part.meta]
    if not places:
        return Column()
    start, end = min(place["start"] for place in places), max(place["end"] for place in places) + 1
    real = table and any(one.name.lower() == table for one in _tables_of(item) if not one.alias)
    path = (item.table, item.name) if table and not real else (item.name,)
    return Column(tuple(path), tuple(steps), start, end)


def _tables_of(column: exp.Column) -> list[exp.Table]:
    select = column.parent_select
    return list(select.find_all(exp.Table)) if select is not None else []


def _renamed(columns: Columns, source: exp.Expression) -> Columns:
    """`WITH x(a, b) AS (…)`: the names in the brackets count."""
    names = [name.lower() for name in source.alias_column_names]
    if not names or columns.open or len(names) != len(columns.known):
        return columns if not names else Columns({}, True)
    return Columns(dict(zip(names, columns.known.values(), strict=True)), False)


def _either(first: Columns, second: Columns) -> Columns:
    """UNION: the first gives the names, the second the same columns in order; a column is as good as the worse one."""
    if first.open or second.open or len(first.known) != len(second.known):
        return Columns(dict.fromkeys(first.known, Column()), True)
    pairs = zip(first.known.items(), second.known.values(), strict=True)
    return Columns({name: _worse(one, other) for (name, one), other in pairs}, False)


def _worse(one: Column, other: Column) -> Column:
    if not one.path or not other.path:
        return Column()
    return other if "lower" in one.transforms and "lower" not in other.transforms else one
