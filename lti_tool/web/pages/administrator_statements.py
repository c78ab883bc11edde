"""The administrator's statement browser: what was sent for the programmes of the platform, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, RowMapping

from lti_tool.evidence.verbs import VERBS, VOIDED
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import people
from lti_tool.storage.queries import statement_browser as queries
from lti_tool.storage.queries.platform_pages import list_shown_programmes
from lti_tool.storage.queries.statement_browser import Wanted
from lti_tool.web.api.cursors import decode_cursor, encode_cursor
from lti_tool.web.contexts_statements import BrowsedLine, BrowsedPage, StatementsPage, Voiding
from lti_tool.web.errors import not_found
from lti_tool.web.formatting import page_zone
from lti_tool.web.pages import administrator_words as words
from lti_tool.web.pages import browsed
from lti_tool.web.pages.browsed import Fates
from lti_tool.web.pages.profile_words import profile_sentences
from lti_tool.web.services import Services

_AT_ONCE = 30
_ROUNDS = 4  # pages looked through for counted or uncounted statements before the reader is asked to go on
_OFFERED = 20
_LONGEST = 2000
COUNTED, NOT_COUNTED = "yes", "no"
_ASKED = ("q", "person", "verb", "activity", "sender", "since", "until", "counted")


def statements_page(services: Services, session: LtiSession, asked: Mapping[str, str]) -> StatementsPage:
    """The statements that an address asks for, newest first; what it says wrongly is taken as not said."""
    chosen = {name: asked.get(name, "").strip()[:_LONGEST] for name in _ASKED}
    before = _read_cursor(asked.get("before", ""))
    with services.db.read() as conn:
        programmes = list_shown_programmes(conn, session.platform_id)
        programme = _choose(session, programmes, asked.get("programme", ""))
        senders = queries.list_senders(conn, programme) if programme else []
        people_found = _find_people(conn, programme, chosen)
        wanted = _wanted(conn, programme, chosen, senders, people_found, before)
    is_open = programme is not None and wanted is not None
    lines, following = _look_through(services, str(programme), wanted, chosen["counted"]) if is_open else ([], None)
    return StatementsPage(
        programmes=programmes,
        programme=programme,
        chosen=chosen,
        verbs=[(code, str(name)) for code, name in words.VERBS.items()],
        senders=[(row["key"], row["name"]) for row in senders],
        choices=[(row["id"], row["name"]) for row in people_found] if len(people_found) > 1 else [],
        lines=lines,
        following=None if following is None else encode_cursor(following),
        is_first=before is None,
    )


def statement_page(services: Services, session: LtiSession, statement: str, programme_id: str) -> BrowsedPage:
    """One statement of a programme that the platform shows; anything else is not found."""
    with services.db.read() as conn:
        programme = shown_programme(conn, session, programme_id)
        row = queries.find_statement(conn, programme, statement)
        if row is None:
            raise not_found()
        fates = Fates(services, programme)
        fates.learn(conn, [row["id"]])
        voiding = queries.list_voiding(conn, programme, row["id"])
        targets = queries.find_targets(conn, [row["seq"]])
    fates.explain()
    raw, outcomes = browsed.read_raw(row), fates.of(row["id"])
    return BrowsedPage(
        programme=programme,
        line=browsed.line_of(row, raw, outcomes, services),
        outcomes=outcomes,
        voids=targets.get(row["seq"]),
        voided_by=[_voiding(one) for one in voiding],
        is_unbound=row["tenant"] is None,
        profile=profile_sentences(raw, services.vocabulary),
        raw=raw,
    )


def shown_programme(conn: Connection, session: LtiSession, programme_id: str) -> str:
    """The programme of an address, which must be one that a course of the launched platform shows."""
    if programme_id not in dict(list_shown_programmes(conn, session.platform_id)):
        raise not_found()
    return programme_id


def _choose(session: LtiSession, programmes: Sequence[tuple[str, str]], asked: str) -> str | None:
    """The programme asked for, else the launch's own, else the first."""
    known = [id_ for id_, _ in programmes]
    if asked:
        if asked not in known:
            raise not_found()
        return asked
    return session.programme_id if session.programme_id in known else next(iter(known), None)


