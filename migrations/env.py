"""Alembic's door: it is always handed a connection, by `lti_tool.storage.migrate` or the tests."""

from alembic import context

from lti_tool.schema import all_metadata

_LOCK_TIMEOUT_MS = 10_000


def run() -> None:
    connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        # A migration that cannot have its lock gives up instead of queueing every reader behind it.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT_MS}")
    context.configure(
        connection=connection,
        target_metadata=list(all_metadata()),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    context.run_migrations()


run()
