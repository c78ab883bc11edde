"""A practice task as an activity of its own: the learner's page of it, and the trainer's table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from sqlalchemy import RowMapping

from lti_tool.credits.service import Explained
from lti_tool.domain.credits.theme import lacks_theme
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.times import to_microseconds
from lti_tool.domain.values import Evidence, Kind, PracticeActivity
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries.statements import find_statements
from lti_tool.storage.queries.tasks import list_doers
from lti_tool.web.actions.submissions import STAGE_TYPES
from lti_tool.web.api.cursors import decode_cursor, encode_cursor
from lti_tool.web.contexts import PracticeState
from lti_tool.web.contexts_tasks import DoerRow, HandedIn, TaskOverview, TaskPage, TaskStage
from lti_tool.web.errors import WebError
from lti_tool.web.pages.approvals import is_handed_in_again, links_of, text_of
from lti_tool.web.pages.credits import explain
from lti_tool.web.pages.points import point_name
from lti_tool.web.pages.practice import handed_in, state_of
from lti_tool.web.services import Services

_AT_ONCE = 30
_LOOKED_AT = 100  # participants explained together
_MOST_LOOKS = 20
_LONGEST_SEARCH = 100
_PRACTICE = (Kind.STAGE, Kind.VERDICT)
BEGUN, NOTHING = "begun", "nothing"
FILTERS = (BEGUN, "awaiting", "open", "denied", "counted", "refused", NOTHING)


def find_activity(services: Services, session: LtiSession, practice: str, *, is_staff: bool) -> PracticeActivity:
    """A practice activity of the programme; says plainly where a link names one that is not there (any more)."""
    found = services.credits.programme(str(session.programme_id)).programme.practice_activities.get(practice)
    if found is not None:
        return found
    raise WebError(
        404,
        "unknown_practice",
        gettext("The programme has no such practice activity, or has it no longer."),
        advice=gettext("Choose the activity again in its settings. What was handed in is kept.")
        if is_staff
        else gettext("Ask your trainer to choose it again. What you have handed in is kept."),
    )


def task_page(services: Services, session: LtiSession, practice: str, *, is_team: bool) -> TaskPage:
    """One practice activity of the participant who is looking."""
    activity = find_activity(services, session, practice, is_staff=False)
    explained = explain(services, str(session.programme_id), str(session.participant_id))
    context, pieces = explained.context, handed_in(explained, practice)
    verdicts = [piece for piece in explained.evidence if piece.kind is Kind.VERDICT]
    ids = [piece.statement for piece in [*pieces, *verdicts]]
    with services.db.read() as conn:
        raw = find_statements(conn, str(session.programme_id), ids)
    comments = {piece.statement: text_of(raw.get(piece.statement, {})) for piece in verdicts}
    state = _with_second_try(explained, state_of(explained, activity, comments))
    cycle = context.cycle
    is_in_time = cycle.start <= to_microseconds(services.clock()) < cycle.grace_end
    return TaskPage(
        practice=state,
        points=_points(context.rules, activity),
        stages=_Stages(services, state, pieces, raw, is_in_time=is_in_time).list(),
        decided_at=next((piece.timestamp for piece in verdicts if piece.statement == state.statement), None),
        obstacle=lacks_theme(activity.focus_points, context.place, context.rules) if activity.focus_points else None,
        is_in_time=is_in_time,
        is_team=is_team,
    )


def overview_page(services: Services, session: LtiSession, practice: str, asked: Mapping[str, str]) -> TaskOverview:
    """Who has handed in what of an activity; what an address says wrongly is taken as not said."""
    activity = find_activity(services, session, practice, is_staff=True)
    ready = services.credits.programme(str(session.programme_id))
    schools = ready.programme.schools
    chosen = asked.get("filter", "") if asked.get("filter") in FILTERS else BEGUN
    school = asked.get("school", "") if asked.get("school") in schools else ""
    query = asked.get("q", "").strip()[:_LONGEST_SEARCH]
    table = _Table(services, str(session.programme_id), activity, chosen, school, query)
    rows, following = table.rows(_read_cursor(asked.get("after")))
    return TaskOverview(
        activity=activity,
        points=_points(ready.rules, activity),
        stages=activity.required_stages or ready.rules.settings.required_stages,
        rows=rows,
        filters=[(code, code == chosen) for code in FILTERS],
        chosen=chosen,
        query=query,
        school=school,
        schools=[(one.id, one.name) for one in schools.values()],
        following=following,
        is_first=_read_cursor(asked.get("after")) is None,
    )


class _Stages:
    """The stages of a task with what was handed in for each."""

    def __init__(
        self,
        services: Services,
        state: PracticeState,
        pieces: Sequence[Evidence],
        raw: Mapping[str, Mapping[str, Any]],
        *,
        is_in_time: bool,
    ) -> None:
        self._vocabulary = services.vocabulary
        self._state = state
        self._pieces = pieces
        self._raw = raw
        self._is_open = is_in_time and state.verdict != "counted"

    def list(self) -> list[TaskStage]:
        return [
            TaskStage(
                code=stage.code,
                is_done=stage.state == "done",
                handed_in=self._handed_in(stage.code),
                may_hand_in=self._is_open and stage.code in STAGE_TYPES,
            )
            for stage in self._state.stages
        ]

    def _handed_in(self, stage: str) -> HandedIn | None:
        versions = [piece for piece in self._pieces if piece.stage == stage]
        if not versions:
            return None
        latest = self._raw.get(versions[-1].statement, {})
        return HandedIn(
            at=versions[-1].timestamp,
            text=text_of(latest),
            links=links_of(latest, self._vocabulary),
            earlier=[piece.timestamp for piece in versions[:-1]],
        )


class _Table:
    """The trainer's table: names come from the database in order, states from the rules."""

    def __init__(
        self, services: Services, programme_id: str, activity: PracticeActivity, chosen: str, school: str, query: str
    ) -> None:
        self._services = services
        self._programme_id = programme_id
        self._activity = activity
        self._chosen = chosen
        self._school = school
        self._query = query

    def rows(self, after: tuple[str, str] | None) -> tuple[list[DoerRow], str | None]:
        """A page of rows, and the cursor of the next one."""
        found: list[DoerRow] = []
        for _ in range(_MOST_LOOKS):
            people = self._people(after)
            looked_at = people[:_LOOKED_AT]
            found += [row for row in self._states(looked_at) if self._chosen in {BEGUN, NOTHING, row.practice.verdict}]
            is_more = len(people) > len(looked_at)
            after = (looked_at[-1]["name"], looked_at[-1]["id"]) if looked_at else after
            if len(found) > _AT_ONCE:
                return found[:_AT_ONCE], encode_cursor([found[_AT_ONCE - 1].name, found[_AT_ONCE - 1].id])
            if not is_more:
                return found, None
        return found, encode_cursor(list(after or ()))

    def _people(self, after: tuple[str, str] | None) -> list[RowMapping]:
        has_begun = self._chosen != NOTHING
        with self._services.db.read() as conn:
            return list_doers(
                conn,
                self._programme_id,
                self._activity.id,
                has_begun=has_begun,
                groups=None if has_begun else self._groups(),
                school=self._school or None,
                text=self._query,
                after=after,
                limit=_LOOKED_AT + 1,
            )

    def _groups(self) -> list[str]:
        """The groups whose people this activity may earn credits."""
        ready = self._services.credits.programme(self._programme_id)
        points = self._activity.focus_points
        return [id_ for id_, place in ready.index.places.items() if lacks_theme(points, place, ready.rules) is None]

    def _states(self, people: Sequence[RowMapping]) -> list[DoerRow]:
        ids = [row["id"] for row in people]
        explained = self._services.credits.explain_many(self._programme_id, ids, beside_study=_PRACTICE, pass_over=True)
        return [self._row(one) for one in explained]

    def _row(self, explained: Explained) -> DoerRow:
        state = _with_second_try(explained, state_of(explained, self._activity, {}))
        pieces = handed_in(explained, self._activity.id)
        return DoerRow(
            id=explained.participant.id,
            name=explained.participant.name,
            school=explained.context.school.name,
            group=explained.context.group.name,
            practice=state,
            dates={piece.stage or "": piece.timestamp for piece in pieces},
        )


def _with_second_try(explained: Explained, state: PracticeState) -> PracticeState:
    """What was returned and handed in again waits once more, as it does in the school's own list."""
    if state.verdict == "denied" and is_handed_in_again(explained, state):
        return replace(state, verdict="awaiting")
    return state


def _points(rules: RuleSet, activity: PracticeActivity) -> list[tuple[str, str]]:
    return [(code, point_name(rules, code)) for code in activity.focus_points]


def _read_cursor(text: str | None) -> tuple[str, str] | None:
    try:
        found = decode_cursor(text or "")
    except ValueError:
        return None
    match found:
        case [str(name), str(last)] if "\0" not in name + last:
            return name, last
        case _:
            return None
