"""Pages, templates, components and strings that hold code: what is read, and that every place is exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackaudit import program as p
from trackaudit.config import Config
from trackaudit.discover.sources import Sources
from trackaudit.model import SourceFile
from trackaudit.parse import language_of, parse
from trackaudit.pipeline import CheckOptions, Reader, analysis_of, judge
from trackaudit.vocabulary import load_vocabulary

BOM = "\ufeff"


def modules(path: str, text: str | bytes) -> list[p.Module]:
    data = text.encode() if isinstance(text, str) else text
    return parse(SourceFile(path, data, language_of(path) or ""))


def check(path: str, text: str) -> list[tuple[int, int, str]]:
    """Line, column and rule of the findings in one file, of any confidence."""
    from trackaudit.engine.load import load_rules

    reader = Reader(Sources("", overlay={path: text.encode()}))
    config = Config()
    analysis = analysis_of(
        config, load_vocabulary(config), reader, [path], [path], lambda name: True, lambda name: False
    )
    result = judge(analysis, load_rules(config), CheckOptions(min_confidence="low"))
    spots = []
    for finding in result.findings:
        line, column = reader.files[path].position(finding.root.start)
        spots.append((line, column, finding.rule))
    return spots


def spot(text: str, mark: str) -> tuple[int, int]:
    """Line and column of a mark in a text, counted by hand: a BOM is no column."""
    before = text[: text.index(mark)].removeprefix(BOM).replace("\r\n", "\n")
    line = before.rpartition("\n")[2]
    return before.count("\n") + 1, len(line) + 1


WRONG = "exponea.update({ email: MAIL })"
LAYERS = [
    ("page.html", "<p>{pre}</p>{eol}<script>/*{pre}*/{eol}\t{code}</script>", "document.querySelector('#email').value"),
    ("page.html", "<p>{pre}</p><form onsubmit='\t{code}'></form>", "this.email.value"),
    ("page.html", '<a href="javascript:{code}">{pre}</a>', "customerEmail"),
    ("page.liquid", "<i>{pre}</i>{eol}<script>{eol}/*{pre}*/\t{code}</script>", "{{ customer.email | json }}"),
    ("page.liquid", "{% if x %}{eol}<script>/*{pre}*/{code}</script>{% endif %}", '"{{ customer.email }}"'),
    ("page.phtml", "<?php $a = '{pre}'; ?>{eol}<script>{code}</script>", '"<?= $user->getEmail() ?>"'),
    ("page.php", '<?php{eol}\techo "<script>{code}</script>";', "'{$user->getEmail()}'"),
    ("page.erb", "<% if a %>{pre}{eol}<script>{code}</script><% end %>", "<%= raw user.email.to_json %>"),
    ("page.ejs", "<%# {pre} %>{eol}<script>{code}</script>", "<%- JSON.stringify(user.email) %>"),
    ("page.hbs", "{{!-- {pre} --}}{eol}<script>{code}</script>", "{{{json user.email}}}"),
    ("page.jinja", "{# {pre} #}{eol}<script>{code}</script>", "{{ user.email|tojson }}"),
    ("page.gohtml", "{{/* {pre} */}}{eol}<script>{code}</script>", "{{ .User.Email }}"),
    ("page.jsp", "<%-- {pre} --%>{eol}<script>{code}</script>", "'${user.email}'"),
    ("page.cshtml", "<p>{pre}</p>{eol}<script>{code}</script>", "@Json.Serialize(Model.Email)"),
    (
        "page.cshtml",
        "@* {pre} *@{eol}<script>@if (Model.A) {{eol}<text>{code}</text>{eol}} else {<text>go()</text>}</script>",
        "'@Model.Email'",
    ),
    ("page.blade.php", "{{-- {pre} --}}{eol}<script>@isset($a){eol}{code} @endisset</script>", "@json($user->email)"),
    ("page.ftl", "<#-- {pre} -->{eol}<script><#if a??>{code}</#if></script>", "'${user.email?js_string}'"),
    ("page.html", "<p>{pre}</p>{eol}<script th:inline='javascript'>{code}</script>", "/*[[${user.email}]]*/ 'x'"),
    ("page.tpl", "{* {pre} *}{eol}<script>{if $a}{eol}{code}{/if}</script>", "'{$user.email|escape:\"javascript\"}'"),
    ("page.latte", "{* {pre} *}{eol}<script>{if $a}{eol}{code}{/if}</script>", "{$user->identity->email}"),
    ("a.component.html", '<p>{pre}</p>{eol}<form (ngSubmit)="go();\t{code}"></form>', "user.email"),
    ("A.astro", "---{eol}---{eol}<p>{pre}</p><a onclick='{code}'>x</a>", "this.email.value"),
    ("A.vue", "<template lang='pug'>{eol}p {pre}{eol}form(@submit=\"{code}\"){eol}</template>", "customerEmail"),
    ("theme.js.liquid", "// {pre}{eol}\t{code}", "{{ customer.email | json }}"),
    ("assets/theme.js", "// {pre}{eol}\t{code}", "{{ customer.email | json }}"),
    ("assets/theme.js", "// {pre}{eol}{% if a %}\t{code}{% endif %}", "'<%= user.email %>{{ customer.email }}'"),
    ("A.vue", "<template><p>{pre}</p></template>{eol}<script>{eol}\t{code}{eol}</script>", "customerEmail"),
    ("A.svelte", "<p>{pre}</p>{eol}<button onclick={() => {code}}>x</button>", "customerEmail"),
    ("a.js", "document.write('<b>{pre}</b><script>{code}<\\/script>')", "\"' + customerEmail + '\""),
    (
        "a.jsx",
        "const a = <b dangerouslySetInnerHTML={{ __html: `{pre}<script>{code}</script>` }} />",
        "'${user.email}'",
    ),
    ("a.py", "# {pre}{eol}def f(user):{eol}    return '<script>{code}</script>' % user", '"{{ current_user.email }}"'),
]


OF_LINES = ("//", "# ", "<?php{eol}", "---", "<template lang='pug'")
"""What begins so needs its line ends."""
LINES = [
    pytest.param(*layer, eol, id=f"{layer[0]}-{at}-{name}")
    for at, layer in enumerate(LAYERS)
    for name, eol in (("lf", "\n"), ("crlf", "\r\n"), ("one-line", ""))
    if eol or not layer[1].startswith(OF_LINES)
]


@pytest.mark.parametrize(("path", "layer", "mail", "eol"), LINES)
@pytest.mark.parametrize("pre", ["", "žluťoučký 🐎"], ids=["ascii", "non-ascii"])
@pytest.mark.parametrize("bom", ["", BOM], ids=["plain", "bom"])
def test_a_finding_has_its_exact_place_through_every_layer(
    path: str, layer: str, mail: str, eol: str, pre: str, bom: str
) -> None:
    code = WRONG.replace("MAIL", mail)
    text = bom + layer.replace("{pre}", pre).replace("{eol}", eol).replace("{code}", code)

    assert check(path, text) == [(*spot(text, "email:"), "identifier-in-update")]


PIECES = st.text(alphabet="abž🐎 \t\n.;", max_size=12)


@given(
    st.lists(
        st.sampled_from(
            [
                "{% if customer %}§{% endif %}",
                "{% if a %}x(){% else %}§{% endif %}",
                "{% for a in b %}\n§\n{% endfor %}",
                "if (ready) { § }",
                "run(function () { § });",
                "var q = {{ a | json }}; §",
                "var o = { {% if a %}a: 1,{% endif %} b: '{{ c }}' };\r\n§",
                "/* é {{ x }} */ §",
                'var s = "{% if a %}b{% endif %}";\n§',
            ]
        ),
        max_size=4,
    ),
    PIECES,
    st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_a_marker_in_nested_layers_maps_back_to_itself(layers: list[str], words: str, bom: bool) -> None:
    code = "marker({ email: {{ customer.email | downcase }} })"
    for layer in layers:
        code = layer.replace("§", code)
    text = (BOM if bom else "") + f"<p>{words}</p><script>\n{code}\n</script><b>{words}</b>"
    data = text.encode()

    found = modules("page.liquid", data)

    calls = [
        node
        for module in found
        for node in p.walk(list(module.body))
        if isinstance(node, p.Call) and isinstance(node.callee, p.Name) and node.callee.id == "marker"
    ]
    assert [data[node.start : node.end].decode() for node in calls] == [
        "marker({ email: {{ customer.email | downcase }} })"
    ]
    record = calls[0].args[0]
    assert isinstance(record, p.Record)
    pair = record.entries[0]
    assert isinstance(pair, p.Pair)
    assert data[pair.value.start : pair.value.end] == b"{{ customer.email | downcase }}"
    assert [module.errors for module in found] == [[] for _ in found]


@given(st.binary(max_size=300), st.sampled_from(["a.html", "a.liquid", "a.php", "a.erb", "a.vue", "a.svelte", "a.jsp"]))
@settings(deadline=None, max_examples=150)
def test_no_bytes_make_a_front_end_raise(noise: bytes, path: str) -> None:
    data = b"<script>exponea.update({{{ a }} " + noise + b"</script><?php if (x) { ?>{% if a %}" + noise

    assert all(0 <= start <= end <= len(data) for module in modules(path, data) for start, end in module.errors)


@pytest.mark.parametrize(
    "kind", ["application/ld+json", "text/template", "text/x-handlebars", "application/json", "text/plain", "importmap"]
)
def test_a_script_of_another_type_is_left_alone(kind: str) -> None:
    (page,) = modules("a.html", f"<script type='{kind}'>exponea.update({{}})</script>")

    assert page.body == []


@pytest.mark.parametrize("more", ["data-cookieconsent='marketing'", "class='optanon-category-C0004'"])
def test_a_script_that_waits_for_consent_is_read(more: str) -> None:
    (page,) = modules("a.html", f"<script type='text/plain' {more}>exponea.update({{}})</script>")

    assert len(page.body) == 1


def test_classic_scripts_are_one_page_and_module_scripts_have_their_own_scope() -> None:
    text = "<script>var a = 1</script><script type=module>let b</script><script>let c</script>"

    found = modules("a.html", text)

    assert [(module.page, len(module.body)) for module in found] == [(True, 2), (False, 1)]


def test_the_start_of_one_script_covers_the_update_of_another() -> None:
    text = (
        "<script>exponea.start({ customer: { registered: '{{ customer.email }}' } })</script>"
        "<script>exponea.update({ email: '{{ customer.email }}' })</script>"
    )

    assert check("a.liquid", text) == []


def test_an_if_and_else_around_statements_is_a_branch() -> None:
    text = "<script>{% if customer %}a(){% elsif guest %}b(){% else %}c(){% endif %}</script>"

    (page,) = modules("a.liquid", text)

    (branch,) = page.body
    assert isinstance(branch, p.Branch)
    assert len(branch.then) == 1
    (other,) = branch.orelse
    assert isinstance(other, p.Branch)
    assert len(other.then) == len(other.orelse) == 1
    assert page.errors == []


MAIL = {
    "a.cshtml": "'@Model.Email.ToLower()'",
    "a.blade.php": "'{{ Str::lower(auth()->user()->email) }}'",
    "a.ftl": "'${(user.email)!?lower_case}'",
    "a.jsp": "'${fn:toLowerCase(user.email)}'",
    "a.html": "[[${#strings.toLowerCase(user.email)}]]",
    "a.tpl": "'{$user->email|lower nofilter}'",
    "a.latte": "{$user->email|lower}",
    "a.isml": "'${customer.email.toLowerCase()}'",
    "a.hbs": "'{{lowercase user.email}}'",
    "a.erb": "<%= user.email.downcase.to_json %>",
    "a.php": "<?= json_encode(strtolower($user->email)) ?>",
    "a.gohtml": "{{ lower .User.Email }}",
    "a.liquid": "{{ customer.email | downcase | json }}",
}
BRANCHES = [
    ("a.cshtml", "@if (Model.A)\n{\n<text>", "</text>}\nelse\n{<text>", "</text>\n}"),
    ("a.cshtml", "@if (Model.A) {\n@:", "\n} else if (Model.B) {@:go();\n} else {\n@:", "\n}\n"),
    ("a.blade.php", "@if ($a)", "@else", "@endif"),
    ("a.blade.php", "@isset($a)", "@else", "@endisset"),
    ("a.blade.php", "@switch($a) @case(1)", "@default", "@endswitch"),
    ("a.ftl", "<#if a gt 1>", "<#else>", "</#if>"),
    ("a.jsp", "<c:choose><c:when test='${a}'>", "</c:when><c:otherwise>", "</c:otherwise></c:choose>"),
    ("a.jsp", "<% if (a) { %>", "<% } else { %>", "<% } %>"),
    ("a.tpl", "{if $a}", "{else}", "{/if}"),
    ("a.latte", "{if $a}", "{else}", "{/if}"),
    ("a.latte", "{ifset $a}", "{else}", "{/}"),
    ("a.latte", "{switch $a}{case 1}", "{default}", "{/switch}"),
    ("a.isml", "<isif condition='${a}'>", "<iselse/>", "</isif>"),
    ("a.hbs", "{{#if a}}", "{{else}}", "{{/if}}"),
    ("a.erb", "<% if a %>", "<% else %>", "<% end %>"),
    ("a.php", "<?php if ($a): ?>", "<?php else: ?>", "<?php endif; ?>"),
    ("a.gohtml", "{{ if .A }}", "{{ else }}", "{{ end }}"),
    ("a.liquid", "{%- case a -%} {%- when 1 -%}", "{%- else -%}", "{%- endcase -%}"),
]


@pytest.mark.parametrize(("path", "first", "other", "end"), BRANCHES)
def test_every_languages_branches_are_branches_of_the_script(path: str, first: str, other: str, end: str) -> None:
    update = f"exponea.update({{ email: {MAIL[path]} }});"
    identify = f"exponea.identify({{ registered: {MAIL[path]} }}, {{ email: {MAIL[path]} }});"

    def found(*parts: str) -> list[str]:
        text = f"<script>{' '.join(parts)}</script>"
        assert [module.errors for module in modules(path, text)] == [[]]
        return [rule for _, _, rule in check(path, text)]

    assert found(first, identify, other, update, end) == ["identifier-in-update"]
    assert found(first, identify, end, update) == ["identifier-in-update"]
    assert found(first, identify, end) == []
    if "else if" not in other:
        assert found(first, identify, other, identify, end, update) == []


def test_blocks_of_code_and_loops_of_razor_give_names() -> None:
    text = (
        "@using Shop\n@model Page\n@{\n    var mail = Model.User.Email;\n}\n<style>@@media print { a {} }</style>\n"
        "@foreach (var one in Model.Rows) {\n<script>q['@one.Name'] = 1; "
        "exponea.update({ contact: '@one.Email' })</script>\n}"
        "\n<p onclick=\"exponea.update({ a: '@mail', b: 'jo@shop.com' })\">@Html.Raw(\"}\")</p>"
    )
    assert check("a.cshtml", text) == [
        (*spot(text, "contact: "), "identifier-in-update"),
        (*spot(text, "a: '@mail"), "identifier-in-update"),
    ]


def test_smartys_words_for_braces_are_braces_and_what_is_literal_is_code() -> None:
    text = (
        "<script>{literal}function q(){go({a: 1})}{/literal}\n"
        "exponea.update({ldelim} 'a': 1{if $b}, 'email': '{$user.email|escape:'htmlall':'UTF-8'}'{/if} {rdelim});"
        "</script>"
    )
    assert [module.errors for module in modules("a.tpl", text)] == [[]]
    assert check("a.tpl", text) == [(*spot(text, "'email'"), "identifier-in-update")]


def test_what_latte_writes_is_a_value_and_a_scripts_own_braces_stay() -> None:
    text = (
        "{* a comment *}{var $mail = $user->identity->email}{varType App\\User $user}\n<script>"
        "var list = [{foreach $items as $item}{$item->id}{sep}, {/sep}{/foreach}];\n"
        "!function(e){return e.map((function(e){if(e){return e}})),{a:1}}(list);\n"
        "exponea.track('view', { link: {link Product:show, $item->id}, name: {_'name'}, one: {=$item['x']} });\n"
        "{include 'x.latte', foo: 1}{syntax off}(function(){return 1})(){/syntax};\n"
        "exponea.update({ contact: {$mail|trim|noescape}, l: '{l}' });</script>"
    )
    assert [module.errors for module in modules("a.latte", text)] == [[]]
    assert check("a.latte", text) == [(*spot(text, "contact: "), "identifier-in-update")]


@pytest.mark.parametrize("sdk", ["exponea", "$exponea", "this.$exponea", "useNuxtApp().$exponea"])
def test_a_plug_in_of_vue_is_the_global_it_is_named_after(sdk: str) -> None:
    def found(call: str) -> list[str]:
        code = f"export default {{ data: () => ({{ mail: '' }}), methods: {{ go() {{ {sdk}.{call} }} }} }}"
        return [rule for _, _, rule in check("A.vue", f"<script>{code}</script>")]

    assert found("update({ email: this.mail })") == ["identifier-in-update"]
    assert found("identify({ registered: this.mail.toLowerCase() }, { email: this.mail })") == []


def test_what_vue_itself_puts_into_a_component_is_no_plug_in() -> None:
    code = "export default { methods: { go(email) { this.$emit.update({ email }); this.$set.update({ email }) } } }"
    assert check("A.vue", f"<script>{code}</script>") == []


@pytest.mark.parametrize(
    "code",
    [
        "i18n.t('{{ count }} items'); const s = '{{name}}'; a({ b: { c: 1 }});",
        "const style = x => ({ a: {{ y }} });",
        "var a = '{% raw'; if (a) {{ b(); }}",
        "var t = '<% if (a) { %>' + b;",
    ],
)
def test_a_script_that_only_looks_like_a_template_keeps_its_code(code: str) -> None:
    (module,) = modules("a.js", f"{code}\nexponea.track('x', {{ email: mail }});")
    calls = [node for node in p.walk(list(module.body)) if isinstance(node, p.Call)]
    assert any(isinstance(call.callee, p.Member) and getattr(call.callee.key, "value", "") == "track" for call in calls)


def test_an_identify_in_the_other_arm_does_not_cover() -> None:
    text = (
        "<script>{% if a %}exponea.identify({ registered: '{{ customer.email }}' });"
        "{% else %}exponea.update({ email: '{{ customer.email }}' });{% endif %}</script>"
    )

    assert [rule for _, _, rule in check("a.liquid", text)] == ["identifier-in-update"]


def test_an_if_around_an_entry_makes_it_a_maybe() -> None:
    text = "<script>f({ {% if a %}a: 1{% else %}a: 2{% endif %}, b: 3 })</script>"

    (page,) = modules("a.liquid", text)

    (statement,) = page.body
    assert isinstance(statement, p.Expression)
    assert isinstance(statement.value, p.Call)
    record = statement.value.args[0]
    assert isinstance(record, p.Record)
    spread, pair = record.entries
    assert isinstance(spread, p.Spread)
    assert isinstance(spread.value, p.Conditional)
    assert isinstance(pair, p.Pair)
    assert page.errors == []


def test_an_if_around_a_value_is_a_conditional() -> None:
    text = "<script>var a = {% if x %}'b'{% else %}c{% endif %}, d = {% if x %}1{% endif %};</script>"

    (page,) = modules("a.liquid", text)

    values = [node.value for node in page.body if isinstance(node, p.Bind)]
    unwrapped = [value.value if isinstance(value, p.Wrap) else value for value in values]
    assert [type(value) for value in unwrapped] == [p.Conditional, p.Conditional]
    assert page.errors == []


@pytest.mark.parametrize(
    ("path", "value", "kept"),
    [
        ("a.liquid", "{{ customer.email | downcase | json }}", []),
        ("a.jinja", "{{ customer.email|lower|tojson }}", []),
        ("a.php", "<?= json_encode(strtolower($_POST['email'])) ?>", []),
        ("a.php", "<?= json_encode($_POST['email']) ?>", ["hard-id-not-lowercased"]),
    ],
)
def test_filters_are_steps_that_the_rules_see(path: str, value: str, kept: list[str]) -> None:
    text = f"<script>exponea.identify({{ registered: {value} }})</script>"

    assert [rule for _, _, rule in check(path, text)] == kept


def test_a_template_name_is_not_a_name_of_the_script() -> None:
    text = "<script>var customer = {}; exponea.update({ email: {{ customer.email | json }} })</script>"

    assert [rule for _, _, rule in check("a.liquid", text)] == ["identifier-in-update"]


def test_the_shops_own_address_is_not_the_customers() -> None:
    assert check("a.liquid", "<script>exponea.update({ contact: {{ shop.email | json }} })</script>") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "console.log('<script>exponea.update({ email: customerEmail })</script>')"),
        ("a.js", "/* <script>exponea.update({ email: customerEmail })</script> */"),
        ("a.js", "expect(html).toContain('<script>exponea.update({ email: customerEmail })</script>')"),
        ("a.py", '"""<script>exponea.update({email: customerEmail})</script>"""'),
        ("a.py", "print('<script>exponea.update({email: customerEmail})</script>')"),
        ("a.py", "self.assertIn('<script>exponea.update({email: customerEmail})</script>', x)"),
        ("a.php", "<?php // echo '<script>exponea.update({email: customerEmail})</script>';"),
        ("a.html", "<!-- <script>exponea.update({email: customerEmail})</script> -->"),
        ("a.html", "<pre>&lt;script&gt;exponea.update({email: customerEmail})&lt;/script&gt;</pre>"),
    ],
)
def test_code_that_is_only_shown_is_no_finding(path: str, text: str) -> None:
    assert check(path, text) == []


@pytest.mark.parametrize("path", ["a.html", "a.liquid", "a.vue", "a.svelte", "a.astro"])
def test_comments_that_nothing_closes_take_no_script_away(path: str) -> None:
    opened = "<!-- " * 30_000  # the grammar would look for the end of each: minutes
    text = f"<!-- a --><p onclick='f()'></p>{opened}<script>exponea.update({{ email: mail }})</script>{opened}"
    found = modules(path, text)
    assert [module.errors for module in found] == [[] for _ in found]
    calls = [node for module in found for node in p.walk(module.body) if isinstance(node, p.Call)]
    assert text.index("exponea") in [call.start for call in calls]


def test_a_comment_of_the_markup_silences_the_line_below() -> None:
    text = "<!-- trackaudit: ignore[identifier-in-update] known -->\n<a onclick='exponea.update({ email: userEmail })'>"

    assert check("a.html", text) == []


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.html", "html"),
        ("a.html.erb", "html"),
        ("theme.js.liquid", "script"),
        ("x.css.liquid", None),
        ("nginx.conf.j2", None),
        ("A.vue", "vue"),
    ],
)
def test_a_template_is_read_as_what_it_makes(path: str, language: str | None) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize("name", ["a.js.erb", "a.js.liquid", "a.html.erb"])
def test_a_statement_of_a_template_that_is_nested_too_deeply_is_left_out_alone(name: str) -> None:
    deep = "exponea.update(" + "a ? b : " * 1_200 + "'<%= c %>{{ c }}');"
    text = f"{deep}\nexponea.update({{ email: user.email, plan: '<%= plan %>{{{{ plan }}}}' }});\n"
    data = (f"<script>{text}</script>" if ".html" in name else text).encode()
    modules = parse(SourceFile(name, data, language_of(name) or ""))
    assert any(isinstance(error, p.Cut) for module in modules for error in module.errors)
    names = {node.id for module in modules for node in p.walk(module.body) if isinstance(node, p.Name)}
    assert "exponea" in names
