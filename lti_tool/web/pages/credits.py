"""The credits page, a day of it, and one statement of it: the same pages for the participant and their trainer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import g
from flask_babel import gettext
from sqlalchemy import RowMapping

from lti_tool.credits.service import Explained
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.values import Component, ComponentCredit, Evidence
from lti_tool.grades.values import CellState
from lti_tool.storage.queries import pages as queries
from lti_tool.storage.queries.statements import find_statements
from lti_tool.web.contexts import Bar, CreditsPage, DayPage, GradebookState, StatementPage
from lti_tool.web.errors import not_found
from lti_tool.web.formatting import credits_text, label, minutes, missing_in_words
from lti_tool.web.language import text_of
from lti_tool.web.pages.lines import Lines, programme_zone
from lti_tool.web.pages.offline import sessions_of
from lti_tool.web.pages.online import calendar_of, courses_of
from lti_tool.web.pages.points import points_of_page
from lti_tool.web.pages.practice import deciding_statements, practice_of
from lti_tool.web.pages.profile_words import profile_sentences
from lti_tool.web.services import Services


def explain(services: Services, programme_id: str, participant_id: str) -> Explained:
    """A participant's credits as of now; raises the not-found error for anybody else's id."""
    explained = services.credits.explain_current(programme_id, participant_id)
    if explained is None:
        raise not_found()
    g.zone = str(programme_zone(explained.context))
    return explained


def credits_page(services: Services, programme_id: str, participant_id: str, *, is_own: bool) -> CreditsPage:
    """Everything that a participant may know of their credits."""
    explained = explain(services, programme_id, participant_id)
    context, credit, now = explained.context, explained.credit, services.clock()
    today = now.astimezone(programme_zone(context)).date()
    with services.db.read() as conn:
        comments = _comments(find_statements(conn, programme_id, deciding_statements(explained)))
        cells = queries.list_cells_of(conn, programme_id, participant_id)
    lines, components = Lines(explained), (credit.online, credit.offline, credit.practice)
    return CreditsPage(
        participant_id=participant_id,
        name=explained.participant.name,
        group=context.group.name,
        school=context.school.name,
        programme=context.programme.title,
        is_own=is_own,
        credit=credit,
        missing=missing_of(credit.unmet, *components),
        bars=bars_of(*components),
        semesters=calendar_of(explained, today),
        courses=courses_of(explained),
        not_counted=lines.not_counted(),
        flagged=lines.flagged(),
        sessions=sessions_of(explained, now),
        practice=practice_of(explained, comments),
        points=points_of_page(explained),
        least_points=context.rules.thresholds.group_points_least,
        gradebook=[gradebook_of(cell) for cell in cells],
        today=today,
        as_of=now,
        zone=str(programme_zone(context)),
    )


def bars_of(online: ComponentCredit, offline: ComponentCredit, practice: ComponentCredit) -> list[Bar]:
    """The three components: study in minutes, the others in credits."""
    return [
        _bar(Component.ONLINE, online, online.seconds, online.required_seconds, "minutes"),
        _bar(Component.OFFLINE, offline, offline.credits, offline.maximum, "credits"),
        _bar(Component.PRACTICE, practice, practice.credits, practice.maximum, "credits"),
    ]


def _bar(component: Component, part: ComponentCredit, done: Decimal | int, goal: Decimal | int, unit: str) -> Bar:
    show = (lambda amount: str(minutes(int(amount)))) if unit == "minutes" else credits_text
    return Bar(
        component=component,
        label=label(component.value),
        done=show(done),  # type: ignore[arg-type]
        goal=show(goal),  # type: ignore[arg-type]
        unit=gettext("minutes") if unit == "minutes" else gettext("credits"),
        percent=min(Decimal(100), Decimal(100 * done) / goal) if goal else Decimal(100),
        credits=part.credits,
        maximum=part.maximum,
        met=part.met,
        surplus=part.surplus,
    )


def missing_of(
    unmet: Sequence[str], online: ComponentCredit, offline: ComponentCredit, practice: ComponentCredit
) -> list[str]:
    """What is still missing, as parts of one sentence."""
    amounts: Mapping[str, Decimal | int] = {
        "online": -(-max(0, online.required_seconds - online.seconds) // 60),
        "offline": max(ZERO, offline.maximum - offline.credits),
        "practice": max(ZERO, practice.maximum - practice.credits),
    }
    return [missing_in_words(name, amounts.get(name, 0)) for name in unmet]


def day_page(services: Services, programme_id: str, participant_id: str, day: date, *, is_own: bool) -> DayPage:
    """Each statement of a day and what became of it."""
    explained = explain(services, programme_id, participant_id)
    zone, lines = programme_zone(explained.context), Lines(explained)
    return DayPage(
        participant_id=participant_id,
        name=explained.participant.name,
        is_own=is_own,
        day=day,
        seconds=explained.credit.online_by_day.get(day, 0),
        lines=[
            lines.line(outcome)
            for outcome in lines.outcomes
            if outcome.timestamp and outcome.timestamp.astimezone(zone).date() == day
        ],
    )


def statement_page(
    services: Services, programme_id: str, participant_id: str, statement: str, *, is_own: bool
) -> StatementPage:
    """One statement about this participant; anybody else's is not found."""
    explained = explain(services, programme_id, participant_id)
    lines = Lines(explained)
    found = lines.find(statement)
    if found is None:
        raise not_found()
    outcome, piece = found
    with services.db.read() as conn:
        raw = find_statements(conn, programme_id, [statement]).get(statement, {})
    starts_at, ends_at = _span(piece)
    return StatementPage(
        participant_id=participant_id,
        is_own=is_own,
        line=lines.line(outcome),
        verb=text_of(raw.get("verb", {}).get("display"), raw.get("verb", {}).get("id", "")),
        activity=text_of(raw.get("object", {}).get("definition", {}).get("name"), piece.activity),
        stored=piece.stored,
        starts_at=starts_at,
        ends_at=ends_at,
        by=piece.by_person if piece.by_person != participant_id else None,
        raw=raw,
        profile=[] if is_own or not raw else profile_sentences(raw, services.vocabulary),
    )


def _span(piece: Evidence) -> tuple[datetime | None, datetime | None]:
    return piece.interval or (None, piece.timestamp)


def _comments(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {id_: statement.get("result", {}).get("response") for id_, statement in raw.items()}
    return {id_: text for id_, text in found.items() if text}


def gradebook_of(cell: RowMapping) -> GradebookState:
    """Where a cell of the LMS gradebook stands, and what is known to be in it."""
    changed = cell["state"] == CellState.OVERRIDDEN
    return GradebookState(
        state=cell["state"],
        value=cell["lms_value"] if changed else cell["confirmed_value"],
        since=cell["in_gradebook_since"],
        pending_since=cell["pending_since"],
        reason=cell["reason"],
        course=cell.get("title") or "",
    )
