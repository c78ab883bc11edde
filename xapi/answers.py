"""What a resource answers, and the headers that every answer carries."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response

JSON = "application/json"

#: Content on any origin may send and read with a credential; cookies play no part.
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Last-Modified, Content-Type, Retry-After, X-Experience-API-Version, X-Experience-API-Consistent-Through"
    ),
}
PREFLIGHT_HEADERS = {
    **CORS_HEADERS,
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Content-Encoding, Accept, Accept-Language, If-Match, If-None-Match,"
        " X-Experience-API-Version"
    ),
    "Access-Control-Max-Age": "86400",
}


@dataclass(slots=True)
class Answer:
    """Status, body and headers."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def to_response(self, version: str) -> Response:
        response = Response(self.body, status=self.status)
        if self.status == 204:
            response.headers.pop("Content-Type", None)
        else:
            response.headers["Content-Type"] = self.content_type
        response.headers.update(CORS_HEADERS)
        response.headers["X-Experience-API-Version"] = version
        response.headers.update(self.headers)
        return response


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, orjson.dumps(value), headers=headers or {})
