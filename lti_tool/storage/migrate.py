"""Migrations, run by Alembic from the files that travel with the code."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lti_tool.paths import shipped
from lti_tool.storage.database import Database


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema, in one unit of work."""
    with db.begin() as connection:
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
