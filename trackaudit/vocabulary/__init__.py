"""What the tool knows of SDKs, payloads and names, as data: `rules/vocabulary/*.yaml` and the configuration in, a
`Vocabulary` to ask out.

Adding an SDK is one YAML file there (or in `vocabulary/` of a folder that the configuration's `extend-rules` names).
"""

from __future__ import annotations

import os
from functools import lru_cache

from trackaudit.config import rules_dir
from trackaudit.config.anchors import Anchors
from trackaudit.config.packed import packed_vocabulary
from trackaudit.vocabulary.calls import CallSinks
from trackaudit.vocabulary.effects import Effects
from trackaudit.vocabulary.identifiers import Identifiers
from trackaudit.vocabulary.types import DESCRIBED, Argument, CallSink, Identity, Listed, Named, Only, Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trackaudit.config import Config

__all__ = [
    "DESCRIBED",
    "Argument",
    "CallSink",
    "Identity",
    "Listed",
    "Named",
    "Only",
    "Shape",
    "Vocabulary",
    "load_vocabulary",
]


class Vocabulary:
    """Answers about names and calls. Every question is a look-up; nothing is read after it is built.

    anchors: what a file must hold to be worth parsing. shapes: in the order in which they are to be
    tried. shape_keys: a record that is a shape has at least one of these keys. words: names of which code that sends
    holds at least one, or the name of something that does; `paths` are those of them that stand inside texts. texts:
    texts by which a shape is told. files: patterns of files that are read whatever they hold. runners: how a call that
    runs a function takes it and its arguments, by last name: "plain", "listed", "timers". task_methods: likewise of a
    function's own methods: "plain", "listed", "partial". holders, buses, own_events: as `channels` of `calls.yaml`
    says. keyed: calls whose first argument is the key that joins them to what they reach; `mappers` are those that take
    several, anywhere in their arguments.
    """

    def __init__(self, data: dict[str, Any], config: Config) -> None:
        words = data["words"]
        self._calls = CallSinks(data["sdks"], config)
        self._identifiers = Identifiers(words)
        self._effects = Effects(words, self._identifiers.nouns, self._identifiers.tests)
        # The evaluator asks the same of the same names over and over.
        self._function = lru_cache(maxsize=1 << 14)(self._effects.function)
        self._is_logging = lru_cache(maxsize=1 << 14)(self._effects.is_logging)
        self._is_sender = lru_cache(maxsize=1 << 14)(self._effects.is_sender)
        self._handler = lru_cache(maxsize=1 << 14)(self._effects.handler)
        self._is_form_event = lru_cache(maxsize=1 << 14)(self._effects.is_form_event)
        self._key = lru_cache(maxsize=1 << 14)(self._identifiers.key)
        self._value = lru_cache(maxsize=1 << 14)(self._identifiers.value)
        described = _described(data.get("imports", ()), config)
        built_in = tuple(_shape(part) for part in data["shapes"])
        # What the user describes is surer than what we know.
        self.shapes = (*(shape for shape, _ in described), *built_in)
        self.files = tuple(pattern for shape, _ in described for pattern in shape.files)
        self.shape_keys = frozenset(shape.require[0][0][0] for shape in self.shapes)
        marks = [*data["anchors"], *(word for shape, word in described if not shape.files)]
        keys = {key for shape in self.shapes for path, _ in shape.require for key in path}
        parts = [*(word for word in marks if word not in keys), *config.globals, *self._calls.declared_words()]
        self.anchors = _least(parts, keys.intersection(marks))
        self.paths = tuple(anchor for anchor in data["anchors"] if "/" in anchor)
        self.texts = frozenset(need[1:] for shape in built_in for _, need in shape.require if need.startswith("="))
        self.words = frozenset(anchor for anchor in data["anchors"] if "." not in anchor).union(self._calls.words())
        self.runners = self._effects.runners
        self.task_methods = self._effects.task_methods
        self.holders, self.buses, self.own_events = (
            self._effects.holders,
            self._effects.buses,
            self._effects.own_events,
        )
        channels, made = self._effects.channels, self._effects.frameworks
        sending = ("emit", "trigger", "dispatch", "inject")
        self.mappers = frozenset(name for name, what in made.items() if what == "mappers")
        self.keyed = self.mappers.union(name for name, what in channels.items() if what in sending).union(
            name for name, what in made.items() if what == "events"
        )
        self.method_transforms = self._effects.methods
        self.function_transforms = self._effects.functions

    # ---- calls

    def call_sink(self, module: str, path: tuple[str, ...], language: str) -> CallSink | None:
        """The sink that a call is, by its callee, or None.

        module: "" for a global (or a parameter named like one), else the import's module. path: from there, a call
        being "()": `("exponea", "update")`, `("default", "identifyCustomer")`, `("Infinario", "()", "track")`.
        language: "javascript" or "python".
        """
        return self._calls.find(module, path, language)

    def is_sdk_name(self, name: str) -> bool:
        """Whether a parameter or unbound name is named like an SDK's receiver (`exponea`, `$exponea`, `brweb`)."""
        return self._calls.is_name(name)

    def is_receiver(self, root: str, path: tuple[str, ...]) -> bool:
        """Whether a value (root "": a global; "import:<module>": a package's) is what sinks are called on."""
        if root == "":
            return self._calls.is_receiver(path)
        return root.startswith("import:") and self.is_sdk_module(root[7:].partition("#")[0])

    def is_sdk_module(self, module: str) -> bool:
        """Whether an import is of an SDK's package (or a part of it), or of one with a declared sink."""
        return self._calls.is_module(module)

    def function_transform(self, dotted: str) -> str | None:
        """What a function does to its first argument: trim, lower, upper, hash, str, encode, json; None if unknown."""
        return self._function(dotted)

    def method_transform(self, name: str) -> str | None:
        """What a method does to the value it is called on, likewise."""
        return self._effects.method(name)

    def is_logging(self, dotted: str) -> bool:
        """Whether a call only logs."""
        return self._is_logging(dotted)

    def is_sender(self, dotted: str) -> bool:
        """Whether a call sends what it is given, as its last name tells."""
        return self._is_sender(dotted)

    def framework_call(self, name: str) -> str | None:
        """What a framework's function of this name does (`frameworks` of `calls.yaml`); None if it is none."""
        return self._effects.frameworks.get(name)

    def channel_call(self, name: str) -> str | None:
        """What a call of this last name does with the key that it is given first (`channels` of `calls.yaml`)."""
        return self._effects.channels.get(name)

    def handler_kind(self, name: str) -> str:
        """The moment that an event's or function's name tells: submit, blur, load, logout, confirm, none."""
        return self._handler(name)

    def is_form_event(self, name: str) -> bool:
        """Whether a function under this name is given what a form holds: `onSubmit`, `handleSubmit`, `submit`."""
        return self._is_form_event(name)

    def handler_texts(self, moment: str) -> list[bytes]:
        """Texts of which a name of this moment holds one, in small letters, but for what stands between its words."""
        return self._effects.handler_texts(moment)

    # ---- identity

    def key_identity(self, key: str) -> Identity:
        """What a property's or column's name says."""
        return self._key(key)

    def value_identity(self, path: tuple[str, ...]) -> Identity:
        """What a value's path says: "()" is a call, "(x)" a call whose first argument is the literal x."""
        return self._value(path)

    def module_origin(self, module: str) -> str:
        """Where the values come from that a package's functions give: `js-cookie` reads from storage."""
        return self._identifiers.origins.of_module(module)

    def literal_identity(self, text: str, key: str) -> Identity:
        """What a constant says under this key."""
        return self._identifiers.literal(text, key)

    def entry_identity(self, key: str, value: Identity) -> Identity:
        """Key and value together: a value that is known not to identify decides, then a key likewise, then the value's
        kind, then the key's; someone else's in either is someone else's."""
        named = self.key_identity(key)
        if "none" in (value.kind, named.kind):
            kind = "none"
        else:
            kind = named.kind if value.kind in ("unknown", "opaque") and named.kind != "unknown" else value.kind
        owners = (named.owner, value.owner)
        owner = "other" if "other" in owners else "customer" if "customer" in owners else "unknown"
        return Identity(kind, owner, value.origin)


