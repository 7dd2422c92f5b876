"""Tag managers: containers' exports and template files are read, and every place in their strings is exact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackaudit.config import Config, Identifier
from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse
from trackaudit.parse.escaped import decoded
from trackaudit.pipeline import check_texts, fix_texts

if TYPE_CHECKING:
    from trackaudit import program as p

CONFIG = Config()
UPDATE = "identifier-in-update"


def tag(code: str, *triggers: str, **more: Any) -> dict[str, Any]:
    parameter = [{"type": "TEMPLATE", "key": "html", "value": code}]
    return {"name": "Tag", "type": "html", "parameter": parameter, "firingTriggerId": list(triggers), **more}


def script(code: str, *triggers: str, **more: Any) -> dict[str, Any]:
    return tag(f"<script>{code}</script>", *triggers, **more)


def table(*triggers: str, **tables: dict[str, str]) -> dict[str, Any]:
    def row(name: str, value: str) -> dict[str, Any]:
        cells = (("attributeName", name), ("attributeValue", value))
        return {"type": "MAP", "map": [{"type": "TEMPLATE", "key": key, "value": text} for key, text in cells]}

    parameter = [
        {"type": "LIST", "key": key, "list": [row(name, value) for name, value in rows.items()]}
        for key, rows in tables.items()
    ]
    return {"name": "Exponea", "type": "cvt_1_2", "parameter": parameter, "firingTriggerId": list(triggers)}


def variable(title: str, kind: str, **parameters: str) -> dict[str, Any]:
    given = [{"type": "TEMPLATE", "key": key, "value": value} for key, value in parameters.items()]
    return {"name": title, "type": kind, "parameter": given}


def container(*parts: dict[str, Any], templates: tuple[str, ...] = (), **layout: Any) -> str:
    version = {
        "tag": [part for part in parts if "firingTriggerId" in part],
        "variable": [part for part in parts if "firingTriggerId" not in part],
        "customTemplate": [{"name": "Own", "templateData": text} for text in templates],
    }
    return json.dumps({"exportFormatVersion": 2, "containerVersion": version}, **layout)


def check(text: str, path: str = "GTM-X.json") -> list[tuple[int, int, str]]:
    """Line, column and rule of what is found in one file."""
    result = check_texts({path: text}, CONFIG)
    return [(*result.sources[path].position(one.root.start), one.rule) for one in result.findings]


def rules(*parts: dict[str, Any], templates: tuple[str, ...] = ()) -> list[str]:
    return [rule for _, _, rule in check(container(*parts, templates=templates))]


def spot(text: str, mark: str) -> tuple[int, int]:
    """Line and column of a mark, counted by hand."""
    before = text[: text.index(mark)].removeprefix("\ufeff").replace("\r\n", "\n")
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


# ------------------------------------------------------------------------------------------------- places


CODE = 'var topic = "čaj\\n";\n\texponea.update({ "email": {{Email}} });'


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("before", "end"), [("", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")])
def test_a_finding_in_a_container_has_its_place_in_the_outer_file(
    ascii_only: bool, indent: int | None, before: str, end: str
) -> None:
    text = container(script(f"\t// ž\n{CODE}", "1"), indent=indent, ensure_ascii=ascii_only)
    text = before + text.replace("\n", end)
    assert check(text) == [(*spot(text, '\\"email\\": {{Email}}'), UPDATE)]


def test_a_script_whose_angle_brackets_are_escaped_is_read() -> None:
    text = container(script(CODE, "1")).replace("<", "\\u003c").replace(">", "\\u003e")
    assert check(text) == [(*spot(text, '\\"email\\": {{Email}}'), UPDATE)]


def test_an_escaped_quote_inside_a_string_of_the_script_does_not_end_it() -> None:
    text = container(script('var a = "say \\"no\\"", b = \'it\\\'s\'; exponea.update({ email: {{Email}} });', "1"))
    assert check(text) == [(*spot(text, "email: {{Email}}"), UPDATE)]


def test_the_key_that_stands_in_escaped_quotes_is_read_as_it_is() -> None:
    name = "registered"
    assert (
        rules(script(f'exponea.identify({{ "{name}": {{{{Lower Email}}}} }}, {{ "email": {{{{Email}}}} }});', "1"))
        == []
    )


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.booleans())
def test_every_byte_of_a_string_has_the_place_of_what_it_was_written_as(text: str, ascii_only: bool) -> None:
    data = json.dumps(text, ensure_ascii=ascii_only).encode()
    found = decoded(data, 0, len(data))
    assert found.data == text.encode()
    assert len(found.places) == len(found.data) + 1
    assert list(found.places) == sorted(found.places)
    for index, char in enumerate(text):
        here = len(text[:index].encode())
        begin, end = found.places[here], found.places[here + len(char.encode())]
        assert json.loads(b'"' + data[begin:end] + b'"') == char


# ----------------------------------------------------------------------------------- tags and variables


def test_a_variable_holds_what_its_key_of_the_data_layer_says() -> None:
    told = script("exponea.update({ contact: {{V}} });", "1")
    assert rules(told, variable("V", "v", name="customer.email")) == [UPDATE]
    assert rules(told, variable("V", "v", name="page.category")) == []
    assert rules(told) == []


def test_a_variable_inside_a_string_of_the_script_is_its_value() -> None:
    told = script("exponea.update({ contact: '{{V}}' });", "1")
    assert rules(told, variable("V", "v", name="customer.email")) == [UPDATE]


def test_a_custom_script_variable_is_run() -> None:
    lower = variable("Lower", "jsm", javascript="function() {\n  return {{Mail}}.toLowerCase();\n}")
    typed = variable("Typed", "jsm", javascript="function() { return document.querySelector('#email').value; }")
    mail = variable("Mail", "v", name="user.email")
    assert rules(script("exponea.identify({{Lower}});", "1"), lower, mail) == []
    assert rules(script("exponea.identify({{Typed}});", "1"), typed) == ["hard-id-not-lowercased"]


def test_variables_that_name_each_other_end() -> None:
    one = variable("A", "jsm", javascript="function() { return {{B}}; }")
    two = variable("B", "jsm", javascript="function() { return {{A}}; }")
    assert rules(script("exponea.update({ email: {{A}} });", "1"), one, two) == [UPDATE]


def test_tags_of_one_trigger_cover_each_other_and_those_of_others_do_not() -> None:
    identify, update = "exponea.identify({{Email}});", "exponea.update({ email: {{Email}} });"
    assert rules(script(identify, "1"), script(update, "1")) == []
    assert rules(script(identify, "1"), script(update, "2")) == [UPDATE]


def test_what_every_page_runs_covers_the_tags_of_all_triggers() -> None:
    identify, update = "exponea.identify({{Email}});", "exponea.update({ email: {{Email}} });"
    assert rules(script(update, "2"), script(identify, "2147483647")) == []


def test_a_paused_tag_does_not_run() -> None:
    assert rules(script("exponea.update({ email: {{Email}} });", "1", paused=True)) == []


def test_a_thousand_triggers_are_no_depth() -> None:
    tags = [script("exponea.update({ email: {{Email}} });", str(number)) for number in range(1000)]
    assert rules(*tags) == [UPDATE] * 1000


def row(name: str, value: Any) -> dict[str, Any]:
    cells = [{"type": "template", "key": "key", "value": name}, {"type": "template", "key": "value", "value": value}]
    return {"type": "map", "map": cells}


def lookup(title: str, kind: str, rows: dict[str, str], **parameters: str) -> dict[str, Any]:
    found = variable(title, kind, input="{{Page Path}}", **parameters)
    found["parameter"].append({"type": "list", "key": "map", "list": [row(*one) for one in rows.items()]})
    return found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (variable("V", "k", name="customer_email"), variable("V", "k", name="_ga")),
        (
            variable("V", "u", component="QUERY", queryKey="email"),
            variable("V", "u", component="QUERY", queryKey="utm_source"),
        ),
        (
            variable("V", "d", elementId="email", attributeName="value"),
            variable("V", "d", elementId="news", attributeName="value"),
        ),
        (
            variable("V", "d", selectorType="CSS", elementSelector="input[type=email]", attributeName="value"),
            variable("V", "d", selectorType="CSS", elementSelector="h1.title"),
        ),
        (variable("V", "c", value="{{Email}}"), variable("V", "c", value="news")),
        (variable("V", "c", value="{{Email}}"), variable("V", "u", component="PATH")),
        (
            lookup("V", "smm", {"/a": "none", "/b": "{{Customer Email}}"}),
            lookup("V", "smm", {"/a": "{{Page Path}}", "/b": "b"}, defaultValue="{{Page Path}}"),
        ),
        (lookup("V", "smm", {"/a": "none"}, defaultValue="{{Email}}"), lookup("V", "smm", {})),
        (
            lookup("V", "remm", {"^/a": "none", ".*": "{{Customer Email}}"}),
            lookup("V", "remm", {"^/a": "a", ".*": "b"}),
        ),
        (
            variable(
                "V", "jsm", javascript="function() { try { return dataLayer[0].user.email } catch (e) { return } }"
            ),
            variable("V", "jsm", javascript="function() { return dataLayer[0].page.type }"),
        ),
    ],
)
def test_a_variable_holds_what_its_definition_tells_not_what_it_is_called(
    wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    told = script("exponea.update({ contact: {{V}} });", "1")
    assert rules(told, wrong) == [UPDATE]
    assert rules(told, right) == []


def test_the_same_table_as_an_id_covers_itself_as_a_property() -> None:
    table_of = lookup("V", "smm", {"/a": "{{Login Email}}"}, defaultValue="{{Guest Email}}")
    assert rules(script("exponea.identify({ registered: {{V}} }, { email: {{V}} });", "1"), table_of) == []


def test_what_a_tag_starts_before_itself_covers_it_and_runs_only_there() -> None:
    identify = script("exponea.identify({ registered: {{Email}} });", tagId="7", name="Login")
    update = script("exponea.update({ email: {{Email}} });", "1")
    assert rules(identify, update) == [UPDATE]
    for link in ("Login", "7"):
        for key in ("setupTag", "teardownTag"):
            assert rules(identify, {**update, key: [{"tagName": link, "stopOnSetupFailure": True}]}) == []
    other = script("exponea.update({ email: {{Email}} });", "2", name="Other")
    started = {**update, "setupTag": [{"tagName": "Login"}]}
    assert rules(identify, started, other) == [UPDATE]


def test_what_is_wrong_in_a_tag_that_others_start_is_found_once() -> None:
    base = script("exponea.update({ email: {{Email}} });", name="Base")
    links = [{"tagName": "Base"}]
    text = container(base, *(script("go();", str(number), setupTag=links) for number in range(3)))
    assert check(text) == [(*spot(text, "email: {{Email}}"), UPDATE)]


def test_a_paused_or_missing_tag_is_not_started() -> None:
    identify = script("exponea.identify({ registered: {{Email}} });", name="Login", paused=True)
    for link in ("Login", "Gone"):
        update = script("exponea.update({ email: {{Email}} });", "1", setupTag=[{"tagName": link}])
        assert rules(identify, update) == [UPDATE]


def test_what_the_api_gives_of_a_container_is_read_without_the_head_of_an_export() -> None:
    version = json.loads(
        container(script("exponea.update({ contact: {{V}} });", "1"), variable("V", "v", name="email"))
    )
    for around in (version["containerVersion"], {"default": version["containerVersion"]}):
        text = json.dumps(around, indent="\t")
        assert check(text) == [(*spot(text, "contact: "), UPDATE)]


def test_exports_may_be_wrapped_in_a_list_or_under_a_key() -> None:
    text = container(script("exponea.update({ email: {{Email}} });", "1"))
    for wrapped in (f"[{text}]", f'{{"data": {text}}}'):
        assert check(wrapped) == [(*spot(wrapped, "email: {{Email}}"), UPDATE)]


def published(*code: Any, **more: Any) -> str:
    macros = [{"function": "__v", "vtp_name": "user.email"}, {"function": "__jsm", **more}]
    tags = [{"function": "__html", "vtp_html": ["template", *code], "tag_id": 3}]
    return json.dumps({"resource": {"version": "1", "macros": macros, "tags": tags}})


def test_a_published_container_is_read_through_the_lists_of_its_texts() -> None:
    start, end = '<script type="text/gtmscript">\n// "ž"\nexponea.update({ contact: ', " });</script>"
    text = published(start, ["escape", ["macro", 0], 8, 16], end).replace("<", "\\u003C")
    assert check(text) == [(*spot(text, "contact: "), UPDATE)]
    assert check(published(start, '"page"', end)) == []


def test_a_published_containers_script_variable_is_run() -> None:
    lower = ["template", "(function(){return ", ["escape", ["macro", 0], 8, 16], ".toLowerCase()})();"]
    raw = ["template", "(function(){return document.querySelector('#email').value})();"]
    code = ("<script>exponea.identify(", ["escape", ["macro", 1], 8, 16], ");</script>")
    assert check(published(*code, vtp_javascript=lower)) == []
    assert [rule for _, _, rule in check(published(*code, vtp_javascript=raw))] == ["hard-id-not-lowercased"]


MACROS = [
    {"function": "__e"},
    {"function": "__v", "vtp_name": "user.email"},
    {"function": "__k", "vtp_name": "customer_email"},
    {"function": "__u", "vtp_component": "QUERY", "vtp_queryKey": "email"},
    {"function": "__d", "vtp_elementId": "email", "vtp_attributeName": "value"},
    {"function": "__smm", "vtp_input": ["macro", 0], "vtp_map": ["list", ["map", "key", "a", "value", ["macro", 1]]]},
    {"function": "__c", "vtp_value": ["template", ["macro", 1]]},
    {"function": "__c", "vtp_value": "news"},
]


def runtime(*tags: dict[str, Any], rules: list[Any] | None = None) -> str:
    resource = {
        "macros": MACROS,
        "tags": tags,
        "predicates": [{"function": "_eq", "arg0": ["macro", 0], "arg1": arg} for arg in ("gtm.js", "login", "order")],
        "rules": rules or [],
    }
    return json.dumps({"resource": resource})


def sends(*code: Any, **more: Any) -> dict[str, Any]:
    return {"function": "__html", "vtp_html": ["template", "<script>", *code, "</script>"], **more}


@pytest.mark.parametrize("number", range(1, len(MACROS)))
def test_a_published_variable_holds_what_its_definition_tells(number: int) -> None:
    text = runtime(sends("exponea.update({ contact: ", ["escape", ["macro", number], 8, 16], " })"))
    assert check(text) == ([(*spot(text, "contact: "), UPDATE)] if number < 7 else [])


def test_a_published_table_of_the_official_template_is_a_call() -> None:
    def cells(name: str) -> list[Any]:
        return ["list", ["map", "attributeName", name, "attributeValue", ["macro", 1]]]

    wrong = {"function": "__cvt_1_2", "vtp_updateCustomerAttributes": cells("email")}
    text = runtime(wrong)
    assert check(text) == [(*spot(text, '"email", "attributeValue"'), UPDATE)]
    assert check(runtime({**wrong, "vtp_identifyCustomer": cells("registered")})) == []


def test_published_rules_tell_which_tags_run_together() -> None:
    mail = ["escape", ["macro", 1], 8, 16]
    identify = sends("exponea.identify({ registered: ", mail, " })")
    update = sends("exponea.update({ email: ", mail, " })")
    together, apart = [[["if", 1], ["add", 0, 1]]], [[["if", 1], ["add", 0]], [["if", 2], ["add", 1]]]
    everywhere = [[["if", 0], ["add", 0]], [["if", 2], ["unless", 1], ["add", 1]]]
    found = [[rule for _, _, rule in check(runtime(identify, update, rules=one))] for one in (together, apart)]
    assert found == [[], [UPDATE]]
    assert check(runtime(identify, update, rules=everywhere)) == []
    started = {**update, "setup_tags": ["list", ["tag", 0, 0]]}
    assert check(runtime(identify, started, rules=[[["if", 2], ["add", 1]]])) == []


# ---------------------------------------------------------------------------------- the official template


def test_the_official_templates_table_of_attributes_is_an_update() -> None:
    text = container(table("1", updateCustomerAttributes={"topic": "news", "email": "{{Email}}"}))
    assert check(text) == [(*spot(text, '"email"'), UPDATE)]


def test_the_official_templates_table_of_ids_covers_its_attributes() -> None:
    both = {"updateCustomerAttributes": {"email": "{{Email}}"}, "identifyCustomer": {"registered": "{{Email}}"}}
    assert rules(table("1", **both)) == []


def test_an_identifier_in_a_soft_id_of_the_official_templates_table_is_found() -> None:
    assert rules(table("1", identifyCustomer={"cookie": "{{User Email}}"})) == ["identifier-in-soft-id"]


# --------------------------------------------------------------------------------------------- templates


TEMPLATE = """___INFO___

