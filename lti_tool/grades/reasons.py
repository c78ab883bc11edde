"""Why a grade is not (yet) in the LMS, for people: what happened, what it usually means, and what to do.

The sentences are message ids (English); the pages translate them. Codes are stored with cells, columns and
platforms, so they never change their meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What stands still: one cell, one column of a course, or everything of a platform."""

    CELL = "cell"
    COLUMN = "column"
    PLATFORM = "platform"


class Action(StrEnum):
    """What a person can do about it from Xuefen."""

    WAIT = "wait"  # it heals by itself
    RETRY = "retry"  # retry now, once the cause is gone
    RESEND = "resend"  # send Xuefen's value over the LMS's
    SKIP = "skip"  # leave this cell alone for good
    RELINK = "relink"  # choose or make the column again; register again


@dataclass(frozen=True, slots=True)
class Patience:
    """How attempts are spaced after this answer: `first` seconds, doubling up to `most`."""

    first: float
    most: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One entry of the table. `patience` None: no further attempt until a person acts."""

    code: str
    level: Level
    sentence: str
    meaning: str
    advice: str
    actions: tuple[Action, ...]
    patience: Patience | None


def N_(message: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a message for translation without translating it yet."""
    return message


_SOON = Patience(2, 3600)
_OUTAGE = Patience(1, 60)  # while a platform is down, one call a minute looks whether it is back
_MENDING = Patience(10, 300)
_MINUTES = Patience(300, 6 * 3600)
_HOURS = Patience(3600, 24 * 3600)
_RETRY = (Action.RETRY,)
_RETRY_SKIP = (Action.RETRY, Action.SKIP)
_RETRY_RELINK = (Action.RETRY, Action.RELINK)