def load_vocabulary(config: Config) -> Vocabulary:
    """The packaged vocabulary, with what the configuration's rule folders, globals and sinks add. Raises RuleError."""
    data = packed_vocabulary()
    own = () if data is not None else (rules_dir(),)
    folders = [os.path.join(folder, "vocabulary") for folder in (*own, *config.extend_rules)]
    folders = [folder for folder in folders if os.path.isdir(folder)]
    if data is None or folders:
        from trackaudit.vocabulary.load import load_data

        data = load_data(folders, data)
    return Vocabulary(data, config)


def _described(packed: Iterable[list[Any]], config: Config) -> list[tuple[Shape, str]]:
    """The shapes of described mapping files, each with a word that its files hold."""
    if not packed and not config.imports:
        return []
    from trackaudit.config.imports import Import
    from trackaudit.vocabulary.imports import anchor_of, shape_of

    every = [*config.imports, *(Import(*one) for one in packed)]
    return [(shape_of(one), anchor_of(one)) for one in every]


def _shape(part: dict[str, Any]) -> Shape:
    return Shape(
        part["name"],
        part["sdk"],
        part["channel"],
        part["stateful"],
        part["operation"],
        tuple((tuple(path), test) for path, test in part["require"]),
        tuple(tuple(path) for path in part["unless"]),
        _place(part["ids"]),
        _place(part["properties"]),
        tuple(part["event"]) if part["event"] else None,
        part["wrong"],
    )


def _place(part: Any) -> tuple[str, ...] | Listed | Named | None:
    if isinstance(part, dict) and "named" in part:
        return Named(tuple(part["named"].items()))
    if isinstance(part, dict):
        return Listed(tuple(part["list"].split(".")), part["key"], part["value"])
    return tuple(part) if part else None


def _least(parts: Iterable[str], names: Iterable[str]) -> Anchors:
    """Those of the words that none of the parts is part of."""
    kept: list[str] = []
    for part in sorted(set(parts), key=lambda word: (len(word), word)):
        if not any(shorter in part for shorter in kept):
            kept.append(part)
    alone = sorted(name for name in set(names) if not any(part in name for part in kept))
    return Anchors(tuple(part.encode() for part in kept), tuple(name.encode() for name in alone))
