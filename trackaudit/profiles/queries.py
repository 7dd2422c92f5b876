"""The questions that go over all profiles, written once for every engine: a table `sightings` in, expressions out.

DuckDB runs them here. `sql` gives the text for a warehouse, where the same table is a view of the export.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

SIGHTINGS = {
    "profile": "int64",
    "place": "string",
    "name": "string",
    "value": "string",
    "kind": "string",
    "appeared": "float64",
}
MEMBERS = {"kind": "string", "key": "string", "profile": "int64"}
SIZES = {"kind": "string", "key": "string", "profiles": "int64"}
DIALECTS = ("duckdb", "bigquery", "snowflake", "postgres")


def sightings() -> ir.Table:
    return ibis.table(SIGHTINGS, name="sightings")


def keyed(seen: ir.Table) -> ir.Table:
    """Sightings with what is compared (`key`), and the value as Engagement keeps it (`trimmed`)."""
    trimmed = seen.value.strip()
    # An address in a soft ID identifies as well.
    kind = ibis.ifelse((seen.place == "soft") & seen.value.contains("@"), "email", seen.kind)
    phone = trimmed.re_replace("[^0-9+]", "").re_replace("^00", "+")
    key = ibis.cases((kind == "email", trimmed.lower()), (kind == "phone", phone), else_=trimmed)
    return seen.mutate(kind=kind, trimmed=trimmed, key=key).filter(lambda row: row.trimmed != "")


def members(seen: ir.Table) -> ir.Table:
    """Which profiles hold an identifier that another profile holds too: `kind`, `key`, `profile`."""
    rows = keyed(seen).filter(lambda row: row.kind != "").filter(lambda row: row.key != "")
    range_ = rows.group_by("kind", "key").agg(low=rows.profile.min(), high=rows.profile.max())
    shared = range_.filter(range_.low < range_.high).select("kind", "key")
    return rows.semi_join(shared, ["kind", "key"]).select("kind", "key", "profile").distinct()


def sizes(held: ir.Table) -> ir.Table:
    """How many profiles hold each shared identifier."""
    return held.group_by("kind", "key").agg(profiles=held.count())


def crowds(counted: ir.Table, limit: int) -> ir.Table:
    """The identifiers that more than `limit` profiles hold."""
    return counted.filter(counted.profiles > limit).order_by(ibis.desc("profiles"), "kind", "key")


def evidence(seen: ir.Table, held: ir.Table, counted: ir.Table, limit: int) -> ir.Table:
    """All that is known of the profiles of each group, group by group. `bearers`: how many profiles have this ID."""
    small = held.semi_join(counted.filter(counted.profiles <= limit), ["kind", "key"])
    small = small.select(group_kind="kind", group_key="key", profile="profile")
    known = keyed(seen)
    rows = small.join(known, "profile")
    ids = rows.filter(rows.place != "property").select("place", "name", "trimmed").distinct()
    again = known.semi_join(ids, ["place", "name", "trimmed"]).group_by("place", "name", "trimmed")
    again = again.agg(bearers=lambda row: row.profile.nunique()).filter(lambda row: row.bearers > 1)
    joined = rows.left_join(again, ["place", "name", "trimmed"])
    named = joined.select(
        "group_kind", "group_key", "profile", "place", "name", "value", "trimmed", "kind", "key", "appeared",
        bearers=joined.bearers.fill_null(1),
    )  # fmt: skip
    return named.order_by("group_kind", "group_key", "profile", "place", "name", "value")


def extract(seen: ir.Table) -> ir.Table:
    """The sightings of those profiles only that share an identifier: what a warehouse hands to `plan`."""
    return seen.semi_join(members(seen), "profile").order_by("profile", "place", "name", "value")


def sql(expression: ir.Table, dialect: str = "duckdb") -> str:
    """An expression as text."""
    return str(ibis.to_sql(expression, dialect=dialect))
