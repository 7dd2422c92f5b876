"""Stage report, split profiles: columns, broken rows, a diagnosis or a plan's account in, text or JSON out."""

from __future__ import annotations

import json

from trackaudit.report.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TextIO

REASONS = {
    "placeholder": "the shared value, or a hard ID, stands for nobody",
    "not-an-address": "the shared value is no e-mail address",
    "chain": "more profiles than the limit are linked, one by way of another",
    "crowd": "too many profiles share the value: it may be a shop's, or a family's",
    "conflict": "different values of one hard ID: such profiles never merge",
    "two-identifiers": "they hold two identifiers of one kind, perhaps two people's",
    "two-accounts": "the profiles have different account ids: they may be two people with one address",
    "contradiction": "the exports give one ID to two profiles: export again, in one go",
    "unreachable": "a profile has no soft ID by which a call could reach it",
    "other-identifier": "they share an identifier of no hard ID that is merged into, e.g. only the phone number",
}
"""Why a group of profiles is held."""
_DAYS = 31
_WHY = {"you": "your word", "configuration": "the known IDs", "export": "the export's word", "name": "its name"}


def write_columns(export: Any, broken: int, out: TextIO) -> None:
    """What the columns of an export are taken for."""
    for path, columns in export.columns.items():
        out.write(f"{escape(path)}:\n")
        for column in columns:
            holds = f", holds {column.kind}" if column.kind else ""
            named = f" {column.name}" if column.name != column.column else ""
            out.write(f"  {escape(column.column)} is {column.place}{escape(named)}{holds} (by {_WHY[column.why]})\n")
    out.write(f"{_many(export.profiles, 'profile')}, {_many(broken, 'row')} could not be read\n")


def write_broken(broken: Any, path: str, out: TextIO) -> None:
    """The first rows that could not be read, and the file that holds them all, if there is one."""
    if not broken.count:
        return
    for row in broken.first:
        out.write(f"  {escape(row)}\n")
    out.write(f"  all of them are in {escape(path)}\n" if path else "  --broken FILE keeps them all\n")


def write_goal(goal: Any, out: TextIO) -> None:
    """By which hard IDs profiles are compared and merged."""
    named = ", ".join(f"{escape(aim.hard)} ({aim.kind})" for aim in goal.aims)
    out.write(f"merging into {named}\n")


def write(form: str, found: Any, code: Sequence[Any] | None, profiles: int, broken: int, out: TextIO) -> None:
    """Write a diagnosis. code: for each pattern, the findings that explain it; None where no code was compared."""
    if form == "json":
        json.dump(_record(found, code, profiles, broken), out, indent=2, ensure_ascii=False)
        out.write("\n")
        return
    if not found.kinds:
        out.write("No two profiles share an identifier.\n")
        return
    out.write("Profiles that share an identifier\n")
    for kind, count in sorted(found.kinds.items()):
        out.write(f"  {kind}: {_many(count.groups, 'value')} on {_many(count.profiles, 'profile')}\n")
    out.write("Where the shared value stands\n")
    for (place, name), count in sorted(found.places.items()):
        strays = found.strays[(place, name)]
        lack = f", {strays:,} of them have it in no hard ID" if strays else ""
        out.write(f"  {place} {escape(name)}: {_many(count.profiles, 'profile')}{lack}\n")
    spelt = f"{found.variants['case']:,} differ in case, {found.variants['space']:,} in spaces"
    out.write(f"Spelling: of the groups, {spelt}\n")
    if found.days:
        unit, days = _shortened(found.days)
        out.write(f"Strays by the {unit} they appeared\n")
        for day, number in days.items():
            out.write(f"  {day}: {number:,}\n")
    merge = found.can_merge
    out.write(f"Can merge: {_many(merge.profiles, 'profile')} become {merge.groups:,}\n")
    if found.held:
        out.write("Held\n")
        _write_held({reason: tuple(count) for reason, count in found.held.items()}, out)
    if found.crowds:
        out.write("Shared by the most profiles\n")
        for kind, key, number in found.crowds:
            out.write(f"  {escape(key)} ({kind}): {number:,}\n")
    _write_patterns(found, code, out)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shortened(days: Mapping[str, int]) -> tuple[str, Mapping[str, int]]:
    """Days, or months where those are too many to read."""
    if len(days) <= _DAYS:
        return "day", days
    months: dict[str, int] = {}
    for day, number in days.items():
        month = day[:7]
        months[month] = months.get(month, 0) + number
    return "month", months


