"""Programs with marked lines: the marks are the roots of the findings, and no other line is one."""

from __future__ import annotations

import re

from trackaudit.pipeline import check_texts

MARK = re.compile(r"(?://|#|--) expect: ([a-z-]+(?:, [a-z-]+)*)(?: -->)?$")


def judge(name: str, path: str, text: str) -> None:
    """Fail unless exactly the marked lines have findings, of the marked rules. `name` says whether there are any: it
    ends in `wrong` or in `right`."""
    marked = {
        (number, rule)
        for number, line in enumerate(text.split("\n"), 1)
        if (found := MARK.search(line))
        for rule in found[1].split(", ")
    }
    assert name.endswith("wrong" if marked else "right")
    result = check_texts({path: text})
    assert [notice for notice in result.notices if notice.kind in ("crash", "syntax-error")] == []
    assert {(result.sources[path].position(one.root.start)[0], one.rule) for one in result.findings} == marked


def marked(files: dict[str, str]) -> set[tuple[str, int]]:
    """The places of files whose line ends in `expect`."""
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if re.search(r"(//|#) expect$", line)
    }


def found(files: dict[str, str]) -> set[tuple[str, int]]:
    """The roots of all findings in files."""
    result = check_texts(files)
    return {(one.root.path, result.sources[one.root.path].position(one.root.start)[0]) for one in result.findings}
