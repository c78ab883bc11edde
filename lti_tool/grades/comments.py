"""The sentence beside a grade in the LMS: what the number is made of, and what is still missing.

Always Chinese, whatever the reader's page language: it is a text in the gradebook, written once for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.grades.values import Tag

LABELS: Mapping[Tag, str] = {
    Tag.TOTAL: "学分",
    Tag.ONLINE: "网络研修",
    Tag.OFFLINE: "线下集中培训",
    Tag.PRACTICE: "校本应用实践",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One learner's computed credits, as the gradebook shows them. Minutes are kept in seconds."""

    accrued: Decimal
    maximum: Decimal
    online: Decimal
    online_maximum: Decimal
    online_seconds: int
    online_required: int
    offline: Decimal
    offline_maximum: Decimal
    practice: Decimal
    practice_maximum: Decimal
    practice_surplus: Decimal
    unmet: tuple[str, ...]
    shown: Decimal | None = None  # in the total's column, where that is not `accrued`


def total_comment(figures: Figures) -> str:
    """「33 学分（网络 0 / 线下 8 / 实践 25）· 还差：网络研修 1 分钟」, or 「合格，50 学分（…）」."""
    parts = "网络 {} / 线下 {} / 实践 {}".format(*map(plain, (figures.online, figures.offline, figures.practice)))
    sentence = f"{plain(figures.accrued)} 学分（{parts}）"
    missing = list_missing(figures)
    return f"{sentence}· 还差：{'、'.join(missing)}" if missing else f"合格，{sentence}"


def list_missing(figures: Figures) -> list[str]:
    """What is missing, in the order of the credit structure, each with its amount."""
    practice = figures.practice_maximum - figures.practice
    amounts = {
        "online": f"网络研修 {missing_minutes(figures)} 分钟",
        "offline": f"线下集中培训 {plain(figures.offline_maximum - figures.offline)} 学分",
        # without any credits lacking it is focus points that do
        "practice": f"校本应用实践 {plain(practice)} 学分" if practice else "校本应用实践的更多关注要点",
        "plan": "研修群体的关注要点",
        "assess": "考核",
    }
    return [amounts.get(name, name) for name in figures.unmet]


def missing_minutes(figures: Figures) -> int:
    """Whole minutes still to study; 899 min 59 s of 900 is one more, never none."""
    return -(-max(0, figures.online_required - figures.online_seconds) // 60)


def component_comment(figures: Figures, tag: Tag) -> str:
    """「网络研修 612/900 分钟」, 「线下集中培训 6/8 学分」, 「校本应用实践 25/25 学分（另有 5 学分不计入）」."""
    if tag is Tag.ONLINE:
        return f"网络研修 {figures.online_seconds // 60}/{figures.online_required // 60} 分钟"
    if tag is Tag.OFFLINE:
        return f"线下集中培训 {plain(figures.offline)}/{plain(figures.offline_maximum)} 学分"
    surplus = f"（另有 {plain(figures.practice_surplus)} 学分不计入）" if figures.practice_surplus else ""
    return f"校本应用实践 {plain(figures.practice)}/{plain(figures.practice_maximum)} 学分{surplus}"


def plain(number: Decimal) -> str:
    """A decimal as people write it: 33, 49.9, never 33.0 or 3E+1."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
