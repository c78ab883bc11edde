"""Names and Role Provisioning 2.0: everybody of a course, read to the last page or not at all.

The service lists who is there now. Whoever is missing has left, which only a complete list can say: an answer that
fails half-way is an error, never a shorter list.
"""

import html
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from lti_tool.lti.http import Answer, ForbiddenAddress, PlatformHttp, PlatformUnreachable
from lti_tool.lti.names import is_chinese
from lti_tool.lti.paging import next_address, same_place, with_query
from lti_tool.lti.platforms import find_quirks
from lti_tool.lti.registration import NRPS_SCOPE
from lti_tool.lti.tokens import AccessTokens, TokenEndpointBusy, TokenRefused

MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PAGE_SIZE = 500  # asked for; Canvas gives 50
MOST_PAGES = 2_000
MOST_MEMBERS = 100_000
_LONGEST_ID = 255
_LONGEST_NAME = 255
_MOST_ROLES = 100
_GONE = frozenset({"inactive", "deleted"})


class RosterError(Exception):
    """The roster could not be read; `code` is a key of PROBLEMS, `detail` is for administrators."""

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None) -> None:
        self.code = code
        self.detail = detail
        self.retry_after = retry_after  # seconds that the platform asked for
        super().__init__(f"{code}: {detail}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a course as the platform lists them; what it does not tell is empty."""

    sub: str
    name: str
    email: str
    number: str  # the institution's own, `lis_person_sourcedid`
    roles: tuple[str, ...]


class Memberships:
    """The roster service of the platforms."""

    def __init__(self, http: PlatformHttp, tokens: AccessTokens) -> None:
        self._http = http
        self._tokens = tokens

    def read(self, course: RowMapping, *, seconds: float, stop: threading.Event | None = None) -> list[Listed]:
        """Everybody who is active in a course, each once; raises RosterError.

        `seconds`: how long reading may take, beyond the call under way; `stop` ends it at the next page.
        """
        until = time.monotonic() + seconds
        first = _check_own(course)
        url: str | None = with_query(first, {"limit": str(PAGE_SIZE)})
        found: dict[str, Listed] = {}
        asked: set[str] = set()
        while url is not None:
            if time.monotonic() > until or (stop is not None and stop.is_set()):
                raise RosterError("slow", f"{len(found)} people on {len(asked)} pages were read in time")
            asked.add(url)
            answer = self._get(course["platform_id"], url)
            # People move between pages while they are read: the last word counts.
            found |= {one.sub: one for one in read_page(answer)}
            url = _following(answer, url, first)
            if len(found) > MOST_MEMBERS or len(asked) >= MOST_PAGES or url in asked:
                raise RosterError("too_long", f"{len(found)} people on {len(asked)} pages, and more to come")
        if not found:
            raise RosterError("empty")
        return list(found.values())

    def _get(self, platform_id: int, url: str) -> Answer:
        """A page; with a new token, once, where the platform no longer takes the one that was kept."""
        answer = self._send(platform_id, url)
        if answer.status == 401:
            self._tokens.forget(platform_id)
            answer = self._send(platform_id, url)
        if not answer.ok:
            raise _refusal(answer)
        return answer

    def _send(self, platform_id: int, url: str) -> Answer:
        try:
            token = self._tokens.get(platform_id, (NRPS_SCOPE,))
            return self._http.get(url, headers={"Accept": MEDIA_TYPE, "Authorization": f"Bearer {token}"})
        except TokenRefused as error:
            raise RosterError("not_allowed", str(error)) from error
        except TokenEndpointBusy as error:
            code = "throttled" if error.status == 429 else "platform_down"
            raise RosterError(code, str(error), retry_after=error.retry_after) from error
        except ForbiddenAddress as error:
            raise RosterError("foreign_address", str(error)) from error
        except PlatformUnreachable as error:
            raise RosterError("platform_down", str(error)) from error


def read_page(answer: Answer) -> list[Listed]:
    """The active people of one page; raises RosterError where it is none. An entry without an id names nobody."""
    try:
        said = answer.json()
    except ValueError:
        raise RosterError("unreadable", f"not JSON: {answer.excerpt(120)}") from None
    members = said.get("members") if isinstance(said, dict) else None
    if not isinstance(members, list):
        raise RosterError("unreadable", f"no list of members: {answer.excerpt(120)}")
    return [one for member in members if (one := _read_member(member)) is not None]


def _read_member(member: Any) -> Listed | None:
    if not isinstance(member, dict):
        return None
    sub = member.get("user_id")
    if not isinstance(sub, str) or not sub or len(sub) > _LONGEST_ID or "\0" in sub:
        return None
    if str(member.get("status") or "Active").lower() in _GONE:
        return None
    roles = member.get("roles")
    given = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    short = tuple(role for role in given[:_MOST_ROLES] if len(role) <= _LONGEST_ID and "\0" not in role)
    number = _text(member.get("lis_person_sourcedid"))
    return Listed(sub, _name(member), _text(member.get("email")), number, short)


def _name(member: Mapping[str, Any]) -> str:
    """The name to show. Moodle always lists given name before family name, which is wrong for Chinese names."""
    whole, family, given = (_text(member.get(key)) for key in ("name", "family_name", "given_name"))
    if family and given and is_chinese(family):
        return family + given
    return whole or " ".join(part for part in (given, family) if part)


def _text(value: Any) -> str:
    """One line of text; Moodle escapes names for HTML."""
    if not isinstance(value, str):
        return ""
    return " ".join(html.unescape(value).replace("\0", "").split())[:_LONGEST_NAME]


def _check_own(course: RowMapping) -> str:
    """The address of a course's roster, if the platform may be sent a token there."""
    url: str | None = course["memberships_url"]
    if not url:
        raise RosterError("no_service")
    registered = [course[name] for name in ("issuer", "auth_login_url", "auth_token_url", "key_set_url")]
    services = course["lineitems_url"] or url
    if not find_quirks(course["product"]).serves_from(url, registered, services):
        raise RosterError("foreign_address", url)
    return url


def _following(answer: Answer, url: str, first: str) -> str | None:
    """The next page, which must be where the first one was: the token is for nobody else."""
    following = next_address(answer.headers, url)
    if following is not None and not _is_beside(following, first):
        raise RosterError("foreign_address", f"the next page is said to be {following[:300]}")
    return following


def _is_beside(url: str, first: str) -> bool:
    try:
        return same_place(url, first)
    except ValueError:  # no address at all
        return False


def _refusal(answer: Answer) -> RosterError:
    detail = f"the roster service answered {answer.status}: {answer.excerpt(200)}"
    asked = answer.headers.get("retry-after", "")
    wait = float(asked) if asked.isdecimal() else None
    if answer.status == 429 or (answer.status == 403 and "rate limit" in answer.excerpt().lower()):
        return RosterError("throttled", detail, retry_after=wait)
    if answer.status >= 500:
        return RosterError("platform_down", detail, retry_after=wait)
    if answer.status in {401, 403}:
        return RosterError("not_allowed", detail)
    return RosterError("not_found" if answer.status in {404, 410} else "unreadable", detail)
