"""The key pairs under whose authority Xuefen's own statements stand, and those that it makes of imported rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from lti_tool.storage.dialects import take_turns
from xapi import Credential, credentials

_MADE_BY = "made_by"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a key pair of ours is for: its name, by which it is recognised, and what its statements may count as."""

    name: str
    evidence: tuple[str, ...]


#: What people do on our pages.
PAGES = Purpose("Xuefen", ("online", "offline", "practice"))
#: What an institution's sheets say of attendance and assessments (domain.md §3a, "Trust").
IMPORTS = Purpose("Xuefen import", ("assessment", "offline"))
_OURS = frozenset({PAGES.name, IMPORTS.name})


def is_own_credential(attributes: Mapping[str, Any]) -> bool:
    """Whether a key pair with these attributes is one that our own statements are written with."""
    return attributes.get(_MADE_BY) in _OURS


def own_credential(conn: Connection, programme_id: str, purpose: Purpose = PAGES) -> Credential:
    """The key pair of a programme, made when it is first needed; its secret is known to nobody."""
    found = find_own_credential(conn, programme_id, purpose)
    if found is None:
        # Two that need it at once want one, by which later both are recognised: whoever waited looks again.
        take_turns(conn, f"own credential of {programme_id}")
        found = find_own_credential(conn, programme_id, purpose)
    return found if found is not None else _make(conn, programme_id, purpose)


def find_own_credential(conn: Connection, programme_id: str, purpose: Purpose = PAGES) -> Credential | None:
    """The key pair of a programme, if it has been needed before."""
    listed = credentials.list_credentials(conn)
    return next((one for one in listed if one.tenant == programme_id and _serves(one, purpose)), None)


def _serves(credential: Credential, purpose: Purpose) -> bool:
    return bool(credential.attributes.get(_MADE_BY) == purpose.name)


def _make(conn: Connection, programme_id: str, purpose: Purpose) -> Credential:
    key, _ = credentials.create(
        conn,
        purpose.name,
        ("statements/write",),
        tenant=programme_id,
        attributes={_MADE_BY: purpose.name, "evidence": list(purpose.evidence)},
    )
    made = credentials.find_credential(conn, key)
    if made is None:
        raise LookupError("the credential that was just made is not there")
    return made
