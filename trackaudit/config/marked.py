"""Reading YAML and TOML so that every value knows its line: bytes in, a tree of `Marked` out, and what is wrong in it.

Used for the configuration, the rules and the vocabulary. The files may be hostile: the YAML tree is built from events,
without recursion, tags or aliases; size and depth are bounded.
"""

from __future__ import annotations

from trackaudit.config import LARGEST
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any, TypeAlias

    Scalar: TypeAlias = str | int | float | bool | None

DEEPEST = 20
"""Levels that a configuration, rule or vocabulary file may have."""


class Marked(NamedTuple):
    """A value with its place. `value`: a dict of Marked, a list of Marked or a scalar. `line`: from 1, the key's line
    where there is a key. `text`: a scalar as written (`off`, `5MB`), else ""."""

    value: dict[str, Marked] | list[Marked] | Scalar
    line: int
    text: str = ""


def bare(item: Marked) -> tuple[Any, ...]:
    """A tree as plain data, which can be kept."""
    value: Any = item.value
    if isinstance(value, dict):
        value = {key: bare(entry) for key, entry in value.items()}
    elif isinstance(value, list):
        value = [bare(entry) for entry in value]
    return value, item.line, item.text


def of_bare(data: tuple[Any, ...]) -> Marked:
    """The tree that `bare` was given."""
    value, line, text = data
    if isinstance(value, dict):
        value = {key: of_bare(entry) for key, entry in value.items()}
    elif isinstance(value, list):
        value = [of_bare(entry) for entry in value]
    return Marked(value, line, text)


class Unreadable(Exception):
    """The file is no YAML or TOML that we accept."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class Reader:
    """Checks a marked tree against what is allowed and collects every problem, a line each.

    `label`: the file's path as it should be printed. The methods take an item and give its plain value, or a neutral
    one after noting a problem.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._found: list[tuple[int, str]] = []

    @property
    def problems(self) -> list[str]:
        """Every problem so far, by line."""
        return [text for _, text in sorted(self._found, key=lambda found: found[0])]

    def problem(self, line: int, what: str, allowed: Iterable[str] | str = (), given: str = "") -> None:
        """Note a problem. `allowed`: names, or a phrase; `given`: the wrong name, for a did-you-mean."""
        self._found.append((line, problem(self.label, line, what, allowed, given)))

    def mapping(self, item: Marked, what: str, allowed: Collection[str] | None = None) -> dict[str, Marked]:
        """The entries of a mapping; those with a name that is not allowed are left out."""
        if not isinstance(item.value, dict):
            self.problem(item.line, f"{what} must be a mapping, not {kind_of(item)}", allowed or ())
            return {}
        if allowed is None:
            return item.value
        for key, entry in item.value.items():
            if key not in allowed:
                self.problem(entry.line, f"unknown key {shown(key)} in {what}", allowed, key)
        return {key: entry for key, entry in item.value.items() if key in allowed}

    def items(self, item: Marked, what: str) -> list[Marked]:
        """The items of a list."""
        if not isinstance(item.value, list):
            self.problem(item.line, f"{what} must be a list, not {kind_of(item)}")
            return []
        return item.value

    def string(self, item: Marked, what: str) -> str:
        """A string that is not empty."""
        if not isinstance(item.value, str) or not item.value.strip():
            self.problem(item.line, f"{what} must be a text, not {kind_of(item)}")
            return ""
        return item.value

    def word(self, item: Marked, what: str, allowed: Collection[str]) -> str:
        """One word of those allowed, or "". YAML reads a bare `off` as a boolean; the word as written counts."""
        word = item.value if isinstance(item.value, str) else item.text
        if isinstance(item.value, (dict, list)) or word not in allowed:
            given = kind_of(item) if isinstance(item.value, (dict, list)) else shown(word)
            self.problem(item.line, f"{what} cannot be {given}", allowed, word)
            return ""
        return word

    def flag(self, item: Marked, what: str) -> bool:
        """True or false."""
        if not isinstance(item.value, bool):
            self.problem(item.line, f"{what} must be true or false, not {kind_of(item)}")
            return False
        return item.value

    def strings(self, item: Marked, what: str) -> list[str]:
        """A list of strings."""
        return [text for part in self.items(item, what) if (text := self.string(part, f"an item of {what}"))]


def problem(label: str, line: int, what: str, allowed: Iterable[str] | str = (), given: str = "") -> str:
    """One line of complaint: `file:line: what; allowed: …; did you mean "…"?`."""
    text = f"{label}:{line}: {what}" if line else f"{label}: {what}"
    if isinstance(allowed, str):
        return f"{text}; allowed: {allowed}"
    names = list(allowed)
    if names:
        text += f"; allowed: {', '.join(names)}"
    near = did_you_mean(given, names)
    return f'{text}; did you mean "{near}"?' if near else text


def did_you_mean(given: str, names: Iterable[str]) -> str | None:
    """The name that `given` is most like, or None."""
    if not given:
        return None
    from difflib import get_close_matches

    known = {name.lower().replace("_", "-"): name for name in names}
    near = get_close_matches(given[:80].lower().replace("_", "-"), known, n=1, cutoff=0.6)
    return known[near[0]] if near else None


def shown(text: str) -> str:
    """A text from a file, quoted, with nothing in it that a terminal would obey."""
    safe = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[:80])
    return f'"{safe}{"…" if len(text) > 80 else ""}"'


def kind_of(item: Marked) -> str:
    """What a value is, in words."""
    value = item.value
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None or value == "":
        return "nothing"
    return shown(item.text or str(value))


