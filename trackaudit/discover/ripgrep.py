"""Stage discover, the quick look: in go words, out come the files that ripgrep found one of them in, and those it read.

ripgrep is many times faster than reading here, and is not believed further than that: what it finds is read again, and
what it did not look at (ignored files, links, large files, what it could not open) is read as without it. So the
answers are the same where it is not installed.
"""

from __future__ import annotations

import os
import sys

from trackaudit.discover.process import installed, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    Kinds: TypeAlias = Mapping[str, Sequence[str]]
    """How the names of files end (`.js`), in any case, or what they are: by kind, those of all files that matter under
    "", and of some of them under a name, where a `!` stands before how they do not end."""
    _Question: TypeAlias = tuple[tuple[bytes, ...], str]
    Told: TypeAlias = tuple[frozenset[str], dict[_Question, frozenset[str]]]
    """The files that were looked at, and by texts, those of them that may hold one."""
    Seen: TypeAlias = tuple[frozenset[str], frozenset[str]]
    """Files that may hold one of some texts, and files that were looked at. Of others nothing is known."""

SECONDS = 60
_WALK = (
    "--no-config",
    "--no-messages",
    "--null",
    "--hidden",
    "--no-require-git",
    "--no-ignore-dot",
    "--glob",
    "!.git/",
)
"""How it walks: git's ignore rules keep it out of what was built or installed, whose size has no bounds."""
_NOTHING: Seen = (frozenset(), frozenset())
_READ = b" files searched"
_BYTES = b"(?-u)"
"""What a pattern begins with that is of bytes, not of letters."""
_HEAD = 4
"""Letters of each word that are looked for at once."""
_END = 6
"""Letters that are left of a word at least, lest it is found all over."""
_COMMON = b"etoasrnilcupdmhgf./,_:ybvSTCRwkAPx0"
"""What code is made of, the most common first."""


def program() -> str | None:
    """The ripgrep beside this Python, else that of the search path."""
    return installed("rg", os.path.dirname(sys.executable))


class Ripgrep:
    """Asks ripgrep about the files below one root, which it takes as standing still meanwhile. `kinds`: of the files
    that are asked about; where there is none, all are."""

    def __init__(self, root: str, path: str, max_size: int = 0, kinds: Kinds | None = None) -> None:
        self._root = root
        self._path = path
        self._max_size = max_size
        self._kinds = kinds or {}
        self._expected: tuple[Iterable[str], Iterable[str], Callable[[], Iterable[str]]] | None = None
        self._looked_at: frozenset[str] | None = None
        self._is_small = False
        self._begun: dict[_Question, _Answer] = {}
        self._known: dict[_Question, Seen] = {}

    def begin(self, texts: Iterable[bytes], kind: str = "") -> None:
        """Begin to look for these texts, while the caller has other things to do."""
        asked = question(texts, kind)
        if asked not in self._begun and asked not in self._known:
            self._begun[asked] = self._search("--files-with-matches", asked)

    def expect(self, files: Iterable[str], listed: Iterable[str], apart: Callable[[], Iterable[str]]) -> None:
        """Say which files are asked about and which there are, so that their number can tell that ripgrep has looked at
        just these. `apart`: gives those that it passes over, as far as that is known."""
        self._expected = files, listed, apart

    def look(self, texts: Iterable[bytes], kind: str = "") -> Seen:
        """What ripgrep says of these texts; paths are relative to the root.

        They are words, which in files that are marked as UTF-16 are looked for in what they mean. `kind`: of the files
        that are asked about; what is said of others means nothing, and the texts are patterns, as Python reads them for
        bytes, of what is in one line.
        """
        asked = question(texts, kind)
        if asked not in self._known:
            self.begin(texts, kind)
            self._known[asked] = self._seen(asked)
        return self._known[asked]

    def told(self) -> Told | None:
        """All that ripgrep said, as long as it could read every file."""
        looked_at = self._looked_at
        if looked_at is None:
            return None
        return looked_at, {asked: found for asked, (found, looked) in self._known.items() if looked is looked_at}

    def _seen(self, asked: _Question) -> Seen:
        answer = self._begun.pop(asked)
        if answer.code in (0, 1):
            found = frozenset(answer.paths)
            if self._looked_at is None:
                self._looked_at = self._all(found, answer.read if not asked[1] else None)
            return found, self._looked_at
        if answer.code is None:
            return _NOTHING
        # Something could not be read, and which it was is not said: ask for each file, which takes twice as long.
        return frozenset(), frozenset(self._search("--files-without-match", asked).paths)

    def _all(self, found: frozenset[str], read: int | None) -> frozenset[str]:
        """The files that were looked at. To list them takes a third as long as a search; but where as many were read as
        there are files, it was these."""
        if read is not None:
            for files in self._guesses():
                if len(files) == read and found <= files:
                    self._is_small = True
                    return files
        return frozenset(self._ask([*self._of_kind(""), "--files"]).paths)

    def _guesses(self) -> Iterator[frozenset[str]]:
        if self._expected is not None:
            files, listed, apart = self._expected
            yield frozenset(files)
            there = frozenset(self._of_any_kind(listed))
            yield there
            yield there.difference(apart())

    def _of_any_kind(self, paths: Iterable[str]) -> Iterable[str]:
        kinds = self._kinds.get("")
        if not kinds:
            return paths
        paths = list(paths)
        endings = {ending for ending in {path[path.rfind(".") :] for path in paths} if ending.lower() in kinds}
        names = tuple(f"/{name}" for name in kinds if name[0] not in ".!")
        left_out = tuple(name[1:] for name in kinds if name[0] == "!")
        told = (path for path in paths if path[path.rfind(".") :] in endings or f"/{path}".endswith(names))
        return [path for path in told if not path.lower().endswith(left_out)]

    def _search(self, what: str, asked: _Question) -> _Answer:
        texts, kind = asked
        how = ("--encoding", "none") if kind else ("--encoding", "auto", "--fixed-strings")
        given = {_BYTES + text for text in texts} if kind else {rare_end(word) for word in texts}
        options = [*self._of_kind(kind), what, "--stats", "--text", *how, "--file", "-"]
        return self._ask(options, b"".join(text + b"\n" for text in given))

    def _of_kind(self, kind: str) -> list[str]:
        options: list[str] = []
        for name in self._kinds.get(kind, ()):
            left_out = name[0] == "!"
            options += ("--glob", f"!{_pattern(name[1:])}") if left_out else ("--type-add", f"asked:{_pattern(name)}")
        return [*options, "--type", "asked"] if options else []

    def _ask(self, options: Sequence[str], given: bytes = b"") -> _Answer:
        try:
            # The names that it opens, and prints, are as long as this one, and tens of thousands.
            start = "." if os.getcwd() == self._root else self._root
        except FileNotFoundError:
            start = self._root
        # To ask for each file's size takes as long as a tenth of a search.
        limit = ("--max-filesize", str(self._max_size)) if self._max_size and not self._is_small else ()
        return _Answer([self._path, *_WALK, *limit, *options, start], start, given)


