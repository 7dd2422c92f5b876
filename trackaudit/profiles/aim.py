"""Into which hard IDs profiles are merged: the columns and the user's word in, a `Goal` out."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.engine.sort import literal_sort
from trackaudit.errors import InputError
from trackaudit.identity import IDENTIFYING
from trackaudit.profiles.export import hard_share, ids_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from trackaudit.profiles.export import Export


class Aim(NamedTuple):
    """A hard ID to merge into. hard: its name. kind: what it holds. property: under which name the identifier is sent
    as a property too."""

    hard: str
    kind: str
    property: str

    def holds(self, kind: str, key: str) -> bool:
        """Whether an identifier could be a value of this ID. Account ids are told apart by their names."""
        return kind == self.kind and (kind != "customer_id" or key.startswith(f"{self.hard}="))


class Goal(NamedTuple):
    """What a run may merge. aims: the hard IDs to merge into, the first that fits is taken. soft: names of the soft
    IDs. scopes: properties that hold account ids, each with the hard ID whose values those are. limit: a value that
    more profiles share links nobody."""

    aims: tuple[Aim, ...]
    soft: frozenset[str]
    scopes: Mapping[str, str]
    limit: int

    def bar(self, kind: str, key: str, profiles: int) -> str:
        """Why a shared identifier links nobody: placeholder, crowd, not-an-address, other-identifier; "" if it does."""
        if literal_sort(value_of(kind, key)) != "constant":
            return "placeholder"
        if profiles > self.limit:
            return "crowd"
        if kind == "email" and not _is_address(key):
            return "not-an-address"
        return "" if any(aim.holds(kind, key) for aim in self.aims) else "other-identifier"


def value_of(kind: str, key: str) -> str:
    """An identifier without the name that account ids are compared with."""
    return key.partition("=")[2] if kind == "customer_id" else key


def goal_of(database: duckdb.DuckDBPyConnection, export: Export, wanted: Sequence[str], limit: int) -> Goal:
    """Choose the hard IDs: those that are wanted, else those of e-mail addresses and account ids, else those of phone
    numbers. Raises InputError where that is a guess."""
    ids = ids_of(database, export)
    hard = {name: kind for place, name, kind in ids if place == "hard"}
    for name in wanted:
        if name not in hard:
            raise InputError(f"the export has no hard ID `{name}`; it has: {', '.join(sorted(hard)) or 'none'}")
        if not hard[name]:
            raise InputError(f"it is not known what `{name}` holds; say so under `identifiers` in trackaudit.yaml")
    ranked = sorted((name for name, kind in hard.items() if kind), key=lambda name: IDENTIFYING.index(hard[name]))
    # A phone number is a family's more often than an address is: alone it merges only where that is asked for.
    chosen = list(dict.fromkeys(wanted)) or [name for name in ranked if hard[name] != "phone"] or ranked
    if not chosen:
        raise InputError(
            "no hard ID of the export is known to identify customers by e-mail, phone or account id",
            "Name its column with --hard, and say what the ID `holds` under `identifiers` in trackaudit.yaml",
        )
    for name in chosen:
        values, addresses = hard_share(database, name)
        if hard[name] == "email" and values and addresses * 2 < values:
            raise InputError(
                f"`{name}` should hold e-mail addresses, but {values - addresses:,} of its {values:,} values are none",
                "Say what it holds under `identifiers` in trackaudit.yaml",
            )
    aims = tuple(Aim(name, hard[name], _property(name, hard[name], ids)) for name in chosen)
    return Goal(aims, frozenset(name for place, name, _ in ids if place == "soft"), _scopes(ids), limit)


def _property(name: str, kind: str, ids: Sequence[tuple[str, str, str]]) -> str:
    """The name of the property that says the same as a hard ID."""
    there = [said for place, said, its in ids if place == "property" and its == kind]
    return name if name in there else there[0] if there else name if kind == "customer_id" else kind


def _scopes(ids: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """7 as `user_id` and 7 as `member_id` are two people; where there is one ID and one property, they are the same."""
    accounts = [(place, name) for place, name, kind in ids if kind == "customer_id"]
    hard = {name for place, name in accounts if place == "hard"}
    others = {name for place, name in accounts if place != "hard"}
    return dict.fromkeys(others, min(hard)) if len(hard) == len(others) == 1 else {}


def _is_address(text: str) -> bool:
    name, at, domain = text.partition("@")
    plain = not any(char.isspace() or not char.isprintable() for char in text)
    return bool(name and at) and plain and "@" not in domain and "." in domain.strip(".")
