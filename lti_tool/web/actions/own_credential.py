"""The key pair under whose authority Xuefen's own statements stand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from xapi import Credential, credentials

_NAME = "Xuefen"
_MADE_BY = "made_by"


def is_own_credential(attributes: Mapping[str, Any]) -> bool:
    """Whether a key pair with these attributes is the one that our own statements are written with."""
    return attributes.get(_MADE_BY) == _NAME


def find_own_credential(conn: Connection, programme_id: str) -> Credential | None:
    """The key pair of a programme, if it has been needed before."""
    for found in credentials.list_credentials(conn):
        if found.tenant == programme_id and is_own_credential(found.attributes):
            return found
    return None


def own_credential(conn: Connection, programme_id: str) -> Credential:
    """The key pair of a programme, made when it is first needed; its secret is known to nobody."""
    made = find_own_credential(conn, programme_id)
    if made is not None:
        return made
    key, _ = credentials.create(
        conn,
        _NAME,
        ("statements/write",),
        tenant=programme_id,
        attributes={_MADE_BY: _NAME, "evidence": ["online", "offline", "practice"]},
    )
    found_again = credentials.find_credential(conn, key)
    if found_again is None:
        raise LookupError("the credential that was just made is not there")
    return found_again
