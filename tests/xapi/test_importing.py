"""Bulk import of a file, and forwarding to another record store: both go on where they stopped."""

import gzip
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import request

from lti_tool.storage.database import Database, open_database
from tests.support import databases
from tests.support.lrs import Lrs, multipart, split_multipart
from tests.support.statements import ADL, CHEN, LESSON, statement
from xapi.credentials import find_credential
from xapi.forwarding import ForwardStopped, Target, forward
from xapi.importing import ImportResult, import_lines
from xapi.values import Credential


def learned(**parts: Any) -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, **parts)


class Importer:
    """Imports files into a store of its own."""

    def __init__(self, lrs: Lrs, folder: Path) -> None:
        self.lrs, self.folder = lrs, folder
        self.speaker = lrs.speaker("all")
        self.errors = folder / "errors.jsonl"

    @property
    def credential(self) -> Credential:
        with self.lrs.database.read() as conn:
            found = find_credential(conn, self.speaker.key)
        assert found is not None
        return found

    def write(self, *lines: Any, name: str = "statements.jsonl", mode: str = "wb") -> Path:
        path = self.folder / name
        texts = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
        with path.open(mode) as file:
            file.write(b"".join(text + b"\n" for text in texts))
        return path

    def run(self, path: Path, **options: Any) -> ImportResult:
        return import_lines(self.lrs.store, path, self.credential, errors_to=self.errors, **options)

    def set_aside(self) -> list[tuple[int, str]]:
        entries = [json.loads(line) for line in self.errors.read_text(encoding="utf-8").splitlines()]
        return [(entry["line"], entry["reason"]) for entry in entries]


@pytest.fixture
def importer(db: Database, tmp_path: Path) -> Importer:
    return Importer(Lrs(db, tmp_path), tmp_path)


def test_every_line_becomes_a_statement(importer: Importer) -> None:
    sent = [learned() for _ in range(450)]
    told: list[tuple[int, int]] = []
    path = importer.write(*sent)
    assert importer.run(path, progress=lambda done, size: told.append((done, size))) == ImportResult(stored=450)
    assert importer.speaker.find(ascending=True) == [one["id"] for one in sent]
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert [one.id for one in importer.lrs.told] == [one["id"] for one in sent]
    assert not importer.errors.exists()


def test_wrong_lines_are_set_aside_with_number_and_reason(importer: Importer) -> None:
    [taken] = importer.speaker.send(learned())
    photo = {
        "usageType": "https://example.org/photo",
        "display": {},
        "contentType": "image/jpeg",
        "length": 1,
        "sha2": "a" * 64,
    }
    good = [learned() for _ in range(3)]
    wrong = {
        2: (b'{"actor": ', "JSON"),
        4: (b"", ""),
        5: ({**learned(), "object": {"id": "lesson"}, "result": 7}, "object.id: must be an absolute IRI"),
        6: ([learned()], "object"),
        7: (learned(id=taken, actor=CHEN), "stored already"),
        8: (learned(attachments=[photo]), "neither bytes"),
        10: (learned(id=good[0]["id"], actor=CHEN), "stored already"),
    }
    lines = [good[0], wrong[2][0], good[1], *(wrong[n][0] for n in (4, 5, 6, 7, 8)), good[2], wrong[10][0]]
    result = importer.run(importer.write(*lines))
    assert (result.stored, result.known, result.set_aside) == (3, 0, 6)
    told = importer.set_aside()
    assert [number for number, _ in told] == [2, 5, 6, 7, 8, 10]
    for number, reason in told:
        assert str(wrong[number][1]) in reason
    text = json.loads(importer.errors.read_text(encoding="utf-8").splitlines()[1])["text"]
    assert json.loads(text) == wrong[5][0]


def test_what_is_there_already_is_known(importer: Importer) -> None:
    sent = [learned() for _ in range(3)]
    importer.speaker.send(*sent[:2])
    assert importer.run(importer.write(*sent)) == ImportResult(stored=1, known=2)


