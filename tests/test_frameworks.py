"""What frameworks join: what sends in one file is called in another through a store, a context, a key, an event, a
callback. The finding is at the caller's entry; where what is called identifies, there is none."""

from __future__ import annotations

import re

import pytest

from trackaudit.pipeline import check_texts

SEND = "window.exponea.update(props)"
RIGHT = "window.exponea.identify({ registered: props.email }, props)"
MAIL = "{ email: user.email }); // expect"

WAYS: dict[str, dict[str, str]] = {
    "pinia store of options": {
        "store.js": "import { defineStore } from 'pinia';\nexport const useCrm = defineStore('crm', {\n"
        f"  state: () => ({{ plan: '' }}),\n  actions: {{\n    setUser(props) {{ this.send(props); }},\n"
        f"    send(props) {{ {SEND}; }},\n  }},\n}});\n",
        "Login.vue": "<script setup>\nimport { useCrm } from './store';\nconst crm = useCrm();\nfunction done(user) {\n"
        f"  crm.setUser({MAIL}\n}}\n</script>\n<template><form @submit='done'/></template>\n",
    },
    "pinia store of a function": {
        "stores/crm.ts": "export const useCrm = defineStore('crm', () => {\n"
        f"  const setUser = (props) => {{ {SEND}; }};\n  return {{ setUser }};\n}});\n",
        "Login.vue": "<script setup>\nimport { useCrm } from './stores/crm';\nconst { setUser } = useCrm();\n"
        f"function done(user) {{\n  setUser({MAIL}\n}}\n</script>\n<template><form @submit='done'/></template>\n",
    },
    "redux toolkit thunk": {
        "actions.ts": "import { createAsyncThunk } from '@reduxjs/toolkit';\n"
        f"export const setUser = createAsyncThunk('crm/setUser', async (props, {{ dispatch }}) => {{ {SEND}; }});\n",
        "form.tsx": "import { setUser } from './actions';\nexport const Form = ({ user, dispatch }) => {\n"
        "  const done = () => dispatch(setUser({ email: user.email })); // expect\n"
        "  return <form onSubmit={done} />;\n};\n",
    },
    "angular inject": {
        "crm.service.ts": "@Injectable({ providedIn: 'root' })\nexport class CrmService {\n"
        f"  setUser(props: any) {{ {SEND}; }}\n}}\n",
        "form.component.ts": "import { inject } from '@angular/core';\nimport { CrmService } from './crm.service';\n"
        "export class Form {\n  private crm = inject(CrmService);\n  done(user: any) {\n"
        f"    this.crm.setUser({MAIL}\n  }}\n}}\n",
    },
    "import with then": {
        "crm.js": f"export function setUser(props) {{ {SEND}; }}\n",
        "form.js": "export function done(user) {\n  import('./crm').then((crm) => {\n"
        f"    crm.setUser({MAIL}\n  }});\n}}\n",
    },
    "singleton": {
        "crm.js": "export default class Crm {\n  static getInstance() {\n    if (!Crm.one) { Crm.one = new Crm(); }\n"
        f"    return Crm.one;\n  }}\n  setUser(props) {{ {SEND}; }}\n}}\n",
        "form.js": f"import Crm from './crm';\nexport const done = (user) => Crm.getInstance().setUser({MAIL}\n",
    },
    "singleton of a private field": {
        "crm.ts": "export class Crm {\n  static #one: Crm | null = null;\n"
        "  static get() {\n    return (Crm.#one ??= new Crm());\n"
        f"  }}\n  setUser(props: any) {{ {SEND}; }}\n}}\n",
        "form.ts": f"import {{ Crm }} from './crm';\nexport const done = (user: any) => Crm.get().setUser({MAIL}\n",
    },
}


def marked(files: dict[str, str]) -> set[tuple[str, int]]:
    """The places that carry the mark."""
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if re.search(r"// expect$", line)
    }


def found(files: dict[str, str]) -> set[tuple[str, int]]:
    """The roots of all findings."""
    result = check_texts(files)
    return {(one.root.path, result.sources[one.root.path].position(one.root.start)[0]) for one in result.findings}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_framework_calls_is_judged_at_the_callers_own_entry(way: str) -> None:
    assert found(WAYS[way]) == marked(WAYS[way]) != set()


@pytest.mark.parametrize("way", WAYS)
def test_where_what_a_framework_calls_identifies_there_is_no_finding(way: str) -> None:
    right = {path: text.replace(SEND, RIGHT) for path, text in WAYS[way].items()}
    assert right != WAYS[way]
    assert not found(right)
