"""Stage discover, the quick look: in go words, out come the files that ripgrep read and found none of them in.

ripgrep is many times faster than reading here, and is not believed further than that: what it finds is read again, and
what it did not look at (ignored files, links, large files, what it could not open) is read as without it. So the
answers are the same where it is not installed.
"""

from __future__ import annotations

import os
import sys

from trackaudit.discover.process import installed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from subprocess import Popen
    from typing import TypeAlias

    Kinds: TypeAlias = Mapping[str, Sequence[str]]
    """Patterns of file names by kind: those of all files that matter under "", and of some of them under a name."""
    _Question: TypeAlias = tuple[tuple[bytes, ...], bool, str]
    Told: TypeAlias = tuple[frozenset[str], dict[_Question, frozenset[str]]]
    """The files that were looked at, and by words, those of them that may hold one."""

SECONDS = 60
_WALK = ("--no-config", "--null", "--hidden", "--no-require-git", "--no-ignore-dot", "--glob", "!.git/")
"""How both walks go: git's ignore rules keep it out of what was built or installed, whose size has no bounds."""


def program() -> str | None:
    """The ripgrep beside this Python, else that of the search path."""
    return installed("rg", os.path.dirname(sys.executable))


class Ripgrep:
    """Asks ripgrep about the files below one root, which it takes as standing still meanwhile. `kinds`: of the files
    that are asked about; where there is no pattern, all are."""

    def __init__(self, root: str, path: str, max_size: int = 0, kinds: Kinds | None = None) -> None:
        self._root = root
        self._kinds = kinds or {}
        self._walk = [path, *_WALK, *(("--max-filesize", str(max_size)) if max_size else ())]
        self._listing: _Answer | None = None
        self._listed: frozenset[str] | None = None
        self._begun: dict[_Question, _Answer] = {}
        self._known: dict[_Question, frozenset[str]] = {}

    def begin(self, words: Iterable[bytes], wide: bool = False, kind: str = "") -> None:
        """Begin to look for these words, while the caller has other things to do."""
        if self._listing is None:
            self._listing = _Answer([*self._walk, *self._of_kind(""), "--files"], self._root)
        asked = question(words, wide, kind)
        if asked not in self._begun and asked not in self._known:
            self._begun[asked] = self._search("--files-with-matches", asked)

    def without(self, words: Iterable[bytes], wide: bool = False, kind: str = "") -> frozenset[str]:
        """Paths, relative to the root, of files that hold none of these words; empty if ripgrep cannot tell.

        `wide`: in files that are marked as UTF-16, the words are looked for in what they mean. `kind`: of the files
        that are asked about; what is said of others means nothing.
        """
        asked = question(words, wide, kind)
        known = self._known.get(asked)
        if known is None:
            self.begin(words, wide, kind)
            known = self._known[asked] = self._absent(asked)
        return known

    def told(self) -> Told | None:
        """All that ripgrep said, as long as it could read every file."""
        if self._listed is None:
            return None
        return self._listed, {asked: self._listed - absent for asked, absent in self._known.items()}

    def _absent(self, asked: _Question) -> frozenset[str]:
        answer = self._begun.pop(asked)
        found = answer.paths()
        if answer.code in (0, 1):
            if self._listed is None:
                self._listed = frozenset(self._listing.paths()) if self._listing is not None else frozenset()
            return self._listed.difference(found)
        # Something could not be read, and which it was is not said: ask for each file, which takes twice as long.
        again = self._search("--files-without-match", asked)
        return frozenset(again.paths()) if again.code is not None else frozenset()

    def _search(self, what: str, asked: _Question) -> _Answer:
        words, wide, kind = asked
        encoding = "auto" if wide else "none"
        options = ("--text", "--fixed-strings", "--encoding", encoding, "--file", "-", ".")
        return _Answer(
            [*self._walk, *self._of_kind(kind), what, *options], self._root, b"".join(word + b"\n" for word in words)
        )

    def _of_kind(self, kind: str) -> list[str]:
        added = [word for pattern in self._kinds.get(kind, ()) for word in ("--type-add", f"asked:{pattern}")]
        return [*added, "--type", "asked"] if added else []


class _Answer:
    """What one process prints, read as it comes, so that it never waits for us. `code`: None where it did not end."""

    def __init__(self, command: Sequence[str], root: str, given: bytes = b"") -> None:
        import subprocess
        import threading

        self._output = b""
        self._code: int | None = None
        self._reader: threading.Thread | None = None
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        except OSError:
            return
        self._reader = threading.Thread(target=self._read, args=(process, given), daemon=True)
        self._reader.start()

    def _read(self, process: Popen[bytes], given: bytes) -> None:
        import subprocess

        with process:
            try:
                self._output, _ = process.communicate(given, timeout=SECONDS)
                self._code = process.returncode if process.returncode in (0, 1, 2) else None
            except (OSError, ValueError, subprocess.TimeoutExpired):
                process.kill()

    @property
    def code(self) -> int | None:
        """0 or 1: it did its whole job; 2: not for all files."""
        if self._reader is not None:
            self._reader.join()
        return self._code

    def paths(self) -> list[str]:
        """The paths it printed; none if it did not end by itself."""
        if self.code is None:
            return []
        text = os.fsdecode(self._output)
        if os.sep != "/":
            text = text.replace(os.sep, "/")
        return [path.removeprefix("./") for path in text.split("\0") if path]


def question(words: Iterable[bytes], wide: bool, kind: str) -> _Question:
    """Words, and how and where they are looked for, as one key."""
    return tuple(sorted(set(words))), wide, kind
