"""Stage report, its guard: in goes any text of the scanned tree, out comes text that is safe to print.

Names and code may hold terminal escapes, line ends, letters that turn the reading direction, bytes that are no text,
and commands to a CI's log. All of these are shown, none of them is obeyed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import Result, SourceFile


def escape(text: str) -> str:
    """One line, printable letters only; all else as `\\x1b`, `\\u202e`, `\\n`. Bytes that are not UTF-8 as `\\xff`."""
    if not text.isprintable():
        text = "".join(map(escape_letter, text))
    obeyed = commands(text)
    return "".join("\\x23" if at in obeyed else letter for at, letter in enumerate(text)) if obeyed else text


def commands(text: str) -> set[int]:
    """Where the second `#` of each `##[command]` is: a CI log obeys it anywhere in a line, and `##vso[task.…]` too."""
    if "##" not in text or "[" not in text:
        return set()
    import re

    return {found.start() + 1 for found in re.finditer(r"##(?=\w*\[)", text)}


def escape_letter(letter: str) -> str:
    """One character, as `escape` shows it."""
    if letter.isprintable():
        return letter
    code = ord(letter)
    if letter in _SHORT:
        return _SHORT[letter]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a path that is not UTF-8 (os.fsdecode)
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_bytes(path: str) -> str:
    """A path with the bytes that are not UTF-8 as `\\xff`, and nothing else changed; for formats that quote."""
    return (
        path if path.isascii() else "".join(escape_letter(one) if "\ud800" <= one <= "\udfff" else one for one in path)
    )


def shown_path(path: str, prefix: str) -> str:
    """A path of the result relative to the working directory, with `/`; not escaped. `""` stays so."""
    import posixpath

    return posixpath.normpath(prefix + path) if path else ""


def position(source: SourceFile | None, offset: int) -> tuple[int, int]:
    """Line and column from 1; (1, 1) in a file that the result does not hold."""
    return source.position(offset) if source is not None else (1, 1)


def counts(result: Result) -> dict[str, int]:
    """How many findings there are of each severity, worst first."""
    from trackaudit.model import SEVERITIES

    return {severity: sum(one.severity == severity for one in result.findings) for severity in SEVERITIES}


_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
