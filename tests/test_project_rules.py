"""Rules that look at a whole project: what is compared with what, which side is reported, and what stays silent."""

from __future__ import annotations

import pytest

from trackaudit.config import Config, Identifier
from trackaudit.pipeline import check_texts

NINE = {
    "conflicting-id-names",
    "conflicting-id-values",
    "inconsistent-normalization",
    "never-identified-in-browser",
    "confirmation-without-identify",
    "consent-without-identity",
    "id-of-someone-else",
    "id-from-untrusted-source",
    "logout-without-anonymize",
}

PAGE = "function login(user) {\n  exponea.identify({ registered: user.email.toLowerCase() });\n}\n"
SERVER = (
    "import requests\n\ndef save(user):\n"
    '    requests.post(URL, json={"customer_ids": {"%s": user.%s}, "properties": {"plan": 1}})\n'
)


def found(
    texts: dict[str, str], config: Config | None = None, confidence: str = "medium"
) -> list[tuple[str, str, int]]:
    """Rule, path and line of the findings of the nine rules."""
    result = check_texts(texts, config, confidence)
    assert not [notice for notice in result.notices if notice.kind == "crash"], result.notices
    return [
        (one.rule, one.root.path, result.sources[one.root.path].position(one.root.start)[0])
        for one in result.findings
        if one.rule in NINE
    ]


# ------------------------------------------------------------------------------------------- what is compared


def test_a_page_and_a_server_of_one_project_are_compared() -> None:
    texts = {"web/app.js": PAGE, "server/client.py": SERVER % ("email_id", "email.lower()")}
    assert found(texts) == [("conflicting-id-names", "server/client.py", 4)]


def test_a_page_and_a_server_with_a_manifest_each_are_one_project() -> None:
    texts = {
        "web/package.json": "{}",
        "web/app.js": PAGE,
        "server/pyproject.toml": "",
        "server/client.py": SERVER % ("email_id", "email.lower()"),
    }
    assert found(texts) == [("conflicting-id-names", "server/client.py", 4)]


def test_two_packages_of_a_workspace_are_not_compared() -> None:
    texts = {
        "package.json": '{"workspaces": ["shops/*"]}',
        "shops/a/package.json": "{}",
        "shops/a/app.js": PAGE,
        "shops/b/package.json": "{}",
        "shops/b/app.js": PAGE.replace("registered", "email_id"),
    }
    assert found(texts) == []


def test_calls_with_the_same_constant_token_are_compared_across_packages() -> None:
    start = "exponea.start({ token: '%s', customer: { %s: account.email } });\n"
    texts = {
        "shops/a/package.json": "{}",
        "shops/a/app.js": start % ("11-22", "registered"),
        "shops/b/package.json": "{}",
        "shops/b/app.js": start % ("11-22", "email_id"),
    }
    assert found(texts) == [("conflicting-id-names", "shops/b/app.js", 1)]
    texts["shops/b/app.js"] = start % ("33-44", "email_id")
    assert found(texts) == []


def test_the_smaller_side_is_reported_at_its_first_place_with_both_sides_as_evidence() -> None:
    other = PAGE.replace("registered", "email_id")
    texts = {"a.js": other, "b.js": PAGE, "c.js": PAGE, "d.js": PAGE, "e.js": other}
    result = check_texts(texts)
    (finding,) = [one for one in result.findings if one.rule == "conflicting-id-names"]
    assert finding.root.path == "a.js"
    assert [step.place.path for step in finding.related] == ["e.js", "b.js", "c.js", "d.js"]
    assert "`registered` in 3 other places" in finding.message
    assert [place.path for place in finding.affects] == ["e.js"]


def test_a_test_file_takes_no_side() -> None:
    texts = {"a.js": PAGE, "b.js": "exponea.track('seen');"}
    assert found(texts) == []


@pytest.mark.parametrize(("declared", "severity"), [(True, "error"), (False, "warning")])
def test_a_declared_schema_makes_a_conflict_an_error(declared: bool, severity: str) -> None:
    names = {"registered": Identifier("hard", "email"), "email_id": Identifier("hard", "email")}
    config = Config(identifiers=names) if declared else Config()
    result = check_texts({"a.js": PAGE, "b.js": PAGE.replace("registered", "email_id")}, config)
    assert [(one.rule, one.severity) for one in result.findings] == [("conflicting-id-names", severity)]


def test_a_token_that_only_the_page_names_does_not_part_it_from_its_server() -> None:
    texts = {
        "web/package.json": "{}",
        "web/app.js": "exponea.start({ token: '11-22' });\n" + PAGE,
        "server/pyproject.toml": "",
        "server/client.py": SERVER % ("email_id", "email.lower()"),
    }
    assert found(texts) == [("conflicting-id-names", "server/client.py", 4)]


# ------------------------------------------------------------------------------------------- precedence


def test_a_near_miss_is_an_undeclared_id_and_no_conflict() -> None:
    result = check_texts({"a.js": PAGE, "b.js": PAGE, "c.js": PAGE.replace("registered", "registred")})
    assert [one.rule for one in result.findings] == ["undeclared-id"]


def test_where_values_conflict_nothing_else_is_said_of_the_send() -> None:
    order = "function order(user) {\n  exponea.identify({ registered: user.id }, { email: user.email });\n}\n"
    result = check_texts({"a.js": PAGE, "b.js": PAGE, "c.js": order})
    assert [one.rule for one in result.findings] == ["conflicting-id-values"]


