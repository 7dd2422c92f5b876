"""Where a run stands: in go the paths of the command line, out come the root, the configuration and the targets."""

from __future__ import annotations

import os

from trackaudit.errors import InputError
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Target(NamedTuple):
    """A path that the user named, relative to the root (`""`: the root itself). `folder`: not a file."""

    path: str
    folder: bool


class Ground(NamedTuple):
    """Where a run stands.

    root: absolute, links resolved. config: absolute path of the configuration, or None. repository: top of the git
    work tree that holds the root, or None. prefix: what to put before a path under the root to make it relative to
    the working directory (`""`, `shop/`, `../`). targets: what is reported.
    """

    root: str
    config: str | None
    repository: str | None
    prefix: str
    targets: tuple[Target, ...]


def locate(paths: Sequence[str], cwd: str = "", config: str | None = None, stdin_name: str | None = None) -> Ground:
    """Find the root and the targets. Raises InputError with every path that is missing or cannot be read.

    `paths` are relative to `cwd` (default: the process's); none means `cwd` itself. `config`: a configuration named
    by the user. `stdin_name`: the name under which standard input is checked, instead of `paths`; it need not exist.
    """
    here = os.path.realpath(cwd or os.getcwd())
    problems: list[str] = []
    named: dict[str, bool] = {}
    if stdin_name is not None:
        named[os.path.realpath(os.path.join(here, stdin_name))] = False
    else:
        for path in paths or (".",):
            full = os.path.realpath(os.path.join(here, path))
            problem = _problem(full)
            if problem:
                problems.append(f"{path}: {problem}")
            named[full] = os.path.isdir(full)
    chosen = os.path.realpath(os.path.join(here, config)) if config is not None else None
    if chosen is not None and not os.path.isfile(chosen):
        problems.append(f"{config}: no such configuration file")
    if problems:
        raise InputError(*problems)

    parent = _common_parent(named)
    repository = _repository(parent)
    if chosen is not None:
        _check_config(os.path.join(here, config or ""), repository or parent)
        folder = os.path.dirname(chosen)
        root = folder if _is_below(parent, folder) else repository or parent
    else:
        chosen = _find_config(parent, repository)
        root = os.path.dirname(chosen) if chosen is not None else repository or parent
    if repository is not None and not _is_below(root, repository):
        repository = None
    targets = tuple(Target(_relative(path, root), folder) for path, folder in named.items())
    above = _relative(root, here)
    return Ground(root, chosen, repository, f"{above}/" if above else "", targets)


def named_files(ground: Ground) -> frozenset[str]:
    """The files that the user named, one by one."""
    return frozenset(target.path for target in ground.targets if not target.folder)


def under(path: str, targets: Iterable[Target]) -> list[tuple[Target, str]]:
    """The targets that a path is under, each with the rest of the path below it."""
    result = []
    for target in targets:
        if target.folder and (not target.path or path.startswith(f"{target.path}/")):
            result.append((target, path[len(target.path) + 1 :] if target.path else path))
        elif path == target.path:
            result.append((target, path))
    return result


def _problem(full: str) -> str:
    if not os.path.exists(full):
        return "no such file or folder"
    if os.path.isdir(full):
        return "" if os.access(full, os.R_OK | os.X_OK) else "the folder cannot be read"
    if not os.path.isfile(full):
        return "neither a regular file nor a folder"
    return "" if os.access(full, os.R_OK) else "the file cannot be read"


def _common_parent(named: dict[str, bool]) -> str:
    parents = [path if folder else os.path.dirname(path) for path, folder in named.items()]
    try:
        parent = os.path.commonpath(parents)
    except ValueError:
        raise InputError("the paths are on different drives; check them one drive at a time") from None
    while not os.path.isdir(parent):  # standard input under a name whose folder does not exist yet
        parent = os.path.dirname(parent)
    return parent


def _repository(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _find_config(parent: str, repository: str | None) -> str | None:
    """The nearest configuration upward; a repository is a world of its own, so the search does not leave it."""
    from trackaudit.config import find_config

    return find_config(parent, repository or os.path.abspath(os.sep))


def _check_config(path: str, tree: str) -> None:
    """A configuration that the user named may be anywhere, but not reached by a link that the tree holds."""
    from trackaudit.config import LINK_OUT, is_inside, leads_out

    path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    if is_inside(path, tree) and leads_out(path, tree):
        raise InputError(f"{path}: {LINK_OUT}")


def _is_below(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:
        return False


def _relative(path: str, start: str) -> str:
    try:
        relative = os.path.relpath(path, start)
    except ValueError:  # another drive
        return path.replace(os.sep, "/")
    return "" if relative == "." else relative.replace(os.sep, "/")
