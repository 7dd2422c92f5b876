"""Connected components: in go names and what joins them, out comes the group that each name is in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence


def said(data: bytes, names: Iterable[str]) -> list[str]:
    """Those of the names that a file's bytes hold."""
    return [name for name in names if name.encode() in data]


def sayers(names: Collection[str], paths: Iterable[str], data: Callable[[str], bytes]) -> dict[str, list[str]]:
    """By name, those of the files, in order, whose bytes hold it: what shares a global is joined without an import."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for path in sorted(paths) if names else ():
        for name in said(data(path), names):
            found[name].append(path)
    return found


def chained(groups: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    """Links that join all names of each group."""
    return [(names[0], name) for names in groups for name in names[1:]]


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
