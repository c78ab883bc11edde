"""A launch that cannot go on yet: somebody chooses the programme, or is told who must act."""

from dataclasses import replace

from lti_tool.domain.identifiers import account_key
from lti_tool.storage.queries import people, programmes, rosters
from tests.web.launching import EXAMPLE, Installation, another_programme

MOODLE = "https://moodle.example.org"  # the roster of the example programme names accounts of it
CANVAS = "https://canvas.example.edu"
OTHER = "https://other.example.edu"
PROGRAMME = "hz-2026"
TITLE = "提升工程2.0 整校推进 2026–2027"


def two_programmes(tool: Installation) -> None:
    tool.load()
    tool.load(another_programme("nb-2027", "Ningbo 2027"))


def test_a_trainer_chooses_and_the_course_shows_it_from_then_on(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle)
    trainer = tool.visit(moodle, course, "trainer")

    question = trainer.get("start")
    assert "Which programme does this course show?" in question.text
    assert TITLE in question.text
    assert "Ningbo 2027" in question.text
    answer = trainer.post("start", {"programme": PROGRAMME})

    assert (answer.status, "/course" in answer.location) == (302, True)
    assert tool.visit(moodle, course, "trainer", sub="u-2").get("start").location.endswith("/start?lang=en")
    assert "/course" in trainer.get("start").location


