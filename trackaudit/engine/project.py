"""What the whole project says of its IDs: where places disagree, and which side is the smaller one.

TrackingCalls come in; for an ID entry, the disagreement that it takes part in goes out. Only calls of one group (a
project token or a workspace package) are compared. Whatever cannot be known takes no side.
"""

from __future__ import annotations

from collections import Counter

from trackaudit.engine.coverage import DOUBLE_OPT_IN
from trackaudit.identity import DEFAULT_HARD, IDENTIFYING, implied_kind
from trackaudit.model import Context, Entries, TrackingCall
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from trackaudit.engine.coverage import Coverage
    from trackaudit.model import Entry, IdSchema, Moment, Place

    T = TypeVar("T")

_TYPED = ("dom", "request", "column", "file", "query", "literal", "url", "storage", "env")
"""Origins whose raw values other rules speak of, or that are constants."""


class Use(NamedTuple):
    """One place where an ID is given a value."""

    call: TrackingCall
    entry: Entry


class Conflict(NamedTuple):
    """A disagreement. usual: what most places say. minority: those that say something else; majority: the others,
    both in source order."""

    usual: str
    minority: tuple[Use, ...]
    majority: tuple[Use, ...]


class Project:
    """The project's calls, looked at together."""

    def __init__(
        self,
        calls: Sequence[TrackingCall],
        schema: IdSchema,
        coverage: Coverage,
        moments: Sequence[Moment] = (),
    ) -> None:
        self._schema = schema
        self._coverage = coverage
        self._group = _groups(calls)
        self._tokens = _tokens(calls)
        self._anonymizing = {moment.place for moment in moments if moment.anonymizes}
        self.moments = [_call_of(moment) for moment in moments]
        self._by_group: dict[str, list[TrackingCall]] = {}
        for call in calls:
            self._by_group.setdefault(self.group(call), []).append(call)
        self._conflicts: dict[str, dict[tuple[Place, str], Conflict]] | None = None
        self._answers: dict[tuple[str, str], Any] = {}

    def group(self, call: TrackingCall) -> str:
        """What a call is compared within."""
        token = self._tokens.get(call.sink.path) or self._tokens.get(f"{_package(call)[1]}/")
        return f"token {token}" if token else self._group.get(_package(call), _package(call)[1])

    def beside(self, call: TrackingCall) -> list[TrackingCall]:
        """All calls of the same group."""
        return self._by_group.get(self.group(call), [])

    def conflict(self, sort: str, call: TrackingCall, entry: Entry) -> Conflict | None:
        """The disagreement (on names, values or forms) in which this entry is of the minority, or None."""
        if self._conflicts is None:
            self._conflicts = {"names": {}, "values": {}, "forms": {}}
            for calls in self._by_group.values():
                self._compare(calls)
        return self._conflicts[sort].get((entry.root, entry.key))

    def identifies(self, call: TrackingCall) -> bool:
        """Whether a page or app of the group identifies its customer."""
        return self._once("identifies", call, lambda calls: any(map(_identifies, calls)))

    def opts_in(self, call: TrackingCall) -> bool:
        """Whether the group starts a double opt-in."""
        return self._once("opts in", call, lambda calls: any(one.event == DOUBLE_OPT_IN for one in calls))

    def anonymizes(self, call: TrackingCall) -> bool:
        """Whether a moment's handler anonymizes; or another of the group, which may be what it leads to."""
        return call.sink in self._anonymizing or self._once(
            "anonymizes", call, lambda calls: any(map(_anonymizes, calls))
        )

    def server_only(self, call: TrackingCall, tells: Callable[[Entry], bool]) -> bool:
        """Whether the group's server sends a hard ID and no page of it identifies: none is started with IDs, and none
        sends what `tells` says is an identifier, of which other rules speak."""

        def silent(calls: Sequence[TrackingCall]) -> bool:
            return not any(
                other.operation == "identify" or _has_ids(other) or any(map(tells, other.properties.items))
                for other in calls
                if other.channel in ("page", "mobile")
            )

        return bool(self.sent_by_server(call)) and self._once("server-only", call, silent)

    def sent_by_server(self, call: TrackingCall) -> list[Use]:
        """Payloads of the group that carry a hard ID; none where one carries the browser's soft ID too."""
        return self._once("server", call, self._server_uses)

    def _once(self, question: str, call: TrackingCall, answer: Callable[[Sequence[TrackingCall]], T]) -> T:
        """The answer to a question about a call's group, found once."""
        key = question, self.group(call)
        if key not in self._answers:
            self._answers[key] = answer(self.beside(call))
        found: T = self._answers[key]
        return found

    def _server_uses(self, calls: Sequence[TrackingCall]) -> list[Use]:
        uses: list[Use] = []
        for other in calls:
            if other.channel != "api" or other.stateful or other.language in ("document", "json", "yaml"):
                continue
            hard = [item for item in other.ids.items if self._coverage.is_hard(item.key) and item.value.symbols]
            if other.ids.open or (hard and len(hard) < len(other.ids.items)):
                return []
            uses.extend(Use(other, item) for item in hard if item.owner != "other")
        return uses

    # ------------------------------------------------------------------------------------------- comparing

    def _compare(self, calls: Sequence[TrackingCall]) -> None:
        assert self._conflicts is not None
        uses = self._uses(calls)
        by_name: dict[str, list[Use]] = {}
        by_kind: dict[tuple[str, bool], list[Use]] = {}
        for use in uses:
            by_name.setdefault(use.entry.key, []).append(use)
            hashed = "hash" in use.entry.transforms
            by_kind.setdefault((use.entry.kind, hashed), []).append(use)
        for (kind, _), mine in by_kind.items():
            self._keep("names", self._names(kind, mine, calls))
        for name, mine in by_name.items():
            self._keep("values", self._values(name, mine))
            self._keep("forms", self._forms(name, mine))

    def _uses(self, calls: Sequence[TrackingCall]) -> list[Use]:
        """One use a place and ID name: hard, of this project, and known to identify the customer."""
        found: dict[tuple[Place, str], Use] = {}
        names: dict[Place, set[str]] = {}
        for call in calls:
            for entry in call.ids.items:
                names.setdefault(entry.root, set()).add(entry.key)
                known = self._schema.get(entry.key)
                if known is None or not known.hard or entry.owner == "other" or entry.kind not in IDENTIFYING:
                    continue
                found.setdefault((entry.root, entry.key), Use(call, entry))
        # One entry under two names (`[known ? "registered" : "email_id"]`): which of them counts is not known.
        return sorted(
            (use for (root, _), use in found.items() if len(names[root]) == 1), key=lambda use: use.entry.root
        )

    def _names(self, kind: str, uses: list[Use], calls: Sequence[TrackingCall]) -> Conflict | None:
        of_kind = [use for use in uses if self._holds(use.entry.key) == kind]
        together: set[frozenset[str]] = set()
        for call in calls:
            keys = [item.key for item in call.ids.items]
            together.update(frozenset((a, b)) for a in keys for b in keys if a != b)
        usual = _most([use.entry.key for use in of_kind], DEFAULT_HARD)
        minority = [
            use for use in of_kind if use.entry.key != usual and frozenset((use.entry.key, usual)) not in together
        ]
        return _conflict(usual, minority, [use for use in of_kind if use.entry.key == usual])

    def _values(self, name: str, uses: list[Use]) -> Conflict | None:
        known = self._schema.get(name)
        sent = [use for use in uses if use.call.operation != "import" and use.entry.value.symbols]
        if known is not None and known.declared and known.holds in IDENTIFYING:
            usual, alone = known.holds, True
        else:
            implied = implied_kind(name)
            preferred = implied if implied in IDENTIFYING else self._holds(name)
            usual, alone = _most([use.entry.kind for use in sent], preferred), False
        minority = [use for use in sent if use.entry.kind != usual]
        return _conflict(usual, minority, [use for use in sent if use.entry.kind == usual], alone)

    def _forms(self, name: str, uses: list[Use]) -> Conflict | None:
        known = self._schema.get(name)
        told = [
            use
            for use in uses
            if use.entry.kind == self._holds(name)
            and use.entry.value.symbols
            and not use.entry.value.literals
            and (form_of(use.entry) != "as it is" or use.entry.origin not in _TYPED)
            and (use.entry.kind == "email" or form_of(use.entry) in ("hashed", "as it is"))
        ]
        if known is not None and known.lowercased:
            # The project lower-cases what comes in, so only a hash still makes another value of it.
            told = [use for use in told if form_of(use.entry) != "lower-cased"]
            if not any(form_of(use.entry) == "hashed" for use in told):
                return None
        usual = _most([form_of(use.entry) for use in told], "lower-cased")
        minority = [use for use in told if form_of(use.entry) != usual]
        return _conflict(usual, minority, [use for use in told if form_of(use.entry) == usual])

    def _holds(self, name: str) -> str:
        known = self._schema.get(name)
        return known.holds if known is not None else "unknown"

    def _keep(self, sort: str, conflict: Conflict | None) -> None:
        if conflict is not None and self._conflicts is not None:
            for use in conflict.minority:
                self._conflicts[sort][(use.entry.root, use.entry.key)] = conflict


