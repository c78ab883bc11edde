"""What a checked launch leaves behind: its course, resource link, person and session, and who that person is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from lti_tool.config import Settings
from lti_tool.lti.claims import AGS, DEEP_LINK, DEEP_LINKING, LTI, NRPS
from lti_tool.lti.errors import LtiError
from lti_tool.lti.locales import page_language
from lti_tool.lti.matching import Account, match_members, match_people
from lti_tool.lti.names import is_chinese
from lti_tool.lti.roles import audience_role, is_gradable
from lti_tool.lti.sessions import Opened, start_session
from lti_tool.storage.queries import lti_launches, offered, people, programmes
from lti_tool.storage.queries.lti_launches import Known, Place

Claims = Mapping[str, Any]
#: Custom parameters of activities that show a part of the programme rather than the credits.
_PART_OF_IT = ("content", "practice", "class")

_LONGEST_NUMBER = 255


@dataclass(frozen=True, slots=True)
class Launched:
    """An opened session, with what the next page depends on."""

    opened: Opened
    message_type: str
    audience_role: str
    programme_id: str | None
    participant_id: str | None
    context_row: int
    custom: Mapping[str, Any]


def place_of(platform: RowMapping, claims: Claims) -> Place:
    """Where a launch says that it comes from."""
    return Place(
        issuer=platform["issuer"],
        deployment_id=claims[LTI + "deployment_id"],
        # A launch outside any course still has a place: the deployment itself.
        context_id=(claims.get(LTI + "context") or {}).get("id", ""),
        resource_link_id=(claims.get(LTI + "resource_link") or {}).get("id"),
    )


def record_launch(
    conn: Connection,
    platform: RowMapping,
    known: Known,
    claims: Claims,
    settings: Settings,
    now: datetime,
    *,
    with_cookie: bool,
) -> Launched:
    """Write a launch from a known place down and open its session."""
    context = lti_launches.save_context(conn, _context_row(platform, known, claims, now), known.context)
    link = _save_link(conn, context["id"], claims, known.link)
    custom = _texts({**(link["custom"] if link else {}), **(claims.get(LTI + "custom") or {})})
    account = Account(claims["sub"], claims.get("email") or "", _number(claims))
    programme_id = _find_programme(conn, platform, context, custom, known.linked_programme)
    person, how = _match(conn, platform, context, programme_id, account)
    member = lti_launches.save_member(conn, _member_row(context["id"], claims, account, person, how, now))
    if member["participant_id"] != person:
        person = _participant(conn, programme_id, member["participant_id"])
    role = audience_role(_roles(claims))
    row = {
        "platform_id": platform["platform_id"],
        "context_id": context["id"],
        "resource_link_row": link["id"] if link else None,
        "sub": claims["sub"],
        "audience_role": role,
        "programme_id": programme_id,
        "participant_id": person,
        "details": _details(claims, account, custom),
    }
    opened = start_session(conn, row, with_cookie=with_cookie, hours=settings.lti.session_hours, now=now)
    message_type = claims[LTI + "message_type"]
    return Launched(opened, message_type, role, programme_id, person, context["id"], custom)


def _match(
    conn: Connection,
    platform: RowMapping,
    context: Mapping[str, Any],
    programme_id: str | None,
    account: Account,
) -> tuple[str | None, str | None]:
    """Who an account is in the programme and how that is known; a course that has just come to show it takes
    everybody along.
    """
    if programme_id is None:
        return None, None
    if programme_id == context["programme_id"]:
        matches = match_people(conn, programme_id, platform["issuer"], [account])
    else:
        lti_launches.link_context(conn, context["id"], programme_id)
        matches = match_members(conn, context["id"], programme_id, platform["issuer"], also=account)
    return matches.get(account.sub, (None, None))


def _participant(conn: Connection, programme_id: str | None, person: str | None) -> str | None:
    """Whom somebody linked by hand, in the programme that is shown: the link may be to another one."""
    if person is None or programme_id is None or people.get_person(conn, programme_id, person) is None:
        return None
    return person


def _context_row(platform: RowMapping, known: Known, claims: Claims, now: datetime) -> dict[str, Any]:
    context = claims.get(LTI + "context") or {}
    # Who is still choosing may be about to bring a column: none is made of our own accord before the first real launch.
    is_choosing = claims[LTI + "message_type"] == DEEP_LINK
    service = {} if is_choosing else claims.get(AGS) or {}
    roster = claims.get(NRPS) or {}
    return {
        "platform_id": platform["platform_id"],
        "deployment_id": known.deployment_id,
        "context_id": context.get("id", ""),
        "title": _text(context.get("title")),
        "label": _text(context.get("label")),
        "lineitems_url": _text(service.get("lineitems")),
        "scopes": _names(service.get("scope")) or None,
        "memberships_url": _text(roster.get("context_memberships_url")),
        "seen_at": now,
    }


def _save_link(
    conn: Connection, context_row: int, claims: Claims, before: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    link = claims.get(LTI + "resource_link")
    if not isinstance(link, dict):
        return None
    custom = _texts(claims.get(LTI + "custom") or {})
    service = claims.get(AGS) or {}
    return lti_launches.save_resource_link(
        conn,
        {
            "context_id": context_row,
            "resource_link_id": link["id"],
            "title": _text(link.get("title")) or "",
            # One lesson, task or sign-in may have a grade of its own: that column is not the credits'.
            "lineitem_url": None if any(custom.get(name) for name in _PART_OF_IT) else _text(service.get("lineitem")),
            "custom": custom,
        },
        before,
    )


def _find_programme(
    conn: Connection,
    platform: RowMapping,
    context: Mapping[str, Any],
    custom: Mapping[str, str],
    linked: str | None,
) -> str | None:
    """By the custom parameter `programme`, else by the course's link, else the only one there is (contract §3)."""
    named = custom.get("programme")
    if named and named != context["programme_id"] and not offered.is_offered(conn, platform["platform_id"], named):
        raise LtiError(
            "unknown_programme", f"the custom parameter names {named!r}", platform_id=platform["platform_id"]
        )
    return named or linked or context["programme_id"] or programmes.find_only_programme(conn)


