"""Stage fix, a guard before libcst: a Python file comes in; nothing comes out unless its brackets nest too deeply.

libcst's parser calls itself for each bracket, and at some thousand of them the process ends without a word.
"""

from __future__ import annotations

import re

_BRACKET = re.compile(rb"[(\[{]|[)\]}]")
DEEPEST = 200
"""Brackets in brackets; those in strings count too."""


def check_depth(data: bytes) -> None:
    """Raises RecursionError for what libcst must not see."""
    depth = 0
    for found in _BRACKET.finditer(data):
        depth = depth + 1 if found.group() in b"([{" else max(0, depth - 1)
        if depth > DEEPEST:
            raise RecursionError("brackets are nested too deeply")