def _call_of(moment: Moment) -> TrackingCall:
    """A moment as a call that rules can be asked about; it sends nothing."""
    return TrackingCall(
        sdk="",
        channel="page",
        stateful=True,
        receiver="",
        operation=moment.handler,
        ids=Entries(),
        properties=Entries(),
        event=None,
        context=Context(moment.name, moment.handler),
        order=0,
        unit="",
        blocks=(),
        sink=moment.place,
        call=moment.name or "a handler",
        arguments={},
        language=moment.language,
        package=moment.package,
    )


def form_of(entry: Entry) -> str:
    """What was done to a value before it became an ID: hashed, lower-cased, upper-cased, or nothing."""
    for step, form in (("hash", "hashed"), ("lower", "lower-cased"), ("upper", "upper-cased")):
        if step in entry.transforms:
            return form
    return "as it is"


def _conflict(usual: str, minority: list[Use], majority: list[Use], alone: bool = False) -> Conflict | None:
    if not minority or not (majority or alone):
        return None
    return Conflict(usual, tuple(minority), tuple(majority))


def _most(said: list[str], preferred: str) -> str:
    """What is said most often; on a tie the preferred, then the first."""
    counts = Counter(said)
    return max(counts, key=lambda word: (counts[word], word == preferred), default="")


