"""The roster 名单: each row adds a participant or changes one. Nobody leaves by it, and an empty cell says nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.identifiers import email_key, participant_key
from lti_tool.domain.values import Group, Programme
from lti_tool.imports.cells import Reader
from lti_tool.imports.columns import normalise
from lti_tool.imports.outcomes import Did, Outcome
from lti_tool.imports.people import key_of_account
from lti_tool.imports.reasons import Reason, because
from lti_tool.imports.tables import Line
from lti_tool.programmes.fields import ID_PATTERN
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people
from lti_tool.storage.queries.roster_sheets import add_people, take_roster
from lti_tool.storage.types import Row

_ID = re.compile(ID_PATTERN)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_HOME_PAGE = re.compile(r"https?://[^\s/|]+[^\s|]*")
_LONGEST_NAME = 300
_DEFAULTS: Mapping[str, Any] = {"position": "teacher", "extra_groups": [], "joined": None}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of a participant: the columns of their row that it fills, and their identifier keys."""

    id: str
    columns: Mapping[str, Any]
    keys: Mapping[str, str]  # {identifier key: as it was written}


class Roster:
    """Takes in the rows of a roster sheet: all of them in one unit of work, since they speak of one another."""

    def __init__(self, programme: Programme, db: Database, at_once: int) -> None:
        self.at_once = max(at_once, 1)
        self.renamed: list[tuple[str, str, str]] = []  # participant, old name, new name
        self._programme = programme
        self._db = db
        self._groups = _Groups(programme)

    def take(self, lines: Sequence[Line]) -> Sequence[Outcome]:
        """Bring the roster up to date; what became of each row."""
        readers = [Reader("roster", line, ZoneInfo(self._programme.zone)) for line in lines]
        claims = [self._read(reader) for reader in readers]
        for reader, problems in zip(readers, _contradictions(lines, claims), strict=True):
            reader.problems += problems
        with self._db.begin() as conn:
            return self._apply(conn, readers, claims)

    def _apply(self, conn: Connection, readers: Sequence[Reader], claims: Sequence[Claim]) -> list[Outcome]:
        take_roster(conn, self._programme.id)
        owners = people.find_people(conn, self._programme.id, sorted({key for claim in claims for key in claim.keys}))
        known = {row["id"]: row for row in people.list_people(conn, self._programme.id, [one.id for one in claims])}
        outcomes: list[Outcome] = []
        changed: dict[str, dict[str, Any]] = {}
        keys: dict[str, str] = {}
        for reader, claim in zip(readers, claims, strict=True):
            reader.problems += [
                because("key_taken", text=text, owner=owners[key])
                for key, text in claim.keys.items()
                if owners.get(key, claim.id) != claim.id
            ]
            if reader.problems:
                outcomes.append(reader.problems)
                continue
            old, fresh = known.get(claim.id), [key for key in claim.keys if key not in owners]
            row = _merge(old, claim)
            if fresh or row != _columns(old, row) or (old and old["left_at"]):
                changed[claim.id] = row
                keys.update(dict.fromkeys(fresh, claim.id))
            outcomes.append(Did.DONE if claim.id in changed else Did.KNOWN)
        self.renamed = [(id_, known[id_]["name"], row["name"]) for id_, row in changed.items() if _renames(known, row)]
        team = any(_is_team(row) or _is_team(known.get(id_)) for id_, row in changed.items())
        add_people(conn, self._programme.id, list(changed.values()), keys, team=team)
        return outcomes

    def _read(self, reader: Reader) -> Claim:
        """What a row says; what cannot be read is among the reader's problems."""
        id_, name = reader.required("participant"), reader.required("name")
        problems = [because("bad_id", id=id_)] if id_ and not _ID.fullmatch(id_) else []
        problems += [because("staff_id", id=id_)] if id_ in self._programme.staff else []
        problems += [_too_long(reader, "name")] if len(name) > _LONGEST_NAME else []
        reader.problems += problems
        columns: dict[str, Any] = {"id": id_, "name": name}
        group = self._groups.find(reader, reader.required("group"), reader.line["school"])
        if group is not None:
            columns |= {"group_id": group.id, "school_id": group.school}
        further = [self._groups.find(reader, said, "") for said in reader.listed("groups")]
        said = {
            "position": reader.word("position"),
            "extra_groups": [one.id for one in further if one is not None],
            "joined": reader.day("joined"),
        }
        columns |= {code: value for code, value in said.items() if value}
        keys = {participant_key(id_): id_, **_accounts(reader), **_emails(reader)}
        return Claim(id_, columns, keys)


