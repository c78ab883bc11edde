"""Who was at a session, as far as is on record: read from statements, whoever sent them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from lti_tool.domain.trust import distrust
from lti_tool.domain.values import Component, Evidence, Kind
from lti_tool.evidence.durations import parse_time
from lti_tool.evidence.own_credential import find_own_credential
from lti_tool.evidence.rows import to_evidence
from lti_tool.storage.queries import people
from lti_tool.storage.queries.evidence import list_beside_study
from lti_tool.storage.queries.sign_in import ClassPlace
from lti_tool.storage.queries.statements import find_statements
from lti_tool.web.contexts_sign_in import Stay
from lti_tool.web.services import Services

_LONGEST_WORD = 40


def find_stays(
    services: Services, conn: Connection, place: ClassPlace, participant_ids: Sequence[str]
) -> dict[str, Stay]:
    """What is on record of these people at a session; those of whom nothing is are missing."""
    sessions = find_all_stays(services, conn, place.programme_id, place.class_id, participant_ids)
    return sessions.get(place.session_id, {})


def find_all_stays(
    services: Services, conn: Connection, programme_id: str, class_id: str, participant_ids: Sequence[str]
) -> dict[str, dict[str, Stay]]:
    """The same for every session of a class: {session: {participant: stay}}."""
    keys = people.list_keys_of(conn, programme_id, participant_ids)
    owner = {key: person for person, own in keys.items() for key in own}
    rows = list_beside_study(conn, programme_id, sorted(owner), [Kind.ATTENDED.value])
    pieces = [piece for row in rows if _counts(piece := to_evidence(row, None), class_id)]
    raw = find_statements(conn, programme_id, [piece.statement for piece in pieces])
    own = find_own_credential(conn, programme_id)
    reader = _Reader(services, raw, own.key if own else "")
    found: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for piece in pieces:
        found[piece.offline_session or "", owner[piece.account]].append(piece)
    sessions: dict[str, dict[str, Stay]] = defaultdict(dict)
    for (session, person), those in found.items():
        sessions[session][person] = reader.stay(those)
    return sessions


def _counts(piece: Evidence, class_id: str) -> bool:
    is_valid = not piece.voided and distrust(piece, Component.OFFLINE) is None
    return is_valid and piece.class_id == class_id


class _Reader:
    """Reads the statements behind the evidence."""

    def __init__(self, services: Services, raw: Mapping[str, Mapping[str, Any]], own_key: str) -> None:
        self._vocabulary = services.vocabulary
        self._raw = raw
        self._own_key = own_key

    def stay(self, pieces: Iterable[Evidence]) -> Stay:
        """One person's stay from all that was said of it: a sign-in outweighs an absence, as it does for credits."""
        ordered = sorted(pieces, key=lambda piece: (piece.timestamp, piece.statement))
        present = [piece for piece in ordered if piece.completion is not False]
        those = present or ordered
        said = [self._sign_in(piece.statement) for piece in those]
        latest = self._raw.get(those[-1].statement, {})
        return Stay(
            is_present=bool(present),
            came_at=_first(_moments(said, "in")) or (present[0].timestamp if present else None),
            left_at=_last(_moments(said, "out")),
            method=_word(said[0].get("method")),
            source=_word(said[0].get("source")) or _word((latest.get("authority") or {}).get("name")),
            by=_word(((latest.get("context") or {}).get("instructor") or {}).get("name")),
            reason=_text(self._vocabulary.extension((latest.get("context") or {}).get("extensions"), "reason")),
            is_ours=all(self._is_ours(piece.statement) for piece in those),
            statements=[piece.statement for piece in those],
        )

    def _sign_in(self, statement: str) -> Mapping[str, Any]:
        result = self._raw.get(statement, {}).get("result") or {}
        found = self._vocabulary.extension(result.get("extensions"), "sign-in")
        return found if isinstance(found, dict) else {}

    def _is_ours(self, statement: str) -> bool:
        authority = self._raw.get(statement, {}).get("authority") or {}
        return bool(self._own_key) and (authority.get("account") or {}).get("name") == self._own_key


def _moments(said: Iterable[Mapping[str, Any]], name: str) -> list[datetime]:
    return [moment for one in said if (moment := parse_time(one.get(name))) is not None]


def _first(moments: Sequence[datetime]) -> datetime | None:
    return min(moments, default=None)


def _last(moments: Sequence[datetime]) -> datetime | None:
    return max(moments, default=None)


def _word(value: Any) -> str:
    return value[:_LONGEST_WORD] if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