_TABLE = (
    # ── one cell ──
    Reason(
        "not_gradable",
        Level.CELL,
        N_("The LMS accepts no grade for this person in this course."),
        N_("The person is no longer enrolled as a learner there, or the course is not published yet."),
        N_("Enrol the person as a learner or publish the course, then retry; skip the cell if they have left."),
        _RETRY_SKIP,
        _HOURS,
    ),
    Reason(
        "older",
        Level.CELL,
        N_("The LMS says it already has a newer grade in this cell."),
        N_("Somebody edited the grade there, or the clock of the LMS is ahead."),
        N_("Nothing: Xuefen reads the cell and decides again."),
        (Action.WAIT, Action.RETRY),
        _SOON,
    ),
    Reason(
        "attempts_used",
        Level.CELL,
        N_("The LMS allows no further attempt in this cell."),
        N_("The assignment has a limit of attempts."),
        N_("Allow unlimited attempts in the assignment's settings, then retry."),
        _RETRY_SKIP,
        _HOURS,
    ),
    Reason(
        "locked",
        Level.CELL,
        N_("The LMS stores no grade here."),
        N_("The grade or the whole column is locked in its gradebook."),
        N_("Unlock the grade in the gradebook, then retry."),
        _RETRY_SKIP,
        _MINUTES,
    ),
    Reason(
        "server_fault",
        Level.CELL,
        N_("The LMS failed while storing this grade."),
        N_("Something went wrong inside it; its own log tells more."),
        N_("If it goes on: show the answer to the people who run the LMS."),
        _RETRY_SKIP,
        _SOON,
    ),
    Reason(
        "bad_score",
        Level.CELL,
        N_("The LMS refused this grade."),
        N_("Its answer stands beside this line; the reason is not one of the usual ones."),
        N_("Read the answer, mend the cause in the LMS, then retry."),
        _RETRY_SKIP,
        _HOURS,
    ),
    Reason(
        "own_fault",
        Level.CELL,
        N_("Xuefen itself failed while sending this grade."),
        N_("A mistake in Xuefen; its log tells more. All other grades are sent as usual."),
        N_("Tell the people who run Xuefen. It tries again by itself."),
        _RETRY_SKIP,
        _MINUTES,
    ),
    Reason(
        "overridden",
        Level.CELL,
        N_("Somebody changed this grade in the LMS."),
        N_("A trainer entered another value by hand; Xuefen respects it and sends nothing more to this cell."),
        N_("Send the credits again to replace the value, or leave it as it is."),
        (Action.RESEND, Action.SKIP),
        None,
    ),
    Reason(
        "skipped",
        Level.CELL,
        N_("An administrator set this cell aside."),
        N_("Nothing is sent to it."),
        N_("Retry to include it again."),
        _RETRY,
        None,
    ),
    Reason(
        "left",
        Level.CELL,
        N_("This person is no longer a learner of the course."),
        N_("The LMS lists them no more, or in another role. The grade that was sent stays there."),
        N_("Nothing: sending goes on by itself when they return."),
        (Action.WAIT,),
        None,
    ),
    Reason(
        "foreign",
        Level.CELL,
        N_("This person or column belongs to another course, programme or platform."),
        N_("The links between people, course and programme contradict each other, so nothing was sent."),
        N_("Check which programme the course is linked to and whom its members are linked with, then retry."),
        _RETRY_RELINK,
        None,
    ),
    # ── one column ──
    Reason(
        "no_service",
        Level.COLUMN,
        N_("The LMS offered no grade service for this course."),
        N_("Grade sync is switched off for the tool there, or the activity was added without a grade."),
        N_("Allow the tool to sync grades (Moodle: Assignment and Grade Services; Canvas: scopes), then launch again."),
        _RETRY_RELINK,
        None,
    ),
    Reason(
        "item_gone",
        Level.COLUMN,
        N_("The column is no longer in the LMS gradebook."),
        N_("Somebody deleted it or the activity it belonged to."),
        N_("Nothing: Xuefen looks for it and makes it again if it may."),
        (Action.WAIT, Action.RETRY, Action.RELINK),
        _MINUTES,
    ),
    Reason(
        "course_gone",
        Level.COLUMN,
        N_("The course is gone or closed in the LMS."),
        N_("It was deleted or concluded, or the tool was removed from it."),
        N_("Reopen the course and retry, or link another course to the programme."),
        _RETRY_RELINK,
        _HOURS,
    ),
    Reason(
        "no_access",
        Level.COLUMN,
        N_("The LMS no longer lets Xuefen write grades in this course."),
        N_("A permission (scope) was withdrawn, or the tool was switched off for the course."),
        N_("Give the tool its grade permissions back, then retry."),
        _RETRY_RELINK,
        Patience(60, 6 * 3600),
    ),
    Reason(
        "no_create",
        Level.COLUMN,
        N_("The course has no column for this programme, and the LMS lets Xuefen make none."),
        N_("The tool may send grades but not manage columns."),
        N_("Add the tool to the course as a graded activity, or allow it to manage columns, then retry."),
        _RETRY_RELINK,
        _HOURS,
    ),
    Reason(
        "elsewhere",
        Level.COLUMN,
        N_("The column's address does not belong to this platform."),
        N_("The LMS is misconfigured, or somebody tried to lead Xuefen to another server. Nothing was sent."),
        N_("Check the address of the LMS and its registration, then launch the activity again."),
        (Action.RELINK,),
        None,
    ),
    # ── a whole platform ──
    Reason(
        "platform_down",
        Level.PLATFORM,
        N_("The LMS is out of order at the moment."),
        N_("It answers that it is overloaded or under maintenance."),
        N_("Nothing: sending goes on by itself when it is back."),
        (Action.WAIT, Action.RETRY),
        _OUTAGE,
    ),
    Reason(
        "unreachable",
        Level.PLATFORM,
        N_("The LMS cannot be reached."),
        N_("It is switched off, its name is unknown, or the network between is interrupted."),
        N_("Check the connection; sending goes on by itself when it is back."),
        (Action.WAIT, Action.RETRY),
        _OUTAGE,
    ),
    Reason(
        "timeout",
        Level.PLATFORM,
        N_("The LMS took too long to answer."),
        N_("It is overloaded. What was sent may have arrived: Xuefen asks before it sends again."),
        N_("Nothing: sending goes on by itself."),
        (Action.WAIT, Action.RETRY),
        _OUTAGE,
    ),
    Reason(
        "throttled",
        Level.PLATFORM,
        N_("The LMS asked Xuefen to slow down."),
        N_("Too many calls in a short time; Xuefen now makes fewer."),
        N_("Nothing: sending goes on by itself."),
        (Action.WAIT,),
        _OUTAGE,
    ),
    Reason(
        "certificate",
        Level.PLATFORM,
        N_("The LMS cannot prove that it is itself: its certificate is not valid."),
        N_("The certificate has expired, or is for another name. Nothing was sent."),
        N_("Renew the certificate of the LMS, then retry."),
        _RETRY,
        _MENDING,
    ),
    Reason(
        "forbidden_address",
        Level.PLATFORM,
        N_("The LMS is at an address that Xuefen may not call."),
        N_("It is a private or loopback address."),
        N_("Correct the registration, or set lti.allow_private_hosts if the LMS is really there."),
        _RETRY_RELINK,
        _MENDING,
    ),
    Reason(
        "token_refused",
        Level.PLATFORM,
        N_("The LMS gave Xuefen no access token."),
        N_("The tool is switched off there, its key cannot be fetched, or the registration was deleted."),
        N_("Check that the tool is active and that the LMS can read /lti/jwks, then retry."),
        _RETRY_RELINK,
        _MENDING,
    ),
    Reason(
        "token_unreadable",
        Level.PLATFORM,
        N_("The token address of the LMS answers something else than a token."),
        N_("Usually a login or error page: the registered token address is wrong or the LMS is being upgraded."),
        N_("Check the token address of the registration, then retry."),
        _RETRY_RELINK,
        _MENDING,
    ),
    Reason(
        "unreadable",
        Level.PLATFORM,
        N_("The LMS gave an answer that makes no sense here."),
        N_("Usually a login page, a redirect or a proxy's page instead of the service."),
        N_("Check the address of the LMS and what stands in front of it, then retry."),
        _RETRY_RELINK,
        _MENDING,
    ),
)

REASONS: Mapping[str, Reason] = {reason.code: reason for reason in _TABLE}
