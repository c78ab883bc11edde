"""Rows of the record store in words: what each says, and what became of it for whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from flask_babel import gettext
from sqlalchemy import Connection, RowMapping

from lti_tool.domain.reasons import Reason
from lti_tool.evidence.durations import parse_time
from lti_tool.evidence.people import key_of
from lti_tool.evidence.verbs import VERBS, VOIDED
from lti_tool.storage.queries import people
from lti_tool.storage.queries import statement_browser as queries
from lti_tool.web.contexts import StatementLine
from lti_tool.web.contexts_statements import BrowsedLine
from lti_tool.web.formatting import reason_text
from lti_tool.web.language import text_of
from lti_tool.web.pages.administrator_words import VERBS as VERBS_IN_WORDS
from lti_tool.web.pages.lines import Lines
from lti_tool.web.pages.profile_words import profile_sentences
from lti_tool.web.services import Services
from xapi.sequence import stored_at


class Fates:
    """What became of statements for the participants of a programme; each participant is explained once."""

    def __init__(self, services: Services, programme_id: str) -> None:
        self._services = services
        self._programme_id = programme_id
        self._lines: dict[str, tuple[str, Lines]] = {}
        self._owners: dict[str, list[str]] = {}

    def learn(self, conn: Connection, statements: Sequence[str]) -> None:
        """Find out whom these statements are about, before `of` is asked."""
        rows = queries.list_evidence_of(conn, self._programme_id, statements)
        owners = people.find_people(conn, self._programme_id, sorted({row["subject_key"] for row in rows}))
        for id_ in statements:
            self._owners[id_] = []
        for row in rows:
            owner = owners.get(row["subject_key"])
            if owner is not None and owner not in self._owners[row["statement"]]:
                self._owners[row["statement"]].append(owner)

    def explain(self) -> None:
        """Explain whoever is concerned and is not explained yet; nothing else may be read meanwhile."""
        missing = sorted({owner for owners in self._owners.values() for owner in owners} - self._lines.keys())
        for found in self._services.credits.explain_many(self._programme_id, missing, pass_over=True):
            self._lines[found.participant.id] = (found.participant.name, Lines(found))

    def of(self, statement: str) -> list[tuple[str, StatementLine]]:
        """(name, what became of it) of each participant whom a statement is about."""
        found = []
        for owner in self._owners[statement]:
            name, lines = self._lines.get(owner, ("", None))
            outcome = None if lines is None else lines.find(statement)
            if lines is not None and outcome is not None:
                found.append((name, lines.line(outcome[0])))
        return found


def line_of(
    row: RowMapping, raw: Mapping[str, Any], fates: Sequence[tuple[str, StatementLine]], services: Services
) -> BrowsedLine:
    """One statement of the list."""
    stored = stored_at(row["seq"])
    counted = next((outcome for _, outcome in fates if outcome.counted), None)
    outcome = counted or (fates[0][1] if fates else None)
    target = raw["object"]
    is_activity = target.get("objectType", "Activity") == "Activity"
    return BrowsedLine(
        statement=row["id"],
        who=", ".join(name for name, _ in fates[:3]) or who_says(raw),
        verb=verb_of(raw),
        activity=activity_of(raw),
        activity_id=target["id"] if is_activity else None,
        at=parse_time(raw.get("timestamp")) or stored,
        stored=stored,
        sender=row["sender"] or "",
        is_voided=row["voided"],
        outcome=outcome,
        reason="" if counted else _reason(row, raw, outcome),
        follows_profile=not profile_sentences(raw, services.vocabulary),
    )


def read_raw(row: RowMapping) -> dict[str, Any]:
    """The statement of a row."""
    raw: dict[str, Any] = orjson.loads(row["statement"])
    return raw


def who_says(raw: Mapping[str, Any]) -> str:
    """The actor of a statement: a name where it says one, else the account or address."""
    actor = raw["actor"]
    if actor.get("name"):
        return str(actor["name"])
    if "mbox" in actor:
        return str(actor["mbox"]).removeprefix("mailto:")
    key = key_of(actor)
    return key.partition("|")[2].replace("|", " · ") if key else gettext("a group without a name")


def verb_of(raw: Mapping[str, Any]) -> str:
    """The verb as the statement displays it, else as the vocabulary names it, else its IRI."""
    iri = raw["verb"]["id"]
    known = VERBS_IN_WORDS.get("voided" if iri == VOIDED else VERBS.get(iri, ""))
    return text_of(raw["verb"].get("display"), iri if known is None else str(known))


def activity_of(raw: Mapping[str, Any]) -> str:
    """The object of a statement in words."""
    target = raw["object"]
    match target.get("objectType", "Activity"):
        case "Activity":
            return text_of((target.get("definition") or {}).get("name"), target["id"])
        case "StatementRef":
            return gettext("another record: %(id)s", id=target["id"])
        case "SubStatement":
            return gettext("a statement within the statement")
    return str(target.get("name") or key_of(target) or "–")


def reason_of_voiding(raw: Mapping[str, Any]) -> str:
    """Why a voiding statement says that it takes something back."""
    extensions = (raw.get("context") or {}).get("extensions") or {}
    found = next((value for key, value in extensions.items() if key.endswith("/extensions/reason")), "")
    return found if isinstance(found, str) else ""


def said_at(row: RowMapping, raw: Mapping[str, Any]) -> datetime:
    """When a statement says that it happened."""
    return parse_time(raw.get("timestamp")) or stored_at(row["seq"])


def _reason(row: RowMapping, raw: Mapping[str, Any], outcome: StatementLine | None) -> str:
    """Why a statement did not count."""
    if row["voided"]:
        return reason_text(Reason.VOIDED)
    if outcome is not None:
        return reason_text(outcome.reason)
    if raw["verb"]["id"] == VOIDED:
        return gettext("It takes another record back.")
    if raw["object"].get("objectType", "Activity") != "Activity":
        return gettext("It is not about an activity.")
    return gettext("No participant of the programme has this account or address.")
