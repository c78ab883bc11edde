"""The one way out: calls to platforms that cannot be turned against our own network.

An address is refused before anything is sent when it is loopback, private or otherwise not of the open Internet
(unless `lti.allow_private_hosts`), and the address that was really connected to is checked again, so that a name that
changes its answer in between gains nothing. Redirects are not followed; answers and waiting are bounded.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from lti_tool.config import Settings

MAX_ANSWER_BYTES = 12_000_000  # a Moodle column of 20,000 learners, which cannot be read in pages
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV6_INTERNET = ipaddress.IPv6Network("2000::/3")


class PlatformUnreachable(Exception):  # noqa: N818 - it says itself
    """No answer came: connection, TLS or time; the message says which."""


class ForbiddenAddress(PlatformUnreachable):
    """The address may not be called."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `headers` are looked up in lower case; `phrase`: what the status line says beside the number."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    phrase: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, whatever its content type says (Moodle's says HTML); ValueError if it is none."""
        return orjson.loads(self.body)

    def excerpt(self, length: int = 300) -> str:
        """The beginning of the body for people."""
        return " ".join(self.body[: 4 * length].decode("utf-8", "replace").split())[:length]


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a platform asks to be left alone (RFC 9110, 10.2.3); None if it does not ask."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds()) if until.tzinfo is not None else None


class PlatformHttp:
    """Guarded calls with kept-alive connections."""

    def __init__(self, *, allow_private_hosts: bool = False, timeout: float = 20.0, ca_file: str = "") -> None:
        """`ca_file`: certificates of authorities that are trusted beside the public ones."""
        self._allow_private = allow_private_hosts
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # every call stands for itself
        self._session.headers["User-Agent"] = "Xuefen"
        adapter = _GuardedAdapter(allow_private_hosts=allow_private_hosts, ca_file=ca_file)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.call("GET", url, headers=headers)

    def post(self, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None) -> Answer:
        return self.call("POST", url, headers=headers, data=data)

    def put(self, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None) -> Answer:
        return self.call("PUT", url, headers=headers, data=data)

    def call(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None) -> Answer:
        """One call; raises PlatformUnreachable (or ForbiddenAddress) when there is no answer to read."""
        self.check(url)
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=data,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, time.monotonic() + 2 * self._timeout)
                lowered = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, lowered, body, _phrase(response.reason))
        except ForbiddenAddress:
            raise
        except (requests.RequestException, HTTPError, OSError) as error:
            raise PlatformUnreachable(f"{urlsplit(url).hostname}: {_reason(error)}") from error

    def check(self, url: str) -> None:
        """Raise what a call of this address would raise before anything is sent."""
        check_address(url, allow_private_hosts=self._allow_private)


def platform_http(settings: Settings) -> PlatformHttp:
    """The way out as an installation's settings say."""
    lti = settings.lti
    return PlatformHttp(
        allow_private_hosts=lti.allow_private_hosts, timeout=settings.grades.timeout_seconds, ca_file=lti.ca_file
    )


def check_address(url: str, *, allow_private_hosts: bool) -> None:
    """Raise ForbiddenAddress unless a URL is http(s) to a host whose every address may be called."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise ForbiddenAddress(f"{url} is no address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ForbiddenAddress(f"{url} is no address that can be called")
    if allow_private_hosts:
        return
    if parts.scheme != "https":
        raise ForbiddenAddress(f"{url} is not https")
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PlatformUnreachable(f"{parts.hostname} cannot be resolved: {error}") from error
    for entry in found:
        _check_ip(str(entry[4][0]))


def _check_ip(address: str) -> None:
    ip = ipaddress.ip_address(address.partition("%")[0])
    carried = _carried(ip)
    if any(not inner.is_global or inner.is_multicast for inner in (ip, *carried)) or not (carried or _is_unicast(ip)):
        raise ForbiddenAddress(f"{address} is inside a private network")


def _is_unicast(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address may be a host's on the open Internet. All of IPv6's lie in one block; what the library takes
    for global outside of it, such as site-local and local translation prefixes, leads inside.
    """
    return ip.version == 4 or ip in _IPV6_INTERNET


def _carried(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses to which an IPv6 address leads in the end: mapped, 6to4, Teredo, NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return [one for one in found if one is not None]


def _read(response: requests.Response, until: float) -> bytes:
    """The body, in pieces as they come, so that a server which drips cannot hold us for ever."""
    body = bytearray()
    while piece := response.raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise PlatformUnreachable(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > until:
            raise PlatformUnreachable("the answer takes too long")
    return bytes(body)


def _phrase(said: str | None) -> str:
    return (said or "").encode("latin-1", "replace").decode("utf-8", "replace")


def _reason(error: BaseException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return f"its certificate cannot be trusted ({error})"
    return f"no connection ({type(error).__name__})"


class _CheckedHTTP(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _CheckedHTTPS(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


def _checked(connection: socket.socket) -> socket.socket:
    try:
        _check_ip(str(connection.getpeername()[0]))
    except ForbiddenAddress:
        connection.close()
        raise
    return connection


class _CheckedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTP


class _CheckedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPS


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, *, allow_private_hosts: bool, ca_file: str) -> None:
        self._checks = not allow_private_hosts
        self._ca_file = ca_file
        super().__init__(pool_connections=32, pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._ca_file:
            kwargs["ssl_context"] = ssl.create_default_context(cafile=self._ca_file)  # requests adds the public ones
        super().init_poolmanager(*args, **kwargs)
        if self._checks:
            manager: PoolManager = self.poolmanager
            manager.pool_classes_by_scheme = {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool}
