"""`db upgrade` and `db check`."""

import click

from lti_tool.cli.context import Tool, pass_tool
from lti_tool.storage.migrate import pending_migrations, upgrade


@click.group(name="db")
def database() -> None:
    """Migrate the database, or see whether it needs it."""


@database.command(name="upgrade")
@pass_tool
def upgrade_database(tool: Tool) -> None:
    """Bring the database to the newest schema."""
    pending = pending_migrations(tool.database)
    upgrade(tool.database)
    click.echo(f"{len(pending)} migrations applied." if pending else "The database is up to date.")


@database.command(name="check")
@pass_tool
def check_database(tool: Tool) -> None:
    """Say which migrations are missing; exit status 1 if any is."""
    pending = pending_migrations(tool.database)
    if pending:
        raise click.ClickException(f"missing migrations: {', '.join(pending)}; run: xuefen db upgrade")
    click.echo("The database is up to date.")


COMMANDS = (database,)
