"""The rule sets that come with Xuefen: Zhejiang's, cell by cell, and a blank one that works by hours."""

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lti_tool.domain.settings import BY_NAME, SETTINGS, Settings, Window
from lti_tool.domain.structure import Structure, StructureBounds
from lti_tool.domain.values import Audience, Stage, Status
from lti_tool.rule_sets import RuleSetError, apply_settings, list_rule_sets, load_rule_set
from tests.domain.notation import context_of, credit_of, programme, study
from tests.domain.people import approved, assessed, did, practice

ZHEJIANG = load_rule_set("zj-ts2-2021-10")
BLANK = load_rule_set("blank-25-25")

# The annex, row by row: 学前(含特教) 小学 中学 中职
MATRIX = """
G1 Y Y Y Y
G2 Y Y Y Y
G3 Y Y Y Y
G4 Y Y Y Y
G5 Y Y Y Y
G6 Y Y Y Y
T1 Y Y Y Y
T2 Y Y Y Y
T3 . Y Y .
T4 . Y Y .
T5 . Y Y Y
T6 . . Y Y
T7 . Y Y Y
T8 Y Y Y Y
T9 Y Y Y Y
L1 Y Y Y .
L2 . Y Y Y
L3 . Y Y Y
L4 . Y Y Y
L5 . Y Y Y
P1 . Y Y Y
P2 Y Y Y Y
P3 Y Y Y Y
"""
NAMES = """
G1 学校教育信息化规划
G2 校园信息安全与管理
G3 新型学习空间建设与应用
G4 技术支持的校本研修规划与实施
G5 技术支持的学生综合素质评价
G6 人工智能时代校(园)数字化改革动向
T1 数字教学资源获取、开发与应用
T2 技术支持教学内容呈现创新
T3 技术支持学生参与方式创新
T4 同步在线教学的设计与实施
T5 在线课程设计与开发
T6 混合式教学设计与实施
T7 教学数据收集、分析与应用
T8 智能技术教学应用
T9 技术支持的家校(园)协同
L1 学生数字设备使用习惯培育
L2 学生信息安全教育
L3 学生信息责任与网络道德培育
L4 学生数字沟通与表达能力培育
L5 学生数字化学习技能培育
P1 教师网络空间的构建与应用
P2 教师数字化学习能力培养
P3 网络研修的组织与实施
"""
ROWS = [line.split() for line in MATRIX.strip().splitlines()]


def test_both_are_listed() -> None:
    assert list_rule_sets() == ("blank-25-25", "zj-ts2-2021-10")


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS])
def test_a_row_of_the_annex(row: list[str]) -> None:
    point, *ticks = row

    assert [ZHEJIANG.is_ticked(point, stage) for stage in Stage] == [tick == "Y" for tick in ticks]


def test_the_annex_has_23_points_and_78_ticks() -> None:
    ticks = {stage: sum(ZHEJIANG.is_ticked(point, stage) for point in ZHEJIANG.focus_points) for stage in Stage}

    assert list(ZHEJIANG.focus_points) == [row[0] for row in ROWS]
    assert ticks == {Stage.PRESCHOOL: 13, Stage.PRIMARY: 22, Stage.SECONDARY: 23, Stage.VOCATIONAL: 20}
    assert sum(ticks.values()) == 78
    assert not ZHEJIANG.is_ticked("T10", Stage.PRIMARY)


def test_the_points_bear_the_names_of_the_annex() -> None:
    assert {point.code: point.zh for point in ZHEJIANG.focus_points.values()} == dict(
        line.split(" ", 1) for line in NAMES.strip().splitlines()
    )


def test_the_domains_and_whom_they_are_for() -> None:
    found = {code: (one.zh, {str(audience) for audience in one.audiences}) for code, one in ZHEJIANG.domains.items()}

    assert found == {
        "G": ("数字化规划与治理创新", {"manager"}),
        "T": ("教学应用与创新", {"teacher"}),
        "L": ("学习应用与创新", {"teacher"}),
        "P": ("教师专业发展", {"manager", "teacher"}),
    }
    assert all(point.domain == point.code[0] for point in ZHEJIANG.focus_points.values())


