"""The picker of a deep linking launch: what can be added to the course, and what becomes of each choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext

from lti_tool.credits.programme import ReadyProgramme
from lti_tool.domain.reasons import Reason
from lti_tool.grades.values import Tag
from lti_tool.lti.addresses import origin_of
from lti_tool.lti.deep_linking import Item, LineItem, LinkingRequest, read_request
from lti_tool.lti.platforms import find_quirks
from lti_tool.lti.sessions import LtiSession
from lti_tool.storage.queries.linking import has_column
from lti_tool.storage.queries.lti import get_platform
from lti_tool.web.contexts_linking import PickPage, StudyRow
from lti_tool.web.formatting import credits_text
from lti_tool.web.pages.picker_details import check_details, custom_of, offered_points, read_details, text_of
from lti_tool.web.pages.picker_packages import fill_in, offered_packages
from lti_tool.web.pages.picker_tasks import (
    NO_TASKS,
    TaskChoice,
    check_tasks,
    class_choices,
    practice_choices,
    read_tasks,
    task_items,
)
from lti_tool.web.services import Services

CREDITS, STUDY = "credits", "study"
#: Who counts the time: this tool, or the content by its own statements, with or without the rules of cmi5.
TRACKS = ("heartbeat", "xapi", "cmi5")
MOST_ROWS = 20
_SUGGESTED = 200
_LONGEST_ADDRESS = 2000
_LONGEST_TITLE = 250
_REVIEWS = {"rejected": Reason.COURSE_REJECTED, "hold": Reason.COURSE_ON_HOLD}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has filled in."""

    wants_credits: bool
    wants_column: bool
    rows: Sequence[StudyRow]
    tasks: TaskChoice = NO_TASKS

    @property
    def given(self) -> list[StudyRow]:
        return [row for row in self.rows if not row.is_empty]


def first_choice(*, has_column: bool, package: str = "") -> Choice:
    """What the form offers before anything is filled in, perhaps with a package that was just looked at.

    A course with the column mostly has its panel, too: a second one has to be asked for.
    """
    return Choice(
        wants_credits=not package and not has_column, wants_column=not has_column, rows=[StudyRow(package=package)]
    )


def read_choice(form: Any, request: LinkingRequest) -> Choice:
    """The form as posted (a MultiDict); where one item is taken only what is not chosen is left aside."""
    kinds = form.getlist("choice")
    rows = [
        StudyRow(
            content=content.strip()[: _LONGEST_ADDRESS + 1],
            title=" ".join(title.split())[:_LONGEST_TITLE],
            activity=activity.strip()[: _LONGEST_ADDRESS + 1],
            track=track if track in TRACKS else TRACKS[0],
            package=package,
            is_confirmed=bool(package or content.strip()) and (package or content.strip()) == seen,
        )
        for content, title, activity, track, package, seen in zip_longest(
            *(form.getlist(name)[:MOST_ROWS] for name in ("content", "title", "activity", "track", "package", "seen")),
            fillvalue="",
        )
    ]
    rows = read_details(form, rows)
    if not request.takes_several:
        rows = rows[:1] if STUDY in kinds else []
    wants_credits = CREDITS in kinds and (request.takes_several or STUDY not in kinds)
    tasks = read_tasks(kinds, takes_several=request.takes_several)
    return Choice(wants_credits, "column" in form, rows or [StudyRow()], tasks)


def check_choice(services: Services, session: LtiSession, choice: Choice) -> Choice:
    """The same choice, with what is known of each address."""
    ready = services.credits.programme(str(session.programme_id))
    secure = services.settings.server.is_https
    rows = [
        row if row.is_empty or row.problem else _check(row, ready, secure=secure)
        for row in fill_in(services, session, choice.rows)
    ]
    return replace(choice, rows=[check_details(row, ready) for row in rows], tasks=check_tasks(ready, choice.tasks))


def problem_of(choice: Choice, request: LinkingRequest) -> str | None:
    """Why a checked choice cannot be added as it is; None where it can."""
    if not request.takes_links:
        return gettext("The learning platform takes no activities at this place.")
    if not choice.wants_credits and not choice.given and not choice.tasks.values:
        return gettext("Choose at least one thing to add.")
    if choice.tasks.unknown:
        return gettext("The programme has changed meanwhile: something chosen is there no longer. Choose again.")
    return _problem_of_rows(choice.given)


def _problem_of_rows(rows: Sequence[StudyRow]) -> str | None:
    if any(row.problem for row in rows):
        return gettext("One of the addresses cannot be used; the reason stands beside it.")
    if any(row.details.problem for row in rows):
        return gettext("The minutes of one of the addresses cannot be used; the reason stands beside them.")
    if any(row.obstacle and not row.is_confirmed for row in rows):
        return gettext("Time on one of the addresses will not count yet. To add it all the same, confirm once more.")
    return None


