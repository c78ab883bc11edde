"""Finding statements: every filter, what counts as related, order, pages; and all of them against a naive reading."""

import itertools
import uuid
from typing import Any

import pytest

from tests.support.lrs import Lrs, Speaker, ids_of
from tests.support.statements import ADL, CHEN, LESSON, PRINCIPAL, ZHANG, statement

MAIL = {"mbox": "mailto:zhang@example.org"}
HASHED = {"mbox_sha1sum": "ABCDEF0123456789ABCDEF0123456789ABCDEF01"}
TEAM = {"objectType": "Group", "account": {"homePage": "https://moodle.example.org", "name": "team-3"}}
COURSE = "https://content.example.org/au/t7-data-literacy"
OTHER = "https://content.example.org/au/other"
WATCHED, DONE = ADL + "experienced", ADL + "completed"
REGISTRATION = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"


def substatement(**parts: Any) -> dict[str, Any]:
    return {"objectType": "SubStatement", "actor": CHEN, "verb": {"id": DONE}, "object": {"id": LESSON}, **parts}


#: One statement of each shape; actor PRINCIPAL, verb WATCHED and object OTHER wherever nothing else matters.
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "actor": {"actor": ZHANG},
    "actor by mail": {"actor": MAIL},
    "actor by hash": {"actor": HASHED},
    "anonymous group": {"actor": {"objectType": "Group", "member": [ZHANG, CHEN]}},
    "identified group": {"actor": {**TEAM, "member": [ZHANG]}},
    "object agent": {"object": {"objectType": "Agent", **ZHANG}},
    "object group": {"object": {"objectType": "Group", "member": [ZHANG]}},
    "instructor": {"context": {"instructor": ZHANG}},
    "team": {"context": {"team": {**TEAM, "member": [ZHANG]}}},
    "in substatement": {"object": substatement(actor=ZHANG)},
    "verb": {"verb": {"id": DONE}},
    "activity": {"object": {"id": LESSON}},
    "parent": {"context": {"contextActivities": {"parent": [{"id": LESSON}]}}},
    "grouping": {"context": {"contextActivities": {"grouping": [{"id": LESSON}, {"id": COURSE}]}}},
    "category": {"context": {"contextActivities": {"category": [{"id": LESSON}]}}},
    "other": {"context": {"contextActivities": {"other": [{"id": LESSON}]}}},
    "substatement": {"object": substatement()},
    "substatement's context": {
        "object": substatement(
            object={"id": OTHER}, context={"contextActivities": {"parent": {"id": LESSON}}, "instructor": ZHANG}
        )
    },
    "registration": {"context": {"registration": REGISTRATION}},
    "registration in capitals": {"context": {"registration": REGISTRATION.upper()}},
}

MATCHES: list[tuple[dict[str, Any], set[str]]] = [
    ({"agent": ZHANG}, {"actor", "anonymous group", "identified group", "object agent", "object group"}),
    (
        {"agent": ZHANG, "related_agents": True},
        {
            "actor",
            "anonymous group",
            "identified group",
            "object agent",
            "object group",
            "instructor",
            "team",
            "in substatement",
            "substatement's context",
        },
    ),
    ({"agent": TEAM}, {"identified group"}),
    ({"agent": TEAM, "related_agents": True}, {"identified group", "team"}),
    ({"agent": {**ZHANG, "name": "whatever", "objectType": "Agent"}, "verb": DONE}, set()),
    ({"agent": MAIL}, {"actor by mail"}),
    ({"agent": {"mbox_sha1sum": HASHED["mbox_sha1sum"].lower()}}, {"actor by hash"}),
    ({"agent": {"mbox": "mailto:nobody@example.org"}}, set()),
    ({"verb": DONE}, {"verb"}),
    ({"verb": ADL + "never-sent"}, set()),
    ({"activity": LESSON}, {"activity"}),
    (
        {"activity": LESSON, "related_activities": True},
        {
            "activity",
            "parent",
            "grouping",
            "category",
            "other",
            "substatement",
            "in substatement",
            "substatement's context",
        },
    ),
    ({"activity": COURSE, "related_activities": True}, {"grouping"}),
    ({"activity": COURSE}, set()),
    ({"registration": REGISTRATION}, {"registration", "registration in capitals"}),
    ({"registration": REGISTRATION.upper()}, {"registration", "registration in capitals"}),
    ({"registration": str(uuid.UUID(int=1))}, set()),
    ({"agent": ZHANG, "activity": OTHER}, {"actor", "anonymous group", "identified group"}),
    ({"agent": ZHANG, "activity": LESSON, "related_agents": True}, set()),
    (
        {"agent": ZHANG, "activity": LESSON, "related_agents": True, "related_activities": True},
        {"in substatement", "substatement's context"},
    ),
]


@pytest.fixture(scope="module")
def shapes(lrs: Lrs) -> tuple[Speaker, dict[str, str]]:
    """A speaker whose tenant holds one statement of each shape, and the shapes by their ids."""
    speaker = lrs.speaker("all")
    named: dict[str, str] = {}
    for name, parts in SHAPES.items():
        sent = {**statement(WATCHED, OTHER, actor=PRINCIPAL), **parts}
        speaker.send(sent)
        named[sent["id"]] = name
    return speaker, named


