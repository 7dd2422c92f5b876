"""Stage report: in goes a Result, out goes text on a stream. One module a format, imported when it is asked for.

Each module has `write(result, out, options)`. A new format is one file here and one line in `FORMATS`.
"""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from trackaudit.model import Result

FORMATS = {
    "text": "text",
    "json": "json_v1",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "rdjson": "rdjson",
}
"""Name on the command line → module in this package."""


class ReportOptions(NamedTuple):
    """color: terminal colours may be used. show_unresolved: list the sends that could not be resolved. debug: show the
    traceback of a fault of ours below its notice."""

    color: bool = False
    show_unresolved: bool = False
    debug: bool = False


def write(name: str, result: Result, out: TextIO, options: ReportOptions) -> None:
    """Write `result` in the format of that name (a key of FORMATS) to `out`."""
    # What `importlib.import_module` does, without the modules that it loads for itself.
    __import__(f"{__name__}.{FORMATS[name]}", fromlist=["write"]).write(result, out, options)
