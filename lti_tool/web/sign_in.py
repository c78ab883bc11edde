"""When one may sign in to a session 签到, and by which code: pure, with the clock as a parameter.

The code follows RFC 6238 (time-based one-time passwords) with a secret for each session, so that no two sessions
share their codes and none can be told in advance.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.config import SignIn
from lti_tool.domain.values import OfflineSession

DIGITS = 6
#: A trainer may mark somebody present so long before a session begins: who stands at the door is there.
EARLY_BY_HAND = timedelta(hours=12)
EARLY, OPEN, CLOSED = "early", "open", "closed"
_SEPARATORS = str.maketrans("", "", " -\t\u00b7.")


@dataclass(frozen=True, slots=True)
class Hours:
    """When a session's codes are taken."""

    opens_at: datetime
    leaving_from: datetime  # signing out 签退
    closes_at: datetime

    @classmethod
    def of(cls, session: OfflineSession, settings: SignIn) -> "Hours":
        lead = timedelta(minutes=settings.opens_minutes_before)
        return cls(
            opens_at=session.starts_at - lead,
            leaving_from=max(session.starts_at, session.ends_at - lead),
            closes_at=session.ends_at + timedelta(minutes=settings.closes_minutes_after),
        )

    def state(self, now: datetime) -> str:
        if now < self.opens_at:
            return EARLY
        return OPEN if now < self.closes_at else CLOSED

    def may_leave(self, now: datetime) -> bool:
        return self.leaving_from <= now < self.closes_at


def code_at(secret: bytes, now: datetime, seconds: int) -> str:
    """The code that a session shows now."""
    return _code(secret, _step(now, seconds))


def is_current(secret: bytes, typed: str, now: datetime, seconds: int) -> bool:
    """Whether this is the code that is shown now, or the one before it: typing takes its time."""
    step = _step(now, seconds)
    return any(hmac.compare_digest(typed.encode(), _code(secret, one).encode()) for one in (step, step - 1))


def seconds_left(now: datetime, seconds: int) -> int:
    """How long the present code is still shown."""
    return seconds - int(now.timestamp()) % seconds


def read_code(text: str) -> str:
    """A code as somebody typed it: in groups, or in the wide digits of a Chinese keyboard."""
    return unicodedata.normalize("NFKC", text).translate(_SEPARATORS)[: 2 * DIGITS]


def grouped(code: str) -> str:
    """A code for reading: 381 204."""
    return f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}"


def _step(now: datetime, seconds: int) -> int:
    return int(now.timestamp()) // seconds


def _code(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha256)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"
