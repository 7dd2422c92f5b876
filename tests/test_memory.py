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
for path, name in zip(sys.argv[1::2], sys.argv[2::2]):
    with open(name, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    print(*(notice.kind for notice in check_texts({{path: text}}, min_confidence="low").notices))
"""
DOUBLED = {
    "a text": ("a.js", "let x = 'abcd';", "x = x + x;"),
    "a template": ("a.js", "let x = 'abcd';", "x = `${x}${x}`;"),
    "a list": ("a.js", "let x = [c.n];", "x = [...x, ...x];"),
    "a list that is not known": ("a.js", "let x = [...c.n];", "x = [...x, ...x];"),
    "a list joined to itself": ("a.js", "let x = [c.n];", "x = x.concat(x);"),
    "a list pushed into itself": ("a.js", "let x = [c.n];", "x.push(...x);"),
    "what is not known": ("a.js", "let x = {...c};", "x = {...x, ...x, ...c.d};"),
    "copied records": (
        "a.js",
        "let x = c.n;",
        f"x = {{{''.join(f'a{n}: x,' for n in range(200))}}}; structuredClone(x);",
    ),
    "written records": (
        "a.js",
        "let x = c.n;",
        f"x = {{{''.join(f'a{n}: x,' for n in range(200))}}}; JSON.stringify(x);",
    ),
    "sent records": ("a.js", "let x = c.n;", f"x = {{{''.join(f'a{n}: x,' for n in range(200))}}}; exponea.update(x);"),
    "comments in a stack": ("a.js", "// trackaudit: ignore[identifier-in-update] it\n" * 12_000, ""),
    "ways": ("a.js", "let x = c;", "x = x.a.b.c.d.e.f.g.h;" * 300),
    "a text of Python": ("a.py", "x = 'abcd'", "\nx = x + x"),
    "a list of Python": ("a.py", "x = [c.n]", "\nx = x + x"),
    "a list of Python, extended by itself": ("a.py", "x = [c.n]", "\nx.extend(x)"),
    "a list of Python, in another": ("a.py", "x = [c.n]", "\nx = [*x, *x]"),
}
"""How a small file could fill memory: by what, a beginning, and a line that makes it twice as large or more."""
KEYS = "".join(f"k{number}: c.b{number}, " for number in range(3_000))
SENT = {
    "a large record, sent often": f"const x = {{ email: c.m, {KEYS} }};" + "exponea.update(x);" * 1_000,
    "a record that grows": "exponea.update(c.p); let x = { email: c.m };"
    + "".join(f"x = {{...x, a{n}: c.b{n}}};" for n in range(5_000)),
}


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


def _checked(files: list[tuple[str, bytes]], folder: str) -> list[list[str]]:
    """The kinds of the notices of each file, which is checked by itself, all in one process that is held to it."""
    command = [sys.executable, "-c", CHECK]
    for number, (path, data) in enumerate(files):
        command += [path, os.path.join(folder, str(number))]
        with open(command[-1], "wb") as file:
            file.write(data)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [line.split() for line in done.stdout.split("\n")[:-1]]


@pytest.mark.parametrize("name", KINDS if NIGHTLY else WORST)
def test_the_largest_file_of_any_kind_is_checked_in_500_megabytes(name: str, tmp_path: pytest.TempPathFactory) -> None:
    (notices,) = _checked([(KINDS[name].path, _largest(name))], str(tmp_path))
    assert "crash" not in notices


def test_what_doubles_line_by_line_fills_no_memory(tmp_path: pytest.TempPathFactory) -> None:
    files = [
        (path, f"exponea.update({{'email': c.mail}})\n{begin}{line * 60}\n".encode())
        for path, begin, line in DOUBLED.values()
    ]
    notices = _checked(files, str(tmp_path))
    assert [name for name, kinds in zip(DOUBLED, notices, strict=True) if "crash" in kinds] == []


def test_what_is_copied_often_fills_no_memory(tmp_path: pytest.TempPathFactory) -> None:
    notices = _checked([("a.js", text.encode()) for text in SENT.values()], str(tmp_path))
    assert ["crash" in kinds for kinds in notices] == [False] * len(SENT)
    assert all("limit" in kinds for kinds in notices)
