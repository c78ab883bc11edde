"""Migrations: they make exactly the schema that the code knows, and rows that are there live through them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.engine import URL

from lti_tool.config import Files, Settings
from lti_tool.credits.rebuild import rebuild_evidence
from lti_tool.credits.service import Credits
from lti_tool.evidence.intake import Intake
from lti_tool.evidence.store import open_store
from lti_tool.paths import shipped
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.schema import all_metadata
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.migrate import pending_migrations, upgrade
from tests.support.statements import twelve
from xapi import Store, credentials

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def empty(empty_database_url: URL) -> Iterator[Database]:
    database = open_database(empty_database_url)
    yield database
    database.close()


def move(db: Database, revision: str) -> None:
    """Migrate to a revision, up or down."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    with db.begin() as connection:
        config.attributes["connection"] = connection
        here = MigrationContext.configure(connection).get_current_revision() or "base"
        is_down = revision == "base" or (here != "base" and revision < here)
        (command.downgrade if is_down else command.upgrade)(config, revision)


def revisions() -> list[str]:
    return [script.revision for script in ScriptDirectory(str(shipped("migrations"))).walk_revisions()][::-1]


def test_the_migrated_schema_is_the_one_that_the_code_knows(empty: Database) -> None:
    upgrade(empty)
    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, list(all_metadata())) == []


def test_a_database_knows_what_it_lacks(empty: Database) -> None:
    assert pending_migrations(empty) == revisions()
    move(empty, revisions()[0])
    assert pending_migrations(empty) == revisions()[1:]
    upgrade(empty)
    assert pending_migrations(empty) == []


def test_each_step_can_be_taken_back(empty: Database) -> None:
    upgrade(empty)
    move(empty, "base")
    with empty.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert pending_migrations(empty) == []


def test_statements_stored_before_the_later_migrations_live_and_count_after_them(
    empty: Database, tmp_path: Path
) -> None:
    move(empty, revisions()[0])
    early = Store(empty.begin, empty.read, attachments_dir=tmp_path, clock=lambda: NOW)
    with empty.begin() as conn:
        key, secret = credentials.create(conn, "early", ("all",), attributes={"evidence": ["all"]})
        credential = credentials.authenticate(conn, key, secret, NOW)
        assert credential
    sent = [twelve(number) for number in range(1, 13)]
    early.accept(sent, credential)

    upgrade(empty)
    with empty.begin() as conn:
        apply_programme(conn, read_programme_file(Path("examples/programme.toml")), NOW)
    settings = Settings(files=Files(str(tmp_path)))
    intake = Intake(settings.xapi.vocabulary)
    assert rebuild_evidence(empty, open_store(settings, empty, intake, lambda: NOW), intake) == len(sent)
    credits_ = Credits(empty, lambda: NOW)
    credits_.refresh("hz-2026")
    counted = [one.credit for one in credits_.explain_many("hz-2026", ["a6f10c3e", "b19d52aa"])]
    assert any(credit.accrued or credit.online.seconds for credit in counted)
