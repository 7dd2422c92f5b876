"""Stage report, progress: a line on a terminal that says that a long run is alive; nothing anywhere else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

PATIENCE = 1.0
"""Seconds before anything is said."""
_STEP = 0.25


class progress:
    """Tell on a terminal how long it has been going on, until the work inside is done or fails; then wipe the line."""

    def __init__(self, out: TextIO, what: str = "Reading the project", patience: float = PATIENCE) -> None:
        self.out = out
        self.what = what
        self.patience = patience
        self.end: Callable[[], None] | None = None

    def __enter__(self) -> None:
        if self.out.isatty():
            self.end = self._begin()

    def __exit__(self, *error: object) -> None:
        if self.end is not None:
            self.end()

    def _begin(self) -> Callable[[], None]:
        import threading
        from time import perf_counter

        done = threading.Event()
        began = perf_counter()

        def tell() -> None:
            wait = self.patience
            shown = False
            while not done.wait(wait):
                wait = _STEP
                shown = True
                _say(self.out, f"\r{self.what} ({perf_counter() - began:.0f} s) …")
            if shown:
                _say(self.out, f"\r{' ' * (len(self.what) + 20)}\r")

        teller = threading.Thread(target=tell, name="progress", daemon=True)
        teller.start()

        def end() -> None:
            done.set()
            teller.join()

        return end


def _say(out: TextIO, text: str) -> None:
    try:
        out.write(text)
        out.flush()
    except (OSError, ValueError):
        return  # the terminal is gone; the run goes on
