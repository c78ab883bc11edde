"""Read a programme file (contract §5): all of it is right, or nothing is taken and every mistake is named."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from lti_tool.domain.rules import RuleSet
from lti_tool.domain.values import (
    Audience,
    Course,
    Group,
    OfflineClass,
    OfflineSession,
    Participant,
    PracticeActivity,
    Programme,
    Record,
    School,
    Staff,
    Stage,
    Waiver,
)
from lti_tool.programmes.half_days import fill_in_credits
from lti_tool.programmes.references import Problem, check_references, keys_of
from lti_tool.programmes.schema import ProgrammeFileSchema
from lti_tool.rule_sets import RuleSetError, apply_settings, load_rule_set


class ProgrammeFileError(Exception):
    """The file cannot be loaded; `problems` lists every mistake as (place, what is wrong)."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{place}: {sentence}" for place, sentence in problems))


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme with its people: `identifiers` are (key, person id) of participants and staff."""

    programme: Programme
    participants: tuple[Participant, ...]
    identifiers: tuple[tuple[str, str], ...]


def read_programme_file(path: Path) -> ProgrammeFile:
    """The programme of a TOML file; raises ProgrammeFileError with every mistake and its place."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProgrammeFileError([(str(path), f"cannot be read: {error.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProgrammeFileError([(str(path), f"is not TOML: {error}")]) from None
    return parse_programme(raw, folder=path.parent)


def parse_programme(raw: Mapping[str, Any], *, folder: Path = Path()) -> ProgrammeFile:
    """The programme of parsed TOML; a rule set given by a relative path is looked for in `folder`."""
    shape = _load_shape(raw, folder)
    rule_set, rules, problems = _check_rules(shape["programme"], shape["records"], folder)
    problems += check_references(shape)
    problems += fill_in_credits(shape["offline_classes"], rules.settings.offline_sessions) if rules else []
    if problems:
        raise ProgrammeFileError(problems)
    return _build(shape, rule_set)


def _load_shape(raw: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    try:
        shape = ProgrammeFileSchema().load(raw)
    except ValidationError as error:
        problems = list(_flatten(error.normalized_messages()))
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        problems += _rules_of_broken_file(valid, folder) + check_references(valid)
        raise ProgrammeFileError(problems) from None
    assert isinstance(shape, dict)  # noqa: S101 - many=False
    return shape


def _rules_of_broken_file(valid: Mapping[str, Any], folder: Path) -> list[Problem]:
    """What the rule set finds wrong belongs in the same list, even where other parts of the file are broken."""
    programme = valid.get("programme")
    if not isinstance(programme, dict) or "rule_set" not in programme:
        return []
    return _check_rules({"rules": {}, **programme}, valid.get("records", []), folder)[2]


def _check_rules(
    programme: Mapping[str, Any], records: Sequence[Mapping[str, Any]], folder: Path
) -> tuple[str, RuleSet | None, list[Problem]]:
    """The rule set's name (an absolute path for a file of one's own), the rules, and what is wrong with the file."""
    chosen = str(programme["rule_set"])
    if chosen.endswith(".toml"):
        chosen = str((folder / chosen).resolve())
    try:
        rules = load_rule_set(chosen)
    except RuleSetError as error:
        return chosen, None, [(f"programme.rule_set {place}".strip(), sentence) for place, sentence in error.errors]
    problems = _check_records(records, rules)
    try:
        rules = apply_settings(rules, programme["rules"])
    except RuleSetError as error:
        problems += [(f"programme.rules.{place}", sentence) for place, sentence in error.errors]
    return chosen, rules, problems


def _check_records(records: Sequence[Mapping[str, Any]], rules: RuleSet) -> list[Problem]:
    """Records are of a kind, and on a basis, that the regulation names; one that names none takes any."""
    kinds = [*rules.terms.get("artefacts", ()), *rules.terms.get("events", ())]
    allowed = {"kind": kinds, "basis": list(rules.terms.get("basis", ()))}
    problems = []
    for n, record in enumerate(records):
        for key, names in allowed.items():
            said = record.get(key, [])
            given = said if isinstance(said, list) else [said]
            wrong = [name for name in given if names and name not in names]
            problems += [(f"records[{n}].{key}", f"must be one of: {', '.join(names)}; not {name!r}") for name in wrong]
    return problems


def _build(shape: Mapping[str, Any], rule_set: str) -> ProgrammeFile:
    head = shape["programme"]
    zone = ZoneInfo(head["zone"])
    programme = Programme(
        id=head["id"],
        title=head["title"],
        rule_set=rule_set,
        start=head["start"],
        end=head["end"],
        zone=head["zone"],
        settings=head["rules"],
        schools={entry["id"]: School(**entry) for entry in shape["schools"]},
        groups={entry["id"]: _group(entry) for entry in shape["groups"]},
        courses=tuple(_course(entry) for entry in shape["courses"]),
        offline_classes={entry["id"]: _offline_class(entry, zone) for entry in shape["offline_classes"]},
        practice_activities={entry["id"]: _practice(entry) for entry in shape["practice_activities"]},
        staff={entry["id"]: _staff(entry) for entry in shape["staff"]},
        waivers=tuple(Waiver(**entry) for entry in shape["waivers"]),
        records=tuple(_record(entry) for entry in shape["records"]),
    )
    people = [*shape["participants"], *shape["staff"]]
    identifiers = tuple((key, person["id"]) for person in people for key in dict(keys_of(person)))
    return ProgrammeFile(programme, tuple(_participant(entry) for entry in shape["participants"]), identifiers)


def _group(entry: Mapping[str, Any]) -> Group:
    return Group(
        id=entry["id"],
        school=entry["school"],
        name=entry["name"],
        stage=Stage(entry["stage"]),
        audience=Audience(entry["audience"]),
        focus_points=tuple(entry["focus_points"]),
    )


def _participant(entry: Mapping[str, Any]) -> Participant:
    return Participant(
        id=entry["id"],
        name=entry["name"],
        group=entry["group"],
        position=entry["position"],
        extra_groups=tuple(entry["groups"]),
        joined=entry["joined"],
    )


def _course(entry: Mapping[str, Any]) -> Course:
    return Course(entry["iri"], entry["title"], tuple(entry["focus_points"]), entry["review"])


def _offline_class(entry: Mapping[str, Any], zone: ZoneInfo) -> OfflineClass:
    return OfflineClass(
        id=entry["id"],
        schools=tuple(entry["schools"]),
        sessions=tuple(_session(session, zone) for session in entry["sessions"]),
        host_school=entry["host_school"],
        participants=None if entry["participants"] is None else tuple(entry["participants"]),
        size=entry["size"],
        size_reason=entry["size_reason"],
        title=entry["title"],
        team_training=entry["team_training"],
    )


def _session(entry: Mapping[str, Any], zone: ZoneInfo) -> OfflineSession:
    return OfflineSession(
        id=entry["id"],
        credits=entry["credits"],
        starts_at=_aware(entry["starts"], zone),
        ends_at=_aware(entry["ends"], zone),
        makeup_for=entry["makeup_for"],
    )


def _practice(entry: Mapping[str, Any]) -> PracticeActivity:
    return PracticeActivity(
        id=entry["id"],
        title=entry["title"],
        credits=entry["credits"],
        focus_points=tuple(entry["focus_points"]),
        required_stages=tuple(entry["required_stages"]),
    )


def _record(entry: Mapping[str, Any]) -> Record:
    return Record(
        kind=entry["kind"],
        day=entry["date"],
        school=entry["school"],
        title=entry["title"],
        by=entry["by"],
        participants=tuple(entry["participants"]),
        basis=tuple(entry["basis"]),
        link=entry["link"],
    )


def _staff(entry: Mapping[str, Any]) -> Staff:
    return Staff(entry["id"], entry["name"], entry["role"], entry["scope"])


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return local.astimezone(UTC)


def _flatten(messages: Any, place: str = "") -> Any:
    """Marshmallow's nested messages as (place, sentence): `groups[2].stage` instead of nested tables."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flatten(inner, _place(place, key))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield place or "file", _plain(str(message))


def _place(outer: str, key: Any) -> str:
    if key == "_schema":
        return outer
    return f"{outer}[{key}]" if isinstance(key, int) else f"{outer}.{key}".lstrip(".")


def _plain(message: str) -> str:
    return {"Unknown field.": "is not known here", "Missing data for required field.": "is missing"}.get(
        message, message.rstrip(".")
    )
