"""What somebody typed into a form, whichever way the form's library hands it over; and what only looks like that."""

from __future__ import annotations

import pytest
from judged import judge

PROGRAMS: dict[str, tuple[str, str]] = {
    "react-hook-form, wrong": (
        "tsx",
        """
export function Join() {
  const { register, handleSubmit } = useForm<Values>();
  const save = (data: Values) => {
    window.exponea.identify({ registered: data.address.email });  // expect: hard-id-not-lowercased
  };
  return <form onSubmit={handleSubmit(save)}><input {...register('address.email')} /></form>;
}
""",
    ),
    "react-hook-form, lower-cased, right": (
        "tsx",
        """
export function Join() {
  const { register, handleSubmit } = useForm<Values>();
  const save = ({ email }: Values) => {
    window.exponea.identify({ registered: email.trim().toLowerCase() }, { email });
  };
  return <form onSubmit={handleSubmit(save)}><input {...register('email')} /></form>;
}
""",
    ),
    "Formik's component, wrong": (
        "jsx",
        """
export const Join = () => (
  <Formik
    initialValues={{ email: '' }}
    onSubmit={async ({ email }, { resetForm }) => {
      await save(email);
      window.exponea.identify(email, { email });  // expect: hard-id-not-lowercased
      resetForm();
    }}
  >{() => <Field name="email" />}</Formik>
);
""",
    ),
    "Formik's hook, wrong": (
        "jsx",
        """
export function Join() {
  const formik = useFormik({ initialValues: { email: '' }, onSubmit: (held) => {
    window.exponea.identify({ registered: held.email });  // expect: hard-id-not-lowercased
  } });
  return <form onSubmit={formik.handleSubmit}><input name="email" onChange={formik.handleChange} /></form>;
}
""",
    ),
    "antd, wrong": (
        "jsx",
        """
export function Join() {
  const onFinish = (given) => {
    window.exponea.identify({ registered: given.email });  // expect: hard-id-not-lowercased
  };
  return <Form onFinish={onFinish}><Form.Item name="email"><Input /></Form.Item></Form>;
}
""",
    ),
    "VeeValidate, wrong": (
        "vue",
        """
<script setup>
const { handleSubmit } = useForm({ validationSchema });
const onSubmit = handleSubmit((given) => {
  window.exponea.identify({ registered: given.email });  // expect: hard-id-not-lowercased
});
</script>
<template><form @submit="onSubmit"><Field name="email" /></form></template>
""",
    ),
    "something that is submitted but is no form, right": (
        "js",
        """
queue.on('job-submitted', (job) => { exponea.identify({ registered: job.customer.email }); });
store.subscribe((state) => { exponea.identify({ registered: state.customer.email }); });
""",
    ),
    "a state whose members are set by the field's name, wrong": (
        "jsx",
        """
export function Join() {
  const [given, setGiven] = useState({ email: '', name: '' });
  const change = (e) => setGiven({ ...given, [e.target.name]: e.target.value });
  const join = () => {
    window.exponea.identify({ registered: given.email });  // expect: hard-id-not-lowercased
  };
  return <form><input name="email" onChange={change} /><button onClick={join} /></form>;
}
""",
    ),
    "a state that the server sets, right": (
        "jsx",
        """
export function Hello() {
  const [given, setGiven] = useState({ email: '', name: '' });
  useEffect(() => { load().then((account) => setGiven(account)); }, []);
  const hello = () => window.exponea.identify({ registered: given.email }, { first_name: given.name });
  return <button onClick={hello} />;
}
""",
    ),
    "v-model on a ref, wrong": (
        "vue",
        """
<template><form @submit.prevent="join"><input v-model.trim="mail"></form></template>
<script setup>
const mail = ref('')
function join() {
  exponea.identify({ registered: mail.value })  // expect: hard-id-not-lowercased
}
</script>
""",
    ),
    "v-model on reactive and on data, wrong": (
        "vue",
        """
<template><form @submit.prevent="join"><input v-model="held.email"><input v-model="mail"></form></template>
<script>
export default {
  data() { return { mail: '', held: { email: '' } } },
  methods: {
    join() {
      window.exponea.identify({ registered: this.mail })  // expect: hard-id-not-lowercased
      window.exponea.identify({ registered: this.held.email })  // expect: hard-id-not-lowercased
    },
  },
}
</script>
""",
    ),
    "a ref that the server sets, right": (
        "vue",
        """
<template><p @click="hello">{{ address }}</p></template>
<script setup>
const address = ref('')
onMounted(async () => { address.value = (await $fetch('/api/account')).email })
function hello() { exponea.identify({ registered: address.value }) }
</script>
""",
    ),
    "the body of a Nuxt route, wrong": (
        "ts",
        """
export default defineEventHandler(async (event) => {
  const { email } = await readBody(event)
  await $fetch(URL, { method: 'POST', body: {
    customer_ids: {
      registered: email,  // expect: hard-id-not-lowercased
    },
    properties: { email },
  } })
})
""",
    ),
    "a store's action is no request, right": (
        "js",
        """
export function restored(action) {
  const { payload } = action;
  if (payload.email) window.exponea.identify({ registered: payload.email });
}
""",
    ),
    "rows of a CSV file, wrong": (
        "py",
        """
import csv
import requests
def push(path):
    with open(path) as file:
        for person in csv.DictReader(file):
            requests.post(URL, json={
                "customer_ids": {"registered": person["Email"]},  # expect: hard-id-not-lowercased
                "properties": {"city": person["City"]},
            })
""",
    ),
    "a field in a part of the page, wrong": (
        "js",
        """
document.querySelector('#join').addEventListener('submit', () => {
  const mail = document.getElementById('popup-email').value;
  exponea.identify({ registered: mail });  // expect: hard-id-not-lowercased
});
""",
    ),
    "what is about a part of the page, right": (
        "js",
        """
exponea.update({ email_popup: shown, popup_email_shown: true, footer_email_clicks: clicks });
""",
    ),
    "the user of a database call has an id, wrong": (
        "ts",
        """
export async function login(email: string) {
  const user = await db.account.findUnique({ where: { email } });
  await post({ customer_ids: { registered: user.id }, event_type: 'login', properties: { via: 'form' } });
  await post({ customer_ids: { registered: user.id }, properties: { email } });
}
export async function failed(email: string) {
  await post({
    customer_ids: {
      registered: email,  // expect: conflicting-id-values
    },
    event_type: 'login_failed',
    properties: {},
  });
}
""",
    ),
    "an element of React, wrong": (
        "jsx",
        """
export function Join() {
  const emailRef = useRef(null);
  const submit = (e) => {
    e.preventDefault();
    exponea.identify({ registered: emailRef.current.value });  // expect: hard-id-not-lowercased
  };
  return <form onSubmit={submit}><input ref={emailRef} type="email" /></form>;
}
""",
    ),
    "a reference of React that keeps a user, right": (
        "jsx",
        """
export function Bar({ user }) {
  const userRef = useRef(null);
  useEffect(() => { userRef.current = user; }, [user]);
  return <button onClick={() => exponea.identify({ registered: userRef.current.email })} />;
}
""",
    ),
    "an element of a React class, wrong": (
        "jsx",
        """
class Join extends React.Component {
  constructor(props) { super(props); this.email = React.createRef(); }
  submit = () => {
    const email = this.email.current.value;
    exponea.identify({ registered: email });  // expect: hard-id-not-lowercased
  };
}
""",
    ),
    "Vue's references, wrong": (
        "vue",
        """
<template><form @submit.prevent="send"><input ref="email"></form></template>
<script>
export default {
  methods: {
    send() {
      exponea.identify({ registered: this.$refs.email.value });  // expect: hard-id-not-lowercased
    },
  },
};
</script>
""",
    ),
    "Vue's reference in a variable, wrong": (
        "vue",
        """
<template><form @submit.prevent="send"><input ref="mail"></form></template>
<script setup>
const mail = ref(null);
function send() {
  exponea.identify({ registered: mail.value.value });  // expect: hard-id-not-lowercased
}
</script>
""",
    ),
    "Angular's element and form, wrong": (
        "ts",
        """
import { ElementRef, ViewChild } from '@angular/core';
import { FormBuilder } from '@angular/forms';
declare const exponea: any;
export class Join {
  @ViewChild('mail') mail: ElementRef;
  group = this.fb.group({ email: [''] });
  constructor(private fb: FormBuilder) {}
  fromElement() {
    exponea.identify({ registered: this.mail.nativeElement.value });  // expect: hard-id-not-lowercased
  }
  fromForm() {
    const { email } = this.group.value;
    exponea.identify({ registered: email });  // expect: hard-id-not-lowercased
  }
}
""",
    ),
    "a cookie by its library, wrong": (
        "js",
        """
import Cookies from 'js-cookie';
if (Cookies.get(config.cookie)) {
  exponea.identify({ registered: Cookies.get(config.cookie) });  // expect: id-from-untrusted-source
}
""",
    ),
    "FastAPI's records and texts, wrong": (
        "py",
        """
import httpx
from fastapi import FastAPI
from pydantic import BaseModel, EmailStr
app = FastAPI()
class Join(BaseModel):
    mail: EmailStr
    city: str
@app.post("/join")
async def join(body: Join):
    httpx.post(U, json={
        "customer_ids": {"registered": body.mail},  # expect: hard-id-not-lowercased
        "properties": {"email": body.mail, "city": body.city},
    })
@app.post("/short")
async def short(email: str):
    httpx.post(U, json={
        "customer_ids": {"registered": email},  # expect: hard-id-not-lowercased
        "properties": {"email": email},
    })
""",
    ),
    "FastAPI's record in lower case, right": (
        "py",
        """
import httpx
from fastapi import APIRouter
from pydantic import BaseModel, EmailStr
router = APIRouter()
class Join(BaseModel):
    mail: EmailStr
@router.post("/join")
async def join(body: Join):
    mail = body.mail.strip().lower()
    httpx.post(U, json={"customer_ids": {"registered": mail}, "properties": {"email": mail}})
""",
    ),
    "what a route of FastAPI depends on, and a record of nobody's request, right": (
        "py",
        """
import httpx
from fastapi import APIRouter, Depends
from pydantic import BaseModel, EmailStr
from .auth import User, current
router = APIRouter()
class Account(BaseModel):
    mail: EmailStr
@router.post("/me")
async def me(user: User = Depends(current)):
    httpx.post(U, json={"customer_ids": {"registered": user.email}, "properties": {"email": user.email}})
def push(account: Account):
    httpx.post(U, json={"customer_ids": {"registered": account.mail}, "properties": {"email": account.mail}})
""",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_typed_is_known_as_such(name: str) -> None:
    suffix, text = PROGRAMS[name]
    judge(name, f"program.{suffix}", text)
