"""Edits as bytes: edits and a file in, the new file, where its offsets came from, or a unified diff out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from trackaudit.model import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The file with its edits. They are sorted here; two insertions at one place keep their order."""
    out = bytearray()
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        out += data[at : edit.start]
        out += edit.text.encode("utf-8")
        at = edit.end
    out += data[at:]
    return bytes(out)


def by_path(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Edits of each file, without repetitions, in the order of their places."""
    found: dict[str, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        found.setdefault(edit.path, []).append(edit)
    for mine in found.values():
        mine.sort(key=lambda edit: (edit.start, edit.end))
    return found


class Taken:
    """The places of fixes that are written together; edits of two fixes do not touch there unless they are the same."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}

    def take(self, edits: Sequence[Edit]) -> bool:
        """Take a fix's edits in, unless one of them touches the place of another that is not the same edit."""
        if any(self._meets(edit) for edit in edits):
            return False
        for edit in edits:
            insort(self._edits.setdefault(edit.path, []), edit, key=_start)
        return True

    def _meets(self, edit: Edit) -> bool:
        mine = self._edits.get(edit.path, [])
        at = bisect_left(mine, edit.start, key=_start)
        before = bisect_left(mine, mine[at - 1].start, key=_start) if at else 0
        after = bisect_left(mine, max(edit.start + 1, edit.end), key=_start)
        return any(one != edit and _meet(one, edit) for one in mine[before:after])


def _start(edit: Edit) -> int:
    return edit.start


def _meet(a: Edit, b: Edit) -> bool:
    if a.path != b.path:
        return False
    if a.start == b.start:
        return True
    return a.start < b.end and b.start < a.end


class Origins:
    """Where the offsets of a new file were in the old one. `edits`: all of its edits, in the order of their places."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._starts: list[int] = []  # of the edits' texts, in the new file
        self._edits: list[tuple[int, int]] = []  # their length there, and where each is in the old file
        self._shifts = [0]  # how much longer the file is after so many of them
        for edit in edits:
            length = len(edit.text.encode("utf-8"))
            self._starts.append(edit.start + self._shifts[-1])
            self._edits.append((length, edit.start))
            self._shifts.append(self._shifts[-1] + length - (edit.end - edit.start))

    def offset(self, offset: int) -> int:
        """Where an offset of the new file was; text of an edit was where the edit is."""
        before = bisect_right(self._starts, offset)
        if before:
            length, start = self._edits[before - 1]
            if offset < self._starts[before - 1] + length:
                return start
        return offset - self._shifts[before]


def smallest(path: str, start: int, old: str, new: str) -> list[Edit]:
    """The edit that turns `old`, which begins at byte `start`, into `new`, without what both begin and end with."""
    if old == new:
        return []
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = old[head : len(old) - tail]
    if not middle:
        # Of the places where the same insertion gives the same text, take the one before a word or bracket.
        text = new[head : len(new) - tail]
        while head and old[head - 1] == text[-1] and not text[-1].isspace():
            text = text[-1] + text[:-1]
            head -= 1
        at = start + len(old[:head].encode("utf-8"))
        return [Edit(path, at, at, text)]
    at = start + len(old[:head].encode("utf-8"))
    return [Edit(path, at, at + len(middle.encode("utf-8")), new[head : len(new) - tail])]


def unified(path: str, old: bytes, new: bytes) -> bytes:
    """A unified diff that `git apply` takes; `path` with `/`, relative to where it is applied."""
    from difflib import diff_bytes, unified_diff

    name = _quoted(path)
    head_old, head_new = (f'"a/{name}"', f'"b/{name}"') if name != path else (f"a/{path}", f"b/{path}")
    lines = diff_bytes(unified_diff, _lines(old), _lines(new), b"@old", b"@new", lineterm=b"\n")
    out = bytearray()
    for line in lines:
        if line.startswith((b"--- @old", b"+++ @new")):
            head = head_old if line.startswith(b"-") else head_new
            mark = "\t" if " " in head else ""  # a name with a space ends at a tab
            out += f"{line[:3].decode()} {head}{mark}\n".encode("utf-8", "surrogateescape")
        elif line.endswith(b"\n"):
            out += line
        else:
            out += line + b"\n\\ No newline at end of file\n"
    return bytes(out)


def _lines(data: bytes) -> list[bytes]:
    """The lines with their ends; only LF ends a line, as for git."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _quoted(path: str) -> str:
    """A path as git writes it where it holds control characters, quotes or backslashes."""
    if all(letter.isprintable() and letter not in '"\\' for letter in path):
        return path
    out = []
    for byte in path.encode("utf-8", "surrogateescape"):
        letter = chr(byte)
        if letter in '"\\':
            out.append("\\" + letter)
        elif 32 <= byte < 127:
            out.append(letter)
        else:
            out.append(f"\\{byte:03o}")
    return "".join(out)


def diff(before: Mapping[str, bytes], after: Mapping[str, bytes], prefix: str = "") -> bytes:
    """The unified diff of every file that changed, by path."""
    return b"".join(
        unified(prefix + path, before[path], after[path]) for path in sorted(after) if before[path] != after[path]
    )
