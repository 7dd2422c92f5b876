"""Read every file below FOLDERS, also those that no run would read, and ask the rules about each on its own.

    python scripts/sweep.py FOLDER…            as many workers as there are processors (WORKERS=1 for fewer)

Prints the files and megabytes by language, the notices by kind, the slowest files, and each file that broke something:
an exception, a worker that died, a place outside the file, or a name that its place does not show. Exit 1 if one did.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from places import problems

from trackaudit.config import Config
from trackaudit.discover.sources import Sources
from trackaudit.engine.load import load_rules
from trackaudit.parse import language_of
from trackaudit.pipeline import CheckOptions, judge
from trackaudit.pipeline.analysis import analysis_of
from trackaudit.pipeline.reader import Reader
from trackaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackaudit.engine.rule import RuleSet
    from trackaudit.vocabulary import Vocabulary

CHUNK = 100
SECONDS = 60
"""A file that takes longer is named as broken."""
SLOWEST = 15


class TooSlow(BaseException):
    """A file took longer than it may."""


class Seen(NamedTuple):
    """What one file gave. kinds: of its notices. broken: what must not happen, "" if nothing did."""

    path: str
    language: str
    size: int
    parse: float
    seconds: float
    kinds: tuple[str, ...]
    broken: str


class Tool(NamedTuple):
    """What is loaded once a worker."""

    config: Config
    vocabulary: Vocabulary
    rules: RuleSet


def one(path: str, tool: Tool) -> Seen:
    """Check one file by itself."""
    language = language_of(path) or ""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) > tool.config.max_file_size:
        return Seen(path, language, len(data), 0.0, 0.0, ("too-large",), "")
    name = path.lstrip("/")
    reader = Reader(Sources(os.path.join(path, "nowhere"), 0, {name: data}))
    kinds: tuple[str, ...] = ()
    broken = ""
    began = perf_counter()
    try:
        analysis = analysis_of(
            tool.config, tool.vocabulary, reader, [name], [name], lambda other: True, lambda other: False
        )
        result = judge(analysis, tool.rules, CheckOptions(min_confidence="low"))
        kinds = tuple(notice.kind for notice in result.notices if notice.kind != "no-calls")
        broken = next((notice.message for notice in result.notices if notice.kind == "crash"), "")
    except TooSlow:
        broken = f"took more than {SECONDS} s"
    except Exception:
        broken = traceback.format_exc(limit=-4)
    seconds = perf_counter() - began
    # These do not belong to the file's own time.
    wrong = [] if broken else list(problems(data, reader.modules.get(name, [])))
    if wrong:
        broken = f"{len(wrong)} places: {wrong[0].kind} at byte {wrong[0].start}: {wrong[0].message}"
    return Seen(path, language, len(data), reader.seconds, seconds, kinds, broken)


def many(paths: list[str]) -> list[Seen]:
    """Check these files, each by itself (a worker's task)."""
    config = Config()
    tool = Tool(config, load_vocabulary(config), load_rules(config))
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _stop)
    found: list[Seen] = []
    for path in paths:
        if hasattr(signal, "alarm"):
            signal.alarm(SECONDS)
        try:
            found.append(one(path, tool))
        except TooSlow:
            found.append(Seen(path, language_of(path) or "", 0, 0.0, SECONDS, (), f"took more than {SECONDS} s"))
        finally:
            if hasattr(signal, "alarm"):
                signal.alarm(0)
    return found


def _stop(number: int, frame: object) -> None:
    raise TooSlow


def files(folders: list[str]) -> Iterator[str]:
    """Every file that a front end reads, each once."""
    seen: set[str] = set()
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.realpath(os.path.join(base, name))
                if path not in seen and language_of(path) is not None and os.path.isfile(path):
                    seen.add(path)
                    yield path


def swept(paths: list[str], workers: int) -> Iterator[list[Seen]]:
    """What the files give, chunk by chunk. The files of a worker that died are tried again one at a time."""
    chunks = [paths[at : at + CHUNK] for at in range(0, len(paths), CHUNK)]
    again: list[list[str]] = []
    with ProcessPoolExecutor(workers) as pool:
        tasks = {pool.submit(many, chunk): chunk for chunk in chunks}
        try:
            for task in as_completed(tasks):
                try:
                    yield task.result()
                except BrokenProcessPool:
                    again.append(tasks[task])
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for path in (path for chunk in again for path in chunk):
        with ProcessPoolExecutor(1) as pool:
            try:
                yield pool.submit(many, [path]).result()
            except BrokenProcessPool:
                yield [Seen(path, language_of(path) or "", 0, 0.0, 0.0, (), "the process died")]


def main(folders: list[str]) -> int:
    """Sweep and report."""
    paths = sorted(files(folders))
    languages: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    broken: list[Seen] = []
    slowest: list[Seen] = []
    began = perf_counter()
    try:
        for found in swept(paths, int(os.environ.get("WORKERS", os.cpu_count() or 1))):
            print(f"\r{sum(languages.values())} of {len(paths)}", end="", file=sys.stderr, flush=True)
            for seen in found:
                languages[seen.language] += 1
                sizes[seen.language] += seen.size
                spent[seen.language] += round(seen.seconds * 1000)
                kinds.update(set(seen.kinds))
                if seen.broken:
                    broken.append(seen)
                    print(f"BROKEN {seen.path}: {seen.broken}", flush=True)
            slowest = sorted([*slowest, *found], key=lambda seen: -seen.seconds)[:SLOWEST]
    except KeyboardInterrupt:  # what was seen so far is told
        pass
    print(f"\n{sum(languages.values())} files, {sum(sizes.values()) / 1e6:.0f} MB, {perf_counter() - began:.0f} s")
    for language, count in languages.most_common():
        size = sizes[language] / 1e6
        print(f"  {language:<14}{count:>7} files {size:>8.1f} MB {spent[language] / 1000 / (size or 1):>7.2f} s/MB")
    print("notices, in files: " + (", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "none"))
    print(f"broken: {len(broken)}")
    for seen in slowest:
        print(f"  {seen.seconds:>7.2f} s ({seen.parse:.2f} parse) {seen.size / 1e6:>6.2f} MB {seen.path}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["."]))
