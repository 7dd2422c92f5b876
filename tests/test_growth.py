"""What a program builds up stays as large as the program, whatever branches it takes. Sizes are counted, not timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.flow.machine import Machine
from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from trackaudit.flow.values import Obj, Ref


@pytest.mark.parametrize("grown", ["x += [c.n]", "x = [*x, c.n]"])
def test_a_list_that_grows_in_many_branches_does_not_double_in_each(
    grown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = [0]
    allocate = Machine.allocate

    def measured(self: Machine, obj: Obj) -> Ref:
        longest[0] = max(longest[0], len(obj.items))
        return allocate(self, obj)

    monkeypatch.setattr(Machine, "allocate", measured)
    branches = "\n".join(f"    if c.a{i}:\n        {grown}" for i in range(15))
    payload = "{'customer_ids': {'cookie': c.cookie}, 'properties': {'email': c.email, 'x': x}}"
    text = f"import requests\ndef f(c):\n    x = []\n{branches}\n    requests.post(U, json={payload})\n"
    found = check_texts({"a.py": text}, min_confidence="low").findings
    assert [finding.rule for finding in found] == ["identifier-in-api-properties"]
    assert longest[0] == 15
