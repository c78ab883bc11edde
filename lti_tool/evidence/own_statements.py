"""Statements that Xuefen itself writes, made with tincan: their parts, their addresses, and who they are about."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

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

from lti_tool.evidence.verbs import APPROVE, ATTENDED, COMPLETED, DENY, FAILED, PASSED, SUBMIT, VOIDED

VERSION = "1.0.3"
_NAME = "Xuefen"
_DISPLAY = {
    APPROVE: {"zh-CN": "审核通过", "en-US": "approved"},
    DENY: {"zh-CN": "退回", "en-US": "denied"},
    SUBMIT: {"zh-CN": "提交", "en-US": "submitted"},
    COMPLETED: {"zh-CN": "完成", "en-US": "completed"},
    ATTENDED: {"zh-CN": "参加", "en-US": "attended"},
    PASSED: {"zh-CN": "通过", "en-US": "passed"},
    FAILED: {"zh-CN": "未通过", "en-US": "failed"},
    VOIDED: {"zh-CN": "作废", "en-US": "voided"},
}


def compose(
    actor: Agent,
    verb: str,
    activity: Activity,
    *,
    base: str,
    at: datetime,
    result: Mapping[str, Any],
    extensions: Mapping[str, Any],
    component: str | None = None,
    parent: str | None = None,
    instructor: Agent | None = None,
    platform: str = _NAME,
) -> Statement:
    """A statement that claims the programme's profile; extensions are named without their base.

    `platform` is where the thing happened, `instructor` who says it of the actor.
    """
    components = [Activity(id=f"{base}/components/{component}")] if component else []
    parents = {"parent": [Activity(id=parent)]} if parent else {}
    said_by = {"instructor": instructor} if instructor else {}
    return Statement(
        id=str(uuid.uuid4()),
        actor=actor,
        verb=Verb(id=verb, display=LanguageMap(_DISPLAY[verb])),
        object=activity,
        result=Result(**result),
        context=Context(
            context_activities=ContextActivities(category=[Activity(id=base), *components], **parents),
            extensions={f"{base}/extensions/{name}": value for name, value in extensions.items()},
            platform=platform,
            **said_by,
        ),
        timestamp=at.isoformat(),
    )


def compose_voiding(speaker: Agent, target: str, *, base: str, at: datetime, reason: str) -> Statement:
    """The statement by which somebody takes another one back, saying why."""
    return Statement(
        id=str(uuid.uuid4()),
        actor=speaker,
        verb=Verb(id=VOIDED, display=LanguageMap(_DISPLAY[VOIDED])),
        object=StatementRef(id=target),
        context=Context(
            context_activities=ContextActivities(category=[Activity(id=base)]),
            extensions={f"{base}/extensions/reason": reason},
        ),
        timestamp=at.isoformat(),
    )


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


def assessment_iri(base: str, programme_id: str, kind: str) -> str:
    """The IRI of a programme's process or final assessment (contract §6)."""
    return "/".join([base, "assessments", _segment(programme_id), _segment(kind)])


def _segment(text: str) -> str:
    return quote(text, safe="")
