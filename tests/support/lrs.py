"""A record store without the rest of the tool: the blueprint in a bare Flask application, and those who speak to it.

    lrs = Lrs(database, folder)
    trainer = lrs.speaker("all")
    trainer.post(statement(...)).status_code

`from_environment` is the same application for processes of their own.
"""

import base64
import json
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.storage.database import Database, open_database
from xapi import Store, create_blueprint
from xapi.credentials import create

BASE_PATH = "/xapi"
VERSION = "X-Experience-API-Version"


class Speaker:
    """Somebody with a credential, who speaks one version of xAPI through Flask's test client."""

    def __init__(self, app: Flask, key: str, secret: str, version: str | None = "1.0.3") -> None:
        self._client = app.test_client()
        self.key, self.secret, self.version = key, secret, version

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()

    @property
    def headers(self) -> dict[str, str]:
        named = {} if self.version is None else {VERSION: self.version}
        return {"Authorization": self.authorization, **named}

    def speaking(self, version: str | None) -> "Speaker":
        """The same credential in another version of xAPI."""
        return Speaker(self._client.application, self.key, self.secret, version)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        content_type: str | None = None,
        **params: Any,
    ) -> TestResponse:
        """A request below the endpoint; a body that is not bytes is sent as JSON, as are parameters of objects."""
        kind = content_type or ("application/json" if body is not None else None)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.open(
            path if path.startswith(BASE_PATH) else f"{BASE_PATH}/{path}",
            method=method,
            query_string={name: _as_text(value) for name, value in params.items()} or None,
            data=data,
            content_type=kind,
            headers={**self.headers, **(headers or {})},
        )

    def get(self, path: str = "statements", **params: Any) -> TestResponse:
        return self.call("GET", path, **params)

    def post(self, body: Any, path: str = "statements", **params: Any) -> TestResponse:
        return self.call("POST", path, body, **params)

    def put(self, body: Any, path: str = "statements", **params: Any) -> TestResponse:
        return self.call("PUT", path, body, **params)

    def send(self, *statements: Any) -> list[str]:
        """Post statements, all of which must be taken; their ids."""
        response = self.post(list(statements))
        assert response.status_code == 200, response.get_data(as_text=True)
        return [str(one) for one in response.json]

    def find(self, **filters: Any) -> list[str]:
        """The ids of all statements that match, over all pages, in the order in which they came."""
        return [statement["id"] for statement in self.read(**filters)]

    def read(self, **filters: Any) -> list[dict[str, Any]]:
        """All statements that match, over all pages."""
        answer = self.get(**filters)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found = list(answer.json["statements"])
        while answer.json["more"]:
            answer = self.get(answer.json["more"])
            found += answer.json["statements"]
        return found

    def one(self, statement_id: str, **shape: Any) -> dict[str, Any]:
        """A statement by its id, which must be there."""
        answer = self.get(statementId=statement_id, **shape)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.json)


class Lrs:
    """A record store on a database of the tests."""

    def __init__(self, database: Database, folder: Path, **options: Any) -> None:
        self.database = database
        self.told: list[Any] = []
        hook = options.pop("on_stored", lambda _conn, batch: self.told.extend(batch))
        self.store = Store(
            database.begin, database.read, attachments_dir=folder / "attachments", on_stored=hook, **options
        )
        self.app = application(self.store)

    def speaker(self, *scopes: str, version: str | None = "1.0.3", **bounds: Any) -> Speaker:
        """A new credential with these scopes and bounds; in a tenant of its own unless one is given."""
        bounds.setdefault("tenant", f"tenant-{uuid.uuid4()}")
        with self.database.begin() as conn:
            key, secret = create(conn, bounds.pop("name", "tests"), scopes or ("all",), **bounds)
        return Speaker(self.app, key, secret, version)


def application(store: Store) -> Flask:
    """A Flask application with nothing but the record store."""
    app = Flask("lrs")
    app.register_blueprint(create_blueprint(store), url_prefix=BASE_PATH)
    return app


def from_environment() -> Flask:
    """For gunicorn in tests: `tests.support.lrs:from_environment()` with LRS_DATABASE and LRS_FOLDER."""
    database = open_database(os.environ["LRS_DATABASE"])
    store = Store(database.begin, database.read, attachments_dir=Path(os.environ["LRS_FOLDER"]) / "attachments")
    return application(store)


def details_of(response: TestResponse) -> list[tuple[str, str]]:
    """(path, rule) of everything that an error names."""
    return [(detail["path"], detail["rule"]) for detail in response.json["error"]["details"]]


def ids_of(statements: Iterable[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in statements]


def multipart(*parts: tuple[dict[str, str], bytes], boundary: str = "between") -> tuple[str, bytes]:
    """Content type and body of multipart/mixed."""
    body = b""
    for headers, content in parts:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        body += f"--{boundary}\r\n{lines}\r\n".encode() + content + b"\r\n"
    return f"multipart/mixed; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def split_multipart(response: TestResponse) -> Sequence[tuple[dict[str, str], bytes]]:
    """The parts of a multipart/mixed answer."""
    boundary = response.headers["Content-Type"].split("boundary=")[1].strip('"').encode()
    found = []
    for piece in (b"\r\n" + response.data).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().strip().split("\r\n")]
        found.append((dict(lines), content))
    return found


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
