"""Discovery on real folders and real git repositories: what is listed, read, reported, passed over, and why."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config
from trackaudit.config.anchors import Anchors
from trackaudit.discover import Discovery, Ground, Sources, discover, is_test_path, locate
from trackaudit.discover.listing import DECLARATIONS, is_skipped, skipped
from trackaudit.errors import InputError
from trackaudit.parse import language_of, with_language

if TYPE_CHECKING:
    from pathlib import Path

ANCHORS = Anchors((b"exponea",), (b"customer_ids",))
CALL = "exponea.update({ email: mail })\n"


def write(root: Path, **files: str | bytes) -> None:
    """Write files; `__` in a name stands for `/`, a dict is handed over with `**`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *who, "-C", str(root), *arguments], check=True, capture_output=True)


def find(root: Path, *paths: str, config: Config | None = None, overlay: dict[str, bytes] | None = None) -> Discovery:
    config = config or Config()
    ground = locate(paths, str(root))
    sources = Sources(ground.root, config.max_file_size, overlay)
    return discover(ground, config, sources, ANCHORS, with_language)


# ---------------------------------------------------------------------------------------------------- root


def test_the_root_is_the_folder_of_the_nearest_config_upward(tmp_path: Path) -> None:
    write(tmp_path, **{"trackaudit.yaml": "", "shop/trackaudit.yaml": "", "shop/src/a.js": CALL})
    ground = locate(["src"], str(tmp_path / "shop"))
    assert ground.root == str(tmp_path / "shop")
    assert ground.config == str(tmp_path / "shop" / "trackaudit.yaml")
    assert ground.prefix == ""
    assert [target.path for target in ground.targets] == ["src"]


def test_without_a_config_the_root_is_the_top_of_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(tmp_path, **{"src/deep/a.js": CALL})
    ground = locate(["a.js"], str(tmp_path / "src" / "deep"))
    assert (ground.root, ground.config, ground.repository) == (str(tmp_path), None, str(tmp_path))
    assert ground.prefix == "../../"
    assert [target.path for target in ground.targets] == ["src/deep/a.js"]


def test_without_a_config_and_git_the_root_is_the_common_parent_of_the_paths(tmp_path: Path) -> None:
    write(tmp_path, **{"shop/web/a.js": CALL, "shop/api/b.py": CALL, "other/c.js": CALL})
    ground = locate(["shop/web/a.js", "shop/api"], str(tmp_path))
    assert ground.root == str(tmp_path / "shop")
    assert ground.prefix == "shop/"


def test_the_search_for_a_config_does_not_leave_the_repository(tmp_path: Path) -> None:
    write(tmp_path, **{"trackaudit.yaml": "", "project/a.js": CALL})
    git(tmp_path, "init", "project")
    assert locate(["project"], str(tmp_path)).root == str(tmp_path / "project")


def test_a_named_config_above_the_paths_makes_its_folder_the_root(tmp_path: Path) -> None:
    write(tmp_path, **{"shop/own.yaml": "", "shop/src/a.js": CALL, "lint/own.yaml": ""})
    inside = locate(["shop/src"], str(tmp_path), config="shop/own.yaml")
    assert inside.root == str(tmp_path / "shop")
    beside = locate(["shop/src"], str(tmp_path), config="lint/own.yaml")
    assert beside.root == str(tmp_path / "shop" / "src")
    assert beside.config == str(tmp_path / "lint" / "own.yaml")


def test_every_missing_path_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": CALL})
    with pytest.raises(InputError) as caught:
        locate(["gone.js", "a.js", "lost/b.js"], str(tmp_path), config="no.yaml")
    assert caught.value.problems == (
        "gone.js: no such file or folder",
        "lost/b.js: no such file or folder",
        "no.yaml: no such configuration file",
    )


def test_a_named_pipe_is_refused_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.js")
    with pytest.raises(InputError, match=r"pipe\.js: neither a regular file nor a folder"):
        locate(["pipe.js"], str(tmp_path))


# -------------------------------------------------------------------------------------------------- listing


