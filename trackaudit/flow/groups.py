"""Connected components: in go names and pairs of them, out comes the group that each name is in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def grouped(names: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name, the smallest name of its group. Links with a name that is not among these join nothing."""
    above = {name: name for name in names}

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = name = above[above[name]]
        return name

    for one, other in links:
        if one in above and other in above:
            first, second = sorted((top(one), top(other)))
            above[second] = first
    return {name: top(name) for name in above}
