"""Launches per second: 200 in flight against two server processes, on both databases.

The floor is an endpoint of the same server that verifies the same token's signature with PyJWT and takes the login's
state in one commit, and does nothing else. What a launch costs is then split in one process, one launch at a time:
`signature` is the token's verification, `database` the time inside units of work, `page` all the rest.
"""

import os
import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from flask import Flask, request

from lti_tool.config import Files, Lti, Server, Settings
from lti_tool.lti import launch
from lti_tool.lti.login import state_cookie_name
from lti_tool.lti.sessions import hash_of
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.database import Database, open_database
from lti_tool.storage.queries import lti, lti_launches
from lti_tool.web.app import create_app
from tests.benchmarks.bench_statements import fresh_database
from tests.support.lrs_process import LrsProcess
from tests.support.platform import LTI, Platform, public_jwk, rsa_key

IN_FLIGHT = 200
LAUNCHES = 2_000
_ROUNDS = 2
_SPLIT = 200
_PEOPLE = 500
_PUBLIC_URL = "http://tool.example.org"  # plain http, so that clients need no certificates
_FORM = "application/x-www-form-urlencoded"


def run(scale: float) -> list[dict[str, Any]]:
    """One row per database."""
    return [_measure(name, scale) for name in ("sqlite", "postgresql")]


# The server: the tool, and the floor beside it.


def application() -> Flask:
    return _application(open_database(os.environ["LRS_DATABASE"]), Path(os.environ["LRS_FOLDER"]))


def _application(db: Database, folder: Path) -> Flask:
    settings = replace(
        Settings(),
        server=Server(public_url=_PUBLIC_URL),
        files=Files(str(folder / "files")),
        lti=Lti(allow_private_hosts=True),
    )
    app = create_app(settings, db=db)
    app.add_url_rule("/bare", view_func=_bare(db, (folder / "public.pem").read_bytes()), methods=["POST"])
    return app


def _bare(db: Database, public_key: bytes) -> Callable[[], str]:
    """Verify and commit once, and nothing else."""

    def bare() -> str:
        jwt.decode(request.form["id_token"], public_key, algorithms=["RS256"], audience="client-1")
        with db.begin() as conn:
            lti_launches.use_state(conn, hash_of(request.form["state"]), datetime.now(UTC))
        return ""

    return bare


# The clients.


@dataclass(frozen=True)
class _Ready:
    """A login that has come as far as the platform's answer."""

    body: str
    cookie: str


