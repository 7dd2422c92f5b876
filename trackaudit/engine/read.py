"""Rule files in, checked plain data out. Every problem of every file is told at once, with its line and what may stand.

A rule is one YAML file named after its id:

    id, summary, severity (or {declared: …, inferred: …}), scope, match, message, instead, why, examples
    fix: {transform, applicability}      where a right answer exists
    supersedes: [rule-id]                these are dropped where this one speaks

`match` is a mapping of words that must all hold, or a list of such mappings of which one must. `entry: {in: …}`
asks for an ID, property or field; without it the match is about the call itself. `confidence: medium` caps what a
match may claim, `severity: …` is of its findings alone. The words are in `predicates.py`. A rule of `scope: project`
speaks once, at the first of its places.
"""

from __future__ import annotations

import os

from trackaudit.engine.fields import FIELDS
from trackaudit.engine.predicates import CALL_WORDS, ENTRY_WORDS, PARTS
from trackaudit.engine.rule import Example, Plain
from trackaudit.errors import RuleError
from trackaudit.model import CONFIDENCES, SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from trackaudit.config.marked import Marked
    from trackaudit.engine.predicates import Given, Word

SCOPES = ("entry", "call", "flow", "project")
LANGUAGES = ("javascript", "typescript", "tsx", "python", "json", "yaml")
TRANSFORMS = (
    "identify",
    "add-id",
    "map-id",
    "identify-later",
    "move-to-hard-id",
    "guard",
    "rename-id",
    "rename-field",
    "lowercase",
    "map-column",
    "remove",
)
"""What a fix does to the send; `replacement.py` writes it in words, the fix stage into files."""
APPLICABILITIES = ("safe", "unsafe", "display-only")

_REQUIRED = ("id", "summary", "severity", "scope", "match", "message", "instead", "why", "examples")
_OPTIONAL = ("fix", "supersedes")
_EXAMPLE_KEYS = ("name", "language", "bad", "good", "fixed", "right", "expect", "config")


def rules_data(files: Iterable[str]) -> dict[str, Any]:
    """The plain data of every rule file, by its path: what can be packed and loaded without YAML."""
    from trackaudit.config.marked import Unreadable, plain

    data: dict[str, Any] = {}
    problems: list[str] = []
    for path in files:
        try:
            data[path] = plain(_read(path))
        except Unreadable as error:
            problems.append(f"{path}:{error.line or 1}: {error.what}")
        except OSError as error:
            problems.append(f"{path}:1: cannot be read: {error.strerror}")
    if problems:
        raise RuleError(*problems)
    return data


def _read(path: str) -> Marked:
    from trackaudit.config.marked import read_yaml
    from trackaudit.config.own import read_own

    return read_yaml(read_own(path, os.path.dirname(path)))


def read_rules(data: Mapping[str, Any], beside: Mapping[str, Plain]) -> dict[str, Plain]:
    """The rules of files, by their paths. `data`: as `rules_data` gives it. `beside`: rules that are in force already.

    Raises RuleError with every problem of the files.
    """
    readers = [_Reader(path, content) for path, content in data.items()]
    rules: dict[str, Plain] = {}
    fault: Exception | None = None
    for reader in readers:
        try:
            rule = reader.rule()
        except Exception as error:  # a file that breaks the reading must be named, and the others' problems told
            reader.tell(
                (), f"trackaudit itself fails on this rule: {type(error).__name__}: {error}; --debug shows more"
            )
            fault = fault or error
            continue
        if rule is not None:
            rules[reader.path] = rule
    _check_together(readers, rules, beside)
    problems = [problem for reader in readers for problem in reader.told()]
    if problems:
        raise RuleError(*problems) from fault
    return rules


def _check_together(readers: list[_Reader], rules: Mapping[str, Plain], beside: Mapping[str, Plain]) -> None:
    seen = {rule.id: path for path, rule in beside.items()}
    ids = sorted({*seen, *(rule.id for rule in rules.values())})
    for reader in readers:
        rule = rules.get(reader.path)
        if rule is None:
            continue
        if rule.id in seen:
            reader.tell(("id",), f"`{rule.id}` is already the id of {seen[rule.id]}")
        seen.setdefault(rule.id, reader.path)
        for at, other in enumerate(rule.supersedes):
            if other not in ids and other not in PLANNED:
                reader.tell(("supersedes", at), f"no rule `{other}`{_hint(other, ids)}")


PLANNED: frozenset[str] = frozenset()
"""Ids that are fixed but whose rules are not written yet; `supersedes` may name them."""
_ASKED_FIRST = ("operation", "channel")
"""Words that are soon answered, and that most calls do not pass."""


