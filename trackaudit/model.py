"""The nouns that the stages pass on: source files, tracking calls, findings, fixes, notices.

All are immutable (`NamedTuple`: no `dataclasses`, which cost 12 ms at start-up). Places are byte offsets inside;
lines and columns exist only in reports. The word is *finding* (editors and SARIF say diagnostic or result).
"""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SEVERITIES = ("error", "warning", "info")
"""Worst first."""
CONFIDENCES = ("high", "medium", "low")
"""Surest first."""
MARK = b"trackaudit:"
"""What every comment to us holds: an anchor word for the literal scan, so that stale comments are found too."""


class Place(NamedTuple):
    """A byte range, half-open, in one file. `path` is relative to the root, with `/`."""

    path: str
    start: int
    end: int

    def holds(self, other: Place) -> bool:
        """Whether the other place lies in this one."""
        return self.path == other.path and self.start <= other.start and other.end <= self.end


class Step(NamedTuple):
    """One hop of a value on its way: where, and what happens there in a few words."""

    place: Place
    note: str


class SourceFile:
    """One file's bytes. `path`: relative to the root, with `/`. `language`: what `parse/` reads it as."""

    __slots__ = ("_starts", "data", "language", "path")

    def __init__(self, path: str, data: bytes, language: str) -> None:
        self.path = path
        self.data = data
        self.language = language
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of a byte offset, both from 1; columns count characters. Lines end at LF, CRLF or CR."""
        starts, line = self._line(offset)
        before = self.data[starts[line] : offset]
        if line == 0 and before.startswith(b"\xef\xbb\xbf"):
            before = before[3:]
        return line + 1, len(before.decode("utf-8", "replace")) + 1

    def line_bounds(self, offset: int) -> tuple[int, int]:
        """The byte range of the line that holds `offset`, without its line end."""
        starts, line = self._line(offset)
        end = starts[line + 1] if line + 1 < len(starts) else len(self.data)
        return starts[line], starts[line] + len(self.data[starts[line] : end].rstrip(b"\r\n"))

    def _line(self, offset: int) -> tuple[list[int], int]:
        """Where the lines start, and the number (from 0) of the line that holds an offset."""
        from bisect import bisect_right

        starts = self._starts
        if starts is None:
            import re  # costs 4 ms, which a run that finds nothing need not pay

            starts = self._starts = [0, *(found.end() for found in re.finditer(rb"\r\n?|\n", self.data))]
        return starts, bisect_right(starts, offset) - 1

    def text(self, start: int, end: int) -> str:
        """The source text of a byte range; bytes that are not UTF-8 become U+FFFD."""
        return self.data[start:end].decode("utf-8", "replace")


# ------------------------------------------------------------------------------------------- tracking calls


class Facts(NamedTuple):
    """What is known of an entry's value.

    text: the value's expression as written at the entry. literals: constants it may be (`""` and None among
    them; also fallbacks, as in `email || ""`). symbols: canonical names of everything it is derived from through
    identity-preserving steps; two values with a common symbol are the same identifier. maybe_missing: visibly
    perhaps undefined or None (`?.`, `.get()`, `or None`). resolved: False when it cannot be known at all.
    """

    text: str
    literals: tuple[str | int | float | bool | None, ...] = ()
    symbols: frozenset[str] = frozenset()
    maybe_missing: bool = False
    resolved: bool = True


class Entry(NamedTuple):
    """One ID or property of a call, payload or mapping.

    must: there on every way to the send. kind: email, phone, customer_id, opaque, none (known not to identify),
    unknown. owner: customer, other, unknown. origin: literal, dom, url, storage, request, session, column, file (a
    column of an import, which may have been changed before), query (one that a known query makes), env, unknown.
    transforms: trim, lower, upper, hash, str, encode, default, in the order applied.
    root: where it is put among the properties or IDs (the whole entry); value_place: its value's expression
    (same span as root for a shorthand). trail: from the value's origin to the sink, in order.
    guarded: added only under a test that the value itself is present (`...(m && {email: m})`).
    """

    key: str
    value: Facts
    must: bool
    kind: str
    owner: str
    origin: str
    transforms: tuple[str, ...]
    root: Place
    value_place: Place
    trail: tuple[Step, ...] = ()
    guarded: bool = False


class Entries(NamedTuple):
    """The IDs or the properties of a call. `open`: there may be more than listed; `reason` says why."""

    items: tuple[Entry, ...] = ()
    open: bool = False
    reason: str = ""

    def get(self, key: str) -> Entry | None:
        """The entry with that key, or None."""
        for entry in self.items:
            if entry.key == key:
                return entry
        return None


class Context(NamedTuple):
    """Where a call stands. `function`: name of the enclosing function or "". `handler`: what runs it: submit, blur,
    load, logout, confirm, none. `near`: kinds of the customer's identifiers that variables in scope hold."""

    function: str = ""
    handler: str = "none"
    near: frozenset[str] = frozenset()


