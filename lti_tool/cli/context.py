"""What every command shares: the opened tool, and one way to report mistakes."""

import sys
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson

from lti_tool.config import Settings
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.migrate import pending_migrations


class Tool:
    """The installation that a command works on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def db(self) -> Database:
        """The database, migrated; a command that needs it stops with advice where it is not."""
        database = open_database(self.settings.database.url)
        if pending_migrations(database):
            raise click.ClickException("the database is not up to date; run: xuefen db upgrade")
        return database

    @property
    def files(self) -> Path:
        return Path(self.settings.files.directory)


pass_tool = click.make_pass_decorator(Tool)


def report_problems(problems: Iterable[tuple[str, str]], headline: str) -> NoReturn:
    """Every mistake with its place on standard error, and exit status 2."""
    for place, sentence in problems:
        click.echo(f"{place}: {sentence}", err=True)
    click.echo(f"Error: {headline}; nothing was changed.", err=True)
    sys.exit(2)


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())
