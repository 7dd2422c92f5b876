"""Parse, Google Tag Manager: a container, exported or published, comes in, Modules go out: one of what its tags do.

A tag runs where its triggers fire: tags of other triggers are other arms of one Branch, and those that fire on every
page come first. A tag that others start before or behind themselves is a function that they call. What `{{Variable}}`
holds is bound before all of them (`gtm_variables`).
"""

from __future__ import annotations

from trackaudit.parse.document_json import read_json
from trackaudit.parse.gtm_variables import Variables, at, field, items, rows, text_of
from trackaudit.parse.injected import page_in
from trackaudit.program import (
    Bind,
    Branch,
    Call,
    Expression,
    Function,
    Literal,
    Member,
    Module,
    Name,
    Pair,
    Record,
    Sequence,
    Unknown,
    walk,
)
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import SourceFile
    from trackaudit.program import Comment, Expr, Node, Stmt

_EVERY_PAGE = frozenset(("2147483647", "2147479553", "2147479572", "2147479573"))
"""Triggers of every page: page view, initialization (two numbers are seen), consent."""
_ALWAYS = frozenset(("every page",))
_TABLES = (("updateCustomerAttributes", "update"), ("identifyCustomer", "identify"))
"""The official template's tables of names and values, in the order in which it calls."""


class _Tag(NamedTuple):
    """A tag, what fires it (nothing: only other tags do), and the numbers of the tags that it starts."""

    record: Expr
    fired_by: frozenset[str]
    before: list[int]
    behind: list[int]


def parse(source: SourceFile) -> list[Module]:
    """The modules of one file: its containers' tags', then their own templates'.

    An export holds its version under `containerVersion`; what the API gives holds it at the top or under any key.
    """
    body, comments, errors = read_json(source.data)
    container = _Container(source.path, source.data, errors)
    for node in walk(list(body)):
        if at(node, "macros") is not None and at(node, "tags") is not None:
            container.read_published(node)
        elif items(node, "tag") or items(node, "customTemplate"):
            container.read(node)
    tags = Module(source.path, "javascript", container.body(), [*comments, *container.comments], container.errors)
    tags.page = True
    return [tags, *container.templates]


class _Container:
    """What a file holds of containers, on its way to a module."""

    def __init__(self, path: str, data: bytes, errors: list[tuple[int, int]]) -> None:
        self.path = path
        self.data = data
        self.errors = errors
        self.comments: list[Comment] = []
        self.templates: list[Module] = []
        self._variables = Variables(path, data, self.comments, errors)
        self._functions: list[Stmt] = []
        self._groups: dict[frozenset[str], list[Stmt]] = {}

    def read(self, version: Node) -> None:
        """An exported container's variables, tags and templates."""
        for one in items(version, "variable"):
            name = text_of(at(one, "name"))
            if name is not None:
                self._variables.define(name, one)
        records = [one for one in items(version, "tag") if text_of(at(one, "paused")) != "true"]
        numbers = {text_of(at(one, "tagId")): number for number, one in enumerate(records)}
        numbers.update({text_of(at(one, "name")): number for number, one in enumerate(records)})

        def linked(one: Expr, key: str) -> list[int]:
            names = [text_of(at(link, "tagName")) for link in items(one, key)]
            return [numbers[name] for name in names if name is not None and name in numbers]

        tags: list[_Tag] = []
        for one in records:
            listed = at(one, "firingTriggerId")
            fired = frozenset(text_of(item) or "" for item in listed.items) if isinstance(listed, Sequence) else ()
            fired_by = _ALWAYS if _EVERY_PAGE.intersection(fired) else frozenset(fired)
            tags.append(_Tag(one, fired_by, linked(one, "setupTag"), linked(one, "teardownTag")))
        self._place(tags)
        for one in items(version, "customTemplate"):
            self._template(at(one, "templateData"))

    def read_published(self, resource: Node) -> None:
        """A container as the page gets it: variables and tags by number, texts as lists of their parts."""
        for number, one in enumerate(items(resource, "macros")):
            self._variables.define(f"macro {number}", one)
        records = items(resource, "tags")
        fired = _rules(resource)

        def linked(one: Expr, key: str) -> list[int]:
            links = at(one, key)
            found = [_second(link) for link in links.items if _second(link) >= 0] if isinstance(links, Sequence) else []
            return [number for number in found if number < len(records)]

        self._place(
            [
                _Tag(one, fired.get(number, frozenset()), linked(one, "setup_tags"), linked(one, "teardown_tags"))
                for number, one in enumerate(records)
            ]
        )

    def body(self) -> list[Stmt]:
        """The module's statements: what the variables are, what every page runs, and what triggers run."""
        first = self._groups.pop(_ALWAYS, [])
        chosen = _chosen([group for group in self._groups.values() if group])
        return [*self._variables.bound.values(), *self._functions, *first, *chosen]

    # ---- tags

    def _place(self, tags: list[_Tag]) -> None:
        """Put what each tag does to what the same triggers fire."""
        started = {number for tag in tags for number in (*tag.before, *tag.behind)}
        code = [self._tag(tag.record) for tag in tags]
        for number in sorted(started):
            record = tags[number].record
            name = _function_of(record)
            function = Function(record.start, record.end, name.id, [], code[number])
            self._functions.append(Bind(record.start, record.end, name, function, "function"))
        for number, tag in enumerate(tags):
            if number in started and not tag.fired_by:
                continue
            group = self._groups.setdefault(tag.fired_by or frozenset((f"tag at {tag.record.start}",)), [])
            for each in (*tag.before, number, *tag.behind):
                group.extend([_started(tags[each].record)] if each in started else code[each])

    def _tag(self, tag: Expr) -> list[Stmt]:
        html = field(tag, "html")
        if html is not None:
            is_html = "html" in (text_of(at(tag, "type")), (text_of(at(tag, "function")) or "").removeprefix("__"))
            return self._scripts(html) if is_html else []
        return [
            self._table(table, method)
            for name, method in _TABLES
            if (table := field(tag, name)) is not None and rows(table)
        ]

    def _scripts(self, value: Expr) -> list[Stmt]:
        """The statements of the scripts in a tag's text."""
        text = self._variables.code(value)
        if text is None:
            return []
        statements: list[Stmt] = []
        for module in page_in(self.path, text.data, 0, len(text.data), self._variables.holes(text)):
            text.place(module)
            statements.extend(module.body)
            self.comments.extend(module.comments)
            self.errors.extend(module.errors)
        return statements

    def _table(self, table: Expr, method: str) -> Stmt:
        """The call that the official template makes of a table."""
        entries: list[Pair] = []
        for row in rows(table):
            name, value = row.get("attributeName"), self._variables.value(row.get("attributeValue"))
            if isinstance(name, Literal) and value is not None:
                entries.append(Pair(min(name.start, value.start), max(name.end, value.end), name, value))
        start, end = table.start, table.end
        callee = Member(start, start, Name(start, start, "exponea"), Literal(start, start, method))
        return Expression(start, end, Call(start, end, callee, [Record(start, end, list(entries))]))

    # ---- templates

    def _template(self, value: Expr | None) -> None:
        text = self._variables.code(value) if self._variables.is_text(value) else None
        if text is None:
            return
        from trackaudit.parse.gtm_template import template_modules

        for module in template_modules(self.path, text.data):
            text.place(module)
            self.templates.append(module)


