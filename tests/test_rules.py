"""Every example of every rule, through the whole pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config
from trackaudit.engine.examples import example_problem
from trackaudit.engine.load import load_rules
from trackaudit.pipeline import check_text

if TYPE_CHECKING:
    from trackaudit.engine.rule import Example

CASES = [
    pytest.param(example, id=f"{rule.id}/{example.language}/{example.name}")
    for rule in load_rules(Config()).rules
    for example in rule.examples
]


@pytest.mark.parametrize("example", CASES)
def test_example_holds(example: Example) -> None:
    assert example_problem(example, check_text) == ""
