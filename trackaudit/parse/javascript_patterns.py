"""Parse, JavaScript: what stands on the left of an assignment, property keys, parameters and type annotations."""

from __future__ import annotations

from trackaudit.program import (
    Literal,
    Member,
    Name,
    Param,
    PatternEntry,
    RecordPattern,
    SequencePattern,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as Tree

    from trackaudit.parse.javascript_lower import Lower
    from trackaudit.program import Expr, Target

_NAMES = frozenset(("identifier", "shorthand_property_identifier_pattern", "this"))
_SEEN_THROUGH = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion")
)
_PATTERNS = frozenset(("object_pattern", "array_pattern"))
_SAME_TYPE = frozenset(("Readonly", "Partial", "Required", "NonNullable", "DeepReadonly"))


def key(low: Lower, node: Tree) -> Expr:
    """A property's key: a Literal string where it is constant, else the expression in its brackets."""
    kind = node.type
    start, end = node.start_byte, node.end_byte
    if kind == "computed_property_name":
        inner = low.inside(node)
        if isinstance(inner, Literal) and type(inner.value) is int:
            return Literal(inner.start, inner.end, str(inner.value))
        return inner
    if kind == "string":
        return low.expr(node)
    if kind == "number":
        value = low.expr(node)
        if not isinstance(value, Literal):
            return value
        number = value.value
        whole = isinstance(number, float) and number.is_integer() and abs(number) < 1e21
        return Literal(start, end, str(int(number) if whole else number))  # type: ignore[arg-type]
    return Literal(start, end, low.text(node))


def target(low: Lower, node: Tree) -> Target | None:
    """What an assignment writes to; None if it is nothing that can be written to."""
    kind = node.type
    while kind in _SEEN_THROUGH:
        inner = node.named_children[-1 if kind == "type_assertion" else 0] if node.named_child_count else None
        if inner is None:
            return None
        node, kind = inner, inner.type
    if kind in _NAMES:
        start, end = node.start_byte, node.end_byte
        return Name(start, end, low.text(node)) if end > start else None
    if kind in ("member_expression", "subscript_expression"):
        place = low.expr(node)
        return place if isinstance(place, Member) else None
    if kind in _PATTERNS:
        return _record_pattern(low, node) if kind == "object_pattern" else _sequence_pattern(low, node)
    return None


def _record_pattern(low: Lower, node: Tree) -> RecordPattern:
    entries: list[PatternEntry] = []
    rest: Target | None = None
    for child in node.children:
        kind = child.type
        start, end = child.start_byte, child.end_byte
        if kind == "rest_pattern":
            rest = _rest(low, child)
        elif kind == "shorthand_property_identifier_pattern":
            text = low.text(child)
            entries.append(PatternEntry(start, end, Literal(start, end, text), Name(start, end, text)))
        elif kind == "object_assignment_pattern":
            left = child.child_by_field_name("left")
            place = target(low, left) if left is not None else None
            if left is None or place is None:
                continue
            where = Literal(left.start_byte, left.end_byte, low.text(left))
            entries.append(PatternEntry(start, end, where, place, low.field(child, "right")))
        elif kind == "pair_pattern":
            name, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            taken = _taken(low, value) if value is not None else None
            if name is not None and taken is not None:
                entries.append(PatternEntry(start, end, key(low, name), taken[0], taken[1]))
    return RecordPattern(node.start_byte, node.end_byte, entries, rest)


def _sequence_pattern(low: Lower, node: Tree) -> SequencePattern:
    items: list[PatternEntry | None] = []
    rest_at: int | None = None
    entry: PatternEntry | None = None
    for child in node.children:
        kind = child.type
        if kind == ",":
            items.append(entry)
            entry = None
        elif kind == "rest_pattern":
            place = _rest(low, child)
            rest_at = len(items)
            entry = PatternEntry(child.start_byte, child.end_byte, None, place) if place is not None else None
        elif child.is_named and kind != "comment":
            taken = _taken(low, child)
            if taken is not None:
                entry = PatternEntry(child.start_byte, child.end_byte, None, taken[0], taken[1])
    if entry is not None:
        items.append(entry)
    return SequencePattern(node.start_byte, node.end_byte, items, rest_at if rest_at != len(items) else None)


def _taken(low: Lower, node: Tree) -> tuple[Target, Expr | None] | None:
    """A target and its default: `b`, `b = 1`."""
    if node.type != "assignment_pattern":
        place = target(low, node)
        return (place, None) if place is not None else None
    left = node.child_by_field_name("left")
    place = target(low, left) if left is not None else None
    return (place, low.field(node, "right")) if place is not None else None


