"""Keeping credits true: whoever is stale is computed again, and any figure can be explained."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.clock import Clock, utc_now
from lti_tool.credits.gather import current_index, gather_evidence
from lti_tool.credits.plans import FilePlan, Plan, StoredPlan
from lti_tool.credits.preview import Change, failed_change, list_changes
from lti_tool.credits.programme import ProgrammeShelf, ReadyProgramme
from lti_tool.credits.rows import figures_differ, to_result_row
from lti_tool.domain.credits import assess
from lti_tool.domain.learner import LearnerContext, ProgrammeIndex
from lti_tool.domain.values import Credit, Evidence, Kind, Participant
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.programmes.store import to_participant
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people
from lti_tool.storage.queries.failures import note_failure
from lti_tool.storage.queries.recordings import find_entered
from lti_tool.storage.queries.results import find_results, save_results

#: Called in the unit of work that writes results, with the programme and the participants whose figures changed.
OnChanged = Callable[[Connection, str, Sequence[str]], None]

_CHUNK = 50  # learners read at a time: each may have thousands of statements, and all are held at once
_FOR_A_PAGE = 2 * _CHUNK
_AGAIN_AFTER = timedelta(minutes=10)  # for whoever cannot be computed, unless something happens to them before
_FAILED = "credits cannot be computed"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Explained:
    """A participant's credits with everything they rest on."""

    participant: Participant
    credit: Credit
    context: LearnerContext
    evidence: Sequence[Evidence]


