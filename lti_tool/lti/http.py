"""The one way out: calls to platforms that cannot be turned against our own network.

An address is refused before anything is sent when it is loopback, private or otherwise not of the open Internet
(unless `lti.allow_private_hosts`), and the address that was really connected to is checked again, so that a name that
changes its answer in between gains nothing. Redirects are not followed; answers and waiting are bounded.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

MAX_ANSWER_BYTES = 5_000_000


class PlatformUnreachable(Exception):  # noqa: N818 - it says itself
    """No answer came: connection, TLS or time; the message says which."""


class ForbiddenAddress(PlatformUnreachable):
    """The address may not be called."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `headers` are looked up in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, whatever its content type says (Moodle's says HTML); ValueError if it is none."""
        return orjson.loads(self.body)

    def excerpt(self, length: int = 300) -> str:
        """The beginning of the body for people."""
        return " ".join(self.body[: 4 * length].decode("utf-8", "replace").split())[:length]


class PlatformHttp:
    """Guarded calls with kept-alive connections."""

    def __init__(self, *, allow_private_hosts: bool = False, timeout: float = 20.0) -> None:
        self._allow_private = allow_private_hosts
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "Xuefen"
        adapter = _GuardedAdapter(allow_private_hosts=allow_private_hosts)
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
        check_address(url, allow_private_hosts=self._allow_private)
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
                body = _read(response)
                lowered = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, lowered, body)
        except ForbiddenAddress:
            raise
        except (requests.RequestException, OSError) as error:
            raise PlatformUnreachable(f"{urlsplit(url).hostname}: {_reason(error)}") from error


def check_address(url: str, *, allow_private_hosts: bool) -> None:
    """Raise ForbiddenAddress unless a URL is http(s) to a host whose every address may be called."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ForbiddenAddress(f"{url} is no address that can be called")
    if allow_private_hosts:
        return
    if parts.scheme != "https":
        raise ForbiddenAddress(f"{url} is not https")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PlatformUnreachable(f"{parts.hostname} cannot be resolved: {error}") from error
    for entry in found:
        _check_ip(str(entry[4][0]))


def _check_ip(address: str) -> None:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if not (mapped or ip).is_global:
        raise ForbiddenAddress(f"{address} is inside a private network")


def _read(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(65_536):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise PlatformUnreachable(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    return body


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
    def __init__(self, *, allow_private_hosts: bool) -> None:
        self._checks = not allow_private_hosts
        super().__init__(pool_connections=32, pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        if self._checks:
            manager: PoolManager = self.poolmanager
            manager.pool_classes_by_scheme = {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool}
