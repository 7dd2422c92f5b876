"""The words of `match:` and the tests behind them. A subject in, a bool out.

A word under `match:` asks about the call, a word under `entry:` about one of its IDs, properties or other fields.
Add a word = one function here and one line in a table; `load.py` refuses every other word.
"""

from __future__ import annotations

from trackaudit.engine.coverage import is_identifier
from trackaudit.engine.sort import value_sort
from trackaudit.identity import IDENTIFYING, identifier_kinds, words_of
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from trackaudit.engine.coverage import Coverage
    from trackaudit.engine.project import Conflict, Project
    from trackaudit.model import Entry, IdSchema, TrackingCall
    from trackaudit.vocabulary import Shape

    Given: TypeAlias = "tuple[str, ...] | bool"


class Ground(NamedTuple):
    """What stays the same while all rules run."""

    schema: IdSchema
    coverage: Coverage
    shapes: Mapping[str, Shape]
    project: Project


class Subject(NamedTuple):
    """What a rule is asked about: a call, and one of its entries unless the rule is about the call itself.

    conflict: where the rule compares places, what they disagree on."""

    ground: Ground
    call: TrackingCall
    entry: Entry | None = None
    conflict: Conflict | None = None

    @property
    def the_entry(self) -> Entry:
        """The entry; only for words under `entry:`."""
        assert self.entry is not None
        return self.entry


class Word(NamedTuple):
    """A match word. allowed: the values it takes; empty: any text; None: true or false."""

    test: Callable[[Subject, Given], bool]
    allowed: tuple[str, ...] | None
    help: str


PAGE_WORDS = {
    "logout": frozenset(("logout", "signout", "logoff")),
    "confirm": frozenset(("confirm", "confirmed", "confirmation", "doi", "optin")),
}
"""In a page's name: the moment that it is for."""
COOKIE_WORDS = frozenset(("cookie", "cookies", "analytics", "tracking", "gdpr", "statistics", "personalization"))
"""In a consent's category: it is the browser that agrees, not a customer."""
_QUOTES = ("'", '"', "`")


def call_kind(call: TrackingCall) -> tuple[str, str, bool, str]:
    """What the words of `KIND_WORDS` ask about."""
    return call.operation, call.channel, call.stateful, call.language


# ----------------------------------------------------------------------------------------- words on the call


def _channel(subject: Subject, given: Given) -> bool:
    return subject.call.channel in _words(given)


def _operation(subject: Subject, given: Given) -> bool:
    return subject.call.operation in _words(given)


def _stateful(subject: Subject, given: Given) -> bool:
    return subject.call.stateful == given


def _event(subject: Subject, given: Given) -> bool:
    return subject.call.event in _words(given)


def _event_not(subject: Subject, given: Given) -> bool:
    return subject.call.event not in _words(given)


def _identified(subject: Subject, given: Given) -> bool:
    return subject.ground.coverage.identified(subject.call) == given


def _empty(subject: Subject, given: Given) -> bool:
    # NOTE: `identify(ids)` with an object that is still empty here (a state, filled later) is not empty.
    call = subject.call
    given_any = "ids" in call.arguments or "properties" in call.arguments
    known_any = call.ids.items or call.ids.open or call.properties.items or call.properties.open
    return (not given_any and not known_any) == given


def _ids(subject: Subject, given: Given) -> bool:
    ids = subject.call.ids
    all_soft = bool(ids.items) and not any(subject.ground.coverage.is_hard(item.key) for item in ids.items)
    return "soft" in _words(given) and all_soft and not ids.open


def _document(subject: Subject, given: Given) -> bool:
    return (subject.call.language in ("document", "json", "yaml")) == given


def _handler(subject: Subject, given: Given) -> bool:
    return _moment(subject.call) in _words(given)


def _moment(call: TrackingCall) -> str:
    if call.context.handler != "none":
        return call.context.handler
    if call.context.function or call.callers or call.channel not in ("page", "mobile"):
        return "none"
    # What a page does at its top level happens at the moment that the page is for: `logout.html`.
    own = words_of(call.sink.path.rpartition("/")[2].partition(".")[0])
    told = next((moment for moment, words in PAGE_WORDS.items() if not words.isdisjoint(own)), "")
    return told or ("load" if not call.blocks else "none")


def _conditional(subject: Subject, given: Given) -> bool:
    return any(arms > 0 for _, _, arms in subject.call.blocks) == given


def _opt_in(subject: Subject, given: Given) -> bool:
    if subject.ground.coverage.opts_in(subject.call):
        return "here" in _words(given)
    elsewhere = subject.ground.project.opts_in(subject.call)
    return ("elsewhere" if elsewhere else "nowhere") in _words(given)