def _function_of(tag: Expr) -> Name:
    return Name(tag.start, tag.start, f"{{{{tag at {tag.start}}}}}")


def _started(tag: Expr) -> Stmt:
    return Expression(tag.start, tag.end, Call(tag.start, tag.end, _function_of(tag), []))


def _rules(resource: Node) -> dict[int, frozenset[str]]:
    """By which rules a published container adds each tag: `[[["if", 0], ["add", 1, 2]] …]`."""
    predicates, listed = at(resource, "predicates"), at(resource, "rules")
    tests = predicates.items if isinstance(predicates, Sequence) else []
    every_page = {number for number, one in enumerate(tests) if text_of(at(one, "arg1")) == "gtm.js"}
    found: dict[int, frozenset[str]] = {}
    for number, rule in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        parts = [one.items for one in (rule.items if isinstance(rule, Sequence) else ()) if isinstance(one, Sequence)]
        words = [(text_of(part[0]), {_number(item) for item in part[1:]}) for part in parts if part]
        asked = [numbers for word, numbers in words if word != "add"]
        name = "every page" if len(asked) == 1 and len(asked[0]) == 1 and asked[0] <= every_page else f"rule {number}"
        for word, numbers in words:
            for tag in numbers if word == "add" else ():
                found[tag] = _ALWAYS if name in _ALWAYS else found.get(tag, frozenset()) | {name}
    return found


def _second(link: Node) -> int:
    """The number in `["tag", 3, 0]`."""
    return _number(link.items[1]) if isinstance(link, Sequence) and len(link.items) > 1 else -1


def _number(item: Node) -> int:
    return item.value if isinstance(item, Literal) and isinstance(item.value, int) else -1


def _chosen(groups: list[list[Stmt]]) -> list[Stmt]:
    """One of the groups runs. Halved again and again, so that a thousand triggers are no depth."""
    if len(groups) < 2:
        return groups[0] if groups else []
    half = len(groups) // 2
    # Tags that others start stand where they are run, not where they are written.
    start = min(statement.start for group in groups for statement in group)
    end = max(statement.end for group in groups for statement in group)
    return [Branch(start, end, Unknown(start, start, []), _chosen(groups[:half]), _chosen(groups[half:]))]
