"""What the evaluator follows, a table of programs: the marked line holds the finding's root, no other line does."""

from __future__ import annotations

import re

import pytest

from trackaudit.pipeline import check_texts

PROGRAMS: dict[str, tuple[str, str]] = {
    # ---- builders
    "dataclass and asdict": (
        "py",
        """
from dataclasses import dataclass, asdict

@dataclass
class Profile:
    email: str
    city: str

def f(c, mail):
    profile = Profile(email=mail, city="x")  # expect
    send({"customer_ids": {"cookie": c}, "properties": asdict(profile)})
""",
    ),
    "pydantic model_dump": (
        "py",
        """
from pydantic import BaseModel

class Profile(BaseModel):
    email: str

def f(c, mail):
    send({"customer_ids": {"cookie": c}, "properties": Profile(email=mail).model_dump()})  # expect
""",
    ),
    "model_dump that leaves it out": (
        "py",
        """
from pydantic import BaseModel

class Profile(BaseModel):
    email: str
    city: str

def f(c, mail):
    send({"customer_ids": {"cookie": c}, "properties": Profile(email=mail, city="x").model_dump(exclude={"email"})})
""",
    ),
    "TypedDict": (
        "py",
        """
from typing import TypedDict

class Properties(TypedDict, total=False):
    email: str

def f(c, mail):
    properties: Properties = {"email": mail}  # expect
    send({"customer_ids": {"cookie": c}, "properties": properties})
""",
    ),
    "tuple returned and unpacked": (
        "py",
        """
def parts(c, mail):
    return {"cookie": c}, {"email": mail}  # expect

def f(c, mail):
    ids, properties = parts(c, mail)
    send({"customer_ids": ids, "properties": properties})
""",
    ),
    "append of batch commands": (
        "py",
        """
def f(people):
    commands = []
    for person in people:
        commands.append({"name": "customers", "data": {
            "customer_ids": {"cookie": person.cookie},
            "properties": {"email": person.email}}})  # expect
    post("/batch", json={"commands": commands})
""",
    ),
    "comprehension of batch commands": (
        "py",
        """
def command(person):
    return {"name": "customers", "data": {
        "customer_ids": {"cookie": person.cookie},
        "properties": {"email": person.email}}}  # expect

def f(people):
    post("/batch", json={"commands": [command(person) for person in people]})
""",
    ),
    "partial": (
        "py",
        """
from functools import partial

def save(cookie, properties):
    send({"customer_ids": {"cookie": cookie}, "properties": properties})

def f(c, mail):
    keep = partial(save, c)
    keep({"email": mail})  # expect
""",
    ),
    "decorated wrapper": (
        "py",
        """
import functools

def logged(func):
    @functools.wraps(func)
    def inner(*args, **kwargs):
        return func(*args, **kwargs)
    return inner

@logged
def save(cookie, **properties):
    send({"customer_ids": {"cookie": cookie}, "properties": properties})

def f(c, mail):
    save(c, email=mail)  # expect
""",
    ),
    "subclass and super": (
        "py",
        """
class Client:
    def save(self, c, properties):
        send({"customer_ids": {"cookie": c}, "properties": properties})

class Shop(Client):
    def save(self, c, properties):
        super().save(c, {**properties, "shop": 1})

def f(c, mail):
    Shop().save(c, {"email": mail})  # expect
""",
    ),
    "property that is a record": (
        "py",
        """
class Customer:
    def __init__(self, mail):
        self.mail = mail

    @property
    def properties(self):
        return {"email": self.mail}  # expect

def f(c, mail):
    send({"customer_ids": {"cookie": c}, "properties": Customer(mail).properties})
""",
    ),
    "async client": (
        "py",
        """
class Client:
    async def _post(self, path, body):
        await self.http.post(path, json=body)

    async def save(self, c, properties):
        await self._post("customers", {"customer_ids": {"cookie": c}, "properties": properties})

async def f(client: Client, c, mail):
    await client.save(c, {"email": mail})  # expect
""",
    ),
    "with and walrus": (
        "py",
        """
def f(c, form, session):
    with session() as http:
        if mail := form.get("email"):
            http.post("/x", json={"customer_ids": {"cookie": c}, "properties": {"email": mail}})  # expect
""",
    ),
    "match": (
        "py",
        """
def f(c, event):
    match event:
        case {"type": "signup", "email": mail}:
            send({"customer_ids": {"cookie": c}, "properties": {"email": mail}})  # expect
        case _:
            pass
""",
    ),
    "setdefault and update": (
        "py",
        """
def f(c, mail):
    properties = {}
    properties.setdefault("email", mail)  # expect
    properties.update(city="x")
    send({"customer_ids": {"cookie": c}, "properties": properties})
""",
    ),
    "ids filled in beside": (
        "py",
        """
def f(c, mail):
    body = {"customer_ids": {"cookie": c}, "properties": {"email": mail}}
    if mail:
        body["customer_ids"]["registered"] = mail.lower()
    send(body)
""",
    ),
    "class with toJSON": (
        "js",
        """
class Profile {
  constructor(mail) { this.mail = mail; }
  toJSON() {
    return { email: this.mail }; // expect
  }
}
export const f = (c, mail) => fetch("/x", {
  body: JSON.stringify({ customer_ids: { cookie: c }, properties: new Profile(mail).toJSON() }) });
""",
    ),
    "toJSON deep inside what is made text": (
        "js",
        """
class Profile {
  constructor(mail) { this.mail = mail; }
  toJSON() {
    return { email: this.mail }; // expect
  }
}
export const f = (c, mail) => fetch("/x", {
  body: JSON.stringify({ customer_ids: { cookie: c }, properties: new Profile(mail) }) });
""",
    ),
    "closures of a script wrapped in a function": (
        "js",
        """
(function () {
  function setMail(mail) {
    exponea.update({ email: mail });
  }
  window.shop = {
    login: function (mail) {
      exponea.identify(mail.toLowerCase());
      setMail(mail);
    },
  };
})();
""",
    ),
    "a closure of a wrapped script that is called without an ID": (
        "js",
        """
(function () {
  function setMail(mail) {
    exponea.update({ email: mail }); // expect
  }
  window.shop = {
    join: function (mail) {
      setMail(mail);
    },
  };
})();
""",
    ),
    # ---- React and Vue
    "useState": (
        "jsx",
        """
export function Form() {
  const [email, setEmail] = useState("");
  const onSubmit = () => exponea.update({ email }); // expect
  return <form onSubmit={onSubmit}><input value={email} onChange={(e) => setEmail(e.target.value)} /></form>;
}
""",
    ),
    "useState of a record": (
        "jsx",
        """
export function Form() {
  const [form, setForm] = useState({ email: "", city: "" }); // expect
  return <form onSubmit={() => exponea.update(form)} />;
}
""",
    ),
    "state that an input sets": (
        "jsx",
        """
export function Form() {
  const [email, setEmail] = useState("");
  const [form, setForm] = useState({ mail: "" });
  const first = () => exponea.identify({ registered: email }); // expect
  const second = () => exponea.identify({ registered: form.mail });
  return (
    <form onSubmit={first} onReset={second}>
      <input value={email} onChange={(e) => setEmail(e.target.value)} />
      <input onChange={(e) => setForm((old) => ({ ...old, mail: e.target.value.toLowerCase() }))} />
    </form>
  );
}
""",
    ),
    "useCallback and useRef": (
        "jsx",
        """
export function Form() {
  const input = useRef(null);
  const save = useCallback((props) => exponea.update(props), []);
  return <button onClick={() => save({ email: input.current.value })}>ok</button>; // expect
}
""",
    ),
    "custom hook": (
        "jsx",
        """
const useTracking = () => ({ save: (props) => window.exponea?.update(props) });
export function Form({ mail }) {
  const tracking = useTracking();
  useEffect(() => { tracking.save({ email: mail }); }, [mail]); // expect
}
""",
    ),
    "handler passed as a prop": (
        "jsx",
        """
function Fields({ onDone }) {
  return <button onClick={(e) => onDone({ email: e.target.form.email.value })}>ok</button>; // expect
}
export function Page() {
  return <Fields onDone={(values) => exponea.update(values)} />;
}
""",
    ),
    "ref and computed": (
        "js",
        """
import { ref, computed } from "vue";
const email = ref("");
const properties = computed(() => ({ email: email.value })); // expect
export const submit = () => exponea.update(properties.value);
""",
    ),
    "reactive": (
        "js",
        """
import { reactive } from "vue";
const form = reactive({ email: "", city: "" }); // expect
export const submit = () => exponea.update({ ...form });
""",
    ),
    # ---- functions
    "curried": (
        "js",
        """
const sender = (sdk) => (props) => sdk.update(props);
export const f = (mail) => sender(window.exponea)({ email: mail }); // expect
""",
    ),
    "bound": (
        "js",
        """
const save = exponea.update.bind(exponea);
export const f = (mail) => save({ email: mail }); // expect
""",
    ),
    "method by name": (
        "js",
        """
const call = (method, ...args) => window.exponea[method](...args);
export const f = (mail) => call("update", { email: mail }); // expect
export const g = (mail) => call("identify", { registered: mail.toLowerCase() }, { email: mail });
""",
    ),
    "dispatcher": (
        "js",
        """
function track(action, data) {
  switch (action) {
    case "identify":
      exponea.identify(data.id, data.props);
      break;
    default:
      exponea.update(data.props);
  }
}
export const f = (mail) => track("update", { props: { email: mail } }); // expect
export const g = (mail) => track("identify", { id: mail.toLowerCase(), props: { email: mail } });
""",
    ),
    "queue of calls": (
        "js",
        """
const ready = (run) => (window.exponea ? run(window.exponea) : setTimeout(() => ready(run), 100));
export const f = (mail) => ready((sdk) => sdk.update({ email: mail })); // expect
""",
    ),
    "promise chain": (
        "js",
        """
export const f = () => fetch("/me").then((r) => r.json()).then((user) => ({ email: user.email })) // expect
  .then((props) => exponea.update(props));
""",
    ),
    "async builder": (
        "js",
        """
async function profile(id) {
  const user = await load(id);
  return { email: user.email }; // expect
}
export async function f(id) { exponea.update(await profile(id)); }
""",
    ),
    "jQuery handler": (
        "js",
        """
$("#newsletter").on("submit", function () {
  exponea.update({ email: $(this).find("[name=email]").val() }); // expect
});
""",
    ),
    "class field arrow and static": (
        "js",
        """
class Tracker {
  static shared = new Tracker();
  sdk = window.exponea;
  save = (props) => { this.sdk.update(props); };
}
export const f = (mail) => Tracker.shared.save({ email: mail }); // expect
""",
    ),
    "inherited constructor": (
        "js",
        """
class Base { constructor(sdk) { this.sdk = sdk; } }
class Tracker extends Base {
  constructor() { super(exponea); }
  save(props) { this.sdk.update(props); }
}
export const f = (mail) => new Tracker().save({ email: mail }); // expect
""",
    ),
    "parameter annotated with a class": (
        "ts",
        """
class Tracker {
  constructor(private sdk = window.exponea) {}
  save(props: object) { this.sdk.update(props); }
}
export function f(tracker: Tracker, mail: string) { tracker.save({ email: mail }); } // expect
""",
    ),
    "array of records, each": (
        "js",
        """
export function f(mail) {
  [{ email: mail }].forEach((props) => exponea.update(props)); // expect
}
""",
    ),
    "keys copied by a list": (
        "js",
        """
export function f(values) {
  const props = {};
  for (const key of ["email", "city"]) props[key] = values[key]; // expect
  exponea.update(props);
}
""",
    ),
    "record from pairs": (
        "js",
        """
export function f(mail) {
  exponea.update(Object.fromEntries([["city", "x"], ["email", mail]])); // expect
}
""",
    ),
    "entries filtered out": (
        "js",
        """
export function f(mail) {
  const { email, ...rest } = { email: mail, city: "x" };
  exponea.update(rest);
}
""",
    ),
    "recursion ends": (
        "js",
        """
function save(props, tries) {
  if (tries > 3) return;
  exponea.update(props);
  save(props, tries + 1);
}
export const f = (mail) => save({ email: mail }, 0); // expect
""",
    ),
}


