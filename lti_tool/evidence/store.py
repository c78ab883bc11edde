"""The installation's record store: the LRS with our hook, our limits and our database."""

from pathlib import Path

from lti_tool.clock import Clock, utc_now
from lti_tool.config import Settings
from lti_tool.evidence.intake import Intake
from lti_tool.storage.database import Database
from xapi import Store


def open_store(settings: Settings, db: Database, intake: Intake | None = None, clock: Clock = utc_now) -> Store:
    """The record store of these settings; its statements become evidence in their own transaction."""
    hook = intake or Intake(settings.xapi.vocabulary)
    return Store(
        db.begin,
        db.read,
        attachments_dir=Path(settings.files.directory) / "attachments",
        on_stored=hook,
        refuse=hook.refuse,
        clock=clock,
        max_body_bytes=settings.xapi.max_body_bytes,
        home_page=f"{settings.server.public_url}/xapi",
    )
