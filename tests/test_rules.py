"""Every example of every rule, through the whole pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config
from trackaudit.engine.examples import config_of, example_problem, marks
from trackaudit.engine.load import load_rules
from trackaudit.pipeline import check_text, fix_text

if TYPE_CHECKING:
    from trackaudit.engine.rule import Example

CASES = [
    pytest.param(example, id=f"{rule.id}/{example.language}/{example.name}")
    for rule in load_rules(Config()).rules
    for example in rule.examples
]
BAD = [
    pytest.param(example, id=f"{rule.id}/{example.language}/{example.name}")
    for rule in load_rules(Config()).rules
    for example in rule.examples
    if example.bad
]


@pytest.mark.parametrize("example", CASES)
def test_example_holds(example: Example) -> None:
    assert example_problem(example, check_text) == ""


@pytest.mark.parametrize("example", BAD)
def test_a_fix_writes_exactly_the_fixed_text(example: Example) -> None:
    text = marks(example.bad)[0]
    # Where only a person can know what is right (`right:`), nothing is written.
    assert fix_text(text, example.language, config_of(example)) == (example.fixed or text)
