"""Wrappers that a caller does not call itself: a pool, a queue or a timer runs them, or they come in with an object
that a constructor was given. The finding is where the address is put; where an ID goes with it, there is none."""

from __future__ import annotations

import pytest
from judged import found, marked

from trackaudit.pipeline import check_texts

SAVE = """
import requests
from celery import shared_task

@shared_task
def save(ids, props):
    requests.post(URL, json={'customer_ids': ids, 'properties': props})

@shared_task(bind=True)
def save_again(self, ids, props):
    requests.post(URL, json={'customer_ids': ids, 'properties': props})

class Crm:
    def save(self, ids, props):
        requests.post(URL, json={'customer_ids': ids, 'properties': props})

def get_crm():
    return Crm()
"""
SCRIPT = """
export function save(props) { exponea.update(props); }
export class Crm {
  save(props) { exponea.update(props); }
}
"""
GIVEN = "{'cookie': user.cookie}, {'email': user.email}"

HANDED = {
    "celery": f"from crm import save\ndef run(user):\n    save.delay({GIVEN})  # expect\n",
    "celery, bound": f"from crm import save_again\ndef run(user):\n    save_again.delay({GIVEN})  # expect\n",
    "celery, listed": f"from crm import save\ndef run(user):\n    save.apply_async(({GIVEN}))  # expect\n",
    "celery, by name": "from crm import save\ndef run(user):\n    save.apply_async(\n"
    "        kwargs={'ids': {'cookie': user.cookie}, 'props': {'email': user.email}})  # expect\n",
    "celery, signature": f"from crm import save\ndef run(user):\n    save.s({GIVEN}).apply_async()  # expect\n",
    "pool": f"from crm import save\ndef run(user, pool):\n    pool.submit(save, {GIVEN})  # expect\n",
    "pool, listed": f"from crm import save\ndef run(user, pool):\n    pool.apply_async(save, ({GIVEN}))  # expect\n",
    "thread": "from threading import Thread\nfrom crm import save\ndef run(user):\n"
    f"    Thread(target=save, args=({GIVEN})).start()  # expect\n",
    "thread, by name": "from threading import Thread\nfrom crm import save\ndef run(user):\n"
    "    Thread(\n        target=save,\n"
    "        kwargs={'ids': {'cookie': user.cookie}, 'props': {'email': user.email}})  # expect\n",
    "loop": "import asyncio\nfrom crm import save\nasync def run(user):\n"
    f"    await asyncio.get_running_loop().run_in_executor(None, save, {GIVEN})  # expect\n",
    "to thread": f"import asyncio\nfrom crm import save\nasync def run(user):\n"
    f"    await asyncio.to_thread(save, {GIVEN})  # expect\n",
    "background": f"from crm import save\ndef run(user, tasks):\n    tasks.add_task(save, {GIVEN})  # expect\n",
    "partial": "from functools import partial\nfrom crm import save\ndef run(user, pool):\n"
    "    pool.submit(partial(save, {'cookie': user.cookie}), {'email': user.email})  # expect\n",
}
TAKEN = {
    "typed": "from crm import Crm\nclass Service:\n    def __init__(self, crm: Crm):\n        self._crm = crm\n",
    "typed by text": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from crm import Crm\n"
    "class Service:\n    def __init__(self, crm: 'Crm | None'):\n        self._crm = crm\n",
    "by module": "import crm\nclass Service:\n    def __init__(self, client: crm.Crm):\n        self._crm = client\n",
    "field": "from dataclasses import dataclass\nfrom crm import Crm\n@dataclass\nclass Service:\n    _crm: Crm\n",
}
SERVICES = {
    "typed": "import { Crm } from './crm';\nexport class Service {\n  constructor(crm: Crm) { this.crm = crm; }\n",
    "field": "import type { Crm } from './crm';\nexport class Service {\n  constructor(private readonly crm: Crm) {}\n",
    "declared": "import { Crm } from './crm';\nexport class Service {\n  private crm: Crm;\n"
    "  constructor(it: Crm) { this.crm = it; }\n",
}
DEPENDS = {
    "alias": "from typing import Annotated\nfrom fastapi import Depends\nfrom crm import Crm, get_crm\n"
    "CrmDep = Annotated[Crm, Depends(get_crm)]\ndef run(user: User, crm: CrmDep):\n",
    "inline": "from typing import Annotated\nfrom fastapi import Depends\nfrom crm import Crm, get_crm\n"
    "def run(user: User, crm: Annotated[Crm, Depends(get_crm)]):\n",
    "untyped": "from fastapi import Depends\nfrom crm import get_crm\ndef run(user: User, crm=Depends(get_crm)):\n",
    "class": "from fastapi import Depends\nfrom crm import Crm\ndef run(user: User, crm=Depends(Crm)):\n",
}
PYTHON = {
    **HANDED,
    **{
        f"taken, {name}": f"{text}    def run(self, user):\n        self._crm.save({GIVEN})  # expect\n"
        for name, text in TAKEN.items()
    },
    **{f"depends, {name}": f"{text}    crm.save({GIVEN})  # expect\n" for name, text in DEPENDS.items()},
}
TYPED = {
    name: f"{text}  run(user: any) {{ this.crm.save({{ email: user.email }}); }} // expect\n}}\n"
    for name, text in SERVICES.items()
}
TIMED = (
    "import { save } from './crm';\n"
    "export const f = (user) => setTimeout(save, 100, { email: user.email }); // expect\n"
)
UNTYPED = {
    "class": "export class Service {\n  constructor(crm) { this.crm = crm; }\n",
    "record": "export class Service {\n  constructor({ crm, logger }) { this.crm = crm; }\n",
}
MADE = {"class": "new Service(new Crm())", "record": "new Service({ crm: new Crm(), logger: console })"}


