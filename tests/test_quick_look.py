"""ripgrep's quick look changes no answer, only how fast it comes."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from rights import held_to_rights

from trackaudit import discover as stage
from trackaudit.config import Config
from trackaudit.config.anchors import Anchors
from trackaudit.discover import Sources, discover, locate
from trackaudit.discover.process import started
from trackaudit.discover.ripgrep import Ripgrep, program, rare_end
from trackaudit.flow import callers
from trackaudit.flow.callers import Wanted, near, passed
from trackaudit.parse import file_kinds, with_language

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ANCHORS = Anchors((b"exponea",), (b"customer_ids",))
CALL = b"exponea.update({email: mail})\n"
LIMIT = 50_000

needs_ripgrep = pytest.mark.skipif(program() is None, reason="ripgrep is not installed")


class Answer(NamedTuple):
    candidates: list[str]
    scanned: int
    seen: int
    notices: list[tuple[str, str, str]]


def answer(root: Path, monkeypatch: pytest.MonkeyPatch, with_ripgrep: bool, overlay: dict[str, bytes]) -> Answer:
    monkeypatch.setattr(stage, "FEW", 0)
    if not with_ripgrep:
        monkeypatch.setattr("trackaudit.discover.ripgrep.program", lambda: None)
    sources = Sources(os.path.realpath(root), LIMIT, overlay)
    found = discover(locate([str(root)]), Config(), sources, ANCHORS, scripts)
    assert (sources.quick is not None) == with_ripgrep
    return Answer(
        found.candidates, found.scanned, found.seen, [(one.kind, one.path, one.message) for one in found.notices]
    )


def scripts(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path.endswith((".js", ".json"))]


def tricky(root: Path) -> None:
    """Files at the edge of what two searches may see differently."""
    files: dict[str, bytes] = {
        "plain.js": CALL,
        "none.js": b"var a = 1\n",
        "empty.js": b"",
        "no-line-end.js": CALL.rstrip(),
        "nul.js": b"\0\0\0" + CALL,
        "late.js": b"x" * 40_000 + CALL,
        "large.js": b"x" * (LIMIT + 1) + CALL,
        "at-the-limit.js": CALL + b"x" * (LIMIT - len(CALL)),
        "cr.js": CALL.replace(b"\n", b"\r"),
        "latin.js": b"// \xe9\n" + CALL,
        "upper.js": CALL.upper(),
        "utf-8-mark.js": b"\xef\xbb\xbf" + CALL,
        "utf-16-little.js": b"\xff\xfe" + CALL.decode().encode("utf-16-le"),
        "utf-16-big.js": b"\xfe\xff" + CALL.decode().encode("utf-16-be"),
        "utf-16-by-its-mark-only.js": b"\xff\xfe" + CALL,
        "utf-16-without-mark.js": CALL.decode().encode("utf-16-le"),
        "small.min.js": CALL,
        "none.min.js": b"var a = 1\n",
        ".hidden/a.js": CALL,
        ".hidden.js": CALL,
        "sub/a.js": CALL,
        "sub/.gitignore": b"a.js\n*.json\n!kept.json\n",
        "sub/kept.json": b'{"customer_ids": 1}',
        "sub/gone.json": b'{"customer_ids": 1}',
        "built/a.js": CALL,
        ".gitignore": b"built/\n",
        "other/.ignore": b"*.js\n",
        "other/.rgignore": b"*.json\n",
        "other/a.js": CALL,
        "other/a.json": b'{"customer_ids": 1}',
        "node_modules/a/index.js": CALL,
        "with space é.js": CALL,
        "split/exp.js": b"expo\nnea",
    }
    if os.name != "nt":
        files |= {"new\nline.js": CALL, "back\\slash.js": CALL, "quote\"'.js": CALL}
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if os.name != "nt":
        (root / "link.js").symlink_to("plain.js")
        (root / "folder-link").symlink_to("sub")
        (root / "dangling.js").symlink_to("nothing")
        os.mkfifo(root / "pipe.js")


def commit(root: Path, *forced: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    if forced:
        subprocess.run(["git", "add", "-f", *forced], cwd=root, check=True)


@needs_ripgrep
@pytest.mark.parametrize("repository", [False, True])
def test_a_tricky_tree_has_the_same_answers_with_and_without_ripgrep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: bool
) -> None:
    tricky(tmp_path)
    if repository:
        commit(tmp_path, "built/a.js", "sub/a.js", "node_modules/a/index.js")
        (tmp_path / "untracked.js").write_bytes(CALL)
        (tmp_path / "plain.js").unlink()
        (tmp_path / "none.js").write_bytes(CALL)
    overlay = {"cr.js": b"now nothing", "empty.js": CALL, "new.js": CALL}
    quick = answer(tmp_path, monkeypatch, True, overlay)
    slow = answer(tmp_path, monkeypatch, False, overlay)
    assert quick == slow
    assert {"late.js", "nul.js", "empty.js", "new.js", "sub/kept.json", "small.min.js"} <= set(slow.candidates)
    assert ("built/a.js" in slow.candidates) == repository
    assert {kind for kind, _, _ in slow.notices} == {"too-large", "not-utf-8"}


@needs_ripgrep
@held_to_rights
def test_a_file_that_cannot_be_read_has_the_same_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tricky(tmp_path)
    (tmp_path / "late.js").chmod(0)
    with pytest.raises(PermissionError):
        (tmp_path / "late.js").read_bytes()
    assert answer(tmp_path, monkeypatch, True, {}) == answer(tmp_path, monkeypatch, False, {})


@needs_ripgrep
def test_files_that_hold_a_word_are_never_said_to_be_without(tmp_path: Path) -> None:
    tricky(tmp_path)
    path = program()
    assert path is not None
    found, looked_at = Ripgrep(str(tmp_path), path).look([b"exponea", b"no such word"], "script")
    assert "none.js" in looked_at - found
    for name in looked_at - found:
        assert b"exponea" not in (tmp_path / name).read_bytes()


def listings(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often ripgrep lists the files of a repository, after it is seen that its answers are those without it."""
    commands = []

    def noted(command: list[str], *more: object) -> object:
        commands.append(command)
        return started(command, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "FEW", 0)
    monkeypatch.setattr("trackaudit.discover.ripgrep.started", noted)
    answers = []
    for path in (program(), None):
        with monkeypatch.context() as changed:
            changed.setattr("trackaudit.discover.ripgrep.program", lambda path=path: path)
            found = discover(
                locate([str(root)]), Config(), Sources(os.path.realpath(root)), ANCHORS, with_language, file_kinds
            )
            answers.append((found.candidates, found.scanned, found.seen, found.listing, found.notices))
    assert answers[0] == answers[1]
    assert answers[0][0]
    assert commands
    return sum("--files" in command for command in commands)


