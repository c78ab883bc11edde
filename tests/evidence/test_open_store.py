"""The installation's record store: whose word its statements stand on."""

from dataclasses import replace
from pathlib import Path

from lti_tool.config import Files, Server, Settings
from lti_tool.evidence.store import open_store
from lti_tool.storage.database import Database
from lti_tool.storage.queries.statements import find_statements
from tests.support.clock import FakeClock
from tests.support.statements import slice_
from xapi import credentials


def test_the_authority_of_a_statement_lives_at_the_public_address(
    db: Database, clock: FakeClock, tmp_path: Path
) -> None:
    served = Server(public_url="https://xuefen.example.org")
    store = open_store(replace(Settings(), server=served, files=Files(str(tmp_path))), db, clock=clock)
    with db.begin() as conn:
        key, _ = credentials.create(conn, "source", ("all",), tenant="hz-2026", attributes={"evidence": ["all"]})
    with db.read() as conn:
        source = credentials.find_credential(conn, key)
    assert source is not None

    [sent] = store.accept([slice_("2026-10-12T19:00:00+08:00", "2026-10-12T19:05:00+08:00")], source)

    with db.read() as conn:
        stored = find_statements(conn, "hz-2026", [sent])[sent]
    assert stored["authority"]["account"] == {"homePage": "https://xuefen.example.org/xapi", "name": key}
