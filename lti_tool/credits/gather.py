"""From the database to what the domain reads: evidence by participant, for many participants in few queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from lti_tool.credits.plans import Plan
from lti_tool.domain.credits.offline import find_class_logs
from lti_tool.domain.learner import ProgrammeIndex
from lti_tool.domain.values import Evidence, Kind
from lti_tool.evidence.rows import to_evidence
from lti_tool.storage.queries.evidence import list_beside_study, list_evidence
from lti_tool.storage.types import Row

#: Kinds where it matters who speaks, not only about whom.
_SPOKEN = {Kind.VERDICT.value, Kind.STAGE.value, Kind.ASSESSMENT.value}


class Gathered:
    """The evidence of some participants: kept as rows, and made into evidence for one participant at a time.

    A history is thousands of small objects. Those of one person come and go together, and need room only once.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]], known: Mapping[str, str]) -> None:
        self._rows = rows
        self._known = known

    def of(self, participant_id: str) -> list[Evidence]:
        """All evidence of one of the participants; none for somebody without any."""
        known = self._known
        return [to_evidence(row, known.get(row["actor_key"])) for row in self._rows.get(participant_id, ())]


def gather_evidence(
    conn: Connection, plan: Plan, participant_ids: Sequence[str], beside_study: Sequence[Kind] | None = None
) -> Gathered:
    """All evidence of these participants, or that of some kinds beside study, in few queries."""
    keys = plan.keys_of(conn, participant_ids)
    owner = {key: person for person, own in keys.items() for key in own}
    if beside_study is None:
        rows = list_evidence(conn, plan.programme_id, sorted(owner))
    else:
        kinds = [kind.value for kind in beside_study]
        rows = list_beside_study(conn, plan.programme_id, sorted(owner), kinds)
    speakers = {row["actor_key"] for row in rows if row["kind"] in _SPOKEN}
    known = plan.find_people(conn, sorted(speakers - owner.keys())) | owner
    gathered: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        gathered[owner[row["subject_key"]]].append(row)
    return Gathered(gathered, known)


def current_index(conn: Connection, plan: Plan, under: str = "") -> ProgrammeIndex:
    """The index with the trainers' logs there are now, where one log may stand for a whole class (A-12)."""
    index = plan.ready(conn, under).index
    if index.rules.settings.log_required != "class":
        return index
    keys = plan.keys_of(conn, sorted(index.programme.staff))
    own = sorted({key for found in keys.values() for key in found})
    logs = (to_evidence(row, None) for row in list_evidence(conn, index.programme.id, own) if row["kind"] == Kind.LOG)
    return replace(index, class_logs=find_class_logs(logs, index))