def test_a_file_that_was_done_is_not_read_again_and_one_that_grew_goes_on(importer: Importer) -> None:
    nameless = {name: value for name, value in learned().items() if name != "id"}
    path = importer.write(nameless, b"broken")
    assert importer.run(path) == ImportResult(stored=1, set_aside=1)
    assert importer.run(path) == ImportResult(resumed_after=2)
    importer.write(learned(), mode="ab")
    assert importer.run(path) == ImportResult(stored=1, resumed_after=2)
    assert len(importer.speaker.find()) == 2
    assert importer.set_aside() == [(2, importer.set_aside()[0][1])]


def test_another_file_under_the_same_name_begins_at_its_start(importer: Importer) -> None:
    path = importer.write(learned(), learned())
    importer.run(path)
    importer.write(learned())
    assert importer.run(path) == ImportResult(stored=1)


def test_an_interrupted_import_goes_on_where_it_stopped(importer: Importer) -> None:
    """Statements without ids: whatever were done twice would be there twice."""
    bare = [{**learned(), "result": {"response": str(number)}} for number in range(700)]
    lines: list[Any] = [{name: value for name, value in one.items() if name != "id"} for one in bare]
    lines[350] = b"broken"
    path = importer.write(*lines)

    class PowerCut(Exception):  # noqa: N818
        pass

    def cut(done: int, size: int) -> None:
        if done > size / 3:
            raise PowerCut

    with pytest.raises(PowerCut):
        importer.run(path, progress=cut)
    half = importer.run(path)
    assert 0 < half.resumed_after < 700
    kept = [one["result"]["response"] for one in importer.speaker.read(limit="1000", ascending=True)]
    assert kept == [str(number) for number in range(700) if number != 350]
    assert [number for number, _ in importer.set_aside()] == [351]


def test_a_unit_that_fails_is_not_half_done(importer: Importer) -> None:
    path = importer.write(learned(), b"broken", learned())

    def fail(_conn: Any, _batch: Any) -> None:
        raise RuntimeError("the host could not")

    working = importer.lrs.store._on_stored
    importer.lrs.store._on_stored = fail
    with pytest.raises(RuntimeError):
        importer.run(path)
    importer.lrs.store._on_stored = working
    assert importer.speaker.find() == []
    assert importer.run(path) == ImportResult(stored=2, set_aside=1)
    assert len(importer.set_aside()) == 1


def test_a_statement_of_version_2_is_read_as_such(importer: Importer) -> None:
    context = {"contextAgents": [{"objectType": "contextAgent", "agent": CHEN}]}
    result = importer.run(importer.write(learned(version="2.0.0", context=context), learned(context=context)))
    assert (result.stored, result.set_aside) == (1, 1)


def test_the_credential_decides_what_may_be_said(importer: Importer) -> None:
    bound = importer.lrs.speaker("statements/write", agent=CHEN)
    importer.speaker = bound
    assert importer.run(importer.write(learned(), learned(actor=CHEN))).set_aside == 1


# Forwarding.


class Other:
    """Another record store, on loopback, that can be told to misbehave."""

    def __init__(self, lrs: Lrs, live_server: Callable[[Any], str]) -> None:
        self.lrs = lrs
        self.speaker = lrs.speaker("all")
        self.bodies: list[bytes] = []
        self.failure: int | None = None
        lrs.app.before_request(self._look)
        self.url = live_server(lrs.app) + "/xapi/"

    def _look(self) -> Any:
        if request.method == "POST":
            self.bodies.append(request.get_data())
            if self.failure is not None:
                return "no", self.failure
        return None

    @property
    def target(self) -> Target:
        return Target(self.url, self.speaker.key, self.speaker.secret)


@pytest.fixture
def here(db: Database, tmp_path: Path) -> Lrs:
    return Lrs(db, tmp_path / "here")


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path, live_server: Callable[[Any], str]) -> Iterator[Other]:
    folder = tmp_path / "there"
    folder.mkdir()
    database = open_database(databases.clone_sqlite(sqlite_template, folder))
    yield Other(Lrs(database, folder), live_server)
    database.close()


