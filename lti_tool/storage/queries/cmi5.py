"""What was said in a cmi5 registration, as far as its sessions depend on it."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from xapi.tables import statements, verbs

_S = statements.c
_HEARD = 500


def find_said(conn: Connection, tenant: str | None, registration: str, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The statements of a registration with one of these verbs, in the order in which they came."""
    query = (
        select(_S.statement)
        .join(verbs, verbs.c.id == _S.verb_id)
        .where(_S.registration == registration, _S.tenant == tenant, _S.voided.is_(False), verbs.c.key.in_(wanted))
        .order_by(_S.seq)
    )
    return [orjson.loads(text) for text in conn.scalars(query)]


def find_heard(conn: Connection, tenant: str | None, registration: str) -> list[dict[str, Any]]:
    """The latest statements of a registration, the newest first."""
    query = (
        select(_S.statement)
        .where(_S.registration == registration, _S.tenant == tenant, _S.voided.is_(False))
        .order_by(_S.seq.desc())
        .limit(_HEARD)
    )
    return [orjson.loads(text) for text in conn.scalars(query)]
