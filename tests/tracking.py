"""TrackingCalls built by hand, so that the engine is tested without a parser."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from trackaudit.model import Context, Entries, Entry, Facts, Place, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Iterable

_places = count(1)


def place(path: str = "shop.js") -> Place:
    """A new place, after all earlier ones."""
    at = next(_places) * 10
    return Place(path, at, at + 5)


def entry(
    key: str,
    symbol: str = "",
    kind: str = "unknown",
    *,
    literals: tuple[Any, ...] = (),
    text: str = "",
    **more: Any,
) -> Entry:
    """An entry whose value is a symbol, or constants."""
    root = more.pop("root", None) or place()
    missing = more.pop("maybe_missing", False)
    facts = Facts(text or symbol or repr(literals), literals, frozenset({symbol} if symbol else ()), missing)
    values: dict[str, Any] = {
        "must": True,
        "owner": "unknown",
        "origin": "unknown",
        "transforms": (),
        "value_place": root,
        **more,
    }
    return Entry(key=key, value=facts, kind=kind, root=root, **values)


def mail(key: str = "email", symbol: str = "mail", **more: Any) -> Entry:
    """An entry that holds an e-mail."""
    return entry(key, symbol, "email", **more)


def call(
    operation: str,
    ids: Iterable[Entry] = (),
    properties: Iterable[Entry] = (),
    *,
    order: int = 0,
    unit: str = "u",
    blocks: tuple[tuple[int, int, int], ...] = (),
    **more: Any,
) -> TrackingCall:
    """A call of the page SDK, unless said otherwise."""
    values: dict[str, Any] = {
        "sdk": "exponea-js",
        "channel": "page",
        "stateful": True,
        "receiver": "exponea",
        "event": None,
        "context": Context(),
        "sink": more.pop("sink", None) or place(),
        "call": f"exponea.{operation}",
        "arguments": {},
        "language": "javascript",
        **more,
    }
    ids_entries = values.pop("ids_entries", Entries(tuple(ids)))
    return TrackingCall(
        operation=operation,
        ids=ids_entries,
        properties=Entries(tuple(properties)),
        order=order,
        unit=unit,
        blocks=blocks,
        **values,
    )


def payload(ids: Iterable[Entry] = (), properties: Iterable[Entry] = (), **more: Any) -> TrackingCall:
    """A customers payload of the tracking API."""
    return call(
        "update",
        ids,
        properties,
        **{
            "sdk": "engagement-api",
            "channel": "api",
            "stateful": False,
            "call": "requests.post",
            "shape": "customer",
            "language": "python",
            **more,
        },
    )
