"""Whatever one file holds, a check of it stays under 500 MB: the kernel refuses more to the process that checks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hostile import KINDS

from trackaudit.config import MAX_FILE_SIZE
from trackaudit.config.limits import Limits
from trackaudit.parse.measure import tokens

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to this")
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MOST = 500_000_000
WORST = ["a.js empty lines", "a.json open lists", "GTM-1.json statements", "a.vue holes"]
"""Of several front ends, one that asks for much and is quick; at night it is every kind."""
CHECK = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST}, {MOST}))
from trackaudit.pipeline import check_texts
path, name = sys.argv[1:]
with open(name, "rb") as file:
    text = file.read().decode("utf-8", "replace")
for notice in check_texts({{path: text}}, min_confidence="low").notices:
    print(notice.kind)
"""


def _largest(name: str) -> bytes:
    """As much of a kind as any run reads."""
    kind = KINDS[name]
    size = MAX_FILE_SIZE - 1_000
    text = kind.text(size)
    if kind.path.endswith((".json", ".yaml", ".xml")):  # they are counted as they are read
        return text
    while (share := Limits().tokens / tokens(text)) < 1:
        size = int(0.98 * share * size)
        text = kind.text(size)
    return text


@pytest.mark.parametrize("name", KINDS if NIGHTLY else WORST)
def test_the_largest_file_of_any_kind_is_checked_in_500_megabytes(name: str, tmp_path: pytest.TempPathFactory) -> None:
    text = os.path.join(str(tmp_path), "text")
    with open(text, "wb") as file:
        file.write(_largest(name))
    command = [sys.executable, "-c", CHECK, KINDS[name].path, text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "crash" not in done.stdout.split()
