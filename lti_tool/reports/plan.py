"""The plan of a school as sheets: its groups, its management team, and what is on file of it."""

from collections.abc import Iterator
from typing import Any

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.reports import words
from lti_tool.reports.source import Source


def groups(source: Source) -> Iterator[dict[str, Any]]:
    """研修群体 with their focus points."""
    programme = source.programme
    for group in programme.groups.values():
        if source.school in {None, group.school}:
            yield {
                "school_name": programme.schools[group.school].name,
                "group": group.id,
                "group_name": group.name,
                "stage": words.STAGES[group.stage],
                "audience": words.AUDIENCES[group.audience],
                "focus_points": "、".join(group.focus_points),
            }


def team(source: Source) -> Iterator[dict[str, Any]]:
    """校级管理团队."""
    for one in source.everybody():
        if one.participant.position in TEAM_POSITIONS:
            yield {
                "school_name": one.context.school.name,
                "name": one.participant.name,
                "participant": one.participant.id,
                "position": words.POSITIONS[one.participant.position],
            }


def records(source: Source) -> Iterator[dict[str, Any]]:
    """规划、方案、总结、成果展示、听课与检查: what the programme file has on record."""
    programme = source.programme
    terms = source.terms
    for record in programme.records:
        if record.school is not None and source.school in {None, record.school}:
            yield {
                "school_name": programme.schools[record.school].name,
                "kind": terms.get(record.kind, record.kind),
                "day": record.day.isoformat(),
                "title": record.title,
                "by": record.by,
                "participants": "；".join(record.participants),
                "link": record.link,
            }
