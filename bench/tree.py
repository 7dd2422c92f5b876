"""A large real tree: `python bench/tree.py FOLDER [FILES] [TRACKING]`; `python bench/tree.py FOLDER dense` a dense one.

Pinned packages of the npm and PyPI registries are downloaded (about 250 MB, kept in `FOLDER.downloads`), their text
files written to FOLDER up to FILES (default 50,000) in all, of which TRACKING (default 500) hold tracking code, made by
`scaling.generate` and spread among the others. FOLDER becomes a git repository with one commit. A dense tree has only
tracking files, 1,000 of them, each with a script of the packages behind its own lines: about 150,000 lines in all.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from scaling import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = 50_000
TRACKING = 500
PACKAGES = (
    ("pypi", "homeassistant", "2026.11.0"),
    ("pypi", "ansible", "14.5.0"),
    ("pypi", "django", "6.1.3"),
    ("pypi", "wagtail", "8.0.1"),
    ("npm", "antd", "6.6.8"),
    ("npm", "element-plus", "2.14.8"),
    ("npm", "primevue", "5.0.2"),
    ("npm", "three", "0.187.0"),
    ("npm", "rxjs", "7.8.2"),
    ("npm", "core-js", "3.51.0"),
    ("npm", "@elastic/eui", "122.1.0"),
    ("npm", "@carbon/react", "1.117.0"),
    ("npm", "@angular/core", "22.2.6"),
    ("npm", "@mui/material", "9.5.0"),
    ("npm", "googleapis", "188.0.0"),
    ("npm", "aws-sdk", "2.1693.0"),
    ("npm", "date-fns", "4.4.0"),
    ("npm", "@mui/icons-material", "9.5.0"),
)
# How a repository of a shop's size looks: mostly scripts, then Python, then data.
SHARES = {
    ".js": 0.42, ".mjs": 0.02, ".ts": 0.19, ".tsx": 0.01, ".vue": 0.02, ".html": 0.03, ".py": 0.21, ".yaml": 0.02,
    ".yml": 0.03, ".json": 0.09,
}  # fmt: skip
LARGEST = 1_000_000
DENSE = 1_000
LINES = range(100, 260)
"""How long a script is that a dense tree takes in."""


def main() -> None:
    """Make the tree and say what is in it."""
    root = Path(sys.argv[1]).resolve()
    numbers = [int(word) for word in sys.argv[2:] if word != "dense"] if "dense" not in sys.argv else [DENSE, DENSE]
    files, tracking = (numbers + [FILES, TRACKING][len(numbers) :])[:2]
    if root.exists():
        raise SystemExit(f"{root} exists; remove it first")
    defects = generate(root, tracking, tracking) if tracking else 0
    downloads = root.parent / f"{root.name}.downloads"
    written = _write(root, files - tracking, downloads)
    if "dense" in sys.argv:
        _lengthen(root, downloads)
    for arguments in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file() and ".git" not in file.parts)
    print(f"{written + tracking:,} files, {size / 1e6:.0f} MB, {tracking:,} with tracking code, {defects} defects")


def _write(root: Path, files: int, downloads: Path) -> int:
    downloads.mkdir(exist_ok=True)
    room = {suffix: int(files * share) for suffix, share in SHARES.items()}
    written = 0
    for registry, name, version in PACKAGES:
        for path, data in _files(_archive(registry, name, version, downloads)):
            suffix = Path(path).suffix
            if room.get(suffix, 0) <= 0 and written < files and suffix not in (".js", ".ts"):
                continue
            if suffix not in room or written >= files or len(data) > LARGEST:
                continue
            target = root / "packages" / name / path
            if not target.is_relative_to(root) or target.exists():
                continue
            room[suffix] -= 1
            written += 1
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return written


def _lengthen(root: Path, downloads: Path) -> None:
    """Write a module of the packages behind each script of the tree."""
    downloads.mkdir(exist_ok=True)
    scripts = iter(sorted(root.rglob("*.js")))
    for registry, name, version in PACKAGES:
        for path, data in _files(_archive(registry, name, version, downloads)) if registry == "npm" else ():
            if path.endswith(".js") and data.count(b"\n") in LINES and (b"import " in data or b"export " in data):
                script = next(scripts, None)
                if script is None:
                    return
                script.write_bytes(script.read_bytes() + b"\n" + data)


def _archive(registry: str, name: str, version: str, downloads: Path) -> Path:
    if registry == "npm":
        url = f"https://registry.npmjs.org/{name}/-/{name.split('/')[-1]}-{version}.tgz"
    else:
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        with urllib.request.urlopen(
            urllib.request.Request(f"https://pypi.org/simple/{name}/", headers=accept)
        ) as answer:
            urls = [file["url"] for file in json.load(answer)["files"]]
        url = next(url for url in urls if f"/{name}-{version}-" in url and url.endswith(".whl"))
    kept = downloads / url.rsplit("/", 1)[1]
    if not kept.exists():
        with urllib.request.urlopen(url) as answer, kept.with_suffix(".part").open("wb") as out:
            shutil.copyfileobj(answer, out)
        kept.with_suffix(".part").rename(kept)
    return kept


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the archive, by its path in it."""
    data = io.BytesIO(archive.read_bytes())
    if archive.suffix == ".whl":
        with zipfile.ZipFile(data) as wheel:
            for entry in wheel.infolist():
                if not entry.is_dir():
                    yield entry.filename, wheel.read(entry)
        return
    with tarfile.open(fileobj=data) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield member.name.split("/", 1)[-1], stream.read()


if __name__ == "__main__":
    main()