def test_a_repository_gives_tracked_and_untracked_files_but_no_ignored_ones(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(
        tmp_path,
        **{
            ".gitignore": "build/\n*.gen.js\n",
            "tracked.js": CALL,
            "build/out.js": CALL,
            "a.gen.js": CALL,
            "src/.gitignore": "secret.js\n",
            "src/secret.js": CALL,
        },
    )
    git(tmp_path, "add", "tracked.js", ".gitignore")
    write(tmp_path, **{"src/new.js": CALL})
    assert find(tmp_path).candidates == ["src/new.js", "tracked.js"]


def test_a_tree_without_git_is_walked_by_the_same_ignore_rules(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            ".gitignore": "build/\n*.gen.js\n!keep.gen.js\n/top.js\n",
            ".ignore": "private/\n",
            "a.js": CALL,
            "top.js": CALL,
            "build/out.js": CALL,
            "x.gen.js": CALL,
            "keep.gen.js": CALL,
            "private/p.js": CALL,
            "src/.gitignore": "local.js\n!x.gen.js\n",
            "src/local.js": CALL,
            "src/top.js": CALL,
            "src/x.gen.js": CALL,
            "local.js": CALL,
        },
    )
    assert find(tmp_path).candidates == ["a.js", "keep.gen.js", "local.js", "src/top.js", "src/x.gen.js"]


def test_packages_environments_and_the_sdk_itself_are_passed_over(tmp_path: Path) -> None:
    big = CALL + "//" + "x" * 210_000
    files = {
        "a.js": CALL,
        "dist/bundle.js": CALL,
        "vendor/lib.js": CALL,
        "small.min.js": CALL,
        "big.min.js": big,
        "big.js": big,
        "exponea.min.js": CALL,
        "js/exponea-2.1.min.js": CALL,
        "infinario-1.min.js": CALL,
        "exponea-setup.js": CALL,
        "node_modules/x/index.js": CALL,
        ".venv/lib/x.py": CALL,
        "env/pyvenv.cfg": "",
        "env/lib/x.py": CALL,
        "lib/site-packages/x.py": CALL,
    }
    expected = ["a.js", "big.js", "dist/bundle.js", "exponea-setup.js", "small.min.js", "vendor/lib.js"]
    write(tmp_path / "plain", **files)
    assert find(tmp_path / "plain").candidates == expected
    write(tmp_path / "repository", **files)
    git(tmp_path, "init", "repository")
    git(tmp_path / "repository", "add", "-f", ".")
    assert find(tmp_path / "repository").candidates == expected


def test_links_pipes_and_other_repositories_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, **{"secret.js": CALL})
    for name in ("plain", "repository"):
        root = tmp_path / name
        write(root, **{"a.js": CALL})
        if name == "repository":
            git(root, "init")
            git(root, "add", ".")
            git(root, "init", "inner")
        write(root, **{"inner/i.js": CALL})
        os.symlink(outside / "secret.js", root / "link.js")
        os.symlink(outside, root / "linked")
        os.mkfifo(root / "pipe.js")
        if name == "repository":
            git(root, "add", "link.js", "linked")
        found = find(root)
        assert found.candidates == (["a.js"] if name == "repository" else ["a.js", "inner/i.js"])


def test_a_file_that_git_lists_behind_a_link_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    write(root, **{"src/secret.js": CALL, "a.js": CALL})
    git(root, "init")
    git(root, "add", ".")
    (root / "src").rename(tmp_path / "moved")
    os.symlink(tmp_path / "moved", root / "src")
    found = find(root)
    assert found.candidates == ["a.js"]
    assert not Sources(str(root)).is_file("src/secret.js")


def test_a_file_deleted_since_the_last_commit_is_no_problem(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": CALL, "b.js": CALL})
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    (tmp_path / "b.js").unlink()
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    assert found.notices == []


def test_a_hostile_repository_runs_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(tmp_path, **{"a.js": CALL})
    git(tmp_path, "add", ".")
    mark = tmp_path / "ran"
    program = tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(program))
    subprocess.run(["git", "-C", str(tmp_path), "ls-files", "--others"], check=True, capture_output=True)
    assert mark.exists(), "the trap must work, or this test proves nothing"
    mark.unlink()
    assert find(tmp_path).candidates == ["a.js"]
    assert not mark.exists()


def test_inside_a_git_hook_the_right_repository_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, **{f"{name}.js": CALL})
        git(tmp_path / name, "init")
        git(tmp_path / name, "add", ".")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "two" / ".git" / "index"))
    assert find(tmp_path / "one").candidates == ["one.js"]


