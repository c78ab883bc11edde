"""Codes in the words of the sheets."""

from collections.abc import Mapping
from decimal import Decimal

STAGES: Mapping[str, str] = {
    "preschool": "学前",
    "primary": "小学",
    "secondary": "中学",
    "vocational": "中职",
}
AUDIENCES: Mapping[str, str] = {"teacher": "学科教师", "manager": "学校管理者"}
POSITIONS: Mapping[str, str] = {"principal": "校长", "deputy": "分管副校长", "middle": "中层管理者", "teacher": "教师"}
PRACTICE_STAGES: Mapping[str, str] = {
    "plan": "方案",
    "lesson": "课堂应用",
    "reflection": "反思",
    "upload": "成果",
    "peer-review": "互评",
}
COMPONENTS: Mapping[str, str] = {
    "online": "网络研修",
    "offline": "线下集中培训",
    "practice": "校本应用实践",
    "plan": "研修群体计划",
    "assess": "考核",
}
ASSESSMENTS: Mapping[str, str] = {"process": "过程考评", "final": "最终考评"}
STATUSES: Mapping[str, str] = {
    "not_started": "未开始",
    "in_progress": "进行中",
    "awaiting_assessment": "待考核",
    "qualified": "合格待录入",
    "recorded": "已录入",
    "correcting": "更正中",
}
ACTIONS: Mapping[str, str] = {
    "study": "继续网络研修",
    "attend": "参加线下培训或补课并签到",
    "make_up": "加入之前的场次，参加补课",
    "write_log": "补写日志",
    "practise": "完成校本应用实践",
    "get_approval": "请校级管理团队审核",
    "mend_plan": "请学校修正群体的关注要点",
    "await_assessment": "等待培训机构考核",
}


def yes(value: object) -> str:
    return "是" if value else "否"


def verdict(passed: bool | None) -> str:  # noqa: FBT001 - a verdict that was read
    """An assessment's verdict; empty where there is none yet."""
    return "" if passed is None else "合格" if passed else "不合格"


def amount(value: Decimal) -> str:
    """Credits without needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