def test_choosing_nothing_is_said_and_changes_nothing(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    trainer = tool.visit(moodle, tool.course(moodle), "trainer")

    answer = trainer.post("start", {})

    assert answer.status == 422
    assert "Choose one of the programmes." in answer.text
    assert trainer.get("start").status == 200


def test_a_programme_of_another_platform_is_neither_offered_nor_accepted(tool: Installation) -> None:
    two_programmes(tool)
    tool.load(another_programme("wz-2027", "Wenzhou 2027"))
    moodle, canvas = tool.register(MOODLE), tool.register(CANVAS)
    tool.course(canvas, shows="nb-2027")
    trainer = tool.visit(canvas, tool.course(canvas, "c-2"), "trainer")

    question = trainer.get("start")
    answer = trainer.post("start", {"programme": PROGRAMME})

    assert TITLE not in question.text  # its roster names accounts of the Moodle
    assert "Ningbo 2027" in question.text
    assert "Wenzhou 2027" in question.text  # nobody's yet
    assert answer.status == 404
    assert "Ningbo 2027" not in tool.visit(moodle, tool.course(moodle), "trainer").get("start").text


def test_a_programme_that_was_linked_for_another_platform_is_not_offered(tool: Installation) -> None:
    two_programmes(tool)
    canvas = tool.register(CANVAS)
    with tool.db.begin() as conn:
        programmes.link_course(conn, "nb-2027", OTHER, "42")

    question = tool.visit(canvas, tool.course(canvas), "administrator").get("start")

    assert "Ningbo 2027" not in question.text


def test_platforms_that_share_an_issuer_do_not_see_each_others_programmes(tool: Installation) -> None:
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    tool.load(another_programme("wz-2027", "Wenzhou 2027"))
    one, two = tool.register(CANVAS, "one"), tool.register(CANVAS, "two")
    tool.course(one, "c-1", shows="nb-2027")
    with tool.db.begin() as conn:
        programmes.link_course(conn, "nb-2027", CANVAS, "c-1")

    mine = tool.visit(one, tool.course(one, "c-9"), "trainer").get("start")
    theirs = tool.visit(two, tool.course(two, "c-9"), "trainer").get("start")

    assert "Ningbo 2027" in mine.text
    assert "Ningbo 2027" not in theirs.text


def test_where_nothing_may_be_chosen_one_is_told_whom_to_ask(tool: Installation) -> None:
    tool.load()
    tool.register(MOODLE)
    canvas = tool.register(CANVAS)

    page = tool.visit(canvas, tool.course(canvas), "administrator").get("start")

    assert "There is no programme that this learning platform may show." in page.text
    assert "programme load" in page.text
    assert "Administration of this learning platform" in page.text


def test_many_programmes_come_in_pages(tool: Installation) -> None:
    for number in range(31):
        tool.load(another_programme(f"p-{number:02}", f"Programme {number:02}"))
    canvas = tool.register(CANVAS)
    trainer = tool.visit(canvas, tool.course(canvas), "trainer")

    first, second = trainer.get("start"), trainer.get("start", after="p-29")

    assert "Programme 29" in first.text
    assert "Programme 30" not in first.text
    assert "More programmes" in first.text
    assert "Programme 30" in second.text


def test_the_first_choice_of_two_colleagues_stands(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle)
    early, late = tool.visit(moodle, course, "trainer"), tool.visit(moodle, course, "trainer", sub="u-2")
    late.get("start")
    early.post("start", {"programme": PROGRAMME})

    late.post("start", {"programme": "nb-2027"})

    with tool.db.read() as conn:
        shown = conn.exec_driver_sql("SELECT DISTINCT programme_id FROM lti_contexts").scalars().all()
        sessions = conn.exec_driver_sql("SELECT DISTINCT programme_id FROM lti_sessions").scalars().all()
    assert (shown, sessions) == ([PROGRAMME], [PROGRAMME])


def test_a_trainee_may_not_choose_and_is_told_who_must(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    trainee = tool.visit(moodle, tool.course(moodle), "trainee")

    page = trainee.get("start")

    assert "This course does not show a programme yet." in page.text
    assert "A trainer or administrator of the course must open this activity once" in page.text
    assert TITLE not in page.text
    assert trainee.post("start", {"programme": PROGRAMME}).status == 403


def test_a_waiting_trainee_goes_on_by_loading_the_page_again(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle)
    trainee = tool.visit(moodle, course, "trainee", sub="a6f10c3e-2b7d-4c55")
    tool.member(course, "a6f10c3e-2b7d-4c55")
    tool.visit(moodle, course, "trainer", sub="t-1").post("start", {"programme": PROGRAMME})

    again = trainee.get("start")

    assert "/start" in again.location
    assert "/credits" in trainee.get("start").location
    with tool.db.read() as conn:
        assert conn.exec_driver_sql("SELECT participant_id FROM lti_members").scalars().all() == ["a6f10c3e"]


def test_people_known_by_address_or_number_alone_are_matched_with_the_choice(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle)
    tool.member(course, "11", email="Zhang@example.org")
    tool.member(course, "12", number="c41b77e0")
    tool.member(course, "13", email="nobody@example.org", number="nobody")

    tool.visit(moodle, course, "trainer", sub="t-1").post("start", {"programme": PROGRAMME})

    with tool.db.read() as conn:
        known = {row["sub"]: (row["participant_id"], row["linked_by"]) for row in rosters.list_members(conn, course)}
    assert known == {"11": ("a6f10c3e", "email"), "12": ("c41b77e0", "number"), "13": (None, None)}


def test_an_administrator_who_changes_the_programme_takes_people_known_by_number_along(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle, shows="nb-2027")
    tool.member(course, "12", number="c41b77e0")
    administrator = tool.visit(moodle, course, "administrator", sub="adm", programme="nb-2027")

    administrator.post(f"administration/courses/{course}", {"programme": PROGRAMME})

    with tool.db.read() as conn:
        assert [row["participant_id"] for row in rosters.list_members(conn, course)] == ["c41b77e0"]


def test_a_waiting_learner_known_by_number_goes_on(tool: Installation) -> None:
    two_programmes(tool)
    moodle = tool.register(MOODLE)
    course = tool.course(moodle)
    trainee = tool.visit(moodle, course, "trainee", sub="12", number="c41b77e0")
    tool.visit(moodle, course, "trainer", sub="t-1").post("start", {"programme": PROGRAMME})

    trainee.get("start")

    assert "/credits" in trainee.get("start").location


def test_a_learner_whom_the_roster_does_not_know_is_told_so(tool: Installation) -> None:
    tool.load()
    moodle = tool.register(MOODLE)
    course = tool.course(moodle, shows=PROGRAMME)
    stranger = tool.visit(
        moodle, course, "trainee", sub="9999", programme=PROGRAMME, name="新老师", email="new@example.org"
    )

    page = stranger.get("start")

    assert "The programme does not know you yet." in page.text
    assert TITLE in page.text
    assert "A trainer or administrator of this course can link you" in page.text
    for known in ("新老师", "new@example.org", f"{MOODLE} · 9999"):
        assert known in page.text


def test_a_learner_who_has_been_linked_by_hand_goes_on(tool: Installation) -> None:
    tool.load()
    moodle = tool.register(MOODLE)
    course = tool.course(moodle, shows=PROGRAMME)
    stranger = tool.visit(moodle, course, "trainee", sub="9999", programme=PROGRAMME)
    assert stranger.get("start").status == 200

    with tool.db.begin() as conn:
        people.add_identifier(conn, PROGRAMME, account_key(MOODLE, "9999"), "a6f10c3e", "hand")

    stranger.get("start")
    assert "/credits" in stranger.get("start").location


def test_the_question_is_asked_in_chinese_by_default_and_titles_are_escaped(tool: Installation) -> None:
    tool.load(replace(EXAMPLE, programme=replace(EXAMPLE.programme, title="<b>bold</b>")))
    tool.load(another_programme("nb-2027", "Ningbo 2027"))
    moodle = tool.register(MOODLE)
    trainer = tool.visit(moodle, tool.course(moodle), "trainer")

    page = trainer.get("start", lang="zh-CN")

    assert 'lang="zh-CN"' in page.text
    assert "&lt;b&gt;bold" in page.text
