"""Stage report, a place in code: in go a file and a byte range, out come its line and the marks under it.

Only a window around the place is decoded, so that a bundle that is one line of a megabyte stays readable, and quick.
"""

from __future__ import annotations

from trackaudit.record import NamedTuple
from trackaudit.report.escape import commands, escape_letter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import SourceFile

_TAB = 4
_CUT = "..."


class Frame(NamedTuple):
    """line: its number, from 1. text: the line, safe to print, cut at `width`. indent, marks: the columns of the
    terminal before the place, and in it (at least one)."""

    line: int
    text: str
    indent: int
    marks: int


def frame(source: SourceFile, start: int, end: int, width: int = 100) -> Frame:
    """The line that holds `start`, with the place marked as far as it goes on that line."""
    line = source.position(start)[0]
    first, last = source.line_bounds(start)
    start = min(max(start, first), last)
    end = min(max(end, start), last)
    if first == 0 and source.data.startswith(b"\xef\xbb\xbf"):
        first = min(3, start)
    # Four bytes a letter at most; what lies further away than `width` letters cannot be shown.
    reach = 4 * width
    left, right = max(first, start - reach), min(last, start + reach)
    if left > first:
        left = _letter_start(source.data, left)
    if right < last:
        right = max(start, _letter_start(source.data, right - 3))
    cells = _cells(source.text(left, right))
    ahead = len(source.text(left, start))
    inside = len(source.text(start, min(end, right)))
    parts = cells[:ahead], cells[ahead : ahead + inside], cells[ahead + inside :]
    return _cropped(line, *parts, left > first, right < last, width)


def _cropped(
    line: int,
    before: list[tuple[str, int]],
    inside: list[tuple[str, int]],
    after: list[tuple[str, int]],
    cut_left: bool,
    cut_right: bool,
    width: int,
) -> Frame:
    whole = _width(before) + _width(inside) + _width(after)
    if whole <= width and not cut_left and not cut_right:
        shown = before
        tail = inside + after
        marks = _width(inside)
        head = ""
        foot = ""
    else:
        # Keep the place in sight with a third of the line before it, more if there is little after it.
        room = width - 2 * len(_CUT)
        behind = min(_width(inside) + _width(after), room)
        ahead = max(room // 3, room - behind)
        shown = _last(before, ahead)
        head = _CUT if cut_left or len(shown) < len(before) else ""
        kept = _first(inside, room - _width(shown))
        tail = kept + (_first(after, room - _width(shown) - _width(kept)) if len(kept) == len(inside) else [])
        foot = _CUT if cut_right or len(tail) < len(inside) + len(after) else ""
        marks = _width(kept)
    text = head + "".join(cell for cell, _ in shown + tail) + foot
    return Frame(line, text.rstrip(), len(head) + _width(shown), max(1, marks))


def _cells(text: str) -> list[tuple[str, int]]:
    """Each character as it is shown, and how many columns it takes."""
    obeyed = commands(text)
    if text.isascii() and text.isprintable() and not obeyed:
        return [(letter, 1) for letter in text]
    import unicodedata

    cells: list[tuple[str, int]] = []
    column = 0
    for index, letter in enumerate(text):
        shown = escape_letter(letter)
        taken = len(shown)
        if letter == "\t":
            taken = _TAB - column % _TAB
            shown = " " * taken
        elif index in obeyed:
            shown = "\\x23"
            taken = 4
        elif letter.isprintable():
            if unicodedata.combining(letter):
                taken = 0
            elif unicodedata.east_asian_width(letter) in "WF":
                taken = 2
        cells.append((shown, taken))
        column += taken
    return cells


def _width(cells: list[tuple[str, int]]) -> int:
    return sum(taken for _, taken in cells)


def _first(cells: list[tuple[str, int]], room: int) -> list[tuple[str, int]]:
    for index, (_, taken) in enumerate(cells):
        room -= taken
        if room < 0:
            return cells[:index]
    return cells


def _last(cells: list[tuple[str, int]], room: int) -> list[tuple[str, int]]:
    return _first(cells[::-1], room)[::-1]


def _letter_start(data: bytes, at: int) -> int:
    """The next byte offset that does not split a UTF-8 letter; bytes that are no text are not followed far."""
    for offset in range(at, min(at + 4, len(data))):
        if data[offset] & 0xC0 != 0x80:
            return offset
    return at