def test_everything_is_forwarded_once_and_in_order(here: Lrs, other: Other) -> None:
    speaker = here.speaker("all")
    sent = [learned(actor={**CHEN, "name": "陈老师"}, timestamp="2026-10-12T19:40:12+08:00") for _ in range(230)]
    speaker.send(*sent)
    counts: list[int] = []
    assert forward(here.store, other.target, progress=counts.append).sent == 230
    assert counts == [100, 100, 30]
    assert other.speaker.find(ascending=True) == [one["id"] for one in sent]
    assert other.speaker.one(sent[0]["id"])["actor"] == sent[0]["actor"]
    other.bodies.clear()
    assert forward(here.store, other.target).sent == 0
    assert other.bodies == []
    [later] = speaker.send(learned())
    assert forward(here.store, other.target).sent == 1
    assert other.speaker.one(later)["authority"]["account"]["name"] == other.speaker.key


def test_forwarding_stops_when_the_other_side_fails_and_goes_on_later(here: Lrs, other: Other) -> None:
    ids = here.speaker("all").send(*[learned() for _ in range(150)])
    for status in (401, 429, 500, 503):
        other.failure = status
        with pytest.raises(ForwardStopped, match=str(status)):
            forward(here.store, other.target)
    other.failure = None

    def cut(_count: int) -> None:
        other.failure = 500

    with pytest.raises(ForwardStopped):
        forward(here.store, other.target, progress=cut)
    other.failure = None
    assert forward(here.store, other.target).sent == 50
    assert other.speaker.find(ascending=True, limit="1000") == ids


def test_who_cannot_be_reached_is_named(here: Lrs) -> None:
    here.speaker("all").send(learned())
    nobody = Target("http://127.0.0.1:9/xapi/", "a", "b")
    with pytest.raises(ForwardStopped, match=r"127\.0\.0\.1:9/xapi/ cannot be reached"):
        forward(here.store, nobody)


def test_what_the_other_side_refuses_is_passed_over_with_its_reason(here: Lrs, other: Other) -> None:
    [first, clash, last] = here.speaker("all").send(*[learned() for _ in range(3)])
    other.speaker.send(learned(id=clash, actor=CHEN))
    result = forward(here.store, other.target)
    assert result.sent == 2
    assert [(one, reason[:3]) for one, reason in result.refused] == [(clash, "409")]
    assert set(other.speaker.find()) == {first, clash, last}
    assert forward(here.store, other.target).sent == 0


def test_attachments_and_statements_of_version_2_go_along(here: Lrs, other: Other) -> None:
    photo = b"\xff\xd8 photo"
    described = {
        "usageType": "https://example.org/photo",
        "display": {"zh-CN": "照片"},
        "contentType": "image/jpeg",
        "length": len(photo),
        "sha2": hashlib.sha256(photo).hexdigest(),
    }
    speaker = here.speaker("all", version="2.0.0")
    context = {"contextAgents": [{"objectType": "contextAgent", "agent": CHEN}]}
    sent = learned(attachments=[described], context=context)
    part = {"Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": described["sha2"]}
    kind, body = multipart(({"Content-Type": "application/json"}, json.dumps(sent).encode()), (part, photo))
    assert speaker.post(gzip.compress(body), content_type=kind, headers={"Content-Encoding": "gzip"}).status_code == 200
    assert forward(here.store, other.target).sent == 1
    arrived = other.speaker.get(statementId=sent["id"], attachments=True)
    assert split_multipart(arrived)[1][1] == photo
    assert other.speaker.one(sent["id"])["context"] == context


def test_voids_are_forwarded_with_their_targets(here: Lrs, other: Other) -> None:
    speaker = here.speaker("all")
    [gone] = speaker.send(learned())
    taking = {
        **statement("http://adlnet.gov/expapi/verbs/voided", LESSON, id=str(uuid.uuid4())),
        "object": {"objectType": "StatementRef", "id": gone},
    }
    speaker.send(taking)
    assert forward(here.store, other.target).sent == 2
    assert other.speaker.get(voidedStatementId=gone).status_code == 200
