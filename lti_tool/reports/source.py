"""What reports are made of: everybody of a programme with the whole explanation, a few people at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lti_tool.credits.service import Credits, Explained
from lti_tool.domain.cycle import zone_of
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import Programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people

_AT_ONCE = 50  # each may have thousands of statements, and all are held at once


@dataclass(frozen=True, slots=True)
class Source:
    """A programme to report on, or one of its schools."""

    db: Database
    credits: Credits
    programme_id: str
    school: str | None = None

    @property
    def programme(self) -> Programme:
        return self.credits.programme(self.programme_id).programme

    @property
    def terms(self) -> Mapping[str, str]:
        """What the rule set calls artefacts, events and checks, in Chinese: {code: term}."""
        listed = self.credits.programme(self.programme_id).rules.terms
        return {code: term.zh for name in ("artefacts", "events") for code, term in listed.get(name, {}).items()}

    def chunks(self) -> Iterator[Sequence[Explained]]:
        """Everybody on the roster now, by id, a few people at a time."""
        last = ""
        while True:
            with self.db.read() as conn:
                roster = people.list_participants(
                    conn, self.programme_id, school=self.school, after=last, limit=_AT_ONCE
                )
            if not roster:
                return
            last = roster[-1]["id"]
            yield self.credits.explain_many(self.programme_id, [row["id"] for row in roster if row["left_at"] is None])

    def everybody(self) -> Iterator[Explained]:
        """Everybody on the roster now, by id."""
        for some in self.chunks():
            yield from some


def place_columns(context: LearnerContext) -> dict[str, str]:
    """Who somebody is and where: the columns that every report about people begins with."""
    return {
        "city": context.school.city,
        "county": context.school.county,
        "school": context.school.id,
        "school_name": context.school.name,
        "group": context.group.name,
        "name": context.participant.name,
        "participant": context.participant.id,
    }


def local(moment: datetime, context: LearnerContext) -> datetime:
    """A moment in the programme's zone."""
    return moment.astimezone(ZoneInfo(zone_of(context.programme, context.rules.settings)))


def moment_text(moment: datetime | None, context: LearnerContext) -> str:
    """A moment in the programme's zone to the second, for sheets; empty where there is none."""
    return "" if moment is None else f"{local(moment, context):%Y-%m-%d %H:%M:%S}"
