"""Stage suppress: in go findings and the comments of the parsed files, out come those that stand.

A comment `trackaudit: ignore[rule-id] reason` speaks for its own line and the line below, of a finding's root or of
its sink; `trackaudit: ignore-file[rule-id]` at a file's head speaks for the file. A comment that silenced nothing is
itself a finding, with the edit that removes it, so that none outlives its reason.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from trackaudit.engine.fingerprint import fingerprint
from trackaudit.model import Edit, Finding, Fix, Place, Silenced
from trackaudit.program import Expression, Literal
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from trackaudit.model import SourceFile
    from trackaudit.program import Comment, Module

UNUSED = "unused-suppression"

_DIRECTIVE = r"trackaudit:[ \t]*(ignore[\w-]*)(?:[ \t]*\[([^\]]*)\])?"
"""Compiled where the first comment to us comes."""


class Suppressed(NamedTuple):
    """kept: findings that stand, in order. suppressed: those silenced. unused: findings about the comments."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Silenced, ...]
    unused: tuple[Finding, ...]


class _Directive:
    """One rule named by one comment. `lines`: from 1, empty for a whole file. `wrong`: why it cannot work.

    `reason`: what the comment says after the rules. `span`: where in the comment's text the directive stands, with
    its reason.
    """

    __slots__ = ("lines", "path", "place", "reason", "rule", "span", "used", "words", "wrong")

    def __init__(self, place: Place, words: str, rule: str, lines: range, wrong: str = "") -> None:
        self.path = place.path
        self.place = place
        self.words = words
        self.rule = rule
        self.lines = lines
        self.wrong = wrong
        self.used = False
        self.reason = ""
        self.span = (0, 0)


def suppress(
    findings: Sequence[Finding],
    modules: Iterable[Module],
    sources: Mapping[str, SourceFile],
    ran: Collection[str],
    known: Collection[str],
    severity: str = "warning",
    reported: Callable[[str], bool] = lambda path: True,
    require_reason: bool = False,
) -> Suppressed:
    """Sort findings into kept and suppressed, and report the comments that silenced nothing.

    `sources`: the modules' files by path. `ran`: ids of the rules that ran; a comment for another rule is left
    alone. `known`: ids of all rules; a comment for none of these is told so. `severity`: that of
    `unused-suppression`. `reported`: whether findings in a file are reported. `require_reason`: a comment that gives
    no reason silences nothing. Call this before findings of low confidence are held back: a comment that silences one
    of those is in use.
    """
    directives = _directives(modules, sources)
    if require_reason:
        for directive in directives:
            if not directive.reason and not directive.wrong:
                directive.wrong = (
                    f"`{directive.words}[{directive.rule}]` silences nothing without a reason; write it after the `]`"
                )
    if not directives:
        return Suppressed(tuple(findings), (), ())
    spoken = _Spoken(directives)
    kept, suppressed = _sort(findings, spoken, sources)
    if UNUSED not in ran:
        return Suppressed(kept, suppressed, ())
    unused = _unused([one for one in directives if reported(one.path)], ran, known, severity, sources)
    stands, silenced = _sort(unused, spoken, sources)
    return Suppressed(kept, suppressed + silenced, stands)


def unknown_rule(rule: str, known: Collection[str]) -> str:
    """Say that no rule has this id, with the nearest one that exists."""
    from difflib import get_close_matches

    near = get_close_matches(rule, list(known), n=1)
    return f"there is no rule `{rule}`" + (f"; did you mean `{near[0]}`?" if near else "")


class _Spoken:
    """The directives that work, to be asked by rule and line: a file may hold thousands, each for many lines."""

    def __init__(self, directives: Iterable[_Directive]) -> None:
        self._files: dict[tuple[str, str], list[_Directive]] = {}
        self._lines: dict[tuple[str, str], list[_Directive]] = {}
        for one in directives:
            if not one.wrong:
                (self._lines if one.lines else self._files).setdefault((one.path, one.rule), []).append(one)
        self._starts: dict[tuple[str, str], list[int]] = {}
        self._reach: dict[tuple[str, str], list[int]] = {}
        for key, listed in self._lines.items():
            listed.sort(key=lambda one: one.lines.start)
            self._starts[key] = [one.lines.start for one in listed]
            self._reach[key] = list(accumulate((one.lines.stop for one in listed), max))

    def of(self, path: str, rule: str, line: int) -> list[_Directive]:
        """Those that speak for a rule on a line."""
        key = path, rule
        found: list[_Directive] = []
        if key in self._lines:
            listed, reach = self._lines[key], self._reach[key]
            at = bisect_right(self._starts[key], line) - 1
            while at >= 0 and reach[at] > line:
                if line in listed[at].lines:
                    found.append(listed[at])
                at -= 1
        return [*self._files.get(key, ()), *reversed(found)]


