"""What the picker offers besides the panel and study content: practice tasks and face-to-face sign-in.

Neither brings a column: their credits are part of the total's, and a column of their own would count them twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import gettext

from lti_tool.credits.programme import ReadyProgramme
from lti_tool.domain.values import OfflineClass, OfflineSession, PracticeActivity
from lti_tool.lti.deep_linking import Item
from lti_tool.web.contexts_tasks import ClassChoice, PracticeChoice, SessionChoice
from lti_tool.web.formatting import credits_text, moment
from lti_tool.web.pages.points import point_name

PRACTICE, SIGN_IN = "practice/", "class/"
_MOST = 100


@dataclass(frozen=True, slots=True)
class TaskChoice:
    """What is chosen of a programme, in its order; `unknown` is what the form names and the programme does not have."""

    values: Collection[str] = ()
    unknown: bool = False


NO_TASKS = TaskChoice()


def read_tasks(kinds: Sequence[str], *, takes_several: bool) -> TaskChoice:
    """The choices of a form that are tasks or sign-ins."""
    named = [kind for kind in kinds if kind.startswith((PRACTICE, SIGN_IN))][:_MOST]
    return TaskChoice(tuple(dict.fromkeys(named if takes_several else named[:1])))


def check_tasks(ready: ReadyProgramme, choice: TaskChoice) -> TaskChoice:
    """The same choice, compared with the programme as it is now."""
    known = _items(ready, "")
    return TaskChoice(choice.values, unknown=any(value not in known for value in choice.values))


def task_items(ready: ReadyProgramme, programme_id: str, choice: TaskChoice) -> list[Item]:
    """The activities that the choices stand for."""
    return [item for value, item in _items(ready, programme_id).items() if value in choice.values]


def practice_choices(ready: ReadyProgramme, choice: TaskChoice) -> list[PracticeChoice]:
    """The practice activities to choose from."""
    return [
        PracticeChoice(
            value=_practice_value(activity),
            title=activity.title,
            credits=activity.credits,
            points=[(code, point_name(ready.rules, code)) for code in activity.focus_points],
            stages=activity.required_stages or ready.rules.settings.required_stages,
            is_chosen=_practice_value(activity) in choice.values,
        )
        for activity in ready.programme.practice_activities.values()
    ]


def class_choices(ready: ReadyProgramme, choice: TaskChoice) -> list[ClassChoice]:
    """The classes to choose from, each as a whole or by its sessions."""
    schools = ready.programme.schools
    found = []
    for offline in ready.programme.offline_classes.values():
        host = schools.get(offline.host_school or "")
        sessions = [
            SessionChoice(_class_value(offline, one), one, _class_value(offline, one) in choice.values)
            for one in offline.sessions
        ]
        whole = _class_value(offline)
        found.append(ClassChoice(whole, _title(offline), host.name if host else "", sessions, whole in choice.values))
    return found


def _items(ready: ReadyProgramme, programme_id: str) -> dict[str, Item]:
    """Everything that can be chosen, by its value in the form."""
    programme = ready.programme
    found = {
        _practice_value(activity): _practice_item(activity, programme_id)
        for activity in programme.practice_activities.values()
    }
    for offline in programme.offline_classes.values():
        found[_class_value(offline)] = _class_item(offline, programme_id)
        found |= {_class_value(offline, one): _class_item(offline, programme_id, one) for one in offline.sessions}
    return found


def _practice_value(activity: PracticeActivity) -> str:
    return PRACTICE + quote(activity.id, safe="")


def _class_value(offline: OfflineClass, session: OfflineSession | None = None) -> str:
    whole = SIGN_IN + quote(offline.id, safe="")
    return f"{whole}/{quote(session.id, safe='')}" if session else whole


def _practice_item(activity: PracticeActivity, programme_id: str) -> Item:
    worth = gettext("Practice task, worth %(number)s credits.", number=credits_text(activity.credits))
    return Item(title=activity.title, text=worth, custom={"programme": programme_id, "practice": activity.id})


def _class_item(offline: OfflineClass, programme_id: str, session: OfflineSession | None = None) -> Item:
    title = gettext("Sign-in: %(training)s", training=_title(offline))
    custom = {"programme": programme_id, "class": offline.id}
    if session is None:
        return Item(
            title=title, text=gettext("Face-to-face training: sign in with the code on the screen."), custom=custom
        )
    when = gettext("session %(number)s, %(moment)s", number=session.id, moment=moment(session.starts_at))
    return Item(title=f"{title} · {when}", custom={**custom, "session": session.id})


def _title(offline: OfflineClass) -> str:
    return offline.title or offline.id
