"""过程考评和最终考评 (R-033, R-076, A-17): two verdicts by the institution; the latest of each kind decides."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.domain.credits.outcomes import counted, is_in_cycle, refused
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, Evidence, Outcome, Verb

KINDS = ("process", "final")


@dataclass(frozen=True, slots=True)
class Assessed:
    """{process, final: passed}, as far as recorded, and what became of each statement."""

    verdicts: Mapping[str, bool]
    outcomes: tuple[Outcome, ...]


def is_voided(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    return Reason.VOIDED if evidence.voided else None


def lacks_trust(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """参训教师的考核由培训机构负责 (R-076): only sources trusted for assessments."""
    return distrust(evidence, Component.ASSESSMENT)


def is_of_no_kind(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """Neither 过程考评 nor 最终考评."""
    return None if evidence.assessment in KINDS else Reason.UNKNOWN_ASSESSMENT


def is_outside_cycle(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """Outside the cycle and its days of grace (A-15)."""
    return None if is_in_cycle(evidence, context) else Reason.OUTSIDE_CYCLE


ASSESSMENT_RULES: tuple[Callable[[Evidence, LearnerContext], Reason | None], ...] = (
    is_voided,
    lacks_trust,
    is_of_no_kind,
    is_outside_cycle,
)


def read_assessments(evidence: Iterable[Evidence], context: LearnerContext) -> Assessed:
    """The latest verdict of each kind by `timestamp`: passed in May and failed in June is failed."""
    latest: dict[str, Evidence] = {}
    outcomes: list[Outcome] = []
    for statement in sorted(evidence, key=lambda one: (one.timestamp, one.stored, one.statement)):
        reason = next((found for rule in ASSESSMENT_RULES if (found := rule(statement, context))), None)
        if reason is not None:
            outcomes.append(refused(statement, Component.ASSESSMENT, reason))
            continue
        earlier = latest.get(statement.assessment or "")
        if earlier is not None:
            outcomes.append(refused(earlier, Component.ASSESSMENT, Reason.SUPERSEDED))
        latest[statement.assessment or ""] = statement
    outcomes += [_verdict(statement, context) for statement in latest.values()]
    verdicts = {kind: latest[kind].verb is Verb.PASSED for kind in KINDS if kind in latest}
    return Assessed(verdicts, tuple(outcomes))


def _verdict(statement: Evidence, context: LearnerContext) -> Outcome:
    if statement.verb is Verb.PASSED:
        return counted(statement, Component.ASSESSMENT, Reason.ASSESSMENT_PASSED, context)
    return refused(statement, Component.ASSESSMENT, Reason.ASSESSMENT_FAILED)


def list_open_assessments(
    verdicts: Mapping[str, bool], context: LearnerContext, *, components_met: bool
) -> Sequence[str]:
    """The assessments still to be passed; a derived process assessment is passed with the three components."""
    settings = context.rules.settings
    passed = {kind for kind, verdict in verdicts.items() if verdict}
    if settings.process_assessment == "derived" and components_met:
        passed.add("process")
    needed = KINDS if settings.final_required else KINDS[:1]
    return [kind for kind in needed if kind not in passed]