@pytest.mark.parametrize("text", PYTHON.values(), ids=PYTHON)
def test_what_a_queue_a_pool_or_a_thread_runs_and_what_is_injected_is_followed(text: str) -> None:
    files = {"crm.py": SAVE, "svc.py": text}
    assert found(files) == marked(files) != set()
    files["svc.py"] = text.replace("'cookie': user.cookie", "'registered': user.email.lower()")
    assert not found(files)


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED)
def test_a_service_that_a_constructor_takes_by_its_type_is_followed(text: str) -> None:
    files = {"crm.ts": SCRIPT.replace("(props) {", "(props: any) {"), "svc.ts": text}
    assert found(files) == marked(files) != set()
    files["crm.ts"] = files["crm.ts"].replace(
        "exponea.update(props)", "exponea.identify({ registered: props.email.trim().toLowerCase() }, props)"
    )
    assert not found(files)


@pytest.mark.parametrize("how", UNTYPED)
def test_a_service_that_a_constructor_takes_is_followed_where_one_is_seen_to_be_given(how: str) -> None:
    files = {
        "crm.js": SCRIPT,
        "svc.js": UNTYPED[how] + "  run(user) { this.crm.save({ email: user.email }); } // expect\n}\n",
        "main.js": "import { Crm } from './crm';\nimport { Service } from './svc';\n"
        f"export const service = {MADE[how]};\n",
    }
    assert found(files) == marked(files) != set()
    files["main.js"] = files["main.js"].replace("new Crm()", "other")
    assert not found(files)


def test_a_timer_gives_a_function_what_follows_the_time() -> None:
    files = {"crm.js": SCRIPT, "f.js": TIMED}
    assert found(files) == marked(files) != set()
    files["f.js"] = TIMED.replace("100, { email: user.email }", "{ email: user.email }")
    assert not found(files)


def test_a_pool_maps_no_list_as_one_argument() -> None:
    files = {
        "crm.py": SAVE,
        "svc.py": "from crm import save\ndef run(users, pool):\n"
        "    pool.map(save, [{'registered': u.email.lower()} for u in users], [{'email': u.email} for u in users])\n",
    }
    assert not found(files)


MODELS = """
import requests
from dataclasses import asdict, dataclass
from pydantic import BaseModel

class Customer(BaseModel):
    email: str
    city: str = ""

@dataclass
class Visitor:
    email: str
    city: str

def pop(props, key):
    props.pop(key)
    return props

def run(customer: Customer, visitor: Visitor, cookie):
    requests.post(URL, json={'customer_ids': {'cookie': cookie}, 'properties': PROPS})  # expect
"""


@pytest.mark.parametrize(
    ("wrong", "right", "value"),
    [
        ("customer.model_dump()", "customer.model_dump(exclude={'email'})", "customer.email"),
        ("customer.dict()", "customer.model_dump(include={'city'})", "customer.email"),
        ("asdict(visitor)", "pop(asdict(visitor), 'email')", "visitor.email"),
        ("{**asdict(visitor)}", "{'city': asdict(visitor)['city']}", "visitor.email"),
    ],
)
def test_the_fields_that_a_class_declares_are_in_a_record_that_is_made_of_it(
    wrong: str, right: str, value: str
) -> None:
    files = {"m.py": MODELS.replace("PROPS", wrong)}
    [finding] = check_texts(files).findings
    assert {("m.py", files["m.py"].count("\n", 0, finding.root.start) + 1)} == marked(files)
    assert f'"registered": {value}.lower()' in finding.instead
    assert not found({"m.py": MODELS.replace("PROPS", right)})
    assert not found({"m.py": files["m.py"].replace("{'cookie': cookie}", f"{{'registered': {value}.lower()}}")})