def _write_held(held: Mapping[str, Any], out: TextIO) -> None:
    for reason, (groups, number) in sorted(held.items()):
        out.write(f"  {reason}: {_many(groups, 'group')}, {_many(number, 'profile')} ({REASONS[reason]})\n")


def _write_patterns(found: Any, code: Sequence[Any] | None, out: TextIO) -> None:
    beside = ", and the code that does it" if code else ""
    out.write(f"The groups, by where the strays have what is shared{beside}\n")
    for number, (pattern, like) in enumerate(found.patterns.items()):
        groups, profiles = like.size
        fate = f"held: {pattern.reason}" if pattern.reason else "can merge"
        out.write(f"  {_how(pattern)}: {_many(groups, 'group')}, {_many(profiles, 'profile')}, {fate}\n")
        out.write(f"    e.g. {', '.join(map(escape, like.examples))}\n")
        for one in code[number] if code is not None else ():
            entry = f", {one['part']} {escape(one['key'])}" if one["key"] else ""
            channel = f", {one['channel']}" if one["channel"] else ""
            place = f"{escape(one['path'])}:{one['line']}"
            out.write(f"    {place}: {escape(one['message'])} [{escape(one['rule'])}{channel}{entry}]\n")
        if code is not None and not code[number] and (pattern.strays or pattern.clash):
            out.write("    no finding explains this: look at imports and at code that was not checked\n")
    if code is None:
        out.write("To see which code is to blame, give it: --code PATH, or --findings REPORT\n")


def _how(pattern: Any) -> str:
    """A pattern in words."""
    parts = []
    if pattern.strays:
        parts.append(f"in {' and '.join(f'{place} {escape(name)}' for place, name in pattern.strays)}")
    if pattern.clash:
        differ = "spelt differently in" if pattern.spelling else "with two values in"
        parts.append(f"{differ} {', '.join(map(escape, pattern.clash))}")
    return "; ".join(parts) or ("shared by many" if pattern.reason in ("crowd", "chain") else "in hard IDs")


def _record(found: Any, code: Sequence[Any] | None, profiles: int, broken: int) -> dict[str, Any]:
    return {
        "version": 1,
        "profiles": profiles,
        "broken": broken,
        "shared": {kind: count._asdict() for kind, count in sorted(found.kinds.items())},
        "places": [
            {"place": place, "name": name, **count._asdict(), "without_hard_id": found.strays[(place, name)]}
            for (place, name), count in sorted(found.places.items())
        ],
        "variants": found.variants,
        "can_merge": found.can_merge._asdict(),
        "held": {reason: count._asdict() for reason, count in sorted(found.held.items())},
        "days": found.days,
        "crowds": [{"kind": kind, "value": key, "profiles": number} for kind, key, number in found.crowds],
        "groups": [
            {
                "held": pattern.reason or None,
                "strays": [{"place": place, "name": name} for place, name in pattern.strays],
                "clash": list(pattern.clash),
                "spelling": pattern.spelling,
                **like.size._asdict(),
                "examples": list(like.examples),
                "findings": list(code[number]) if code is not None else None,
            }
            for number, (pattern, like) in enumerate(found.patterns.items())
        ],
    }


def write_account(form: str, account: Any, plan: str, held: str, out: TextIO) -> None:
    """What a plan does, and what it leaves."""
    if form == "json":
        left = {reason: {"groups": groups, "profiles": number} for reason, (groups, number) in account.held.items()}
        json.dump({"version": 1, **account._asdict(), "held": left}, out, indent=2)
        out.write("\n")
        return
    out.write(f"{escape(plan)}: {_many(account.commands, 'command')} in {_many(account.requests, 'request')}\n")
    out.write(f"Of {account.before:,} profiles they make {account.after:,} (the export has {account.profiles:,})\n")
    if account.held:
        out.write(f"{escape(held)}: held\n")
        _write_held(account.held, out)
    out.write("Nothing was sent. A merge cannot be undone: see docs/profiles.md before you send a line.\n")
