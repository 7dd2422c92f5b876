"""What a loaded rule is. The shape of its YAML is in `load.py`, the meaning of its match words in `predicates.py`."""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from trackaudit.engine.predicates import Subject


class Condition(NamedTuple):
    """One way to match: every test must hold. part: where entries come from, "" for the call itself.

    confidence: the most that a finding of this condition may claim. severity: of its findings, "" for the rule's.
    compares: what of the project's places is compared (names, values, forms), "" for nothing. kind_tests: those of the
    call that ask only about its kind.
    """

    part: str
    call_tests: tuple[Callable[[Subject], bool], ...]
    entry_tests: tuple[Callable[[Subject], bool], ...]
    confidence: str
    covers: bool
    severity: str = ""
    compares: str = ""
    kind_tests: tuple[Callable[[Subject], bool], ...] = ()


class Example(NamedTuple):
    """One example of a rule. Exactly one of `bad` and `good` is set; `expect`: (rule, line from 1), JSON only.

    config: what stands in the project's trackaudit.yaml, or None. fixed: exactly what a fix writes for a bad one;
    right: where only a person can know, a text that would be right.
    """

    name: str
    language: str
    bad: str = ""
    good: str = ""
    fixed: str = ""
    expect: tuple[tuple[str, int], ...] = ()
    config: dict[str, Any] | None = None
    right: str = ""


class Rule(NamedTuple):
    """One rule. severity: with a declared schema; severity_inferred: without one. conditions: any of them matches.

    read_examples: gives its examples, which only documents and tests of rules ask for.
    """

    id: str
    summary: str
    severity: str
    severity_inferred: str
    scope: str
    conditions: tuple[Condition, ...]
    message: str
    instead: str
    why: str
    transform: str
    applicability: str
    supersedes: tuple[str, ...]
    read_examples: Callable[[], tuple[Example, ...]]
    path: str

    @property
    def examples(self) -> tuple[Example, ...]:
        """Its examples, in order."""
        return self.read_examples()


class Plain(NamedTuple):
    """A rule as it is written, checked, in plain data that can be packed.

    conditions: of each the fields of `Condition` that are written; instead of its tests, words with what they are
    given. examples: of each the fields of `Example`; None where they stay packed.
    """

    id: str
    summary: str
    severity: str
    severity_inferred: str
    scope: str
    conditions: tuple[tuple[Any, ...], ...]
    message: str
    instead: str
    why: str
    transform: str
    applicability: str
    supersedes: tuple[str, ...]
    examples: tuple[tuple[Any, ...], ...] | None = None


class RuleSet(NamedTuple):
    """All rules in force, sorted by id."""

    rules: tuple[Rule, ...]

    def get(self, rule_id: str) -> Rule | None:
        """The rule with that id, or None."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        return None

    def __iter__(self) -> Iterator[Rule]:  # type: ignore[override]
        return iter(self.rules)
