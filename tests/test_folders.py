"""What is known of a tree's folders spares git a walk through it, and changes no answer."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from trackaudit.discover import folders, snapshot
from trackaudit.discover.folders import Folders, others, surveyed, topmost
from trackaudit.discover.index import marks
from trackaudit.discover.snapshot import Sight, begin, tracked

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ("", "a/", "a/b/", "a/b/c/", "a.d/", "out/", "out/x/", "s/t/")
RULES = ("out/\n", "*.log\n", "x\n!/a/x\n", "b/*\n!b/c\n", "*\n", ".gitignore\nk.js\n")


class Tree:
    """A repository that is changed by chance, and what was kept of its folders. `root`: what is looked at, which may be
    below its top."""

    def __init__(self, top: Path, root: Path, seed: int) -> None:
        self.top = top
        self.root = root
        self.chance = random.Random(seed)
        self.steps: list[str] = []
        self.listed = 0
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        for _ in range(12):
            self.write()
        self.git("add", "-A")
        sight = begin(str(root), str(top), lambda _: True)()
        names = tracked(str(root))
        assert sight.snapshot is not None
        assert names is not None
        self.index = sight.indexed
        untracked = list(sight.snapshot.untracked)
        self.folders = surveyed(
            str(root), str(top), sight.snapshot.stamp, sight.settings, names, untracked, time.time()
        )

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.top, check=False, capture_output=True)

    def place(self) -> Path:
        return (self.root if self.chance.random() < 0.9 else self.top) / self.chance.choice(PLACES)

    def write(self) -> None:
        self.put(self.place() / self.chance.choice(("k.js", "x", "m.log", "n.html")), "1")

    def put(self, path: Path, text: str) -> None:
        if not path.is_dir() and not any(one.is_file() or one.is_symlink() for one in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def rule(self) -> None:
        self.put(self.place() / ".gitignore", self.chance.choice(RULES))

    def exclude(self) -> None:
        (self.top / ".git/info/exclude").write_text(self.chance.choice(RULES))

    def remove(self) -> None:
        path = self.chance.choice([*self.root.rglob("*")] or [self.root / "none"])
        if ".git" in path.parts or not path.exists():
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

    def move(self) -> None:
        folders = [path for path in self.root.rglob("*") if path.is_dir() and ".git" not in path.parts]
        if folders:
            path = self.chance.choice(folders)
            path.rename(path.parent / f"moved{len(self.steps)}")

    def empty(self) -> None:
        path = self.place() / f"empty{self.chance.randrange(3)}" / "deep"
        if not any(one.is_file() or one.is_symlink() for one in path.parents):
            path.mkdir(parents=True, exist_ok=True)

    def link(self) -> None:
        path = self.place() / "link"
        if path.parent.is_dir() and not os.path.lexists(path):
            path.symlink_to(self.root / "a")

    def inner(self) -> None:
        path = self.place() / "inner"
        if path.parent.is_dir() and not path.exists():
            subprocess.run(["git", "init", "-q", str(path)], check=True)
            self.put(path / "k.js", "1")

    def stage(self) -> None:
        self.git("add", *self.chance.choice((("-A",), ("-f", "."), ("a",))))

    def unstage(self) -> None:
        self.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", self.chance.choice(("a", "*.log", "k.js", "out")))

    def change(self) -> None:
        kinds = [self.write] * 4 + [self.remove, self.rule, self.exclude, self.move, self.empty, self.link, self.inner]
        for _ in range(self.chance.randint(0, 2)):
            kind = self.chance.choice([*kinds, self.stage, self.unstage])
            self.steps.append(kind.__name__)
            kind()

    def look(self) -> Sight:
        blocks = marks(self.index)
        assert blocks is not None
        kept = self.index, blocks
        sight = begin(str(self.root), str(self.top), lambda _: True, None, self.folders, lambda: kept)()
        if sight.folders is not None:
            self.folders = sight.folders
        return sight


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MARGIN", -1e9)  # as if all had been written long ago


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("below", ["", "shop"])
def test_whatever_is_changed_the_untracked_files_are_those_that_git_lists(
    tmp_path: Path, many: int, below: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = 0

    def counted(root: str, places: list[str] = [""]) -> list[str] | None:  # noqa: B006
        nonlocal walks
        walks += places == [""]
        return others(root, places)

    monkeypatch.setattr(snapshot, "others", counted)
    known = 0
    for seed in range(many * 2):
        top = tmp_path / str(seed)
        tree = Tree(top, top / below if below else top, seed)
        for _ in range(12):
            time.sleep(0.01)  # the clock of a file system may tick in steps of this size
            tree.change()
            before = walks
            sight = tree.look()
            assert sight.snapshot is not None
            known += walks == before
            assert sorted(sight.snapshot.untracked) == sorted(others(str(tree.root)) or ()), (seed, tree.steps)
    assert known > many * 8


def test_a_folder_that_may_be_changing_while_it_is_looked_at_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MARGIN", 3600)
    tree = Tree(tmp_path / "a", tmp_path / "a", 1)
    assert set(tree.folders.times.values()) == {0}
    assert tree.folders.moved(str(tree.root)) in (None, [*tree.folders.times])


@pytest.mark.usefixtures("settled")
def test_where_the_users_own_ignore_file_is_another_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    tree = Tree(tmp_path / "a", tmp_path / "a", 1)
    (tree.root / "new.js").write_text("1")
    first = tree.look().snapshot
    assert first is not None
    assert "new.js" in first.untracked
    (tmp_path / "config/git").mkdir(parents=True)
    (tmp_path / "config/git/ignore").write_text("new.js\n")
    second = tree.look().snapshot
    assert second is not None
    assert "new.js" not in second.untracked
    tree.git("config", "core.excludesFile", str(tmp_path / "none"))
    third = tree.look().snapshot
    assert third is not None
    assert "new.js" in third.untracked


def test_only_the_outermost_folders_are_walked_through() -> None:
    assert topmost(["a/b", "a", "a.d", "a/b/c", "c"]) == ["a", "a.d", "c"]
    assert topmost(["a", ""]) == [""]
    assert topmost(f"d{number}" for number in range(folders.FEW + 1)) == [""]
    assert topmost([]) == []


def test_folders_are_plain_data() -> None:
    import marshal

    kept = Folders(b"1", b"", {"/a": (1, 2)}, {"": 1}, ["a"])
    assert Folders._make(marshal.loads(marshal.dumps(tuple(kept)))) == kept
