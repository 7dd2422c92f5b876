"""Programs that a tired developer writes, in pairs that differ by a line or two; judged by hand, then run."""

from __future__ import annotations

import pytest
from judged import judge

PROGRAMS: dict[str, tuple[str, str]] = {
    "a Map's entries, wrong": (
        "js",
        """
export function go(user) {
  const m = new Map();
  m.set('email', user.email);  // expect: identifier-in-update
  m.set('city', user.city);
  exponea.update(Object.fromEntries(m));
}
""",
    ),
    "a Map of IDs, right": (
        "js",
        """
export function go(user) {
  const m = new Map([['registered', user.email.toLowerCase()]]);
  exponea.identify(Object.fromEntries(m), { email: user.email });
}
""",
    ),
    "keys of an Enum, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from enum import Enum
class Attr(str, Enum):
    EMAIL = "email"
    CITY = "city"
def go(user, cookie):
    requests.post(URL, json={
        "customer_ids": {"cookie": cookie},
        "properties": {Attr.EMAIL.value: user.email, "city": user.city},  # expect: identifier-in-api-properties
    })
""",
    ),
    "an ID's name of an Enum, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from enum import Enum
class Id(str, Enum):
    HARD = "registered"
def go(user):
    requests.post(URL, json={"customer_ids": {Id.HARD.value: user.email.lower()}, "properties": {"email": user.email}})
""",
    ),
    "the last part of a text that may be empty, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

def go(order):
    number = str(order.get("customer", {}).get("id", "")).split("/")[-1]
    requests.post(URL, json={
        "customer_ids": {"registered": number},  # expect: placeholder-id
        "properties": {"x": 1},
    })
""",
    ),
    "the last part of a text that was asked for, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

def go(order):
    gid = order.get("customer", {}).get("id")
    if not gid:
        return
    requests.post(URL, json={"customer_ids": {"registered": str(gid).split("/")[-1]}, "properties": {"x": 1}})
""",
    ),
    "a promise that is kept and awaited later but identifies nobody, wrong": (
        "js",
        """
export async function go(user) {
  const done = greet(user);
  await render();
  await done;
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
async function greet(user) {
  exponea.track('hello', { plan: user.plan });
}
""",
    ),
    "a promise that is kept and awaited later, right": (
        "js",
        """
export async function go(user) {
  const done = identify(user);
  await render();
  await done;
  exponea.update({ email: user.email });
}
async function identify(user) {
  exponea.identify({ registered: user.email.toLowerCase() });
}
""",
    ),
    "identified behind it, in one arm, wrong": (
        "js",
        """
export function join(mail, known) {
  exponea.update({ email: mail, plan: 'free' });  // expect: identifier-in-update
  if (known) {
    exponea.identify({ registered: mail.toLowerCase() });
  }
}
""",
    ),
    "identified behind it, right": (
        "js",
        """
export function join(mail) {
  exponea.update({ email: mail, plan: 'free' });
  exponea.identify({ registered: mail.toLowerCase() });
}
""",
    ),
    "an ID of somebody's that is there under another test, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

def go(user, cookie):
    ids = {"cookie": cookie}
    if user.is_member:
        ids["registered"] = user.member_email.lower()
    props = {"city": user.city}
    if user.email:
        props["email"] = user.email  # expect: identifier-in-api-properties
    requests.post(URL, json={"customer_ids": ids, "properties": props})
""",
    ),
    "an ID that is there under the same test, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

def go(user, cookie):
    ids = {"cookie": cookie}
    if user.email:
        ids["registered"] = user.email.lower()
    props = {"city": user.city}
    if user.email:
        props["email"] = user.email
    requests.post(URL, json={"customer_ids": ids, "properties": props})
""",
    ),
    "what is left once a key is taken out, of a record that is known, wrong": (
        "js",
        """
export function pick(user) {
  const { password, ...publicProps } = { email: user.email, password: user.pw };  // expect: identifier-in-update
  exponea.update(publicProps);
}
""",
    ),
    "what is left once the e-mail is taken out, right": (
        "js",
        """
export function pick(user) {
  const { email, password, ...publicProps } = user;
  exponea.update(publicProps);
}
""",
    ),
    "a partial behind a decorator, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from functools import partial, wraps
