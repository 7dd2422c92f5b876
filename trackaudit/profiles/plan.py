"""A plan of merging calls: a database of sightings in, request bodies and held groups as lines out, with an account."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from typing import NamedTuple

import ibis

from trackaudit.engine.sort import literal_sort
from trackaudit.errors import InputError, TrackauditError
from trackaudit.profiles import queries
from trackaudit.profiles.groups import Aim, Group, judged, merges
from trackaudit.report.profiles import REASONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import duckdb
    import ibis.expr.types as ir

BATCH = 50
"""Commands in one request, at most."""
_FETCHED = 10_000


class Account(NamedTuple):
    """What a plan does. before, after: profiles of the planned groups. held: groups and profiles, by reason."""

    profiles: int
    groups: int
    before: int
    after: int
    commands: int
    requests: int
    held: dict[str, tuple[int, int]]


def prepare(database: duckdb.DuckDBPyConnection) -> None:
    """Find who shares an identifier: the tables `members` and `sizes`."""
    database.execute(f"CREATE TABLE members AS {queries.sql(queries.members(queries.sightings()))}")
    database.execute(f"CREATE TABLE sizes AS {queries.sql(queries.sizes(_members()))}")


def groups_of(database: duckdb.DuckDBPyConnection, aim: Aim, limit: int) -> Iterator[Group]:
    """The groups of at most `limit` profiles, judged, one after the other."""
    asked = queries.evidence(queries.sightings(), _members(), _sizes(), limit)
    return judged(_fetched(database, queries.sql(asked)), aim)


def crowds_of(database: duckdb.DuckDBPyConnection, limit: int) -> Iterator[tuple[str, str, int]]:
    """The identifiers that more profiles hold: kind, value, profiles; the largest first."""
    for kind, key, profiles in _fetched(database, queries.sql(queries.crowds(_sizes(), limit))):
        yield str(kind), str(key), int(profiles)


def write(database: duckdb.DuckDBPyConnection, aim: Aim, limit: int, profiles: int, plan: str, held: str) -> Account:
    """Write the plan and the held groups, both or neither. Raises TrackauditError where a group would not become one
    profile, and InputError where a file cannot be written."""
    account = Account(profiles, 0, 0, 0, 0, 0, {})
    parts = [f"{path}.{os.getpid()}.part" for path in (plan, held)]
    try:
        with ExitStack() as files:
            out, aside = (files.enter_context(open(part, "w", encoding="utf-8", newline="\n")) for part in parts)
            batch: list[dict[str, Any]] = []
            for kind, key, number in crowds_of(database, limit):
                reason = "crowd" if literal_sort(key) == "constant" else "placeholder"
                account = _hold(account, aside, reason, kind, key, number, [])
            for group in groups_of(database, aim, limit):
                if group.reason:
                    listed = [{"hard": one.ids, "soft": one.soft, "listed": one.twice} for one in group.members]
                    account = _hold(account, aside, group.reason, group.kind, group.key, len(group.members), listed)
                    continue
                if not merges(group, aim):
                    raise TrackauditError(f"the plan would not make one profile of {group.key}: nothing was written")
                account = account._replace(
                    groups=account.groups + 1,
                    before=account.before + len(group.members),
                    after=account.after + 1,
                    commands=account.commands + len(group.calls),
                )
                for number, call in enumerate(group.calls, 1):
                    name = f"{account.groups}-{number}"
                    batch.append({"name": "customers", "data": call, "command_id": name})
                    if len(batch) == BATCH:
                        account = _send(account, out, batch)
            if batch:
                account = _send(account, out, batch)
        for part, path in zip(parts[::-1], (held, plan), strict=True):
            os.replace(part, path)
    except OSError as error:
        raise InputError(f"{plan}: cannot be written: {error.strerror or error}") from None
    finally:
        for part in parts:
            if os.path.exists(part):
                os.unlink(part)
    return account


def _send(account: Account, out: Any, batch: list[dict[str, Any]]) -> Account:
    out.write(json.dumps({"commands": batch}, ensure_ascii=False) + "\n")
    batch.clear()
    return account._replace(requests=account.requests + 1)


def _hold(
    account: Account, aside: Any, reason: str, kind: str, key: str, number: int, listed: list[dict[str, Any]]
) -> Account:
    line = {"reason": reason, "why": REASONS[reason], "kind": kind, "value": key, "profiles": number}
    aside.write(json.dumps({**line, "listed": listed}, ensure_ascii=False) + "\n")
    groups, profiles = account.held.get(reason, (0, 0))
    return account._replace(held={**account.held, reason: (groups + 1, profiles + number)})


def _members() -> ir.Table:
    return ibis.table(queries.MEMBERS, name="members")


def _sizes() -> ir.Table:
    return ibis.table(queries.SIZES, name="sizes")


def _fetched(database: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = database.cursor()
    cursor.execute(query)
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows
