"""What is wrong with the profiles, in figures: judged groups in, a diagnosis out."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import NamedTuple

from trackaudit.profiles.aim import value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.profiles.groups import Group

EXAMPLES = 3
"""Values that are shown of each pattern."""


class Count(NamedTuple):
    """Groups of profiles, and the profiles in them."""

    groups: int = 0
    profiles: int = 0

    def more(self, profiles: int) -> Count:
        return Count(self.groups + 1, self.profiles + profiles)


class Pattern(NamedTuple):
    """How groups came about. reason: why they are held, "" for those that can merge. strays: the places where the
    profiles without the hard ID have what is shared, (place, name). clash: hard IDs that have two values. spelling:
    whether those differ in case only."""

    reason: str
    strays: tuple[tuple[str, str], ...] = ()
    clash: tuple[str, ...] = ()
    spelling: bool = False


class Like(NamedTuple):
    """The groups of one pattern, and the values that the first of them share."""

    size: Count
    examples: tuple[str, ...]


class Diagnosis(NamedTuple):
    """The figures. kinds: what is shared. places: where the shared value stands, by (place, name): a profile counts at
    each. strays: likewise, only the profiles that lack the hard ID. variants: `case` and `space`. can_merge: what a
    plan would merge. held: by reason. days: stray profiles by the day they appeared (UTC). crowds: what more than the
    limit share. patterns: every group is in one."""

    kinds: dict[str, Count]
    places: dict[tuple[str, str], Count]
    strays: dict[tuple[str, str], int]
    variants: dict[str, int]
    can_merge: Count
    held: dict[str, Count]
    days: dict[str, int]
    crowds: list[tuple[str, str, int]]
    patterns: dict[Pattern, Like]


def diagnose(
    groups: Iterable[Group],
    crowds: Iterable[tuple[str, str, int, str]],
    places: Iterable[tuple[str, str, int, int, int]],
    shown: int = 10,
) -> Diagnosis:
    """Count. places: of the crowds, each with its values, profiles, and those of them that lack the hard ID. `shown`:
    how many of the crowds are kept by name."""
    found = Diagnosis({}, {}, {}, {"case": 0, "space": 0}, Count(), {}, {}, [], {})
    can_merge = Count()
    for kind, key, profiles, reason in crowds:
        found.kinds[kind] = found.kinds.get(kind, Count()).more(profiles)
        found.held[reason] = found.held.get(reason, Count()).more(profiles)
        _like(found, Pattern(reason), profiles, value_of(kind, key))
        if len(found.crowds) < shown:
            found.crowds.append((kind, value_of(kind, key), profiles))
    for place, name, values, profiles, strays in places:
        found.places[(place, name)] = Count(values, profiles)
        found.strays[(place, name)] = strays
    for group in groups:
        size = len(group.members)
        if group.reason:
            found.held[group.reason] = found.held.get(group.reason, Count()).more(size)
        else:
            can_merge = can_merge.more(size)
        _like(found, pattern_of(group), size, value_of(*group.shared[0]))
        _count(found, group)
    days = dict(sorted(found.days.items()))
    patterns = dict(sorted(found.patterns.items(), key=lambda item: (-item[1].size.profiles, item[0])))
    return found._replace(can_merge=can_merge, days=days, patterns=patterns)


def pattern_of(group: Group) -> Pattern:
    """How a group came about."""
    strays = {(said.place, said.name) for one in group.members if one.stray for said in one.mentions}
    ids = {one for member in group.members for one in member.ids}
    clash = {name for name, _ in ids if sum(its == name for its, _ in ids) > 1}
    spelling = bool(clash) and len({(name, value.lower()) for name, value in ids}) == len({name for name, _ in ids})
    return Pattern(group.reason, tuple(sorted(strays)), tuple(sorted(clash)), spelling)


def _count(found: Diagnosis, group: Group) -> None:
    """Where the members of a group have what they share, how it is spelt, and when the strays appeared."""
    for kind, key in group.shared:
        mine = [said for one in group.members for said in one.mentions if (said.kind, said.key) == (kind, key)]
        holders = sum(any((said.kind, said.key) == (kind, key) for said in one.mentions) for one in group.members)
        found.kinds[kind] = found.kinds.get(kind, Count()).more(holders)
        trimmed = {said.value.strip() for said in mine}
        lower = {said.value.lower() for said in mine}
        found.variants["space"] += len({value.strip() for value in lower}) < len(lower)
        found.variants["case"] += len({value.lower() for value in trimmed}) < len(trimmed)
    at: dict[tuple[str, str], list[bool]] = {}
    for one in group.members:
        for place in {(said.place, said.name) for said in one.mentions}:
            at.setdefault(place, []).append(one.stray)
        if one.appeared is not None and one.stray:
            day = _day(one.appeared)
            found.days[day] = found.days.get(day, 0) + 1
    for place, strays in at.items():
        found.places[place] = found.places.get(place, Count()).more(len(strays))
        found.strays[place] = found.strays.get(place, 0) + sum(strays)


def _like(found: Diagnosis, pattern: Pattern, profiles: int, example: str) -> None:
    like = found.patterns.get(pattern, Like(Count(), ()))
    examples = like.examples if len(like.examples) == EXAMPLES else (*like.examples, example)
    found.patterns[pattern] = Like(like.size.more(profiles), examples)


def _day(seconds: float) -> str:
    try:
        return str(datetime.fromtimestamp(seconds, timezone.utc).date())
    except (ValueError, OverflowError, OSError):
        return "unknown"
