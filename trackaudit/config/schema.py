"""The JSON Schema of trackaudit.yaml, for editors and for docs/config.md; made of what the configuration is read by."""

from __future__ import annotations

from trackaudit.config import CHANNELS, KINDS, MAX_FILE_SIZE, OPERATIONS, TYPES
from trackaudit.config.limits import KEYS as LIMITS
from trackaudit.config.limits import default
from trackaudit.model import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_ARGUMENT = {
    "description": "Where it is: an argument's number or name, and a path inside it: `0`, `data`, `0.user`.",
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "minLength": 1}],
}


def schema(rules: Iterable[str] = ()) -> dict[str, Any]:
    """The schema. `rules`: ids that an editor may offer; others (of your own rules) are allowed all the same."""
    severity: dict[str, Any] = {"enum": ["off", *SEVERITIES]}
    known = sorted(rules)
    rule: dict[str, Any] = {"anyOf": [{"enum": known}, {"type": "string"}]} if known else {"type": "string"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "trackaudit.yaml",
        "description": "Configuration of trackaudit; also [tool.trackaudit] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "identifiers": {
                "description": "The project's ID names. Leave it out to have them inferred from the identifying calls.",
                "type": "object",
                "additionalProperties": _identifier(),
                "examples": [{"registered": {"type": "hard", "holds": "email"}, "cookie": {"type": "soft"}}],
            },
            "globals": {
                "description": "Other names of the page SDK.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "examples": [["brx", "acme.sdk"]],
            },
            "sinks": {
                "description": "Wrappers that cannot be seen, e.g. from a package: what is called, and where the IDs, "
                "properties and event are among their arguments.",
                "type": "array",
                "items": _sink(),
                "examples": [[{"call": "@acme/analytics.setCustomer", "properties": 0}]],
            },
            "imports": {
                "description": "Mapping files of other tools, in formats that you describe ([Imports](imports.md)).",
                "type": "array",
                "items": _import(),
                "examples": [
                    [
                        {
                            "name": "warehouse sync",
                            "files": "syncs/*.yaml",
                            "when": {"destination": "engagement"},
                            "rows": "mappings",
                            "column": "from",
                            "target": "to",
                            "ids": {"field": "type", "is": "identifier"},
                        }
                    ]
                ],
            },
            "exclude": {
                "description": "Files that are not read, as patterns in the language of .gitignore.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "examples": [["vendor/**"]],
            },
            "per-path-ignores": {
                "description": "Rules that are not reported in some files: a pattern in the language of .gitignore, "
                "and a rule or a list of rules.",
                "type": "object",
                "additionalProperties": {"anyOf": [rule, {"type": "array", "items": rule}]},
                "examples": [{"imports/**": ["import-without-hard-id"]}],
            },
            "rules": {
                "description": "The severity of a rule, or `off`.",
                "type": "object",
                "properties": {name: severity for name in known},
                "additionalProperties": severity,
                "examples": [{"identifier-only-in-event": "off", "hard-id-not-lowercased": "error"}],
            },
            "extend-rules": {
                "description": "Folders with rules of your own, inside the configuration's folder.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "examples": [["lint/rules"]],
            },
            "fail-on": {
                "description": "The lowest severity that makes the exit code 1.",
                "enum": list(SEVERITIES),
                "default": "warning",
            },
            "include-tests": {
                "description": "Report findings in tests, mocks and stories too, and learn the ID names from them.",
                "type": "boolean",
                "default": False,
            },
            "max-file-size": {
                "description": "Larger files are not read. A number of bytes, or e.g. `500KB`, `5MB`.",
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": "^[0-9][0-9_ ]*([kKmMgG]?[iI]?[bB])?$"},
                ],
                "default": MAX_FILE_SIZE,
            },
            "require-reason": {
                "description": "An ignore comment must say why; one that does not silences nothing.",
                "type": "boolean",
                "default": False,
            },
            "baseline": {
                "description": "The file of accepted findings, inside the configuration's folder "
                "(`trackaudit baseline` writes it).",
                "type": "string",
                "minLength": 1,
                "examples": ["trackaudit-baseline.json"],
            },
            **{
                key: {"description": what, "type": "integer", "minimum": 1, "default": default(key)}
                for key, what in LIMITS.items()
            },
        },
    }


def _identifier() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "type": {
                "description": "A hard ID tells one customer from another; a soft one is of a browser or device.",
                "enum": list(TYPES),
                "default": "hard",
            },
            "holds": {"description": "What kind of value it holds.", "enum": list(KINDS)},
            "lowercased": {
                "description": "The project lower-cases this ID itself (its ID transformation is switched on).",
                "type": "boolean",
                "default": False,
            },
        },
    }


def _sink() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["call"],
        "additionalProperties": False,
        "properties": {
            "call": {"description": "`package.function`, or a global's dotted name.", "type": "string", "minLength": 1},
            "ids": _ARGUMENT,
            "properties": _ARGUMENT,
            "event": _ARGUMENT,
            "operation": {
                "description": "What it does; told from its arguments if left out.",
                "enum": list(OPERATIONS),
            },
            "stateful": {
                "description": "Whether it acts for the customer of the moment, as the page SDK does.",
                "type": "boolean",
            },
            "channel": {"description": "Where it sends from.", "enum": list(CHANNELS)},
            "scalar-id": {
                "description": "The ID name that a bare text or number among the IDs means.",
                "type": "string",
                "minLength": 1,
            },
        },
    }


def _import() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    texts = {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}
    scalar = {"type": ["string", "number", "boolean"]}

    def ids(**parts: Any) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": False, "properties": parts}

    return {
        "type": "object",
        "required": ["rows", "column", "target", "ids"],
        "anyOf": [{"required": ["files"]}, {"required": ["when"]}],
        "additionalProperties": False,
        "properties": {
            "name": {"description": "What messages call it.", **text},
            "files": {"description": "Patterns of the files, as in .gitignore. JSON and YAML are read.", **texts},
            "when": {
                "description": "Keys that must be there, with their text, or `*` for any.",
                "type": "object",
                "additionalProperties": scalar,
            },
            "rows": {"description": "Where the rows are: keys with dots between.", **text},
            "column": {
                "description": "The row's field with the column. `$key`: the row's own key; `$value`: the row itself.",
                **text,
            },
            "target": {"description": "The row's field with the ID's or property's name, likewise.", **text},
            "ids": {
                "description": "What marks an ID: `field` and `is`; `rows` of their own; or `targets`, by name.",
                "type": "object",
                "oneOf": [
                    {
                        **ids(field=text, **{"is": {"anyOf": [scalar, {"type": "array", "items": scalar}]}}),
                        "required": ["field", "is"],
                    },
                    {**ids(rows=text, column=text, target=text), "required": ["rows"]},
                    {**ids(targets=texts), "required": ["targets"]},
                ],
            },
            "names": {
                "description": "Targets that are written in another way than the ID or property is named.",
                "type": "object",
                "additionalProperties": text,
            },
            "query": {"description": "Where the SQL text is that gives the columns, or the name of its file.", **text},
            "event": {"description": "Where the event's name is, for imports of events.", **text},
            "token": {"description": "The project's token: IDs of different projects are not compared.", **text},
            "unchanged": {
                "description": "Each value is sent as its column holds it: then an e-mail address as a hard ID that no "
                "query lower-cases is a finding.",
                "type": "boolean",
                "default": False,
            },
        },
    }


def page(schema: dict[str, Any]) -> str:
    """The schema as a page of documentation, in Markdown."""
    lines = [
        "# Configuration",
        "",
        "<!-- Generated from trackaudit/config/schema.py by scripts/docs.py. -->",
        "",
        "None is needed. Where you want one, write `trackaudit.yaml` at the top of the project (`trackaudit init` does "
        "it for you), or the same keys under `[tool.trackaudit]` in `pyproject.toml`. A key that is not listed here is "
        "an error, and the message says which one you may have meant.",
        "",
        "Editors complete and check the file with the JSON Schema that `trackaudit schema` prints. Save it beside the "
        "configuration (`trackaudit schema > .trackaudit.schema.json`) and make this the first line of the YAML file:",
        "",
        "```yaml",
        "# yaml-language-server: $schema=.trackaudit.schema.json",
        "```",
        "",
        "| key | default | what it is |",
        "|---|---|---|",
    ]
    for key, part in schema["properties"].items():
        default = f"`{_plain(part['default'])}`" if "default" in part else ""
        lines.append(f"| [{key}](#{key}) | {default} | {part['description']} |")
    for key, part in schema["properties"].items():
        lines += ["", f"## {key}", "", part["description"]]
        if "enum" in part:
            lines += ["", f"One of {_listed(part['enum'])}."]
        inner = part.get("items") or part.get("additionalProperties")
        if isinstance(inner, dict) and "properties" in inner:
            lines += ["", "| key | values | what it is |", "|---|---|---|"]
            for name, field in inner["properties"].items():
                needed = " Needed." if name in inner.get("required", ()) else ""
                values = _listed(field["enum"]) if "enum" in field else field.get("type") or _sorts(field)
                lines.append(f"| {name} | {values} | {field['description']}{needed} |")
        for example in part.get("examples", ()):
            lines += ["", "```yaml", *_yaml({key: example}), "```"]
    return "\n".join(lines) + "\n"


def _sorts(field: dict[str, Any]) -> str:
    listed = any(part.get("type") == "array" for part in field["anyOf"])
    return "text or list of texts" if listed else "text or number"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _yaml(example: object) -> list[str]:
    import yaml

    return str(yaml.safe_dump(example, sort_keys=False, default_flow_style=None)).rstrip("\n").split("\n")
