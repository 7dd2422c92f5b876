"""Fixes on the disk and on the command line, and what holds for every fix."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackaudit.cli import main
from trackaudit.fix.edits import Origins, Taken, applied, smallest
from trackaudit.fix.write import Change, write
from trackaudit.model import Edit
from trackaudit.pipeline import fix_texts

if TYPE_CHECKING:
    from pathlib import Path

WRONG = "export function save(mail) {\n  exponea.update({ email: mail });\n}\n"
RIGHT = "export function save(mail) {\n  exponea.identify({ registered: mail.toLowerCase() }, { email: mail });\n}\n"
DECLARED = "identifiers:\n  registered: {type: hard, holds: email}\n"


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.js").write_text(WRONG, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_diff_is_one_that_git_applies(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (project / "we ird.js").write_bytes(b"exponea.update({ email: mail })")
    assert main(["check", "--diff"]) == 1
    (project / "fix.patch").write_bytes(capfdbinary.readouterr().out)
    assert (project / "app.js").read_text(encoding="utf-8") == WRONG
    git(project, "apply", "fix.patch")
    assert (project / "app.js").read_text(encoding="utf-8") == RIGHT
    end = b"exponea.identify({ registered: mail.toLowerCase() }, { email: mail })"
    assert (project / "we ird.js").read_bytes() == end


def test_fix_leaves_what_is_not_safe(project: Path) -> None:
    assert main(["check", "--fix"]) == 1
    assert (project / "app.js").read_text(encoding="utf-8") == WRONG


def test_unsafe_fixes_are_written_and_nothing_remains(project: Path) -> None:
    os.chmod(project / "app.js", 0o750)
    assert main(["check", "--unsafe-fixes"]) == 0
    assert (project / "app.js").read_text(encoding="utf-8") == RIGHT
    assert os.stat(project / "app.js").st_mode & 0o777 == 0o750
    assert sorted(os.listdir(project)) == [".git", "app.js"]


def test_a_fix_is_safe_where_the_id_is_declared_and_the_value_is_the_customers(project: Path) -> None:
    (project / "trackaudit.yaml").write_text(DECLARED, encoding="utf-8")
    text = "exponea.update({ email: customer.email });\n"
    (project / "app.js").write_text(text, encoding="utf-8")
    git(project, "commit", "-q", "-a", "-m", "second")
    assert main(["check", "--fix"]) == 0
    fixed = "exponea.identify({ registered: customer.email.toLowerCase() }, { email: customer.email });\n"
    assert (project / "app.js").read_text(encoding="utf-8") == fixed


def test_a_file_with_changes_of_ones_own_needs_allow_dirty(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "// mine\n" + WRONG
    (project / "app.js").write_text(text, encoding="utf-8")
    assert main(["check", "--unsafe-fixes"]) == 1
    assert "--allow-dirty" in capsys.readouterr().err
    assert (project / "app.js").read_text(encoding="utf-8") == text
    assert main(["check", "--unsafe-fixes", "--allow-dirty"]) == 0
    assert (project / "app.js").read_text(encoding="utf-8") == "// mine\n" + RIGHT


def test_a_line_is_explained_with_its_fix_as_a_diff(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "app.js:2"]) == 0
    shown = capsys.readouterr().out
    assert "never merge" in shown
    assert "+  exponea.identify({ registered: mail.toLowerCase() }, { email: mail });" in shown
    assert main(["explain", "app.js:3"]) == 2


def test_a_file_that_changed_meanwhile_stays_and_so_does_its_partner(tmp_path: Path) -> None:
    for name in ("a.js", "b.js", "c.js"):
        (tmp_path / name).write_bytes(b"new" if name == "a.js" else b"old")
    changes = {name: Change(b"old", b"fixed") for name in ("a.js", "b.js", "c.js")}
    written = write(str(tmp_path), changes, [frozenset({"a.js", "b.js"}), frozenset({"c.js"})])
    assert written.paths == ("c.js",)
    assert [(tmp_path / name).read_bytes() for name in changes] == [b"new", b"old", b"fixed"]


@pytest.mark.parametrize("trouble", [OSError("full"), KeyboardInterrupt()])
def test_what_breaks_off_half_way_leaves_every_file_as_it_was(
    trouble: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.js", "b.js"):
        (tmp_path / name).write_bytes(b"old")
    real = os.replace

    def replace(source: str, target: str) -> None:
        if source.endswith(".part") and target.endswith("b.js"):
            raise trouble
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    changes = {name: Change(b"old", b"fixed") for name in ("a.js", "b.js")}
    with pytest.raises(type(trouble)):
        write(str(tmp_path), changes, [])
    assert [(tmp_path / name).read_bytes() for name in changes] == [b"old", b"old"]
    assert sorted(os.listdir(tmp_path)) == ["a.js", "b.js"]


@pytest.mark.parametrize("step", ["fsync", "link", "chmod"])
def test_a_disk_that_is_full_leaves_every_file_as_it_was(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.js", "b.js"):
        (tmp_path / name).write_bytes(b"old")
    real, calls = getattr(os, step), []

    def full(*given: object, **more: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(*given, **more)

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space"):
        write(str(tmp_path), {name: Change(b"old", b"fixed") for name in ("a.js", "b.js")}, [])
    assert [(tmp_path / name).read_bytes() for name in ("a.js", "b.js")] == [b"old", b"old"]
    assert sorted(os.listdir(tmp_path)) == ["a.js", "b.js"]


def test_a_link_a_read_only_file_and_one_that_is_gone_are_left_and_told(tmp_path: Path) -> None:
    (tmp_path / "real.js").write_bytes(b"old")
    (tmp_path / "link.js").symlink_to("real.js")
    (tmp_path / "shut.js").write_bytes(b"old")
    os.chmod(tmp_path / "shut.js", 0o444)
    changes = {name: Change(b"old", b"fixed") for name in ("gone.js", "link.js", "shut.js")}
    written = write(str(tmp_path), changes, [])
    assert written.paths == ()
    told = {notice.path: notice.message for notice in written.notices}
    assert "cannot be read" in told["gone.js"]
    assert "symbolic link" in told["link.js"]
    assert "read-only" in told["shut.js"]
    assert [(tmp_path / name).read_bytes() for name in ("real.js", "shut.js")] == [b"old", b"old"]


def test_a_file_with_two_names_keeps_both(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"old and long")
    os.link(tmp_path / "a.js", tmp_path / "other")
    write(str(tmp_path), {"a.js": Change(b"old and long", b"new")}, [])
    assert (tmp_path / "other").read_bytes() == b"new"


def test_the_projects_own_identifying_wrapper_is_called_and_imported() -> None:
    api = (
        "export function setCustomer(props) { exponea.update(props); }\n"
        "export function known(ids, props) { exponea.identify(ids, props); }\n"
    )
    app = (
        "import { setCustomer } from './api.js';\n"
        "export function save(mail) { setCustomer({ email: mail }); }\n"
        "export function city() { setCustomer({ city: 'Brno' }); }\n"
    )
    fixed, number = fix_texts({"api.js": api, "app.js": app})
    assert number == 1
    assert fixed["api.js"] == api
    assert fixed["app.js"].split("\n")[:2] == [
        "import { setCustomer, known } from './api.js';",
        "export function save(mail) { known({ registered: mail.toLowerCase() }, { email: mail }); }",
    ]


def test_a_shared_wrapper_is_fixed_once_for_all_its_callers() -> None:
    text = (
        "function send(props) { exponea.update(props); }\n"
        "export function a(mail) { send({ email: mail }); }\n"
        "export function b(v) { send({ email: v }); }\n"
    )
    fixed, number = fix_texts({"a.js": text})
    assert number == 1
    ids = "exponea.identify({ ...(props.email && { registered: props.email.toLowerCase() }) }, props)"
    assert fixed["a.js"] == text.replace("exponea.update(props)", ids)


def test_a_typed_wrapper_stays_well_typed() -> None:
    text = (
        "function send(props: Record<string, unknown>) { window.exponea.update(props); }\n"
        "export function a(mail: string) { send({ email: mail }); }\n"
        "export function b() { send({ city: 'Brno' }); }\n"
    )
    ids = "{ ...(props.email ? { registered: String(props.email).toLowerCase() } : {}) }"
    fixed = text.replace("exponea.update(props)", f"exponea.identify({ids}, props)")
    assert fix_texts({"a.ts": text})[0]["a.ts"] == fixed


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            "exponea.update(\n  {\n    email: mail.toLowerCase(),\n  },\n);\n",
            "exponea.identify(\n  { registered: mail.toLowerCase() },\n  {\n    email: mail.toLowerCase(),\n  },\n);\n",
        ),
        (
            "const save = (form) => exponea.update({ email: form.getEmail() });\n",
            "const save = (form) => {\n  const email = form.getEmail();\n"
            "  return exponea.identify({ registered: email.toLowerCase() }, { email });\n};\n",
        ),
        (
            "var mail = form.getEmail()\nif (mail) exponea.update({ email: mail, city: city })\n",
            "var mail = form.getEmail()\n"
            "if (mail) exponea.identify({ registered: mail.toLowerCase() }, { email: mail, city: city })\n",
        ),
        (
            "exponea.update({ ...(mail && { email: mail }), city });\n",
            "exponea.identify({ ...(mail && { registered: mail.toLowerCase() }) }, "
            "{ ...(mail && { email: mail }), city });\n",
        ),
    ],
)
def test_a_fix_is_written_like_its_neighbours(wrong: str, right: str) -> None:
    assert fix_texts({"a.js": wrong})[0]["a.js"] == right


@pytest.mark.parametrize(
    "text", ["ok && exponea.update({ email: form.getEmail() });\n", "go(exponea.update, { email });\n"]
)
def test_what_cannot_be_written_faithfully_is_left_alone(text: str) -> None:
    assert fix_texts({"a.js": text})[0]["a.js"] == text


STYLES = st.fixed_dictionaries(
    {
        "quote": st.sampled_from(["", "'", '"']),
        "pad": st.sampled_from(["", " "]),
        "end": st.sampled_from([";", ""]),
        "comma": st.sampled_from(["", ","]),
        "comment": st.sampled_from(["", " // their address", " /* é */"]),
        "newline": st.sampled_from(["\n", "\r\n"]),
        "lines": st.booleans(),
        "receiver": st.sampled_from(["exponea", "window.exponea", "window?.exponea", "(window).exponea"]),
    }
)


@settings(max_examples=60)
@given(STYLES)
def test_a_fix_changes_no_other_byte_and_is_done_at_once(style: dict[str, str]) -> None:
    q, pad, newline = style["quote"], style["pad"], style["newline"]
    entry = f"{q}email{q}: mail"
    record = f"{{{pad}{entry}{pad}}}"
    if style["lines"]:
        record = f"{{{newline}    {entry}{style['comma']}{style['comment']}{newline}  }}"
    text = newline.join(
        ["// ž", "export function save(mail) {", f"  {style['receiver']}.update({record}){style['end']}", "}", ""]
    )
    fixed = fix_texts({"a.js": text})[0]["a.js"]
    inner = " " if style["lines"] else pad
    ids = f"{{{inner}{q}registered{q}: mail.toLowerCase(){inner}}}"
    assert fixed == text.replace(".update(", f".identify({ids}, ")
    assert fix_texts({"a.js": fixed})[0]["a.js"] == fixed


@given(st.text(alphabet="abé\n", max_size=12), st.text(alphabet="abé\n", max_size=12))
def test_the_smallest_edit_turns_the_one_text_into_the_other(old: str, new: str) -> None:
    edits = smallest("a", 0, old, new)
    assert applied(old.encode(), edits) == new.encode()


def test_an_offset_behind_an_edit_is_traced_back() -> None:
    edits = [Edit("a", 2, 4, "xyz"), Edit("a", 6, 6, "!")]
    origins = Origins(edits)
    assert [origins.offset(at) for at in (0, 2, 4, 5, 7, 8)] == [0, 2, 2, 4, 6, 6]
    assert Origins([Edit("a", 0, 3, "")]).offset(0) == 3


def test_a_fix_that_touches_a_place_of_one_before_waits_and_one_of_the_same_edits_does_not() -> None:
    taken = Taken()
    first = [Edit("a", 5, 9, "x"), Edit("a", 20, 20, "y"), Edit("b", 0, 4, "z")]
    assert taken.take(first)
    assert taken.take(first)
    for edit in (
        Edit("a", 8, 12, ""),
        Edit("a", 0, 6, ""),
        Edit("a", 6, 7, "q"),
        Edit("a", 7, 7, "q"),
        Edit("b", 0, 0, "q"),
    ):
        assert not taken.take([Edit("a", 90, 91, ""), edit]), edit
    assert not taken.take([Edit("a", 20, 20, "another")])
    assert taken.take([Edit("a", 9, 12, ""), Edit("a", 4, 5, ""), Edit("a", 90, 91, ""), Edit("b", 4, 5, "")])


def test_one_id_name_is_written_at_every_place_of_the_smaller_side() -> None:
    texts = {
        "a.js": "exponea.identify({ registered: a.email.toLowerCase() });\n",
        "b.js": "exponea.identify({ registered: b.email.toLowerCase() });\n",
        "e.js": "exponea.identify({ registered: e.email.toLowerCase() });\n",
        "c.js": "exports.f = (u) => exponea.identify({ email_id: u.email.toLowerCase() });\n",
        "d.js": "exports.g = (u) => exponea.identify({ 'email_id': u.email.toLowerCase() });\n",
    }
    fixed, count = fix_texts(texts)
    assert count == 1
    assert fixed["c.js"] == "exports.f = (u) => exponea.identify({ registered: u.email.toLowerCase() });\n"
    assert fixed["d.js"] == "exports.g = (u) => exponea.identify({ 'registered': u.email.toLowerCase() });\n"
    assert {path: fixed[path] for path in ("a.js", "b.js", "e.js")} == {
        path: texts[path] for path in ("a.js", "b.js", "e.js")
    }
