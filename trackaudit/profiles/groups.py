"""Groups of profiles that share an identifier: rows of evidence in, a judgement of each group out.

A group is planned only if everything speaks for one person and every stray profile can be reached; else it is held,
with the reason. When in doubt it is held: a merge cannot be undone.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from trackaudit.engine.sort import literal_sort
from trackaudit.profiles.model import Engagement, Profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_EARLY = 1
"""An `update_timestamp` before every other, in seconds: what is there already stays."""
_LATEST = 4_000_000_000
"""In seconds; what claims to be later (the year 2096) is no moment."""


class Aim(NamedTuple):
    """Into what to merge. hard: the hard ID's name. kind: what it holds. property: under which name the identifier is
    sent as a property too. soft: names of the soft IDs."""

    hard: str
    kind: str
    property: str
    soft: frozenset[str]


class Member(NamedTuple):
    """One profile of a group. ids: its hard IDs, (name, value). soft: its soft IDs, likewise. mentions: (place, name,
    value as written) of the shared identifier. keys: all its identifiers of the group's kind; aimed: of the kind that
    the hard ID holds; accounts: its account ids. bearers: how many rows have one of its IDs. appeared: unix seconds.
    twice: how often it is listed; 0 and less tells profiles without IDs apart."""

    ids: tuple[tuple[str, str], ...]
    soft: tuple[tuple[str, str], ...]
    mentions: tuple[tuple[str, str, str], ...]
    keys: frozenset[str]
    aimed: frozenset[str]
    accounts: frozenset[str]
    bearers: int
    appeared: float | None
    twice: int = 1


class Group(NamedTuple):
    """A group and what becomes of it. reason: why it is held, "" where `calls` merge it."""

    kind: str
    key: str
    members: tuple[Member, ...]
    reason: str
    calls: tuple[dict[str, Any], ...]


def judged(rows: Iterable[tuple[Any, ...]], aim: Aim) -> Iterator[Group]:
    """The groups of `queries.evidence`, judged, in its order. What no two profiles share after all is left out."""
    for (kind, key), some in groupby(rows, key=lambda row: (row[0], row[1])):
        members = _members(some, kind, key, aim)
        if len(members) < 2:
            if members and _contradicts(members):
                yield Group(kind, key, members, "contradiction", ())
            continue
        together = {member.aimed for member in members}
        if kind != aim.kind and len(together) == 1 and len(next(iter(together))) == 1:
            continue  # they share the aimed identifier as well: it is that group's matter
        reason = _reason(kind, key, members, aim)
        calls = () if reason else _calls(key, members, aim)
        yield Group(kind, key, members, reason, calls)


def _members(rows: Iterable[tuple[Any, ...]], kind: str, key: str, aim: Aim) -> tuple[Member, ...]:
    found: dict[Member, int] = {}
    for number, (_, some) in enumerate(groupby(rows, key=lambda row: row[2])):
        hard, soft, mentions, keys, aimed, accounts = set(), set(), set(), set(), set(), set()
        bearers = 1
        times = []
        for _, _, _, place, name, value, trimmed, its_kind, its_key, appeared, borne in some:
            if place == "hard":
                hard.add((name, trimmed))
            elif place == "soft":
                soft.add((name, trimmed))
            if place != "property":
                bearers = max(bearers, borne)
            if its_kind == kind:
                keys.add(its_key)
                if its_key == key:
                    mentions.add((place, name, value))
            if its_kind == aim.kind:
                aimed.add(its_key)
            if its_kind == "customer_id":
                accounts.add(its_key)
            if appeared is not None:
                times.append(appeared)
        # Rows with the same IDs and values are one profile, listed twice; without an ID that cannot be known.
        member = Member(
            tuple(sorted(hard)),
            tuple(sorted(soft)),
            tuple(sorted(mentions)),
            frozenset(keys),
            frozenset(aimed),
            frozenset(accounts),
            bearers,
            min(times, default=None),
            1 if hard or soft else -number,
        )
        found[member] = found.get(member, 0) + 1
    members = [member._replace(twice=count) for member, count in found.items()]
    return tuple(sorted(members, key=lambda one: (one.ids, one.soft, one.mentions, one.appeared or 0)))


def _contradicts(members: tuple[Member, ...]) -> bool:
    return any(member.bearers > member.twice for member in members)


def _reason(kind: str, key: str, members: tuple[Member, ...], aim: Aim) -> str:
    if literal_sort(key) != "constant":
        return "placeholder"
    if _contradicts(members):
        return "contradiction"
    ids = {one for member in members for one in member.ids}
    if len(ids) > len({name for name, _ in ids}):
        return "conflict"
    if any(len(member.keys) > 1 for member in members):
        return "two-identifiers"
    if len({account for member in members for account in member.accounts}) > 1:
        return "two-accounts"
    if kind != aim.kind:
        return "other-identifier"
    if kind == "email" and not _is_address(key):
        return "not-an-address"
    if any(_aimed(member, aim) is None and _handle(member) is None for member in members):
        return "unreachable"
    return ""


def _is_address(text: str) -> bool:
    name, at, domain = text.partition("@")
    plain = not any(char.isspace() or not char.isprintable() for char in text)
    return bool(name and at) and plain and "@" not in domain and "." in domain.strip(".")


def _aimed(member: Member, aim: Aim) -> str | None:
    """The profile's value of the hard ID."""
    return next((value for name, value in member.ids if name == aim.hard), None)


def _handle(member: Member) -> tuple[str, str] | None:
    """The soft ID by which a call reaches the profile."""
    return next((soft for soft in member.soft if literal_sort(soft[1]) == "constant"), None)


def _calls(key: str, members: tuple[Member, ...], aim: Aim) -> tuple[dict[str, Any], ...]:
    """The payloads that merge a group: the hard ID with each stray's soft ID."""
    there = next((value for member in members if (value := _aimed(member, aim))), key)
    calls = []
    for member in members:
        handle = _handle(member)
        if _aimed(member, aim) or handle is None:
            continue
        calls.append(
            {
                "customer_ids": {aim.hard: there, handle[0]: handle[1]},
                "properties": {aim.property: there},
                "update_timestamp": _stamp(member.appeared),
            }
        )
    return tuple(calls)


def _stamp(appeared: float | None) -> int:
    """The moment that a call claims: what has been written since stays."""
    return int(appeared) if appeared is not None and _EARLY <= appeared < _LATEST else _EARLY


def merges(group: Group, aim: Aim) -> bool:
    """Whether the calls, replayed on the identity model in any order, leave exactly one profile."""
    for calls in (group.calls, group.calls[::-1]):
        model = Engagement(aim.soft)
        for member in group.members:
            profile = Profile()
            profile.hard = dict(member.ids)
            profile.soft = set(member.soft)
            model.profiles.append(profile)
        for call in calls:
            model.send(call["customer_ids"], call["properties"])
        if len(model.profiles) != 1 or not group.calls:
            return False
    return True