def plain(item: Marked) -> Any:
    """A value without its places: dicts, lists and scalars."""
    if isinstance(item.value, dict):
        return {key: plain(part) for key, part in item.value.items()}
    if isinstance(item.value, list):
        return [plain(part) for part in item.value]
    return item.value


def read_yaml(data: bytes) -> Marked:
    """One YAML document as a tree. Nothing at all is an empty mapping. Raises Unreadable."""
    import yaml

    text = _decode(data)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolve = yaml.SafeLoader("").resolve  # type: ignore[no-untyped-call, unused-ignore]
    root: list[Marked] = []
    # Open collections: the list or dict being filled, its own line, and for a mapping the key that waits for a value.
    stack: list[tuple[dict[str, Marked] | list[Marked], int]] = []
    keys: list[tuple[str, int] | None] = []
    documents = 0

    def put(value: Marked) -> None:
        if not stack:
            root.append(value)
            return
        inside = stack[-1][0]
        if isinstance(inside, list):
            inside.append(value)
            return
        key = keys[-1]
        if key is None:
            if not value.text or isinstance(value.value, (dict, list)):
                raise Unreadable(value.line, "a key must be a word")
            if value.text in inside:
                raise Unreadable(value.line, f"the key {shown(value.text)} is there twice")
            keys[-1] = (value.text, value.line)
        else:
            inside[key[0]] = value._replace(line=key[1])
            keys[-1] = None

    try:
        for event in yaml.parse(text, Loader=loader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise Unreadable(line, "aliases (`*name`) are not accepted")
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable(line, "only one document is accepted")
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if len(stack) >= DEEPEST:
                    raise Unreadable(line, "nested too deep")
                stack.append(({} if isinstance(event, yaml.MappingStartEvent) else [], line))
                keys.append(None)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                content, at = stack.pop()
                keys.pop()
                put(Marked(content, at))
            elif isinstance(event, yaml.ScalarEvent):
                kind = resolve(yaml.ScalarNode, event.value, event.implicit) if not event.tag else ""  # type: ignore[no-untyped-call, unused-ignore]
                put(Marked(_scalar(str(kind), event.value), line, event.value))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = str(error.problem or error.context)
        # Newer builds of libyaml (PyYAML 6.0.4) have a bound of their own, which they meet before our events come.
        too_deep = "nesting depth" in what
        raise Unreadable(
            mark.line + 1 if mark else 1, "nested too deep" if too_deep else f"not valid YAML: {what}"
        ) from None
    except yaml.YAMLError as error:
        raise Unreadable(1, f"not valid YAML: {str(error).splitlines()[0]}") from None
    if not root or (root[0].value is None and not root[0].text):
        return Marked({}, 1)
    return root[0]


def _scalar(tag: str, text: str) -> Scalar:
    if tag.endswith(":bool"):
        return text.lower() in ("true", "yes", "on")
    if tag.endswith(":null"):
        return None
    # NOTE: only plain decimal numbers; YAML 1.1 also reads `012`, `1_000` and `1:30` as numbers, which surprises.
    if tag.endswith(":int") and text.lstrip("-").isdecimal() and len(text) < 19:
        return int(text)
    return text


def read_toml(data: bytes, table: tuple[str, ...]) -> Marked | None:
    """A table of a TOML file (`("tool", "trackaudit")`) as a tree, or None where it is not there. Raises Unreadable."""
    text = _decode(data)
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

    try:
        value: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        _, _, after = words.rpartition("(at line ")
        digits = after.partition(",")[0]
        raise Unreadable(int(digits) if digits.isdecimal() else 1, f"not valid TOML: {words}") from None
    except RecursionError:
        raise Unreadable(1, "nested too deep") from None
    for name in table:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return _mark(value, table, _toml_lines(text), 1, 0)


def _mark(value: object, path: tuple[str, ...], lines: dict[tuple[str, ...], int], line: int, depth: int) -> Marked:
    line = lines.get(path, line)
    if depth > DEEPEST:
        raise Unreadable(line, "nested too deep")
    if isinstance(value, dict):
        entries = {str(key): _mark(part, (*path, str(key)), lines, line, depth + 1) for key, part in value.items()}
        return Marked(entries, line)
    if isinstance(value, list):
        parts = [_mark(part, (*path, str(at)), lines, line, depth + 1) for at, part in enumerate(value)]
        return Marked(parts, line)
    if isinstance(value, bool):
        return Marked(value, line, "true" if value else "false")
    if isinstance(value, (str, int, float)):
        return Marked(value, line, str(value))
    return Marked(str(value), line, str(value))


def _toml_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of every table and key, by path; items of `[[…]]` by number. What is inside an inline value has the
    line of its key. tomllib keeps no places, so this looks for them; a miss costs a line number, never a value."""
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            many = line.startswith("[[")
            table = _toml_path(line.lstrip("[").partition("]")[0])
            if many:
                at = counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, str(at))
            lines.setdefault(table, number)
        elif "=" in line and not line.startswith("#"):
            path = (*table, *_toml_path(line.partition("=")[0]))
            lines.setdefault(path, number)
    return lines


def _toml_path(text: str) -> tuple[str, ...]:
    parts = []
    word, quote = "", ""
    for char in text.strip():
        if quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in "\"'":
            quote = char
        elif char == ".":
            parts.append(word.strip())
            word = ""
        else:
            word += char
    return (*parts, word.strip())


def _decode(data: bytes) -> str:
    if len(data) > LARGEST:
        raise Unreadable(1, f"larger than {LARGEST // 1000} KB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "not UTF-8") from None
