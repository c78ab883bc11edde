"""Attendance 导入签到: each row becomes a sign-in 签到 (or an absence), and with a log time the trainee's log 日志.

What a row says holds in place of what an earlier sheet said of the same person and session, which is voided. What other
sources said stays as it is: credits rest on the first sign-in, and an absence takes none back (C11, C12).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from tincan import Statement

from lti_tool.domain.cycle import zone_of
from lti_tool.domain.values import Component, Evidence, Kind, OfflineClass, OfflineSession
from lti_tool.evidence.own_statements import compose, log_iri, make_activity, session_iri
from lti_tool.evidence.verbs import ATTENDED, SUBMIT
from lti_tool.imports.cells import Reader
from lti_tool.imports.outcomes import Did, Outcome
from lti_tool.imports.people import People
from lti_tool.imports.reasons import Reason, because
from lti_tool.imports.statements import Matching, Reception, Saying, match
from lti_tool.imports.tables import Line
from lti_tool.programmes.store import to_participant
from lti_tool.storage.types import Row

PROVINCIAL_PLATFORM = "zj-quality-platform"
_NEAR = timedelta(hours=12)  # as long before a session as a trainer may mark somebody present


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says of one person at one session. Moments are aware, in UTC, to the second."""

    class_id: str
    session_id: str
    is_present: bool | None  # None: nothing about it
    came: datetime | None
    left: datetime | None
    logged: datetime | None


