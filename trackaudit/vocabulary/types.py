"""What the vocabulary answers with: call sinks, payload shapes, identities. All plain and immutable."""

from __future__ import annotations

from trackaudit.record import NamedTuple


class Argument(NamedTuple):
    """Where something is in a call: a position (-1: none), a keyword ("": none), either of them; and the path inside
    that argument (`("customer",)` of `start`'s configuration)."""

    index: int = -1  # type: ignore[assignment]  # hides tuple.index, which nobody wants here
    keyword: str = ""
    path: tuple[str, ...] = ()


class CallSink(NamedTuple):
    """A call that sends to Engagement.

    receiver: the vocabulary's name of what it is called on (`exponea`, `Infinario()`; "" for a bare function). method:
    the last name of the call. arguments: by "ids", "properties", "event", "token" (of the project). scalar_id: the ID
    name that a string or number as ids means, or "".
    """

    sdk: str
    channel: str
    stateful: bool
    receiver: str
    operation: str
    method: str
    arguments: dict[str, Argument]
    scalar_id: str = ""


class Listed(NamedTuple):
    """IDs or properties as a list (or mapping) of records: it is at `path`; in each record the field `key` holds the
    name and `value` where the value comes from. only: which of the records count, None for all. names: what a name as
    written means, where it is another."""

    path: tuple[str, ...]
    key: str
    value: str
    only: Only | None = None
    names: tuple[tuple[str, str], ...] = ()


class Only(NamedTuple):
    """The records whose `field` holds one of `values` (lower-case); with `not_these`, all the others."""

    field: str
    values: frozenset[str]
    not_these: bool


class Named(NamedTuple):
    """IDs whose names are the values of fields: each field, and what is sent under the ID that it names."""

    fields: tuple[tuple[str, str], ...]


DESCRIBED = "described"
"""The `sdk` of formats that a user describes."""


class Shape(NamedTuple):
    """A record that is a payload or a definition.

    require: path -> "record" | "list" | "any" | "=text"; what cannot be known passes "record" and "list". The first
    path is the one by which a record is recognised (`Vocabulary.shape_keys`). unless: paths that must not be there.
    ids, properties, event: where they are, None for nowhere. wrong: top-level fields that do not belong there, with
    the right one. A shape whose paths go through an inner record takes that record: it is no payload of its own then.
    files: patterns (in the language of .gitignore) of the only files that hold it, none for all. query: where the SQL
    text is that gives the columns, where that is known. token: the project's, where it is always the
    same. unchanged: each value is sent as its column holds it.
    """

    name: str
    sdk: str
    channel: str
    stateful: bool
    operation: str
    require: tuple[tuple[tuple[str, ...], str], ...]
    unless: tuple[tuple[str, ...], ...]
    ids: tuple[str, ...] | Listed | Named | None
    properties: tuple[str, ...] | Listed | Named | None
    event: tuple[str, ...] | None
    wrong: dict[str, str]
    files: tuple[str, ...] = ()
    query: tuple[str, ...] | None = None
    token: str = ""
    unchanged: bool = False


class Identity(NamedTuple):
    """What a name or value says. kind: email, phone, customer_id, opaque, none (known not to identify), unknown.
    owner: customer, other, unknown. origin: literal, dom, url, storage, request, session, column, env, unknown."""

    kind: str = "unknown"
    owner: str = "unknown"
    origin: str = "unknown"