def _identifies(call: TrackingCall) -> bool:
    return call.channel in ("page", "mobile") and call.operation in ("identify", "start") and _has_ids(call)


def _anonymizes(call: TrackingCall) -> bool:
    return call.operation == "anonymize" and bool(call.context.function) and call.context.handler != "load"


def _has_ids(call: TrackingCall) -> bool:
    return bool(call.ids.items or call.ids.open)


def _tokens(calls: Sequence[TrackingCall]) -> dict[str, str]:
    """The project token of a file by its path, and of a package by its folder and a slash, where one constant is all
    that is seen there."""
    found: dict[str, set[str]] = {}
    for call in calls:
        if call.token:
            for where in (call.sink.path, f"{call.package}/"):
                found.setdefault(where, set()).add(call.token)
    if len(set[str]().union(*found.values())) == 1 and _is_one(calls):
        return {}  # the page names the token, its server does not: they are one project all the same
    return {where: min(tokens) for where, tokens in found.items() if len(tokens) == 1}


def _is_one(calls: Sequence[TrackingCall]) -> bool:
    """Whether each language has one package that tracks."""
    code = {_package(call) for call in calls if _package(call)[0] != "document"}
    return len(code) == len({sort for sort, _ in code})


def _package(call: TrackingCall) -> tuple[str, str]:
    sort = "document" if call.language in ("document", "json", "yaml") else _family(call.language)
    return sort, call.package


def _family(language: str) -> str:
    return "python" if language == "python" else "javascript"


def _groups(calls: Sequence[TrackingCall]) -> dict[tuple[str, str], str]:
    """The group of each package: a shop's page and its server are one project where each language has one package
    that tracks; where a language has several, nothing tells which of them belong together."""
    packages: dict[str, set[str]] = {}
    for call in calls:
        sort, folder = _package(call)
        packages.setdefault(sort, set()).add(folder)
    one = _is_one(calls)
    folders = sorted(folder for sort, found in packages.items() if sort != "document" for folder in found)
    groups: dict[tuple[str, str], str] = {}
    for sort, found in packages.items():
        for folder in found:
            groups[(sort, folder)] = folders[0] if one and folders else folder
    return groups
