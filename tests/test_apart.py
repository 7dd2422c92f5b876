"""Several processes say what one says, byte for byte, however the files are dealt out among them."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from test_incremental import FILES

from trackaudit.cli import main
from trackaudit.parse import parse
from trackaudit.pipeline import analysis, apart, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackaudit.model import SourceFile
    from trackaudit.pipeline.apart import Part
    from trackaudit.program import Module

TOP = Path(__file__).parent.parent
PROJECTS = sorted(
    path
    for folder in ("fixtures", "tests/adversarial")
    for path in (TOP / folder).iterdir()
    if path.name != "one_project"
)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is dealt out without a fork")


class Dealing:
    """Deals the candidates out at random. times: how often all parts came back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self.chance = random.Random(0)
        self.parts = 3
        monkeypatch.setattr(analysis, "ALONE", 1)
        monkeypatch.setattr(apart, "_shares", self._shares)
        real = apart._parts

        def parts(shares: Sequence[Sequence[str]], *more: Any) -> list[Part] | None:
            found = real(shares, *more)
            self.times += found is not None
            return found

        monkeypatch.setattr(apart, "_parts", parts)

    def _shares(self, reader: object, candidates: Sequence[str]) -> list[list[str]] | None:
        if not self.parts or not apart._can_fork():
            return None
        shares: list[list[str]] = [[] for _ in range(self.parts)]
        for path in candidates:
            self.chance.choice(shares).append(path)
        return [share for share in shares if share]


@pytest.fixture
def dealing(monkeypatch: pytest.MonkeyPatch) -> Dealing:
    return Dealing(monkeypatch)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], tuple[str, str]]:
    def check(folder: Path) -> tuple[str, str]:
        monkeypatch.chdir(folder)
        main(["check", "--no-cache", "--min-confidence", "low", "--output-format", "text"])
        out, err = capsys.readouterr()
        return out, err

    return check


def _same(folder: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]]) -> None:
    parts, dealing.parts = dealing.parts, 0
    alone = said(folder)
    dealing.parts = parts
    assert said(folder) == alone


@pytest.mark.parametrize("project", PROJECTS, ids=[path.relative_to(TOP).as_posix() for path in PROJECTS])
def test_a_project_is_judged_the_same(project: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]]) -> None:
    _same(project, dealing, said)


@pytest.mark.parametrize("seed", range(12))
def test_files_that_import_call_and_share_globals_are_judged_the_same_however_they_are_dealt_out(
    seed: int, tmp_path: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]]
) -> None:
    dealing.chance = random.Random(seed)
    for path, texts in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(dealing.chance.choice(texts))
    dealing.parts = 2 + seed % 3
    _same(tmp_path, dealing, said)
    assert dealing.times > 0


SEND = "export function keep{0}(user) {{ exponea.update({{ email: user.email }}) }}\n"
USE = "import {{ keep{0} }} from './send{0}'\nexport function use{0}(u) {{ keep{0}(u); exponea.track('a', {{}}) }}\n"


def _many(folder: Path) -> None:
    for number in range(6):
        (folder / f"send{number}.js").write_text(SEND.format(number))
        (folder / f"use{number}.js").write_text(USE.format(number))


def test_a_process_that_is_lost_costs_nothing_but_time(
    tmp_path: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(tmp_path)
    monkeypatch.setattr(apart, "_packed", lambda part: b"torn")  # what only a fork calls
    _same(tmp_path, dealing, said)
    assert dealing.times == 0


def test_a_process_that_fails_costs_nothing_but_time(
    tmp_path: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def packed(part: Part) -> bytes:
        raise MemoryError

    _many(tmp_path)
    monkeypatch.setattr(apart, "_packed", packed)
    _same(tmp_path, dealing, said)
    assert dealing.times == 0


class Killing:
    """Kills each process that parses one of these files, as the kernel does with one that takes too much memory; or
    only so many. times: of this process's own looks at one of them, which it would not have survived."""

    def __init__(self, folder: Path, files: Sequence[str], most: int) -> None:
        self.folder = folder
        self.files = files
        self.most = most
        self.me = os.getpid()
        self.times = 0

    def parse(self, source: SourceFile) -> list[Module]:
        if source.path in self.files:
            self.times += os.getpid() == self.me
            killed = len(list(self.folder.iterdir()))
            if os.getpid() != self.me and killed < self.most:
                (self.folder / str(killed)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return parse(source)


@pytest.mark.parametrize("most", [1, 2])
def test_files_of_a_killed_process_are_looked_at_again_and_all_is_said(
    most: int,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    dealing: Dealing,
    said: Callable[[Path], tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _many(tmp_path)
    alone = said(tmp_path)
    killing = Killing(tmp_path_factory.mktemp("killed"), ["use3.js"], most)
    monkeypatch.setattr(reader, "parse", killing.parse)
    assert said(tmp_path) == alone
    assert len(list(killing.folder.iterdir())) == most


@pytest.mark.parametrize("killers", [["lone.js"], ["lone.js", "use0.js", "use5.js"]])
def test_a_file_that_kills_whoever_looks_at_it_is_left_out_and_named(
    killers: list[str],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    dealing: Dealing,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _many(tmp_path)
    (tmp_path / "lone.js").write_text(SEND.format("Alone"))
    monkeypatch.chdir(tmp_path)
    command = ["check", "--no-cache", "--min-confidence", "low"]
    killing = Killing(tmp_path_factory.mktemp("killed"), killers, 1_000)
    monkeypatch.setattr(reader, "parse", killing.parse)
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert killing.times == 0
    why = "whatever process looks at it is killed (SIGKILL), so it was left out"
    assert [line for line in err.split("\n") if "notice" in line] == [
        f"notice[crash] {path}: {why}" for path in killers
    ]
    for path in killers:
        (tmp_path / path).unlink()
    dealing.parts = 0
    assert main(command) == 1
    assert capsys.readouterr().out == out


@pytest.mark.parametrize("limit", ["max-run-steps: 40", "max-steps: 5", "max-tokens: 20"])
def test_bounds_are_the_same(
    limit: str, tmp_path: Path, dealing: Dealing, said: Callable[[Path], tuple[str, str]]
) -> None:
    _many(tmp_path)
    (tmp_path / "trackaudit.yaml").write_text(f"{limit}\n")
    _same(tmp_path, dealing, said)
    assert dealing.times > 0


def test_files_that_name_each_other_stay_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trackaudit.discover.sources import Sources
    from trackaudit.pipeline.reader import Reader

    _many(tmp_path)
    monkeypatch.setattr(apart, "LEAST", 1)
    monkeypatch.setattr(apart, "_processors", lambda: 3)
    paths = sorted(path.name for path in tmp_path.iterdir())
    shares = apart._shares(Reader(Sources(str(tmp_path))), paths)
    assert shares is not None and len(shares) == 3
    assert sorted(path for share in shares for path in share) == paths
    homes = {path: number for number, share in enumerate(shares) for path in share}
    assert all(homes[f"send{number}.js"] == homes[f"use{number}.js"] for number in range(6))
    monkeypatch.setattr(apart, "LEAST", 1_000_000)
    assert apart._shares(Reader(Sources(str(tmp_path))), paths) is None
