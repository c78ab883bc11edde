"""The roster as a sheet: who is added, what changes, who stays as they are, and what a programme file does after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from lti_tool.domain.identifiers import account_key, email_key
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries import people
from lti_tool.storage.queries.programmes import find_programme
from tests.credits.conftest import EXAMPLE
from tests.imports.conftest import CHEN, PROGRAMME, WANG, ZHANG, Office
from tests.imports.sheets import Rows
from tests.support.clock import FakeClock
from tests.support.statements import MOODLE, account, approval, slice_, stage

HEADER = ["教师编号", "姓名", "研修群体"]
WIDE = [*HEADER, "学校代码", "职务", "其他研修群体", "加入日期", "平台地址", "平台账号", "邮箱"]
HE = ["d7e92f10", "何老师", "数学教研组", "3301000123", "教师", "", "2026/10/8", MOODLE, "he-1", "he@example.org"]


def test_somebody_new(office: Office) -> None:
    result = office.hand_in("roster", [WIDE, HE])

    assert (result.read, result.done, result.known, result.set_aside) == (1, 1, 0, 0)
    person = office.person("d7e92f10")
    assert person is not None
    assert (person["name"], person["group_id"], person["school_id"]) == ("何老师", "grp-math-01", "3301000123")
    assert (person["position"], person["extra_groups"], person["joined"]) == ("teacher", [], date(2026, 10, 8))
    assert len(office.ids()) == len(EXAMPLE.participants) + 1


def test_everybody_else_stays_as_they_are(office: Office) -> None:
    office.tool.credits.refresh(PROGRAMME)
    before = {id_: office.person(id_) for id_ in office.ids()}

    office.hand_in("roster", [WIDE, HE])

    assert {id_: office.person(id_) for id_ in before} == before


def test_the_same_sheet_twice_changes_nothing(office: Office) -> None:
    office.hand_in("roster", [WIDE, HE])
    before = office.person("d7e92f10")

    result = office.hand_in("roster", [WIDE, HE])

    assert (result.done, result.known) == (0, 1)
    assert office.person("d7e92f10") == before


def test_an_empty_cell_says_nothing(office: Office) -> None:
    office.hand_in("roster", [WIDE, HE])
    office.hand_in("roster", [WIDE, ["d7e92f10", "何老师", "grp-lead-01", "", "", "", "", "", "", ""]])

    person = office.person("d7e92f10")
    assert person is not None
    assert (person["group_id"], person["joined"]) == ("grp-lead-01", date(2026, 10, 8))


def test_whoever_changes_schools_keeps_the_group_before_beside_the_new_one(office: Office) -> None:
    header = [*HEADER, "学校代码", "其他研修群体"]
    office.hand_in("roster", [header, [ZHANG, "张老师", "科学教研组", "3301000456", "grp-math-01"]])

    person = office.person(ZHANG)
    assert person is not None
    assert (person["school_id"], person["extra_groups"]) == ("3301000456", ["grp-math-01"])


def test_statements_that_found_nobody_find_them_now(office: Office) -> None:
    early = slice_("2026-10-12T08:00:00+08:00", "2026-10-12T09:00:00+08:00", actor=account("he-1"))
    office.tool.send(early)

    office.hand_in("roster", [WIDE, HE])

    assert "d7e92f10" in office.tool.credits.refresh(PROGRAMME)
    assert office.credit("d7e92f10").online.seconds == 3600


def test_a_new_deputy_may_approve_at_once(office: Office) -> None:
    """Also where the programme was kept in memory before."""
    stages = [stage("p1", name) for name in ("plan", "lesson", "reflection")]
    office.tool.send(*stages, approval("p1", 5, actor=account("c41b77e0-0d9f-4a1b")))
    office.tool.credits.refresh(PROGRAMME)
    assert office.credit(ZHANG).practice.credits == 0

    office.hand_in("roster", [[*HEADER, "职务"], [CHEN, "陈老师", "grp-lead-01", "副校长"]])

    assert ZHANG in office.tool.credits.refresh(PROGRAMME)
    assert office.credit(ZHANG).practice.credits == 5


def test_somebody_who_had_left_is_back(office: Office, clock: FakeClock) -> None:
    rest = tuple(person for person in EXAMPLE.participants if person.id != ZHANG)
    with office.tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, participants=rest), clock())
    assert ZHANG not in office.ids()

    office.hand_in("roster", [HEADER, [ZHANG, "张老师", "grp-math-01"]])

    assert ZHANG in office.ids()


class TestBesideTheProgrammeFile:
    """The file stays the master of whom it names; whom only a sheet has named, it does not remove."""

    @pytest.fixture
    def load(self, office: Office, clock: FakeClock):
        def _load(*more: str) -> None:
            added = tuple(replace(EXAMPLE.participants[0], id=id_) for id_ in more)
            with office.tool.db.begin() as conn:
                apply_programme(conn, replace(EXAMPLE, participants=(*EXAMPLE.participants, *added)), clock())

        return _load

    def test_loading_it_again_keeps_people_and_accounts_of_sheets(self, office: Office, load) -> None:
        office.hand_in("roster", [WIDE, HE])
        office.hand_in("roster", [[*HEADER, "邮箱"], [ZHANG, "张老师", "grp-math-01", "zhang@school.example.org"]])

        load()

        assert "d7e92f10" in office.ids()
        with office.tool.db.read() as conn:
            keys = [account_key(MOODLE, "he-1"), email_key("zhang@school.example.org")]
            assert people.find_people(conn, PROGRAMME, keys) == {keys[0]: "d7e92f10", keys[1]: ZHANG}

    def test_whom_it_names_it_may_drop_later(self, office: Office, load) -> None:
        office.hand_in("roster", [WIDE, HE])

        load("d7e92f10")
        load()

        assert "d7e92f10" not in office.ids()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "何老师", "数学教研组"], "缺少教师编号"),
        (["h 1", "何老师", "数学教研组"], "只能由字母、数字"),
        (["s-01", "何老师", "数学教研组"], "工作人员"),
        (["h1", "", "数学教研组"], "缺少姓名"),
        (["h1", "何" * 301, "数学教研组"], "最多 300 个字符"),
        (["h1", "何老师", ""], "缺少研修群体"),
        (["h1", "何老师", "语文教研组"], "没有研修群体“语文教研组”"),
        (["h1", "何老师", "校级管理团队"], "（grp-lead-01、grp-lead-02）"),
        (["h1", "何老师", "数学教研组", "3301000456"], "属于学校“3301000123”"),
        (["h1", "何老师", "数学教研组", "9"], "没有学校“9”"),
        (["h1", "何老师", "数学教研组", "", "院长"], "职务“院长”应为：校长、副校长、中层、教师"),
        (["h1", "何老师", "数学教研组", "", "", "grp-x"], "没有研修群体“grp-x”"),
        (["h1", "何老师", "数学教研组", "", "", "", "明天"], "加入日期“明天”不是日期"),
        (["h1", "何老师", "数学教研组", "", "", "", "", "", "he-1"], "缺少平台地址"),
        (["h1", "何老师", "数学教研组", "", "", "", "", "moodle", "he-1"], "缺少平台地址"),
        (["h1", "何老师", "数学教研组", "", "", "", "", "", "", "he@"], "“he@”不是电子邮箱地址"),
        (["h1", "何老师", "数学教研组", "", "", "", "", MOODLE, "c41b77e0-0d9f-4a1b"], f"已属于“{CHEN}”"),
        (["h1", "何老师", "数学教研组", "", "", "", "", "", "", "Chen@example.org"], f"已属于“{CHEN}”"),
    ],
)
def test_a_row_that_is_wrong_says_why_and_stops_nobody(office: Office, row: Sequence[str], said: str) -> None:
    result = office.hand_in("roster", [WIDE, row, HE])

    assert (result.done, result.set_aside) == (1, 1)
    assert said in office.reasons()[0]
    assert len(office.ids()) == len(EXAMPLE.participants) + 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["h1", "何老师", "grp-math-01"], ["h1", "贺老师", "grp-math-01"]], "出现多次（row 2; row 3）"),
        (
            [["h1", "何老师", "grp-math-01", "a@example.org"], ["h2", "贺老师", "grp-math-01", "A@example.org"]],
            "属于多个人（row 2; row 3）",
        ),
    ],
)
def test_rows_that_contradict_each_other_are_all_set_aside(office: Office, rows: Rows, said: str) -> None:
    result = office.hand_in("roster", [[*HEADER, "邮箱"], *rows])

    assert (result.done, result.set_aside) == (0, 2)
    assert all(said in reason for reason in office.reasons())


def test_a_row_may_have_several_accounts_and_addresses(office: Office) -> None:
    accounts = "https://moodle.example.org|he-1；https://canvas.example.org/|he-2"
    row = ["h1", "何老师", "grp-math-01", accounts, "he@example.org; he@school.example.org"]
    office.hand_in("roster", [[*HEADER, "平台账号", "邮箱"], row])

    keys = [account_key(MOODLE, "he-1"), account_key("https://canvas.example.org", "he-2")]
    with office.tool.db.read() as conn:
        assert people.find_people(conn, PROGRAMME, keys) == dict.fromkeys(keys, "h1")


def test_a_changed_name_is_told(office: Office) -> None:
    office.hand_in("roster", [HEADER, [WANG, "王晓明", "grp-sci-02"]])

    person = office.person(WANG)
    assert person is not None
    assert person["name"] == "王晓明"


def test_another_programme_keeps_its_people(office: Office, clock: FakeClock) -> None:
    other = replace(EXAMPLE, programme=replace(EXAMPLE.programme, id="other"))
    with office.tool.db.begin() as conn:
        apply_programme(conn, other, clock())
        before = [dict(row) for row in people.list_participants(conn, "other")]
        version = find_programme(conn, "other")

    office.hand_in("roster", [[*HEADER, "职务"], [ZHANG, "张老师", "grp-lead-01", "校长"]])

    with office.tool.db.read() as conn:
        assert [dict(row) for row in people.list_participants(conn, "other")] == before
        assert find_programme(conn, "other") == version


def test_our_own_list_of_a_team_can_be_filled_in_and_read_back(office: Office) -> None:
    exported = ["学校名称", "姓名", "教师编号", "职务", "研修群体"]

    result = office.hand_in("roster", [exported, ["示例小学", "吴主任", "e83b4c76", "分管副校长", "grp-lead-01"]])

    person = office.person("e83b4c76")
    assert person is not None
    assert (result.done, person["position"]) == (1, "deputy")


def test_no_rows_change_nothing(office: Office) -> None:
    assert office.hand_in("roster", [HEADER]).read == 0
