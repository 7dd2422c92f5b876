"""Parse: a SourceFile comes in, Modules of the small language go out.

One file a language; each is imported when the first file of its kind comes, so that a run pays only for the grammars
it needs. A later front end adds its file and its suffixes here.
"""

from __future__ import annotations

from trackaudit.config.limits import limits
from trackaudit.discover.listing import DECLARATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackaudit.model import SourceFile
    from trackaudit.program import Module

_LANGUAGES = {
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".py": "python",
    ".pyi": "python",
    ".json": "document",
    ".yaml": "document",
    ".yml": "document",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".vue": "vue",
    ".svelte": "svelte",
    ".astro": "astro",
    ".liquid": "html",
    ".twig": "html",
    ".jinja": "html",
    ".jinja2": "html",
    ".j2": "html",
    ".njk": "html",
    ".php": "html",
    ".phtml": "html",
    ".erb": "html",
    ".rhtml": "html",
    ".ejs": "html",
    ".jsp": "html",
    ".jspf": "html",
    ".isml": "html",
    ".ftl": "html",
    ".ftlh": "html",
    ".latte": "html",
    ".hbs": "html",
    ".handlebars": "html",
    ".mustache": "html",
    ".gohtml": "html",
    ".tmpl": "html",
    ".cshtml": "html",
    ".razor": "html",
    ".tpl": "tag-template",
}
_NAMES = {"config.xml": "document"}
"""Files of a sort that is read only under this name: the defaults of a Magento module."""
_INNER = {".js": "script", ".mjs": "script", ".ts": "script", ".jsx": "script", ".tsx": "script"}
"""What a template makes, by the suffix before its own: `theme.js.liquid` is a script."""
_NO_PAGES = frozenset(
    (".css", ".scss", ".less", ".txt", ".md", ".xml", ".json", ".yaml", ".yml", ".sql", ".conf", ".ini", ".toml", ".sh",
     ".cfg", ".env", ".service", ".csv", ".py", ".go")
)  # fmt: skip


def language_of(path: str, data: bytes | None = None) -> str | None:
    """What a path is read as: "javascript", "typescript", "tsx", "python", "document", "html" (templates of pages too),
    "vue", "svelte", "astro", "script" (a template of a script), "tag-template" (of Google Tag Manager); else None.

    `data`: the file's bytes, for languages that the suffix alone does not tell.
    """
    name = path.rpartition("/")[2]
    if name in _NAMES:
        return _NAMES[name]
    dot = name.rfind(".")
    language = _LANGUAGES.get(name[dot:].lower()) if dot >= 0 else None
    if language == "html":
        inner = name[name.rfind(".", 0, dot) : dot].lower() if "." in name[:dot] else ""
        if inner in _NO_PAGES:
            return None
        return _INNER.get(inner, "html")
    return language


def with_language(paths: Iterable[str]) -> list[str]:
    """Those of many paths that may hold what is sent: `language_of` knows them, and they do not only declare."""
    verdicts = _Verdicts()
    return [
        path
        for path in paths
        if (known := verdicts[path[path.rfind(".") :]])
        or (known is None and not path.endswith(DECLARATIONS) and language_of(path) is not None)
    ]


class _Verdicts(dict[str, "bool | None"]):
    """Whether `with_language` takes a file, by its suffix; None where the suffix alone does not tell."""

    def __missing__(self, suffix: str) -> bool | None:
        language = _LANGUAGES.get(suffix.lower())
        told = language != "html" and not any(name.endswith(suffix) for name in (*_NAMES, *DECLARATIONS))
        self[suffix] = language is not None if told else None
        return self[suffix]


def file_kinds() -> dict[str, list[str]]:
    """How the names of files end that may hold what is sent: under "" of all, under "python" and "script" of code of
    the kinds of `kind_of`; after a `!`, how they do not."""
    left_out = [f"!{end}" for end in DECLARATIONS]
    kinds: dict[str, list[str]] = {"": [*_NAMES, *_LANGUAGES, *left_out], "python": left_out[:], "script": left_out[:]}
    for suffix, language in _LANGUAGES.items():
        if language != "document":
            kinds["python" if language == "python" else "script"].append(suffix)
    return kinds


def kind_of(path: str) -> str:
    """The kind of a file of code: who calls a function is of the same. "" for one that only declares."""
    if path.lower().endswith(DECLARATIONS):
        return ""
    return "python" if language_of(path) == "python" else "script"


def parse(source: SourceFile) -> list[Module]:
    """The modules of one file, by its language; none for a language that nobody reads. Raises TooMuch."""
    language = source.language
    if language != "document" and len(source.data) > limits().tokens:
        from trackaudit.parse.measure import measure

        measure(source.data)
    if language in ("javascript", "typescript", "tsx"):
        from trackaudit.parse.javascript import parse as parse_javascript

        if language == "javascript" and (b"{{" in source.data or b"{%" in source.data or b"<%" in source.data):
            from trackaudit.parse.template import fills_script

            if fills_script(source.data):
                from trackaudit.parse.html import Page

                return _with_fewer_errors(Page(source.path, source.data).script_modules(), parse_javascript(source))
        return parse_javascript(source)
    if language == "python":
        from trackaudit.parse.python import parse as parse_python

        return parse_python(source)
    if language == "document" and source.path.lower().endswith(".json"):
        from trackaudit.parse.document import is_container

        if is_container(source.data):
            from trackaudit.parse.gtm import parse as parse_container

            return parse_container(source)
    if language == "document":
        from trackaudit.parse.document import parse as parse_document

        return parse_document(source)
    if language in ("html", "vue", "svelte", "astro", "script"):
        from trackaudit.parse.html import parse as parse_html

        return parse_html(source)
    if language == "tag-template":
        from trackaudit.parse.gtm_template import parse as parse_tag_template

        return parse_tag_template(source)
    return []


def _with_fewer_errors(filled: list[Module], plain: list[Module]) -> list[Module]:
    """A script read as a template's, unless it is one that only looks so."""
    counts = [sum(len(module.errors) for module in one) for one in (filled, plain)]
    return filled if counts[0] <= counts[1] else plain
