"""Column types that keep their promises on both databases: aware times, exact decimals, JSON by orjson."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

#: A row by its columns' names, read-only: what a query gives, or a plain dict.
Row = Mapping[Any, Any]

_Reader = Callable[[Any], Any]


def _or_none(read: _Reader) -> _Reader:
    """What SQLAlchemy calls for every value of a column: one call deep, since a history has thousands of rows."""
    return lambda value: None if value is None else read(value)


#: Key of a table that grows without bound: 64 bits on PostgreSQL, SQLite's own rowid there.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as microseconds since 1970 UTC: exact, ordered and the same on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be stored: {value!r}")
        return to_microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reader:  # noqa: ARG002
        return _or_none(from_microseconds)


class DecimalText(TypeDecorator[Decimal]):
    """An exact decimal, stored as its text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reader:  # noqa: ARG002
        return _or_none(Decimal)


class JsonText(TypeDecorator[Any]):
    """Any JSON value, stored as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else orjson.dumps(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reader:  # noqa: ARG002
        return _or_none(orjson.loads)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, in integer arithmetic."""
    since = moment.astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(value: int) -> datetime:
    """The aware UTC moment of `to_microseconds`."""
    return _EPOCH + timedelta(0, value // 1_000_000, value % 1_000_000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
