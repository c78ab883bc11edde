"""The roster as sheets add to it: nobody else is touched, nobody leaves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from lti_tool.storage.dialects import take_turns, upsert
from lti_tool.storage.queries.people import IMPORTED, add_identifiers, touch, touch_programme
from lti_tool.storage.queries.programmes import raise_version
from lti_tool.storage.tables.programmes import identifiers, participants


def take_roster(conn: Connection, programme_id: str) -> None:
    """Of two sheets that are imported at once one waits for the other: what was looked up stays true."""
    take_turns(conn, f"roster of {programme_id}")


def add_people(
    conn: Connection, programme_id: str, rows: Sequence[dict[str, Any]], keys: Mapping[str, str], *, team: bool
) -> None:
    """Add or update participants, and give them identifier keys that nobody else has, {key: person id}.

    They are computed again; everybody is where `team` says that a management team has changed, since its approvals
    count for others.
    """
    columns = [name for name in rows[0] if name != "id"] if rows else []
    complete = [{**row, "programme_id": programme_id, "left_at": None} for row in rows]
    upsert(conn, participants, complete, key=["programme_id", "id"], update=[*columns, "left_at"])
    add_identifiers(conn, programme_id, keys, IMPORTED)
    if team:
        raise_version(conn, programme_id)
        touch_programme(conn, programme_id)
    else:
        touch(conn, [(programme_id, row["id"]) for row in rows])


def list_account_owners(conn: Connection, programme_id: str) -> Mapping[str, Collection[str]]:
    """Whose the accounts of a programme are, whatever their platform: {the account's own name: person ids}."""
    query = select(identifiers.c.key, identifiers.c.person_id).where(
        identifiers.c.programme_id == programme_id, identifiers.c.key.startswith("account|")
    )
    found: dict[str, set[str]] = {}
    for key, person in conn.execute(query):
        found.setdefault(key.split("|", 2)[2], set()).add(person)
    return found
