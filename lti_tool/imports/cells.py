"""What a cell says: a moment, a day, a word of a list. What it cannot say is a reason to set its row aside."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from lti_tool.imports.columns import layouts, normalise, show_words, words
from lti_tool.imports.reasons import Reason, because
from lti_tool.imports.tables import Line

_T = TypeVar("_T")
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?\s*[分秒]?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
_SEPARATORS = re.compile(r"[;；、\n]")


@dataclass(slots=True)
class Reader:
    """Reads the cells of one row; `problems` collects what is wrong with them."""

    kind: str
    line: Line
    zone: ZoneInfo
    problems: list[Reason] = field(default_factory=list)

    def required(self, code: str) -> str:
        """A text that must be there."""
        text = self.line[code]
        if not text:
            self.problems.append(because("missing", column=self.label(code)))
        return text

    def moment(self, code: str, *, day_alone: bool = False) -> datetime | None:
        """A moment, aware, in UTC, to the second; without a zone it is in the programme's.

        `day_alone`: a day without time is its beginning.
        """
        return self._read(code, "bad_time", lambda text: parse_moment(text, self.zone, day_alone=day_alone))

    def day(self, code: str) -> date | None:
        return self._read(code, "bad_date", parse_day)

    def word(self, code: str, listed: str | None = None) -> str | None:
        """The code of one of the words that may stand there."""
        text = self.line[code]
        found = words(listed or code).get(normalise(text)) if text else None
        if text and found is None:
            said = {"column": self.label(code), "text": text, "words": show_words(listed or code)}
            self.problems.append(because("bad_word", **said))
        return found

    def listed(self, code: str) -> list[str]:
        """The parts of a cell that names several things."""
        return [part.strip() for part in _SEPARATORS.split(self.line[code]) if part.strip()]

    def label(self, code: str) -> str:
        """What a column is called in Chinese."""
        return layouts()[self.kind].names[code][0]

    def _read(self, code: str, problem: str, parse: Callable[[str], _T | None]) -> _T | None:
        text = self.line[code]
        found = parse(text) if text else None
        if text and found is None:
            self.problems.append(because(problem, column=self.label(code), text=text))
        return found


def parse_moment(text: str, zone: ZoneInfo, *, day_alone: bool = False) -> datetime | None:
    """The moment of a text such as 2026-11-07 08:30, 2026/11/7 8:30:00 or 2026-11-07T08:30+08:00; else None."""
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match[4] is None and not day_alone):
        return None
    numbers = [int(number or 0) for number in match.groups()[:6]]
    try:
        offset = datetime.strptime(match[7].replace("Z", "+0000"), "%z").tzinfo if match[7] else None
        year, month, day, hour, minute, second = numbers
        return datetime(year, month, day, hour, minute, second, tzinfo=offset or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: str) -> date | None:
    """The day of a text such as 2026-11-07, 2026/11/7 or 2026年11月7日; a time beside it is passed over."""
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return None if match is None else date(*(int(number) for number in match.groups()[:3]))
    except ValueError:
        return None


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but blanks, capitals and the width of letters."""
    return normalise(one) == normalise(other)
