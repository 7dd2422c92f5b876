"""Stage discover, the names: in goes a folder, out come the paths of its files, without those that are ignored.

A git repository is asked for its index and its untracked files; any other tree is walked, honouring the `.gitignore`
and `.ignore` files in it. Names only: nothing is read but the ignore files.
"""

from __future__ import annotations

import os

from trackaudit.discover.git import run_git
from trackaudit.model import Notice
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathspec import GitIgnoreSpec

_IGNORE_FILES = (".gitignore", ".ignore")
_IGNORE_FILE_LIMIT = 1_000_000
_SKIPPED_NAMES = frozenset({"node_modules", ".venv", "venv", "site-packages", ".git"})
_ENVIRONMENT = "pyvenv.cfg"
"""What lies in a virtual environment's folder."""
_PLAIN_FILE = "100"
"""How the modes of regular files begin."""
DECLARATIONS = (".d.ts", ".d.mts", ".d.cts", ".pyi")
"""How the names of files of types end. No code is in them, so nothing is sent; often they are half of a tree."""
_SDK_FILES = ("exponea", "infinario-")
"""How the names of the SDK's own builds begin."""


class Listing(NamedTuple):
    """Paths relative to the root, with `/`; one that is being merged comes more than once. `notices`: what could not be
    listed. `left_out`: paths that git lists, but are somebody else's."""

    paths: list[str]
    notices: list[Notice]
    left_out: Sequence[str] = ()


def skipped(paths: Sequence[str]) -> set[str]:
    """Those of many paths that are somebody else's code by their names (`is_skipped`)."""
    text = "\0".join(paths)
    marks = [mark for name in _SKIPPED_NAMES if (mark := f"{name}/") in text]
    marks += [mark for mark in (".min.js",) if mark in text]
    return {path for mark in marks for path in paths if mark in path and is_skipped(path)}


def is_skipped(path: str) -> bool:
    """Whether a path is somebody else's code by its name: packages, virtual environments, the SDK's own files."""
    *folders, name = path.split("/")
    return not _SKIPPED_NAMES.isdisjoint(folders) or (name.endswith(".min.js") and name.startswith(_SDK_FILES))


def list_repository(root: str) -> Listing | str:
    """The files of a git work tree below `root`, tracked or not ignored; or the reason why git could not tell."""
    answer = run_git(root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    if isinstance(answer, str):
        return answer
    text = os.fsdecode(answer)
    names = text.split("\0")[:-1]
    if "/\0" in text:  # a name that ends so is another repository inside this one
        names = [name for name in names if name[-1] != "/"]
    if f"/{_ENVIRONMENT}\0" not in text:
        return Listing(names, [])
    environments = tuple(name[: -len(_ENVIRONMENT)] for name in names if name.endswith(f"/{_ENVIRONMENT}"))
    left_out = [name for name in names if name.startswith(environments)]
    others = set(left_out)
    return Listing([name for name in names if name not in others], [], left_out)


def passed_over(root: str) -> set[str]:
    """The files of a git work tree below `root` that a walk passes over although git tracks them: links and what they
    stand for, and what is ignored."""
    tracked = run_git(root, ["ls-files", "-z", "--stage"])
    ignored = run_git(root, ["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"])
    if isinstance(tracked, str) or isinstance(ignored, str):
        return set()
    links = [entry for entry in os.fsdecode(tracked).split("\0") if entry and not entry.startswith(_PLAIN_FILE)]
    return {*(entry.partition("\t")[2] for entry in links), *os.fsdecode(ignored).split("\0")}


def walk(root: str, start: str = "") -> Listing:
    """The files below the folder `start` of `root`, without links, skipped folders, and what ignore files leave out."""
    listing = Listing([], [])
    ignores: dict[str, list[tuple[str, GitIgnoreSpec]]] = {}
    stack = [start]
    while stack:
        folder = stack.pop()
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(f"{root}/{folder}" if folder else root) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            why = f"the folder cannot be read: {error.strerror or error}"
            listing.notices.append(Notice("unreadable", folder, 0, why))
            continue
        names = {entry.name for entry in entries}
        if folder != start and _ENVIRONMENT in names:
            continue
        specs = ignores.pop(folder, [])
        own = [line for name in _IGNORE_FILES if name in names for line in _ignore_lines(f"{root}/{prefix}{name}")]
        if own:
            specs = [*specs, (prefix, ignore_spec(own))]
        below: list[str] = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_NAMES and not _is_ignored(f"{path}/", specs):
                    below.append(path)
            elif entry.is_file(follow_symlinks=False) and not _is_ignored(path, specs):
                listing.paths.append(path)
        for path in below:
            ignores[path] = specs
        stack.extend(reversed(below))
    return listing


def ignore_spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """A matcher for lines in the language of `.gitignore`; a line that cannot be read matches nothing."""
    from pathspec import GitIgnoreSpec

    usable: list[str] = []
    for line in lines:
        # Patterns become regular expressions that try every split; many stars would take for ever on a long name.
        if max(part.count("*") for part in line.split("/")) > 4 or line.count("**") > 4:
            continue
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        usable.append(line)
    return GitIgnoreSpec.from_lines(usable)


def _is_ignored(path: str, specs: list[tuple[str, GitIgnoreSpec]]) -> bool:
    for prefix, spec in reversed(specs):
        verdict = spec.check_file(path[len(prefix) :]).include
        if verdict is not None:
            return verdict
    return False


def _ignore_lines(path: str) -> list[str]:
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > _IGNORE_FILE_LIMIT:
            return []
        with open(path, "rb") as file:
            return os.fsdecode(file.read()).splitlines()
    except OSError:
        return []
