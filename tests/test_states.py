"""What is empty at first and set by another function is no placeholder, and holds what it is set to.

Met in public code: a variable that a listener sets, a field that a method sets, a record that a loop's callback fills.
"""

from __future__ import annotations

import pytest
from judged import judge

PROGRAMS: dict[str, tuple[str, str]] = {
    "a variable that a listener sets, right": (
        "js",
        """
let chosen = '';
document.querySelector('#mail').addEventListener('input', (e) => { chosen = e.target.value; });
document.querySelector('form').addEventListener('submit', () => {
  exponea.identify({ registered: chosen.trim().toLowerCase() }, { email: chosen });
});
""",
    ),
    "a variable that a listener sets, not lower-cased, wrong": (
        "js",
        """
(function () {
  var email = null;
  document.querySelector('form').addEventListener('submit', function () {
    exponea.identify({ registered: email });  // expect: hard-id-not-lowercased
  });
  document.querySelector('#mail').addEventListener('input', function (e) { email = e.target.value; });
})();
""",
    ),
    "a variable that a listener sets, sent as a property only, wrong": (
        "js",
        """
let email = null;
document.querySelector('#mail').addEventListener('change', function () { email = this.value; });
function submit() {
  if (!email) return;
  exponea.update({ email });  // expect: identifier-in-update
}
""",
    ),
    "a variable that nobody sets, wrong": (
        "js",
        """
let chosen = '';
document.querySelector('#mail').addEventListener('input', (e) => { show(e.target.value); });
document.querySelector('form').addEventListener('submit', () => {
  exponea.identify({ registered: chosen });  // expect: placeholder-id
});
""",
    ),
    "a variable of the same name in another function, wrong": (
        "js",
        """
export function other(form) {
  let chosen = '';
  if (form) chosen = form.dataset.chosen;
  show(chosen);
}
export function submit() {
  const chosen = '';
  exponea.identify({ registered: chosen });  // expect: placeholder-id
}
""",
    ),
    "a member of a state that a listener sets, right": (
        "js",
        """
const current = { mail: '', name: '' };
document.querySelector('#mail').addEventListener('input', (e) => { current.mail = e.target.value; });
export function submit() {
  exponea.identify({ registered: current.mail.toLowerCase() });
}
""",
    ),
    "a field that a method sets, right": (
        "ts",
        """
export class Newsletter {
  address = '';
  onInput(event: Event) { this.address = read(event); }
  submit() { window.exponea.identify({ registered: this.address.toLowerCase() }); }
}
""",
    ),
    "fields that only a template sets, right": (
        "ts",
        """
@Component({ selector: 'app-join', templateUrl: './join.component.html' })
export class JoinComponent {
  model = { mail: '', name: '' };
  join() {
    window.exponea.identify({ registered: this.model.mail.toLowerCase() }, { first_name: this.model.name });
  }
}
""",
    ),
    "a field that a subscription sets, sent as a property only, wrong": (
        "ts",
        """
export class Checkout {
  email = '';
  constructor(private store: Store) {
    this.store.select(getEmail).subscribe((mail) => { this.email = mail; });
  }
  pay() {
    window.exponea.update({
      email: this.email,  // expect: identifier-in-update
    });
  }
}
""",
    ),
    "a field that is always the same text, wrong": (
        "ts",
        """
export class Checkout {
  id = 'guest';
  pay() {
    window.exponea.identify({ registered: this.id });  // expect: placeholder-id
  }
}
""",
    ),
    "a record that a loop's callback fills by its keys, right": (
        "js",
        """
export function submit(form) {
  const fields = {};
  new FormData(form).forEach((value, key) => { fields[key] = value; });
  exponea.identify({ registered: fields.email.toLowerCase() }, fields);
}
""",
    ),
    "a variable that a loop's callback sets, right": (
        "js",
        """
export function submit(fields) {
  let found = '';
  $.each(fields, function (i, field) { if (field.name === 'email') found = field.value; });
  exponea.identify({ registered: found.toLowerCase() });
}
""",
    ),
    "a global that another function sets, right": (
        "py",
        """
import requests
_current = None
def login(user):
    global _current
    _current = user.email.lower()
def push():
    requests.post(URL, json={"customer_ids": {"registered": _current}, "properties": {"seen": True}})
""",
    ),
    "an attribute that another method sets, right": (
        "py",
        """
import requests
class Client:
    def __init__(self):
        self.mail = ""
    def login(self, user):
        self.mail = user.email.lower()
    def push(self, city):
        requests.post(URL, json={"customer_ids": {"registered": self.mail}, "properties": {"city": city}})
""",
    ),
    "an attribute that stays empty, wrong": (
        "py",
        """
import requests
class Client:
    def __init__(self):
        self.mail = ""
    def push(self, city):
        requests.post(URL, json={
            "customer_ids": {"registered": self.mail},  # expect: placeholder-id
            "properties": {"city": city},
        })
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_start_is_no_value(name: str) -> None:
    suffix, text = PROGRAMS[name]
    judge(name, f"program.{suffix}", text)
