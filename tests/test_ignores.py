"""Ignore comments that the tool writes: in every style, each proven to silence its finding; nothing else is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_baseline import check, git, write

from trackaudit.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PYTHON = (
    "import requests\n\ndef sync(mail, c):\n"
    '\trequests.post(U, json={"customer_ids": {"cookie": c},\n\t\t"properties": {"email": mail}})\n'
)


@pytest.mark.parametrize(
    ("path", "text", "comment"),
    [
        (
            "a.js",
            "f();\r\n  exponea.update({ email: mail });\r\n",
            "  // trackaudit: ignore[identifier-in-update] kiosk\r\n",
        ),
        ("a.py", PYTHON, "\t\t# trackaudit: ignore[identifier-in-api-properties] kiosk\n"),
        (
            "a.tsx",
            "const A = ({ mail }) => (\n  <div>\n    {window.exponea.update({ email: mail })}\n  </div>\n);\n",
            "    {/* trackaudit: ignore[identifier-in-update] kiosk */}\n",
        ),
        (
            "a.html",
            "<p>x</p>\n<script>\n  exponea.update({ email: mail });\n</script>\n",
            "  // trackaudit: ignore[identifier-in-update] kiosk\n",
        ),
    ],
    ids=["JavaScript with CRLF", "Python", "JSX", "HTML"],
)
def test_a_comment_is_written_above_the_finding_in_the_style_of_the_place(
    project: Path, capsys: pytest.CaptureFixture[str], path: str, text: str, comment: str
) -> None:
    (project / path).write_bytes(text.encode())
    assert len(check(capsys)) == 1
    assert main(["check", "--add-ignores", "--reason", "kiosk"]) == 0
    assert "silence 1 findings" in capsys.readouterr().err
    new = (project / path).read_bytes().decode()
    assert comment in new
    assert new.replace(comment, "") == text
    assert check(capsys) == []


def test_two_rules_on_one_line_share_a_comment(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a.js": "exponea.identify({ cookie: user.email, registered: '' }, { city: c });\n"})
    assert len(check(capsys)) == 2
    assert main(["check", "--add-ignores"]) == 0
    [comment, _] = (project / "a.js").read_text(encoding="utf-8").splitlines()
    assert "identifier-in-soft-id" in comment and "placeholder-id" in comment and "accepted" in comment
    assert check(capsys) == []


def test_what_no_comment_can_silence_is_left_and_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"customer_ids": {"cookie": "c"},\n "properties": {"email": "jo@example.com", "city": "Brno"}}\n'
    write(project, {"a.json": text, "b.js": "exponea.update({ email: mail });\n"})
    assert len(check(capsys)) == 2
    assert main(["check", "--add-ignores"]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("a.json:2:") and "1 findings take no comment" in captured.err
    assert (project / "a.json").read_text(encoding="utf-8") == text
    assert check(capsys) == [("a.json", 2, "identifier-in-api-properties")]


def test_a_line_inside_a_text_gets_no_comment(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "exponea.update({ x: `\n  ${1}\n`, email:\n  mail });\nexponea.update({ email: post });\n"
    write(project, {"a.js": text})
    found = len(check(capsys))
    main(["check", "--add-ignores"])
    new = (project / "a.js").read_text(encoding="utf-8")
    kept = "".join(line for line in new.splitlines(keepends=True) if "trackaudit:" not in line)
    assert kept == text
    left = len(check(capsys))
    assert (found, left) == (2, 1)
    assert "`\n// trackaudit" not in new


def test_ignores_are_not_written_together_with_fixes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--add-ignores", "--fix"], ["--add-ignores", "--diff"], ["--reason", "x"]):
        assert main(["check", *arguments]) == 2
        assert "--add-ignores" in capsys.readouterr().err


STYLES = {
    "a.html": '<!-- NOTE -->\n<button onclick="exponea.update({email: mail})">x</button>\n',
    "b.html": "<script>\n  // NOTE\n  exponea.update({ email: other });\n</script>\n",
    "c.jinja": '{# NOTE #}\n<script>exponea.update({ email: "{{ user.email }}" });</script>\n',
    "d.vue": "<script>\nexport function go(mail) {\n  /* NOTE */\n  exponea.update({ email: mail });\n}\n</script>\n",
    "e.liquid": "{% comment %} NOTE {% endcomment %}\n"
    "<script>exponea.update({ email: '{{ customer.email }}' });</script>\n",
    "f.php": '<?php // NOTE ?>\n<script>exponea.update({ email: "<?= $user->email ?>" });</script>\n',
    "g.erb": '<%# NOTE %>\n<script>exponea.update({ email: "<%= user.email %>" });</script>\n',
    "h.yaml": "mapping:\n  column_mapping:\n    id_mappings: [{from_column: c, to_id: cookie}]\n"
    "    property_mappings:\n"
    "      # NOTE\n      - {from_column: email, to_column: email}\n",
}
RULES = {"h.yaml": "identifier-mapped-as-property"}


@pytest.mark.parametrize("path", STYLES)
def test_a_comment_in_every_style_silences_and_an_idle_one_is_taken_away(
    project: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    rule = RULES.get(path, "identifier-in-update")
    write(project, {path: STYLES[path].replace("NOTE", "no note")})
    assert [found for _, _, found in check(capsys)] == [rule]
    write(project, {path: STYLES[path].replace("NOTE", f"trackaudit: ignore[{rule}] kiosk")})
    assert check(capsys) == []
    idle = STYLES[path].replace("NOTE", f"trackaudit: ignore[{rule}, placeholder-id] kiosk")
    write(project, {path: idle})
    assert [found for _, _, found in check(capsys)] == ["unused-suppression"]
    assert main(["check", "--fix", "--allow-dirty"]) == 0
    assert (project / path).read_text(encoding="utf-8") == STYLES[path].replace(
        "NOTE", f"trackaudit: ignore[{rule}] kiosk"
    )