class Attendance:
    """Takes in the rows of an attendance sheet; `source` is where they come from, as the statements say."""

    at_once = 200  # others wait to write no longer than that

    def __init__(self, reception: Reception, source: str = PROVINCIAL_PLATFORM) -> None:
        self._reception = reception
        self._source = source
        self._people = People(reception.programme_id)
        programme = reception.programme.programme
        self._zone = ZoneInfo(zone_of(programme, reception.programme.rules.settings))
        self._classes: Mapping[str, OfflineClass] = programme.offline_classes
        self._seen: dict[tuple[str, str, str], tuple[Line, Claim]] = {}

    def take(self, lines: Sequence[Line]) -> Sequence[Outcome]:
        """Store what these rows say, in one unit of work; what became of each."""
        readers = [Reader("attendance", line, self._zone) for line in lines]
        claims = [self._read(reader) for reader in readers]
        return self._reception.store.write(lambda conn: self._take(conn, readers, claims))

    def _take(self, conn: Connection, readers: Sequence[Reader], claims: Sequence[Claim | None]) -> list[Outcome]:
        found = self._people.find(conn, readers)
        persons = sorted({one["id"] for one in found if not isinstance(one, Reason)})
        saying = Saying.about(self._reception, conn, persons, [Kind.ATTENDED, Kind.LOG], Component.OFFLINE)
        outcomes = [self._do(saying, *row) for row in zip(readers, claims, found, strict=True)]
        saying.store()
        return outcomes

    def _do(self, saying: Saying, reader: Reader, claim: Claim | None, person: Row | Reason) -> Outcome:
        if claim is None and not reader.problems:
            return Did.BLANK
        if claim is None or isinstance(person, Reason):
            return [*reader.problems, *([person] if isinstance(person, Reason) else [])]
        if not self._belongs(person, claim):
            return [because("not_in_class", id=claim.class_id)]
        line, said = self._seen.setdefault((person["id"], claim.class_id, claim.session_id), (reader.line, claim))
        if line is not reader.line:
            return Did.KNOWN if said == claim else [because("twice", place=line.place)]
        return self._say(saying, person, claim)

    # ── reading ──

    def _read(self, reader: Reader) -> Claim | None:
        """What a row says; None if it says nothing, or has problems."""
        class_id, session_id, _ = (reader.required(code) for code in ("class", "session", "name"))
        moments = {code: reader.moment(code) for code in ("signed_in", "signed_out", "logged")}
        is_present = self._presence(reader)
        session = self._session(reader, class_id, session_id)
        if is_present is None and not any(reader.line[code] for code in moments):
            return None
        if session is not None:
            reader.problems += self._problems(reader, session, moments, is_present=is_present)
        if reader.problems:
            return None
        came, left, logged = moments.values()
        present = True if came else is_present
        return Claim(class_id, session_id, present, came, left, logged)

    def _presence(self, reader: Reader) -> bool | None:
        """Whether a row says that somebody was there; a column of absences alone says so only of who was not."""
        there, missed = reader.word("present"), reader.word("absent")
        if missed == "yes" or there == "no":
            return False
        return True if there == "yes" else None

    def _session(self, reader: Reader, class_id: str, session_id: str) -> OfflineSession | None:
        offline = self._classes.get(class_id)
        if offline is None:
            reader.problems += [because("unknown_class", id=class_id)] if class_id else []
            return None
        found = next((session for session in offline.sessions if session.id == session_id), None)
        if found is None and session_id:
            reader.problems.append(because("unknown_session", class_id=class_id, id=session_id))
        return found

    def _problems(
        self,
        reader: Reader,
        session: OfflineSession,
        moments: Mapping[str, datetime | None],
        *,
        is_present: bool | None,
    ) -> list[Reason]:
        came, left = moments["signed_in"], moments["signed_out"]
        if is_present is False:
            has_times = any(reader.line[code] for code in moments)
            return [because("absent_with_times")] if has_times else []
        problems = []
        if not reader.line["signed_in"] and (is_present or reader.line["signed_out"]):
            problems.append(because("no_sign_in"))
        if came and not session.starts_at - _NEAR <= came <= session.ends_at + _NEAR:
            told = {"starts": self._tell(session.starts_at), "ends": self._tell(session.ends_at)}
            problems.append(because("other_day", hours=int(_NEAR.total_seconds()) // 3600, **told))
        if came and left and left <= came:
            problems.append(because("left_before"))
        late = [code for code, moment in moments.items() if moment and not self._reception.is_in_cycle(moment)]
        return [*problems, *(self._reception.outside_cycle(reader.label(code)) for code in late)]

    def _tell(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _belongs(self, person: Row, claim: Claim) -> bool:
        index = self._reception.programme.index
        if person["group_id"] not in index.places:
            return False
        context = index.context(to_participant(person))
        return any(one.id == claim.class_id for one in (*context.offline_classes, *context.earlier_classes))

    # ── saying ──

    def _say(self, saying: Saying, person: Row, claim: Claim) -> Outcome:
        here = [
            piece
            for piece in saying.pieces.get(person["id"], ())
            if (piece.class_id, piece.offline_session) == (claim.class_id, claim.session_id)
        ]
        facts: list[tuple[Matching, Callable[[], Statement]]] = []
        if claim.is_present is not None:
            stays = [piece for piece in here if piece.kind is Kind.ATTENDED]
            found = match(saying, stays, lambda piece: _is_same_stay(piece, claim))
            signed_in = any(piece.completion is not False for piece in found.others)
            if signed_in and not claim.is_present and not found.is_known:
                return [because("signed_in_elsewhere")]
            facts.append((found, lambda: self._attended(saying, person, claim)))
        if claim.logged is not None:
            logs = [piece for piece in here if piece.kind is Kind.LOG]
            found = match(saying, logs, lambda piece: _second(piece.timestamp) == claim.logged)
            facts.append((found, lambda: self._log(saying, person, claim)))
        if any(found.was_taken_back and not found.is_known for found, _ in facts):
            return [because("taken_back")]
        for found, make in facts:
            for piece in found.replaced:
                saying.take_back(piece, "a later sheet says otherwise 后来导入的表格有更正")
            if not found.is_known:
                saying.say(make(), found.times_taken_back)
        return Did.KNOWN if all(found.is_known and not found.replaced for found, _ in facts) else Did.DONE

    def _attended(self, saying: Saying, person: Row, claim: Claim) -> Statement:
        """The timestamp is the end of what is known: signing out, else signing in; of an absence the session's end."""
        base, session = self._reception.vocabulary.base, self._planned(claim)
        said: dict[str, Any] = {"method": "import", "source": self._source}
        result: dict[str, Any] = {"completion": bool(claim.is_present)}
        if claim.came:
            said["in"] = claim.came.astimezone(self._zone).isoformat()
        if claim.came and claim.left:
            said["out"] = claim.left.astimezone(self._zone).isoformat()
            result["duration"] = claim.left - claim.came
        iri = session_iri(base, claim.class_id, claim.session_id)
        return compose(
            saying.agent(person),
            ATTENDED,
            make_activity(iri, f"{base}/activity-types/offline-session", self._title(claim)),
            base=base,
            at=(claim.left or claim.came or session.ends_at).astimezone(self._zone),
            result={**result, "extensions": {f"{base}/extensions/sign-in": said}},
            extensions={"class": claim.class_id},
            component="offline",
            platform=self._source,
        )

    def _log(self, saying: Saying, person: Row, claim: Claim) -> Statement:
        """The sheet says that there is a log, not what stands in it."""
        base = self._reception.vocabulary.base
        iri = log_iri(base, claim.class_id, claim.session_id, person["id"])
        return compose(
            saying.agent(person),
            SUBMIT,
            make_activity(iri, f"{base}/activity-types/training-log", f"{self._title(claim)} 日志"),
            base=base,
            at=(claim.logged or self._planned(claim).ends_at).astimezone(self._zone),
            result={"completion": True},
            extensions={"class": claim.class_id},
            component="offline",
            parent=session_iri(base, claim.class_id, claim.session_id),
            platform=self._source,
        )

    def _planned(self, claim: Claim) -> OfflineSession:
        return next(one for one in self._classes[claim.class_id].sessions if one.id == claim.session_id)

    def _title(self, claim: Claim) -> str:
        return f"{self._classes[claim.class_id].title or claim.class_id} 第 {claim.session_id} 场"


def _is_same_stay(piece: Evidence, claim: Claim) -> bool:
    """Whether a piece says what a row says; an empty 签退时间 says nothing about leaving."""
    if piece.completion is False or not claim.is_present:
        return piece.completion is False and not claim.is_present
    came, left = piece.interval or (piece.timestamp, None)
    return _second(came) == claim.came and (claim.left is None or (left is not None and _second(left) == claim.left))


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
