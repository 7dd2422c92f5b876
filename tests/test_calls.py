"""Sends become calls: what is counted as unresolved."""

from __future__ import annotations

from trackaudit.pipeline import check_text


def _unresolved(text: str) -> list[str]:
    return [one.call for one in check_text(text, "javascript").unresolved]


def test_an_event_whose_properties_are_unknown_is_unresolved() -> None:
    assert _unresolved("export function send(name, data) { exponea.track(name, data); }") == ["exponea.track"]


def test_an_event_with_unknown_properties_beside_an_id_does_no_harm_and_is_not_counted() -> None:
    text = """
    export function send(id, data) {
      fetch(URL, { body: { customer_ids: { registered: id }, event_type: 'view', properties: data } });
    }
    """
    assert _unresolved(text) == []


def test_an_update_with_unknown_properties_is_unresolved_whatever_its_ids() -> None:
    text = """
    export function send(id, data) {
      fetch(URL, { body: { customer_ids: { registered: id }, properties: data } });
    }
    """
    assert _unresolved(text) == ["fetch"]