def test_the_numbers_of_the_guide() -> None:
    assert (ZHEJIANG.number, ZHEJIANG.date) == ("浙工程办函〔2021〕8号", date(2021, 10, 29))
    assert ZHEJIANG.bounds == StructureBounds(total=Decimal(50), offline=Decimal(8), practice_least=Decimal(25))
    assert ZHEJIANG.structure == Structure(online=Decimal(17), offline=Decimal(8), practice=Decimal(25))
    assert ZHEJIANG.structure.total == 50
    thresholds = ZHEJIANG.thresholds
    assert thresholds.online_seconds_least == 900 * 60 == ZHEJIANG.settings.required_seconds
    assert thresholds.group_points_least == 2
    assert (thresholds.team_least, thresholds.team_most_percent) == (3, 5)
    assert (thresholds.joint_class_below, ZHEJIANG.settings.class_max) == (50, 90)
    assert thresholds.semester_ends == (1, 31)
    assert ZHEJIANG.settings.cohort == Window((9, 1), (6, 30))
    assert ZHEJIANG.settings.offline_sessions == (2, 2, 2, 2)
    assert ZHEJIANG.settings.zone == "Asia/Shanghai"


def test_the_phases_and_their_tasks() -> None:
    assert [(phase.code, phase.zh, len(phase.tasks)) for phase in ZHEJIANG.phases] == [
        ("preparation", "前期准备", 3),
        ("team_training", "校级管理团队培训（项目规划）", 3),
        ("implementation", "项目实施", 3),
        ("assessment", "考核评价", 3),
    ]


def test_who_takes_part_in_a_task_is_a_role_of_the_rule_set() -> None:
    named = {who for phase in ZHEJIANG.phases for task in phase.tasks for who in (*task.participants, *task.organisers)}

    assert named <= set(ZHEJIANG.terms["roles"])


def test_the_defaults_are_those_that_the_table_of_settings_proposes() -> None:
    """What the file says and what `Settings` falls back to are one thing, so that neither can drift."""
    plain = Settings(
        structure=ZHEJIANG.structure,
        offline_sessions=ZHEJIANG.settings.offline_sessions,
        cohort=ZHEJIANG.settings.cohort,
    )

    assert ZHEJIANG.settings == plain


def test_every_setting_has_a_sentence_a_source_and_a_field() -> None:
    names = set(Settings.__dataclass_fields__)

    assert set(BY_NAME) == names
    assert len(SETTINGS) == len(names)
    for setting in SETTINGS:
        assert setting.sentence.endswith(".")
        assert setting.source.startswith(("A-", "R-", "§3b"))


def test_strict_is_what_platforms_add() -> None:
    strict = apply_settings(ZHEJIANG, {"preset": "strict"}).settings

    assert (strict.max_session_min, strict.presence_check_every_min, strict.daily_cap_min) == (120, 15, 240)
    assert replace(strict, max_session_min=240, presence_check_every_min=0, daily_cap_min=None) == ZHEJIANG.settings


def test_a_programmes_own_setting_outranks_its_preset() -> None:
    found = apply_settings(ZHEJIANG, {"preset": "strict", "max_session_min": 90})

    assert (found.settings.max_session_min, found.settings.daily_cap_min, found.preset) == (90, 240, "strict")


def test_the_hash_follows_what_is_in_force_and_not_how_it_was_written() -> None:
    assert len(ZHEJIANG.hash) == 16
    assert apply_settings(ZHEJIANG, {}).hash == ZHEJIANG.hash
    assert apply_settings(ZHEJIANG, {"online_award": "threshold"}).hash == ZHEJIANG.hash
    assert apply_settings(ZHEJIANG, {"online_award": "proportional"}).hash != ZHEJIANG.hash
    strict = apply_settings(ZHEJIANG, {"preset": "strict"})
    by_hand = {"max_session_min": 120, "presence_check_every_min": 15, "daily_cap_min": 240}
    assert apply_settings(ZHEJIANG, by_hand).hash == strict.hash != ZHEJIANG.hash
    assert BLANK.hash != ZHEJIANG.hash


