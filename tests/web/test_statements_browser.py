"""The programme's profile over HTTP, what a trainer is told of it, and the administrator's statement browser."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from lti_tool.evidence.profile.document import profile_document
from lti_tool.evidence.verbs import VOIDED
from lti_tool.storage.database import Database
from lti_tool.storage.queries.statement_browser import Wanted, list_branches, list_statements
from tests.support.statements import (
    ADL,
    BASE,
    CHEN,
    LESSON,
    PRINCIPAL,
    approval,
    slice_,
    statement,
    twelve,
)
from tests.support.statements import (
    ZHANG as ZHANG_ACTOR,
)
from tests.web.classroom import PROGRAMME, ZHANG, Classroom, next_page
from tests.web.launching import Installation, Page, Visitor, another_programme

OTHER = "nb-2027"
HERE = "administration/statements"
EARLY = ("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")


@pytest.fixture
def classroom(tool: Installation) -> Classroom:
    return Classroom(tool)


def without_credits() -> dict[str, Any]:
    """An approval that says for nothing how many credits."""
    raw = twelve(10)
    del raw["result"]["extensions"]
    return raw


def test_the_profile_is_open_to_everybody_and_may_be_kept(tool: Installation) -> None:
    client = tool.app.test_client()

    answer = client.get("/xapi/profile")

    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json(force=True) == profile_document(BASE)
    assert client.get("/xapi/profile", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.head("/xapi/profile").status_code == 200
    assert client.post("/xapi/profile").status_code == 405


def test_a_trainer_reads_how_a_statement_does_not_follow_the_profile(classroom: Classroom) -> None:
    raw = without_credits()
    classroom.send(raw)

    told = classroom.trainer().get(f"participants/{ZHANG}/statements/{raw['id']}")
    own = classroom.participant(ZHANG).get(f"statements/{raw['id']}")

    assert "Does not follow the profile: “Practice approved” needs a value at" in told.text
    assert f"{BASE}/extensions/credits" in told.words
    assert own.status == 200
    assert "Does not follow the profile" not in own.text


def test_one_that_follows_it_says_nothing_of_it(classroom: Classroom) -> None:
    classroom.send(twelve(10))

    page = classroom.trainer().get(f"participants/{ZHANG}/statements/{twelve(10)['id']}")

    assert page.status == 200
    assert "profile:" not in page.text


def test_it_stands_with_what_counts_for_nobody(classroom: Classroom) -> None:
    stranger, unfit = twelve(11), twelve(7)
    stranger["actor"] = {"mbox": "mailto:nobody@example.org"}
    del stranger["context"]["extensions"]
    unfit["object"] = {"id": f"{BASE}/practice/3301000123/grp-math-01/a6f10c3e/p99/plan"}
    classroom.send(stranger, unfit)

    page = classroom.trainer().get("unmatched")

    assert "“Assessment passed” needs a value at" in page.text
    assert "whose object has no type" in page.text


def test_a_statement_that_does_not_follow_it_is_stored_and_counts_all_the_same(classroom: Classroom) -> None:
    raw = slice_("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")
    raw["context"] = {"contextActivities": {"category": [{"id": BASE}]}}
    classroom.send(raw)

    page = classroom.trainer().get(f"participants/{ZHANG}/statements/{raw['id']}")

    assert "“Slice of study time” wants" in page.text
    assert 'class="note good"' in page.text


@pytest.fixture
def admin(classroom: Classroom) -> Visitor:
    return classroom.tool.visit(
        classroom.platform, classroom.course, "administrator", sub="admin", programme=PROGRAMME, name="管理员"
    )


def rows_of(page: Page) -> int:
    assert page.status == 200
    return page.text.count('<th scope="row">')


def see(admin: Visitor, raw: dict[str, Any], programme: str = PROGRAMME) -> Page:
    return admin.get(f"{HERE}/{programme}/{raw['id']}")


def void(admin: Visitor, raw: dict[str, Any], reason: str, programme: str = PROGRAMME) -> Page:
    return admin.post(f"{HERE}/{programme}/{raw['id']}", {"reason": reason})


@pytest.fixture
def record(classroom: Classroom) -> None:
    """Five statements: study of two people, a completion, an approval, and one about nobody."""
    classroom.send(slice_(*EARLY))
    classroom.tool.clock.advance(timedelta(days=1).total_seconds())  # type: ignore[attr-defined]
    classroom.send(
        slice_(*EARLY, actor=CHEN),
        statement(ADL + "completed", LESSON, timestamp="2026-10-13T19:30:00Z"),
        approval("p1", 5),
        slice_(*EARLY, actor={"mbox": "mailto:nobody@example.org"}),
    )


def test_the_newest_come_first_with_what_became_of_them(classroom: Classroom, record: None, admin: Visitor) -> None:
    page = admin.get(HERE)

    assert rows_of(page) == 5
    assert "+5 min" in page.text
    assert "No participant of the programme has this account or address." in page.text
    assert "nobody@example.org" in page.text
    assert "张老师" in page.text


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"q": ZHANG}, 3),  # two of their own, and the approval about them
        ({"q": "张老师"}, 3),
        ({"person": ZHANG, "verb": "completed"}, 1),
        ({"q": "李校长"}, 1),  # what a person says about somebody else
        ({"q": "nobody of this name"}, 0),
        ({"verb": "experienced"}, 3),
        ({"verb": ADL + "experienced"}, 3),
        ({"verb": "https://verbs.example/danced"}, 0),
        ({"activity": LESSON}, 4),
        ({"activity": LESSON, "verb": "completed"}, 1),
        ({"activity": "https://unheard.example/of"}, 0),
        ({"counted": "yes"}, 2),
        ({"counted": "no"}, 3),
        ({"counted": "no", "person": ZHANG}, 2),
        ({"sender": "no such key"}, 0),
    ],
)
def test_filters(record: None, admin: Visitor, asked: dict[str, str], number: int) -> None:
    assert rows_of(admin.get(HERE, **asked)) == number


def test_days_are_days_of_arrival(classroom: Classroom, record: None, admin: Visitor) -> None:
    second = classroom.tool.clock()
    first = second - timedelta(days=1)

    assert rows_of(admin.get(HERE, until=f"{first:%Y-%m-%d}")) == 1
    assert rows_of(admin.get(HERE, since=f"{second:%Y-%m-%d}")) == 4
    assert rows_of(admin.get(HERE, since=f"{first:%Y-%m-%d}", until=f"{second:%Y-%m-%d}")) == 5
    assert rows_of(admin.get(HERE, since="yesterday")) == 5


def test_a_key_has_what_it_sent(classroom: Classroom, record: None, admin: Visitor) -> None:
    keys = re.findall(r'<option value="([\w-]{20,})"', admin.get(HERE).text)

    assert sorted(rows_of(admin.get(HERE, sender=key)) for key in keys) == [1, 4]


def test_of_several_people_with_a_name_one_is_chosen(classroom: Classroom, record: None, admin: Visitor) -> None:
    page = admin.get(HERE, q="老师")

    assert "Whom do you mean?" in page.text
    assert f"person={ZHANG}" in page.text
    assert rows_of(page) == 0


@pytest.mark.parametrize("asked", [{}, {"person": ZHANG}, {"verb": "experienced"}, {"counted": "yes"}])
def test_pages_follow_each_other_without_gap_or_repetition(
    classroom: Classroom, admin: Visitor, asked: dict[str, str]
) -> None:
    sent = [slice_(f"2026-10-13T{hour:02}:{minute:02}:00Z", f"2026-10-13T{hour:02}:{minute + 1:02}:00Z")
            for hour in (1, 2, 3) for minute in range(0, 44, 2)]  # fmt: skip
    classroom.send(*sent)

    seen: list[str] = []
    page: Page | None = admin.get(HERE, **asked)
    while page is not None:
        seen += re.findall(r"/([0-9a-f-]{36})", page.text)
        page = next_page(admin, page)

    assert seen == [raw["id"] for raw in reversed(sent)]


def test_a_cursor_that_is_none_is_not_found(admin: Visitor) -> None:
    assert admin.get(HERE, before="nonsense").status == 404
    assert admin.get(HERE, before="dHJ1ZQ").status == 404  # true
    assert admin.get(HERE, before="LTE").status == 404  # -1


def test_uncounted_ones_are_looked_for_a_few_pages_at_a_time(classroom: Classroom, admin: Visitor) -> None:
    old = statement(ADL + "completed", "https://unlisted.example/course", timestamp="2026-10-13T19:30:00Z")
    classroom.send(old)
    classroom.tool.clock.advance(5)  # type: ignore[attr-defined]
    classroom.send(*(approval("p1", 5) for _ in range(130)))

    first = admin.get(HERE, counted="no", verb="completed")
    assert rows_of(first) == 1
    page: Page | None = admin.get(HERE, counted="no")
    found: list[str] = []
    while page is not None:
        found += re.findall(r"/([0-9a-f-]{36})", page.text)
        page = next_page(admin, page)
    assert found[-1] == old["id"]


def test_a_record_is_shown_whole(classroom: Classroom, admin: Visitor) -> None:
    raw = without_credits()
    classroom.send(raw)

    page = see(admin, raw)

    for shown in ("张老师", "“Practice approved” needs a value at", raw["id"], "&#34;beneficiary&#34;", "Take it back"):
        assert shown.replace("&#34;beneficiary&#34;", "extensions/beneficiary") in page.text
    assert "not as the profile says" in admin.get(HERE).text


def test_taking_back_is_a_statement_with_name_and_reason_and_changes_the_credits(
    classroom: Classroom, admin: Visitor
) -> None:
    raw = slice_(*EARLY)
    classroom.send(raw)
    assert classroom.credits_of(ZHANG).online.seconds == 300

    answer = void(admin, raw, "误报：教师当时不在线。")

    assert "done=voided" in answer.location
    assert classroom.credits_of(ZHANG).online.seconds == 0
    page = see(admin, raw)
    assert "Taken back by 管理员" in page.text
    assert "误报：教师当时不在线。" in page.text
    assert "It has been taken back." in page.text
    (voiding,) = re.findall(r'/([0-9a-f-]{36})[^"]*">the record that says so', page.text)
    said = see(admin, {"id": voiding})
    assert raw["id"] in said.text
    assert "What takes another record back cannot itself be taken back." in said.text
    assert "Does not follow the profile" not in said.text
    assert rows_of(admin.get(HERE, verb="voided")) == 1


@pytest.mark.parametrize("reason", ["", "   ", "no", "x" * 501])
def test_nothing_is_taken_back_without_a_reason(classroom: Classroom, admin: Visitor, reason: str) -> None:
    raw = slice_(*EARLY)
    classroom.send(raw)

    page = void(admin, raw, reason)

    assert page.status == 422
    assert "Please say why" in page.text
    assert 'aria-invalid="true"' in page.text
    assert classroom.credits_of(ZHANG).online.seconds == 300


def test_nothing_is_taken_back_twice_nor_a_void_itself(classroom: Classroom, admin: Visitor) -> None:
    raw = slice_(*EARLY)
    classroom.send(raw)
    void(admin, raw, "entered twice")
    (voiding,) = re.findall(r'/([0-9a-f-]{36})[^"]*">the record that says so', see(admin, raw).text)

    assert void(admin, raw, "once more").status == 409
    assert void(admin, {"id": voiding}, "after all not").status == 409
    assert classroom.credits_of(ZHANG).online.seconds == 0


def test_a_record_of_the_whole_installation_is_seen_where_it_is_about_somebody(
    classroom: Classroom, admin: Visitor
) -> None:
    mine, foreign = slice_(*EARLY), slice_(*EARLY, actor={"mbox": "mailto:nobody@example.org"})
    classroom.send(mine, foreign, tenant=None)

    for asked in ({}, {"q": ZHANG}, {"verb": "experienced"}, {"activity": LESSON}):
        assert rows_of(admin.get(HERE, **asked)) == 1
    assert see(admin, foreign).status == 404
    assert void(admin, foreign, "not about one of ours").status == 404


def test_another_programmes_records_are_neither_seen_nor_taken_back(classroom: Classroom, admin: Visitor) -> None:
    classroom.tool.load(another_programme(OTHER, "Ningbo 2027"))
    theirs = slice_(*EARLY)
    classroom.send(theirs, tenant=OTHER)

    for asked in ({}, {"q": ZHANG}, {"verb": "experienced"}, {"activity": LESSON}, {"counted": "no"}):
        assert rows_of(admin.get(HERE, **asked)) == 0
    assert admin.get(HERE, programme=OTHER).status == 404
    assert see(admin, theirs).status == see(admin, theirs, OTHER).status == 404
    assert void(admin, theirs, "not mine to take").status == 404
    assert void(admin, theirs, "not mine to take", OTHER).status == 404
    assert see(admin, {"id": str(uuid.uuid4())}).status == 404


def test_two_programmes_of_the_platform_are_chosen_between(classroom: Classroom, admin: Visitor) -> None:
    classroom.tool.load(another_programme(OTHER, "Ningbo 2027"))
    classroom.tool.course(classroom.platform, "course-2", shows=OTHER)
    classroom.send(slice_(*EARLY), tenant=OTHER)

    assert rows_of(admin.get(HERE)) == 0
    assert "Ningbo 2027" in admin.get(HERE).text
    assert rows_of(admin.get(HERE, programme=OTHER)) == 1


def test_a_statement_about_a_whole_group_stands_there_once(classroom: Classroom, admin: Visitor) -> None:
    raw = twelve(5)
    raw["actor"] = {"objectType": "Group", "member": [ZHANG_ACTOR, CHEN, PRINCIPAL]}
    classroom.send(raw, tenant=None)

    assert rows_of(admin.get(HERE)) == 1
    assert see(admin, raw).text.count('<p class="note') >= 3


def plan_of(conn: Connection, query: Select[Any]) -> str:
    """How the database would carry a query out, with a preference for indexes that a large table has of itself."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL enable_seqscan = off"))
        prefix = "EXPLAIN "
    else:
        prefix = "EXPLAIN QUERY PLAN "
    compiled = query.compile(conn, compile_kwargs={"literal_binds": True})
    return "\n".join(str(tuple(row)) for row in conn.exec_driver_sql(prefix + str(compiled).replace("%", "%%")))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(verbs=(ADL + "experienced", VOIDED)),
        Wanted(activity=LESSON),
        Wanted(sender=1),
        Wanted(keys=("account|https://moodle.example.org|a6f10c3e-2b7d-4c55",)),
        Wanted(keys=("account|https://moodle.example.org|a6f10c3e-2b7d-4c55",), verbs=(ADL + "experienced",)),
        Wanted(before=2**61),
    ],
    ids=["all", "verb", "activity", "sender", "person", "person and verb", "later page"],
)
def test_every_way_of_looking_walks_an_index(classroom: Classroom, db: Database, wanted: Wanted) -> None:
    classroom.send(slice_(*EARLY))
    with db.begin() as conn:
        branches = list_branches(conn, PROGRAMME, wanted)
        plans = [plan_of(conn, branch.limit(31)) for branch in branches]

    assert plans
    for plan in plans:
        assert "Seq Scan" not in plan
        assert not re.search(r"SCAN (xapi_statements|evidence)\b(?! USING)", plan), plan
        assert "xapi_statements" in plan


def test_a_page_reads_no_more_than_it_shows(classroom: Classroom, db: Database) -> None:
    classroom.send(*(slice_(*EARLY) for _ in range(40)))

    with db.read() as conn:
        first = list_statements(conn, PROGRAMME, Wanted(), limit=30)
        second = list_statements(conn, PROGRAMME, Wanted(before=first.following), limit=30)

    assert (len(first.rows), len(second.rows), second.following) == (30, 10, None)


def test_an_id_in_capitals_is_found_and_taken_back_like_any_other(classroom: Classroom, admin: Visitor) -> None:
    raw = slice_(*EARLY)
    raw["id"] = raw["id"].upper()
    classroom.send(raw)

    assert rows_of(admin.get(HERE, q=ZHANG)) == 1
    assert "done=voided" in void(admin, raw, "sent twice").location
    assert classroom.credits_of(ZHANG).online.seconds == 0
