"""Attachment descriptions (xAPI 1.0.3 Data 2.4.11)."""

import re
from typing import Any

from xapi.validation.iri import check_iri
from xapi.validation.language import check_language_map
from xapi.validation.problems import Path, Problems

#: The usage type that makes an attachment the signature of its statement (Data 2.6).
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"

_ATTACHMENT_KEYS = frozenset({"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"})
_REQUIRED = ("usageType", "display", "contentType", "length", "sha2")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(?:\s*;.*)?", re.ASCII)
_SHA2 = re.compile(r"(?:[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})")


def check_attachments(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not list:
        problems.add(path, "array", "must be a list of attachments")
        return
    for index, attachment in enumerate(value):
        _check_attachment(attachment, (path, index), problems)


def _check_attachment(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an attachment")
        return
    if not value.keys() <= _ATTACHMENT_KEYS:
        problems.unknown(path, value, _ATTACHMENT_KEYS)
    for name in _REQUIRED:
        if name not in value:
            problems.add((path, name), "required", "an attachment must have it")
    for name, check in _ATTACHMENT_CHECKS:
        if name in value:
            check(value[name], (path, name), problems)


def _check_media_type(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or _MEDIA_TYPE.fullmatch(value) is None:
        problems.add(path, "media_type", "must be an Internet media type, such as application/pdf")


def _check_length(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not int or value < 0:
        problems.add(path, "integer", "must be the number of bytes")


def _check_sha2(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not str or _SHA2.fullmatch(value) is None:
        problems.add(path, "sha2", "must be a SHA-2 digest in hexadecimal digits")


_ATTACHMENT_CHECKS = (
    ("usageType", check_iri),
    ("display", check_language_map),
    ("description", check_language_map),
    ("contentType", _check_media_type),
    ("length", _check_length),
    ("sha2", _check_sha2),
    ("fileUrl", check_iri),
)
