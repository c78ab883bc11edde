"""Names of what only an administrator meets: states of cells, scopes, kinds of evidence, kinds of calls."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext

from lti_tool.grades.reasons import REASONS
from lti_tool.grades.trials import DIFFERENT, NOBODY, OK
from lti_tool.lti.errors import SENTENCES

STATES = {
    "settled": lazy_gettext("In the gradebook"),
    "due": lazy_gettext("On the way"),
    "retrying": lazy_gettext("Refused, will be tried again"),
    "blocked": lazy_gettext("Refused, somebody must act"),
    "overridden": lazy_gettext("Changed in the LMS"),
    "skipped": lazy_gettext("Set aside"),
    "left": lazy_gettext("No longer in the course"),
    "idle": lazy_gettext("Nothing to show yet"),
}
#: {filter: (its name, the states that it lists)}
FILTERS = {
    "refused": (lazy_gettext("Refused or changed"), ("blocked", "overridden", "retrying")),
    "due": (lazy_gettext("On the way"), ("due",)),
    "skipped": (lazy_gettext("Set aside"), ("skipped",)),
    "left": (lazy_gettext("No longer in the course"), ("left",)),
    "settled": (lazy_gettext("In the gradebook"), ("settled",)),
}
SCOPES = {
    "statements/write": lazy_gettext("send statements"),
    "statements/read": lazy_gettext("read every statement of the programme"),
    "statements/read/mine": lazy_gettext("read the statements that it sent"),
    "state": lazy_gettext("keep its state of a learner"),
    "profile": lazy_gettext("keep profiles of activities and people"),
    "define": lazy_gettext("define activities"),
    "all/read": lazy_gettext("read everything of the programme"),
    "all": lazy_gettext("everything that xAPI offers"),
    "credits/read": lazy_gettext("read credits through /api"),
}
VERBS = {
    "initialized": lazy_gettext("began a session"),
    "terminated": lazy_gettext("ended a session"),
    "abandoned": lazy_gettext("left a session"),
    "experienced": lazy_gettext("studied"),
    "played": lazy_gettext("played"),
    "paused": lazy_gettext("paused"),
    "seeked": lazy_gettext("moved within a video"),
    "completed": lazy_gettext("completed"),
    "passed": lazy_gettext("passed"),
    "failed": lazy_gettext("failed"),
    "satisfied": lazy_gettext("satisfied"),
    "waived": lazy_gettext("waived"),
    "attended": lazy_gettext("attended"),
    "submitted": lazy_gettext("handed in"),
    "reviewed": lazy_gettext("reviewed"),
    "approved": lazy_gettext("approved"),
    "denied": lazy_gettext("returned"),
    "voided": lazy_gettext("took back"),
}
EVIDENCE = {
    "online": lazy_gettext("Online study"),
    "offline": lazy_gettext("Face-to-face training"),
    "practice": lazy_gettext("School-based practice"),
    "assessment": lazy_gettext("Assessment"),
    "all": lazy_gettext("all of these"),
}
KINDS = {
    "score": lazy_gettext("send a grade"),
    "result": lazy_gettext("read a grade"),
    "results": lazy_gettext("read a column"),
    "find": lazy_gettext("look for a column"),
    "create": lazy_gettext("make a column"),
    "update": lazy_gettext("change a column"),
    "delete": lazy_gettext("remove a column"),
    "token": lazy_gettext("ask for access"),
}
STEPS = {
    "make": lazy_gettext("make a column"),
    "send": lazy_gettext("send a grade"),
    "read": lazy_gettext("read a grade"),
    "remove": lazy_gettext("remove a column"),
}
OUTCOMES = {"accepted": lazy_gettext("accepted"), "refused": lazy_gettext("refused")}


def word(words: Mapping[str, object], code: str) -> str:
    """The name of a code; an unknown one stands for itself."""
    return str(words.get(code, code))


def in_words(code: str | None) -> tuple[str, str, str]:
    """What happened, what it usually means, what to do; empty where nothing is in the way."""
    reason = REASONS.get(code or "")
    if reason is None:
        return "", "", ""
    return gettext(reason.sentence), gettext(reason.meaning), gettext(reason.advice)


def trial_in_words(code: str) -> tuple[bool, str, str, str]:
    """Whether a step of a trial went well, what happened, what it usually means, what to do."""
    if code == OK:
        return True, "", "", ""
    if code == NOBODY:
        return True, gettext("No learner of this course is known yet, so no grade was sent."), "", ""
    if code == DIFFERENT:
        return False, gettext("The LMS does not show the grade that it has just taken."), "", ""
    return False, *in_words(code)


def outcome_in_words(code: str) -> str:
    """What came of a call: accepted, refused, or why there was no answer."""
    return word(OUTCOMES, code) if code in OUTCOMES else in_words(code)[0] or code


def refusal_in_words(code: str) -> str:
    """Why a launch was refused."""
    found = SENTENCES.get(code)
    return gettext(found.what) if found else code
