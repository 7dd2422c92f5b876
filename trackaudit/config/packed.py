"""The built-in rules and vocabulary as the wheel packs them: in goes nothing, out comes plain data, without YAML.

Reading the YAML costs 40 ms, reading this a third of one. The wheel's build writes the file (`hatch_build.py`), from
the YAML that lies beside it; a checkout has none, so that an edited rule is always the one that runs.
"""

from __future__ import annotations

import marshal
import os

from trackaudit.config import rules_dir
from trackaudit.config.anchors import Anchors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


NAME = "packed.bin"
_PARTS = ("anchors", "vocabulary", "rules", "examples")
"""In the order in which a run asks for them, one after the other in the file."""
FORMAT = 2
"""Of marshal: the last one without references, whose bytes are the same for the same data."""


def pack(rules: dict[str, tuple[Any, ...]], vocabulary: dict[str, Any], anchors: Anchors | None) -> bytes:
    """The file's bytes. `rules`: by file name, `engine.rule.Plain` each; their examples, which come last and are most
    of the whole, are a part of their own. `anchors`: None if they are not all that counts."""
    bare = {name: rule[:-1] for name, rule in rules.items()}
    parts = (anchors and tuple(anchors), vocabulary, bare, {name: rule[-1] for name, rule in rules.items()})
    return b"".join(marshal.dumps(marshal.dumps(part, FORMAT), FORMAT) for part in parts)


def packed_rules() -> dict[str, tuple[Any, ...]] | None:
    """Every built-in rule, by the path of its file, without its examples; None where nothing is packed."""
    data = _packed("rules")
    if data is None:
        return None
    folder = rules_dir()
    return {os.path.join(folder, name): rule for name, rule in data.items()}


def packed_examples(path: str) -> tuple[tuple[Any, ...], ...]:
    """The examples of a packed rule, by its path."""
    examples: dict[str, tuple[tuple[Any, ...], ...]] = _packed("examples") or {}
    return examples.get(os.path.basename(path), ())


def packed_vocabulary() -> dict[str, Any] | None:
    """The built-in vocabulary, the caller's to change; None where nothing is packed."""
    return _packed("vocabulary")  # type: ignore[no-any-return]


def packed_anchors() -> Anchors | None:
    """The words of which a file must hold one to be read, without a configuration; None where nothing is packed."""
    anchors = _packed("anchors")
    return Anchors(*anchors) if anchors is not None else None


def _packed(part: str) -> Any:
    try:
        with open(os.path.join(rules_dir(), NAME), "rb") as file:
            for _ in range(_PARTS.index(part)):
                marshal.load(file)
            return marshal.loads(marshal.load(file))
    except (OSError, EOFError, ValueError, TypeError):
        return None
