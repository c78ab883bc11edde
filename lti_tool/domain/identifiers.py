"""Identifier keys: one text per account or address, the same wherever a person is named (contract §5).

An e-mail address and its SHA-1 form of xAPI are one key, so that either finds the same person.
"""

import hashlib
from collections.abc import Iterable


def account_key(home_page: str, name: str) -> str:
    """The key of an account on a platform: `homePage` (an LTI issuer) and `name` (an LTI `sub`)."""
    return f"account|{home_page.rstrip('/')}|{name}"


def email_key(address: str) -> str:
    """The key of an e-mail address; a leading `mailto:` is ignored, case does not matter."""
    plain = address.removeprefix("mailto:").strip().lower()
    return sha1sum_key(hashlib.sha1(f"mailto:{plain}".encode(), usedforsecurity=False).hexdigest())


def sha1sum_key(sha1sum: str) -> str:
    """The key of xAPI's `mbox_sha1sum`."""
    return f"mbox_sha1sum|{sha1sum.lower()}"


def openid_key(openid: str) -> str:
    """The key of an OpenID."""
    return f"openid|{openid}"


def participant_key(participant_id: str) -> str:
    """The key of a participant named by the programme's own id, as practice IRIs do (contract §6)."""
    return f"participant|{participant_id}"


def list_account_names(keys: Iterable[str]) -> list[str]:
    """The platforms' own names of a person among their keys, in order."""
    accounts = sorted(key for key in keys if key.startswith("account|"))
    return [key.split("|", 2)[2] for key in accounts]
