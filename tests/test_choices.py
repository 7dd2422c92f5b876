"""Choices between many arms: a switch, `else if`, `elif`, `match`. What is said of three arms is said of thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.pipeline import check_texts, fix_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    Arm = Callable[[int], str]

UPDATE = "exponea.update({ email: user.email });"
IDENTIFY = "exponea.identify({ registered: user.email });"
QUIET = "seen = 1;"


def switch(count: int, arm: Arm, default: str = "") -> str:
    cases = "".join(f"    case 'k{at}': {arm(at)} break;\n" for at in range(count))
    return f"  switch (kind) {{\n{cases}{default and f'    default: {default}'}\n  }}\n"


def else_if(count: int, arm: Arm, default: str = "") -> str:
    links = " else ".join(f"if (kind === 'k{at}') {{ {arm(at)} }}\n" for at in range(count))
    return f"  {links}{default and f'  else {{ {default} }}'}\n"


def function(body: str) -> str:
    return f"export function f(kind, user) {{\n{body}}}\n"


def roots(text: str, path: str = "a.js") -> list[str]:
    """The lines of the findings' roots; what was cut short fails the test."""
    result = check_texts({path: text})
    assert [notice for notice in result.notices if notice.kind in ("limit", "crash")] == []
    lines = text.split("\n")
    return [lines[result.sources[path].position(one.root.start)[0] - 1].strip() for one in result.findings]


@pytest.mark.parametrize(("choice", "count"), [(switch, 3), (else_if, 3), (switch, 5000), (else_if, 1500)])
def test_the_last_arm_is_judged(choice: Callable[..., str], count: int) -> None:
    (line,) = roots(function(choice(count, lambda at: UPDATE if at == count - 1 else QUIET)))
    assert f"k{count - 1}" in line


@pytest.mark.parametrize(("choice", "count"), [(switch, 3), (else_if, 3), (switch, 900), (else_if, 100)])
def test_an_identify_in_every_arm_covers_what_follows_and_without_one_for_the_rest_it_does_not(
    choice: Callable[..., str], count: int
) -> None:
    assert roots(function(choice(count, lambda at: IDENTIFY, IDENTIFY) + UPDATE)) == []
    assert roots(function(choice(count, lambda at: IDENTIFY) + UPDATE)) == [UPDATE + "}"]


def test_thousands_of_arms_that_track_hide_no_arm_that_updates() -> None:
    text = function(switch(3000, lambda at: UPDATE if at == 2999 else f"exponea.track('e{at}', {{ plan: 'x' }});"))
    (line,) = roots(text)
    assert "k2999" in line


@pytest.mark.parametrize("count", [3, 100])
@pytest.mark.parametrize("choice", [switch, else_if])
def test_arms_that_leave_early_take_no_part_in_what_follows_but_in_what_came_before(
    choice: Callable[..., str], count: int
) -> None:
    def leaves(at: int) -> str:
        return "return;" if at == 1 else IDENTIFY

    assert roots(function(choice(count, leaves, IDENTIFY) + UPDATE)) == []
    assert roots(function(choice(count, lambda at: "return;", IDENTIFY) + UPDATE)) == []
    assert roots(function(choice(count, leaves, QUIET) + UPDATE)) == [UPDATE + "}"]
    assert roots(function(UPDATE + "\n" + choice(count, leaves, IDENTIFY))) == [UPDATE]
    assert roots(function(UPDATE + "\n" + choice(count, lambda at: f"{IDENTIFY} return;", IDENTIFY))) == []


@pytest.mark.parametrize("count", [3, 100])
def test_what_a_test_of_a_choice_writes_holds_only_from_there_on(count: int) -> None:
    links = " else ".join(f"if (kind === 'k{at}') {{ {QUIET} }}" for at in range(count))
    last = f"else if ((mail = user.email) && kind) {{ {QUIET} }}"
    text = f"  let mail;\n  {links} {last}\n  exponea.update({{ plan: mail }});\n"
    assert roots(function(text)) == ["exponea.update({ plan: mail });"]


def test_a_presence_test_among_few_arms_is_still_no_choice() -> None:
    body = f"  if (!user) {{ return; }} else if (kind) {{ {QUIET} }}\n  {IDENTIFY}\n  {UPDATE}\n"
    assert roots(function(body)) == []
    inner = f"  if (user.email) {{ {IDENTIFY} }} else if (kind) {{ {QUIET} }}\n  {UPDATE}\n"
    assert roots(function(inner)) == []


PYTHON = "from infinario import Infinario\nclient = Infinario('t')\ndef f(kind, user):\n"
PY_UPDATE = "client.update({'email': user.email})"
PY_IDENTIFY = "client.identify({'registered': user.email})"


def elif_(count: int, arm: Arm, default: str = "") -> str:
    links = "".join(f"    {'elif' if at else 'if'} kind == 'k{at}':\n        {arm(at)}\n" for at in range(count))
    return PYTHON + links + (default and f"    else:\n        {default}\n")


def match(count: int, arm: Arm, default: str = "") -> str:
    cases = "".join(f"        case 'k{at}':\n            {arm(at)}\n" for at in range(count))
    return f"{PYTHON}    match kind:\n{cases}{default and f'        case _:{chr(10)}            {default}{chr(10)}'}"


@pytest.mark.parametrize("count", [3, 1500])
@pytest.mark.parametrize("choice", [elif_, match])
def test_python_choices_are_judged_alike(choice: Callable[..., str], count: int) -> None:
    assert roots(choice(count, lambda at: PY_UPDATE if at == count - 1 else "pass"), "a.py") == [PY_UPDATE]
    few = min(count, 200)
    assert roots(choice(few, lambda at: PY_IDENTIFY, PY_IDENTIFY) + f"    {PY_UPDATE}\n", "a.py") == []
    assert roots(choice(few, lambda at: PY_IDENTIFY) + f"    {PY_UPDATE}\n", "a.py") == [PY_UPDATE]


@pytest.mark.parametrize("count", [3, 2000])
def test_cases_that_share_one_body_and_long_tests_are_one_question(count: int) -> None:
    cases = "\n".join(f"case 'k{at}':" for at in range(count))
    assert roots(function(f"switch (kind) {{\n{cases}\n{UPDATE}\n}}")) == [UPDATE]
    asked = " || ".join(f"kind === 'k{at}'" for at in range(count))
    assert roots(function(f"if ({asked})\n{UPDATE}\n")) == [UPDATE]
    either = " | ".join(f"'k{at}'" for at in range(count))
    assert roots(f"{PYTHON}    match kind:\n        case {either}:\n            {PY_UPDATE}\n", "a.py") == [PY_UPDATE]
    chain = " or ".join(f"kind == 'k{at}'" for at in range(count))
    assert roots(f"{PYTHON}    if {chain}:\n        {PY_UPDATE}\n", "a.py") == [PY_UPDATE]


def test_a_finding_in_one_of_many_arms_is_mended_there() -> None:
    text = function(switch(1000, lambda at: UPDATE if at == 700 else QUIET))
    (changed,) = (line for line in fix_texts({"a.js": text})[0]["a.js"].split("\n") if "identify" in line)
    assert changed.strip().startswith("case 'k700': exponea.identify({ registered:")
