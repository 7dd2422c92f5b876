"""The built-in rules and vocabulary as the wheel packs them: in goes nothing, out comes plain data, without YAML.

Reading the YAML costs 40 ms, reading this a third of one. The wheel's build writes the file (`hatch_build.py`), from
the YAML that lies beside it; a checkout has none, so that an edited rule is always the one that runs.
"""

from __future__ import annotations

import marshal
import os

from trackaudit.config import rules_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


NAME = "packed.bin"
FORMAT = 2
"""Of marshal: the last one without references, whose bytes are the same for the same data."""


def pack(rules: dict[str, Any], vocabulary: dict[str, Any]) -> bytes:
    """The file's bytes. `rules`: by file name; their examples, two thirds of the whole, stay packed until asked for."""
    parts = {"rules": {name: _folded(rule) for name, rule in rules.items()}, "vocabulary": vocabulary}
    return marshal.dumps({name: marshal.dumps(part, FORMAT) for name, part in parts.items()}, FORMAT)


def unfold(examples: bytes) -> Any:
    """A rule's examples as its file holds them."""
    return marshal.loads(examples)


def packed_rules() -> dict[str, Any] | None:
    """What every built-in rule file holds, by its path, with its examples folded; None where nothing is packed."""
    data = _packed("rules")
    if data is None:
        return None
    folder = rules_dir()
    return {os.path.join(folder, name): content for name, content in data.items()}


def packed_vocabulary() -> dict[str, Any] | None:
    """The built-in vocabulary, the caller's to change; None where nothing is packed."""
    return _packed("vocabulary")


def _folded(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "examples": marshal.dumps(rule["examples"], FORMAT)}


def _packed(part: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(rules_dir(), NAME), "rb") as file:
            return marshal.loads(marshal.load(file)[part])  # type: ignore[no-any-return]
    except (OSError, EOFError, ValueError, TypeError):
        return None