def test_a_wrapper_that_is_given_two_kinds_is_reported_at_the_caller() -> None:
    texts = {
        "track.js": "export function known(id) {\n  exponea.identify({ registered: id });\n}\n",
        "a.js": "import { known } from './track';\nexport const a = (user) => known(user.email);\n",
        "b.js": "import { known } from './track';\nexport const b = (user) => known(user.email);\n",
        "c.js": "import { known } from './track';\nexport const c = (user) => known(user.id);\n",
    }
    # One entry, three callers: which value is wrong is not told by the place where it is put among the IDs.
    assert found(texts) in ([], [("conflicting-id-values", "c.js", 2)])


# ------------------------------------------------------------------------------------------- never identified


def test_a_page_that_only_tracks_beside_a_server_with_a_hard_id() -> None:
    texts = {"web/app.js": "exponea.track('seen');\n", "server/a.py": SERVER % ("registered", "email.lower()")}
    assert found(texts) == [("never-identified-in-browser", "web/app.js", 1)]


@pytest.mark.parametrize(
    "page",
    [
        "exponea.track('seen');\nexponea.identify(window.ids);\n",
        "exponea.start({ customer: window.customer });\nexponea.track('seen');\n",
    ],
)
def test_a_page_that_identifies_with_what_cannot_be_seen_is_silent(page: str) -> None:
    assert found({"app.js": page, "a.py": SERVER % ("registered", "email.lower()")}) == []


def test_a_page_whose_update_is_told_anyway_is_not_told_twice() -> None:
    texts = {"app.js": "exponea.update({ email: mail });\n", "a.py": SERVER % ("registered", "email.lower()")}
    assert found(texts) == []


# ------------------------------------------------------------------------------------------- forms


def test_few_lower_cased_among_many_as_they_are_is_low_confidence() -> None:
    many = "".join(f"function f{n}(user) {{ exponea.identify({{ registered: user.email }}); }}\n" for n in range(5))
    texts = {"a.js": PAGE, "b.js": many}
    assert found(texts) == []
    assert found(texts, confidence="low") == [("inconsistent-normalization", "a.js", 2)]


def test_one_hash_among_many_addresses_is_told() -> None:
    many = "".join(f"function f{n}(user) {{ exponea.identify({{ registered: user.email }}); }}\n" for n in range(5))
    hashed = "function g(user) {\n  exponea.identify({ registered: sha256(user.email) });\n}\n"
    assert found({"a.js": hashed, "b.js": many}) == [("inconsistent-normalization", "a.js", 2)]


# ------------------------------------------------------------------------------------------- moments


def test_a_logout_that_calls_another_is_reported_at_the_inner_one_only() -> None:
    texts = {
        "auth.js": "export function logout() {\n  exponea.track('bye');\n}\n",
        "app.js": (
            "import { logout } from './auth';\n"
            "exponea.identify({ registered: account.email });\n"
            "const handleLogout = () => logout();\n"
        ),
    }
    assert found(texts) == [("logout-without-anonymize", "auth.js", 1)]


@pytest.mark.parametrize(("path", "told"), [("index.html", True), ("logout.html", False)])
def test_a_page_that_is_the_logout_may_anonymize_at_its_load(path: str, told: bool) -> None:
    page = "<html><body><script>\nexponea.anonymize();\n</script></body></html>\n"
    assert found({path: page}) == ([("logout-without-anonymize", path, 2)] if told else [])


def test_the_page_behind_the_confirmation_link_is_a_confirmation() -> None:
    form = "function onSubmit(mail) {\n  exponea.track('double_opt_in', { action: 'new', email: mail });\n}\n"
    page = "exponea.track('consent', { action: 'accept', category: 'newsletter' });\n"
    assert found({"form.js": form, "newsletter-confirm.js": page}) == [
        ("confirmation-without-identify", "newsletter-confirm.js", 1)
    ]


def test_a_server_that_keeps_a_profile_of_the_recipient_alone_is_low_confidence() -> None:
    texts = {"a.py": SERVER.replace("user.%s", "gift.recipient_email") % "registered"}
    assert found(texts) == []
    assert found(texts, confidence="low") == [("id-of-someone-else", "a.py", 4)]


def test_a_tie_between_two_kinds_is_told_at_the_one_that_is_no_address() -> None:
    order = "function order(user) {\n  exponea.identify({ registered: user.id });\n}\n"
    assert found({"a.js": order, "b.js": PAGE}) == [("conflicting-id-values", "a.js", 2)]


def test_a_consent_long_after_the_login_is_low_confidence() -> None:
    settings = "function save(email) {\n  exponea.track('consent', { action: 'accept', category: 'newsletter' });\n}\n"
    assert found({"a.js": PAGE, "b.js": settings}) == []
    assert found({"a.js": PAGE, "b.js": settings}, confidence="low") == [("consent-without-identity", "b.js", 2)]


def test_react_state_is_at_hand() -> None:
    form = (
        "import { useState } from 'react';\n"
        "export function Form() {\n"
        "  const [email, setEmail] = useState('');\n"
        "  const handleSubmit = () => {\n"
        "    window.exponea.track('consent', { action: 'accept', category: 'newsletter' });\n"
        "  };\n"
        "  return <form onSubmit={handleSubmit}><input onChange={setEmail} /></form>;\n"
        "}\n"
    )
    assert found({"form.jsx": form}) == [("consent-without-identity", "form.jsx", 5)]
