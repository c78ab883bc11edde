"""From `POST /xapi/statements` to `/api`: what contract §3 and §5 promise to programs, on each engine."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.domain.identifiers import account_key
from lti_tool.storage.database import Database
from tests.support.clock import FakeClock
from tests.support.statements import ADL, ZHANG, account, slice_, statement, twelve
from tests.web.launching import EXAMPLE, Installation, another_programme
from xapi import credentials

PROGRAMME, PARTICIPANT = "hz-2026", "a6f10c3e"
LIST = f"/api/programmes/{PROGRAMME}/credits"
ONE = f"/api/programmes/{PROGRAMME}/participants/{PARTICIPANT}/credits"
XAPI = {"X-Experience-API-Version": "1.0.3"}
_FIVE_MINUTES = ("2026-10-13T19:20:00+08:00", "2026-10-13T19:25:00+08:00")


class Programs:
    """A content server that sends and a reader that asks."""

    def __init__(self, tool: Installation) -> None:
        self.tool = tool
        self.client: FlaskClient = tool.app.test_client()
        self.sender = self.key(("statements/write",))
        self.reader = self.key(("credits/read",))

    def key(self, scopes: Sequence[str], tenant: str | None = None) -> tuple[str, str]:
        with self.tool.db.begin() as conn:
            return credentials.create(conn, "test", scopes, tenant=tenant, attributes={"evidence": ["all"]})

    def send(self, body: Any = None, **how: Any) -> TestResponse:
        given = {"auth": self.sender, "headers": XAPI, **how}
        if "data" not in given:
            given["json"] = body
        return self.client.post("/xapi/statements", **given)

    def read(self, path: str, **how: Any) -> TestResponse:
        return self.client.get(path, **{"auth": self.reader, **how})

    def credit(self) -> Any:
        answer = self.read(ONE)
        assert answer.status_code == 200
        return answer.json


@pytest.fixture
def programs(tool: Installation) -> Programs:
    tool.load()
    return Programs(tool)


class TestCredits:
    def test_a_credit_has_the_shape_of_the_contract(self, programs: Programs) -> None:
        sent = [twelve(number) for number in (1, 2, 3)]
        assert programs.send(sent).status_code == 200

        credit = programs.credit()

        assert (credit["programme"], credit["participant"], credit["name"]) == (PROGRAMME, PARTICIPANT, "张老师")
        assert (credit["school"], credit["group"]) == ("3301000123", "grp-math-01")
        assert credit["maximum"] == 50
        assert set(credit["components"]) == {"online", "offline", "practice"}
        assert set(credit["components"]["online"]) == {"credits", "maximum", "seconds", "required_seconds", "met"}
        assert set(credit["components"]["practice"]) == {"credits", "maximum", "surplus", "met"}
        assert set(credit["unmet"]) <= {"online", "offline", "practice", "plan", "assess"}
        assert credit["rule_set"] == "zj-ts2-2021-10"
        assert credit["as_of"].endswith("Z")
        explained = {entry["statement"] for entry in credit["explanation"]}
        assert explained == {one["id"] for one in sent if one["actor"]["account"]["name"] == ZHANG["account"]["name"]}

    def test_a_figure_reflects_every_statement_acknowledged_before(self, programs: Programs) -> None:
        for number in range(1, 4):
            day = f"2026-10-{10 + number}"
            assert programs.send(slice_(f"{day}T19:20:00+08:00", f"{day}T19:25:00+08:00")).status_code == 200
            assert programs.credit()["components"]["online"]["seconds"] == 300 * number

    def test_pages_follow_each_other_and_hold_everybody_once(self, programs: Programs) -> None:
        seen, cursor = [], ""
        while cursor is not None:
            page = programs.read(LIST, query_string={"limit": 3, **({"cursor": cursor} if cursor else {})}).json
            assert page
            assert len(page["credits"]) <= 3
            seen += [credit["participant"] for credit in page["credits"]]
            cursor = page["next"]
        assert len(seen) == len(set(seen)) == 10

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ({"school": "3301000123"}, 5),
            ({"group": "grp-math-01"}, 2),
            ({"status": "not_started"}, 10),
            ({"status": "qualified"}, 0),
            ({"school": "nowhere"}, 0),
        ],
    )
    def test_filters(self, programs: Programs, query: dict[str, str], number: int) -> None:
        page = programs.read(LIST, query_string=query).json
        assert page
        assert len(page["credits"]) == number

    @pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"cursor": "x"}, {"status": "done"}, {"a": "b"}])
    def test_mistakes_of_a_query_are_named(self, programs: Programs, query: dict[str, str]) -> None:
        answer = programs.read(LIST, query_string=query)
        assert answer.status_code == 400
        assert answer.json
        assert answer.json["error"]["details"][0]["field"] == next(iter(query))


class TestWhoMayRead:
    @pytest.mark.parametrize("path", [LIST, ONE])
    def test_nobody_without_a_key(self, programs: Programs, path: str) -> None:
        for auth in (None, ("nobody", "nothing"), (programs.reader[0], "wrong")):
            answer = programs.client.get(path, auth=auth)
            assert answer.status_code == 401
            assert "Basic" in answer.headers["WWW-Authenticate"]
            assert answer.json
            assert set(answer.json["error"]) == {"code", "message", "details"}

    @pytest.mark.parametrize("scopes", [("statements/write",), ("all",), ("all/read",)])
    def test_not_a_sender_of_statements(self, programs: Programs, scopes: tuple[str, ...]) -> None:
        assert programs.read(LIST, auth=programs.key(scopes)).status_code == 403

    def test_another_programmes_key_sees_nothing_of_this_one(self, programs: Programs) -> None:
        programs.tool.load(another_programme("other", "Other"))
        bound = programs.key(("credits/read",), tenant="other")

        assert programs.read("/api/programmes/other/credits", auth=bound).status_code == 200
        theirs, nobodys = (programs.read(f"/api/programmes/{id_}/credits", auth=bound) for id_ in (PROGRAMME, "none"))
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json == nobodys.json

    @pytest.mark.parametrize("participant", ["nobody", "a6f10c3e%00", "%00", "s-01"])
    def test_an_id_that_is_no_participants_is_not_found(self, programs: Programs, participant: str) -> None:
        answer = programs.read(f"/api/programmes/{PROGRAMME}/participants/{participant}/credits")
        assert answer.status_code == 404


class TestBadInput:
    """Each a clear error, nothing half-written, nothing lost."""

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            pytest.param("{", 400, id="half a brace"),
            pytest.param("[" * 5000 + "]" * 5000, 400, id="five thousand levels"),
            pytest.param('{"a": NaN}', 400, id="no JSON number"),
            pytest.param(b"\xff\xfe", 400, id="no UTF-8"),
            pytest.param("", 400, id="nothing"),
        ],
    )
    def test_malformed_json(self, programs: Programs, body: str | bytes, status: int) -> None:
        answer = programs.send(data=body, headers={**XAPI, "Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.json
        assert answer.json["error"]["message"]
        assert programs.credit()["explanation"] == []

    def test_a_body_over_the_limit(self, programs: Programs) -> None:
        limit = programs.tool.app.config["MAX_CONTENT_LENGTH"]
        answer = programs.send(data=b" " * (limit + 1), headers={**XAPI, "Content-Type": "application/json"})
        assert answer.status_code == 413
        assert answer.json
        assert str(limit) in answer.json["error"]["message"]

    def test_one_bad_statement_refuses_the_batch_and_names_its_place(self, programs: Programs) -> None:
        good, bad = slice_(*_FIVE_MINUTES), slice_(*_FIVE_MINUTES)
        bad["actor"] = {"mbox": "zhang"}
        answer = programs.send([good, bad])
        assert answer.status_code == 400
        assert "[1].actor.mbox" in answer.get_data(as_text=True)
        assert programs.credit()["explanation"] == []

    def test_a_statement_of_an_unknown_person_is_kept_and_counts_once_the_person_is_known(
        self, programs: Programs
    ) -> None:
        stranger = account("b1d52aa-new")
        answer = programs.send(slice_(*_FIVE_MINUTES, actor=stranger))
        assert answer.status_code == 200
        assert programs.credit()["components"]["online"]["seconds"] == 0

        programs.tool.load(_with_account(stranger))

        assert programs.credit()["components"]["online"]["seconds"] == 300

    def test_a_statement_about_an_unknown_activity_is_kept_with_its_reason(self, programs: Programs) -> None:
        sent = statement(ADL + "experienced", "https://elsewhere.example.org/1", id=str(uuid.uuid4()))
        assert programs.send(sent).status_code == 200
        [entry] = programs.credit()["explanation"]
        assert (entry["statement"], entry["counted"], entry["reason"]) == (sent["id"], False, "unknown_course")


def _with_account(actor: dict[str, Any]) -> Any:
    """The example programme after its roster learned an account of 张老师."""
    key = account_key(actor["account"]["homePage"], actor["account"]["name"])
    return replace(EXAMPLE, identifiers=(*EXAMPLE.identifiers, (key, PARTICIPANT)))


class TestHealth:
    def test_alive_ready_and_measured(self, programs: Programs) -> None:
        assert programs.client.get("/healthz").json == {"status": "ok"}
        assert programs.client.get("/readyz").json == {"status": "ready"}
        assert "# HELP" in programs.client.get("/metrics").get_data(as_text=True)

    def test_the_description_covers_every_route(self, programs: Programs) -> None:
        described = programs.client.get("/api/openapi.json").json
        assert described
        rules = {rule.rule for rule in programs.tool.app.url_map.iter_rules() if rule.rule.startswith("/api/pro")}
        assert {re.sub(r"{[^}]*}", "{}", path) for path in described["paths"]} == {
            re.sub(r"<[^>]*>", "{}", rule) for rule in rules
        }


def test_a_database_that_is_not_migrated_is_not_ready(db: Database, clock: FakeClock, tmp_path: Any) -> None:
    tool = Installation(db, clock, tmp_path)
    with db.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = tool.app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert "xuefen db upgrade" in answer.json["error"]["message"]