def _find_people(conn: Connection, programme: str | None, chosen: Mapping[str, str]) -> Sequence[RowMapping]:
    """The participants whom the address means: one by id, or those of a name."""
    if programme is None or not (chosen["person"] or chosen["q"]):
        return []
    if chosen["person"]:
        return people.list_people(conn, programme, [chosen["person"]])
    return queries.list_named(conn, programme, chosen["q"], limit=_OFFERED)


def _wanted(
    conn: Connection,
    programme: str | None,
    chosen: Mapping[str, str],
    senders: Sequence[RowMapping],
    found: Sequence[RowMapping],
    before: int | None,
) -> Wanted | None:
    """What to look for; None where nothing can fit, or where a person must be chosen first."""
    keys: Sequence[str] = ()
    if chosen["person"] or chosen["q"]:
        if programme is None or len(found) != 1:
            return None
        person = found[0]["id"]
        keys = people.list_keys_of(conn, programme, [person])[person]
        if not keys:
            return None
    sender = next((row["id"] for row in senders if row["key"] == chosen["sender"]), None)
    if chosen["sender"] and sender is None:
        return None
    until = _midnight(chosen["until"])
    return Wanted(
        keys=keys,
        verbs=_verbs(chosen["verb"]),
        activity=chosen["activity"] or None,
        sender=sender,
        since=_midnight(chosen["since"]),
        until=None if until is None else until + timedelta(days=1),
        before=before,
    )


def _verbs(asked: str) -> list[str]:
    """The IRIs of a verb of the vocabulary, or the IRI that was asked for."""
    if not asked:
        return []
    if asked == "voided":
        return [VOIDED]
    return [iri for iri, verb in VERBS.items() if verb == asked] or [asked]


def _midnight(text: str) -> datetime | None:
    """The beginning of a day in the zone that the page tells times in."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), page_zone())
    except ValueError:
        return None


def _look_through(
    services: Services, programme: str, wanted: Wanted | None, counted: str
) -> tuple[list[BrowsedLine], int | None]:
    """A page of lines and where the next one begins; of counted or uncounted ones, whatever a few pages hold."""
    if wanted is None:
        return [], None
    fates = Fates(services, programme)
    lines: list[BrowsedLine] = []
    following = wanted.before
    for _ in range(_ROUNDS if counted in {COUNTED, NOT_COUNTED} else 1):
        with services.db.read() as conn:
            found = queries.list_statements(conn, programme, replace(wanted, before=following), limit=_AT_ONCE)
            fates.learn(conn, [row["id"] for row in found.rows])
        fates.explain()
        for row in found.rows:
            line = browsed.line_of(row, browsed.read_raw(row), fates.of(row["id"]), services)
            if _fits(line, counted):
                lines.append(line)
                if len(lines) == _AT_ONCE and row is not found.rows[-1]:
                    return lines, row["seq"]
        following = found.following
        if following is None or len(lines) == _AT_ONCE:
            break
    return lines, following


def _fits(line: BrowsedLine, counted: str) -> bool:
    if counted not in {COUNTED, NOT_COUNTED}:
        return True
    return (line.outcome is not None and line.outcome.counted) == (counted == COUNTED)


def _voiding(row: RowMapping) -> Voiding:
    raw = browsed.read_raw(row)
    return Voiding(row["id"], browsed.who_says(raw), browsed.said_at(row, raw), browsed.reason_of_voiding(raw))


def _read_cursor(text: str) -> int | None:
    """Where a page begins; a text that is no cursor is not found."""
    if not text:
        return None
    try:
        found = decode_cursor(text)
    except ValueError:
        raise not_found() from None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**63:
        raise not_found()
    return found
