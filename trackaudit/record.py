"""`NamedTuple`, for every noun of this package: a class with annotated fields in, an immutable tuple with names out.

For the type checker it is `typing.NamedTuple`, and it behaves like it. But a class costs a tenth to make here: `typing`
need not be imported, and a constructor is compiled once for all classes with as many fields, when it is worth it. A run
loads some ninety such classes and makes instances of most of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    try:
        from _collections import _tuplegetter
    except ImportError:  # another Python than CPython

        def _tuplegetter(index, doc):
            return property(lambda self: self[index], doc=doc)

    _new = tuple.__new__
    _models = {
        1: lambda _cls, a: _new(_cls, (a,)),
        2: lambda _cls, a, b: _new(_cls, (a, b)),
        3: lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        4: lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        5: lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        6: lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        7: lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        8: lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        9: lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
    }
    """Constructors, by the number of fields. These are written out as they are needed in every run."""

    _FEW = 4
    """Instances of a class with many fields before its constructor is made: of options and results there is one."""

    class _Record(tuple):
        """What all such classes are: a tuple that knows the names of its parts."""

        __slots__ = ()
        _fields = ()
        _made = 0

        def __new__(cls, /, *values, **named):
            """Make one of the first instances, or the constructor of the others."""
            names, defaults = cls._fields, cls._field_defaults
            model = _models.get(len(names))
            if model is None:
                left = names[len(values) :]
                made = cls._made = cls._made + 1
                # To compile a constructor takes as long as twenty instances that are put together like this.
                fits = len(values) <= len(names) and named.keys() <= {*left} <= named.keys() | defaults.keys()
                if fits and made <= _FEW:
                    return _new(cls, (*values, *(named[name] if name in named else defaults[name] for name in left)))
                listed = "".join(f"_{index}, " for index in range(len(names)))
                model = _models[len(names)] = eval(f"lambda _cls, {listed}: _new(_cls, ({listed}))")
            code = model.__code__.replace(co_varnames=("_cls", *names))
            new = type(model)(code, model.__globals__, "__new__", tuple(defaults.values()))
            new.__qualname__ = f"{cls.__qualname__}.__new__"
            cls.__new__ = staticmethod(new)
            return new(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, /, **named):
            made = self._make(map(named.pop, self._fields, self))
            if named:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(named)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            parts = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({parts})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Makes a `_Record` of a class body; what comes out has no metaclass of its own."""

        def __new__(cls, name, bases, space):
            fields = tuple(space.get("__annotations__", ()))
            space["_field_defaults"] = {field: space.pop(field) for field in fields if field in space}
            for index, field in enumerate(fields):
                space[field] = _tuplegetter(index, "")
            space["__slots__"] = ()
            space["__match_args__"] = space["_fields"] = fields
            return type(name, (_Record,), space)

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
