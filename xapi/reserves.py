"""Memory for large requests: lent to one at a time, and given back to the system.

A batch of 10 MB is a hundred megabytes of small objects for a moment. The C library keeps what is freed for the thread
that freed it; with several threads a server process would stay several times as large as its work needs.
"""

import ctypes
import gc
from threading import Lock
from typing import Any

#: Bodies of this size and more wait for each other and are followed by `give_back`, which takes longer than a small
#: request.
LARGE_BODY = 1_000_000
#: Held while a large body is taken apart. It is asked for when the body is here: whoever sends slowly keeps nobody out.
ROOM_FOR_LARGE = Lock()
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
