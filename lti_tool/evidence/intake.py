"""The hook that the record store calls inside its transaction: evidence is committed with its statements."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from lti_tool.domain.values import Component, Kind
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.recognise import is_assessment, recognise
from lti_tool.evidence.rows import to_row
from lti_tool.evidence.verbs import NEVER_BY_LEARNER, VOIDED
from lti_tool.storage.queries import evidence, people
from lti_tool.storage.types import Row
from xapi import Credential, StoredStatement

EVIDENCE_KINDS = ("online", "offline", "practice", "assessment", "all")


class Intake:
    """Turns what was just stored into evidence and marks whoever it concerns as stale.

    `Intake(vocabulary)` is what `Store(on_stored=…)` is given.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = Vocabulary(tuple(vocabulary))

    def __call__(self, conn: Connection, batch: Sequence[StoredStatement]) -> None:
        rows = [row for stored in batch for row in self._rows(stored)]
        evidence.add_evidence(conn, rows)
        voided = evidence.void_evidence(conn, [stored.voids for stored in batch if stored.voids])
        concerned: dict[str | None, set[str]] = defaultdict(set)
        logs: dict[str | None, set[str]] = defaultdict(set)
        touched: list[Row] = [*rows, *voided, *_taken_back_here(conn, batch)]
        for row in touched:
            concerned[row["tenant"]].add(row["subject_key"])
            if row["kind"] == Kind.LOG:
                logs[row["tenant"]].add(row["subject_key"])
        for tenant in sorted(concerned, key=str):
            people.touch_keys(conn, sorted(concerned[tenant]), tenant)
        for tenant in sorted(logs, key=str):
            people.touch_classes(conn, sorted(logs[tenant]), tenant)

    def refuse(self, credential: Credential, statement: dict[str, Any]) -> str | None:
        """Why a learner's browser may not say this (answered with 403), or None (domain.md §3a, "Trust")."""
        if not is_learner_token(credential):
            return None
        verb = statement["verb"]["id"]
        if verb in NEVER_BY_LEARNER or is_assessment(statement, self._vocabulary):
            return f"a learner's own credential may not send {verb} about {statement['object'].get('id')}"
        return None

    def _rows(self, stored: StoredStatement) -> list[dict[str, Any]]:
        found = recognise(
            stored.statement,
            stored=stored.stored,
            trusted_as=trusted_as(stored.credential),
            learner_token=is_learner_token(stored.credential),
            voided=stored.voided,
            vocabulary=self._vocabulary,
        )
        return [to_row(recognised, stored.credential.tenant) for recognised in found]


def trusted_as(credential: Credential) -> frozenset[Component]:
    """What a credential's statements may count as (`--evidence`, contract §2); `online` where nothing is said."""
    kinds = credential.attributes.get("evidence") or ["online"]
    return frozenset(Component) if "all" in kinds else frozenset(Component(kind) for kind in kinds)


def is_learner_token(credential: Credential) -> bool:
    """Whether it is the short-lived credential of a learner's own browser."""
    return bool(credential.attributes.get("learner"))


def _taken_back_here(conn: Connection, batch: Sequence[StoredStatement]) -> list[Row]:
    """Whose evidence a programme's voids take back in that programme alone: what unbound credentials sent.

    The record store lets such a void have no effect, since the statement is not that programme's; which evidence it
    takes back is found when evidence is read.
    """
    targets: dict[str, list[str]] = defaultdict(list)
    for stored in batch:
        if stored.credential.tenant and stored.statement["verb"]["id"] == VOIDED and not stored.voids:
            targets[stored.credential.tenant].append(stored.statement["object"]["id"].lower())
    return [{**row, "tenant": tenant} for tenant, ids in targets.items() for row in evidence.list_unbound(conn, ids)]
