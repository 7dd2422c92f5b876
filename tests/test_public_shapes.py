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
