"""Statements that Xuefen itself writes for what people do on its pages, made with tincan."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from tincan import (
    Activity,
    ActivityDefinition,
    Agent,
    AgentAccount,
    Context,
    ContextActivities,
    LanguageMap,
    Result,
    Statement,
    StatementRef,
    Verb,
)

from lti_tool.evidence.verbs import APPROVE, ATTENDED, DENY, SUBMIT, VOIDED
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.actions.own_credential import own_credential
from lti_tool.web.services import Services

_NAME = "Xuefen"
_VERSION = "1.0.3"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
_DISPLAY = {
    APPROVE: {"zh-CN": "审核通过", "en-US": "approved"},
    DENY: {"zh-CN": "退回", "en-US": "denied"},
    SUBMIT: {"zh-CN": "提交", "en-US": "submitted"},
    COMPLETED: {"zh-CN": "完成", "en-US": "completed"},
    ATTENDED: {"zh-CN": "参加", "en-US": "attended"},
    VOIDED: {"zh-CN": "作废", "en-US": "voided"},
}


def write_statement(services: Services, conn: Connection, programme_id: str, statement: Statement) -> str:
    """Store a statement within the caller's unit of work; its id."""
    sent = statement.as_version(_VERSION)
    return services.store.store_statements(conn, [sent], own_credential(conn, programme_id))[0]


def make_statement(
    session: LtiSession,
    verb: str,
    activity: Activity,
    *,
    base: str,
    component: str,
    at: datetime,
    result: Mapping[str, Any],
    extensions: Mapping[str, Any],
    parent: str | None = None,
    about: Agent | None = None,
) -> Statement:
    """A statement by the person of a launch; extensions are named without their base.

    Where they speak of somebody else (`about`), that person is the actor and they are the instructor.
    """
    categories = [Activity(id=base), Activity(id=f"{base}/components/{component}")]
    parents = {"parent": [Activity(id=parent)]} if parent else {}
    named = {f"{base}/extensions/{name}": value for name, value in extensions.items()}
    said_by = {"instructor": _speaker(session)} if about else {}
    return Statement(
        id=str(uuid.uuid4()),
        actor=about or _speaker(session),
        verb=Verb(id=verb, display=LanguageMap(_DISPLAY[verb])),
        object=activity,
        result=Result(**result),
        context=Context(
            context_activities=ContextActivities(category=categories, **parents),
            extensions=named,
            platform=_NAME,
            **said_by,
        ),
        timestamp=at.isoformat(),
    )


def make_voiding(session: LtiSession, target: str, *, base: str, at: datetime, reason: str) -> Statement:
    """The statement by which the person of a launch takes another one back, saying why."""
    return Statement(
        id=str(uuid.uuid4()),
        actor=_speaker(session),
        verb=Verb(id=VOIDED, display=LanguageMap(_DISPLAY[VOIDED])),
        object=StatementRef(id=target),
        context=Context(
            context_activities=ContextActivities(category=[Activity(id=base)]),
            extensions={f"{base}/extensions/reason": reason},
        ),
        timestamp=at.isoformat(),
    )


def _speaker(session: LtiSession) -> Agent:
    return Agent(name=session.name or None, account=AgentAccount(home_page=session.issuer, name=session.sub))


def agent_of(keys: Sequence[str], issuer: str, name: str) -> Agent | None:
    """Somebody by their identifier keys: the account on this platform, else any account, else the e-mail address."""
    accounts = [key.split("|", 2)[1:] for key in sorted(keys) if key.startswith("account|")]
    accounts.sort(key=lambda account: account[0] != issuer.rstrip("/"))
    if accounts:
        return Agent(name=name, account=AgentAccount(home_page=accounts[0][0], name=accounts[0][1]))
    addresses = [key.partition("|")[2] for key in sorted(keys) if key.startswith("mbox_sha1sum|")]
    return Agent(name=name, mbox_sha1sum=addresses[0]) if addresses else None


def make_activity(iri: str, activity_type: str, name: str) -> Activity:
    """An activity with its Chinese name."""
    return Activity(id=iri, definition=ActivityDefinition(type=activity_type, name=LanguageMap({"zh-CN": name})))


def practice_iri(base: str, parts: Sequence[str]) -> str:
    """The IRI of a trainee's practice activity, or of one stage of it (contract §6)."""
    return "/".join([base, "practice", *map(_segment, parts)])


def log_iri(base: str, class_id: str, session: str, participant_id: str) -> str:
    """The IRI of a trainee's log of an offline session (contract §6)."""
    return f"{session_iri(base, class_id, session)}/logs/{_segment(participant_id)}"


def session_iri(base: str, class_id: str, session: str) -> str:
    return "/".join([base, "offline-sessions", _segment(class_id), _segment(session)])


def _segment(text: str) -> str:
    return quote(text, safe="")