def _member_row(
    context_row: int, claims: Claims, account: Account, person: str | None, how: str | None, now: datetime
) -> dict[str, Any]:
    roles = _roles(claims)
    return {
        "context_id": context_row,
        "sub": account.sub,
        "name": display_name(claims),
        "email": account.email,
        "number": account.number,
        "roles": roles,
        "is_trainee": is_gradable(roles),
        "participant_id": person,
        "linked_by": how,
        "seen_at": now,
        "left_at": None,
    }


def display_name(claims: Claims) -> str:
    """The name to show: the platform's own, else family and given name in the order of Chinese names.

    Moodle puts a space between the two, which Chinese names do not have.
    """
    whole = claims.get("name")
    parts = [part for part in (claims.get("family_name"), claims.get("given_name")) if isinstance(part, str)]
    joined = "".join(parts)
    return joined if not whole or (is_chinese(joined) and whole.split() == parts) else whole


def _number(claims: Claims) -> str:
    """The institution's own number of the person, where the platform tells one of a sensible length."""
    lis = claims.get(LTI + "lis")
    number = lis.get("person_sourcedid") if isinstance(lis, dict) else None
    return number if isinstance(number, str) and len(number) <= _LONGEST_NUMBER else ""


def _details(claims: Claims, account: Account, custom: Mapping[str, str]) -> dict[str, Any]:
    presentation = claims.get(LTI + "launch_presentation") or {}
    for_user = claims.get(LTI + "for_user") or {}
    return {
        "resource_link_id": (claims.get(LTI + "resource_link") or {}).get("id", ""),
        "name": display_name(claims),
        "email": account.email,
        "number": account.number,
        "roles": sorted(_roles(claims)),
        "message_type": claims[LTI + "message_type"],
        "locale": page_language(presentation.get("locale")) or page_language(claims.get("locale")),
        "return_url": _text(presentation.get("return_url")),
        "document_target": _text(presentation.get("document_target")),
        "custom": dict(custom),
        "deep_linking": claims.get(DEEP_LINKING) or {},
        "for_user": _text(for_user.get("user_id")),
    }


def _roles(claims: Claims) -> list[str]:
    """A deep linking launch may come without roles."""
    return list(claims.get(LTI + "roles") or [])


def _names(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): value for name, value in values.items() if isinstance(value, str)}