def _rest(low: Lower, node: Tree) -> Target | None:
    for child in node.named_children:
        if child.type != "comment":
            return target(low, child)
    return None


def bound_names(place: Target) -> Iterator[str]:
    """The variables that a declaration's target declares, in order."""
    stack: list[Target | None] = [place]
    while stack:
        part = stack.pop()
        if isinstance(part, Name):
            yield part.id
        elif isinstance(part, RecordPattern):
            stack.append(part.rest)
            stack.extend(entry.target for entry in reversed(part.entries))
        elif isinstance(part, SequencePattern):
            stack.extend(entry.target for entry in reversed(part.items) if entry is not None)


# ------------------------------------------------------------------------------------------------- parameters


def parameters(low: Lower, node: Tree) -> list[Param]:
    """The parameters of a function node. TypeScript's `this` is left out: no caller passes it."""
    single = node.child_by_field_name("parameter")
    if single is not None:
        place = target(low, single)
        return [Param(single.start_byte, single.end_byte, place)] if place is not None else []
    listed = node.child_by_field_name("parameters")
    if listed is None:
        return []
    found: list[Param] = []
    for child in listed.children:
        kind = child.type
        if kind in ("required_parameter", "optional_parameter"):
            param = _typed_parameter(low, child)
        elif kind == "rest_pattern":
            place = _rest(low, child)
            param = Param(child.start_byte, child.end_byte, place, rest="*") if place is not None else None
        elif kind == "assignment_pattern" or kind in _PATTERNS or kind in _NAMES:
            taken = _taken(low, child)
            param = Param(child.start_byte, child.end_byte, taken[0], taken[1]) if taken is not None else None
        else:
            continue
        if param is not None:
            found.append(param)
    return found


def _typed_parameter(low: Lower, node: Tree) -> Param | None:
    pattern = node.child_by_field_name("pattern")
    if pattern is None or pattern.type == "this":
        return None
    rest = pattern.type == "rest_pattern"
    place = _rest(low, pattern) if rest else target(low, pattern)
    if place is None:
        return None
    default = node.child_by_field_name("value")
    return Param(
        node.start_byte,
        node.end_byte,
        place,
        low.expr(default) if default is not None else None,
        "*" if rest else "",
        annotation(low, node),
        any(child.type in ("accessibility_modifier", "readonly", "override_modifier") for child in node.children),
    )


# ------------------------------------------------------------------------------------------------ annotations


def annotation(low: Lower, node: Tree) -> Expr | None:
    """The type that a parameter, variable or field is annotated with, as an expression; None if it is no plain name.

    `X | null` and `Readonly<X>` are X. Names that are seen here keep their `import type`.
    """
    typed = node.child_by_field_name("type")
    if typed is None:
        return None
    found = _named_type(low, typed)
    head = found
    while isinstance(head, Member):
        head = head.object
    if isinstance(head, Name):
        low.annotated.add(head.id)
    return found


def _named_type(low: Lower, node: Tree) -> Expr | None:
    kind = node.type
    start, end = node.start_byte, node.end_byte
    if kind in ("type_identifier", "identifier"):
        return Name(start, end, low.text(node))
    if kind in ("nested_type_identifier", "nested_identifier"):
        parts = [child for child in node.named_children if child.type != "comment"]
        owner = _named_type(low, parts[0]) if len(parts) == 2 else None
        if owner is None:
            return None
        return Member(start, end, owner, Literal(parts[1].start_byte, parts[1].end_byte, low.text(parts[1])))
    if kind in ("type_annotation", "parenthesized_type", "readonly_type"):
        return _only([_named_type(low, child) for child in node.named_children if child.type != "comment"])
    if kind == "union_type":
        return _only(_union(low, node))
    if kind == "generic_type":
        name = node.child_by_field_name("name")
        found = _named_type(low, name) if name is not None else None
        given = node.child_by_field_name("type_arguments")
        if isinstance(found, Name) and found.id in _SAME_TYPE and given is not None:
            return _only([_named_type(low, child) for child in given.named_children if child.type != "comment"])
        return found
    return None


def _union(low: Lower, node: Tree) -> list[Expr | None]:
    """The members of a union that are not null, undefined or void."""
    found: list[Expr | None] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if part.type == "union_type":
            stack.extend(reversed(part.named_children))
        elif part.type != "comment" and low.text(part) not in ("null", "undefined", "void"):
            found.append(_named_type(low, part))
    return found


def _only(found: list[Expr | None]) -> Expr | None:
    return found[0] if len(found) == 1 else None
