"""校本实践台账: every practice activity that somebody has begun, with its stages, its decision and its credits."""

from collections.abc import Iterator, Sequence
from typing import Any

from lti_tool.credits.records import Pair, practice_records
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence, Kind
from lti_tool.reports import words
from lti_tool.reports.source import Source, moment_text, place_columns


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """One row for each participant and practice activity with anything valid on record."""
    for one in source.everybody():
        for practice, pairs in sorted(practice_records(one).items()):
            yield _row(one.context, practice, pairs)


def _row(context: LearnerContext, practice: str, pairs: Sequence[Pair]) -> dict[str, Any]:
    activity = context.programme.practice_activities[practice]
    verdict = max((piece for piece, _ in pairs if piece.kind is Kind.VERDICT), key=_when, default=None)
    stages = _first_of_each(pairs)
    required = activity.required_stages or context.rules.settings.required_stages
    return {
        **place_columns(context),
        "practice": practice,
        "title": activity.title,
        "focus_points": "、".join(activity.focus_points),
        "stages": "；".join(
            f"{_stage(name)} {moment_text(piece.timestamp, context)}" for name, piece in stages.items()
        ),
        "missing_stages": "、".join(_stage(name) for name in required if name not in stages),
        "approver": verdict.by_person or "" if verdict else "",
        "decided": moment_text(verdict.timestamp if verdict else None, context),
        "worth": activity.credits,
        "credits": sum((outcome.credits or ZERO for _, outcome in pairs if outcome.counted), ZERO),
        "state": Reason(_last_word(pairs)).text_zh.rstrip("。"),
    }


def _first_of_each(pairs: Sequence[Pair]) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for piece, _ in sorted(pairs, key=lambda pair: _when(pair[0])):
        if piece.kind is Kind.STAGE and piece.stage:
            found.setdefault(piece.stage, piece)
    return found


def _last_word(pairs: Sequence[Pair]) -> str:
    """The reason that tells where the activity stands: of the statement that carries credits, else of the last one."""
    deciding = [outcome for _, outcome in pairs if outcome.credits is not None or outcome.reason != Reason.STAGE]
    return (deciding or [outcome for _, outcome in pairs])[-1].reason


def _stage(name: str) -> str:
    return words.PRACTICE_STAGES.get(name, name)


def _when(piece: Evidence) -> Any:
    return piece.timestamp, piece.stored, piece.statement
