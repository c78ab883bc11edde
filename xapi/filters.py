"""What a reader of statements asks for (xAPI 1.0.3 Communication 2.1.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xapi.calls import Call, wrong_param
from xapi.errors import InvalidJson
from xapi.identity import agent_key
from xapi.parsing import parse_object
from xapi.validation import Problems
from xapi.validation.actor import check_actor
from xapi.validation.iri import is_iri, is_uuid
from xapi.validation.timestamp import read_timestamp

#: Page sizes: where none is asked for, and the most that is given.
DEFAULT_LIMIT = 100
MOST_PER_PAGE = 1000

FORMATS = ("exact", "ids", "canonical")
_ONE = ("statementId", "voidedStatementId")
_SHAPE = ("format", "attachments")
_MANY = (
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "ascending",
    "cursor",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which statements; all conditions hold together."""

    agent: str | None = None
    """A key of `xapi.identity`."""
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    related_agents: bool = False
    related_activities: bool = False
    since: datetime | None = None
    """Stored later than."""
    until: datetime | None = None
    """Stored at or before."""
    ascending: bool = False
    limit: int = DEFAULT_LIMIT
    cursor: int | None = None
    """The last place of the page before."""


def asks_for_one(call: Call) -> tuple[str, bool] | None:
    """(id, voided) if a single statement is asked for."""
    asked = [name for name in _ONE if name in call.params]
    if not asked:
        return None
    if len(asked) > 1:
        raise wrong_param(asked[1], "exclusive", f"cannot stand beside {asked[0]}")
    call.allow_params(*asked, *_SHAPE)
    return read_uuid(call, asked[0]), asked[0] == "voidedStatementId"


def read_filters(call: Call) -> Filters:
    """The filters of a call; `InvalidParameter` names the parameter that is wrong."""
    call.allow_params(*_MANY, *_SHAPE)
    return Filters(
        agent=_read_agent(call),
        verb=_read_iri(call, "verb"),
        activity=_read_iri(call, "activity"),
        registration=read_uuid(call, "registration") if "registration" in call.params else None,
        related_agents=_read_boolean(call, "related_agents"),
        related_activities=_read_boolean(call, "related_activities"),
        since=read_moment(call, "since"),
        until=read_moment(call, "until"),
        ascending=_read_boolean(call, "ascending"),
        limit=_read_limit(call),
        cursor=_read_cursor(call),
    )


def read_format(call: Call) -> str:
    wanted = call.params.get("format", "exact")
    if wanted not in FORMATS:
        raise wrong_param("format", "enumeration", f"must be one of {', '.join(FORMATS)}")
    return wanted


def wants_attachments(call: Call) -> bool:
    return _read_boolean(call, "attachments")


def read_uuid(call: Call, name: str) -> str:
    """A UUID parameter in lower case."""
    value = call.param(name)
    if not is_uuid(value):
        raise wrong_param(name, "uuid", "must be a UUID")
    return value.lower()


def read_moment(call: Call, name: str) -> datetime | None:
    if name not in call.params:
        return None
    moment = read_timestamp(call.params[name].replace(" ", "+"))  # a plus sign that nobody escaped
    if moment is None:
        raise wrong_param(name, "timestamp", "must be an ISO 8601 timestamp")
    return moment


def read_actor(call: Call, name: str) -> dict[str, Any]:
    """An Agent or identified Group, given as JSON."""
    problems = Problems()
    try:
        actor = parse_object(call.param(name).encode())
    except InvalidJson as error:
        raise wrong_param(name, "json", "must be an Agent as JSON") from error
    check_actor(actor, None, problems)
    if problems:
        where = f" ({problems[0].path})" if problems[0].path else ""
        raise wrong_param(name, problems[0].rule, problems[0].message + where)
    if agent_key(actor) is None:
        raise wrong_param(name, "one_identifier", "must have an identifier")
    return actor


def _read_agent(call: Call) -> str | None:
    return agent_key(read_actor(call, "agent")) if "agent" in call.params else None


def _read_iri(call: Call, name: str) -> str | None:
    value = call.params.get(name)
    if value is not None and not is_iri(value):
        raise wrong_param(name, "iri", "must be an absolute IRI")
    return value


def _read_boolean(call: Call, name: str) -> bool:
    value = call.params.get(name, "false").lower()
    if value not in ("true", "false"):
        raise wrong_param(name, "boolean", "must be true or false")
    return value == "true"


def _read_limit(call: Call) -> int:
    value = call.params.get("limit")
    if value is None:
        return DEFAULT_LIMIT
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise wrong_param("limit", "integer", "must be a whole number; 0 asks for as many as there may be")
    return min(int(value), MOST_PER_PAGE) or MOST_PER_PAGE


def _read_cursor(call: Call) -> int | None:
    value = call.params.get("cursor")
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 19:
        raise wrong_param("cursor", "integer", "must be taken from `more` as it is")
    return int(value)
