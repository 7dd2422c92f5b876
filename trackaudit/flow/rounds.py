"""Stage flow, the rounds: files in, a Flow out. They are evaluated; then, round by round, those that call what sends.

What is worth evaluating in a file depends on which files are known to send, and what is in it on what others write. So
a round goes on from the one before only where nothing of that is otherwise (`standing`). Else it begins anew, for the
files that something joins to a new one: what was seen in the others stays.
"""

from __future__ import annotations

from trackaudit.flow.callers import imports_one, key_words, said_keys, says_one, wanted
from trackaudit.flow.channels import share_globals
from trackaudit.flow.groups import chained, grouped, sayers
from trackaudit.flow.keys import CONTEXT
from trackaudit.flow.moments import moments
from trackaudit.flow.stand import total
from trackaudit.flow.standing import Before, mark, stands
from trackaudit.flow.units import Evaluator, kept_units, wrappers
from trackaudit.model import Notice
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Sequence

    from trackaudit.flow.callers import Wanted
    from trackaudit.flow.link import Linker
    from trackaudit.flow.send import Send
    from trackaudit.flow.values import Symbol
    from trackaudit.model import Moment, Wrapper
    from trackaudit.vocabulary import Vocabulary

ROUNDS = 12
"""Files in a row that call one another's wrappers."""
CALLER_FILES = 2_000
"""Files that are evaluated because they call something that sends."""
GLOBALS = 50
"""Names shared without an import from which on every file counts as joined to every other."""


class Trace(NamedTuple):
    """What the evaluation of each file hangs on, beside the files that it imports.

    wanted: by file, what its callers were looked for by. sought: the files that were found so, whether they do call or
    not. globals: names that files share without an import. last: the last number given out. spent: steps of all units.
    missed: files that lack a name which a file that sends asked for.
    """

    wanted: dict[str, Wanted]
    sought: frozenset[str]
    globals: frozenset[str]
    last: int
    spent: int
    missed: frozenset[str] = frozenset()


class Flow(NamedTuple):
    """What the stage yields.

    sends: those of kept units, in order of files and places. presence: by block number, the arm in which what a test
    asks for is there, and the keys of what it asks for. limits: by what a bound's notice says, the places where it was
    hit, in order. evaluated: functions run, by file. wrappers: functions whose parameters reach a send, in order of
    files and places. moments: handlers that rules ask about. held: what a component's state is set to, by its symbol's
    root and path. trace: what the answer hangs on.
    """

    sends: list[Send]
    presence: dict[int, tuple[int, frozenset[str]]]
    notices: list[Notice]
    limits: dict[str, list[tuple[str, int]]]
    evaluated: dict[str, int]
    wrappers: list[Wrapper]
    moments: list[Moment]
    held: dict[tuple[str, tuple[str, ...]], list[Symbol]]
    trace: Trace


def nothing(last: int) -> Flow:
    """What is yielded of no file. `last`: as `evaluate` takes it."""
    return Flow([], {}, [], {}, {}, [], [], {}, Trace({}, frozenset(), frozenset(), last, 0))


def evaluate(
    paths: Iterable[str],
    vocabulary: Vocabulary,
    linker: Linker,
    search: Callable[[Sequence[Wanted], Container[str]], list[str]] | None = None,
    every: bool = False,
    last: int = 0,
) -> Flow:
    """Evaluate these files and what they import; then, round by round, the files that call what sends.

    `search` gives the paths of files, other than those named, whose bytes pass one of the tests. `every`: run also the
    functions that are called, on their own. `last`: numbers of units and blocks are greater than it.
    """
    run = _Run(vocabulary, linker, every, last)
    taken = list(dict.fromkeys(paths))
    fresh = run.round(taken, taken)
    held: set[str] = set()
    turn = 0
    while fresh or run.anew:
        # A file that imports none of them yet is held: a barrel that comes later may be what it imports.
        here = search(fresh, {*taken, *held}) if search is not None and fresh else []
        run.sought.update(here)
        held.update(here)
        found = sorted(path for path in held if run.calls_one(path))
        if not found and not run.anew:
            break
        if turn == ROUNDS or len(taken) + len(found) > CALLER_FILES:
            why = f"callers of callers beyond {ROUNDS} files in a row" if turn == ROUNDS else f"{CALLER_FILES} files"
            run.flow.notices.append(Notice("limit", "", 0, f"{why} of callers: not all were followed"))
            break
        held.difference_update(found)
        taken.extend(found)
        fresh = run.round(taken, {*found, *run.anew})
        turn += 1
    run.end()
    run.sought.update(path for path in run.seen if said_keys(linker.source(path).data, run.keys))
    missed = frozenset(linker.missed)
    trace = Trace(run.known, frozenset(run.sought), frozenset(run.globals), run.last, run.spent, missed)
    return run.flow._replace(trace=trace)


