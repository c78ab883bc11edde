"""Decisions of a school management team: an approval with credits, or a return with a comment, as statements."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection
from tincan.statement import Statement

from lti_tool.credits.service import Explained
from lti_tool.domain.times import to_microseconds
from lti_tool.evidence.own_statements import make_activity, practice_iri
from lti_tool.evidence.verbs import APPROVE, DENY
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries import people
from lti_tool.web.actions.own_statements import make_statement, write_statement
from lti_tool.web.contexts import PracticeState
from lti_tool.web.errors import WebError
from lti_tool.web.formatting import credits_text
from lti_tool.web.pages.approvals import explain_in_school, find_waiting
from lti_tool.web.services import Services

_LONGEST = 2000
_TENTH = Decimal("0.1")


def decide(
    services: Services, session: LtiSession, school: str, participant_id: str, practice: str, form: Mapping[str, str]
) -> dict[str, str]:
    """Write a decision down; what is wrong with the form, by field, and then nothing is written.

    Only what waits in one's own school can be decided, and never one's own practice.
    """
    programme_id = str(session.programme_id)
    explained = explain_in_school(services, programme_id, school, participant_id)
    if participant_id == session.participant_id:
        raise _own_practice()
    state = find_waiting(explained, practice)
    if state is None:
        raise _not_waiting()
    cycle = explained.context.cycle
    if not cycle.start <= to_microseconds(services.clock()) < cycle.grace_end:
        raise _out_of_time()
    comment, amount, problems = read_decision(form, state)
    if problems:
        return problems
    with services.db.begin() as conn:
        beneficiary = _account_of(conn, session, participant_id)
        statement = _statement(services, session, explained, state, comment, amount, beneficiary)
        write_statement(services, conn, programme_id, statement)
    services.credits.refresh(programme_id, [participant_id])
    return {}


def read_decision(form: Mapping[str, str], state: PracticeState) -> tuple[str, Decimal | None, dict[str, str]]:
    """The comment, the credits granted (None: returned), and what is wrong with the form by field."""
    comment, decision, problems = form.get("comment", "").strip(), form.get("decision"), {}
    if decision not in {"approve", "return"}:
        problems["decision"] = gettext("Please choose whether to approve or to return it.")
    if decision == "return" and not comment:
        problems["comment"] = gettext("Please say what should be improved.")
    if len(comment) > _LONGEST:
        problems["comment"] = gettext("Please write at most %(number)s characters.", number=_LONGEST)
    amount = None
    if decision == "approve":
        amount = _read_amount(form.get("credits", ""), state.credits)
        if amount is None:
            problems["credits"] = gettext(
                "Please give a number from 0.1 to %(most)s, with one decimal place at most.",
                most=credits_text(state.credits),
            )
    return comment, amount, problems


def _read_amount(text: str, most: Decimal) -> Decimal | None:
    """Credits between a tenth and the catalogue's value, which is meant where nothing is said."""
    if not text.strip():
        return most
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not _TENTH <= amount <= most or amount % _TENTH:
        return None
    return amount


def _statement(
    services: Services,
    session: LtiSession,
    explained: Explained,
    state: PracticeState,
    comment: str,
    amount: Decimal | None,
    beneficiary: Mapping[str, str] | None,
) -> Statement:
    base, context = services.vocabulary.base, explained.context
    path = (context.school.id, context.group.id, explained.participant.id, state.id)
    result: dict[str, Any] = {"success": amount is not None, "completion": True}
    if comment:
        result["response"] = comment
    if amount is not None:
        result["extensions"] = {f"{base}/extensions/credits": _number(amount)}
    extensions: dict[str, Any] = {
        "school": context.school.id,
        "school-stage": context.group.stage.value,
        "group": context.group.id,
        "focus-points": list(state.focus_points),
        "practice-stage": "approval",
        "role": "school-management-team",
    }
    if beneficiary:
        extensions["beneficiary"] = dict(beneficiary)
    return make_statement(
        session,
        DENY if amount is None else APPROVE,
        make_activity(practice_iri(base, path), f"{base}/activity-types/practice-activity", state.title),
        base=base,
        component="practice",
        at=services.clock(),
        result=result,
        extensions=extensions,
    )


def _number(amount: Decimal) -> int | float:
    """Credits as a JSON number whose text is the amount's own: 5, 2.5."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _account_of(conn: Connection, session: LtiSession, participant_id: str) -> dict[str, str] | None:
    """An account of the trainee, of this platform if there is one; without any, the activity's address names them."""
    keys = people.list_keys_of(conn, str(session.programme_id), [participant_id])[participant_id]
    accounts = [key.split("|", 2)[1:] for key in sorted(keys) if key.startswith("account|")]
    here = session.issuer.rstrip("/")
    accounts.sort(key=lambda account: account[0] != here)
    return {"homePage": accounts[0][0], "name": accounts[0][1]} if accounts else None


def _own_practice() -> WebError:
    return WebError(
        403,
        "own_practice",
        gettext("Nobody may approve their own practice."),
        advice=gettext("Another member of your school's management team can."),
    )


def _out_of_time() -> WebError:
    return WebError(
        409,
        "outside_cycle",
        gettext("A decision made now would not count: it lies outside the dates of this programme."),
        advice=gettext("Ask the training institution whether the programme gives days of grace."),
    )


def _not_waiting() -> WebError:
    return WebError(
        409,
        "not_waiting",
        gettext("This is not waiting for a decision."),
        advice=gettext("Somebody may have decided it meanwhile. Go back and load the list again."),
    )
