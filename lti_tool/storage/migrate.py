"""Migrations, run by Alembic from the files that travel with the code."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lti_tool.paths import shipped
from lti_tool.storage.database import Database
from lti_tool.storage.dialects import take_turns


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema, in one unit of work; of several at once one does it, the others wait."""
    with db.begin() as connection:
        take_turns(connection, "migration")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def pending_migrations(db: Database) -> list[str]:
    """The revisions that this database still lacks, oldest first; empty when it is up to date."""
    script = ScriptDirectory.from_config(_config())
    with db.read() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    done = {rev.revision for head in applied for rev in script.iterate_revisions(head, "base")}
    return [rev.revision for rev in reversed(list(script.walk_revisions())) if rev.revision not in done]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    return config