def _near(subject: Subject, given: Given) -> bool:
    """An event that holds the identifier itself is asked about that entry."""
    call, schema = subject.call, subject.ground.schema
    if any(is_identifier(item, schema) for item in call.properties.items):
        return not given
    found = bool(call.context.near & identifier_kinds(schema)[0]) or subject.ground.coverage.near(call)
    return found == given


def _cookies(subject: Subject, given: Given) -> bool:
    category = subject.call.properties.get("category")
    said = category.value.literals if category is not None else ()
    return any(not COOKIE_WORDS.isdisjoint(words_of(str(text))) for text in said) == given


def _identifies(subject: Subject, given: Given) -> bool:
    return subject.ground.project.identifies(subject.call) == given


def _anonymizes(subject: Subject, given: Given) -> bool:
    return subject.ground.project.anonymizes(subject.call) == given


def _server_only(subject: Subject, given: Given) -> bool:
    schema = subject.ground.schema
    return subject.ground.project.server_only(subject.call, lambda entry: is_identifier(entry, schema)) == given


def _stage(subject: Subject, given: Given) -> bool:
    return False


# ---------------------------------------------------------------------------------------- words on the entry


def _is(subject: Subject, given: Given) -> bool:
    return is_identifier(subject.the_entry, subject.ground.schema)


def _covered(subject: Subject, given: Given) -> bool:
    return subject.ground.coverage.covered(subject.the_entry, subject.call) == given


def _kind(subject: Subject, given: Given) -> bool:
    entry = subject.the_entry
    return entry.kind in _words(given) and entry.owner != "other"


def _owner(subject: Subject, given: Given) -> bool:
    entry = subject.the_entry
    return entry.owner in _words(given) and entry.kind in IDENTIFYING


def _mixed(subject: Subject, given: Given) -> bool:
    is_hard = subject.ground.coverage.is_hard
    return any(not is_hard(item.key) for item in subject.call.ids.items) == given


def _disagrees(subject: Subject, given: Given) -> bool:
    project, call, entry = subject.ground.project, subject.call, subject.the_entry
    return any(project.conflict(sort, call, entry) is not None for sort in _words(given))


def _id(subject: Subject, given: Given) -> bool:
    entry, is_hard = subject.the_entry, subject.ground.coverage.is_hard
    if is_hard(entry.key):
        return "hard" in _words(given)
    # `{[known ? "registered" : "cookie"]: value}` is one entry under two names: which goes where is not known.
    chosen = any(other.root == entry.root and is_hard(other.key) for other in subject.call.ids.items)
    return "soft" in _words(given) and not chosen


def _known(subject: Subject, given: Given) -> bool:
    return (subject.ground.schema.get(subject.the_entry.key) is not None) == given


def _holds(subject: Subject, given: Given) -> bool:
    entry, known = subject.the_entry, subject.ground.schema.get(subject.the_entry.key)
    if known is None or known.holds == "unknown" or entry.kind == "unknown":
        return False
    return ("same" if known.holds == entry.kind else "other") in _words(given)


def _origin(subject: Subject, given: Given) -> bool:
    return subject.the_entry.origin in _words(given)


def _lowercased(subject: Subject, given: Given) -> bool:
    known = subject.ground.schema.get(subject.the_entry.key)
    steps = set(subject.the_entry.transforms)
    return bool(steps & {"lower", "upper", "hash"} or (known is not None and known.lowercased)) == given


def _value(subject: Subject, given: Given) -> bool:
    sort = value_sort(subject.the_entry)
    # What one caller passes is constant there, not here.
    passed = sort == "constant" and subject.call.callers and subject.the_entry.value.text[:1] not in _QUOTES
    return ("value" if passed else sort) in _words(given)


def _key_not(subject: Subject, given: Given) -> bool:
    return set(words_of(subject.the_entry.key)).isdisjoint(_words(given))


def _literal(subject: Subject, given: Given) -> bool:
    wanted = {" ".join(words_of(word)) for word in _words(given)}
    literals = subject.the_entry.value.literals
    return bool(literals) and all(" ".join(words_of(str(literal))) in wanted for literal in literals)


def _double_opt_in(subject: Subject, given: Given) -> bool:
    return (next(subject.ground.coverage.opt_ins(subject.the_entry, subject.call), None) is not None) == given


def _field(subject: Subject, given: Given) -> bool:
    sort = "misspelt" if misspelt_for(subject) else "hard-id" if _is_hard_id_name(subject) else "other"
    return sort in _words(given)


