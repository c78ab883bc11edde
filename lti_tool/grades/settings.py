"""How the mirror behaves: the installation's choices and the figures that follow from them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from lti_tool.config import Grades
from lti_tool.grades.decide import Manner
from lti_tool.grades.values import Tag

_COMPONENTS = (Tag.ONLINE, Tag.OFFLINE, Tag.PRACTICE)


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """Settings of the gradebook mirror. Durations in seconds unless they are timedeltas."""

    settle: timedelta = timedelta(seconds=5)
    components: bool = False  # three more columns beside the total
    poll: float = 2.0  # how often an idle worker looks for work
    timeout: float = 20.0  # of one call to a platform
    respect_overrides: bool = True  # a value that a person entered in the LMS is left alone
    read_back_every: timedelta = timedelta(hours=6)  # each column is compared as a whole this often
    look_again_after: timedelta = timedelta(minutes=10)  # how long a read result counts as fresh before a send
    lanes: int = 16  # calls at once in one worker, over all platforms
    parallel: int = 32  # calls at once to one platform over all workers: the ceiling of what is learned
    batch: int = 50  # cells claimed at a time by one lane
    batch_budget: float = 10.0  # a lane gives back what it has not begun by then

    @classmethod
    def from_config(cls, grades: Grades) -> Self:
        return cls(
            settle=timedelta(seconds=grades.settle_seconds),
            components=grades.columns == "total+components",
            poll=grades.poll_seconds,
            timeout=grades.timeout_seconds,
        )

    @property
    def tags(self) -> tuple[Tag, ...]:
        return (Tag.TOTAL, *_COMPONENTS) if self.components else (Tag.TOTAL,)

    @property
    def manner(self) -> Manner:
        return Manner(settle=self.settle)

    @property
    def lease(self) -> timedelta:
        """How long a claim is held: a batch's budget and the slowest possible last cell (token, read, score)."""
        return timedelta(seconds=self.batch_budget + 5 * self.timeout + 5)
