"""Key pairs that were right before, so that the hot route need not ask for them on its way in.

A remembered credential opens the door only: whoever stores with it asks within the transaction whether it is still in
force (`Store.accept`, `confirm`), so that a revoked one stores nothing, however lately it was used. That is enough,
because nothing else of a credential ever changes.
"""

from datetime import datetime

from xapi.credentials import has_secret
from xapi.values import Credential

_MOST_REMEMBERED = 10_000


class RememberedCredentials:
    """The memory of one process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Credential]] = {}  # key → (digest of its secret, credential)

    def find(self, key: str, secret: str, now: datetime) -> Credential | None:
        """The credential, if this is its secret and its time is not over."""
        digest, credential = self._known.get(key, ("", None))
        if credential is None or not has_secret(digest, secret):
            return None
        return None if credential.expires_at is not None and credential.expires_at <= now else credential

    def remember(self, credential: Credential, digest: str) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[credential.key] = (digest, credential)

    def knows(self, credential: Credential) -> bool:
        return credential.key in self._known

    def forget(self, credential: Credential) -> None:
        self._known.pop(credential.key, None)
