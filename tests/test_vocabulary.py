"""What names, values and calls mean: the vocabulary's tables, row by row."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config, Sink, rules_dir
from trackaudit.errors import RuleError
from trackaudit.vocabulary import Argument, Identity, Listed, Shape, Vocabulary, load_vocabulary
from trackaudit.vocabulary.load import load_data
from trackaudit.vocabulary.words import split

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = load_vocabulary(Config())

KEYS = """
email email unknown
Email email unknown
EMAIL email unknown
e-mail email unknown
eMail email unknown
E_MAIL email unknown
E-Mail email unknown
mail email unknown
email_address email unknown
emailAddress email unknown
EmailAddress email unknown
emailaddress email unknown
e_mail_address email unknown
$email email unknown
_email email unknown
customer_email email customer
customerEmail email customer
customerEmailAddress email customer
user_email email customer
userEmail email customer
useremail email customer
user.email email customer
user[email] email customer
user.contact.email email customer
contact_email email unknown
contact[email] email unknown
billing_email email unknown
billingEmail email unknown
shipping_email email unknown
subscriber_email email customer
account_email email customer
member_email email customer
primary_email email unknown
email_primary email unknown
my_email email unknown
personalEmail email unknown
order_email email unknown
newsletter_email email unknown
guest_email email customer
correo email unknown
correo_electronico email unknown
courriel email unknown
adresse_mail email unknown
e-posta email unknown
emailAdresse email unknown
e-mailová adresa email unknown
email_consent none unknown
emailConsent none unknown
consent_email none unknown
has_email none unknown
hasEmail none unknown
email_verified none unknown
verified_email none unknown
isEmailValid none unknown
is_email_valid none unknown
email_valid none unknown
emails_opened unknown unknown
email_opened none unknown
email_frequency none unknown
emailFrequency none unknown
emailTemplate none unknown
email_template none unknown
email_domain none unknown
email_length none unknown
email_provider none unknown
email_status none unknown
email_type none unknown
email_marketing none unknown
email_optin none unknown
email_opt_out none unknown
email_subscription none unknown
email_subscribed none unknown
email_notification none unknown
cell unknown unknown
email_notifications none unknown
email_preferences none unknown
email_campaign none unknown
email_subject none unknown
email_count none unknown
email_sent_at none unknown
last_email_date none unknown
accepts_email none unknown
receive_email none unknown
send_email none unknown
validate_email none unknown
email_client unknown unknown
email_subscriber unknown unknown
email_newsletter unknown unknown
emails unknown unknown
email1 unknown unknown
email2 unknown unknown
email_2 unknown unknown
email_id unknown unknown
email_hash unknown unknown
mailing unknown unknown
mailing_list unknown unknown
mail_list none unknown
mailbox unknown unknown
mailchimp unknown unknown
gmail unknown unknown
voicemail unknown unknown
address unknown unknown
mail_address unknown unknown
agent_email email other
seller_email email other
store.email email other
store_email email other
customer_store_email email other
shop_email email other
support_email email other
customer_support_email email other
customer_service_email email other
account_manager_email email other
recipientEmail email other
recipient_email email other
friend_email email other
friendEmail email other
referrer_email email other
referral_email email other
company_email email other
sender_email email other
gift_email email other
email_to email other
from_email email other
reply_to_email email other
invitee_email email other
phone phone unknown
Phone phone unknown
phoneNumber phone unknown
phone_number phone unknown
phone_no phone unknown
phonenumber phone unknown
customer_phone phone customer
user_phone_number phone customer
billing_phone phone unknown
telephone phone unknown
telephone_number phone unknown
tel phone unknown
mobile phone unknown
mobile_number phone unknown
mobilePhone phone unknown
mobile_phone_number phone unknown
cell_phone phone unknown
msisdn phone unknown
telefon phone unknown
handynummer phone unknown
telefonnummer phone unknown
teléfono phone unknown
telefonní číslo phone unknown
store_phone phone other
phone_model none unknown
phone_type none unknown
phone_verified none unknown
phone_brand none unknown
phone_country_code none unknown
has_phone none unknown
mobile_app none unknown
mobile_version none unknown
mobile_user unknown unknown
is_mobile none unknown
isMobile none unknown
headphone unknown unknown
customer_id customer_id customer
customerId customer_id customer
customerID customer_id customer
customerid customer_id customer
CUSTOMER_ID customer_id customer
user_id customer_id customer
userId customer_id customer
userid customer_id customer
user.id customer_id customer
user_pk customer_id customer
userUuid customer_id customer
client_id customer_id customer
client_no customer_id customer
clientNumber customer_id customer
member_number customer_id customer
account_number customer_id customer
account_no customer_id customer
my_account_number customer_id customer
id_customer customer_id customer
kundennummer customer_id customer
seller_account_id customer_id other
friend_user_id customer_id other
order_id unknown unknown
orderNumber unknown unknown
product.id unknown unknown
product_id unknown unknown
cart_id unknown unknown
session_id unknown unknown
google_client_id unknown unknown
customer_group_id unknown unknown
user_ids unknown unknown
userIDs unknown unknown
id unknown unknown
number unknown unknown
customer unknown unknown
user unknown unknown
username unknown unknown
first_name unknown unknown
customer_name unknown unknown
registered unknown unknown
cookie unknown unknown
contact unknown unknown
source unknown unknown
"""

VALUES = """
email email unknown unknown
mail email unknown unknown
$email email unknown unknown
_email email unknown unknown
theEmail email unknown unknown
emailValue email unknown unknown
emailInput email unknown unknown
rawEmail email unknown unknown
normalizedEmail email unknown unknown
normalized_email email unknown unknown
emailSha256 email unknown unknown
hashedEmail email unknown unknown
emailParam email unknown unknown
email1 unknown unknown unknown
email2 unknown unknown unknown
newEmail unknown unknown unknown
emailId unknown unknown unknown
emailLabel none unknown unknown
emailError none unknown unknown
emailRegex none unknown unknown
isEmail none unknown unknown
hasEmail none unknown unknown
emailIsValid none unknown unknown
emailConsent none unknown unknown
emails unknown unknown unknown
user.email email customer unknown
user.contact.email email customer unknown
user.emailAddress email customer unknown
user.email.address email customer unknown
user.email.toLowerCase email customer unknown
user.email.toLowerCase.() email customer unknown
user.email.trim.().toLowerCase.() email customer unknown
this.email email unknown unknown
self.email email unknown unknown
this.user.email email customer unknown
props.user.email email customer unknown
props.email email unknown unknown
data.email email unknown unknown
values.email email unknown unknown
payload.email email unknown request
order.email email unknown unknown
order.customer.email email customer unknown
order.billing.email email unknown unknown
order.recipient.email email other unknown
order.seller.user.email email other unknown
customer.agent.email email other unknown
user.friend.email email other unknown
user.company.email email other unknown
company.contact.email email other unknown
store.email email other unknown
shop.email email other unknown
shop.customer.email email customer unknown
store.state.user.email email customer unknown
$store.state.email email unknown unknown
userStore.email email customer unknown
useUserStore.().email email customer unknown
config.supportEmail email other unknown
config.email email other unknown
settings.contact_email email other unknown
settings.CONTACT_EMAIL email other unknown
site.email email other unknown
tagManager.user.email email customer unknown
sessionManager.user.email email customer session
process.env.CONTACT_EMAIL email other env
os.environ.ADMIN_EMAIL email other env
os.environ.get.(USER_EMAIL) email other env
process.env.NEXT_PUBLIC_CUSTOMER_ID unknown other env
referralForm.email.value email other dom
inviteForm.elements.email.value email other dom
getCustomerEmail.() email customer unknown
getEmail.() email unknown unknown
get_email.() email unknown unknown
customer.getEmail.() email customer unknown
fetchUserEmail.() email customer unknown
useUserEmail.() email customer unknown
email.() email unknown unknown
getEmailFromForm.() email unknown dom
getEmailByUserId.() email unknown unknown
getUserByEmail.() unknown unknown unknown
findByEmail.() unknown unknown unknown
sendEmail.() none unknown unknown
validateEmail.() none unknown unknown
validate_email.() none unknown unknown
isValidEmail.() none unknown unknown
checkEmail.() none unknown unknown
maskEmail.() none unknown unknown
getEmailDomain.() none unknown unknown
getEmailTemplate.() none unknown unknown
email.length none unknown unknown
email.split.(@).1 none unknown unknown
email.split.(@) none unknown unknown
email.includes.(@) none unknown unknown
email.indexOf.(@) none unknown unknown
email.find.(@) none unknown unknown
email.match.() none unknown unknown
email.endswith.(x) none unknown unknown
email.substring.() none unknown unknown
email.domain none unknown unknown
user.email_verified none unknown unknown
user.emailVerified none unknown unknown
user.hasEmail none unknown unknown
errors.email none unknown unknown
form.email.errors none unknown dom
formik.errors.email none unknown unknown
user.preferences.email none unknown unknown
consents.email none unknown unknown
settings.notifications.email none unknown unknown
t.(email) unknown unknown unknown
i18n.t.(email) unknown unknown unknown
getLabel.(email) none unknown unknown
email.subject none unknown unknown
email.id unknown unknown unknown
user.emails.0.value email customer unknown
user.emailAddresses.0.emailAddress email customer unknown
user.primaryEmailAddress.emailAddress email customer unknown
document.querySelector.(#email).value email unknown dom
document.querySelector.(#customer-email).value email customer dom
document.querySelector.(.email-input).value email unknown dom
document.querySelector.(input[name="email"]).value email unknown dom
document.querySelector.([type=email]).value email unknown dom
document.querySelector.(form.footer input[type="email"]).value email unknown dom
document.querySelector.(#newsletter-form).value unknown unknown dom
document.querySelector.(#friend-email).value email other dom
document.querySelector.(#email-consent).checked none unknown dom
document.querySelector.(#email).length none unknown dom
document.getElementById.(email).value email unknown dom
document.getElementById.(userEmail).value email customer dom
document.getElementsByName.(email).0.value email unknown dom
document.forms.0.email.value email unknown dom
$.(input[name="email"]).val.() email unknown dom
$.(input[name="contact[email]"]).val.() email unknown dom
$.(#email).val.().trim.() email unknown dom
$.(#email).val email unknown dom
$.(#email).prop.(value) email unknown dom
$.(#email).prop.(checked) none unknown dom
$.(#email).is.(:valid) none unknown dom
$.(#optin).val.() unknown unknown dom
$.(#phone).val.() phone unknown dom
$.(input[type=tel]).val.() phone unknown dom
form.email.value email unknown dom
form.elements.email.value email unknown dom
event.target.email.value email unknown dom
e.target.value unknown unknown dom
event.target.elements.email.value email unknown dom
emailInput.value email unknown dom
emailRef.current.value email unknown dom
userEmailInput.value email customer dom
emailField.data email unknown dom
form.email.data email unknown dom
formData.get.(email) email unknown dom
FormData.().get.(email) email unknown dom
getValues.(email) email unknown unknown
form.getFieldValue.(email) email unknown dom
req.body.email email unknown request
request.body.email email unknown request
request.form.email email unknown request
request.form.get.(email) email unknown request
request.POST.get.(email) email unknown request
request.data.email email unknown request
request.json.email email unknown request
req.query.email email unknown request
body.email email unknown request
params.email email unknown request
form.cleaned_data.email email unknown request
form.cleaned_data.get.(email) email unknown request
req.body.user.email email customer request
req.user.email email customer session
request.user.email email customer session
session.user.email email customer session
req.session.user.email email customer session
session.get.(email) email unknown session
currentUser.email email customer session
current_user.email email customer session
auth.user.email email customer session
useSession.().data.user.email email customer session
useAuth.().user.email email customer session
localStorage.getItem.(email) email unknown storage
localStorage.email email unknown storage
sessionStorage.getItem.(userEmail) email customer storage
Cookies.get.(email) email unknown storage
getCookie.(email) email unknown storage
request.cookies.get.(email) email unknown storage
URLSearchParams.().get.(email) email unknown url
searchParams.get.(email) email unknown url
useSearchParams.().get.(email) email unknown url
router.query.email email unknown url
$route.query.email email unknown url
window.location.search unknown unknown url
row.email email unknown column
row.get.(email) email unknown column
df.email email unknown column
record.user_email email customer column
user.phone phone customer unknown
user.phone_number phone customer unknown
user.mobile phone customer unknown
device.mobile none unknown unknown
isMobile.() none unknown unknown
customer.phones.0 phone customer unknown
user.id customer_id customer unknown
user._id customer_id customer unknown
user.pk customer_id customer unknown
user.uuid customer_id customer unknown
user.id.toString.() customer_id customer unknown
customer.id customer_id customer unknown
customer.pk customer_id customer unknown
customer.customer_id customer_id customer unknown
customer.getId.() customer_id customer unknown
currentUser.id customer_id customer session
current_user.id customer_id customer session
getCurrentUser.().id customer_id customer session
session.user.id customer_id customer session
session.userId customer_id customer session
userId customer_id customer unknown
customerId customer_id customer unknown
order.customer.id customer_id customer unknown
account.number customer_id customer unknown
seller.user.id customer_id other unknown
product.id unknown unknown unknown
order.id unknown unknown unknown
customer.group.id unknown unknown unknown
users.0.id unknown unknown unknown
cart.id unknown unknown unknown
item.id unknown unknown unknown
id unknown unknown unknown
user unknown unknown unknown
user.name unknown unknown unknown
user.data unknown unknown unknown
data unknown unknown unknown
ChannelEnum.EMAIL none unknown unknown
ContactType.Email none unknown unknown
contactMethods.email none unknown unknown
Contact.Email none unknown unknown
Customer.Email email customer unknown
e.Email email unknown unknown
cell.value unknown unknown unknown
anonymousId opaque unknown unknown
uuidv4.() opaque unknown unknown
crypto.randomUUID.() opaque unknown unknown
visitor_id opaque customer unknown
"""


def rows(table: str) -> list[tuple[str, ...]]:
    width = len(table.strip().splitlines()[0].split())
    return [tuple(line.rsplit(maxsplit=width - 1)) for line in table.strip().splitlines()]


def path(text: str) -> tuple[str, ...]:
    """`a.b.().c.(x.y)` as a path: dots inside parentheses belong to the literal."""
    parts, word, depth = [], "", 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "." and not depth:
            parts.append(word)
            word = ""
        else:
            word += char
    expanded: list[str] = []
    for part in [*parts, word]:
        name, bracket, rest = part.partition("(")
        expanded += [name] if name else []
        expanded += [bracket + rest] if bracket else []
    return tuple(expanded)


@pytest.mark.parametrize(("key", "kind", "owner"), rows(KEYS))
def test_a_key_tells_whether_it_names_an_identifier_and_whose(key: str, kind: str, owner: str) -> None:
    assert VOCABULARY.key_identity(key) == Identity(kind, owner, "unknown")


@pytest.mark.parametrize(("value", "kind", "owner", "origin"), rows(VALUES))
def test_a_value_tells_whether_it_is_an_identifier_whose_and_from_where(
    value: str, kind: str, owner: str, origin: str
) -> None:
    assert VOCABULARY.value_identity(path(value)) == Identity(kind, owner, origin)


def test_a_name_is_split_into_words_at_case_marks_and_accents() -> None:
    assert split("userIDs") == ["user", "ids"]
    assert split("HTMLParser") == ["html", "parser"]
    assert split("E_MAIL") == split("eMail") == split("e-mail") == ["e", "mail"]
    assert split("Teléfono-Größe") == ["telefono", "grosse"]
    assert split("$") == split("") == []


@pytest.mark.parametrize(
    ("text", "key", "kind", "owner"),
    [
        ("jo@example.com", "email", "email", "unknown"),
        ("jo@example.com", "customer_email", "email", "customer"),
        ("jo@example.com", "contact", "none", "unknown"),
        ("jo@example.com", "friend_email", "email", "other"),
        ("support@example.com", "email", "email", "other"),
        ("daily", "email", "none", "unknown"),
        ("", "email", "none", "unknown"),
        ("@example.com", "email", "none", "unknown"),
        ("jo@localhost", "email", "none", "unknown"),
        ("Jo <jo@example.com>", "email", "none", "unknown"),
        ("+421 900 123 456", "phone", "phone", "unknown"),
        ("iPhone", "phone", "none", "unknown"),
        ("42", "customer_id", "customer_id", "customer"),
        (" ", "customer_id", "none", "customer"),
        ("yes", "email_consent", "none", "unknown"),
    ],
)
def test_a_literal_speaks_only_under_an_identifier_key_and_in_full(text: str, key: str, kind: str, owner: str) -> None:
    assert VOCABULARY.literal_identity(text, key) == Identity(kind, owner, "literal")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("contact", "user.email", Identity("email", "customer", "unknown")),
        ("email", "x", Identity("email", "unknown", "unknown")),
        ("email", "settings.notifications.email", Identity("none", "unknown", "unknown")),
        ("has_email", "user.email", Identity("none", "customer", "unknown")),
        ("email", "order.recipient.email", Identity("email", "other", "unknown")),
        ("friend_email", "form.email.value", Identity("email", "other", "dom")),
        ("customer_id", "user.email", Identity("email", "customer", "unknown")),
        ("user_id", "uuidv4.()", Identity("customer_id", "customer", "unknown")),
        ("first_name", "user.firstName", Identity("unknown", "unknown", "unknown")),
    ],
)
def test_key_and_value_speak_together(key: str, value: str, expected: Identity) -> None:
    assert VOCABULARY.entry_identity(key, VOCABULARY.value_identity(path(value))) == expected


@pytest.mark.parametrize(
    ("module", "callee", "language", "sdk", "operation", "receiver"),
    [
        ("", "exponea.update", "javascript", "exponea-js", "update", "exponea"),
        ("", "window.exponea.identify", "javascript", "exponea-js", "identify", "exponea"),
        ("", "globalThis.exponea.track", "javascript", "exponea-js", "event", "exponea"),
        ("", "window.top.exponea.anonymize", "javascript", "exponea-js", "anonymize", "exponea"),
        ("", "self.sdk.update", "javascript", "exponea-js", "update", "self.sdk"),
        ("", "window.self.sdk.update", "javascript", "exponea-js", "update", "self.sdk"),
        ("", "self.exponea.update", "javascript", "exponea-js", "update", "exponea"),
        ("", "webxpClient.sdk.identify", "javascript", "exponea-js", "identify", "webxpClient.sdk"),
        ("", "window.webxpClient.sdk.identify", "javascript", "exponea-js", "identify", "webxpClient.sdk"),
        ("", "brweb.identify", "javascript", "exponea-js", "identify", "brweb"),
        ("", "exponea.start", "javascript", "exponea-js", "start", "exponea"),
        ("", "$exponea.update", "javascript", "exponea-js", "update", "exponea"),
        ("", "infinario.update", "javascript", "infinario-js", "update", "infinario"),
        ("", "infinario.update", "python", "infinario-python", "update", "infinario"),
        ("infinario", "Infinario", "python", "infinario-python", "start", "Infinario()"),
        ("infinario", "Infinario.().identify", "python", "infinario-python", "identify", "Infinario()"),
        ("infinario.client", "Infinario.().track", "python", "infinario-python", "event", "Infinario()"),
        (
            "exponea_python_sdk",
            "Exponea.().tracking.add_event",
            "python",
            "exponea-python-sdk",
            "event",
            "Exponea().tracking",
        ),
        (
            "exponea_python_sdk.client",
            "Exponea.().tracking.update_customer_properties",
            "python",
            "exponea-python-sdk",
            "update",
            "Exponea().tracking",
        ),
        (
            "exponea_python_sdk",
            "client.Exponea.().tracking.add_event",
            "python",
            "exponea-python-sdk",
            "event",
            "Exponea().tracking",
        ),
        (
            "react-native-exponea-sdk",
            "default.identifyCustomer",
            "javascript",
            "react-native-exponea-sdk",
            "identify",
            "default",
        ),
        ("react-native-exponea-sdk", "trackEvent", "javascript", "react-native-exponea-sdk", "event", ""),
        ("", "Exponea.identifyCustomer", "javascript", "react-native-exponea-sdk", "identify", "Exponea"),
    ],
)
def test_a_call_of_an_sdk_is_a_sink(
    module: str, callee: str, language: str, sdk: str, operation: str, receiver: str
) -> None:
    found = VOCABULARY.call_sink(module, path(callee), language)
    assert found is not None
    assert (found.sdk, found.operation, found.receiver) == (sdk, operation, receiver)


@pytest.mark.parametrize(
    ("module", "callee", "language"),
    [
        ("", "exponea.getHtml", "javascript"),
        ("", "exponea", "javascript"),
        ("", "update", "javascript"),
        ("", "sdk.update", "javascript"),
        ("", "this.sdk.update", "javascript"),
        ("", "self.sdk.update", "python"),
        ("", "exponea.update", "python"),
        ("", "brweb.identify", "python"),
        ("", "customer.exponea.update", "javascript"),
        ("infinario", "Infinario.update", "python"),
        ("infinario_tools", "Infinario.().update", "python"),
        ("exponea_python_sdk", "Exponea.().customer.get_customer", "python"),
        ("./exponea", "update", "javascript"),
        ("react-native-exponea-sdk", "default.identifyCustomer", "python"),
        ("", "", "javascript"),
    ],
)
def test_a_call_that_only_looks_like_one_is_none(module: str, callee: str, language: str) -> None:
    assert VOCABULARY.call_sink(module, path(callee) if callee else (), language) is None


def test_arguments_are_found_by_position_keyword_and_path() -> None:
    start = VOCABULARY.call_sink("", ("exponea", "start"), "javascript")
    assert start is not None
    assert start.arguments == {"ids": Argument(0, "", ("customer",)), "token": Argument(0, "", ("token",))}
    assert (start.scalar_id, start.stateful, start.channel) == ("registered", True, "page")
    event = VOCABULARY.call_sink("exponea_python_sdk", ("Exponea", "()", "tracking", "add_event"), "python")
    assert event is not None
    assert event.arguments == {
        "ids": Argument(0, "customer_ids"),
        "event": Argument(1, "event_type"),
        "properties": Argument(2, "properties"),
    }
    assert (event.scalar_id, event.stateful, event.channel) == ("", False, "api")
    made = VOCABULARY.call_sink("infinario", ("Infinario",), "python")
    assert made is not None
    assert made.arguments == {"ids": Argument(1, "customer"), "token": Argument(0, "token")}


def test_names_of_receivers_are_known_and_others_are_not() -> None:
    assert all(
        VOCABULARY.is_sdk_name(name) for name in ("exponea", "$exponea", "_exponea", "infinario", "brweb", "Exponea")
    )
    assert not any(
        VOCABULARY.is_sdk_name(name) for name in ("sdk", "self", "client", "webxpClient", "tracking", "update", "")
    )


def test_the_configurations_globals_and_sinks_are_sinks() -> None:
    vocabulary = load_vocabulary(
        Config(
            globals=("brx", "acme.sdk"),
            sinks=(
                Sink("@acme/analytics.setCustomer", properties="0"),
                Sink("acme.crm.push", ids="customer_ids", properties="properties"),
                Sink("acme.Client().log", event="0", properties="1", stateful=True),
            ),
        )
    )
    brx = vocabulary.call_sink("", ("window", "brx", "update"), "javascript")
    assert brx is not None and (brx.sdk, brx.receiver) == ("exponea-js", "brx")
    assert vocabulary.call_sink("", ("acme", "sdk", "identify"), "javascript") is not None
    assert vocabulary.is_sdk_name("brx")
    for callee in (("setCustomer",), ("default", "setCustomer")):
        named = vocabulary.call_sink("@acme/analytics", callee, "javascript")
        assert named is not None
        assert (named.operation, named.stateful, named.arguments) == ("update", True, {"properties": Argument(0)})
    python = vocabulary.call_sink("acme.crm", ("push",), "python")
    assert python is not None and python == vocabulary.call_sink("acme", ("crm", "push"), "python")
    assert (python.operation, python.stateful, python.channel) == ("update", False, "api")
    assert python.arguments == {"ids": Argument(-1, "customer_ids"), "properties": Argument(-1, "properties")}
    browser = vocabulary.call_sink("", ("window", "acme", "crm", "push"), "javascript")
    assert browser is not None and browser.arguments["ids"] == Argument(0, "", ("customer_ids",))
    made = vocabulary.call_sink("acme", ("Client", "()", "log"), "python")
    assert made is not None and (made.operation, made.channel) == ("event", "page")
    assert vocabulary.call_sink("@acme/other", ("setCustomer",), "javascript") is None
    assert {b"brx", b"acme.sdk", b"@acme/analytics", b"acme"} - set(vocabulary.anchors.words) == {
        b"acme.sdk",
        b"@acme/analytics",
    }


def test_no_anchor_is_part_of_another() -> None:
    anchors = VOCABULARY.anchors.words
    assert {b"exponea", b"infinario", b"customer_ids", b"brweb", b"id_mappings"} <= set(anchors)
    assert not [(a, b) for a in anchors for b in anchors if a != b and a in b]


def at(record: object, steps: tuple[str, ...]) -> object:
    for step in steps:
        if not isinstance(record, dict) or step not in record:
            return ...
        record = record[step]
    return record


def matching(record: dict[str, object]) -> list[str]:
    """The shapes that a plain record has, as the evaluator tells it for what is fully known."""

    def holds(shape: Shape) -> bool:
        for steps, test in shape.require:
            value = at(record, steps)
            right = {"record": isinstance(value, dict), "list": isinstance(value, list), "any": value is not ...}
            if not right.get(test, value == test[1:]):
                return False
        return all(at(record, steps) is ... for steps in shape.unless)

    return [shape.name for shape in VOCABULARY.shapes if holds(shape)]


IDS: dict[str, object] = {"registered": "jo@example.com"}
PROPERTIES: dict[str, object] = {"email": "jo@example.com"}
MAPPING: dict[str, object] = {"column_mapping": {"id_mappings": [], "property_mappings": []}}


@pytest.mark.parametrize(
    ("record", "shapes"),
    [
        ({"customer_ids": IDS, "properties": PROPERTIES}, ["customer"]),
        ({"customer_ids": IDS, "properties": PROPERTIES, "update_timestamp": 1}, ["customer"]),
        ({"customer_ids": IDS, "event_type": "x", "properties": PROPERTIES}, ["event"]),
        ({"customer_ids": IDS, "event_type": "x"}, ["event"]),
        ({"customer_ids": IDS, "type": "x", "properties": PROPERTIES}, ["event-misspelt"]),
        ({"customer_ids": IDS, "type": "x", "properties": {}, "project_id": "p"}, ["legacy-event"]),
        ({"ids": IDS, "project_id": "p", "properties": PROPERTIES}, ["legacy-customer"]),
        ({"name": "customers", "data": {"customer_ids": IDS, "properties": PROPERTIES}}, []),
        ({"name": "customers", "data": {"ids": IDS, "properties": PROPERTIES}}, ["customer-command-misspelt"]),
        ({"name": "customers/events", "data": {"ids": IDS, "event_type": "x"}}, ["event-command-misspelt"]),
        ({"name": "crm/customers", "data": {"ids": IDS, "properties": PROPERTIES}}, ["legacy-customer-command"]),
        (
            {"name": "crm/customers", "data": {"customer_ids": IDS, "properties": PROPERTIES}},
            ["legacy-customer-command-misspelt"],
        ),
        ({"name": "crm/events", "data": {"customer_ids": IDS, "type": "x"}}, ["legacy-event-command"]),
        ({"destination": {"customer_destination": {}}, "mapping": MAPPING}, ["customer-import"]),
        ({"destination": {"event_destination": {"event_type": "x"}}, "mapping": MAPPING}, ["event-import"]),
        ({"name": "x", "mapping": MAPPING}, ["bare-import"]),
        # What must stay silent.
        ({"customer_ids": ["cus_1", "cus_2"], "properties": PROPERTIES}, []),
        ({"customer_ids": ["123-456-7890"], "event_type": "x"}, []),
        ({"customer_ids": [[6, 0, [1]]], "name": "odoo"}, []),
        ({"customer_ids": IDS}, []),
        ({"customer_ids": IDS, "attributes": [{"type": "id", "id": "registered"}]}, []),
        ({"customer_ids": IDS, "attributes": [], "properties": PROPERTIES}, []),
        ({"customer_ids": IDS, "event_types": ["x"]}, []),
        ({"customer_ids": IDS, "properties": ["email"]}, []),
        ({"customer_ids": IDS, "limit": 10, "status": "paid"}, []),
        ({"ids": IDS, "properties": PROPERTIES, "events": []}, []),
        ({"ids": IDS, "properties": PROPERTIES}, []),
        ({"name": "customers", "data": [1, 2]}, []),
        ({"destination": {"catalog_destination": {"catalog_name": "c"}}, "mapping": MAPPING}, []),
        ({"mapping": {"column_mapping": {"a": "b"}}}, []),
        ({"mapping": {"a": "b"}, "properties": {"email": {"type": "keyword"}}}, []),
        ({"type": "object", "properties": {"email": {"type": "string"}}}, []),
        ({"email": "jo@example.com"}, []),
    ],
)
def test_payloads_are_told_from_their_false_friends(record: dict[str, object], shapes: list[str]) -> None:
    assert matching(record) == shapes
    assert not shapes or not VOCABULARY.shape_keys.isdisjoint(record)


def test_a_mapping_is_a_list_of_names_and_columns() -> None:
    shape = next(shape for shape in VOCABULARY.shapes if shape.name == "customer-import")
    assert shape.ids == Listed(("mapping", "column_mapping", "id_mappings"), "to_id", "from_column")
    assert shape.properties == Listed(("mapping", "column_mapping", "property_mappings"), "to_column", "from_column")
    assert (shape.operation, shape.channel, shape.stateful) == ("import", "import", False)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("String", "str"),
        ("str", "str"),
        ("JSON.stringify", "json"),
        ("json.dumps", "json"),
        ("encodeURIComponent", "encode"),
        ("hashlib.sha256", "hash"),
        ("CryptoJS.SHA256", "hash"),
        ("sha256Email", "hash"),
        ("hash_email", "hash"),
        ("emailHash", "hash"),
        ("utils.hashEmail", "hash"),
        ("normalizeEmail", "lower"),
        ("normalize_email", "lower"),
        ("validator.normalizeEmail", "lower"),
        ("cleanEmail", "lower"),
        ("trimEmail", "trim"),
        ("_.trim", "trim"),
        ("toLower", "lower"),
        ("isNormalizedEmail", None),
        ("validateEmail", None),
        ("verifyHash", None),
        ("getEmailDomain", None),
        ("normalizeUrl", None),
        ("formatPrice", None),
        ("foo", None),
        ("", None),
    ],
)
def test_a_function_keeps_the_identity_or_not(name: str, step: str | None) -> None:
    assert VOCABULARY.function_transform(name) == step


def test_methods_keep_the_identity_or_not() -> None:
    assert {
        name: VOCABULARY.method_transform(name) for name in ("trim", "strip", "toLowerCase", "casefold", "toString")
    } == {
        "trim": "trim",
        "strip": "trim",
        "toLowerCase": "lower",
        "casefold": "lower",
        "toString": "str",
    }
    assert [VOCABULARY.method_transform(name) for name in ("split", "includes", "slice", "replace")] == [None] * 4


@pytest.mark.parametrize(
    ("name", "sends"),
    [
        ("requests.post", True),
        ("fetch", True),
        ("axios.post", True),
        ("axios.put", True),
        ("client.request", True),
        ("urlopen", True),
        ("urllib.request.urlopen", True),
        ("navigator.sendBeacon", True),
        ("self._http.post", True),
        ("$.ajax", True),
        ("queue.publish", True),
        ("apiRequest", True),
        ("send_event", True),
        ("res.send", False),
        ("window.postMessage", False),
        ("build_request", False),
        ("items.push", False),
        ("console.log", False),
        ("request.get", False),
        ("sender", False),
        ("compute", False),
    ],
)
def test_a_sender_is_known_by_its_last_name(name: str, sends: bool) -> None:
    assert VOCABULARY.is_sender(name) is sends


@pytest.mark.parametrize(
    ("name", "logs"),
    [
        ("console.log", True),
        ("logger.info", True),
        ("self.logger.error", True),
        ("this.appLogger.warn", True),
        ("logging.debug", True),
        ("print", True),
        ("exponea.track", False),
        ("catalog.update", False),
        ("login", False),
        ("blog.post", False),
    ],
)
def test_a_call_that_only_logs_is_known(name: str, logs: bool) -> None:
    assert VOCABULARY.is_logging(name) is logs


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("submit", "submit"),
        ("onSubmit", "submit"),
        ("handleSubmit", "submit"),
        ("handleSignUp", "submit"),
        ("subscribeToNewsletter", "submit"),
        ("login", "submit"),
        ("register_user", "submit"),
        ("blur", "blur"),
        ("onBlur", "blur"),
        ("keyup", "blur"),
        ("onKeyUp", "blur"),
        ("focusout", "blur"),
        ("input", "blur"),
        ("onChange", "blur"),
        ("handleEmailChange", "blur"),
        ("load", "load"),
        ("DOMContentLoaded", "load"),
        ("window.onload", "load"),
        ("pageshow", "load"),
        ("componentDidMount", "load"),
        ("mounted", "load"),
        ("logout", "logout"),
        ("handleLogout", "logout"),
        ("signOut", "logout"),
        ("log_out_user", "logout"),
        ("confirmSubscription", "confirm"),
        ("onConfirm", "confirm"),
        ("email_confirmation", "confirm"),
        ("verifyEmail", "confirm"),
        ("activateAccount", "confirm"),
        ("confirmOrder", "none"),
        ("unsubscribe", "none"),
        ("click", "none"),
        ("onClick", "none"),
        ("changePassword", "none"),
        ("exchange", "none"),
        ("upload", "none"),
        ("loadProducts", "none"),
        ("isLoggedIn", "none"),
        ("isSubmitting", "none"),
        ("getUserInput", "none"),
        ("", "none"),
    ],
)
def test_a_handlers_name_tells_the_moment(name: str, moment: str) -> None:
    assert VOCABULARY.handler_kind(name) == moment


# ------------------------------------------------------------------------------------------------- the files


def folder_with(tmp_path: Path, text: str) -> str:
    folder = tmp_path / "rules" / "vocabulary"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    return str(folder)


def test_one_file_adds_an_sdk(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        """
        sdk: acme
        channel: page
        stateful: true
        language: javascript
        anchors: [acmeTrack]
        receivers: [acmeTrack]
        calls:
          setTraits: {operation: update, properties: 1}
        """,
    )
    vocabulary = load_vocabulary(Config(extend_rules=(str(tmp_path / "rules"),)))
    sink = vocabulary.call_sink("", ("window", "acmeTrack", "setTraits"), "javascript")
    assert sink is not None and sink.arguments == {"properties": Argument(1)}
    assert b"acmeTrack" in vocabulary.anchors.words
    assert vocabulary.call_sink("", ("exponea", "update"), "javascript") is not None


def test_one_file_adds_words(tmp_path: Path) -> None:
    folder_with(tmp_path, "kinds: {email: [pochta]}\ntests: [no]\n")
    vocabulary = load_vocabulary(Config(extend_rules=(str(tmp_path / "rules"),)))
    assert vocabulary.key_identity("customer_pochta").kind == "email"
    assert vocabulary.key_identity("email").kind == "email"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "sdk: acme\nchannel: pge\nstateful: true\nreceivers: [a]\ncals: {}\n",
            [
                'acme.yaml:2: channel cannot be "pge"; allowed: page,',
                'acme.yaml:5: unknown key "cals"',
                'did you mean "calls"?',
            ],
        ),
        ("sdk: acme\n", ["acme.yaml:1: channel is missing", "acme.yaml:1: stateful is missing"]),
        (
            "sdk: a\nchannel: page\nstateful: true\nreceivers: [a]\ncalls:\n  put: {operation: updte, ids: {a: 1}}\n",
            ['acme.yaml:6: operation cannot be "updte"', 'did you mean "update"?', "acme.yaml:6: ids is no argument"],
        ),
        (
            "sdk: a\nchannel: page\nstateful: true\ncalls:\n  put: {operation: update}\n",
            ["acme.yaml:4: calls need receivers"],
        ),
        (
            "sdk: a\nchannel: api\nstateful: false\nshapes:\n  x: {operation: update, ids: a}\n",
            ["acme.yaml:5: the shape x requires nothing"],
        ),
        (
            "sdk: a\nchannel: api\nstateful: false\nshapes:\n  x: {operation: update, require: {a: recrd}}\n",
            ["acme.yaml:5: a cannot be required to be 'recrd'; allowed: record, list, any, =text"],
        ),
        ("kinds: {emial: [x]}\n", ['acme.yaml:1: unknown key "emial" in kinds', 'did you mean "email"?']),
        ("kinds: {email: x}\n", ["acme.yaml:1: email must be a list"]),
        ("sdk: [\n", ["acme.yaml:2: not valid YAML"]),
        ("sdk: &a x\nchannel: *a\n", ["acme.yaml:2: aliases"]),
        ("- a\n", ["acme.yaml:1: a vocabulary file must be a mapping, not a list"]),
    ],
)
def test_a_broken_file_is_told_with_place_and_what_is_allowed(tmp_path: Path, text: str, problems: list[str]) -> None:
    with pytest.raises(RuleError) as caught:
        load_data([folder_with(tmp_path, text)])
    for problem in problems:
        assert problem in str(caught.value)


def test_the_data_is_plain_so_that_it_can_be_packed() -> None:
    import json

    data = load_data([f"{rules_dir()}/vocabulary"])
    again = json.loads(json.dumps(data))
    assert again == data
    assert Vocabulary(again, Config()).key_identity("email").kind == "email"


def test_a_module_of_an_sdk_or_of_a_declared_sink_is_known() -> None:
    vocabulary = load_vocabulary(Config(sinks=(Sink("@acme/analytics.setCustomer", properties="0"),)))
    known = ("infinario", "exponea_python_sdk.client", "react-native-exponea-sdk", "@acme/analytics")
    assert all(vocabulary.is_sdk_module(module) for module in known)
    assert not any(vocabulary.is_sdk_module(module) for module in ("", "infinario_tools", "@acme/other", "react"))
