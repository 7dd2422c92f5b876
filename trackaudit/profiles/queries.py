"""The questions that go over all profiles, written once for every engine: a table `sightings` in, expressions out.

DuckDB runs them here. `sql` gives the text for a warehouse, where the same table is a view of the export.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SIGHTINGS = {
    "profile": "int64",
    "place": "string",
    "name": "string",
    "value": "string",
    "kind": "string",
    "appeared": "float64",
}
MEMBERS = {"kind": "string", "key": "string", "profile": "int64"}
SIZES = {"kind": "string", "key": "string", "profiles": "int64", "bar": "string"}
BRIDGES = {**MEMBERS, "label": "string", "moved": "boolean"}
COMPONENTS = {"label": "string", "profile": "int64"}
CHAINS = {"label": "string", "profiles": "int64"}
UNITS = {**MEMBERS, "bar": "string"}
DIALECTS = ("duckdb", "bigquery", "snowflake", "postgres")


def table(name: str, columns: Mapping[str, str]) -> ir.Table:
    return ibis.table(columns, name=name)


def sightings() -> ir.Table:
    return table("sightings", SIGHTINGS)


def keyed(seen: ir.Table, scopes: Mapping[str, str] | None = None) -> ir.Table:
    """Sightings with what is compared (`key`), and the value as Engagement keeps it (`trimmed`). scopes: names of
    properties with the ID whose values they hold; without them account ids of all names are compared."""
    trimmed = seen.value.strip()
    # An address in a soft ID identifies as well.
    kind = ibis.ifelse((seen.place == "soft") & seen.value.contains("@"), "email", seen.kind)
    phone = trimmed.re_replace("[^0-9+]", "").re_replace("^00", "+")
    cases = [(kind == "email", trimmed.lower()), (kind == "phone", phone)]
    if scopes is not None:
        name = seen.name
        for one, of in scopes.items():
            name = ibis.ifelse(seen.name == one, of, name)
        cases.append((kind == "customer_id", name + "=" + trimmed))
    key = ibis.cases(*cases, else_=trimmed)
    return seen.mutate(kind=kind, trimmed=trimmed, key=key).filter(lambda row: row.trimmed != "")


def members(seen: ir.Table, scopes: Mapping[str, str] | None = None) -> ir.Table:
    """Which profiles hold an identifier that another profile holds too: `kind`, `key`, `profile`."""
    rows = keyed(seen, scopes).filter(lambda row: row.kind != "").filter(lambda row: row.key != "")
    range_ = rows.group_by("kind", "key").agg(low=rows.profile.min(), high=rows.profile.max())
    shared = range_.filter(range_.low < range_.high).select("kind", "key")
    return rows.semi_join(shared, ["kind", "key"]).select("kind", "key", "profile").distinct()


def sizes(held: ir.Table) -> ir.Table:
    """How many profiles hold each shared identifier."""
    return held.group_by("kind", "key").agg(profiles=held.count())


# ----------------------------------------------------------------------------------- profiles that are linked


def _links(held: ir.Table, counted: ir.Table) -> ir.Table:
    return held.semi_join(counted.filter(counted.bar == ""), ["kind", "key"])


def bridges(held: ir.Table, counted: ir.Table) -> ir.Table:
    """Links of the profiles that several identifiers link, each labelled by itself."""
    linked = _links(held, counted)
    several = linked.group_by("profile").agg(links=linked.count()).filter(lambda row: row.links > 1)
    joined = linked.semi_join(several, "profile")
    return joined.mutate(label=joined.kind + " " + joined.key, moved=ibis.literal(True))


def nearer(labelled: ir.Table) -> ir.Table:
    """The same links, each with the least label that one more step along a profile reaches."""
    least = labelled.group_by("profile").agg(least=labelled.label.min())
    reached = labelled.join(least, "profile").group_by("kind", "key").agg(near=lambda row: row.least.min())
    joined = labelled.join(reached, ["kind", "key"])
    return joined.select("kind", "key", "profile", label=joined.near, moved=joined.near < joined.label)


def components(held: ir.Table, counted: ir.Table, labelled: ir.Table) -> ir.Table:
    """Which profiles identifiers link to one another, directly or by way of others: `label`, `profile`."""
    linked = _links(held, counted)
    labels = labelled.select("kind", "key", "label").distinct()
    joined = linked.left_join(labels, ["kind", "key"])
    return joined.select(
        label=ibis.coalesce(joined.label, joined.kind + " " + joined.key), profile="profile"
    ).distinct()


def chains(labelled: ir.Table, joined: ir.Table, limit: int) -> ir.Table:
    """Components of more than `limit` profiles; also parts of those that are too long to be followed to their end. A
    profile that stands in two parts counts in one."""
    ends = labelled.group_by("profile").agg(labels=labelled.label.nunique()).filter(lambda row: row.labels > 1)
    open_ = labelled.semi_join(ends, "profile").select("label").distinct().mutate(open=ibis.literal(True))
    first = joined.group_by("profile").agg(label=joined.label.min())
    own = first.group_by("label").agg(own=first.count())
    counted = joined.group_by("label").agg(profiles=joined.count()).left_join(own, "label").drop("label_right")
    counted = counted.left_join(open_, "label")
    long = counted.filter((counted.profiles > limit) | counted.open.fill_null(False))
    return long.select("label", profiles=long.own.fill_null(0))


def units(held: ir.Table, counted: ir.Table, joined: ir.Table, long: ir.Table, limit: int) -> ir.Table:
    """What is judged together: components, and what profiles share that links nobody. Phone numbers and the like are
    left out where their profiles are of one component."""
    whole = joined.anti_join(long, "label")
    kind = whole.label.split(" ")[0]
    parts = whole.select(kind=kind, key=whole.label.substr(kind.length() + 1), profile="profile", bar=ibis.literal(""))
    barred = held.join(counted.filter((counted.bar != "") & (counted.profiles <= limit)), ["kind", "key"])
    barred = barred.select("kind", "key", "profile", "bar")
    others = barred.filter(barred.bar == "other-identifier")
    beside = others.left_join(joined, "profile").group_by("kind", "key")
    beside = beside.agg(
        loose=lambda row: row.label.isnull().any(), first=lambda row: row.label.min(), last=lambda row: row.label.max()
    )
    inside = beside.filter(lambda row: ~row.loose & (row.first == row.last))
    others = others.anti_join(inside, ["kind", "key"])
    return ibis.union(parts, barred.filter(barred.bar != "other-identifier"), others)


def crowds(counted: ir.Table, long: ir.Table, limit: int) -> ir.Table:
    """What too many profiles share or are linked by: `kind`, `key`, `profiles`, `bar`; the largest first."""
    long = long.filter(long.profiles > 0)
    kind = long.label.split(" ")[0]
    linked = long.select(
        kind=kind, key=long.label.substr(kind.length() + 1), profiles="profiles", bar=ibis.literal("chain")
    )
    return counted.filter(counted.profiles > limit).union(linked).order_by(ibis.desc("profiles"), "kind", "key")


def crowded(seen: ir.Table, counted: ir.Table, limit: int, scopes: Mapping[str, str]) -> ir.Table:
    """Where those values stand: `place`, `name`, `values`, `profiles`, and `strays`, which have them in no hard ID."""
    known = keyed(seen, scopes).semi_join(counted.filter(counted.profiles > limit), ["kind", "key"])
    hard = known.filter(known.place == "hard").select("profile", "kind", "key", hard=ibis.literal(True)).distinct()
    joined = known.left_join(hard, ["profile", "kind", "key"])
    counts = joined.group_by("place", "name").agg(
        values=(joined.kind + " " + joined.key).nunique(),
        profiles=joined.profile.nunique(),
        strays=joined.profile.nunique(where=joined.hard.isnull()),
    )
    return counts.order_by("place", "name")


def evidence(seen: ir.Table, judged: ir.Table, counted: ir.Table, scopes: Mapping[str, str]) -> ir.Table:
    """All that is known of the profiles of each unit, unit by unit. `bearers`: how many profiles have this ID. `link`:
    whether this value links profiles."""
    known = keyed(seen, scopes)
    grouped = judged.select(unit_kind="kind", unit_key="key", unit_bar="bar", profile="profile")
    rows = grouped.join(known, "profile")
    ids = rows.filter(rows.place != "property").select("place", "name", "trimmed").distinct()
    again = known.semi_join(ids, ["place", "name", "trimmed"]).group_by("place", "name", "trimmed")
    again = again.agg(bearers=lambda row: row.profile.nunique()).filter(lambda row: row.bearers > 1)
    links = counted.filter(counted.bar == "").select("kind", "key", link=ibis.literal(True))
    joined = rows.left_join(again, ["place", "name", "trimmed"]).left_join(links, ["kind", "key"])
    named = joined.select(
        "unit_kind", "unit_key", "unit_bar", "profile", "place", "name", "value", "trimmed", "kind", "key", "appeared",
        bearers=joined.bearers.fill_null(1), link=joined.link.fill_null(False),
    )  # fmt: skip
    return named.order_by("unit_kind", "unit_key", "unit_bar", "profile", "place", "name", "value")


def extract(seen: ir.Table) -> ir.Table:
    """The sightings of those profiles only that share an identifier: what a warehouse hands to `plan`."""
    return seen.semi_join(members(seen), "profile").order_by("profile", "place", "name", "value")


def sql(expression: ir.Table, dialect: str = "duckdb") -> str:
    """An expression as text."""
    return str(ibis.to_sql(expression, dialect=dialect))
