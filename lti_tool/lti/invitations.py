"""Invitations to register a platform: an address that works once and not for ever."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.lti.sessions import hash_of
from lti_tool.storage.database import Database
from lti_tool.storage.queries import lti

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitation:
    url: str
    expires_at: datetime


def create(db: Database, public_url: str, now: datetime) -> Invitation:
    """A new invitation; its secret stands only in the address."""
    token = secrets.token_urlsafe(24)
    with db.begin() as conn:
        lti.add_invitation(conn, hash_of(token), now + LIFETIME)
    return Invitation(f"{public_url}/lti/register?invitation={token}", now + LIFETIME)
