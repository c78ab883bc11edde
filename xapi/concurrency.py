"""Optimistic concurrency by entity tags (Communication 3.1; RFC 9110 13.1)."""

from werkzeug.http import parse_etags

from xapi.calls import Call
from xapi.documents import Document
from xapi.errors import DocumentConflict, InvalidRequest, PreconditionFailed


def check_preconditions(call: Call, known: Document | None) -> None:
    """Raise `PreconditionFailed` unless the document is as If-Match and If-None-Match demand."""
    match, none_match = call.headers.get("If-Match"), call.headers.get("If-None-Match")
    tag = None if known is None else known.etag.strip('"')
    if match is not None:
        wanted = parse_etags(match)
        if tag is None or not (wanted.star_tag or wanted.contains(tag)):
            raise PreconditionFailed
    if none_match is not None and tag is not None:
        unwanted = parse_etags(none_match)
        if unwanted.star_tag or unwanted.contains_weak(tag):
            raise PreconditionFailed


def demand_preconditions(call: Call, known: Document | None) -> None:
    """Raise unless a PUT says what it expects: `DocumentConflict` if it would overwrite a document unseen.

    xAPI 1.0.3 demands a header of every PUT of a profile, even of a new one (Communication 2.6, 2.7).
    """
    if "If-Match" in call.headers or "If-None-Match" in call.headers:
        return
    if known is not None:
        raise DocumentConflict
    if call.major == 1:
        raise InvalidRequest("send If-None-Match: * to create a profile, or If-Match with its ETag to replace it")
