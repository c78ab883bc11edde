"""Outcomes of statements that earn credits rather than minutes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from lti_tool.domain.decimals import ZERO
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.roster import differs_from_roster
from lti_tool.domain.times import to_microseconds
from lti_tool.domain.values import Component, Evidence, Outcome


def refused(evidence: Evidence, component: Component, reason: Reason) -> Outcome:
    """A statement that counts for nothing, and why."""
    return Outcome(
        evidence.statement,
        counted=False,
        reason=reason,
        component=component,
        activity=evidence.activity,
        timestamp=evidence.timestamp,
    )


def counted(
    evidence: Evidence,
    component: Component,
    reason: Reason,
    context: LearnerContext,
    amount: Decimal | None = None,
) -> Outcome:
    """A statement that counts, for `amount` credits if any; flagged where it contradicts the roster."""
    return replace(
        refused(evidence, component, reason),
        counted=True,
        credits=amount,
        flags=(Reason.ROSTER_DIFFERS,) if differs_from_roster(evidence, context) else (),
    )


def share_credits(outcomes: Iterable[Outcome], most: Decimal) -> Iterator[Outcome]:
    """The outcomes with their credits as far as `most` reaches, so that the parts add up to the whole.

    Of 10 + 10 + 10 with 25 at most, the last counts 5 and is flagged as surplus; one for which nothing is left does
    not count.
    """
    left = most
    for outcome in outcomes:
        if not outcome.credits:
            yield outcome
            continue
        given = min(outcome.credits, left)
        left -= given
        if given == ZERO:
            yield replace(outcome, counted=False, reason=Reason.SURPLUS, credits=ZERO)
        elif given < outcome.credits:
            yield replace(outcome, credits=given, flags=(*outcome.flags, Reason.SURPLUS))
        else:
            yield outcome


def is_in_cycle(evidence: Evidence, context: LearnerContext) -> bool:
    """Whether a statement's `timestamp` lies in the cycle, or in the days of grace after it (A-15)."""
    return context.cycle.start <= to_microseconds(evidence.timestamp) < context.cycle.grace_end