def retry(fn):
    @wraps(fn)
    def inner(*args, **kwargs):
        for _ in range(3):
            try:
                return fn(*args, **kwargs)
            except requests.RequestException:
                pass
    return inner
@retry
def post(ids, **props):
    requests.post(URL, json={"customer_ids": ids, "properties": props})
anonymous = partial(post, {"cookie": "c-1"})
def go(user):
    anonymous(email=user.email, city=user.city)  # expect: identifier-in-api-properties
""",
    ),
    "a partial with the hard ID, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from functools import partial
def post(ids, **props):
    requests.post(URL, json={"customer_ids": ids, "properties": props})
def go(user):
    known = partial(post, {"registered": user.email.lower()})
    known(email=user.email, city=user.city)
""",
    ),
    "payloads of an async generator, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

import asyncio, aiohttp
async def rows(conn):
    async for r in conn.stream("select email, cookie from users"):
        yield {
            "customer_ids": {"cookie": r.cookie},
            "properties": {"email": r.email},  # expect: identifier-in-api-properties
        }
async def main(conn):
    async with aiohttp.ClientSession() as s:
        async for payload in rows(conn):
            async with s.post(URL, json=payload) as res:
                res.raise_for_status()
""",
    ),
    "payloads of an async generator, with the hard ID, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

import asyncio, aiohttp
async def rows(conn):
    async for r in conn.stream("select email, cookie from users"):
        yield {"customer_ids": {"cookie": r.cookie, "registered": r.email.lower()}, "properties": {"email": r.email}}
async def main(conn):
    async with aiohttp.ClientSession() as s:
        async for payload in rows(conn):
            async with s.post(URL, json=payload) as res:
                res.raise_for_status()
""",
    ),
    "a typed dictionary that is filled in steps, wrong": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from typing import TypedDict
class Payload(TypedDict):
    customer_ids: dict[str, str]
    properties: dict[str, str]
def build(user, cookie) -> Payload:
    payload: Payload = {"customer_ids": {}, "properties": {}}
    payload["customer_ids"]["cookie"] = cookie
    payload["properties"]["email"] = user.email  # expect: identifier-in-api-properties
    return payload
def go(user, cookie):
    requests.post(URL, json=build(user, cookie))
""",
    ),
    "a typed dictionary that is filled in steps, with the hard ID, right": (
        "py",
        """
import requests
URL = "https://api.exponea.com/track/v2/projects/p/customers"

from typing import TypedDict
class Payload(TypedDict):
    customer_ids: dict[str, str]
    properties: dict[str, str]
def build(user, cookie) -> Payload:
    payload: Payload = {"customer_ids": {}, "properties": {}}
    payload["customer_ids"]["cookie"] = cookie
    payload["customer_ids"]["registered"] = user.email.lower()
    payload["properties"]["email"] = user.email
    return payload
def go(user, cookie):
    requests.post(URL, json=build(user, cookie))
""",
    ),
    "a field of an Angular template, wrong": (
        "ts",
        """
@Component({ template: `<form (ngSubmit)="join()"><input [(ngModel)]="email" name="email"></form>` })
export class JoinComponent {
  email = '';
  join() { (window as any).exponea.update({ email: this.email }); }  // expect: identifier-in-update
}
""",
    ),
    "a field of an Angular template, identified, right": (
        "ts",
        """
@Component({ template: `<form (ngSubmit)="join()"><input [(ngModel)]="email" name="email"></form>` })
export class JoinComponent {
  email = '';
  join() { (window as any).exponea.identify({ registered: this.email.trim().toLowerCase() }, { email: this.email }); }
}
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_is_judged_as_it_was_by_hand(name: str) -> None:
    suffix, text = PROGRAMS[name]
    judge(name, f"program.{suffix}", text)
