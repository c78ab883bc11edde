"""What the platform keeps: registrations, links, columns, cells, launches under way, calls received."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti_tool.demo.vocabulary import SCOPES

Json = dict[str, Any]


class ServiceError(Exception):
    """A service call refused: the status and the sentence; the temperament gives the body its form."""

    def __init__(self, status: int, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details


@dataclass(slots=True)
class Registration:
    """A tool as registered. `active` false: waiting for the administrator."""

    client_id: str
    deployment_id: str
    type_id: str
    name: str
    login_url: str
    redirect_uris: tuple[str, ...]
    jwks_url: str
    target_link_uri: str
    deep_linking_url: str | None = None
    custom: dict[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = SCOPES
    shares_name: bool = True
    shares_email: bool = True
    active: bool = True


@dataclass(slots=True)
class Link:
    """A resource link: an activity of a course that launches a tool."""

    id: str
    course_id: str
    client_id: str
    title: str
    target_link_uri: str
    custom: dict[str, str] = field(default_factory=dict)
    text: str = ""
    published: bool = True


@dataclass(slots=True)
class LineItem:
    """A grade column. `coupled`: it belongs to the activity `link_id` itself rather than to the tool's own wish."""

    id: str
    course_id: str
    client_id: str
    label: str
    maximum: float
    tag: str | None = None
    resource_id: str | None = None
    link_id: str | None = None
    coupled: bool = False
    extra: Json = field(default_factory=dict)


@dataclass(slots=True)
class Cell:
    """One person's grade in one column; `score` in the column's points, None where there is none."""

    line_item_id: str
    user_id: str
    score: float | None = None
    comment: str | None = None
    timestamp: datetime | None = None
    overridden: bool = False
    activity_progress: str | None = None
    grading_progress: str | None = None
    attempts: int = 0
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch on its way from login initiation to the id_token; used once."""

    id: str
    sub: str
    client_id: str
    course_id: str
    link_id: str | None
    locale: str
    target_link_uri: str
    started: datetime
    for_user: str | None = None  # whose submission is reviewed


@dataclass(slots=True)
class DeepLinkingReturn:
    """Where a deep linking response belongs; `used` once one was accepted."""

    client_id: str
    course_id: str
    sub: str
    settings: Json
    used: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token as issued."""

    client_id: str
    scopes: frozenset[str]
    expires: datetime


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A service call as answered; `status` 0: the connection was closed without an answer."""

    method: str
    path: str
    status: int
    when: datetime
    body: str = ""


def new_token() -> str:
    """An opaque secret."""
    return secrets.token_hex(16)