class TrackingCall(NamedTuple):
    """One send to Engagement (or one definition of one), as the rules see it.

    sdk, channel (page, mobile, api, import, connector), stateful, receiver: of the vocabulary entry that matched.
    operation: identify, update, event, start, anonymize, import.
    sink: the call, payload or mapping; `call` is its text for messages (`exponea.update`). `arguments`: places of
    the ids, properties and event arguments or sub-records that exist, by those names.
    fields: other top-level entries of a payload (for misspelt field names), keys only with their places.
    trail: the hops between the outermost caller and the sink (shared by all entries).
    unit: the evaluation that saw it (a module's top level or a function nobody visible calls); only calls of one
    unit can cover each other by flow. order: rising within a unit. blocks: the conditional blocks it is in, from
    outside in, each (block id, arm, number of arms; 0 arms: may run or not, never complete). `A` surrounds `B`
    when A.blocks is a prefix of B.blocks.
    callers: call sites passed through, outermost first. certain: False when the receiver is an SDK only by its
    parameter's name. language: of the file that holds the sink. package: folder of the nearest package manifest above
    the sink, "" for the root. token: the project token, where it is a constant.
    """

    sdk: str
    channel: str
    stateful: bool
    receiver: str
    operation: str
    ids: Entries
    properties: Entries
    event: str | None
    context: Context
    order: int
    unit: str
    blocks: tuple[tuple[int, int, int], ...]
    sink: Place
    call: str
    arguments: dict[str, Place]
    fields: tuple[Entry, ...] = ()
    trail: tuple[Step, ...] = ()
    callers: tuple[Place, ...] = ()
    certain: bool = True
    language: str = ""
    shape: str = ""
    package: str = ""
    token: str = ""


class Moment(NamedTuple):
    """A function that runs at a moment that rules care of (`handler`: logout), sending or not.

    `place`: the function. `anonymizes`: whether an anonymize was seen to be sent from it. `words`: the names and
    members that it uses.
    """

    name: str
    handler: str
    place: Place
    language: str
    anonymizes: bool
    package: str = ""
    words: frozenset[str] = frozenset()


class IdName(NamedTuple):
    """One ID name of the project. hard: or soft. holds: email, phone, customer_id, opaque, unknown.

    declared: by the configuration, else inferred. evidence: places and words that say so.
    """

    name: str
    hard: bool
    holds: str
    declared: bool
    lowercased: bool = False
    evidence: tuple[Step, ...] = ()


class IdSchema(NamedTuple):
    """The ID names in force. source: declared, inferred or default."""

    names: tuple[IdName, ...]
    source: str

    def get(self, name: str) -> IdName | None:
        """The ID of that name, or None."""
        for id_name in self.names:
            if id_name.name == name:
                return id_name
        return None

    def hard_for(self, kind: str) -> IdName | None:
        """The first hard ID that holds values of this kind, or None."""
        for id_name in self.names:
            if id_name.hard and id_name.holds == kind:
                return id_name
        return None


# ------------------------------------------------------------------------------------------------ findings


