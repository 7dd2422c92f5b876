"""Root reads and writes what it likes; a test of what may not be read or written runs in a process that may not."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import traceback
from typing import TYPE_CHECKING, ParamSpec

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    P = ParamSpec("P")

_CAPBSET_DROP = 24
_OVERRIDES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root past the rights of files."""
_VERSION = 0x20080522
_KEPT = 77


def held_to_rights(test: Callable[P, None]) -> Callable[P, None]:
    """The test, which root runs in a child that has given up its ways past the rights of files, as have its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        if os.name == "nt":
            pytest.skip("its rights are others")
        if os.geteuid() != 0:
            test(*args, **kwargs)
            return
        if not sys.platform.startswith("linux"):
            pytest.skip("root reads and writes everything here")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if _gave_up():
                    test(*args, **kwargs)
                    code = 0
                else:
                    code = _KEPT
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == _KEPT:
            pytest.skip("root cannot give up its rights here")
        assert code == 0

    return run


def _gave_up() -> bool:
    libc = ctypes.CDLL(None)
    header, sets = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    mask = ~sum(1 << number for number in _OVERRIDES)
    done = [libc.prctl(_CAPBSET_DROP, number, 0, 0, 0) for number in _OVERRIDES]
    done.append(libc.capget(header, sets))
    for index in range(3):  # in force, permitted, inherited
        sets[index] &= mask & 0xFFFFFFFF
    done.append(libc.capset(header, sets))
    return not any(done)
