"""How the mirror behaves: the installation's choices and the figures that follow from them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from lti_tool.config import Grades
from lti_tool.grades.decide import Manner
from lti_tool.grades.values import Tag
from lti_tool.lti.platforms import find_quirks

_COMPONENTS = (Tag.ONLINE, Tag.OFFLINE, Tag.PRACTICE)


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """Settings of the gradebook mirror. Durations in seconds unless they are timedeltas."""

    settle: timedelta = timedelta(seconds=5)
    components: bool = False  # three more columns beside the total, where a programme's rules do not say
    poll: float = 2.0  # how often an idle worker looks for work
    timeout: float = 20.0  # of one call to a platform
    respect_overrides: bool = True  # a value that a person entered in the LMS is left alone
    read_back_every: timedelta = timedelta(hours=6)  # each column is compared as a whole this often
    look_again_after: timedelta = timedelta(minutes=10)  # how long a read result counts as fresh before a send
    watched_every: timedelta = timedelta(minutes=2)  # … and this often while its staff looks at it
    lanes: int = 20  # calls at once in one worker, over all platforms; 16 to one platform
    parallel: int = 32  # calls at once to one platform over all workers: the ceiling of what is learned
    batch: int = 10  # cells claimed at a time by one lane
    lease: timedelta = timedelta(seconds=20)  # a claim of a worker that died is free after this
    renew_every: float = 5.0  # a living worker renews its claims this often
    appears_within: timedelta = timedelta(seconds=30)  # a column whose creation was not answered in time
    keep_exchanges: timedelta = timedelta(days=180)

    @classmethod
    def from_config(cls, grades: Grades) -> Self:
        return cls(
            settle=timedelta(seconds=grades.settle_seconds),
            components=grades.columns == "total+components",
            poll=grades.poll_seconds,
            timeout=grades.timeout_seconds,
        )

    def tags_of(self, columns: str | None) -> tuple[Tag, ...]:
        """The columns of a programme whose own rules say `columns` (A-19); the installation's where they do not."""
        components = self.components if columns is None else columns == "total+components"
        return (Tag.TOTAL, *_COMPONENTS) if components else (Tag.TOTAL,)

    def manner(self, product: str, *, can_read: bool = True) -> Manner:
        """How cells of a platform of this product are sent."""
        return Manner(
            settle=self.settle,
            comments=not find_quirks(product).comments_accumulate,
            look_again_after=self.look_again_after if can_read else None,
        )
