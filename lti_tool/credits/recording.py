"""通过考核后，由培训机构统一录入学分 (R-077): what was entered for whom, in batches, kept whatever changes later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from lti_tool.clock import Clock, utc_now
from lti_tool.credits.service import Credits
from lti_tool.domain.values import Status
from lti_tool.rule_sets import read_source
from lti_tool.storage.database import Database
from lti_tool.storage.queries.failures import find_failing
from lti_tool.storage.queries.people import touch
from lti_tool.storage.queries.recordings import add_batch, find_entered, get_rules, keep_rules
from lti_tool.storage.queries.results import find_results, list_results
from lti_tool.storage.types import Row

_PAGE = 500


class CannotRecord(Exception):  # noqa: N818 - it is what happened
    """Some of the named people have nothing to enter; `problems` lists each as (participant, sentence)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{person}: {sentence}" for person, sentence in self.problems))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch entered: {participant: credits}. `id` is None where there was nothing to enter."""

    id: int | None
    entries: dict[str, Decimal]


class Recording:
    """Enters credits. An entry is never changed: a later batch for the same person says what stands from then on."""

    def __init__(self, db: Database, credits_: Credits, clock: Clock = utc_now) -> None:
        self._db = db
        self._credits = credits_
        self._clock = clock

    def list_ready(self, programme_id: str) -> dict[str, Decimal]:
        """Who would be entered now, with what: everybody who has passed, and for whom nothing is entered yet.

        Nothing is entered for somebody whose credits cannot be computed: what is kept of them is of an earlier time.
        """
        self._credits.refresh(programme_id)
        with self._db.read() as conn:
            failing = find_failing(conn, programme_id)
        ready: dict[str, Decimal] = {}
        last = ""
        while True:
            with self._db.read() as conn:
                page = list_results(conn, programme_id, after=last, limit=_PAGE)
                entered = find_entered(conn, programme_id, [row["participant_id"] for row in page])
            if not page:
                return ready
            for row in page:
                standing = entered.get(row["participant_id"])
                is_due = row["recorded"] and not (standing and standing["credits"])
                if is_due and row["participant_id"] not in failing:
                    ready[row["participant_id"]] = row["recorded"]
            last = page[-1]["participant_id"]

    def enter(self, programme_id: str, *, by: str, receipt: str | None = None) -> Batch:
        """Mark everybody who is ready as entered, in one batch."""
        return self._add(programme_id, self.list_ready(programme_id), by, receipt)

    def correct(self, programme_id: str, participant_ids: Sequence[str], *, by: str, receipt: str | None) -> Batch:
        """Enter anew what now holds for people who stand in correction 更正中; zero withdraws an entry.

        Raises CannotRecord for everybody whose entry needs no correction; then nothing is entered.
        """
        self._credits.refresh(programme_id, participant_ids)
        with self._db.read() as conn:
            results = find_results(conn, programme_id, participant_ids)
            failing = find_failing(conn, programme_id)
        wrong = [(person, sentence) for person in participant_ids if (sentence := _why_not(person, results, failing))]
        if wrong:
            raise CannotRecord(wrong)
        return self._add(programme_id, {id_: results[id_]["recorded"] for id_ in participant_ids}, by, receipt)

    def _add(self, programme_id: str, amounts: dict[str, Decimal], by: str, receipt: str | None) -> Batch:
        if not amounts:
            return Batch(None, {})
        with self._db.begin() as conn:
            results = find_results(conn, programme_id, list(amounts))
            self._keep_rules(conn, programme_id, results)
            entries = [
                {"participant_id": person, "credits": amount, "rule_set_hash": results[person]["rule_set_hash"]}
                for person, amount in amounts.items()
            ]
            batch = {"programme_id": programme_id, "at": self._clock(), "by": by, "receipt": receipt}
            number = add_batch(conn, batch, entries)
            touch(conn, [(programme_id, person) for person in amounts])
        self._credits.refresh(programme_id, list(amounts))
        return Batch(number, amounts)

    def _keep_rules(self, conn: Connection, programme_id: str, results: Mapping[str, Row]) -> None:
        """Keep the rules in force whole; those of earlier entries are kept already."""
        ready = self._credits.programme(programme_id)
        for rule_set_hash in {row["rule_set_hash"] for row in results.values()}:
            if rule_set_hash != ready.rules.hash:
                get_rules(conn, rule_set_hash)
                continue
            row = {
                "hash": rule_set_hash,
                "rule_set": ready.rules.id,
                "source": read_source(ready.programme.rule_set),
                "settings": dict(ready.programme.settings),
            }
            keep_rules(conn, row)


def _why_not(person: str, results: Mapping[str, Row], failing: Collection[str]) -> str | None:
    """Why nothing is corrected for somebody, or None."""
    if person in failing:
        return "cannot be computed at the moment"
    if person not in results:
        return "is not a participant"
    return None if results[person]["status"] == Status.CORRECTING else "needs no correction"
