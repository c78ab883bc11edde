"""Large bodies are taken apart one at a time, so that a process needs the memory for one; small ones do not wait."""

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lti_tool.storage.database import Database
from tests.support.lrs import Lrs, Speaker
from tests.support.statements import ADL, LESSON, statement
from xapi.reserves import LARGE_BODY

_LONG_SECONDS, _A_WHILE_SECONDS = 30, 0.3


class Doorkeeper:
    """Holds everybody with a large statement until `opened`, and notes who has come in."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.first_came = threading.Event()
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    def __call__(self, _credential: object, said: dict[str, Any]) -> None:
        if "response" not in said.get("result", {}):
            return
        with self._lock:
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        self.first_came.set()
        self.opened.wait(_LONG_SECONDS)
        with self._lock:
            self.inside -= 1


def _large() -> dict[str, Any]:
    return statement(ADL + "experienced", LESSON, result={"response": "x" * LARGE_BODY})


def _zipped(speaker: Speaker) -> int:
    headers = {"Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(_large()).encode())
    assert len(body) < LARGE_BODY / 100
    answer = speaker.call("POST", "statements", body, headers=headers, content_type="application/json")
    return answer.status_code


@pytest.mark.parametrize("kind", ["plain", "zipped"])
def test_one_large_body_at_a_time_and_small_ones_meanwhile(db: Database, tmp_path: Path, kind: str) -> None:
    door = Doorkeeper()
    speaker = Lrs(db, tmp_path, refuse=door).speaker("all")

    def send() -> int:
        return _zipped(speaker) if kind == "zipped" else speaker.post(_large()).status_code

    with ThreadPoolExecutor(3) as pool:
        large = [pool.submit(send) for _ in range(3)]
        try:
            assert door.first_came.wait(_LONG_SECONDS)
            assert speaker.post(statement(ADL + "experienced", LESSON)).status_code == 200
            threading.Event().wait(_A_WHILE_SECONDS)
            assert door.inside == 1
        finally:
            door.opened.set()
        assert [one.result(_LONG_SECONDS) for one in large] == [200, 200, 200]
    assert door.most_inside == 1


def test_a_large_body_that_is_refused_leaves_room_for_the_next(db: Database, tmp_path: Path) -> None:
    speaker = Lrs(db, tmp_path).speaker("all")
    wrong = _large() | {"verb": "none"}
    assert speaker.post(wrong).status_code == 400
    assert speaker.post(_large()).status_code == 200