def misspelt_for(subject: Subject) -> str | None:
    """The right name of a payload's field, where the vocabulary knows this one as wrong."""
    shape = subject.ground.shapes.get(subject.call.shape)
    return shape.wrong.get(subject.the_entry.key) if shape is not None else None


def _is_hard_id_name(subject: Subject) -> bool:
    key = subject.the_entry.key
    known = subject.ground.schema.get(key)
    return known is not None and known.hard and subject.call.ids.get(key) is None


def _words(given: Given) -> tuple[str, ...]:
    return given if isinstance(given, tuple) else ()


# ------------------------------------------------------------------------------------------------- tables

_CHANNELS = ("page", "mobile", "api", "import", "connector")
_OPERATIONS = ("identify", "update", "event", "start", "anonymize", "import", "logout")
_HANDLERS = ("submit", "blur", "load", "logout", "confirm", "none")
_KINDS = ("email", "phone", "customer_id", "opaque", "none", "unknown")
_ORIGINS = ("literal", "dom", "url", "storage", "request", "session", "column", "file", "query", "env", "unknown")
_SORTS = ("empty", "placeholder", "fallback", "textified-nothing", "constant", "value")

PARTS = ("ids", "properties", "fields")
CALL_WORDS: dict[str, Word] = {
    "channel": Word(_channel, _CHANNELS, "where the call runs"),
    "operation": Word(_operation, _OPERATIONS, "what the call does; a logout handler sends nothing itself"),
    "handler": Word(_handler, _HANDLERS, "the moment at which it runs; a page's top level is its load"),
    "conditional": Word(_conditional, None, "whether it stands in an arm of a branch"),
    "stateful": Word(_stateful, None, "whether the SDK remembers the customer between calls"),
    "event": Word(_event, (), "the event's name"),
    "event-not": Word(_event_not, (), "the event's name is none of these"),
    "identified": Word(_identified, None, "whether the call or its path carries any hard ID of the customer"),
    "empty": Word(_empty, None, "whether neither IDs nor properties are given"),
    "ids": Word(_ids, ("soft",), "all its IDs, at least one, are soft"),
    "mixed": Word(_mixed, None, "whether a soft ID is among its IDs"),
    "opt-in": Word(_opt_in, ("here", "elsewhere", "nowhere"), "where the project starts a double opt-in"),
    "near": Word(_near, None, "whether the customer's identifier is at hand, though not in the call itself"),
    "cookies": Word(_cookies, None, "whether a consent is the browser's: its category is cookies or the like"),
    "identifies": Word(_identifies, None, "whether a page or app of the project identifies its customer"),
    "anonymizes": Word(_anonymizes, None, "whether the handler anonymizes"),
    "server-only": Word(_server_only, None, "whether the project's server sends a hard ID, and its page never does"),
    "document": Word(_document, None, "whether it is stored in a document, not sent by code"),
    "stage": Word(_stage, ("suppress",), "the finding comes from this stage, not from a match"),
}
KIND_WORDS = frozenset(("channel", "operation", "stateful", "document"))
"""Those of the call to which calls of one `call_kind` have one answer."""
ENTRY_WORDS: dict[str, Word] = {
    "is": Word(_is, ("identifier",), "the value identifies the customer"),
    "covered": Word(_covered, None, "whether the same identifier also reaches an ID on this path"),
    "kind": Word(_kind, _KINDS, "what the customer's value is"),
    "owner": Word(_owner, ("customer", "other", "unknown"), "whose identifier the value is"),
    "disagrees": Word(_disagrees, ("names", "values", "forms"), "most places of the project do it in another way"),
    "id": Word(_id, ("hard", "soft"), "the sort of ID that the key names"),
    "known": Word(_known, None, "whether the project has an ID of that name"),
    "holds": Word(_holds, ("same", "other"), "whether the ID of that name holds this kind of value"),
    "origin": Word(_origin, _ORIGINS, "where the value comes from"),
    "lowercased": Word(_lowercased, None, "whether the value is lower-cased or hashed, here or by the project"),
    "value": Word(_value, _SORTS, "whether a real value stands there"),
    "key-not": Word(_key_not, (), "none of these words is in the key"),
    "literal": Word(_literal, (), "the value is one of these constants, compared word by word"),
    "double-opt-in": Word(_double_opt_in, None, "whether the same handler sends a `double_opt_in` event"),
    "field": Word(_field, ("misspelt", "hard-id", "other"), "what a field outside IDs and properties is"),
}
