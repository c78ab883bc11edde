"""Optimistic concurrency by entity tags (Communication 3.1; RFC 9110 13.1)."""

from werkzeug.http import parse_etags

from xapi.calls import Call
from xapi.documents import Document
from xapi.errors import DocumentConflict, PreconditionFailed


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
    """Raise `DocumentConflict` if an existing document would be overwritten unseen."""
    if known is not None and "If-Match" not in call.headers and "If-None-Match" not in call.headers:
        raise DocumentConflict