class Credits:
    """Computes, keeps and explains credits.

    `on_changed` lets the gradebook mirror follow in the same unit of work.
    """

    def __init__(self, db: Database, clock: Clock = utc_now, on_changed: OnChanged | None = None) -> None:
        self._db = db
        self._clock = clock
        self._on_changed = on_changed
        self._shelf = ProgrammeShelf()

    def programme(self, programme_id: str) -> ReadyProgramme:
        """The programme with its effective rules; raises UnknownProgramme."""
        with self._db.read() as conn:
            return self._shelf.get(conn, programme_id)

    def refresh(self, programme_id: str, participant_ids: Sequence[str] | None = None) -> set[str]:
        """Compute again whoever is stale (of `participant_ids`, if given); the ids whose figures changed.

        Each participant is computed once: evidence that arrives meanwhile leaves them stale for the next call. Whoever
        cannot be computed stays stale too, and is passed over until their turn comes again.
        """
        if participant_ids is None:
            return self._refresh(programme_id, None)
        parts = people.chunks(sorted(set(participant_ids)))
        return {person for part in parts for person in self._refresh(programme_id, part)}

    def _refresh(self, programme_id: str, participant_ids: Sequence[str] | None) -> set[str]:
        changed: set[str] = set()
        last = ""
        while True:
            with self._db.read() as conn:
                stale = people.list_stale(
                    conn, programme_id, only=participant_ids, after=last, limit=_CHUNK, now=self._clock()
                )
            if not stale:
                return changed
            changed |= self._bring_up(programme_id, stale)
            last = stale[-1]["id"]

    def refresh_some(self, programme_id: str) -> int:
        """Compute again a hundred of those who are stale, for pages of everybody, which must not wait for all of them
        after a change of the rules; how many are left to the workers and to the next page.
        """
        with self._db.read() as conn:
            stale = people.list_stale(conn, programme_id, limit=_FOR_A_PAGE, now=self._clock())
        for chunk in people.chunks(stale, _CHUNK):
            self._bring_up(programme_id, chunk)
        if len(stale) < _FOR_A_PAGE:
            return 0
        with self._db.read() as conn:
            return people.count_stale(conn, programme_id, now=self._clock())

    def catch_up(self, programme_id: str) -> set[str]:
        """A worker's share of `refresh`: whoever is stale, except those whom another worker is computing already."""
        changed: set[str] = set()
        last = ""
        while True:
            with self._db.read() as conn:
                due = people.list_stale(conn, programme_id, after=last, limit=_CHUNK, now=self._clock())
            found = [row["id"] for row in due]
            if not found:
                return changed
            with self._db.claim() as claiming:
                own = people.claim(claiming, programme_id, found)
                with self._db.read() as conn:  # again: whoever had them until now has brought them up to date
                    stale = people.list_stale(conn, programme_id, only=own, limit=_CHUNK, now=self._clock())
                changed |= self._bring_up(programme_id, stale)
            last = found[-1]

    def _bring_up(self, programme_id: str, stale: Sequence[RowMapping]) -> set[str]:
        """Compute some participants and keep the results; the ids whose figures changed.

        Somebody who cannot be computed stops nobody else: where some fail together, each is tried alone.
        """
        try:
            return self._save(programme_id, self._compute_stale(programme_id, stale))
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - it is noted, and the others go on
            if len(stale) == 1:
                self._note(programme_id, stale[0], error)
                return set()
        return {person for one in stale for person in self._bring_up(programme_id, [one])}

    def _compute_stale(self, programme_id: str, stale: Sequence[RowMapping]) -> list[dict[str, Any]]:
        plan = self._plan(programme_id)
        with self._db.read() as conn:
            contexts = _contexts(conn, plan, [to_participant(row) for row in stale])
            return self._compute(conn, plan, contexts, {row["id"]: row["touched"] for row in stale})

    def _note(self, programme_id: str, person: RowMapping, error: Exception) -> None:
        """Somebody could not be computed: they stay stale, an administrator sees it, and it is tried again later."""
        kind, now = type(error).__name__, self._clock()
        _log.exception(_FAILED, programme=programme_id, participant=person["id"], error=kind)
        row = {
            "programme_id": programme_id,
            "participant_id": person["id"],
            "touch": person["touched"],
            "failed_at": now,
            "again_at": now + _AGAIN_AFTER,
            "error": kind[:64],
        }
        with self._db.begin() as conn:
            note_failure(conn, row)

    def explain(self, programme_id: str, participant_id: str) -> Explained | None:
        """The credits of one participant from all evidence there is now, with the explanation; None if unknown."""
        return next(iter(self.explain_many(programme_id, [participant_id])), None)

    def explain_current(self, programme_id: str, participant_id: str) -> Explained | None:
        """`explain`; where the participant was stale, the same computation brings the stored result up to date."""
        with self._db.read() as conn:
            stale = people.list_stale(conn, programme_id, only=[participant_id], limit=1)
        explained = self.explain(programme_id, participant_id)
        if explained is not None and stale:
            rules, touch = explained.context.rules, stale[0]["touched"]
            row = to_result_row(programme_id, explained.credit, rules, touch=touch, now=self._clock())
            self._save(programme_id, [row])
        return explained

    def explain_many(
        self,
        programme_id: str,
        participant_ids: Sequence[str],
        *,
        beside_study: Sequence[Kind] | None = None,
        pass_over: bool = False,
    ) -> list[Explained]:
        """`explain` for several participants at once, in their order; those who are unknown are missing.

        With `beside_study` from evidence of these kinds alone, which are few: for pages that show nothing else. With
        `pass_over` without those who cannot be computed: for pages about many, where one must not hide the others.
        """
        with self._db.read() as conn:
            rows = {row["id"]: row for row in people.list_people(conn, programme_id, participant_ids)}
            if not rows:
                return []
            plan = self._plan(programme_id)
            persons = [to_participant(row) for row in rows.values()]
            evidence = gather_evidence(conn, plan, list(rows), beside_study)
            contexts = _contexts(conn, plan, persons)
        now = self._clock()
        explained = []
        for context in (contexts[id_] for id_ in participant_ids if id_ in contexts):
            try:
                own = evidence.of(context.participant.id)
                credit = assess(own, context, now)
            except Exception:
                if not pass_over:
                    raise
                _log.exception(_FAILED, programme=programme_id, participant=context.participant.id)
                continue
            explained.append(Explained(context.participant, credit, context, own))
        return explained

    def preview(self, programme_id: str) -> Iterator[Change]:
        """Who would change, and how, if everybody were computed now; nothing is written."""
        last = ""
        while True:
            with self._db.read() as conn:
                roster = people.list_participants(conn, programme_id, after=last, limit=_CHUNK)
                persons = [to_participant(row) for row in roster]
                changes = self._changes(conn, self._plan(programme_id), persons)
            if not roster:
                return
            yield from changes
            last = roster[-1]["id"]

    def preview_file(self, file: ProgrammeFile) -> Iterator[Change]:
        """Who would change, and how, if this programme file were loaded; nothing is written."""
        with self._db.read() as conn:
            plan = FilePlan(file, conn)
        for some in people.chunks(sorted(file.participants, key=lambda person: person.id), _CHUNK):
            with self._db.read() as conn:
                changes = self._changes(conn, plan, some)
            yield from changes

    def _changes(self, conn: Connection, plan: Plan, persons: Sequence[Participant]) -> list[Change]:
        """What would change for some people; whoever could not be computed is told, and stops nobody else."""
        try:
            contexts = _contexts(conn, plan, persons)
            before = find_results(conn, plan.programme_id, list(contexts))
            after = self._compute(conn, plan, contexts, {})
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - it is told
            if len(persons) == 1:
                school = plan.ready(conn).index.places[persons[0].group].school.id
                return [failed_change(persons[0], school, type(error).__name__)]
            return [change for one in persons for change in self._changes(conn, plan, [one])]
        return list(list_changes(contexts.values(), before, after))

    def _plan(self, programme_id: str) -> StoredPlan:
        return StoredPlan(self._shelf, programme_id)

    def _compute(
        self, conn: Connection, plan: Plan, contexts: Mapping[str, LearnerContext], touched: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        if not contexts:
            return []
        evidence = gather_evidence(conn, plan, list(contexts))
        now = self._clock()
        rows = []
        for person, context in contexts.items():
            credit = assess(evidence.of(person), context, now)
            touch = touched.get(person, 0)
            rows.append(to_result_row(plan.programme_id, credit, context.rules, touch=touch, now=now))
        return rows

    def _save(self, programme_id: str, computed: Sequence[dict[str, Any]]) -> set[str]:
        with self._db.begin() as conn:
            before = find_results(conn, programme_id, [row["participant_id"] for row in computed])
            newer = [row for row in computed if _is_newer(row, before.get(row["participant_id"]))]
            changed = {row["participant_id"] for row in newer if _keep_or_date(row, before.get(row["participant_id"]))}
            save_results(conn, newer)
            if self._on_changed and changed:
                self._on_changed(conn, programme_id, sorted(changed))
        return changed


def _contexts(conn: Connection, plan: Plan, persons: Sequence[Participant]) -> dict[str, LearnerContext]:
    """Everybody's place under the rules in force; what was recorded stays under those it was recorded under.

    Somebody whose group is no longer planned has no place.
    """
    if not persons:
        return {}
    ready = plan.ready(conn)
    entered = find_entered(conn, plan.programme_id, [person.id for person in persons])
    indexes: dict[str, ProgrammeIndex] = {}
    contexts = {}
    for person in (one for one in persons if one.group in ready.index.places):
        own = entered.get(person.id)
        kept = "" if own is None or not own["credits"] else own["rule_set_hash"]
        under = "" if kept == ready.rules.hash else kept
        if under not in indexes:
            indexes[under] = current_index(conn, plan, under)
        contexts[person.id] = indexes[under].context(person, None if own is None else own["credits"])
    return contexts


def _keep_or_date(row: dict[str, Any], old: RowMapping | None) -> bool:
    """Whether the figures changed; where they did not, they go on standing since they stood."""
    if old is not None and not figures_differ(old, row):
        row["changed_at"] = old["changed_at"]
        return False
    return True


def _is_newer(row: dict[str, Any], old: RowMapping | None) -> bool:
    """Whether it knows at least as much as what stands there: of two workers, the better informed wins."""
    return old is None or old["computed_touch"] <= row["computed_touch"]
