"""What is known of a course's roster: when it was read, what that found, what is in the way."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext, ngettext
from sqlalchemy import Connection

from lti_tool.lti.roster_problems import PROBLEMS
from lti_tool.storage.queries import rosters as queries
from lti_tool.web.contexts_unmatched import RosterCard


def roster_card(conn: Connection, context_row: int, now: datetime, *, is_fresh: bool) -> RosterCard:
    """The card of a course's roster."""
    known = queries.find_roster(conn, context_row)
    left = [(row["name"] or row["sub"], row["left_at"]) for row in queries.list_left(conn, context_row)]
    if known is None:
        return RosterCard(None, is_fresh, is_busy=False, figures=(), problem=None, again_at=None, left=left)
    problem = PROBLEMS.get(known["problem"] or "")
    return RosterCard(
        read_at=known["read_at"],
        is_fresh=is_fresh,
        is_busy=known["busy_until"] is not None and known["busy_until"] > now,
        figures=_figures(known["counts"] or {}),
        problem=(gettext(problem.what), gettext(problem.next_step), known["detail"] or "") if problem else None,
        again_at=known["next_at"],
        left=left,
    )


def _figures(counts: Mapping[str, int]) -> list[str]:
    """What a reading found, sentence by sentence; changes only where there are any."""
    if not counts:
        return []
    learners, new, returned, left = (counts[name] for name in ("learners", "new", "returned", "left"))
    said = [
        ngettext("%(num)d learner is in the course.", "%(num)d learners are in the course.", learners),
        ngettext("%(num)d is a participant.", "%(num)d are participants.", counts["matched"]),
        ngettext(
            "%(num)d is nobody of the programme yet.", "%(num)d are nobody of the programme yet.", counts["unmatched"]
        ),
        ngettext("%(num)d was new.", "%(num)d were new.", new),
        ngettext("%(num)d had left.", "%(num)d had left.", left),
    ]
    if returned:
        said.append(ngettext("%(num)d had come back.", "%(num)d had come back.", returned))
    return [str(sentence) for sentence in said]
