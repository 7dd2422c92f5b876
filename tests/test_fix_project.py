"""Fixes that reuse what the project has: its identifying wrapper, its helper for the ID's form, its imports."""

from __future__ import annotations

import pytest

from trackaudit.pipeline import fix_texts

NORM_JS = "export function normalizeEmail(x) { return x.trim().toLowerCase(); }\n"
LOGIN_JS = (
    "import { normalizeEmail } from './norm.js';\n"
    "export function login(u) {\n  exponea.identify({ registered: normalizeEmail(u.email) });\n}\n"
)
SAVE_JS = "export function save(u) {\n  exponea.update({ email: u.email });\n}\n"
NORM_PY = "def normalize_email(x):\n    return x.strip().lower()\n"
PAYLOAD = "    requests.post(URL, json={'customer_ids': %s, 'properties': %s})\n"
LOGIN_PY = "import requests\nfrom lib.norm import normalize_email\n\n\ndef login(u):\n" + PAYLOAD % (
    "{'registered': normalize_email(u.email)}",
    "{'plan': 'a'}",
)
SAVE_PY = '"""What it does."""\nimport requests\n\n\ndef save(u):\n' + PAYLOAD % (
    "{'cookie': u.cookie}",
    "{'email': u.email}",
)


def fixed(texts: dict[str, str], path: str) -> str:
    """The file as it is after the fixes; no other file changes."""
    after, _ = fix_texts(texts)
    assert {name: text for name, text in after.items() if name != path} == {
        name: text for name, text in texts.items() if name != path
    }
    assert fix_texts(after)[0] == after
    return after[path]


@pytest.mark.parametrize(
    ("imports", "added"),
    [
        ("import x from 'y';\n", "import x from 'y';\nimport { normalizeEmail } from '../norm.js';\n"),
        ('import x from "y"\n', 'import x from "y"\nimport { normalizeEmail } from "../norm.js"\n'),
        ("import { other } from '../norm.js';\n", "import { other, normalizeEmail } from '../norm.js';\n"),
        ("import {\n  other,\n} from '../norm.js';\n", "import {\n  other, normalizeEmail\n} from '../norm.js';\n"),
    ],
)
def test_the_projects_helper_is_imported_where_it_is_missing(imports: str, added: str) -> None:
    texts = {"norm.js": NORM_JS, "login.js": LOGIN_JS, "shop/save.js": imports + SAVE_JS}
    right = "exponea.identify({ registered: normalizeEmail(u.email) }, { email: u.email })"
    assert fixed(texts, "shop/save.js") == added + SAVE_JS.replace("exponea.update({ email: u.email })", right)


def test_a_helper_that_is_imported_under_another_name_is_called_by_it() -> None:
    head = "import { normalizeEmail as norm } from './norm.js';\n"
    texts = {"norm.js": NORM_JS, "login.js": LOGIN_JS, "save.js": head + SAVE_JS}
    right = "exponea.identify({ registered: norm(u.email) }, { email: u.email })"
    assert fixed(texts, "save.js") == head + SAVE_JS.replace("exponea.update({ email: u.email })", right)


@pytest.mark.parametrize(
    ("imports", "added", "called"),
    [
        ("import { other } from '../norm.js';\n", "import normalizeEmail from '../norm.js';\n", "normalizeEmail"),
        ("import norm from '../norm.js';\n", "", "norm"),
    ],
)
def test_a_helper_that_is_a_files_default_is_imported_as_one(imports: str, added: str, called: str) -> None:
    texts = {
        "norm.js": NORM_JS.replace("export function", "export default function"),
        "login.js": LOGIN_JS.replace("{ normalizeEmail }", "normalizeEmail"),
        "shop/save.js": imports + SAVE_JS,
    }
    right = f"exponea.identify({{ registered: {called}(u.email) }}, {{ email: u.email }})"
    assert fixed(texts, "shop/save.js") == imports + added + SAVE_JS.replace(
        "exponea.update({ email: u.email })", right
    )


@pytest.mark.parametrize(
    "head", ["const x = require('y');\n", "", "import x from 'y';\nconst normalizeEmail = x.other;\n"]
)
def test_a_helper_that_cannot_be_imported_leaves_lower_case(head: str) -> None:
    texts = {"norm.js": NORM_JS, "login.js": LOGIN_JS, "save.js": head + SAVE_JS}
    right = "exponea.identify({ registered: u.email.toLowerCase() }, { email: u.email })"
    assert fixed(texts, "save.js") == head + SAVE_JS.replace("exponea.update({ email: u.email })", right)


def test_a_helper_of_the_same_file_is_called_unless_a_parameter_hides_it() -> None:
    text = NORM_JS + LOGIN_JS.partition("\n")[2] + SAVE_JS
    right = "exponea.identify({ registered: normalizeEmail(u.email) }, { email: u.email })"
    assert fixed({"a.js": text}, "a.js") == text.replace("exponea.update({ email: u.email })", right)
    hidden = text.replace("save(u)", "save(u, normalizeEmail)")
    lower = "exponea.identify({ registered: u.email.toLowerCase() }, { email: u.email })"
    assert fixed({"a.js": hidden}, "a.js") == hidden.replace("exponea.update({ email: u.email })", lower)


