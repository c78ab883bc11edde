"""Why a statement counted or did not: codes, each with one sentence in the learner's words, zh and en."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """A reason or a flag of an `Outcome`."""

    # counted
    SESSION = "session"
    SESSION_PART = "session_part"
    SLICE = "slice"
    HEARTBEAT = "heartbeat"
    VIDEO = "video"
    SINGLE = "single"
    ESTIMATE = "estimate"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LOG = "log"
    STAGE = "stage"
    APPROVED = "approved"
    ASSESSMENT_PASSED = "assessment_passed"
    # online, not counted or in part
    OVERLAP = "overlap"
    FUTURE = "future"
    OUTSIDE_CYCLE = "outside_cycle"
    BAD_DURATION = "bad_duration"
    TOO_LONG = "too_long"
    PRESENCE_UNANSWERED = "presence_unanswered"
    DAILY_CAP = "daily_cap"
    UNKNOWN_COURSE = "unknown_course"
    COURSE_REJECTED = "course_rejected"
    COURSE_ON_HOLD = "course_on_hold"
    COURSE_UNREVIEWED = "course_unreviewed"
    ATTEMPT_TIME_IGNORED = "attempt_time_ignored"
    SINGLE_IGNORED = "single_ignored"
    NO_TIME = "no_time"
    # any kind
    VOIDED = "voided"
    SOURCE_NOT_TRUSTED = "source_not_trusted"
    LEARNER_MAY_NOT = "learner_may_not"
    WRONG_PARTICIPANT = "wrong_participant"
    UNMAPPED = "unmapped"
    SUPERSEDED = "superseded"
    REPEATED = "repeated"
    SURPLUS = "surplus"
    LATE = "late"
    LONG_DAY = "long_day"
    ROSTER_DIFFERS = "roster_differs"
    # offline
    UNKNOWN_CLASS = "unknown_class"
    NOT_IN_CLASS = "not_in_class"
    ABSENT = "absent"
    LOG_MISSING = "log_missing"
    SIGN_IN_MISSING = "sign_in_missing"
    MAKEUP_OFF = "makeup_off"
    TEAM_TRAINING = "team_training"
    INCOMPLETE = "incomplete"
    # practice
    UNKNOWN_PRACTICE = "unknown_practice"
    STAGES_MISSING = "stages_missing"
    AWAITING_APPROVAL = "awaiting_approval"
    DENIED = "denied"
    SELF_APPROVAL = "self_approval"
    SELF_REVIEW = "self_review"
    NOT_AN_APPROVER = "not_an_approver"
    POINT_NOT_TICKED = "point_not_ticked"
    POINT_NOT_IN_SCHOOL = "point_not_in_school"
    NO_CREDITS = "no_credits"
    # assessment
    ASSESSMENT_FAILED = "assessment_failed"
    UNKNOWN_ASSESSMENT = "unknown_assessment"

    @property
    def text_zh(self) -> str:
        """One sentence in Chinese."""
        return TEXTS[self][0]

    @property
    def text_en(self) -> str:
        """One sentence in English."""
        return TEXTS[self][1]


#: {reason: (Chinese, English)}
TEXTS: Mapping[Reason, tuple[str, str]] = {
    Reason.SESSION: (
        "这是一次完整的学习会话，时间已计入。",
        "A study session with a beginning and an end; its time counts.",
    ),
    Reason.SESSION_PART: (
        "这条记录属于某次学习会话，时间记在该会话上。",
        "Part of a study session; the time stands at another record of that session.",
    ),
    Reason.SLICE: (
        "学习页面按时间段上报，这一段已计入。",
        "A stretch of study reported with its start and end; it counts.",
    ),
    Reason.HEARTBEAT: (
        "到下一次心跳为止的学习时间已计入。",
        "Study until the next sign from your page; it counts.",
    ),
    Reason.VIDEO: (
        "观看视频的时间（按实际时钟）已计入。",
        "Time watching a video, by the clock; it counts.",
    ),
    Reason.SINGLE: (
        "这条记录自带学习时长，已计入。",
        "A single record with its own duration; it counts.",
    ),
    Reason.ESTIMATE: (
        "根据两次浏览的间隔估算的时间，已计入。",
        "Time estimated from the gap between two views; it counts.",
    ),
    Reason.SIGNED_IN: (
        "已签到，本场线下培训学分已计入。",
        "You signed in; the credits of this offline session count.",
    ),
    Reason.SIGNED_OUT: (
        "签退时间，属于本场签到。",
        "The time of signing out; it belongs to the sign-in of this session.",
    ),
    Reason.LOG: (
        "本场线下培训的日志已收到。",
        "Your log of this offline session was received.",
    ),
    Reason.STAGE: (
        "校本应用实践的这个环节已记录。",
        "This stage of your practice is on record.",
    ),
    Reason.APPROVED: (
        "校级管理团队已审核通过，实践学分已计入。",
        "Approved by the school management team; the practice credits count.",
    ),
    Reason.ASSESSMENT_PASSED: (
        "考评合格。",
        "The assessment was passed.",
    ),
    Reason.OVERLAP: (
        "与另一段学习时间重叠，重叠部分只计一次。",
        "Overlaps with other study; the same minutes count once only.",
    ),
    Reason.FUTURE: (
        "记录时间晚于收到时间，设备时钟可能不准，未计入。",
        "Its time lies after the moment it arrived; the device's clock may be wrong.",
    ),
    Reason.OUTSIDE_CYCLE: (
        "不在本期的起止时间之内，未计入。",
        "Lies outside the dates of this programme.",
    ),
    Reason.BAD_DURATION: (
        "时长无法识别（为零、为负、含年月或格式错误），未计入。",
        "Its duration cannot be used: zero, negative, in months or years, or not readable.",
    ),
    Reason.TOO_LONG: (
        "长时间没有任何操作，超出上限的部分未计入。",
        "Too long without any sign of activity; only the first part counts.",
    ),
    Reason.PRESENCE_UNANSWERED: (
        "在线确认没有应答，相应时间未计入。",
        "A check whether you were present went unanswered; that time does not count.",
    ),
    Reason.DAILY_CAP: (
        "当天学习时间已达上限，超出部分未计入。",
        "The limit for one day was reached; what is above it does not count.",
    ),
    Reason.UNKNOWN_COURSE: (
        "该内容不在本项目的课程清单中。",
        "This content is not one of the programme's courses.",
    ),
    Reason.COURSE_REJECTED: (
        "该课程审核未通过，不计时长。",
        "The course was rejected in review; time on it does not count.",
    ),
    Reason.COURSE_ON_HOLD: (
        "该课程暂缓，审核通过后再计入。",
        "The course is on hold; the time counts once it is approved.",
    ),
    Reason.COURSE_UNREVIEWED: (
        "该课程尚未审核，审核通过后再计入。",
        "The course has not been reviewed yet; the time counts once it is approved.",
    ),
    Reason.ATTEMPT_TIME_IGNORED: (
        "完成记录上的时长是累计时间，已按学习会话计算，不重复计入。",
        "Its duration repeats time that your study sessions already give; it is not added twice.",
    ),
    Reason.SINGLE_IGNORED: (
        "本项目不计会话以外的单条时长。",
        "This programme does not count durations outside of study sessions.",
    ),
    Reason.NO_TIME: (
        "这条记录不含学习时间。",
        "This record carries no study time.",
    ),
    Reason.VOIDED: (
        "这条记录已作废。",
        "This record was voided.",
    ),
    Reason.SOURCE_NOT_TRUSTED: (
        "发送方无权提供这类记录。",
        "The sender may not vouch for this kind of record.",
    ),
    Reason.LEARNER_MAY_NOT: (
        "这类记录不能由学员本人的浏览器提交。",
        "A learner's own browser may not state this.",
    ),
    Reason.WRONG_PARTICIPANT: (
        "记录指向另一位参训教师。",
        "The record names another participant.",
    ),
    Reason.UNMAPPED: (
        "无法判断这条记录属于哪个学分部分。",
        "It could not be told which part of the credits this belongs to.",
    ),
    Reason.SUPERSEDED: (
        "之后的另一条记录取代了它。",
        "A later record took its place.",
    ),
    Reason.REPEATED: (
        "同一事项已由另一条记录计入。",
        "Another record already stands for the same thing.",
    ),
    Reason.SURPLUS: (
        "超出本部分学分上限，作为富余显示。",
        "Above the share of this component; shown as surplus.",
    ),
    Reason.LATE: (
        "记录到达较晚，但仍计入。",
        "Arrived late, and counts.",
    ),
    Reason.LONG_DAY: (
        "当天学习时间超过 16 小时，请核对。",
        "More than 16 hours of study on one day; please check.",
    ),
    Reason.ROSTER_DIFFERS: (
        "记录中的学校、学段或群体与名册不一致，以名册为准。",
        "School, stage or group differ from the roster; the roster was used.",
    ),
    Reason.UNKNOWN_CLASS: (
        "没有这个线下培训班或场次。",
        "There is no such offline class or session.",
    ),
    Reason.NOT_IN_CLASS: (
        "您不在这个线下培训班的名单中。",
        "You are not on the list of this offline class.",
    ),
    Reason.ABSENT: (
        "签到记录为缺席。",
        "The sign-in says that you were absent.",
    ),
    Reason.LOG_MISSING: (
        "已签到，但缺少本场日志；补交后计入。",
        "You signed in, and the log is missing; the session counts once you hand it in.",
    ),
    Reason.SIGN_IN_MISSING: (
        "已有日志，但没有本场签到。",
        "There is a log, and no sign-in for this session.",
    ),
    Reason.MAKEUP_OFF: (
        "本项目不接受补训场次。",
        "This programme accepts no make-up sessions.",
    ),
    Reason.TEAM_TRAINING: (
        "管理团队培训不计入线下集中培训学分。",
        "Training of the management team gives no offline credits.",
    ),
    Reason.INCOMPLETE: (
        "须完成全部线下场次后才计学分。",
        "Credits are given only when every offline session has been attended.",
    ),
    Reason.UNKNOWN_PRACTICE: (
        "实践活动目录中没有这一项。",
        "The catalogue has no such practice activity.",
    ),
    Reason.STAGES_MISSING: (
        "必要环节尚未记录齐全。",
        "A required stage is not on record yet.",
    ),
    Reason.AWAITING_APPROVAL: (
        "环节已记录，等待校级管理团队审核。",
        "On record, and waiting for approval by the school management team.",
    ),
    Reason.DENIED: (
        "审核未通过，请按意见修改后再提交。",
        "It was returned; please revise it and hand it in again.",
    ),
    Reason.SELF_APPROVAL: (
        "不能审核自己的实践活动。",
        "Nobody may approve their own practice.",
    ),
    Reason.SELF_REVIEW: (
        "同伴互评须由他人完成。",
        "A peer review must come from somebody else.",
    ),
    Reason.NOT_AN_APPROVER: (
        "审核人不是本校校级管理团队成员。",
        "The approver is not of your school's management team.",
    ),
    Reason.POINT_NOT_TICKED: (
        "该活动的关注要点不适用于您的学段。",
        "The activity's focus point is not meant for your school stage.",
    ),
    Reason.POINT_NOT_IN_SCHOOL: (
        "该活动的关注要点不在本校所选的关注要点之内。",
        "The activity's focus point is not among those your school chose.",
    ),
    Reason.NO_CREDITS: (
        "审核通过，但授予的学分为零。",
        "Approved, with no credits granted.",
    ),
    Reason.ASSESSMENT_FAILED: (
        "考评不合格。",
        "The assessment was not passed.",
    ),
    Reason.UNKNOWN_ASSESSMENT: (
        "只认过程考评和最终考评。",
        "Only the process and the final assessment are known.",
    ),
}
