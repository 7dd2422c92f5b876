"""What does not change a program's meaning changes neither the verdict nor the entry that is named as the root.

Each test takes a program with a known verdict through a chain of up to six random rewritings. A failure prints the
chain, the program's text and the blob with which hypothesis repeats it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from programs import (
    ROOT,
    Attr,
    Do,
    Either,
    Function,
    Give,
    Item,
    Let,
    Name,
    Noise,
    Post,
    Program,
    Record,
    Run,
    Sdk,
    Send,
    Set,
    Spread,
    Text,
    all_below,
    expressions,
    free,
    rebuilt,
    render,
    uses,
    value_of,
    with_value,
)

from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from programs import Expr, Stmt

MAIL = Attr(Name("customer"), "email")
CHAINS = 240
"""At least so many programs are made up in a normal run, over all languages."""


class Seed(NamedTuple):
    """A program's entry, and the rule that speaks of it ("" for none)."""

    name: str
    rule: str
    body: tuple[Stmt, ...]
    languages: tuple[str, ...] = ("javascript", "typescript", "python")


def _send(method: str, *args: Expr) -> Do:
    return Do(Send(Name("client"), method, args))


def _payload(ids: Record, properties: Record) -> Do:
    return Do(Post(Record((Item("customer_ids", ids), Item("properties", properties)))))


_REGISTERED = Item("registered", MAIL)
_PLAN = Item("plan", Text("gold"))
_PAGE = ("javascript", "typescript")
SEEDS = (
    Seed("update", "identifier-in-update", (_send("update", Record((Item("email", MAIL, root=True), _PLAN))),)),
    Seed("update without an identifier", "", (_send("update", Record((_PLAN, Item("step", Text("two"))))),)),
    Seed(
        "identify beside the property", "", (_send("identify", Record((_REGISTERED,)), Record((Item("email", MAIL),))),)
    ),
    Seed(
        "identify, then update",
        "",
        (_send("identify", Record((_REGISTERED,))), _send("update", Record((Item("email", MAIL), _PLAN)))),
    ),
    Seed(
        "update, then identify",
        "",
        (_send("update", Record((Item("email", MAIL),))), _send("identify", Record((_REGISTERED,)))),
        _PAGE,
    ),
    Seed(
        "event",
        "identifier-only-in-event",
        (_send("track", Text("sign_up"), Record((Item("email", MAIL, root=True), _PLAN))),),
    ),
    Seed(
        "identify, then event",
        "",
        (_send("identify", Record((_REGISTERED,))), _send("track", Text("sign_up"), Record((Item("email", MAIL),)))),
    ),
    Seed(
        "placeholder",
        "placeholder-id",
        (_send("identify", Record((Item("registered", Either(MAIL, Text("guest")), root=True),))),),
        _PAGE,
    ),
    Seed(
        "payload",
        "identifier-in-api-properties",
        (
            _payload(
                Record((Item("cookie", Attr(Name("customer"), "cookie")),)),
                Record((Item("email", MAIL, root=True), _PLAN)),
            ),
        ),
    ),
    Seed("right payload", "", (_payload(Record((_REGISTERED,)), Record((Item("email", MAIL), _PLAN))),)),
    Seed(
        "e-mail as the cookie",
        "identifier-in-soft-id",
        (_payload(Record((Item("cookie", MAIL, root=True),)), Record((_PLAN,))),),
    ),
    Seed(
        "identified on the page, not in the payload",
        "identifier-in-api-properties",
        (
            _send("identify", Record((_REGISTERED,))),
            _payload(
                Record((Item("cookie", Attr(Name("customer"), "cookie")),)), Record((Item("email", MAIL, root=True),))
            ),
        ),
    ),
)
CASES = [(seed, language) for seed in SEEDS for language in seed.languages]


def program_of(seed: Seed, language: str) -> Program:
    """A seed as a program; in Python its entry makes the client first."""
    receiver = Let("client", Sdk())
    needs = any(isinstance(node, Send) for node in expressions(seed.body))
    program = Program(language, (Function("handle", ("customer",), (receiver, *seed.body) if needs else seed.body),))
    if language == "python" or not needs:
        return program
    return program.with_function("handle", replace(program.functions[0], body=_inlined(program.functions[0].body, 0)))


# ---- rewriting


def _replaced(statements: tuple[Stmt, ...], name: str, value: Expr) -> tuple[Stmt, ...]:
    def change(node: Expr) -> Expr:
        return value if node == Name(name) else rebuilt(node, change)

    return tuple(
        with_value(statement, change(inner)) if (inner := value_of(statement)) is not None else statement
        for statement in statements
    )


