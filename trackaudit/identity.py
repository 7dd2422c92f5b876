"""Which ID names the project uses, hard or soft, and what each holds: TrackingCalls and Config in, an IdSchema out.

Declared names win. Else `cookie` is soft, any other name is hard, and a name holds what the identifying calls send
under it; where nothing identifies, `registered` holds the e-mail. Every answer keeps its evidence, place by place.
"""

from __future__ import annotations

from trackaudit.model import IdName, IdSchema, Place, Step
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from trackaudit.config import Config
    from trackaudit.model import TrackingCall

IDENTIFYING = ("email", "phone", "customer_id")
"""The kinds of value that tell one customer from another."""
DEFAULT_HARD = "registered"
DEFAULT_SOFT = "cookie"
KIND_WORDS = {
    "email": "e-mail address",
    "phone": "phone number",
    "customer_id": "account id",
    "opaque": "opaque identifier",
}
"""What a kind is called in messages."""
_KNOWN = (*IDENTIFYING, "opaque")
_EVIDENCE_LIMIT = 50


class _Use(NamedTuple):
    kind: str
    imported: bool
    step: Step


def infer(calls: Collection[TrackingCall], config: Config) -> IdSchema:
    """The ID names in force. `calls`: those that may give evidence (the caller leaves test files out)."""
    uses = _uses(calls)
    declared = _declared(config, uses)
    if declared:
        names = declared if any(name.name == DEFAULT_SOFT for name in declared) else [*declared, _cookie(uses)]
        return IdSchema(tuple(names), "declared")
    hard = _hard_names(uses)
    source = "inferred" if hard else "default"
    if not hard:
        hard = [IdName(DEFAULT_HARD, True, "email", False)]
    return IdSchema((*hard, _cookie(uses), *_soft_names(calls, {name.name for name in hard})), source)


def assumed() -> IdSchema:
    """What holds where nothing is declared and nothing is seen."""
    return IdSchema((IdName(DEFAULT_HARD, True, "email", False), _cookie({})), "default")


def identifier_kinds(schema: IdSchema) -> tuple[frozenset[str], bool]:
    """The kinds of value that some hard ID of the project holds; and whether that is only assumed.

    Where no hard ID's kind is known, the e-mail is assumed.
    """
    held = {name.holds for name in schema.names if name.hard}
    kinds = frozenset(held & set(IDENTIFYING))
    if kinds or "opaque" in held:
        return kinds, False
    return frozenset({"email"}), True


def hard_id(schema: IdSchema, kind: str) -> IdName:
    """The hard ID that a value of this kind belongs in: one that holds it, else of unknown kind, else any, else the
    default."""
    found = schema.hard_for(kind) or schema.hard_for("unknown")
    if found is not None:
        return found
    for name in schema.names:
        if name.hard:
            return name
    return IdName(DEFAULT_HARD, True, "email", False)


def implied_kind(name: str) -> str:
    """What an ID's name says that it holds (`email_id`: email), or unknown."""
    words = words_of(name)
    if {"email", "mail"} & set(words):
        return "email"
    if {"phone", "msisdn", "mobile", "telephone"} & set(words):
        return "phone"
    if (
        len(words) == 2
        and words[0] in ("customer", "user", "client", "member", "account")
        and words[1]
        in (
            "id",
            "number",
            "no",
            "pk",
            "uuid",
        )
    ):
        return "customer_id"
    return "unknown"


def words_of(name: str) -> list[str]:
    """The words of a camelCase, snake_case or kebab-case name, in lower case."""
    words: list[str] = []
    word = ""
    for at, char in enumerate(name):
        if not char.isalnum():
            words.append(word)
            word = ""
            continue
        starts = char.isupper() and at and (name[at - 1].islower() or name[at - 1].isdigit())
        ends_acronym = char.isupper() and at and name[at - 1].isupper() and name[at + 1 : at + 2].islower()
        if starts or ends_acronym:
            words.append(word)
            word = ""
        word += char.lower()
    words.append(word)
    return [word for word in words if word]