def run(name: str) -> tuple[set[int], set[int]]:
    """The marked lines of a program, and the lines of the roots that are found."""
    suffix, text = PROGRAMS[name]
    lines = text.lstrip("\n").split("\n")
    marked = {number for number, line in enumerate(lines, 1) if re.search(r"(//|#) expect$", line)}
    path = f"program.{suffix}"
    result = check_texts({path: "\n".join(lines)})
    assert not [notice for notice in result.notices if notice.kind in ("crash", "syntax-error")]
    return marked, {result.sources[path].position(one.root.start)[0] for one in result.findings}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_has_its_finding_at_the_root(name: str) -> None:
    marked, found = run(name)
    assert found == marked


def test_an_id_that_callers_pass_is_rewritten_where_it_stands() -> None:
    text = (
        "function send(params) {\n"
        "  post({ customer_ids: { registered: params.id }, event_type: 'x', properties: params.properties });\n"
        "}\n"
        "export const f = (req) => send({ id: req.body.email, properties: {} });\n"
    )
    (found,) = check_texts({"a.js": text}).findings
    assert (found.rule, found.instead) == ("hard-id-not-lowercased", "registered: params.id.toLowerCase()")


ASKED = [
    ("js", "if (!isValid(mail)) return;", "mail"),
    ("js", "if (!mail.includes('@')) return;", "mail"),
    ("js", "if (!/@/.test(mail)) return;", "mail"),
    ("js", "if (mail.length < 3) return;", "mail"),
    ("js", "if (0 === mail.length) return;", "mail"),
    ("js", "if (isEmpty(mail)) return;", "mail"),
    ("js", "if (validator.isEmail(mail))", "mail"),
    ("py", "if not is_valid(mail): return", "mail"),
    ("py", 'if "@" not in mail: return', "mail"),
    ("py", "if len(mail) == 0: return", "mail"),
    ("py", "if re.match(PATTERN, mail):", "mail"),
]
UNASKED = [
    ("js", "if (isEmpty(mail))", "mail"),
    ("js", "if (isValid(mail)) return;", "mail"),
    ("js", "if (mail.length > 3) return;", "mail"),
    ("js", "if (!isValid(other)) return;", "mail"),
    ("js", "if (!isValid(mail)) return;", "customer.email || 'guest'"),
    ("py", "if len(mail) == 0:", "mail"),
    ("py", 'if "@" in mail: return', "mail"),
]


