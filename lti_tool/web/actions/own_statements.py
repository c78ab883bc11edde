"""Statements that Xuefen writes for what the people of a launch do on its pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from tincan import Activity, Agent, AgentAccount, Statement

from lti_tool.evidence.own_credential import own_credential
from lti_tool.evidence.own_statements import VERSION, compose, compose_voiding
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.services import Services


def write_statement(services: Services, conn: Connection, programme_id: str, statement: Statement) -> str:
    """Store a statement within the caller's unit of work; its id."""
    sent = statement.as_version(VERSION)
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
    return compose(
        about or _speaker(session),
        verb,
        activity,
        base=base,
        at=at,
        result=result,
        extensions=extensions,
        component=component,
        parent=parent,
        instructor=_speaker(session) if about else None,
    )


def make_voiding(session: LtiSession, target: str, *, base: str, at: datetime, reason: str) -> Statement:
    """The statement by which the person of a launch takes another one back, saying why."""
    return compose_voiding(_speaker(session), target, base=base, at=at, reason=reason)


def _speaker(session: LtiSession) -> Agent:
    return Agent(name=session.name or None, account=AgentAccount(home_page=session.issuer, name=session.sub))
