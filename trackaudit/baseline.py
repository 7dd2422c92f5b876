"""Stage baseline: in go findings and those accepted before, out come the new ones.

The accepted findings are a JSON file that lives with the code. What is matched is the finding, not its place: moving,
renaming and reformatting keep it accepted, and a finding that takes the place of another is new. The place in the file
is for the reader, and only chooses between findings that nothing else tells apart.
"""

from __future__ import annotations

from trackaudit.errors import InputError
from trackaudit.model import Notice, Silenced
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from trackaudit.model import Finding, SourceFile

NAME = "trackaudit-baseline.json"
"""The file's usual name, at the top of the project."""
VERSION = 1
_KEYS = ("fingerprint", "rule", "path", "message", "reason", "owner", "expires")
_LARGEST = 50_000_000
_TOLD = 10
"""Stale or expired entries that are told one by one."""


class Accepted(NamedTuple):
    """One accepted finding. rule, path, message: as it was when it was accepted.

    reason, owner: the user's words, or "". expires: the last day on which it counts (`2027-01-31`), or "".
    """

    fingerprint: str
    rule: str = ""
    path: str = ""
    message: str = ""
    reason: str = ""
    owner: str = ""
    expires: str = ""


class Applied(NamedTuple):
    """new: findings that stand, in order. silenced: the accepted ones. stale: entries that no finding matches any more.
    expired: entries whose day is over; their findings are new again."""

    new: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]
    stale: tuple[Accepted, ...]
    expired: tuple[Accepted, ...]


def load(path: str, shown: str = "") -> tuple[Accepted, ...]:
    """Read a baseline. Raises InputError with every problem, each with the file's name (`shown`, else `path`)."""
    import json

    label = shown or path
    try:
        with open(path, "rb", opener=_opened) as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        what = error.strerror or error
        raise InputError(f"{label}: the baseline cannot be read: {what}; `trackaudit baseline` writes it") from None
    if len(data) > _LARGEST:
        raise InputError(f"{label}: larger than {_LARGEST // 1_000_000} MB, so it is no baseline")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label}: not valid JSON: {error}") from None
    if not isinstance(whole, dict) or whole.get("version") != VERSION or not isinstance(whole.get("findings"), list):
        raise InputError(f'{label}: not a baseline; it begins with {{"version": {VERSION}, "findings": [')
    problems: list[str] = []
    entries = []
    for number, record in enumerate(whole["findings"], 1):
        problem = _problem(record)
        if problem:
            problems.append(f"{label}: finding {number}: {problem}")
        else:
            entries.append(Accepted(**record))
    if problems:
        raise InputError(*problems)
    return tuple(entries)


def _opened(path: str, flags: int) -> int:
    """Open for `open`; a pipe that the tree holds is refused, as whoever reads it may wait without end. Those of the
    system (`<(…)` in a shell) have no name in a folder of files."""
    import os
    import stat

    if stat.S_ISFIFO(os.stat(path).st_mode) and not os.path.realpath(path).startswith(("/dev/", "/proc/")):
        raise OSError("is no plain file")
    return os.open(path, flags)


def text(entries: Iterable[Accepted]) -> str:
    """The file: one entry after the other, always in the same order, so that a change of it reads well."""
    import json

    ordered = sorted(entries, key=lambda one: (one.path, one.rule, one.fingerprint))
    records = [{key: value for key, value in one._asdict().items() if value} for one in ordered]
    return json.dumps({"version": VERSION, "findings": records}, indent=2) + "\n"


def apply(
    entries: Sequence[Accepted], reported: Sequence[Finding], found: Iterable[Finding], today: str = ""
) -> Applied:
    """Take what was accepted out of what is reported.

    `found`: all findings of the project, also those that are not reported in this run, which keep their entries from
    being stale. `today`: an ISO date, by default the day of the clock.
    """
    if not today:
        from datetime import date

        today = date.today().isoformat()
    expired = tuple(entry for entry in entries if entry.expires and entry.expires < today)
    valid = [entry for entry in entries if not entry.expires or entry.expires >= today]
    everything = list({finding.fingerprint: finding for finding in (*found, *reported)}.values())
    matched, stale = match(valid, everything)
    known = {everything[number].fingerprint: entry.reason for number, entry in matched.items()}
    new = tuple(finding for finding in reported if finding.fingerprint not in known)
    silenced = tuple(
        Silenced(finding, "baseline", known[finding.fingerprint])
        for finding in reported
        if finding.fingerprint in known
    )
    return Applied(new, silenced, tuple(stale), expired)


