"""A term's statements of a few people, made up from a seed: study of every kind, attendance, practice, voids."""

import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.statements import (
    ADL,
    BASE,
    CHEN,
    LESSON,
    PRINCIPAL,
    ZHANG,
    approval,
    slice_,
    stage,
    statement,
    twelve,
)

VIDEO = "https://w3id.org/xapi/video/"
BEGIN = datetime(2026, 8, 30, tzinfo=UTC)
PEOPLE = (ZHANG, CHEN, PRINCIPAL)
CONTENT = (LESSON, "https://content.example.org/courses/t2-visual/modules/2", "https://elsewhere.example.org/1")


class Stream:
    """Statements in the order in which they happen to come; voids may come before what they void."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def statements(self, length: int = 120) -> list[dict[str, Any]]:
        makers = (self._slice, self._slice, self._session, self._video, self._single, self._attendance, self._practice)
        made = [twelve(number) for number in range(1, 13)]
        while len(made) < length:
            made += self._random.choice(makers)()
        made += [self._void(one) for one in self._random.sample(made[12:], length // 20)]
        self._random.shuffle(made)
        return made

    def _slice(self) -> list[dict[str, Any]]:
        at = self._moment()
        return [self._about(slice_(_iso(at), _iso(at + timedelta(minutes=self._random.randint(1, 300)))))]

    def _session(self) -> list[dict[str, Any]]:
        at, name = self._moment(), str(self._uuid())
        actor, content = self._random.choice(PEOPLE), self._random.choice(CONTENT)
        length = self._random.randint(1, 400)
        ends = {"duration": f"PT{self._random.randint(1, 400)}M{self._random.choice(('0', '20.5'))}S"}
        context = {"extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": name}}
        begun = self._say(ADL + "initialized", content, actor, at, context=context)
        ended = self._say(
            ADL + "terminated", content, actor, at + timedelta(minutes=length), context=context, result=ends
        )
        return self._random.choice(([begun, ended], [begun], [ended]))

    def _video(self) -> list[dict[str, Any]]:
        at, actor = self._moment(), self._random.choice(PEOPLE)
        context = {"extensions": {f"{VIDEO}extensions/session-id": str(self._uuid())}}
        verbs = self._random.choices(("played", "paused", "seeked"), k=self._random.randint(2, 6))
        moments = [at + timedelta(seconds=n * self._random.randint(5, 400)) for n in range(len(verbs))]
        return [
            self._say(f"{VIDEO}verbs/{verb}", LESSON, actor, moment, context=context)
            for verb, moment in zip(verbs, moments, strict=True)
        ]

    def _single(self) -> list[dict[str, Any]]:
        result = {"duration": self._random.choice(("PT40M", "PT1H5M", "P1M", "PT0S", "P1DT1S"))}
        return [self._about(statement(ADL + "completed", CONTENT[1], result=result, timestamp=_iso(self._moment())))]

    def _attendance(self) -> list[dict[str, Any]]:
        name = self._random.choice("1234")
        sign_in, log = twelve(5), twelve(6)
        session = f"{BASE}/offline-sessions/cls-0007/{name}"
        for one, address in ((sign_in, session), (log, f"{session}/logs/a6f10c3e")):
            one["id"] = str(self._uuid())
            one["object"] = {**one["object"], "id": address}
        return [sign_in, log]

    def _practice(self) -> list[dict[str, Any]]:
        name = self._random.choice(("p1", "p2", "p3"))
        made = [stage(name, part) for part in ("plan", "lesson", "upload", "reflection")]
        verb = self._random.choice(("approve", "approve", "deny"))
        amount = self._random.choice((2.5, 5, 4.9, 8))
        made.append(approval(name, amount, verb=verb, timestamp=_iso(self._moment())))
        for one in made:
            one["id"] = str(self._uuid())
        return made

    def _about(self, said: dict[str, Any]) -> dict[str, Any]:
        said["id"] = str(self._uuid())
        return said | {"actor": self._random.choice(PEOPLE)}

    def _say(self, verb: str, content: str, actor: dict[str, Any], at: datetime, **parts: Any) -> dict[str, Any]:
        return statement(verb, content, actor=actor, id=str(self._uuid()), timestamp=_iso(at), **parts)

    def _void(self, said: dict[str, Any]) -> dict[str, Any]:
        target = {"objectType": "StatementRef", "id": said["id"]}
        void = statement(ADL + "voided", "-", actor=PRINCIPAL, id=str(self._uuid()))
        return void | {"object": target}

    def _moment(self) -> datetime:
        """Within the first weeks of the term, on few days, so that study overlaps."""
        return BEGIN + timedelta(days=self._random.randint(0, 20), seconds=self._random.randint(0, 86_399))

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
