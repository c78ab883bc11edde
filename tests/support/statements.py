"""Statements for tests: the twelve of the programme's vocabulary, and a maker that takes only what varies."""

import copy
import json
import uuid
from pathlib import Path
from typing import Any

BASE = "https://ts2.example.org/xapi"
ADL = "http://adlnet.gov/expapi/verbs/"
STREAMS = "http://activitystrea.ms/schema/1.0/"
MOODLE = "https://moodle.example.org"
ZHANG = {"account": {"homePage": MOODLE, "name": "a6f10c3e-2b7d-4c55"}}
CHEN = {"account": {"homePage": MOODLE, "name": "c41b77e0-0d9f-4a1b"}}
PRINCIPAL = {"account": {"homePage": MOODLE, "name": "77b0d1aa-91c2-4f10"}}
LESSON = "https://content.example.org/au/t7-data-literacy/3"

_TWELVE = list(
    json.loads((Path(__file__).parent.parent / "data" / "statements.json").read_text(encoding="utf-8")).values()
)


def twelve(number: int) -> dict[str, Any]:
    """The n-th complete statement of domain.md §3a, counted from 1."""
    return copy.deepcopy(_TWELVE[number - 1])


def account(name: str) -> dict[str, Any]:
    """An actor by an account on the learning platform."""
    return {"account": {"homePage": MOODLE, "name": name}}


def statement(verb: str, activity: str, *, actor: dict[str, Any] = ZHANG, **parts: Any) -> dict[str, Any]:
    """A valid statement with an id of its own."""
    return {
        "id": parts.pop("id", str(uuid.uuid4())),
        "actor": actor,
        "verb": {"id": verb},
        "object": {"id": activity, **parts.pop("object", {})},
        **parts,
    }


def slice_(start: str, end: str, *, activity: str = LESSON, actor: dict[str, Any] = ZHANG) -> dict[str, Any]:
    """A time slice as the heartbeat client sends it."""
    return statement(
        ADL + "experienced",
        activity,
        actor=actor,
        result={"extensions": {f"{BASE}/extensions/interval": {"start": start, "end": end}}},
        timestamp=end,
    )


def approval(
    activity: str,
    credits_: float,
    *,
    participant: str = "a6f10c3e",
    actor: dict[str, Any] = PRINCIPAL,
    verb: str = "approve",
    timestamp: str = "2026-12-05T09:00:00+08:00",
) -> dict[str, Any]:
    """An approval (or denial) of a practice activity by the school management team."""
    return statement(
        STREAMS + verb,
        f"{BASE}/practice/3301000123/grp-math-01/{participant}/{activity}",
        actor=actor,
        result={"extensions": {f"{BASE}/extensions/credits": credits_}},
        timestamp=timestamp,
    )


def stage(activity: str, name: str, *, participant: str = "a6f10c3e", actor: dict[str, Any] = ZHANG) -> dict[str, Any]:
    """One stage of a practice activity, submitted by the participant."""
    return statement(
        STREAMS + "submit",
        f"{BASE}/practice/3301000123/grp-math-01/{participant}/{activity}/{name}",
        actor=actor,
        timestamp="2026-11-20T21:03:10+08:00",
    )
