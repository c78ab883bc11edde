"""The key pair under whose authority Xuefen's own statements stand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from lti_tool.storage.dialects import take_turns
from xapi import Credential, credentials

_NAME = "Xuefen"
_MADE_BY = "made_by"


def is_own_credential(attributes: Mapping[str, Any]) -> bool:
    """Whether a key pair with these attributes is the one that our own statements are written with."""
    return attributes.get(_MADE_BY) == _NAME


def own_credential(conn: Connection, programme_id: str) -> Credential:
    """The key pair of a programme, made when it is first needed; its secret is known to nobody."""
    found = find_own_credential(conn, programme_id)
    if found is None:
        # Two that need it at once want one, by which later both are recognised: whoever waited looks again.
        take_turns(conn, f"own credential of {programme_id}")
        found = find_own_credential(conn, programme_id)
    return found if found is not None else _make(conn, programme_id)


def find_own_credential(conn: Connection, programme_id: str) -> Credential | None:
    """The key pair of a programme, if it has been needed before."""
    mine = (one for one in credentials.list_credentials(conn) if is_own_credential(one.attributes))
    return next((one for one in mine if one.tenant == programme_id), None)


def _make(conn: Connection, programme_id: str) -> Credential:
    key, _ = credentials.create(
        conn,
        _NAME,
        ("statements/write",),
        tenant=programme_id,
        attributes={_MADE_BY: _NAME, "evidence": ["online", "offline", "practice"]},
    )
    made = credentials.find_credential(conn, key)
    if made is None:
        raise LookupError("the credential that was just made is not there")
    return made
