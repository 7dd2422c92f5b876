"""The configuration: `trackaudit.yaml` or `[tool.trackaudit]` of pyproject.toml in, a `Config` out.

A broken file raises ConfigError with every problem at once, each `file:line: what; allowed; did you mean`. The file
belongs to the scanned tree: it may switch rules and name sinks, never load code or reach outside its folder.
"""

from __future__ import annotations

import os

from trackaudit.config.limits import KEYS as LIMITS
from trackaudit.config.limits import Limits, field
from trackaudit.errors import ConfigError
from trackaudit.model import SEVERITIES
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from trackaudit.config.imports import Import
    from trackaudit.config.marked import Marked, Reader

    Read: TypeAlias = Callable[[bytes], Marked | None]
    Kept: TypeAlias = Callable[[str, bytes, Read], Marked | None]

NAMES = ("trackaudit.yaml", "trackaudit.yml", "pyproject.toml")
"""Files that may hold the configuration, the first that is there wins."""
TYPES = ("hard", "soft")
KINDS = ("email", "phone", "customer_id", "opaque")
OPERATIONS = ("identify", "update", "event", "start", "anonymize", "import")
CHANNELS = ("page", "mobile", "api", "import", "connector")
MAX_FILE_SIZE = 5_000_000
READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""How a file of a tree is opened: a link is not followed, a pipe not waited for."""
LARGEST = 1_000_000
"""Bytes that a configuration, rule or vocabulary file may have."""
LINK_OUT = "is a link that leads out of the tree, so it is not read; put the file itself there"
_KEYS = (
    "identifiers",
    "globals",
    "sinks",
    "imports",
    "exclude",
    "per-path-ignores",
    "rules",
    "extend-rules",
    "fail-on",
    "include-tests",
    "max-file-size",
    "require-reason",
    "baseline",
    *LIMITS,
)
_SINK_KEYS = ("call", "ids", "properties", "event", "operation", "stateful", "channel", "scalar-id")
_ARGUMENT = "an argument's number or name, e.g. 0, data, 0.user"
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_UNITS |= {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


class Identifier(NamedTuple):
    """A declared ID. type: hard or soft. holds: email, phone, customer_id, opaque, or "" where it is not said.

    lowercased: the project transforms the value itself (Engagement's ID transformation). line: in the file.
    """

    type: str
    holds: str = ""
    lowercased: bool = False
    line: int = 0


class Sink(NamedTuple):
    """A declared wrapper. call: `package.function` or a global's dotted name. ids, properties, event: where they are in
    the call, as `vocabulary` reads it (`0`, `customer_ids`, `0.customer`), or "" for nowhere.

    operation and channel are "" and stateful is None where they are not said. scalar_id: what a bare ID means.
    """

    call: str
    ids: str = ""
    properties: str = ""
    event: str = ""
    operation: str = ""
    stateful: bool | None = None
    channel: str = ""
    scalar_id: str = ""
    line: int = 0


class Config(NamedTuple):
    """What the user decided; the defaults are those of a project without a configuration.

    path: the file, "" without one. root: its folder (absolute), "" without one. identifiers: by ID name; empty means
    infer. exclude, per_path_ignores: patterns in the language of .gitignore, relative to the root; the latter with the
    rule ids that they silence. rules: severity by rule id, `off` among them. extend_rules: absolute folders, inside the
    root. max_file_size: bytes. require_reason: an ignore comment must say why. baseline: absolute path of the file of
    accepted findings, "" for none; it need not exist. rule_lines: every rule id that is mentioned, with its line, for
    the stage that knows the rules to check (`unknown_rule`). imports: mapping files that the user describes.
    limits: what a file, a function or the tree may cost.
    """

    path: str = ""
    root: str = ""
    identifiers: Mapping[str, Identifier] = {}
    globals: tuple[str, ...] = ()
    sinks: tuple[Sink, ...] = ()
    exclude: tuple[str, ...] = ()
    per_path_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rules: Mapping[str, str] = {}
    extend_rules: tuple[str, ...] = ()
    fail_on: str = "warning"
    include_tests: bool = False
    max_file_size: int = MAX_FILE_SIZE
    rule_lines: tuple[tuple[str, int], ...] = ()
    require_reason: bool = False
    baseline: str = ""
    imports: tuple[Import, ...] = ()
    limits: Limits = Limits()


def rules_dir() -> str:
    """The folder of the rules and of `vocabulary/`: inside the installed package, else the checkout's `rules/`."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    packed = os.path.join(package, "_rules")
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(package), "rules")


def find_config(start: str, stop: str) -> str | None:
    """The nearest configuration from the folder `start` upwards, up to and with the folder `stop`; an absolute path.

    A pyproject.toml counts only if it has a `[tool.trackaudit]` table, and not if it is a link out of the tree: that of
    `stop`, or where this is the whole disk, the file's own folder. Raises ConfigError for another such link.
    """
    folder = os.path.abspath(start)
    last = os.path.abspath(stop)
    tree = last if os.path.dirname(last) != last else ""
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            if leads_out(path, tree or folder):
                if name == "pyproject.toml":
                    continue
                raise ConfigError(f"{os.path.relpath(path)}: {LINK_OUT}")
            if name != "pyproject.toml" or _speaks(path):
                return path
        above = os.path.dirname(folder)
        if folder in (last, above):
            return None
        folder = above


