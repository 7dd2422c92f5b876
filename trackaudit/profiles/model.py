"""A small model of Engagement's identity rules: calls and payloads go in, profiles come out.

A hard ID names one profile for ever; a soft ID (the cookie) belongs to one profile at a time. An anonymous profile
merges into the one that a hard ID names; two profiles with different values of one hard ID never merge.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any


class Profile:
    """One customer as Engagement sees it."""

    def __init__(self) -> None:
        self.hard: dict[str, str] = {}
        self.soft: set[tuple[str, str]] = set()
        self.properties: dict[str, Any] = {}
        self.events: list[str] = []


class Engagement:
    """All profiles of one project. `soft`: the names of its soft IDs; every other name is a hard ID."""

    def __init__(self, soft: Collection[str] = ("cookie",)) -> None:
        self.soft = soft
        self.profiles: list[Profile] = []

    def send(self, ids: dict[str, Any], properties: dict[str, Any] | None = None, event: str = "") -> None:
        """One payload: IDs, properties, and the event's name if it is one. Empty IDs count for nothing."""
        given = {name: str(value).strip() for name, value in ids.items() if value}
        hard = {name: value for name, value in given.items() if name not in self.soft}
        soft = {(name, value) for name, value in given.items() if name in self.soft}
        if not given:
            return
        profile = self._by_hard(hard)
        anonymous = next((one for one in self.profiles if one.soft & soft), None)
        if profile is None and anonymous is not None and not _clash(anonymous, hard):
            profile = anonymous
        if profile is None:
            profile = Profile()
            self.profiles.append(profile)
        if anonymous is not None and anonymous is not profile:
            anonymous.soft -= soft  # the newer profile takes the cookie
            if not _clash(anonymous, {**profile.hard, **hard}):
                profile.properties = {**anonymous.properties, **profile.properties}
                profile.events = anonymous.events + profile.events
                profile.soft |= anonymous.soft
                profile.hard = {**anonymous.hard, **profile.hard}
                self.profiles.remove(anonymous)
        profile.hard.update(hard)
        profile.soft |= soft
        if event:
            profile.events.append(event)
        else:
            profile.properties.update(properties or {})

    def _by_hard(self, hard: dict[str, str]) -> Profile | None:
        return next((one for one in self.profiles if any(one.hard.get(k) == v for k, v in hard.items())), None)


def _clash(profile: Profile, hard: dict[str, str]) -> bool:
    return any(profile.hard.get(name, value) != value for name, value in hard.items())
