"""Templates with what all of them use: links, languages, navigation, notices."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from flask import Flask, g, render_template, request, url_for
from flask_babel import format_date, gettext, lazy_gettext

from lti_tool.grades.reasons import REASONS
from lti_tool.lti.claims import DEEP_LINK
from lti_tool.web import access
from lti_tool.web.assets import static_url
from lti_tool.web.contexts import Tab
from lti_tool.web.formatting import page_zone
from lti_tool.web.language import LANGUAGES, is_chinese, language_tag
from lti_tool.web.security import nonce

_NOTICES = {
    "handed_in": lazy_gettext("Handed in. It is on record now."),
    "decided": lazy_gettext("Your decision is on record."),
    "linked": lazy_gettext("Linked. What is on record of this person counts now."),
    "programme": lazy_gettext("The course shows this programme from now on."),
    "retry": lazy_gettext("It will be tried again in a moment."),
    "retry_all": lazy_gettext("Everything that was refused will be tried again in a moment."),
    "skip": lazy_gettext("Set aside. Nothing more is sent to this cell."),
    "respect": lazy_gettext("The grade in the LMS stays as it is."),
    "busy": lazy_gettext("Xuefen is working on it at this very moment. Look again in a few seconds."),
    "trial": lazy_gettext("The gradebook is being tried. Look again in a few seconds."),
    "voided": lazy_gettext("Taken back. Credits and grades follow."),
    "signed_in": lazy_gettext("You are signed in. It is on record now."),
    "signed_out": lazy_gettext("You are signed out. Your time here is on record."),
    "marked": lazy_gettext("Marked. Credits follow."),
    "taken_back": lazy_gettext("Taken back. Credits and grades follow."),
    "revoked": lazy_gettext("The credential is revoked."),
    "uploaded": lazy_gettext("The package is here. It can be added to courses now."),
    "assigned": lazy_gettext("Saved. Credits follow."),
    "removed": lazy_gettext("The package is deleted. What was studied of it goes on counting."),
    "unlinked": lazy_gettext("The link is undone."),
    "roster_continues": lazy_gettext(
        "The course is large. Its roster is read in the background: look again in a minute."
    ),
}


def install_rendering(app: Flask) -> None:
    """Make these functions known to every template."""
    for function in (
        static_url,
        language_tag,
        languages,
        in_language,
        page_tabs,
        notices,
        nonce,
        month,
        list_words,
        grade_reason,
    ):
        app.add_template_global(function)
    app.add_template_filter(pretty)
    app.add_template_filter(clock)
    app.url_defaults(_keep_language)


def render(template: str, page: Any, **more: Any) -> str:
    """A page from its context."""
    return render_template(template, page=page, **more)


def notice(code: str) -> str:
    """A code for the address that the reader is sent to; `notices` says it in words there."""
    return code


def notices() -> list[str]:
    """What has just been done, in words."""
    found = _NOTICES.get(request.args.get("done", ""))
    return [str(found)] if found else []


def languages() -> Sequence[tuple[str, str]]:
    """The languages of the pages: (tag, own name)."""
    return [(tag, name) for tag, (_, name) in LANGUAGES.items()]


def in_language(tag: str) -> str:
    """The address of this page in another language."""
    kept = {name: value for name, value in request.args.items() if name not in {"lang", "done"}}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "lang": tag})


def page_tabs() -> list[Tab]:
    """The pages that this person can reach."""
    if "launch" not in g or g.launch.programme_id is None:
        return [_tab("administrator.show_platform", gettext("Administration"))] if _is_administrator() else []
    tabs = []
    if g.launch.message_type == DEEP_LINK:
        tabs.append(_tab("picker.show_picker", gettext("Add to the course")))
    if g.launch.participant_id is not None:
        tabs.append(_tab("trainee.show_credits", gettext("My credits")))
    if access.team_school() is not None:
        tabs.append(_tab("school.show_approvals", gettext("Approvals")))
    if access.is_staff():
        tabs.append(_tab("trainer.show_course", gettext("Course")))
        tabs.append(_tab("sign_in.show_classes", gettext("Sign-in")))
        tabs.append(_tab("trainer.show_unmatched", gettext("Unmatched")))
    if access.is_staff() or access.team_school() is not None:
        tabs.append(_tab("school.show_plan", gettext("Plan")))
    if access.monitored_area() is not None:
        tabs.append(_tab("monitor.show_indicators", gettext("Indicators")))
    if access.is_administrator():
        tabs.append(_tab("administrator.show_platform", gettext("Administration")))
    return tabs


def _is_administrator() -> bool:
    return "launch" in g and access.is_administrator()


def _tab(endpoint: str, text: str) -> Tab:
    here = request.endpoint or ""
    same_room = endpoint.startswith("administrator.") and here.startswith("administrator.")
    same_room |= endpoint == "sign_in.show_classes" and here == "sign_in.show_desk"
    return Tab(endpoint, text, is_current=here == endpoint or same_room)


def month(first: date) -> str:
    """A month's short name above the calendar."""
    return str(format_date(first, "M月" if is_chinese() else "MMM", rebase=False))


def list_words(parts: Sequence[str]) -> str:
    """Parts as a list within a sentence."""
    return gettext(", ").join(parts)


def grade_reason(code: str | None) -> str:
    """Why a grade is not in the LMS, in one sentence."""
    found = REASONS.get(code or "")
    return gettext(found.sentence) if found else ""


def pretty(value: Any) -> str:
    """JSON for reading."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def clock(value: datetime) -> str:
    """The time of day in the programme's zone."""
    return f"{value.astimezone(page_zone()):%H:%M}"


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    asked = request.args.get("lang") if request else None
    if asked in LANGUAGES and not endpoint.startswith(("static", "api", "lti", "xapi")):
        values.setdefault("lang", asked)