def match(
    entries: Sequence[Accepted], findings: Sequence[Finding], same: Iterable[tuple[int, int]] = ()
) -> tuple[dict[int, Accepted], list[Accepted]]:
    """Which finding (by number) each entry speaks for, and the entries that speak for none.

    Findings of one kin differ only in their place, so as many of them are known as there are entries: first those of
    `same` (pairs of numbers, entry and finding, that are surely one), then those at an entry's path, then any.
    """
    kin = {finding.fingerprint: finding.kin or finding.fingerprint for finding in findings}
    waiting: dict[str, list[int]] = {}
    stale: list[Accepted] = []
    for number, entry in enumerate(entries):
        if entry.fingerprint in kin:
            waiting.setdefault(kin[entry.fingerprint], []).append(number)
        else:
            stale.append(entry)
    free: dict[str, list[int]] = {}
    for number, finding in enumerate(findings):
        free.setdefault(finding.kin or finding.fingerprint, []).append(number)
    matched: dict[int, Accepted] = {}
    for test in (_Same(same), _alike_and_there, _there, _alike, _any):
        for name, numbers in waiting.items():
            for number in list(numbers):
                entry = entries[number]
                found = next((at for at in free[name] if test(number, entry, at, findings[at])), None)
                if found is not None:
                    matched[found] = entry
                    numbers.remove(number)
                    free[name].remove(found)
    return matched, stale


class _Same:
    """Pairs that are known to be one: the numbers of an entry and of a finding."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self.pairs = frozenset(pairs)

    def __call__(self, number: int, entry: Accepted, at: int, finding: Finding) -> bool:
        return (number, at) in self.pairs


def _alike_and_there(number: int, entry: Accepted, at: int, finding: Finding) -> bool:
    return entry.fingerprint == finding.fingerprint and entry.path == finding.root.path


def _there(number: int, entry: Accepted, at: int, finding: Finding) -> bool:
    return entry.path == finding.root.path


def _alike(number: int, entry: Accepted, at: int, finding: Finding) -> bool:
    return entry.fingerprint == finding.fingerprint


def _any(number: int, entry: Accepted, at: int, finding: Finding) -> bool:
    return True


def new_since(
    before: Sequence[Finding],
    now: Sequence[Finding],
    texts_before: Mapping[str, SourceFile],
    texts_now: Mapping[str, SourceFile],
) -> list[bool]:
    """For each finding of `now`, whether it was not there `before`. The files are those of both times, by path.

    Of findings that nothing but their places tells apart, those that stand among the same lines are the old ones.
    """
    there: dict[tuple[str, str, bytes], list[int]] = {}
    for number, finding in enumerate(before):
        there.setdefault((finding.kin, *_around(finding, texts_before)), []).append(number)
    same = [
        (number, at)
        for at, finding in enumerate(now)
        for number in there.get((finding.kin, *_around(finding, texts_now)), ())
    ]
    matched, _ = match([accepted(finding) for finding in before], now, same)
    return [number not in matched for number in range(len(now))]


def _around(finding: Finding, texts: Mapping[str, SourceFile]) -> tuple[str, bytes]:
    """A finding's path, and its line with the ones before and after it, without their indentation."""
    source = texts.get(finding.root.path)
    if source is None:
        return finding.root.path, b""
    start, end = source.line_bounds(finding.root.start)
    start = source.line_bounds(max(0, start - 1))[0]
    end = source.line_bounds(min(len(source.data), end + 2))[1]
    return finding.root.path, b"".join(source.data[start:end].split())


def accepted(finding: Finding, reason: str = "", owner: str = "", expires: str = "") -> Accepted:
    """The entry that accepts a finding."""
    path, message = (
        text.encode("utf-8", "backslashreplace").decode("utf-8") for text in (finding.root.path, finding.message)
    )
    return Accepted(finding.fingerprint, finding.rule, path, message, reason, owner, expires)


def notices(applied: Applied, path: str) -> list[Notice]:
    """What the user should know of the baseline at `path`: entries that are stale, and those that are over."""
    told = []
    for entries, kind, what in (
        (applied.stale, "baseline-stale", "is not found any more; `trackaudit baseline --prune` removes it"),
        (applied.expired, "baseline-expired", "was accepted for a time that is over"),
    ):
        for entry in entries[:_TOLD]:
            where = f" in {entry.path}" if entry.path else ""
            since = f" ({entry.expires})" if kind == "baseline-expired" else ""
            told.append(Notice(kind, path, 0, f"{entry.rule or entry.fingerprint}{where} {what}{since}"))
        if len(entries) > _TOLD:
            told.append(Notice(kind, path, 0, f"and {len(entries) - _TOLD} more like these"))
    return told


def is_day(text: str) -> bool:
    """Whether a text is a day as the baseline writes it."""
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _problem(record: Any) -> str:
    if not isinstance(record, dict):
        return "is no object"
    for key, value in record.items():
        if key not in _KEYS:
            from difflib import get_close_matches

            near = get_close_matches(str(key), _KEYS, n=1)
            return f"unknown key {key!r}; allowed: {', '.join(_KEYS)}" + (
                f"; did you mean {near[0]!r}?" if near else ""
            )
        if not isinstance(value, str):
            return f"{key} must be a text"
    if not record.get("fingerprint"):
        return "has no fingerprint"
    if record.get("expires") and not is_day(record["expires"]):
        return f"expires is {record['expires']!r}; write a day, as in 2027-01-31"
    return ""
