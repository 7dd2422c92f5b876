"""Functions that something else is given to run: a pool, a thread, a timer, a queue of tasks. In goes a call, out come
the function and what it will be called with."""

from __future__ import annotations

from trackaudit import program as p
from trackaudit.flow.arguments import Arg, Args
from trackaudit.flow.inline import leads_on
from trackaudit.flow.values import Func, Partial, Ref, Rest, options
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Value

FUNCTION = ("target", "func", "function")
"""Keywords that name what is to be run."""
LISTED = ("args", "kwargs")
"""Keywords of its arguments, in a list and in a record."""


class Task(NamedTuple):
    """A function of the project's own, and its arguments."""

    func: Func | Partial
    args: Args


def task(m: Machine, name: str, args: Args) -> Task | None:
    """What a call of unknown code runs, by the code's last name: `pool.submit(f, a)`, `Thread(target=f, args=(a,))`,
    `setTimeout(f, 0, a)`. None if it is none that can lead to a send."""
    how = m.vocabulary.runners.get(name)
    if not how:
        return None
    named = next((arg for key, arg in args.keywords if key in FUNCTION), None)
    at = next((at for at, arg in enumerate(args.positional) if _sending(m, arg.value) is not None), None)
    func = _sending(m, named.value if named is not None else args.positional[at].value if at is not None else None)
    if func is None:
        return None
    after = args.positional[at + 1 :] if at is not None else ()
    if how == "timers":
        after = after[1:]
    own = tuple(one for one in args.keywords if one[0] not in (*FUNCTION, *LISTED))
    listed = [arg for key, arg in args.keywords if key in LISTED]
    if how == "listed":
        return Task(func, _unpacked(m, (*after, *listed)))
    more = _unpacked(m, listed)
    return Task(func, Args((*after, *more.positional), (*own, *more.keywords), args.rest or more.rest, args.more))


def queued(m: Machine, func: Func | Partial, name: str, args: Args) -> Task | None:
    """What a method of a function has run: `f.delay(a)`, `f.apply_async((a,), {…})`. None if it is none of these."""
    how = m.vocabulary.task_methods.get(name)
    if how not in ("plain", "listed") or _sending(m, func) is None:
        return None
    if how == "listed":
        args = _unpacked(m, (*args.positional, *(arg for key, arg in args.keywords if key in LISTED)))
    if isinstance(func, Func) and func.this is None and _takes_itself(func):
        place = m.place(func.node)
        args = args._replace(positional=(Arg(m.unknown(func.node), place, place), *args.positional))
    return Task(func, args)


def _takes_itself(func: Func) -> bool:
    """Whether a function that is no method is called as one: `@task(bind=True)`."""
    first = func.node.params[0].target if func.node.params else None
    return func.owner is None and isinstance(first, p.Name) and first.id == "self"


def _sending(m: Machine, value: Value | None) -> Func | Partial | None:
    for option in options(value) if value is not None else ():
        inner = option.callee if isinstance(option, Partial) else option
        if isinstance(option, (Func, Partial)) and isinstance(inner, Func) and leads_on(m, inner):
            return option
    return None


def _unpacked(m: Machine, given: Iterable[Arg]) -> Args:
    """The arguments that are in lists and records."""
    positional: list[Arg] = []
    keywords: list[tuple[str, Arg]] = []
    rest: Rest | None = None
    for arg in given:
        for option in options(arg.value):
            if not isinstance(option, Ref):
                continue
            obj = m.store.object(option)
            rest = rest or next(iter(obj.rests), None)
            positional += map(Arg.of, obj.items)
            keywords += [(key, Arg.of(slot)) for key, slot in obj.entries.items()]
    return Args(tuple(positional), tuple(keywords), rest)
