"""domain.md, "Grade pass-back rules": which score stands in the gradebook for which credits."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest

from lti_tool.grades import ags
from lti_tool.grades.comments import Figures
from lti_tool.grades.desired import desired_grade
from lti_tool.grades.values import Grade, Progress, Tag
from lti_tool.lti.platforms import find_quirks

D = Decimal
NOTHING = Figures(
    accrued=D(0),
    maximum=D(50),
    online=D(0),
    online_maximum=D(17),
    online_seconds=0,
    online_required=54_000,
    offline=D(0),
    offline_maximum=D(8),
    practice=D(0),
    practice_maximum=D(25),
    practice_surplus=D(0),
    unmet=("online", "offline", "practice", "assess"),
)
ALMOST = replace(NOTHING, accrued=D(33), online_seconds=53_999, offline=D(8), practice=D(25), unmet=("online",))
WHOLE = replace(ALMOST, accrued=D(50), online=D(17), online_seconds=54_000, unmet=())
PLAN = replace(WHOLE, unmet=("plan",))
UNASSESSED = replace(WHOLE, unmet=("assess",))


@pytest.mark.parametrize(
    ("figures", "value", "progress", "comment"),
    [
        (ALMOST, 33, "InProgress", "33 学分（网络 0 / 线下 8 / 实践 25）· 还差：网络研修 1 分钟"),
        (WHOLE, 50, "Completed", "合格，50 学分（网络 17 / 线下 8 / 实践 25）"),
        (UNASSESSED, 50, "InProgress", "50 学分（网络 17 / 线下 8 / 实践 25）· 还差：考核"),
        (PLAN, 50, "InProgress", "50 学分（网络 17 / 线下 8 / 实践 25）· 还差：研修群体的关注要点"),
        (
            replace(WHOLE, unmet=("practice",)),  # teacher_min_focus
            50,
            "InProgress",
            "50 学分（网络 17 / 线下 8 / 实践 25）· 还差：校本应用实践的更多关注要点",
        ),
        (
            replace(NOTHING, accrued=D("6.5"), offline=D("6.5"), online_seconds=17_280),
            "6.5",
            "InProgress",
            "6.5 学分（网络 0 / 线下 6.5 / 实践 0）"
            "· 还差：网络研修 612 分钟、线下集中培训 1.5 学分、校本应用实践 25 学分、考核",
        ),
    ],
)
def test_the_total_shows_accrued_credits_with_a_sentence(
    figures: Figures, value: object, progress: str, comment: str
) -> None:
    assert desired_grade(figures, Tag.TOTAL, sent_before=False) == Grade(
        D(str(value)), D(50), comment, Progress(progress)
    )


@pytest.mark.parametrize(
    ("tag", "value", "maximum", "progress", "comment"),
    [
        (Tag.ONLINE, None, None, None, None),
        (Tag.OFFLINE, 8, 8, "Completed", "线下集中培训 8/8 学分"),
        (Tag.PRACTICE, 25, 25, "Completed", "校本应用实践 25/25 学分"),
    ],
)
def test_components_have_columns_of_their_own(
    tag: Tag, value: int | None, maximum: int, progress: str, comment: str
) -> None:
    grade = desired_grade(ALMOST, tag, sent_before=False)

    assert grade == (value and Grade(D(value), D(maximum), comment, Progress(progress)))


def test_practice_beyond_the_structure_is_named_but_not_scored() -> None:
    grade = desired_grade(replace(WHOLE, practice_surplus=D(5)), Tag.PRACTICE, sent_before=False)

    assert grade is not None
    assert (grade.value, grade.comment) == (D(25), "校本应用实践 25/25 学分（另有 5 学分不计入）")


@pytest.mark.parametrize("tag", Tag)
def test_nothing_yet_is_nothing_not_zero(tag: Tag) -> None:
    assert desired_grade(NOTHING, tag, sent_before=False) is None


def test_a_fall_to_zero_is_sent_once_something_was() -> None:
    grade = desired_grade(NOTHING, Tag.TOTAL, sent_before=True)

    assert grade is not None
    assert (grade.value, grade.progress) == (D(0), Progress.IN_PROGRESS)


@pytest.mark.parametrize(("seconds", "minutes"), [(53_999, 1), (53_940, 1), (53_939, 2), (0, 900)])
def test_missing_minutes_are_rounded_up_never_down(seconds: int, minutes: int) -> None:
    grade = desired_grade(replace(ALMOST, online_seconds=seconds), Tag.TOTAL, sent_before=False)

    assert grade is not None
    assert grade.comment.endswith(f"还差：网络研修 {minutes} 分钟")


WHEN = datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=UTC)


def body(product: str = "moodle", *, resend: bool = False) -> dict[str, object]:
    grade = desired_grade(ALMOST, Tag.TOTAL, sent_before=False)
    assert grade is not None
    call = ags.score_call(
        "https://lms/item?type_id=3", "11", grade, WHEN, find_quirks(product).score_extensions(resend=resend)
    )
    assert call.body is not None
    assert b"\n" not in call.body  # Moodle repeats a refused body in its status line
    return orjson.loads(call.body)


def test_a_score_is_always_fully_graded() -> None:
    sent = body()

    assert sent["gradingProgress"] == "FullyGraded"
    assert (sent["scoreGiven"], sent["scoreMaximum"], sent["activityProgress"]) == (33, 50, "InProgress")
    assert sent["comment"]


def test_its_time_has_fractions_and_a_zone() -> None:
    assert body()["timestamp"] == "2026-11-24T02:00:00.123Z"


def test_moodles_addresses_keep_their_query_behind_the_path() -> None:
    assert ags.below("https://lms/1/lineitems/7/lineitem?type_id=3", "scores") == (
        "https://lms/1/lineitems/7/lineitem/scores?type_id=3"
    )


@pytest.mark.parametrize(("resend", "expected"), [(True, {"new_submission": False}), (False, {})])
def test_a_resend_to_canvas_is_no_new_attempt(resend: bool, expected: dict[str, object]) -> None:
    said = body("canvas", resend=resend)["https://canvas.instructure.com/lti/submission"]
    assert said == {"prioritize_non_tool_grade": True, **expected}
    assert "https://canvas.instructure.com/lti/submission" not in body("moodle", resend=True)


@pytest.mark.parametrize(("shown", "sent_before", "value"), [(50, False, 50), (0, False, None), (0, True, 0)])
def test_the_gradebook_may_show_what_is_recorded(shown: int, sent_before: bool, value: int | None) -> None:
    """A-19: 50 or nothing, and nothing is sent before somebody has passed."""
    grade = desired_grade(replace(WHOLE, shown=D(shown)), Tag.TOTAL, sent_before=sent_before)

    assert (grade and grade.value) == (None if value is None else D(value))
