"""Engagement payloads in Python. Stateless: only the payload's own IDs cover."""
import json
from dataclasses import asdict, dataclass
from functools import partial

import requests

URL = "https://api.example.com/track/v2/projects/x/customers"


def p1(cookie, mail):
    requests.post(URL, json={
        "customer_ids": {"cookie": cookie},
        "properties": {"email": mail},  # expect: identifier-in-api-properties
    })


def p2_right(cookie, mail):
    requests.post(URL, json={"customer_ids": {"registered": mail, "cookie": cookie}, "properties": {"email": mail}})


def p3_dumps(cookie, mail):
    body = {"customer_ids": {"cookie": cookie}, "properties": {}}
    body["properties"]["email"] = mail  # expect: identifier-in-api-properties
    requests.post(URL, data=json.dumps(body))


def p4_dict_call(cookie, mail):
    props = dict(city="Brno", email=mail)  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p5_double_star(cookie, mail):
    base = {"email": mail}  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": {**base, "city": "Brno"}})


def p6_merge(cookie, mail):
    props = {"city": "Brno"} | {"email": mail}  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p7_update(cookie, mail):
    props = {"city": "Brno"}
    props.update(email=mail)  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p8_popped(cookie, mail):
    props = {"city": "Brno", "email": mail}
    props.pop("email", None)
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p9_deleted(cookie, mail):
    props = {"city": "Brno", "email": mail}
    del props["email"]
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p10_other_popped(cookie, mail):
    props = {"city": "Brno", "email": mail}  # expect: identifier-in-api-properties
    props.pop("city")
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p11_filtered_values(cookie, mail):
    props = {k: v for k, v in {
        "email": mail,  # expect: identifier-in-api-properties
        "city": "Brno",
    }.items() if v}
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p12_filtered_key(cookie, mail):
    full = {"email": mail, "city": "Brno"}
    props = {k: v for k, v in full.items() if k != "email"}
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p13_conditional(cookie, mail, full):
    props = {"email": mail} if full else {"city": "Brno"}  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p14_id_if_there(cookie, mail=None):
    ids = {"cookie": cookie}
    if mail:
        ids["registered"] = mail.lower()
    return send({"customer_ids": ids, "properties": {"email": mail}})


def p15_ids_by_function(order):
    return send({"customer_ids": p15_ids(order), "properties": {"email": (order.get("email") or "").lower() or None}})


def p15_ids(order):
    ids = {}
    email = (order.get("email") or "").strip().lower()
    if email:
        ids["registered"] = email
    return ids


def p16_append(people):
    commands = []
    for person in people:
        commands.append({"name": "customers", "data": {
            "customer_ids": {"cookie": person["cookie"]},
            "properties": {"email": person["mail"]},  # expect: identifier-in-api-properties
        }})
    return send({"commands": commands})


def p17_comprehension(people):
    return send({"commands": [
        {"name": "customers", "data": {
            "customer_ids": {"cookie": person.cookie},
            "properties": {"email": person.mail},  # expect: identifier-in-api-properties
        }} for person in people
    ]})


def p18_kwargs(cookie, **props):
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p18_caller(mail):
    return p18_kwargs("c", city="Brno", email=mail)  # expect: identifier-in-api-properties


def p19_args(*args):
    cookie, props = args
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p19_caller(mail):
    return p19_args("c", {"email": mail})  # expect: identifier-in-api-properties


def p20_partial(cookie, props):
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


p20 = partial(p20_partial, "c")


def p20_caller(mail):
    return p20({"email": mail})  # expect: identifier-in-api-properties


@dataclass
class Profile:
    email: str
    city: str = "Brno"


def p21_dataclass(cookie, mail):
    profile = Profile(email=mail)  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": asdict(profile)})


def p22_setdefault(cookie, mail):
    props = {}
    props.setdefault("email", mail)  # expect: identifier-in-api-properties
    return send({"customer_ids": {"cookie": cookie}, "properties": props})


def p23_unpacked_tuple(mail):
    ids, props = {"cookie": "c"}, {"email": mail}  # expect: identifier-in-api-properties
    return send({"customer_ids": ids, "properties": props})


def p24_walrus(cookie, form):
    if mail := form.get("email"):
        return send({"customer_ids": {"cookie": cookie}, "properties": {"email": mail}})  # expect: identifier-in-api-properties
    return None


def p25_reads(mail, ids):
    send({"customer_ids": {"registered": mail}, "attributes": [{"type": "property", "property": "email"}]})
    send({"customer_ids": ids, "event_types": ["session"]})
    send({"customer_ids": [1, 2], "email": mail})
    send({"customer_ids": {"registered": mail}, "properties": ["email"]})


def p26_event(cookie, mail):
    return send({
        "customer_ids": {"cookie": cookie},
        "event_type": "newsletter",
        "properties": {"email": mail},  # expect: identifier-only-in-event
    })


def p27_str_of_maybe(order):
    return send({
        "customer_ids": {"registered": str(order.get("email") or None)},  # expect: placeholder-id
        "properties": {"city": "Brno"},
    })


class Client:
    def __init__(self, http):
        self._http = http

    def _ids(self, key):
        return {"cookie": key}

    def save(self, key, properties):
        self._http.post(URL, json={"customer_ids": self._ids(key), "properties": dict(properties)})


def p28_class(http, mail):
    Client(http).save("c", {"email": mail})  # expect: identifier-in-api-properties


class Quiet(Client):
    def save(self, key, properties):
        super().save(key, {k: v for k, v in properties.items() if k != "email"})


def p29_subclass_takes_it_out(http, mail):
    Quiet(http).save("c", {"email": mail})


def p30_logged_only(mail):
    print({"customer_ids": {"cookie": "c"}, "properties": {"email": mail}})


def send(body):
    requests.post(URL, json=body)
