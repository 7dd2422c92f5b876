"""Programs that ask too much end all the same, and say so where something was left out. Work is counted, not timed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from trackaudit.cli import main
from trackaudit.config import Config
from trackaudit.config.limits import Limits
from trackaudit.flow.machine import INLINE_LIMIT, Machine
from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from pathlib import Path

    from trackaudit.model import Result

IN_UPDATE = ["identifier-in-update"]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the evaluator's steps, over all units."""
    count = [0]
    step = Machine.step

    def counted(self: Machine) -> None:
        count[0] += 1
        step(self)

    monkeypatch.setattr(Machine, "step", counted)
    return count


def _check(text: str, path: str = "a.js") -> Result:
    return check_texts({path: text}, min_confidence="low")


def _rules(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


def _kinds(result: Result) -> list[str]:
    return [notice.kind for notice in result.notices]


def test_functions_that_call_each_other_in_a_circle_end(steps: list[int]) -> None:
    result = _check("""
        export function a(m, n) { if (n) b(m, n - 1); exponea.update({ email: m.email }); }
        export function b(m, n) { c(m, n); }
        export function c(m, n) { a(m, n); }
        """)
    assert _rules(result) == IN_UPDATE
    assert result.notices == ()
    assert steps[0] < 500


def _chain(length: int) -> str:
    links = [f"function f{i}(p) {{ f{i - 1}(p); }}" for i in range(1, length)]
    first = "function f0(p) { exponea.update(p); }"
    return "\n".join([first, *links, f"export function go(c) {{ f{length - 1}({{ email: c.email }}); }}"])


def test_thirty_wrappers_in_a_row_are_followed_to_the_root(steps: list[int]) -> None:
    text = _chain(30)
    result = _check(text)
    assert _rules(result) == IN_UPDATE
    root = result.findings[0].root
    assert text[root.start : root.end] == "email: c.email"
    assert len(result.findings[0].trail) > 30
    assert result.notices == ()
    assert steps[0] < 30 * 40


def test_more_wrappers_in_a_row_than_are_followed_are_a_notice(steps: list[int]) -> None:
    length = INLINE_LIMIT + 20
    result = _check(_chain(length))
    assert "limit" in _kinds(result)
    assert steps[0] < length * length * 10


def test_a_function_of_five_thousand_branches_is_judged(steps: list[int]) -> None:
    branches = "\n".join(f"if (a[{i}]) {{ p.k{i} = {i}; }}" for i in range(5_000))
    result = _check(f"export function f(a, c) {{ const p = {{ email: c.email }};\n{branches}\nexponea.update(p); }}")
    assert _rules(result) == IN_UPDATE
    assert result.notices == ()
    assert steps[0] < 5_000 * 20


@pytest.mark.parametrize("length", [300, 5_000])
def test_a_switch_is_judged(length: int, steps: list[int]) -> None:
    cases = "\n".join(f"case {i}: p.x = {i}; break;" for i in range(length))
    result = _check(
        f"export function f(a, c) {{ const p = {{ email: c.email }};\nswitch (a) {{ {cases} }}\nexponea.update(p); }}"
    )
    assert _rules(result) == IN_UPDATE and result.notices == ()
    assert steps[0] < length * 40


def test_a_function_of_twenty_thousand_lines_is_judged(steps: list[int]) -> None:
    lines = "\n".join(f"const v{i} = {{ a: {i}, b: a.x{i} }};" for i in range(20_000))
    result = _check(f"export function f(a, c) {{\n{lines}\nexponea.update({{ email: c.email }}); }}")
    assert _rules(result) == IN_UPDATE
    assert result.notices == ()
    assert steps[0] < 20_000 * 20 <= Limits().steps


def test_a_function_that_takes_too_many_steps_is_cut_short_with_a_notice(steps: list[int]) -> None:
    lines = "\n".join(f"v = [a.b{i}, a.c, a.d];" for i in range(2_000))
    text = f"let v; export function f(a, c) {{\n{lines}\nexponea.update({{ email: c.email }}); }}"
    result = check_texts({"a.js": text}, Config(limits=Limits(steps=2_000)))
    assert [(one.kind, one.path) for one in result.notices if "`max-steps` sets the limit" in one.message] == [
        ("limit", "a.js")
    ]
    assert steps[0] < 2_000 * 3


@pytest.mark.parametrize(("path", "text"), [("a.html", "<a>" * 20_000), ("a.py", "f(1)\n" * 20_000)])
def test_a_file_that_takes_too_long_to_parse_is_left_out_with_a_notice(path: str, text: str) -> None:
    result = check_texts(
        {path: f"exponea\n{text}", "b.js": "exponea.update({ email: c.email })"}, Config(limits=Limits(seconds=0))
    )
    assert [(one.kind, one.path) for one in result.notices if "`max-seconds` sets the limit" in one.message] == [
        ("limit", path)
    ]
    assert _rules(result) == IN_UPDATE


def test_the_same_holds_in_python(steps: list[int]) -> None:
    branches = "\n".join(f"    if a[{i}]:\n        p['k{i}'] = {i}" for i in range(2_000))
    payload = "{'customer_ids': {'cookie': c.cookie}, 'properties': p}"
    head = "import requests\ndef f(a, c):\n    p = {'email': c.email}\n"
    result = _check(f"{head}{branches}\n    requests.post(U, json={payload})\n", "a.py")
    assert _rules(result) == ["identifier-in-api-properties"]
    assert result.notices == ()
    assert steps[0] < 2_000 * 20


def test_expressions_nested_too_deeply_are_a_notice_and_the_recursion_limit_stays_what_it_was() -> None:
    before = sys.getrecursionlimit()
    lists = "[" * 20_000 + "c.email" + "]" * 20_000
    result = _check(f"export function f(c) {{ exponea.update({{ email: {lists} }}); }}")
    assert result.notices
    assert sys.getrecursionlimit() == before


def test_a_bound_that_is_hit_in_many_files_is_one_notice() -> None:
    files = {f"{name}.js": _chain(INLINE_LIMIT + 20) for name in "abc"}
    messages = [notice.message for notice in check_texts(files).notices if notice.kind == "limit"]
    assert len(messages) == 1
    assert messages[0].endswith("and so in 2 more files")


_LOGGER = """
class Logger {
  lines(given) { return Object.entries(given).map(([key, value]) => `${key}=${value}`).join(" "); }
  error(given) { %s this.out(this.lines(given)); }
  out(text) { process.stdout.write(text); }
}
const logger = new Logger();
export function save(c) { %s exponea.update({ plan: c.plan }); }
"""


def test_a_projects_own_logger_is_not_followed_at_every_call(steps: list[int]) -> None:
    _check(_LOGGER % ("", "logger.error({ email: c.email, reason: c.reason });" * 200))
    assert steps[0] < 5_000


def test_a_projects_own_logger_that_sends_is_followed() -> None:
    sends = "exponea.update({ email: given.email });"
    assert _rules(_check(_LOGGER % (sends, "logger.error({ email: c.email });"))) == IN_UPDATE


def test_many_functions_together_are_bounded_and_those_cut_short_are_told(
    steps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackaudit.flow.machine.TIRED_STEPS", 100)
    busy = "a = b(a);" * 300
    text = "".join(f"export function f{n}(a) {{ {busy} exponea.track('x', {{ a }}); }}\n" for n in range(60))
    text += "export function last(c) { exponea.update({ email: c.email }); }"
    result = check_texts({"a.js": text}, Config(limits=Limits(run_steps=3_000)), min_confidence="low")
    assert steps[0] < 15_000
    assert _rules(result) == IN_UPDATE
    assert "limit" in _kinds(result)
    assert all("`max-run-steps` sets the limit" in one.message for one in result.notices)


def test_of_too_many_files_the_first_are_read_and_those_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.js").write_text("export const f = (mail) => exponea.update({ email: mail });\n")
    (tmp_path / "trackaudit.yaml").write_text("max-files: 2\n")
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    out, err = capsys.readouterr()
    assert [line.partition(":")[0] for line in out.split("\n") if "error[" in line] == ["a.js", "b.js"]
    assert "notice[limit] c.js: of 5 files, only the first 2 were read; `max-files` sets the limit" in err
    assert main(["check", "d.js"]) == 1
    assert "d.js:1:" in capsys.readouterr().out
    (tmp_path / "trackaudit.yaml").write_text("max-files: 5\n")
    assert main(["check"]) == 1
    assert "notice[limit]" not in capsys.readouterr().err


DEEP = "await " * 2500 + "k"
"""An expression that needs too deep a stack."""


def _told(files: dict[str, str], config: Config | None = None) -> tuple[list[str], list[tuple[str, str]]]:
    result = check_texts(files, config)
    return _rules(result), [(one.path, one.message) for one in result.notices if one.kind == "limit"]


def test_a_statement_that_is_nested_too_deeply_is_left_out_alone() -> None:
    text = f"export async function f(user, k) {{\n  const t = {DEEP};\n  exponea.update({{ email: user.email }});\n}}\n"
    deep = "what is here is nested too deeply to be evaluated"
    assert _told({"a.js": text}) == (IN_UPDATE, [("a.js", deep)])
    top = f"const t = {DEEP};\nexport const f = (user) => exponea.update({{ email: user.email }});\n"
    assert _told({"a.js": top}) == (IN_UPDATE, [])
    python = (
        "from infinario import Infinario\nclient = Infinario('t')\ndef f(user, k):\n"
        f"    t = {'not ' * 4000} k\n    client.update({{'email': user.email}})\n"
    )
    assert _told({"a.py": python})[0] == IN_UPDATE
    sends = f"export async function f(user, k) {{ exponea.update({{ plan: {DEEP} }}); }}\n"
    assert _told({"a.js": sends}) == ([], [("a.js", deep)])


def test_a_bound_in_a_module_that_is_only_imported_is_told_where_a_name_of_it_is_missing() -> None:
    send = "exponea.update({ email: user.email, plan: g(user) });"
    use = f'import {{ g, T }} from "./b";\nexport function f(user) {{ {send} }}\n'
    table = f"export const T = {'(' * 3000}1{')' * 3000};\n"
    assert _told({"a.js": use, "b.js": f"{table}export const g = (user) => user.plan;\n"}) == (IN_UPDATE, [])
    missing = f"{table.replace('T', 'g')}"
    (told,) = _told({"a.js": use, "b.js": missing})[1]
    assert told[0] == "b.js"
    handed = 'export * from "./c";\n'
    (told,) = _told({"a.js": use, "b.js": handed, "c.js": missing})[1]
    assert told[0] == "c.js"
    other = 'import { T } from "./c";\nexport const g = (user) => T[user.plan];\n'
    assert _told({"a.js": use, "b.js": other, "c.js": missing}) == (IN_UPDATE, [])


def test_a_file_of_which_too_much_was_asked_is_told_where_it_is_missing() -> None:
    few = Config(limits=Limits(tokens=40))
    use = 'import { g } from "./b";\nexport function f(user) { exponea.update(g(user)); }\n'
    (told,) = _told({"a.js": use, "b.js": "export const g = (user) => user;\n" + "a;\n" * 50}, few)[1]
    assert told[0] == "b.js" and "max-tokens" in told[1]
    unused = 'import "./b";\nexport function f(user) { exponea.update({ city: user.city }); }\n'
    assert _told({"a.js": unused, "b.js": "a;\n" * 50}, few) == ([], [])
