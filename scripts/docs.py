"""Write the generated pages of docs/ (rules, configuration); with --check, only say which are out of date.

Exit 1 if one is. What is no longer generated is removed.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from trackaudit.config import Config  # noqa: E402
from trackaudit.config.schema import page as config_page  # noqa: E402
from trackaudit.config.schema import schema  # noqa: E402
from trackaudit.engine.document import document, page  # noqa: E402
from trackaudit.engine.load import load_rules  # noqa: E402

DOCS = ROOT / "docs"
NOTE = "<!-- Generated from rules/{}.yaml by scripts/docs.py. Edit the rule, not this page. -->"


def pages() -> dict[Path, str]:
    """Every generated page, by its path."""
    rules = load_rules(Config())
    made = {
        DOCS / "rules.md": page(rules),
        DOCS / "config.md": config_page(schema(rule.id for rule in rules.rules)),
    }
    for rule in rules.rules:
        title, _, body = document(rule).partition("\n")
        text = f"{title.removeprefix('#')}\n\n{NOTE.format(rule.id)}\n{body}\n[All rules](../rules.md)\n"
        made[DOCS / "rules" / f"{rule.id}.md"] = text
    return made


def main(arguments: list[str]) -> int:
    """Write or compare the pages."""
    made = pages()
    strange = [path for path in sorted((DOCS / "rules").glob("*.md")) if path not in made]
    old = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" not in arguments:
        (DOCS / "rules").mkdir(parents=True, exist_ok=True)
        for path in old:
            path.write_text(made[path], encoding="utf-8", newline="\n")
        for path in strange:
            path.unlink()
        return 0
    for path in [*old, *strange]:
        sys.stderr.write(f"{path.relative_to(ROOT).as_posix()} is not what the rules say; run: make docs\n")
    return 1 if old or strange else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