def _measure(name: str, scale: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
        database = open_database(url)
        platform = _prepare(database, Path(folder))
        server = LrsProcess(url, Path(folder), "tests.benchmarks.bench_launches:application()")
        server.start()
        try:
            compared = _compare(database, platform, server.port, max(IN_FLIGHT, int(LAUNCHES * scale)))
        finally:
            server.kill()
        split = _split(database, platform, Path(folder))
        database.close()
    return {"database": name, **compared, **split}


def _prepare(db: Database, folder: Path) -> Platform:
    """A registered platform whose key set is known, and the example programme."""
    key, now = rsa_key(1), datetime.now(UTC)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(pem)
    platform = Platform(base_url="https://moodle.example.org").register(db, now)
    with db.begin() as conn:
        apply_programme(conn, read_programme_file(Path("examples/programme.toml")), now)
        lti.save_key_set(conn, "https://moodle.example.org/jwks", [public_jwk(key, platform.kid)], now)
    return platform


def _compare(db: Database, platform: Platform, port: int, total: int) -> dict[str, Any]:
    """Launches and the floor by turns, so that neither finds the machine or the tables in another state."""
    times: dict[str, list[float]] = {"/lti/launch": [], "/bare": []}
    spent = dict.fromkeys(times, 0.0)
    for path in times:  # each process opens its connections and reads the key set
        _send(port, path, _begin(db, platform, 50))
    for _ in range(_ROUNDS):
        for path in times:
            ready = _begin(db, platform, total // _ROUNDS)
            began = time.perf_counter()
            times[path] += _send(port, path, ready)
            spent[path] += time.perf_counter() - began
    cuts = statistics.quantiles(times["/lti/launch"], n=100)
    sent = total // _ROUNDS * _ROUNDS
    return {
        "launches/s": sent / spent["/lti/launch"],
        "bare/s": sent / spent["/bare"],
        "times the bare cost": spent["/lti/launch"] / spent["/bare"],
        "p50 ms": cuts[49] * 1000,
        "p95 ms": cuts[94] * 1000,
    }


def _begin(db: Database, platform: Platform, number: int) -> list[_Ready]:
    """So many logins, and the platform's signed answers to them, of many people in turn."""
    now = datetime.now(UTC)
    ready = []
    with db.begin() as conn:
        for place in range(number):
            state, nonce, cookie = (secrets.token_urlsafe(32) for _ in range(3))
            remembered = {
                "state_hash": hash_of(state),
                "platform_id": platform.number,
                "nonce_hash": hash_of(nonce),
                "cookie_hash": hash_of(cookie),
                "storage_target": None,
                "storage_hash": hash_of(cookie),
                "target_link_uri": f"{_PUBLIC_URL}/lti/launch",
                "expires_at": now + timedelta(minutes=10),
            }
            lti_launches.add_state(conn, remembered)
            claims = {**platform.claims(nonce, now), "sub": f"p{place % _PEOPLE}", "exp": int(now.timestamp()) + 600}
            claims[LTI + "target_link_uri"] = f"{_PUBLIC_URL}/lti/launch"
            body = urlencode({"state": state, "id_token": platform.sign(claims)})
            ready.append(_Ready(body, f"{state_cookie_name(state)}={cookie}"))
    return ready


def _send(port: int, path: str, ready: list[_Ready]) -> list[float]:
    """Post all of them, 200 in flight at once, each as a browser does: on a connection of its own."""
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return list(pool.map(lambda one: _post(port, path, one), ready))


def _post(port: int, path: str, one: _Ready) -> float:
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", path, one.body, {"Content-Type": _FORM, "Cookie": one.cookie})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if response.status not in (200, 303):
        raise RuntimeError(f"{path} answered {response.status}: {answer[:300]!r}")
    return time.perf_counter() - began


# The split.


class _Stopwatch:
    """The time spent inside, the outermost entrance counting."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = threading.local()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        depth = getattr(self._inside, "depth", 0)
        self._inside.depth = depth + 1
        began = time.perf_counter()
        try:
            yield
        finally:
            self._inside.depth = depth
            self.seconds += 0 if depth else time.perf_counter() - began


def _split(db: Database, platform: Platform, folder: Path) -> dict[str, float]:
    """Milliseconds of one launch alone, in this process."""
    client = _application(db, folder).test_client(use_cookies=False)
    ready = _begin(db, platform, _SPLIT + 1)
    signature, database = _Stopwatch(), _Stopwatch()

    def post(one: _Ready) -> None:
        answer = client.post("/lti/launch", data=one.body, content_type=_FORM, headers={"Cookie": one.cookie})
        if answer.status_code != 303:
            raise RuntimeError(answer.text[:300])

    post(ready[0])
    with _timed(db, database), _timed_function(launch, "_verify", signature):
        began = time.perf_counter()
        for one in ready[1:]:
            post(one)
        whole = time.perf_counter() - began
    parts = {"signature": signature.seconds, "database": database.seconds}
    parts["page"] = whole - sum(parts.values())
    return {f"{name} ms": seconds * 1000 / _SPLIT for name, seconds in parts.items()}


@contextmanager
def _timed(db: Database, watch: _Stopwatch) -> Iterator[None]:
    def timed(connect: Callable[[], Any]) -> Callable[[], Any]:
        @contextmanager
        def connected() -> Iterator[Any]:
            with watch(), connect() as conn:
                yield conn

        return connected

    with patch.object(db, "begin", timed(db.begin)), patch.object(db, "read", timed(db.read)):
        yield


@contextmanager
def _timed_function(module: Any, name: str, watch: _Stopwatch) -> Iterator[None]:
    function = getattr(module, name)

    def timed(*args: Any) -> Any:
        with watch():
            return function(*args)

    with patch.object(module, name, timed):
        yield
