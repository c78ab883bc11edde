"""Where computing finds the plan and whose key is whose: in the database, or in a file that is not loaded yet."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

from sqlalchemy import Connection

from lti_tool.credits.programme import ProgrammeShelf, ReadyProgramme, ready_under, to_team_member
from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.identifiers import participant_key
from lti_tool.domain.values import Person
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.storage.queries import people


class Plan(Protocol):
    """A programme's plan with its roster."""

    @property
    def programme_id(self) -> str: ...

    def ready(self, conn: Connection, under: str = "") -> ReadyProgramme:
        """The programme under the rules in force, or under those that were kept by this hash."""

    def keys_of(self, conn: Connection, person_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The identifier keys of some people."""

    def find_people(self, conn: Connection, keys: Sequence[str]) -> dict[str, str]:
        """Whose some keys are."""


class StoredPlan:
    """The plan as it stands in the database."""

    def __init__(self, shelf: ProgrammeShelf, programme_id: str) -> None:
        self._shelf = shelf
        self.programme_id = programme_id

    def ready(self, conn: Connection, under: str = "") -> ReadyProgramme:
        return self._shelf.get(conn, self.programme_id, under)

    def keys_of(self, conn: Connection, person_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return people.list_keys_of(conn, self.programme_id, person_ids)

    def find_people(self, conn: Connection, keys: Sequence[str]) -> dict[str, str]:
        return people.find_people(conn, self.programme_id, keys)


class FilePlan:
    """The plan as a programme file would make it; links no file gave, and those of who left, stay what they are."""

    def __init__(self, file: ProgrammeFile, conn: Connection) -> None:
        self._file = file
        self.programme_id = file.programme.id
        staying = {person.id for person in file.participants}
        self._left = [row for row in people.list_team(conn, self.programme_id) if row["id"] not in staying]
        self._owners = {**people.list_kept_links(conn, self.programme_id, staying), **dict(file.identifiers)}
        self._owners |= {participant_key(person.id): person.id for person in file.participants}
        self._ready: dict[str, ReadyProgramme] = {}

    @cached_property
    def _people(self) -> dict[str, Person]:
        """The management teams and the staff, as the file has them, and those of the teams who would leave."""
        programme = self._file.programme
        left = {row["id"]: to_team_member(row) for row in self._left}
        staff = {person.id: Person(person.id, role=person.role) for person in programme.staff.values()}
        team = (person for person in self._file.participants if person.position in TEAM_POSITIONS)
        return (
            staff
            | left
            | {
                person.id: Person(person.id, position=person.position, school=programme.groups[person.group].school)
                for person in team
            }
        )

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, person in self._owners.items():
            found.setdefault(person, []).append(key)
        return found

    def ready(self, conn: Connection, under: str = "") -> ReadyProgramme:
        if under not in self._ready:
            self._ready[under] = ready_under(conn, self._file.programme, self._people, under)
        return self._ready[under]

    def keys_of(self, conn: Connection, person_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:  # noqa: ARG002
        return {person: self._keys.get(person, []) for person in person_ids}

    def find_people(self, conn: Connection, keys: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        return {key: self._owners[key] for key in keys if key in self._owners}
