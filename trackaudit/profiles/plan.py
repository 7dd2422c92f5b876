"""A plan of merging calls: a database of sightings in, request bodies and held groups as lines out, with an account."""

from __future__ import annotations

import json
from typing import NamedTuple

from trackaudit.errors import TrackauditError
from trackaudit.profiles import queries
from trackaudit.profiles.aim import value_of
from trackaudit.profiles.files import together
from trackaudit.profiles.groups import judged, merges
from trackaudit.report.profiles import REASONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import duckdb
    import ibis.expr.types as ir

    from trackaudit.profiles.aim import Goal
    from trackaudit.profiles.groups import Group, Member

BATCH = 50
"""Commands in one request, at most."""
_FETCHED = 10_000
_TABLES = {
    "members": queries.MEMBERS,
    "sizes": queries.SIZES,
    "bridges": queries.BRIDGES,
    "components": queries.COMPONENTS,
    "chains": queries.CHAINS,
    "units": queries.UNITS,
}


class Account(NamedTuple):
    """What a plan does. before, after: profiles of the planned groups. held: groups and profiles, by reason."""

    profiles: int
    groups: int
    before: int
    after: int
    commands: int
    requests: int
    held: dict[str, tuple[int, int]]


def prepare(database: duckdb.DuckDBPyConnection, goal: Goal) -> None:
    """Find who shares what, and who is linked by it: the tables `members`, `sizes`, `units` and `chains`."""
    seen, held, counted = queries.sightings(), _table("members"), _table("sizes")
    _make(database, "members", queries.members(seen, goal.scopes))
    database.create_function("bar", goal.bar, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR")
    database.execute(
        f"CREATE TABLE sizes AS SELECT *, bar(kind, key, profiles) AS bar FROM ({queries.sql(queries.sizes(held))})"
    )
    _make(database, "bridges", queries.bridges(held, counted))
    # A step passes one profile: what a path of `limit` profiles does not reach is in too large a component.
    for _ in range(goal.limit):
        _make(database, "bridges", queries.nearer(_table("bridges")))
        row = database.execute("SELECT bool_or(moved) FROM bridges").fetchone()
        if not row or not row[0]:
            break
    bridges, joined, chains = _table("bridges"), _table("components"), _table("chains")
    _make(database, "components", queries.components(held, counted, bridges))
    _make(database, "chains", queries.chains(bridges, joined, goal.limit))
    _make(database, "units", queries.units(held, counted, joined, chains, goal.limit))


def groups_of(database: duckdb.DuckDBPyConnection, goal: Goal) -> Iterator[Group]:
    """The groups of at most `limit` profiles, judged, one after the other."""
    asked = queries.evidence(queries.sightings(), _table("units"), _table("sizes"), goal.scopes)
    return judged(_fetched(database, queries.sql(asked)), goal)


def crowds_of(database: duckdb.DuckDBPyConnection, goal: Goal) -> Iterator[tuple[str, str, int, str]]:
    """What more profiles share, or are linked by: kind, value, profiles, why it is held; the largest first."""
    asked = queries.crowds(_table("sizes"), _table("chains"), goal.limit)
    for kind, key, profiles, reason in _fetched(database, queries.sql(asked)):
        yield str(kind), str(key), int(profiles), str(reason)


def crowded(database: duckdb.DuckDBPyConnection, goal: Goal) -> Iterator[tuple[Any, ...]]:
    """Where the values of crowds stand: place, name, how many values, on how many profiles, and strays among those."""
    asked = queries.crowded(queries.sightings(), _table("sizes"), goal.limit, goal.scopes)
    return _fetched(database, queries.sql(asked))


def write(database: duckdb.DuckDBPyConnection, goal: Goal, profiles: int, plan: str, held: str) -> Account:
    """Write the plan and the held groups, both or neither. Raises TrackauditError where a group would not become one
    profile, and InputError where a file cannot be written."""
    account = Account(profiles, 0, 0, 0, 0, 0, {})
    batch: list[dict[str, Any]] = []
    with together(plan, held) as (out, aside):
        for kind, key, number, reason in crowds_of(database, goal):
            account = _hold(account, aside, reason, ((kind, key),), number, ())
        for group in groups_of(database, goal):
            if group.reason:
                account = _hold(account, aside, group.reason, group.shared, len(group.members), group.members)
                continue
            if not merges(group, goal.soft):
                shared = value_of(*group.shared[0])
                raise TrackauditError(f"the plan would not make one profile of {shared}: nothing was written")
            account = account._replace(
                groups=account.groups + 1,
                before=account.before + len(group.members),
                after=account.after + 1,
                commands=account.commands + len(group.calls),
            )
            for number, call in enumerate(group.calls, 1):
                batch.append({"name": "customers", "data": call, "command_id": f"{account.groups}-{number}"})
                if len(batch) == BATCH:
                    account = _send(account, out, batch)
        if batch:
            account = _send(account, out, batch)
    return account


def _send(account: Account, out: Any, batch: list[dict[str, Any]]) -> Account:
    out.write(json.dumps({"commands": batch}, ensure_ascii=False) + "\n")
    batch.clear()
    return account._replace(requests=account.requests + 1)


def _hold(
    account: Account,
    aside: Any,
    reason: str,
    shared: tuple[tuple[str, str], ...],
    number: int,
    members: tuple[Member, ...],
) -> Account:
    kind, key = shared[0]
    line = {"reason": reason, "why": REASONS[reason], "kind": kind, "value": value_of(kind, key), "profiles": number}
    listed = [{"hard": one.ids, "soft": one.soft, "listed": one.twice} for one in members]
    record = {**line, "shared": [[kind, value_of(kind, key)] for kind, key in shared], "listed": listed}
    aside.write(json.dumps(record, ensure_ascii=False) + "\n")
    groups, profiles = account.held.get(reason, (0, 0))
    return account._replace(held={**account.held, reason: (groups + 1, profiles + number)})


def _make(database: duckdb.DuckDBPyConnection, name: str, asked: ir.Table) -> None:
    database.execute(f"CREATE OR REPLACE TABLE {name} AS {queries.sql(asked)}")


def _table(name: str) -> ir.Table:
    return queries.table(name, _TABLES[name])


def _fetched(database: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = database.cursor()
    cursor.execute(query)
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows
