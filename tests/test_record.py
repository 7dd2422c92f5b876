"""The package's own `NamedTuple` does what the standard one does."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import TYPE_CHECKING, Any

import pytest

from trackaudit.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 2
    name: str = ""

    @property
    def total(self) -> int:
        """Both together."""
        return self.x + self.y


class Empty(NamedTuple):
    """Nothing."""


class Standard(typing.NamedTuple):
    x: int
    y: int = 2
    name: str = ""


class Named(NamedTuple):
    cls: int
    self: int = 0


def test_fields_may_be_called_as_their_class_calls_itself() -> None:
    assert [Named(cls=1), Named(cls=1)._replace(self=2), Named(self=2, cls=1)] == [(1, 0), (1, 2), (1, 2)]


def test_the_first_and_the_later_instances_are_made_alike() -> None:
    class New(NamedTuple):
        a: int
        b: str = "b"

    assert [New(1), New(1, "b"), New(b="b", a=1)] == [(1, "b")] * 3
    assert New.__new__ is type(New(2)).__new__


def test_names_defaults_and_methods_are_there() -> None:
    point = Point(1)
    assert (point.x, point.y, point.name, point.total) == (1, 2, "", 3)
    assert isinstance(point, tuple)
    assert type(Point) is type
    assert Point.__doc__ == "A place."
    assert (Point._fields, Point._field_defaults) == (Standard._fields, Standard._field_defaults)
    assert repr(point) == repr(Standard(1)).replace("Standard", "Point")
    assert point._asdict() == Standard(1)._asdict()
    assert Empty() == ()


def test_it_is_immutable_and_holds_nothing_else() -> None:
    point: Any = Point(1)
    for name in ("x", "other"):
        with pytest.raises(AttributeError):
            setattr(point, name, 2)


def test_parts_are_replaced_in_a_copy() -> None:
    point = Point(1, name="a")
    assert point._replace(y=5) == Point(1, 5, "a")
    assert type(point._replace(y=5)) is Point
    assert Point._make([3, 4, "b"]) == Point(3, 4, "b")


@pytest.mark.parametrize("kind", [Point, Standard])
def test_wrong_arguments_are_refused(kind: Any) -> None:
    wrongs: list[Callable[[], Any]] = [
        lambda: kind(y=1),
        lambda: kind(1, 2, "", 4),
        lambda: kind(1, z=2),
        lambda: kind._make([1]),
    ]
    for wrong in wrongs:
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises((ValueError, TypeError)):  # Python 3.13 raises the other one
        kind(1)._replace(z=2)


def test_it_can_be_copied_sent_and_matched() -> None:
    point = Point(1, 5)
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert type(pickle.loads(pickle.dumps(point))) is Point
    match point:
        case Point(x, y):
            assert (x, y) == (1, 5)
    assert len({Point(1), Point(1), (1, 2, "")}) == 1


class Span(NamedTuple):
    start: int
    end: int = 9
    line: str = "1"


def test_classes_with_as_many_fields_keep_their_own_names_and_defaults() -> None:
    assert (Point(1), Span(1)) == ((1, 2, ""), (1, 9, "1"))
    assert (Span(start=3, line="4"), Point(x=5, name="n")) == ((3, 9, "4"), (5, 2, "n"))
    with pytest.raises(TypeError, match=r"Span\.__new__\(\).*'x'"):
        Span(x=1)  # type: ignore[call-arg]


FIELDS = [f"field_{number}" for number in range(25)]


def test_a_class_of_many_fields_takes_the_same_arguments_from_its_first_instance_to_its_last() -> None:
    base: Any = NamedTuple
    own = type(base)("Wide", (base,), {"__annotations__": dict.fromkeys(FIELDS, "int"), "field_24": 9})
    for number in range(8):
        for wrong in ((), (1,) * 26, (1,) * 23):
            with pytest.raises(TypeError, match=r"__new__\(\)"):
                own(*wrong)
        with pytest.raises(TypeError, match="field_0"):
            own(*range(24), field_0=1)
        with pytest.raises(TypeError, match="other"):
            own(*range(24), other=1)
        assert own(*range(24)) == (*range(24), 9)
        named = dict(zip(FIELDS, range(number, 25 + number), strict=True))
        assert own(**named) == tuple(named.values())
        assert own(number, **dict.fromkeys(FIELDS[1:], 2)).field_0 == number
