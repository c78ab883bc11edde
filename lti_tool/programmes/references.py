"""What the entries of a programme file say of each other: every name used must be defined, once.

A file with mistakes of shape is checked as far as it goes, so that one run names everything that is wrong.

A breach of the regulation is no error of the file (contract §5): the plan's own checks list those.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lti_tool.domain.identifiers import account_key, email_key

Problem = tuple[str, str]
Raw = Mapping[str, Any]

_PLANNED = ("offline_classes", "practice_activities")
_LISTS = ("schools", "groups", "participants", *_PLANNED, "staff")


class _Readable(dict[str, Any]):
    """What could be read of an entry; what could not is None."""

    def __missing__(self, key: str) -> None:
        return None


def check_references(raw: Raw) -> list[Problem]:
    """Every dangling or doubled name, as (place, sentence); what the shape's own mistakes left out is passed over."""
    readable = _readable(
        {section: [] for section in (*_LISTS, "courses", "records", "waivers")} | {"programme": {}} | dict(raw)
    )
    return [problem for check in CHECKS for problem in check(readable)]


def _readable(value: Any) -> Any:
    if isinstance(value, dict):
        return _Readable({key: _readable(inner) for key, inner in value.items()})
    return [_readable(inner) for inner in value] if isinstance(value, list) else value


def _is_dangling(name: str | None, known: Collection[str | None]) -> bool:
    """Whether nothing has this name; unsure where a name among the known could not be read."""
    return name is not None and name not in known and None not in known


def _dates(raw: Raw) -> Iterator[Problem]:
    start, end = raw["programme"]["start"], raw["programme"]["end"]
    if start and end and end <= start:
        yield "programme.end", f"must lie after the start, {start}"


def _zone(raw: Raw) -> Iterator[Problem]:
    zone = raw["programme"]["zone"]
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "programme.zone", f'"{zone}" is no time zone of the tz database; for example "Asia/Shanghai"'


def _doubled_ids(raw: Raw) -> Iterator[Problem]:
    for section in _LISTS:
        counts = Counter(entry["id"] for entry in raw[section])
        yield from ((section, f'the id "{id_}" stands {n} times') for id_, n in counts.items() if id_ and n > 1)
    counts = Counter(course["iri"] for course in raw["courses"])
    yield from (("courses", f'the iri "{iri}" stands {n} times') for iri, n in counts.items() if iri and n > 1)
    both = {entry["id"] for entry in raw["participants"]} & {entry["id"] for entry in raw["staff"]} - {None}
    yield from (("staff", f'the id "{id_}" is already a participant\'s') for id_ in sorted(both))


def _groups(raw: Raw) -> Iterator[Problem]:
    schools = {school["id"] for school in raw["schools"]}
    for i, group in enumerate(raw["groups"]):
        if _is_dangling(group["school"], schools):
            yield f"groups[{i}].school", _missing("school", group["school"], "[[schools]]")


def _participants(raw: Raw) -> Iterator[Problem]:
    groups = {group["id"] for group in raw["groups"]}
    for i, person in enumerate(raw["participants"]):
        if _is_dangling(person["group"], groups):
            yield f"participants[{i}].group", _missing("group", person["group"], "[[groups]]")
        for j, extra in enumerate(person["groups"] or ()):
            if _is_dangling(extra, groups):
                yield f"participants[{i}].groups[{j}]", _missing("group", extra, "[[groups]]")


def _offline_classes(raw: Raw) -> Iterator[Problem]:
    schools = {school["id"] for school in raw["schools"]}
    people = {person["id"] for person in raw["participants"]}
    for i, offline in enumerate(raw["offline_classes"]):
        place = f"offline_classes[{i}]"
        for j, school in enumerate(offline["schools"] or ()):
            if _is_dangling(school, schools):
                yield f"{place}.schools[{j}]", _missing("school", school, "[[schools]]")
        if _is_dangling(offline["host_school"], schools):
            yield f"{place}.host_school", _missing("school", offline["host_school"], "[[schools]]")
        for j, person in enumerate(offline["participants"] or ()):
            if _is_dangling(person, people):
                yield f"{place}.participants[{j}]", _missing("participant", person, "[[participants]]")
        yield from _sessions(place, offline["sessions"] or [])


def _sessions(place: str, sessions: list[Raw]) -> Iterator[Problem]:
    counts = Counter(session["id"] for session in sessions)
    yield from ((f"{place}.sessions", f'the id "{id_}" stands {n} times') for id_, n in counts.items() if id_ and n > 1)
    makeups = {session["id"] for session in sessions if session["makeup_for"]}
    for k, session in enumerate(sessions):
        starts, ends = session["starts"], session["ends"]
        if starts and ends and _naive(ends) <= _naive(starts):
            yield f"{place}.sessions[{k}].ends", "must lie after the start"
        original = session["makeup_for"]
        if _is_dangling(original, counts.keys() - {session["id"]}):
            yield f"{place}.sessions[{k}].makeup_for", _missing("other session", original, "this class")
        elif original in makeups:
            yield f"{place}.sessions[{k}].makeup_for", f'"{original}" makes up for another session itself'


def _records(raw: Raw) -> Iterator[Problem]:
    schools = {school["id"] for school in raw["schools"]}
    people = {person["id"] for person in raw["participants"]}
    for i, record in enumerate(raw["records"]):
        if _is_dangling(record["school"], schools):
            yield f"records[{i}].school", _missing("school", record["school"], "[[schools]]")
        for j, person in enumerate(record["participants"] or ()):
            if _is_dangling(person, people):
                yield f"records[{i}].participants[{j}]", _missing("participant", person, "[[participants]]")


def _waivers(raw: Raw) -> Iterator[Problem]:
    """A waiver that sets nothing aside would pass for one that does."""
    sections = [raw[section] for section in ("schools", "groups", "participants", *_PLANNED)]
    subjects = {entry["id"] for section in sections for entry in section} | {raw["programme"]["id"]}
    for i, waiver in enumerate(raw["waivers"]):
        if _is_dangling(waiver["subject"], subjects):
            wanted = "a school, a group, a participant, a class, a practice activity or the programme"
            yield f"waivers[{i}].subject", f'must be the id of {wanted}; there is no "{waiver["subject"]}"'


def _identifiers(raw: Raw) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for section in ("participants", "staff"):
        for i, person in enumerate(raw[section]):
            for key, shown in keys_of(person):
                owner = owners.setdefault(key, person["id"])
                if person["id"] and owner and owner != person["id"]:
                    yield f"{section}[{i}]", f'{shown} already belongs to "{owner}"'


def keys_of(person: Raw) -> Iterator[tuple[str, str]]:
    """The identifier keys of an entry, each with how to show it."""
    for account in person["accounts"] or ():
        if not account["homePage"] or not account["name"]:
            continue
        yield account_key(account["homePage"], account["name"]), f"the account {account['name']}"
    for email in person["emails"] or ():
        yield email_key(email), f"the address {email}"


CHECKS = (_dates, _zone, _doubled_ids, _groups, _participants, _offline_classes, _records, _waivers, _identifiers)


def _missing(what: str, name: str, where: str) -> str:
    return f'there is no {what} "{name}" in {where}'


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
