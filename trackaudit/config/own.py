"""Files of a tree that tell the tool what to do (configuration, rules, vocabulary): a path in, the file's bytes out.

The tree is hostile: such a file may be a link to a stranger's secrets, a pipe that never ends, or enormous.
"""

from __future__ import annotations

import os
import stat

from trackaudit.config import LARGEST, LINK_OUT, READ_ONLY, is_inside
from trackaudit.config.marked import Unreadable


def read_own(path: str, tree: str = "") -> bytes:
    """A file's bytes, at most `LARGEST` and one. `tree`: the folder that a link must not lead out of, "" for any.

    Raises Unreadable in words for a link out of the tree and for what is no plain file, OSError as `open` does.
    """
    full = os.path.realpath(path)
    if tree and not is_inside(full, os.path.realpath(tree)):
        raise Unreadable(0, LINK_OUT)
    handle = os.open(full, READ_ONLY)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable(0, "is no plain file")
        return file.read(LARGEST + 1)
