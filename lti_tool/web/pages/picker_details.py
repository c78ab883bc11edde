"""What a trainer may add to study content in the picker: expected minutes, and focus points as a hint.

Neither changes what counts: minutes are measured, and the catalogue's focus points outrank any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext

from lti_tool.credits.programme import ReadyProgramme
from lti_tool.domain.rules import RuleSet
from lti_tool.web.contexts_linking import StudyDetails, StudyRow
from lti_tool.web.pages.points import point_name

_MOST_MINUTES = 600


def read_details(form: Any, rows: Sequence[StudyRow]) -> list[StudyRow]:
    """Rows with what was filled in beside each."""
    minutes = form.getlist("minutes")
    return [
        replace(
            row,
            details=StudyDetails(
                minutes=minutes[number].strip()[:10] if number < len(minutes) else "",
                points=tuple(form.getlist(f"points-{number + 1}")),
            ),
        )
        for number, row in enumerate(rows)
    ]


def check_details(row: StudyRow, ready: ReadyProgramme) -> StudyRow:
    """A row with what the programme says of it, and what is wrong with the minutes."""
    course = ready.index.courses.find(row.measured)
    minutes = row.details.minutes
    fits = not minutes or (minutes.isascii() and minutes.isdigit() and 1 <= int(minutes) <= _MOST_MINUTES)
    problem = gettext("Give whole minutes from 1 to %(most)s, or leave this empty.", most=_MOST_MINUTES)
    details = replace(
        row.details,
        points=tuple(code for code in row.details.points if code in ready.rules.focus_points),
        fixed_points=[(code, point_name(ready.rules, code)) for code in (course.focus_points if course else ())],
        problem=None if fits else problem,
    )
    return replace(row, details=details)


def offered_points(ready: ReadyProgramme) -> list[tuple[str, str]]:
    """The focus points that the programme's groups have chosen, with their names."""
    chosen = {code for group in ready.programme.groups.values() for code in group.focus_points}
    return [(code, point_name(ready.rules, code)) for code in ready.rules.focus_points if code in chosen]


def custom_of(row: StudyRow) -> dict[str, str]:
    """The details as custom parameters; focus points only where the catalogue has none."""
    points = () if row.details.fixed_points else row.details.points
    found = {"minutes": row.details.minutes, "focus_points": ",".join(points)}
    return {name: value for name, value in found.items() if value}


def text_of(row: StudyRow) -> str:
    """What the learning platform shows beside the activity."""
    if not row.details.minutes:
        return ""
    return gettext("About %(number)s minutes.", number=row.details.minutes)


def minutes_of(custom: Mapping[str, Any]) -> int | None:
    """The expected minutes of an activity's custom parameters; a platform's administrator may write anything there."""
    text = str(custom.get("minutes") or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    return number if 1 <= number <= _MOST_MINUTES else None


def points_of(custom: Mapping[str, Any], rules: RuleSet) -> list[str]:
    """The focus points of an activity's custom parameters, as far as the regulation names them."""
    named = str(custom.get("focus_points") or "").split(",")
    return [code for code in dict.fromkeys(one.strip() for one in named) if code in rules.focus_points]