def test_a_repository_that_git_cannot_read_is_walked_with_a_notice(tmp_path: Path) -> None:
    write(tmp_path, **{".git/HEAD": "nonsense", "a.js": CALL, "node_modules/x.js": CALL})
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    assert [notice.kind for notice in found.notices] == ["no-git"]


def test_git_that_is_not_installed_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, **{"a.js": CALL})
    git(tmp_path, "init")
    monkeypatch.setenv("PATH", "")
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    assert "git could not list the files" in found.notices[0].message


def test_an_ignore_pattern_of_many_stars_does_not_hang_the_walk(tmp_path: Path) -> None:
    write(tmp_path, **{".gitignore": "a*" * 40 + "b\n[\nbuild/\n", "build/x.js": CALL, "a" * 200 + ".js": CALL})
    assert find(tmp_path).candidates == ["a" * 200 + ".js"]


def test_excluded_files_are_not_analysed(tmp_path: Path) -> None:
    write(tmp_path, **{"vendor/deep/a.js": CALL, "b.js": CALL, "old/c.js": CALL})
    found = find(tmp_path, config=Config(exclude=("vendor/**", "c.js")))
    assert found.candidates == ["b.js"]
    assert found.listing == ["b.js"]


# ----------------------------------------------------------------------------------------- targets and tests


