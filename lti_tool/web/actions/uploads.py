"""A form with a file in it: written to the disk as it comes in, never whole in memory."""

import tempfile
from pathlib import Path
from typing import IO

from flask import request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from lti_tool.web.access import refuse_nul_in
from lti_tool.web.errors import WebError

_FORM_BYTES = 1 << 16  # everything of a form but its file
_MOST_PARTS = 20


def receive_form(folder: Path, most_bytes: int) -> tuple[MultiDict[str, str], FileStorage | None]:
    """The fields of the request's form and its file `package`, which lies in `folder` (its stream has a name)."""

    def open_file(
        total_content_length: int | None,  # noqa: ARG001 - what werkzeug calls it with
        content_type: str | None,  # noqa: ARG001
        filename: str | None,  # noqa: ARG001
        content_length: int | None = None,  # noqa: ARG001
    ) -> IO[bytes]:
        return tempfile.NamedTemporaryFile(dir=folder, delete=False)  # the folder goes, and the file with it

    parser = FormDataParser(
        stream_factory=open_file,
        max_form_memory_size=_FORM_BYTES,
        max_content_length=most_bytes + _FORM_BYTES,
        max_form_parts=_MOST_PARTS,
    )
    try:
        _, form, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge:
        raise too_large(most_bytes) from None
    refuse_nul_in([*form.values(), *(file.filename or "" for file in files.values())])
    sent = files.get("package")
    if sent is None or not sent.filename:
        return form, None
    sent.stream.flush()
    return form, sent


def too_large(most_bytes: int) -> WebError:
    return WebError(
        413,
        "too_large",
        gettext("The file is larger than %(number)s MB.", number=most_bytes >> 20),
        advice=gettext("Make its films and pictures smaller, or put the films elsewhere and link to them."),
    )
