"""Marshmallow fields for what a programme file holds: TOML's own dates, exact credits, non-empty names."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

#: Ids stand in IRIs (contract §6), so they hold nothing that a path segment could not.
ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"


def identifier(**kwargs: Any) -> fields.String:
    """An id that can stand in an IRI."""
    pattern = validate.Regexp(
        rf"\A{ID_PATTERN}\Z",
        error="must be letters, digits and . _ ~ - only, 128 at most, not beginning with a sign",
    )
    return fields.String(validate=pattern, **kwargs)


def a_name(**kwargs: Any) -> fields.String:
    """A text for people, not empty."""
    return fields.String(validate=validate.Length(1, 300), **kwargs)


class TomlDate(fields.Field[date]):
    """A TOML local date (2026-09-01), not a time."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:  # noqa: ARG002
        if isinstance(value, datetime) or not isinstance(value, date):
            raise ValidationError("must be a date without quotes, such as 2026-09-01")
        return value


class TomlDateTime(fields.Field[datetime]):
    """A TOML date and time; without an offset it is in the programme's zone."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        if not isinstance(value, datetime):
            raise ValidationError("must be a date and time without quotes, such as 2026-11-07T08:30:00")
        return value


class Credits(fields.Field[Decimal]):
    """Credits: a positive number with at most one decimal place."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:  # noqa: ARG002
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("must be a number of credits, such as 2 or 2.5")
        amount = Decimal(str(value))
        if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.1")):
            raise ValidationError("must be above 0, with one decimal place at most")
        return amount
