"""Everything that one participant of the example programme needs for 50 credits, as statements."""

from typing import Any

from tests.support.statements import BASE, PRINCIPAL, approval, slice_, stage, statement, twelve

ASSESSMENT = f"{BASE}/assessments/hz-2026"
ADL = "http://adlnet.gov/expapi/verbs/"
PRACTICE = {
    "p1": ("plan", "lesson", "reflection"),
    "p2": ("plan", "lesson", "reflection"),
    "p3": ("plan", "upload", "reflection"),
}


def study() -> list[dict[str, Any]]:
    """900 minutes in five mornings."""
    return [slice_(f"2026-10-{day:02}T08:00:00+08:00", f"2026-10-{day:02}T11:00:00+08:00") for day in range(12, 17)]


def attendance() -> list[dict[str, Any]]:
    said = []
    for name in "1234":
        session = f"{BASE}/offline-sessions/cls-0007/{name}"
        for number, address in ((5, session), (6, f"{session}/logs/a6f10c3e")):
            one = twelve(number)
            one["id"] = f"0f1d6c0e-7b0a-4c39-9c0d-0d3a3b0b{number:02}0{name}"
            one["object"] = {**one["object"], "id": address}
            said.append(one)
    return said


def assessments() -> list[dict[str, Any]]:
    return [
        statement(ADL + "passed", f"{ASSESSMENT}/{kind}", timestamp="2026-11-20T09:00:00+08:00")
        for kind in ("process", "final")
    ]


def void(said: dict[str, Any]) -> dict[str, Any]:
    return statement(ADL + "voided", "-", actor=PRINCIPAL) | {
        "object": {"objectType": "StatementRef", "id": said["id"]}
    }


def approved(name: str, amount: float) -> list[dict[str, Any]]:
    """A practice activity with its stages and the principal's approval, the approval last."""
    return [*(stage(name, part) for part in PRACTICE[name]), approval(name, amount)]
