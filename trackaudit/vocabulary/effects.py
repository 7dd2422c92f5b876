"""What calls do to a value, whether they send or log, and which moment a handler's name tells. Names in, words out."""

from __future__ import annotations

from trackaudit.vocabulary.words import split, tail_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Effects:
    """The tables of `calls.yaml`. `words`: the "words" of `load_data`; `nouns`: identifier nouns; `tests`: testing
    verbs (`isHashed()` hashes nothing)."""

    def __init__(self, words: dict[str, Any], nouns: frozenset[str], tests: frozenset[str]) -> None:
        transforms = words["transforms"]
        self.methods: dict[str, str] = {name: step for step, names in transforms["methods"].items() for name in names}
        self.functions: dict[str, str] = {
            name: step for step, names in transforms["functions"].items() for name in names
        }
        # Filters and functions of a template language begin with `|` (parse/template_expressions).
        self.functions.update((f"|{name}", step) for step, names in transforms["filters"].items() for name in names)
        self._hash = frozenset(transforms["hash-words"])
        self._normal = frozenset(transforms["normal-words"])
        self._trim = frozenset(transforms["trim-words"])
        self._nouns = nouns
        self._tests = tests
        logging = words["logging"]
        self._log_receivers = frozenset(logging["receivers"])
        self._log_functions = frozenset(logging["functions"])
        senders = words["senders"]
        self._senders = frozenset(senders["names"])
        self._send_words = frozenset(senders["words"])
        self._never_sends = frozenset(senders["never"])
        self._never_first = frozenset(senders["first-never"])
        self._never_on = frozenset(senders["receivers-never"])
        self._handlers = words["handlers"]
        self.runners = {name: how for how, names in words["runners"].items() for name in names}
        self.task_methods = {name: how for how, names in words["task-methods"].items() for name in names}
        self._form_events = [[event] for event in words["forms"]["events"]]
        self._around_forms = frozenset(words["forms"]["around"])
        self.frameworks: dict[str, str] = {name: what for what, names in words["frameworks"].items() for name in names}
        channels = {what: frozenset(names) for what, names in words["channels"].items()}
        self.holders, self.buses, self.own_events = (channels.pop(what) for what in ("holders", "buses", "never"))
        self.channels = {name: what for what, names in channels.items() for name in names}

    def function(self, dotted: str) -> str | None:
        """What a function does to its first argument, by name, else by words: trim, lower, hash, json …"""
        known = self.functions.get(dotted)
        if known is None and "." in dotted:
            known = self.functions.get(".".join(dotted.split(".")[-2:]))
        return known or self._by_words(split(tail_of(dotted)), dotted)

    def method(self, name: str) -> str | None:
        """What a method does to the value it is called on."""
        return self.methods.get(name)

    def _by_words(self, words: list[str], dotted: str) -> str | None:
        if not words or words[0] in self._tests or words[0] in ("un", "de"):
            return None
        known = self.functions.get(tail_of(dotted))
        if known and "." not in dotted:
            return known
        if not self._hash.isdisjoint(words) and (words[0] in self._hash or words[-1] in self._hash or "hash" in words):
            return "hash"
        if self._nouns.isdisjoint(words) and "email" not in words and "".join(words) not in ("lowercase", "tolower"):
            return None
        if not self._normal.isdisjoint(words):
            return "lower"
        return "trim" if not self._trim.isdisjoint(words) else None

    def is_logging(self, dotted: str) -> bool:
        """Whether a call only logs: `console.log`, `logger.info`, `self.logger.error`, `print`."""
        *receivers, last = dotted.replace("()", "").split(".")
        if not receivers:
            return last in self._log_functions
        if last in ("push", "post", "send", "fetch", "request"):
            return False
        return any(
            name.lower().strip("_$") in self._log_receivers or split(name)[-1:] == ["logger"] for name in receivers
        )

    def is_sender(self, dotted: str) -> bool:
        """Whether a call, by its last name, sends what it is given: `requests.post`, `fetch`, `sendBeacon`."""
        *receivers, last = dotted.replace("()", "").split(".")
        if last in self._senders:
            return True
        if last in self._never_sends or (receivers and receivers[-1].lower().strip("_$") in self._never_on):
            return False
        words = split(last)
        if not words or words[0] in self._never_first:
            return False
        return words[0] in self._send_words or words[-1] in self._send_words

    def is_form_event(self, name: str) -> bool:
        """Whether a form calls what has this name with what was typed into it."""
        return [word for word in split(name) if word not in self._around_forms] in self._form_events

    def handler(self, name: str) -> str:
        """The moment that an event's or function's name tells: submit, blur, load, logout, confirm, none."""
        words = split(name)
        tests = bool(words) and words[0] in self._tests
        if not words or (tests and words[0] not in ("on", "handle", "confirm", "subscribe", "verify")):
            return "none"
        led = words[0] in ("on", "handle", "handler", "window", "document", "page", "ng") or words[-1] in (
            "handler",
            "listener",
        )
        core = [
            word for word in words if word not in ("on", "handle", "handler", "listener", "callback", "event", "fn")
        ]
        joined = "".join(words)
        spaced = f" {' '.join(words)} "
        if any(word in self._handlers["never"] for word in words):
            return "none"
        for moment in ("logout", "confirm", "submit", "blur", "load"):
            table = self._handlers[moment]
            if joined.endswith(tuple(table["ends"])) or any(word in table["has"] for word in words):
                return moment
            if any(f" {pair} " in spaced for pair in table["pairs"]):
                return moment
            if core and core[-1] in table["events"] and (led or len(words) == 1):
                return moment
        return "none"

    def handler_texts(self, moment: str) -> list[bytes]:
        """Texts of which a name of this moment holds one, but for what stands between its words."""
        return [word.replace(" ", "").encode() for words in self._handlers[moment].values() for word in words]