def test_a_helper_is_imported_in_python_where_imports_stand() -> None:
    texts = {"lib/norm.py": NORM_PY, "login.py": LOGIN_PY, "jobs/save.py": SAVE_PY}
    assert fixed(texts, "jobs/save.py") == SAVE_PY.replace(
        "import requests\n", "import requests\nfrom lib.norm import normalize_email\n"
    ).replace("{'cookie': u.cookie}", "{'registered': normalize_email(u.email), 'cookie': u.cookie}")


@pytest.mark.parametrize(
    ("sent", "identified"),
    [
        ("dict(email=u.email)", "{'registered': u.email.lower()}, dict(email=u.email)"),
        (
            "properties=dict(city=u.city, email=u.email.strip(), **more)",
            "{'registered': u.email.strip().lower()}, properties=dict(city=u.city, email=u.email.strip(), **more)",
        ),
    ],
)
def test_properties_that_a_call_of_dict_makes_are_kept_as_they_are(sent: str, identified: str) -> None:
    text = f"from infinario import Infinario\nclient = Infinario('t')\ndef save(u, more):\n    client.update({sent})\n"
    assert fixed({"save.py": text}, "save.py") == text.replace(f"update({sent})", f"identify({identified})")


def test_a_relative_import_is_not_carried_into_another_folder() -> None:
    login = LOGIN_PY.replace("lib.norm", ".norm")
    texts = {"lib/norm.py": NORM_PY, "lib/login.py": login, "jobs/save.py": SAVE_PY}
    lower = SAVE_PY.replace("{'cookie'", "{'registered': u.email.lower(), 'cookie'")
    assert fixed(texts, "jobs/save.py") == lower


def test_where_the_project_hashes_the_id_a_plain_one_is_never_written() -> None:
    login = "import hashlib\n" + LOGIN_PY.replace(
        "normalize_email(u.email)", "hashlib.sha256(u.email.lower().encode()).hexdigest()"
    )
    assert fixed({"lib/norm.py": NORM_PY, "login.py": login, "save.py": SAVE_PY}, "save.py") == SAVE_PY


WRAPPERS_PY = (
    "from infinario import Infinario\n\nclient = Infinario('t')\n\n\n"
    "def set_customer(props):\n    client.update(props)\n\n\n"
    "def known(ids, props):\n    client.identify(ids, props)\n"
)


def test_the_identifying_wrapper_is_imported_and_called_in_python() -> None:
    app = "from api import set_customer\n\n\ndef save(u):\n    set_customer({'email': u.email})\n"
    right = "known({'registered': u.email.lower()}, {'email': u.email})"
    assert fixed({"api.py": WRAPPERS_PY, "app.py": app}, "app.py") == app.replace(
        "set_customer({'email': u.email})", right
    ).replace("import set_customer", "import known, set_customer")


def test_the_identifying_method_beside_the_wrong_one_is_called_in_python() -> None:
    text = (
        "from infinario import Infinario\n\n\nclass Api:\n"
        "    def __init__(self):\n        self.client = Infinario('t')\n\n"
        "    def set_customer(self, props):\n        self.client.update(props)\n\n"
        "    def known(self, mail, props):\n        self.client.identify({'registered': mail.lower()}, props)\n\n"
        "    def save(self, u):\n        self.set_customer({'email': u.email})\n"
    )
    right = "self.known(u.email, {'email': u.email})"
    assert fixed({"api.py": text}, "api.py") == text.replace("self.set_customer({'email': u.email})", right)


def test_a_wrapper_that_does_more_is_not_taken() -> None:
    api = WRAPPERS_PY.replace("def known(ids, props):", "def known(ids, source, props):")
    app = "from api import set_customer\n\n\ndef save(u):\n    set_customer({'email': u.email})\n"
    after, number = fix_texts({"api.py": api, "app.py": app})
    assert number == 1
    assert "known(" not in after["app.py"]


@pytest.mark.parametrize(
    "line",
    [
        "save = lambda form: client.update({'email': form.read()})\n",
        "done = [client.update({'email': form.read()}) for form in forms]\n",
        "ok and client.update({'email': form.read()})\n",
    ],
)
def test_what_would_be_evaluated_twice_and_has_no_place_for_a_local_is_left_alone(line: str) -> None:
    text = "from infinario import Infinario\n\nclient = Infinario('t')\n" + line
    after, number = fix_texts({"a.py": text})
    assert (after["a.py"], number) == (text, 0)


def test_a_placeholder_in_a_wrapper_is_guarded_there_whoever_calls_it() -> None:
    text = (
        "function known(id) { exponea.identify({ registered: id || 'guest' }, { plan: 'a' }); }\n"
        "export const save = (u) => known(u.email);\n"
    )
    right = "{ ...(id && { registered: id }) }"
    assert fixed({"a.js": text}, "a.js") == text.replace("{ registered: id || 'guest' }", right)
