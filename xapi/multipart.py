"""multipart/mixed: statements together with the bytes of their attachments (Communication 1.5.2)."""

import secrets
from collections.abc import Iterable, Sequence
from email.message import Message
from typing import Any

from xapi.attachments import has_digest
from xapi.errors import InvalidRequest
from xapi.store import attachments_of
from xapi.values import Statement

HASH_HEADER = "X-Experience-API-Hash"
_MOST_HEADER_BYTES = 8192


def media_type(content_type: str) -> tuple[str, dict[str, str]]:
    """The lower-case media type and its parameters."""
    message = Message()
    message["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    given = message.get_params(header="Content-Type") or []
    return message.get_content_type() if content_type else "", {name.lower(): str(value) for name, value in given[1:]}


def read_parts(body: bytes, boundary: str) -> list[tuple[Message, bytes]]:
    """The parts of a multipart body, as headers and bytes; bytes are untouched."""
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if not boundary or len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise InvalidRequest("the multipart body does not begin, part and end with its boundary")
    return [_read_part(piece) for piece in pieces[1:-1]]


def read_attachments(parts: Sequence[tuple[Message, bytes]]) -> dict[str, bytes]:
    """The attachment parts by their digest; each must be binary and be what its hash says."""
    found: dict[str, bytes] = {}
    for index, (headers, content) in enumerate(parts, start=1):
        place = f"part {index}"
        if headers.get("Content-Transfer-Encoding", "").lower() != "binary":
            raise InvalidRequest(f"{place} must have the header Content-Transfer-Encoding: binary")
        sha2 = headers.get(HASH_HEADER)
        if not sha2:
            raise InvalidRequest(f"{place} must have the header {HASH_HEADER}")
        if not has_digest(content, sha2):
            raise InvalidRequest(f"the bytes of {place} do not have the digest {sha2[:128]!r}")
        found[sha2] = content
    return found


def match_attachments(statements: Iterable[Any], contents: dict[str, bytes]) -> None:
    """Every part must be described by a statement; every attachment without fileUrl must have its part."""
    described: set[str] = set()
    for statement in statements:
        for attachment in attachments_of(statement):
            described.add(attachment["sha2"])
            if "fileUrl" not in attachment and attachment["sha2"] not in contents:
                raise InvalidRequest(
                    f"the attachment {attachment['sha2']} has neither bytes in this request nor fileUrl"
                )
    for sha2 in contents:
        if sha2 not in described:
            raise InvalidRequest(f"no statement of this request has an attachment with the digest {sha2}")


def write_multipart(first: bytes, attachments: Sequence[tuple[str, str, bytes]]) -> tuple[str, bytes]:
    """Content type and body of JSON followed by (media type, digest, bytes) parts."""
    boundary = secrets.token_hex(16)
    lines = [_head(boundary, "Content-Type: application/json"), first]
    for content_type, sha2, content in attachments:
        lines.append(
            _head(
                boundary,
                f"Content-Type: {content_type}",
                "Content-Transfer-Encoding: binary",
                f"{HASH_HEADER}: {sha2}",
            )
        )
        lines.append(content)
    lines.append(f"\r\n--{boundary}--\r\n".encode())
    return f"multipart/mixed; boundary={boundary}", b"".join(lines)


def described_types(statements: Iterable[Statement]) -> dict[str, str]:
    """The media type of every digest that statements describe."""
    return {item["sha2"]: item["contentType"] for statement in statements for item in attachments_of(statement)}


def _head(boundary: str, *headers: str) -> bytes:
    return ("\r\n".join(["", f"--{boundary}", *headers]) + "\r\n\r\n").encode()


def _read_part(piece: bytes) -> tuple[Message, bytes]:
    head, separator, content = piece.partition(b"\r\n\r\n")
    if not separator or len(head) > _MOST_HEADER_BYTES:
        raise InvalidRequest("a part of the multipart body has no end of its headers")
    headers = Message()
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidRequest("a part of the multipart body has a malformed header")
        headers[name.strip()] = value.strip()
    return headers, content
