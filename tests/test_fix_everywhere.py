"""What holds for a fix wherever it is written: in pages, components and templates, and in programs that are made up."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from programs import ROOT, Program, render
from test_metamorphic import CASES, REWRITINGS, Seed, program_of
from test_tag_managers import CONFIG, container, script, variable

from trackaudit.pipeline import check_texts, fix_texts

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = {
    "script in a page": (
        "a.html",
        "<body>\r\n<script>\r\n  // é\r\n  exponea.update({ email: mail });\r\n</script>\r\n</body>\r\n",
        "exponea.update({ email: mail })",
        "exponea.identify({ registered: mail.toLowerCase() }, { email: mail })",
    ),
    "event attribute": (
        "a.html",
        '<p title="é">x</p><form onsubmit="exponea.update({ email: this.email.value })"></form>\n',
        "exponea.update({ email: this.email.value })",
        "exponea.identify({ registered: this.email.value.toLowerCase() }, { email: this.email.value })",
    ),
    "event attribute in single quotes": (
        "a.html",
        "<form onsubmit='exponea.update({ \"email\": this.email.value })'></form>\n",
        'exponea.update({ "email": this.email.value })',
        'exponea.identify({ "registered": this.email.value.toLowerCase() }, { "email": this.email.value })',
    ),
    "component": (
        "Save.vue",
        '<template>\n  <form @submit="save" />\n</template>\n<script setup lang="ts">\nfunction save(mail: string) {\n'
        "  window.exponea.update({ email: mail });\n}\n</script>\n<style>a { b: c }</style>\n",
        "exponea.update({ email: mail })",
        "exponea.identify({ registered: mail.toLowerCase() }, { email: mail })",
    ),
    "Liquid": (
        "a.liquid",
        '{% if customer %}\n<script>\n  exponea.update({\n    email: "{{ customer.email }}",\n'
        "    city: {{ customer.city | json }},\n  });\n</script>\n{% endif %}\n",
        "exponea.update({\n",
        'exponea.identify({ registered: ("{{ customer.email }}").toLowerCase() }, {\n',
    ),
    "Jinja, a value that is written once": (
        "a.html",
        '{% if user.known %}\n<script>\n  exponea.update({ email: {{ user.email|tojson }}, city: "x" });\n</script>\n'
        "{% endif %}\n",
        "exponea.update({ email: {{ user.email|tojson }}, ",
        "const email = {{ user.email|tojson }};\n  exponea.identify({ registered: email.toLowerCase() }, { email, ",
    ),
    "PHP": (
        "a.php",
        '<?php if ($user): ?>\n<script>\n  exponea.update({ email: "<?= $user->email ?>" });\n</script>\n'
        "<?php endif; ?>\n",
        "exponea.update({ ",
        'exponea.identify({ registered: ("<?= $user->email ?>").toLowerCase() }, { ',
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_fix_in_a_page_changes_its_code_and_no_other_byte(case: str) -> None:
    path, text, wrong, right = PAGES[case]
    assert text.count(wrong) == 1
    fixed = fix_texts({path: text})[0]
    assert fixed[path] == text.replace(wrong, right)
    assert fix_texts(fixed)[0] == fixed


TAGS = {
    "a variable's value": (
        'var topic = "čaj\\n";\n\texponea.update({ "email": {{Email}} });',
        "exponea.update(",
        'exponea.identify({ "registered": ({{Email}}).toLowerCase() }, ',
    ),
    "a local of a function": (
        "(function () {\n  exponea.update({ email: document.querySelector('#email').value });\n})();",
        "exponea.update({ email: document.querySelector('#email').value })",
        "var email = document.querySelector('#email').value;\n"
        "  exponea.identify({ registered: email.toLowerCase() }, { email })",
    ),
    "no local of a tag": ("exponea.update({ email: document.querySelector('#email').value });", "", ""),
    "no spread": ("exponea.identify({ registered: {{Email}} || 'guest' }, { plan: 'a' });", "", ""),
}


@pytest.mark.parametrize("case", TAGS)
@pytest.mark.parametrize("layout", [{}, {"indent": 2, "ensure_ascii": False}], ids=["one line", "indented"])
@pytest.mark.parametrize("escaped", ["", "'<>&"], ids=["plain", "escaped"])
def test_code_in_a_containers_strings_is_fixed_in_its_own_escapes(
    case: str, layout: dict[str, Any], escaped: str
) -> None:
    code, wrong, right = TAGS[case]

    def written(code: str) -> str:
        text = container(script(code, "1"), variable("Email", "v", name="user.email"), **layout)
        for letter in escaped:
            text = text.replace(letter, f"\\u{ord(letter):04x}")
        return text

    text = written(code)
    fixed, number = fix_texts({"GTM-X.json": text}, CONFIG)
    assert number == (1 if wrong else 0)
    assert fixed["GTM-X.json"] == written(code.replace(wrong, right))


FIXED_RULES = ("identifier-in-update", "identifier-in-api-properties", "identifier-in-soft-id", "placeholder-id")
FIXABLE = [case for case in CASES if case[0].rule in FIXED_RULES]


def _found(files: dict[str, str]) -> list[tuple[str, str]]:
    return sorted((one.rule, one.root.path) for one in check_texts(files).findings)


@settings(max_examples=max(25, (settings.default.max_examples if settings.default else 0) // 5))
@given(
    case=st.sampled_from(FIXABLE),
    chain=st.lists(st.tuples(st.sampled_from(REWRITINGS), st.integers(0, 2**16)), max_size=5),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_a_fixed_program_parses_is_right_and_is_left_alone_from_then_on(
    case: tuple[Seed, str],
    chain: list[tuple[Callable[[Program, random.Random], Program | None], int]],
    newline: str,
) -> None:
    seed, language = case
    program = program_of(seed, language)
    for rewriting, number in chain:
        program = rewriting(program, random.Random(number)) or program
    files = {path: text.replace("\n", newline) for path, text in render(program).items()}
    fixed, number = fix_texts(files)
    note(f"{seed.name} in {language}")
    for path, text in fixed.items():
        note(f"--- {path}\n{text}")
        if path.endswith(".py"):
            compile(text, path, "exec")
        if newline == "\r\n":
            assert text.count("\n") == text.count("\r\n")
        assert text.count(ROOT) == files[path].count(ROOT)  # comments stay
    if fixed == files:
        assert number == 0
        return
    before, after = _found(files), _found(fixed)
    assert len(after) < len(before)
    assert all(one in before for one in after)
    assert fix_texts(fixed)[0] == fixed
