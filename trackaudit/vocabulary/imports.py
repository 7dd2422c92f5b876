"""Described mapping files: an `Import` in, the `Shape` by which calls are read out."""

from __future__ import annotations

from trackaudit.config.imports import ANY
from trackaudit.vocabulary.types import DESCRIBED, Listed, Only, Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.config.imports import Import


def shape_of(one: Import) -> Shape:
    """The shape of a described format. It is recognised by the key that is the least likely to be in other files."""
    rows = tuple(one.rows.split("."))
    # Rows of IDs need not be there: without any it is still an import, and wrong.
    required = [
        (rows, "rows"),
        *((tuple(path.split(".")), "any" if text == ANY else f"={text}") for path, text in one.when),
    ]
    required.sort(key=lambda test: -len(test[0][0]))
    if one.id_rows:
        ids = Listed(tuple(one.id_rows.split(".")), one.id_target, one.id_column, None, one.names)
        properties = Listed(rows, one.target, one.column, None, one.names)
    else:
        field = one.id_field or one.target
        values = frozenset(one.id_values or (target.lower() for target in one.id_targets))
        ids = Listed(rows, one.target, one.column, Only(field, values, False), one.names)
        properties = ids._replace(only=Only(field, values, True))
    return Shape(
        name=one.name,
        sdk=DESCRIBED,
        channel="import",
        stateful=False,
        operation="event" if one.event else "import",
        require=tuple(required),
        unless=(),
        ids=ids,
        properties=properties,
        event=tuple(one.event.split(".")) if one.event else None,
        wrong={},
        files=one.files,
        query=tuple(one.query.split(".")) if one.query else None,
        token=one.token,
        unchanged=one.unchanged,
    )


def anchor_of(one: Import) -> str:
    """A word that a file of this format holds: the longest of those that must be there."""
    words = [*one.rows.split("."), *(word for path, _ in one.when for word in path.split("."))]
    return max((*words, *(text for _, text in one.when if text != ANY)), key=len)
