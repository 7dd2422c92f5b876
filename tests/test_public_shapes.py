"""Shapes of code met in public projects, rewritten, renamed and wrapped, and judged by hand before they were run."""

from __future__ import annotations

import pytest
from judged import judge

PROGRAMS: dict[str, tuple[str, str]] = {
    "a form's field by another name, in a variable that says what it holds, wrong": (
        "js",
        """
export async function onSubmit(event) {
  const emailValue = event?.target?.fieldOne?.value;
  await post({
    customer_ids: {
      email_id: emailValue,  // expect: hard-id-not-lowercased
    },
    event_type: 'consent',
    properties: { email: emailValue || '' },
  });
}
""",
    ),
    "a form's field by another name, lower-cased where it is passed on, right": (
        "js",
        """
const ids = (theEmail) => ({ email_id: theEmail.trim().toLowerCase() });
export async function onSubmit(event) {
  const emailValue = event.target.fieldOne.value;
  await post({ customer_ids: ids(emailValue), event_type: 'consent', properties: { email: emailValue } });
}
""",
    ),
    "an unknown value in a variable that says what it holds, wrong": (
        "js",
        """
export function save(state) {
  const { fieldOne: mailInput } = state;
  exponea.update({ contact: mailInput });  // expect: identifier-in-update
}
""",
    ),
    "a variable that only speaks about an identifier, right": (
        "js",
        """
export function save(state) {
  const emailStatus = state.fieldOne;
  const hasEmail = state.fieldTwo;
  exponea.update({ contact: emailStatus, known: hasEmail });
}
""",
    ),
    "an empty default of a dictionary's get, wrong": (
        "py",
        """
import requests
def sync(person):
    requests.post(URL, json={
        "customer_ids": {"registered": str(person.get("id", ""))},  # expect: placeholder-id
        "properties": {"city": person.get("city", "")},
    })
""",
    ),
    "a name for nobody as the default, through a wrapper, wrong": (
        "py",
        """
import requests
def send(ids, properties):
    requests.post(URL, json={"customer_ids": ids, "properties": properties})
def sync(request):
    mail = request.POST.get("email", "guest")
    ids = {"registered": mail.lower()}  # expect: placeholder-id
    send(ids, {"city": "Brno"})
""",
    ),
    "an empty default that is asked about, right": (
        "py",
        """
import requests
def one(person):
    mail = person.get("email", "").strip().lower()
    if not mail:
        return
    requests.post(URL, json={"customer_ids": {"registered": mail}, "properties": {"email": mail}})
def two(person):
    ids = {"cookie": person["cookie"]}
    if person.get("email", ""):
        ids["registered"] = person.get("email", "").lower()
    requests.post(URL, json={"customer_ids": ids, "properties": {"city": "Brno"}})
def three(person):
    if "email" not in person:
        return
    requests.post(URL, json={
        "customer_ids": {"registered": person.get("email", "").lower()}, "properties": {"city": "Brno"},
    })
def four(person):
    if person.get("email"):
        requests.post(URL, json={"customer_ids": {"registered": person.get("email").lower()}, "properties": {"a": 1}})
""",
    ),
    "a default among the properties, wrong": (
        "py",
        """
import requests
def sync(person):
    requests.post(URL, json={
        "customer_ids": {"cookie": person["cookie"]},
        "properties": {"email": person.get("email", "")},  # expect: identifier-in-api-properties
    })
""",
    ),
    "an event of the API before the first version, right": (
        "py",
        """
class Client:
    def track(self, event_type, properties=None):
        return self._post("/crm/events", {
            "customer_ids": self._customer, "company_id": self._token, "type": event_type, "properties": properties,
        })
""",
    ),
    "identified in an awaited chain before, right": (
        "ts",
        """
const identify = (u: User) => window.exponea.identify({ registered: u.email.toLowerCase() });
export async function one(load: Promise<void>, user: User) {
  await load.then(() => identify(user));
  window.exponea.update({ email: user.email });
}
export async function two(user: User) {
  await fetchAll().then(identify);
  const found = await fetchAll().then((u) => { identify(u); return u; });
  window.exponea.update({ email: found.email });
}
export async function three(user: User) {
  await fetchAll().finally(() => identify(user)).catch((e) => log(e));
  window.exponea.update({ email: user.email });
}
export async function four(user: User) {
  await Promise.all([other(), fetchAll().then(async () => { await identify(user); })]);
  window.exponea.update({ email: user.email });
}
export async function five(user: User) {
  await new Promise((done) => window.exponea.identify({ registered: user.email.toLowerCase() }, {}, done));
  window.exponea.update({ email: user.email });
}
""",
    ),
    "identified in a chain that may not have run, wrong": (
        "js",
        """
const identify = (u) => exponea.identify({ registered: u.email.toLowerCase() });
export async function one(user) {
  await load().catch(() => identify(user));
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
export async function two(user) {
  await load().then(() => log(user), () => identify(user));
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
export async function three(user) {
  await (user.known ? identify(user) : load());
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
export async function four(users, user) {
  await Promise.all([load().then(() => users.forEach(identify))]);
  exponea.update({ email: user.email });  // expect: identifier-in-update
}
""",
    ),
    "a saga that starts the project's wrapper, wrong": (
        "js",
        """
import * as effects from 'redux-saga/effects';
import { call as start } from 'typed-redux-saga';
function save(properties) {
  exponea.update(properties);
}
function know(mail) {
  exponea.identify({ registered: mail.toLowerCase() });
}
export function* one({ payload }) {
  yield effects.call(save, { email: payload.mail });  // expect: identifier-in-update
}
export function* two({ payload }) {
  yield* start([exponea, 'update'], { email: payload.mail });  // expect: identifier-in-update
  yield effects.apply(exponea, exponea.update, [{ city: payload.city }]);
}
export function* three({ payload: pay }) {
  yield effects.fork({ context: exponea, fn: exponea.update }, { email: pay.mail });  // expect: identifier-in-update
}
export function* four({ payload }) {
  yield effects.call(know, payload.mail);
  yield effects.call(save, { email: payload.mail });
}
""",
    ),
    "generic types of other modules, re-exported types and accessors, wrong": (
        "ts",
        """
export type * from './types';
export type * as all from "./more";
const state: import('vue').Ref<User> = ref();
export class Profile {
  static accessor count = 0;
  @tracked accessor 'name' = '';
  private users: import("rxjs").Observable<User>;
  save(user: import('./types').User<string>): Promise<import('./types').Saved.By<User>> {
    exponea.update({ email: user.email });  // expect: identifier-in-update
    return import('./more').then<User>((more) => more.saved);
  }
}
export function later() {
  exponea.update({ email: state.value.email });  // expect: identifier-in-update
}
""",
    ),
    "the name of the ID from the environment, with its default, wrong": (
        "py",
        """
import os
import requests
ID = os.environ.get("ENGAGEMENT_ID", "registered")
def sync(mail):
    requests.post(URL, json={"customer_ids": {ID: mail.lower()}, "properties": {"email": mail}})
def stray(mail, cookie):
    requests.post(URL, json={
        "customer_ids": {"cookie": cookie},
        "properties": {"email": mail},  # expect: identifier-in-api-properties
    })
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_shape_is_judged_as_it_was_by_hand(name: str) -> None:
    suffix, text = PROGRAMS[name]
    judge(name, f"program.{suffix}", text)
