"""Blocks that only ask whether something is there."""

from __future__ import annotations

from trackaudit.calls.read import IDENTIFIERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import TrackingCall
    from trackaudit.vocabulary import Vocabulary


ENVIRONMENT = frozenset(("window", "document", "globalThis", "self", "navigator", "process"))
"""Globals whose presence tells where code runs, not who the customer is."""


def without_presence(
    calls: list[TrackingCall], presence: dict[int, tuple[int, frozenset[str]]], vocabulary: Vocabulary
) -> list[TrackingCall]:
    """Take out blocks that only ask whether the identifier, its owner or the SDK is there: they are no branch."""
    of_unit: dict[str, set[str]] = {}
    for call in calls:
        keys = of_unit.setdefault(call.unit, set())
        for entry in (*call.ids.items, *call.properties.items):
            if entry.kind in IDENTIFIERS or entry in call.ids.items:
                keys.update(entry.value.symbols)
    for keys in of_unit.values():
        for key in list(keys):
            keys.update(_owners(key))

    def plain(block: tuple[int, int, int], unit: str) -> bool:
        told = presence.get(block[0])
        if told is None or told[0] != block[1]:
            return False
        return all(subject in of_unit[unit] or _is_ground(subject, vocabulary) for subject in told[1])

    return [
        call._replace(blocks=tuple(block for block in call.blocks if not plain(block, call.unit))) for call in calls
    ]


def _owners(key: str) -> list[str]:
    """Keys of what an identifier is a member of: `user.email` is there only if `user` is."""
    root = key.partition(":")[0]
    found: list[str] = []
    while "." in key:
        key = key.rpartition(".")[0]
        if key.startswith(root) and len(key) > len(root):
            found.append(key)
    return found


def _is_ground(subject: str, vocabulary: Vocabulary) -> bool:
    """Whether a test's subject is the SDK or where code runs."""
    path = subject.rpartition(":")[2]
    first = path.partition(".")[0]
    return first in ENVIRONMENT or vocabulary.is_sdk_name(first)
