"""Stage fix: findings with what they stand on come in; proven proposals, or a repaired overlay of files, go out.

Nothing is written here but by `write.py`, and nothing before it is proven: every fix is applied to an overlay, and the
whole project is checked again.
"""

from __future__ import annotations

from trackaudit.errors import TrackauditError
from trackaudit.fix.edits import Taken
from trackaudit.fix.plan import plan
from trackaudit.fix.verify import Checked, overlay_of, verdict
from trackaudit.model import Fix, Notice, crash
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trackaudit.model import Finding

    Check = Callable[[Mapping[str, bytes]], Checked]

PASSES = 10
"""A fix can make room for another; what is not done after so many passes stays."""
TRIALS = 40
"""Fixes that are proven one by one, in one pass, where they do not hold together."""
LEVELS = {"safe": ("safe",), "unsafe": ("safe", "unsafe")}


class Repaired(NamedTuple):
    """overlay: the new bytes of every file that changes. last: the project as it is then. together: the files that
    must be written together, one set a fix. fixed: how many findings are gone."""

    overlay: dict[str, bytes]
    last: Checked
    together: tuple[frozenset[str], ...]
    fixed: int
    notices: tuple[Notice, ...]


def proposals(checked: Checked, check: Check) -> tuple[dict[Finding, Fix], list[Notice]]:
    """A fix for every finding that has one, each proven; one that does not hold is proposed in words."""
    found, faults = _candidates(checked, (*LEVELS["unsafe"], "display-only"))
    holding, refused, _ = _proven(checked, [pair for pair in found if pair[1].edits], check, {}, apart=True)
    good = {id(pair) for pair in holding}
    fixes: dict[Finding, Fix] = {}
    for pair in found:
        finding, fix = pair
        fixes[finding] = fix if id(pair) in good or not fix.edits else Fix(fix.title, "display-only")
    return fixes, [*faults, *refused]


def repair(first: Checked, check: Check, level: str) -> Repaired:
    """Apply every fix of the level ("safe"; "unsafe": both) to an overlay, pass after pass."""
    overlay: dict[str, bytes] = {}
    notices: dict[tuple[str, str, str], Notice] = {}
    together: list[frozenset[str]] = []
    checked = first
    fixed = 0
    given_up: set[tuple[str, str, object]] = set()
    for _ in range(PASSES):
        planned, faults = _candidates(checked, LEVELS[level])
        candidates = [(finding, fix) for finding, fix in planned if fix.edits and _key(finding) not in given_up]
        taken = Taken()
        chosen = [(finding, fix) for finding, fix in candidates if taken.take(fix.edits)]
        if not chosen:
            notices.update({(notice.path, str(notice.line), notice.message): notice for notice in faults})
            break
        holding, refused, after = _proven(checked, chosen, check, overlay, apart=False)
        for notice in (*faults, *refused):
            notices[notice.path, str(notice.line), notice.message] = notice
        held = {_key(finding) for finding, _ in holding}
        given_up.update(_key(finding) for finding, _ in chosen if _key(finding) not in held)
        if not holding or after is None:
            continue
        changed = overlay_of(checked, holding) or {}
        overlay = {**overlay, **changed}
        together.extend(frozenset(edit.path for edit in fix.edits) for _, fix in holding)
        fixed += len(holding)
        checked = after
    original = {path: first.workshop.files[path].data for path in overlay if path in first.workshop.files}
    overlay = {path: data for path, data in overlay.items() if original.get(path) != data}
    return Repaired(overlay, checked, tuple(together), fixed, tuple(notices.values()))


def _key(finding: Finding) -> tuple[str, str, object]:
    return finding.rule, finding.root.path, finding.fingerprint


def _candidates(checked: Checked, levels: tuple[str, ...]) -> tuple[list[tuple[Finding, Fix]], list[Notice]]:
    """The findings that are shown, each with its fix, in the order of their places; and the fixes that failed."""
    shown = {(finding.rule, finding.fingerprint): finding for finding in checked.result.findings}
    cases = [case for case in checked.cases if (case.finding.rule, case.finding.fingerprint) in shown]
    planned, notices = plan(cases, checked.workshop)
    found = [(case.finding, fix) for case, fix in planned]
    found += [(finding, finding.fix) for finding in checked.result.findings if finding.fix is not None]
    found = [pair for pair in found if pair[1].applicability in levels]
    return sorted(found, key=lambda pair: (pair[0].root, pair[0].rule)), notices


def _proven(
    checked: Checked, fixes: list[tuple[Finding, Fix]], check: Check, overlay: Mapping[str, bytes], apart: bool
) -> tuple[list[tuple[Finding, Fix]], list[Notice], Checked | None]:
    """Those of the fixes that hold, why the others do not, and the project with all that hold.

    apart: fixes that overlap are judged one by one, and the last project is of no interest.
    """

    def attempt(some: list[tuple[Finding, Fix]]) -> tuple[str, Checked | None]:
        try:
            changed = overlay_of(checked, some)
            if changed is None:
                return "the result would not parse", None
            after = check({**overlay, **changed})
            return verdict(checked, after, some), after
        except TrackauditError:
            raise
        except Exception as error:
            named = ", ".join(dict.fromkeys(f"`{finding.rule}`" for finding, _ in some))
            refused.append(crash(some[0][0].root.path, f"proving the fix of {named}", error))
            return "its proof failed", None

    refused: list[Notice] = []
    if not fixes:
        return [], [], None
    first: list[tuple[Finding, Fix]] = []
    rest: list[tuple[Finding, Fix]] = []
    taken = Taken()
    for pair in fixes:
        (first if taken.take(pair[1].edits) else rest).append(pair)
    why, after = attempt(first)
    if not why and not rest:
        return first, [], after
    holding = [] if why else list(first)
    for pair in [*(first if why else []), *rest][:TRIALS]:
        told = why if len(first) == 1 and why and pair is first[0] else attempt([pair])[0]
        if told:
            refused.append(_notice(checked, pair[0], told))
        else:
            holding.append(pair)
    if apart:
        return holding, refused, None
    while holding:
        why, after = attempt(holding)
        if not why:
            return holding, refused, after
        holding = holding[: len(holding) // 2] if len(holding) > 1 else []
    return [], refused, None


def _notice(checked: Checked, finding: Finding, why: str) -> Notice:
    source = checked.result.sources.get(finding.root.path)
    line = source.position(finding.root.start)[0] if source is not None else 0
    return Notice("no-fix", finding.root.path, line, f"the fix of `{finding.rule}` is left out: {why}")
