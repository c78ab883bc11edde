"""From a parsed rule-set file to a RuleSet; every mistake of the file is named at once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from lti_tool.domain.rules import FocusDomain, FocusPoint, Phase, RuleSet, Task, Term, Thresholds
from lti_tool.domain.structure import StructureBounds
from lti_tool.domain.values import Audience, Stage
from lti_tool.rule_sets.entries import Table, credits_, day, month_and_day, one_of, text, texts, whole
from lti_tool.rule_sets.errors import RuleSetError
from lti_tool.rule_sets.hashing import with_hash
from lti_tool.rule_sets.settings import read_settings, read_values

_PARTS = ("bounds", "thresholds", "settings", "presets", "domains", "focus_points", "phases", "terms")
_TOP = ("id", "number", "date", "title", *_PARTS)
_MOST = 1_000_000_000
_NOTHING: tuple[str, ...] = ()


def read_rule_set(raw: Mapping[str, Any]) -> RuleSet:
    """The rule set of parsed TOML; raises RuleSetError with every mistake and its place."""
    errors: list[tuple[str, str]] = []
    file = Table(raw, "", errors)
    file.only(_TOP)
    bounds = _bounds(file.table("bounds"))
    settings = read_settings(file.table("settings"), bounds)
    presets = _presets(file.table("presets", optional=True), bounds)
    domains = _domains(file.table("domains", optional=True))
    titles = file.table("title")
    parts: dict[str, Any] = {
        "id": file.take("id", text, ""),
        "number": file.take("number", text, ""),
        "date": file.take("date", day, date.min),
        "title": {language: titles.take(language, text, "") for language in ("zh", "en")},
        "thresholds": _thresholds(file.table("thresholds")),
        "focus_points": _focus_points(file.table("focus_points", optional=True), domains),
        "phases": _phases(file),
        "terms": _terms(file.table("terms", optional=True)),
    }
    if errors or settings is None or bounds is None:
        raise RuleSetError(errors)
    return with_hash(
        RuleSet(
            hash="",
            bounds=bounds,
            settings=settings,
            preset="guide",
            presets=presets,
            domains=domains,
            **parts,
        )
    )


def _bounds(table: Table) -> StructureBounds | None:
    """The bounds; None, with the mistakes noted, where they are not all right: then nothing is held to them."""
    before = len(table.errors)
    names = ("total", "offline", "practice_least")
    table.only(names)
    bounds = StructureBounds(*(table.take(name, credits_, Decimal(0)) for name in names))
    return bounds if len(table.errors) == before else None


def _thresholds(table: Table) -> Thresholds:
    names = (
        "online_seconds_least",
        "group_points_least",
        "team_least",
        "team_most_percent",
        "joint_class_below",
    )
    table.only({*names, "semester_ends"})
    numbers = {name: table.take(name, whole(0, 100 if name.endswith("percent") else _MOST), 0) for name in names}
    return Thresholds(semester_ends=table.take("semester_ends", month_and_day, (1, 31)), **numbers)


def _presets(table: Table, bounds: StructureBounds | None) -> dict[str, dict[str, Any]]:
    return {"guide": {}} | {name: read_values(table.table(name), bounds) for name in table.raw}


def _domains(table: Table) -> dict[str, FocusDomain]:
    return {code: _domain(code, table.table(code)) for code in table.raw}


def _domain(code: str, table: Table) -> FocusDomain:
    table.only({"zh", "en", "audiences"})
    names = table.take("audiences", texts, _NOTHING)
    reader = one_of(Audience)
    audiences = frozenset(Audience(name) for name in names if _allowed(table, "audiences", name, reader))
    return FocusDomain(code, table.take("zh", text, ""), table.take("en", text, ""), audiences)


def _focus_points(table: Table, domains: Mapping[str, FocusDomain]) -> dict[str, FocusPoint]:
    return {code: _focus_point(code, table.table(code), domains) for code in table.raw}


def _focus_point(code: str, table: Table, domains: Mapping[str, FocusDomain]) -> FocusPoint:
    table.only({"zh", "en", "domain", "stages"})
    reader = one_of(Stage)
    names = table.take("stages", texts, _NOTHING)
    return FocusPoint(
        code,
        table.take("zh", text, ""),
        table.take("en", text, ""),
        table.take("domain", one_of(domains), ""),
        frozenset(Stage(name) for name in names if _allowed(table, "stages", name, reader)),
    )


def _allowed(table: Table, key: str, name: str, reader: Any) -> bool:
    """Whether one name of a list is allowed; if it is not, that is noted at the list."""
    before = len(table.errors)
    Table({key: name}, table.place, table.errors).take(key, reader, None)
    return len(table.errors) == before


def _phases(file: Table) -> tuple[Phase, ...]:
    return tuple(_phase(entry) for entry in _tables(file, "phases"))


def _phase(table: Table) -> Phase:
    table.only({"code", "zh", "en", "tasks"})
    names = {key: table.take(key, text, "") for key in ("code", "zh", "en")}
    return Phase(tasks=tuple(_task(entry) for entry in _tables(table, "tasks")), **names)


def _task(table: Table) -> Task:
    table.only({"zh", "en", "source", "participants", "organisers"})
    return Task(
        zh=table.take("zh", text, ""),
        en=table.take("en", text, ""),
        source=table.take("source", text, ""),
        participants=table.take("participants", texts, _NOTHING),
        organisers=table.take("organisers", texts, _NOTHING),
    )


def _tables(outer: Table, key: str) -> list[Table]:
    """A list of tables, each with its place; an empty one where it is left out."""
    found = outer.raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        outer.note(key, "must be a list of tables")
        return []
    return [Table(item, f"{outer.at(key)}[{n}]", outer.errors) for n, item in enumerate(found)]


def _terms(table: Table) -> dict[str, dict[str, Term]]:
    return {name: _term_list(table.table(name)) for name in table.raw}


def _term_list(table: Table) -> dict[str, Term]:
    return {code: _term(code, table.table(code)) for code in table.raw}


def _term(code: str, table: Table) -> Term:
    table.only({"zh", "en", "source"})
    return Term(code, *(table.take(key, text, "") for key in ("zh", "en", "source")))
