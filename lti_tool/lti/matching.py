"""Who the people of a platform are in a programme: by account, by e-mail address, by the institution's number."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from lti_tool.domain.identifiers import account_key, email_key, participant_key
from lti_tool.storage.queries import people
from lti_tool.storage.queries.rosters import list_members, save_matches


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
    owners = people.find_owners(conn, programme_id, [key for own in keys.values() for key, _ in own])
    found = {sub: next(((*owners[key], how) for key, how in own if key in owners), None) for sub, own in keys.items()}
    known = {sub: match for sub, match in found.items() if match is not None}
    fresh = {account_key(issuer, sub): person for sub, (person, _, how) in known.items() if how != "account"}
    if fresh:
        people.add_identifiers(conn, programme_id, fresh, "launch")
    return {sub: (person, how) for sub, (person, has_credits, how) in known.items() if has_credits}


def match_members(
    conn: Connection, context_row: int, programme_id: str, issuer: str, also: Account
) -> dict[str, tuple[str, str]]:
    """The course shows another programme now: its people are whoever they are there, and nobody else.

    Ids of participants mean nothing in another programme, so what was known of the people is not kept. `also` is
    somebody who may not be on record yet; what is returned, as by `match_people`, holds them too. Participants are
    locked first, all at once, and members after, as everywhere.
    """
    accounts = {row["sub"]: Account(row["sub"], row["email"], row["number"]) for row in list_members(conn, context_row)}
    matches = match_people(conn, programme_id, issuer, list({**accounts, also.sub: also}.values()))
    save_matches(conn, context_row, matches)
    return matches
