"""What platforms answer, and what it means (platforms.md 6 and 10)."""

from datetime import UTC, datetime

import pytest

from lti_tool.grades.ags import next_page, read_results, results_call
from lti_tool.grades.answers import newer_than, refusal_of_column, refusal_of_score, retry_after
from lti_tool.grades.reasons import REASONS, Action
from lti_tool.grades.wire import Answer

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
HTML = "<!DOCTYPE html><html><title>Log in</title></html>"
LIMIT = "403 Forbidden (Rate Limit Exceeded)"
CANVAS_OLDER = (
    '{"errors":{"type":"bad_request","message":"Provided timestamp of 2026-11-24T01:00:00.000Z'
    ' before last updated timestamp of 2026-11-24T01:30:00.123Z"}}'
)

SCORES: list[tuple[str, int, str, dict[str, str], str | None]] = [
    ("Moodle took it", 200, "", {}, None),
    ("Canvas took it", 200, '{"resultUrl":"https://c/1"}', {}, None),
    ("taken, without content", 204, "", {}, None),
    ("a login page is no grade", 200, HTML, {}, "unreadable"),
    ("a redirect is no grade", 302, "", {}, "unreadable"),
    ("Moodle's failure behind a 200", 200, '{"status":400,"reason":"Incorrect score received{}"}', {}, "not_gradable"),
    ("Moodle, older", 409, '{"status":409,"reason":"Refusing score with an earlier timestamp for item 3 and user 11"}',
     {}, "older"),
    ("Canvas, older", 400, CANVAS_OLDER, {}, "older"),
    ("Moodle, not gradable", 400, '{"reason":"Incorrect score received{}"}', {}, "not_gradable"),
    ("Canvas, not a student", 422, '{"errors":{"message":"User not found in course or is not a student"}}', {},
     "not_gradable"),
    ("Canvas, attempts", 422, "The maximum number of allowed attempts has been reached for this submission", {},
     "attempts_used"),
    ("Canvas, course over", 422, "This course has concluded. AGS requests will no longer be accepted for this course.",
     {}, "course_gone"),
    ("another 422", 422, "ScoreGiven must be greater than or equal to 0", {}, "bad_score"),
    ("Moodle, column gone", 404, '{"reason":"Not Found: Grade item 3 doesn\'t exist"}', {}, "item_gone"),
    ("Moodle, course gone", 404, '{"reason":"Not Found: Course 42 doesn\'t exist"}', {}, "course_gone"),
    ("Canvas, column gone", 404, '{"errors":[{"message":"The specified resource does not exist."}]}', {}, "item_gone"),
    ("Canvas, too fast", 403, LIMIT, {}, "throttled"),
    ("bucket empty", 403, "Forbidden", {"x-rate-limit-remaining": "0.0"}, "throttled"),
    ("asked to wait", 403, "Forbidden", {"retry-after": "3"}, "throttled"),
    ("too many requests", 429, "", {}, "throttled"),
    ("forbidden", 403, "Forbidden", {"x-rate-limit-remaining": "600.0"}, "no_access"),
    ("no scope", 401, "Insufficient permissions", {}, "no_access"),
    ("locked in Moodle", 500, "[]", {"content-type": "application/vnd.ims.lis.v1.score+json; charset=utf-8"}, "locked"),
    ("broken", 500, "Internal Server Error", {"content-type": "text/html"}, "server_fault"),
    ("overloaded", 503, HTML, {}, "platform_down"),
    ("gateway", 502, HTML, {}, "platform_down"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "headers", "expected"), [c[1:] for c in SCORES], ids=[c[0] for c in SCORES])
def test_answer_to_a_score(status: int, body: str, headers: dict[str, str], expected: str | None) -> None:
    assert refusal_of_score(Answer(status, headers, body.encode())) == expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "[]", None),
        (201, "{}", None),
        (200, HTML, "unreadable"),
        (400, '{"reason":"No label or Score Maximum"}', "no_create"),
        (401, "", "no_access"),
        (412, "", "no_access"),
        (404, "Not Found: Course 42 doesn't exist", "course_gone"),
        (404, "<!DOCTYPE html><title>Error</title> Course", "server_fault"),
        (503, "", "platform_down"),
    ],
)
def test_answer_about_a_column(status: int, body: str, expected: str | None) -> None:
    assert refusal_of_column(Answer(status, {}, body.encode())) == expected


@pytest.mark.parametrize(
    ("status", "phrase", "body", "reason", "text"),
    [
        (400, 'Incorrect score received{"userId":"9"}', "[]", "not_gradable", 'Incorrect score received{"userId":"9"}'),
        (400, "Bad Request", "[]", "not_gradable", "[]"),
        (409, "Refusing score with an earlier timestamp for item 2 and user 5", "[]", "older", None),
        (500, "Internal Server Error", "[]", "server_fault", "[]"),
        (404, "Not Found: Course 42 doesn't exist", "[]", "course_gone", None),
        (422, "Unprocessable Entity", '{"errors":"no"}', "bad_score", '{"errors":"no"}'),
    ],
)
def test_moodle_says_why_in_its_status_line(status: int, phrase: str, body: str, reason: str, text: str | None) -> None:
    answer = Answer(status, {}, body.encode(), phrase)

    assert refusal_of_score(answer) == reason
    assert answer.text == (phrase if text is None else text)


def test_every_refusal_says_what_it_means_and_what_to_do() -> None:
    for reason in REASONS.values():
        assert reason.sentence
        assert reason.meaning
        assert reason.advice
        assert reason.actions
        # Whatever is not tried again by itself can be by a person.
        assert reason.patience or reason.code == "left" or set(reason.actions) - {Action.WAIT}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("Tue, 24 Nov 2026 02:01:00 GMT", 60.0), ("Tue, 24 Nov 2026 01:00:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_in_both_its_forms(text: str, seconds: float | None) -> None:
    assert retry_after(Answer(429, {"retry-after": text}), NOW) == seconds


def test_the_time_that_canvas_names_is_understood() -> None:
    assert newer_than(CANVAS_OLDER) == datetime(2026, 11, 24, 1, 30, 0, 123000, tzinfo=UTC)
    assert newer_than("Refusing score with an earlier timestamp") is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<https://lms/r?from=100>; rel="next"', "https://lms/r?from=100"),
        ("<https://lms/r?from=100>; rel=“next”".encode().decode("latin-1"), "https://lms/r?from=100"),
        ('<https://lms/a>; rel="current",<https://lms/B?page=2>; rel="next",<https://lms/a>; rel="last"',
         "https://lms/B?page=2"),
        ('<https://lms/a>; rel="first",<https://lms/a>; rel="last"', None),
        ("</r?from=5>; rel=next", "https://lms/r?from=5"),
        ("", None),
    ],
)  # fmt: skip
def test_the_next_page_in_all_dialects(link: str, expected: str | None) -> None:
    following = next_page(Answer(200, {"link": link}), results_call("https://lms/item"))

    assert (following and following.url) == expected


def test_results_without_a_score_are_nobodys() -> None:
    found = read_results(Answer(200, {}, b'[{"userId":"1"},{"userId":2,"resultScore":3,"resultMaximum":50},{}]'))

    assert [(result.sub, result.value) for result in found] == [("1", None), ("2", 3)]
