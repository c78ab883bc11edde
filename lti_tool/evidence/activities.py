"""Activity IRIs and types of the programme (contract §6, domain.md §3a): what an object of a statement is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lti_tool.domain.identifiers import account_key, participant_key
from lti_tool.domain.values import Component

_ADL_TYPE = "http://adlnet.gov/expapi/activities/"

#: Types of other vocabularies that say "a meeting one attends".
MEETING_TYPES = frozenset(
    {_ADL_TYPE + "meeting", "http://id.tincanapi.com/activitytype/conference-session", _ADL_TYPE + "event"}
)
_OWN_TYPES = {
    "offline-session": Component.OFFLINE,
    "training-log": Component.OFFLINE,
    "practice-activity": Component.PRACTICE,
    "practice-plan": Component.PRACTICE,
    "practice-lesson": Component.PRACTICE,
    "practice-reflection": Component.PRACTICE,
    "practice-upload": Component.PRACTICE,
}


@dataclass(frozen=True, slots=True)
class PracticePath:
    """`{B}/practice/{school}/{group}/{pid}/{practice activity}[/{stage}]`."""

    school: str
    group: str
    participant: str
    activity: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class SessionPath:
    """`{B}/offline-sessions/{class}/{session}[/logs/{pid}]`."""

    class_id: str
    session: str
    log_of: str | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The accepted vocabulary bases; the first is the one the tool writes."""

    bases: tuple[str, ...]

    @property
    def base(self) -> str:
        return self.bases[0]

    def tail(self, iri: str, room: str) -> list[str] | None:
        """The segments after `{B}/{room}/`, decoded, or None where the IRI lies elsewhere."""
        for base in self.bases:
            prefix = f"{base}/{room}/"
            if iri.startswith(prefix):
                return [unquote(segment) for segment in iri[len(prefix) :].split("/")]
        return None

    def practice(self, iris: Sequence[str]) -> PracticePath | None:
        """The practice path of the first IRI that is one."""
        for iri in iris:
            parts = self.tail(iri, "practice")
            if parts and len(parts) >= 4:
                stage = parts[4] if len(parts) > 4 else None
                return PracticePath(parts[0], parts[1], parts[2], parts[3], stage)
        return None

    def offline_session(self, iris: Sequence[str]) -> SessionPath | None:
        """The offline session of the first IRI that names one."""
        for iri in iris:
            parts = self.tail(iri, "offline-sessions")
            if parts and len(parts) >= 2:
                log_of = parts[3] if len(parts) > 3 and parts[2] == "logs" else None
                return SessionPath(parts[0], parts[1], log_of)
        return None

    def assessment(self, iri: str) -> str | None:
        """The last segment of an assessment's IRI."""
        parts = self.tail(iri, "assessments")
        return parts[-1] if parts else None

    @property
    def participants(self) -> str:
        """The home page of accounts whose names are the programme's own ids of participants."""
        return f"{self.base}/participants"

    def person(self, key: str) -> str:
        """An identifier key as the roster has it: an account at `{B}/participants` is the participant of that id."""
        for base in self.bases:
            prefix = account_key(f"{base}/participants", "")
            if key.startswith(prefix):
                return participant_key(key[len(prefix) :])
        return key

    def own_type(self, activity_type: str) -> str | None:
        """The short name of an activity type of this vocabulary."""
        parts = self.tail(activity_type, "activity-types")
        return parts[0] if parts else None

    def component(self, categories: Sequence[str], activity_type: str, iri: str) -> Component:
        """The component: by its category, else by the activity's type, else by its IRI; what is left is online study,
        which counts only where the programme lists the course.
        """
        for category in categories:
            parts = self.tail(category, "components")
            if parts and parts[0] in {"online", "offline", "practice"}:
                return Component(parts[0])
        return self._by_type(activity_type) or self._by_iri(iri) or Component.ONLINE

    def _by_type(self, activity_type: str) -> Component | None:
        if activity_type in MEETING_TYPES:
            return Component.OFFLINE
        return _OWN_TYPES.get(self.own_type(activity_type) or "")

    def _by_iri(self, iri: str) -> Component | None:
        if self.tail(iri, "offline-sessions"):
            return Component.OFFLINE
        return Component.PRACTICE if self.tail(iri, "practice") else None

    def extension(self, extensions: Any, name: str) -> Any:
        """An extension of this vocabulary, under whichever base it stands; None if it is missing."""
        if not isinstance(extensions, dict):
            return None
        return next(
            (extensions[key] for base in self.bases if (key := f"{base}/extensions/{name}") in extensions),
            None,
        )
