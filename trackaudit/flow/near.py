"""What is near a send: which of the customer's identifiers variables in scope hold. A machine in, kinds out."""

from __future__ import annotations

from itertools import islice

from trackaudit.flow.values import Symbol, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.flow.machine import Machine
    from trackaudit.flow.values import Scope

KINDS = ("email", "phone", "customer_id")
CHANNELS = frozenset(("sms", "push", "post", "whatsapp", "newsletter", "phoneCalls", "telemarketing"))
"""Ways to reach a customer: an `email` among them is one too."""
MOST_TELLING = 100
"""Names of one scope that are asked what they hold wherever something is sent."""


def near(m: Machine) -> frozenset[str]:
    """Kinds of the customer's identifiers that variables in scope hold."""
    kinds: set[str] = set()
    scope: Scope | None = m.scope
    while scope is not None and scope.parent is not None:
        for name, kind in _telling(m, scope):
            # Beside `sms` or `push` it is a channel that somebody agrees to, not an address.
            if kind != "customer_id" and any(channel in scope.names for channel in CHANNELS):
                continue
            held = m.store.value((scope.number, name))
            said = [
                m.vocabulary.value_identity(option.path)
                for option in (() if held is None else options(held))
                if isinstance(option, Symbol)
            ]
            if any(value.kind in (kind, "unknown") and value.owner != "other" for value in said):
                kinds.add(kind)
        scope = scope.parent
    return frozenset(kinds)


def _telling(m: Machine, scope: Scope) -> list[tuple[str, str]]:
    """A scope's names that say they hold an identifier of the customer, with its kind. Each name is asked once: a
    file may have as many as it has sends."""
    new = list(islice(reversed(scope.names), len(scope.names) - scope.told))
    scope.told = len(scope.names)
    for name in reversed(new):
        known = m.vocabulary.key_identity(name)
        if known.kind in KINDS and known.owner != "other" and len(scope.telling) < MOST_TELLING:
            scope.telling.append((name, known.kind))
    return scope.telling
