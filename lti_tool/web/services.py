"""Everything that views need, opened once for each process."""

from dataclasses import dataclass

from flask import Flask, current_app

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.credits.service import Credits
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.store import open_store
from lti_tool.grades.refresh import follow_credits
from lti_tool.grades.settings import MirrorSettings
from lti_tool.lti.http import PlatformHttp, platform_http
from lti_tool.lti.rosters import Rosters
from lti_tool.lti.tokens import AccessTokens
from lti_tool.storage.database import Database, open_database
from lti_tool.web.actions.units import UnitIntake
from xapi import Store

_KEY = "xuefen"


@dataclass(frozen=True)
class Services:
    """The installation as views see it."""

    settings: Settings
    db: Database
    clock: Clock
    store: Store
    credits: Credits
    http: PlatformHttp  # the guarded way to the platforms
    rosters: Rosters

    @property
    def vocabulary(self) -> Vocabulary:
        """The accepted vocabulary bases."""
        return Vocabulary(self.settings.xapi.vocabulary)

    @property
    def mirror(self) -> MirrorSettings:
        """How the gradebook is kept."""
        return MirrorSettings.from_config(self.settings.grades)


def open_services(settings: Settings, clock: Clock, db: Database | None = None) -> Services:
    """Open the installation of these settings (on `db`, if it is open already)."""
    database = db or open_database(settings.database.url, pool_size=settings.server.threads)
    mirror = MirrorSettings.from_config(settings.grades)
    intake = UnitIntake(settings.xapi.vocabulary)
    store = open_store(settings, database, intake, clock)
    intake.write_into(store)
    http = platform_http(settings)
    return Services(
        settings=settings,
        db=database,
        clock=clock,
        store=store,
        credits=Credits(database, clock, on_changed=follow_credits(mirror, clock)),
        http=http,
        rosters=Rosters(database, http, AccessTokens(database, http, clock), clock),
    )


def attach(app: Flask, services: Services) -> None:
    """Let views of this application find their services."""
    app.extensions[_KEY] = services


def services() -> Services:
    """The services of the application that serves this request."""
    found: Services = current_app.extensions[_KEY]
    return found
