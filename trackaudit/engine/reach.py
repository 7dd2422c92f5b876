"""What is sent wherever, or whenever, a call is: calls of one unit in, questions about another call of it answered.

A function may hold thousands of sends, and each of them asks, so they are not compared one with another. What a call
carries is a set of signs (an equal value, name or kind is an equal sign). Of each sign there is a tree of the blocks in
which it is sent, and a question walks down the blocks of the call that asks. An `anonymize` that surrounds that call
cuts the run in two: only what is sent on its side of it counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from trackaudit.model import TrackingCall

    Block: TypeAlias = tuple[int, int, int]
    Kind: TypeAlias = tuple[bool, bool]
    Span: TypeAlias = tuple[float, float]
    Sign: TypeAlias = tuple[str, ...]

_ALWAYS: Span = (float("-inf"), float("inf"))


class Reach:
    """Calls of one unit, by their signs."""

    def __init__(self) -> None:
        self._trees: dict[Sign, _Node] = {}
        self._resets = _Node()
        self._known: dict[tuple[object, ...], bool] = {}

    def add(self, call: TrackingCall, signs: Iterable[Sign]) -> None:
        """Note a call; calls come in their order."""
        for sign in signs:
            self._trees.setdefault(sign, _Node()).add(call)

    def reset(self, call: TrackingCall) -> None:
        """Note an `anonymize`."""
        self._resets.add(call)

    def happens(self, call: TrackingCall, signs: Iterable[Sign]) -> bool:
        """Whether something with one of the signs is sent wherever `call` is: in a block around it, or in every arm of
        a branch there."""
        span = self._span(call)
        return any(self._runs(nodes, span) for nodes in _down(self._of(signs), call.blocks))

    def surrounds(self, call: TrackingCall, signs: Iterable[Sign]) -> bool:
        """Whether something with one of the signs is sent in a block around `call` itself."""
        span = self._span(call)
        return any(node.sends(span) for nodes in _down(self._of(signs), call.blocks) for node in nodes)

    def together(self, call: TrackingCall, signs: Iterable[Sign]) -> bool:
        """Whether something with one of the signs can be sent in one run of one handler with `call`, which has none of
        them itself: never in sibling arms, and of two callbacks only if one is in the other."""
        span = self._span(call)
        plain = _plain(call)
        at_load = True
        for depth, nodes in enumerate(_down(self._of(signs), call.blocks)):
            number = call.blocks[depth][0] if depth < len(call.blocks) else None
            for theirs, in_function in ((True, True), (True, False), (False, True), (False, False)):
                # What a page does at load and what a handler does later are two moments, though it is made there.
                moments = at_load and theirs != plain[depth] and not (in_function and call.context.function)
                if moments or not (theirs or plain[depth]):
                    continue
                if any(node.beside((theirs, in_function), number, span) for node in nodes):
                    return True
            at_load = at_load and (number is None or call.blocks[depth][2] != 0)
        return False

    def _of(self, signs: Iterable[Sign]) -> list[_Node]:
        return [self._trees[sign] for sign in signs if sign in self._trees]

    def _span(self, call: TrackingCall) -> Span:
        """The orders between the nearest resets that surround the call."""
        low, high = _ALWAYS
        for node in (node for nodes in _down([self._resets], call.blocks) for node in nodes):
            at = bisect_left(node.orders, call.order)
            if at:
                low = max(low, node.orders[at - 1])
            at = bisect_right(node.orders, call.order)
            if at < len(node.orders):
                high = min(high, node.orders[at])
        return low, high

    def _runs(self, nodes: list[_Node], span: Span) -> bool:
        """Whether, wherever a block runs, something is sent in the span. nodes: the block in the tree of each sign."""
        if any(node.runs(span) for node in nodes):
            return True
        if len(nodes) < 2:
            return False
        key = (span, *sorted(map(id, nodes)))
        if key not in self._known:
            # Only a branch whose arms send different signs is left; the tree with most of them need not be looked at.
            fewer = sorted(nodes, key=lambda node: len(node.branches))[:-1]
            branches = {branch for node in fewer for branch in node.branches}
            self._known[key] = any(self._all_run(nodes, branch, span) for branch in branches)
        return self._known[key]

    def _all_run(self, nodes: Iterable[_Node], branch: tuple[int, int], span: Span) -> bool:
        arms: dict[int, list[_Node]] = {}
        for node in nodes:
            for arm, below in node.branches.get(branch, {}).items():
                arms.setdefault(arm, []).append(below)
        return len(arms) == branch[1] and all(self._runs(below, span) for below in arms.values())


class _Node:
    """A block. orders: of what is sent in it, rising. branches: the arms that hold any, by number of the branch and of
    its arms. below, through: orders in the block and all blocks in it, and of those in a branch; by whether no callback
    is on the way and whether it is in a function."""

    __slots__ = ("_spans", "below", "branches", "orders", "through")

    def __init__(self) -> None:
        self.orders: list[int] = []
        self.branches: dict[tuple[int, int], dict[int, _Node]] = {}
        self.below: dict[Kind, list[int]] = {}
        self.through: dict[tuple[int, Kind], list[int]] = {}
        self._spans: list[Span] | None = None

    def add(self, call: TrackingCall) -> None:
        """Note a call in the unit of which this is the outermost block."""
        node = self
        for (number, arm, arms), plain in zip(call.blocks, _plain(call), strict=False):
            kind = plain, bool(call.context.function)
            node.below.setdefault(kind, []).append(call.order)
            node.through.setdefault((number, kind), []).append(call.order)
            node = node.branches.setdefault((number, arms), {}).setdefault(arm, _Node())
        node.below.setdefault((True, bool(call.context.function)), []).append(call.order)
        node.orders.append(call.order)

    def beside(self, kind: Kind, number: int | None, span: Span) -> bool:
        """Whether any of a kind is in the block, or a block in it, but not in the branch of that number."""
        return _count(self.below.get(kind, ()), span) > _count(
            self.through.get((number, kind), ()) if number is not None else (), span
        )

    def sends(self, span: Span) -> bool:
        """Whether something is sent in the block itself."""
        at = bisect_left(self.orders, span[0])
        return at < len(self.orders) and self.orders[at] <= span[1]

    def runs(self, span: Span) -> bool:
        """Whether something is sent wherever the block runs."""
        spans = self.spans()
        at = bisect_left(spans, (span[0], span[0]))
        return at < len(spans) and spans[at][1] <= span[1]

    def spans(self) -> list[Span]:
        """Where something is sent in any case: at one order, or between two where it is in every arm of a branch; in
        both directions rising. Asked when all calls are there."""
        if self._spans is None:
            found: list[Span] = [(order, order) for order in self.orders]
            for (_, arms), held in self.branches.items():
                below = [node.spans() for node in held.values()] if len(held) == arms else []
                if arms == 1:
                    found += below[0]
                elif below and all(below):  # arms run one after the other here
                    found.append((min(one[-1][0] for one in below), max(one[0][1] for one in below)))
            self._spans = _rising(found)
        return self._spans


def _rising(spans: list[Span]) -> list[Span]:
    """The spans that hold no other, by start and so by end."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (-span[0], span[1])):
        if not kept or end < kept[-1][1]:
            kept.append((start, end))
    return kept[::-1]


def _plain(call: TrackingCall) -> list[bool]:
    """Whether a call is in no callback within its unit, its first block, its second, and so on."""
    found = [True]
    for _, _, arms in reversed(call.blocks):
        found.append(found[-1] and arms != 0)
    return found[::-1]


def _count(orders: Sequence[int], span: Span) -> int:
    return bisect_right(orders, span[1]) - bisect_left(orders, span[0])


def _down(trees: Iterable[_Node], blocks: Iterable[Block]) -> Iterator[list[_Node]]:
    """What each tree has at each of the blocks, from the unit inwards."""
    nodes = list(trees)
    yield nodes
    for number, arm, arms in blocks:
        nodes = [node.branches[number, arms][arm] for node in nodes if arm in node.branches.get((number, arms), ())]
        if not nodes:
            return
        yield nodes