def _inlined(body: tuple[Stmt, ...], at: int) -> tuple[Stmt, ...]:
    """A body with one of its variables replaced by its value."""
    let = body[at]
    assert isinstance(let, Let)
    return (*body[:at], *_replaced(body[at + 1 :], let.name, let.value))


class Spot(NamedTuple):
    """An expression somewhere: the function, the statement, and which of those below it."""

    function: Function
    at: int
    nth: int
    node: Expr


def _spots(program: Program, fits: Callable[[Expr], bool]) -> list[Spot]:
    found = []
    for function in program.functions:
        for at, statement in enumerate(function.body):
            value = value_of(statement)
            for index, node in enumerate(all_below(value) if value is not None else ()):
                if fits(node):
                    found.append(Spot(function, at, index, node))
    return found


def _at_spot(statement: Stmt, index: int, new: Expr) -> Stmt:
    """A statement with its `index`th expression replaced."""
    counter = iter(range(1_000_000))

    def change(node: Expr) -> Expr:
        here = next(counter)
        if here != index:
            return rebuilt(node, change)
        for _ in range(sum(1 for _ in all_below(node)) - 1):
            next(counter)
        return new

    value = value_of(statement)
    assert value is not None
    return with_value(statement, change(value))


def _with_body(program: Program, function: Function, body: tuple[Stmt, ...]) -> Program:
    return program.with_function(function.name, replace(function, body=body))


def _is_value(node: Expr) -> bool:
    return not isinstance(node, (Send, Post))


def split_to_variable(program: Program, pick: random.Random) -> Program | None:
    """`f(a.b)` → `const v = a.b; f(v)`; also the alias of the SDK or of another variable."""
    spots = _spots(program, _is_value)
    if not spots:
        return None
    spot = pick.choice(spots)
    name, program = program.fresh("item")
    body = spot.function.body
    statement = _at_spot(body[spot.at], spot.nth, Name(name))
    return _with_body(program, spot.function, (*body[: spot.at], Let(name, spot.node), statement, *body[spot.at + 1 :]))


def inline_variable(program: Program, pick: random.Random) -> Program | None:
    """The inverse, for a variable that is used once."""
    places = [
        (function, at)
        for function in program.functions
        for at, statement in enumerate(function.body)
        if isinstance(statement, Let)
        and uses(function.body).count(statement.name) == 1
        and not any(isinstance(other, Set) and other.name == statement.name for other in function.body)
    ]
    if not places:
        return None
    function, at = pick.choice(places)
    return _with_body(program, function, _inlined(function.body, at))


def extract_value(program: Program, pick: random.Random) -> Program | None:
    """An expression becomes what a new function returns."""
    spots = _spots(program, lambda node: isinstance(node, (Record, Attr, Either, Text)))
    if not spots:
        return None
    spot = pick.choice(spots)
    name, program = program.fresh("make")
    params = free([Do(spot.node)])
    made = Function(name, params, (Give(spot.node),), spot.function.file)
    call = Run(name, tuple(Name(param) for param in params))
    body = spot.function.body
    statement = _at_spot(body[spot.at], spot.nth, call)
    program = _with_body(program, spot.function, (*body[: spot.at], statement, *body[spot.at + 1 :]))
    return replace(program, functions=(*program.functions, made))


def extract_statements(program: Program, pick: random.Random) -> Program | None:
    """Some statements in a row become a new function."""
    ranges = []
    for function in program.functions:
        body = function.body
        for start in range(len(body)):
            for end in range(start + 1, len(body) + 1):
                part, rest = body[start:end], uses(body[end:])
                if any(isinstance(one, Give) or (isinstance(one, Let) and one.name in rest) for one in part):
                    continue
                if any(isinstance(one, Do) for one in part):
                    ranges.append((function, start, end))
    if not ranges:
        return None
    function, start, end = pick.choice(ranges)
    part = function.body[start:end]
    name, program = program.fresh("step")
    params = free(part)
    call = Do(Run(name, tuple(Name(param) for param in params)))
    program = _with_body(program, function, (*function.body[:start], call, *function.body[end:]))
    return replace(program, functions=(*program.functions, Function(name, params, part, function.file)))