{{"displayName": "Sends", "type": "TAG"}}

___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const {call} = require('callInWindow');
const copyFromWindow = require('copyFromWindow');
{code}
data.gtmOnSuccess();

___TESTS___

scenarios: [{{code: "callInWindow('exponea.update', {{email: 'jo@shop.example'}})"}}]
"""


def template(code: str, call: str = "callInWindow") -> str:
    return TEMPLATE.format(code=code, call=call)


@pytest.mark.parametrize(("before", "end"), [("", "\n"), ("", "\r\n"), ("\ufeff", "\n")])
def test_what_a_template_calls_in_the_window_is_a_send(before: str, end: str) -> None:
    text = before + template("callInWindow('exponea.update', { email: data.email });").replace("\n", end)
    assert check(text, "own.tpl") == [(*spot(text, "email: data.email"), UPDATE)]


def test_the_function_of_the_sandbox_may_have_any_name() -> None:
    text = template("go('exponea.update', { email: data.email });", "go")
    assert check(text, "own.tpl") == [(*spot(text, "email: data.email"), UPDATE)]


def test_the_sdk_that_a_template_copies_from_the_window_is_the_sdk() -> None:
    text = template("const sdk = copyFromWindow('exponea');\nif (!sdk) { return; }\nsdk.update({ email: data.email });")
    assert check(text, "own.tpl") == [(*spot(text, "email: data.email"), UPDATE)]


def test_a_template_that_identifies_is_right() -> None:
    code = "callInWindow('exponea.identify', { registered: data.email }, { email: data.email });"
    assert check(template(code), "own.tpl") == []


def test_a_template_in_a_container_has_its_place_in_the_outer_file() -> None:
    text = container(templates=(template("callInWindow('exponea.update', { email: data.email });"),))
    assert check(text) == [(*spot(text, "email: data.email"), UPDATE)]


def test_another_tools_tpl_file_is_a_page_if_it_has_scripts_and_else_left_alone() -> None:
    text = "<p>{$ž}</p>\n<script>exponea.update({ email: '{$user.email}' });</script>"
    assert check(text, "page.tpl") == [(*spot(text, "email: "), UPDATE)]
    other: list[p.Module] = parse(SourceFile("_helpers.tpl", b"exponea: {{ .Values.x }}", language_of("x.tpl") or ""))
    assert other == []


def test_nothing_is_written_into_a_template() -> None:
    text = template("callInWindow('exponea.update', { email: data.email });")
    assert fix_texts({"own.tpl": text}, CONFIG) == ({"own.tpl": text}, 0)


# ------------------------------------------------------------------------------------------- connectors


def destination(hard: str, soft: str, config: Config = CONFIG) -> list[tuple[str, str]]:
    """Rule and root of what is found in the settings of a connector."""
    settings = {"apiKey": "k", "projectToken": "t", "hardID": hard, "softID": soft}
    result = check_texts({"rudder.json": json.dumps({"Config": settings}, indent=1)}, config)
    file = result.sources["rudder.json"]
    return [(one.rule, file.text(one.root.start, one.root.end)) for one in result.findings]


def test_a_connectors_soft_id_that_names_a_hard_id_is_found() -> None:
    assert destination("registered", "registered") == [("identifier-in-soft-id", '"softID": "registered"')]


@pytest.mark.parametrize("soft", ["cookie", "rudder_id"])
def test_a_connectors_soft_id_that_names_no_hard_id_is_right_and_no_evidence_of_one(soft: str) -> None:
    assert destination("email_id", soft) == []


MAGENTO = """<?xml version="1.0"?>
<!-- ž -->
<config>
\t<default>
\t\t<bloomreach_engagement>
\t\t\t<registered_mapping>
\t\t\t\t<customer_id>NUMBER</customer_id>
\t\t\t\t<email> ADDRESS </email>
\t\t\t</registered_mapping>
\t\t</bloomreach_engagement>
\t</default>
</config>
"""
DECLARED = Config(
    identifiers={
        "email_id": Identifier("hard", "email"),
        "customer_id": Identifier("hard", "customer_id"),
        "cookie": Identifier("soft", "opaque"),
    }
)


def module_defaults(number: str, address: str, end: str = "\n") -> list[tuple[int, int, str]]:
    text = MAGENTO.replace("NUMBER", number).replace("ADDRESS", address).replace("\n", end)
    result = check_texts({"etc/config.xml": text}, DECLARED)
    return [(*result.sources["etc/config.xml"].position(one.root.start), one.rule) for one in result.findings]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_magento_modules_names_of_ids_are_looked_at(end: str) -> None:
    assert module_defaults("customer_id", "email_id", end) == []
    assert module_defaults("customer_id", "cookie", end) == [(8, 5, "identifier-in-soft-id")]
    assert module_defaults("customer_id", "emailid", end) == [(8, 5, "undeclared-id")]
    assert module_defaults("customer_id", "customer_id", end) == [(8, 5, "mismatched-import-id")]


def test_broken_xml_and_entities_are_no_danger() -> None:
    bomb = MAGENTO.replace("<config>", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><config>', 1)
    assert check(bomb, "config.xml") == []
    assert check(MAGENTO[: MAGENTO.index("</email>")], "config.xml") == []
    assert check("<a>" * 5000 + "registered_mapping", "config.xml") == []


# ------------------------------------------------------------------------- definitions and stored payloads


DEFINITION = (
    '{"destination": {"customer_destination": {}}, "mapping": {"column_mapping": {'
    '"id_mappings": [{"from_column": "visitor", "to_id": "cookie"}], '
    '"property_mappings": [{"from_column": "email", "to_column": "email"}]}}}'
)
PAYLOAD = '{"customer_ids": {"cookie": "6b1f"}, "properties": {"email": "jo@shop.example"}}'
BATCH = f'{{"commands": [{{"name": "customers", "data": {PAYLOAD}}}]}}'


@pytest.mark.parametrize("around", ["%s", '{"body": %s}', "[\n%s]", '{"imports": {"crm": {"versions": [%s]}}}'])
@pytest.mark.parametrize(
    ("text", "mark", "rule"),
    [
        (DEFINITION, '{"from_column": "email"', "identifier-mapped-as-property"),
        (PAYLOAD, '"email": "jo@', "identifier-in-api-properties"),
        (BATCH, '"email": "jo@', "identifier-in-api-properties"),
    ],
)
def test_a_definition_or_payload_is_read_wherever_a_document_holds_it(
    around: str, text: str, mark: str, rule: str
) -> None:
    text = around % text
    found = [(line, name) for line, _, name in check(text, "stored.json")]
    assert found == [(spot(text, mark)[0], rule)]


@pytest.mark.parametrize(("path", "between"), [("stored.json", "\n"), ("stored.yaml", "\n---\n")])
def test_each_of_several_documents_is_read(path: str, between: str) -> None:
    text = between.join((PAYLOAD, BATCH, DEFINITION, '{"other": 1}'))
    lines = [line for line, _, _ in check(text, path)]
    step = between.count("\n")
    assert lines == [1, 1 + step, 1 + 2 * step]


# ------------------------------------------------------------------------------------------- weblayers


def test_a_weblayer_may_return_at_its_top_level() -> None:
    code = "if (self.done) { return; }\nself.sdk.update({ email: self.refs.email.value });\nreturn { off: 1 };"
    assert check(code, "weblayer.js") == [(*spot(code, "email: self"), UPDATE)]


def test_a_weblayers_self_may_be_kept_as_its_own_this() -> None:
    code = (
        "var self = this;\nself.container.querySelector('form').addEventListener('submit', function () {\n"
        "  self.sdk.update({ email: self.container.querySelector('[name=email]').value });\n});\nreturn;"
    )
    assert check(code, "weblayer.js") == [(*spot(code, "email: self"), UPDATE)]


def test_a_weblayer_that_identifies_is_right() -> None:
    code = "var mail = self.refs.mail.value.toLowerCase();\nself.sdk.identify({ registered: mail }, { email: mail });"
    assert check(code, "weblayer.js") == []


def test_the_sdk_of_another_object_that_is_called_self_is_not_the_page_s() -> None:
    code = (
        "class Box {\n  constructor(sdk) { this.sdk = sdk; }\n"
        "  go(mail) { const self = this; self.sdk.update({ email: mail }); }\n}"
    )
    assert check(code, "box.js") == []
