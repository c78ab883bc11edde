"""What this room asks of the network: one call, one answer, or a named failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a platform, without its access token."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class CallFailedError(Exception):
    """No answer came. `reason` is a code of `reasons`; `may_have_arrived` tells whether the LMS may have acted."""

    def __init__(self, reason: str, detail: str, *, may_have_arrived: bool = False) -> None:
        self.reason = reason
        self.detail = detail
        self.may_have_arrived = may_have_arrived
        super().__init__(f"{reason}: {detail}")


class PlatformHttp(Protocol):
    """A guarded client: time-outs, size limits, no redirects, no private addresses unless allowed, kept-alive
    connections per platform."""

    def call(self, platform_id: int, call: Call) -> Answer:
        """The platform's answer; raises CallFailedError."""


class Tokens(Protocol):
    """Access tokens for a platform's services, kept until they expire."""

    def token(self, platform_id: int, scope: str, *, fresh: bool = False) -> str:
        """A bearer token with this one scope; `fresh` never takes a kept one. Raises CallFailedError."""
