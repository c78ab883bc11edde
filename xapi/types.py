"""Column types: UUIDs as sixteen bytes and JSON as compact text, the same on SQLite and PostgreSQL."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

#: 64-bit key: SQLite's own rowid there.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class Uuid(TypeDecorator[str]):
    """A UUID as its lower-case text; sixteen bytes in the table."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return bytes.fromhex(value.replace("-", ""))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or dialect.name == "postgresql":
            return None if value is None else str(value)
        return str(UUID(bytes=bytes(value)))


class JsonText(TypeDecorator[Any]):
    """Any JSON value, stored as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else orjson.loads(value)
