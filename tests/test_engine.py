"""The engine on calls built by hand: coverage, confidence, roots, precedence, the configuration's last word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tracking import call, entry, mail, payload, place

from trackaudit.config import Config, Identifier
from trackaudit.engine.coverage import Coverage
from trackaudit.engine.load import load_rules
from trackaudit.engine.run import run
from trackaudit.identity import infer
from trackaudit.model import Context, Entries, IdName, IdSchema, SourceFile
from trackaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackaudit.model import Entry, Finding, TrackingCall

RULES = load_rules(Config())
VOCABULARY = load_vocabulary(Config())
EMAIL = IdSchema((IdName("registered", True, "email", False), IdName("cookie", False, "opaque", False)), "inferred")
DECLARED = EMAIL._replace(source="declared")


def findings(
    *calls: TrackingCall, schema: IdSchema = EMAIL, config: Config | None = None, **more: Any
) -> tuple[Finding, ...]:
    found, notices = run(
        calls, schema, more.get("rules", RULES), config or Config(), more.get("sources", {}), VOCABULARY
    )
    assert notices == ()
    return found


def rules_of(*calls: TrackingCall, schema: IdSchema = EMAIL) -> list[str]:
    return [finding.rule for finding in findings(*calls, schema=schema)]


def covered(property_: Entry, at: TrackingCall, *others: TrackingCall, schema: IdSchema = EMAIL) -> bool:
    return Coverage([at, *others], schema).covered(property_, at)


# ------------------------------------------------------------------------------------------- covered: the same call


def test_the_same_symbol_covers_even_when_the_id_is_only_sometimes_there() -> None:
    email = mail()
    assert covered(email, call("identify", [mail("registered", must=False, guarded=True)], [email]))


def test_the_same_kind_covers_only_when_it_is_always_there() -> None:
    email = mail(symbol="a")
    assert covered(email, call("identify", [mail("registered", "b")], [email]))
    assert not covered(email, call("identify", [mail("registered", "b", must=False)], [email]))


def test_another_kind_does_not_cover() -> None:
    email = mail()
    assert not covered(email, payload([entry("registered", "user.id", "customer_id")], [email]))


def test_a_friends_address_does_not_cover_by_kind() -> None:
    email = mail(symbol="a")
    assert not covered(email, payload([mail("registered", "friend.email", owner="other")], [email]))


def test_a_soft_id_does_not_cover() -> None:
    email = mail()
    assert not covered(email, payload([mail("cookie")], [email]))


def test_a_soft_id_that_is_declared_to_hold_the_kind_covers() -> None:
    schema = IdSchema((*EMAIL.names, IdName("mail_soft", False, "email", True)), "declared")
    email = mail()
    assert covered(email, payload([mail("mail_soft")], [email]), schema=schema)


def test_an_id_of_unknown_name_covers() -> None:
    email = mail()
    assert covered(email, payload([mail("email_hash_id")], [email]), schema=DECLARED)


def test_the_same_constant_covers_whatever_its_case() -> None:
    email = entry("email", kind="email", literals=("Jo@example.com",))
    ids = entry("registered", kind="email", literals=("jo@example.com",), must=False)
    assert covered(email, payload([ids], [email]))


def test_a_shared_empty_fallback_is_no_common_value() -> None:
    email = entry("email", kind="email", literals=("",))
    assert not covered(email, payload([entry("registered", literals=("",))], [email]))


# ---------------------------------------------------------------------------------------------- covered: the path

IF = (1, 0, 2)
ELSE = (1, 1, 2)
LOOP = (2, 0, 0)


@pytest.mark.parametrize(
    ("blocks", "others", "expected"),
    [
        ((), [()], True),
        ((IF,), [()], True),
        ((), [(IF,)], False),
        ((IF,), [(ELSE,)], False),
        ((IF,), [(IF,)], True),
        ((), [(IF,), (ELSE,)], True),
        ((), [(LOOP,)], False),
        ((LOOP,), [(LOOP,)], True),
        ((LOOP,), [(LOOP, (3, 0, 2)), (LOOP, (3, 1, 2))], True),
        ((), [(IF, (3, 0, 2)), (ELSE,)], False),
        ((), [(IF, (3, 0, 2)), (IF, (3, 1, 2)), (ELSE,)], True),
        (((9, 0, 2),), [(IF,), (ELSE,)], True),
    ],
)
def test_an_identifying_call_covers_what_it_surrounds(
    blocks: tuple[tuple[int, int, int], ...], others: Sequence[tuple[tuple[int, int, int], ...]], expected: bool
) -> None:
    email = mail()
    update = call("update", [], [email], order=5, blocks=blocks)
    identified = [call("identify", [mail("registered")], order=at, blocks=each) for at, each in enumerate(others)]
    assert covered(email, update, *identified) is expected


def test_an_identify_after_the_update_covers() -> None:
    email = mail()
    assert covered(email, call("update", [], [email], order=1), call("identify", [mail("registered")], order=2))


def test_an_identify_of_another_unit_does_not_cover() -> None:
    email = mail()
    assert not covered(email, call("update", [], [email]), call("identify", [mail("registered")], unit="other"))


def test_an_identify_of_another_sdk_does_not_cover() -> None:
    email = mail()
    other = call("identify", [mail("registered")], sdk="infinario", channel="api")
    assert not covered(email, call("update", [], [email]), other)


def test_anonymize_between_breaks_the_cover() -> None:
    email = mail()
    update, identified = call("update", [], [email], order=3), call("identify", [mail("registered")], order=1)
    assert not covered(email, update, identified, call("anonymize", order=2))
    assert covered(email, update, identified, call("anonymize", order=4))
    assert covered(email, update, identified, call("anonymize", order=2, blocks=((7, 0, 2),)))


def test_a_start_in_the_same_file_covers_the_page() -> None:
    email = mail()
    update = call("update", [], [email], unit="handler")
    assert covered(email, update, call("start", [mail("registered")], unit="module"))
    assert not covered(email, update, call("start", [mail("registered")], unit="module", sink=place("other.js")))


def test_a_stateless_payload_is_not_covered_by_a_call_beside_it() -> None:
    email = mail()
    assert not covered(email, payload([entry("cookie", "c")], [email]), payload([mail("registered")], []))


def test_a_payload_that_ties_the_same_cookie_to_the_hard_id_covers() -> None:
    email = mail()
    at = payload([entry("cookie", "c")], [email])
    assert covered(email, at, payload([mail("registered"), entry("cookie", "c")], []))
    assert not covered(email, at, payload([mail("registered"), entry("cookie", "d")], []))
    assert not covered(email, at, payload([mail("registered"), entry("cookie", "c")], [], blocks=(IF,)))


# -------------------------------------------------------------------------------------------------- confidence


def confidence(*calls: TrackingCall, schema: IdSchema = EMAIL) -> str:
    (finding,) = (f for f in findings(*calls, schema=schema) if f.rule.startswith("identifier-in"))
    return finding.confidence


def test_never_identified_is_high() -> None:
    assert confidence(call("update", [], [mail()])) == "high"


def test_identified_elsewhere_is_medium_for_a_page_and_high_for_a_payload() -> None:
    elsewhere = call("identify", [mail("registered")], unit="login")
    assert confidence(call("update", [], [mail()]), elsewhere) == "medium"
    assert confidence(payload([entry("cookie", "c", "opaque")], [mail()]), elsewhere) == "high"


def test_identified_elsewhere_and_a_value_of_the_session_is_low() -> None:
    elsewhere = call("identify", [mail("registered")], unit="login")
    assert confidence(call("update", [], [mail(origin="session")]), elsewhere) == "low"


def test_a_hard_id_of_unknown_kind_or_open_ids_is_low() -> None:
    assert confidence(payload([entry("registered", "x")], [mail()])) == "low"
    assert confidence(payload([], [mail()], ids_entries=Entries((), True, "`ids` is not known here"))) == "low"


def test_a_receiver_known_by_name_only_is_low() -> None:
    assert confidence(call("update", [], [mail()], certain=False)) == "low"


def test_an_assumed_kind_is_medium() -> None:
    schema = infer([call("identify", [entry("registered", "x")])], Config())
    assert confidence(call("update", [], [mail()]), schema=schema) == "medium"


# ---------------------------------------------------------------------------------------------- what is reported


def test_a_root_covered_in_one_unit_and_not_in_another_is_one_finding() -> None:
    email, sink = mail(), place()
    one = call("update", [], [email], unit="a", sink=sink)
    two = call("update", [], [email], unit="b", sink=sink)
    (finding,) = findings(one, call("identify", [mail("registered")], unit="a"), two)
    assert finding.root == email.root


def test_a_root_that_reaches_two_sinks_is_one_finding_with_both() -> None:
    email, first, second = mail(), place(), place()
    (finding,) = findings(call("update", [], [email], sink=first), call("update", [], [email], sink=second, unit="v"))
    assert (finding.sink, finding.affects) == (first, (second,))


def test_callers_that_share_a_wrapper_are_one_finding_at_its_sink() -> None:
    sink, first, second = place(), place("a.js"), place("b.js")
    calls = [
        call("update", [], [mail(root=place("a.js"))], unit="a", sink=sink, callers=(first,)),
        call("update", [], [mail(root=place("b.js"))], unit="b", sink=sink, callers=(second,)),
    ]
    (finding,) = findings(*calls)
    assert finding.root == sink
    assert {step.place for step in finding.related} >= {first, second}


def test_with_one_caller_that_is_right_each_wrong_caller_is_its_own_finding() -> None:
    sink = place()
    wrong = [mail(root=place("a.js")), mail(root=place("b.js"))]
    calls = [
        call("update", [], [wrong[0]], unit="a", sink=sink, callers=(place("a.js"),)),
        call("update", [], [wrong[1]], unit="b", sink=sink, callers=(place("b.js"),)),
        call("update", [], [entry("city", "city")], unit="c", sink=sink, callers=(place("c.js"),)),
    ]
    assert {finding.root for finding in findings(*calls)} == {item.root for item in wrong}


def test_what_is_put_inside_the_wrapper_is_reported_there_once() -> None:
    email, sink = mail(), place()
    calls = [call("update", [], [email], unit=unit, sink=sink, callers=(place("a.js"),)) for unit in ("a", "b")]
    (finding,) = findings(*calls)
    assert finding.root == email.root
    assert len(finding.related) == 2


@pytest.mark.parametrize(
    "property_",
    [
        mail(owner="other"),
        entry("email", "x", "none"),
        entry("registered", literals=(True,), kind="unknown"),
        entry("registered", literals=("2020-01-01",), kind="unknown"),
        entry("customer_id", "user.id", "customer_id"),
    ],
)
def test_what_is_no_identifier_of_the_project_is_silent(property_: Entry) -> None:
    assert rules_of(call("update", [], [property_])) == []


def test_the_name_of_a_hard_id_is_an_identifier_as_a_property() -> None:
    assert rules_of(call("update", [], [entry("registered", "account")])) == ["identifier-in-update"]


def test_a_constant_from_one_caller_is_not_the_wrappers_constant() -> None:
    through = call("identify", [entry("registered", literals=("c-1",), text="id")], callers=(place("a.js"),))
    here = call("identify", [entry("registered", literals=("c-1",), text="'c-1'")])
    assert rules_of(through) == []
    assert rules_of(here) == ["placeholder-id"]


def test_a_declared_opaque_project_is_silent_on_emails() -> None:
    schema = infer([], Config(identifiers={"registered": Identifier("hard", "opaque")}))
    assert rules_of(call("update", [], [mail()]), schema=schema) == []


def test_undeclared_is_an_error_where_ids_are_declared_and_a_warning_where_not() -> None:
    sent = call("identify", [mail("registred")])
    assert [finding.severity for finding in findings(sent, schema=DECLARED)] == ["error"]
    assert [finding.severity for finding in findings(sent)] == ["warning"]


def test_double_opt_in_with_the_same_value_is_heard_before_identifier_in_update() -> None:
    event = call("event", [], [mail()], event="double_opt_in", order=1)
    assert rules_of(event, call("update", [], [mail()], order=2)) == ["identified-before-confirmation"]
    assert rules_of(event, call("update", [], [mail(symbol="other")], order=2)) == ["identifier-in-update"]
    assert rules_of(event, call("update", [], [mail()], unit="later")) == ["identifier-in-update"]


def test_what_the_page_does_at_load_is_not_the_handlers_doing() -> None:
    at_load = call("identify", [mail("registered")], [], order=1)
    context = Context("onSubmit", "submit")
    event = call("event", [], [mail()], event="double_opt_in", order=2, blocks=(LOOP,), context=context)
    assert rules_of(at_load, event) == []


def test_an_import_of_soft_ids_is_silent_where_a_property_already_tells() -> None:
    more: dict[str, Any] = {"channel": "import", "stateful": False, "shape": "customer-import"}
    soft = entry("cookie", "column:c", "opaque")
    assert rules_of(call("import", [soft], [mail()], **more)) == ["identifier-mapped-as-property"]
    assert rules_of(call("import", [soft], [], **more)) == ["import-without-hard-id"]


def test_a_misspelt_field_is_heard_and_the_property_is_not() -> None:
    field = entry("ids")
    sent = payload([entry("cookie", "c", "opaque")], [mail()], fields=(field,))
    assert rules_of(sent) == ["wrong-payload-field"]


# -------------------------------------------------------------------------------------------- the last word


def test_the_configuration_switches_rules_and_severities() -> None:
    sent = call("update", [], [mail()])
    assert findings(sent, config=Config(rules={"identifier-in-update": "off"})) == ()
    (finding,) = findings(sent, config=Config(rules={"identifier-in-update": "info"}))
    assert finding.severity == "info"


def test_a_path_can_be_left_out_for_one_rule() -> None:
    sent = call("update", [], [mail(root=place("imports/a.js"))], sink=place("imports/a.js"))
    assert findings(sent, config=Config(per_path_ignores=(("imports/**", ("identifier-in-update",)),))) == ()
    assert len(findings(sent, config=Config(per_path_ignores=(("imports/**", ("placeholder-id",)),)))) == 1


def test_a_rule_that_raises_is_a_notice_and_the_others_go_on() -> None:
    def broken(_: object) -> bool:
        raise ValueError("no such thing")

    rule = RULES.get("placeholder-id")
    assert rule is not None
    condition = rule.conditions[0]._replace(call_tests=(broken,))
    rules = RULES._replace(
        rules=tuple(one._replace(conditions=(condition,)) if one.id == rule.id else one for one in RULES.rules)
    )
    found, notices = run([call("update", [], [mail()])], EMAIL, rules, Config(), {}, VOCABULARY)
    assert [finding.rule for finding in found] == ["identifier-in-update"]
    [notice] = notices
    assert (notice.kind, notice.path) == ("crash", "shop.js")
    assert notice.message.startswith("rule `placeholder-id` failed: ValueError: no such thing")
    assert "Traceback" in notice.detail


def test_a_fingerprint_knows_no_path_or_line_and_counts_equals() -> None:
    first = findings(call("update", [], [mail()]))
    moved = findings(call("update", [], [mail(root=place("lib/other.js"))], sink=place("lib/other.js"), unit="x"))
    both = findings(call("update", [], [mail()]), call("update", [], [mail()], unit="y"))
    assert first[0].fingerprint == moved[0].fingerprint
    assert len({finding.fingerprint for finding in both}) == 2
    assert len(first[0].fingerprint) == 16


# -------------------------------------------------------------------------------------------- what to write instead


def test_the_replacement_keeps_receiver_and_properties() -> None:
    text = b"window.brx.update({ email: form.mail })"
    sink, properties = place(), place()
    sink = sink._replace(start=0, end=len(text))
    properties = properties._replace(start=18, end=len(text) - 1)
    email = mail(root=properties._replace(start=20, end=36), text="form.mail")
    sent = call("update", [], [email], sink=sink, call="window.brx.update", arguments={"properties": properties})
    (finding,) = findings(sent, sources={"shop.js": SourceFile("shop.js", text, "javascript")})
    assert finding.instead == "window.brx.identify({registered: form.mail.toLowerCase()}, { email: form.mail })"


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (mail(text="m", transforms=("lower",)), "exponea.identify({registered: m})"),
        (mail(text="a + b"), "exponea.identify({registered: (a + b).toLowerCase()})"),
        (mail(text="$('#email').val()"), "exponea.identify({registered: $('#email').val().toLowerCase()})"),
        (
            mail(text="u?.email", maybe_missing=True),
            "exponea.identify({registered: u?.email.toLowerCase()})  (only where `u?.email` is there)",
        ),
    ],
)
def test_the_value_is_written_in_its_normal_form(email: Entry, expected: str) -> None:
    (finding,) = findings(call("update", [], [email]))
    assert finding.instead == expected


def test_an_id_that_the_project_lowercases_is_left_as_it_is() -> None:
    schema = IdSchema((IdName("email_id", True, "email", True, lowercased=True),), "declared")
    (finding,) = findings(call("update", [], [mail(text="m")]), schema=schema)
    assert finding.instead == "exponea.identify({email_id: m})"


def test_a_value_that_came_through_a_wrapper_is_named_as_the_sink_sees_it() -> None:
    text = b"exponea.update(p)"
    sink, argument = place("w.js")._replace(start=0, end=17), place("w.js")._replace(start=15, end=16)
    sent = call(
        "update",
        [],
        [mail(root=place("a.js"), text="user.email")],
        sink=sink,
        callers=(place("a.js"),),
        arguments={"properties": argument},
    )
    (finding,) = findings(sent, sources={"w.js": SourceFile("w.js", text, "javascript")})
    assert finding.instead == "exponea.identify({registered: p.email.toLowerCase()}, p)"
