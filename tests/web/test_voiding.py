"""Taking back what a key of the whole installation sent: it holds in one programme and changes no other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.credits.rebuild import rebuild_evidence
from lti_tool.evidence.intake import Intake
from lti_tool.evidence.verbs import VOIDED
from tests.support.statements import BASE, slice_
from tests.support.statements import ZHANG as ZHANG_ACTOR
from tests.web.classroom import PROGRAMME, ZHANG, Classroom
from tests.web.launching import EXAMPLE, Installation, Page, Visitor, another_programme

OTHER = "nb-2027"
HERE = "administration/statements"
EARLY = ("2026-10-13T19:20:00Z", "2026-10-13T19:25:00Z")


@pytest.fixture
def classroom(tool: Installation) -> Classroom:
    """Two programmes with the same people, each shown by a platform of its own."""
    classroom = Classroom(tool)
    tool.load(replace(another_programme(OTHER, "Ningbo 2027"), identifiers=EXAMPLE.identifiers))
    return classroom


@pytest.fixture
def admin(classroom: Classroom) -> Visitor:
    return classroom.tool.visit(
        classroom.platform, classroom.course, "administrator", sub="admin", programme=PROGRAMME, name="管理员"
    )


@pytest.fixture
def raw(classroom: Classroom) -> dict[str, Any]:
    """Five minutes of study, which count in both programmes."""
    sent = slice_(*EARLY)
    classroom.send(sent, tenant=None)
    assert seconds(classroom) == [300, 300]
    return sent


def seconds(classroom: Classroom) -> Sequence[int]:
    """Online study of the same person, in the administrator's programme and in the other one."""
    found = [classroom.services.credits.explain(programme, ZHANG) for programme in (PROGRAMME, OTHER)]
    return [one.credit.online.seconds for one in found]


def see(admin: Visitor, raw: dict[str, Any]) -> Page:
    return admin.get(f"{HERE}/{PROGRAMME}/{raw['id']}")


def void(admin: Visitor, raw: dict[str, Any], reason: str = "not at the desk", programme: str = PROGRAMME) -> Page:
    return admin.post(f"{HERE}/{programme}/{raw['id']}", {"reason": reason})


def by_statement(raw: dict[str, Any]) -> dict[str, Any]:
    """A voiding statement as any sender may make one."""
    target = {"objectType": "StatementRef", "id": raw["id"].upper()}
    return {"actor": ZHANG_ACTOR, "verb": {"id": VOIDED}, "object": target}


def test_it_counts_no_more_in_the_administrators_programme_and_all_the_same_elsewhere(
    classroom: Classroom, admin: Visitor, raw: dict[str, Any]
) -> None:
    assert "holds in this programme alone" in see(admin, raw).text

    assert "done=voided" in void(admin, raw).location

    assert seconds(classroom) == [0, 300]
    page = see(admin, raw)
    assert "Taken back by 管理员" in page.text
    assert "It has been taken back." in page.text
    assert "This record was voided." in admin.get(HERE, q=ZHANG).text


def test_it_is_not_taken_back_twice(admin: Visitor, raw: dict[str, Any]) -> None:
    void(admin, raw)

    assert void(admin, raw, "once more").status == 409


def test_another_platforms_programme_cannot_be_named(classroom: Classroom, admin: Visitor, raw: dict[str, Any]) -> None:
    assert void(admin, raw, programme=OTHER).status == 404
    assert seconds(classroom) == [300, 300]


def test_evidence_made_again_says_the_same(classroom: Classroom, admin: Visitor, raw: dict[str, Any]) -> None:
    void(admin, raw)

    services = classroom.services
    rebuild_evidence(services.db, services.store, Intake([BASE]))

    assert seconds(classroom) == [0, 300]


def test_a_void_of_another_programmes_record_has_no_effect_even_when_evidence_is_made_again(
    classroom: Classroom,
) -> None:
    theirs = slice_(*EARLY)
    classroom.send(theirs, tenant=OTHER)
    classroom.send(by_statement(theirs), tenant=PROGRAMME)
    assert seconds(classroom) == [0, 300]

    services = classroom.services
    rebuild_evidence(services.db, services.store, Intake([BASE]))

    assert seconds(classroom) == [0, 300]


def test_a_programmes_void_may_come_before_the_record(classroom: Classroom) -> None:
    late = slice_(*EARLY)
    classroom.send(by_statement(late), tenant=PROGRAMME)
    classroom.send(late, tenant=None)

    assert seconds(classroom) == [0, 300]


def test_a_key_of_the_whole_installation_takes_it_back_everywhere(classroom: Classroom, raw: dict[str, Any]) -> None:
    classroom.send(by_statement(raw), tenant=None)

    assert seconds(classroom) == [0, 0]
