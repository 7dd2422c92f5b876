"""What the tests of `profiles` share: an export of every kind of duplicate, and what a plan of it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trackaudit.cli import main

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]
MIXED = """registered;cookie;email;created
Jo@example.com;c1;jo@example.com;1700000000
;c2; JO@example.com;1700000100
;"[""c3"",""c4""]";jo@example.com;2024-01-01
;c5;undefined;
;c6;undefined;
al@example.com;c7;;
AL@example.com;c8;;
;;no@example.com;
;c11;no@example.com;
"""


def run(tmp_path: Path, text: str | bytes, *options: str, name: str = "export.csv") -> int:
    """`plan` on an export; the exit code."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return main(["profiles", "plan", str(path), "-o", str(tmp_path / "plan.jsonl"), *options])


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def commands(tmp_path: Path) -> list[Row]:
    return [one["data"] for line in lines(tmp_path / "plan.jsonl") for one in line["commands"]]


def held(tmp_path: Path) -> dict[str, str]:
    return {line["value"]: line["reason"] for line in lines(tmp_path / "plan-held.jsonl")}
