"""The Python front end: what each construct becomes, where it is, and what broken code leaves standing."""

from __future__ import annotations

import pytest

from trackaudit.model import SourceFile
from trackaudit.parse.python import parse
from trackaudit.program import (
    Call,
    Class,
    ClassMember,
    Expression,
    Function,
    Import,
    Keyword,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Pair,
    Param,
    Unknown,
    walk,
)


def module(text: str | bytes) -> Module:
    data = text.encode() if isinstance(text, str) else text
    (only,) = parse(SourceFile("a.py", data, "python"))
    return only


def show(node: object) -> str:
    """A node as a short s-expression: leaves as in Python, else `(Kind child …)` with the plain fields that are set."""
    if isinstance(node, list):
        return "[" + " ".join(show(item) for item in node) + "]"
    if isinstance(node, Literal):
        return repr(node.value)
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Expression):
        return show(node.value)
    if isinstance(node, Member):
        key = show(node.key)
        return f"{show(node.object)}[{key}]" if node.computed else f"{show(node.object)}.{key[1:-1]}"
    if not isinstance(node, Node):
        return str(node)
    parts = [type(node).__name__]
    for name in (slot.lstrip("_") for slot in type(node).__slots__):
        value = getattr(node, name)
        if name in ("start", "end") or value in (None, False, "", []):
            continue
        if value is True:
            parts.append(name)
        elif name in ("decorators", "body", "orelse", "finalbody", "annotation", "default", "keywords", "rest_at"):
            parts.append(f"{name}={show(value)}")
        else:
            parts.append(show(value))
    return "(" + " ".join(parts) + ")"


def shown(text: str) -> str:
    return " ; ".join(show(statement) for statement in module(text).body)


