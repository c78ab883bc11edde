"""A tiny record store and a page with the heartbeat's tag: what the browser sent, and faults on demand."""

import json
import threading
from typing import Any

from flask import Flask, Response, abort, request, send_from_directory

from lti_tool.paths import shipped

ACTOR = {"account": {"homePage": "https://moodle.example.org", "name": "a6f10c3e-2b7d-4c55"}}
ACTIVITY = "https://content.example.org/lessons/3"
BASE = "https://ts2.example.org/xapi"


class Recorder:
    """Statements by id as they arrived; `status` answers every POST while it is set."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.refused_ids: set[str] = set()
        self.statements: dict[str, dict[str, Any]] = {}
        self.conflicts: list[str] = []
        self.posts = 0
        self.beacons = 0
        self.authorizations: set[str] = set()
        self._lock = threading.Lock()

    def store(self, statements: list[dict[str, Any]], authorization: str) -> int:
        """The HTTP status of storing; a known id with other content is a conflict, as in any record store."""
        with self._lock:
            self.posts += 1
            self.authorizations.add(authorization)
            if self.status is not None:
                return self.status
            if any(statement["id"] in self.refused_ids for statement in statements):
                return 400
            for statement in statements:
                known = self.statements.setdefault(statement["id"], statement)
                if known != statement:
                    self.conflicts.append(statement["id"])
            return 409 if self.conflicts else 200

    @property
    def intervals(self) -> list[dict[str, str]]:
        found = [item["result"]["extensions"][f"{BASE}/extensions/interval"] for item in self.statements.values()]
        return sorted(found, key=lambda interval: interval["start"])


def create_recorder_app(recorder: Recorder) -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(shipped("static"), name)

    @app.get("/page")
    def page() -> str:
        return PAGE.format(attributes=_attributes(dict(request.args)))

    @app.get("/launched")
    def launched() -> str:
        return PAGE.format(attributes="")

    @app.get("/inner")
    def inner() -> str:
        return "<!doctype html><title>inner</title><input id='field'>"

    @app.get("/xapi/about")
    def about() -> dict[str, Any]:
        if recorder.status is not None:
            abort(recorder.status)
        return {"version": ["1.0.3"]}

    @app.post("/xapi/statements")
    def statements() -> tuple[dict[str, str], int]:
        if request.args.get("method") == "POST":
            recorder.beacons += 1
            body, authorization = request.form["content"], request.form["Authorization"]
        else:
            body, authorization = request.get_data(as_text=True), request.headers["Authorization"]
        return {}, recorder.store(json.loads(body), authorization)

    return app


PAGE = """<!doctype html><html lang="zh-CN"><title>第三课</title>
<p style="height: 3000px">内容</p><input id="field"><output id="told"></output>
<script>document.addEventListener("xuefen:heartbeat", (event) => {{
  document.getElementById("told").textContent = JSON.stringify(event.detail); }});</script>
<script src="/static/heartbeat.js" {attributes}></script></html>"""


def _attributes(extra: dict[str, str]) -> str:
    given = {
        "endpoint": "/xapi/",
        "auth": "Basic a2V5OnNlY3JldA==",
        "actor": json.dumps(ACTOR),
        "activity-id": ACTIVITY,
        **extra,
    }
    return " ".join(f"data-{name}='{value}'" for name, value in given.items() if value)
