"""Parse, templates: where the tags of each template language begin and end, and what each does."""

from __future__ import annotations

import re

from trackaudit.parse import template_at, template_braces, template_code, template_elements
from trackaudit.parse.template_latte import latte
from trackaudit.parse.template_tag import Dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.parse.template_tag import Tag

BY_SUFFIX = {
    ".liquid": "curly",
    ".twig": "curly",
    ".jinja": "curly",
    ".jinja2": "curly",
    ".j2": "curly",
    ".njk": "curly",
    ".php": "php",
    ".phtml": "php",
    ".erb": "ruby",
    ".rhtml": "ruby",
    ".ejs": "ejs",
    ".jsp": "jsp",
    ".jspf": "jsp",
    ".isml": "isml",
    ".ftl": "freemarker",
    ".ftlh": "freemarker",
    ".latte": "latte",
    ".hbs": "handlebars",
    ".handlebars": "handlebars",
    ".mustache": "handlebars",
    ".gohtml": "go",
    ".cshtml": "razor",
    ".razor": "razor",
}
DIALECTS = {
    "curly": Dialect((b"{{", b"{%", b"{#")),
    "blade": Dialect((b"{{", b"{!!", b"<?", b"@"), "php"),
    "php": Dialect((b"<?",), "php"),
    "ruby": Dialect((b"<%",), "ruby"),
    "ejs": Dialect((b"<%",)),
    "jsp": Dialect((b"<%", b"${", b"<c:", b"</c:")),
    "isml": Dialect((b"${", b"<is", b"</is")),
    "freemarker": Dialect((b"${", b"<#", b"</#", b"<@", b"</@"), "freemarker"),
    "handlebars": Dialect((b"{{",), "handlebars"),
    "go": Dialect((b"{{",), "go"),
    "razor": Dialect((b"@", b"<text>", b"</text>"), "csharp"),
    "smarty": Dialect((b"{",), "smarty"),
    "latte": Dialect((b"{",), "latte"),
    "thymeleaf": Dialect((b"[[${", b"[(${", b"/*[[${", b"/*[(${", b"[# ", b"[/]")),
}


def scan(data: bytes, dialect: Dialect) -> list[Tag]:
    """All tags, in order, none inside another."""
    found: list[Tag] = []
    pattern = re.compile(b"|".join(re.escape(opener) for opener in sorted(dialect.openers, key=len, reverse=True)))
    dead: set[bytes] = set()
    at = 0
    while True:
        match = pattern.search(data, at)
        if match is None:
            return template_at.with_ends(data, found) if dialect.style == "csharp" else found
        opener, start = match.group(), match.start()
        tag = None if opener in dead else _READERS[opener](data, start, dialect)
        if tag is None:
            at = start + 1
            continue
        if tag.end < 0:  # no closer anywhere behind
            dead.add(opener)
            at = start + 1
            continue
        if tag.kind != "none":
            found.append(tag)
        at = tag.end


def _single_brace(data: bytes, start: int, dialect: Dialect) -> Tag | None:
    return latte(data, start) if dialect.style == "latte" else template_braces.smarty(data, start, dialect)


_READERS: dict[bytes, Callable[[bytes, int, Dialect], Tag | None]] = {
    b"{{": template_braces.braces,
    b"{%": template_braces.statement,
    b"{#": template_braces.hash_comment,
    b"{!!": template_braces.raw,
    b"<?": template_code.php,
    b"<%": template_code.asp,
    b"${": template_elements.dollar,
    b"<c:": template_elements.element,
    b"</c:": template_elements.element,
    b"<is": template_elements.element,
    b"</is": template_elements.element,
    b"<#": template_elements.element,
    b"</#": template_elements.element,
    b"<@": template_elements.element,
    b"</@": template_elements.element,
    b"@": template_at.at,
    b"<text>": template_at.text_element,
    b"</text>": template_at.text_element,
    b"{": _single_brace,
    b"[[${": template_elements.thymeleaf,
    b"[(${": template_elements.thymeleaf,
    b"/*[[${": template_elements.thymeleaf,
    b"/*[(${": template_elements.thymeleaf,
    b"[# ": template_elements.thymeleaf_block,
    b"[/]": template_elements.thymeleaf_block,
}