EXPRESSIONS = [
    # literals
    ("'a'", "'a'"),
    ('"""a\n"b"""', "'a\\n\"b'"),
    (r"'\x41\u00e9\n\\\'\101\N{BULLET}'", r'''"Aé\n\\'A•"'''),
    (r"r'\n'", r"'\\n'"),
    ("u'é'", "'é'"),
    ("'a\\\nb'", "'ab'"),
    ("b'a'", "(Unknown)"),
    ("'a' \"b\" r'\\c'", r"'ab\\c'"),
    ("'a' b'b'", "(Unknown ['a' (Unknown)])"),
    ("1_000", "1000"),
    ("0x1F", "31"),
    ("1.5e3", "1500.0"),
    ("2j", "(Unknown)"),
    ("-1", "(Unary - 1)"),
    ("[True, False, None, ...]", "(Sequence [True False None (Unknown)])"),
    ("'\\ud83d'", "'\ufffd'"),
    # f-strings
    ("f'plain {{x}}'", "'plain {x}'"),
    ("f'{mail}'", "(Template [mail])"),
    ("f'a{u.email!r:>10}b'", "(Template ['a' u.email 'b'])"),
    ("f'{x:{width}d}'", "(Template [x (Unknown [width])])"),
    ("f'{x=}'", "(Template ['x=' x])"),
    ("'a' f'{x}' 'b'", "(Template ['a' x 'b'])"),
    ("rf'\\d{x}'", r"(Template ['\\d' x])"),
    # members, calls
    ("a.b['c'][0].d", "a.b['c'][0].d"),
    ("a[1:2]", "a[(Unknown [(Unknown [1 2])])]"),
    ("a[1, 2]", "a[(Unknown [1 2])]"),
    ("a[k]", "a[k]"),
    ("f(1, *a, b=2, **c)", "(Call f [1 (Spread a)] keywords=[(Keyword b 2) (Keyword c)])"),
    ("f(x for x in y)", "(Call f [(Comprehension list [(Clause y x)] x)])"),
    ("a.b(1).c()", "(Call (Call a.b [1]).c)"),
    # displays
    ("{'a': 1, **b, c: d}", "(Record [(Pair 'a' 1) (Spread b) (Pair c d)])"),
    ("[1, *a]", "(Sequence [1 (Spread a)])"),
    ("[*a.b(1)]", "(Sequence [(Spread (Call a.b [1]))])"),
    ("a, *b().c[0]", "(Sequence [a (Spread (Call b).c[0])])"),
    ("[*a + b]", "(Sequence [(Spread (Binary a + b))])"),
    ("(1, 2)", "(Sequence [1 2])"),
    ("1, 2", "(Sequence [1 2])"),
    ("{1, 2}", "(Sequence [1 2])"),
    ("()", "(Sequence)"),
    ("{}", "(Record)"),
    # comprehensions
    (
        "[x for x in y if a if b for z, *w in x]",
        "(Comprehension list [(Clause y x [a b]) (Clause x (SequencePattern [(PatternEntry z) (PatternEntry w)] "
        "rest_at=1))] x)",
    ),
    ("{k: v for k in y}", "(Comprehension dict [(Clause y k)] (Pair k v))"),
    ("{x for x in y}", "(Comprehension list [(Clause y x)] x)"),
    # operators
    ("a if b else c", "(Conditional b a orelse=c)"),
    ("a and b or not c", "(Logical (Logical a and b) or (Unary not c))"),
    ("a + b | c", "(Binary (Binary a + b) | c)"),
    ("a < b <= c", "(Logical (Binary a < b) and (Binary b <= c))"),
    ("a < f() < c", "(Logical (Binary a < (Call f)) and (Binary (Unknown) < c))"),
    ("a not in b", "(Binary a not in b)"),
    ("a is not None", "(Binary a is not None)"),
    ("(a := b)", "(Wrap paren (Assign a b =))"),
    ("lambda a, *b, c=1: a", "(Function [(Param a) (Param b *) (Param c default=1 keyword_only)] "
     "body=[(Return a)] arrow)"),
    ("await a.b()", "(Wrap await (Call a.b))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_each_expression_has_its_shape(text: str, expected: str) -> None:
    assert shown(text) == expected


STATEMENTS = [
    ("a = 1", "(Bind a 1 function)"),
    ("a: T = 1", "(Bind a annotation=T 1 function)"),
    ("a: T", "(Bind a annotation=T function)"),
    ("a = b = f()", "(Bind a (Call f) function) ; (Bind b a function)"),
    ("a.x = b.x = f()", "(Assign b.x (Call f) =) ; (Assign a.x b.x =)"),
    ("a, (b, *c) = d", "(Bind (SequencePattern [(PatternEntry a) (PatternEntry (SequencePattern [(PatternEntry b) "
     "(PatternEntry c)] rest_at=1))]) d function)"),
    ("a.b = 1", "(Assign a.b 1 =)"),
    ("a['b'] = 1", "(Assign a['b'] 1 =)"),
    ("self.sdk: Sdk = s", "(Bind self.sdk annotation=Sdk s function)"),
    ("a |= b", "(Assign a b |)"),
    ("a['x'] += 1", "(Assign a['x'] 1 +)"),
    ("del a, b.c, d['e']", "(Delete a) ; (Delete b.c) ; (Delete d['e'])"),
    ("raise E(x) from c()", "(Call c) ; (Throw (Call E [x]))"),
    ("assert a, 'no'", "a"),
    ("assert a, f(b)", "(Logical a or (Call f [b]))"),
    ("pass", ""),
    ("if a: b\nelif c: d\nelse: e", "(Branch a [b] orelse=[(Branch c [d] orelse=[e])])"),
    ("for a, b in c: d\nelse: e", "(Loop c (SequencePattern [(PatternEntry a) (PatternEntry b)]) body=[d] orelse=[e])"),
    ("while a:\n  break\nelse: c", "(Loop a body=[(Jump break)] orelse=[c])"),
    ("try: a\nexcept E as e: b\nexcept (F, G): c\nelse: d\nfinally: f",
     "(Try body=[a] [(Handler e body=[b]) (Handler body=[c])] orelse=[d] finalbody=[f])"),
    ("try: a\nexcept* E as e: b", "(Try body=[a] [(Handler e body=[b])])"),
    ("with a() as b, c as (d, e), f: g",
     "(Bind b (Wrap with (Call a)) function) ; (Bind (SequencePattern [(PatternEntry d) (PatternEntry e)]) "
     "(Wrap with c) function) ; (Wrap with f) ; (Block body=[g])"),
    ("async def f():\n  async with (a as b): pass",
     "(Bind f (Function f body=[(Bind b (Wrap with a) function) (Block)]) function)"),
    ("def f():\n  yield\n  yield a, b\n  yield from c",
     "(Bind f (Function f body=[(Wrap yield None) (Wrap yield (Sequence [a b])) (Wrap yield (Unknown [c]))] "
     "generator) function)"),
    ("def f():\n  def g(): yield 1\n  return g",
     "(Bind f (Function f body=[(Bind g (Function g body=[(Wrap yield 1)] generator) function) (Return g)]) function)"),
    ("def f():\n  global a\n  a = 1\n  b = 2",
     "(Bind f (Function f body=[(Assign a 1 =) (Bind b 2 function)]) function)"),
    ("def f():\n  a = 1\n  def g():\n    nonlocal a\n    a, b = 2, 3\n  a = 4",
     "(Bind f (Function f body=[(Bind a 1 function) (Bind g (Function g body=[(Assign (SequencePattern "
     "[(PatternEntry a) (PatternEntry b)]) (Sequence [2 3]) =)]) function) (Bind a 4 function)]) function)"),
    ("@a.b(1)\n@c\ndef f(): pass", "(Bind f (Function decorators=[(Call a.b [1]) c] f) function)"),
    ("type X[T] = ns.Y", "(Bind X ns.Y function)"),
    ("def f[T](a: T) -> T: return a",
     "(Bind f (Function f [(Param a annotation=T)] body=[(Return a)]) function)"),
    ("print 'a', b", "(Call print ['a' b])"),
    ("exec 'a'", "(Unknown ['a'])"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_each_statement_has_its_shape(text: str, expected: str) -> None:
    assert shown(text) == expected


IMPORTS = [
    ("import a", "(Import a [(ImportName * a)])"),
    ("import a.b.c", "(Import a [(ImportName * a)]) ; (Import a.b.c)"),
    ("import a.b as c, d", "(Import a.b [(ImportName * c)]) ; (Import d [(ImportName * d)])"),
    ("from a.b import c as d, e", "(Import a.b [(ImportName c d) (ImportName e e)])"),
    ("from a import (\n  b,  # x\n  c,\n)", "(Import a [(ImportName b b) (ImportName c c)])"),
    ("from . import a", "(Import . [(ImportName a a)])"),
    ("from ..a.b import *", "(Import ..a.b [(ImportName * *)])"),
    ("from __future__ import annotations", "(Import __future__ [(ImportName annotations annotations)])"),
]


@pytest.mark.parametrize(("text", "expected"), IMPORTS, ids=[text for text, _ in IMPORTS])
def test_each_form_of_import_has_its_shape(text: str, expected: str) -> None:
    assert shown(text) == expected


MATCHES = [
    ("match a:\n case 1: b\n case 'x' | None: c\n case _: d",
     "(Branch (Binary a == 1) [b] orelse=[(Branch (Logical (Binary a == 'x') or (Binary a == None)) [c] orelse=[d])])"),
    ("match a:\n case E.X: b", "(Branch (Binary a == E.X) [b])"),
    ("match a:\n case -1: b", "(Branch (Binary a == (Unknown [1])) [b])"),
    ("match a:\n case x if x > 1: b", "(Branch (Binary x > 1) [(Bind x a function) b])"),
    ("match a:\n case {'email': m, **rest}: b",
     "(Branch (Unknown) [(Bind m a['email'] function) (Bind rest (Unknown) function) b])"),
    ("match a:\n case [x, *y]: b", "(Branch (Unknown) [(Bind x (Unknown) function) (Bind y (Unknown) function) b])"),
    ("match a:\n case User(email=m) as u: b", "(Branch (Unknown) [(Bind m a.email function) (Bind u a function) b])"),
    ("match f(), g:\n case _: b",
     "(Bind match at 0 (Sequence [(Call f) g]) function) ; b"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MATCHES, ids=[text for text, _ in MATCHES])
def test_match_becomes_branches_that_bind_what_they_capture(text: str, expected: str) -> None:
    assert shown(text) == expected


def params_of(text: str) -> list[Param]:
    (function,) = (node for node in walk(module(text).body) if isinstance(node, Function))
    return function.params


def test_parameters_know_their_kind_default_and_annotation() -> None:
    params = params_of("def f(a, /, b: int = 1, *args: int, c, d: ns.T = None, **kw): pass")
    assert [show(param) for param in params] == [
        "(Param a)",
        "(Param b annotation=int default=1)",
        "(Param args *)",
        "(Param c keyword_only)",
        "(Param d annotation=ns.T default=None keyword_only)",
        "(Param kw **)",
    ]


def test_a_bare_star_makes_keyword_only_parameters() -> None:
    assert [param.keyword_only for param in params_of("def f(a, *, b): pass")] == [False, True]


ANNOTATIONS = [
    ("T", "T"),
    ("ns.sub.T", "ns.sub.T"),
    ("'T'", "T"),
    ("Optional[T]", "T"),
    ("typing.Optional['ns.T']", "ns.T"),
    ("T | None", "T"),
    ("None | 'T'", "T"),
    ("'T | None'", "T"),
    ("Union[T, None]", "T"),
    ("Annotated[T, Depends(get_t)]", "T"),
    ("Box[T]", "Box"),
    ("dict[str, list[int]]", "dict"),
]


@pytest.mark.parametrize(("annotation", "expected"), ANNOTATIONS)
def test_an_annotation_gives_the_name_of_its_type(annotation: str, expected: str) -> None:
    (param,) = params_of(f"def f(a: {annotation}): pass")
    assert show(param.annotation) == expected
    assert param.annotation is not None
    text = f"def f(a: {annotation}): pass"
    assert text[param.annotation.start : param.annotation.end] == expected


@pytest.mark.parametrize("annotation", ["A | B", "Union[A, B]", "None", "Callable[[A], B] | A", "'not a type'"])
def test_an_annotation_of_several_types_gives_none(annotation: str) -> None:
    (param,) = params_of(f"def f(a: {annotation}): pass")
    assert param.annotation is None


CLASS = '''
@dataclass(frozen=True)
class A(Base[T], mod.Mixin, metaclass=M):
    """Doc."""
    x: Sdk = None
    y = 1
    z: int
    p = q = 2
    if DEBUG:
        w = 3
    def m(self, a): return a
    @property
    def email(self): return self._email
    @email.setter
    def email(self, v): self._email = v
    @staticmethod
    def s(): pass
    @classmethod
    def c(cls): pass
    @app.task
    async def t(self): pass
    class Inner:
        k = 1
'''


def members_of(text: str) -> dict[str, ClassMember]:
    outer = next(node for node in walk(module(text).body) if isinstance(node, Class))
    return {f"{member.kind} {show(member.key)}": member for member in outer.members}


def test_a_class_has_fields_methods_properties_and_nested_classes() -> None:
    members = members_of(CLASS)
    assert list(members) == [
        "field 'x'", "field 'y'", "field 'z'", "method 'm'", "get 'email'", "set 'email'", "method 's'",
        "method 'c'", "method 't'", "field 'Inner'",
    ]  # fmt: skip
    assert show(members["field 'x'"]) == "(ClassMember 'x' annotation=Sdk None field)"
    assert members["field 'z'"].value is None
    assert isinstance(members["field 'Inner'"].value, Class)
    assert [name for name, member in members.items() if member.static] == ["method 's'"]


def test_a_class_keeps_the_decorators_that_are_not_its_own_shape() -> None:
    members = members_of(CLASS)
    decorators = {
        name: show(member.value.decorators) for name, member in members.items() if isinstance(member.value, Function)
    }
    assert {name: text for name, text in decorators.items() if text != "[]"} == {
        "method 'c'": "[classmethod]",
        "method 't'": "[app.task]",
    }


def test_a_class_keeps_its_bases_decorators_and_other_statements() -> None:
    outer = next(node for node in walk(module(CLASS).body) if isinstance(node, Class))
    assert show(outer.bases) == "[Base mod.Mixin]"
    assert show(outer.decorators) == "[(Call dataclass keywords=[(Keyword frozen True)])]"
    assert show(outer.body) == "['Doc.' (Bind p 2 function) (Bind q p function) (Branch DEBUG [(Bind w 3 function)])]"


SPANS = 'é = {"email": mail, "ü": f"{x} ö"}\r\nf(é, to=mail, **kw)\r\n\tg("\N{GRINNING FACE}", u.email)\r\n'


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("text", [SPANS, SPANS.replace("\r\n", "\n")], ids=["CRLF", "LF"])
def test_spans_are_bytes_of_the_file(prefix: bytes, text: str) -> None:
    data = prefix + text.replace("\tg", "g").encode()
    nodes = list(walk(module(data).body))

    def texts(kind: type[Node]) -> list[str]:
        return [data[node.start : node.end].decode() for node in nodes if isinstance(node, kind)]

    assert texts(Pair) == ['"email": mail', '"ü": f"{x} ö"']
    assert texts(Keyword) == ["to=mail", "**kw"]
    assert texts(Member) == ["u.email"]
    assert texts(Call) == ["f(é, to=mail, **kw)", 'g("\N{GRINNING FACE}", u.email)']
    assert all(data[node.start : node.end].decode() == node.id for node in nodes if isinstance(node, Name))


def test_a_literal_holds_its_quotes_in_its_span() -> None:
    text = "f(r'a' 'b')"
    (literal,) = (node for node in walk(module(text).body) if isinstance(node, Literal))
    assert text[literal.start : literal.end] == "r'a' 'b'"


def test_comments_are_kept_wherever_they_stand() -> None:
    text = "# é one\nf(  # two\n  'no # comment', f'# {x} # no',\n  # three\n)\r\nclass A:  # four\r\n  pass\n# five"
    data = text.encode()
    comments = module(text).comments
    assert [comment.text for comment in comments] == ["# é one", "# two", "# three", "# four", "# five"]
    assert all(data[comment.start : comment.end].decode() == comment.text for comment in comments)


BROKEN = [
    "def f(:\n  pass\nexponea.update({'email': mail})\n",
    "exponea.update({'email': mail})\nx = = 3\n",
    "class A\n  def g(self): pass\nexponea.update({'email': mail})\n",
    "def f():\n    for x in\n    exponea.update({'email': mail})\n",
    "if a:\n    exponea.update({'email': mail})\nelse\n    pass\n",
    "foo(1, 2\nexponea.update({'email': mail})\n",
]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_code_is_noted_and_the_rest_is_read(text: str) -> None:
    read = module(text)
    assert read.errors
    assert all(0 <= start <= end <= len(text) for start, end in read.errors)
    shapes = [show(node) for node in walk(read.body)]
    assert "(Call exponea.update [(Record [(Pair 'email' mail)])])" in shapes


def test_good_code_has_no_errors() -> None:
    assert module(CLASS).errors == []


def test_a_broken_dict_may_hold_more_than_can_be_read() -> None:
    assert "(Spread (Unknown" in shown("f({'a': 1, 2 3})\n")


def test_an_empty_file_is_an_empty_module() -> None:
    read = module(b"")
    assert (read.path, read.language, read.body, read.comments, read.errors) == ("a.py", "python", [], [], [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = " + "+".join(["a"] * 5000), 5001),
        ("x = a" + ".b()" * 5000, 2),
        ("x = " + " and ".join(["a"] * 5000), 5001),
    ],
    ids=["sum", "method chain", "and"],
)
def test_long_chains_are_read_whole(text: str, names: int) -> None:
    read = module(text)
    assert read.errors == []
    assert sum(isinstance(node, Name) for node in walk(read.body)) == names


def test_a_long_elif_chain_is_read_whole() -> None:
    text = "if a: f()\n" + "elif a: f()\n" * 3000
    assert sum(isinstance(node, Call) for node in walk(module(text).body)) == 3001


def test_a_statement_too_deep_is_unknown_and_the_next_one_is_read() -> None:
    text = "x = " + "(" * 3000 + "1" + ")" * 3000 + "\ny = 2\n"
    read = module(text)
    assert [show(statement) for statement in read.body] == ["(Unknown)", "(Bind y 2 function)"]
    assert read.errors == [(0, len(text) - len("\ny = 2\n"))]


def test_a_deep_statement_inside_a_function_costs_only_itself() -> None:
    text = "def f():\n  x = " + "[" * 3000 + "]" * 3000 + "\n  return 2\n"
    function = next(node for node in walk(module(text).body) if isinstance(node, Function))
    assert show(function.body) == "[(Unknown) (Return 2)]"


def test_bytes_that_are_not_utf8_do_not_stop_the_file() -> None:
    data = b"x = '\xe9'  # \xff\nf(x)\n"
    read = module(data)
    assert any(isinstance(node, Call) for node in walk(read.body))
    assert [data[comment.start : comment.end] for comment in read.comments] == [b"# \xff"]


def test_an_import_inside_a_function_is_seen() -> None:
    read = module("def f():\n  from a import b\n")
    assert any(isinstance(node, Import) for node in walk(read.body))


def test_calls_inside_what_is_not_understood_stay_visible() -> None:
    read = module("x[f():g()]\n")
    (member,) = (node for node in walk(read.body) if isinstance(node, Member))
    assert isinstance(member.key, Unknown)
    assert [show(node) for node in walk([member.key]) if isinstance(node, Call)] == ["(Call f)", "(Call g)"]
