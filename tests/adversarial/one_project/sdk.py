"""exponea_python_sdk and infinario."""
from exponea_python_sdk import Exponea
from infinario import Infinario

exponea = Exponea("token", username="u", password="p")


def s1(cookie, mail):
    exponea.tracking.update_customer_properties({"cookie": cookie}, {"email": mail})  # expect: identifier-in-api-properties


def s2_keywords(cookie, mail):
    exponea.tracking.update_customer_properties(
        properties={"email": mail},  # expect: identifier-in-api-properties
        customer_ids={"cookie": cookie},
    )


def s3_right(mail):
    exponea.tracking.update_customer_properties({"registered": mail}, {"email": mail})


def s4_batch(cookie, mail):
    command = exponea.tracking.update_customer_properties({"cookie": cookie}, {"email": mail}, batch=True)  # expect: identifier-in-api-properties
    exponea.tracking.batch_commands([command])


def s5_event(cookie, mail):
    exponea.tracking.add_event({"cookie": cookie}, "signup", {"email": mail})  # expect: identifier-only-in-event


def s6_infinario(mail):
    client = Infinario("token")
    client.update({"email": mail})  # expect: identifier-in-update


def s7_infinario_identified(mail):
    client = Infinario("token")
    client.identify(mail)
    client.update({"email": mail})


def s8_infinario_constructor(mail):
    client = Infinario("token", customer=mail)
    client.update({"email": mail})


def s9_other_client(mail):
    known = Infinario("token", customer=mail)
    known.track("login")
    client = Infinario("token")
    client.update({"email": mail})  # expect: identifier-in-update


def s10_identify_without_id(mail):
    client = Infinario("token")
    client.identify(properties={"email": mail})  # expect: identifier-in-update


def s11_not_the_sdk(mail, infinario):
    cache = {}
    cache.update({"email": mail})
    tracking = object()
    tracking.update({"email": mail})


def s12_shadow(mail):
    exponea = {}
    exponea.update({"email": mail})
