"""How a refusal looks from outside and in the database."""

import base64
import json
from typing import Any

from werkzeug.test import TestResponse

from lti_tool.lti.errors import SENTENCES
from lti_tool.storage.queries import lti
from lti_tool.storage.tables import lti as t
from tests.support.platform import Claims, Platform, Tool

#: What a launch that succeeds writes down.
LEFT_BEHIND = (t.lti_contexts, t.lti_resource_links, t.lti_members, t.lti_sessions, t.lti_deployments)


def refusals(tool: Tool) -> int:
    return tool.count(t.lti_refusals)["lti_refusals"]


def refused(
    tool: Tool, answer: TestResponse, code: str, *, platform: Platform | None, because: str = "", rows: int = 1
) -> None:
    """A page with the status of its code, an entry (now `rows`) that names platform and reason, and nothing else."""
    assert (answer.status_code, answer.text) == (SENTENCES[code].status, f"refused: {code}")
    assert "Location" not in answer.headers
    assert not any(header.startswith("xuefen_") for header in answer.headers.getlist("Set-Cookie"))
    with tool.db.read() as conn:
        entries = lti.list_refusals(conn, limit=1)
    assert tool.count(t.lti_refusals) == {"lti_refusals": rows}
    assert entries[0]["code"] == code
    assert entries[0]["at"] == tool.clock()
    assert entries[0]["platform_id"] == (platform.number if platform else None)
    assert because in entries[0]["detail"]


def unsigned(header: dict[str, Any], claims: Claims, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
