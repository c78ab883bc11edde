"""From one statement to the evidence it gives (domain.md §3a). Pure: the roster is not asked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.domain.identifiers import participant_key
from lti_tool.domain.values import Component, Evidence, Kind, Presence, Verb
from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.durations import LARGEST, is_no_time, parse_duration, parse_time
from lti_tool.evidence.people import key_of, keys_of_members
from lti_tool.evidence.verbs import VERBS, is_video_verb

_VIDEO_CATEGORY = "https://w3id.org/xapi/video"
_VIDEO_TYPE = "https://w3id.org/xapi/video/activity-type/video"
_VIDEO_EXT = "https://w3id.org/xapi/video/extensions/"
_CMI5_SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
_STAGE_OF_TYPE = {
    "practice-plan": "plan",
    "practice-lesson": "lesson",
    "practice-reflection": "reflection",
    "practice-upload": "upload",
}
_DONE = {Verb.SUBMITTED, Verb.COMPLETED}


@dataclass(frozen=True, slots=True)
class Recognised:
    """One piece of evidence and the identifier key of whoever says it."""

    evidence: Evidence
    actor_key: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a statement that the recognisers look at, with anything malformed taken as absent."""

    statement: Mapping[str, Any]
    verb_iri: str
    verb: Verb
    iri: str
    activity_type: str
    result: Mapping[str, Any]
    context: Mapping[str, Any]
    parents: tuple[str, ...]
    categories: tuple[str, ...]
    vocabulary: Vocabulary

    def context_extension(self, name: str) -> Any:
        return self.vocabulary.extension(self.context.get("extensions"), name)

    def result_extension(self, name: str) -> Any:
        return self.vocabulary.extension(self.result.get("extensions"), name)


def recognise(
    statement: Mapping[str, Any],
    *,
    stored: datetime,
    trusted_as: frozenset[Component],
    learner_token: bool,
    voided: bool,
    vocabulary: Vocabulary,
) -> list[Recognised]:
    """What a validated statement is evidence of: one piece, one per member of a group, or none.

    Statements about agents, other statements or sub-statements are no evidence.
    """
    target = statement.get("object", {})
    if target.get("objectType", "Activity") != "Activity":
        return []
    parts = _take_apart(statement, vocabulary)
    actor = statement["actor"]
    actor_key = vocabulary.person(key_of(actor) or f"unidentified|{statement['id']}")
    plain = Evidence(
        statement=statement["id"].lower(),  # as the record store names it to whoever voids it
        kind=Kind.UNMAPPED,
        verb=parts.verb,
        activity=parts.iri,
        timestamp=parse_time(statement.get("timestamp")) or stored,
        stored=stored,
        account=actor_key,
        trusted_as=trusted_as,
        voided=voided,
        learner_token=learner_token,
        focus_points=_texts(parts.context_extension("focus-points")),
        hints=_hints(parts),
        completion=_flag(parts.result.get("completion")),
        success=_flag(parts.result.get("success")),
    )
    evidence = _recognise_kind(plain, parts)
    if evidence.kind is Kind.ATTENDED and evidence.account == actor_key:
        members = [vocabulary.person(key) for key in keys_of_members(actor)]
        return [Recognised(replace(evidence, account=key), actor_key) for key in members or [actor_key]]
    return [Recognised(evidence, actor_key)]


def is_assessment(statement: Mapping[str, Any], vocabulary: Vocabulary) -> bool:
    """Whether a validated statement is the verdict of a process or final assessment."""
    if statement["object"].get("objectType", "Activity") != "Activity":
        return False
    return _assessment_kind(_take_apart(statement, vocabulary)) is not None


def _recognise_kind(plain: Evidence, parts: _Parts) -> Evidence:
    assessment = _assessment_kind(parts)
    if assessment is not None:
        return replace(plain, kind=Kind.ASSESSMENT, assessment=assessment)
    component = parts.vocabulary.component(parts.categories, parts.activity_type, parts.iri)
    if component is Component.OFFLINE:
        return _offline(plain, parts)
    if component is Component.PRACTICE:
        return _practice(plain, parts)
    return _online(plain, parts)


def _assessment_kind(parts: _Parts) -> str | None:
    """`assessment-kind`, else the last segment of an assessment's IRI; None for anything else."""
    if parts.verb not in {Verb.PASSED, Verb.FAILED}:
        return None
    return _text(parts.context_extension("assessment-kind")) or parts.vocabulary.assessment(parts.iri)


def _offline(plain: Evidence, parts: _Parts) -> Evidence:
    path = parts.vocabulary.offline_session([parts.iri, *parts.parents])
    class_id = path.class_id if path else _text(parts.context_extension("class"))
    placed = replace(plain, class_id=class_id, offline_session=path.session if path else None)
    if parts.verb is Verb.ATTENDED:
        return replace(placed, kind=Kind.ATTENDED, interval=_stay(parts.result_extension("sign-in")))
    if parts.verb in _DONE:
        named = path.log_of if path else None
        return replace(placed, kind=Kind.LOG, practice_participant=named)
    return placed


def _practice(plain: Evidence, parts: _Parts) -> Evidence:
    path = parts.vocabulary.practice([parts.iri, *parts.parents])
    placed = plain
    if path is not None:
        placed = replace(
            plain,
            practice_participant=path.participant,
            practice_school=path.school,
            practice_group=path.group,
            practice_activity=path.activity,
        )
    if parts.verb in {Verb.APPROVED, Verb.DENIED}:
        credits_ = _amount(parts.result_extension("credits"))
        return replace(placed, kind=Kind.VERDICT, credits=credits_, account=_beneficiary(placed, parts))
    if parts.verb is Verb.REVIEWED:
        return replace(placed, kind=Kind.STAGE, stage="peer-review", account=_beneficiary(placed, parts))
    if parts.verb not in _DONE:
        return placed
    own = _STAGE_OF_TYPE.get(parts.vocabulary.own_type(parts.activity_type) or "")
    stage = _text(parts.context_extension("practice-stage")) or (path.stage if path else None) or own
    return replace(placed, kind=Kind.STAGE, stage=stage)


