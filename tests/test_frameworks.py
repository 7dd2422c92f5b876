"""What frameworks join: what sends in one file is called in another through a store, a context, a key, an event, a
callback. The finding is at the caller's entry; where what is called identifies, there is none."""

from __future__ import annotations

import re

import pytest
from judged import found, marked

SEND = "window.exponea.update(props)"
RIGHT = "window.exponea.identify({ registered: props.email.toLowerCase() }, props)"
FORM = "<template><form @submit='done'/></template>\n"
MAIL = "{ email: user.email }); // expect"

WAYS: dict[str, dict[str, str]] = {
    "a global function": {
        "z.js": f"window.saveVisitor = function (props) {{ {SEND}; }};\n",
        "form.js": f"$('#f').on('submit', function () {{\n  saveVisitor({MAIL}\n}});\n",
    },
    "a global function, by the window": {
        "z.ts": f"(window as any).saveVisitor = (props: any) => {{ {SEND}; }};\n",
        "form.tsx": "export const Form = ({ user }) => <form onSubmit={() => {\n"
        f"  window.saveVisitor?.({MAIL}\n}}}} />;\n",
    },
    "a global name space": {
        "z.js": f"window.Shop = window.Shop || {{}};\nShop.crm = {{ save: function (props) {{ {SEND}; }} }};\n",
        "form.js": f"$('#f').on('submit', function () {{\n  Shop.crm.save({MAIL}\n}});\n",
    },
    "a global name space's function": {
        "z.js": f"window.Shop = window.Shop || {{}};\nwindow.Shop.save = function (props) {{ {SEND}; }};\n",
        "form.js": f"$('#f').on('submit', function () {{\n  window.Shop.save({MAIL}\n}});\n",
    },
    "AMD": {
        "js/crm.js": "define(['jquery'], function ($) {\n"
        f"  return {{ save: function (props) {{ {SEND}; }} }};\n}});\n",
        "js/form.js": "define(['jquery', './crm'], function ($, crm) {\n  return function (config, element) {\n"
        f"    $(element).on('submit', function () {{\n      crm.save({MAIL}\n    }});\n  }};\n}});\n",
    },
    "AMD, loaded": {
        "js/crm.js": f"define('crm', [], () => ({{ save(props) {{ {SEND}; }} }}));\n",
        "js/form.js": f"require(['./crm'], function (crm) {{\n  crm.save({MAIL}\n}});\n",
    },
    "AMD, as CommonJS": {
        "js/crm.js": f"define(function (require, exports) {{\n  exports.save = function (props) {{ {SEND}; }};\n}});\n",
        "js/form.js": "define(function (require) {\n  const crm = require('./crm');\n"
        f"  return {{ done(user) {{\n    crm.save({MAIL}\n  }} }};\n}});\n",
    },
    "AMD, of Magento": {
        "app/code/Acme/Crm/view/frontend/web/js/crm.js": "define([], function () {\n"
        f"  return {{ save: function (props) {{ {SEND}; }} }};\n}});\n",
        "app/code/Acme/Shop/view/frontend/web/js/form.js": "define(['Acme_Crm/js/crm'], function (crm) {\n"
        f"  return function (user) {{\n    crm.save({MAIL}\n  }};\n}});\n",
    },
    "pinia store of options": {
        "store.js": "import { defineStore } from 'pinia';\nexport const useCrm = defineStore('crm', {\n"
        f"  state: () => ({{ plan: '' }}),\n  actions: {{\n    setUser(props) {{ this.send(props); }},\n"
        f"    send(props) {{ {SEND}; }},\n  }},\n}});\n",
        "Login.vue": "<script setup>\nimport { useCrm } from './store';\nconst crm = useCrm();\nfunction done(user) {\n"
        f"  crm.setUser({MAIL}\n}}\n</script>\n{FORM}",
    },
    "pinia store of a function": {
        "stores/crm.ts": "export const useCrm = defineStore('crm', () => {\n"
        f"  const setUser = (props) => {{ {SEND}; }};\n  return {{ setUser }};\n}});\n",
        "Login.vue": "<script setup>\nimport { useCrm } from './stores/crm';\nconst { setUser } = useCrm();\n"
        f"function done(user) {{\n  setUser({MAIL}\n}}\n</script>\n{FORM}",
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

KEYED: dict[str, dict[str, str]] = {
    "react context, taken by a hook": {
        "track.tsx": "import { createContext, useContext } from 'react';\nconst Ctx = createContext(null);\n"
        "export function TrackingProvider({ children }) {\n"
        f"  const update = (props) => {SEND};\n"
        "  return <Ctx.Provider value={{ update }}>{children}</Ctx.Provider>;\n}\n"
        "export const useTracking = () => useContext(Ctx);\n",
        "form.tsx": "import { useTracking } from './track';\nexport function Form() {\n"
        "  const { update } = useTracking();\n  const done = (user) => {\n"
        f"    update({MAIL}\n  }};\n  return <form onSubmit={{done}} />;\n}}\n",
    },
    "react context of four files": {
        "context.js": "import { createContext } from 'react';\nexport const CrmContext = createContext();\n",
        "CrmProvider.jsx": "import { CrmContext } from './context';\n"
        "export default function CrmProvider({ children }) {\n"
        f"  const crm = useMemo(() => ({{ setUser(props) {{ {SEND}; }} }}), []);\n"
        "  return <CrmContext value={crm}>{children}</CrmContext>;\n}\n",
        "useCrm.js": "import { useContext } from 'react';\nimport { CrmContext } from './context';\n"
        "export function useCrm() {\n  const crm = useContext(CrmContext);\n"
        "  if (!crm) throw new Error('no provider');\n  return crm;\n}\n",
        "form.jsx": "import { useCrm } from './useCrm';\nexport function Form({ user }) {\n  const crm = useCrm();\n"
        f"  useEffect(() => {{\n    crm.setUser({MAIL}\n  }}, []);\n  return null;\n}}\n",
    },
    "nuxt 3 plug-in": {
        "plugins/crm.client.ts": "export default defineNuxtPlugin((nuxtApp) => {\n"
        f"  const setUser = (props) => {SEND};\n  return {{ provide: {{ setUser }} }};\n}});\n",
        "pages/login.vue": "<script setup>\nconst { $setUser } = useNuxtApp();\nonMounted(() => {\n"
        f"  $setUser({MAIL}\n}});\n</script>\n<template><form /></template>\n",
    },
    "nuxt 3 plug-in that calls provide": {
        "plugins/crm.ts": "export default defineNuxtPlugin((nuxtApp) => {\n"
        f"  nuxtApp.provide('crm', {{ setUser(props) {{ {SEND}; }} }});\n}});\n",
        "composables/useCrm.ts": "export const useCrm = () => useNuxtApp().$crm;\n",
        "pages/login.vue": "<script setup>\nimport { useCrm } from '../composables/useCrm';\nconst crm = useCrm();\n"
        f"function done(user) {{\n  crm.setUser({MAIL}\n}}\n</script>\n{FORM}",
    },
    "nuxt 2 inject": {
        "plugins/crm.js": "export default ({ app }, inject) => {\n"
        f"  inject('crm', {{ setUser(props) {{ {SEND}; }} }});\n}};\n",
        "pages/login.vue": "<script>\nexport default {\n  methods: {\n    done(user) {\n"
        f"      this.$crm.setUser({MAIL}\n    }},\n  }},\n}};\n</script>\n{FORM}",
    },
    "vue 3 plug-in": {
        "plugin.js": "class Crm {\n"
        f"  setUser(props) {{ {SEND}; }}\n}}\n"
        "export default { install(app) { app.config.globalProperties.$crm = new Crm(); } };\n",
        "Login.vue": "<script>\nexport default defineComponent({\n  methods: {\n    done(user) {\n"
        f"      this.$crm.setUser({MAIL}\n    }},\n  }},\n}});\n</script>\n"
        "<template><form @submit='done'/></template>\n",
    },
    "vue 2 prototype": {
        "main.js": "import Vue from 'vue';\nimport crm from './crm';\nVue.prototype.$crm = crm;\n",
        "crm.js": f"export default {{ setUser(props) {{ {SEND}; }} }};\n",
        "mixin.js": f"export default {{ methods: {{ done(user) {{\n  this.$crm.setUser({MAIL}\n}} }} }};\n",
    },
    "provide and inject": {
        "App.vue": "<script setup>\nimport { provide } from 'vue';\n"
        f"provide('setUser', (props) => {SEND});\n</script>\n<template><slot/></template>\n",
        "Login.vue": "<script setup>\nimport { inject } from 'vue';\nconst setUser = inject('setUser');\n"
        f"function done(user) {{\n  setUser({MAIL}\n}}\n</script>\n{FORM}",
    },
    "provide and inject of an injection key": {
        "keys.ts": "import type { InjectionKey } from 'vue';\nexport const CRM: InjectionKey<Crm> = Symbol('crm');\n",
        "main.ts": "import { CRM } from './keys';\nconst app = createApp(App);\n"
        f"app.provide(CRM, {{ setUser: (props: any) => {SEND} }});\n",
        "Login.vue": "<script setup lang='ts'>\nimport { CRM } from './keys';\nconst crm = inject(CRM)!;\n"
        f"function done(user: User) {{\n  crm.setUser({MAIL}\n}}\n</script>\n"
        "<template><form @submit='done'/></template>\n",
    },
    "vuex action": {
        "store.js": "import { createStore } from 'vuex';\nexport default createStore({\n  actions: {\n"
        f"    setUser({{ commit }}, props) {{ {SEND}; }},\n  }},\n}});\n",
        "Login.vue": "<script>\nexport default {\n  methods: {\n    done(user) {\n"
        f"      this.$store.dispatch('setUser', {MAIL}\n    }},\n  }},\n}};\n</script>\n"
        "<template><form @submit='done'/></template>\n",
    },
    "vuex module": {
        "store/modules/crm.js": "const state = {};\nconst actions = {\n"
        f"  async setUser({{ commit }}, props) {{ {SEND}; }},\n}};\n"
        "export default { namespaced: true, state, actions };\n",
        "store/modules/shop.js": "const actions = { setUser({ commit }, props) { exponea.identify({ registered: "
        "props.email.toLowerCase() }, props); } };\nexport default { namespaced: true, actions };\n",
        "login.ts": "import { useStore } from 'vuex';\nexport function useLogin() {\n  const store = useStore();\n"
        f"  return (user: User) => {{\n    store.dispatch('crm/setUser', {MAIL}\n  }};\n}}\n",
    },
    "nuxt 2 store, mapped": {
        "store/crm.js": f"export const actions = {{\n  setUser(context, props) {{ {SEND}; }},\n}};\n",
        "pages/login.vue": "<script>\nimport { mapActions } from 'vuex';\nexport default {\n  methods: {\n"
        "    ...mapActions('crm', ['setUser']),\n    done(user) {\n"
        f"      this.setUser({MAIL}\n    }},\n  }},\n}};\n</script>\n{FORM}",
    },
    "vuex mapped under another name": {
        "store.js": f"export default new Vuex.Store({{ actions: {{ setUser(context, props) {{ {SEND}; }} }} }});\n",
        "Login.vue": "<script>\nexport default {\n  methods: {\n    ...mapActions({ save: 'setUser' }),\n"
        f"    done(user) {{\n      this.save({MAIL}\n    }},\n  }},\n}};\n</script>\n"
        "<template><form @submit='done'/></template>\n",
    },
    "pinia mapped": {
        "store.js": "export const useCrm = defineStore('crm', { actions: {\n"
        f"  setUser(props) {{ {SEND}; }},\n}} }});\n",
        "Login.vue": "<script>\nimport { useCrm } from './store';\nexport default {\n  methods: {\n"
        "    ...mapActions(useCrm, ['setUser']),\n    done(user) {\n"
        f"      this.setUser({MAIL}\n    }},\n  }},\n}};\n</script>\n{FORM}",
    },
    "mitt": {
        "bus.js": "import mitt from 'mitt';\nexport const bus = mitt();\n",
        "listen.js": f"import {{ bus }} from './bus';\nbus.on('user:login', (props) => {SEND});\n",
        "form.js": "import { bus } from './bus';\nexport const done = (user) => {\n"
        f"  bus.emit('user:login', {MAIL}\n}};\n",
    },
    "event emitter with a constant": {
        "events.js": "const { EventEmitter } = require('events');\nexports.bus = new EventEmitter();\n"
        "exports.USER_SET = 'user.set';\n",
        "listen.js": "const { bus, USER_SET } = require('./events');\n"
        f"module.exports = function listen() {{\n  bus.on(USER_SET, (props) => {{ {SEND}; }});\n}};\n",
        "form.js": "const events = require('./events');\nexports.done = (user) => {\n"
        f"  events.bus.emit(events.USER_SET, {MAIL}\n}};\n",
    },
    "vue 2 event bus": {
        "bus.js": "import Vue from 'vue';\nexport default new Vue();\n",
        "Page.vue": "<script>\nimport bus from './bus';\nexport default {\n"
        "  created() { bus.$on('user', this.onUser); },\n"
        f"  methods: {{ onUser(props) {{ {SEND}; }} }},\n}};\n</script>\n<template><p/></template>\n",
        "Login.vue": "<script>\nimport bus from './bus';\nexport default {\n  methods: {\n    done(user) {\n"
        f"      bus.$emit('user', {MAIL}\n    }},\n  }},\n}};\n</script>\n{FORM}",
    },
    "an event of the page": {
        "listen.js": "document.addEventListener('crm:user', (event) => {\n"
        f"  const props = event.detail;\n  {SEND};\n}});\n",
        "form.js": "export const done = (user) => {\n"
        "  const detail = { email: user.email }; // expect\n"
        "  document.dispatchEvent(new CustomEvent('crm:user', { detail }));\n};\n",
    },
    "jQuery": {
        "listen.js": f"$(document).on('crm:user', function (event, props) {{ {SEND}; }});\n",
        "form.js": "$('form').on('submit', function () {\n"
        "  $(document).trigger('crm:user', [{ email: user.email }]); // expect\n});\n",
    },
}
WAYS |= KEYED


@pytest.mark.parametrize("way", WAYS)
def test_what_a_framework_calls_is_judged_at_the_callers_own_entry(way: str) -> None:
    assert found(WAYS[way]) == marked(WAYS[way]) != set()


@pytest.mark.parametrize("way", WAYS)
def test_where_what_a_framework_calls_identifies_there_is_no_finding(way: str) -> None:
    right = {path: text.replace(SEND, RIGHT) for path, text in WAYS[way].items()}
    assert right != WAYS[way]
    assert not found(right)


BUS = "import mitt from 'mitt';\nexport const a = mitt();\nexport const b = mitt();\n"
SILENT: dict[str, dict[str, str]] = {
    "the event of that name on another bus": {
        "bus.js": BUS,
        "listen.js": "import { a, b } from './bus';\na.on('user', (props) => exponea.update(props));\n"
        "b.on('user', (props) => exponea.identify({ registered: props.email }, props));\n",
        "form.js": "import { b } from './bus';\nexport const done = (user) => b.emit('user', { email: user.email });\n",
    },
    "another event on that bus": {
        "bus.js": BUS,
        "listen.js": "import { a } from './bus';\na.on('user', (props) => exponea.update(props));\n",
        "form.js": "import { a } from './bus';\nexport const f = (user) => a.emit('users', { email: user.email });\n",
    },
    "one handler of two identifies": {
        "bus.js": BUS,
        "listen.js": "import { a } from './bus';\na.on('user', (props) => exponea.update(props));\n"
        "a.on('user', (props) => exponea.identify({ registered: props.email }));\n",
        "form.js": "import { a } from './bus';\nexport const done = (user) => a.emit('user', { email: user.email });\n",
    },
    "an event that the browser fires itself": {
        "listen.js": "form.addEventListener('submit', (event) => exponea.update(event.detail));\n",
        "form.js": "export const done = (user) => $(form).trigger('submit', { email: user.email });\n",
    },
    "a plug-in that identifies first": {
        "plugins/crm.js": "export default (context, inject) => {\n  inject('crm', {\n"
        "    known(email) { exponea.identify({ registered: email }); },\n"
        "    setUser(props) { exponea.update(props); },\n  });\n};\n",
        "pages/login.vue": "<script>\nexport default {\n  methods: {\n    done(user) {\n"
        "      this.$crm.known(user.email);\n      this.$crm.setUser({ email: user.email });\n    },\n  },\n};\n"
        "</script>\n<template><form @submit='done'/></template>\n",
    },
    "the action of that name of another module": {
        "store/crm.js": "export const actions = { setUser(context, props) { exponea.update(props); } };\n",
        "store/shop.js": "export const actions = { setUser(context, props) {\n"
        "  exponea.identify({ registered: props.email }, props);\n} };\n",
        "login.js": "export const done = (store, user) => store.dispatch('shop/setUser', { email: user.email });\n",
    },
    "an action that several modules have": {
        "store/crm.js": "export const actions = { setUser(context, props) { exponea.update(props); } };\n",
        "store/shop.js": "export const actions = { setUser(context, props) {\n"
        "  exponea.identify({ registered: props.email }, props);\n} };\n",
        "login.js": "export const done = (store, user) => store.dispatch('setUser', { email: user.email });\n",
    },
    "a global of another name space": {
        "z.js": "window.Shop = {};\nShop.crm = { save: function (props) { exponea.update(props); } };\n"
        "window.Mail = {};\nMail.crm = { save: function (props) { post(props); } };\n",
        "form.js": "$('#f').on('submit', function () {\n  Mail.crm.save({ email: user.email });\n});\n",
    },
    "a name that is a global elsewhere": {
        "z.js": "window.saveVisitor = function (props) { exponea.update(props); };\n",
        "own.js": "export const saveVisitor = (props) => post(props);\n",
        "form.js": "import { saveVisitor } from './own';\n"
        "export const done = (user) => saveVisitor({ email: user.email });\n",
    },
    "another context": {
        "contexts.js": "export const A = createContext();\nexport const B = createContext();\n",
        "app.jsx": "import { A, B } from './contexts';\nexport const App = () => (\n"
        "  <A.Provider value={(props) => exponea.update(props)}>\n"
        "    <B.Provider value={(props) => exponea.identify({ registered: props.email }, props)}><Form/></B.Provider>\n"
        "  </A.Provider>\n);\n",
        "form.jsx": "import { B } from './contexts';\nexport function Form({ user }) {\n  const save = useContext(B);\n"
        "  return <form onSubmit={() => save({ email: user.email })} />;\n}\n",
    },
    "what another file provides under another key": {
        "App.vue": "<script setup>\nprovide('save', (props) => exponea.update(props));\n</script>\n<template/>\n",
        "Login.vue": "<script setup>\nconst save = inject('store');\nsave({ email: user.email });\n</script>\n"
        "<template/>\n",
    },
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_joined_to_something_else_or_is_right_is_silent(name: str) -> None:
    assert not found(SILENT[name])


@pytest.mark.parametrize("name", ["one handler of two identifies", "a plug-in that identifies first"])
def test_what_is_silent_was_followed(name: str) -> None:
    wrong = {
        path: re.sub(r"exponea.identify\(.*?\)(?= ?[;}])|exponea.identify\(.*?\)(?=\);)", "0", text)
        for path, text in SILENT[name].items()
    }
    assert wrong != SILENT[name]
    assert found(wrong)