@needs_ripgrep
def test_the_files_are_not_listed_a_second_time_where_their_number_says_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.js", "b.tsx", "c/d.py", "c/readme.md", "e.css.liquid", "venv/pyvenv.cfg", "venv/f.py", "G.JS"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(CALL)
    commit(tmp_path)
    (tmp_path / "untracked.js").write_bytes(CALL)
    assert listings(tmp_path, monkeypatch) == 0


@needs_ripgrep
@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_and_tracked_files_that_are_ignored_are_told_by_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.js", "built/b.js", "built/c.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(CALL)
    (tmp_path / "link.js").symlink_to("a.js")
    (tmp_path / ".gitignore").write_text("built/\n")
    commit(tmp_path, "built/b.js")
    assert listings(tmp_path, monkeypatch) == 0


@needs_ripgrep
def test_what_ripgrep_ignores_and_git_does_not_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Git takes braces for themselves.
    (tmp_path / ".gitignore").write_text("*.{js,ts}\n")
    for name in ("a.js", "b.js", "c.py"):
        (tmp_path / name).write_bytes(CALL)
    commit(tmp_path)
    assert listings(tmp_path, monkeypatch) == 1


@needs_ripgrep
def test_a_file_that_is_gone_or_large_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.js", "b.js", "c.js"):
        (tmp_path / name).write_bytes(CALL)
    commit(tmp_path)
    (tmp_path / "b.js").unlink()
    monkeypatch.setattr(Sources.__init__, "__defaults__", (40, None))
    (tmp_path / "c.js").write_bytes(CALL * 2)
    assert listings(tmp_path, monkeypatch) == 1


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("does", ["exit 3", "exit 2", "kill -9 $$", "printf 'none.js\\0plain.js\\0'; kill -9 $$"])
def test_a_ripgrep_that_fails_says_nothing(tmp_path: Path, does: str) -> None:
    script = tmp_path / "rg"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    assert Ripgrep(str(tmp_path), str(script)).look([b"exponea"]) == (frozenset(), frozenset())


def test_a_ripgrep_that_cannot_be_started_says_nothing(tmp_path: Path) -> None:
    assert Ripgrep(str(tmp_path), str(tmp_path / "none")).look([b"exponea"]) == (frozenset(), frozenset())


def test_no_program_of_a_relative_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "rg.exe" if os.name == "nt" else "rg"
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / "elsewhere" / "python"))
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    assert program() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() == str(tmp_path / name)


