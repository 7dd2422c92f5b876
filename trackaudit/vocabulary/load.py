"""The vocabulary's files: a folder of YAML in, plain data (dicts, lists, strings, numbers) out.

`load_data` is the one door: its result holds no objects, so it can be packed beforehand and read without YAML.
A broken file raises RuleError with every problem: `file:line: what; allowed; did you mean`.
"""

from __future__ import annotations

import os

from trackaudit.config import CHANNELS, OPERATIONS
from trackaudit.errors import RuleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from trackaudit.config.marked import Marked, Reader

_SDK_KEYS = (
    "sdk",
    "channel",
    "stateful",
    "language",
    "anchors",
    "receivers",
    "names",
    "modules",
    "functions",
    "calls",
    "shapes",
)
_LANGUAGES = ("javascript", "python", "any")
_CALL_KEYS = ("operation", "ids", "properties", "event", "token", "scalar-id")
_SHAPE_KEYS = ("operation", "require", "unless", "ids", "properties", "event", "wrong")
_LISTED_KEYS = ("list", "key", "value")
_ARGUMENT = "a position (0), a name (customer_ids), both ([0, customer_ids]), with a path inside (0.customer)"

WORDS: dict[str, Any] = {
    "kinds": {name: list for name in ("email", "phone", "customer_id", "opaque")},
    "owners": {name: list for name in ("customer", "adjectives", "trailing", "people", "places", "roles")},
    "origins": {
        name: {"paths": list, "words": list, "pairs": list, "modules": list}
        for name in ("env", "storage", "session", "url", "unknown", "request", "dom", "column")
    },
    "transforms": {
        "methods": {name: list for name in ("trim", "lower", "upper", "hash", "str", "encode", "default", "json")},
        "functions": {name: list for name in ("trim", "lower", "upper", "hash", "str", "encode", "default", "json")},
        "filters": {name: list for name in ("trim", "lower", "upper", "hash", "str", "encode", "default", "json")},
        "hash-words": list,
        "normal-words": list,
        "trim-words": list,
    },
    "logging": {"receivers": list, "functions": list},
    "runners": {name: list for name in ("plain", "listed", "timers")},
    "task-methods": {name: list for name in ("plain", "listed", "partial")},
    "frameworks": {
        name: list
        for name in ("stores", "thunks", "injectors", "plugins", "contexts", "consumers", "mappers", "events", "routes")
    },
    "channels": {
        name: list
        for name in (
            "listen",
            "emit",
            "trigger",
            "dispatch-event",
            "dispatch",
            "provide",
            "inject",
            "holders",
            "buses",
            "never",
        )
    },
    "senders": {name: list for name in ("names", "words", "never", "first-never", "receivers-never")},
    "forms": {"events": list, "around": list},
    "handlers": {
        "never": list,
        **{
            name: {"ends": list, "has": list, "pairs": list, "events": list}
            for name in ("logout", "confirm", "submit", "blur", "load")
        },
    },
    **{
        name: list
        for name in (
            "numbers",
            "entities",
            "ids",
            "role-addresses",
            "about",
            "page-parts",
            "field-parts",
            "containers",
            "choices",
            "device-containers",
            "tests",
            "opaque-methods",
            "verbs",
            "cuts",
            "decorations",
            "skip",
            "lookups",
        )
    },
}
"""The word lists that a vocabulary file without `sdk` may add to; the same list in several files is joined."""


