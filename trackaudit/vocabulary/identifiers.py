"""Is it an identifier? Names and value paths in, an `Identity` out.

The words are the vocabulary's (`identifiers.yaml`); the order of the questions is here. Precision first: a name that
may mean something else is unknown, and one that plainly talks *about* an identifier is none.
"""

from __future__ import annotations

from trackaudit.vocabulary.origins import Origins
from trackaudit.vocabulary.selectors import names_in
from trackaudit.vocabulary.types import Identity
from trackaudit.vocabulary.words import is_call, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_UNKNOWN = Identity()
_KEPT = ("email", "phone", "customer_id")
_CALL = "()"
_STORE_ACCESS = ("state", "getters", "getstate", "$state", "session", "auth")
_SOFTWARE = frozenset(
    ("session", "user", "auth", "tag", "entity", "state", "event", "cookie", "identity", "login", "customer")
)


class Identifiers:
    """The word tables, ready for look-ups. `words`: the "words" of `load_data`."""

    def __init__(self, words: dict[str, Any]) -> None:
        def table(name: str) -> frozenset[str]:
            return frozenset(words[name])

        owners = words["owners"]
        self.customer = frozenset(owners["customer"])
        self.adjectives = frozenset(owners["adjectives"])
        self.trailing = frozenset(owners["trailing"])
        self.people = frozenset(owners["people"])
        self.places = frozenset(owners["places"])
        self.others = self.people | self.places | frozenset(owners["roles"])
        self.phrases: dict[str, str] = {
            phrase: kind for kind in ("opaque", "customer_id", "phone", "email") for phrase in words["kinds"][kind]
        }
        nouns = [*words["kinds"]["email"], *words["kinds"]["phone"]]
        self.nouns = frozenset(phrase for phrase in nouns if " " not in phrase)
        self.numbers = table("numbers")
        self.entities = table("entities")
        self.ids = table("ids")
        self.about = table("about")
        self.containers = table("containers")
        self.choices = table("choices")
        self.device_containers = table("device-containers")
        self.tests = table("tests")
        self.opaque_methods = table("opaque-methods")
        self.verbs = table("verbs")
        self.cuts = table("cuts")
        self.decorations = table("decorations")
        self.skip = table("skip")
        self.lookups = table("lookups")
        self.page_parts = table("page-parts")
        self.field_parts = table("field-parts")
        self.role_addresses = table("role-addresses")
        self.origins = Origins(words["origins"])
        for entity in self.entities:
            self.phrases.setdefault(f"{entity}id", "customer_id")
        for owner in (*self.customer, "contact", "billing", "shipping", "my"):
            for noun, kind in (("email", "email"), ("phone", "phone")):
                self.phrases.setdefault(f"{owner}{noun}", kind)
        self.glued = frozenset(f"{owner}{noun}" for owner in self.customer for noun in ("email", "phone"))
        self._keys: dict[str, Identity] = {}
        self._values: dict[tuple[str, ...], Identity] = {}

    # ---- names

    def key(self, key: str) -> Identity:
        """What a property's or column's name says. A name alone has no origin."""
        found = self._keys.get(key)
        if found is None:
            found = self._keys[key] = self._named(split(key))
            if found.kind == "opaque":
                # A property named `session_id` or `uuid` says nothing that a rule could stand on.
                found = self._keys[key] = found._replace(kind="unknown")
        return found

    def _named(self, words: list[str]) -> Identity:
        if not words:
            return _UNKNOWN
        lead = 0
        while lead < len(words) - 1 and (words[lead] in self.page_parts or words[lead] in self.adjectives):
            lead += 1
        if not self.page_parts.isdisjoint(words[:lead]):
            words = words[lead:]
        noun = any(word in self.nouns for word in words)
        if len(words) > 1 and words[0] in self.tests:
            return Identity("none")
        if noun and len(words) > 1 and any(word in self.about for word in words):
            return Identity("none")
        other = any(word in self.others for word in words)
        rest = [word for word in words if word not in self.others] if other else words
        while len(rest) > 1 and rest[0] in self.adjectives:
            rest = rest[1:]
        while len(rest) > 1 and rest[-1] in self.trailing:
            rest = rest[:-1]
        kind, customer = self._kind(rest)
        if kind == "unknown":
            return _UNKNOWN
        owner = (
            "other" if other else "customer" if customer or any(word in self.customer for word in words) else "unknown"
        )
        return Identity(kind, owner)

    def _kind(self, rest: list[str]) -> tuple[str, bool]:
        if len(rest) > 1 and rest[-1] in self.ids and all(word in self.entities for word in rest[:-1]):
            return "customer_id", True
        kind = self._phrase(rest)
        if kind != "unknown":
            return kind, kind == "customer_id" or rest[0] in self.glued
        # Owner words count before the identifier only: `user_email` is an e-mail, `email_client` is a program.
        while len(rest) > 1 and (rest[0] in self.customer or rest[0] in self.adjectives):
            rest = rest[1:]
            kind = self._phrase(rest)
            if kind in ("email", "phone"):
                return kind, False
        return "unknown", False

    def _phrase(self, words: list[str]) -> str:
        kind = self.phrases.get(" ".join(words))
        if kind is None and len(words) > 1 and words[-1] in self.numbers:
            kind = self.phrases.get(" ".join(words[:-1]))
            if kind != "phone":
                kind = None
        return kind or "unknown"

    # ---- values

    def value(self, path: tuple[str, ...]) -> Identity:
        """What a value's path says: `("user", "email")`, `("document", "querySelector", "(#email)", "value")`."""
        found = self._values.get(path)
        if found is None:
            found = self._values[path] = self._value(path)
        return found

    def literal(self, text: str, key: str) -> Identity:
        """What a constant says: it speaks under an identifier's name only, and an e-mail as a full address only."""
        named = self.key(key)
        kind = named.kind
        whole = bool(text.strip())
        if kind in ("email", "phone"):
            whole = _is_address(text) if kind == "email" else _is_number(text)
        if kind not in _KEPT or not whole:
            kind = "none"
        owner = named.owner
        if kind == "email" and text.partition("@")[0].lower() in self.role_addresses:
            owner = "other"
        return Identity(kind, owner, "literal")

    def _value(self, path: tuple[str, ...]) -> Identity:
        parts = [part for part in path if part not in ("this", "self", "window", "globalThis")]
        origin = self.origins.of(parts)
        at, kind, owner = self._speaking(parts)
        if kind in ("none", "unknown"):
            return Identity(kind, "other" if origin == "env" and kind != "none" else "unknown", origin)
        before = parts[:at]
        if self._is_switch(kind, before) or self._is_choice(before, parts[at]):
            return Identity("none", "unknown", origin)
        if origin == "env":
            owner = "other"
        elif owner != "other":
            owner = self._owner(before) or owner
        return Identity(kind, owner, origin)

    def _speaking(self, parts: list[str]) -> tuple[int, str, str]:
        """The part that names the value: its index, kind and owner. Skips what does not change the value."""
        at = len(parts) - 1
        last = True
        indexed = False
        while at >= 0:
            part = parts[at]
            if is_call(part):
                at -= 1
                if at < 0:
                    break
                name, text = parts[at], part[1:-1]
                low = name.lower()
                if low in self.opaque_methods or (low == "find" and text and not split(text)):
                    return at, "none", "unknown"
                if text and self._is_lookup(name):
                    found = self._looked_up(text)
                    if found is not None:
                        return at, found.kind, found.owner
                elif low not in self.skip:
                    if low in self.lookups or is_call(name):
                        return at, "unknown", "unknown"
                    return self._function_at(parts, at, text)
                at -= 1
                last = False
                continue
            low = part.lower()
            if part.lstrip("-").isdecimal():
                indexed = True
            elif low not in self.skip or at == 0:
                words = split(part)
                if last and len(words) == 1 and words[0] in self.about and self._has_noun(parts[:at]):
                    return at, "none", "unknown"
                if low.lstrip("_") in self.ids and not indexed and self._is_entity(parts[:at]):
                    return at, "customer_id", "customer"
                found = self._variable(words)
                if indexed and found.kind == "unknown" and words and words[-1].endswith(("s", "es")):
                    found = self._plural(words)
                if found.kind == "unknown" and low == "address" and at:
                    # `user.email.address` is what `user.email` is; an address of anything else is a postal one.
                    holder = self._variable(split(parts[at - 1]))
                    at, found = (at - 1, holder) if holder.kind == "email" else (at, found)
                return at, found.kind, found.owner
            at -= 1
        return 0, "unknown", "unknown"

    def _function_at(self, parts: list[str], at: int, text: str) -> tuple[int, str, str]:
        """What calling the function at `parts[at]` gives, by its name; `text`: a literal first argument."""
        words = split(parts[at])
        found = self._function(words)
        if found.kind != "unknown" or not words:
            return at, found.kind, found.owner
        getter = words[-1] in self.ids and all(word in self.verbs for word in words[:-1])
        if len(words) > 1 and getter and self._is_entity(parts[:at]):
            return at, "customer_id", "customer"
        if (words[-1] in self.about or words[-1] in self.containers) and self._has_noun([*parts[:at], text]):
            return at, "none", "unknown"
        return at, "unknown", "unknown"

    def _has_noun(self, parts: Sequence[str]) -> bool:
        return any(word in self.nouns for part in parts for word in split(part))

    def _plural(self, words: list[str]) -> Identity:
        last = words[-1].removesuffix("es") if words[-1].endswith("sses") else words[-1].removesuffix("s")
        return self._variable([*words[:-1], last])

    def _is_lookup(self, name: str) -> bool:
        low = name.lower()
        if low in self.lookups:
            return True
        words = split(name)
        if not words or words[0] not in ("get", "read", "use", "query") or len(words) < 2:
            return False
        return not any(word in self.about or word in self.containers for word in words[1:])

    def _looked_up(self, text: str) -> Identity | None:
        """What the argument of a look-up names, or None for an argument like `value`, which names nothing by itself."""
        if text.lower() in self.skip:
            return None
        found = _UNKNOWN
        for candidate in names_in(text):
            words = split(candidate)
            while len(words) > 1 and (words[0] in self.page_parts or words[0] in self.field_parts):
                words = words[1:]
            if not words:
                continue
            if len(words) == 1 and words[0] in self.about and words[0] not in self.nouns:
                found = Identity("none") if candidate == text else found
                continue
            named = self._variable([word for word in words if word not in ("form", "data")] or words)
            if named.kind != "unknown":
                return named
        return found

    def _variable(self, words: list[str]) -> Identity:
        found = self._named(words)
        if found.kind != "unknown":
            return found
        rest = words
        while len(rest) > 1 and rest[-1] in self.decorations:
            rest = rest[:-1]
        while len(rest) > 1 and rest[0] in self.decorations:
            rest = rest[1:]
        return self._named(rest) if rest is not words else found

    def _function(self, words: list[str]) -> Identity:
        rest = words
        while len(rest) > 1 and rest[0] in self.verbs:
            rest = rest[1:]
        if rest is words and words and words[0] in self.tests:
            return Identity("none")
        for at, word in enumerate(rest):
            if at and word in self.cuts:
                rest = rest[:at]
                break
        return self._variable(rest)

    def _is_entity(self, before: list[str]) -> bool:
        """Whether `.id` after these parts is the customer's: `user`, `currentUser`, `getCurrentUser()`."""
        at = len(before) - 1
        called = False
        while at >= 0 and (before[at] == _CALL or before[at].lower() in self.skip):
            called = called or before[at] == _CALL
            at -= 1
        if at < 0:
            return False
        words = split(before[at])
        while len(words) > 1 and called and words[0] in self.verbs:
            words = words[1:]
        while len(words) > 1 and (
            words[0] in self.adjectives or words[0] in self.decorations or words[0] in self.people
        ):
            words = words[1:]
        return bool(words) and all(word in self.entities for word in words)

    def _is_switch(self, kind: str, before: Sequence[str]) -> bool:
        for part in before:
            if is_call(part):
                continue
            if part.lower() in ("t", "i18n", "gettext", "$t"):
                return True
            for word in split(part):
                if word in self.containers or (kind == "phone" and word in self.device_containers):
                    return True
        return False

    def _is_choice(self, before: Sequence[str], name: str) -> bool:
        """Whether it is one of a list of choices, not a value: `ChannelType.EMAIL`, `Contact.Email`."""
        holder = before[-1] if before else ""
        words = split(holder)
        if not words or is_call(holder):
            return False
        constant = name[:1].isupper() and holder[:1].isupper() and self.customer.isdisjoint(words)
        return words[-1] in self.choices or constant

    def _owner(self, before: Sequence[str]) -> str | None:
        """Whose it is by what stands before the identifier: a person elsewhere, else the nearest word that says so."""
        texts = [part[1:-1] if is_call(part) else part for part in before]
        names = [split(text) for text in texts]
        for words in names:
            for at, word in enumerate(words):
                if word in self.people and not (at and word == "manager" and words[at - 1] in _SOFTWARE):
                    return "other"
                if word == "agent" and at and words[at - 1] == "user":
                    return None
        for at in range(len(names) - 1, -1, -1):
            words = names[at]
            mine = any(word in self.customer or word in ("auth", "session") for word in words)
            for word in reversed(words):
                if word in self.customer:
                    return "customer"
                if word == "store" and (mine or words[0] == "use" or _is_state(texts[at + 1 :])):
                    continue
                if word in self.places:
                    return "other"
        return None


def _is_state(after: Sequence[str]) -> bool:
    return any(part.lower() in _STORE_ACCESS for part in after[:2])


def _is_address(text: str) -> bool:
    name, at, domain = text.strip().partition("@")
    labels = domain.split(".")
    if not (name and at) or "@" in domain or len(labels) < 2 or not all(labels):
        return False
    return not any(char.isspace() or char in '<>(),;:"{}[]' for char in name + domain)


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return 6 <= digits <= 15 and all(char.isdigit() or char in "+-() ./" for char in text.strip())
