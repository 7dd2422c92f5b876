"""The JavaScript front end: every construct has its shape in the small language, and every node its exact place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse, tree
from trackaudit.parse.javascript import parse_script
from trackaudit.pipeline import check_text
from trackaudit.program import (
    Assign,
    Binary,
    Bind,
    Block,
    Branch,
    Call,
    Class,
    ClassMember,
    Conditional,
    Delete,
    Export,
    Expression,
    Function,
    Import,
    Jump,
    Literal,
    Logical,
    Loop,
    Member,
    Module,
    Name,
    Node,
    Pair,
    Param,
    PatternEntry,
    Record,
    RecordPattern,
    Return,
    Sequence,
    SequencePattern,
    Spread,
    Template,
    Throw,
    Try,
    Unary,
    Unknown,
    Wrap,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence as Seq
    from typing import TypeAlias

    Nodes: TypeAlias = Seq[Node]


def lower(text: str, language: str = "javascript") -> Module:
    [module] = parse(SourceFile("a", text.encode(), language))
    return module


def many(nodes: Nodes) -> str:
    return " ".join(show(node) for node in nodes)


def suite(nodes: Nodes) -> str:
    return "{" + "; ".join(show(node) for node in nodes) + "}"


def when(condition: object, text: str) -> str:
    return text if condition else ""


def show(node: Node | None) -> str:
    """A node as a short s-expression."""
    match node:
        case None:
            return "-"
        case Literal(value=str() as value):
            return '"' + value + '"'
        case Literal(value=value):
            return "nil" if value is None else repr(value).lower()
        case Name(id=name):
            return name
        case Template(parts=parts):
            return f"(template {many(parts)})"
        case Member(object=owner, key=key):
            mark = "[]" if node.computed else "."
            return f"({when(node.optional, '?')}{mark} {show(owner)} {show(key)})"
        case Call(callee=callee, args=args):
            word = "new" if node.new else "?call" if node.optional else "call"
            return f"({' '.join([word, show(callee), *map(show, args)])})"
        case Spread(value=value):
            return f"...{show(value)}"
        case Record(entries=entries):
            return "{" + ", ".join(map(show, entries)) + "}"
        case Pair(key=key, value=value):
            return f"{show(key)}: {show(value)}"
        case Sequence(items=items):
            return "[" + ", ".join(map(show, items)) + "]"
        case Conditional():
            return f"(? {show(node.test)} {show(node.then)} {show(node.orelse)})"
        case Logical() | Binary():
            return f"({node.op} {show(node.left)} {show(node.right)})"
        case Unary(op=op, operand=operand):
            return f"({op} {show(operand)})"
        case Function():
            word = when(node.arrow, "arrow") or ("function*" if node.generator else "function")
            marks = "".join(f"@{show(one)} " for one in node.decorators)
            return f"({marks}{word}{when(node.name, ' ' + str(node.name))} ({many(node.params)}) {suite(node.body)})"
        case Param():
            return (
                when(node.field, "field ")
                + node.rest
                + show(node.target)
                + when(node.annotation, f":{show(node.annotation)}")
                + when(node.default, f"={show(node.default)}")
            )
        case Class():
            marks = "".join(f"@{show(one)} " for one in node.decorators)
            bases = when(node.bases, f" < {many(node.bases)}")
            body = when(node.body, f" {suite(node.body)}")
            members = "; ".join(map(show, node.members))
            return f"({marks}class{when(node.name, ' ' + str(node.name))}{bases} [{members}]{body})"
        case ClassMember():
            return (
                when(node.static, "static ")
                + f"{node.kind} {show(node.key)}"
                + when(node.annotation, f":{show(node.annotation)}")
                + when(node.value, f" = {show(node.value)}")
            )
        case Wrap(kind=kind, value=value):
            return f"<{kind} {show(value)}>"
        case Assign(op=op):
            return f"({'=' if op == '=' else op + '='} {show(node.target)} {show(node.value)})"
        case Unknown(children=below):
            return f"(unknown{when(below, ' ' + many(below))})"
        case RecordPattern(entries=entries, rest=rest):
            return "{" + ", ".join([*map(show, entries), *([f"...{show(rest)}"] if rest else [])]) + "}"
        case SequencePattern(items=items, rest_at=rest_at):
            return "[" + ", ".join(when(at == rest_at, "...") + show(item) for at, item in enumerate(items)) + "]"
        case PatternEntry():
            return (
                when(node.key, f"{show(node.key)}: ") + show(node.target) + when(node.default, f"={show(node.default)}")
            )
        case Bind():
            word = when(node.hoist, "hoist ") + ("let" if node.scope == "block" else "var")
            typed = when(node.annotation, f":{show(node.annotation)}")
            return f"({word} {show(node.target)}{typed}{when(node.value, ' ' + show(node.value))})"
        case Delete(target=target):
            return f"(delete {show(target)})"
        case Expression(value=value):
            return show(value)
        case Return(value=value):
            return f"(return{when(value, ' ' + show(value))})"
        case Throw(value=value):
            return f"(throw {show(value)})"
        case Branch():
            return f"(if {show(node.test)} {suite(node.then)} {suite(node.orelse)})"
        case Loop():
            word = when(node.once, "do-") + ("for-in" if node.keys else "for-of" if node.iterable else "while")
            each = f"{show(node.target)} {show(node.iterable)}" if node.iterable else show(node.test)
            return f"({word} {each} {suite(node.body)})"
        case Try():
            handlers = "".join(f" (catch {show(one.target)} {suite(one.body)})" for one in node.handlers)
            return f"(try {suite(node.body)}{handlers}{when(node.finalbody, f' (finally {suite(node.finalbody)})')})"
        case Jump(kind=kind):
            return kind
        case Block(body=body):
            return f"(block {suite(body)})"
        case Import(module=module, names=names):
            return f'(import "{module}"{"".join(f" {one.imported}>{one.local}" for one in names)})'
        case Export(module=module, names=names, value=value):
            given = "".join(f" {one.local}>{one.exported}" for one in names)
            return f"(export{given}{when(module, f' from {module}')}{when(value, ' ' + show(value))})"
    raise AssertionError(type(node))


JAVASCRIPT = [
    # literals
    ("'a'; \"b\"; `c`", '"a"; "b"; "c"'),
    (r"'\n\x41\u0042\u{1F600}\'\\'", '"\nAB\U0001f600\'\\"'),
    (
        r"'\ud83d\ude00'; '\ud83d'; 'a\
b'; '\q\101\0'",
        '"\U0001f600"; "\ufffd"; "ab"; "qA\0"',
    ),
    ("({ 2e3: a, 0x7f: b, 1.5: c })", '<paren {"2000": a, "127": b, "1.5": c}>'),
    ("1; 1.5; 1e3; 0xff; 0b11; 0o17; 017; 1_000; 10n; .5; 089", "1; 1.5; 1000.0; 255; 3; 15; 15; 1000; 10; 0.5; 89"),
    ("x = null; x = undefined; x = true; x = false", "(= x nil); (= x nil); (= x true); (= x false)"),
    ("x = /a(b)/g", "(= x (unknown))"),
    ("x = ``", '(= x "")'),
    (r"x = `a${b}\n${c}`", '(= x (template "a" b "\n" c))'),
    ("x = `${a}`", "(= x (template a))"),
    ("x = `${'a'}`", '(= x (template "a"))'),
    ("x = [1, , 2,]; y = [,]; z = [...a, b]", "(= x [1, nil, 2]); (= y [nil]); (= z [...a, b])"),
    # names, members, calls
    ("this.a; super.b; a.b['c'][d]", '(. this "a"); (. super "b"); ([] ([] (. a "b") "c") d)'),
    ("a?.b; a?.[b]; a?.(b); a?.b.c", '(?. a "b"); (?[] a b); (?call a b); (. (?. a "b") "c")'),
    ("a.b(c)(d).e", '(. (call (call (. a "b") c) d) "e")'),
    ("a.#b; #b in a", '(. a "#b"); (in "#b" a)'),
    ("f(a, ...b, c)", "(call f a ...b c)"),
    ("new A; new A(b); new a.B(...c)", '(new A); (new A b); (new (. a "B") ...c)'),
    ("import('x'); require('y')", '(call import "x"); (call require "y")'),
    ("import.meta.env.KEY; new.target", '(. (. (. import "meta") "env") "KEY"); (unknown)'),
    ("tag`a${b}`; tag.x`c`", '(call tag (template "a" b)); (call (. tag "x") (template "c"))'),
    # operators
    ("a + b - c; a ** b ** c", "(- (+ a b) c); (** a (** b c))"),
    ("a && b || c; a ?? b", "(or (and a b) c); (?? a b)"),
    ("a in b; a instanceof B; a === b; a, b, c", "(in a b); (instanceof a B); (=== a b); (, (, a b) c)"),
    ("!a; -1; typeof a; void 0", "(not a); (- 1); (typeof a); (void 0)"),
    ("x = a ? b : c ? d : e", "(= x (? a b (? c d e)))"),
    ("async () => { await a }", "(arrow () {<await a>})"),
    ("async () => { await (await a).b(c) }", '(arrow () {<await (call (. <paren <await a>> "b") c)>})'),
    ("async () => { await (a ? b : c)(d) }", "(arrow () {<await (call <paren (? a b c)> d)>})"),
    ("function* f() { yield; yield a; yield* b }", "(hoist let f (function* f () {(unknown); <yield a>; <yield b>}))"),
    ("(a)", "<paren a>"),
    # assignment
    ("a = 1; a.b = 2; a['b'] = 3; a[b] = 4", '(= a 1); (= (. a "b") 2); (= ([] a "b") 3); (= ([] a b) 4)'),
    (
        "a += b; a ||= b; a &&= b; a ??= b; a **= 2; a |= b",
        "(+= a b); (or= a b); (and= a b); (??= a b); (**= a 2); (|= a b)",
    ),
    ("a++; --a.b", '(+= a 1); (-= (. a "b") 1)'),
    (
        "delete a.b; delete a['b']; x = delete a.b",
        '(delete (. a "b")); (delete ([] a "b")); (= x (unknown (delete (. a "b"))))',
    ),
    ("({a: x.b, c = 1} = z)", '<paren (= {"a": (. x "b"), "c": c=1} z)>'),
    ("[a, b.c] = [b.c, a]", '(= [a, (. b "c")] [(. b "c"), a])'),
    # objects
    (
        "x = {a, b: 1, 'c-d': 2, 3: 4, [e]: 5, ['f']: 6, ...g}",
        '(= x {"a": a, "b": 1, "c-d": 2, "3": 4, e: 5, "f": 6, ...g})',
    ),
    ("x = {...(m && {email: m})}", '(= x {...<paren (and m {"email": m})>})'),
    ("x = {a() { return 1 }, async *b() {}}", '(= x {"a": (function a () {(return 1)}), "b": (function* b () {})})'),
    (
        "x = {get a() { return b }, set a(v) {}}",
        '(= x {"a": (call (function a () {(return b)})), ...(unknown (function a (v) {}))})',
    ),
    # declarations
    ("var a = 1, b; let c; const d = e", "(var a 1); (var b); (let c); (let d e)"),
    (
        "const {a, b: c, d = 1, e: f = 2, [g]: h, 'i': {j}, ...k} = x",
        '(let {"a": a, "b": c, "d": d=1, "e": f=2, g: h, "i": {"j": j}, ...k} x)',
    ),
    ("const [a, , b = 1, [c], ...d] = x", "(let [a, -, b=1, [c], ...d] x)"),
    ("const [, a] = x", "(let [-, a] x)"),
    ("using a = b", "(let a b)"),
    # functions
    (
        "function f(a, b = 1, {c}, [d], ...e) { return }",
        '(hoist let f (function f (a b=1 {"c": c} [d] *e) {(return)}))',
    ),
    (
        "x = function () {}; y = function g() {}; z = async function* () {}",
        "(= x (function () {})); (= y (function g () {})); (= z (function* () {}))",
    ),
    (
        "x = a => b; x = (a, {b} = {}) => ({a})",
        '(= x (arrow (a) {(return b)})); (= x (arrow (a {"b": b}={}) {(return <paren {"a": a}>)}))',
    ),
    # classes
    (
        "class A extends B { static a = 1; #b; "
        "c() {} static get d() {} set d(v) {} constructor(x) { super(x) } static { e() } *[f]() {} }",
        '(let A (class A < B [static field "a" = 1; field "#b"; method "c" = (function c () {}); '
        'static get "d" = (function d () {});'
        ' set "d" = (function d (v) {}); method "constructor" = (function constructor (x) {(call super x)});'
        " method f = (function* () {})] {(block {(call e)})}))",
    ),
    (
        "@dec class A { @bound m() {} @f x = 1 }",
        '(let A (@dec class A [method "m" = (@bound function m () {}); field "x" = 1] {f}))',
    ),
    ("x = class extends mix(A) {}", "(= x (class < (call mix A) []))"),
    # control flow
    ("if (a) b(); else if (c) { d() } else e()", "(if a {(call b)} {(if c {(call d)} {(call e)})})"),
    ("if (a) {} else { if (b) c; d }", "(if a {} {(if b {c} {}); d})"),
    (
        "for (const x of xs) a(x); for (x in o) {} for (const [k, v] of m) {}",
        "(for-of x xs {(call a x)}); (for-in x o {}); (for-of [k, v] m {})",
    ),
    (
        "for (a.b of c) {} async () => { for await (const x of y) {} }",
        '(for-of (. a "b") c {}); (arrow () {(for-of x y {})})',
    ),
    ("for (let i = 0, j = 1; i < n; i++) a()", "(block {(let i 0); (let j 1); (while (< i n) {(call a); (+= i 1)})})"),
    ("for (;;) {} for (i = 0; ;) {}", "(while - {}); (block {(= i 0); (while - {})})"),
    ("while (a) b; do { c } while (d)", "(while a {b}); (do-while d {c})"),
    ("l: while (a) { continue l; break l }", "(while a {continue; break})"),
    ("try { a } catch ({b}) { c } finally { d }", '(try {a} (catch {"b": b} {c}) (finally {d}))'),
    ("try { a } catch { b }", "(try {a} (catch - {b}))"),
    ("{ a } ;;; throw b; debugger", "(block {a}); (throw b)"),
    ("with (a) { b() }", "(unknown <paren a> (block {(call b)}))"),
    ("'use strict'; // a\n/* b */ a", '"use strict"; a'),
    ("#!/usr/bin/env node\na()", "(call a)"),
    # switch
    (
        "switch (a) { case 1: b(); break; case 2: c(); break; default: d() }",
        "(if (=== a 1) {(call b)} {(if (=== a 2) {(call c)} {(call d)})})",
    ),
    (
        "switch (a) { case 1: case 2: b(); break; case 3: { c(); break } }",
        "(if (or (=== a 1) (=== a 2)) {(call b)} {(if (=== a 3) {(block {(call c)})} {})})",
    ),
    (
        "switch (a) { case 1: b(); case 2: c(); break; default: d() }",
        "(if (=== a 1) {(call b); (call c)} {(if (=== a 2) {(call c)} {(call d)})})",
    ),
    ("switch (a) { default: b(); case 1: c() }", "(if (=== a 1) {(call c)} {(call b); (call c)})"),
    ("switch (a) { case 1: default: b() }", "(if (=== a 1) {(call b)} {(call b)})"),
    ("switch (true) { case a > 1: b() }", "(if (> a 1) {(call b)} {})"),
    ("switch (a()) {} switch (a) { default: b }", "(call a); (block {}); a; (block {b})"),
    (
        "switch (a) { case 1: if (b) break; c(); break; case 2: d() }",
        "(if (=== a 1) {(if b {} {(call c)})} {(if (=== a 2) {(call d)} {})})",
    ),
    (
        "switch (a) { case 1: if (b) { c(); break } else d(); e() }",
        "(if (=== a 1) {(if b {(call c)} {(call d); (call e)})} {})",
    ),
    (
        "switch (a) { case 1: if (b) { if (c) break; d() } e() }",
        "(if (=== a 1) {(if b {(if c {} {(call d); (call e)})} {(call e)})} {})",
    ),
    (
        "for (;;) switch (a) { case 1: continue; case 2: for (;;) { break } }",
        "(while - {(if (=== a 1) {continue} {(if (=== a 2) {(while - {break})} {})})})",
    ),
    (
        "l: for (;;) switch (a) { case 1: break l; case 2: b() }",
        "(while - {(if (=== a 1) {break} {(if (=== a 2) {(call b)} {})})})",
    ),
    (
        "switch (a) { case 1: try { b(); break } catch (e) { break } }",
        "(if (=== a 1) {(try {(call b)} (catch e {}))} {})",
    ),
    # modules
    (
        "import a, * as b from 'm'; import {c, d as e, default as f, 'x-y' as g} from './n'; import 'o'",
        '(import "m" default>a *>b); (import "./n" c>c d>e default>f x-y>g); (import "o")',
    ),
    ("import j from './j.json' with {type: 'json'}", '(import "./j.json" default>j)'),
    (
        "export const a = 1, {b, c: [d], ...e} = x",
        '(let a 1); (let {"b": b, "c": [d], ...e} x); (export a>a b>b d>d e>e)',
    ),
    (
        "export function f() {} export class A {} export async function* g() {}",
        "(hoist let f (function f () {})); (export f>f); (let A (class A [])); (export A>A);"
        " (hoist let g (function* g () {})); (export g>g)",
    ),
    (
        "export {a, b as c, d as default}; export {e as 'x-y'} from 'm'",
        "(export a>a b>c d>default); (export e>x-y from m)",
    ),
    (
        "export * from 'm'; export * as ns from 'n'; export {default} from './o'",
        "(export *>* from m); (export *>ns from n); (export default>default from ./o)",
    ),
    ("export default function f() {}", "(hoist let f (function f () {})); (export f>default)"),
    ("export default async function () {}", "(export >default (function () {}))"),
    ("export default class {}", "(export >default (class []))"),
    ("export default class A {}", "(let A (class A [])); (export A>default)"),
    ("export default {a: 1}", '(export >default {"a": 1})'),
    ("export default (a) => b", "(export >default (arrow (a) {(return b)}))"),
    ("@dec export class A {}", "(let A (@dec class A [])); (export A>A)"),
    ("@dec export default class {}", "(export >default (@dec class []))"),
    ("module.exports = {a}; exports.b = c", '(= (. module "exports") {"a": a}); (= (. exports "b") c)'),
    # JSX
    (
        'x = <form onSubmit={f} id="a&amp;b\\n" disabled {...p} />',
        '(= x (call jsx:form {"onSubmit": f, "id": "a&amp;b\\n", "disabled": true, ...p}))',
    ),
    ("x = <Form.Input a=<b/> x:y='1'/>", '(= x (call (. Form "Input") {"a": (call jsx:b {}), "x:y": "1"}))'),
    (
        "x = <A>{b}</A>; y = <a>t</a>; z = <a></a>",
        '(= x (call A {"children": b})); (= y (call jsx:a {"children": "t"})); (= z (call jsx:a {}))',
    ),
    ("x = <>a {/* c */}{b}<i/>\n   \n</>", '(= x (call jsx: {"children": ["a ", b, (call jsx:i {})]}))'),
    ("x = <a>\n  two\n  lines\n  {...b}\n</a>", '(= x (call jsx:a {"children": ["two lines", ...b]}))'),
    (
        "x = <my-tag/>; y = <svg:rect/>; z = <A.b.C/>",
        '(= x (call jsx:my-tag {})); (= y (call jsx:svg:rect {})); (= z (call (. (. A "b") "C") {}))',
    ),
    ("x = <a b={/* c */} />", '(= x (call jsx:a {"b": (unknown)}))'),
    ("x = <p>Nuts & Bolts</p>", '(= x (call jsx:p {"children": ["Nuts ", "& Bolts"]}))'),
]

TYPESCRIPT = [
    (
        "x as T; x satisfies T; x!; (x as any).y; x!.y",
        '<cast x>; <cast x>; <cast x>; (. <paren <cast x>> "y"); (. <cast x> "y")',
    ),
    ("f<T>(x); new X<T>(y); a?.<T>(b); f<string>", "(call f x); (new X y); (?call a b); <cast f>"),
    ("x = <any>y", "(= x <cast y>)"),
    ("tag<T>`a`", '(call tag (template "a"))'),
    ("tag<{a: string}>`a`", '(call <cast <cast tag>> (template "a"))'),
    ("(x as any) = 1; x! = 2; (<any>x).y = 3", '(= x 1); (= x 2); (= (. <paren <cast x>> "y") 3)'),
    ("delete (x as any).y", '(delete (. <paren <cast x>> "y"))'),
    (
        "let a: A = x, b!: N.B<C>, c: A | null | undefined, d: string, e: A | B, f: A[], g: Readonly<A>, h: (A)",
        '(let a:A x); (let b:(. N "B")); (let c:A); (let d); (let e); (let f); (let g:A); (let h:A)',
    ),
    (
        "function f(this: X, a?: T, b: N.T = 1, {c}: P, ...d: T[]): R {}",
        '(hoist let f (function f (a:T b:(. N "T")=1 {"c": c}:P *d) {}))',
    ),
    ("x = (a: T): a is T => b", "(= x (arrow (a:T) {(return b)}))"),
    (
        "abstract class A<T> extends B<T> implements I { constructor(private readonly sdk: Sdk, readonly a = 1, "
        "@Inject() public x?: Y | null) { super() } }",
        '(let A (class A < B [method "constructor" = (function constructor (field sdk:Sdk field a=1 field x:Y) '
        "{(call super)})]))",
    ),
    (
        "class A { static a: T = 1; private b?: X; declare c: X; @dec({}) e() {} @dec() readonly f!: T; accessor z = 1;"
        " [k: string]: any; foo(): void; get g(): T { return 1 } }",
        '(let A (class A [static field "a":T = 1; field "b":X; field "c":X; '
        'method "e" = (@(call dec {}) function e () {});'
        ' field "f":T; field "z" = 1; get "g" = (function g () {(return 1)})] {(call dec)}))',
    ),
    ("class A { @a /* b */ // c\n m() {} }", '(let A (class A [method "m" = (@a function m () {})]))'),
    ("abstract class A { abstract m(): void; abstract x: T }", '(let A (class A [field "x":T]))'),
    (
        "interface A {} type B = 1; declare const c: 1; declare function d(): void; "
        "declare global {} declare module 'x' {}",
        "",
    ),
    ("function f(a): void; function f(a, b) {}", "(hoist let f (function f (a b) {}))"),
    ("enum E { A, B = 'b', C = 4, D }", '(let E {"A": 0, "B": "b", "C": 4, "D": 5})'),
    ("const enum E { A = 1 << 2, B }", '(let E {"A": (<< 1 2), "B": (unknown)})'),
    (
        "namespace N { export const a = 1; f() }",
        '(let N (call (function () {(let a 1); (call f); (return {"a": a})})))',
    ),
    ("namespace N { f() }", "(block {(call f)})"),
    (
        "export = a; import b = require('m'); import c = N.C; export as namespace Z",
        '(= (. module "exports") a); (let b (call require "m")); (let c (. N "C"))',
    ),
    ("import type {A} from './a'; import {type B, c} from './b'; import {type D} from './d'", '(import "./b" c>c)'),
    (
        "import type {A} from './a'; import {type B, c} from './b'; function f(a: A, b: B) {}",
        '(import "./a" A>A); (import "./b" B>B c>c); (hoist let f (function f (a:A b:B) {}))',
    ),
    (
        "export type {A} from './a'; export {type B, c} from './b'; export type D = 1; "
        "export interface E {} export default interface F {}",
        "(export c>c from ./b)",
    ),
    (
        "export abstract class A {} export enum E {} export declare const x: 1; export default abstract class B {}",
        "(let A (class A [])); (export A>A); (let E {}); (export E>E); (let B (class B [])); (export B>default)",
    ),
    ("for (const x of y as Z[]) {}", "(for-of x <cast y> {})"),
]


@pytest.mark.parametrize(("text", "expected"), JAVASCRIPT, ids=[text for text, _ in JAVASCRIPT])
def test_javascript_has_this_shape(text: str, expected: str) -> None:
    assert "; ".join(map(show, lower(text).body)) == expected


@pytest.mark.parametrize(("text", "expected"), TYPESCRIPT, ids=[text for text, _ in TYPESCRIPT])
def test_typescript_has_this_shape(text: str, expected: str) -> None:
    assert "; ".join(map(show, lower(text, "typescript").body)) == expected


@pytest.mark.parametrize(("text", "expected"), [row for row in JAVASCRIPT if "using" not in row[0]])
def test_tsx_reads_javascript_alike(text: str, expected: str) -> None:
    assert "; ".join(map(show, lower(text, "tsx").body)) == expected


# ---------------------------------------------------------------------------------------------------- places

PLACED = """\
// ž: é 😀 before everything
const ž = 'é😀', url = `é${ž}é`;\r
exponea.update({ email, 'e-mail': mail.trim(), [key]: v, get a() { return 1 }, ...rest });\r
async function send(a, { b = 1 }, ...c) { if (a?.b) await go(a!.b as T); delete props["é"]; }
export class Tracker extends Base { @bound private sdk: Sdk = make(); set é(v) {} }
switch (kind) { case 'é': first(); break; default: second() }
for (const é of list) { é++; }
import { ž as x } from './ž';
"""


def test_every_span_is_the_text_of_its_node() -> None:
    data = PLACED.encode()
    [module] = parse(SourceFile("a.ts", data, "typescript"))
    found: dict[str, set[str]] = {}
    for node in walk(module.body):
        found.setdefault(type(node).__name__, set()).add(data[node.start : node.end].decode())
    assert not module.errors
    assert found["Bind"] >= {"ž = 'é😀'", "url = `é${ž}é`"}
    assert found["Template"] == {"`é${ž}é`"}
    assert found["Pair"] == {"email", "'e-mail': mail.trim()", "[key]: v", "get a() { return 1 }"}
    assert found["Record"] == {"{ email, 'e-mail': mail.trim(), [key]: v, get a() { return 1 }, ...rest }"}
    assert found["Spread"] == {"...rest"}
    assert found["Call"] >= {"mail.trim()", "go(a!.b as T)", "make()", "first()"}
    assert found["Param"] == {"a", "{ b = 1 }", "...c", "v"}
    assert found["PatternEntry"] == {"b = 1"}
    assert found["Wrap"] == {"await go(a!.b as T)", "a!.b as T", "a!"}
    assert found["Member"] >= {"exponea.update", "mail.trim", "a?.b", "a!.b", 'props["é"]'}
    assert found["Delete"] == {'delete props["é"];'}
    assert found["Branch"] == {"if (a?.b) await go(a!.b as T);", PLACED.split("\n")[5]}
    assert found["ClassMember"] == {"@bound private sdk: Sdk = make()", "set é(v) {}"}
    assert found["Binary"] == {"'é'"}, "the case, which stands for its comparison"
    assert found["Loop"] == {"for (const é of list) { é++; }"}
    assert found["Assign"] == {"é++"}
    assert found["ImportName"] == {"ž as x"}
    assert found["Import"] == {"import { ž as x } from './ž';"}
    assert found["Export"] == {PLACED.split("\n")[4]}


def test_jsx_spans_are_the_text_of_their_nodes() -> None:
    text = "const é = <Form.Input é={a} {...b} disabled>é {c}</Form.Input>;"
    data = text.encode()
    [module] = parse(SourceFile("a.tsx", data, "tsx"))
    nodes = list(walk(module.body))
    pairs = [data[node.start : node.end].decode() for node in nodes if isinstance(node, Pair)]
    assert pairs == ["é={a}", "disabled", "é {c}"]
    assert [data[node.start : node.end].decode() for node in nodes if isinstance(node, Spread)] == ["...b"]
    assert [data[node.start : node.end].decode() for node in nodes if isinstance(node, Call)] == [text[10:-1]]


def test_comments_keep_their_marks_and_places_wherever_they_stand() -> None:
    text = "// é\nf(/* a */ b)\ninterface A { /* in a type */ x: 1 }\nx = <a>{/* jsx */}</a> // end"
    data = text.encode()
    [module] = parse(SourceFile("a.tsx", data, "tsx"))
    assert [one.text for one in module.comments] == ["// é", "/* a */", "/* in a type */", "/* jsx */", "// end"]
    assert all(data[one.start : one.end].decode() == one.text for one in module.comments)


def test_a_script_inside_a_file_has_places_in_the_whole_file() -> None:
    data = "<p>é 'open</p>\n<script>let é = mail; // c\n</script>".encode()
    start, end = data.index(b"let"), data.index(b"\n</script>")
    module = parse_script("a.html", data, "javascript", start, end)
    assert show(module.body[0]) == "(let é mail)" and len(module.body) == 1
    assert data[module.body[0].start : module.body[0].end].decode() == "é = mail"
    assert [data[one.start : one.end] for one in module.comments] == [b"// c"]
    assert module.errors == []


def test_an_empty_script_is_an_empty_module() -> None:
    for start, end in ((0, 0), (3, 3)):
        assert parse_script("a.html", b"<p>", "javascript", start, end).body == []


# -------------------------------------------------------------------------------------------- what is broken


def calls(module: Module) -> list[str]:
    return [show(node) for node in walk(module.body) if isinstance(node, Call)]


@pytest.mark.parametrize(
    "broken",
    [
        "if (a { b()",
        "const x = {a: ;",
        "f(a, @, b)",
        "x = = 1;",
        "function ( {",
        "class A { m( { } }",
        "{% if liquid %}",
        "if (<?= $a ?>) { b() }",
        "var a = <?php echo 1 ?>;",
        "import {a from 'x'",
        "return }",
        "'open",
        "a ? b",
        "\0\0",
    ],
)
def test_a_broken_part_leaves_the_rest_readable(broken: str) -> None:
    module = lower(f"exponea.update({{email: a}});\n\n{broken}\n\n;\nexponea.track('x', {{email: b}});\n")
    found = calls(module)
    assert '(call (. exponea "update") {"email": a})' in found
    assert '(call (. exponea "track") "x" {"email": b})' in found
    assert module.errors


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("f(a b, go())", "(call go)"),
        ("x = { a: go(), ??? , b: 1 }", "(call go)"),
        ("x = [1, go() 2]", "(call go)"),
        ("function f() { x = go() +; }", "(call go)"),
        ("class A { m() { go() } ??? }", "(call go)"),
        ("if (go() {", "(call go)"),
    ],
)
def test_calls_inside_and_beside_broken_code_stay_visible(text: str, kept: str) -> None:
    module = lower(text)
    assert kept in calls(module)
    assert module.errors


def test_an_unfinished_member_is_no_name() -> None:
    module = lower("exponea.\n")
    assert module.errors
    assert not [node for node in walk(module.body) if isinstance(node, (Name, Literal)) and node.start == node.end]


@pytest.mark.parametrize(
    "text",
    ["x = <p>a & b <b/> & c</p>", "x = <a href='?a=1&b=2&c'/>", "let x = tag.div<{a: string}>`b`", "x = a<b>`c`"],
)
def test_lawful_code_that_the_grammar_refuses_is_no_error(text: str) -> None:
    assert lower(text, "tsx").errors == []


def test_a_javascript_file_with_type_annotations_is_read_as_tsx() -> None:
    module = lower("// @flow\nexport const f = (a: Tracker, b?: string): void => { a.update({email: b}) }")
    assert module.errors == []
    assert calls(module) == ['(call (. a "update") {"email": b})']


def test_bytes_that_are_no_utf_8_do_not_stop_the_parser() -> None:
    [module] = parse(SourceFile("a.js", b"x = '\xff\xfe'; go('\xe9')", "javascript"))
    assert calls(module) == ['(call go "\ufffd")']


def test_a_byte_order_mark_is_no_error_and_moves_no_place() -> None:
    data = b"\xef\xbb\xbfgo(a)"
    [module] = parse(SourceFile("a.js", data, "javascript"))
    assert module.errors == []
    assert [data[node.start : node.end] for node in walk(module.body) if isinstance(node, Call)] == [b"go(a)"]


# --------------------------------------------------------------------------------------------------- how deep

MANY = 5_000


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["go()"] * MANY),
        "x = " + "&&".join(["go()"] * MANY),
        "go()" + ".then(a)" * MANY,
        "x = " + "a ? go() : " * MANY + "b",
        ",".join(["go()"] * MANY),
        "if (a) { go() }" + " else if (b) { go() }" * MANY,
        "switch (a) {" + "case 1: go(); break;" * MANY + "}",
    ],
    ids=["plus", "and", "then", "conditional", "comma", "else if", "switch"],
)
def test_long_chains_are_read_whole(text: str) -> None:
    module = lower(text)
    assert module.errors == []
    assert sum(1 for node in walk(module.body) if isinstance(node, Call)) >= MANY


def test_functions_nested_too_deep_are_read_as_far_as_somebody_asks_and_that_is_told() -> None:
    result = check_text("function f() {" * MANY + "exponea.update({ email: mail })" + "}" * MANY, "javascript")
    assert [notice.kind for notice in result.notices] == ["limit", "no-calls"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ")"),
        ("[", "]"),
        ("x = {a: ", "}"),
        ("f(", ")"),
        ("{", "}"),
        ("!", "a"),
        ("a => ", "b"),
    ],
)
def test_what_is_nested_too_deep_is_given_up_alone(opening: str, closing: str) -> None:
    module = lower(f"before();\n{opening * MANY}{closing * MANY}\n;\nafter()")
    assert {"(call before)", "(call after)"} <= set(calls(module))
    assert module.errors


def test_text_too_broken_to_mend_is_given_up_after_so_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_STEPS", 60)
    monkeypatch.setattr(tree, "_BYTES_A_STEP", 1_000_000)
    text = "if (a) go()" + " else if (b) go()" * 500
    module = lower(text)
    assert module.body == []
    assert module.errors == [(0, len(text))]
    assert lower("go();" * 100).errors == []


def test_text_that_a_grammar_looks_through_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"f()\n" + b"#a\n" * 20_000
    assert tree.tree_of("python", text[:12_000]) is not None
    monkeypatch.setattr(tree, "_READ", 2_000_000)
    assert tree.tree_of("python", b"f(1)\n" * 20_000) is not None
    assert tree.tree_of("python", text) is None


def test_switches_that_fall_through_at_every_level_stay_small() -> None:
    module = lower("switch (a) { case 1: b(); case 2: c();" * 60 + "}" * 60)
    assert sum(1 for _ in walk(module.body)) < 50_000


# ---------------------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("src/a.js", "javascript"),
        ("a.mjs", "javascript"),
        ("a.cjs", "javascript"),
        ("a.jsx", "javascript"),
        ("a.ts", "typescript"),
        ("a.mts", "typescript"),
        ("a.d.cts", "typescript"),
        ("A.TSX", "tsx"),
        ("a.py", "python"),
        ("a.pyi", "python"),
        ("a.json", "document"),
        ("a.yaml", "document"),
        ("a.yml", "document"),
        ("js", None),
        ("a.js/b", None),
        ("a.png", None),
    ],
)
def test_the_suffix_tells_the_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_an_unknown_language_has_no_modules() -> None:
    assert parse(SourceFile("a.png", b"", "image")) == []


def test_a_script_of_braces_alone_is_given_up_and_keeps_its_comments() -> None:
    text = b"f(1); // here\n" + b"{{" * 100_000
    module = parse_script("a.js", text, "javascript", 0, len(text))
    assert module.errors
    assert [comment.text for comment in module.comments] == ["// here"]