def told(language: str, test: str, value: str) -> list[str]:
    """The rules that are broken where a value that may be an empty text is an ID after a test."""
    if language == "js":
        text = (
            "export function f(customer, other) { const mail = (customer.email || '').trim();\n"
            f"{test} exponea.identify({{ registered: {value} }}); }}"
        )
    else:
        text = (
            'def f(customer):\n    mail = (customer.email or "").strip()\n'
            f"    {test}{' ' if test.endswith(':') else chr(10) + '    '}"
            'send({"customer_ids": {"registered": mail}, "properties": {"plan": "gold"}})\n'
        )
    return [one.rule for one in check_texts({f"a.{language}": text}).findings]


@pytest.mark.parametrize(("language", "test", "value"), ASKED)
def test_an_empty_text_that_was_asked_about_is_no_placeholder(language: str, test: str, value: str) -> None:
    assert told(language, test, value) == []


@pytest.mark.parametrize(("language", "test", "value"), UNASKED)
def test_a_test_of_something_else_or_the_wrong_way_guards_nothing(language: str, test: str, value: str) -> None:
    assert told(language, test, value) == ["placeholder-id"]


TYPED = 'import { Exponea } from "@acme/exponea-types";\n'
MEMBERS = {
    "set by the constructor": ("class A { constructor() { this.exponea = window.exponea; } BODY }", "exponea", "high"),
    "under another name": ("class A { constructor() { this.sdk = window.exponea; } BODY }", "sdk", "high"),
    "a field": ("class A { #sdk = window.exponea; BODY }", "#sdk", "high"),
    "set by another method": ("class A { init() { this.sdk = window.exponea; } BODY }", "sdk", "high"),
    "set by another method of a base": (
        "class B { init() { this.exponea = exponea; } }\nclass A extends B { BODY }",
        "exponea",
        "high",
    ),
    "set to what nobody knows": ("class A { async init() { this.exponea = await load(); } BODY }", "exponea", "low"),
    "only named like it": ("class A { BODY }", "exponea", "low"),
    "a plug-in": ("class A { BODY }", "$exponea", "low"),
    "in a plain object": ("const a = { BODY };", "exponea", "low"),
    "injected": ("class A { constructor(private exponea: any) {} BODY }", "exponea", "low"),
    "typed": (TYPED + "class A { constructor(private readonly tracker: Exponea) {} BODY }", "tracker", "low"),
    "a typed field": (TYPED + "class A { private tracker: Exponea; BODY }", "tracker", "low"),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_holds_the_sdk_sends_and_one_that_is_only_named_like_it_is_low(name: str) -> None:
    text, member, confidence = MEMBERS[name]
    wrong = f"go(user) {{ this.{member}.update({{ email: user.email }}); }}"
    right = f"go(user) {{ this.{member}.identify({{ registered: user.email }}, {{ email: user.email }}); }}"
    low = check_texts({"a.ts": text.replace("BODY", wrong)}, min_confidence="low")
    assert [(one.rule, one.confidence) for one in low.findings] == [("identifier-in-update", confidence)]
    assert low.summary.calls == 1
    kept = check_texts({"a.ts": text.replace("BODY", right)}, min_confidence="low")
    assert kept.findings == () and kept.summary.calls == 1


@pytest.mark.parametrize(
    "text",
    [
        "class A { init() { this.users = exponea.users; } go(u) { this.users.update({ email: u.email }); } }",
        "class A { go(u) { this.model.update({ email: u.email }); } }\nexponea.track('seen', { plan: 'x' });",
        TYPED
        + "class A { constructor(private model: ExponeaModel) {} go(u) { this.model.update({ email: u.email }); } }",
    ],
)
def test_a_member_of_another_name_or_type_is_no_sdk(text: str) -> None:
    assert check_texts({"a.ts": text}, min_confidence="low").findings == ()