def leads_out(path: str, tree: str) -> bool:
    """Whether a file is a link to something outside of a folder."""
    return os.path.islink(path) and not is_inside(os.path.realpath(path), os.path.realpath(tree))


def is_inside(path: str, folder: str) -> bool:
    """Whether an absolute path is the folder or below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def load_config(path: str | None = None, kept: Kept | None = None) -> Config:
    """Read a configuration; None gives the defaults. Raises ConfigError with every problem found.

    `kept`: gives the tree of the file's bytes, from what reads them or from an earlier time.
    """
    if path is None:
        return Config()
    from trackaudit.config.marked import Reader, Unreadable, problem, read_toml, read_yaml
    from trackaudit.config.own import read_own

    label = os.path.relpath(path) if os.path.splitdrive(os.path.abspath(path))[0] == _drive() else path
    try:
        data = read_own(path)
        read: Read = (lambda text: read_toml(text, ("tool", "trackaudit"))) if path.endswith(".toml") else read_yaml
        tree = kept(path, data, read) if kept is not None else read(data)
    except OSError as error:
        raise ConfigError(f"{label}: cannot be read: {error.strerror}") from None
    except Unreadable as error:
        raise ConfigError(problem(label, error.line, error.what)) from None
    if tree is None:
        raise ConfigError(f"{label}: has no [tool.trackaudit] table")
    reader = Reader(label)
    config = _config(reader, tree, os.path.abspath(path))
    if reader.problems:
        raise ConfigError(*reader.problems)
    return config


def unknown_rule(config: Config, rule: str, line: int, known: Sequence[str]) -> str:
    """The complaint about a rule id of the configuration that no rule has."""
    from trackaudit.config.marked import problem, shown

    return problem(os.path.relpath(config.path), line, f"unknown rule {shown(rule)}", known, rule)


def _drive() -> str:
    return os.path.splitdrive(os.getcwd())[0]


def _speaks(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST)
    except OSError:
        return False
    # NOTE: a look for the words, not a parse: most projects' pyproject.toml has none, and tomllib costs 12 ms.
    if b"trackaudit" not in data:
        return False
    import re

    return re.search(rb'^[ \t]*\[{0,2}[ \t]*"?tool"?[ \t]*\.[ \t]*"?trackaudit"?[ \t]*[].=]', data, re.M) is not None


def _config(reader: Reader, tree: Marked, path: str) -> Config:
    root = os.path.dirname(path)
    given = reader.mapping(tree, "the configuration", _KEYS)
    fields: dict[str, object] = {}
    bounds: dict[str, int] = {}
    mentioned: list[tuple[str, int]] = []
    for key, item in given.items():
        if item.value is None and not item.text:
            continue
        if key == "identifiers":
            fields["identifiers"] = _identifiers(reader, item)
        elif key == "globals":
            fields["globals"] = _globals(reader, item)
        elif key == "sinks":
            parts = [_sink(reader, part) for part in reader.items(item, "sinks")]
            fields["sinks"] = tuple(sink for sink in parts if sink.call)
        elif key == "imports":
            from trackaudit.config.imports import read_imports

            fields["imports"] = read_imports(reader, item)
        elif key == "exclude":
            fields["exclude"] = tuple(reader.strings(item, "exclude"))
        elif key == "per-path-ignores":
            fields["per_path_ignores"] = _ignores(reader, item, mentioned)
        elif key == "rules":
            fields["rules"] = _rules(reader, item, mentioned)
        elif key == "extend-rules":
            folders = [_folder(reader, part, root) for part in reader.items(item, "extend-rules")]
            fields["extend_rules"] = tuple(folder for folder in folders if folder)
        elif key == "fail-on":
            fields["fail_on"] = reader.word(item, "fail-on", SEVERITIES)
        elif key == "include-tests":
            fields["include_tests"] = reader.flag(item, "include-tests")
        elif key == "require-reason":
            fields["require_reason"] = reader.flag(item, "require-reason")
        elif key == "baseline":
            fields["baseline"] = _inside(reader, item, "baseline", "a file", root)
        elif key in LIMITS:
            bounds[field(key)] = _count(reader, item, key)
        else:
            fields["max_file_size"] = _size(reader, item)
    limits = Limits()._replace(**bounds)
    return Config(path=path, root=root, rule_lines=tuple(mentioned), limits=limits)._replace(**fields)  # type: ignore[arg-type]


def _identifiers(reader: Reader, item: Marked) -> dict[str, Identifier]:
    found = {}
    for name, entry in reader.mapping(item, "identifiers").items():
        what = f"the identifier {name}"
        parts = reader.mapping(entry, what, ("type", "holds", "lowercased"))
        type_ = reader.word(parts["type"], f"type of {what}", TYPES) if "type" in parts else "hard"
        holds = reader.word(parts["holds"], f"holds of {what}", KINDS) if "holds" in parts else ""
        lowercased = reader.flag(parts["lowercased"], f"lowercased of {what}") if "lowercased" in parts else False
        found[name] = Identifier(type_, holds, lowercased, entry.line)
    return found


def _globals(reader: Reader, item: Marked) -> tuple[str, ...]:
    names = []
    for part in reader.items(item, "globals"):
        name = reader.string(part, "a global")
        if name and not all(_is_name(word) for word in name.split(".")):
            reader.problem(part.line, f"{name!r} is not the name of a global", "a dotted name, e.g. brx or acme.sdk")
        elif name:
            names.append(name)
    return tuple(names)


def _is_name(word: str) -> bool:
    return word.replace("$", "_").isidentifier()


def _sink(reader: Reader, item: Marked) -> Sink:
    parts = reader.mapping(item, "a sink", _SINK_KEYS)
    call = reader.string(parts["call"], "call of a sink") if "call" in parts else ""
    if "call" not in parts:
        reader.problem(item.line, "a sink needs a call", 'the dotted name of what is called, e.g. "acme.crm.push"')
    places = {name: _argument(reader, parts[name], name) for name in ("ids", "properties", "event") if name in parts}
    operation = reader.word(parts["operation"], "operation of a sink", OPERATIONS) if "operation" in parts else ""
    if isinstance(item.value, dict) and not places and operation != "anonymize":
        reader.problem(item.line, "a sink needs ids, properties or event", _ARGUMENT)
    return Sink(
        call=call,
        ids=places.get("ids", ""),
        properties=places.get("properties", ""),
        event=places.get("event", ""),
        operation=operation,
        stateful=reader.flag(parts["stateful"], "stateful of a sink") if "stateful" in parts else None,
        channel=reader.word(parts["channel"], "channel of a sink", CHANNELS) if "channel" in parts else "",
        scalar_id=reader.string(parts["scalar-id"], "scalar-id of a sink") if "scalar-id" in parts else "",
        line=item.line,
    )


def _argument(reader: Reader, item: Marked, name: str) -> str:
    text = item.text
    words = text.split(".")
    first = words[0]
    if isinstance(item.value, bool) or not (first.isdecimal() or _is_name(first)) or not all(words):
        reader.problem(item.line, f"{name} of a sink cannot be {text!r}", _ARGUMENT)
        return ""
    return text


def _ignores(reader: Reader, item: Marked, mentioned: list[tuple[str, int]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    ignores = []
    for pattern, rules in reader.mapping(item, "per-path-ignores").items():
        parts = rules.value if isinstance(rules.value, list) else [rules]
        ids = []
        for part in parts:
            rule = reader.string(part, f"a rule of {pattern}")
            if rule:
                ids.append(rule)
                mentioned.append((rule, part.line))
        ignores.append((pattern, tuple(ids)))
    return tuple(ignores)


def _rules(reader: Reader, item: Marked, mentioned: list[tuple[str, int]]) -> dict[str, str]:
    rules = {}
    for rule, severity in reader.mapping(item, "rules").items():
        mentioned.append((rule, severity.line))
        # TOML has no bare words, and a YAML `off` is the boolean false: both are read as meant.
        word = "off" if severity.value is False else reader.word(severity, f"rule {rule}", ("off", *SEVERITIES))
        if word:
            rules[rule] = word
    return rules


def _folder(reader: Reader, item: Marked, root: str) -> str:
    path = _inside(reader, item, "extend-rules", "a folder", root)
    if path and not os.path.isdir(path):
        reader.problem(item.line, f"extend-rules: there is no folder {item.value!r}")
        return ""
    return path


def _inside(reader: Reader, item: Marked, key: str, kind: str, root: str) -> str:
    """An absolute path inside the configuration's folder, from a relative one; "" after noting a problem."""
    text = reader.string(item, f"an item of {key}" if key == "extend-rules" else key)
    if not text:
        return ""
    words = text.replace("\\", "/").split("/")
    absolute = os.path.isabs(text) or words[0] == "" or ":" in words[0] or words[0].startswith("~")
    path = os.path.join(root, *words)
    if absolute or ".." in words or not is_inside(os.path.realpath(path), os.path.realpath(root)):
        what = f"{key} cannot be {text!r}"
        reader.problem(item.line, what, f"{kind} inside the folder of the configuration, without `..`")
        return ""
    return path


def _count(reader: Reader, item: Marked, key: str) -> int:
    digits = item.text.replace("_", "")
    if isinstance(item.value, bool) or not digits.isdecimal() or len(digits) > 12 or not int(digits):
        reader.problem(item.line, f"{key} cannot be {item.text!r}", "a whole number from 1")
        return 1
    return int(digits)


def _size(reader: Reader, item: Marked) -> int:
    text = item.text.replace("_", "").replace(" ", "").lower()
    digits = text.rstrip("bgikm")
    if isinstance(item.value, bool) or not digits.isdecimal() or text[len(digits) :] not in _UNITS or not int(digits):
        reader.problem(item.line, f"max-file-size cannot be {item.text!r}", 'a number of bytes, or e.g. "500KB", "5MB"')
        return MAX_FILE_SIZE
    return int(digits) * _UNITS[text[len(digits) :]]
