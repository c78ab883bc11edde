"""What this room asks of the network: one call, one answer, or a named failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a platform, without its access token."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; `phrase` is what the status line says beside the number."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    phrase: str = ""

    @property
    def text(self) -> str:
        """The body; where a refusal has none to speak of, what the status line says of its own (Moodle's scores)."""
        body = self.body.decode("utf-8", "replace")
        return self.phrase if self.status >= 400 and not body.strip("[]{} \r\n") and self._has_own_phrase else body

    @property
    def _has_own_phrase(self) -> bool:
        return bool(self.phrase) and self.phrase.lower() != responses.get(self.status, "").lower()


class CallFailedError(Exception):
    """No usable answer came. `reason` is a code of `reasons`; `may_have_arrived` tells whether the LMS may have acted;
    `retry_after`: seconds that the LMS asked to be left alone."""

    def __init__(
        self, reason: str, detail: str, *, may_have_arrived: bool = False, retry_after: float | None = None
    ) -> None:
        self.reason = reason
        self.detail = detail
        self.may_have_arrived = may_have_arrived
        self.retry_after = retry_after
        super().__init__(f"{reason}: {detail}")
