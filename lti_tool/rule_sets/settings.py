"""Settings of a rule set or a programme, checked against `domain.settings.SETTINGS`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lti_tool.domain.settings import BY_NAME, ELSEWHERE, Setting, Settings, Window
from lti_tool.domain.structure import Structure, StructureBounds
from lti_tool.rule_sets.entries import Table, Wrong, credits_, flag, month_and_day, one_of, texts, whole

_NO_CREDITS = Decimal(0)


def read_settings(table: Table, bounds: StructureBounds | None) -> Settings | None:
    """The settings of a whole rule set; None, with the mistakes noted, where they are not all right."""
    before = len(table.errors)
    values = read_values(table, bounds)
    if "structure" not in table.raw:
        table.lack("structure")
    if len(table.errors) > before or "structure" not in values:
        return None
    settings = Settings(**values)
    check_together(table, settings)
    return settings


def read_values(table: Table, bounds: StructureBounds | None) -> dict[str, Any]:
    """Those settings of `table` that are right; mistakes are noted."""
    values = {}
    for name in table.raw:
        setting = BY_NAME.get(name)
        if setting is None:
            table.note(name, ELSEWHERE.get(name, _unknown()))
            continue
        before = len(table.errors)
        value = _read(table, setting, bounds)
        if len(table.errors) == before:
            values[name] = value
    return values


def check_together(table: Table, settings: Settings) -> None:
    """Settings that must fit each other: the preset of a class's sessions sums to its share (R-059)."""
    total = sum(settings.offline_sessions, _NO_CREDITS)
    if settings.offline_sessions and total != settings.structure.offline:
        table.note("offline_sessions", f"must sum to {settings.structure.offline}, not {total}")
    if settings.slice_min * 60 < settings.heartbeat_seconds:
        table.note("slice_min", f"must not be shorter than heartbeat_seconds, {settings.heartbeat_seconds}")


def override(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """`settings` with `values`, which `read_values` has checked."""
    return replace(settings, **values)


def _unknown() -> str:
    return f"is not a setting; the settings are {', '.join(BY_NAME)}"


def _read(table: Table, setting: Setting, bounds: StructureBounds | None) -> Any:
    if setting.kind == "table":
        return _structure(table.table(setting.name), bounds)
    if setting.kind == "window":
        return _window(table.table(setting.name))
    return table.take(setting.name, _reader(setting), None)


def _reader(setting: Setting) -> Callable[[Any], Any]:
    readers: dict[str, Callable[[Any], Any]] = {
        "choice": one_of(setting.allowed),
        "whole": whole(setting.least, setting.most),
        "flag": flag,
        "list": texts,
        "credits": _credits_list,
        "zone": zone,
    }
    return readers[setting.kind]


def _structure(table: Table, bounds: StructureBounds | None) -> Structure | None:
    """A structure within the rule set's bounds, if those are known; its `total`, if written, must agree."""
    before = len(table.errors)
    table.only({"online", "offline", "practice", "total"})
    parts = {name: table.take(name, credits_, _NO_CREDITS) for name in ("online", "offline", "practice")}
    if len(table.errors) > before or table.missing:
        return None
    structure = Structure(**parts)
    if "total" in table.raw and table.take("total", credits_, _NO_CREDITS) != structure.total:
        table.note("total", f"must be the sum of the parts, {structure.total}")
    for fault in bounds.faults_of(structure) if bounds is not None else ():
        table.errors.append((table.place, fault))
    return structure


def _window(table: Table) -> Window:
    table.only({"start", "end"})
    nothing = (1, 1)
    return Window(table.take("start", month_and_day, nothing), table.take("end", month_and_day, nothing))


def _credits_list(value: Any) -> tuple[Decimal, ...]:
    if not isinstance(value, list):
        raise Wrong(f"must be a list of credits, not {value!r}")
    return tuple(credits_(item) for item in value)


def zone(value: Any) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(value).key if isinstance(value, str) else _no_zone(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _no_zone(value)


def _no_zone(value: Any) -> str:
    raise Wrong(f'must be a time zone such as "Asia/Shanghai", not {value!r}')
