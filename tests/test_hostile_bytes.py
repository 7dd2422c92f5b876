"""Any bytes, any names, any tree: what can be read is read at its true place, the rest is a notice or passed over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from rights import held_to_rights

from trackaudit.discover import process
from trackaudit.discover.sources import Sources
from trackaudit.pipeline import CheckOptions, check

if TYPE_CHECKING:
    from pathlib import Path

BAD = b"exponea.update({ email: mail });"
CONTENTS = {
    "plain": (BAD + b"\n", 1, 18),
    "no end of line": (b"// one\n" + BAD, 2, 18),
    "BOM": (b"\xef\xbb\xbf" + BAD + b"\n", 1, 18),
    "NUL": (b"var a = 'x\0y';\n" + BAD + b"\n", 2, 18),
    "CRLF": (b"// one\r\n// two\r\n" + BAD + b"\r\n", 3, 18),
    "lone CR": (b"// one\r// two\r" + BAD + b"\r", 3, 18),
    "bytes that are no text": (b"// \xff\xfe\xc3\n" + BAD + b"\n", 2, 18),
    "letters before it": ("/* žluťoučký 😀 */ ".encode() + BAD + b"\n", 1, 36),
    "one long line": (b"var a='" + b"x" * 1_000_000 + b"';" + BAD, 1, 1_000_000 + 27),
    "separators": ("/* a\u2028b\u0085c */ ".encode() + BAD + b"\n", 1, 30),
}
NAMES = [
    b"a b.js", b"a'b.js", b'a"b.js', b"a\nb.js", b"-rf.js", b"$(touch x).js", b"a;b&c|d.js", b"\xff\xfe.js", b"%s%n.js",
    "ž\u202e😀.js".encode(), b"[a]{b}*?.js", b"--output=x.js", b"#a.js", b"!a.js", b"a\\b.js", b"x" * 250 + b".js",
]  # fmt: skip


def _run(tree: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--output-format", "json", *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_finding_is_at_its_true_place_in_any_bytes(tmp_path: Path, name: str) -> None:
    data, line, column = CONTENTS[name]
    (tmp_path / "a.js").write_bytes(data)
    result = check(CheckOptions(cwd=str(tmp_path))).result
    (finding,) = result.findings
    source = result.sources["a.js"]
    assert source.position(finding.root.start) == (line, column)
    assert data[finding.root.start : finding.root.end] == b"email: mail"


@pytest.mark.parametrize("language", ["js", "ts", "py", "html", "vue", "json", "yaml", "liquid", "tpl"])
@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\xff\xff\xff", b"\xef\xbb\xbf", b"exponea\0\0", b"\r", b"exponea\x1a\x80"]
)
def test_bytes_that_are_nothing_break_nothing(tmp_path: Path, language: str, data: bytes) -> None:
    (tmp_path / f"a.{language}").write_bytes(data)
    result = check(CheckOptions(cwd=str(tmp_path), cache=False)).result
    assert [one for one in result.notices if one.kind == "crash"] == []


@pytest.mark.skipif(os.name == "nt", reason="its file names cannot hold such letters")
@pytest.mark.parametrize("with_git", [True, False])
def test_files_of_any_name_are_found_and_named(tmp_path: Path, with_git: bool) -> None:
    for name in NAMES:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(BAD)
    if with_git:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    code, told = _run(tmp_path)
    assert code == 1
    assert len({finding["path"] for finding in told["findings"]}) == len(NAMES)
    assert sorted(os.listdir(os.fsencode(tmp_path))) == sorted([*NAMES, *([b".git"] if with_git else [])])


@pytest.mark.skipif(os.name == "nt", reason="there are no pipes in its folders")
@pytest.mark.parametrize("with_git", [True, False])
def test_what_is_no_file_is_passed_over(tmp_path: Path, with_git: bool) -> None:
    tree = tmp_path / "tree"
    (tree / "folder.js").mkdir(parents=True)
    (tree / "folder.js" / "a.js").write_bytes(BAD)
    os.mkfifo(tree / "pipe.js")
    os.mkfifo(tree / ".gitignore")
    (tree / "loop.js").symlink_to("loop.js")
    (tree / "again").symlink_to(".")
    (tree / "zero.js").symlink_to("/dev/zero")
    (tree / "nowhere.js").symlink_to("gone")
    (tmp_path / "outside.js").write_bytes(BAD)
    (tree / "outside.js").symlink_to("../outside.js")
    if with_git:
        (tree / ".gitignore").unlink()
        subprocess.run(["git", "init", "-q", str(tree)], check=True)
    code, told = _run(tree)
    assert code == 1
    assert [finding["path"] for finding in told["findings"]] == ["folder.js/a.js"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\0", b"gitdir: /nowhere\n", b"gitdir: .git\n", b"gitdir: ../../../etc\n", b"x" * 100_000]
)
def test_a_git_file_that_leads_nowhere_is_walked(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".git").write_bytes(content)
    (tmp_path / "a.js").write_bytes(BAD)
    code, told = _run(tmp_path)
    assert code == 1
    assert "no-git" in [notice["kind"] for notice in told["notices"]]


def test_a_linked_work_tree_and_the_repository_around_a_submodule_are_read(tmp_path: Path) -> None:
    def run(*arguments: str) -> None:
        base = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]
        subprocess.run([*base, *arguments], cwd=tmp_path, check=True, capture_output=True)

    for name in ("main", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.js").write_bytes(BAD)
        run("init", "-q", name)
        run("-C", name, "add", ".")
        run("-C", name, "commit", "-qm", "x")
    run("-C", "main", "submodule", "--quiet", "add", str(tmp_path / "other"), "below")
    run("-C", "main", "worktree", "add", "-q", str(tmp_path / "linked"))
    assert [one["path"] for one in _run(tmp_path / "main")[1]["findings"]] == ["main.js"]
    assert [one["path"] for one in _run(tmp_path / "main" / "below")[1]["findings"]] == ["other.js"]
    assert [one["path"] for one in _run(tmp_path / "linked")[1]["findings"]] == ["main.js"]


def test_a_file_that_vanishes_or_changes_on_the_way_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.js").write_bytes(b'import { x } from "./d";\n' + BAD)
    (tmp_path / "d.js").write_bytes(b"export const x = 1;\n")
    read = Sources.read

    def disturbed(self: Sources, path: str, limit: int = 0) -> bytes:
        data = read(self, path, limit)
        if path == "a.js":
            (tmp_path / "b.js").unlink(missing_ok=True)
            (tmp_path / "c.js").write_bytes(BAD * 2)
            (tmp_path / "d.js").unlink(missing_ok=True)
        return data

    monkeypatch.setattr(Sources, "read", disturbed)
    result = check(CheckOptions(cwd=str(tmp_path), cache=False)).result
    assert [finding.root.path for finding in result.findings] == ["a.js", "c.js", "c.js"]
    assert [one for one in result.notices if one.kind == "crash"] == []


@held_to_rights
def test_a_tree_that_cannot_be_written_is_checked(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(BAD)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            (tmp_path / "b.js").touch()
        assert _run(tmp_path)[0] == 1
    finally:
        tmp_path.chmod(0o700)


def test_on_windows_a_git_that_the_tree_holds_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "bin").mkdir()
    for folder in ("here", "bin"):
        (tmp_path / folder / "git.exe").touch(mode=0o755)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "here", str(tmp_path / "bin")]))
    monkeypatch.setattr(os, "name", "nt")
    found = process.installed("git")
    monkeypatch.undo()
    assert found == os.path.join(str(tmp_path / "bin"), "git.exe")
