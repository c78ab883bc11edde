"""What a platform's answer to a score or a column means (platforms.md 6 and 10). Pure: answer in, reason code out."""

import re
from datetime import datetime

import orjson

from lti_tool.grades.wire import Answer
from lti_tool.lti.http import asked_wait

_UNAVAILABLE = frozenset({502, 503, 504})
_OLDER = re.compile(r"earlier timestamp|before last updated timestamp", re.IGNORECASE)
_UPDATED = re.compile(r"last updated timestamp of (\S+?)\\?[\"'\s}]", re.IGNORECASE)
_RATE = re.compile(r"rate limit", re.IGNORECASE)
_CONCLUDED = re.compile(r"has concluded", re.IGNORECASE)
_ATTEMPTS = re.compile(r"maximum number of allowed attempts", re.IGNORECASE)
_NOT_GRADABLE = re.compile(r"not a student|user not found|incorrect score received", re.IGNORECASE)
_UNREADABLE_LIMIT = 400


def refusal_of_score(answer: Answer) -> str | None:
    """None when the score was taken, else a code of `reasons`."""
    status, text = _real_status(answer), answer.text
    if 200 <= status < 300:
        return "unreadable" if _is_page(answer) else None
    if status == 409 or _OLDER.search(text):
        return "older"
    if status in {400, 422}:
        return _refusal_of_content(text)
    if status == 500 and _is_from_service(answer):  # Moodle's gradebook took it not: the service itself is well
        return "locked"
    return _refusal_of_column(status, answer) or "bad_score"


def refusal_of_column(answer: Answer) -> str | None:
    """None when a line item call succeeded, else a code of `reasons`."""
    status = _real_status(answer)
    if 200 <= status < 300:
        return "unreadable" if _is_page(answer) else None
    return _refusal_of_column(status, answer) or "no_create"


def _refusal_of_content(text: str) -> str:
    if _CONCLUDED.search(text):
        return "course_gone"
    if _ATTEMPTS.search(text):
        return "attempts_used"
    is_silent = not text.strip("[]{} \r\n")  # Moodle behind a proxy that drops what its status line says
    return "not_gradable" if is_silent or _NOT_GRADABLE.search(text) else "bad_score"


def _refusal_of_column(status: int, answer: Answer) -> str | None:
    if status == 429 or (status == 403 and _is_throttled(answer)):
        return "throttled"
    if status in {401, 403, 412}:
        return "no_access"
    if status == 404:
        return _what_is_gone(answer)
    if status in _UNAVAILABLE:
        return "platform_down"
    if status >= 500:
        return "server_fault"
    return "unreadable" if 300 <= status < _UNREADABLE_LIMIT else None


def _what_is_gone(answer: Answer) -> str:
    if _is_page(answer):  # what Moodle makes of any mistake in its own code
        return "server_fault"
    text = answer.text.lower()
    return "course_gone" if "course" in text and "grade item" not in text else "item_gone"


def _is_throttled(answer: Answer) -> bool:
    """Canvas says 403 for both "forbidden" and "too fast" (platforms.md 6, Limits)."""
    empty = answer.headers.get("x-rate-limit-remaining", "").startswith(("0.0", "-")) or (
        answer.headers.get("x-rate-limit-remaining") == "0"
    )
    return empty or "retry-after" in answer.headers or bool(_RATE.search(answer.text))


def _is_page(answer: Answer) -> bool:
    """A page for people instead of an answer: a login form or a notice, often with status 200."""
    return answer.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _is_from_service(answer: Answer) -> bool:
    """Whether the answer is the grade service's own, and not that of something that broke around it."""
    return answer.headers.get("content-type", "").startswith("application/vnd.ims.lis.")


def _real_status(answer: Answer) -> int:
    """Moodle can fail behind a 200 whose body tells the real status (platforms.md 6)."""
    if answer.status == 200 and answer.body.startswith(b"{"):
        try:
            told = orjson.loads(answer.body).get("status")
        except ValueError:
            return answer.status
        if isinstance(told, int) and told >= 400:
            return told
    return answer.status


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds that a platform asks to be left alone; None if it does not ask."""
    return asked_wait(answer.headers, now)


def newer_than(text: str) -> datetime | None:
    """The time that a refusal of an older score names (Canvas); None if it names none."""
    found = _UPDATED.search(text)
    try:
        moment = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
