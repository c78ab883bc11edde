"""Bodies that are too large, too deep, packed, or cut off."""

import gzip
from typing import Any

import orjson
import pytest
from sqlalchemy import delete, text

from lti_tool.storage.database import Database
from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, LESSON, statement
from xapi.tables import metadata

EXTENSION = "https://example.org/extension"
LIMIT = 20_000
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def small(sqlite_lrs: Lrs, tmp_path_factory: pytest.TempPathFactory) -> Speaker:
    """Speaks to a store that takes twenty thousand bytes and no more."""
    return Lrs(sqlite_lrs.database, tmp_path_factory.mktemp("small"), max_body_bytes=LIMIT).speaker("all")


def padded(size: int) -> bytes:
    """JSON of one statement in exactly `size` bytes."""
    bare = orjson.dumps(statement(ADL + "experienced", LESSON, result={"response": ""}))
    return bare.replace(b'"response":""', b'"response":"' + b"x" * (size - len(bare)) + b'"')


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(small: Speaker) -> None:
    assert small.post(padded(LIMIT)).status_code == 200
    response = small.post(padded(LIMIT + 1))
    assert (response.status_code, response.json["error"]["code"]) == (413, "too_large")
    assert (
        small.put(b"x" * (LIMIT + 1), "agents/profile", agent={"mbox": "mailto:a@b.c"}, profileId="x").status_code
        == 413
    )


def test_a_packed_body_is_unpacked_up_to_the_limit(small: Speaker) -> None:
    assert small.post(gzip.compress(padded(LIMIT)), headers=GZIP).status_code == 200
    assert small.post(gzip.compress(padded(LIMIT + 1)), headers=GZIP).status_code == 413
    assert small.post(gzip.compress(b" " * 50_000_000), headers=GZIP).status_code == 413


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"{}")[:-3], b""], ids=["plain", "cut off", "nothing"])
def test_a_broken_packed_body_is_refused(small: Speaker, body: bytes) -> None:
    assert small.post(body, headers=GZIP).status_code == 400


def test_other_packings_are_refused(small: Speaker) -> None:
    assert small.post(b"{}", headers={"Content-Encoding": "br"}).status_code == 400


def nested(depth: int, *, opening: bytes, closing: bytes) -> bytes:
    bare = b'{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"x:y"},"object":{"id":"x:y"},"result":{"extensions":'
    return bare + b'{"x:z":' + opening * depth + b"1" + closing * depth + b"}}}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_json_may_be_deep_but_not_without_end(sqlite_lrs: Lrs, opening: bytes, closing: bytes) -> None:
    speaker = sqlite_lrs.speaker("all")
    [sent] = speaker.post(nested(200, opening=opening, closing=closing)).json
    assert speaker.get(statementId=sent).status_code == 200
    for shape in ("exact", "ids", "canonical"):
        assert len(speaker.get(format=shape).json["statements"]) == 1
    for depth in (245, 250, 255, 300, 1000, 5000, 50_000):
        response = speaker.post(b"[" + nested(depth, opening=opening, closing=closing) + b"]")
        assert response.status_code in (200, 400)
        if depth > 254:
            assert response.json["error"]["code"] == "invalid_json"
    assert speaker.get(format="canonical").status_code == 200


def test_deep_json_is_refused_as_a_document_too(sqlite_lrs: Lrs) -> None:
    speaker = sqlite_lrs.speaker("all")
    place: dict[str, Any] = {"activityId": LESSON, "profileId": "deep"}
    for body in (b"[" * 100_000, b'{"a":' * 300 + b"1" + b"}" * 300):
        response = speaker.put(body, "activities/profile", content_type="application/json", **place)
        assert response.status_code == 400


def test_a_batch_of_many_small_statements_is_one_unit(db: Database, tmp_path: Any) -> None:
    """More statements than a database takes parameters in one command."""
    bare = b'{"id":"%s","actor":{"mbox":"mailto:a%d@x.y"},"verb":{"id":"x:y"},"object":{"id":"x:%d"}}'
    ids = [b"00000000-0000-4000-8000-%012d" % n for n in range(34_000)]
    body = b"[" + b",".join(bare % (one, n % 7, n % 11) for n, one in enumerate(ids)) + b"]"
    speaker = Lrs(db, tmp_path).speaker("all")
    pretend_to_be_empty(db, speaker)
    assert speaker.post(body).status_code == 200
    assert speaker.post(body).status_code == 200
    with db.read() as conn:
        assert Lrs(db, tmp_path).store.count(conn) == len(ids)


def pretend_to_be_empty(db: Database, speaker: Any) -> None:
    """Let the database believe that its table of statements is empty: by a plan for that, the test takes for ever."""
    if db.is_sqlite:
        return
    speaker.send(*(statement(ADL + "experienced", LESSON) for _ in range(200)))
    with db.begin() as conn:
        for table in reversed(metadata.sorted_tables):
            if table.name.startswith("xapi_statement"):
                conn.execute(delete(table))
        conn.execute(text("ANALYZE xapi_statements"))
