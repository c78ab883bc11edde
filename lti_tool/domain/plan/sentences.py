"""Every breach in words: {code: (Chinese, English)}; names in braces are the breach's numbers."""

from collections.abc import Mapping

_AUDIENCES = {"teacher": ("学科教师", "teachers"), "manager": ("学校管理者", "managers")}
#: Codes among the numbers, as sentences say them: {number: {code: (Chinese, English)}}.
WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "stage": {
        "preschool": ("学前教育（含特殊教育）段", "preschool (special schools included)"),
        "primary": ("小学教育段", "primary school"),
        "secondary": ("中学教育段", "secondary school"),
        "vocational": ("中职教育段", "vocational school"),
    },
    "audience": _AUDIENCES,
    "meant_for": _AUDIENCES,
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "outside_cohort": (
        "项目时间 {start} 至 {end} 不在本期 {opens} 至 {closes} 之内，超出部分不计。",
        "The programme, {start} to {end}, exceeds the cohort's {opens} to {closes}; what is outside never counts.",
    ),
    "required_seconds_low": (
        "网络研修要求 {seconds} 秒，低于规定的 {least} 秒，仍按 {least} 秒执行。",
        "Online study requires {seconds} seconds, below the regulation's {least}, which apply all the same.",
    ),
    "team_too_small": (
        "校级管理团队只有 {members} 人，不得少于 {least} 人。",
        "The school management team has {members} members; at least {least} are required.",
    ),
    "team_too_large": (
        "校级管理团队有 {members} 人，最多 {most} 人（学校总人数 {people} 的 {percent}%）。",
        "The school management team has {members} members; at most {most} are allowed ({percent} % of {people}).",
    ),
    "team_of_small_school": (
        "学校总人数 {people} 的 {percent}% 只有 {most} 人，按不少于 {least} 人执行。",
        "{percent} % of {people} people is {most}; the least of {least} applies.",
    ),
    "headcount_unknown": (
        "未填写教职工数，无法核对管理团队人数上限和办班方式。",
        "The number of staff is not given, so neither the team's size nor joint classes can be checked.",
    ),
    "principal_missing": (
        "校级管理团队中没有校长；校长为第一责任人。",
        "The school management team has no principal, who is first responsible.",
    ),
    "principals_several": (
        "校级管理团队中有 {principals} 位校长，第一责任人只能有一位。",
        "The school management team has {principals} principals; one is first responsible.",
    ),
    "deputy_missing": (
        "校级管理团队中没有分管业务副校长。",
        "The school management team has no deputy in charge.",
    ),
    "middle_missing": (
        "校级管理团队中没有中层管理者。",
        "The school management team has no middle manager.",
    ),
    "points_too_few": (
        "研修群体只选了 {points} 项关注要点，不得少于 {least} 项。",
        "The group has {points} focus points; at least {least} are required.",
    ),
    "point_unknown": (
        "关注要点 {point} 不在指南附件中。",
        "The focus point {point} is not in the annex.",
    ),
    "point_not_ticked": (
        "关注要点 {point} 不适用于{stage}。",
        "The focus point {point} is not ticked for {stage}.",
    ),
    "point_of_other_audience": (
        "关注要点 {point} 面向{meant_for}，而群体为{audience}。",
        "The focus point {point} is meant for {meant_for}, and the group is of {audience}.",
    ),
    "school_without_group": (
        "学校没有研修群体。",
        "The school has no study group.",
    ),
    "group_unknown": (
        "参训教师不属于任何研修群体。",
        "The participant is in no study group.",
    ),
    "several_groups": (
        "参训教师同时在 {names} 等群体中；学分只按主群体计。",
        "The participant is in several groups: {names}; credits follow the first.",
    ),
    "class_credits": (
        "各场次共 {credits} 学分，必须正好为 {required} 学分。",
        "The sessions sum to {credits} credits; they must sum to {required}.",
    ),
    "class_of_large_school": (
        "{name}有 {people} 人（{limit} 人以上含 {limit}），须单独组织，不得与其他学校联合办班。",
        "{name} has {people} people ({limit} or more) and must hold its class alone.",
    ),
    "class_without_common_point": (
        "联合办班的学校没有共同的关注要点。",
        "The schools of this joint class have no focus point in common.",
    ),
    "class_too_large": (
        "本班 {size} 人，原则上每班不超过 {most} 人。",
        "The class has {size} people; in principle at most {most}.",
    ),
    "class_host_missing": (
        "联合办班应指明到哪所成员学校培训。",
        "A joint class should name the member school at which it is held.",
    ),
    "class_host_elsewhere": (
        "培训地点（{name}）不是本班的成员学校。",
        "The class is held at {name}, which is not one of its schools.",
    ),
    "class_school_unknown": (
        "本班的学校 {school} 不在项目中。",
        "The class names the school {school}, which is not in the programme.",
    ),
    "practice_too_little": (
        "实践活动目录共 {credits} 学分，达不到 {required} 学分。",
        "The catalogue of practice sums to {credits} credits; {required} cannot be reached.",
    ),
    "school_in_two_cohorts": (
        "学校还在另外 {others} 个项目（期）中；每所学校的周期为一学年，只参加一期。",
        "The school is in {others} other programmes too; each school takes part in one cohort.",
    ),
    "plan_without_basis": (
        "已有整校推进方案，但没有在先的学校信息化发展规划。",
        "There is a whole-school plan, and no informatization plan of the school before it.",
    ),
    "no_stage_summary": (
        "第一学期结束（{until}）前没有阶段经验总结或成果展示的记录。",
        "No stage summary or showing of results is on record for the first semester, until {until}.",
    ),
    "team_untrained": (
        "校级管理团队 {members} 人中有 {missing} 人没有参加管理团队培训的记录。",
        "Of the {members} members of the management team, {missing} have no team training on record.",
    ),
    "practice_for_nobody": (
        "实践活动的关注要点 {points} 不在任何学校所选要点之内。",
        "The activity's focus points {points} are in no school's set; nobody can earn its credits.",
    ),
}
