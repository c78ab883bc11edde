"""Who the people of a platform are in a programme: by account, by e-mail address, by the institution's number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from lti_tool.domain.identifiers import account_key, email_key, participant_key
from lti_tool.storage.queries import people


@dataclass(frozen=True, slots=True)
class Account:
    """What a platform says of a person that may tell who they are."""

    sub: str
    email: str = ""
    number: str = ""  # the institution's own, as the roster of the programme may have it

    def keys(self, issuer: str) -> list[tuple[str, str]]:
        """(identifier key, how), the surest first."""
        found = [(account_key(issuer, self.sub), "account")]
        if "@" in self.email:
            found.append((email_key(self.email), "email"))
        if self.number:
            found.append((participant_key(self.number), "number"))
        return found


def match_people(
    conn: Connection, programme_id: str, issuer: str, accounts: Sequence[Account]
) -> dict[str, tuple[str, str]]:
    """The participants behind accounts of a platform: {sub: (participant id, how they were found)}.

    Whoever is found otherwise than by account has the account linked, so that statements which name it count from
    then on. Staff is known too, but nobody with credits, and left out. A few queries, however many people there are.
    """
    keys = {one.sub: one.keys(issuer) for one in accounts}
    owners = people.find_people(conn, programme_id, [key for own in keys.values() for key, _ in own])
    found = {sub: next(((owners[key], how) for key, how in own if key in owners), None) for sub, own in keys.items()}
    known = {sub: match for sub, match in found.items() if match is not None}
    fresh = {account_key(issuer, sub): person for sub, (person, how) in known.items() if how != "account"}
    people.add_identifiers(conn, programme_id, fresh, "launch")
    with_credits = {
        row["id"] for row in people.list_people(conn, programme_id, sorted({one for one, _ in known.values()}))
    }
    return {sub: match for sub, match in known.items() if match[0] in with_credits}


def match_person(
    conn: Connection, programme_id: str | None, issuer: str, sub: str, email: Any, number: Any = None
) -> tuple[str | None, str | None]:
    """The participant behind one account and how they were found; (None, None) for anybody else."""
    if programme_id is None:
        return None, None
    account = Account(sub, email if isinstance(email, str) else "", number if isinstance(number, str) else "")
    return match_people(conn, programme_id, issuer, [account]).get(sub, (None, None))
