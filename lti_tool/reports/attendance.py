"""线下签到与日志表: for each session of a class everybody who belongs there, with sign-in, log and credits."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lti_tool.credits.records import Pair, session_records
from lti_tool.credits.service import Explained
from lti_tool.domain.decimals import ZERO
from lti_tool.domain.values import Evidence, Kind, OfflineClass, OfflineSession
from lti_tool.reports.source import Source, moment_text, place_columns


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """One row for each participant and session of their classes, in the order of participants and sessions.

    Sessions at a school that they left are those of which anything is on record.
    """
    for one in source.everybody():
        records = session_records(one)
        for offline in (*one.context.offline_classes, *one.context.earlier_classes):
            for session in offline.sessions:
                found = records.get((offline.id, session.id), [])
                if found or offline in one.context.offline_classes:
                    yield _row(one, offline, session, found)


def _row(one: Explained, offline: OfflineClass, session: OfflineSession, pairs: list[Pair]) -> dict[str, Any]:
    context = one.context
    stays = [piece for piece, _ in pairs if piece.kind is Kind.ATTENDED]
    sign_in = stays[0] if stays else None
    leaving = [piece.interval[1] for piece in stays if piece.interval]
    log = next((piece for piece, _ in pairs if piece.kind is Kind.LOG), None)
    host = context.programme.schools.get(offline.host_school or "")
    return {
        **place_columns(context),
        "class": offline.id,
        "class_title": offline.title or offline.id,
        "session": session.id,
        "starts": moment_text(session.starts_at, context),
        "ends": moment_text(session.ends_at, context),
        "minutes": int((session.ends_at - session.starts_at).total_seconds()) // 60,
        "place": host.name if host else "",
        "signed_in": moment_text(_came(sign_in) if sign_in else None, context),
        "signed_out": moment_text(max(leaving, default=None), context),
        "logged": moment_text(log.timestamp if log else None, context),
        "credits": sum((outcome.credits or ZERO for _, outcome in pairs if outcome.counted), ZERO),
        "state": _state(sign_in, log),
    }


def _came(sign_in: Evidence) -> datetime:
    """When somebody came: the timestamp of a stay whose both ends are known is its end."""
    return sign_in.interval[0] if sign_in.interval else sign_in.timestamp


def _state(sign_in: Evidence | None, log: Evidence | None) -> str:
    if sign_in and log:
        return "已签到，有日志"
    if sign_in:
        return "已签到，缺日志"
    return "有日志，缺签到" if log else "未签到"
