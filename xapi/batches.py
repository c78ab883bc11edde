"""What one request, or one step of an import, brings to be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xapi.errors import InvalidStatement, StatementConflict
from xapi.rows import Derived
from xapi.values import Conflict, Credential, Outcome


@dataclass(frozen=True)
class Batch:
    """Statements of one sender, ready to be stored: no id twice among them."""

    derived: Sequence[Derived]
    credential: Credential
    contents: Mapping[str, bytes] = field(default_factory=dict)
    """The attachments that came with them, by their digest."""
    is_whole: bool = True
    """Nothing of it is stored if one of its statements is in conflict; otherwise those in conflict are left out."""
    confirm: bool = False
    """It is stored only if the credential is in force, as the transaction sees it."""

    @cached_property
    def ids(self) -> list[str]:
        """The ids that the sender chose; others are new."""
        return [one.prepared.id for one in self.derived if one.prepared.given_id]

    @cached_property
    def refers(self) -> bool:
        """Whether it speaks of other statements."""
        return any(one.reference for one in self.derived)


def refuse_repeated_ids(derived: Sequence[Derived]) -> None:
    seen: set[str] = set()
    for index, one in enumerate(derived):
        if one.prepared.id in seen:
            detail = {
                "path": f"[{index}].id",
                "rule": "repeated_id",
                "message": "another statement has this id",
            }
            raise InvalidStatement("two statements of one request have the same id", details=[detail])
        seen.add(one.prepared.id)


def conflict_in(outcomes: Sequence[Outcome]) -> StatementConflict | None:
    """The error that names every conflict."""
    conflicts = [(index, outcome) for index, outcome in enumerate(outcomes) if isinstance(outcome, Conflict)]
    if not conflicts:
        return None
    return StatementConflict(
        details=[
            {"path": f"[{index}].id", "rule": "statement_conflict", "message": f"{conflict.id} is taken"}
            for index, conflict in conflicts
        ]
    )
