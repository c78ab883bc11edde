"""Why a row is set aside, in the words of whoever mends it: Chinese first, English after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_TEXTS: Mapping[str, tuple[str, str]] = {
    # any sheet
    "missing": ("缺少{column}。", "{column} is missing."),
    "bad_time": (
        "{column}“{text}”不是日期和时间，应如 2026-11-07 08:30。",
        "“{text}” is no date and time such as 2026-11-07 08:30.",
    ),
    "bad_date": ("{column}“{text}”不是日期，应如 2026-11-07。", "“{text}” is no date such as 2026-11-07."),
    "bad_word": ("{column}“{text}”应为：{words}。", "“{text}” must be one of: {words}."),
    "twice": (
        "本文件的另一行（{place}）与此行不一致，只能保留一行。",
        "Another row of this file ({place}) says otherwise.",
    ),
    "unknown_participant": ("名单中没有教师编号“{id}”。", "No participant has the number “{id}”."),
    "unknown_account": ("名单中没有平台账号“{account}”。", "No participant has the account “{account}”."),
    "several_accounts": (
        "平台账号“{account}”在不同平台上属于不同的人，请填写平台地址。",
        "The account “{account}” is several people's on different platforms; give the platform's address.",
    ),
    "nobody_named": ("缺少教师编号或平台账号。", "Neither a participant's number nor an account is given."),
    "other_name": ("名单中此人姓名为“{name}”，与本行不一致。", "The roster calls this person “{name}”."),
    "outside_cycle": (
        "{column}不在项目周期内（{first} 至 {last}），不会计入。",
        "The time lies outside the programme ({first} to {last}) and would not count.",
    ),
    "taken_back": (
        "同样的记录已被作废，不会再次导入；如确属有效，请与管理员联系。",
        "The same record was taken back by somebody; ask the administrator.",
    ),
    # attendance
    "unknown_class": ("项目中没有班级“{id}”。", "The programme has no class “{id}”."),
    "unknown_session": ("班级“{class_id}”没有场次“{id}”。", "The class “{class_id}” has no session “{id}”."),
    "not_in_class": ("此人不属于班级“{id}”，不会计入。", "This person does not belong to the class “{id}”."),
    "other_day": (
        "签到时间不在该场次（{starts} 至 {ends}）前后 {hours} 小时之内，请核对场次和日期。",
        "The sign-in is more than {hours} hours from this session ({starts} to {ends}).",
    ),
    "left_before": ("签退时间不晚于签到时间。", "The sign-out is not after the sign-in."),
    "no_sign_in": ("缺少签到时间。", "The time of the sign-in is missing."),
    "absent_with_times": ("缺勤的行不能有签到、签退或日志时间。", "A row of somebody absent has times."),
    "signed_in_elsewhere": (
        "此人在该场次已有其他来源的签到记录，缺勤不会取消它；如签到有误，请先作废该记录。",
        "Another source has this person signed in; an absence does not take that back.",
    ),
    # assessments
    "later_verdict": (
        "已有更晚的{kind}结论（{time}，{result}），此行不会生效；如需更正，请填写更晚的时间。",
        "A later verdict stands ({time}, {result}); to correct it, give a later time.",
    ),
    # roster
    "bad_id": (
        "教师编号“{id}”只能由字母、数字和 . _ ~ - 组成，最多 128 个字符。",
        "The number “{id}” may have letters, digits and . _ ~ - only, 128 at most.",
    ),
    "too_long": ("{column}太长，最多 {most} 个字符。", "{column} is longer than {most} characters."),
    "staff_id": ("编号“{id}”已是工作人员的编号。", "“{id}” is somebody of the staff."),
    "unknown_school": ("项目中没有学校“{id}”。", "The programme has no school “{id}”."),
    "unknown_group": ("项目中没有研修群体“{id}”。", "The programme has no group “{id}”."),
    "several_groups": (
        "有多个研修群体名为“{id}”（{codes}），请填写代码或学校代码。",
        "Several groups are called “{id}” ({codes}); give the code, or the school.",
    ),
    "other_school": (
        "研修群体“{group}”属于学校“{school}”，与本行的学校不一致。",
        "The group “{group}” belongs to the school “{school}”.",
    ),
    "bad_email": ("“{text}”不是电子邮箱地址。", "“{text}” is not an e-mail address."),
    "no_home_page": (
        "平台账号“{account}”缺少平台地址，应如 https://moodle.example.org。",
        "The account “{account}” needs its platform's address, such as https://moodle.example.org.",
    ),
    "repeated_person": ("教师编号“{id}”在本文件中出现多次（{places}）。", "“{id}” stands in several rows ({places})."),
    "key_twice": (
        "“{text}”在本文件中属于多个人（{places}）。",
        "“{text}” is several people's in this file ({places}).",
    ),
    "key_taken": ("“{text}”已属于“{owner}”。", "“{text}” already belongs to “{owner}”."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the texts above with what is named in them."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(text.format_map(self.values) for text in _TEXTS[self.code])


def because(code: str, **values: object) -> Reason:
    """A reason with what is named in its sentence."""
    return Reason(code, values)


def sentence(reasons: Iterable[Reason]) -> str:
    """What stands in the cell of reasons."""
    return " ".join(reason.text for reason in reasons)
