"""The rule files police themselves: names, words, examples; and broken rules are told with all their problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from trackaudit.config import Config
from trackaudit.engine.document import page
from trackaudit.engine.examples import test_rules as run_rule_examples
from trackaudit.engine.fields import FIELDS
from trackaudit.engine.load import load_rules, rule_files
from trackaudit.engine.predicates import CALL_WORDS, ENTRY_WORDS
from trackaudit.engine.read import rules_data
from trackaudit.errors import ConfigError, RuleError
from trackaudit.pipeline import check_text

ROOT = Path(__file__).resolve().parent.parent
RULES = load_rules(Config())
IDS = [rule.id for rule in RULES.rules]


def test_the_rules_of_the_spine_are_there() -> None:
    assert set(IDS) >= {
        "identifier-in-update",
        "identifier-in-api-properties",
        "identifier-mapped-as-property",
        "identified-before-confirmation",
        "identifier-only-in-event",
        "identifier-in-soft-id",
        "placeholder-id",
        "undeclared-id",
        "mismatched-import-id",
        "import-without-hard-id",
        "wrong-payload-field",
        "hard-id-not-lowercased",
        "unused-suppression",
    }


@pytest.mark.parametrize("rule_id", IDS)
def test_a_summary_is_short_and_has_no_full_stop(rule_id: str) -> None:
    rule = RULES.get(rule_id)
    assert rule is not None
    assert 10 < len(rule.summary) <= 72
    assert not rule.summary.endswith(".")


@pytest.mark.parametrize("rule_id", IDS)
def test_an_id_names_the_problem(rule_id: str) -> None:
    assert not rule_id.startswith(("no-", "avoid-", "disallow-", "prefer-"))


@pytest.mark.parametrize("rule_id", IDS)
def test_every_language_of_a_rule_has_a_bad_example_and_two_near_misses(rule_id: str) -> None:
    rule = RULES.get(rule_id)
    assert rule is not None
    languages = {example.language for example in rule.examples}
    for language in languages:
        mine = [example for example in rule.examples if example.language == language]
        good = sum(bool(example.good) for example in mine)
        assert any(example.bad for example in mine), f"{language}: no bad example"
        assert good >= (1 if rule_id == "unused-suppression" else 2), f"{language}: {good} near misses"


@pytest.mark.parametrize("rule_id", IDS)
def test_the_examples_of_a_rule_have_names_of_their_own(rule_id: str) -> None:
    rule = RULES.get(rule_id)
    assert rule is not None
    names = [(example.language, example.name) for example in rule.examples]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule_id", IDS)
def test_a_rule_that_knows_a_fix_shows_the_fixed_text_in_some_example(rule_id: str) -> None:
    rule = RULES.get(rule_id)
    assert rule is not None
    assert not rule.transform or any(example.fixed or example.right for example in rule.examples)


def test_every_word_and_every_field_is_used_by_some_rule() -> None:
    text = "".join(Path(path).read_text(encoding="utf-8") for path in rule_files(Config()))
    for_users = {"event"}  # rules of one's own about one event
    unused = [word for word in (*CALL_WORDS, *ENTRY_WORDS) if f"{word}:" not in text and word not in for_users]
    unused += [field for field in FIELDS if f"{{{field}}}" not in text]
    assert unused == []


def test_the_page_of_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page(RULES)


def test_the_plain_data_alone_gives_the_same_rules() -> None:
    again = load_rules(Config(), rules_data(rule_files(Config())))
    assert [rule.id for rule in again.rules] == IDS


# ------------------------------------------------------------------------------------------------- broken rules

GOOD_RULE = """\
id: city-in-update
summary: A city goes through update
severity: info
scope: entry
match: {operation: update, entry: {in: properties, literal: [Brno]}}
message: "`{key}` holds a city"
instead: "Leave it out"
why: It is only an example.
examples:
  - {name: a city, language: javascript, bad: "exponea.update({ city: 'Brno' }); // expect: city-in-update"}
  - {name: another, language: javascript, good: "exponea.update({ city: 'Praha' });"}
