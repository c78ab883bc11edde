"""What every command shares: the opened tool, and one way to report mistakes."""

import sys
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson

from lti_tool.clock import utc_now
from lti_tool.config import Settings
from lti_tool.credits.service import Credits
from lti_tool.credits.snapshots import Snapshots
from lti_tool.evidence.intake import Intake
from lti_tool.evidence.store import open_store
from lti_tool.grades.network import Network
from lti_tool.grades.reconcile import Mirror
from lti_tool.grades.refresh import follow_credits
from lti_tool.grades.settings import MirrorSettings
from lti_tool.grades.worker import Worker
from lti_tool.lti.http import PlatformHttp, platform_http
from lti_tool.lti.leftovers import Leftovers
from lti_tool.lti.rosters import Rosters
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.migrate import pending_migrations, upgrade
from xapi import Store


class Tool:
    """The installation that a command works on."""

    def __init__(self, settings: Settings, config: Path | None = None) -> None:
        self.settings = settings
        self.config = config

    @property
    def command(self) -> list[str]:
        """How to start another command of the same installation."""
        own = [sys.executable, "-m", "lti_tool"]
        return own if self.config is None else [*own, "--config", str(self.config)]

    @cached_property
    def database(self) -> Database:
        """The database as it stands; with a kept connection for each of a worker's lanes, its loop and its reader."""
        return open_database(self.settings.database.url, pool_size=self.mirror_settings.lanes + 2)

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "database" in self.__dict__:
            self.database.close()

    @cached_property
    def db(self) -> Database:
        """The database, migrated.

        The embedded SQLite file is brought up to date by whoever opens it; a PostgreSQL server, which others may be
        using, only by `db upgrade`.
        """
        if pending_migrations(self.database):
            if not self.database.is_sqlite:
                raise click.ClickException("the database is not up to date; run: xuefen db upgrade")
            upgrade(self.database)
        return self.database

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.settings.xapi.vocabulary)

    @cached_property
    def store(self) -> Store:
        """The record store, with the evidence hook in place."""
        return open_store(self.settings, self.db, self.intake)

    @cached_property
    def credits(self) -> Credits:
        """Credits whose changes the gradebook mirror follows."""
        return Credits(self.db, utc_now, on_changed=follow_credits(self.mirror_settings, utc_now))

    @property
    def mirror_settings(self) -> MirrorSettings:
        return MirrorSettings.from_config(self.settings.grades)

    @cached_property
    def http(self) -> PlatformHttp:
        """The guarded way to the platforms."""
        return platform_http(self.settings)

    @cached_property
    def tokens(self) -> AccessTokens:
        return AccessTokens(self.db, self.http, utc_now)

    @cached_property
    def mirror(self) -> Mirror:
        """What keeps the gradebooks equal to the credits."""
        return Mirror(self.db, Network(self.http, self.tokens), utc_now, self.mirror_settings)

    def build_worker(self) -> Worker:
        rosters = Rosters(self.db, self.http, self.tokens, utc_now)
        leftovers = Leftovers(self.db, utc_now)
        snapshots = Snapshots(self.db, self.credits, utc_now)
        poll = self.mirror_settings.poll
        return Worker(self.db, self.credits, self.mirror, rosters, leftovers, snapshots, poll_seconds=poll)


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