def _sort(
    findings: Iterable[Finding], spoken: _Spoken, sources: Mapping[str, SourceFile]
) -> tuple[tuple[Finding, ...], tuple[Silenced, ...]]:
    kept: list[Finding] = []
    suppressed: list[Silenced] = []
    for finding in findings:
        speaking = [
            directive
            for place in (finding.root, finding.sink)
            if place.path in sources
            for directive in spoken.of(place.path, finding.rule, sources[place.path].position(place.start)[0])
        ]
        for directive in speaking:
            directive.used = True
        if speaking:
            suppressed.append(Silenced(finding, "comment", speaking[0].reason))
        else:
            kept.append(finding)
    return tuple(kept), tuple(suppressed)


def _directives(modules: Iterable[Module], sources: Mapping[str, SourceFile]) -> list[_Directive]:
    """Every rule named by every comment, in order. Several scripts of one file share its head."""
    heads: dict[str, int] = {}
    comments: dict[str, dict[int, Comment]] = {}
    for module in modules:
        if module.path not in sources:
            continue
        head = heads.get(module.path)
        start = _first_statement(module)
        heads[module.path] = start if head is None or 0 <= start < head or head < 0 else head
        comments.setdefault(module.path, {}).update({comment.start: comment for comment in module.comments})
    result: list[_Directive] = []
    for path in sorted(comments):
        found = [comments[path][start] for start in sorted(comments[path])]
        below: dict[int, int] = {}
        for line in sorted(_lines_of_comments_alone(sources[path], found), reverse=True):
            below[line] = below.get(line + 1, line + 1)
        for comment in found:
            if "trackaudit:" in comment.text:
                result.extend(_read(sources[path], comment, heads[path], below))
    return result


def _read(source: SourceFile, comment: Comment, head: int, stacks: Mapping[int, int]) -> Iterable[_Directive]:
    place = Place(source.path, comment.start, comment.end)
    first = source.position(comment.start)[0]
    below = source.position(max(comment.start, comment.end - 1))[0] + 1
    if first in stacks:  # a stack of comments speaks for the code below it
        below = stacks.get(below, below)
    lines = range(first, below + 1)
    matches = list(re.finditer(_DIRECTIVE, comment.text))
    ends = [*(one.start() for one in matches), len(comment.text)][1:]
    for match, end in zip(matches, ends, strict=True):
        reason, stop = _reason(comment.text, match.end(), end)
        for directive in _named(match, place, lines, 0 <= head < comment.start):
            directive.reason = reason
            directive.span = (match.start(), stop)
            yield directive


def _named(match: re.Match[str], place: Place, lines: range, late: bool) -> Iterable[_Directive]:
    """A directive for each rule that one `ignore[…]` names. `late`: it stands after the file's head."""
    kind, listed = match.group(1), match.group(2)
    rules = dict.fromkeys(rule.strip() for rule in (listed or "").split(",") if rule.strip())
    if kind not in ("ignore", "ignore-file"):
        wrong = f"`{kind}` is not understood; write `trackaudit: ignore[rule-id]`, or `ignore-file[rule-id]`"
        yield _Directive(place, kind, "", lines, wrong)
    elif not rules:
        wrong = f"`{kind}` silences nothing without the names of rules; write `trackaudit: {kind}[rule-id]`"
        yield _Directive(place, kind, "", lines, wrong)
    elif kind == "ignore-file" and late:
        wrong = "`ignore-file` works only at the head of a file, before the first statement"
        yield from (_Directive(place, kind, rule, range(0), wrong) for rule in rules)
    else:
        covered = lines if kind == "ignore" else range(0)
        yield from (_Directive(place, kind, rule, covered) for rule in rules)


def _reason(text: str, start: int, end: int) -> tuple[str, int]:
    """What a comment says between two offsets, to the end of its line or its closing mark; and where that ends."""
    line = text[start:end].split("\n", 1)[0].split("\r", 1)[0]
    said = line.rstrip()
    for mark in ("*/", "-->", "#}", "--%>", "%}"):
        if said.endswith(mark):
            said = said[: -len(mark)].rstrip()
    return said.strip(), start + len(said)


