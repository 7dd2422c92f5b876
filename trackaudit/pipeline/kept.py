"""A configuration's tree as an earlier run read it: in go its path and bytes, out comes what is in them.

Reading YAML takes longer than to judge a file, most of it to load the library; TOML likewise. The tree hangs on the
bytes alone, so it holds until they change. What the tree means is looked at in every run.
"""

from __future__ import annotations

import os

from trackaudit import __version__, cache
from trackaudit.config import marked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.config import Read
    from trackaudit.config.marked import Marked


def kept_tree(path: str, data: bytes, read: Read) -> Marked | None:
    """What `read` gives for the bytes of a configuration, or gave earlier."""
    name = f"{path}\0tree"
    program = f"{__version__} {os.stat(marked.__file__).st_mtime_ns}\0".encode()
    key = cache.digest(program + data)
    kept = cache.load(name)
    if isinstance(kept, tuple) and kept[0] == key:
        return marked.of_bare(kept[1])
    tree = read(data)
    if tree is not None:
        cache.save(name, (key, marked.bare(tree)))
    return tree
