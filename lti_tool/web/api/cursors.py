"""Opaque cursors: where the next page begins, in text that an address can carry."""

import base64
import binascii
from typing import Any

import orjson
from marshmallow import ValidationError, fields


def encode_cursor(value: Any) -> str:
    """A JSON value as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def decode_cursor(text: str) -> Any:
    """The value of a cursor; ValueError for a text that is none."""
    try:
        return orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, UnicodeError, orjson.JSONDecodeError) as error:
        raise ValueError("not a cursor") from error


class Cursor(fields.String):
    """The cursor of a list that is ordered by one text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            found = decode_cursor(str(text))
        except ValueError:
            found = None
        if not isinstance(found, str):
            raise ValidationError("must be `next` of an earlier answer")
        return found