class _Reader:
    """Reads one rule from its plain data and collects what is wrong with it."""

    def __init__(self, path: str, content: Any) -> None:
        self.path = path
        self.content = content
        self.problems: list[tuple[tuple[str | int, ...], str]] = []

    def tell(self, where: tuple[str | int, ...], what: str) -> None:
        self.problems.append((where, what))

    def told(self) -> list[str]:
        """Every problem as `file:line: what`."""
        if not self.problems:
            return []
        lines = sorted((_line_of(self.path, where), what) for where, what in self.problems)
        return [f"{self.path}:{line}: {what}" for line, what in lines]

    def rule(self) -> Plain | None:
        """The rule, or None where something is wrong."""
        data = self.content
        if not isinstance(data, dict):
            self.tell((), "a rule is a mapping of " + ", ".join(_REQUIRED))
            return None
        self._only(data, (*_REQUIRED, *_OPTIONAL), ())
        for key in _REQUIRED:
            if key not in data:
                self.tell((), f"`{key}` is missing")
        declared, inferred = self._severity(data.get("severity", "error"))
        fix = self._mapping(data.get("fix", {}), ("fix",))
        self._only(fix, ("transform", "applicability"), ("fix",))
        rule = Plain(
            id=self._id(data.get("id")),
            summary=self._text(data.get("summary", ""), ("summary",)),
            severity=declared,
            severity_inferred=inferred,
            scope=self._one_of(data.get("scope", "entry"), SCOPES, ("scope",)),
            conditions=self._conditions(data.get("match", {})),
            message=self._template(data.get("message", ""), tuple(FIELDS), ("message",)),
            instead=self._template(data.get("instead", ""), (*FIELDS, "replacement"), ("instead",)),
            why=self._text(data.get("why", ""), ("why",)),
            transform=self._one_of(fix["transform"], TRANSFORMS, ("fix", "transform")) if "transform" in fix else "",
            applicability=self._one_of(
                fix.get("applicability", "display-only"), APPLICABILITIES, ("fix", "applicability")
            ),
            supersedes=tuple(self._texts(data.get("supersedes", []), ("supersedes",))),
            examples=self._examples(data.get("examples", [])),
        )
        return None if self.problems else rule

    # ------------------------------------------------------------------------------------------- values

    def _id(self, value: Any) -> str:
        text = self._text(value or "", ("id",))
        name = os.path.basename(self.path).rsplit(".", 1)[0]
        if text and not all(part.isalnum() and part == part.lower() for part in text.split("-")):
            self.tell(("id",), f"`{text}` is not kebab-case (small letters, digits, single hyphens)")
        elif text and text != name:
            self.tell(("id",), f"`{text}` is not the file's name; call the file `{text}.yaml` or the rule `{name}`")
        return text

    def _severity(self, value: Any) -> tuple[str, str]:
        if not isinstance(value, dict):
            severity = self._one_of(value, SEVERITIES, ("severity",))
            return severity, severity
        self._only(value, ("declared", "inferred"), ("severity",))
        declared, inferred = value.get("declared"), value.get("inferred")
        return (
            self._one_of(declared, SEVERITIES, ("severity", "declared")),
            self._one_of(inferred, SEVERITIES, ("severity", "inferred")),
        )

    def _conditions(self, value: Any) -> tuple[tuple[Any, ...], ...]:
        if isinstance(value, list):
            return tuple(self._condition(item, ("match", at)) for at, item in enumerate(value))
        return (self._condition(value, ("match",)),)

    def _condition(self, value: Any, where: tuple[str | int, ...]) -> tuple[Any, ...]:
        words = self._mapping(value, where)
        if isinstance(value, dict) and not words:
            self.tell(where, f"says nothing; it takes {', '.join(CALL_WORDS)} and entry")
        self._only(words, (*CALL_WORDS, "entry", "confidence", "severity"), where)
        confidence = self._one_of(words.get("confidence", "high"), CONFIDENCES, (*where, "confidence"))
        severity = self._one_of(words["severity"], SEVERITIES, (*where, "severity")) if "severity" in words else ""
        entry = self._mapping(words.get("entry", {}), (*where, "entry"))
        part = ""
        if "entry" in words:
            self._only(entry, ("in", *ENTRY_WORDS), (*where, "entry"))
            if "in" not in entry:
                self.tell((*where, "entry"), f"`in` is missing; it takes one of {', '.join(PARTS)}")
            else:
                part = self._one_of(entry["in"], PARTS, (*where, "entry", "in"))
        return (
            part,
            self._words(words, CALL_WORDS, where),
            self._words(entry, ENTRY_WORDS, (*where, "entry")),
            confidence,
            "covered" in entry or "identified" in words,
            severity,
            str(entry.get("disagrees", "")),
        )

    def _words(
        self, given: dict[str, Any], table: Mapping[str, Word], where: tuple[str | int, ...]
    ) -> tuple[tuple[str, Given], ...]:
        known = sorted((word for word in given if word in table), key=lambda word: word not in _ASKED_FIRST)
        return tuple((word, self._given(given[word], table[word], (*where, word))) for word in known)

    def _given(self, value: Any, word: Word, where: tuple[str | int, ...]) -> Given:
        if word.allowed is None:
            if not isinstance(value, bool):
                self.tell(where, f"takes true or false, not {value!r}")
                return False
            return value
        texts = self._texts([value] if isinstance(value, str) else value, where)
        for text in texts if word.allowed else ():
            self._one_of(text, word.allowed, where)
        return tuple(texts)

    def _examples(self, value: Any) -> tuple[tuple[Any, ...], ...]:
        if not isinstance(value, list):
            self.tell(("examples",), "is a list of examples")
            return ()
        return tuple(self._example(item, ("examples", at)) for at, item in enumerate(value))

    def _example(self, value: Any, where: tuple[str | int, ...]) -> tuple[Any, ...]:
        data = self._mapping(value, where)
        self._only(data, _EXAMPLE_KEYS, where)
        for key in ("name", "language"):
            if key not in data:
                self.tell(where, f"`{key}` is missing")
        if ("bad" in data) == ("good" in data):
            self.tell(where, "has either `bad` or `good`")
        if "good" in data and {"fixed", "right", "expect"} & set(data):
            self.tell(where, "`fixed`, `right` and `expect` belong to a bad example")
        if "fixed" in data and "right" in data:
            self.tell(where, "has `fixed` (what the fix writes) or `right` (what only a person can write), not both")
        example = Example(
            name=self._text(data.get("name", ""), (*where, "name")),
            language=self._one_of(data.get("language", "javascript"), LANGUAGES, (*where, "language")),
            bad=self._text(data.get("bad", ""), (*where, "bad")),
            good=self._text(data.get("good", ""), (*where, "good")),
            fixed=self._text(data.get("fixed", ""), (*where, "fixed")),
            right=self._text(data.get("right", ""), (*where, "right")),
            expect=self._expect(data.get("expect", []), (*where, "expect")),
            config=self._mapping(data["config"], (*where, "config")) if "config" in data else None,
        )
        return tuple(example)

    def _expect(self, value: Any, where: tuple[str | int, ...]) -> tuple[tuple[str, int], ...]:
        expected = []
        for at, item in enumerate(value if isinstance(value, list) else [value]):
            data = self._mapping(item, (*where, at))
            self._only(data, ("rule", "line"), (*where, at))
            if isinstance(data.get("rule"), str) and isinstance(data.get("line"), int):
                expected.append((data["rule"], data["line"]))
            else:
                self.tell((*where, at), "takes {rule: rule-id, line: number}")
        return tuple(expected)

    def _template(self, value: Any, fields: tuple[str, ...], where: tuple[str | int, ...]) -> str:
        text = self._text(value, where)
        for field in fields_of(text):
            if field not in fields:
                allowed = ", ".join(fields)
                self.tell(where, f"unknown field `{{{field}}}`; allowed: {allowed}{_hint(field, fields)}")
        if "\n" in text.strip():
            self.tell(where, "is one line")
        return text.strip()

    def _text(self, value: Any, where: tuple[str | int, ...]) -> str:
        if isinstance(value, str):
            return value
        self.tell(where, f"is a text, not {value!r}")
        return ""

    def _texts(self, value: Any, where: tuple[str | int, ...]) -> list[str]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self.tell(where, f"is a text or a list of texts, not {value!r}")
        return []

    def _mapping(self, value: Any, where: tuple[str | int, ...]) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.tell(where, f"is a mapping, not {value!r}")
        return {}

    def _one_of(self, value: Any, allowed: tuple[str, ...], where: tuple[str | int, ...]) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        self.tell(where, f"`{value}` is not one of {', '.join(allowed)}{_hint(str(value), allowed)}")
        return allowed[0]

    def _only(self, data: dict[str, Any], allowed: tuple[str, ...], where: tuple[str | int, ...]) -> None:
        for key in data:
            if key not in allowed:
                self.tell(
                    (*where, key), f"unknown key `{key}`; allowed: {', '.join(allowed)}{_hint(str(key), allowed)}"
                )


def fields_of(template: str) -> list[str]:
    """The names between single braces, in order; `{{` and `}}` stand for braces."""
    fields = []
    rest = template.replace("{{", "").replace("}}", "")
    while "{" in rest:
        _, _, rest = rest.partition("{")
        name, closed, rest = rest.partition("}")
        fields.append(name if closed else name + rest)
    return fields


def _hint(word: str, allowed: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(allowed), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _line_of(path: str, where: tuple[str | int, ...]) -> int:
    """The line, from 1, of the value (for an unknown key, of the key) at `where`; of the nearest that there is."""
    from trackaudit.config.marked import Unreadable

    try:
        node = _read(path)
    except (OSError, Unreadable):
        return 1
    line = 1
    for step in where:
        inside = node.value
        if isinstance(inside, dict) and str(step) in inside:
            node = inside[str(step)]
        elif isinstance(inside, list) and isinstance(step, int) and step < len(inside):
            node = inside[step]
        else:
            break
        line = node.line
    return line