def to_items(services: Services, session: LtiSession, choice: Choice) -> list[Item]:
    """The activities that a checked choice stands for, the panel first."""
    programme_id = str(session.programme_id)
    ready = services.credits.programme(programme_id)
    panel = Item(
        title=gettext("My credits"),
        text=gettext("See your credits and what is still missing."),
        custom={"programme": programme_id},
        line_item=_column(ready, programme_id) if choice.wants_column else None,
    )
    studies = [_study(row, programme_id) for row in choice.given]
    chosen = [*studies, *task_items(ready, programme_id, choice.tasks)]
    return [panel, *chosen] if choice.wants_credits else chosen


def pick_page(
    services: Services,
    session: LtiSession,
    choice: Choice | None = None,
    *,
    problem: str | None = None,
    more: int = 0,
    package: str = "",
) -> PickPage:
    """The picker with what has been chosen so far, at first a `package` or nothing; `more` further rows to fill in."""
    request = read_request(session.deep_linking)
    ready = services.credits.programme(str(session.programme_id))
    with services.db.read() as conn:
        platform = get_platform(conn, session.platform_id)
        column = has_column(conn, session.context_id, Tag.TOTAL)
    first = first_choice(has_column=column, package=f"{package}/1" if package else "")
    chosen = choice or check_choice(services, session, first)
    rows = [*chosen.rows, *[StudyRow()] * more] if request.takes_several else chosen.rows[:1]
    return PickPage(
        course=session.context_title,
        programme=ready.programme.title,
        takes_links=request.takes_links,
        takes_several=request.takes_several,
        makes_drafts=find_quirks(platform["product"] if platform else "").links_are_drafts,
        maximum=credits_text(ready.rules.structure.total),
        offers_column=request.takes_line_items,
        has_column=column,
        wants_credits=chosen.wants_credits,
        wants_column=chosen.wants_column,
        rows=rows[:MOST_ROWS],
        may_grow=request.takes_several and len(rows) < MOST_ROWS,
        suggestions=_suggestions(ready),
        packages=offered_packages(services, session),
        problem=problem,
        practices=practice_choices(ready, chosen.tasks),
        classes=class_choices(ready, chosen.tasks),
        points=offered_points(ready),
    )


def _check(row: StudyRow, ready: ReadyProgramme, *, secure: bool) -> StudyRow:
    problem = _address_problem(row.content, secure=secure) or (
        _activity_problem(row.activity) if row.activity else None
    )
    if problem is not None:
        return replace(row, problem=problem)
    course = ready.index.courses.find(row.measured)
    if course is None:
        return replace(row, obstacle=Reason.UNKNOWN_COURSE)
    return replace(row, course=course.title, obstacle=_REVIEWS.get(course.review or ""))


def _address_problem(address: str, *, secure: bool) -> str | None:
    if not address:
        return gettext("Give the web address of the content.")
    try:
        origin = origin_of(address)
    except ValueError:
        origin = ""
    if not origin or len(address) > _LONGEST_ADDRESS or not address.isprintable() or " " in address:
        return gettext("This is not a web address. It begins with https:// and has no spaces.")
    if secure and urlsplit(address).scheme != "https":
        return gettext("Browsers show content inside this page only from addresses that begin with https://.")
    return None


def _activity_problem(activity: str) -> str | None:
    """An activity id is any IRI; what it leads to does not matter."""
    scheme, colon, rest = activity.partition(":")
    fits = bool(colon and rest and scheme.isascii() and scheme[:1].isalpha())
    if fits and len(activity) <= _LONGEST_ADDRESS and activity.isprintable() and " " not in activity:
        return None
    return gettext("The activity id is not an IRI. It looks like a web address and has no spaces.")


def _column(ready: ReadyProgramme, programme_id: str) -> LineItem:
    return LineItem(
        label=gettext("Credits"),
        maximum=ready.rules.structure.total,
        resource_id=f"xuefen:{programme_id}",
        tag=Tag.TOTAL.value,
    )


def _study(row: StudyRow, programme_id: str) -> Item:
    title = row.title or row.course or urlsplit(row.content).hostname or row.content
    custom: Mapping[str, str] = {
        "programme": programme_id,
        "content": row.content,
        "title": title,
        "track": row.track,
        **({"activity": row.activity} if row.activity else {}),
        **custom_of(row),
        **({"package": row.package} if row.package else {}),
    }
    return Item(title=title, text=text_of(row), custom=custom)


def _suggestions(ready: ReadyProgramme) -> list[tuple[str, str]]:
    """Courses that have an address of their own; those known by a prefix only have none to suggest."""
    courses = ready.programme.courses
    return [(course.iri, course.title) for course in courses if not course.iri.endswith("*")][:_SUGGESTED]
