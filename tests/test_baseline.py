"""Accepted findings, and those that were there before: what keeps them known, and what is never hidden by them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trackaudit import baseline
from trackaudit.baseline import Accepted
from trackaudit.cli import main
from trackaudit.errors import InputError
from trackaudit.model import Finding, Place

UPDATE = "export function save(mail) {\n  exponea.update({ email: mail });\n}\n"


def of(value: str) -> str:
    """The same mistake with another value."""
    return UPDATE.replace("(mail)", f"({value})").replace(": mail", f": {value}")


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *arguments], check=True, capture_output=True)


def commit(root: Path, files: dict[str, str]) -> None:
    write(root, files)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    monkeypatch.chdir(root)
    return root


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, int, str]]:
    """Path, line and rule of every finding."""
    capsys.readouterr()
    code = main(["check", "--output-format", "json", *arguments])
    captured = capsys.readouterr()
    assert code in (0, 1), captured.err
    found = [(one["path"], one["line"], one["rule"]) for one in json.loads(captured.out)["findings"]]
    assert code == bool(found)
    return found


def notices(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    main(["check", "--output-format", "json", *arguments])
    return [f"{one['kind']}: {one['message']}" for one in json.loads(capsys.readouterr().out)["notices"]]


def accept(*arguments: str) -> list[dict[str, str]]:
    assert main(["baseline", *arguments]) == 0
    findings: list[dict[str, str]] = json.loads(Path(baseline.NAME).read_text(encoding="utf-8"))["findings"]
    return findings


USE = ("--baseline", baseline.NAME)

# ------------------------------------------------------------------------------------------------- baseline


@pytest.mark.parametrize(
    "changed",
    [
        {"a.js": "// new\n\n\n" + UPDATE},
        {"a.js": None, "deep/b.js": UPDATE},
        {"a.js": UPDATE.replace("save(", "keep(")},
        {"a.js": "export function save(mail) {\n\texponea.update({\n\t\t'email': mail,\n\t})\n}\n"},
        {"a.js": UPDATE.replace("exponea.update({ email: mail })", "const p = { email: mail };\n  exponea.update(p)")},
    ],
    ids=["moved down", "moved to another file", "function renamed", "reformatted", "put into a variable"],
)
def test_an_accepted_finding_stays_accepted_wherever_its_code_goes(
    project: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str | None]
) -> None:
    write(project, {"a.js": UPDATE})
    accept()
    for path, text in changed.items():
        if text is None:
            (project / path).unlink()
        else:
            write(project, {path: text})
    assert len(check(capsys)) == 1
    assert check(capsys, *USE) == []
    assert notices(capsys, *USE) == []


@pytest.mark.parametrize(
    "text",
    [
        UPDATE.replace("email: mail", "email: user.email"),
        UPDATE.replace("email: mail", "e_mail: mail"),
        UPDATE.replace("update({", "track('signup', {"),
        UPDATE + "exponea.update({ email: mail });\n",
    ],
    ids=["another value", "another key", "another operation", "one more of the same"],
)
def test_a_finding_that_takes_the_place_of_an_accepted_one_is_new(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    write(project, {"a.js": UPDATE})
    accept()
    write(project, {"a.js": text})
    assert len(check(capsys, *USE)) == 1


def test_of_equal_findings_the_one_in_the_new_file_is_the_new_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"b.js": UPDATE, "c.js": UPDATE})
    accept()
    write(project, {"a.js": UPDATE})
    assert check(capsys, *USE) == [("a.js", 2, "identifier-in-update")]


def test_what_is_not_found_any_more_is_told_and_pruned_and_nothing_else_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"a.js": UPDATE, "b.js": of("address")})
    accept("--reason", "old", "--owner", "web")
    write(project, {"a.js": "exponea.identify({ registered: mail });\n", "c.js": of("post")})
    [told] = notices(capsys, *USE)
    assert told.startswith("baseline-stale: trackaudit-baseline.json: identifier-in-update in a.js is not found any")
    [left] = accept("--prune")
    assert (left["path"], left["reason"], left["owner"]) == ("b.js", "old", "web")
    assert notices(capsys, *USE) == []
    assert check(capsys, *USE) == [("c.js", 2, "identifier-in-update")]


def test_a_check_of_one_folder_takes_nothing_for_stale(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a/a.js": UPDATE, "b/b.js": of("address")})
    accept()
    assert check(capsys, "a", *USE) == []
    assert notices(capsys, "a", *USE) == []
    assert len(accept("b", "--prune")) == 2


def test_writing_again_keeps_the_words_of_old_entries_and_adds_the_new_ones(project: Path) -> None:
    write(project, {"a.js": UPDATE})
    accept("--reason", "kiosk", "--owner", "web")
    os.rename("a.js", "z.js")
    write(project, {"b.js": of("address")})
    first, second = accept("--reason", "later", "--expires", "2999-01-31")
    assert (first["path"], first["reason"], first["expires"]) == ("b.js", "later", "2999-01-31")
    assert (second["path"], second["reason"], second["owner"]) == ("z.js", "kiosk", "web")
    assert "expires" not in second


def test_an_entry_whose_day_is_over_counts_no_more(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a.js": UPDATE})
    accept("--expires", "2020-01-31")
    assert len(check(capsys, *USE)) == 1
    [told] = notices(capsys, *USE)
    assert told.startswith("baseline-expired: ") and "2020-01-31" in told
    [again] = accept("--expires", "2999-01-31")
    assert again["expires"] == "2999-01-31"
    assert check(capsys, *USE) == []


def test_the_last_day_counts() -> None:
    place = Place("a.js", 0, 1)
    finding = Finding("r", "error", "high", "m", place, place, "c", fingerprint="f", kin="k")
    entry = Accepted("f", expires="2027-01-31")
    assert baseline.apply([entry], [finding], [], "2027-01-31").new == ()
    assert baseline.apply([entry], [finding], [], "2027-02-01").new == (finding,)


def test_the_configuration_can_name_the_file_and_a_missing_one_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"web/a.js": UPDATE, "trackaudit.yaml": "baseline: lint/accepted.json\n", "lint/x": ""})
    assert len(check(capsys)) == 1
    assert notices(capsys) == ["no-baseline: lint/accepted.json is not there yet; `trackaudit baseline` writes it"]
    os.chdir("web")
    assert main(["baseline"]) == 0
    assert "write `baseline" not in capsys.readouterr().err
    assert check(capsys) == []


def test_standard_input_is_judged_with_the_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a.js": UPDATE})
    accept()
    for text, expected in ((f"// more\n{UPDATE}", 0), (UPDATE + of("address"), 1)):
        run = subprocess.run(
            [sys.executable, "-m", "trackaudit", "check", "-", "--stdin-filename", "a.js", *USE],
            input=text.encode(),
            capture_output=True,
            check=False,
        )
        assert run.returncode == expected, run.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1", "not valid JSON"),
        ("[]", "not a baseline"),
        ('{"version": 2, "findings": []}', "not a baseline"),
        ('{"version": 1, "findings": [1, {"fingerprint": "f", "owners": "x"}]}', "did you mean 'owner'?"),
        ('{"version": 1, "findings": [{"rule": "x"}]}', "finding 1: has no fingerprint"),
        ('{"version": 1, "findings": [{"fingerprint": "x", "expires": "31.1.2027"}]}', "write a day"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_broken_baseline_is_refused_with_words(project: Path, text: str, words: str) -> None:
    write(project, {baseline.NAME: text})
    with pytest.raises(InputError) as error:
        baseline.load(str(project / baseline.NAME))
    assert words in str(error.value)


def test_a_baseline_that_is_named_and_missing_is_an_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--baseline", "nowhere.json"]) == 2
    assert "nowhere.json: the baseline cannot be read" in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------------- since

WRAPPER = "export function send(profile) {\n  exponea.identify({ registered: profile.email }, profile);\n}\n"
CALLER = 'import { send } from "./wrapper";\nexport function save(mail) {\n  send({ email: mail });\n}\n'


def test_only_what_the_change_made_is_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.js": UPDATE, "b.js": of("address")})
    write(project, {"a.js": "// moved down\n\n" + UPDATE, "c.js": of("post")})
    os.rename("b.js", "renamed.js")
    assert len(check(capsys)) == 3
    assert check(capsys, "--since", "HEAD") == [("c.js", 2, "identifier-in-update")]


def test_an_unchanged_caller_that_a_changed_wrapper_makes_wrong_is_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, {"wrapper.js": WRAPPER, "caller.js": CALLER})
    assert check(capsys) == []
    write(
        project, {"wrapper.js": WRAPPER.replace("identify({ registered: profile.email }, profile)", "update(profile)")}
    )
    assert check(capsys, "--since", "HEAD") == [("caller.js", 3, "identifier-in-update")]
    # A commit hook names the changed file only.
    assert check(capsys, "wrapper.js") == [("caller.js", 3, "identifier-in-update")]


def test_what_becomes_wrong_because_something_was_taken_away_is_reported(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send = "exponea.update({ email: mail });\n"
    commit(project, {"a.js": f"exponea.identify({{ registered: mail }});\n{send}"})
    assert check(capsys) == []
    write(project, {"a.js": send})
    assert len(check(capsys, "--since", "HEAD")) == 1


def test_what_others_did_meanwhile_does_not_count(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.js": UPDATE, "b.js": "x();\n"})
    git(project, "checkout", "-q", "-b", "feature")
    commit(project, {"b.js": of("post")})
    git(project, "checkout", "-q", "main")
    commit(project, {"a.js": "exponea.identify({ registered: mail });\n"})  # mended on main
    git(project, "checkout", "-q", "feature")
    assert check(capsys, "--since", "main") == [("b.js", 2, "identifier-in-update")]


def test_of_equal_findings_in_one_file_the_new_one_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = "exponea.update({ email: mail });\n"
    commit(project, {"a.js": f"one();\n{call}two();\n"})
    write(project, {"a.js": f"zero();\n{call}half();\none();\n{call}two();\n"})
    assert check(capsys, "--since", "HEAD") == [("a.js", 2, "identifier-in-update")]


def test_a_comment_taken_away_makes_its_finding_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.js": UPDATE.replace("  ", "  // trackaudit: ignore[identifier-in-update] kiosk\n  ", 1)})
    assert check(capsys) == []
    write(project, {"a.js": UPDATE})
    assert len(check(capsys, "--since", "HEAD")) == 1


def test_since_and_a_baseline_go_together(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.js": UPDATE})
    write(project, {"b.js": of("post"), "c.js": of("address")})
    accept("b.js")
    assert check(capsys, "--since", "HEAD", *USE) == [("c.js", 2, "identifier-in-update")]


def test_since_works_in_a_subfolder_with_its_own_configuration(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, {"web/trackaudit.yaml": "fail-on: info\n", "web/a.js": UPDATE, "other/a.js": UPDATE})
    write(project, {"web/b.js": of("post")})
    os.chdir("web")
    assert check(capsys, "--since", "HEAD") == [("b.js", 2, "identifier-in-update")]


def test_a_file_with_other_line_ends_on_disk_is_not_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.js": UPDATE})
    (project / "a.js").write_bytes(UPDATE.replace("\n", "\r\n").encode())
    assert check(capsys, "--since", "HEAD") == []


@pytest.mark.parametrize("revision", ["no-such-branch", "--help", "HEAD~9"])
def test_a_revision_that_is_not_there_is_an_error_with_a_hint(
    project: Path, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    commit(project, {"a.js": "x();\n"})
    assert main(["check", f"--since={revision}"]) == 2
    assert "fetch-depth: 0" in capsys.readouterr().err


def test_since_without_a_repository_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    write(tmp_path, {"a.js": UPDATE})
    assert main(["check", "--since", "HEAD"]) == 2
    assert "needs a git repository" in capsys.readouterr().err


def test_a_hostile_repository_cannot_run_its_own_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = project.parent / "ran"
    commit(project, {"a.js": UPDATE, ".gitattributes": "*.js filter=evil diff=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        git(project, "config", key, f"touch {ran}; cat")
    git(project, "config", "diff.external", f"touch {ran}")
    write(project, {"a.js": UPDATE + of("post").replace("save", "keep")})
    ran.unlink(missing_ok=True)
    assert len(check(capsys, "--since", "HEAD")) == 1
    assert not ran.exists()


def test_the_past_reads_what_was_there_and_nothing_else(project: Path) -> None:
    from trackaudit.discover.past import past

    commit(project, {"a.js": "old();\n", "gone.js": "gone();\n", "same.js": "same();\n", "sub/b.js": "b();\n"})
    os.symlink("a.js", "link.js")
    commit(project, {})
    (project / "gone.js").unlink()
    write(project, {"a.js": "new();\n", "later.js": "later();\n"})
    sources = past(str(project), str(project), "HEAD", 100)
    try:
        assert sorted(sources.names(["later.js"])) == ["a.js", "gone.js", "same.js", "sub/b.js"]
        assert [sources.read(path) for path in ("a.js", "gone.js", "same.js")] == [
            b"old();\n",
            b"gone();\n",
            b"same();\n",
        ]
        assert not sources.is_file("later.js")
        for missing in ("later.js", "link.js", "../shop/a.js"):
            with pytest.raises(FileNotFoundError):
                sources.read(missing)
        with pytest.raises(OSError, match="large"):
            sources.read("gone.js", 3)
    finally:
        sources.close()


def test_match_never_gives_one_finding_to_two_entries() -> None:
    def finding(ordinal: int, path: str) -> Finding:
        place = Place(path, ordinal, ordinal + 1)
        return Finding("r", "error", "high", "m", place, place, "c", fingerprint=f"f{ordinal}", kin="k")

    findings = [finding(0, "a.js"), finding(1, "a.js"), finding(2, "b.js")]
    entries = [Accepted("f0", path="b.js"), Accepted("f1", path="z.js"), Accepted("f9", path="a.js")]
    matched: Any = baseline.match(entries, findings)
    assert {number: entry.path for number, entry in matched[0].items()} == {2: "b.js", 1: "z.js"}
    assert matched[1] == [entries[2]]


def test_only_what_is_new_is_fixed_and_the_past_is_read_once(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from trackaudit.discover import past

    commit(project, {"a.js": UPDATE, "trackaudit.yaml": "identifiers: {registered: {type: hard, holds: email}}\n"})
    write(project, {"b.js": of("post"), "c.js": of("address")})
    asked: list[str] = []
    real = past.past

    def counted(root: str, repository: str | None, revision: str, max_size: int = 0) -> past.Past:
        asked.append(revision)
        return real(root, repository, revision, max_size)

    monkeypatch.setattr(past, "past", counted)
    assert main(["check", "--since", "HEAD", "--unsafe-fixes", "--diff"]) == 1
    diff = capsys.readouterr().out
    assert "b.js" in diff and "c.js" in diff and "a.js" not in diff
    assert asked == ["HEAD"]
