"""What a learner's credits depend on besides their evidence: their place in the programme, shared where it can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from lti_tool.domain.courses import CourseFinder
from lti_tool.domain.cycle import Cycle, build_cycle, zone_of
from lti_tool.domain.points import school_points, stage_binds, stage_of, valid_points
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.structure import Structure
from lti_tool.domain.times import midnight, to_microseconds
from lti_tool.domain.values import Group, OfflineClass, OfflineSession, Participant, Person, Programme, School, Stage


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """What is the same for everybody of one group 研修群体."""

    group: Group
    school: School
    stage: Stage  # column of the matrix
    stage_binds: bool  # a point not ticked for it does not count
    own_points: frozenset[str]  # the group's valid points
    school_focus_points: frozenset[str]  # 学校关注要点
    practice_points: frozenset[str]  # those that practice must match: the school's, or the group's own
    classes: tuple[OfflineClass, ...]  # of the school
    structure: Structure


@dataclass(frozen=True, slots=True)
class LearnerContext:
    """One participant's place in the programme. `entered` is what has been entered for them 已录入, if anything."""

    participant: Participant
    place: GroupPlace
    index: "ProgrammeIndex"
    entered: Decimal | None = None

    @property
    def programme(self) -> Programme:
        return self.index.programme

    @property
    def rules(self) -> RuleSet:
        return self.index.rules

    @property
    def people(self) -> Mapping[str, Person]:
        """Who may have spoken: management teams and staff, by id."""
        return self.index.people

    @property
    def cycle(self) -> Cycle:
        return self.index.cycle

    @property
    def courses(self) -> CourseFinder:
        return self.index.courses

    @property
    def group(self) -> Group:
        return self.place.group

    @property
    def school(self) -> School:
        return self.place.school

    @property
    def school_focus_points(self) -> frozenset[str]:
        return self.place.school_focus_points

    @property
    def structure(self) -> Structure:
        return self.place.structure

    def place_named(self, group: str | None) -> GroupPlace:
        """Where a statement that names `group` was done: there, if the roster knows the participant there; else here.

        Somebody who changed schools keeps the earlier group beside the new one; practice done there is judged by that
        school and its team, unless `transfer_policy = "current_school"` (A-25).
        """
        if group in self.participant.extra_groups and self.rules.settings.transfer_policy == "evidence_date":
            return self.index.places.get(group or "", self.place)
        return self.place

    def was_before_they_joined(self, session: OfflineSession) -> bool:
        """Whether an offline session was over when this participant joined: it was not theirs to attend.

        Nothing else follows from the day. The guide gives no discount to those who join late, and what is on record
        of them counts whenever in the cycle it happened; a sign-in of such a session counts too.
        """
        joined = self.participant.joined
        if joined is None:
            return False
        zone = ZoneInfo(zone_of(self.programme, self.rules.settings))
        return to_microseconds(session.ends_at) <= midnight(joined, zone)

    @property
    def offline_classes(self) -> tuple[OfflineClass, ...]:
        """The offline classes that are meant for this participant."""
        return tuple(filter(self._is_listed, self.place.classes))

    @property
    def earlier_classes(self) -> tuple[OfflineClass, ...]:
        """Classes of the schools of their further groups, such as the one before a move.

        What they attended there moves with them (A-25); what they did not is no longer theirs to attend.
        """
        places = (self.index.places[group] for group in self.participant.extra_groups if group in self.index.places)
        found = {offline.id: offline for place in places for offline in place.classes if self._is_listed(offline)}
        return tuple(offline for offline in found.values() if offline not in self.place.classes)

    def _is_listed(self, offline: OfflineClass) -> bool:
        return offline.participants is None or self.participant.id in offline.participants


@dataclass(frozen=True, slots=True)
class ProgrammeIndex:
    """What all learners of a programme share, computed once."""

    programme: Programme
    rules: RuleSet
    people: Mapping[str, Person]
    cycle: Cycle
    courses: CourseFinder
    places: Mapping[str, GroupPlace]
    class_logs: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def build(
        cls,
        programme: Programme,
        rules: RuleSet,
        people: Mapping[str, Person] | None = None,
        class_logs: frozenset[tuple[str, str]] = frozenset(),
        aliases: Mapping[str, str] | None = None,
    ) -> "ProgrammeIndex":
        """The index of a programme under `rules` (its settings applied).

        `people` are the management teams and the staff, by id; `class_logs` the (class, session) pairs for which a
        trainer's log is on record (`log_required = "class"`); `aliases` the activities that count for a course
        without being listed, by its IRI.
        """
        return cls(
            programme=programme,
            rules=rules,
            people=people or {},
            cycle=build_cycle(programme, rules.settings),
            courses=CourseFinder(programme.courses, aliases),
            places=_places(programme, rules),
            class_logs=class_logs,
        )

    def context(self, participant: Participant, entered: Decimal | None = None) -> LearnerContext:
        """The context of one participant; KeyError where their group is not in the plan."""
        return LearnerContext(participant, self.places[participant.group], self, entered)


def _places(programme: Programme, rules: RuleSet) -> dict[str, GroupPlace]:
    by_school = school_points(programme, rules)
    return {group.id: _place(group, programme, rules, by_school) for group in programme.groups.values()}


def _place(group: Group, programme: Programme, rules: RuleSet, by_school: Mapping[str, frozenset[str]]) -> GroupPlace:
    classes = programme.offline_classes.values()
    own = valid_points(group, programme, rules)
    of_group = rules.settings.practice_focus_scope == "group"
    return GroupPlace(
        group=group,
        school=programme.schools[group.school],
        stage=stage_of(group, programme, rules),
        stage_binds=stage_binds(group.id, programme, rules),
        own_points=own,
        school_focus_points=by_school[group.school],
        practice_points=own if of_group else by_school[group.school],
        classes=tuple(offline for offline in classes if group.school in offline.schools),
        structure=rules.structure_for(group.audience),
    )
