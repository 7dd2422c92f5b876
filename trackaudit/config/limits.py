"""The bounds of a run: what one file, one function or one tree may cost before it is cut short with a notice.

In goes what the configuration says, out come `Limits`; the stages that spend ask `limits()` for those in force. They
are a state of the process, as the interpreter's own recursion limit is: every front end and the evaluator need them,
and no stage between has a use for them.
"""

from __future__ import annotations

from trackaudit.record import NamedTuple


class Limits(NamedTuple):
    """files: of a language, in one tree. tokens: words and signs of one file, or a document's values. depth: of a
    document. aliases: values that the aliases of one YAML document may stand for. steps: of one function or top level.
    run_steps: of all together. seconds: to evaluate one.
    """

    files: int = 500_000
    tokens: int = 400_000
    depth: int = 100
    aliases: int = 10_000
    steps: int = 400_000
    run_steps: int = 2_000_000
    seconds: int = 60


KEYS = {
    "max-files": "Files of a language that trackaudit reads, in one tree; the rest is left out.",
    "max-tokens": "Words and signs in one file of code or markup, keys and values in one document; a file with more is "
    "not analysed. Each costs up to a kilobyte of memory, so this keeps a run under 500 MB.",
    "max-depth": "Levels of one YAML or JSON document; what is deeper is not looked at.",
    "max-aliases": "Values that the aliases (`*name`) of one YAML document may stand for; further aliases are unknown.",
    "max-steps": "Steps of evaluation in one function or file's top level; what comes after is not seen.",
    "max-run-steps": "Steps of evaluation in all functions together; after them each function gets few. The largest "
    "project that was tried took 0.8 million.",
    "max-seconds": "Seconds that the evaluation of one function or file's top level may take, or the parsing of one "
    "file or script. A last resort: as many steps as `max-steps` allows take a few, and only a machine that is many "
    "times slower gives another answer for it.",
}
"""The configuration's keys, with what each bounds."""


class TooMuch(Exception):
    """A file that asks for more than a bound allows. `what`: in words; `key`: the setting."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(what)
        self.what = what
        self.key = key

    def told(self) -> str:
        """For a notice: what is too much, and which setting says so."""
        return f"{self.what}; `{self.key}` sets the limit"


_in_force = [Limits()]


def limits() -> Limits:
    """The bounds in force."""
    return _in_force[-1]


class limited:
    """Put bounds into force."""

    def __init__(self, bounds: Limits) -> None:
        self.bounds = bounds

    def __enter__(self) -> None:
        _in_force.append(self.bounds)

    def __exit__(self, *error: object) -> None:
        _in_force.pop()


def default(key: str) -> int:
    """The default of one of the keys."""
    return int(getattr(Limits(), field(key)))


def field(key: str) -> str:
    """The field of `Limits` that a key sets."""
    return key.removeprefix("max-").replace("-", "_")
