"""Face-to-face sign-in: the learner's page, and what a code proves."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lti_tool.lti.record import Launched
from lti_tool.lti.sessions import Opened, cookie_name
from lti_tool.storage.database import Database
from lti_tool.storage.queries.sign_in import ClassPlace, find_desk
from lti_tool.web.launches import first_page
from tests.support.clock import FakeClock
from tests.web.classroom import CHEN, PROGRAMME, WANG, ZHANG, Classroom
from tests.web.desk import CLASS, ENDS, OTHER_CLASS, STARTS, Desk, sign_in_of
from tests.web.launching import EXAMPLE, another_programme

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(db: Database, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(Classroom.on(db, clock, tmp_path / "files"), clock)


def test_the_code_of_the_screen_signs_a_learner_in(desk: Desk) -> None:
    learner = desk.room.participant(ZHANG)

    answer = desk.sign(learner)

    assert answer.status == 302
    assert "done=signed_in" in answer.location
    page = learner.get(f"sign-in/{CLASS}")
    assert "Signed in at 08:30." in page.words
    (said,) = desk.statements()
    assert said["verb"]["id"] == "http://adlnet.gov/expapi/verbs/attended"
    assert said["object"]["id"] == f"https://ts2.example.org/xapi/offline-sessions/{CLASS}/1"
    assert said["result"]["completion"] is True
    assert sign_in_of(said) == {"in": "2026-11-07T00:30:00+00:00", "method": "code", "source": "xuefen"}
    assert said["authority"]["name"] == "Xuefen"
    assert "instructor" not in said["context"]


def test_a_sign_in_with_its_log_counts_at_once(desk: Desk) -> None:
    learner = desk.room.participant(ZHANG)
    desk.sign(learner)
    assert "log_missing" in [reason for reason, _ in desk.outcomes()]

    desk.at(ENDS + MINUTE)
    assert f"/logs/{CLASS}/1" in learner.get(f"sign-in/{CLASS}").text
    learner.post(f"logs/{CLASS}/1", {"text": "学习了课堂数据的收集与分析。"})

    assert desk.outcomes() == [("signed_in", True)]
    assert desk.room.credits_of(ZHANG).offline.credits == 2


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (STARTS - 31 * MINUTE, "Sign-in opens at 7 Nov 2026 08:00."),
        (STARTS - timedelta(days=3), "Sign-in opens at 7 Nov 2026 08:00."),
        (ENDS + 30 * MINUTE, "Sign-in closed at 7 Nov 2026 12:00."),
    ],
    ids=["a minute early", "days early", "late"],
)
def test_outside_its_hours_a_code_does_nothing_and_the_page_says_when(
    desk: Desk, moment: datetime, sentence: str
) -> None:
    code = desk.code()
    desk.at(moment)
    learner = desk.room.participant(ZHANG)

    answer = desk.sign(learner, code)

    assert answer.status == 409
    assert sentence in answer.words
    assert 'name="code"' in answer.text  # the page stays usable
    assert desk.statements() == []


@pytest.mark.parametrize("moment", [STARTS - 30 * MINUTE, STARTS, ENDS, ENDS + 29 * MINUTE])
def test_within_its_hours_the_code_is_taken(desk: Desk, moment: datetime) -> None:
    desk.at(moment)

    assert desk.sign(desk.room.participant(ZHANG)).status == 302


def test_who_came_early_signs_in_on_the_same_page_later(desk: Desk) -> None:
    desk.at(STARTS - 32 * MINUTE)
    learner = desk.room.participant(ZHANG)
    early = learner.get(f"sign-in/{CLASS}")
    assert "Sign-in opens at 7 Nov 2026 08:00" in early.words
    assert 'name="code"' in early.text
    assert desk.sign(learner, "123456").status == 409

    desk.at(STARTS - 29 * MINUTE)

    assert desk.sign(learner).status == 302


@pytest.mark.parametrize(
    ("seconds", "taken"), [(0, True), (59, True), (60, True), (119, True), (120, False), (600, False)]
)
def test_a_code_lives_while_it_is_shown_and_one_turn_longer(desk: Desk, seconds: int, taken: bool) -> None:
    code = desk.code()
    desk.at(STARTS + timedelta(seconds=seconds))

    answer = desk.sign(desk.room.participant(ZHANG), code)

    assert (answer.status == 302) is taken
    assert bool(desk.statements()) is taken


def test_each_session_has_codes_of_its_own(desk: Desk) -> None:
    code = desk.code()
    desk.at(datetime.fromisoformat("2026-11-07T05:30:00+00:00"))

    other = desk.code("2")
    answer = desk.sign(desk.room.participant(ZHANG), code, session="2")

    assert other != code
    assert answer.status == 422


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "The code has 6 digits."),
        ("12345", "The code has 6 digits."),
        ("1234567", "The code has 6 digits."),
        ("abcdef", "The code has 6 digits."),
        ("²²²²²²", "This is not the code of the screen"),  # read as 222222
        ("000000 OR 1=1", "The code has 6 digits."),
        ("x" * 5000, "The code has 6 digits."),
    ],
)
def test_what_is_no_code_is_said_plainly(desk: Desk, typed: str, sentence: str) -> None:
    desk.code()

    answer = desk.sign(desk.room.participant(ZHANG), typed)

    assert answer.status == 422
    assert sentence in answer.words
    assert 'aria-invalid="true"' in answer.text
    assert desk.statements() == []


@pytest.mark.parametrize("spelt", ["{0}{1}{2} {3}{4}{5}", " {0}{1}{2}-{3}{4}{5} ", "wide"])
def test_a_code_may_be_typed_in_groups_or_in_wide_digits(desk: Desk, spelt: str) -> None:
    code = desk.code()
    wide = code.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})

    answer = desk.sign(desk.room.participant(ZHANG), wide if spelt == "wide" else spelt.format(*code))

    assert answer.status == 302


def test_too_many_wrong_codes_close_the_door_for_a_while_for_one_person_alone(desk: Desk) -> None:
    learner, other = desk.room.participant(ZHANG), desk.room.participant(CHEN)
    right = desk.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    answers = [desk.sign(learner, wrong).status for _ in range(9)]
    closed = desk.sign(learner, right)

    assert answers == [422] * 8 + [429]
    assert closed.status == 429
    assert "Too many wrong codes. Try again at 7 Nov 2026 08:40" in closed.words
    assert desk.statements() == []
    assert desk.sign(other).status == 302
    desk.at(STARTS + 10 * MINUTE)
    assert desk.sign(learner).status == 302


def test_a_code_sent_twice_is_one_sign_in(desk: Desk) -> None:
    learner = desk.room.participant(ZHANG)
    code = desk.code()

    assert [desk.sign(learner, code).status for _ in range(3)] == [302, 302, 302]
    assert len(desk.statements()) == 1


def test_a_second_code_at_the_end_signs_out(desk: Desk) -> None:
    learner = desk.room.participant(ZHANG)
    desk.sign(learner)
    early = desk.sign(learner, action="out")
    assert early.status == 409
    assert "You can sign out from 7 Nov 2026 11:00." in early.words

    desk.at(ENDS + 2 * MINUTE)
    assert "Sign out" in learner.get(f"sign-in/{CLASS}").words
    assert desk.sign(learner, action="out").status == 302

    first, second = desk.statements()
    assert "out" not in sign_in_of(first)
    assert sign_in_of(second) == {
        "in": "2026-11-07T00:30:00+00:00",
        "out": "2026-11-07T03:32:00+00:00",
        "method": "code",
        "source": "xuefen",
    }
    assert second["result"]["duration"] == "PT03H02M00S"
    assert "Signed out at 11:32, after 182 min." in learner.get(f"sign-in/{CLASS}").words
    assert desk.sign(learner, action="out").status == 302
    assert len(desk.statements()) == 2
    learner.post(f"logs/{CLASS}/1", {"text": "学习了课堂数据的收集与分析。"})
    assert desk.outcomes() == [("signed_in", True), ("signed_out", True)]
    assert desk.room.credits_of(ZHANG).offline.credits == 2


def test_nobody_signs_out_without_having_signed_in(desk: Desk) -> None:
    desk.at(ENDS)

    answer = desk.sign(desk.room.participant(ZHANG), action="out")

    assert answer.status == 409
    assert "You have not signed in to this session yet." in answer.words


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_class_of_other_people_is_refused_with_a_way_out(desk: Desk, method: str) -> None:
    learner = desk.room.participant(WANG)

    path = f"sign-in/{CLASS}" if method == "get" else f"sign-in/{CLASS}/1"
    answer = getattr(learner, method)(path)

    assert answer.status == 404
    assert "You are not on the list of “示例小学集中培训班”." in answer.words
    assert f'href="/at/{learner.token}/credits' in answer.text


@pytest.mark.parametrize("path", ["sign-in/cls-9999", f"sign-in/{CLASS}/9", "sign-in/%00"])
def test_what_the_programme_does_not_have_is_not_found(desk: Desk, path: str) -> None:
    learner = desk.room.participant(ZHANG)

    answer = learner.post(path) if path.count("/") == 2 else learner.get(path)

    assert answer.status == 404


def test_another_programmes_class_is_not_found(desk: Desk) -> None:
    desk.room.load(another_programme("nb-2027", "Ningbo 2027"))
    room = desk.room
    stranger = room.tool.visit(room.platform, room.course, "trainer", sub="t", programme="nb-2027")
    own = stranger.get(f"attendance/{CLASS}/1")

    # The other programme has classes of the same names: its desk has secrets of its own, and its people are others.
    assert own.status == 200
    shown = re.findall(r'class="visually-hidden">(\d{6})<', own.text)
    assert shown != [desk.code()]
    assert desk.sign(room.participant(ZHANG), shown[0]).status == 422


def test_an_activity_opens_the_class_that_it_names(desk: Desk) -> None:
    room = desk.room
    learner = room.tool.visit(
        room.platform,
        room.course,
        "trainee",
        sub="x",
        programme=PROGRAMME,
        participant=ZHANG,
        custom={"class": CLASS, "session": "2"},
    )

    assert f"/sign-in/{CLASS}" in learner.get("sign-in").location
    page = learner.get(f"sign-in/{CLASS}")
    assert "Session 2" in page.words
    assert "Session 1" not in page.words


@pytest.mark.parametrize(
    ("role", "participant", "onward"),
    [
        ("trainer", None, f"/attendance/{CLASS}/1"),
        ("administrator", None, f"/attendance/{CLASS}/1"),
        ("trainee", ZHANG, f"/sign-in/{CLASS}"),
        ("trainee", None, "/start"),
    ],
)
def test_the_activity_leads_each_to_their_own_page(desk: Desk, role: str, participant: str | None, onward: str) -> None:
    room = desk.room
    visitor = room.tool.visit(
        room.platform, room.course, role, sub="y", programme=PROGRAMME, participant=participant, custom={"class": CLASS}
    )

    launched = Launched(
        Opened(1, "t", None), "LtiResourceLinkRequest", role, PROGRAMME, participant, 1, {"class": CLASS}
    )
    assert first_page(launched) == "sign-in"
    assert onward in visitor.get("sign-in").location


def test_who_waited_to_be_linked_is_led_on_to_the_sign_in(desk: Desk) -> None:
    room = desk.room
    learner = room.tool.visit(
        room.platform, room.course, "trainee", sub="z", programme=PROGRAMME, participant=ZHANG, custom={"class": CLASS}
    )

    assert learner.get("start").location.partition("?")[0].endswith("/sign-in")


def test_an_activity_of_a_class_that_is_gone_says_what_to_do(desk: Desk) -> None:
    room = desk.room
    gone: dict[str, Any] = {"programme": PROGRAMME, "custom": {"class": "cls-gone"}}
    trainer = room.tool.visit(room.platform, room.course, "trainer", sub="t", **gone)
    learner = room.tool.visit(room.platform, room.course, "trainee", sub="l", participant=ZHANG, **gone)

    for_trainer, for_learner = trainer.get("sign-in"), learner.get("sign-in/cls-gone")

    assert (for_trainer.status, for_learner.status) == (404, 404)
    assert "Choose the class again in the settings of the activity." in for_trainer.words
    assert "Ask your trainer to choose the class again" in for_learner.words


# ── the QR code ─────────────────────────────────────────────────────────────────────────────────────


def scanned(desk: Desk) -> str:
    """Where the QR code of the screen leads."""
    code = desk.code()
    with desk.room.tool.db.read() as conn:
        found = find_desk(conn, ClassPlace(PROGRAMME, CLASS, "1"))
    assert found is not None
    return f"/sign-in/{found['id']}/{code}"


def test_a_phone_without_a_launch_is_told_where_to_type_the_code(desk: Desk) -> None:
    code = desk.code()

    answer = desk.room.tool.app.test_client().get(scanned(desk), query_string={"lang": "en"})
    text = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert code in text
    assert "open its sign-in activity" in text, "whatever the activity is called there"
    assert "nothing has been written down yet" in text
    assert "示例小学" not in text
    assert desk.statements() == []


def test_a_phone_does_not_tell_whether_a_code_is_right(desk: Desk) -> None:
    client, path = desk.room.tool.app.test_client(), scanned(desk)

    right = client.get(path).get_data(as_text=True)
    wrong = client.get(path[:-6] + "000000").get_data(as_text=True)

    def masked(text: str) -> str:
        return re.sub(r"\d{3} ?\d{3}|nonce-?[^ \"]*\"[^\"]*\"|nonce=\"[^\"]*\"", "", text)

    assert masked(right) == masked(wrong)


@pytest.mark.parametrize(
    "path",
    ["/sign-in/nobody/123456", "/sign-in/x/12345", "/sign-in/x/1234567", "/sign-in/x/abcdef", "/sign-in/%00/123456"],
)
def test_a_link_that_is_no_qr_code_of_ours_is_not_found(desk: Desk, path: str) -> None:
    assert desk.room.tool.app.test_client().get(path).status_code == 404


def test_a_phone_with_an_open_launch_goes_straight_on_and_asks_before_it_writes(desk: Desk) -> None:
    learner, path = desk.room.participant(ZHANG), scanned(desk)
    phone = desk.room.tool.app.test_client()
    for name, value in learner.cookies().items():
        phone.set_cookie(name, value)

    answer = phone.get(path)
    token = answer.headers["Location"].split("/at/")[1].split("/")[0]
    shown = phone.get(answer.headers["Location"])

    assert answer.status_code == 303
    assert token != learner.token
    assert cookie_name(token) in answer.headers["Set-Cookie"]
    assert shown.status_code == 200
    assert desk.statements() == []
    signed = phone.post(f"/at/{token}/sign-in/{CLASS}/1", data={"code": desk.code(), "action": "in", "via": "qr"})
    assert signed.status_code == 302
    assert sign_in_of(desk.statements()[0])["method"] == "qr"


def test_the_page_of_a_scan_ends_when_the_launch_ends(desk: Desk) -> None:
    learner, path = desk.room.participant(ZHANG), scanned(desk)
    phone = desk.room.tool.app.test_client()
    for name, value in learner.cookies().items():
        phone.set_cookie(name, value)
    desk.at(STARTS + timedelta(hours=2))
    onward = phone.get(path).headers["Location"]

    desk.at(STARTS + timedelta(hours=8, minutes=-1))
    assert phone.get(onward).status_code == 200
    desk.at(STARTS + timedelta(hours=8))
    assert phone.get(onward).status_code == 401
    assert phone.get(path).status_code == 200  # no longer led on


def test_a_launch_of_another_programme_is_not_led_on(desk: Desk) -> None:
    room, path = desk.room, scanned(desk)
    room.load(another_programme("nb-2027", "Ningbo 2027"))
    other = room.tool.visit(room.platform, room.course, "trainee", sub="o", programme="nb-2027", participant=ZHANG)
    phone = room.tool.app.test_client()
    for name, value in other.cookies().items():
        phone.set_cookie(name, value)

    assert phone.get(path).status_code == 200


@pytest.mark.parametrize("value", ["", "guessed", "x" * 4000])
def test_a_cookie_that_is_none_of_ours_leads_nowhere(desk: Desk, value: str) -> None:
    path, phone = scanned(desk), desk.room.tool.app.test_client()
    phone.set_cookie("xuefen_0123456789abcdef", value)

    assert phone.get(path).status_code == 200


def test_the_class_of_others_is_not_offered(desk: Desk) -> None:
    assert EXAMPLE.programme.offline_classes[OTHER_CLASS].schools != EXAMPLE.programme.offline_classes[CLASS].schools
    assert desk.room.participant(ZHANG).get(f"sign-in/{OTHER_CLASS}").status == 404
