"""Bodies of functions that are read when they are asked for: what is said is what reading all at once would say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trackaudit import program as p
from trackaudit.cli import main
from trackaudit.flow import outline
from trackaudit.model import SourceFile
from trackaudit.parse import javascript, javascript_later
from trackaudit.pipeline import CheckOptions, analyse

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = Path(__file__).parent.parent
SCRIPTS = sorted(
    path
    for folder in ("fixtures", "tests/adversarial")
    for path in (TOP / folder).rglob("*")
    if path.suffix in (".js", ".jsx", ".ts", ".tsx")
)
PROJECTS = sorted(
    path
    for folder in ("fixtures", "tests/adversarial")
    for path in (TOP / folder).iterdir()
    if path.name != "one_project"
)

ASIDE = """
export function aside(list) { return list.map((one) => ({ name: one.name, total: one.price * one.count })).sort() }
"""
FILLED = "const first = 1; const second = first + 1; const third = second + 1; log(first, second, third);"
"""Makes a body long enough to be put off."""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Gives what the command says of texts by path, or of a folder."""

    def check(given: dict[str, str] | Path) -> str:
        folder = given if isinstance(given, Path) else tmp_path
        for path, text in given.items() if isinstance(given, dict) else ():
            (tmp_path / path).write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)
        main(["check", "--no-cache", "--min-confidence", "low", "--output-format", "json"])
        return capsys.readouterr().out

    return check


def _both(said: Callable[..., str], given: dict[str, str] | Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What is said where every body is put off that can be, and where none is."""
    with monkeypatch.context() as patch:
        patch.setattr(javascript_later, "SHORT", 1)
        late = said(given)
    with monkeypatch.context() as patch:
        patch.setattr(javascript_later, "SHORT", sys.maxsize)
        return late, said(given)


def _module(text: bytes, language: str = "javascript") -> p.Module:
    return javascript.parse(SourceFile("a.js", text, language))[0]


def _put_off(module: p.Module) -> list[str | None]:
    """The names of the functions whose bodies nobody has read."""
    return [node.name for node in p.walk(module.body, read=False) if isinstance(node, p.Function) and node.later]


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.relative_to(TOP).as_posix() for path in SCRIPTS])
def test_a_body_that_is_read_later_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    language = {".ts": "typescript", ".tsx": "tsx"}.get(path.suffix, "javascript")
    monkeypatch.setattr(javascript_later, "SHORT", 1)
    monkeypatch.setattr(javascript_later, "KEPT", 0)
    late = _module(path.read_bytes(), language)
    _module(b"another()")  # whose syntax tree is kept instead
    monkeypatch.setattr(javascript_later, "SHORT", sys.maxsize)
    assert repr(late.body) == repr(_module(path.read_bytes(), language).body)
    assert not _put_off(late)


@pytest.mark.parametrize("project", PROJECTS, ids=[path.relative_to(TOP).as_posix() for path in PROJECTS])
def test_a_project_is_judged_the_same(project: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    late, at_once = _both(said, project, monkeypatch)
    assert late == at_once


def test_an_outline_whose_numbers_do_not_suffice_is_made_anew(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "a.js": f"import {{ keep }} from './b'\nfunction go(u) {{ {FILLED} keep({{ email: u.email }}) }}\ngo(me)\n",
        "b.js": f"export function keep(p) {{ {FILLED} exponea.update(p) }}\n{ASIDE}",
    }
    expected = said(texts)
    assert '"identifier-in-update"' in expected
    monkeypatch.setattr(outline, "NODES_A_BYTE", 0)
    assert said(texts) == expected


def test_a_body_that_leads_to_no_send_is_not_read(tmp_path: Path) -> None:
    sender = f"export function keep(user) {{ {FILLED} exponea.update({{ email: user.email }}) }}\n"
    (tmp_path / "a.js").write_text(sender + ASIDE.replace("aside", "one") + ASIDE.replace("aside", "other"))
    analysis = analyse(CheckOptions(paths=(str(tmp_path),), cwd=str(tmp_path)))
    (module,) = analysis.reader.modules["a.js"]
    assert len(analysis.calls.calls) == 1
    assert _put_off(module) == ["one", "other"]


CASES = {
    "a name that is written again later": (
        "let ready = false;\nif (ready) { exponea.update({ email: me.email }) }\n"
        f"export function begin() {{ {FILLED} ready = true; }}\n"
    ),
    "a member that gets the SDK later": (
        "class Tracker {\n  store(user) { const mail = user.email; this.client.update({ email: mail }); return mail }\n"
        f"  begin(sdk) {{ {FILLED} this.client = window.exponea; }}\n}}\n"
    ),
    "a logout handler of which no word is known": (
        f"exponea.identify({{ registered: me.email }}, {{}});\nexport function handleLogOut() {{ {FILLED} }}\n"
        f"export function outer() {{ const sign_out = function () {{ {FILLED} session.clear(); }}; return sign_out }}\n"
    ),
    "a callback that calls a local wrapper": (
        f"function outer(user) {{ const keep = (p) => {{ {FILLED} exponea.update(p) }};\n"
        f"  fetch('/').then(() => {{ {FILLED} keep({{ email: user.email }}) }}) }}\n"
    ),
    "a key that is a number": (
        f"const table = {{ 1(p) {{ {FILLED} exponea.update(p) }} }};\n"
        f"export function go(user) {{ {FILLED} table[0x1]({{ email: user.email }}) }}\n"
    ),
    "a text with an escape": (
        f"export function go(user) {{ {FILLED} window['exp\\u006fnea'].update({{ email: user.email }}) }}\n"
        "exponea.track('a', {})\n"
    ),
    "an address with escaped slashes": (
        f"export function go(user) {{ {FILLED} post('https:\\/\\/a.b\\/crm\\/customers', "
        "{ ids: { cookie: c }, properties: { email: user.email } }) }\nexponea.track('a', {})\n"
    ),
    "a type that only a body names": (
        "import type { Tracker } from './b'\n"
        f"export function go(user) {{ {FILLED} const keep = (t: Tracker) => t.store(user.email); return keep }}\n"
        "exponea.track('a', {})\n"
    ),
    "what is handed on inside a call": (
        "import { keep } from './b'\n"
        f"export const go = debounce(function (user) {{ {FILLED} keep({{ email: user.email }}) }})\n"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_missed(name: str, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    suffix = "ts" if "type" in name else "js"
    other = (
        f"export function keep(p) {{ {FILLED} exponea.update(p) }}\n"
        f"export class Tracker {{ store(mail) {{ {FILLED} exponea.update({{ email: mail }}) }} }}\n"
    )
    late, at_once = _both(said, {f"a.{suffix}": CASES[name], f"b.{suffix}": other}, monkeypatch)
    assert late == at_once


def test_what_a_body_imports_is_known_before_it_is_asked_for() -> None:
    assert _put_off(_module(f"function a() {{ {FILLED} require('./b') }}\nfunction c() {{ {FILLED} }}".encode())) == [
        "c"
    ]


def test_what_is_nested_too_deep_in_a_body_is_told_when_it_is_read(
    said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = "[" * 4000 + "]" * 4000
    text = f"export function go(user) {{ {FILLED} exponea.update({{ email: user.email }}); const a = {deep}; }}\n"
    late, at_once = _both(said, {"a.js": text}, monkeypatch)
    assert "nested too deeply" in late
    assert late == at_once
