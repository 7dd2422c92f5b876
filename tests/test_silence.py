"""A run that ends after the first look says, to the byte, what the whole way says."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trackaudit.cli import main
from trackaudit.config.packed import NAME
from trackaudit.engine.load import pack_built_in
from trackaudit.pipeline.silence import silence
from trackaudit.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from trackaudit.model import Result
    from trackaudit.pipeline.looking import Look

PLAIN = "export const add = (a, b) => a + b;\n"
CALL = "exponea.update({ email: form.email.value })\n"
SECONDS = re.compile(r"\d+\.\d+ s")

OPTIONS: dict[str, tuple[list[str], bool]] = {
    **{name: ([f"--output-format={name}", "--output=json:out.json"], name != "sarif") for name in FORMATS},
    "thresholds": (["--fail-on=info", "--min-confidence=low", "--show-unresolved"], True),
    "statistics": (["--statistics"], True),
    "fixes": (["--fix", "--allow-dirty"], True),
    "diff": (["--diff", "--unsafe-fixes"], True),
    "no cache": (["--no-cache"], True),
    "a rule that is none": (["--ignore=nonsense"], False),
    "a rule": (["--select=identifier-in-update"], False),
    "a revision": (["--since=HEAD"], False),
    "a baseline that is not there": (["--baseline=accepted.json"], False),
}
"""Options of a run without a word of ours, and whether it ends early with them."""
TREES: dict[str, tuple[dict[str, bytes], list[str], bool]] = {
    "two files": ({"a.js": PLAIN.encode(), "b.py": b"x = 1\n"}, ["a.js"], True),
    "a folder": ({"src/a.js": PLAIN.encode(), "c.txt": b"exponea"}, [], True),
    "no language": ({"a.txt": b"exponea.update({})"}, ["a.txt"], True),
    "another encoding": ({"a.js": CALL.encode("utf-16")}, ["a.js"], True),
    "a word elsewhere": ({"a.js": PLAIN.encode(), "b.js": CALL.encode()}, ["a.js"], False),
    "a comment to us": ({"a.js": b"// trackaudit: ignore[identifier-in-update] was right\n"}, ["a.js"], False),
    "a test": ({"a.js": PLAIN.encode(), "tests/b.js": CALL.encode()}, [], False),
    "a configuration": ({"a.js": PLAIN.encode(), "trackaudit.yaml": b"fail-on: info\n"}, [], False),
    "another global": ({"a.js": b"brx.update({ email })\n", "trackaudit.yaml": b"globals: [brx]\n"}, [], False),
    "a broken configuration": ({"a.js": PLAIN.encode(), "trackaudit.yaml": b"fail-on: never\n"}, [], False),
    "what is excluded": ({"a.js": CALL.encode(), "trackaudit.yaml": b"exclude: [a.js]\n"}, ["a.js"], False),
    "a large file": (
        {"a.js": CALL.encode() * 99, "pyproject.toml": b"[tool.trackaudit]\nmax-file-size = 999\n"}, [], False
    ),
}  # fmt: skip
"""Files, the paths that are named, and whether a run ends early there."""


@pytest.fixture(autouse=True)
def packed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words lie ready, as in the wheel."""
    folder = tmp_path_factory.getbasetemp() / "packed"
    if not folder.exists():
        folder.mkdir()
        (folder / NAME).write_bytes(pack_built_in())
    monkeypatch.setattr("trackaudit.config.packed.rules_dir", lambda: str(folder))
    monkeypatch.setattr("trackaudit.engine.load.packed_rules", lambda: None)


def both_ways(
    tree: dict[str, bytes],
    arguments: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> bool:
    """Whether the run ended early, once it is seen that the whole way says the same."""
    for path, data in tree.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.chdir(folder)
    went: list[str] = []

    def run() -> tuple[object, ...]:
        written = folder / "out.json"
        written.unlink(missing_ok=True)
        code = main(["check", *arguments])
        out, err = capsys.readouterr()
        return code, SECONDS.sub("", out), SECONDS.sub("", err), written.read_bytes() if written.exists() else b""

    with monkeypatch.context() as whole:
        whole.setattr("trackaudit.pipeline.is_silent", lambda *_: False)
        whole.setattr("trackaudit.pipeline.looking.packed_anchors", lambda: None)
        expected = run()

    def noted(look: Look) -> Result:
        went.append("early")
        return silence(look)

    with monkeypatch.context() as early:
        early.setattr("trackaudit.pipeline.silence", noted)
        assert run() == expected
    return bool(went)


@pytest.mark.parametrize("name", OPTIONS)
def test_with_any_option(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options, early = OPTIONS[name]
    tree, paths, _ = TREES["two files"]
    assert both_ways(tree, [*paths, *options], tmp_path, monkeypatch, capsys) == early


@pytest.mark.parametrize("name", TREES)
def test_in_any_tree(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, paths, early = TREES[name]
    assert both_ways(tree, [*paths, "--output=json:out.json"], tmp_path, monkeypatch, capsys) == early


@pytest.mark.parametrize(("text", "early"), [(PLAIN, True), (CALL, False)])
def test_of_standard_input(
    text: str, early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Given:
        @property
        def buffer(self) -> io.BytesIO:
            return io.BytesIO(text.encode())

    monkeypatch.setattr(sys, "stdin", Given())
    tree = {"a.js": CALL.encode() if early else PLAIN.encode()}
    assert both_ways(tree, ["-", "--stdin-filename=a.js"], tmp_path, monkeypatch, capsys) == early
