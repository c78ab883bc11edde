"""Assessments 考核: each row becomes the institution's verdict 通过 or 不通过 of a process or final assessment (R-033).

A sheet has a row for each verdict, or the two columns 过程考评 and 最终考评 of our own 学分统一录入表. Of several
verdicts the latest by its time decides; what was said before stays on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from tincan import Statement

from lti_tool.domain.credits.assessment import KINDS
from lti_tool.domain.cycle import zone_of
from lti_tool.domain.values import Component, Evidence, Kind, Verb
from lti_tool.evidence.own_statements import assessment_iri, compose, make_activity
from lti_tool.evidence.verbs import FAILED, PASSED
from lti_tool.imports.cells import Reader
from lti_tool.imports.outcomes import Did, Outcome
from lti_tool.imports.people import People
from lti_tool.imports.reasons import Reason, because
from lti_tool.imports.statements import Reception, Saying
from lti_tool.imports.tables import Line
from lti_tool.reports.words import ASSESSMENTS
from lti_tool.storage.types import Row

_TYPE = "http://adlnet.gov/expapi/activities/assessment"
_WORDS = {True: "通过", False: "不通过"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of one person."""

    verdicts: Mapping[str, bool]  # {process | final: passed}
    at: datetime | None  # aware, in UTC, to the second; None: it is said now
    remark: str


class Assessments:
    """Takes in the rows of an assessment sheet."""

    at_once = 200  # others wait to write no longer than that

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._people = People(reception.programme_id)
        self._zone = ZoneInfo(zone_of(reception.programme.programme, reception.programme.rules.settings))
        self._seen: dict[tuple[str, str], tuple[Line, tuple[bool, datetime | None]]] = {}

    def take(self, lines: Sequence[Line]) -> Sequence[Outcome]:
        """Store what these rows say, in one unit of work; what became of each."""
        readers = [Reader("assessments", line, self._zone) for line in lines]
        claims = [self._read(reader) for reader in readers]
        return self._reception.store.write(lambda conn: self._take(conn, readers, claims))

    def _take(self, conn: Connection, readers: Sequence[Reader], claims: Sequence[Claim | None]) -> list[Outcome]:
        found = self._people.find(conn, readers)
        persons = sorted({one["id"] for one in found if not isinstance(one, Reason)})
        saying = Saying.about(self._reception, conn, persons, [Kind.ASSESSMENT], Component.ASSESSMENT)
        now = self._reception.store.clock().replace(microsecond=0)
        outcomes = [self._do(saying, *row, now) for row in zip(readers, claims, found, strict=True)]
        saying.store()
        return outcomes

    def _read(self, reader: Reader) -> Claim | None:
        """What a row says; None if it says nothing, or has problems."""
        reader.required("name")
        columns = {kind: reader.word(kind, "result") for kind in KINDS}
        kind, result = reader.word("kind"), reader.word("result")
        if reader.line["result"] and not reader.line["kind"]:
            reader.problems.append(because("missing", column=reader.label("kind")))
        if kind and result:  # a kind alone: listed, and not decided yet
            columns[kind] = result
        at = reader.moment("time", day_alone=True)
        verdicts = {kind: said == "passed" for kind, said in columns.items() if said}
        return Claim(verdicts, at, reader.line["remark"] if kind else "") if verdicts and not reader.problems else None

    def _do(self, saying: Saying, reader: Reader, claim: Claim | None, person: Row | Reason, now: datetime) -> Outcome:
        if claim is None and not reader.problems:
            return Did.BLANK
        if claim is None or isinstance(person, Reason):
            return [*reader.problems, *([person] if isinstance(person, Reason) else [])]
        if not self._reception.is_in_cycle(claim.at or now):
            return [self._reception.outside_cycle(reader.label("time"))]
        repeated = [self._repeats(reader.line, person["id"], kind, claim) for kind in claim.verdicts]
        problems = [one for one in repeated if isinstance(one, Reason)]
        fresh = [kind for kind, again in zip(claim.verdicts, repeated, strict=True) if again is None]
        on_record = {kind: _Record.of(saying.pieces.get(person["id"], ()), kind) for kind in fresh}
        wanted = [kind for kind in fresh if not on_record[kind].says(claim.verdicts[kind], claim.at)]
        for kind in wanted:
            problems += self._against(on_record[kind], kind, claim, now)
        if problems:
            return problems
        for kind in wanted:
            saying.say(self._statement(saying, person, kind, claim, claim.at or now), on_record[kind].voided)
        return Did.DONE if wanted else Did.KNOWN

    def _repeats(self, line: Line, person_id: str, kind: str, claim: Claim) -> Reason | Did | None:
        """Whether another row of the file has this verdict: the same, or another, which is a reason."""
        said = (claim.verdicts[kind], claim.at)
        first, before = self._seen.setdefault((person_id, kind), (line, said))
        if first is line:
            return None
        return Did.KNOWN if before == said else because("twice", place=first.place)

    def _against(self, record: "_Record", kind: str, claim: Claim, now: datetime) -> list[Reason]:
        """What stands against a verdict that is not on record yet: it was voided, or would change nothing."""
        passed = claim.verdicts[kind]
        if record.was_taken_back(passed, claim.at):
            return [because("taken_back")]
        latest = record.latest
        if latest is None or latest.timestamp <= (claim.at or now) or _passed(latest) == passed:
            return []
        time = f"{latest.timestamp.astimezone(self._zone):%Y-%m-%d %H:%M}"
        return [because("later_verdict", kind=ASSESSMENTS[kind], time=time, result=_WORDS[_passed(latest)])]

    def _statement(self, saying: Saying, person: Row, kind: str, claim: Claim, at: datetime) -> Statement:
        base, passed = self._reception.vocabulary.base, claim.verdicts[kind]
        result: dict[str, Any] = {"success": passed, "completion": True}
        if claim.remark:
            result["response"] = claim.remark
        return compose(
            saying.agent(person),
            PASSED if passed else FAILED,
            make_activity(assessment_iri(base, self._reception.programme_id, kind), _TYPE, ASSESSMENTS[kind]),
            base=base,
            at=at.astimezone(self._zone),
            result=result,
            extensions={"assessment-kind": kind},
        )


