"""Round by round callers are found. What was seen before is not run again where it stands, and is as if it were."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from trackaudit.flow.rounds import _Run
from trackaudit.flow.units import Evaluator
from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Func, Value
    from trackaudit.model import Result
    from trackaudit.program import Module

DEEP = 6
SENDER = "export function send0(p) { window.exponea.update(p); }\n"


def chain(*, top: str = "") -> dict[str, str]:
    """Files that call one another's wrappers; the last is given an e-mail address. `top`: code beside each call."""
    files = {"a0.js": SENDER}
    for i in range(1, DEEP):
        files[f"a{i}.js"] = (
            f"import {{ send{i - 1} }} from './a{i - 1}';\n{top}\n"
            f"export function send{i}(p) {{ send{i - 1}(p); }}\nexport function other{i}(x) {{ return x; }}\n"
        )
    files["page.js"] = f"import {{ send{DEEP - 1} }} from './a{DEEP - 1}';\nsend{DEEP - 1}({{ email: user.email }});\n"
    return files


def told(result: Result) -> list[tuple[object, ...]]:
    return [tuple(finding) for finding in result.findings] + [tuple(notice) for notice in result.notices]


def test_a_file_is_run_once_however_many_rounds_of_callers_come_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: Counter[str] = Counter()
    body, unit = Evaluator.run_body, Evaluator.run_unit

    def run_body(self: Evaluator, module: Module) -> None:
        runs[module.path] += 1
        body(self, module)

    def run_unit(self: Evaluator, func: Func, this: Value | None) -> None:
        runs[f"{func.module.path} {func.node.name}"] += 1
        unit(self, func, this)

    monkeypatch.setattr(Evaluator, "run_body", run_body)
    monkeypatch.setattr(Evaluator, "run_unit", run_unit)
    found = check_texts(chain(), min_confidence="low")
    assert [finding.root.path for finding in found.findings] == ["page.js"]
    assert len(runs) == 2 * (DEEP + 1) - 1
    assert set(runs.values()) == {1}


CALLER = "import { send } from './wrapper';\n"
WRAPPER = "export function send(p) { window.exponea.update(p); }\n"
DISTURBED = {
    "a caller writes a global that the wrapper reads": {
        "wrapper.js": "export function send(p) { window.exponea.update({ ...window.extra, ...p }); }\n",
        "page.js": CALLER + "window.extra = { email: user.email };\nsend({ a: 1 });\n",
    },
    "a caller changes an object of the wrapper's": {
        "wrapper.js": "export const common = {};\nexport function flush() { window.exponea.update(common); }\n",
        "page.js": "import { common, flush } from './wrapper';\ncommon.email = user.email;\nexport const f = flush;\n",
    },
    "a caller makes the instance": {
        "wrapper.js": "export class Tracker {\n  constructor(p) { this.p = p; }\n"
        "  send() { window.exponea.update(this.p); }\n}\n",
        "page.js": "import { Tracker } from './wrapper';\nexport const tracker = new Tracker({ email: user.email });\n",
    },
    "a file that ran before imports what calls": {
        "wrapper.js": WRAPPER,
        "page.js": "import { late } from './late';\nwindow.exponea.track('x', {});\n"
        "export function g() { late({ email: user.email }); }\n",
        "late.js": CALLER + "export function late(p) { send(p); }\n",
    },
}
STANDING = {
    "a chain": chain(),
    "a chain of globals of its own": chain(top="window.mine = 1;"),
    "two callers of one wrapper": {
        "wrapper.js": WRAPPER,
        "b.js": CALLER + "export function b(u) { send({ email: u.email }); }\n",
        "c.js": CALLER + "send({ email: user.email });\n",
    },
    "a caller under another name": {
        "wrapper.js": WRAPPER + "export default send;\n",
        "b.js": "import other from './wrapper';\nexport function b(u) { other({ email: u.email }); }\n",
    },
    "a file that only functions load": {
        "wrapper.js": "import { helper } from './helper';\n"
        "export function send(p) { window.exponea.update(helper(p)); }\n",
        "helper.js": "export function helper(p) { return { ...p, n: 1 }; }\nexport class H { m() { send(1); } }\n",
        "b.js": CALLER + "import { helper } from './helper';\nsend(helper({ email: user.email }));\n",
    },
}


@pytest.mark.parametrize("name", [*DISTURBED, *STANDING])
def test_a_round_that_goes_on_sees_what_one_that_begins_anew_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**DISTURBED, **STANDING}[name]
    anew: list[bool] = []
    further = _Run._further

    def watched(self: _Run, taken: list[str], new: list[str]) -> Machine | None:
        first = self._machine is None
        machine = further(self, taken, new)
        if not first:
            anew.append(machine is None)
        return machine

    monkeypatch.setattr(_Run, "_further", watched)
    result = check_texts(files, min_confidence="low")
    assert anew
    assert any(anew) == (name in DISTURBED)
    monkeypatch.setattr(_Run, "_further", lambda self, taken, new: None)
    again = check_texts(files, min_confidence="low")
    assert told(result) == told(again)
    assert result.findings
    assert result.summary._replace(seconds=()) == again.summary._replace(seconds=())


def test_a_global_that_holds_what_a_plug_in_leaves_ends_no_evaluation() -> None:
    files = {
        "plugin.js": "Vue.prototype.$crm = { save(p) { window.exponea.update(p); } };\n",
        "help.js": "window.helper = app.$crm;\nwindow.exponea.track('x', {});\n",
        "page.js": "window.exponea.update({ email: user.email });\n",
    }
    result = check_texts(files, min_confidence="low")
    assert [notice for notice in result.notices if notice.kind == "crash"] == []
    assert [finding.root.path for finding in result.findings] == ["page.js"]
