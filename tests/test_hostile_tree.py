"""A tree that attacks the run: nothing in it is imported, and what asks too much ends in a notice that names it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config
from trackaudit.config.limits import Limits
from trackaudit.discover.git import run_git
from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from pathlib import Path

BOMB = "open('ran', 'w').close()\nraise SystemExit(99)\n"


def test_no_module_of_the_tree_is_imported(tmp_path: Path) -> None:
    for name in ("yaml", "click", "tree_sitter", "json", "conftest", "setup", "sitecustomize", "pathspec", "traceback"):
        (tmp_path / f"{name}.py").write_text(BOMB)
    (tmp_path / "trackaudit.yaml").write_text("fail-on: error\n")
    (tmp_path / "a.js").write_text("exponea.update({ email: mail })\n")
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--select", "identifier-in-update"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert "identifier-in-update" in done.stdout, done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.js", "exponea.update({ email: mail });" + "a;" * 600), ("a.py", "x = 'exponea'\n" + "a\n" * 1200)],
)
def test_more_words_and_signs_than_allowed_are_a_notice_that_names_the_file_and_the_setting(
    path: str, text: str
) -> None:
    result = check_texts({path: text}, Config(limits=Limits(tokens=1_000)))
    assert [(one.kind, one.path) for one in result.notices if "`max-tokens` sets the limit" in one.message] == [
        ("limit", path)
    ]
    assert result.findings == ()


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no endless device")
def test_standard_input_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trackaudit", "check", "-", "--stdin-filename", "a.js"]
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run(
            command, cwd=tmp_path, stdin=endless, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 2
    assert "standard input has more than 50 MB" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to this")
def test_an_index_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.js").write_text("exponea.update({ email: mail })\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "tree", check=True)
    with open(tmp_path / "tree" / ".git" / "index", "wb") as file:
        file.truncate(3_000_000_000)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000));"
        "from trackaudit.cli import main; sys.exit(main(['check']))"
    )
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path / "tree", env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert "identifier-in-update" in done.stdout and "notice[no-git]" in done.stderr


@pytest.mark.parametrize(
    ("command", "name"), [(["init", "--yes"], "trackaudit.yaml"), (["baseline"], "trackaudit-baseline.json")]
)
def test_a_link_of_the_tree_does_not_make_a_command_write_outside(
    tmp_path: Path, command: list[str], name: str
) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.mkdir()
    (tree / "a.js").write_text("exponea.identify({ registered: mail }, { a: 1 })\n")
    (tree / name).symlink_to(outside / "new")
    run = [sys.executable, "-m", "trackaudit", *command]
    done = subprocess.run(run, cwd=tree, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "leads out of its folder" in done.stderr
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="streams are closed so on POSIX")
@pytest.mark.parametrize("closed", [(1,), (0, 1, 2)])
def test_a_standard_stream_that_is_closed_is_nowhere_to_write_and_no_fault(
    tmp_path: Path, closed: tuple[int, ...]
) -> None:
    (tmp_path / "a.js").write_text("exponea.update({ email: user.email })\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    shut = " ".join(f"{number}>&-" for number in closed)
    command = f'exec "$0" -m trackaudit check a.js {shut}'
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "internal error" not in done.stderr
    assert (tmp_path / "a.js").read_text() == "exponea.update({ email: user.email })\n"


def test_a_git_of_a_relative_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "git.exe" if os.name == "nt" else "git"
    (tmp_path / name).write_text(f"#!/bin/sh\ntouch '{tmp_path}/trap'\n")
    (tmp_path / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    assert run_git(str(tmp_path), ["status"]) == "git is not installed"
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("opening, closing", [("[", "]"), ("(", ")"), ("{1:", "}"), ("f(", ")")])
def test_python_nested_thousands_deep_does_not_end_the_process_where_its_fix_is_sought(
    tmp_path: Path, opening: str, closing: str
) -> None:
    send = "import requests\n\ndef f(c):\n    requests.post(U, json={'customer_ids': {'cookie': c.k}, "
    deep = f"x = {opening * 3000}1{closing * 3000}\n"
    (tmp_path / "a.py").write_text(f"{send}'properties': {{'email': c.email}}}})\n{deep}")
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--diff"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, (done.returncode, done.stderr)