def test_a_file_of_ones_own_is_loaded_by_its_path(tmp_path: Path) -> None:
    source = (Path("lti_tool/rule_sets") / "zj-ts2-2021-10.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(source.replace('id = "zj-ts2-2021-10"', 'id = "zj-own"'), encoding="utf-8")

    found = load_rule_set(str(own))

    assert (found.id, found.settings) == ("zj-own", ZHEJIANG.settings)
    assert found.hash != ZHEJIANG.hash


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text((Path("lti_tool/rule_sets") / "blank-25-25.toml").read_text(encoding="utf-8"), encoding="utf-8-sig")

    assert load_rule_set(str(own)).hash == BLANK.hash


# ── another province ─────────────────────────────────────────────────────────────────────────────────


def hours(number: int) -> str:
    """Slices of 45 minutes, one a day."""
    return "\n".join(
        f"{9 + n // 28:02}-{n % 28 + 1:02} 19:00-19:45 slice A session=s{n} id=study-{n}" for n in range(number)
    )


@pytest.mark.parametrize(
    ("lessons", "online", "accrued", "unmet", "recorded"),
    [
        (0, 0, 25, ("online",), 0),
        (1, 1, 26, ("online",), 0),
        (24, 24, 49, ("online",), 0),
        (25, 25, 50, (), 50),
        (26, 25, 50, (), 50),
    ],
)
def test_twenty_five_and_twenty_five_by_hours_and_nothing_offline(
    lessons: int, online: int, accrued: int, unmet: tuple[str, ...], recorded: int
) -> None:
    """One credit for 45 minutes; no sign-in, no focus points, no code."""
    plan = programme(plan="", practice=(practice("p1", "25", ""),), offline_classes={})
    done = [did("p1", name) for name in ("plan", "lesson", "reflection")]
    evidence = [*study(hours(lessons)), *done, approved("p1"), assessed("process"), assessed("final")]

    credit = credit_of(evidence, context_of(plan, BLANK))

    assert (credit.online.credits, credit.offline.maximum, credit.accrued) == (online, 0, accrued)
    assert (credit.unmet, credit.recorded, credit.maximum) == (unmet, recorded, 50)
    assert credit.status is (Status.IN_PROGRESS if unmet else Status.QUALIFIED)


def test_the_blank_rules_ask_for_nothing_of_zhejiang() -> None:
    assert not BLANK.has_matrix
    assert BLANK.phases == ()
    assert BLANK.terms == {}
    assert BLANK.settings.cohort is None
    assert BLANK.structure_for(Audience.MANAGER) == BLANK.structure_for(Audience.TEACHER) == BLANK.structure


def test_twenty_and_thirty_need_a_copy_and_no_code(tmp_path: Path) -> None:
    """Another split that is found: 20 online and 30 in practice."""
    source = (Path("lti_tool/rule_sets") / "blank-25-25.toml").read_text(encoding="utf-8")
    other = source.replace("online = 25, offline = 0, practice = 25", "online = 20, offline = 0, practice = 30")
    own = tmp_path / "sichuan.toml"
    own.write_text(other.replace("practice_least = 25", "practice_least = 30"), encoding="utf-8")

    assert load_rule_set(str(own)).structure == Structure(Decimal(20), Decimal(0), Decimal(30))


def test_every_shipped_file_is_plain_toml() -> None:
    for name in list_rule_sets():
        assert tomllib.loads((Path("lti_tool/rule_sets") / f"{name}.toml").read_text(encoding="utf-8"))["id"] == name


def test_a_name_that_is_none_lists_what_there_is() -> None:
    with pytest.raises(RuleSetError, match="must be one of blank-25-25, zj-ts2-2021-10, or a path ending in") as it:
        load_rule_set("zj-ts3")

    assert it.value.errors[0][0] == ""


def test_the_terms_of_the_guide() -> None:
    """Roles, positions, artefacts, events, assessments, bases and criteria: each with the requirement it comes from."""
    codes = {name: list(terms) for name, terms in ZHEJIANG.terms.items()}

    assert codes["positions"] == ["principal", "deputy", "middle"]
    assert codes["assessments"] == ["process", "final"]
    assert codes["basis"] == ["B1", "B2", "B3", "B4", "B5"]
    assert codes["institution_criteria"] == ["platform", "courses", "delivery", "satisfaction", "schools"]
    assert {"city_bureau", "county_bureau", "institution", "school", "monitoring_centre", "group"} <= set(
        codes["roles"]
    )
    assert {"school_manager", "trainer", "external_expert", "service_staff"} <= set(codes["roles"])
    assert {"school_informatization_plan", "school_promotion_plan", "regional_plan"} <= set(codes["artefacts"])
    assert {"archive", "bulletin", "school_evaluation", "institution_evaluation"} <= set(codes["artefacts"])
    assert {"team_training", "stage_summary", "showcase", "visit", "self_check"} <= set(codes["events"])
    for terms in ZHEJIANG.terms.values():
        assert all(term.zh and term.en and term.source.startswith("R-") for term in terms.values())
