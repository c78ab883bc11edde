"""未达标清单: who lacks what, how much of it, and what would help."""

from collections.abc import Iterator
from typing import Any

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.shortfall import Shortfall, list_shortfalls
from lti_tool.reports import words
from lti_tool.reports.source import Source, place_columns


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """One row for each requirement that a participant does not meet yet."""
    for one in source.everybody():
        for lack in list_shortfalls(one.credit, one.context):
            yield {
                **place_columns(one.context),
                "component": words.COMPONENTS[lack.component],
                "missing": _missing(lack),
                "action": words.ACTIONS[lack.action],
                "details": _details(lack, one.context),
            }


def _missing(lack: Shortfall) -> str:
    """What is missing, in its own measure; a begun minute is a whole one, since less would not do."""
    if lack.component == "online":
        return f"{-(-lack.seconds // 60)} 分钟"
    return f"{words.amount(lack.credits)} 学分" if lack.credits else ""


def _details(lack: Shortfall, context: LearnerContext) -> str:
    classes = context.programme.offline_classes
    sessions = [f"{classes[class_].title or class_} 第 {session} 场" for class_, session in lack.offline_sessions]
    return "；".join([*sessions, *(words.ASSESSMENTS[kind] for kind in lack.assessments)])
