"""The servers that are measured, and the ceilings beside them in the same process.

`/one-row` parses a statement and commits one row with it. `/same-rows` parses a batch and puts the same rows into the
same tables in the same way as the record store. Neither asks for a credential, validates, or reads anything first;
whatever a row needs besides the statement is known beforehand.
"""

import os
from dataclasses import replace
from typing import Any

import orjson
from flask import Flask, request
from sqlalchemy import insert, select

from lti_tool.cli.memory import keep_what_is_loaded
from lti_tool.config import Files, Settings
from lti_tool.storage.database import Database, open_database
from lti_tool.web.app import create_app
from tests.support.lrs import from_environment
from xapi.bulk import insert_rows
from xapi.moments import utc_now
from xapi.reserves import share_one_arena
from xapi.sequence import Sequence
from xapi.tables import activities, agents, credentials, statement_activities, statement_agents, statements, verbs

ONE_ROW, SAME_ROWS = "/one-row", "/same-rows"
#: What gunicorn is given.
ALONE, WHOLE = "tests.benchmarks.ceiling:alone()", "tests.benchmarks.ceiling:whole()"


def alone() -> Flask:
    """The record store by itself."""
    share_one_arena()
    return _with_ceilings(from_environment())


def whole() -> Flask:
    """The tool as `xuefen serve` runs it: statements become evidence in their own transaction."""
    share_one_arena()
    database = open_database(os.environ["LRS_DATABASE"])
    return _with_ceilings(create_app(replace(Settings(), files=Files(os.environ["LRS_FOLDER"])), db=database))


def _with_ceilings(app: Flask) -> Flask:
    bare = Bare(open_database(os.environ["LRS_DATABASE"]))
    app.add_url_rule(ONE_ROW, view_func=bare.one_row, methods=["POST"])
    app.add_url_rule(SAME_ROWS, view_func=bare.same_rows, methods=["POST"])
    keep_what_is_loaded()  # as `xuefen serve` does
    return app


class Bare:
    """Parse and insert, and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._order = Sequence(utc_now)
        self._ids: dict[str, int] = {}

    def one_row(self) -> str:
        statement = orjson.loads(request.get_data())
        self._load()
        [seq] = self._order.take(1)
        with self._database.begin() as conn:
            conn.execute(insert(statements), self._row(seq, statement))
        return ""

    def same_rows(self) -> str:
        batch = orjson.loads(request.get_data())
        self._load()
        seqs = self._order.take(len(batch))
        with self._database.begin() as conn:
            insert_rows(
                conn,
                (statements, [self._row(seq, one) for seq, one in zip(seqs, batch, strict=True)]),
                (statement_agents, self._agents(seqs, batch)),
                (statement_activities, self._activities(seqs, batch)),
            )
        return ""

    def _agents(self, seqs: list[int], batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"agent_id": self._agent(one["context"]["instructor"]), "seq": seq, "direct": False}
            for seq, one in zip(seqs, batch, strict=True)
        ]

    def _activities(self, seqs: list[int], batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"activity_id": self._ids[activity["id"]], "seq": seq}
            for seq, one in zip(seqs, batch, strict=True)
            for some in one["context"]["contextActivities"].values()
            for activity in some
        ]

    def _load(self) -> None:
        if self._ids:
            return
        with self._database.read() as conn:
            found = {"credential": conn.scalar(select(credentials.c.id)) or 0}
            for table in (agents, verbs, activities):
                found.update({row.key: row.id for row in conn.execute(select(table.c.key, table.c.id))})
        self._ids = found

    def _agent(self, actor: dict[str, Any]) -> int:
        return self._ids[f"account|{actor['account']['homePage']}|{actor['account']['name']}"]

    def _row(self, seq: int, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "seq": seq,
            "id": one["id"],
            "credential_id": self._ids["credential"],
            "tenant": "bench",
            "actor_id": self._agent(one["actor"]),
            "verb_id": self._ids[one["verb"]["id"]],
            "activity_id": self._ids[one["object"]["id"]],
            "registration": one["context"]["registration"],
            "timestamp": seq // 1024,
            "major": 1,
            "voided": False,
            "statement": orjson.dumps(one).decode(),
        }