class _Groups:
    """The groups of a programme, by code or by name within a school."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._named: dict[str, list[Group]] = defaultdict(list)
        for group in programme.groups.values():
            self._named[normalise(group.name)].append(group)

    def find(self, reader: Reader, said: str, school: str) -> Group | None:
        """The group that a row means; None where there is none, and then the reader has the problem."""
        in_school = self._school(reader, school) if school else None
        if not said or (school and in_school is None):
            return None
        exact = self._programme.groups.get(said)
        named = [exact] if exact else self._named.get(normalise(said), [])
        here = [group for group in named if in_school in {None, group.school}]
        if len(here) == 1:
            return here[0]
        if here:
            codes = "、".join(group.id for group in here)
            reader.problems.append(because("several_groups", id=said, codes=codes))
        elif named:
            reader.problems.append(because("other_school", group=said, school=named[0].school))
        else:
            reader.problems.append(because("unknown_group", id=said))
        return None

    def _school(self, reader: Reader, said: str) -> str | None:
        """A school by its code, or by a name that only one has."""
        schools = self._programme.schools
        named = [one.id for one in schools.values() if normalise(one.name) == normalise(said)]
        if said in schools:
            return said
        if len(named) != 1:
            reader.problems.append(because("unknown_school", id=said))
            return None
        return named[0]


def _contradictions(lines: Sequence[Line], claims: Sequence[Claim]) -> list[list[Reason]]:
    """What rows of one file say against each other: the same person twice, one key of several people."""
    by_person: dict[str, list[str]] = defaultdict(list)
    by_key: dict[str, dict[str, str]] = defaultdict(dict)
    for line, claim in zip(lines, claims, strict=True):
        by_person[claim.id].append(line.place)
        for key in claim.keys:
            by_key[key].setdefault(claim.id, line.place)
    found = []
    for claim in claims:
        places = by_person[claim.id] if claim.id else []
        repeated = [because("repeated_person", id=claim.id, places="; ".join(places))] if len(places) > 1 else []
        shared = {text: by_key[key] for key, text in claim.keys.items() if len(by_key[key]) > 1}
        found.append([*repeated, *_shared(shared)])
    return found


def _shared(keys: Mapping[str, Mapping[str, str]]) -> Iterable[Reason]:
    return (because("key_twice", text=text, places="; ".join(places.values())) for text, places in keys.items())


def _accounts(reader: Reader) -> dict[str, str]:
    """The accounts of a row, each written `homePage|name` or beside its platform's address."""
    found, home_page = {}, reader.line["home_page"]
    for account in reader.listed("account"):
        page, bar, name = account.rpartition("|")
        if not (name and _HOME_PAGE.fullmatch(page if bar else home_page)):
            reader.problems.append(because("no_home_page", account=account))
        elif len(name) > _LONGEST_NAME:
            reader.problems.append(_too_long(reader, "account"))
        else:
            found[key_of_account(account, home_page) or ""] = account
    return found


def _emails(reader: Reader) -> dict[str, str]:
    emails = reader.listed("emails")
    reader.problems += [because("bad_email", text=text) for text in emails if not _EMAIL.fullmatch(text)]
    return {email_key(text): text for text in emails if _EMAIL.fullmatch(text)}


def _merge(old: Row | None, claim: Claim) -> dict[str, Any]:
    """The roster's row with what the sheet says; somebody new begins with what holds where nothing is said."""
    wanted = ("id", "name", "group_id", "school_id", *_DEFAULTS)
    before: Mapping[str, Any] = _DEFAULTS if old is None else {name: old[name] for name in wanted}
    return {**before, **claim.columns}


def _columns(old: Row | None, row: Mapping[str, Any]) -> dict[str, Any] | None:
    return None if old is None else {name: old[name] for name in row}


def _renames(known: Mapping[str, Row], row: Mapping[str, Any]) -> bool:
    return row["id"] in known and known[row["id"]]["name"] != row["name"]


def _is_team(row: Mapping[Any, Any] | None) -> bool:
    return row is not None and row["position"] in TEAM_POSITIONS


def _too_long(reader: Reader, code: str) -> Reason:
    return because("too_long", column=reader.label(code), most=_LONGEST_NAME)
