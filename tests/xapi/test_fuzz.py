"""Statements that nobody would send: whatever comes, it is taken whole or refused whole, and never a fault of ours."""

import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.support.lrs import Lrs, Speaker
from tests.support.statements import twelve
from tests.xapi.test_validation import ATTACHMENT, GROUP, REFERENCE, SUB, TAKEN
from xapi.tables import statement_activities, statement_agents, statement_references, statements

#: Scalars that have broken other programs.
NASTY = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2**63,
        -(2**70),
        1e308,
        0.1,
        "",
        " ",
        "\x00",
        "mailto:a@b",
        "https://example.org/\u202e课",
        "P",
        "9999-12-31T23:59:60-23:59",
        "0001-01-01T00:00:00+14:00",
        "\U0001f4da" * 50,
        "x" * 9000,
        "6690E6C9-3EF0-4ED3-8B37-7F3964730BEE",
        "http://adlnet.gov/expapi/verbs/voided",
        "Group",
        "SubStatement",
        "StatementRef",
    ]
)
PARTS = st.sampled_from(
    [GROUP, REFERENCE, SUB, ATTACHMENT, [ATTACHMENT], [], {}, [[]], {"id": {}}, {"objectType": []}]
).map(copy.deepcopy)
TEXTS = st.text(max_size=20)
JSON = st.recursive(
    NASTY | TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
SEEDS = [*(twelve(number) for number in range(1, 13)), *TAKEN.values()]
QUIET = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places_of(inner, (*path, step))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good statement in which up to three places were replaced, removed, renamed or moved."""
    statement = copy.deepcopy(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(places_of(statement))
        if not places:
            break
        *parents, last = draw(st.sampled_from(places))
        holder = statement
        for step in parents:
            holder = holder[step]
        _mutate(draw, holder, last)
    return statement


def _mutate(draw: st.DrawFn, holder: Any, last: Any) -> None:
    what = draw(st.sampled_from(["replace", "replace", "remove", "rename", "add"]))
    if what == "remove":
        del holder[last]
    elif what == "rename" and isinstance(holder, dict):
        holder[draw(TEXTS | st.sampled_from(["id", "objectType", "member", "definition"]))] = holder.pop(last)
    elif what == "add" and isinstance(holder, dict):
        holder[draw(st.sampled_from(["context", "result", "attachments", "object", "account", "team"]))] = draw(PARTS)
    else:
        holder[last] = draw(JSON | PARTS)


def last_place(lrs: Lrs) -> int:
    with lrs.database.read() as conn:
        return conn.scalar(select(func.max(statements.c.seq))) or 0


@pytest.fixture(scope="module")
def fuzzed(lrs: Lrs) -> Iterator[Speaker]:
    """Who sends all of it; at the end no row may be left that belongs to no statement."""
    yield lrs.speaker("all")
    with lrs.database.read() as conn:
        for table in (statement_agents, statement_activities, statement_references):
            lost = select(func.count()).select_from(table).where(table.c.seq.not_in(select(statements.c.seq)))
            assert conn.scalar(lost) == 0


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@QUIET
@given(batch=st.lists(mutated(), min_size=1, max_size=4))
def test_mutated_statements(lrs: Lrs, fuzzed: Speaker, version: str, batch: list[Any]) -> None:
    before = last_place(lrs)
    speaker = fuzzed.speaking(version)
    response = speaker.post(orjson.dumps(_without_huge(batch)))
    assert response.status_code in (200, 400, 409), response.get_data(as_text=True)
    if response.status_code != 200:
        assert last_place(lrs) == before
        assert response.json["error"]["message"]
        return
    for sent, given_id in zip(batch, response.json, strict=True):
        found = [
            speaker.get(**{name: given_id, "format": shape}).status_code
            for name in ("statementId", "voidedStatementId")
            for shape in ("exact", "ids", "canonical")
        ]
        assert sorted(found) == [200, 200, 200, 404, 404, 404], sent


@QUIET
@given(value=JSON)
def test_json_of_any_kind(fuzzed: Speaker, value: Any) -> None:
    response = fuzzed.post(orjson.dumps(_without_huge(value)))
    assert response.status_code in (200, 400)
    assert response.status_code == 400 or value == []


@QUIET
@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_bytes_of_any_kind(fuzzed: Speaker, body: bytes) -> None:
    for kind in ("application/json", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded", "\xff"):
        for path in ("statements", "statements?method=GET"):
            assert fuzzed.post(body, path, content_type=kind).status_code in (200, 400, 401)


FILTERS = ("agent", "verb", "activity", "registration", "since", "until", "limit", "cursor", "format", "statementId")
WORDS = st.sampled_from(
    [
        *("true", "0", "999999999999", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "a:b", "ids", "canonical"),
        '{"mbox":"mailto:a@b.c"}',
        '{"account":{"homePage":"x:y","name":"\\u0000"}}',
        "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
    ]
)


@QUIET
@given(params=st.dictionaries(st.sampled_from(FILTERS), WORDS | TEXTS, max_size=4), language=TEXTS)
def test_questions_of_any_kind(fuzzed: Speaker, params: dict[str, str], language: str) -> None:
    accepted = language.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    response = fuzzed.get(**params, headers={"Accept-Language": accepted})
    assert response.status_code in (200, 400, 404), response.get_data(as_text=True)


@QUIET
@given(
    resource=st.sampled_from(["activities/state", "activities/profile", "agents/profile", "agents", "activities"]),
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"]),
    params=st.dictionaries(
        st.sampled_from(["activityId", "agent", "stateId", "profileId", "registration", "since"]), WORDS | TEXTS
    ),
    body=JSON,
)
def test_documents_of_any_kind(fuzzed: Speaker, resource: str, method: str, params: dict[str, str], body: Any) -> None:
    response = fuzzed.call(method, resource, orjson.dumps(_without_huge(body)), **params)
    assert response.status_code in (200, 204, 400, 404, 405, 409), response.get_data(as_text=True)


def _without_huge(value: Any) -> Any:
    """Integers beyond 64 bits as the floats that JSON readers make of them; orjson writes no others."""
    if isinstance(value, dict):
        return {name.encode("utf-8", "replace").decode(): _without_huge(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_huge(inner) for inner in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if type(value) is int and not -(2**63) <= value < 2**64:
        return float(value)
    return value


NUMBERS = [b"1e400", b"-1e400", b"123456789012345678901234567890", b"1E+2", b"-0", b"0.1e-400"]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_kept_or_refused(fuzzed: Speaker, number: bytes) -> None:
    """A number that cannot be written back as JSON must not silently become null."""
    body = b'{"actor":{"mbox":"mailto:a@b.c"},"verb":{"id":"x:y"},"object":{"id":"x:y"}'
    response = fuzzed.post(body + b',"result":{"extensions":{"x:n":%s}}}' % number)
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert fuzzed.one(response.json[0])["result"]["extensions"]["x:n"] is not None