@needs_ripgrep
def test_of_a_kind_only_its_files_are_looked_at(tmp_path: Path) -> None:
    for name in ("a.ts", "B.TSX", "c.d.ts", "d.vue", "e.py", "f.json", "g.md", "config.xml"):
        (tmp_path / name).write_bytes(CALL)
    path = program()
    assert path is not None
    ripgrep = Ripgrep(str(tmp_path), path, 0, file_kinds())
    assert ripgrep.look([b"exponea"])[0] == {"a.ts", "B.TSX", "d.vue", "e.py", "f.json", "config.xml"}
    assert ripgrep.look([b"exponea"], kind="script")[0] == {"a.ts", "B.TSX", "d.vue"}
    assert ripgrep.look([b"exponea"], kind="python")[0] == {"e.py"}


def test_what_is_looked_for_instead_of_a_word_is_its_end() -> None:
    words = [
        b"",
        b"a",
        b"short",
        b"exponea",
        b"crm/customers",
        b"updateCustomerAttributes",
        b"e" * 9,
        "naïve_mail".encode(),
    ]
    for word in words:
        end = rare_end(word)
        assert word.endswith(end)
        assert len(end) >= min(len(word), 6)
    assert rare_end(b"eeeeeeQQQQQQ") == b"QQQQQQ"


WANTED = [
    Wanted("shop/api.js", frozenset({"save"}), frozenset({"api"}), frozenset()),
    Wanted("lib/a+b (1).ts", frozenset({"$put"}), frozenset({"a+b (1)"}), frozenset({"Cli-ent"})),
    Wanted("na\u00efve.js", frozenset({"\u00e9tat"}), frozenset({"na\u00efve"}), frozenset()),
    Wanted("\udcff.vue", frozenset(), frozenset({"\udcff"}), frozenset()),
    Wanted("shop/use.py", frozenset({"done"}), frozenset({"use"}), frozenset({"Crm"})),
]
LINES = (
    b'import { save } from "./api";', b"import save from '../api.js'", b"const s = require(`#api/`).save",
    b"apis.save()",
    b'export * from "./api"', b"export  * from './api'", b"export * from './apis'", b'import { $put } from "./a+b (1)"',
    b"new Cli-ent().$put()", b"Cli-entele $put", "import { \u00e9tat } from './na\u00efve'".encode(), b"from './\xff'",
    b"from shop.use import done", b"from .use import *", b"because(done)", b"Crm().done()", b"\xc3\xa9use done",
    b"use\xc3\xa9 done", b"'./api'\0save", b"'./api'\rsave",
)  # fmt: skip


@needs_ripgrep
@pytest.mark.parametrize("many", [0, callers.MANY])
def test_ripgrep_finds_every_caller_that_python_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    for number, line in enumerate(LINES):
        for end in (".js", ".py"):
            (tmp_path / f"{number}{end}").write_bytes(b"\n" + line + b"\n")
    monkeypatch.setattr(callers, "MANY", many)
    path = program()
    assert path is not None
    ripgrep = Ripgrep(str(tmp_path), path, 0, file_kinds())
    passing = passed(WANTED)
    names = sorted(os.listdir(tmp_path))
    by_python = {name for name in names if any(True for _ in passing(name, (tmp_path / name).read_bytes()))}
    assert len(by_python) > 12
    for kind, some in callers.by_kind(WANTED).items():
        here = {name for name in by_python if name.endswith(".py") == (kind == "python")}
        found = set(near(some, lambda patterns, kind=kind: ripgrep.look(patterns, kind)[0]))  # type: ignore[misc]
        assert here <= found
        for one in some:
            for pattern in filter(None, (one.where, one.what)):
                held = {name for name in names if re.search(pattern, (tmp_path / name).read_bytes())}
                mine = {name for name in held if name.endswith(".py") == (kind == "python")}
                assert ripgrep.look([pattern], kind)[0] == mine


def test_a_file_is_a_caller_where_a_specifier_ends_so_and_not_where_the_letters_are_part_of_a_word() -> None:
    asked: list[list[bytes]] = []

    def holding(patterns: list[bytes]) -> list[str]:
        asked.append(patterns)
        return ["b.js", "c.js"] if len(asked) == 1 else ["c.js", "d.js"]

    assert near(WANTED[:1], holding) == ["b.js", "c.js"]
    [[pattern]] = asked
    assert re.search(pattern, b"from '../api.js'") and re.search(pattern, b'("~api")')
    assert not re.search(pattern, b"capital 'rapids' api() '/api/users'")


def test_where_too_many_files_are_named_so_those_that_take_nothing_are_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter((["b.js", "c.js"], ["c.js", "d.js"]))
    monkeypatch.setattr(callers, "MANY", 1)
    assert near(WANTED[:1], lambda patterns: next(answers)) == {"c.js"}
