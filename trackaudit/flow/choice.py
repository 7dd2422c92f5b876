"""Choices: `else if`, the cases of a switch, run as one branch of many arms. A chain of Branches in, what comes of it
out.

The front ends make a choice a chain, each link the `orelse` of the one before. To run it link in link would need a
stack as deep as it is long, give its last arm as many blocks, and not tell which arms leave early.
"""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.conditions import NO_KEYS, decided, read_test
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.flow.frames import Arm
    from trackaudit.flow.machine import Machine

    Block = tuple[int, int, int]

LONG = 40
"""Links from which on a chain is one choice whatever it asks. In shorter ones a test that only asks whether something
is there is a branch of its own, which others tell from a choice."""

FEW = 40
"""Names that tests write (`else if (found = …)`) and each arm knows to be written; of more they may be. Symbols that
are present because tests failed (`if (!a) … else if (!b)`)."""


class Choice(NamedTuple):
    """What came of a choice: whether anything comes out alive, and the block and the guards of what follows it."""

    alive: bool
    block: Block | None
    told: frozenset[str]


def chain_of(m: Machine, node: p.Branch) -> list[p.Branch] | None:
    """The links of a choice between more than two arms; None for any other branch."""
    links = [node]
    while len(node.orelse) == 1 and isinstance(node.orelse[0], p.Branch):
        node = node.orelse[0]
        links.append(node)
    if len(links) < LONG and any(read_test(m, link.test).subjects is not None for link in links):
        return None
    return links if len(links) > 1 else None


def choose(m: Machine, links: list[p.Branch], run: Callable[[list[p.Stmt]], bool]) -> Choice:
    """Run every arm that can run, each on its own, and join them."""
    number, outer = m.number(), m.blocks
    begun = len(m.sends), len(m.candidates)
    arms: list[Arm] = []
    told: frozenset[str] | None = None
    failed = NO_KEYS

    def take(then: frozenset[str], body: list[p.Stmt]) -> None:
        nonlocal told
        arm = m.arm((number, len(arms), 0), then, lambda: run(body))
        # What the tests so far wrote (`else if (found = …)`) is so in this arm, and in those after it.
        if len(m.store.journals[level]) <= FEW:
            arm = arm._replace(writes={**m.store.writes_since(level), **arm.writes})
        arms.append(arm)
        if arm.alive:
            told = then if told is None else told & then

    last = links[-1].orelse
    level = len(m.store.journals)
    m.store.fork()
    for link in links:
        m.step()
        if arms:
            # It runs only where the tests before it fail: what it sends may be sent or not.
            m.enter((m.number(), 0, 0))
        facts = read_test(m, link.test)
        sure = decided(m, link.test, m.evaluate(link.test))
        m.blocks = outer
        if sure is False:
            continue
        if sure:
            last = link.then
            break
        take(failed | facts.then, link.then)
        if len(failed) < FEW:
            failed |= facts.orelse
    take(failed, last)
    tested = m.store.take_back()
    writes = [arm.writes for arm in arms if arm.alive]
    if len(tested) > FEW and writes:
        writes.append(tested)
    m.store.join(writes)
    places, follows = _arranged(m, number, [arm.alive for arm in arms])
    _place_anew(m, begun, number, len(outer), places)
    if follows is None or told is None:
        return Choice(told is not None, None, NO_KEYS)
    return Choice(True, follows, told)


def _arranged(m: Machine, number: int, alive: list[bool]) -> tuple[list[tuple[Block, ...]], Block | None]:
    """The blocks of each arm, now that it is known which come out alive; and that of what follows, if any arm does not.

    What follows is in a block with the arms that come out alive: to have left early is the other side.
    """
    living = alive.count(True)
    if living in (0, len(alive)):
        return [((number, arm, len(alive)),) for arm in range(len(alive))], None
    leaving = len(alive) - living
    rest = (number, leaving, leaving + 1)
    inner = m.number()
    places: list[tuple[Block, ...]] = []
    seen = 0
    for comes_out in alive:
        if not comes_out:
            places.append(((number, len(places) - seen, leaving + 1),))
            continue
        places.append((rest,) if living == 1 else (rest, (inner, seen, living)))
        seen += 1
    return places, rest


def _place_anew(m: Machine, begun: tuple[int, int], number: int, depth: int, places: list[tuple[Block, ...]]) -> None:
    """Give what was sent in the arms, or may still turn out to be a payload, the blocks of its arm."""

    def placed(blocks: tuple[Block, ...]) -> tuple[Block, ...] | None:
        if len(blocks) <= depth or blocks[depth][0] != number:
            return None
        return (*blocks[:depth], *places[blocks[depth][1]], *blocks[depth + 1 :])

    sent, remembered = begun
    for index in range(sent, len(m.sends)):
        send = m.sends[index]
        blocks = placed(send.where.blocks)
        if blocks is not None:
            m.sends[index] = send._replace(where=send.where._replace(blocks=blocks))
    for key, where in m.candidates_since(remembered):
        blocks = placed(where.blocks)
        if blocks is not None:
            m.candidates[key] = where._replace(blocks=blocks)
