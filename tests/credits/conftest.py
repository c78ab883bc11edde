"""A tool with the example programme loaded, and a source whose statements may count as anything."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import URL

from lti_tool.cli import main
from lti_tool.config import Files, Settings
from lti_tool.credits.service import Credits
from lti_tool.evidence.intake import Intake
from lti_tool.evidence.store import open_store
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries.people import touch_programme
from lti_tool.storage.queries.results import find_results
from tests.support.clock import FakeClock
from xapi import Credential, Store, credentials

EXAMPLE = read_programme_file(Path("examples/programme.toml"))


class Tool:
    """The example programme with a record store and its credits."""

    def __init__(self, db: Database, store: Store, credits_: Credits, intake: Intake) -> None:
        self.db = db
        self.store = store
        self.credits = credits_
        self.intake = intake

    def credential(self, *evidence: str, tenant: str | None = None, **attributes: Any) -> Credential:
        with self.db.begin() as conn:
            key, secret = credentials.create(
                conn, "source", ("all",), tenant=tenant, attributes={"evidence": list(evidence), **attributes}
            )
        with self.db.read() as conn:
            found = credentials.authenticate(conn, key, secret, self.store.clock())
        assert found is not None
        return found

    def send(self, *statements: dict[str, Any], source: Credential | None = None) -> None:
        self.store.accept(list(statements), source or self.credential("all"))

    def results(self) -> dict[str, dict[str, Any]]:
        """What is kept of everybody."""
        with self.db.read() as conn:
            rows = find_results(conn, EXAMPLE.programme.id, [person.id for person in EXAMPLE.participants])
        return {person: dict(row) for person, row in rows.items()}

    def touch_everybody(self) -> None:
        with self.db.begin() as conn:
            touch_programme(conn, EXAMPLE.programme.id)


def make_tool(db: Database, clock: FakeClock, folder: Path) -> Tool:
    """The example programme in a fresh database."""
    settings = replace(Settings(), files=Files(str(folder / "files")))
    intake = Intake(settings.xapi.vocabulary)
    with db.begin() as conn:
        apply_programme(conn, EXAMPLE, clock())
    return Tool(db, open_store(settings, db, intake, clock), Credits(db, clock), intake)


@pytest.fixture
def tool(db: Database, clock: FakeClock, tmp_path: Path) -> Tool:
    return make_tool(db, clock, tmp_path)


@pytest.fixture
def run(database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command line on the test's own database."""
    monkeypatch.setenv("XUEFEN_DATABASE__URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("XUEFEN_FILES__DIRECTORY", str(tmp_path / "files"))
    monkeypatch.setattr("lti_tool.cli.context.pending_migrations", lambda _: [])

    def _run(*arguments: str):
        return CliRunner().invoke(main, arguments)

    return _run
