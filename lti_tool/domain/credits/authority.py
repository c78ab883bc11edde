"""由校级管理团队组织，培训机构协助 (R-065, R-066): who may approve practice."""

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Evidence

#: Positions of the school management team 校级管理团队 (R-042).
TEAM_POSITIONS = frozenset({"principal", "deputy", "middle"})


def lacks_authority(evidence: Evidence, context: LearnerContext, school: str) -> Reason | None:
    """Why a verdict by this person does not count, or None.

    A member of the school's management team approves, until they leave it; nobody their own; the institution only
    where a setting lets it.
    """
    if evidence.by_person is not None and evidence.by_person == context.participant.id:
        return Reason.SELF_APPROVAL
    person = context.people.get(evidence.by_person or "")
    if person is None:
        return Reason.NOT_AN_APPROVER
    if person.role == "institution" and context.rules.settings.institution_approval == "on":
        return None
    in_team = person.position in TEAM_POSITIONS and person.school == school
    had_left = person.left_at is not None and evidence.timestamp >= person.left_at
    return None if in_team and not had_left else Reason.NOT_AN_APPROVER
