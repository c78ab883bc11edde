"""An administrator's pages about the platform itself: its registration, courses, launches and key pairs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.evidence.own_credential import is_own_credential
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import lti
from lti_tool.storage.queries import platform_pages as queries
from lti_tool.storage.queries.grades_trials import find_trial
from lti_tool.storage.types import from_microseconds, to_microseconds
from lti_tool.web.actions.key_pairs import SCOPES
from lti_tool.web.api.cursors import decode_cursor, encode_cursor
from lti_tool.web.contexts_admin import (
    ChoosePage,
    CourseLine,
    CredentialLine,
    CredentialsPage,
    LaunchesPage,
    PersonLine,
    PlatformPage,
    RefusalLine,
    TrialState,
    TrialStep,
)
from lti_tool.web.errors import not_found
from lti_tool.web.pages import administrator_words as words
from lti_tool.web.pages.administrator_alarms import find_alarms
from lti_tool.web.pages.start import choose_page
from lti_tool.web.services import Services
from xapi.sequence import stored_at

_PAGE = 30
_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def platform_page(services: Services, session: LtiSession, after: int) -> PlatformPage:
    """The registration of the platform that the administrator came from."""
    with services.db.read() as conn:
        platform = lti.get_platform(conn, session.platform_id)
        if platform is None:
            raise not_found()
        deployments = lti.list_deployments(conn, session.platform_id)
        courses = queries.list_courses(conn, session.platform_id, after=after, limit=_PAGE + 1)
        alarms = find_alarms(conn, session.platform_id)
    shown = courses[:_PAGE]
    names = ("issuer", "client_id", "product", "auth_login_url", "auth_token_url", "key_set_url")
    return PlatformPage(
        name=platform["name"],
        facts=[(name, platform[name]) for name in names],
        deployments=[row["deployment_id"] for row in deployments],
        learns_deployments=platform["learns_deployments"],
        courses=[_course(row) for row in shown],
        following=shown[-1]["id"] if len(courses) > _PAGE else None,
        registered_at=platform["created_at"],
        alarms=alarms,
    )


def course_page(services: Services, session: LtiSession, context_row: int, after: str) -> ChoosePage:
    """What one course of the platform shows, and what it may show instead."""
    with services.db.read() as conn:
        course = queries.find_course(conn, session.platform_id, context_row)
        trial = find_trial(conn, context_row)
    if course is None:
        raise not_found()
    page = choose_page(services, session, after)
    names = {"course": course["title"] or course["context_id"], "current": course["programme_id"]}
    return replace(page, **names, trial=None if trial is None else _trial(trial))


def launches_page(
    services: Services, session: LtiSession, seen_before: str, refused_before: int | None
) -> LaunchesPage:
    """Who came last, and whose launch was refused and why."""
    with services.db.read() as conn:
        before = _read_cursor(seen_before)
        people = queries.list_seen_people(conn, session.platform_id, before=before, limit=_PAGE + 1)
        refusals = lti.list_refusals(conn, platform_id=session.platform_id, before=refused_before, limit=_PAGE + 1)
    seen, refused = people[:_PAGE], refusals[:_PAGE]
    return LaunchesPage(
        people=[_person(row) for row in seen],
        following_people=_cursor(seen[-1]) if len(people) > _PAGE else None,
        refusals=[
            RefusalLine(row["at"], row["code"], words.refusal_in_words(row["code"]), row["detail"]) for row in refused
        ],
        following_refusals=refused[-1]["id"] if len(refusals) > _PAGE else None,
    )


def credentials_page(services: Services, session: LtiSession, before: int | None) -> CredentialsPage:
    """The key pairs of the programmes that the platform's courses show."""
    with services.db.read() as conn:
        programmes = queries.list_shown_programmes(conn, session.platform_id)
        ids = [id_ for id_, _ in programmes]
        rows = queries.list_programme_credentials(conn, ids, before=before, limit=_PAGE + 1)
    shown = rows[:_PAGE]
    return CredentialsPage(
        endpoint=f"{services.settings.server.public_url}/xapi/",
        credentials=[_credential(row) for row in shown],
        following=shown[-1]["id"] if len(rows) > _PAGE else None,
        programmes=programmes,
        scopes=[(code, words.word(words.SCOPES, code)) for code in SCOPES],
        evidence=[(code, str(name)) for code, name in words.EVIDENCE.items()],
    )


def _course(row: RowMapping) -> CourseLine:
    return CourseLine(
        id=row["id"],
        title=row["title"] or row["label"],
        context_id=row["context_id"],
        deployment=row["deployment_name"],
        programme=row["programme_title"] or row["programme_id"],
        seen_at=row["seen_at"],
        people=row["people"],
        unmatched=row["unmatched"],
        has_grades=bool(row["lineitems_url"]) or _SCORE in row["scopes"],
    )


def _trial(row: RowMapping) -> TrialState:
    steps = [
        TrialStep(words.word(words.STEPS, step), *words.trial_in_words(said), answer)
        for step, said, answer in row["steps"]
    ]
    return TrialState(row["asked_at"], row["done_at"], steps)


def _person(row: RowMapping) -> PersonLine:
    return PersonLine(
        name=row["name"],
        email=row["email"],
        sub=row["sub"],
        course=row["course_title"] or row["course_name"],
        is_learner=row["is_trainee"],
        is_matched=row["participant_id"] is not None,
        has_left=row["left_at"] is not None,
        seen_at=row["seen_at"],
    )


def _credential(row: RowMapping) -> CredentialLine:
    evidence: Sequence[str] = row["attributes"].get("evidence", ())
    return CredentialLine(
        key=row["key"],
        name=row["name"],
        scopes=[words.word(words.SCOPES, code) for code in row["scopes"]],
        evidence=[words.word(words.EVIDENCE, code) for code in evidence],
        programme=row["programme_title"],
        created_at=from_microseconds(row["created_at"]),
        used_at=None if row["last_seq"] is None else stored_at(row["last_seq"]),
        is_ours=is_own_credential(row["attributes"]),
    )


def _cursor(row: RowMapping) -> str:
    return encode_cursor([to_microseconds(row["seen_at"]), row["id"]])


def _read_cursor(text: str) -> tuple[Any, int] | None:
    """Where a page of people begins; a text that is no cursor is not found."""
    if not text:
        return None
    try:
        moment, row = decode_cursor(text)
        return from_microseconds(int(moment)), int(row)
    except (ValueError, TypeError, OverflowError):
        raise not_found() from None
