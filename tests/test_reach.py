"""What is sent wherever, or whenever, a call is: the index answers as comparing the call with every other one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracking import call

from trackaudit.engine.reach import Reach
from trackaudit.model import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trackaudit.model import TrackingCall

RESET = "reset"


class Sent(NamedTuple):
    """A call, with its only sign."""

    call: TrackingCall
    sign: str


@st.composite
def _programs(draw: st.DrawFn) -> list[Sent]:
    """Sends of three signs and resets, in branches and callbacks, in the order in which they run."""
    sent: list[Sent] = []
    numbers = iter(range(1, 10_000))

    def block(blocks: tuple[tuple[int, int, int], ...], depth: int) -> None:
        for what in draw(st.lists(st.sampled_from(["a", "b", "c", RESET, "arms", "callback"]), max_size=4)):
            if what == "arms" and depth:
                number, arms = next(numbers), draw(st.integers(1, 3))
                for arm in range(arms):
                    block((*blocks, (number, arm, arms)), depth - 1)
            elif what == "callback" and depth:
                block((*blocks, (next(numbers), 0, 0)), depth - 1)
            elif len(what) == 1 or what == RESET:
                context = Context(draw(st.sampled_from(["", "f"])))
                made = call("identify", blocks=blocks, order=len(sent), context=context)
                sent.append(Sent(made, what))

    block((), 3)
    return sent


def _apart(sent: Sequence[Sent], one: TrackingCall, other: TrackingCall) -> bool:
    """Whether a reset around `one` comes between them."""
    low, high = sorted((one.order, other.order))
    resets = [each.call for each in sent if each.sign == RESET]
    return any(low < reset.order < high and one.blocks[: len(reset.blocks)] == reset.blocks for reset in resets)


def _happens(sent: Sequence[Sent], asking: TrackingCall, signs: set[str]) -> bool:
    others = [one.call.blocks for one in sent if one.sign in signs and not _apart(sent, asking, one.call)]
    return any(_runs(others, asking.blocks[:depth]) for depth in range(len(asking.blocks) + 1))


def _runs(others: Sequence[tuple[tuple[int, int, int], ...]], at: tuple[tuple[int, int, int], ...]) -> bool:
    if at in others:
        return True
    inside = {blocks[len(at)] for blocks in others if blocks[: len(at)] == at and len(blocks) > len(at)}
    return any(
        arms and all(_runs(others, (*at, (number, arm, arms))) for arm in range(arms)) for number, _, arms in inside
    )


def _surrounds(sent: Sequence[Sent], asking: TrackingCall, signs: set[str]) -> bool:
    return any(
        one.sign in signs
        and asking.blocks[: len(one.call.blocks)] == one.call.blocks
        and not _apart(sent, asking, one.call)
        for one in sent
    )


def _together(sent: Sequence[Sent], asking: TrackingCall, signs: set[str]) -> bool:
    return any(one.sign in signs and _at_once(asking, one.call) and not _apart(sent, asking, one.call) for one in sent)


def _at_once(a: TrackingCall, b: TrackingCall) -> bool:
    shared = next((at for at, pair in enumerate(zip(a.blocks, b.blocks, strict=False)) if pair[0] != pair[1]), None)
    if shared is not None and a.blocks[shared][0] == b.blocks[shared][0]:
        return False
    outer, inner = sorted(([block for block in one.blocks if not block[2]] for one in (a, b)), key=len)
    at_load_and_later = bool(inner) and not outer and not (a.context.function and b.context.function)
    return inner[: len(outer)] == outer and not at_load_and_later


QUESTIONS: dict[str, tuple[Callable[[Reach], Callable[..., bool]], Callable[..., bool]]] = {
    "happens": (lambda reach: reach.happens, _happens),
    "surrounds": (lambda reach: reach.surrounds, _surrounds),
    "together": (lambda reach: reach.together, _together),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_index_answers_as_comparing_with_every_call_does(question: str) -> None:
    asked, compared = QUESTIONS[question]
    answers = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(_programs(), st.sampled_from([{"a"}, {"a", "b"}, {"a", "b", "c"}]))
    def check(sent: list[Sent], signs: set[str]) -> None:
        reach = Reach()
        for one in sent:
            if one.sign == RESET:
                reach.reset(one.call)
            else:
                reach.add(one.call, [(one.sign,)])
        ask = asked(reach)
        for one in sent:
            if one.sign not in signs:
                expected = compared(sent, one.call, signs)
                answers.add(expected)
                assert ask(one.call, {(sign,) for sign in signs}) == expected

    check()
    assert answers == {True, False}
