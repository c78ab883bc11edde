"""What the templates of the administrator's statement browser receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.web.contexts import StatementLine


@dataclass(frozen=True, slots=True)
class BrowsedLine:
    """A statement in the list: what it says and what became of it."""

    statement: str
    who: str
    verb: str
    activity: str  # in words
    activity_id: str | None  # to look for; None where the object is no activity
    at: datetime
    stored: datetime
    sender: str
    is_voided: bool
    outcome: StatementLine | None  # None: it is about nobody of the programme, or is no evidence
    reason: str  # in a sentence, where it did not count
    follows_profile: bool


@dataclass(frozen=True, slots=True)
class StatementsPage:
    """Statements of one programme, newest first; `choices` are people of whom one must be chosen first."""

    programmes: Sequence[tuple[str, str]]
    programme: str | None
    chosen: Mapping[str, str]
    verbs: Sequence[tuple[str, str]]
    senders: Sequence[tuple[str, str]]
    choices: Sequence[tuple[str, str]]
    lines: Sequence[BrowsedLine]
    following: str | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class Voiding:
    """A statement that takes another one back."""

    statement: str
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class BrowsedPage:
    """One statement with everything that is known of it."""

    programme: str
    line: BrowsedLine
    outcomes: Sequence[tuple[str, StatementLine]]  # (participant, what became of it for them)
    voids: str | None  # what it takes back itself
    voided_by: Sequence[Voiding]
    is_unbound: bool  # sent by a key of the whole installation: a void from here holds in this programme alone
    profile: Sequence[str]
    raw: Mapping[str, Any]

    @property
    def can_be_voided(self) -> bool:
        """Whether a void from here would have an effect: not on voids, nor twice."""
        return not self.line.is_voided and self.voids is None