def load_data(folders: Sequence[str], start: dict[str, Any] | None = None) -> dict[str, Any]:
    """Read every `*.yaml` of the folders, in order of name; `start`: what was read before, which is added to.

    Returns {"sdks": […], "shapes": […], "anchors": […], "words": {…}}: plain data only. Raises RuleError.
    """
    from trackaudit.config.imports import read_imports
    from trackaudit.config.marked import Reader, Unreadable, problem, read_yaml
    from trackaudit.config.own import read_own

    data: dict[str, Any] = start or {"sdks": [], "shapes": [], "anchors": [], "words": _empty(WORDS)}
    problems: list[str] = []
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if not name.endswith((".yaml", ".yml")):
                continue
            path = os.path.join(folder, name)
            label = os.path.relpath(path) if os.path.splitdrive(path)[0] == os.path.splitdrive(os.getcwd())[0] else path
            try:
                tree = read_yaml(read_own(path, os.path.dirname(folder)))
            except OSError as error:
                problems.append(problem(label, 0, f"cannot be read: {error.strerror}"))
                continue
            except Unreadable as error:
                problems.append(problem(label, error.line, error.what))
                continue
            reader = Reader(label)
            if isinstance(tree.value, dict) and "imports" in tree.value:
                parts = reader.mapping(tree, "a vocabulary file of imports", ("imports",))
                found = read_imports(reader, parts["imports"])
                data.setdefault("imports", []).extend(list(one) for one in found)
            elif isinstance(tree.value, dict) and any(key in tree.value for key in WORDS):
                _words(reader, tree, "the vocabulary", WORDS, data["words"])
            else:
                _sdk(reader, tree, data)
            problems.extend(reader.problems)
    if problems:
        raise RuleError(*problems)
    return data


def argument(text: str) -> list[Any]:
    """An argument as written (`0`, `customer_ids`, `0.customer`) as [index, keyword, path]."""
    first, *path = text.split(".")
    return [int(first), "", path] if first.isdecimal() else [-1, first, path]


def dotted(text: str) -> list[str]:
    """A receiver as written (`webxpClient.sdk`, `Exponea().tracking`) as path parts, a call being "()"."""
    parts: list[str] = []
    for word in text.split("."):
        name = word.rstrip("()")
        parts.append(name)
        parts += ["()"] * word.count("()")
    return parts


def _empty(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: [] if part is list else _empty(part) for key, part in schema.items()}


def _words(reader: Reader, item: Marked, what: str, schema: dict[str, Any], into: dict[str, Any]) -> None:
    for key, entry in reader.mapping(item, what, schema).items():
        if schema[key] is list:
            into[key] += [str(part.text) for part in reader.items(entry, key) if _is_text(reader, part, key)]
        else:
            _words(reader, entry, key, schema[key], into[key])


def _is_text(reader: Reader, item: Marked, what: str) -> bool:
    # A bare `no` or `on` is a boolean for YAML and a word for us.
    if item.text:
        return True
    reader.problem(item.line, f"a word of {what} must be a text")
    return False


def _sdk(reader: Reader, tree: Marked, data: dict[str, Any]) -> None:
    parts = reader.mapping(tree, "a vocabulary file", _SDK_KEYS)
    missing = [key for key in ("sdk", "channel", "stateful") if key not in parts]
    for key in missing if isinstance(tree.value, dict) else ():
        reader.problem(tree.line, f"{key} is missing", _SDK_KEYS)
    if missing:
        return
    sdk: dict[str, Any] = {
        "sdk": reader.string(parts["sdk"], "sdk"),
        "channel": reader.word(parts["channel"], "channel", CHANNELS),
        "stateful": reader.flag(parts["stateful"], "stateful"),
        "language": reader.word(parts["language"], "language", _LANGUAGES) if "language" in parts else "any",
        "receivers": [_receiver(reader, part) for part in _optional(reader, parts, "receivers")],
        "names": [_receiver(reader, part) for part in _optional(reader, parts, "names")],
        "modules": [reader.string(part, "a module") for part in _optional(reader, parts, "modules")],
        "functions": _calls(reader, parts, "functions"),
        "calls": _calls(reader, parts, "calls"),
    }
    if not (sdk["calls"] or sdk["functions"] or "shapes" in parts):
        reader.problem(tree.line, "says of no call and no shape that it sends", ("calls", "functions", "shapes"))
    if sdk["calls"] and not sdk["receivers"]:
        reader.problem(parts["calls"].line, "calls need receivers", "a list of dotted names, e.g. [exponea]")
    data["sdks"].append(sdk)
    data["anchors"] += [reader.string(part, "an anchor") for part in _optional(reader, parts, "anchors")]
    if "shapes" in parts:
        for name, item in reader.mapping(parts["shapes"], "shapes").items():
            data["shapes"].append({**_shape(reader, name, item), "sdk": sdk["sdk"], "channel": sdk["channel"]})
            data["shapes"][-1]["stateful"] = sdk["stateful"]


