"""A configuration that was read before is not read again, and answers as if it had been."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from trackaudit import cache
from trackaudit.cli import main
from trackaudit.config import marked

if TYPE_CHECKING:
    from pathlib import Path

CODE = "exponea.update({ email: form.email.value })\nbrx.update({ phone: form.phone.value })\n"
YAML = "globals: [brx]\nrules: {identifier-in-update: %s}\nidentifiers: {registered: {type: hard, holds: email}}\n"
TOML = "[tool.trackaudit]\nglobals = ['brx']\nrules = {identifier-in-update = '%s'}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.js").write_text(CODE)
    monkeypatch.chdir(project)
    return project


def check(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    return main(["check", "--output-format=json", *options]), *capsys.readouterr()


def watch(file: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The readings of a file, which are added as they happen; a checkout's rules are read from YAML too."""
    readings: list[str] = []

    def watched(name: str) -> None:
        read = getattr(marked, name)

        def noted(data: bytes, *more: tuple[str, ...]) -> object:
            readings.extend([name] if data == file.read_bytes() else [])
            return read(data, *more)

        monkeypatch.setattr(marked, name, noted)

    watched("read_yaml")
    watched("read_toml")
    return readings


@pytest.mark.parametrize(("name", "text"), [("trackaudit.yaml", YAML), ("pyproject.toml", TOML)])
def test_the_second_run_reads_no_yaml_and_no_toml_and_says_the_same(
    name: str, text: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / name).write_text(text % "warning")
    readings = watch(folder / name, monkeypatch)
    expected = check(capsys, "--no-cache")
    assert not cache.holds(f"{folder / name}\0tree")
    assert check(capsys) == expected
    assert len(readings) == 2
    assert check(capsys) == expected
    assert len(readings) == 2
    assert check(capsys, "--no-cache") == expected
    assert len(readings) == 3


def test_a_change_of_the_configuration_counts_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for severity in ("error", "off", "info"):
        (folder / "trackaudit.yaml").write_text(YAML % severity)
        answers.append(check(capsys))
        assert answers[-1] == check(capsys) == check(capsys, "--no-cache")
    assert len(set(answers)) == 3


def test_what_a_configuration_names_is_looked_for_in_every_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "trackaudit.yaml").write_text("extend-rules: [own]\n")
    (folder / "own").mkdir()
    assert check(capsys)[0] == 1
    (folder / "own").rmdir()
    code, _, told = check(capsys)
    assert code == 2 and "there is no folder 'own'" in told


@pytest.mark.parametrize("text", ["rules: [\n", "fail-on: never\n", "nonsense: 1\n", "[]\n"])
def test_a_broken_configuration_is_told_in_every_run(
    text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "trackaudit.yaml").write_text(text)
    expected = check(capsys, "--no-cache")
    assert expected[0] == 2
    assert check(capsys) == check(capsys) == expected


def test_another_state_of_the_program_reads_anew(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "trackaudit.yaml").write_text(YAML % "error")
    readings = watch(folder / "trackaudit.yaml", monkeypatch)
    expected = check(capsys)
    monkeypatch.setattr("trackaudit.pipeline.kept.__version__", "99")
    assert check(capsys) == check(capsys) == expected
    assert readings == ["read_yaml"] * 2


def test_a_damaged_store_is_as_if_there_were_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "trackaudit.yaml").write_text(YAML % "error")
    expected = check(capsys)
    place = cache.folder() or ""
    for name in os.listdir(place):
        with open(os.path.join(place, name), "r+b") as file:
            file.seek(60)
            file.write(b"\xff")
    assert check(capsys) == expected