def test_all_of_the_root_is_analysed_and_only_the_targets_are_reported(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(tmp_path, **{"web/a.js": CALL, "web2/b.js": CALL, "api/c.py": CALL, "api/d.py": CALL})
    found = find(tmp_path, "web", "api/c.py")
    assert found.candidates == ["api/c.py", "api/d.py", "web/a.js", "web2/b.js"]
    assert [path for path in found.candidates if found.reported(path)] == ["api/c.py", "web/a.js"]


def test_tests_are_analysed_and_not_reported(tmp_path: Path) -> None:
    write(tmp_path, **{"src/a.js": CALL, "src/a.test.js": CALL, "tests/b.py": CALL})
    found = find(tmp_path)
    assert found.candidates == ["src/a.js", "src/a.test.js", "tests/b.py"]
    assert [path for path in found.candidates if found.reported(path)] == ["src/a.js"]
    assert [path for path in found.candidates if found.is_test(path)] == ["src/a.test.js", "tests/b.py"]
    every = find(tmp_path, config=Config(include_tests=True))
    assert all(every.reported(path) and not every.is_test(path) for path in every.candidates)


def test_a_test_that_the_user_names_is_reported(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(
        tmp_path, **{"src/a.test.js": CALL, "tests/shop/b.py": CALL, "tests/shop/test_c.py": CALL, "tests/d.py": CALL}
    )
    found = find(tmp_path, "src/a.test.js", "tests/shop")
    assert [path for path in found.candidates if found.reported(path)] == ["src/a.test.js", "tests/shop/b.py"]
    assert [path for path in found.candidates if found.is_test(path)] == ["tests/d.py", "tests/shop/test_c.py"]


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.js", "test/a.js", "src/__tests__/a.js", "src/__mocks__/a.ts", "a.test.ts", "src/a.spec.js",
        "src/Form.stories.tsx", "cypress/e.js", "e2e/a.js", "conftest.py", "app/conftest.py", "test_a.py",
        "app/test_a.py", "app/a_test.py", "src/test.js",
    ],
)  # fmt: skip
def test_a_test_path_is_known_by_its_name(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize("path", ["latest/a.js", "contest.py", "src/latest.js", "protest_a.py", "attests/a.py", "a.ts"])
def test_a_path_that_only_looks_like_a_test_is_none(path: str) -> None:
    assert not is_test_path(path)


def test_a_named_path_is_read_although_it_is_ignored(tmp_path: Path) -> None:
    git(tmp_path, "init")
    write(tmp_path, **{".gitignore": "dist\n", "a.js": CALL, "dist/b.js": CALL, "node_modules/p/c.js": CALL})
    assert find(tmp_path).candidates == ["a.js"]
    assert find(tmp_path, "dist/b.js").candidates == ["a.js", "dist/b.js"]
    assert find(tmp_path, "dist").candidates == ["a.js", "dist/b.js"]
    inside = find(tmp_path, "node_modules/p")
    assert [path for path in inside.candidates if inside.reported(path)] == ["node_modules/p/c.js"]


def test_a_named_file_that_nobody_reads_or_that_is_excluded_is_told(tmp_path: Path) -> None:
    write(tmp_path, **{"readme.md": CALL, "old.js": CALL})
    found = find(tmp_path, "readme.md", "old.js", config=Config(exclude=("old.js",)))
    assert {(notice.kind, notice.path) for notice in found.notices} == {
        ("no-language", "readme.md"),
        ("excluded", "old.js"),
    }


def test_the_same_path_named_twice_counts_once(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": CALL})
    assert len(locate([".", "./", "../" + tmp_path.name], str(tmp_path)).targets) == 1


# ------------------------------------------------------------------------------------------------- the scan


def test_only_files_with_an_anchor_become_candidates(tmp_path: Path) -> None:
    write(
        tmp_path, **{"a.js": CALL, "b.js": "other()", "c.json": '{"customer_ids": {}}', "d.css": "exponea", "e.py": ""}
    )
    found = find(tmp_path)
    assert found.candidates == ["a.js", "c.json"]
    assert (found.seen, found.scanned) == (5, 4)
    assert found.listing == ["a.js", "b.js", "c.json", "e.py"]
    assert found.notices == []


@pytest.mark.parametrize(
    "text",
    [
        'x = { customer_ids: 1 }',
        'x["customer_ids"] = 1',
        '{"code": "send({\\ncustomer_ids: 1})"}',
        '{"code": "\\u0022customer_ids\\u0022"}',
        'a = "%22customer_ids%22"',
        'my_customer_ids = 1; customer_ids',
        'customer_ids',
        'getExponeaLayer = exponeaLayer',
    ],
)  # fmt: skip
def test_a_key_counts_where_it_stands_alone_and_a_product_anywhere(text: str) -> None:
    assert ANCHORS.held(text.encode())


@pytest.mark.parametrize(
    "text", ["my_customer_ids = 1", "const customer_idsByName = 1", "customer_ids2", "Exponea", ""]
)
def test_a_key_that_is_part_of_another_word_does_not_count(text: str) -> None:
    assert not ANCHORS.held(text.encode())


def test_a_file_of_types_is_never_scanned_and_naming_one_is_no_mistake(tmp_path: Path) -> None:
    names = ("a.d.ts", "b.d.mts", "c.d.cts", "d.pyi", "e.ts")
    for name in names:
        (tmp_path / name).write_text("declare const exponea: any\n")
    found = find(tmp_path)
    assert (found.candidates, found.seen, found.scanned) == (["e.ts"], 5, 1)
    named = find(tmp_path, *names)
    assert (named.candidates, named.notices) == (["e.ts"], [])


def test_a_file_above_the_limit_is_a_notice_that_names_the_setting(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": CALL})
    with (tmp_path / "huge.js").open("wb") as file:
        file.write(CALL.encode())
        file.truncate(50_000_000)
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    [notice] = found.notices
    assert (notice.kind, notice.path) == ("too-large", "huge.js")
    assert "50.0 MB" in notice.message and "5.0 MB" in notice.message and "max-file-size" in notice.message


def test_bytes_that_are_no_utf_8_are_analysed_with_a_notice(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": b"// ok\n// caf\xe9\n" + CALL.encode(), "other.js": b"caf\xe9"})
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    [notice] = found.notices
    assert (notice.kind, notice.path, notice.line) == ("not-utf-8", "a.js", 2)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_a_notice_and_not_analysed(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
    write(tmp_path, **{"a.js": mark + CALL.encode(encoding), "b.js": mark + "other".encode(encoding)})
    found = find(tmp_path)
    assert found.candidates == []
    [notice] = found.notices
    assert (notice.kind, notice.path) == ("not-utf-8", "a.js")
    assert "UTF-16" in notice.message


def test_an_unreadable_file_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, **{"a.js": CALL, "b.js": CALL})
    really_open = os.open

    def refuse(path: str, flags: int, *more: int) -> int:
        if path.endswith("b.js"):
            raise PermissionError(13, "Permission denied", path)
        return really_open(path, flags, *more)

    monkeypatch.setattr(os, "open", refuse)
    found = find(tmp_path)
    assert found.candidates == ["a.js"]
    [notice] = found.notices
    assert (notice.kind, notice.path) == ("unreadable", "b.js")
    assert "Permission denied" in notice.message


def test_a_name_that_is_no_utf_8_is_found_and_read(tmp_path: Path) -> None:
    for name in ("plain", "repository"):
        root = tmp_path / name
        root.mkdir()
        with open(os.fsencode(root) + b"/\xff\n.js", "wb") as file:
            file.write(CALL.encode())
        if name == "repository":
            git(root, "init")
        assert find(root).candidates == ["\udcff\n.js"]


NAMES = (
    "a.js", "A.JS", "b/c.tsx", "d.min.js", ".js", "js", "a.js/readme", "dir.py/x", "config.xml", "my/config.xml",
    "myconfig.xml", "other.xml", "a.css.liquid", "a.js.liquid", "a.LIQUID", "a.json.erb", "a.html", "a.", "a", "",
    ".hidden/a.vue", "a.nj\u212a", "\udcff.py", "node_modules/a.js", "b/node_modules/c.ts", "my_node_modules/a.js",
    "venv/a.py", "x/.venv/b.py", "event/venvy.py", "lib/site-packages/a.py", "exponea.min.js", "x/exponea-2.min.js",
    "my-exponea.min.js", "exponea.js", ".git/hook.py", "a.git/b.py",
)  # fmt: skip


def test_many_paths_are_told_apart_as_each_of_them_is() -> None:
    known = [path for path in NAMES if language_of(path) is not None]
    assert with_language(NAMES) == [path for path in known if not path.endswith(DECLARATIONS)]
    assert skipped(NAMES) == {path for path in NAMES if is_skipped(path)}


def test_standard_input_is_checked_under_its_name(tmp_path: Path) -> None:
    write(tmp_path, **{"trackaudit.yaml": "", "src/a.js": "old()", "src/b.js": CALL})
    ground = locate((), str(tmp_path / "src"), stdin_name="a.js")
    assert ground == Ground(str(tmp_path), str(tmp_path / "trackaudit.yaml"), None, "../", ground.targets)
    [target] = ground.targets
    sources = Sources(ground.root, 1_000_000, {target.path: CALL.encode()})
    found = discover(ground, Config(), sources, ANCHORS, with_language)
    assert found.candidates == ["src/a.js", "src/b.js"]
    assert found.reported("src/a.js") and not found.reported("src/b.js")
    new = locate((), str(tmp_path), stdin_name="not/there/yet.js")
    assert [target.path for target in new.targets] == ["not/there/yet.js"]


# -------------------------------------------------------------------------------------------------- sources


def test_sources_read_nothing_outside_the_root(tmp_path: Path) -> None:
    write(tmp_path, **{"secret.js": CALL, "root/a.js": CALL})
    sources = Sources(str(tmp_path / "root"))
    assert sources.read("a.js") == CALL.encode()
    for path in ("../secret.js", "/etc/passwd", "b/../../secret.js", "", ".", "a.js/", "a\0.js", "./a.js"):
        assert not sources.is_file(path)
        with pytest.raises(FileNotFoundError):
            sources.read(path)


def test_an_overlay_stands_in_for_the_disk_and_leaves_the_first_sources_alone(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": "disk", "b.js": "other"})
    first = Sources(str(tmp_path))
    assert first.source("a.js", "javascript") is first.source("a.js", "javascript")
    second = first.overlaid({"a.js": b"overlay", "new.js": b"new"})
    assert second.source("a.js", "javascript").data == b"overlay"
    assert second.read("new.js") == b"new" and second.is_file("new.js")
    assert second.source("b.js", "javascript").data == b"other"
    assert first.source("a.js", "javascript").data == b"disk"
    assert not first.is_file("new.js")


def test_bytes_that_the_scan_read_are_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, **{"a.js": CALL})
    ground = locate((), str(tmp_path))
    sources = Sources(ground.root)
    discover(ground, Config(), sources, ANCHORS, with_language)
    (tmp_path / "a.js").write_text("changed meanwhile")
    assert sources.read("a.js") == CALL.encode()
