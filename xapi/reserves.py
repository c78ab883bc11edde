"""Memory that a large request used, given back to the system.

A batch of 10 MB is a hundred megabytes of small objects for a moment. The C library keeps what is freed for the thread
that freed it; with several threads a server process would stay several times as large as its work needs.
"""

import ctypes
import gc
from typing import Any

#: Bodies of this size and more are followed by `give_back`; it takes longer than a small request.
LARGE_BODY = 1_000_000
_M_ARENA_MAX = -8  # of mallopt(3)


def share_one_arena() -> None:
    """Let all threads of this process share one reserve of freed memory; to be called before they begin."""
    _call("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Give back whatever lies unused."""
    gc.collect()
    _call("malloc_trim", 0)


def _call(name: str, *numbers: int) -> None:
    """Call a function of the GNU C library; others have neither the function nor the habit."""
    function: Any = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)
