"""§3b steps 1 and 2: which online statements may give minutes at all.

Each rule looks at one thing and returns a reason to exclude, or None.
"""

from collections.abc import Callable
from datetime import timedelta

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, Evidence, Verb

_PROGRESS = frozenset({Verb.SATISFIED, Verb.WAIVED})
_REVIEWS = {"rejected": Reason.COURSE_REJECTED, "hold": Reason.COURSE_ON_HOLD, "approved": None}


def is_voided(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """Voided statements give nothing, whichever came first, the statement or its void (M12)."""
    return Reason.VOIDED if evidence.voided else None


def lacks_trust(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """Only sources on the allow-list give minutes (A-24); the learner's own browser is one of them."""
    return distrust(evidence, Component.ONLINE)


def is_progress(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """What a launching system says of a whole course once its criteria are met (§3a): no time, whatever the course."""
    return Reason.NO_TIME if evidence.verb in _PROGRESS else None


def lacks_approved_course(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """强化课程审核 (R-071, A-16): `rejected` never counts, `hold` waits, unreviewed counts by default."""
    course = context.courses.find(evidence.activity)
    if course is None:
        return Reason.UNKNOWN_COURSE
    if course.review is None:
        blocked = context.rules.settings.course_review == "block_unapproved"
        return Reason.COURSE_UNREVIEWED if blocked else None
    return _REVIEWS[course.review]


def is_from_the_future(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """A time later than `stored` + 5 min: 3 min ahead is a clock, 2 h ahead is excluded (M13)."""
    latest = evidence.timestamp
    if evidence.interval is not None and evidence.interval[1] > latest:
        latest = evidence.interval[1]
    if latest <= evidence.stored:
        return None
    tolerance = timedelta(minutes=context.rules.settings.future_tolerance_min)
    return Reason.FUTURE if latest - evidence.stored > tolerance else None


def has_bad_duration(evidence: Evidence, _context: LearnerContext) -> Reason | None:
    """A duration in years or months, zero, negative or unreadable: P1M, PT0S, "40 min".

    Video is read by the clock: there a bad duration harms nothing, and the statement still says when it stopped.
    """
    return Reason.BAD_DURATION if evidence.bad_duration and not evidence.is_video else None


ADMISSION: tuple[Callable[[Evidence, LearnerContext], Reason | None], ...] = (
    is_voided,
    lacks_trust,
    is_progress,
    lacks_approved_course,
    is_from_the_future,
    has_bad_duration,
)


def find_exclusion(evidence: Evidence, context: LearnerContext) -> Reason | None:
    """The first reason to exclude a statement, or None."""
    for rule in ADMISSION:
        reason = rule(evidence, context)
        if reason is not None:
            return reason
    return None


def is_late(evidence: Evidence, context: LearnerContext) -> bool:
    """Arrived more than 7 days after it happened: counted, and flagged."""
    delay = evidence.stored - evidence.timestamp
    return delay.days >= context.rules.settings.late_flag_days and delay > timedelta(
        days=context.rules.settings.late_flag_days
    )
