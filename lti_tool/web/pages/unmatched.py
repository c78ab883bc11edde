"""Who of the course, and which statements, have no match in the programme yet, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection, RowMapping

from lti_tool.credits.service import Explained
from lti_tool.domain.identifiers import account_key, email_key
from lti_tool.domain.reasons import Reason
from lti_tool.evidence.activities import Vocabulary
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import members as member_queries
from lti_tool.storage.queries import pages as queries
from lti_tool.storage.queries import people
from lti_tool.storage.queries.evidence import list_unmatched
from lti_tool.storage.queries.statements import find_statements
from lti_tool.web.contexts_unmatched import MemberLine, UnmatchedLine, UnmatchedPage
from lti_tool.web.formatting import reason_text
from lti_tool.web.pages.lines import Lines
from lti_tool.web.pages.profile_words import profile_sentences
from lti_tool.web.pages.roster import roster_card
from lti_tool.web.services import Services

_AT_ONCE = 20
_OFFERED = 200  # participants to choose from; a search narrows them
_LINES_EACH = 10
_LARGEST_ROW = 2**31 - 1
#: Reasons by which a statement of a known person is about nothing that the programme has.
_UNFIT = (
    Reason.UNKNOWN_COURSE,
    Reason.UNKNOWN_CLASS,
    Reason.UNKNOWN_PRACTICE,
    Reason.UNKNOWN_ASSESSMENT,
    Reason.UNMAPPED,
)


def unmatched_page(services: Services, session: LtiSession, asked: Mapping[str, str]) -> UnmatchedPage:
    """The people of this course without a participant, and the programme's statements that count for nobody."""
    programme_id, course = str(session.programme_id), session.context_id
    services.credits.refresh_some(programme_id)
    query = asked.get("q", "").strip()[:100]
    with services.db.read() as conn:
        members = member_queries.list_unlinked_members(
            conn, course, after=_row(asked.get("people")) or 0, limit=_AT_ONCE + 1
        )
        linked = member_queries.list_members_linked_by_hand(
            conn, course, programme_id, after=_row(asked.get("linked")) or 0, limit=_AT_ONCE + 1
        )
        rows = list_unmatched(conn, programme_id, before=_row(asked.get("before")), limit=_AT_ONCE + 1)
        raw = find_statements(conn, programme_id, [row["statement"] for row in rows[:_AT_ONCE]])
        offered = queries.list_unlinked_participants(conn, programme_id, course, query, limit=_OFFERED)
        suggested = _suggest(conn, session, members[:_AT_ONCE], offered)
        unfit = queries.list_obstructed(conn, programme_id, _UNFIT, after=asked.get("unfit", ""), limit=_AT_ONCE + 1)
        choices = _with_suggested(conn, programme_id, offered, suggested)
        roster = roster_card(conn, course, services.clock(), is_fresh=asked.get("done") == "roster_read")
    explained = services.credits.explain_many(programme_id, unfit[:_AT_ONCE], pass_over=True)
    vocabulary = services.vocabulary
    return UnmatchedPage(
        members=[_member(row, suggested.get(row["id"])) for row in members[:_AT_ONCE]],
        members_after=_next(members, "id"),
        linked=[_member(row) for row in linked[:_AT_ONCE]],
        linked_after=_next(linked, "id"),
        participants=[(row["id"], row["name"]) for row in choices],
        query=query,
        statements=[_line(row, raw.get(row["statement"], {}), vocabulary) for row in rows[:_AT_ONCE]],
        statements_before=_next(rows, "id"),
        unfit=_with_profile(services, programme_id, [line for one in explained for line in _unfit_lines(one)]),
        unfit_after=unfit[_AT_ONCE - 1] if len(unfit) > _AT_ONCE else None,
        roster=roster,
    )


