"""Write docs/rules.md from the rules; with --check, only say whether it is up to date (exit 1 if it is not)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from trackaudit.config import Config  # noqa: E402
from trackaudit.engine.document import page  # noqa: E402
from trackaudit.engine.load import load_rules  # noqa: E402

PAGE = ROOT / "docs" / "rules.md"


def main(arguments: list[str]) -> int:
    text = page(load_rules(Config()))
    if "--check" not in arguments:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/rules.md is not what the rules say; run: make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
