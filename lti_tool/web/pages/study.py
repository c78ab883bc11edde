"""The study page: content from anywhere in a frame, with the heartbeat around it."""

import base64
import uuid
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson
from flask import request

from lti_tool.credits.service import Explained
from lti_tool.domain.reasons import Reason
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.actions.cmi5 import launch_unit, wants_own_window
from lti_tool.web.contents import Content, read_content
from lti_tool.web.contexts import StudyPage
from lti_tool.web.language import language_tag
from lti_tool.web.pages.credits import explain
from lti_tool.web.pages.picker_details import minutes_of, points_of
from lti_tool.web.pages.points import point_name
from lti_tool.web.services import Services
from xapi import credentials

_SCOPES = ("statements/write", "statements/read/mine", "state")
_REVIEWS = {"rejected": Reason.COURSE_REJECTED, "hold": Reason.COURSE_ON_HOLD}


def study_page(services: Services, session: LtiSession) -> StudyPage:
    """The content of this launch's resource link (`custom.content`), with a credential that lives for hours.

    `custom.package` is a unit that was uploaded; `custom.activity` names the activity where it is not the content's own
    address; `custom.track = "xapi"` hands the content xAPI launch parameters instead of counting around it, `"cmi5"`
    those of cmi5.
    """
    content = read_content(services, session)
    explained = explain(services, str(session.programme_id), str(session.participant_id))
    tracks_itself = content.track in {"xapi", "cmi5"}
    begin = launch_unit if content.track == "cmi5" else _launch_parameters
    launch = begin(services, session, content)
    course = explained.context.courses.find(content.activity)
    title = content.title or (course.title if course else None)
    hints = points_of(session.custom, explained.context.rules)
    points = course.focus_points if course and course.focus_points else hints
    if not tracks_itself and not (course and course.focus_points):
        launch["focus_points"] = ",".join(hints)
    return StudyPage(
        title=session.custom.get("title") or title or session.context_title,
        content_url=_with_query(content.address, launch) if tracks_itself else content.address,
        origin=origin_of(content.address),
        features=_features(content),
        in_own_window=content.track == "cmi5" and wants_own_window(content),
        heartbeat=None if tracks_itself else _heartbeat(services, explained, launch, title),
        counted_seconds=explained.credit.online.seconds,
        required_seconds=explained.credit.online.required_seconds,
        obstacle=_obstacle(explained, content.activity),
        expected_minutes=minutes_of(session.custom),
        points=[(code, point_name(explained.context.rules, code)) for code in points],
    )


def _features(content: Content) -> str:
    """What the frame may do; uploaded content has no origin of its own that could be named."""
    whose = " *" if content.is_ours else ""
    return "; ".join(f"{feature}{whose}" for feature in ("fullscreen", "autoplay", "encrypted-media"))


def _launch_parameters(services: Services, session: LtiSession, content: Content) -> dict[str, str]:
    """The parameters of an xAPI launch: the credential speaks for this learner, about this activity, and not long."""
    actor = {"objectType": "Agent", "account": {"homePage": session.issuer, "name": session.sub}}
    lifetime = timedelta(hours=services.settings.lti.session_hours)
    with services.db.begin() as conn:
        key, secret = credentials.create(
            conn,
            f"learner {session.participant_id}",
            _SCOPES,
            tenant=session.programme_id,
            attributes={"evidence": ["online"], "learner": True},
            agent=actor,
            activity=content.activity,
            expires_at=services.clock() + lifetime,
        )
    return {
        "endpoint": f"{services.settings.server.public_url}/xapi/",
        "auth": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(),
        "actor": orjson.dumps(actor).decode(),
        "registration": _registration(services, session),
        "activity_id": content.activity,
    }


def _registration(services: Services, session: LtiSession) -> str:
    """One registration per person and programme (domain.md §3a, "Context")."""
    name = f"{services.vocabulary.base}/registrations/{session.programme_id}/{session.participant_id}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _heartbeat(
    services: Services, explained: Explained, launch: Mapping[str, str], title: str | None
) -> dict[str, str]:
    settings = explained.context.rules.settings
    return {
        **{name.replace("_", "-"): value for name, value in launch.items()},
        "endpoint": f"{request.script_root}/xapi/",
        "activity-name": title or launch["activity_id"],
        "vocabulary": services.vocabulary.base,
        "language": language_tag(),
        "frame": "#content-frame",
        "slice-min": str(settings.slice_min),
        "heartbeat-seconds": str(settings.heartbeat_seconds),
        "presence-check-every-min": str(settings.presence_check_every_min),
    }


def _obstacle(explained: Explained, activity: str) -> str | None:
    """Why study of this activity will not count, where that is known beforehand."""
    course = explained.context.courses.find(activity)
    if course is None:
        return Reason.UNKNOWN_COURSE
    return _REVIEWS.get(course.review or "")


def _with_query(address: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()])
    return urlunsplit(parts._replace(query=query))