def _row(text: str | None) -> int | None:
    """A row id of an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) <= _LARGEST_ROW else None


def _next(rows: Sequence[RowMapping], name: str) -> int | None:
    return rows[_AT_ONCE - 1][name] if len(rows) > _AT_ONCE else None


def _suggest(
    conn: Connection, session: LtiSession, members: Sequence[RowMapping], offered: Sequence[RowMapping]
) -> dict[int, str]:
    """Who each may be: by account, by e-mail address, else the only free participant of the same name."""
    keys = {row["id"]: _keys(session.issuer, row) for row in members}
    owners = people.find_people(conn, str(session.programme_id), [key for own in keys.values() for key in own])
    named: dict[str, list[str]] = {}
    for row in offered:
        named.setdefault(_spellings(row["name"])[0], []).append(row["id"])
    found: dict[int, str] = {}
    for row in members:
        by_key = [owners[key] for key in keys[row["id"]] if key in owners]
        by_name = next((named[one] for one in _spellings(row["name"]) if one in named), [])
        candidates = by_key or (by_name if len(by_name) == 1 else [])
        if candidates:
            found[row["id"]] = candidates[0]
    return found


def _spellings(name: str) -> tuple[str, str]:
    """A name as it may stand elsewhere: 张 三 is 张三, and 三 张 where a platform puts the given name first."""
    parts = name.split()
    return "".join(parts), "".join(reversed(parts))


def _keys(issuer: str, member: RowMapping) -> list[str]:
    return [account_key(issuer, member["sub"]), *([email_key(member["email"])] if "@" in member["email"] else [])]


def _with_suggested(
    conn: Connection, programme_id: str, offered: Sequence[RowMapping], suggested: Mapping[int, str]
) -> list[RowMapping]:
    """Those to choose from, among them everybody who is suggested."""
    known = {row["id"] for row in offered}
    return [*people.list_people(conn, programme_id, sorted(set(suggested.values()) - known)), *offered]


def _member(row: RowMapping, suggested: str | None = None) -> MemberLine:
    return MemberLine(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        sub=row["sub"],
        seen_at=row["seen_at"],
        suggested=suggested,
        linked_with=row.get("participant_name"),
    )


def _line(row: RowMapping, raw: Mapping[str, Any], vocabulary: Vocabulary) -> UnmatchedLine:
    is_voided = row["voided"]
    return UnmatchedLine(
        statement=row["statement"],
        who=_who(row, raw.get("actor", {})),
        activity=row["activity"],
        at=row["timestamp"],
        reason=reason_text(Reason.VOIDED)
        if is_voided
        else gettext("No participant of the programme has this account or address."),
        profile=profile_sentences(raw, vocabulary) if raw else (),
    )


def _who(row: RowMapping, actor: Mapping[str, Any]) -> str:
    """A person as a statement names them: a name where it says one, and the account or address that was looked for."""
    kind, _, rest = row["subject_key"].partition("|")
    is_actor = row["subject_key"] == row["actor_key"]
    if kind == "mbox_sha1sum" and is_actor and isinstance(actor.get("mbox"), str):
        rest = actor["mbox"].removeprefix("mailto:")
    name = actor.get("name") if is_actor else None
    key = rest.replace("|", " · ")
    return f"{name} ({key})" if isinstance(name, str) and name else key


def _with_profile(services: Services, programme_id: str, lines: Sequence[UnmatchedLine]) -> list[UnmatchedLine]:
    """The lines with what each statement does not follow of the profile that it claims."""
    with services.db.read() as conn:
        raw = find_statements(conn, programme_id, [line.statement for line in lines])
    told = {id_: profile_sentences(one, services.vocabulary) for id_, one in raw.items()}
    return [replace(line, profile=told.get(line.statement, ())) for line in lines]


def _unfit_lines(explained: Explained) -> list[UnmatchedLine]:
    """The latest statements of somebody that are about nothing of the programme."""
    lines = Lines(explained)
    found = [outcome for outcome in lines.outcomes if outcome.reason in _UNFIT][-_LINES_EACH:]
    return [
        UnmatchedLine(
            statement=outcome.statement,
            who=explained.participant.name,
            activity=outcome.activity or lines.line(outcome).title,
            at=outcome.timestamp,
            reason=reason_text(outcome.reason),
            participant_id=explained.participant.id,
        )
        for outcome in reversed(found)
    ]
