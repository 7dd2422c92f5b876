"""What is wrong with the profiles, in figures: judged groups in, a diagnosis out."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import NamedTuple

from trackaudit.engine.sort import literal_sort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.profiles.groups import Group


class Count(NamedTuple):
    """Groups of profiles, and the profiles in them."""

    groups: int = 0
    profiles: int = 0

    def more(self, profiles: int) -> Count:
        return Count(self.groups + 1, self.profiles + profiles)


class Diagnosis(NamedTuple):
    """The figures. kinds: what is shared. places: where the shared value stands, by (place, name): a profile counts at
    each. strays: likewise, only the profiles that lack the hard ID. variants: `case` and `space`. can_merge: what a
    plan would merge. held: by reason. days: stray profiles by the day they appeared (UTC). crowds: what more than the
    limit share."""

    kinds: dict[str, Count]
    places: dict[tuple[str, str], Count]
    strays: dict[tuple[str, str], int]
    variants: dict[str, int]
    can_merge: Count
    held: dict[str, Count]
    days: dict[str, int]
    crowds: list[tuple[str, str, int]]


def diagnose(groups: Iterable[Group], crowds: Iterable[tuple[str, str, int]], shown: int = 10) -> Diagnosis:
    """Count. `shown`: how many of the crowds are kept by name."""
    found = Diagnosis({}, {}, {}, {"case": 0, "space": 0}, Count(), {}, {}, [])
    can_merge = Count()
    for kind, key, profiles in crowds:
        reason = "crowd" if literal_sort(key) == "constant" else "placeholder"
        found.kinds[kind] = found.kinds.get(kind, Count()).more(profiles)
        found.held[reason] = found.held.get(reason, Count()).more(profiles)
        if len(found.crowds) < shown:
            found.crowds.append((kind, key, profiles))
    for group in groups:
        size = len(group.members)
        found.kinds[group.kind] = found.kinds.get(group.kind, Count()).more(size)
        if group.reason:
            found.held[group.reason] = found.held.get(group.reason, Count()).more(size)
        else:
            can_merge = can_merge.more(size)
        for place in {(where, name) for one in group.members for where, name, _ in one.mentions}:
            here = [one for one in group.members if any(said[:2] == place for said in one.mentions)]
            found.places[place] = found.places.get(place, Count()).more(len(here))
            strays = sum(all(said[0] != "hard" for said in one.mentions) for one in here)
            found.strays[place] = found.strays.get(place, 0) + strays
        written = {value for one in group.members for _, _, value in one.mentions}
        trimmed = {value.strip() for value in written}
        found.variants["space"] += len(trimmed) < len(written)
        found.variants["case"] += len({value.lower() for value in trimmed}) < len(trimmed)
        for one in group.members:
            if one.appeared is not None and all(said[0] != "hard" for said in one.mentions):
                day = _day(one.appeared)
                found.days[day] = found.days.get(day, 0) + 1
    return found._replace(can_merge=can_merge, days=dict(sorted(found.days.items())))


def _day(seconds: float) -> str:
    try:
        return str(datetime.fromtimestamp(seconds, timezone.utc).date())
    except (ValueError, OverflowError, OSError):
        return "unknown"
