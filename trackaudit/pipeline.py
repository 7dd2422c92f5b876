"""The sentence: paths → discover → parse → flow → calls → identity → rules → suppress → result."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.calls import Calls, extract
from trackaudit.config import Config, load_config
from trackaudit.discover import discover, locate
from trackaudit.discover.sources import Sources
from trackaudit.errors import InputError
from trackaudit.flow.link import Linker
from trackaudit.flow.resolve import Resolver
from trackaudit.flow.units import evaluate
from trackaudit.model import CONFIDENCES, IdSchema, Notice, Result, RuleHelp, Summary, Wrapper
from trackaudit.parse import language_of, parse
from trackaudit.suppress import MARK
from trackaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from trackaudit.baseline import Accepted
    from trackaudit.discover import Ground
    from trackaudit.engine.rule import Rule, RuleSet
    from trackaudit.engine.run import Case
    from trackaudit.fix import Repaired
    from trackaudit.fix.verify import Checked
    from trackaudit.model import Finding, Moment, SourceFile
    from trackaudit.program import Module
    from trackaudit.vocabulary import Vocabulary

RECURSION = 6000
"""Python frames allowed: a chain of wrappers is evaluated by recursion."""


class CheckOptions(NamedTuple):
    """What the user asked for. `paths` are relative to `cwd` ("" is the process's); `stdin` is (file name, bytes).

    `baseline`: a file of accepted findings, instead of the configuration's. `since`: a git revision; what was there
    before is not reported. `fix`: "propose" (findings carry proven fixes), "safe" or "unsafe" (they are applied, to
    an overlay: writing it is the caller's work), "" for none.
    """

    paths: tuple[str, ...] = ()
    config: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_confidence: str = "medium"
    stdin: tuple[str, bytes] | None = None
    debug: bool = False
    cwd: str = ""
    baseline: str | None = None
    since: str | None = None
    fix: str = ""


class CheckOutcome(NamedTuple):
    """A check's result and the severity from which on it fails the run. `repair`: what fixing would change."""

    result: Result
    fail_on: str
    repair: Repair | None = None


class Repair(NamedTuple):
    """A repaired overlay; the result when it is written; the bytes of its files before; and the root they are in."""

    repaired: Repaired
    result: Result
    before: dict[str, bytes]
    root: str


class Analysis(NamedTuple):
    """What is known of a project before any rule is asked. `before`: room for one result, that of `--since`."""

    config: Config
    vocabulary: Vocabulary
    reader: Reader
    calls: Calls
    schema: IdSchema
    notices: list[Notice]
    reported: Callable[[str], bool]
    is_test: Callable[[str], bool]
    summary: Summary
    prefix: str
    wrappers: list[Wrapper]
    ground: Ground | None = None
    candidates: Sequence[str] = ()
    listing: Sequence[str] = ()
    moments: tuple[Moment, ...] = ()
    before: list[Result] | None = None


class Judgement(NamedTuple):
    """A result, and all findings of the project, whether they are reported in this run or not.

    `cases`: what they stand on. `kept`: those that no comment silences, whatever their confidence.
    """

    result: Result
    found: tuple[Finding, ...]
    cases: tuple[Case, ...] = ()
    kept: tuple[Finding, ...] = ()


class Reader:
    """Parses files on demand and keeps their modules; what is wrong with a file becomes a notice."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.modules: dict[str, list[Module]] = {}
        self.files: dict[str, SourceFile] = {}
        self.notices: list[Notice] = []
        self.seconds = 0.0

    def source(self, path: str) -> SourceFile:
        """A file by its path; one that cannot be read is empty."""
        file = self.files.get(path)
        if file is None:
            self.load(path)
            file = self.files[path]
        return file

    def load(self, path: str) -> list[Module]:
        """A file's modules; none if it cannot be read or parsed."""
        known = self.modules.get(path)
        if known is not None:
            return known
        from trackaudit.model import SourceFile

        self.modules[path] = []
        language = language_of(path) or ""
        try:
            file = self.files[path] = self.sources.source(path, language)
        except OSError as error:
            self.files[path] = SourceFile(path, b"", language)
            self.notices.append(Notice("unreadable", path, 0, f"the file cannot be read: {error.strerror or error}"))
            return []
        began = perf_counter()
        try:
            self.modules[path] = parse(file)
        except Exception as error:  # one file that breaks a front end must not stop the run
            self.notices.append(Notice("crash", path, 0, f"the front end failed: {type(error).__name__}: {error}"))
        self.seconds += perf_counter() - began
        for module in self.modules[path]:
            if module.errors:
                line = file.position(module.errors[0][0])[0]
                more = f" and {len(module.errors) - 1} more places" if len(module.errors) > 1 else ""
                why = f"the syntax is not understood here{more}; the rest of the file was analysed"
                self.notices.append(Notice("syntax-error", path, line, why))
        return self.modules[path]

    def read(self, path: str) -> bytes | None:
        """A file's bytes, or None if it cannot be read."""
        try:
            return self.sources.read(path)
        except OSError:
            return None

    def search(self, paths: Iterable[str], tests: Sequence[Callable[[bytes], bool]]) -> list[str]:
        """Those of the code files whose bytes pass one of the tests."""
        found: list[str] = []
        for path in paths:
            if language_of(path) in (None, "document"):
                continue
            data = self.read(path)
            if data is not None and any(test(data) for test in tests):
                found.append(path)
        return found


def _package_folders(listing: Iterable[str]) -> list[str]:
    return [path.rpartition("/")[0] for path in listing if path.rpartition("/")[2] == "package.json"]


PACKAGES = ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "composer.json")
"""What makes a folder a package of its own: IDs of different packages are not compared."""


def _nearest_package(listing: Iterable[str]) -> Callable[[str], str]:
    """Gives the folder of the nearest package manifest above a path, "" for the root."""
    folders = {path.rpartition("/")[0] for path in listing if path.rpartition("/")[2] in PACKAGES}

    def nearest(path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folder = folder.rpartition("/")[0]
        return folder

    return nearest


def check(options: CheckOptions) -> CheckOutcome:
    """Check a project. Raises TrackauditError when the job cannot be done."""
    analysis = analyse(options)
    ruleset = ruleset_for(analysis, options)
    judgement = _heard(analysis, ruleset, options)
    if not options.fix or not judgement.result.findings:
        return CheckOutcome(judgement.result, analysis.config.fail_on)
    return _mended(_as_checked(judgement, analysis), analysis, ruleset, options)


def _heard(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Judgement:
    """One state of the project, judged; its result holds what the user wants to hear."""
    judgement = judge_all(analysis, ruleset, options)
    result = judgement.result
    if options.since is not None:
        result = _without_old(result, analysis, ruleset, options)
    accepted, path = accepted_findings(analysis, options)
    if path:
        result = _without_accepted(result, judgement.found, accepted, path)
    return judgement._replace(result=result)


def _as_checked(judgement: Judgement, analysis: Analysis) -> Checked:
    from trackaudit.fix.plan import Workshop
    from trackaudit.fix.verify import Checked

    modules = analysis.reader.modules
    errors = {path: sum(len(module.errors) for module in file) for path, file in modules.items()}
    workshop = Workshop(analysis.reader.files, modules, analysis.calls.calls, analysis.schema)
    return Checked(judgement.result, judgement.kept, judgement.cases, workshop, errors)


def recheck(analysis: Analysis, overlay: Mapping[str, bytes]) -> Analysis:
    """The same project with some files replaced; what else was read is not read again."""
    reader = Reader(analysis.reader.sources.overlaid(dict(overlay)))
    reader.modules = {path: file for path, file in analysis.reader.modules.items() if path not in overlay}
    reader.files = {path: file for path, file in analysis.reader.files.items() if path not in overlay}
    reader.notices = [notice for notice in analysis.reader.notices if notice.path not in overlay]
    again = _analysis(
        analysis.config,
        analysis.vocabulary,
        reader,
        analysis.candidates,
        analysis.listing,
        analysis.reported,
        analysis.is_test,
    )
    seen, scanned = analysis.summary.files_seen, analysis.summary.files_scanned
    summary = again.summary._replace(files_seen=seen, files_scanned=scanned)
    return again._replace(summary=summary, prefix=analysis.prefix, ground=analysis.ground, before=analysis.before)


def _mended(first: Checked, analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> CheckOutcome:
    from trackaudit import fix

    def again(overlay: Mapping[str, bytes]) -> Checked:
        anew = recheck(analysis, overlay)
        return _as_checked(_heard(anew, ruleset, options), anew)

    fail_on, root = analysis.config.fail_on, analysis.reader.sources.root
    if options.fix == "propose":
        fixes, notices = fix.proposals(first, again)
        found = tuple(one._replace(fix=fixes.get(one, one.fix)) for one in first.result.findings)
        return CheckOutcome(first.result._replace(findings=found, notices=(*first.result.notices, *notices)), fail_on)
    repaired = fix.repair(first, again, options.fix)
    notices = [*first.result.notices, *repaired.notices]
    result = repaired.last.result._replace(notices=tuple(dict.fromkeys([*notices, *repaired.last.result.notices])))
    before = {path: first.workshop.files[path].data for path in repaired.overlay}
    return CheckOutcome(first.result._replace(notices=tuple(notices)), fail_on, Repair(repaired, result, before, root))


def ruleset_for(analysis: Analysis, options: CheckOptions) -> RuleSet:
    """The rules of a project. Raises InputError where the user names one that does not exist."""
    from trackaudit.engine.load import load_rules
    from trackaudit.suppress import unknown_rule

    ruleset = load_rules(analysis.config)
    known = [rule.id for rule in ruleset.rules]
    strange = [unknown_rule(rule, known) for rule in (*options.select, *options.ignore) if rule not in known]
    if strange:
        raise InputError(*strange)
    return ruleset


def accepted_findings(analysis: Analysis, options: CheckOptions) -> tuple[tuple[Accepted, ...], str]:
    """The accepted findings and their file ("" without one). A file that is only configured may be missing."""
    from trackaudit import baseline

    path = os.path.join(options.cwd, options.baseline) if options.baseline else analysis.config.baseline
    if not path or (not options.baseline and not os.path.exists(path)):
        return (), path
    return baseline.load(path, options.baseline or os.path.relpath(path, options.cwd or None)), path


def _without_accepted(result: Result, found: tuple[Finding, ...], accepted: tuple[Accepted, ...], path: str) -> Result:
    from trackaudit import baseline

    applied = baseline.apply(accepted, result.findings, found)
    shown = os.path.relpath(path).replace(os.sep, "/")
    notices = [one._replace(message=f"{shown}: {one.message}") for one in baseline.notices(applied, "")]
    if not os.path.exists(path):
        notices.append(Notice("no-baseline", "", 0, f"{shown} is not there yet; `trackaudit baseline` writes it"))
    return result._replace(
        findings=applied.new,
        silenced=(*result.silenced, *applied.silenced),
        notices=(*result.notices, *notices),
        summary=result.summary._replace(baselined=len(applied.silenced)),
    )


def _without_old(result: Result, analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Result:
    """The result without the findings that were there at the revision `options.since`, wherever in the project."""
    from trackaudit.baseline import new_since

    old = analysis.before[0] if analysis.before else None
    if old is None:
        with past_analysis(analysis, str(options.since)) as before:
            if not result.findings:
                return result
            old = judge(before, ruleset, options)
        # Proving fixes asks again and again; the past stays as it was.
        if analysis.before is not None:
            analysis.before.append(old)
    new = new_since(old.findings, result.findings, old.sources, result.sources)
    shown = tuple(finding for finding, is_new in zip(result.findings, new, strict=True) if is_new)
    summary = result.summary._replace(before=len(result.findings) - len(shown))
    return result._replace(findings=shown, summary=summary)


@contextmanager
def past_analysis(analysis: Analysis, revision: str) -> Iterator[Analysis]:
    """What was known of the same project, with the same configuration, at a git revision. All of it is reported."""
    from trackaudit.discover import Target
    from trackaudit.discover.past import past

    ground = analysis.ground
    if ground is None:
        raise InputError("there is no project to compare")
    sources = past(ground.root, ground.repository, revision, analysis.config.max_file_size)
    try:
        yield _analyse(ground._replace(targets=(Target("", True),)), analysis.config, analysis.vocabulary, sources)
    finally:
        sources.close()


def identity(options: CheckOptions) -> tuple[IdSchema, Result]:
    """The identity schema in force, and a result that holds the sources of its evidence."""
    analysis = analyse(options)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return analysis.schema, result


def sinks(options: CheckOptions) -> tuple[list[Wrapper], Result]:
    """The wrappers that were inferred in files that are reported, and a result that holds their sources."""
    analysis = analyse(options, every=True)
    result = Result((), tuple(analysis.notices), analysis.summary, analysis.reader.files, prefix=analysis.prefix)
    return [wrapper for wrapper in analysis.wrappers if analysis.reported(wrapper.place.path)], result


def check_text(text: str, language: str, config: Config | None = None) -> Result:
    """Check one text as if it were a project's only file (rule examples). `language`: javascript, tsx, yaml …"""
    return check_texts({f"example.{_SUFFIXES[language]}": text}, config)


def check_texts(texts: dict[str, str], config: Config | None = None, min_confidence: str = "medium") -> Result:
    """Check these texts, by path, as if they were a project."""
    from trackaudit.engine.load import load_rules

    analysis = _of_texts(texts, config)
    return judge(analysis, load_rules(analysis.config), CheckOptions(min_confidence=min_confidence))


def fix_texts(texts: dict[str, str], config: Config | None = None, level: str = "unsafe") -> tuple[dict[str, str], int]:
    """These texts, by path, as a project: with their fixes (of `level`: safe or unsafe), and how many were fixed."""
    from trackaudit.engine.load import load_rules

    analysis = _of_texts(texts, config)
    ruleset, options = load_rules(analysis.config), CheckOptions(fix=level)
    first = _as_checked(judge_all(analysis, ruleset, options), analysis)
    repair = _mended(first, analysis, ruleset, options).repair
    if repair is None:
        return texts, 0
    changed = {path: data.decode("utf-8") for path, data in repair.repaired.overlay.items()}
    return {**texts, **changed}, repair.repaired.fixed


def fix_text(text: str, language: str, config: Config | None = None, level: str = "unsafe") -> str:
    """One text as a project's only file, with its fixes (rule examples)."""
    path = f"example.{_SUFFIXES[language]}"
    return fix_texts({path: text}, config, level)[0][path]


def _of_texts(texts: dict[str, str], config: Config | None) -> Analysis:
    sources = Sources("", overlay={path: text.encode("utf-8") for path, text in texts.items()})
    reader = Reader(sources)
    config = config if config is not None else Config()
    vocabulary = load_vocabulary(config)
    paths = sorted(texts)
    held = [path for path in paths if any(anchor in sources.read(path) for anchor in _anchors(vocabulary))]
    return _analysis(config, vocabulary, reader, held, paths, lambda name: name in texts, lambda name: False)


_SUFFIXES = {
    "javascript": "js",
    "jsx": "jsx",
    "typescript": "ts",
    "tsx": "tsx",
    "python": "py",
    "json": "json",
    "yaml": "yaml",
}


def analyse(options: CheckOptions, every: bool = False) -> Analysis:
    """Everything up to the rules. `every`: run also functions on their own that visible code calls."""
    overlay = {}
    stdin_name = None
    if options.stdin is not None:
        stdin_name = options.stdin[0]
    ground = locate(options.paths, options.cwd, options.config, stdin_name)
    if options.stdin is not None:
        overlay[ground.targets[0].path] = options.stdin[1]
    config = load_config(ground.config) if ground.config else Config()
    return _analyse(ground, config, load_vocabulary(config), Sources(ground.root, config.max_file_size, overlay), every)


def _analyse(ground: Ground, config: Config, vocabulary: Vocabulary, sources: Sources, every: bool = False) -> Analysis:
    began = perf_counter()
    found = discover(ground, config, sources, _anchors(vocabulary), lambda path: language_of(path) is not None)
    scanned = perf_counter()
    reader = Reader(sources)
    analysis = _analysis(
        config, vocabulary, reader, found.candidates, sorted(found.listing), found.reported, found.is_test, every
    )
    seconds = (("discover", scanned - began), *analysis.summary.seconds)
    summary = analysis.summary._replace(files_seen=found.seen, files_scanned=found.scanned, seconds=seconds)
    notices = [*found.notices, *analysis.notices]
    return analysis._replace(notices=notices, summary=summary, prefix=ground.prefix, ground=ground, before=[])


def _anchors(vocabulary: Vocabulary) -> tuple[bytes, ...]:
    """What a file must hold to be read: a word of the vocabulary, or a comment to us, which may have become idle."""
    return (*vocabulary.anchors, MARK)


def _analysis(
    config: Config,
    vocabulary: Vocabulary,
    reader: Reader,
    candidates: Iterable[str],
    listing: Sequence[str],
    reported: Callable[[str], bool],
    is_test: Callable[[str], bool],
    every: bool = False,
) -> Analysis:
    from trackaudit.identity import infer

    clock = [perf_counter()]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        resolver = Resolver(reader.sources.is_file, reader.read, lambda: _package_folders(listing))
        linker = Linker(vocabulary, reader.source, resolver, reader.load)

        def search(tests: Sequence[Callable[[bytes], bool]], known: Container[str]) -> list[str]:
            return reader.search((path for path in listing if path not in known and not is_test(path)), tests)

        # What a test passes says nothing of the customers, so tests are read only where real code imports them.
        flow = evaluate([path for path in candidates if not is_test(path)], vocabulary, linker, search, every)
    finally:
        sys.setrecursionlimit(limit)
    clock.append(perf_counter())
    calls = extract(flow, vocabulary, reader.source)
    own = [call for call in calls.calls if not is_test(call.sink.path)]
    calls = calls._replace(calls=own, unresolved=[one for one in calls.unresolved if not is_test(one.place.path)])
    package = _nearest_package(listing)
    own = [call._replace(package=package(call.sink.path)) for call in own]
    calls = calls._replace(calls=own)
    moments = tuple(
        moment._replace(package=package(moment.place.path)) for moment in flow.moments if not is_test(moment.place.path)
    )
    schema = infer(own, config)
    clock.append(perf_counter())
    notices = [*reader.notices, *flow.notices]
    summary = Summary(
        files_parsed=len(reader.modules),
        calls=len({call.sink for call in own}),
        unresolved=len(calls.unresolved),
        evaluated=flow.evaluated,
        seconds=(
            ("parse", reader.seconds),
            ("flow", clock[1] - clock[0] - reader.seconds),
            ("calls", clock[2] - clock[1]),
        ),
    )
    return Analysis(
        config,
        vocabulary,
        reader,
        calls,
        schema,
        notices,
        reported,
        is_test,
        summary,
        "",
        flow.wrappers,
        candidates=tuple(candidates),
        listing=listing,
        moments=moments,
    )


def judge(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Result:
    """Ask the rules, and hold back what the user does not want to hear."""
    return judge_all(analysis, ruleset, options).result


def judge_all(analysis: Analysis, ruleset: RuleSet, options: CheckOptions) -> Judgement:
    """As `judge`, with the findings that are held back."""
    from trackaudit.engine.run import run_cases
    from trackaudit.suppress import suppress

    files = analysis.reader.files
    calls = analysis.calls.calls
    cases, notices = run_cases(
        calls, analysis.schema, ruleset, analysis.config, files, analysis.vocabulary, analysis.moments
    )
    found = [case.finding for case in cases]
    ran = _ran(ruleset, analysis.config, options)
    wanted = [finding for finding in found if finding.rule in ran and _is_reported(finding, analysis)]
    modules = [module for file in analysis.reader.modules.values() for module in file]
    known = {rule.id for rule in ruleset.rules}
    unused = ruleset.get("unused-suppression")
    severity = analysis.config.rules.get("unused-suppression", unused.severity if unused is not None else "warning")
    strict = analysis.config.require_reason
    kept, suppressed, extra = suppress(wanted, modules, files, ran, known, severity, analysis.reported, strict)
    lowest = CONFIDENCES.index(options.min_confidence)
    shown = [finding for finding in kept if CONFIDENCES.index(finding.confidence) <= lowest]
    summary = analysis.summary._replace(suppressed=len(suppressed), below_confidence=len(kept) - len(shown))
    everything = [*analysis.notices, *notices]
    if not analysis.calls.calls:
        everything.append(Notice("no-calls", "", 0, "no tracking call was seen; if there are any, name their wrappers"))
    result = Result(
        tuple(sorted([*shown, *extra], key=_order)),
        tuple(everything),
        summary,
        files,
        tuple(analysis.calls.unresolved),
        analysis.prefix,
        suppressed,
        tuple(_help(rule) for rule in ruleset.rules if rule.id in ran),
    )
    return Judgement(result, (*found, *extra), cases, (*kept, *extra))


def _help(rule: Rule) -> RuleHelp:
    def markdown() -> str:
        from trackaudit.engine.document import document

        return document(rule)

    return RuleHelp(rule.id, rule.severity, rule.summary, rule.why.strip(), markdown)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.root.path, finding.root.start, finding.root.end, finding.rule


def _is_reported(finding: Finding, analysis: Analysis) -> bool:
    if analysis.is_test(finding.root.path):
        return False
    if analysis.reported(finding.root.path) or analysis.reported(finding.sink.path):
        return True
    # Files that are named (by a commit hook) also answer for what goes through them on its way.
    named = {target.path for target in analysis.ground.targets if not target.folder} if analysis.ground else ()
    return any(step.place.path in named for step in finding.trail)


def _ran(ruleset: RuleSet, config: Config, options: CheckOptions) -> set[str]:
    chosen = {rule.id for rule in ruleset.rules if config.rules.get(rule.id, rule.severity) != "off"}
    if options.select:
        chosen &= set(options.select)
    return chosen - set(options.ignore)