def inline_function(program: Program, pick: random.Random) -> Program | None:
    """A call of a function of one expression becomes that expression."""
    calls = []
    for spot in _spots(program, lambda node: isinstance(node, Run)):
        assert isinstance(spot.node, Run)
        body = program.function(spot.node.function).body
        if len(body) == 1 and isinstance(body[0], (Give, Do)):
            whole = spot.nth == 0 and isinstance(spot.function.body[spot.at], Do)
            if isinstance(body[0], Give) or whole:
                calls.append(spot)
    if not calls:
        return None
    spot = pick.choice(calls)
    assert isinstance(spot.node, Run)
    called = program.function(spot.node.function)
    value = value_of(called.body[0])
    assert value is not None
    given = dict(zip(called.params, spot.node.args, strict=True))

    def change(node: Expr) -> Expr:
        return given.get(node.id, node) if isinstance(node, Name) else rebuilt(node, change)

    body = spot.function.body
    statement = _at_spot(body[spot.at], spot.nth, change(value))
    program = _with_body(program, spot.function, (*body[: spot.at], statement, *body[spot.at + 1 :]))
    # If nobody calls it any more it goes, or it would be one more program with a verdict of its own.
    if any(isinstance(node, Run) and node.function == called.name for node in _all(program)):
        return program
    return replace(program, functions=tuple(one for one in program.functions if one.name != called.name))


def _all(program: Program) -> Iterator[Expr]:
    for function in program.functions:
        yield from expressions(function.body)


def move_to_file(program: Program, pick: random.Random) -> Program | None:
    """A function moves to a new file, with all that it calls."""
    movable = program.functions[1:]
    if not movable:
        return None
    chosen = {pick.choice(movable).name}
    waiting = list(chosen)
    while waiting:
        for node in expressions(program.function(waiting.pop()).body):
            if isinstance(node, Run) and node.function not in chosen:
                chosen.add(node.function)
                waiting.append(node.function)
    name, program = program.fresh("part")
    functions = tuple(replace(one, file=name) if one.name in chosen else one for one in program.functions)
    program = replace(program, functions=functions)
    return program if _is_layered(program) else None


def _is_layered(program: Program) -> bool:
    """Whether no two files import each other, round any number of corners."""
    below: dict[str, set[str]] = {}
    for one in program.functions:
        targets = {program.function(node.function).file for node in expressions(one.body) if isinstance(node, Run)}
        below.setdefault(one.file, set()).update(targets - {one.file})

    def reach(file: str, seen: frozenset[str]) -> Iterator[str]:
        for target in below.get(file, ()):
            yield target
            if target not in seen:
                yield from reach(target, seen | {target})

    return all(file not in set(reach(file, frozenset((file,)))) for file in below)


def wrap_in_class(program: Program, pick: random.Random) -> Program | None:
    """A function becomes a method."""
    plain = [function for function in program.functions if not function.cls]
    if not plain:
        return None
    function = pick.choice(plain)
    name, program = program.fresh("Box")
    return program.with_function(function.name, replace(function, cls=name))


def rename(program: Program, pick: random.Random) -> Program | None:
    """A variable, a parameter or a function gets another name that says nothing."""
    function = pick.choice(program.functions)
    names = [*function.params, *(one.name for one in function.body if isinstance(one, Let))]
    old = pick.choice([function.name, *names])
    new, program = program.fresh(pick.choice(["value", "thing", "data", "x"]))

    def change(node: Expr) -> Expr:
        if isinstance(node, Run) and node.function == old:
            node = replace(node, function=new)
        return rebuilt(node, change)

    if old == function.name:
        functions = []
        for one in program.functions:
            body = tuple(
                with_value(part, change(inner)) if (inner := value_of(part)) is not None else part for part in one.body
            )
            functions.append(replace(one, name=new if one.name == old else one.name, body=body))
        return replace(program, functions=tuple(functions))
    body = _replaced(function.body, old, Name(new))
    body = tuple(replace(one, name=new) if isinstance(one, (Let, Set)) and one.name == old else one for one in body)
    params = tuple(new if param == old else param for param in function.params)
    # A parameter that is passed by its name is renamed at its callers too: they are rendered from `params`.
    return program.with_function(function.name, replace(function, params=params, body=body))


def _records(program: Program, least: int) -> list[Spot]:
    return _spots(program, lambda node: isinstance(node, Record) and len(node.items) >= least)


def _with_record(program: Program, spot: Spot, record: Expr) -> Program:
    body = spot.function.body
    statement = _at_spot(body[spot.at], spot.nth, record)
    return _with_body(program, spot.function, (*body[: spot.at], statement, *body[spot.at + 1 :]))


def reorder_keys(program: Program, pick: random.Random) -> Program | None:
    """A record's entries in another order; no key is in it twice."""
    spots = _records(program, 2)
    if not spots:
        return None
    spot = pick.choice(spots)
    assert isinstance(spot.node, Record)
    items = list(spot.node.items)
    pick.shuffle(items)
    return _with_record(program, spot, Record(tuple(items)))


def spread(program: Program, pick: random.Random) -> Program | None:
    """Some of a record's entries come from a record that is spread in."""
    spots = _records(program, 1)
    if not spots:
        return None
    spot = pick.choice(spots)
    assert isinstance(spot.node, Record)
    items = spot.node.items
    cut = pick.randrange(len(items))
    end = pick.randrange(cut + 1, len(items) + 1)
    return _with_record(program, spot, Record((*items[:cut], Spread(Record(items[cut:end])), *items[end:])))


