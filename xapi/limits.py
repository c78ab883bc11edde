"""How often a credential may call: a bucket of tokens per credential, in the memory of each process.

A limit protects the server from one sender; it is not an account of use. With several processes a
credential gets its rate in each of them.
"""

from math import ceil
from threading import Lock

from xapi.errors import TooManyRequests
from xapi.moments import Clock
from xapi.values import Credential

_MOST_BUCKETS = 10_000


class RateLimits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[int, tuple[float, float]] = {}  # credential → (tokens, seconds since the epoch)

    def spend(self, credential: Credential) -> None:
        """Take one request from the credential's minute; `TooManyRequests` if none is left."""
        if credential.per_minute is None:
            return
        now, rate = self._clock().timestamp(), credential.per_minute / 60
        with self._lock:
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.clear()
            tokens, since = self._buckets.get(credential.id, (float(credential.per_minute), now))
            tokens = min(credential.per_minute, tokens + max(0.0, now - since) * rate)
            enough = tokens >= 1
            self._buckets[credential.id] = (tokens - 1 if enough else tokens, now)
        if not enough:
            error = TooManyRequests(f"this credential may make {credential.per_minute} requests a minute")
            error.headers["Retry-After"] = str(ceil((1 - tokens) / rate))
            raise error
