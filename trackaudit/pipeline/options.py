"""What a check is asked for, and what it answers with."""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackaudit.calls import Calls
    from trackaudit.config import Config
    from trackaudit.discover import Discovery, Ground
    from trackaudit.engine.run import Case
    from trackaudit.fix import Repaired
    from trackaudit.model import Finding, IdSchema, Moment, Notice, Result, Summary, Wrapper
    from trackaudit.pipeline.reader import Reader
    from trackaudit.pipeline.seen import Seen
    from trackaudit.vocabulary import Vocabulary


class CheckOptions(NamedTuple):
    """What the user asked for. `paths` are relative to `cwd` ("" is the process's); `stdin` is (file name, bytes).

    `baseline`: a file of accepted findings, instead of the configuration's. `since`: a git revision; what was there
    before is not reported. `fix`: "propose" (findings carry proven fixes), "safe" or "unsafe" (they are applied, to
    an overlay: writing it is the caller's work), "" for none. `cache`: what an earlier run kept may be used, and this
    one may keep something. `tells_rules`: the report names the rules that ran, so they are loaded even where there is
    nothing to judge.
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
    tells_rules: bool = False
    cache: bool = False


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
    """What is known of a project before any rule is asked. `before`: room for one result, that of `--since`. `seen`:
    what evaluation gave. `found`: what the tree gave."""

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
    seen: Seen | None = None
    found: Discovery | None = None


class Judgement(NamedTuple):
    """A result, and all findings of the project, whether they are reported in this run or not.

    `cases`: what they stand on. `kept`: those that no comment silences, whatever their confidence.
    """

    result: Result
    found: tuple[Finding, ...]
    cases: tuple[Case, ...] = ()
    kept: tuple[Finding, ...] = ()
