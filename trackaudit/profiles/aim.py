"""Into which hard ID profiles are merged: the columns, the schema and the user's word in, an `Aim` out."""

from __future__ import annotations

from trackaudit.errors import InputError
from trackaudit.identity import IDENTIFYING
from trackaudit.profiles.export import hard_share, ids_of
from trackaudit.profiles.groups import Aim

TYPE_CHECKING = False
if TYPE_CHECKING:
    import duckdb

    from trackaudit.profiles.export import Export


def aim_of(database: duckdb.DuckDBPyConnection, export: Export, wanted: str) -> Aim:
    """Choose the hard ID: the one that is wanted, else that of the e-mail. Raises InputError where that is a guess."""
    ids = ids_of(database, export)
    hard = {name: kind for place, name, kind in ids if place == "hard"}
    soft = frozenset(name for place, name, _ in ids if place == "soft")
    if wanted and wanted not in hard:
        raise InputError(f"the export has no hard ID `{wanted}`; it has: {', '.join(sorted(hard)) or 'none'}")
    ranked = sorted((name for name, kind in hard.items() if kind), key=lambda name: IDENTIFYING.index(hard[name]))
    name = wanted or next(iter(ranked), "")
    if not name:
        raise InputError(
            "no hard ID of the export is known to identify customers by e-mail, phone or account id",
            "Name its column with --hard, and say what the ID `holds` under `identifiers` in trackaudit.yaml",
        )
    kind = hard[name]
    if not kind:
        raise InputError(f"it is not known what `{name}` holds; say so under `identifiers` in trackaudit.yaml")
    values, addresses = hard_share(database, name)
    if kind == "email" and values and addresses * 2 < values:
        raise InputError(
            f"`{name}` should hold e-mail addresses, but {values - addresses:,} of its {values:,} values are none",
            "Say what it holds under `identifiers` in trackaudit.yaml",
        )
    property_ = next((name for place, name, its in ids if place == "property" and its == kind), kind)
    return Aim(name, kind, property_, soft)
