# ruff: noqa: E501
"""What a fix does, executed: a visit is replayed before and after it, and Engagement's rules count the profiles.

Jo is known by her address from another device. JavaScript runs under Node with a recording `exponea`; Python with a
recording transport. Before the fix there are two profiles, after it one, and nothing that was sent is missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any, NamedTuple

import pytest
from engagement import Browser, Engagement

from trackaudit.pipeline import fix_texts

JO = "Jo@Example.com"
NODE = shutil.which("node")
RUNNER = """
const vm = require('vm');
const found = JSON.parse(require('fs').readFileSync(0, 'utf8')).map(({ code, visit }) => {
  const calls = [];
  const record = (name) => (...given) => { calls.push([name, JSON.parse(JSON.stringify(given))]); };
  const exponea = {};
  for (const name of ['identify', 'update', 'track', 'anonymize']) exponea[name] = record(name);
  const form = { addEventListener: (event, run) => { form.run = run; }, querySelector: () => ({ value: 'Jo@Example.com' }) };
  const page = { exponea, form, document: { querySelector: () => ({ value: 'Jo@Example.com' }), getElementById: () => form },
    axios: { post: (url, body) => calls.push(['post', [url, body]]) }, url: 'u', asked: 0 };
  page.getEmail = () => { page.asked += 1; return 'Jo@Example.com'; };
  page.window = page; page.self = { sdk: exponea };
  vm.runInNewContext(code + '\\n;' + visit, page);
  return { calls, asked: page.asked };
});
console.log(JSON.stringify(found));
"""
RECORDER = """
import json, sys, types
calls = []
def post(url, json=None, **more): calls.append(["post", [url, json]])
requests = types.ModuleType("requests"); requests.post = post; sys.modules["requests"] = requests
class Infinario:
    def __init__(self, token, customer=None): self.ids = {}
    def identify(self, customer=None, properties=None):
        self.ids = customer or {}
        if properties: self.update(properties)
    def update(self, properties): calls.append(["post", ["", {"customer_ids": {"cookie": "c1", **self.ids}, "properties": properties}]])
    def track(self, event_type, properties=None):
        calls.append(["post", ["", {"customer_ids": {"cookie": "c1", **self.ids}, "event_type": event_type, "properties": properties}]])
infinario = types.ModuleType("infinario"); infinario.Infinario = Infinario; sys.modules["infinario"] = infinario
class Tracking:
    def update_customer_properties(self, customer_ids, properties, batch=False):
        calls.append(["post", ["", {"customer_ids": customer_ids, "properties": properties}]])
    def add_event(self, customer_ids, event_type, properties=None, timestamp=None, batch=False):
        calls.append(["post", ["", {"customer_ids": customer_ids, "event_type": event_type, "properties": properties}]])
class Exponea:
    def __init__(self, *given): self.tracking = Tracking()
sdk = types.ModuleType("exponea_python_sdk"); sdk.Exponea = Exponea; sys.modules["exponea_python_sdk"] = sdk
found = []
for case in json.load(sys.stdin):
    del calls[:]
    space = {"URL": "u", "TOKEN": "t", "asked": 0}
    exec(case["code"], space)
    exec(case["visit"], space)
    found.append({"calls": list(calls), "asked": space["asked"]})