class _Run:
    """One evaluation, and what its rounds have seen so far.

    known: by file, what its callers were looked for by. sought: files that a search found. globals: names that files
    share without an import. keys: by which files call each other without an import. anew: files to which the last round
    told something. seen: all files so far. last: the last number given out. spent: steps of all units.
    """

    def __init__(self, vocabulary: Vocabulary, linker: Linker, every: bool, last: int) -> None:
        self.vocabulary = vocabulary
        self.linker = linker
        self.every = every
        self.last = last
        self.flow = nothing(last)
        self.known: dict[str, Wanted] = {}
        self.sought: set[str] = set()
        self.globals: set[str] = set()
        self.keys: set[str] = set()
        self.anew: set[str] = set()
        self.seen: set[str] = set()
        self.spent = 0
        self._joining: dict[str, set[str]] = {}
        self._publishing: dict[str, set[int]] = {}
        self._machine: Evaluator | None = None

    def round(self, taken: Sequence[str], new: Collection[str]) -> list[Wanted]:
        """Evaluate those of the files that are taken which are joined to a new one; the callers to look for next."""
        self.seen.update(taken)
        machine = self._further(taken, new)
        if machine is None:
            self.end()
            machine = self._machine = self._begun(taken, new)
        self._take(machine, frozenset(self.linker.files))
        fresh = _fresh(machine, self.linker, self.known)
        self._learn(machine)
        return fresh

    def end(self) -> None:
        """Let go of what the last round ran."""
        if self._machine is not None:
            self._machine.release()
            self._machine = None

    def _further(self, taken: Sequence[str], new: Collection[str]) -> Evaluator | None:
        """The machine of the last round, after it has run the new files; None if it would have seen something else had
        it known them from the start."""
        machine, linker = self._machine, self.linker
        again = self._joined(taken, new)
        if machine is None or not all(path in new or linker.ran(path) for path in again):
            return None
        if machine.published or self._publishing:  # it would be run first
            return None
        if not linker.extend(*self._told(taken)):
            return None
        machine.close()
        before = mark(machine)
        for path in again:
            linker.run(machine, path)
        self.seen.update(linker.files)
        if not stands(machine, before) or not machine.run_functions(self.every, Before(machine)):
            return None
        self.globals.update(machine.globals.names)
        self.seen.update(linker.files)
        more = self._joined(taken, [*again, *linker.files])
        if machine.published or not all(map(linker.ran, more)) or not stands(machine, before):
            return None
        self.spent, self.last = machine.spent, machine.number()
        return machine

    def _begun(self, taken: Sequence[str], new: Collection[str]) -> Evaluator:
        """A machine that has run the files that are joined to a new one."""
        again = self._joined(taken, new)
        while True:
            machine = self._evaluated(taken, again)
            self.globals.update(machine.globals.names)
            self.seen.update(self.linker.files)
            # An import that nobody had followed before may join more of them.
            more = self._joined(taken, [*again, *self.linker.files])
            if len(more) == len(again):
                break
            machine.release()
            again = more
        return machine

    def _told(self, taken: Sequence[str]) -> tuple[set[str], dict[str, set[str]]]:
        """The files that are known to send, and the words that are known to lead to a send in another file."""
        return {*taken, *self._joining} - {""}, self._joining

    def calls_one(self, path: str) -> bool:
        """Whether a file imports one of those whose callers are looked for, or calls by a key."""
        return imports_one(self.linker, self.linker.parsed(path), self.known.keys()) or says_one(
            self.linker, path, self.keys
        )

    def _learn(self, machine: Evaluator) -> None:
        """What the files of a round leave for others, and whom that concerns."""
        keys = {key for one in self.known.values() for key in one.keys} - self.keys
        self.keys |= keys
        self.anew = {path for path in self.seen if keys and says_one(self.linker, path, keys)}
        self._joining.setdefault("", set()).update(word for key in keys for word in key_words(key))
        for path, words in machine.joining().items():
            if not words <= self._joining.setdefault(path, set()):
                self._joining[path] |= words
                self.anew.add(path)
        for path, nodes in machine.publishers().items():
            self._publishing.setdefault(path, set()).update(nodes)

    def _evaluated(self, taken: Sequence[str], again: Sequence[str]) -> Evaluator:
        machine = Evaluator(self.vocabulary, self.linker, self.last)
        machine.spent = self.spent
        self.linker.restart(*self._told(taken))
        # First what leaves something for others, so that who calls it at once finds it.
        first = [path for path in again if path in self._publishing]
        for path in first:
            self.linker.run(machine, path)
        if first:
            machine.run_publishing({node for path in first for node in self._publishing[path]})
        for path in again:
            self.linker.run(machine, path)
        machine.run_functions(self.every)
        self.spent, self.last = machine.spent, machine.number()
        return machine

    def _joined(self, taken: Sequence[str], new: Collection[str]) -> list[str]:
        """Those of the files that are taken which imports or globals join to one of these."""
        if len(self.globals) > GLOBALS or set(new).issuperset(taken):
            return list(taken)
        saying = sayers(self.globals, self.seen, lambda path: self.linker.source(path).data)
        groups = grouped(self.seen, [*self.linker.links, *chained(saying.values()), *self._by_key()])
        chosen = {groups[path] for path in new}
        return [path for path in taken if groups[path] in chosen]

    def _by_key(self) -> list[tuple[str, str]]:
        """Links of the files that call by a key with those that it reaches."""
        saying = {path: said_keys(self.linker.source(path).data, self.keys) for path in self.seen} if self.keys else {}
        holding = [(key, path) for path, one in self.known.items() for key in one.keys]
        return [(path, other) for key, path in holding for other, said in saying.items() if key in said]

    def _take(self, machine: Evaluator, files: frozenset[str]) -> None:
        """Put what a machine saw in the place of what was seen in its files before."""
        old, linker = self.flow, self.linker
        kept, called = kept_units(machine)
        own = {unit.number: unit.node for unit in machine.units}
        sends = [
            send
            for send in machine.sends
            if send.where.unit in kept
            # A kept unit's own function does not count against it; a closure that is called after all does.
            and not any(tag in called for tag in send.where.tags if tag != own.get(send.where.unit))
        ]
        # A module that only others import, and of which nobody who sends missed a name, has nothing that could be
        # missing.
        heard = linker.sending | linker.missed | self.sought
        notices = [one for one in machine.notices if machine.cut_tops.get(one, "") in {"", *heard}]
        sending = {send.where.unit for send in sends}
        limits = {
            message: others
            for message, places in old.limits.items()
            if (others := [place for place in places if place[0] not in files])
        }
        left = total(machine.tallies, sending)
        for (path, message), (start, heard_of) in left.limits.items():
            if heard_of:
                limits.setdefault(message, []).append((path, linker.source(path).position(start)[0]))
        self.flow = Flow(
            [*(send for send in old.sends if send.place.path not in files), *sends],
            {**old.presence, **machine.presence},
            [*(notice for notice in old.notices if notice.path not in files), *notices],
            {message: sorted(limits[message]) for message in sorted(limits)},
            {**{path: count for path, count in old.evaluated.items() if path not in files}, **left.evaluated},
            [*(one for one in old.wrappers if one.place.path not in files), *wrappers(machine)],
            [*(one for one in old.moments if one.place.path not in files), *moments(machine)],
            {**old.held, **left.held},
            old.trace,
        )


def _fresh(machine: Evaluator, linker: Linker, known: dict[str, Wanted]) -> list[Wanted]:
    """Files whose callers have not been looked for yet, or that turned out to hold more; they become known."""
    sending = machine.sending()
    providers = {path: machine.providers(loaded) for path, loaded in linker.files.items() if loaded.done}
    share_globals(machine)
    fresh: dict[str, Wanted] = {}
    changed = True
    while changed:
        changed = False
        for path, loaded in list(linker.files.items()):
            if not loaded.done:
                continue
            contexts, keys = machine.contexts(loaded), machine.keys.get(path, ())
            named = [key for key in keys if not key.startswith(CONTEXT)]
            one = wanted(linker, path, loaded, sending, providers, known, contexts, named)
            if one is not None and one != known.get(path):
                known[path] = fresh[path] = one
                changed = True
    return list(fresh.values())
