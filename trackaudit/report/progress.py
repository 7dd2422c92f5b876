"""Stage report, progress: a line on a terminal that says that a long run is alive; nothing anywhere else."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

PATIENCE = 1.0
"""Seconds before anything is said."""
_STEP = 0.25


@contextmanager
def progress(out: TextIO, what: str = "Reading the project", patience: float = PATIENCE) -> Iterator[None]:
    """Tell on a terminal how long it has been going on, until the work inside is done or fails; then wipe the line."""
    if not out.isatty():
        yield
        return
    import threading
    from time import perf_counter

    done = threading.Event()
    began = perf_counter()

    def tell() -> None:
        wait = patience
        shown = False
        while not done.wait(wait):
            wait = _STEP
            shown = True
            _say(out, f"\r{what} ({perf_counter() - began:.0f} s) …")
        if shown:
            _say(out, f"\r{' ' * (len(what) + 20)}\r")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _say(out: TextIO, text: str) -> None:
    try:
        out.write(text)
        out.flush()
    except (OSError, ValueError):
        return  # the terminal is gone; the run goes on
