"""The rules and the vocabulary as the wheel packs them: the same as the YAML, and read in its stead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import trackaudit
from trackaudit.config import Config
from trackaudit.config.packed import NAME, packed_anchors, packed_examples, packed_rules, packed_vocabulary
from trackaudit.engine.load import load_rules, pack_built_in, rule_files
from trackaudit.engine.read import read_rules, rules_data
from trackaudit.vocabulary import Vocabulary
from trackaudit.vocabulary.load import load_data

CODE = """\
export function onSubmit(form) {
  const email = form.elements.email.value;
  exponea.update({ email });
}
"""


def install(folder: Path) -> Path:
    """The package as a wheel lays it out, with the rules packed; the folder to import it from."""
    package = folder / "trackaudit"
    shutil.copytree(os.path.dirname(trackaudit.__file__), package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(trackaudit.__file__).parent.parent / "rules", package / "_rules")
    (package / "_rules" / NAME).write_bytes(pack_built_in())
    return folder


def check(site: Path, project: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """Exit code and output of a run of the package in `site`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(site)
    command = [sys.executable, "-m", "trackaudit", "check", *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def test_a_checkout_has_nothing_packed() -> None:
    assert packed_rules() is None
    assert packed_vocabulary() is None
    assert packed_anchors() is None


def test_what_is_packed_is_what_the_yaml_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.path.dirname(rule_files(Config())[0])
    (tmp_path / NAME).write_bytes(pack_built_in())
    monkeypatch.setattr("trackaudit.config.packed.rules_dir", lambda: str(tmp_path))
    packed = packed_rules()
    assert packed is not None
    data = rules_data(rule_files(Config()))
    assert {os.path.basename(path): rule for path, rule in read_rules(data, {}).items()} == {
        os.path.basename(path): (*rule, packed_examples(path)) for path, rule in packed.items()
    }
    written = load_rules(Config(), data).rules
    assert [rule.examples for rule in load_rules(Config()).rules] == [rule.examples for rule in written]
    words = load_data([os.path.join(folder, "vocabulary")])
    assert packed_vocabulary() == words
    assert packed_anchors() == Vocabulary(words, Config()).anchors


@pytest.mark.parametrize("data", [b"", b"\x00", b"{", b"[\xff\xff\xff\x7f", b"\xff" * 100])
def test_a_damaged_packed_file_is_passed_over(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NAME).write_bytes(data)
    monkeypatch.setattr("trackaudit.config.packed.rules_dir", lambda: str(tmp_path))
    assert packed_rules() is None
    assert len(load_rules(Config()).rules) > 10


def test_packed_and_yaml_give_the_same_bytes_also_with_own_rules(tmp_path: Path) -> None:
    project = tmp_path / "project"
    own = project / "own" / "vocabulary"
    own.mkdir(parents=True)
    (project / "a.js").write_text(CODE + "acmeCrm.put({ email: user.email });\n")
    (own / "acme.yaml").write_text(
        "sdk: acme\nchannel: page\nstateful: true\nanchors: [acmeCrm]\nreceivers: [acmeCrm]\n"
        "calls:\n  put: {operation: update, properties: 0}\n"
    )
    (project / "trackaudit.yaml").write_text("extend-rules: [own]\n")
    packed = install(tmp_path / "packed")
    plain = install(tmp_path / "plain")
    (plain / "trackaudit" / "_rules" / NAME).unlink()
    for arguments in (["--output-format=sarif", "."], ["a.js"]):
        first = check(packed, project, *arguments)
        assert first == check(plain, project, *arguments)
        assert first[0] == 1
        assert b"acmeCrm" in first[1]
