"""A fork of this process that does one piece of work, and hands back its answer as bytes through a pipe."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Fork:
    """killed: the signal that ended it before it had answered, else 0; known when the answer was asked for."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        self.killed = 0
        self._out, into = os.pipe()
        self._id = os.fork()
        if self._id == 0:
            try:
                os.close(self._out)
                with os.fdopen(into, "wb") as pipe:
                    pipe.write(work())
            finally:
                # Whatever happened, no one but the parent goes on from here; an answer that is not whole is not used.
                os._exit(0)
        os.close(into)

    def answer(self) -> bytes:
        """What it answered, when it has ended; not all of it if it did not come to its end."""
        with os.fdopen(self._out, "rb") as pipe:
            self._out = -1
            data = pipe.read()
        self.killed = os.waitstatus_to_exitcode(self._wait()) * -1
        return data if not self.killed else b""

    def end(self) -> None:
        """Let nothing of it stay behind."""
        if self._out >= 0:
            os.close(self._out)
            self._out = -1
        if self._id:
            os.kill(self._id, 9)
            self._wait()

    def _wait(self) -> int:
        child, self._id = self._id, 0
        return os.waitpid(child, 0)[1]