class Edit(NamedTuple):
    """Replace bytes [start, end) of a file by `text`; insertion when start == end, deletion when text is ""."""

    path: str
    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """A proposal. applicability: safe, unsafe, display-only. `edits` is empty where it is proposed in words only."""

    title: str
    applicability: str
    edits: tuple[Edit, ...] = ()


class Finding(NamedTuple):
    """One defect at its root. `affects`: the sinks it reaches beyond `sink`; `related`: other places that matter.

    `sink_call`: text of the sink (`exponea.update`). `instead`: the proposed replacement, "" if there is none.
    `kin`: the fingerprint without its ordinal; findings that nothing but their places tells apart share it.
    `channel` and `operation`: of the send. `part` and `key`: which entry it is about (`properties`, `email`). All four
    are "" where a finding is about no send, or about no entry of it.
    """

    rule: str
    severity: str
    confidence: str
    message: str
    root: Place
    sink: Place
    sink_call: str
    trail: tuple[Step, ...] = ()
    affects: tuple[Place, ...] = ()
    related: tuple[Step, ...] = ()
    instead: str = ""
    fix: Fix | None = None
    fingerprint: str = ""
    kin: str = ""
    channel: str = ""
    operation: str = ""
    part: str = ""
    key: str = ""


class Silenced(NamedTuple):
    """A finding that is known and not reported. `by`: `comment` or `baseline`. `reason`: in the user's words, or ""."""

    finding: Finding
    by: str
    reason: str = ""


class RuleHelp(NamedTuple):
    """What a report may say of a rule. `markdown` makes its whole page: what it finds, why, and its examples."""

    id: str
    severity: str
    summary: str
    why: str
    markdown: Callable[[], str]


class Notice(NamedTuple):
    """Something the user should know that is not a finding: a skipped or broken file, a bound that was hit.

    `kind`: kebab-case (`syntax-error`, `too-large`, `not-utf-8`, `no-calls`, `crash`, `limit` …). `path` may be "".
    `line`: from 1, or 0. A notice of kind `crash` makes the exit code 2. `detail`: for a fault of ours, its traceback.
    """

    kind: str
    path: str
    line: int
    message: str
    detail: str = ""


def crash(path: str, what: str, error: BaseException) -> Notice:
    """The notice of a fault of ours, which must not stop the rest. `what` failed: a stage, or a part of the file."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_name}, line {trace.tb_lineno})" if trace is not None else ""
    message = f"{what} failed: {type(error).__name__}: {error}{where}; --debug shows more"
    return Notice("crash", path, 0, message, "".join(traceback.format_exception(error)))


class Unresolved(NamedTuple):
    """A send whose IDs or properties could not be resolved: where, and why."""

    place: Place
    call: str
    reason: str


class Summary(NamedTuple):
    """The account of a run, for every report. evaluated: functions that were run. seconds: wall time by stage."""

    files_seen: int = 0
    files_scanned: int = 0
    files_parsed: int = 0
    calls: int = 0
    unresolved: int = 0
    suppressed: int = 0
    below_confidence: int = 0
    baselined: int = 0
    before: int = 0
    evaluated: int = 0
    seconds: tuple[tuple[str, float], ...] = ()


class Wrapper(NamedTuple):
    """A function whose parameters reach a send. `place`: the function. `operations`: of the sends. `path`: the hops
    from it to the first of them."""

    name: str
    place: Place
    operations: tuple[str, ...]
    path: tuple[Step, ...]


class Result(NamedTuple):
    """What a check yields; reports read nothing else. `findings` are sorted by path, place and rule.

    `sources`: the files that places point into, by path. `prefix`: what to put before a path to make it relative
    to the working directory ("" when the root is the working directory). `silenced`: findings held back by comments
    or a baseline. `rules`: those that ran.
    """

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    summary: Summary
    sources: dict[str, SourceFile]
    unresolved: tuple[Unresolved, ...] = ()
    prefix: str = ""
    silenced: tuple[Silenced, ...] = ()
    rules: tuple[RuleHelp, ...] = ()
