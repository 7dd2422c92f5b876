"""Other parsers see the calls and keys that we see, in files at hand; `scripts/differential.py` compares thousands."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from differential import compare, files

TOP = Path(__file__).parent.parent
STDLIB = Path(sysconfig.get_path("stdlib"))


def _compared(folders: list[Path]) -> tuple[dict[str, int], list[str]]:
    """By the other parser's name, how many facts were compared; and each disagreement."""
    facts: dict[str, int] = {}
    wrong: list[str] = []
    for number, path in enumerate(files(map(str, folders))):
        for name, (count, disagreements) in compare(path, Path(path).read_bytes(), number).items():
            facts[name] = facts.get(name, 0) + count
            wrong += [f"{one.path}:{one.fact.start} {one.who} did not see {one.fact.text!r}" for one in disagreements]
    return facts, wrong


def test_python_of_the_standard_library_is_seen_as_ast_and_libcst_see_it() -> None:
    facts, wrong = _compared([STDLIB / name for name in ("asyncio", "email", "http", "json")])
    assert wrong == []
    assert facts["ast"] > 5_000
    assert facts["libcst"] > 500


def test_javascript_of_the_fixtures_is_seen_as_esprima_sees_it() -> None:
    facts, wrong = _compared([TOP / "fixtures", TOP / "tests" / "adversarial"])
    assert wrong == []
    assert facts["esprima"] > 300


AWAITED = "async function f(p, q) { await (await p).a({ b: 1 }, 2); await (q ? p : q)(3); return [...p.c(4)]; }\n"
STARRED = (
    "async def f(a, b):\n    assert a, g(b)\n    x = [*a.b(1), *b.c[0](2)]\n    return x, *a.d(a=3), {'k': b(4)}\n"
)


@pytest.mark.parametrize(("path", "text", "name"), [("a.js", AWAITED, "esprima"), ("a.py", STARRED, "ast")])
def test_what_once_was_seen_differently_is_seen_alike(path: str, text: str, name: str) -> None:
    count, wrong = compare(path, text.encode())[name]
    assert count >= 4
    assert wrong == []
