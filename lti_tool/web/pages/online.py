"""The online part of a credits page: the calendar of days and the minutes by course."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lti_tool.credits.service import Explained
from lti_tool.domain.cycle import first_semester_ends
from lti_tool.domain.values import Component
from lti_tool.web.contexts import CourseMinutes, Semester
from lti_tool.web.pages.lines import programme_zone
from lti_tool.web.pictures.calendar import build_calendar


def calendar_of(explained: Explained, today: date) -> list[Semester]:
    """Counted study by day over the cycle; a day with statements but no minutes is marked too."""
    context, credit = explained.context, explained.credit
    zone = programme_zone(context)
    number = Counter(
        outcome.timestamp.astimezone(zone).date()
        for outcome in credit.explanation
        if outcome.timestamp and outcome.component is Component.ONLINE
    )
    turn = first_semester_ends(context.programme, context.rules)
    return build_calendar(context.cycle.days, turn, credit.online_by_day, number, today)


def courses_of(explained: Explained) -> Sequence[CourseMinutes]:
    """Counted study by course, the most studied first; unknown activities are under the reasons instead."""
    by_course = explained.credit.online_by_course
    most = max(by_course.values(), default=0)
    known = {course.iri: course for course in explained.context.programme.courses}
    return [
        CourseMinutes(
            title=known[iri].title,
            iri=iri,
            seconds=seconds,
            percent=Decimal(100 * seconds) / most if most else Decimal(0),
            focus_points=known[iri].focus_points,
            review=known[iri].review,
        )
        for iri, seconds in sorted(by_course.items(), key=lambda item: -item[1])
        if iri in known
    ]
