"""What sheets say as statements: their parts, their ids, and what is on record of the same people."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from tincan import Agent, AgentAccount, Statement

from lti_tool.credits.programme import ReadyProgramme
from lti_tool.domain.times import to_microseconds
from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, Evidence, Kind
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.own_credential import IMPORTS, own_credential
from lti_tool.evidence.own_statements import VERSION, agent_of, compose_voiding
from lti_tool.evidence.rows import to_evidence
from lti_tool.imports.reasons import Reason, because
from lti_tool.storage.dialects import take_turns
from lti_tool.storage.queries import people
from lti_tool.storage.queries.evidence import list_beside_study
from lti_tool.storage.queries.statements import find_sent_by, find_voided_by
from lti_tool.storage.types import Row
from xapi import Credential, Store

_NAMESPACE = uuid.UUID("6f0b4c7e-3d51-5a0e-9a77-2c1f0e8d4b63")


@dataclass(frozen=True, slots=True)
class Reception:
    """Where the sheets of one programme are taken in."""

    programme: ReadyProgramme
    store: Store
    vocabulary: Vocabulary

    @property
    def programme_id(self) -> str:
        return self.programme.programme.id

    def is_in_cycle(self, moment: datetime) -> bool:
        """Whether what happened then can count (A-15)."""
        cycle = self.programme.index.cycle
        return cycle.start <= to_microseconds(moment) < cycle.grace_end

    def outside_cycle(self, column: str) -> Reason:
        """What a row is told whose time could not count."""
        days = self.programme.index.cycle.days
        return because("outside_cycle", column=column, first=days[0], last=days[-1])

    def agent(self, person: Row, keys: Sequence[str]) -> Agent:
        """A participant as the actor of a statement: by a known account or address, else by the programme's number."""
        known = agent_of(keys, "", person["name"])
        number = AgentAccount(home_page=self.vocabulary.participants, name=person["id"])
        return known or Agent(name=person["name"], account=number)


@dataclass(slots=True)
class Saying:
    """What is on record of some people, and what a unit of work adds to it."""

    reception: Reception
    conn: Connection
    credential: Credential
    keys: Mapping[str, Sequence[str]]
    pieces: Mapping[str, Sequence[Evidence]]  # {person: trusted evidence, voided or not}
    ours: set[str]  # statements that sheets made
    voided_by_us: set[str]  # statements that a later sheet took back
    sent: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def about(
        cls, reception: Reception, conn: Connection, persons: Sequence[str], kinds: Sequence[Kind], component: Component
    ) -> "Saying":
        """What is on record of these people. Of two sheets that are imported at once, one waits for the other here."""
        take_turns(conn, f"sheets of {reception.programme_id}")
        keys = people.list_keys_of(conn, reception.programme_id, persons)
        owner = {key: person for person, own in keys.items() for key in own}
        pieces: dict[str, list[Evidence]] = defaultdict(list)
        for row in list_beside_study(conn, reception.programme_id, sorted(owner), [kind.value for kind in kinds]):
            piece = to_evidence(row, None)
            if distrust(piece, component) is None:
                pieces[owner[piece.account]].append(piece)
        own = own_credential(conn, reception.programme_id, IMPORTS)
        every = [piece for found in pieces.values() for piece in found]
        ours = find_sent_by(conn, own.id, [piece.statement for piece in every])
        voided = find_voided_by(conn, own.id, [piece.statement for piece in every if piece.voided])
        return cls(reception, conn, own, keys, pieces, ours, voided)

    def agent(self, person: Row) -> Agent:
        return self.reception.agent(person, self.keys[person["id"]])

    def say(self, statement: Statement, times_taken_back: int) -> None:
        """Add a statement whose id follows from what it says: whoever says it again says the same statement.

        `times_taken_back` tells it from an equal one that was said before and voided.
        """
        said = statement.as_version(VERSION)
        del said["id"]
        named = [self.reception.programme_id, times_taken_back, said]
        name = orjson.dumps(named, option=orjson.OPT_SORT_KEYS).decode()
        self.sent.append({"id": str(uuid.uuid5(_NAMESPACE, name)), **said})

    def take_back(self, piece: Evidence, reason: str) -> None:
        """Void what an earlier sheet said."""
        place = AgentAccount(home_page=self.reception.store.home_page, name=self.credential.key)
        at = self.reception.store.clock()
        voiding = compose_voiding(
            Agent(account=place), piece.statement, base=self.reception.vocabulary.base, at=at, reason=reason
        )
        self.sent.append(voiding.as_version(VERSION))

    def store(self) -> None:
        """Store what was said; its evidence and stale marks are made by the hook of every statement."""
        if self.sent:
            self.reception.store.store_statements(self.conn, self.sent, self.credential)


@dataclass(frozen=True, slots=True)
class Matching:
    """What is on record of one fact, against what a row says of it."""

    is_known: bool
    replaced: Sequence[Evidence]  # what earlier sheets said otherwise
    others: Sequence[Evidence]  # what other sources say otherwise
    was_taken_back: bool  # the very same was voided, and not by a later sheet
    times_taken_back: int


def match(saying: Saying, pieces: Sequence[Evidence], says_same: Callable[[Evidence], bool]) -> Matching:
    """Compare the pieces about one fact with a row; `says_same` knows what is the same."""
    live = [piece for piece in pieces if not piece.voided]
    gone = [piece for piece in pieces if piece.voided]
    different = [piece for piece in live if not says_same(piece)]
    replaced = [piece for piece in different if piece.statement in saying.ours]
    return Matching(
        is_known=len(different) < len(live),
        replaced=replaced,
        others=[piece for piece in different if piece.statement not in saying.ours],
        was_taken_back=any(says_same(piece) and piece.statement not in saying.voided_by_us for piece in gone),
        times_taken_back=len(gone) + len(replaced),
    )
