"""Stage report, the inventory: rows of tracking calls in, a table for a terminal, JSON, CSV or Markdown out."""

from __future__ import annotations

from trackaudit.report.escape import escape, escape_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

FORMATS = ("table", "json", "csv", "markdown")
FIELDS = ("path", "line", "channel", "operation", "call", "event", "ids", "properties", "function")
_COLUMNS = ("place", "operation", "call", "event", "ids", "properties")


def write(name: str, sections: Sequence[tuple[str, Sequence[Any]]], out: TextIO) -> None:
    """Write rows (with the attributes of FIELDS) in the format of that name. `sections`: (mark, rows), the mark being
    `""` for a plain list, `+` for what is new and `-` for what is gone."""
    rows = [(mark, row) for mark, some in sections for row in some]
    marked = any(mark for mark, _ in sections)
    {"table": _table, "json": _json, "csv": _csv, "markdown": _markdown}[name](rows, marked, out)


def _cells(row: Any) -> list[str]:
    what = [f"{row.path}:{row.line}", row.operation, row.call, row.event, ", ".join(row.ids), ", ".join(row.properties)]
    return [escape(cell) for cell in what]


def _table(rows: list[tuple[str, Any]], marked: bool, out: TextIO) -> None:
    if not rows:
        return
    head = [*([" "] if marked else []), *_COLUMNS]
    lines = [head, *([*([mark] if marked else []), *_cells(row)] for mark, row in rows)]
    widths = [min(60, max(len(line[at]) for line in lines)) for at in range(len(head))]
    for line in lines:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        # A path can begin as a command to a CI's log does.
        out.write((f"./{text}" if text.startswith("::") else text) + "\n")


def _json(rows: list[tuple[str, Any]], marked: bool, out: TextIO) -> None:
    import json

    def record(mark: str, row: Any) -> dict[str, Any]:
        told: dict[str, Any] = {"change": {"+": "added", "-": "removed"}[mark]} if mark else {}
        for name in FIELDS:
            value = getattr(row, name)
            told[name] = [escape_bytes(one) for one in value] if isinstance(value, tuple) else value
            if isinstance(value, str):
                told[name] = escape_bytes(value)
        return told

    json.dump({"version": 1, "calls": [record(mark, row) for mark, row in rows]}, out, indent=2)
    out.write("\n")


def _csv(rows: list[tuple[str, Any]], marked: bool, out: TextIO) -> None:
    import csv

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(["change"] if marked else []), *FIELDS])
    for mark, row in rows:
        values = [getattr(row, name) for name in FIELDS]
        cells = [escape(" ".join(one) if isinstance(one, tuple) else str(one)) for one in values]
        # A spreadsheet takes such a cell for a formula.
        cells = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells]
        writer.writerow([*({"+": "added", "-": "removed"}[mark] for _ in range(1) if marked), *cells])


def _markdown(rows: list[tuple[str, Any]], marked: bool, out: TextIO) -> None:
    from trackaudit.report.github import code

    head = [*(["change"] if marked else []), *_COLUMNS]
    out.write(f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n")
    for mark, row in rows:
        cells = [code(cell, escaped=True) if cell else "" for cell in _cells(row)]
        first = [{"+": "added", "-": "removed"}[mark]] if marked else []
        out.write(f"| {' | '.join([*first, *cells])} |\n")
