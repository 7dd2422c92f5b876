"""Mapping files that a user describes: an item of `imports:` in, an `Import` out.

Nobody knows every connector's format, so the user says where the rows are and what their fields mean. The same items
stand in the configuration and in a vocabulary file.
"""

from __future__ import annotations

from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.config.marked import Marked, Reader

KEYS = ("name", "files", "when", "rows", "column", "target", "ids", "names", "query", "event", "token", "unchanged")
ID_KEYS = ("field", "is", "rows", "column", "target", "targets")
KEY, VALUE = "$key", "$value"
"""Instead of a row's field: the row's own key (where rows are a mapping), and the row itself (where it is one text)."""
ANY = "*"
"""Under `when`: the key is there, whatever it holds."""
SUFFIXES = (".json", ".yaml", ".yml")
_IDS = "{field: …, is: …}, {rows: …} or {targets: […]}"
_PATH = "keys with dots between, e.g. config.mappings"


class Import(NamedTuple):
    """One described format.

    files: patterns in the language of .gitignore, or none for any document. when: paths with the text that must stand
    there (`*`: any). rows: path of the list or mapping of rows, from the record that holds all of this; column and
    target: fields of a row, as paths inside it. What marks an ID: `id_field` with one of `id_values` (lower-case); or
    rows of their own at `id_rows`; or a target among `id_targets`. names: a target as written, and the ID's or
    property's name that it means. query: path of the SQL text that gives the columns; event: path of the event's name;
    each "" for none. token: of the project. unchanged: each value is sent as its column holds it.
    """

    name: str
    files: tuple[str, ...]
    when: tuple[tuple[str, str], ...]
    rows: str
    column: str
    target: str
    id_field: str = ""
    id_values: tuple[str, ...] = ()
    id_rows: str = ""
    id_column: str = ""
    id_target: str = ""
    id_targets: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    query: str = ""
    event: str = ""
    token: str = ""
    unchanged: bool = False


def read_imports(reader: Reader, item: Marked) -> tuple[Import, ...]:
    """The described formats; what is wrong with them is noted in `reader`."""
    return tuple(_import(reader, part, number) for number, part in enumerate(reader.items(item, "imports"), 1))


def _import(reader: Reader, item: Marked, number: int) -> Import:
    parts = reader.mapping(item, "an import", KEYS)
    name = reader.string(parts["name"], "name of an import") if "name" in parts else f"import {number}"
    if isinstance(item.value, dict):
        for key in ("rows", "column", "target", "ids"):
            if key not in parts:
                reader.problem(item.line, f"{name} lacks {key}", KEYS)
        if "files" not in parts and "when" not in parts:
            reader.problem(item.line, f"{name} needs files or when, else every document would be one", KEYS)
    ids = reader.mapping(parts["ids"], f"ids of {name}", ID_KEYS) if "ids" in parts else {}
    field, own, targets = (key in ids for key in ("field", "rows", "targets"))
    given = "ids" in parts and isinstance(parts["ids"].value, dict)
    if given and (
        field + own + targets != 1 or field != ("is" in ids) or (not own and {"column", "target"} & set(ids))
    ):
        reader.problem(parts["ids"].line, f"ids of {name} must say one thing", _IDS)
    column, target = (_path(reader, parts, key, name, special=True) for key in ("column", "target"))
    return Import(
        name=name,
        files=tuple(_pattern(reader, part, name) for part in _listed(reader, parts, "files", name)),
        when=tuple(
            (path, _text(reader, test, f"when {path} of {name}"))
            for path, test in (reader.mapping(parts["when"], f"when of {name}") if "when" in parts else {}).items()
        ),
        rows=_path(reader, parts, "rows", name),
        column=column,
        target=target,
        id_field=_path(reader, ids, "field", name, special=True),
        id_values=tuple(_text(reader, part, f"is of {name}").lower() for part in _listed(reader, ids, "is", name)),
        id_rows=_path(reader, ids, "rows", name),
        id_column=_path(reader, ids, "column", name, special=True) or column,
        id_target=_path(reader, ids, "target", name, special=True) or target,
        id_targets=tuple(_text(reader, part, f"targets of {name}") for part in _listed(reader, ids, "targets", name)),
        names=tuple(
            (key, reader.string(part, f"{key} of names of {name}"))
            for key, part in (reader.mapping(parts["names"], f"names of {name}") if "names" in parts else {}).items()
        ),
        query=_path(reader, parts, "query", name),
        event=_path(reader, parts, "event", name),
        token=reader.string(parts["token"], f"token of {name}") if "token" in parts else "",
        unchanged=reader.flag(parts["unchanged"], f"unchanged of {name}") if "unchanged" in parts else False,
    )


def _listed(reader: Reader, parts: dict[str, Marked], key: str, name: str) -> list[Marked]:
    """One text, or a list of texts."""
    if key not in parts:
        return []
    item = parts[key]
    found = item.value if isinstance(item.value, list) else [item]
    if not found:
        reader.problem(item.line, f"{key} of {name} is empty", "a text or a list of texts")
    return found


def _text(reader: Reader, item: Marked, what: str) -> str:
    # A bare `true` or `1` is what stands in the file, not a word.
    if not item.text or isinstance(item.value, (dict, list)):
        reader.string(item._replace(value=None) if item.value == "" else item, what)
    return item.text


def _pattern(reader: Reader, item: Marked, name: str) -> str:
    text = reader.string(item, f"files of {name}")
    last = text.rpartition("/")[2]
    suffix = last[last.rfind(".") :].lower() if "." in last else ""
    if suffix and not set("*?[") & set(suffix) and suffix not in SUFFIXES:
        reader.problem(item.line, f"files of {name} cannot be {text!r}: such files are not read", SUFFIXES)
    return text


def _path(reader: Reader, parts: dict[str, Marked], key: str, name: str, special: bool = False) -> str:
    if key not in parts:
        return ""
    text = reader.string(parts[key], f"{key} of {name}")
    words = text.split(".")
    wrong = not all(words) or (text.startswith("$") and not (special and text in (KEY, VALUE)))
    if text and wrong:
        allowed = f"{_PATH}; {KEY} or {VALUE}" if special else _PATH
        reader.problem(parts[key].line, f"{key} of {name} cannot be {text!r}", allowed)
    return text