def _optional(reader: Reader, parts: dict[str, Marked], key: str) -> list[Marked]:
    return reader.items(parts[key], key) if key in parts else []


def _receiver(reader: Reader, item: Marked) -> list[str]:
    if item.value == "":
        return []
    return dotted(reader.string(item, "a receiver"))


def _calls(reader: Reader, parts: dict[str, Marked], key: str) -> dict[str, Any]:
    calls = {}
    for name, item in (reader.mapping(parts[key], key) if key in parts else {}).items():
        entry = reader.mapping(item, f"the call {name}", _CALL_KEYS)
        arguments = {
            part: _argument(reader, entry[part], part)
            for part in ("ids", "properties", "event", "token")
            if part in entry
        }
        calls[name] = {
            "operation": _operation(reader, entry, item),
            "arguments": arguments,
            "scalar_id": reader.string(entry["scalar-id"], "scalar-id") if "scalar-id" in entry else "",
        }
    return calls


def _operation(reader: Reader, entry: dict[str, Marked], item: Marked) -> str:
    if "operation" in entry:
        return reader.word(entry["operation"], "operation", OPERATIONS)
    reader.problem(item.line, "operation is missing", OPERATIONS)
    return ""


def _argument(reader: Reader, item: Marked, name: str) -> list[Any]:
    texts = [part.text for part in item.value] if isinstance(item.value, list) else [item.text]
    found: list[Any] = [-1, "", []]
    for text in texts:
        if not text or not all(text.split(".")):
            reader.problem(item.line, f"{name} is no argument", _ARGUMENT)
            continue
        index, keyword, path = argument(text)
        found = [max(index, found[0]), keyword or found[1], path or found[2]]
    return found


def _shape(reader: Reader, name: str, item: Marked) -> dict[str, Any]:
    parts = reader.mapping(item, f"the shape {name}", _SHAPE_KEYS)
    require = []
    for path, test in (reader.mapping(parts["require"], "require") if "require" in parts else {}).items():
        if test.text not in ("record", "list", "any") and not test.text.startswith("="):
            reader.problem(
                test.line, f"{path} cannot be required to be {test.text!r}", ("record", "list", "any", "=text")
            )
        require.append([path.split("."), test.text])
    if not require:
        reader.problem(
            item.line, f"the shape {name} requires nothing, so everything would be one", "require: {path: record}"
        )
    return {
        "name": name,
        "operation": _operation(reader, parts, item),
        "require": require,
        "unless": [reader.string(part, "unless").split(".") for part in _optional(reader, parts, "unless")],
        "ids": _path(reader, parts, "ids"),
        "properties": _path(reader, parts, "properties"),
        "event": _path(reader, parts, "event"),
        "wrong": {
            key: reader.string(part, "wrong")
            for key, part in (reader.mapping(parts["wrong"], "wrong") if "wrong" in parts else {}).items()
        },
    }


def _path(reader: Reader, parts: dict[str, Marked], key: str) -> Any:
    if key not in parts:
        return None
    item = parts[key]
    if not isinstance(item.value, dict):
        return reader.string(item, key).split(".")
    if "named" in item.value:
        fields = reader.mapping(reader.mapping(item, key, ("named",))["named"], "named")
        return {"named": {name: reader.string(what, name) for name, what in fields.items()}}
    entry = reader.mapping(item, key, _LISTED_KEYS)
    for missing in (word for word in _LISTED_KEYS if word not in entry):
        reader.problem(item.line, f"{key} lacks {missing}", _LISTED_KEYS)
        return None
    return {word: reader.string(entry[word], word) for word in _LISTED_KEYS}
