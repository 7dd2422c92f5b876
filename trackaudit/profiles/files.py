"""Files that are written all together or not at all: paths in, open files out."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager

from trackaudit.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@contextmanager
def together(*paths: str) -> Iterator[list[TextIO]]:
    """New files, open for UTF-8 text. They take their names at the end, the first one last, and only if nothing was
    raised. Raises InputError where one cannot be written."""
    # A pipe or device (`/dev/stdout`) cannot be replaced, only written to.
    whole = {path: path if os.path.exists(path) and not os.path.isfile(path) else f"{path}.{os.urandom(8).hex()}.part"
             for path in paths}  # fmt: skip
    path = paths[0]
    try:
        with ExitStack() as files:
            opened: list[TextIO] = []
            for path, part in whole.items():
                # A link that somebody put there is not followed.
                file = open(part, "w" if part == path else "x", encoding="utf-8", newline="\n")  # noqa: SIM115
                opened.append(files.enter_context(file))
            path = paths[0]
            yield opened
        for path, part in reversed(whole.items()):
            if part != path:
                os.replace(part, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        for path, part in whole.items():
            if part != path and os.path.exists(part):
                os.unlink(part)
