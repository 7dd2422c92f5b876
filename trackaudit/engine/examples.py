"""The examples of rules as tests: rules in, one outcome an example out. Used by our tests and by `test-rules`.

A bad example marks each line of a root with `// expect: rule-id` (or `#`); JSON lists `expect: [{rule, line}]`
beside the text. Marks are taken out before the text is read.
"""

from __future__ import annotations

import re

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from trackaudit.config import Config
    from trackaudit.engine.rule import Example, Rule
    from trackaudit.model import Result

    Check: TypeAlias = Callable[[str, str, "Config | None"], Result]

_MARK = re.compile(
    r"[ \t]*(?:(?://|#|/\*)[ \t]*)?expect:[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*(?:\*/)?[ \t]*$", re.M
)


class Outcome(NamedTuple):
    """How an example went. message: what was expected and what came, "" if ok."""

    rule: str
    example: str
    ok: bool
    message: str

    @property
    def problems(self) -> tuple[str, ...]:
        """What to tell the rule's author, nothing if it went well."""
        return () if self.ok else (self.message,)


def test_rules(directory: str, check: Check) -> list[Outcome]:
    """Run every example of the rules in a folder, with the built-in rules in force too.

    `check`: the pipeline's `check_text`. Raises RuleError with every problem of every rule file.
    """
    import os

    from trackaudit.config import Config
    from trackaudit.engine.load import load_rules

    config = Config(extend_rules=(os.path.abspath(directory),))
    own = os.path.abspath(directory) + os.sep
    rules = [rule for rule in load_rules(config).rules if os.path.abspath(rule.path).startswith(own)]
    return [outcome for rule in rules for outcome in run_examples(rule, check, config)]


test_rules.__test__ = False  # type: ignore[attr-defined]  # its name is the command's; it is no test of pytest


def run_examples(rule: Rule, check: Check, config: Config | None = None) -> Iterator[Outcome]:
    """The outcome of each example of one rule. `config`: what holds for all; an example's own is put over it."""
    for example in rule.examples:
        problem = example_problem(example, check, config)
        yield Outcome(rule.id, example.name, not problem, problem)


def example_problem(example: Example, check: Check, config: Config | None = None) -> str:
    """What is wrong with an example, or ""."""
    settings = config_of(example, config)
    text, expected = marks(example.bad or example.good)
    expected |= set(example.expect)
    if example.bad and not expected:
        return "a bad example marks no line with `expect:`"
    found = _found(text, example.language, check, settings)
    if isinstance(found, str):
        return found
    if found != expected:
        return f"expected {_told(expected)}; found {_told(found)}"
    if not (example.fixed or example.right):
        return ""
    left = _found(marks(example.fixed or example.right)[0], example.language, check, settings)
    if isinstance(left, str):
        return f"the fixed text: {left}"
    return f"the fixed text still has {_told(left)}" if left else ""


def marks(text: str) -> tuple[str, set[tuple[str, int]]]:
    """The text without its `expect:` marks, and what they expect: (rule, line from 1)."""
    expected = set()
    for found in _MARK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        expected |= {(rule.strip(), line) for rule in found[1].split(",")}
    return _MARK.sub("", text), expected


def _found(text: str, language: str, check: Check, config: Config | None) -> set[tuple[str, int]] | str:
    result = check(text, language, config)
    for notice in result.notices:
        if notice.kind in ("syntax-error", "crash"):
            return f"{notice.kind}, line {notice.line}: {notice.message}"
    return {
        (finding.rule, result.sources[finding.root.path].position(finding.root.start)[0])
        for finding in result.findings
        if finding.confidence != "low"
    }


def config_of(example: Example, config: Config | None = None) -> Config | None:
    """The example's own configuration over the one that holds for all."""
    if example.config is None:
        return config
    import os
    import tempfile

    import yaml

    from trackaudit.config import load_config

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trackaudit.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(example.config, file)
        loaded = load_config(path)
    extended = config.extend_rules if config is not None else ()
    return loaded._replace(extend_rules=(*extended, *loaded.extend_rules))


def _told(pairs: set[tuple[str, int]]) -> str:
    return ", ".join(f"{rule} in line {line}" for rule, line in sorted(pairs, key=lambda pair: (pair[1], pair[0]))) or (
        "nothing"
    )
