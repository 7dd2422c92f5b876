"""The rules in force: a configuration in, a RuleSet out.

The built-in ones come packed where the package was built, else from their files; those of the configuration's folders
always from files (`read.py`, which tells their shape).
"""

from __future__ import annotations

import os
from functools import partial

from trackaudit.config import rules_dir
from trackaudit.config.packed import packed_examples, packed_rules
from trackaudit.engine.predicates import CALL_WORDS, ENTRY_WORDS, KIND_WORDS
from trackaudit.engine.rule import Condition, Example, Plain, Rule, RuleSet
from trackaudit.errors import ConfigError, RuleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Any

    from trackaudit.config import Config
    from trackaudit.engine.predicates import Given, Subject, Word


def rule_files(config: Config) -> list[str]:
    """The paths of all rule files in force: the built-in ones, then those of `extend-rules` folders."""
    return _files_in((rules_dir(), *config.extend_rules))


def _files_in(folders: Iterable[str]) -> list[str]:
    files: list[str] = []
    for folder in folders:
        if not os.path.isdir(folder):
            raise RuleError(f"{folder}: not a folder; `extend-rules` lists folders of rule files")
        names = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml")))
        files.extend(os.path.join(folder, name) for name in names)
    return files


def pack_built_in() -> bytes:
    """The packed file of the built-in rules and vocabulary, from their YAML."""
    from trackaudit.config import Config
    from trackaudit.config.packed import pack
    from trackaudit.engine.read import read_rules, rules_data
    from trackaudit.vocabulary import Vocabulary
    from trackaudit.vocabulary.load import load_data

    read = read_rules(rules_data(_files_in((rules_dir(),))), {})
    rules = {os.path.basename(path): tuple(rule) for path, rule in read.items()}
    words = load_data([os.path.join(rules_dir(), "vocabulary")])
    vocabulary = Vocabulary(words, Config())
    # Where files are described by their paths, words alone do not tell which files are read.
    return pack(rules, words, None if vocabulary.files else vocabulary.anchors)


def load_rules(config: Config, data: Mapping[str, Any] | None = None) -> RuleSet:
    """The rules in force. `data`: what `rules_data` gave of all files, if it is at hand.

    Raises RuleError with every problem of the rules, and ConfigError where the configuration names a rule that is none.
    """
    rules = _read_all(config, data)
    _check_config(config, {rule.id for rule in rules.values()})
    return RuleSet(tuple(sorted((_built(*one) for one in rules.items()), key=lambda rule: rule.id)))


def _read_all(config: Config, data: Mapping[str, Any] | None) -> dict[str, Plain]:
    packed = packed_rules() if data is None else None
    rules = {path: Plain(*rule) for path, rule in packed.items()} if packed is not None else {}
    if packed is not None and not config.extend_rules:
        return rules
    from trackaudit.engine.read import read_rules, rules_data

    if data is None:
        data = rules_data(rule_files(config) if packed is None else _files_in(config.extend_rules))
    return {**rules, **read_rules(data, rules)}


def _built(path: str, plain: Plain) -> Rule:
    """A rule of its plain data; its examples stay plain until they are asked for."""

    def built(part: str, call: Any, entry: Any, *rest: Any) -> Condition:
        of_kind = [one for one in call if one[0] in KIND_WORDS]
        others = [one for one in call if one[0] not in KIND_WORDS]
        condition = Condition(part, _tests(others, CALL_WORDS), _tests(entry, ENTRY_WORDS), *rest)
        return condition._replace(kind_tests=_tests(of_kind, CALL_WORDS))

    def examples() -> tuple[Example, ...]:
        return tuple(Example(*one) for one in (packed_examples(path) if plain.examples is None else plain.examples))

    return Rule(
        id=plain.id,
        summary=plain.summary,
        severity=plain.severity,
        severity_inferred=plain.severity_inferred,
        scope=plain.scope,
        conditions=tuple(built(*one) for one in plain.conditions),
        message=plain.message,
        instead=plain.instead,
        why=plain.why,
        transform=plain.transform,
        applicability=plain.applicability,
        supersedes=plain.supersedes,
        read_examples=examples,
        path=path,
    )


def _tests(words: Iterable[tuple[str, Given]], table: Mapping[str, Word]) -> tuple[Callable[[Subject], bool], ...]:
    return tuple(partial(_run_test, table[word].test, given) for word, given in words)


def _run_test(test: Callable[[Subject, Given], bool], given: Given, subject: Subject) -> bool:
    return test(subject, given)


def _check_config(config: Config, known: Collection[str]) -> None:
    unknown = [(rule, line) for rule, line in config.rule_lines if rule not in known]
    if unknown:
        from trackaudit.config import unknown_rule

        raise ConfigError(*(unknown_rule(config, rule, line, sorted(known)) for rule, line in unknown))
