"""What is kept of an earlier run changes no answer: it is used only where nothing that counts has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trackaudit import cache, discover, pipeline
from trackaudit.cli import main
from trackaudit.discover import folders, ripgrep, snapshot
from trackaudit.discover.ripgrep import program
from trackaudit.pipeline import analysis, reuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trackaudit.pipeline.looking import Look

WRAPPER = "export function store(p) { exponea.update(p) }\n"
PAGE = "import { store } from './wrapper'\nexport function go(user) { store({ email: user.email }) }\n"
CONFIG = "identifiers: {registered: {type: hard, holds: email}}\n"


class Shop:
    """A repository with a defect that runs through two files, and the runs that are made in it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.analysed = 0
        self.renewed = 0
        self.write("src/wrapper.js", WRAPPER)
        self.write("src/page.js", PAGE)
        self.write("src/other.js", "export const a = 1\n")
        self.write(".gitignore", "built/\n")
        self.git("init", "-q", "-b", "main")
        self.commit()

        analysed = analysis.analysed

        def counted(look: Look, apart: bool = False) -> pipeline.Analysis:
            self.analysed += 1
            return analysed(look, apart=apart)

        monkeypatch.setattr(analysis, "analysed", counted)

        def renewed(asked: reuse.Asked) -> reuse.Renewed | None:
            found = renew(asked)
            self.analysed += found is not None
            self.renewed += found is not None
            return found

        renew = reuse.renew
        monkeypatch.setattr(reuse, "renew", renewed)
        monkeypatch.setattr(discover, "FEW", 0)  # as if there were many files
        monkeypatch.setattr(folders, "MARGIN", -1e9)  # as if the files had been written long ago
        monkeypatch.setenv("XDG_CACHE_HOME", str(root.parent / "kept"))

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return Shop(root, monkeypatch)


Run = tuple[int, str, str]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Run:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def check(shop: Shop, capsys: pytest.CaptureFixture[str], *arguments: str) -> bool:
    """Run with and without what is kept, demand the same bytes, and tell whether the kept result was used."""
    before = shop.analysed
    kept = run(capsys, *arguments)
    used = shop.analysed == before
    assert kept == run(capsys, *arguments, "--no-cache")
    return used


FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_run_uses_the_first_and_says_the_same(
    shop: Shop, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert not check(shop, capsys, "--output-format", name)
    assert check(shop, capsys, "--output-format", name)
    assert run(capsys, "--output-format", name)[0] == 1


def edit_wrapper(shop: Shop) -> None:
    shop.write("src/wrapper.js", WRAPPER.replace("update(p)", "identify({ registered: p.email }, p)"))


def same_size(shop: Shop) -> None:
    path = shop.root / "src/page.js"
    status = path.stat()
    path.write_bytes(PAGE.replace("email:", "phone:").encode())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def untracked(shop: Shop) -> None:
    shop.write("src/more.js", PAGE)


def edited_again(shop: Shop) -> None:
    shop.write("src/other.js", "export const a = 2\n")
    main(["check"])
    shop.write("src/other.js", PAGE)


def untracked_edited_again(shop: Shop) -> None:
    shop.write("src/more.js", "export const a = 2\n")
    main(["check"])
    shop.write("src/more.js", PAGE)


def renamed(shop: Shop) -> None:
    (shop.root / "src/page.js").rename(shop.root / "src/page2.js")


def moved_by_git(shop: Shop) -> None:
    shop.git("mv", "src/page.js", "src/page3.js")


def removed(shop: Shop) -> None:
    (shop.root / "src/page.js").unlink()


def another_branch(shop: Shop) -> None:
    shop.git("checkout", "-q", "-b", "other")
    edit_wrapper(shop)
    shop.commit()
    shop.git("checkout", "-q", "main")
    main(["check"])
    shop.git("checkout", "-q", "other")


def configured(shop: Shop) -> None:
    shop.write("trackaudit.yaml", CONFIG)


def shadowed_by_a_built_file(shop: Shop) -> None:
    shop.write("src/page.js", PAGE.replace("./wrapper", "../built/wrapper"))
    main(["check"])
    shop.write("built/wrapper.js", WRAPPER)


def built_file_edited(shop: Shop) -> None:
    shadowed_by_a_built_file(shop)
    main(["check"])
    shop.write("built/wrapper.js", WRAPPER.replace("update(p)", "identify({ registered: p.email }, p)"))


def ignore_rule_added(shop: Shop) -> None:
    shop.write("extra/page.js", "exponea.update({ email: 'a@example.com' })\n")
    main(["check"])
    shop.write(".git/info/exclude", "extra/\n")


CHANGES = (
    edit_wrapper, same_size, untracked, edited_again, untracked_edited_again, renamed, moved_by_git, removed,
    another_branch, configured, shadowed_by_a_built_file, built_file_edited, ignore_rule_added,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_answer_is_that_of_a_run_that_keeps_nothing(
    shop: Shop, capsys: pytest.CaptureFixture[str], change: Callable[[Shop], None]
) -> None:
    assert not check(shop, capsys)
    change(shop)
    capsys.readouterr()
    assert not check(shop, capsys)
    assert check(shop, capsys)


def test_the_answer_is_the_same_from_any_folder(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not check(shop, capsys)
    monkeypatch.chdir(shop.root / "src")
    assert not check(shop, capsys, "..")
    assert "page.js:2" in run(capsys, "..")[1]
    assert check(shop, capsys, "page.js") is False
    assert check(shop, capsys, "page.js")
    monkeypatch.chdir(shop.root)
    assert check(shop, capsys)


@pytest.mark.parametrize(
    "arguments", [["--ignore", "identifier-in-update"], ["--min-confidence", "low"], ["src/wrapper.js"]]
)
def test_other_options_do_not_get_the_answer_of_these(
    shop: Shop, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert not check(shop, capsys)
    assert not check(shop, capsys, *arguments)
    assert check(shop, capsys)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_nothing_is_kept_where_git_was_told_to_overlook_changes(
    shop: Shop, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    shop.git("update-index", flag, "src/page.js")
    assert not check(shop, capsys)
    assert not check(shop, capsys)


def test_nothing_is_kept_of_a_tree_that_is_written_to_meanwhile(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MARGIN", 0.05)
    analysed = analysis.analysed
    for name in (".git/index", "src/page.js", "src/other.js"):
        os.utime(shop.root / name, (1, 1))

    def meanwhile(look: Look) -> pipeline.Analysis:
        found = analysed(look)
        edit_wrapper(shop)
        return found

    monkeypatch.setattr(analysis, "analysed", meanwhile)
    main(["check"])
    assert not os.path.exists(str(cache.folder()))


def test_a_filter_that_the_repository_names_is_not_run(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    trap = shop.root.parent / "trap"
    shop.write(".gitattributes", "*.js filter=evil\n")
    shop.git("config", "filter.evil.clean", f"touch '{trap}'; cat")
    path = shop.root / "src/page.js"
    index = shop.root / ".git/index"
    os.utime(path, ns=(index.stat().st_mtime_ns, index.stat().st_mtime_ns))
    assert not check(shop, capsys)
    assert not check(shop, capsys)
    assert not trap.exists()


PARTS = ("", "\0words", "\0base", "\0names", "\0folders", "\0index")


def damaged(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "empty":
        file.write_bytes(b"")
    elif how == "short":
        file.write_bytes(data[: len(data) // 2])
    elif how == "flipped":
        for at in (3, 20, 60, len(data) // 2, len(data) - 1):
            file.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
            assert None in [cache.load(f"{Path.cwd()}{part}") for part in PARTS]
    elif how == "other":
        file.write_bytes(b"something else altogether\n" * 10)
    else:
        file.unlink()
        file.mkdir()


@pytest.mark.parametrize("how", ["empty", "short", "flipped", "other", "folder"])
def test_a_damaged_file_is_as_if_there_were_none(shop: Shop, capsys: pytest.CaptureFixture[str], how: str) -> None:
    assert not check(shop, capsys)
    for file in Path(str(cache.folder())).iterdir():
        damaged(file, how)
    assert not check(shop, capsys)
    assert check(shop, capsys) == (how != "folder")


@pytest.mark.skipif(os.name == "nt", reason="folders keep no such times there")
def test_git_walks_through_no_folder_in_which_no_name_came_or_went(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[tuple[str, ...]] = []

    def others(root: str, places: Iterable[str] = ("",)) -> list[str] | None:
        walks.append(tuple(places))
        return folders.others(root, places)

    monkeypatch.setattr(snapshot, "others", others)

    def looked_at(*places: str) -> None:
        walks.clear()
        check(shop, capsys)
        assert walks == ([places] if places else [])

    check(shop, capsys)
    looked_at()
    shop.write("src/page.js", PAGE + "// more\n")
    looked_at()
    shop.write("src/new/page.js", PAGE)
    looked_at("src")
    looked_at()
    shop.git("add", "src/page.js")
    looked_at()
    shop.git("rm", "-q", "--cached", "src/other.js")
    looked_at("src/other.js")
    shop.git("add", "src/other.js")
    shop.write(".gitignore", "built/\nnew/\n")
    looked_at("")
    looked_at()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no such owner there")
def test_a_file_of_another_user_is_not_read(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not check(shop, capsys)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert not check(shop, capsys)


def test_a_cache_folder_that_cannot_be_made_is_no_error(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not check(shop, capsys)
    assert not check(shop, capsys)


def test_runs_at_the_same_time_leave_one_sound_file(shop: Shop, tmp_path: Path) -> None:
    saver = "from trackaudit import cache; [cache.save('/r', list(range(50_000))) for _ in range(20)]"
    runs = [subprocess.Popen([sys.executable, "-c", saver]) for _ in range(3)]
    assert [one.wait() for one in runs] == [0, 0, 0]
    assert cache.load("/r") == list(range(50_000))
    assert len(list(Path(str(cache.folder())).iterdir())) == 1


def test_the_cache_commands_tell_where_it_is_and_remove_it(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert not check(shop, capsys)
    assert main(["cache", "path"]) == 0
    assert capsys.readouterr().out.strip() == cache.folder()
    assert main(["cache", "clear"]) == 0
    assert "what was kept" in capsys.readouterr().err
    assert not check(shop, capsys)


@pytest.mark.skipif(program() is None, reason="ripgrep is not installed")
def test_after_an_edit_ripgrep_is_not_asked_again_for_words_that_were_asked_for(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    search = ripgrep.Ripgrep._search

    def counted(self: ripgrep.Ripgrep, *question: Any) -> Any:
        asked.append(question)
        return search(self, *question)

    monkeypatch.setattr(ripgrep.Ripgrep, "_search", counted)
    run(capsys)
    assert asked
    asked.clear()
    shop.write("src/page.js", PAGE.replace("email:", "phone:"))
    shop.write("src/other.js", "exponea.track('seen', { plan: 1 })\n")
    shop.write("src/more.js", "export const exponeaIsThere = true\n")
    again = run(capsys)
    assert not asked
    assert again == run(capsys, "--no-cache")
    assert asked


def test_nothing_is_kept_of_a_small_tree(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, "FEW", 1_000)
    assert not check(shop, capsys)
    assert not check(shop, capsys)


def test_a_linked_work_tree_keeps_its_own(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not check(shop, capsys)
    shop.git("worktree", "add", "-q", "../linked", "-b", "linked")
    monkeypatch.chdir(shop.root.parent / "linked")
    assert not check(shop, capsys)
    assert check(shop, capsys)


def test_what_is_kept_is_bounded(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    rules = ["identifier-in-update", "unused-suppression", "identifier-only-in-event", "hard-id-not-lowercased"]
    for select in rules:
        for confidence in ("high", "medium", "low"):
            run(capsys, "--select", select, "--min-confidence", confidence)
    assert len(cache.load(str(shop.root))) == 8
