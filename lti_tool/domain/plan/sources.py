"""The regulation's own words behind each breach: {requirement: (Chinese, as it stands there; English)}."""

from collections.abc import Mapping

SOURCES: Mapping[str, tuple[str, str]] = {
    "R-016": (
        "以学校信息化发展规划确定整校推进的目标、内容与要求",
        "the school's informatization plan determines aims, content and requirements",
    ),
    "R-030": ("适时组织开展阶段经验总结与成果展示", "stages are summed up and results shown in due time"),
    "R-037": ("分三期推进", "schools advance in three cohorts"),
    "R-038": ("每期九月份开始，次年六月份结束", "each cohort begins in September and ends the next June"),
    "R-042": (
        "校级管理团队由校长、分管业务副校长和负责相应业务的中层管理者等组成",
        "the team has the principal, the deputy in charge and the middle managers concerned",
    ),
    "R-043": ("其中校长为第一责任人", "the principal is first responsible"),
    "R-044": ("人数不少于 3 人", "the team has at least 3 members"),
    "R-045": ("最多不超过学校总人数的 5%", "the team has at most 5 % of the school's people"),
    "R-048": (
        "校级管理团队由各地提升工程领导小组和培训机构组织培训",
        "the team is trained by the county's leading group and the training institution",
    ),
    "R-051": (
        "应参照提升工程 2.0 研修内容依据及分学段关注要点（见附件）",
        "plans follow the annex's focus points by school stage",
    ),
    "R-052": ("合理规划学校研修群体及关注要点", "schools plan their study groups and focus points"),
    "R-053": ("各群体研修的关注要点不少于 2 项", "each group has at least 2 focus points"),
    "R-057": ("网络研修学习时长不少于 900 分钟/人", "online study is at least 900 minutes a person"),
    "R-058": (
        "由培训机构组织到校的线下集中培训",
        "face-to-face training is held at the school by the training institution",
    ),
    "R-059": ("线下集中培训为 8 学分", "face-to-face training is 8 credits"),
    "R-061": (
        "学校人数不足 50 的可根据主题相近原则联合组织",
        "schools of fewer than 50 people may join by similar themes",
    ),
    "R-062": ("原则上每班不超过 90 人", "in principle a class has at most 90 people"),
    "R-063": (
        "学校人数 50 人以上（含 50）的则须每个学校单独组织",
        "a school of 50 people or more holds its class alone",
    ),
    "R-064": ("校本应用实践环节不少于 25 学分", "school-based practice is at least 25 credits"),
    "R-067": ("应用主题需与学校关注要点一致", "practice is on the school's focus points"),
    "R-089": ("面向对象", "whom each domain of the annex is meant for"),
}
