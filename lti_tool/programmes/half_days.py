"""What the sessions of a face-to-face class are worth where the file does not say (A-13): 4 half-days of 2 credits."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lti_tool.programmes.references import Problem


def fill_in_credits(classes: Sequence[dict[str, Any]], preset: Sequence[Decimal]) -> list[Problem]:
    """Give each session without credits those of its place in the class; a make-up session those that it makes up for.

    The sessions for which the setting has none, as (place, sentence).
    """
    problems = []
    for i, offline in enumerate(classes):
        planned = [session for session in offline["sessions"] if not session["makeup_for"]]
        for session, credits_ in zip(planned, preset, strict=False):
            session["credits"] = session["credits"] or credits_
        worth = {session["id"]: session["credits"] for session in planned}
        for k, session in enumerate(offline["sessions"]):
            session["credits"] = session["credits"] or worth.get(session["makeup_for"])
            if session["credits"] is None:
                said = f"is missing; offline_sessions of the rules has {len(preset)} sessions"
                problems.append((f"offline_classes[{i}].sessions[{k}].credits", said))
    return problems
