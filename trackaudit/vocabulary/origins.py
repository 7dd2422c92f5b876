"""Where a value comes from, as its path tells: the page, the URL, storage, the request, the session, a column."""

from __future__ import annotations

from trackaudit.vocabulary.words import is_call, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Origins:
    """The table `origins` of identifiers.yaml; the first origin that fits is the answer."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._table = [
            (
                name,
                [path.lower().split(".") for path in part["paths"]],
                frozenset(part["words"]),
                [pair.split() for pair in part["pairs"]],
            )
            for name, part in table.items()
        ]
        self._modules = {module: name for name, part in table.items() for module in part["modules"]}

    def of_module(self, module: str) -> str:
        """The origin of what a package's functions give."""
        return self._modules.get(module, "unknown")

    def of(self, parts: Sequence[str]) -> str:
        """The origin of a path: one of model.Entry's, `unknown` if nothing tells."""
        names = [part for part in parts if not is_call(part)]
        if not names:
            return "unknown"
        low = [name.lower() for name in names]
        # The last name is the value's own: `session_email` is no session. A call's name may be its origin.
        inner = [split(name) for name in (names if is_call(parts[-1]) else names[:-1])]
        for origin, paths, words, pairs in self._table:
            if any(_has_run(low, path) for path in paths):
                return origin
            if any(not words.isdisjoint(part) or any(_has_run(part, pair) for pair in pairs) for part in inner):
                return origin
        # What the server put into the page (parse/template_expressions) is what it knows of who is logged in.
        return "session" if names[0] == "{{}}" or names[0].startswith("|") else "unknown"


def _has_run(names: Sequence[str], run: Sequence[str]) -> bool:
    first, size = run[0], len(run)
    return first in names and any(
        name == first and list(names[at : at + size]) == list(run) for at, name in enumerate(names)
    )
