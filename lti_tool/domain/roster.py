"""The roster wins (domain.md §3a): what a statement says about school, stage and group is a hint."""

from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import Evidence


def differs_from_roster(evidence: Evidence, context: LearnerContext) -> bool:
    """Whether a statement's hints contradict the roster; the roster is used, and the statement flagged."""
    group = context.place_named(evidence.practice_group or evidence.hints.get("group")).group
    truth = {"school": group.school, "group": group.id, "school-stage": group.stage.value}
    hints = evidence.hints
    said = {name: hints[name] for name in truth if name in hints}
    if evidence.practice_school is not None:
        said["school"] = evidence.practice_school
    if evidence.practice_group is not None:
        said["group"] = evidence.practice_group
    mine = {context.participant.group, *context.participant.extra_groups}
    return any(value != truth[name] and not (name == "group" and value in mine) for name, value in said.items())
