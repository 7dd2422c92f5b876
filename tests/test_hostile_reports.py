"""Names and code that attack whoever reads a report: through the command line, in every format at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as Xml
from typing import TYPE_CHECKING

import pytest

from trackaudit.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its file names cannot hold such letters")
ATTACKS = {
    "terminal": "\x1b[2J\x1b]0;owned\x07\x1b[8m",
    "terminal in one byte": "\x9b31m\x90q\x9c",
    "erasing": "\x08\x08\x08\x7f\rno findings",
    "direction": "\u202eevil\u2066\u200f",
    "invisible": "\u200b\u2028\ufeff\U000e0041",
    "lines": "a\n::error file=x::forged\n##[error]forged\n##vso[task.setvariable variable=x]y",
    "command": "::set-output name=x::y ::add-mask::z %0A::error::w ##[warning]v",
    "markdown": "| a | [x](javascript:alert) ![y](http://z) <img src=x onerror=alert> `code` **b**",
    "markup": "</script><script>alert(1)</script>&amp;<b x='\"'>",
    "xml": "]]><!--<?x y?><!DOCTYPE z>",
    "bytes": os.fsdecode(b"\xff\xfe\xc3("),
    "spaces and quotes": "a b 'c' \"d\" $(e) `f` ;g",
}
READABLE = "\t\n"


@pytest.fixture(params=ATTACKS)
def reports(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, bytes]:
    """What every format says of a tree whose file name, code and keys hold the attack; and the two streams."""
    attack = ATTACKS[request.param]
    tree, out = tmp_path / "tree", tmp_path / "out"
    folder = os.path.join(os.fsencode(tree), os.fsencode(attack.replace("/", "_")))
    os.makedirs(folder)
    out.mkdir()
    text = json.dumps(attack, ensure_ascii=False)
    code = f"exponea.update({{ email: user[{text}] }}); // {attack.replace(chr(10), ' ')}\n"
    with open(os.path.join(folder, os.fsencode(f"{attack[:40]}.js".replace("/", "_"))), "wb") as file:
        file.write(os.fsencode(code) + os.fsencode(f"exponea.update({{ {text}: user.email, email: user.email }});\n"))
    outputs = [part for name in FORMATS for part in ("--output", f"{name}:{out / name}")]
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--show-unresolved", *outputs]
    env = {**os.environ, "GITHUB_STEP_SUMMARY": str(out / "summary"), "PYTHONUTF8": "1"}
    command += ["--output-format", "github"]
    done = subprocess.run(command, cwd=tree, capture_output=True, env=env, check=False)
    assert done.returncode == 1, done.stderr
    return {
        "stdout": done.stdout,
        "stderr": done.stderr,
        **{name: (out / name).read_bytes() for name in os.listdir(out)},
    }


def test_no_report_of_a_hostile_tree_can_drive_who_reads_it(reports: dict[str, bytes]) -> None:
    for name, data in reports.items():
        text = data.decode("utf-8")  # each is whole, valid text
        unsafe = {letter for letter in text if not letter.isprintable() and letter not in READABLE}
        if name not in ("json", "sarif", "gitlab", "rdjson", "junit"):
            assert not unsafe, (name, unsafe)
            assert "##[" not in text
            assert "##vso[" not in text
    for name in ("text", "stderr"):
        assert not any(line.lstrip().startswith("::") for line in reports[name].decode().splitlines())
    assert reports["github"] == reports["stdout"]
    for line in reports["github"].decode().splitlines():
        assert line.startswith(("::error ", "::warning ", "::notice "))
        properties, _, _ = line.partition(" ")[2].partition("::")
        names = [part.partition("=")[0] for part in properties.split(",")]
        assert names == ["file", "line", "col", "endLine", "endColumn", "title"]
    for name in ("json", "sarif", "gitlab", "rdjson"):
        assert reports[name].isascii()
        assert json.loads(reports[name])
    root = Xml.fromstring(reports["junit"])
    assert {element.tag for element in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "error"}
    page = reports["summary"].decode()
    bare = "".join(part for number, part in enumerate(page.split("`")) if number % 2 == 0)
    assert "<script" not in bare
    assert "<img" not in bare
    assert "](javascript" not in bare
    assert "](http" not in bare


def test_a_diff_on_a_terminal_shows_control_characters_and_in_a_pipe_it_is_the_files_own_bytes(tmp_path: Path) -> None:
    import pty

    (tmp_path / "a.js").write_bytes(b"exponea.update({ email: mail }); // \x1b[2J\n")
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--diff"]
    piped = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert b"\x1b[2J" in piped.stdout
    terminal, inner = pty.openpty()
    env = {**os.environ, "NO_COLOR": "1"}
    subprocess.run(command, cwd=tmp_path, stdout=inner, stderr=subprocess.DEVNULL, env=env, check=False)
    shown = os.read(terminal, 10_000)
    os.close(inner)
    os.close(terminal)
    assert b"\\x1b[2J" in shown
    assert b"\x1b[2J" not in shown
