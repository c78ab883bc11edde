"""What participants hand in themselves: stages of their practice and logs of offline sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import gettext

from lti_tool.domain.values import PracticeActivity
from lti_tool.evidence.own_statements import log_iri, make_activity, practice_iri, session_iri
from lti_tool.evidence.verbs import COMPLETED, SUBMIT
from lti_tool.lti.sessions import LtiSession
from lti_tool.web.actions.own_statements import make_statement, write_statement
from lti_tool.web.errors import not_found
from lti_tool.web.formatting import label
from lti_tool.web.pages.credits import explain
from lti_tool.web.pages.offline import sessions_of
from lti_tool.web.services import Services

#: Stages that a participant hands in themselves, with the type of what they hand in.
STAGE_TYPES = {
    "plan": "practice-plan",
    "lesson": "practice-lesson",
    "reflection": "practice-reflection",
    "upload": "practice-upload",
}
_LONGEST = 20_000
_LEAST_LOG = 10


@dataclass(frozen=True, slots=True)
class SubmissionForm:
    """A form for one thing to hand in."""

    title: str
    what: str
    hint: str
    wants_link: bool


def stage_form(services: Services, programme_id: str, practice: str, stage: str) -> SubmissionForm:
    """The form for one stage of a practice activity; not found where the catalogue has no such activity."""
    activity = _activity(services, programme_id, practice, stage)
    return SubmissionForm(
        title=activity.title,
        what=label(stage, "stage"),
        hint=gettext("Describe what you prepared or did, and add links to files in your course or school drive."),
        wants_link=True,
    )


def log_form(services: Services, programme_id: str, participant_id: str, class_id: str, session: str) -> SubmissionForm:
    """The form for the log of one offline session of this participant."""
    explained = explain(services, programme_id, participant_id)
    for state in sessions_of(explained, services.clock()):
        if (state.class_id, state.session.id) == (class_id, session) and state.is_over:
            return SubmissionForm(
                title=state.class_title,
                what=gettext("Training log, session %(number)s", number=session),
                hint=gettext("What was it about, what did you do, and what will you take into your own teaching?"),
                wants_link=False,
            )
    raise not_found()


def hand_in_stage(
    services: Services, session: LtiSession, practice: str, stage: str, form: Mapping[str, str]
) -> dict[str, str]:
    """Write a stage down as a statement; what is wrong with the form, by field, and then nothing is written."""
    programme_id, participant_id = str(session.programme_id), str(session.participant_id)
    activity = _activity(services, programme_id, practice, stage)
    text, links, problems = read_form(form, least=1)
    if problems:
        return problems
    context = explain(services, programme_id, participant_id).context
    base = services.vocabulary.base
    parent = practice_iri(base, (context.school.id, context.group.id, participant_id, practice))
    result = {"completion": True, "response": text}
    statement = make_statement(
        session,
        COMPLETED if stage == "lesson" else SUBMIT,
        make_activity(f"{parent}/{stage}", f"{base}/activity-types/{STAGE_TYPES[stage]}", activity.title),
        base=base,
        component="practice",
        at=services.clock(),
        result=result,
        extensions={"practice-stage": stage, "links": links} if links else {"practice-stage": stage},
        parent=parent,
    )
    with services.db.begin() as conn:
        write_statement(services, conn, programme_id, statement)
    return {}


def hand_in_log(
    services: Services, session: LtiSession, class_id: str, number: str, form: Mapping[str, str]
) -> dict[str, str]:
    """Write a training log down as a statement; what is wrong with the form, by field."""
    programme_id, participant_id = str(session.programme_id), str(session.participant_id)
    page = log_form(services, programme_id, participant_id, class_id, number)
    text, _, problems = read_form(form, least=_LEAST_LOG)
    if problems:
        return problems
    base = services.vocabulary.base
    statement = make_statement(
        session,
        SUBMIT,
        make_activity(
            log_iri(base, class_id, number, participant_id), f"{base}/activity-types/training-log", page.what
        ),
        base=base,
        component="offline",
        at=services.clock(),
        result={"completion": True, "response": text},
        extensions={"class": class_id},
        parent=session_iri(base, class_id, number),
    )
    with services.db.begin() as conn:
        write_statement(services, conn, programme_id, statement)
    return {}


def read_form(form: Mapping[str, str], *, least: int) -> tuple[str, list[str], dict[str, str]]:
    """The text and the links of a form, and what is wrong with them by field."""
    text = form.get("text", "").strip()
    links = [line.strip() for line in form.get("links", "").splitlines() if line.strip()]
    problems = {}
    if len(text) < least:
        problems["text"] = gettext("Please write at least %(number)s characters.", number=least)
    if len(text) > _LONGEST:
        problems["text"] = gettext("Please write at most %(number)s characters.", number=_LONGEST)
    if not all(_is_web_address(link) for link in links):
        problems["links"] = gettext("Each line must be a web address that begins with https:// or http://.")
    return text, links, problems


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _activity(services: Services, programme_id: str, practice: str, stage: str) -> PracticeActivity:
    found = services.credits.programme(programme_id).programme.practice_activities.get(practice)
    if found is None or stage not in STAGE_TYPES:
        raise not_found()
    return found
