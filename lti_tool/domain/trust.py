"""Whose word counts for what (domain.md §3a "Trust", A-24)."""

from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Component, Evidence, Kind

#: What a learner's own browser may state: study, practice handed in, training logs. Nothing that judges.
_BY_LEARNERS = frozenset({Kind.ONLINE, Kind.STAGE, Kind.LOG})


def distrust(evidence: Evidence, component: Component) -> Reason | None:
    """Why the sender's word does not count for a component, or None.

    Content vouches for online study, an institution for attendance and assessments, the school team for approvals;
    a statement from the learner's own browser never proves attendance, an approval or an assessment.
    """
    if evidence.learner_token:
        return None if evidence.kind in _BY_LEARNERS else Reason.LEARNER_MAY_NOT
    return None if component in evidence.trusted_as else Reason.SOURCE_NOT_TRUSTED
