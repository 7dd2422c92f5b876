"""parse (documents): the bytes of a YAML or JSON file come in, one Module goes out: an Expression a document.

Mappings are Records, lists Sequences, scalars Literals; a key is always a Literal string, as written. JSON has a
reader of its own (`document_json`): PyYAML refuses JSON's tabs and takes ten times as long, and a reader that works
on bytes has exact places at once. YAML is read from PyYAML's events (`document_yaml`).
"""

from __future__ import annotations

from trackaudit.program import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import SourceFile

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTAINERS = (
    (b'"exportFormatVersion"', b'"containerVersion"'),
    (b'"firingTriggerId"', b'"parameter"'),
    (b'"macros"', b'"vtp_'),
)
"""What stands in an export, in what the API gives of one, and in a published container."""

_INNER = (b'\\"', b"|", b">", b"'{", b"'[")
"""One of these is there where a string holds JSON: an escaped quote, a block of lines, a quoted brace."""


def is_container(data: bytes) -> bool:
    """Whether a JSON file is a container of Google Tag Manager, exported or as it is published, which `gtm` reads."""
    return any(all(mark in data for mark in marks) for marks in _CONTAINERS)


def parse(source: SourceFile) -> list[Module]:
    """Read one document file. Never raises for what is in it: what could not be read is in `errors`."""
    if source.data[:2] in _UTF16:
        return [Module(source.path, "document", [], [], [(0, len(source.data))])]
    if source.path.lower().endswith((".yaml", ".yml")):
        from trackaudit.parse.document_yaml import read_yaml

        body, comments, errors = read_yaml(source.data)
    elif source.path.lower().endswith(".xml"):
        from trackaudit.parse.document_xml import read_xml

        body, comments, errors = read_xml(source.data)
    else:
        from trackaudit.parse.document_json import read_json

        body, comments, errors = read_json(source.data)
    if any(mark in source.data for mark in _INNER):
        from trackaudit.parse.document_inner import inner_documents

        body = [*body, *inner_documents(source.data, body)]
    return [Module(source.path, "document", body, comments, errors)]
