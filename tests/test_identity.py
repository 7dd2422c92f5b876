from __future__ import annotations

import pytest
from tracking import call, entry, mail, payload

from trackaudit.config import Config, Identifier
from trackaudit.identity import hard_id, identifier_kinds, implied_kind, infer, near_miss, words_of


def test_nothing_sent_gives_the_default() -> None:
    schema = infer([], Config())
    assert schema.source == "default"
    assert [(name.name, name.hard, name.holds) for name in schema.names] == [
        ("registered", True, "email"),
        ("cookie", False, "opaque"),
    ]


def test_names_and_kinds_come_from_the_calls_that_identify() -> None:
    schema = infer([call("identify", [entry("shopify_id", "user.id", "customer_id"), mail("email_id")])], Config())
    assert schema.source == "inferred"
    assert schema.get("shopify_id").holds == "customer_id"  # type: ignore[union-attr]
    assert schema.get("email_id").holds == "email"  # type: ignore[union-attr]
    assert schema.get("registered") is None


def test_the_cookie_is_soft_whatever_is_sent_in_it() -> None:
    schema = infer([call("identify", [mail("cookie")])], Config())
    cookie = schema.get("cookie")
    assert cookie is not None and not cookie.hard and cookie.holds == "opaque"


def test_the_majority_says_what_a_name_holds() -> None:
    calls = [call("identify", [mail("registered")]) for _ in range(2)]
    schema = infer([*calls, call("identify", [entry("registered", "user.id", "customer_id")])], Config())
    assert schema.get("registered").holds == "email"  # type: ignore[union-attr]


def test_one_entry_seen_by_several_callers_is_one_vote() -> None:
    wrong = entry("registered", "user.id", "customer_id")
    seen_twice = [call("identify", [wrong], unit=unit) for unit in ("a", "b")]
    rights = [call("identify", [mail("registered")]) for _ in range(2)]
    assert infer([*seen_twice, *rights], Config()).get("registered").holds == "email"  # type: ignore[union-attr]


def test_an_import_speaks_only_where_no_call_does() -> None:
    imported = call("import", [mail("registered")], channel="import", stateful=False)
    sent = call("identify", [entry("registered", "user.id", "customer_id")])
    assert infer([imported, sent], Config()).get("registered").holds == "customer_id"  # type: ignore[union-attr]
    assert infer([imported], Config()).get("registered").holds == "email"  # type: ignore[union-attr]


def test_a_friends_address_is_no_evidence() -> None:
    schema = infer([call("identify", [mail("friend_id", owner="other")])], Config())
    assert schema.get("friend_id") is None


def test_a_misspelt_name_is_no_name_of_the_project() -> None:
    calls = [call("identify", [mail("registered")]), call("identify", [mail("registred")])]
    assert infer(calls, Config()).get("registred") is None


def test_a_declared_schema_wins_and_keeps_the_evidence() -> None:
    config = Config(identifiers={"email_id": Identifier("hard", "email", True)})
    identified = call("identify", [mail("email_id", text="user.email")])
    schema = infer([identified], config)
    name = schema.get("email_id")
    assert schema.source == "declared"
    assert name is not None and name.declared and name.lowercased
    assert [(step.place, step.note) for step in name.evidence] == [
        (identified.ids.items[0].root, "`exponea.identify` sends `user.email` as `email_id`: e-mail address"),
    ]
    assert schema.get("cookie") is not None


def test_a_declared_name_without_kind_holds_what_is_sent() -> None:
    config = Config(identifiers={"registered": Identifier("hard")})
    schema = infer([payload([entry("registered", "user.id", "customer_id")])], config)
    assert schema.get("registered").holds == "customer_id"  # type: ignore[union-attr]


def test_with_an_unknown_kind_the_email_is_only_assumed() -> None:
    schema = infer([call("identify", [entry("registered", "x")])], Config())
    assert identifier_kinds(schema) == (frozenset({"email"}), True)


def test_a_project_of_customer_ids_has_no_email_identifier() -> None:
    schema = infer([call("identify", [entry("registered", "user.id", "customer_id")])], Config())
    assert identifier_kinds(schema) == (frozenset({"customer_id"}), False)


def test_a_project_of_opaque_ids_has_no_identifier_kind() -> None:
    schema = infer([], Config(identifiers={"registered": Identifier("hard", "opaque")}))
    assert identifier_kinds(schema) == (frozenset(), False)


def test_two_kinds_under_two_names_are_both_identifiers() -> None:
    schema = infer([call("identify", [mail("email_id"), entry("crm", "user.id", "customer_id")])], Config())
    assert identifier_kinds(schema)[0] == {"email", "customer_id"}
    assert hard_id(schema, "customer_id").name == "crm"


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Registered", "registered"),
        ("registred", "registered"),
        ("emailId", "email_id"),
        ("costumer_id", "customer_id"),
    ],
)
def test_a_plain_misspelling_is_seen(name: str, right: str) -> None:
    assert near_miss(name, ["registered", "email_id", "customer_id"]) == right


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("card_id", "cart_id"),
        ("shop_id", "shopify_id"),
        ("registered_id", "registered"),
        ("user_id", "users_id"),
        ("registered", "registered"),
        ("email_id2", "email_id"),
    ],
)
def test_two_names_are_not_taken_for_one(name: str, known: str) -> None:
    assert near_miss(name, [known]) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("email_id", "email"), ("phoneNumber", "phone"), ("customer_id", "customer_id"), ("registered", "unknown")],
)
def test_a_name_may_say_what_it_holds(name: str, kind: str) -> None:
    assert implied_kind(name) == kind


def test_names_are_split_into_words() -> None:
    assert words_of("customerEmail-Address_2URLId") == ["customer", "email", "address", "2", "url", "id"]
