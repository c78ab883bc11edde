"""What a recomputation would change: who, how, by school and in total, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_tool.credits.rows import figures_differ
from lti_tool.domain.learner import LearnerContext
from lti_tool.domain.values import Participant
from lti_tool.storage.types import Row

_FIGURES = ("accrued", "online", "online_seconds", "offline", "practice", "status", "unmet", "recorded")


@dataclass(frozen=True, slots=True)
class Change:
    """One participant whose figures would change: {figure: (now, then)}; `now` is None where none was computed."""

    participant: str
    name: str
    school: str
    figures: Mapping[str, tuple[Any, Any]]

    @property
    def accrued_by(self) -> Decimal:
        """By how many credits the total would move."""
        now, then = self.figures.get("accrued", (Decimal(0), Decimal(0)))
        return Decimal(then - (now or 0))


@dataclass(frozen=True, slots=True)
class SchoolChanges:
    """How many people of a school would change, and by how many credits together."""

    school: str
    people: int
    credits: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    """What would change by school, in the order of their ids, and in total."""

    schools: tuple[SchoolChanges, ...]

    @property
    def people(self) -> int:
        return sum(one.people for one in self.schools)

    @property
    def credits(self) -> Decimal:
        return sum((one.credits for one in self.schools), Decimal(0))


def sum_up(changes: Iterable[Change]) -> Summary:
    """The changes added up."""
    people: Counter[str] = Counter()
    credits_: defaultdict[str, Decimal] = defaultdict(Decimal)
    for change in changes:
        people[change.school] += 1
        credits_[change.school] += change.accrued_by
    return Summary(tuple(SchoolChanges(school, people[school], credits_[school]) for school in sorted(people)))


def failed_change(person: Participant, school: str, error: str) -> Change:
    """Somebody who could not be computed at all, by the kind of the error."""
    return Change(person.id, person.name, school, {"error": (None, error)})


def list_changes(
    contexts: Iterable[LearnerContext], before: Mapping[str, Row], after: Sequence[Row]
) -> Iterator[Change]:
    """The changes between kept and newly computed results of the same people, in their order."""
    for context, new in zip(contexts, after, strict=True):
        person = context.participant
        old = before.get(person.id)
        if old is not None and not figures_differ(old, new):
            continue
        figures = {
            name: (None if old is None else old[name], new[name])
            for name in _FIGURES
            if old is None or old[name] != new[name]
        }
        if figures:
            yield Change(person.id, person.name, context.school.id, figures)