print(json.dumps(found))
"""


class Fixture(NamedTuple):
    """A program and the visit that runs it."""

    name: str
    language: str
    code: str
    visit: str


def js(name: str, code: str, visit: str = "") -> Fixture:
    return Fixture(name, "js", code, visit)


def py(name: str, code: str, visit: str) -> Fixture:
    return Fixture(name, "py", code, visit)


WRONG = [
    js("literal", "function f(mail) { exponea.update({ email: mail, city: 'Brno' }); }", "f('Jo@Example.com')"),
    js(
        "several lines",
        "function f(user) {\n  exponea.update({\n    email: user.email, // theirs\n    city: user.city,\n  });\n}",
        "f({email: 'Jo@Example.com', city: 'Brno'})",
    ),
    js("no semicolons", "const save = (mail) => {\n  exponea.update({ email: mail })\n}", "save('Jo@Example.com')"),
    js("expression body", "const save = (mail) => exponea.update({ email: mail });", "save('Jo@Example.com')"),
    js("window", "function f(mail) { window.exponea.update({ email: mail }); }", "f('Jo@Example.com')"),
    js("optional call", "function f(mail) { window.exponea?.update({ email: mail }); }", "f('Jo@Example.com')"),
    js("computed name", "function f(mail) { exponea['update']({ 'email': mail }); }", "f('Jo@Example.com')"),
    js(
        "weblayer",
        "function f() { var mail = form.querySelector('input').value; self.sdk.update({ email: mail }); }",
        "f()",
    ),
    js(
        "from the page",
        "function f() {\n  exponea.update({ email: document.querySelector('#email').value });\n}",
        "f()",
    ),
    js("a call, once", "function f() {\n  exponea.update({ email: getEmail() });\n}", "f()"),
    js(
        "a call in an arrow",
        "const f = (form) => exponea.update({ email: form.getEmail() });",
        "f({ getEmail() { asked += 1; return 'Jo@Example.com'; } })",
    ),
    js(
        "a bare branch",
        "function f(form, ok) {\n  if (ok) exponea.update({ email: form.getEmail() });\n}",
        "f({ getEmail() { asked += 1; return 'Jo@Example.com'; } }, true)",
    ),
    js(
        "built before",
        "function f(mail) {\n  const properties = { city: 'Brno' };\n  properties.email = mail;\n  exponea.update(properties);\n}",
        "f('Jo@Example.com')",
    ),
    js(
        "put in where it is there",
        "function f(mail) {\n  const p = { city: 'Brno' };\n  if (mail) {\n    p.email = mail;\n  }\n  exponea.update(p);\n}",
        "f(''); f('Jo@Example.com')",
    ),
    js(
        "guarded spread",
        "function f(m) { exponea.update({ ...(m && { email: m }), city: 'Brno' }); }",
        "f(''); f('Jo@Example.com')",
    ),
    js(
        "conditional spread",
        "function f(m) { exponea.update({ ...(m ? { email: m } : {}), city: 'Brno' }); }",
        "f(''); f('Jo@Example.com')",
    ),
    js(
        "maybe missing",
        "function f(user) { exponea.update({ email: user?.email, city: 'Brno' }); }",
        "f(); f({ email: 'Jo@Example.com' })",
    ),
    js(
        "fallback",
        "function f(mail) { exponea.update({ email: mail || '', city: 'Brno' }); }",
        "f(); f('Jo@Example.com')",
    ),
    js("identify without an ID", "function f(mail) { exponea.identify({}, { email: mail }); }", "f('Jo@Example.com')"),
    js("an ID's own name", "function f(mail) { exponea.update({ registered: mail }); }", "f('Jo@Example.com')"),
    js(
        "shared wrapper",
        "function send(props) { exponea.update(props); }\nfunction a(mail) { send({ email: mail, city: 'Brno' }); }\nfunction b(v) { send({ email: v }); }",
        "a('Jo@Example.com'); b('Jo@Example.com')",
    ),
    js(
        "wrapper of one's own",
        "function send(props) { exponea.update(props); }\nfunction a(mail) { send({ email: mail }); }\nfunction b() { send({ city: 'Brno' }); }",
        "b(); a('Jo@Example.com')",
    ),
    js(
        "a class",
        "class T {\n  save(mail) {\n    exponea.update({ email: mail });\n  }\n}",
        "new T().save('Jo@Example.com')",
    ),
    js("event only", "function f(mail) {\n  exponea.track('lead', { email: mail });\n}", "f('Jo@Example.com')"),
    js(
        "two events",
        "function f(mail) {\n  exponea.track('lead', { email: mail });\n  exponea.track('more', { email: mail });\n}",
        "f('Jo@Example.com')",
    ),
    js(
        "event, from the page",
        "function f() {\n  exponea.track('lead', { email: document.querySelector('#e').value });\n}",
        "f()",
    ),
    js(
        "in another case",
        "function f() {\n  exponea.identify({ registered: document.querySelector('#email').value });\n}",
        "f()",
    ),
    js(
        "a misspelt ID",
        "function f(mail) { exponea.identify({ registred: mail.toLowerCase() }); }\nfunction g(mail) { exponea.identify({ registered: mail.toLowerCase() }); }",
        "f('Jo@Example.com')",
    ),
    js("the address as the cookie", "function f(mail) { exponea.identify({ cookie: mail }); }", "f('Jo@Example.com')"),
    js(
        "a payload",
        "function f(mail, cookie) { axios.post(url, { customer_ids: { cookie }, properties: { email: mail } }); }",
        "f('Jo@Example.com', 'c1')",
    ),
    py(
        "payload",
        'import requests\n\ndef f(mail, cookie):\n    requests.post(URL, json={"customer_ids": {"cookie": cookie}, "properties": {"email": mail}})\n',
        'f("Jo@Example.com", "c1")',
    ),
    py(
        "payload of several lines",
        'import requests\n\ndef f(mail, cookie):\n    requests.post(URL, json={\n        "customer_ids": {\n            "cookie": cookie,  # theirs\n        },\n        "properties": {"email": mail},\n    })\n',
        'f("Jo@Example.com", "c1")',
    ),
    py(
        "IDs built before",
        'import requests\n\ndef f(mail, cookie):\n    ids = {"cookie": cookie}\n    properties = {"city": "Brno"}\n    properties["email"] = mail\n    requests.post(URL, json={"customer_ids": ids, "properties": properties})\n',
        'f("Jo@Example.com", "c1")',
    ),
    py(
        "IDs built, address maybe missing",
        'import requests\n\ndef f(form, cookie):\n    mail = form.get("email")\n    ids = {"cookie": cookie}\n    properties = {"city": "Brno"}\n    if mail:\n        properties["email"] = mail\n    requests.post(URL, json={"customer_ids": ids, "properties": properties})\n',
        'f({}, "c1"); f({"email": "Jo@Example.com"}, "c1")',
    ),
    py(
        "a call, once",
        'import requests\n\ndef get_email():\n    global asked\n    asked += 1\n    return "Jo@Example.com"\n\ndef f(form, cookie):\n    requests.post(URL, json={"customer_ids": {"cookie": cookie}, "properties": {"email": form.get_email()}})\n',
        'import types; f(types.SimpleNamespace(get_email=get_email), "c1")',
    ),
    py(
        "batch",
        'import requests\n\ndef f(people):\n    commands = []\n    for cookie, mail in people:\n        commands.append({"name": "customers", "data": {"customer_ids": {"cookie": cookie}, "properties": {"email": mail}}})\n    requests.post(URL, json={"commands": commands})\n',
        'f([("c1", "Jo@Example.com")])',
    ),
    py(
        "SDK by keywords",
        'from exponea_python_sdk import Exponea\n\nexponea = Exponea(TOKEN)\n\ndef f(mail, cookie):\n    exponea.tracking.update_customer_properties(customer_ids={"cookie": cookie}, properties={"email": mail})\n',
        'f("Jo@Example.com", "c1")',
    ),
    py(
        "the old client",
        'from infinario import Infinario\n\ndef f(mail):\n    client = Infinario(TOKEN)\n    client.update({"email": mail})\n',
        'f("Jo@Example.com")',
    ),
    py(
        "an event",
        'import requests\n\ndef f(mail, cookie):\n    requests.post(URL, json={"customer_ids": {"cookie": cookie}, "event_type": "lead", "properties": {"email": mail}})\n',
        'f("Jo@Example.com", "c1")',
    ),
]
RIGHT = [
    js(
        "identified",
        "function f(mail) { exponea.identify({ registered: mail.toLowerCase() }, { email: mail }); }",
        "f('Jo@Example.com')",
    ),
    js(
        "identified before",
        "function f(mail) {\n  exponea.identify(mail.toLowerCase());\n  exponea.update({ email: mail });\n}",
        "f('Jo@Example.com')",
    ),
    js(
        "guarded",
        "function f(m) { exponea.identify({ ...(m && { registered: m.toLowerCase() }) }, { ...(m && { email: m }) }); }",
        "f('Jo@Example.com')",
    ),
    py(
        "right payload",
        'import requests\n\ndef f(mail, cookie):\n    requests.post(URL, json={"customer_ids": {"registered": mail.lower(), "cookie": cookie}, "properties": {"email": mail}})\n',
        'f("Jo@Example.com", "c1")',
    ),
]


def run(programs: list[tuple[str, str]], language: str) -> list[dict[str, Any]]:
    """What each program (code, visit) sent."""
    given = json.dumps([{"code": code, "visit": visit} for code, visit in programs])
    command = [str(NODE), "-e", RUNNER] if language == "js" else [sys.executable, "-c", RECORDER]
    answer = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def profiles(calls: list[Any]) -> Engagement:
    """Engagement after the calls; Jo was there before, by her address, from another device."""
    engagement = Engagement()
    engagement.send({"registered": JO.lower(), "cookie": "phone"}, {"first_name": "Jo"})
    browser = Browser(engagement)
    for method, arguments in calls:
        if method == "post":
            body = arguments[1]
            for data in [command["data"] for command in body["commands"]] if "commands" in body else [body]:
                engagement.send(data["customer_ids"], data.get("properties"), data.get("event_type", ""))
        else:
            browser.call(method, arguments)
    return engagement


def sent(engagement: Engagement) -> tuple[set[str], list[str]]:
    """The names of all properties and all events that any profile has."""
    names = {name for profile in engagement.profiles for name in profile.properties}
    return names, sorted(event for profile in engagement.profiles for event in profile.events)


def fixed(fixture: Fixture) -> str:
    path = f"visit.{fixture.language}"
    return fix_texts({path: fixture.code})[0][path]


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[str, str], tuple[str, dict[str, Any], dict[str, Any]]]:
    found = {}
    for language in ("js", "py"):
        if language == "js" and NODE is None:
            continue
        mine = [one for one in (*WRONG, *RIGHT) if one.language == language]
        texts = [fixed(one) for one in mine]
        before = run([(one.code, one.visit) for one in mine], language)
        after = run([(text, one.visit) for text, one in zip(texts, mine, strict=True)], language)
        for one, text, old, new in zip(mine, texts, before, after, strict=True):
            found[language, one.name] = (text, old, new)
    return found


def names(fixtures: list[Fixture]) -> list[Any]:
    marks = {"js": [pytest.mark.skipif(NODE is None, reason="Node is not installed")], "py": []}
    return [pytest.param(one, id=f"{one.language}-{one.name}", marks=marks[one.language]) for one in fixtures]


@pytest.mark.parametrize("fixture", names(WRONG))
def test_a_fix_makes_one_profile_of_two_and_loses_nothing(fixture: Fixture, outcomes: dict[Any, Any]) -> None:
    _, old, new = outcomes[fixture.language, fixture.name]
    before, after = profiles(old["calls"]), profiles(new["calls"])
    assert len(before.profiles) == 2
    assert len(after.profiles) == 1
    old_names, old_events = sent(before)
    new_names, new_events = sent(after)
    assert old_events == new_events
    assert old_names - {"registered"} <= new_names
    assert new["asked"] == old["asked"]


@pytest.mark.parametrize("fixture", names(RIGHT))
def test_right_code_gives_one_profile_and_stays_as_it_is(fixture: Fixture, outcomes: dict[Any, Any]) -> None:
    text, old, _ = outcomes[fixture.language, fixture.name]
    assert text == fixture.code
    assert len(profiles(old["calls"]).profiles) == 1


@pytest.mark.parametrize("fixture", names(WRONG))
def test_fixing_twice_changes_nothing_more(fixture: Fixture, outcomes: dict[Any, Any]) -> None:
    text = outcomes[fixture.language, fixture.name][0]
    assert text != fixture.code
    assert fixed(fixture._replace(code=text)) == text


def test_two_hard_ids_of_one_name_never_merge() -> None:
    engagement = Engagement()
    engagement.send({"registered": "a@x.com", "cookie": "1"})
    engagement.send({"registered": "b@x.com", "cookie": "1"})
    assert len(engagement.profiles) == 2
