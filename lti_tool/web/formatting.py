"""How numbers, times and codes are written on pages."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import format_date, gettext, lazy_gettext, ngettext

from lti_tool.domain.reasons import Reason
from lti_tool.web.language import is_chinese

_ONE_MINUTE = 60


def install_filters(app: Flask) -> None:
    """Make these functions filters of the templates."""
    for function in (credits_text, minutes, moment, day, day_long, reason_text, label, stretch, file_size):
        app.add_template_filter(function)


def credits_text(amount: Decimal | None) -> str:
    """Credits without needless zeros: 33, 49.9."""
    if amount is None:
        return "–"
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def minutes(seconds: int | None) -> int:
    """Whole minutes, never rounded up."""
    return (seconds or 0) // _ONE_MINUTE


def stretch(seconds: int | None) -> str:
    """A stretch of time in words, floored: "25 min", "40 s"."""
    whole = seconds or 0
    if whole < _ONE_MINUTE:
        return gettext("%(number)s s", number=whole)
    return gettext("%(number)s min", number=whole // _ONE_MINUTE)


def file_size(number: int) -> str:
    """How large a file is, to be read at a glance."""
    if number < 1 << 20:
        return gettext("%(number)s kB", number=max(number >> 10, 1))
    return gettext("%(number)s MB", number=f"{number / (1 << 20):.1f}".removesuffix(".0"))


def moment(value: datetime | None) -> str:
    """A moment in the programme's zone, to the minute."""
    if value is None:
        return "–"
    local = value.astimezone(page_zone())
    return f"{day(local.date())} {local:%H:%M}"


def day(value: date) -> str:
    """A day: 2026年11月7日, 7 Nov 2026."""
    return str(format_date(value, "y年M月d日" if is_chinese() else "d MMM y", rebase=False))


def day_long(value: date) -> str:
    """A day with its weekday."""
    return str(format_date(value, "y年M月d日 EEEE" if is_chinese() else "EEEE, d MMM y", rebase=False))


def page_zone() -> ZoneInfo:
    """The zone that this page's times are told in: the programme's."""
    return ZoneInfo(g.get("zone", "Asia/Shanghai"))


def reason_text(code: str) -> str:
    """The sentence of a reason code in the reader's language."""
    try:
        found = Reason(code)
    except ValueError:
        return code
    return found.text_zh if is_chinese() else found.text_en


LABELS = {
    "online": lazy_gettext("Online study"),
    "offline": lazy_gettext("Face-to-face training"),
    "practice": lazy_gettext("School-based practice"),
    "plan": lazy_gettext("Focus points of the group"),
    "assess": lazy_gettext("Assessment"),
    "assessment": lazy_gettext("Assessment"),
    "not_started": lazy_gettext("Not started"),
    "in_progress": lazy_gettext("In progress"),
    "awaiting_assessment": lazy_gettext("Awaiting assessment"),
    "qualified": lazy_gettext("Qualified, to be entered"),
    "recorded": lazy_gettext("Entered"),
    "correcting": lazy_gettext("Being corrected"),
    "stage.plan": lazy_gettext("Plan"),
    "stage.lesson": lazy_gettext("Lesson"),
    "stage.reflection": lazy_gettext("Reflection"),
    "stage.upload": lazy_gettext("Outcome"),
    "stage.peer-review": lazy_gettext("Peer review"),
    "position.principal": lazy_gettext("Principal"),
    "position.deputy": lazy_gettext("Deputy principal"),
    "position.middle": lazy_gettext("Middle manager"),
    "position.teacher": lazy_gettext("Teacher"),
    "school.preschool": lazy_gettext("Preschool"),
    "school.primary": lazy_gettext("Primary"),
    "school.secondary": lazy_gettext("Secondary"),
    "school.vocational": lazy_gettext("Vocational"),
    "assess.process": lazy_gettext("Process assessment"),
    "assess.final": lazy_gettext("Final assessment"),
    "review.approved": lazy_gettext("Approved"),
    "review.hold": lazy_gettext("On hold"),
    "review.rejected": lazy_gettext("Rejected"),
    "method.qr": lazy_gettext("QR code"),
    "method.code": lazy_gettext("code typed"),
    "method.hand": lazy_gettext("by hand"),
    "method.import": lazy_gettext("from a sheet"),
    "session.early": lazy_gettext("to come"),
    "session.open": lazy_gettext("open now"),
    "session.closed": lazy_gettext("over"),
}


def label(code: str, kind: str = "") -> str:
    """The name of a code; an unknown one stands for itself."""
    found = LABELS.get(f"{kind}.{code}" if kind else code)
    return code if found is None else str(found)


def missing_in_words(component: str, amount: Decimal | int) -> str:
    """What is missing of a component, as part of the sentence "still to go: …"."""
    if component == "online":
        return ngettext("%(num)d minute of study", "%(num)d minutes of study", int(amount))
    if component == "offline":
        return gettext("%(number)s credits of face-to-face training", number=credits_text(Decimal(amount)))
    if component == "practice" and not amount:  # only points are lacking
        return gettext("practice on further focus points")
    if component == "practice":
        return gettext("%(number)s credits of practice", number=credits_text(Decimal(amount)))
    if component == "plan":
        return gettext("a valid plan of your group")
    return gettext("the assessment")
