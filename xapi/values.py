"""What the record store hands to its host and between its own steps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Statement: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Credential:
    """Who speaks: a key pair and what it may do."""

    key: str
    name: str
    scopes: frozenset[str]
    tenant: str | None
    """Everything it sends and reads belongs to this tenant; None: to the whole installation."""
    attributes: dict[str, Any] = field(hash=False)
    """Free for the host."""
    agent: dict[str, Any] | None = field(hash=False)
    """It may speak only for this Agent."""
    activity: str | None
    """It may speak only about this Activity and what lies under its IRI."""
    expires_at: datetime | None
    per_minute: int | None = None
    """Requests it may make in a minute; None: as many as it likes."""
    id: int = 0
    """Row number, which statements keep."""

    def allows(self, *scopes: str) -> bool:
        """Whether it has one of the scopes, or `all`."""
        return "all" in self.scopes or not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A statement as it now stands in the store; what `on_stored` receives."""

    id: str
    statement: Statement
    """Complete: with id, stored, timestamp, authority and version. Not to be changed."""
    stored: datetime
    timestamp: datetime
    credential: Credential
    voided: bool
    """Its voiding statement came first."""
    voids: str | None
    """The id of the stored statement that this one voids."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The statement was new and is stored now."""

    id: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An equal statement was there already; nothing changed."""

    id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A different statement with this id is there."""

    id: str


Outcome: TypeAlias = Stored | Duplicate | Conflict