@dataclass(frozen=True, slots=True)
class _Record:
    """What is on record of one assessment of one person, whoever said it; in the order in which verdicts decide."""

    live: Sequence[Evidence]
    gone: Sequence[Evidence]

    @classmethod
    def of(cls, pieces: Sequence[Evidence], kind: str) -> "_Record":
        own = sorted(
            (piece for piece in pieces if piece.assessment == kind),
            key=lambda piece: (piece.timestamp, piece.stored, piece.statement),
        )
        return cls([piece for piece in own if not piece.voided], [piece for piece in own if piece.voided])

    @property
    def latest(self) -> Evidence | None:
        return self.live[-1] if self.live else None

    @property
    def voided(self) -> int:
        return len(self.gone)

    def says(self, passed: bool, at: datetime | None) -> bool:  # noqa: FBT001 - a verdict that was read
        """Whether a verdict is on record: at this time, or, where a row has none, as the one that decides."""
        listed = self.live[-1:] if at is None else self.live
        return any(_is(piece, passed, at) for piece in listed)

    def was_taken_back(self, passed: bool, at: datetime | None) -> bool:  # noqa: FBT001 - a verdict that was read
        """Whether the verdict was on record and was voided; one without time, only if nothing else was said since."""
        listed = self.gone[-1:] if at is None and not self.live else self.gone if at else []
        return any(_is(piece, passed, at) for piece in listed)


def _is(piece: Evidence, passed: bool, at: datetime | None) -> bool:  # noqa: FBT001 - a verdict that was read
    return _passed(piece) == passed and at in {None, piece.timestamp.replace(microsecond=0)}


def _passed(piece: Evidence) -> bool:
    return piece.verb is Verb.PASSED
