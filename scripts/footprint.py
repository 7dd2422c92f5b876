"""Print docs/footprint.md: the packages that trackaudit runs with, their size and their licence.

python scripts/footprint.py > docs/footprint.md     in the environment that is to be described
"""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from trackaudit import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# What an installation holds

Written by `python scripts/footprint.py > docs/footprint.md`, with {python} on {system}. Installed sizes, without
compiled caches; nothing else is downloaded, started or sent at run time.

| Package | Version | MB | Licence | What it is for |
| --- | --- | ---: | --- | --- |"""
TAIL = """
trackaudit itself is pure Python: one wheel for every system. The compiled ones among these (tree-sitter and its
grammars, PyYAML, libcst) have wheels for CPython 3.10 to 3.14 on Linux (x86-64 and ARM64 with glibc, x86-64 with musl),
macOS (Intel and Apple) and Windows (x86-64). Elsewhere pip builds them from source, which needs a C compiler, and Rust
for libcst."""
_DEPENDENCY = re.compile(r'\s+"([^"]+)",\s+# (.*)')


def needed(direct: Iterable[str]) -> list[Distribution]:
    """The packages of these requirements here, and what they need at run time."""
    found: dict[str, Distribution] = {}
    waiting = list(direct)
    while waiting:
        requirement = Requirement(waiting.pop(0))
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        key = normal(requirement.name)
        if key not in found:
            found[key] = distribution(key)
            waiting.extend(found[key].requires or ())
    return list(found.values())


def normal(name: str) -> str:
    """A package's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def size(package: Distribution) -> int:
    """Bytes of a package's installed files."""
    return weight(Path(str(file.locate())) for file in package.files or ())


def weight(paths: Iterable[Path]) -> int:
    """Bytes of these files, without compiled caches."""
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file())


def licence(package: Distribution) -> str:
    """A package's licence in a few words."""
    of = package.metadata.get_all
    said = (of("License-Expression") or of("License") or [""])[0]
    named = [line.rpartition(" :: ")[2] for line in of("Classifier") or [] if line.startswith("License ::")]
    return said if 0 < len(said) < 40 and "\n" not in said else ", ".join(named) or "see its files"


def reasons() -> dict[str, str]:
    """Why each direct dependency is there, by its requirement: the comments in pyproject.toml."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines[lines.index("dependencies = [") + 1 :]:
        match = _DEPENDENCY.match(line)
        if match is None:
            break
        found[match[1]] = match[2]
    return found


def main() -> int:
    """Print the page."""
    direct = reasons()
    why = {normal(Requirement(text).name): reason for text, reason in direct.items()}
    packages = needed(direct)
    own = weight(path for folder in ("trackaudit", "rules") for path in (ROOT / folder).rglob("*"))
    print(HEAD.format(python=f"Python {platform.python_version()}", system=f"{platform.system()} {platform.machine()}"))
    print(f"| trackaudit | {__version__} | {own / 1e6:.1f} | MIT | |")
    for package in packages:
        name = package.metadata["Name"]
        reason = why.get(normal(name), "what another of these needs")
        print(f"| {name} | {package.version} | {size(package) / 1e6:.1f} | {licence(package)} | {reason} |")
    print(f"| **all {len(packages) + 1}** | | **{(own + sum(map(size, packages))) / 1e6:.1f}** | | |")
    print(TAIL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
