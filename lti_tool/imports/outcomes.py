"""What becomes of a row."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeAlias

from lti_tool.imports.reasons import Reason
from lti_tool.imports.tables import Line


class Did(StrEnum):
    """What a row that is not set aside has done."""

    DONE = "done"  # something is written
    KNOWN = "known"  # it says what is on record already
    BLANK = "blank"  # it says nothing


#: What it did, or why it was set aside.
Outcome: TypeAlias = Did | Sequence[Reason]


class Importer(Protocol):
    """Does the work of one kind of sheet."""

    @property
    def at_once(self) -> int:
        """How many rows are one unit of work."""

    def take(self, lines: Sequence[Line]) -> Sequence[Outcome]:
        """Do one unit of work; what became of each row."""