@pytest.mark.parametrize(
    ("filters", "names"), MATCHES, ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:60]
)
def test_a_filter_finds_its_shapes(
    shapes: tuple[Speaker, dict[str, str]], filters: dict[str, Any], names: set[str]
) -> None:
    speaker, named = shapes
    assert {named[one] for one in speaker.find(**filters)} == names
    paged = speaker.find(**filters, limit="1", ascending=True)
    assert [named[one] for one in paged] == [name for name in SHAPES if name in names]


def test_without_filters_everything_comes_newest_first(shapes: tuple[Speaker, dict[str, str]]) -> None:
    speaker, named = shapes
    assert [named[one] for one in speaker.find()] == list(SHAPES)[::-1]
    assert [named[one] for one in speaker.find(ascending=True)] == list(SHAPES)
    assert [named[one] for one in speaker.find(limit="4")] == list(SHAPES)[::-1]


def test_the_sender_is_a_related_agent(speaker: Speaker) -> None:
    [sent] = speaker.send(statement(WATCHED, OTHER))
    authority = speaker.one(sent)["authority"]
    assert speaker.find(agent=authority, related_agents=True) == [sent]
    assert speaker.find(agent=authority) == []


def test_context_agents_and_groups_are_related(lrs: Lrs) -> None:
    speaker = lrs.speaker("all", version="2.0.0")
    context = {
        "contextAgents": [{"objectType": "contextAgent", "agent": CHEN}],
        "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [PRINCIPAL]}}],
    }
    [sent] = speaker.send(statement(WATCHED, OTHER, context=context))
    for agent in (CHEN, PRINCIPAL):
        assert speaker.find(agent=agent) == []
        assert speaker.find(agent=agent, related_agents=True) == [sent]


def test_since_is_later_than_and_until_is_up_to(speaker: Speaker) -> None:
    ids = [speaker.send(statement(WATCHED, OTHER))[0] for _ in range(5)]
    stored = [speaker.one(one)["stored"] for one in ids]
    for index in range(5):
        assert speaker.find(since=stored[index], ascending=True) == ids[index + 1 :]
        assert speaker.find(until=stored[index], ascending=True) == ids[: index + 1]
    assert speaker.find(since=stored[1], until=stored[3], ascending=True, limit="1") == ids[2:4]
    assert speaker.find(since=stored[3].replace("Z", "+00:00"), limit="0") == ids[4:]


def test_a_page_holds_no_more_than_its_limit(speaker: Speaker) -> None:
    ids = speaker.send(*[statement(WATCHED, OTHER) for _ in range(7)])
    first = speaker.get(limit="3", verb=WATCHED).json
    assert ids_of(first["statements"]) == ids[:-4:-1]
    second = speaker.get(first["more"]).json
    assert ids_of(second["statements"]) == ids[3:0:-1]
    third = speaker.get(second["more"]).json
    assert (ids_of(third["statements"]), third["more"]) == ([ids[0]], "")


def test_a_page_that_is_just_full_is_the_last(speaker: Speaker) -> None:
    speaker.send(*[statement(WATCHED, OTHER) for _ in range(3)])
    assert speaker.get(limit="3").json["more"] == ""


def test_paging_is_not_disturbed_by_what_arrives(speaker: Speaker) -> None:
    ids = speaker.send(*[statement(WATCHED, OTHER) for _ in range(4)])
    first = speaker.get(limit="2").json
    speaker.send(statement(WATCHED, OTHER))
    assert ids_of(speaker.get(first["more"]).json["statements"]) == ids[1::-1]


def test_more_keeps_format_and_filters(speaker: Speaker) -> None:
    named = {**ZHANG, "name": "张"}
    speaker.send(*[statement(WATCHED, OTHER, actor=named) for _ in range(3)], statement(DONE, OTHER, actor=CHEN))
    pages = speaker.read(agent=ZHANG, format="ids", limit="2")
    assert [one["actor"] for one in pages] == [ZHANG] * 3


def test_a_limit_beyond_the_most_is_cut(speaker: Speaker) -> None:
    speaker.send(*[statement(WATCHED, OTHER) for _ in range(101)])
    assert len(speaker.get().json["statements"]) == 100
    for limit in ("0", "1000", "999999999"):
        assert len(speaker.get(limit=limit).json["statements"]) == 101


def test_all_filters_together_agree_with_a_naive_reading(lrs: Lrs) -> None:
    """Every combination of agent, verb, activity and registration over statements of every combination."""
    speaker = lrs.speaker("all")
    choices = ([ZHANG, CHEN], [WATCHED, DONE], [LESSON, OTHER], [REGISTRATION, str(uuid.UUID(int=7))])
    sent = [
        statement(verb, activity, actor=actor, context={"registration": registration})
        for actor, verb, activity, registration in itertools.product(*choices)
    ]
    speaker.send(*sent)
    for agent, verb, activity, registration in itertools.product(*([None, *some] for some in choices)):
        asked = {"agent": agent, "verb": verb, "activity": activity, "registration": registration}
        filters = {name: value for name, value in asked.items() if value is not None}
        expected = [
            one["id"]
            for one in sent
            if agent in (None, one["actor"])
            and verb in (None, one["verb"]["id"])
            and activity in (None, one["object"]["id"])
            and registration in (None, one["context"]["registration"])
        ]
        assert speaker.find(**filters, ascending=True) == expected