def _beneficiary(evidence: Evidence, parts: _Parts) -> str:
    """Whose practice it is: the `beneficiary`, else the participant in the IRI, else whoever speaks."""
    named = key_of(parts.context_extension("beneficiary"))
    if named:
        return parts.vocabulary.person(named)
    return participant_key(evidence.practice_participant) if evidence.practice_participant else evidence.account


def _online(plain: Evidence, parts: _Parts) -> Evidence:
    extensions = parts.context.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    is_video = (
        is_video_verb(parts.verb_iri) or _VIDEO_CATEGORY in parts.categories or parts.activity_type == _VIDEO_TYPE
    )
    session = (
        _text(extensions.get(_CMI5_SESSION))
        or _text(extensions.get(_VIDEO_EXT + "session-id"))
        or _text(parts.context_extension("session"))
    )
    interval, bad_interval = _interval(parts.result_extension("interval"))
    duration = _duration(parts)
    results = parts.result.get("extensions")
    results = results if isinstance(results, dict) else {}
    return replace(
        plain,
        kind=Kind.ONLINE,
        registration=_text(parts.context.get("registration")),
        session=session,
        is_video=is_video,
        interval=interval,
        duration=duration,
        bad_duration=bad_interval or (duration is None and "duration" in parts.result),
        presence=_presence(parts.result_extension("presence-checks")),
        video_segments=_segments(results.get(_VIDEO_EXT + "played-segments")),
        video_time=_number(results.get(_VIDEO_EXT + "time")),
        video_speed=_speed(extensions.get(_VIDEO_EXT + "speed")),
    )


def _duration(parts: _Parts) -> float | None:
    """Seconds; none that passed are a length of their own where a session was given up before anything was heard of it
    (cmi5 9.3.6).
    """
    said = parts.result.get("duration")
    return 0.0 if parts.verb is Verb.ABANDONED and is_no_time(said) else parse_duration(said)


def _take_apart(statement: Mapping[str, Any], vocabulary: Vocabulary) -> _Parts:
    target, context = statement["object"], statement.get("context") or {}
    activities = context.get("contextActivities") or {}
    verb_iri = statement["verb"]["id"]
    return _Parts(
        statement=statement,
        verb_iri=verb_iri,
        verb=VERBS.get(verb_iri, Verb.OTHER),
        iri=target["id"],
        activity_type=(target.get("definition") or {}).get("type", ""),
        result=statement.get("result") or {},
        context=context,
        parents=_ids(activities.get("parent")),
        categories=_ids(activities.get("category")),
        vocabulary=vocabulary,
    )


def _ids(activities: Any) -> tuple[str, ...]:
    listed = activities if isinstance(activities, list) else [activities] if activities else []
    return tuple(activity["id"] for activity in listed if isinstance(activity, dict) and "id" in activity)


def _hints(parts: _Parts) -> dict[str, str]:
    found = {name: _text(parts.context_extension(name)) for name in ("school", "school-stage", "group")}
    return {name: value for name, value in found.items() if value}


def _interval(raw: Any) -> tuple[tuple[datetime, datetime] | None, bool]:
    """The `interval` extension, and whether one stood there that cannot be used."""
    if raw is None:
        return None, False
    start = parse_time(raw.get("start")) if isinstance(raw, dict) else None
    end = parse_time(raw.get("end")) if isinstance(raw, dict) else None
    if start is None or end is None or end <= start:
        return None, True
    return (start, end), False


def _stay(raw: Any) -> tuple[datetime, datetime] | None:
    """From signing in 签到 to signing out 签退, where the `sign-in` extension has both."""
    return _interval({"start": raw.get("in"), "end": raw.get("out")})[0] if isinstance(raw, dict) else None


def _presence(raw: Any) -> Presence | None:
    if not isinstance(raw, dict):
        return None
    shown, answered = raw.get("shown"), raw.get("answered")
    if shown is None or answered is None or not _is_count(shown) or not _is_count(answered):
        return None
    return Presence(shown, min(shown, answered), parse_time(raw.get("lastAnswered")))


def _segments(raw: Any) -> tuple[tuple[float, float], ...]:
    """`0.000[.]12.000[,]14.000[.]21.000` as pairs of seconds; what is no pair is left out."""
    if not isinstance(raw, str):
        return ()
    pairs = (part.split("[.]") for part in raw.split("[,]"))
    numbers = ((_decimal(pair[0]), _decimal(pair[1])) for pair in pairs if len(pair) == 2)
    return tuple((float(a), float(b)) for a, b in numbers if a is not None and b is not None and b > a >= 0)


def _speed(raw: Any) -> float | None:
    """`1.5x` as a factor."""
    found = _decimal(raw.removesuffix("x")) if isinstance(raw, str) else None
    return float(found) if found else None


def _amount(raw: Any) -> Decimal | None:
    """Credits of an approval: exact, by way of the number's own text."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return Decimal(str(raw))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value) < LARGEST else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
    return float(value) if is_one else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...]:
    """A list of codes, or a single one."""
    listed: Sequence[Any] = value if isinstance(value, list) else [value]
    return tuple(item for item in listed if isinstance(item, str))
