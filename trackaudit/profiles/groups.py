"""Groups of profiles that identifiers link: rows of evidence in, a judgement of each group out.

A group is planned only if everything speaks for one person and every stray profile can be reached; else it is held,
with the reason. When in doubt it is held: a merge cannot be undone.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from trackaudit.engine.sort import literal_sort
from trackaudit.identity import IDENTIFYING
from trackaudit.profiles.aim import value_of
from trackaudit.profiles.model import Engagement, Profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from trackaudit.profiles.aim import Aim, Goal

_EARLY = 1
"""An `update_timestamp` before every other, in seconds: what is there already stays."""
_LATEST = 4_000_000_000
"""In seconds; what claims to be later (the year 2096) is no moment."""


class Mention(NamedTuple):
    """Where a profile has a shared identifier. value: as written. kind and key: what is compared."""

    place: str
    name: str
    value: str
    kind: str
    key: str


class Member(NamedTuple):
    """One profile of a group. ids: its hard IDs, (name, value). soft: its soft IDs, likewise. mentions: of what the
    group shares. keys: all its identifiers, (kind, key). bearers: how many rows have one of its IDs. appeared: unix
    seconds. twice: how often it is listed; 0 and less tells profiles without IDs apart."""

    ids: tuple[tuple[str, str], ...]
    soft: tuple[tuple[str, str], ...]
    mentions: tuple[Mention, ...]
    keys: frozenset[tuple[str, str]]
    bearers: int
    appeared: float | None
    twice: int = 1

    @property
    def stray(self) -> bool:
        """Whether it has what is shared in no hard ID."""
        return all(mention.place != "hard" for mention in self.mentions)

    def hard(self, name: str) -> str | None:
        """The profile's value of a hard ID."""
        return next((value for its, value in self.ids if its == name), None)

    @property
    def handle(self) -> tuple[str, str] | None:
        """The soft ID by which a call reaches the profile."""
        return next((soft for soft in self.soft if literal_sort(soft[1]) == "constant"), None)


class Group(NamedTuple):
    """A group and what becomes of it. shared: the identifiers that link it, (kind, key). reason: why it is held, ""
    where `calls` merge it."""

    shared: tuple[tuple[str, str], ...]
    members: tuple[Member, ...]
    reason: str
    calls: tuple[dict[str, Any], ...]


def judged(rows: Iterable[tuple[Any, ...]], goal: Goal) -> Iterator[Group]:
    """The groups of `queries.evidence`, judged, in its order. What no two profiles share after all is left out."""
    for (kind, key, bar), some in groupby(rows, key=lambda row: row[:3]):
        members = _members(some, (kind, key), bar)
        said = {(mention.kind, mention.key) for one in members for mention in one.mentions}
        shared = tuple(sorted(said, key=lambda one: (IDENTIFYING.index(one[0]), one[1])))
        if len(members) < 2:
            if members and _contradicts(members):
                yield Group(shared, members, "contradiction", ())
            continue
        reason = _reason(bar, members, goal)
        calls = () if reason else _calls(shared, members, goal)
        yield Group(shared, members, reason or ("" if calls else "unreachable"), calls)


def _members(rows: Iterable[tuple[Any, ...]], unit: tuple[str, str], bar: str) -> tuple[Member, ...]:
    found: dict[Member, int] = {}
    for number, (_, some) in enumerate(groupby(rows, key=lambda row: row[3])):
        hard, soft, mentions, keys = set(), set(), set(), set()
        bearers = 1
        times = []
        for _, _, _, _, place, name, value, trimmed, kind, key, appeared, borne, link in some:
            if place == "hard":
                hard.add((name, trimmed))
            elif place == "soft":
                soft.add((name, trimmed))
            if place != "property":
                bearers = max(bearers, borne)
            if kind:
                keys.add((kind, key))
            if (kind, key) == unit if bar else link:
                mentions.add(Mention(place, name, value, kind, key))
            if appeared is not None:
                times.append(appeared)
        # Rows with the same IDs and values are one profile, listed twice; without an ID that cannot be known.
        member = Member(
            tuple(sorted(hard)),
            tuple(sorted(soft)),
            tuple(sorted(mentions)),
            frozenset(keys),
            bearers,
            min(times, default=None),
            1 if hard or soft else -number,
        )
        found[member] = found.get(member, 0) + 1
    members = [member._replace(twice=count) for member, count in found.items()]
    return tuple(sorted(members, key=lambda one: (one.ids, one.soft, one.mentions, one.appeared or 0)))


def _contradicts(members: tuple[Member, ...]) -> bool:
    return any(member.bearers > member.twice for member in members)


def _reason(bar: str, members: tuple[Member, ...], goal: Goal) -> str:
    ids = {one for member in members for one in member.ids}
    if bar == "placeholder" or any(literal_sort(value) != "constant" for _, value in ids):
        return "placeholder"
    if _contradicts(members):
        return "contradiction"
    if len(ids) > len({name for name, _ in ids}):
        return "conflict"
    if bar:
        return bar
    keys = [{one for one in member.keys if literal_sort(value_of(*one)) == "constant"} for member in members]
    for kind in {aim.kind for aim in goal.aims} - {"customer_id"}:
        if len({one for its in keys for one in its if one[0] == kind}) > 1:
            return "two-identifiers"
    return (
        "two-accounts" if _two_accounts([{key for kind, key in its if kind == "customer_id"} for its in keys]) else ""
    )


def _two_accounts(accounts: list[set[str]]) -> bool:
    """Whether account ids differ, or cannot be compared: they have no name in common."""
    names = [{key.partition("=")[0] for key in its} for its in accounts if its]
    every = set().union(*accounts)
    return bool(names) and (len(every) > len(set().union(*names)) or not set.intersection(*names))


def _calls(shared: tuple[tuple[str, str], ...], members: tuple[Member, ...], goal: Goal) -> tuple[dict[str, Any], ...]:
    """The payloads that merge a group: one profile's hard ID with each other one's soft ID, or the other way round
    where that one has none. Empty where a profile has neither."""
    aim, there = _into(shared, members, goal)
    pivot = next((member.handle for member in members if member.handle), None)
    calls = []
    for member in members:
        if member.hard(aim.hard) is not None:
            continue
        handle = member.handle
        name, value = (aim.hard, there) if handle else next(iter(member.ids), (aim.hard, there))
        soft = handle or (pivot if member.ids else None)
        if soft is None:
            return ()
        calls.append(
            {
                "customer_ids": {name: value, soft[0]: soft[1]},
                "properties": {aim.property: there},
                "update_timestamp": _stamp(member.appeared),
            }
        )
    return tuple(calls)


def _into(shared: tuple[tuple[str, str], ...], members: tuple[Member, ...], goal: Goal) -> tuple[Aim, str]:
    """The hard ID that a group merges into and its value: one that a profile has, else what they share."""
    fit = [(aim, kind, key) for aim in goal.aims for kind, key in shared if aim.holds(kind, key)]
    for aim, _, _ in fit:
        for member in members:
            if value := member.hard(aim.hard):
                return aim, value
    aim, kind, key = fit[0]
    return aim, value_of(kind, key)


def _stamp(appeared: float | None) -> int:
    """The moment that a call claims: what has been written since stays."""
    return int(appeared) if appeared is not None and _EARLY <= appeared < _LATEST else _EARLY


def merges(group: Group, soft: frozenset[str]) -> bool:
    """Whether the calls, replayed on the identity model in any order, leave exactly one profile."""
    for calls in (group.calls, group.calls[::-1]):
        model = Engagement(soft)
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