class _Answer:
    """What one process prints. `code`: 0 or 1, it did its whole job; 2, not for all files; None, it did not end by
    itself. `paths`: those it printed, relative to where it started. `read`: how many files it has searched."""

    def __init__(self, command: Sequence[str], start: str, given: bytes) -> None:
        self._start = start
        self._ended: tuple[int | None, bytes] | None = None
        try:
            self._wait = started(command, os.environ, SECONDS, given)
        except OSError:
            self._ended = None, b""

    @property
    def code(self) -> int | None:
        return self._answer()[0]

    @property
    def paths(self) -> list[str]:
        text = os.fsdecode(self._answer()[1].rpartition(b"\0")[0])
        if os.sep != "/":
            text = text.replace(os.sep, "/")
        before = len(self._start.rstrip(os.sep)) + 1
        return [path[before:] for path in text.split("\0") if path]

    @property
    def read(self) -> int | None:
        account = self._answer()[1].rpartition(b"\0")[2]
        counts = [line.removesuffix(_READ) for line in account.splitlines() if line.endswith(_READ)]
        return int(counts[0]) if counts and counts[0].isdigit() else None

    def _answer(self) -> tuple[int | None, bytes]:
        if self._ended is None:
            try:
                code, output, _ = self._wait()
                self._ended = (code, output) if code in (0, 1, 2) else (None, b"")
            except OSError:
                self._ended = None, b""
        return self._ended


def question(texts: Iterable[bytes], kind: str) -> _Question:
    """Texts, and where they are looked for, as one key."""
    return tuple(sorted(set(texts))), kind


def rare_end(word: bytes) -> bytes:
    """The end of a word that begins with its rarest letters, which ripgrep looks for first: a file without it is one
    without the word."""
    ranks = [place if (place := _COMMON.find(byte)) >= 0 else len(_COMMON) for byte in word]
    return word[max(range(max(1, len(word) - _END + 1)), key=lambda start: sum(ranks[start : start + _HEAD])) :]


def _pattern(name: str) -> str:
    if name[0] != ".":
        return name
    return "*" + "".join(f"[{char}{char.upper()}]" if char.isalpha() else char for char in name)
