"""Linking: a wrapper in one file, its caller in another, through every way of importing. The finding is at the caller's
entry; a file that imports something else of that name is not linked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from judged import found, marked

from trackaudit.pipeline import check_texts

if TYPE_CHECKING:
    from pathlib import Path

WRAPPER = "export function save(props) { exponea.update(props); }\n"
CALL = "{ email: mail }); // expect"

WAYS: dict[str, dict[str, str]] = {
    "named": {"a/t.js": WRAPPER, "b.js": f'import {{ save }} from "./a/t";\nexport const f = (mail) => save({CALL}'},
    "renamed": {"t.ts": WRAPPER, "b.ts": f'import {{ save as s }} from "./t.js";\nexport const f = (mail) => s({CALL}'},
    "default": {
        "t.js": "export default function (props) { exponea.update(props); }\n",
        "b.js": f'import put from "./t";\nexport const f = (mail) => put({CALL}',
    },
    "default of a name": {
        "t.js": "const save = (props) => exponea.update(props);\nexport default save;\n",
        "b.js": f'import put from "./t";\nexport const f = (mail) => put({CALL}',
    },
    "namespace": {"t.js": WRAPPER, "b.js": f'import * as t from "./t";\nexport const f = (mail) => t.save({CALL}'},
    "re-export": {
        "t/save.js": WRAPPER,
        "t/index.js": 'export { save as keep } from "./save";\n',
        "b.js": f'import {{ keep }} from "./t";\nexport const f = (mail) => keep({CALL}',
    },
    "export star": {
        "t/save.js": WRAPPER,
        "t/index.js": 'export * from "./save";\n',
        "b.js": f'import {{ save }} from "./t";\nexport const f = (mail) => save({CALL}',
    },
    "export star as": {
        "t/save.js": WRAPPER,
        "t/index.js": 'export * as tracking from "./save";\n',
        "b.js": f'import {{ tracking }} from "./t";\nexport const f = (mail) => tracking.save({CALL}',
    },
    "module.exports of a record": {
        "t.js": "module.exports = { save(props) { exponea.update(props); } };\n",
        "b.js": f'const t = require("./t");\nmodule.exports.f = (mail) => t.save({CALL}',
    },
    "exports member, destructured": {
        "t.js": "exports.save = function (props) { exponea.update(props); };\n",
        "b.js": f'const {{ save }} = require("./t");\nexports.f = (mail) => save({CALL}',
    },
    "module.exports of a function": {
        "t.js": "module.exports = function (props) { exponea.update(props); };\n",
        "b.js": f'const put = require("./t");\nexports.f = (mail) => put({CALL}',
    },
    "dynamic import": {
        "t.js": WRAPPER,
        "b.js": f'export async function f(mail) {{\n  const {{ save }} = await import("./t");\n  save({CALL}\n}}',
    },
    "index file": {
        "t/index.ts": WRAPPER,
        "b.ts": f'import {{ save }} from "./t";\nexport const f = (mail) => save({CALL}',
    },
    "parent folder": {
        "t.ts": WRAPPER,
        "a/b.ts": f'import {{ save }} from "../t";\nexport const f = (mail) => save({CALL}',
    },
    "tsconfig paths": {
        "tsconfig.json": '{ // a comment\n "compilerOptions": { "baseUrl": ".", "paths": { "#t/*": ["lib/*"] } } }',
        "lib/track.ts": WRAPPER,
        "b.ts": f'import {{ save }} from "#t/track";\nexport const f = (mail) => save({CALL}',
    },
    "tsconfig extended": {
        "tsconfig.base.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@lib/*": ["lib/*"]}}}',
        "app/tsconfig.json": '{"extends": "../tsconfig.base.json"}',
        "lib/track.ts": WRAPPER,
        "app/b.ts": f'import {{ save }} from "@lib/track";\nexport const f = (mail) => save({CALL}',
    },
    "jsconfig baseUrl": {
        "jsconfig.json": '{"compilerOptions": {"baseUrl": "src"}}',
        "src/lib/track.js": WRAPPER,
        "src/b.js": f'import {{ save }} from "lib/track";\nexport const f = (mail) => save({CALL}',
    },
    "package imports": {
        "package.json": '{"name": "shop", "imports": {"#track": "./lib/track.js"}}',
        "lib/track.js": WRAPPER,
        "b.js": f'import {{ save }} from "#track";\nexport const f = (mail) => save({CALL}',
    },
    "workspace package": {
        "package.json": '{"workspaces": ["packages/*"]}',
        "packages/track/package.json": '{"name": "@shop/track", "main": "dist/index.js"}',
        "packages/track/src/index.ts": WRAPPER,
        "packages/web/package.json": '{"name": "web"}',
        "packages/web/b.ts": f'import {{ save }} from "@shop/track";\nexport const f = (mail) => save({CALL}',
    },
    "bundler alias": {
        "src/lib/track.ts": WRAPPER,
        "src/pages/b.ts": f'import {{ save }} from "@/lib/track";\nexport const f = (mail) => save({CALL}',
    },
    "client in a module": {
        "t.ts": "export class Tracker {\n  constructor(private sdk: any) {}\n"
        "  save(props: object) { this.sdk.update(props); }\n}\n",
        "client.ts": 'import { Tracker } from "./t";\nexport const client = new Tracker(window.exponea);\n',
        "b.ts": f'import {{ client }} from "./client";\nexport const f = (mail: string) => client.save({CALL}',
    },
    "hook": {
        "use.ts": "export function useTrack() {\n  const save = (props) => window.exponea.update(props);\n"
        "  return { save };\n}\n",
        "b.ts": f'import {{ useTrack }} from "./use";\nexport function f(mail) {{\n  const {{ save }} = useTrack();\n'
        f"  save({CALL}\n}}",
    },
    "component mixin": {
        "mixin.js": "export default { methods: { save(props) { exponea.update(props); } } };\n",
        "Form.vue": "<template><form @submit='keep'/></template>\n<script>\nimport tracking from './mixin';\n"
        "export default {\n  mixins: [tracking],\n  data() { return { mail: '' }; },\n  methods: {\n"
        "    keep() {\n      this.save({ email: this.mail }); // expect\n    },\n  },\n};\n</script>\n",
    },
    "base class": {
        "base.js": "export class Base { save(props) { exponea.update(props); } }\n",
        "sub.js": "import { Base } from './base';\nexport class Sub extends Base {\n"
        "  go(mail) { this.save({ email: mail }); } // expect\n}\n",
    },
    "python base class": {
        "shop/base.py": "class Base:\n    def save(self, props):\n"
        "        send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/sub.py": "from shop.base import Base\n\n\nclass Sub(Base):\n    def go(self, mail):\n"
        "        self.save({'email': mail})  # expect\n",
    },
    "python absolute": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/b.py": "from shop.track import save\n\n\ndef f(mail):\n    save({'email': mail})  # expect\n",
    },
    "python relative": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/b.py": "from .track import save as keep\n\n\ndef f(mail):\n    keep({'email': mail})  # expect\n",
    },
    "python module": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "b.py": "import shop.track as t\n\n\ndef f(mail):\n    t.save({'email': mail})  # expect\n",
        "shop/__init__.py": "",
    },
    "python from package": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/__init__.py": "",
        "shop/b.py": "from . import track\n\n\ndef f(mail):\n    track.save({'email': mail})  # expect\n",
    },
    "python re-export": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/__init__.py": "from .track import save\n",
        "web/b.py": "from shop import save\n\n\ndef f(mail):\n    save({'email': mail})  # expect\n",
    },
    "method by name": {
        "t.js": "export function call(name, ...args) { window.exponea[name](...args); }\n",
        "b.js": 'import { call } from "./t";\nexport const f = (mail) => call("update", { email: mail }); // expect\n',
    },
    "method by name, applied": {
        "t.js": "export function call(name, args) { window.exponea[name].apply(window.exponea, args); }\n",
        "b.js": 'import { call } from "./t";\nexport const f = (m) => call("update", [{ email: m }]); // expect\n',
    },
    "method by name, where there is one": {
        "t.js": "export function call(name, props) {\n"
        "  const sdk = window.exponea;\n  if (sdk && typeof sdk[name] === 'function') sdk[name](props);\n}\n",
        "b.js": 'import { call } from "./t";\nexport const f = (mail) => call("update", { email: mail }); // expect\n'
        "export const g = (mail) => call('identify', { registered: mail.toLowerCase() });\n",
    },
    "python star": {
        "shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "shop/__init__.py": "from .track import *\n",
        "web/b.py": "from shop import save\n\n\ndef f(mail):\n    save({'email': mail})  # expect\n",
    },
    "python src layout": {
        "src/shop/track.py": "def save(props):\n    send({'customer_ids': {'cookie': 'c'}, 'properties': props})\n",
        "src/shop/__init__.py": "",
        "scripts/b.py": "from shop.track import save\n\n\ndef f(mail):\n    save({'email': mail})  # expect\n",
    },
    "python client": {
        "shop/client.py": "from exponea_python_sdk import Exponea\n\n\nclass Crm:\n    def __init__(self):\n"
        "        self.sdk = Exponea('t')\n\n    def save(self, cookie, **props):\n"
        "        self.sdk.tracking.update_customer_properties({'cookie': cookie}, props)\n",
        "shop/b.py": "from shop.client import Crm\n\ncrm = Crm()\n\n\ndef f(cookie, mail):\n"
        "    crm.save(cookie, email=mail)  # expect\n",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_a_caller_in_another_file_is_judged_at_its_own_entry(way: str) -> None:
    assert found(WAYS[way]) == marked(WAYS[way]) != set()


def test_a_file_that_imports_another_module_of_that_name_is_not_a_caller() -> None:
    assert not found(
        {
            "a/t.js": WRAPPER,
            "b/t.js": "export const save = (x) => x;\n",
            "c.js": 'import { save } from "./b/t";\nexport const f = (mail) => save({ email: mail });\n',
        }
    )


def test_an_import_that_is_not_in_the_tree_is_unknown() -> None:
    files = {
        "b.js": 'import { save } from "@acme/t";\n'
        "export const f = (mail) => { save({ email: mail }); exponea.update({ a: 1 }); };"
    }
    assert not found(files)


def test_modules_that_import_each_other_end() -> None:
    files = {
        "a.js": 'import { g } from "./b";\nexport function f(props) { g(props); }\n',
        "b.js": 'import { f } from "./a";\nexport function g(props) { exponea.update(props); f(props); }\n'
        "export const h = (mail) => g({ email: mail }); // expect\n",
    }
    assert found(files) == marked(files)


def test_a_name_that_modules_hand_to_each_other_for_ever_is_unknown_and_costs_nothing_else() -> None:
    files = {
        "a.py": "from b import mail\n",
        "b.py": "from a import mail\n",
        "c.py": "import requests\nfrom a import mail\n\n"
        "requests.post(U, json={'customer_ids': {'cookie': 1}, 'properties': {'email': mail}})  # expect\n",
    }
    assert found(files) == marked(files)
    result = check_texts(files)
    assert [notice for notice in result.notices if notice.kind == "limit"] == []


def test_a_python_package_that_imports_its_own_name_means_another_one() -> None:
    files = {
        "app/requests/__init__.py": "from requests import post\n\n"
        "post(U, json={'customer_ids': {'cookie': 1}, 'properties': {'email': mail}})  # expect\n",
    }
    assert found(files) == marked(files)


USE = "export function handle(customer) {\n  exponea.identify({ registered: CALL }); // expect\n}\n"
SENT = (
    "def handle(customer):\n"
    '    send({"customer_ids": {\n'
    '        "registered": mail(customer),  # expect\n'
    '    }, "properties": {"plan": "gold"}})\n'
)
FALLBACKS: dict[str, dict[str, str]] = {
    "named": {
        "main.js": 'import { mail } from "./part";\n' + USE.replace("CALL", "mail(customer)"),
        "part.js": "export function mail(customer) { return customer.email || NOBODY; }\n",
    },
    "default": {
        "main.ts": 'import mail from "./part";\n' + USE.replace("CALL", "mail(customer)"),
        "part.ts": "export default (customer) => customer.email ?? NOBODY;\n",
    },
    "re-export": {
        "main.js": 'import { known } from "./lib";\n' + USE.replace("CALL", "known(customer)"),
        "lib/index.js": 'export { mail as known } from "./part";\n',
        "lib/part.js": "export const mail = (customer) => customer.email || NOBODY;\n",
    },
    "export star": {
        "main.js": 'import { mail } from "./lib";\n' + USE.replace("CALL", "mail(customer)"),
        "lib/index.js": 'export * from "./part";\n',
        "lib/part.js": "export const mail = ({ email = NOBODY }) => email.trim();\n",
    },
    "CommonJS": {
        "main.js": 'const { mail } = require("./part");\nmodule.'
        + USE.replace("export", "exports =").replace("CALL", "mail(customer)"),
        "part.js": "exports.mail = (customer) => (customer.email || NOBODY).toLowerCase();\n",
    },
    "a class": {
        "main.js": 'import { Known } from "./part";\n' + USE.replace("CALL", "new Known().mail(customer)"),
        "part.js": "export class Known { mail(customer) { return customer.email || NOBODY; } }\n",
    },
    "Python": {
        "main.py": f"from part import mail\n{SENT}",
        "part.py": "def mail(customer):\n    return customer.email or NOBODY\n",
    },
    "a Python package": {
        "main.py": f"from lib import mail\n{SENT}",
        "lib/__init__.py": "from .part import mail\n",
        "lib/part.py": "def mail(customer):\n    return (customer.email or NOBODY).strip()\n",
    },
}


@pytest.mark.parametrize("nobody", ["'guest'", "''"])
@pytest.mark.parametrize("way", FALLBACKS)
def test_a_fallback_that_a_function_of_another_file_makes_is_told_at_the_id(way: str, nobody: str) -> None:
    files = {path: text.replace("NOBODY", nobody) for path, text in FALLBACKS[way].items()}
    assert found(files) == marked(files) != set()


@pytest.mark.parametrize(
    ("made", "read"),
    [
        ("export const toUser = (c) => ({ mail: c.email ?? NOBODY });\n", "toUser(customer).mail"),
        ("export class User { constructor(c) { this.mail = c.email ?? NOBODY; } }\n", "new User(customer).mail"),
    ],
)
def test_an_empty_text_that_fills_a_field_in_another_file_is_not_an_id_that_was_meant_and_a_word_is(
    made: str, read: str
) -> None:
    use = 'import { toUser, User } from "./part";\n' + USE.replace("CALL", read)
    assert not found({"main.js": use, "part.js": made.replace("NOBODY", "''")})
    files = {"main.js": use, "part.js": made.replace("NOBODY", "'guest'")}
    assert found(files) == marked(files) != set()


def test_a_file_that_only_declares_is_no_caller_and_is_not_read_for_one() -> None:
    declared = 'import { save } from "./t";\nexport declare function keep(props: Parameters<typeof save>[0]): void;\n'
    caller = 'import { save } from "./t";\nexport const f = (mail) => save({ email: mail });\n'
    result = check_texts({"t.ts": WRAPPER, "b.ts": caller, "types.d.ts": declared, "Types.D.TS": declared})
    assert [finding.root.path for finding in result.findings] == ["b.ts"]
    assert result.summary.files_parsed == 2


def test_the_same_files_are_parsed_in_every_run_whatever_the_order_of_sets(tmp_path: Path) -> None:
    parts = [f"p{number}" for number in range(12)]
    names = {part: "save" if part == "p4" else f"other{part}" for part in parts}
    (tmp_path / "index.js").write_text("".join(f"export {{ {names[part]} }} from './{part}';\n" for part in parts))
    (tmp_path / "send.js").write_text("export const save = (user) => exponea.update({ email: user.email });\n")
    (tmp_path / "page.js").write_text(
        "import { otherp0 } from '.';\nexport const done = (user) => exponea.track('x', { name: otherp0(user) });\n"
    )
    for part in parts:
        (tmp_path / part).mkdir()
        (tmp_path / part / "index.js").write_text("export * from '../send';\n" if part == "p4" else "")
    counts = {
        json.loads(
            subprocess.run(
                [sys.executable, "-m", "trackaudit", "check", "--no-cache", "--output-format=json"],
                cwd=tmp_path,
                env={**os.environ, "PYTHONHASHSEED": str(seed)},
                capture_output=True,
                check=False,
            ).stdout
        )["summary"]["files"]["parsed"]
        for seed in range(3)
    }
    assert len(counts) == 1, counts
