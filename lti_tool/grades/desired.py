"""What should stand in the gradebook: from computed credits to one desired grade per column. Pure."""

from lti_tool.grades.comments import Figures, component_comment, total_comment
from lti_tool.grades.values import Grade, Progress, Tag


def desired_grade(figures: Figures, tag: Tag, *, sent_before: bool) -> Grade | None:
    """The grade that a column should show, or None as long as there is nothing to show.

    Nothing is sent for a learner without credits: Canvas shows a 0 oddly and Moodle averages it. Once anything was
    sent, a fall to 0 (all evidence voided) is sent like any other value.
    """
    grade = _total(figures) if tag is Tag.TOTAL else _component(figures, tag)
    return grade if grade.value or sent_before else None


def _total(figures: Figures) -> Grade:
    """The accrued credits; what is to be recorded, with `gradebook_value = "recorded"` (A-19)."""
    value = figures.accrued if figures.shown is None else figures.shown
    progress = Progress.IN_PROGRESS if figures.unmet else Progress.COMPLETED
    return Grade(value, figures.maximum, total_comment(figures), progress)


def _component(figures: Figures, tag: Tag) -> Grade:
    value, maximum = {
        Tag.ONLINE: (figures.online, figures.online_maximum),
        Tag.OFFLINE: (figures.offline, figures.offline_maximum),
        Tag.PRACTICE: (figures.practice, figures.practice_maximum),
    }[tag]
    progress = Progress.IN_PROGRESS if tag.value in figures.unmet else Progress.COMPLETED
    return Grade(value, maximum, component_comment(figures, tag), progress)