def set_afterwards(program: Program, pick: random.Random) -> Program | None:
    """A record's entry is written to it after it was made."""
    spots = [
        spot for spot in _records(program, 1) if isinstance(spot.node, Record) and isinstance(spot.node.items[-1], Item)
    ]
    if not spots:
        return None
    spot = pick.choice(spots)
    assert isinstance(spot.node, Record)
    last = spot.node.items[-1]
    assert isinstance(last, Item)
    name, program = program.fresh("record")
    body = spot.function.body
    statement = _at_spot(body[spot.at], spot.nth, Name(name))
    made = (Let(name, Record(spot.node.items[:-1])), Set(name, last))
    return _with_body(program, spot.function, (*body[: spot.at], *made, statement, *body[spot.at + 1 :]))


def add_dead_code(program: Program, pick: random.Random) -> Program | None:
    """A statement, or a function that nobody calls, which does nothing with what is sent."""
    name, program = program.fresh("unused")
    if pick.random() < 0.3:
        value = Record((Item("width", Text("10")), Item("height", Text("20"))))
        return replace(program, functions=(*program.functions, Function(name, ("size",), (Give(value),))))
    function = pick.choice(program.functions)
    at = pick.randrange(len(function.body) + 1)
    if at and isinstance(function.body[at - 1], Give):
        at -= 1
    body = (*function.body[:at], Noise(pick.randrange(5), name), *function.body[at:])
    return _with_body(program, function, body)


def restyle(program: Program, pick: random.Random) -> Program | None:
    """An arrow for a function, names for positions, CommonJS for modules."""
    if program.language == "javascript" and pick.random() < 0.3:
        return replace(program, common=not program.common)
    at = pick.randrange(len(program.functions))
    function = program.functions[at]
    if at and function.params and pick.random() < 0.5:
        return program.with_function(function.name, replace(function, named=not function.named))
    return program.with_function(function.name, replace(function, arrow=not function.arrow))


REWRITINGS = (
    rename,
    extract_value,
    extract_statements,
    inline_variable,
    inline_function,
    move_to_file,
    wrap_in_class,
    split_to_variable,
    reorder_keys,
    spread,
    set_afterwards,
    add_dead_code,
    restyle,
)


# ---- the tests


class Verdict(NamedTuple):
    """What was found: rules with the lines of their roots; and what went wrong."""

    findings: tuple[tuple[str, str, int], ...]
    notices: tuple[str, ...]


def judged(files: dict[str, str]) -> Verdict:
    """What the tool says of these files."""
    result = check_texts(files, min_confidence="low")
    findings = []
    for one in result.findings:
        text = files[one.root.path].encode()
        findings.append((one.rule, one.root.path, text[: one.root.start].count(b"\n") + 1))
    return Verdict(tuple(sorted(findings)), tuple(notice.message for notice in result.notices))


def expected(rule: str, files: dict[str, str]) -> tuple[tuple[str, str, int], ...]:
    """The findings that the marks in these files ask for."""
    return tuple(
        sorted(
            (rule, path, number)
            for path, text in files.items()
            for number, line in enumerate(text.split("\n"), 1)
            if ROOT in line
        )
    )


def _valid(files: dict[str, str]) -> None:
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec")


@pytest.mark.parametrize(("seed", "language"), CASES, ids=[f"{seed.name} in {language}" for seed, language in CASES])
def test_a_seed_has_the_verdict_that_is_said_of_it(seed: Seed, language: str) -> None:
    files = render(program_of(seed, language))
    assert judged(files) == Verdict(expected(seed.rule, files), ()), files


@settings(max_examples=max(CHAINS, settings.default.max_examples if settings.default else 0))
@given(
    case=st.sampled_from(CASES),
    chain=st.lists(st.tuples(st.sampled_from(REWRITINGS), st.integers(0, 2**16)), max_size=6),
)
def test_rewriting_a_program_changes_neither_the_verdict_nor_the_root(
    case: tuple[Seed, str], chain: list[tuple[Callable[[Program, random.Random], Program | None], int]]
) -> None:
    seed, language = case
    program = program_of(seed, language)
    taken = []
    for rewriting, number in chain:
        changed = rewriting(program, random.Random(number))
        if changed is not None:
            program = changed
            taken.append(f"{rewriting.__name__}({number})")
    files = render(program)
    note(f"{seed.name} in {language}: {' → '.join(taken)}")
    for path, text in files.items():
        note(f"--- {path}\n{text}")
    _valid(files)
    assert judged(files) == Verdict(expected(seed.rule, files), ())
