"""What a trainer sees of one participant: the same as they do."""

import re
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lti_tool.domain.values import Participant
from lti_tool.storage.database import Database
from tests.credits.learners import attendance
from tests.support.clock import FakeClock
from tests.support.statements import MOODLE, slice_
from tests.web.classroom import ACCOUNTS, CHEN, ZHANG, Classroom
from tests.web.launching import EXAMPLE, another_programme

DAY = "2026-10-13"


@pytest.fixture
def room(db: Database, clock: FakeClock, tmp_path: Path) -> Classroom:
    return Classroom.on(db, clock, tmp_path / "files")


def test_a_trainer_reads_the_same_figures_as_the_participant(room: Classroom) -> None:
    said = slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00")
    room.send(said)
    trainer = room.trainer()

    seen = trainer.get(f"participants/{ZHANG}")
    own = room.participant(ZHANG).get("credits")

    assert "25 / 900 minutes" in seen.text
    assert "25 / 900 minutes" in own.text
    assert "<h1>张老师</h1>" in seen.text
    assert "Hand in:" in own.text
    assert "Hand in:" not in seen.text
    day = trainer.get(f"participants/{ZHANG}/days/{DAY}")
    assert "25 minutes counted on this day" in day.text
    assert "+25 min" in trainer.get(f"participants/{ZHANG}/statements/{said['id']}").text


def test_links_of_a_participants_pages_stay_with_that_participant(room: Classroom) -> None:
    room.send(slice_(f"{DAY}T19:00:00+08:00", f"{DAY}T19:25:00+08:00"))
    trainer = room.trainer()

    page = trainer.get(f"participants/{ZHANG}/days/{DAY}")

    links = re.findall(r'href="/at/[^/]+/(participants/[^"?]+)', page.text)
    assert f"participants/{ZHANG}" in links
    assert [trainer.get(link).status for link in links] == [200] * len(links)


def test_an_unknown_participant_day_or_statement_is_not_found(room: Classroom) -> None:
    other = slice_(
        f"{DAY}T19:00:00+08:00",
        f"{DAY}T19:25:00+08:00",
        actor={"account": {"homePage": MOODLE, "name": ACCOUNTS[CHEN]}},
    )
    room.send(other)
    trainer = room.trainer()

    for address in (
        "participants/nobody",
        f"participants/{ZHANG}/days/yesterday",
        f"participants/{ZHANG}/statements/{uuid.uuid4()}",
        f"participants/{ZHANG}/statements/{other['id']}",
    ):
        assert trainer.get(address).status == 404


def test_characters_that_no_name_holds_lead_nowhere(room: Classroom) -> None:
    trainer = room.trainer()

    assert trainer.get("participants/a%00b").status == 404
    assert trainer.get("course", q="\0").status == 404
    assert trainer.get("unmatched", unfit="\0").status == 404
    assert trainer.post("unmatched/1/link", {"participant": "\0"}).status == 404


def test_participants_of_another_programme_are_not_found(room: Classroom) -> None:
    stranger = Participant("stranger", "外人", "grp-math-01")
    other = another_programme("other", "Another programme")
    room.load(replace(other, participants=(*other.participants, stranger)))
    trainer = room.trainer()

    assert trainer.get("participants/stranger").status == 404
    assert "外人" not in trainer.get("course").text


def test_sessions_from_before_somebody_joined_are_not_held_against_them(room: Classroom) -> None:
    """Sessions 1 and 2 were on 7 November, 3 and 4 on the 14th; they joined in between and came to nothing."""
    people = tuple(replace(one, joined=date(2026, 11, 10)) if one.id == ZHANG else one for one in EXAMPLE.participants)
    before = room.trainer().get(f"participants/{ZHANG}").text
    room.load(replace(EXAMPLE, participants=people))

    after = room.trainer().get(f"participants/{ZHANG}").text
    own = room.participant(ZHANG).get("credits").text

    assert (before.count("no sign-in"), before.count("before they joined")) == (4, 0)
    assert (after.count("no sign-in"), after.count("before they joined")) == (2, 2)
    assert (own.count("before you joined"), own.count("Write the log")) == (2, 2)


def test_who_was_at_the_teams_own_training_is_not_told_that_they_were_not(room: Classroom) -> None:
    """It earns nothing (A-13), but they have signed in."""
    programme = EXAMPLE.programme
    training = replace(programme.offline_classes["cls-0007"], team_training=True)
    room.load(replace(EXAMPLE, programme=replace(programme, offline_classes={training.id: training})))
    room.send(*attendance())

    page = room.trainer().get(f"participants/{ZHANG}").text

    assert (page.count("✓ signed in"), page.count("no sign-in"), page.count("log handed in")) == (4, 0, 4)
    assert room.credits_of(ZHANG).offline.credits == 0
