"""The plain calls, answered before click is there: `--version`, and `check` with files and the options below.

Hooks and editors make them all day, and click's import alone costs more than such a run. What is not plain in every
word (another command or option, a value that is none, `-`) is left to click, and with it every complaint.
"""

from __future__ import annotations

import os
import sys

from trackaudit import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.cli.running import Asked

TEXTS = ("--config", "--baseline", "--since")
FLAGS = ("--no-cache", "--show-unresolved", "--statistics", "--debug")
COMPLETION = "_TRACKAUDIT_COMPLETE"
"""Set by a shell that asks click for completions."""


def choices() -> dict[str, tuple[str, ...]]:
    """The options of `check` that take one of a few words, each with them; click offers the same."""
    from trackaudit.model import CONFIDENCES, SEVERITIES
    from trackaudit.report import FORMATS

    return {"--output-format": tuple(FORMATS), "--fail-on": SEVERITIES, "--min-confidence": CONFIDENCES}


def answer(given: Sequence[str]) -> int | None:
    """The exit code of a plain call that was done, or None for one that click must read."""
    if COMPLETION in os.environ:
        return None
    if list(given) == ["--version"]:
        sys.stdout.write(f"trackaudit {__version__}\n")
        return 0
    asked = read(given[1:]) if given[:1] == ["check"] else None
    if asked is None:
        return None
    from trackaudit.cli.running import check

    return check(asked)


def read(words: Sequence[str]) -> Asked | None:
    """What the words after `check` ask for, as click would understand them; None if they are not plain."""
    from trackaudit.cli.running import Asked

    paths: list[str] = []
    options: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        if not word:
            return None
        if word[0] != "-":
            paths.append(word)
            continue
        name, sign, value = word.partition("=")
        if name in FLAGS and not sign:
            options[_field(name)] = True
            continue
        if not sign:
            value = next(rest, "")
        if not (name in TEXTS or value in choices().get(name, ())) or not value or value[0] == "-":
            return None
        options[_field(name)] = value
    return Asked(tuple(paths))._replace(**options)  # type: ignore[arg-type]


def _field(option: str) -> str:
    return option[2:].replace("-", "_")
