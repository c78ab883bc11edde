"""A programme made ready for computing: plan, effective rules, and whose word counts, kept per version."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from lti_tool.domain.learner import ProgrammeIndex
from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import Person, Programme
from lti_tool.programmes.store import find_programme
from lti_tool.rule_sets import apply_settings, load_rule_set, parse_rule_set
from lti_tool.storage.queries import packages, people, programmes
from lti_tool.storage.queries.recordings import get_rules
from lti_tool.storage.types import Row


class UnknownProgramme(LookupError):  # noqa: N818 - it is one
    """There is no programme of this id."""


@dataclass(frozen=True, slots=True)
class ReadyProgramme:
    """What computing needs of a programme, shared by all of its participants."""

    programme: Programme
    rules: RuleSet
    index: ProgrammeIndex


class ProgrammeShelf:
    """Ready programmes by id, version and rules; a few are kept, since building one reads its whole plan."""

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, int, str], ReadyProgramme] = OrderedDict()

    def get(self, conn: Connection, programme_id: str, under: str = "") -> ReadyProgramme:
        """The programme as it stands in the database now; raises UnknownProgramme.

        `under` is the hash of rules that were kept when something was recorded under them, in place of today's.
        """
        row = programmes.find_programme(conn, programme_id)
        if row is None:
            raise UnknownProgramme(programme_id)
        key = (programme_id, row["version"], under)
        ready = self._kept.get(key)
        if ready is None:
            ready = self._kept[key] = _prepare(conn, programme_id, under)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return ready


def _prepare(conn: Connection, programme_id: str, under: str) -> ReadyProgramme:
    programme = find_programme(conn, programme_id)
    if programme is None:
        raise UnknownProgramme(programme_id)
    team = {row["id"]: to_team_member(row) for row in people.list_team(conn, programme_id)}
    staff = {person.id: Person(person.id, role=person.role) for person in programme.staff.values()}
    return ready_under(conn, programme, {**staff, **team}, under)


def to_team_member(row: Row) -> Person:
    """Somebody of a school management team, as their roster row has them."""
    return Person(row["id"], position=row["position"], school=row["school_id"], left_at=row["left_at"])


def ready_under(
    conn: Connection, programme: Programme, people_: Mapping[str, Person], under: str = ""
) -> ReadyProgramme:
    """A programme under its own rules, or under those that were kept by the hash `under`."""
    if under:
        kept = get_rules(conn, under)
        programme = replace(programme, settings=kept["settings"])
        rules = apply_settings(parse_rule_set(kept["source"]), kept["settings"])
    else:
        rules = apply_settings(load_rule_set(programme.rule_set), programme.settings)
    aliases = packages.list_aliases(conn, programme.id)
    return ReadyProgramme(programme, rules, ProgrammeIndex.build(programme, rules, people=people_, aliases=aliases))