def _first_statement(module: Module) -> int:
    """Byte offset of the first statement that is no docstring or `"use strict"`; -1 if there is none."""
    for statement in module.body:
        if not (isinstance(statement, Expression) and isinstance(statement.value, Literal)):
            return statement.start
    return -1


def _lines_of_comments_alone(source: SourceFile, comments: Iterable[Comment]) -> frozenset[int]:
    """Lines that hold a suppression comment and nothing else."""
    lines: set[int] = set()
    for comment in comments:
        if "trackaudit:" not in comment.text:
            continue
        start, end = source.line_bounds(comment.start)
        around = source.data[start : comment.start] + source.data[comment.end : max(end, comment.end)]
        if not around.strip(b" \t{}"):  # the braces of a comment in JSX
            lines.add(source.position(comment.start)[0])
    return frozenset(lines)


def _unused(
    directives: Sequence[_Directive],
    ran: Collection[str],
    known: Collection[str],
    severity: str,
    sources: Mapping[str, SourceFile],
) -> list[Finding]:
    told: list[tuple[_Directive, str]] = []
    for directive in directives:
        rule = directive.rule
        if directive.used or rule == UNUSED:
            continue
        if directive.wrong:
            told.append((directive, directive.wrong))
        elif rule not in known:
            told.append((directive, f"`{directive.words}[{rule}]` silences nothing: {unknown_rule(rule, known)}"))
        elif rule in ran:
            told.append((directive, f"`{directive.words}[{rule}]` silences nothing here"))
    places: dict[Place, list[_Directive]] = {}
    for one in directives:
        places.setdefault(one.place, []).append(one)
    removals: dict[Place, tuple[Edit, ...]] = {}
    idle = {id(directive) for directive, _ in told if not directive.wrong}
    result: list[Finding] = []
    equals: dict[str, int] = {}
    for directive, message in told:
        rule = directive.rule
        kin = f"{UNUSED}\0{directive.words}\0{rule}\0{message}"
        equals[kin] = equals.get(kin, 0) + 1
        prints = [fingerprint(text) for text in (f"{kin}\0{equals[kin]}", kin)]
        edits: tuple[Edit, ...] = ()
        if id(directive) in idle:
            if directive.place not in removals:
                removals[directive.place] = _removal(sources[directive.path], places[directive.place], idle)
            edits = removals[directive.place]
        title = f"Remove `{rule}` from the comment, or the comment" if rule else "Name the rules, or remove the comment"
        result.append(
            Finding(
                rule=UNUSED,
                severity=severity,
                confidence="high",
                message=message,
                root=directive.place,
                sink=directive.place,
                sink_call="",
                instead="",
                fix=Fix(title, "safe" if edits else "display-only", edits),
                fingerprint=prints[0],
                kin=prints[1],
            )
        )
    return result


def _removal(source: SourceFile, together: list[_Directive], idle: Collection[int]) -> tuple[Edit, ...]:
    """The one edit that takes everything idle out of a comment. All findings of one comment offer the same."""
    place = together[0].place
    text = source.text(place.start, place.end)
    if "\ufffd" in text or not text[together[0].span[0] :].startswith("trackaudit:"):
        return ()  # code in a string of another language: what the comment says is not what the file holds
    rest = text
    for span in sorted({one.span for one in together}, reverse=True):
        stays = [one.rule for one in together if one.span == span and id(one) not in idle]
        said = text[span[0] : span[1]]
        opened, closed = (said.index("[") + 1, said.index("]")) if stays else (0, len(said))
        rest = rest[: span[0]] + said[:opened] + ", ".join(stays) + said[closed:] + rest[span[1] :]
    if rest.strip(" \t\r\n/*#<>!-{}%"):
        tidy = rest if rest.rstrip().endswith(("*/", "-->", "#}", "%}")) else rest.rstrip().removesuffix("--").rstrip()
        return (Edit(source.path, place.start, place.end, tidy),)
    first, last = source.line_bounds(place.start)[0], source.line_bounds(max(place.start, place.end - 1))[1]
    before, after = source.data[first : place.start], source.data[place.end : last]
    if before.strip() == b"{" and after.strip() == b"}":  # a comment among JSX children
        before = after = b""
    if before.strip() or after.strip():
        start = place.start - (len(before) - len(before.rstrip(b" \t")) if not after.strip() else 0)
        return (Edit(source.path, start, place.end, ""),)
    ending = 2 if source.data[last : last + 2] == b"\r\n" else 1 if last < len(source.data) else 0
    return (Edit(source.path, first, last + ending, ""),)
