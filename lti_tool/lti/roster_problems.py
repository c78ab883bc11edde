"""What can keep the tool from reading a course's roster: a code, a plain sentence, and what to do about it."""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's customary mark for messages translated later
    """Mark a message for translation where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person reads. `lasting`: waiting alone does not mend it."""

    what: str
    next_step: str
    lasting: bool = False


_WAIT = N_("Xuefen tries again by itself. If it stays so, tell the administrator of the LMS.")

PROBLEMS: dict[str, Problem] = {
    "no_service": Problem(
        N_("The LMS has not offered the roster of this course."),
        N_("Allow the tool to use names and roles in the LMS, then open an activity of the tool in the course."),
        lasting=True,
    ),
    "not_allowed": Problem(
        N_("The LMS does not let Xuefen read the roster of this course."),
        N_("Ask the administrator of the LMS to let the tool use names and roles (scope contextmembership.readonly)."),
        lasting=True,
    ),
    "not_found": Problem(
        N_("The LMS says that it has no such roster."),
        N_("If the course still exists, open an activity of the tool in it: the launch brings the address."),
        lasting=True,
    ),
    "throttled": Problem(N_("The LMS asks Xuefen to slow down."), _WAIT),
    "platform_down": Problem(N_("The LMS is out of order or cannot be reached."), _WAIT),
    "slow": Problem(N_("The LMS took too long to hand out the roster."), _WAIT),
    "foreign_address": Problem(
        N_("The address of the roster is not one of this LMS, so Xuefen does not call it."),
        N_("Tell the administrator of the LMS; the address is shown below."),
        lasting=True,
    ),
    "unreadable": Problem(
        N_("The LMS answered with something that is no roster."),
        N_("A login page, a firewall or maintenance often answers like this; tell the administrator of the LMS."),
    ),
    "empty": Problem(
        N_("The LMS lists nobody in this course, so nothing was changed."),
        N_("Check in the LMS that the course still has people."),
    ),
    "too_long": Problem(
        N_("The roster of the LMS is longer than Xuefen reads, or it has no end."),
        N_("Tell the administrator of the LMS; nothing was changed."),
        lasting=True,
    ),
}
