"""`python -m trackaudit`: the same as the command `trackaudit`."""

from __future__ import annotations

import os
import sys

# `-m` puts the working directory first: a `yaml.py` or `click.py` of the tree that is checked would be imported.
_here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:] = [path for path in sys.path if path == _here or os.path.realpath(path) != os.path.realpath(os.getcwd())]

from trackaudit.cli import command  # noqa: E402

command()
