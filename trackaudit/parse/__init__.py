"""Parse: a SourceFile comes in, Modules of the small language go out.

One file a language; each is imported when the first file of its kind comes, so that a run pays only for the grammars
it needs. A later front end adds its file and its suffixes here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
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
}


def language_of(path: str, data: bytes | None = None) -> str | None:
    """What a path is read as: "javascript", "typescript", "tsx", "python", "document"; None for anything else.

    `data`: the file's bytes, for languages that the suffix alone does not tell.
    """
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return _LANGUAGES.get(name[dot:].lower()) if dot >= 0 else None


def parse(source: SourceFile) -> list[Module]:
    """The modules of one file, by its language; none for a language that nobody reads."""
    language = source.language
    if language in ("javascript", "typescript", "tsx"):
        from trackaudit.parse.javascript import parse as parse_javascript

        return parse_javascript(source)
    if language == "python":
        from trackaudit.parse.python import parse as parse_python

        return parse_python(source)
    if language == "document":
        from trackaudit.parse.document import parse as parse_document

        return parse_document(source)
    return []
