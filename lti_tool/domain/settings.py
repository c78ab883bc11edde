"""Everything that the guide leaves open, as settings with a proposed default (domain.md §1.9 A-01…A-29, §3b).

`Settings` holds the values in force. `SETTINGS` says of each what it may be, in one sentence and with its source;
the loader, the manual and the pages are views of that table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lti_tool.domain.structure import Structure


@dataclass(frozen=True, slots=True)
class Window:
    """A cohort 期: month and day of its first and last day (A-15)."""

    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force. Minutes, seconds and days as the names say; None means "no such limit"."""

    structure: Structure
    offline_sessions: tuple[Decimal, ...] = ()
    cohort: Window | None = None
    manager_structure: Structure | None = None
    # online
    online_award: str = "threshold"
    required_seconds: int = 54_000
    course_review: str = "off"
    # minutes (§3b)
    max_gap_min: int = 5
    max_session_min: int = 240
    future_tolerance_min: int = 5
    late_flag_days: int = 7
    presence_check_every_min: int = 0
    heartbeat_seconds: int = 60
    slice_min: int = 5
    daily_cap_min: int | None = None
    zone: str = "Asia/Shanghai"
    video_basis: str = "wall"
    single_durations: str = "count"
    gap_estimate: str = "off"
    # offline
    offline_award: str = "per_session"
    log_required: str = "teacher"
    makeup: bool = True
    team_training_counts: bool = False
    # practice
    practice_excess: str = "cap"
    practice_focus_scope: str = "school"
    approval: str = "required"
    institution_approval: str = "off"
    required_stages: tuple[str, ...] = ("plan", "lesson", "reflection")
    transfer_policy: str = "evidence_date"
    grace_days: int = 0
    # plan
    special_stage: str = "preschool"
    audience_check: str = "warn"
    stage_check: str = "error"
    class_max: int = 90
    class_max_level: str = "warn"
    class_max_scope: str = "all"
    team_small_school: str = "min3"
    headcount_basis: str = "staff"
    multi_group: str = "allow"
    teacher_min_focus: int = 0
    # assessment and recording
    process_assessment: str = "manual"
    final_required: bool = True
    record_mode: str = "all_or_nothing"
    gradebook_value: str = "accrued"
    columns: str = "total+components"
    display_rounding: str = "floor"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what it may be, a sentence, and where it comes from.

    `kind` is choice, flag, whole, table, window, list, credits or zone. `allowed` lists a choice's values; `least` and
    `most` bound a whole number. One that is `optional` may be left out: "no such limit".
    """

    name: str
    kind: str
    sentence: str
    source: str
    allowed: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    optional: bool = False


def _choice(name: str, allowed: str, sentence: str, source: str) -> Setting:
    return Setting(name, "choice", sentence, source, allowed=tuple(allowed.split()))


def _flag(name: str, sentence: str, source: str) -> Setting:
    return Setting(name, "flag", sentence, source)


def _whole(name: str, least: int, most: int, sentence: str, source: str, *, optional: bool = False) -> Setting:
    return Setting(name, "whole", sentence, source, least=least, most=most, optional=optional)


_STAGES = "preschool primary secondary vocational"

SETTINGS: tuple[Setting, ...] = (
    Setting("structure", "table", "How the total is made up of online, offline and practice credits.", "A-01"),
    Setting("manager_structure", "table", "Another structure for the school management team, if any.", "A-20"),
    Setting(
        "offline_sessions", "credits", "Credits of a class's sessions, in their order, where they do not say.", "A-13"
    ),
    Setting("cohort", "window", "First and last day of every cohort, as month and day.", "A-15", optional=True),
    _choice(
        "online_award",
        "threshold proportional",
        "All online credits at the threshold, or by proportion.",
        "A-02",
    ),
    _whole("required_seconds", 1, 10_000_000, "Seconds of online study that are required.", "R-057"),
    _choice("course_review", "off block_unapproved", "Whether a course nobody has reviewed counts.", "A-16"),
    _whole("max_gap_min", 1, 240, "Largest gap in minutes at which heartbeats are joined.", "§3b 3d"),
    _whole("max_session_min", 1, 1440, "Longest stretch in minutes without a sign of life.", "A-27"),
    _whole("future_tolerance_min", 0, 1440, "Minutes by which a clock may be ahead.", "§3b 2"),
    _whole("late_flag_days", 0, 3650, "Days after which a statement's arrival is flagged as late.", "§3b 2"),
    _whole("presence_check_every_min", 0, 240, "Minutes between presence checks; 0 asks for none.", "§3b"),
    _whole("heartbeat_seconds", 5, 600, "Seconds between two heartbeats of the time-keeping client.", "§3b"),
    _whole("slice_min", 1, 60, "Minutes of study that one time slice reports at most.", "§3b"),
    _whole("daily_cap_min", 1, 1440, "Minutes that count on one day at most.", "A-23", optional=True),
    Setting("zone", "zone", "Time zone in which days begin and end.", "§3b 6"),
    _choice("video_basis", "wall content", "Video by the clock, or by content seen once.", "§3b 3c"),
    _choice("single_durations", "count ignore", "Whether durations outside of sessions count.", "§3b 3e"),
    _choice("gap_estimate", "off on", "Whether time is estimated from gaps between views.", "§3b 3f"),
    _choice(
        "offline_award",
        "per_session all_or_nothing",
        "Offline credits by session, or only all of them.",
        "A-13",
    ),
    _choice("log_required", "teacher class none", "Whose training log an offline session needs.", "A-12"),
    _flag("makeup", "Whether a make-up session stands for the one that was missed.", "A-13"),
    _flag("team_training_counts", "Whether training of the management team gives offline credits.", "A-13"),
    _choice("practice_excess", "cap show_in_total", "Whether practice above its share lifts the total.", "A-03"),
    _choice("practice_focus_scope", "school group", "Whose focus points practice must match.", "A-06"),
    _choice("approval", "required auto", "Whether practice needs an approval to count.", "A-14"),
    _choice("institution_approval", "off on", "Whether the institution may approve practice.", "R-065"),
    Setting("required_stages", "list", "Stages of a practice activity that names none itself.", "A-14"),
    _choice(
        "transfer_policy",
        "evidence_date current_school",
        "Which school judges practice after a move.",
        "A-25",
    ),
    _whole("grace_days", 0, 366, "Days after the cycle in which other evidence still counts.", "A-15"),
    _choice("special_stage", f"{_STAGES} group", "Column of the matrix for special schools.", "A-04"),
    _choice("audience_check", "off warn error", "How a focus point of another audience is treated.", "A-05"),
    _choice("stage_check", "error warn", "How a focus point not ticked for the stage is treated.", "A-07"),
    _whole("class_max", 1, 100_000, "People in an offline class at most.", "A-08"),
    _choice("class_max_level", "warn error", "How a larger class is treated.", "A-08"),
    _choice("class_max_scope", "joint all", "Which classes the limit is for.", "A-08"),
    _choice("team_small_school", "min3 strict", "Three people or 5 % where the two conflict.", "A-09"),
    _choice("headcount_basis", "staff participants", "What counts as the people of a school.", "A-10"),
    _choice("multi_group", "allow deny", "Whether one person may be in several groups.", "A-11"),
    _whole("teacher_min_focus", 0, 23, "Focus points that each person's practice must cover.", "A-21"),
    _choice(
        "process_assessment",
        "manual derived",
        "Whether the process assessment is recorded or derived.",
        "A-17",
    ),
    _flag("final_required", "Whether the final assessment must be passed.", "A-17"),
    _choice("record_mode", "all_or_nothing by_component", "What is recorded of those who lack something.", "A-18"),
    _choice("gradebook_value", "accrued recorded", "Which figure the gradebook shows.", "A-19"),
    _choice("columns", "total total+components", "Which columns the gradebook gets.", "A-19"),
    _choice("display_rounding", "floor", "Displayed figures are cut, never rounded up.", "A-26"),
)

#: Names that §1.9 calls settings and that are written elsewhere in the programme file.
ELSEWHERE: Mapping[str, str] = {
    "practice_catalogue": "is written as [[practice_activities]] of the programme file",
    "sources": "is given by the credentials: xuefen credential create --evidence",
    "cohorts": "is written as start and end of [programme]",
    "group": "is written as stage of [[groups]]",
    "class": "is written as host_school of [[offline_classes]]",
}

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