"""


def problems(tmp_path: Path, text: str, name: str = "city-in-update.yaml") -> list[str]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules(Config(extend_rules=(str(tmp_path),)))
    return [problem.removeprefix(f"{tmp_path / name}:") for problem in caught.value.problems]


def test_a_users_own_rule_is_loaded_and_its_examples_run(tmp_path: Path) -> None:
    (tmp_path / "city-in-update.yaml").write_text(GOOD_RULE, encoding="utf-8")
    outcomes = run_rule_examples(str(tmp_path), check_text)
    assert [(one.rule, one.example, one.ok) for one in outcomes] == [
        ("city-in-update", "a city", True),
        ("city-in-update", "another", True),
    ]


def test_an_example_that_does_not_hold_is_told(tmp_path: Path) -> None:
    text = GOOD_RULE.replace("'Praha'", "'Brno'")
    (tmp_path / "city-in-update.yaml").write_text(text, encoding="utf-8")
    (_, outcome) = run_rule_examples(str(tmp_path), check_text)
    assert outcome.problems == ("expected nothing; found city-in-update in line 1",)


def test_every_problem_of_a_rule_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = GOOD_RULE.replace("severity: info", "severity: fatal").replace("operation: update", "operaton: update")
    text = text.replace("{key}", "{kee}").replace("scope: entry", "scope: entries").replace("why:", "reason:")
    told = problems(tmp_path, text)
    assert told[0].startswith("1: `why` is missing")
    assert told[1] == "3: `fatal` is not one of error, warning, info"
    assert told[2].startswith("4: `entries` is not one of entry, call, flow, project; did you mean `entry`?")
    assert told[3].startswith("5: unknown key `operaton`; allowed: channel, operation,")
    assert told[3].endswith("did you mean `operation`?")
    assert told[4].startswith("6: unknown field `{kee}`; allowed: key,")
    assert told[5].startswith("8: unknown key `reason`; allowed: id,")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: city-in-update", "id: CityInUpdate", "1: `CityInUpdate` is not kebab-case"),
        ("id: city-in-update", "id: city-in-updates", "1: `city-in-updates` is not the file's name"),
        ("in: properties", "in: property", "5: `property` is not one of ids, properties, fields"),
        ("operation: update", "operation: [update, identfy]", "5: `identfy` is not one of identify"),
        ("operation: update", "stateful: sometimes", "5: takes true or false, not 'sometimes'"),
        ("in: properties, ", "", "5: `in` is missing"),
        ("bad:", "good: x, bad:", "10: has either `bad` or `good`"),
        ("language: javascript, bad", "language: java, bad", "10: `java` is not one of javascript"),
        ("why: It", "supersedes: [identifier-in-updat]\nwhy: It", "8: no rule `identifier-in-updat`; did you mean"),
        ("why: It", "why: [", "9: not valid YAML"),
    ],
)
def test_a_broken_rule_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD_RULE
    told = problems(tmp_path, GOOD_RULE.replace(old, new, 1))
    assert any(problem.startswith(expected) for problem in told), told


def test_a_rule_with_the_id_of_another_is_told(tmp_path: Path) -> None:
    text = GOOD_RULE.replace("id: city-in-update", "id: placeholder-id")
    told = problems(tmp_path, text, "placeholder-id.yaml")
    assert told[0].startswith("1: `placeholder-id` is already the id of")


def test_a_file_that_is_no_mapping_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "- one\n")[0].startswith("1: a rule is a mapping of id, summary")


def test_a_configuration_that_names_no_rule_is_told() -> None:
    config = Config(
        path="trackaudit.yaml", rules={"identifier-in-updates": "off"}, rule_lines=(("identifier-in-updates", 3),)
    )
    with pytest.raises(ConfigError, match=r"trackaudit\.yaml:3: .*identifier-in-update"):
        load_rules(config)
