"""Pages between the platform and us, for browsers that may not keep our cookies in another site's frame.

LTI Client Side postMessages lets a tool keep a secret with the platform instead of in a cookie: the page of a login
puts it there, the page of the launch gets it back and posts the launch again with it. Where the browser keeps cookies
the first page only goes on; where neither works it offers a new window, in which we are no third party.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from sqlalchemy import RowMapping

from lti_tool.lti.sessions import hash_of

#: The field in which the launch's page posts what the platform kept; present and empty where it gave nothing.
KEPT = "lti_kept"

_FRAMES = ("iframe", "frame", "embed", "object")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Handover:
    """What such a page needs: whom to ask what, and where to go on."""

    origin: str  # of the platform's authorization endpoint: nobody else is told anything, or believed
    frame: str | None  # the platform's frame that keeps things; None: it keeps none
    key: str
    next_url: str
    value: str | None = None  # to be kept, at a login
    fields: Mapping[str, str] = field(default_factory=dict)  # to be posted again, at a launch
    new_window_url: str | None = None  # the same login, in a window of its own


def may_lack_cookies(fetched_for: str | None, storage_target: str | None) -> bool:
    """Whether a login needs its page: it comes in a frame (`Sec-Fetch-Dest`), or in a browser that does not say so
    from a platform that offers to keep things.
    """
    return fetched_for in _FRAMES or (fetched_for is None and storage_target is not None)


def storage_target(parameters: Mapping[str, str]) -> str | None:
    """The frame that the platform offers at a login."""
    return parameters.get("lti_storage_target", "")[:_LONGEST_NAME] or None


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def at_login(parameters: Mapping[str, str], redirect_url: str, state: str, kept: str, public_url: str) -> Handover:
    """The page of a login: keep `kept` somewhere, then go on to the platform."""
    again = {name: value for name, value in parameters.items() if name != "lti_storage_target"}
    return Handover(
        origin=_origin(redirect_url),
        frame=storage_target(parameters),
        key=_key(state),
        value=kept,
        next_url=redirect_url,
        new_window_url=f"{public_url}/lti/login?{urlencode(again)}",
    )


def at_launch(row: RowMapping, auth_login_url: str, form: Mapping[str, str], public_url: str) -> Handover:
    """The page of a launch without its cookie: get back what was kept, and post the launch again with it."""
    return Handover(
        origin=_origin(auth_login_url),
        frame=row["storage_target"],
        key=_key(form["state"]),
        next_url=f"{public_url}/lti/launch",
        fields={"state": form["state"], "id_token": form["id_token"], KEPT: ""},
    )


def _key(state: str) -> str:
    return "xuefen_" + hash_of(state).hex()[:16]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
