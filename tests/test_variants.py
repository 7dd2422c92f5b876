"""Tricky wrong and right code, judged by hand before it was run: wrappers, classes, spreads, promises, types.

The marked lines hold the roots of the findings, no other line does.
"""

from __future__ import annotations

import pytest
from judged import judge

PROGRAMS: dict[str, tuple[str, str]] = {
    "wrapper with options bag, wrong": (
        "js",
        """
const track = { user: ({ props = {}, ids }) => ids ? exponea.identify(ids, props) : exponea.update(props) };
export function a(user) {
  track.user({ props: { email: user.email, plan: 'x' } });  // expect: identifier-in-update
}
""",
    ),
    "wrapper with options bag, right": (
        "js",
        """
const track = { user: ({ props = {}, ids }) => ids ? exponea.identify(ids, props) : exponea.update(props) };
export function a(user) {
  track.user({ ids: { registered: user.email }, props: { email: user.email, plan: 'x' } });
}
""",
    ),
    "curried, wrong": (
        "js",
        """
const send = (method) => (props) => exponea[method](props);
const update = send('update');
export const a = (user) => update({ email: user.email });  // expect: identifier-in-update
""",
    ),
    "curried, right": (
        "js",
        """
const send = (method) => (...args) => exponea[method](...args);
const identify = send('identify');
export const a = (user) => identify({ registered: user.email }, { email: user.email });
""",
    ),
    "queue of functions, wrong": (
        "js",
        """
const queue = [];
export function later(fn) {
  queue.push(fn);
}
export function a(user) {
  later(() => exponea.update({ email: user.email }));  // expect: identifier-in-update
}
""",
    ),
    "decorated by a HOF, right": (
        "js",
        """
const safe = (fn) => (...args) => {
  try {
    return fn(...args);
  } catch (e) {
    console.error(e);
  }
};
const save = safe((ids, props) => exponea.identify(ids, props));
export const a = (user) => save({ registered: user.email.toLowerCase() }, { email: user.email });
""",
    ),
    "inheritance template method, wrong": (
        "js",
        """
class Base {
  send(p) {
    exponea.update(this.extend(p));
  }
  extend(p) {
    return p;
  }
}
class Login extends Base {
  extend(p) {
    return { ...p, email: this.user.email };  // expect: identifier-in-update
  }
  constructor(user) {
    super();
    this.user = user;
  }
  run() {
    this.send({ plan: 'x' });
  }
}
""",
    ),
    "static method and getter, wrong": (
        "js",
        """
class Tracker {
  static get sdk() {
    return window.exponea;
  }
  static save(props) {
    Tracker.sdk.update(props);
  }
}
export const a = (user) => Tracker.save({ email: user.email });  // expect: identifier-in-update
""",
    ),
    "fluent builder, wrong": (
        "js",
        """
class Update {
  constructor() {
    this.props = {};
  }
  with(key, value) {
    this.props[key] = value;  // expect: identifier-in-update
    return this;
  }
  send() {
    exponea.update(this.props);
  }
}
export const a = (user) => new Update().with('plan', 'x').with('email', user.email).send();
""",
    ),
    "fluent builder, right": (
        "js",
        """
class Profile {
  constructor() {
    this.ids = {};
    this.props = {};
  }
  id(value) {
    this.ids.registered = value;
    return this;
  }
  with(key, value) {
    this.props[key] = value;
    return this;
  }
  send() {
    exponea.identify(this.ids, this.props);
  }
}
export const a = (user) => new Profile().id(user.email).with('email', user.email).send();
""",
    ),
    "arrow field, wrong": (
        "ts",
        """
class Store {
  private sdk = window.exponea;
  save = async (user: User): Promise<void> => {
    this.sdk.update({ email: user.email });  // expect: identifier-in-update
  }
}
export default new Store();
""",
    ),
    "spread of rest, wrong": (
        "js",
        """
export function a({ password, ...profile }) {
  exponea.update({ ...profile, email: profile.email });  // expect: identifier-in-update
}
""",
    ),
    "spread conditional ids, right": (
        "js",
        """
export function a(user) {
  exponea.identify({ ...(user.email ? { registered: user.email } : {}) }, {
  ...(user.email ? { email: user.email } : {}),
  city: user.city });
}
""",
    ),
    "array reduce to record, wrong": (
        "js",
        """
export function a(user) {
  const pairs = [['plan', 'x'], ['email', user.email]];
  const p = pairs.reduce((all, [k, val]) => ({ ...all, [k]: val }), {});  // expect: identifier-in-update
  exponea.update(p);
}
""",
    ),
    "promise chain, wrong": (
        "js",
        """
export const a = () => fetch('/me')
  .then((r) => r.json())
  .then(({ email, name }) => exponea.update({ email, first_name: name }));  // expect: identifier-in-update
""",
    ),
    "promise chain, right": (
        "js",
        """
export const a = () => fetch('/me')
  .then((r) => r.json())
  .then((me) => { exponea.identify({ registered: me.email }); return me; })
  .then((me) => exponea.update({ email: me.email }));
""",
    ),
    "async allSettled, wrong": (
        "js",
        """
export async function a(id) {
  const [user, cart] = await Promise.all([getUser(id), getCart(id)]);
  exponea.update({ email: user.email, cart: cart.id });  // expect: identifier-in-update
}
""",
    ),
    "await identify then update, right": (
        "js",
        """
export async function a(user) {
  await identify(user);
  exponea.update({ email: user.email });
}
async function identify(user) {
  exponea.identify({ registered: user.email });
}
""",
    ),
    "generator, wrong": (
        "js",
        """
import { call } from 'redux-saga/effects';
function* saga({ payload }) {
  const user = yield call(api.login, payload);
  yield call([exponea, exponea.update], { email: user.email });  // expect: identifier-in-update
}
""",
    ),
    "saga apply, right": (
        "js",
        """
function* saga({ payload }) {
  const user = yield call(api.login, payload);
  exponea.identify({ registered: user.email }, { email: user.email });
}
""",
    ),
    "nested destructuring with alias, wrong": (
        "js",
        """
export function a({ customer: { contact: { email: address } = {} } = {} }) {
  exponea.update({ email: address });  // expect: identifier-in-update
}
""",
    ),
    "optional call, wrong": (
        "js",
        """
export function a(user) {
  window.exponea?.update?.({ email: user?.email });  // expect: identifier-in-update
}
""",
    ),
    "optional identify, right": (
        "js",
        """
export function a(user) {
  if (user?.email) window.exponea?.identify?.({ registered: user.email }, { email: user.email });
}
""",
    ),
    "enum key, wrong": (
        "ts",
        """
enum Field { Email = 'email', City = 'city' }
export function a(user: User) {
  window.exponea.update({ [Field.Email]: user.email });  // expect: identifier-in-update
}
""",
    ),
    "enum id, right": (
        "ts",
        """
enum Id { Hard = 'registered', Soft = 'cookie' }
export function a(user: User) {
  window.exponea.identify({ [Id.Hard]: user.email }, { email: user.email });
}
""",
    ),
    "const enum object as const, wrong": (
        "ts",
        """
const KEYS = { mail: 'email' } as const;
export function a(user: User) {
  (window as any).exponea.update({ [KEYS.mail]: user.email } satisfies Props);  // expect: identifier-in-update
}
""",
    ),
    "namespace, wrong": (
        "ts",
        """
namespace Tracking {
  export function save(props: object) {
    window.exponea.update(props);
  }
}
export const a = (user: User) => Tracking.save({ email: user.email });  // expect: identifier-in-update
""",
    ),
    "method decorator, wrong": (
        "ts",
        """
function logged(target: any, key: string, d: PropertyDescriptor) {
  return d;
}
export class S {
  @logged save(user: User) {
    window.exponea.update({ email: user.email });  // expect: identifier-in-update
  }
}
""",
    ),
    "overloads, right": (
        "ts",
        """
function save(user: User): void;
function save(user: User, more: object): void;
function save(user: User, more: object = {}) {
  window.exponea.identify({ registered: user.email }, { email: user.email, ...more });
}
save({ email: input.value } as User, { plan: 'x' });
""",
    ),
    "dataclass default factory, wrong": (
        "py",
        """
from dataclasses import dataclass, field, asdict
import requests
@dataclass
class Payload:
    customer_ids: dict = field(default_factory=dict)
    properties: dict = field(default_factory=dict)
def a(user):
    p = Payload(customer_ids={"cookie": user.cookie})
    p.properties["email"] = user.email  # expect: identifier-in-api-properties
    requests.post(URL, json=asdict(p))
""",
    ),
    "TypedDict, wrong": (
        "py",
        """
from typing import TypedDict
import requests
class Payload(TypedDict):
    customer_ids: dict
    properties: dict
def a(user):
    props = {"email": user.email}  # expect: identifier-in-api-properties
    requests.post(URL, json=Payload(customer_ids={"cookie": user.cookie}, properties=props))
""",
    ),
    "pydantic alias model, right": (
        "py",
        """
from pydantic import BaseModel
import requests
class Payload(BaseModel):
    customer_ids: dict
    properties: dict
def a(user):
    payload = Payload(customer_ids={"registered": user.email.lower()}, properties={"email": user.email})
    requests.post(URL, json=payload.model_dump())
""",
    ),
    "NamedTuple and _asdict, wrong": (
        "py",
        """
from typing import NamedTuple
import requests
class Body(NamedTuple):
    customer_ids: dict
    properties: dict
def a(user):
    body = Body({"cookie": user.cookie}, {"email": user.email})  # expect: identifier-in-api-properties
    requests.post(URL, json=body._asdict())
""",
    ),
    "some keys picked, wrong": (
        "js",
        """
import { pick, omit } from "lodash";
import pickOne from "lodash/pick";
import * as R from "ramda";
export const a = (user) => exponea.update(pick(user, "email", "city")); // expect: identifier-in-update
export const b = (user) => exponea.update(R.pick(["email"], user)); // expect: identifier-in-update
export const c = (u) => exponea.update(pickOne({ email: u.email }, ["email"])); // expect: identifier-in-update
export const d = (u) => exponea.update(omit({ email: u.email, city: 1 }, "city")); // expect: identifier-in-update
""",
    ),
    "some keys picked, right": (
        "js",
        """
import { pick, omit } from "lodash";
export const a = (user) => exponea.update(pick(user, "plan", "city"));
export const b = (user) => exponea.update(pick({ email: user.email, city: 1 }, ["city"]));
export const c = (user) => exponea.update(omit({ email: user.email, city: 1 }, "email"));
export const d = (user, keys) => exponea.update(pick(user, keys));
""",
    ),
    "a record that holds the SDK, wrong": (
        "js",
        """
export const crm = {
  client: window.exponea,
  save(props) { this.client.update(props); },
  register(user) { this.save({ email: user.email }); }, // expect: identifier-in-update
};
""",
    ),
    "a table of keys, wrong": (
        "py",
        """
import requests
TABLE = {"email": "mail", "city": "town"}
def a(row):
    props = {ours: row[theirs] for ours, theirs in TABLE.items()}  # expect: identifier-in-api-properties
    requests.post(URL, json={"customer_ids": {"cookie": row["cookie"]}, "properties": props})
def b(row):
    props = {key: str(value) for key, value in {"email": row.mail}.items()}  # expect: identifier-in-api-properties
    requests.post(URL, json={"customer_ids": {"cookie": row.cookie}, "properties": props})
""",
    ),
    "a table of keys, right": (
        "py",
        """
import requests
TABLE = {"email": "mail", "city": "town"}
def a(row):
    props = {ours: row[theirs] for ours, theirs in TABLE.items() if theirs != "mail"}
    requests.post(URL, json={"customer_ids": {"cookie": row["cookie"]}, "properties": props})
def b(row):
    props = {ours: row[theirs] for ours, theirs in TABLE.items() if ours in ("city",)}
    requests.post(URL, json={"customer_ids": {"cookie": row["cookie"]}, "properties": props})
""",
    ),
    "comprehension, wrong": (
        "py",
        """
import requests
def a(user):
    props = {k: getattr(user, k) for k in ("email", "city")}  # expect: identifier-in-api-properties
    requests.post(URL, json={"customer_ids": {"cookie": user.cookie}, "properties": props})
""",
    ),
    "walrus and kwargs, right": (
        "py",
        """
import requests
def send(*, ids, **props):
    requests.post(URL, json={"customer_ids": ids, "properties": props})
def a(user):
    if (mail := user.email):
        send(ids={"registered": mail}, email=mail, plan="x")
""",
    ),
    "walrus and kwargs, wrong": (
        "py",
        """
import requests
def send(*, ids, **props):
    requests.post(URL, json={"customer_ids": ids, "properties": props})
def a(user):
    if (mail := user.email):
        send(ids={"cookie": user.cookie}, email=mail, plan="x")  # expect: identifier-in-api-properties
""",
    ),
    "context manager, wrong": (
        "py",
        """
from contextlib import contextmanager
from infinario import Infinario
@contextmanager
def client():
    c = Infinario("token")
    yield c
    c.flush()
def a(user):
    with client() as c:
        c.update({"email": user.email})  # expect: identifier-in-update
""",
    ),
    "context manager, right": (
        "py",
        """
from contextlib import contextmanager
from infinario import Infinario
@contextmanager
def client(user):
    c = Infinario("token")
    c.identify({"registered": user.email})
    yield c
def a(user):
    with client(user) as c:
        c.update({"email": user.email})
""",
    ),
    "async generator batch, wrong": (
        "py",
        """
import aiohttp
async def commands(users):
    async for user in users:
        ids, props = {"cookie": user.cookie}, {"email": user.email}  # expect: identifier-in-api-properties
        yield {"name": "customers", "data": {"customer_ids": ids, "properties": props}}
async def a(session, users):
    batch = [c async for c in commands(users)]
    await session.post(URL, json={"commands": batch})
""",
    ),
    "match mapping, wrong": (
        "py",
        """
import requests
def a(event):
    match event:
        case {"type": "login", "user": {"email": mail}}:
            ids = {"cookie": event["cookie"]}
            props = {"email": mail}  # expect: identifier-in-api-properties
            requests.post(URL, json={"customer_ids": ids, "properties": props})
        case _:
            pass
""",
    ),
    "functools partial + dict union, right": (
        "py",
        """
from functools import partial
import requests
send = partial(requests.post, URL)
def a(user):
    ids = {"cookie": user.cookie} | ({"registered": user.email} if user.email else {})
    send(json={"customer_ids": ids, "properties": {"email": user.email}})
""",
    ),
    "property and cached, wrong": (
        "py",
        """
from functools import cached_property
import requests
class Sync:
    def __init__(self, user): self.user = user
    @cached_property
    def ids(self): return {"cookie": self.user.cookie}
    @property
    def props(self): return {"email": self.user.email}  # expect: identifier-in-api-properties
    def run(self): requests.post(URL, json={"customer_ids": self.ids, "properties": self.props})
""",
    ),
    "then then in other chain, wrong": (
        "js",
        """
export const a = () => load().then((me) => exponea.identify({ registered: me.email }));
export const b = () => load().then((me) => exponea.update({ email: me.email }));  // expect: identifier-in-update
""",
    ),
    "catch after identify, wrong": (
        "js",
        """
export const a = (user) => load().then(() => exponea.identify({ registered: user.email }))
  .catch(() => exponea.update({ email: user.email }));  // expect: identifier-in-update
""",
    ),
    "update before identify in a chain that may end between, wrong": (
        "js",
        """
export const a = (user) => load()
  .then(() => exponea.update({ email: user.email }))  // expect: identifier-in-update
  .then(() => exponea.identify({ registered: user.email }));
""",
    ),
    "namespace nested members, right": (
        "ts",
        """
export namespace T {
  export const save = (user: User) => window.exponea.identify({ registered: user.email }, { email: user.email });
}
T.save(currentUser);
""",
    ),
    "namespace merged twice, wrong": (
        "ts",
        """
namespace T {
  export function a(user: User) {
    window.exponea.update({ email: user.email });  // expect: identifier-in-update
  }
}
namespace T {
  export function b(p: object) {
    window.exponea.track('x', p);
  }
}
export const go = (user: User) => T.a(user);
""",
    ),
    "declare global namespace, right": (
        "ts",
        """
declare global { interface Window { exponea: any } }
export const go = (user: User) => window.exponea.track('x', { plan: 'y' });
""",
    ),
    "empty text then validated by regex later, right": (
        "js",
        """
export function a(form) {
  const mail = (form.email || '').trim().toLowerCase();
  if (!/^.+@.+$/.test(mail)) {
    show('wrong');
    return;
  }
  exponea.identify({ registered: mail }, { email: mail });
}
""",
    ),
    "switch with returns, right": (
        "js",
        """
export function a(kind, user) {
  switch (kind) {
    case 'guest': return;
    case 'login': exponea.identify({ registered: user.email });
    break;
    case 'register': exponea.identify({ registered: user.email });
    break;
    default: return;
  }
  exponea.update({ email: user.email });
}
""",
    ),
    "switch with one arm missing, wrong": (
        "js",
        """
export function a(kind, user) {
  switch (kind) {
    case 'guest': return;
    case 'login': exponea.identify({ registered: user.email });
    break;
    case 'register': break;
    default: return;
  }
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
""",
    ),
    "else-if identify or known, right": (
        "js",
        """
export function a(kind, user) {
  if (kind === 'login') {
    exponea.identify({ registered: user.email });
  } else if (kind === 'known') {
    exponea.identify({ registered: user.email });
  } else {
    return;
  }
  exponea.update({ email: user.email });
}
""",
    ),
    "reduce into ids, right": (
        "js",
        """
export function a(user) {
  const ids = ['email'].reduce((all, k) => ({ ...all, registered: user[k] }), {});
  exponea.identify(ids, { email: user.email });
}
""",
    ),
    "contextmanager class, right": (
        "py",
        """
from infinario import Infinario
class Session:
    def __init__(self, user):
        self.client = Infinario("t", customer={"registered": user.email})
    def __enter__(self):
        return self.client
    def __exit__(self, *a):
        pass
def a(user):
    with Session(user) as c:
        c.update({"email": user.email})
""",
    ),
    "contextmanager class, wrong": (
        "py",
        """
from infinario import Infinario
class Session:
    def __init__(self):
        self.client = Infinario("t")
    def __enter__(self):
        return self.client
    def __exit__(self, *a):
        pass
def a(user):
    with Session() as c:
        c.update({"email": user.email})  # expect: identifier-in-update
""",
    ),
    "SDK only by name, right": (
        "js",
        """
class A {
  login(user) {
    this.exponea.identify({ registered: user.email });
    this.exponea.update({ email: user.email });
  }
}
""",
    ),
    "set_later by an unrelated class, right": (
        "js",
        """
class B {
  init() {
    this.client = window.exponea;
  }
}
class A {
  init() {
    this.client = new ApolloClient();
  }
  save(user) {
    this.client.update({ email: user.email });
  }
}
""",
    ),
    "SDK or nothing in a member, wrong": (
        "js",
        """
class A {
  init(kind) {
    this.client = kind ? window.exponea : null;
  }
  save(user) {
    this.client && this.client.update({ email: user.email });  // expect: identifier-in-update
  }
}
""",
    ),
    "default_factory lambda ids, right": (
        "py",
        """
from dataclasses import dataclass, field, asdict
import requests
@dataclass
class P:
    customer_ids: dict = field(default_factory=lambda: {})
    properties: dict = field(default_factory=dict)
def a(user):
    p = P()
    p.customer_ids["registered"] = user.email.lower()
    p.properties["email"] = user.email
    requests.post(URL, json=asdict(p))
""",
    ),
    "two instances do not share, wrong": (
        "py",
        """
from dataclasses import dataclass, field, asdict
import requests
@dataclass
class P:
    customer_ids: dict = field(default_factory=dict)
    properties: dict = field(default_factory=dict)
def a(user):
    p = P()
    q = P()
    q.customer_ids["registered"] = user.email.lower()
    p.customer_ids["cookie"] = user.cookie
    p.properties["email"] = user.email  # expect: identifier-in-api-properties
    requests.post(URL, json=asdict(p))
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_is_judged_as_it_was_by_hand(name: str) -> None:
    suffix, text = PROGRAMS[name]
    judge(name, f"program.{suffix}", text)
