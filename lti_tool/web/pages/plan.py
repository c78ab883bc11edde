"""The plan of schools: teams, groups, focus points, and every breach of the regulation in plain sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.credits.status import NEVER_WAIVED
from lti_tool.domain.plan import Breach, check_plan
from lti_tool.domain.points import valid_points
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Group, OfflineClass, Participant, PracticeActivity, Programme, School
from lti_tool.programmes.store import to_participant
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people, programmes
from lti_tool.web.contexts import BreachLine, PlanGroup, PlanPage, PlanSchool
from lti_tool.web.language import is_chinese
from lti_tool.web.pages.points import point_name
from lti_tool.web.services import Services

_AT_ONCE = 10  # schools
_CHUNK = 2000
_POSITIONS = ("principal", "deputy", "middle")


def plan_page(services: Services, programme_id: str, *, only_school: str | None, after: str) -> PlanPage:
    """The plan of the programme's schools; of `only_school` alone, with nothing about others, where one is named."""
    ready = services.credits.programme(programme_id)
    programme, rules = ready.programme, ready.rules
    roster = list(_roster(services.db, programme_id))
    known = {person.id: person for person in roster}
    by_school: dict[str, list[BreachLine]] = {}
    today = services.clock().astimezone(ZoneInfo(programme.zone)).date()
    with services.db.read() as conn:
        elsewhere = programmes.count_other_programmes(conn, programme_id)
    for breach in check_plan(programme, roster, rules, today=today, elsewhere=elsewhere):
        for school in _schools_of(breach, programme, known):
            by_school.setdefault(school, []).append(_line(breach, programme, rules, known))
    seen = [school for school in programme.schools.values() if only_school in {None, school.id}]
    following = [school for school in sorted(seen, key=lambda school: school.id) if school.id > after]
    shown = following[:_AT_ONCE]
    return PlanPage(
        programme=programme.title,
        regulation=rules.title.get("zh" if is_chinese() else "en", rules.id),
        breaches=[] if only_school or after else by_school.get("", []),
        schools=[_school(school, programme, rules, roster, by_school.get(school.id, [])) for school in shown],
        following=shown[-1].id if len(following) > len(shown) else None,
    )


def _roster(db: Database, programme_id: str) -> Iterator[Participant]:
    """Everybody who is on the roster now, in pieces, since class sizes depend on all of them."""
    last = ""
    with db.read() as conn:
        while rows := people.list_participants(conn, programme_id, after=last, limit=_CHUNK):
            yield from (to_participant(row) for row in rows if row["left_at"] is None)
            last = rows[-1]["id"]


def _schools_of(breach: Breach, programme: Programme, known: Mapping[str, Participant]) -> Sequence[str]:
    """The schools that a breach concerns; "" stands for the programme as a whole."""
    match breach.subject_kind:
        case "school":
            return (breach.subject,)
        case "class":
            return programme.offline_classes[breach.subject].schools
        case "group" | "participant":
            person = known.get(breach.subject)
            group = programme.groups.get(person.group if person else breach.subject)
            return (group.school if group else "",)
    return ("",)


def _line(breach: Breach, programme: Programme, rules: RuleSet, known: Mapping[str, Participant]) -> BreachLine:
    quote = rules.terms.get("quotes", {}).get(breach.requirement)
    return BreachLine(
        code=breach.code,
        subject=_subject(breach, programme, known),
        sentence=breach.sentence_zh if is_chinese() else breach.sentence_en,
        severity=breach.severity,
        is_set_aside=breach.waived_by is not None and breach.code not in NEVER_WAIVED,
        waiver=(breach.waived_by, breach.waiver_reason or "") if breach.waived_by else None,
        source=(quote.zh if is_chinese() else quote.en) if quote else None,
    )


def _subject(breach: Breach, programme: Programme, known: Mapping[str, Participant]) -> str:
    """The name of what is in breach; its id where it has none."""
    rooms: Mapping[str, Mapping[str, School | Group | OfflineClass | PracticeActivity | Participant]] = {
        "school": programme.schools,
        "group": programme.groups,
        "class": programme.offline_classes,
        "practice_activity": programme.practice_activities,
        "participant": known,
    }
    if breach.subject_kind == "programme":
        return programme.title
    found = rooms[breach.subject_kind].get(breach.subject)
    name = getattr(found, "name", None) or getattr(found, "title", None)
    return str(name or breach.subject)


def _school(
    school: School,
    programme: Programme,
    rules: RuleSet,
    roster: Sequence[Participant],
    breaches: Sequence[BreachLine],
) -> PlanSchool:
    groups = [group for group in programme.groups.values() if group.school == school.id]
    own = {group.id for group in groups}
    people_here = [person for person in roster if person.group in own]
    team = sorted(
        (person for person in people_here if person.position in TEAM_POSITIONS),
        key=lambda person: (_POSITIONS.index(person.position), person.name),
    )
    return PlanSchool(
        name=school.name,
        staff=school.staff,
        team=[(person.name, person.position) for person in team],
        groups=[_group(group, programme, rules, people_here) for group in groups],
        breaches=breaches,
    )


def _group(group: Group, programme: Programme, rules: RuleSet, people_here: Iterable[Participant]) -> PlanGroup:
    valid = valid_points(group, programme, rules)
    return PlanGroup(
        name=group.name,
        stage=group.stage.value,
        people=sum(person.group == group.id for person in people_here),
        points=[(code, point_name(rules, code), code in valid) for code in group.focus_points],
    )
