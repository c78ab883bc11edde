"""Opening an assignable unit by the rules of cmi5: what must be said and laid ready before the browser goes there."""

import base64
import uuid
from datetime import timedelta
from typing import Any

import orjson
from flask_babel import gettext
from sqlalchemy import Connection

from lti_tool.evidence import cmi5
from lti_tool.evidence.own_credential import own_credential
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries.cmi5 import find_heard, find_said
from lti_tool.web.actions.units import UNIT, satisfy, say, session_name
from lti_tool.web.contents import Content
from lti_tool.web.errors import WebError
from lti_tool.web.services import Services
from xapi import credentials
from xapi.documents import Place, find_document, write_document
from xapi.identity import agent_key

_SCOPES = ("statements/write", "statements/read/mine", "state", "profile")
_FETCH = "fetch_for"  # the attribute of a credential that is good for nothing but asking for the real one

_UNKNOWN = "This is no address of a session."


class FetchError(Exception):
    """No token for this address; the codes are cmi5's own (8.2.3)."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(code)


def launch_unit(services: Services, session: LtiSession, content: Content) -> dict[str, str]:
    """Begin a session of the unit of this launch; the parameters of its launch URL (8.1).

    Sessions of the same learner and unit that never came to their end are given up first: of two tabs the newer counts.
    """
    unit = _read_unit(services, session, content)
    name, programme_id = str(uuid.uuid4()), str(session.programme_id)
    with services.db.begin() as conn:
        _give_up(services, conn, programme_id, unit)
        _lay_ready(services, conn, programme_id, unit, name)
        say(services.store, conn, own_credential(conn, programme_id), _launched(services, unit, name, content.address))
        satisfy(services.store, conn, programme_id, unit, name)
        fetch = _make_fetch(services, conn, session, unit, name)
    return {
        "endpoint": f"{services.settings.server.public_url}/xapi/",
        "fetch": fetch,
        "actor": orjson.dumps(unit.actor).decode(),
        "registration": unit.registration,
        "activityId": unit.activity,
    }


def hand_out_token(services: Services, key: str, secret: str) -> str:
    """The token of a session, once; raises FetchError."""
    now = services.clock()
    if "\0" in key:
        raise FetchError("2", _UNKNOWN)
    with services.db.begin() as conn:
        known = credentials.find_credential(conn, key)
        asking = credentials.authenticate(conn, key, secret, now)
        if known is None or _FETCH not in known.attributes:
            raise FetchError("2", _UNKNOWN)
        # Of two that ask at once, one takes the credential away from the other.
        if asking is None or not credentials.revoke(conn, key, now):
            raise FetchError("1", "The token was handed out before, or the session is over.")
        kept = asking.attributes[_FETCH]
        made = credentials.create(
            conn,
            asking.name,
            _SCOPES,
            tenant=asking.tenant,
            attributes={"evidence": ["online"], "learner": True, UNIT: kept},
            agent=asking.agent,
            activity=asking.activity,
            expires_at=asking.expires_at,
        )
    return base64.b64encode(":".join(made).encode()).decode()


def wants_own_window(content: Content) -> bool:
    """Whether the author asks for a window of its own (`launchMethod`, 13.1.4)."""
    return content.settings.get("launch_method") == cmi5.OWN_WINDOW


def _read_unit(services: Services, session: LtiSession, content: Content) -> cmi5.Unit:
    """The unit as its package and the activity's custom parameters describe it."""
    base, custom, activity = services.vocabulary.base, content.settings, content.activity
    try:
        move_on, mastery = cmi5.read_move_on(custom.get("move_on")), cmi5.read_mastery(custom.get("mastery_score"))
    except ValueError as error:
        raise WebError(
            404,
            "bad_unit",
            gettext("The settings of this activity cannot be read: %(problem)s.", problem=str(error)),
            advice=gettext("Ask your trainer to correct the activity's custom parameters."),
        ) from None
    enrolment = f"{base}/registrations/{session.programme_id}/{session.participant_id}/{activity}"
    return cmi5.Unit(
        actor={"objectType": "Agent", "account": {"homePage": session.issuer, "name": session.sub}},
        activity=activity,
        publisher=custom.get("publisher_id") or f"{base}/cmi5/units/{_number(content.address)}",
        course=f"{base}/cmi5/courses/{_number(activity)}",
        registration=_number(enrolment),
        move_on=move_on,
        mastery=mastery,
        parameters=custom.get("launch_parameters"),
        method=cmi5.OWN_WINDOW if wants_own_window(content) else cmi5.ANY_WINDOW,
        entitlement=custom.get("entitlement_key"),
    )


def _number(name: str) -> str:
    """The same UUID for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _give_up(services: Services, conn: Connection, programme_id: str, unit: cmi5.Unit) -> None:
    own = own_credential(conn, programme_id)
    said = find_said(conn, programme_id, unit.registration, cmi5.MILESTONES)
    heard = find_heard(conn, programme_id, unit.registration)
    for left in cmi5.open_sessions(said, heard, own.key):
        say(services.store, conn, own, cmi5.abandoned(unit, left))
        credentials.end_named(conn, session_name(left.id), services.clock())


def _lay_ready(services: Services, conn: Connection, programme_id: str, unit: cmi5.Unit, name: str) -> None:
    """The state document that the unit reads first (10)."""
    place = Place(
        "state",
        programme_id,
        activity=unit.activity,
        agent=agent_key(dict(unit.actor)) or "",
        registration=unit.registration,
        name=cmi5.LAUNCH_DATA,
    )
    data = cmi5.launch_data(unit, name, f"{services.settings.server.public_url}/cmi5/finished")
    known = find_document(conn, place, lock=True)
    write_document(conn, place, (orjson.dumps(data), "application/json"), known, services.clock())


def _launched(services: Services, unit: cmi5.Unit, name: str, content: str) -> dict[str, Any]:
    return cmi5.launched(unit, name, services.clock(), content)


def _make_fetch(services: Services, conn: Connection, session: LtiSession, unit: cmi5.Unit, name: str) -> str:
    """The address at which the unit asks for its token: a credential that may do nothing else, and that once."""
    key, secret = credentials.create(
        conn,
        session_name(name),
        (),
        tenant=session.programme_id,
        attributes={_FETCH: {**unit.as_attributes(), "session": name}},
        agent=dict(unit.actor),
        activity=unit.activity,
        expires_at=services.clock() + timedelta(hours=services.settings.lti.session_hours),
    )
    return f"{services.settings.server.public_url}/cmi5/fetch/{key}/{secret}"