def near_miss(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one plainly misspells, or None.

    Only case and separators may differ (`Registered`, `email-id`), or one long word by a slip (`registred`). Short
    words never count: `cart_id` and `card_id` are two IDs.
    """
    mine = words_of(name)
    for candidate in known:
        if candidate == name:
            return None
    for candidate in known:
        theirs = words_of(candidate)
        if "".join(mine) == "".join(theirs):
            return candidate
        if len(mine) != len(theirs):
            continue
        differing = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
        if len(differing) == 1 and _is_slip(*differing[0]):
            return candidate
    return None


def distance(a: str, b: str) -> int:
    """Edits between two words: insert, delete, replace, or swap two neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def _is_slip(a: str, b: str) -> bool:
    if len(a) >= 4 and sorted(a) == sorted(b) and distance(a, b) == 1:
        return True  # two neighbours swapped: `emial`
    if min(len(a), len(b)) < 6 or any(char.isdigit() for char in a + b):
        return False
    if a.rstrip("s") == b.rstrip("s"):
        return False
    return distance(a, b) <= (2 if min(len(a), len(b)) >= 8 else 1)


def _uses(calls: Iterable[TrackingCall]) -> dict[str, list[_Use]]:
    uses: dict[str, list[_Use]] = {}
    seen: set[tuple[str, Place]] = set()
    for call in calls:
        for entry in call.ids.items:
            if (entry.key, entry.root) in seen or entry.owner == "other":
                continue
            if call.channel == "connector" and entry.kind == "opaque":
                continue  # a connector's soft ID is no evidence of a hard one: `_soft_names`
            seen.add((entry.key, entry.root))
            kind = entry.kind if entry.kind in _KNOWN else "unknown"
            what = KIND_WORDS.get(kind, "something unknown")
            where = f"`{call.call}` sends" if call.call else "sent:"
            note = f"{where} `{entry.value.text}` as `{entry.key}`: {what}"
            uses.setdefault(entry.key, []).append(_Use(kind, call.operation == "import", Step(entry.root, note)))
    return uses


def _declared(config: Config, uses: dict[str, list[_Use]]) -> list[IdName]:
    names = []
    for name, identifier in config.identifiers.items():
        mine = uses.get(name, [])
        hard = identifier.type == "hard"
        holds = identifier.holds or (_holds(name, mine) if hard else "opaque")
        names.append(IdName(name, hard, holds, True, identifier.lowercased, _evidence(mine)))
    return names


def _cookie(uses: dict[str, list[_Use]]) -> IdName:
    return IdName(DEFAULT_SOFT, False, "opaque", False, False, _evidence(uses.get(DEFAULT_SOFT, [])))


def _soft_names(calls: Iterable[TrackingCall], hard: Collection[str]) -> list[IdName]:
    """What connectors fill with a visitor's ID, unless it is known as a hard ID."""
    connectors = [call for call in calls if call.channel == "connector"]
    found = [item.key for call in connectors for item in call.ids.items if item.kind == "opaque"]
    others = dict.fromkeys(key for key in found if key not in hard and key != DEFAULT_SOFT)
    return [IdName(key, False, "opaque", False) for key in others]


def _hard_names(uses: dict[str, list[_Use]]) -> list[IdName]:
    """Hard IDs, the most used first; a name that misspells a more used one is no name of the project."""
    ranked = sorted(
        (name for name in uses if name != DEFAULT_SOFT),
        key=lambda name: (name not in (DEFAULT_HARD, DEFAULT_SOFT), -len(uses[name]), name.lower() != name, name),
    )
    names: list[IdName] = []
    for name in ranked:
        accepted = [DEFAULT_HARD, DEFAULT_SOFT, *(known.name for known in names)]
        if near_miss(name, accepted) is None:
            names.append(IdName(name, True, _holds(name, uses[name]), False, False, _evidence(uses[name])))
    names.sort(key=lambda known: -len(uses[known.name]))
    return names


def _holds(name: str, uses: Sequence[_Use]) -> str:
    """What most calls send under the name; imports speak only where no call and not the name itself does."""
    implied = implied_kind(name)
    called = _majority([use.kind for use in uses if not use.imported], implied)
    if called != "unknown":
        return called
    if implied != "unknown":
        return implied
    return _majority([use.kind for use in uses if use.imported], implied)


def _majority(kinds: list[str], implied: str) -> str:
    known = [kind for kind in kinds if kind != "unknown"]
    if not known:
        return "unknown"
    # NOTE: on a tie the name decides, then the order of IDENTIFYING: an e-mail is the commoner hard ID.
    return max(_KNOWN, key=lambda kind: (known.count(kind), kind == implied, -_KNOWN.index(kind)))


def _evidence(uses: Sequence[_Use]) -> tuple[Step, ...]:
    return tuple(sorted((use.step for use in uses), key=lambda step: step.place)[:_EVIDENCE_LIMIT])
