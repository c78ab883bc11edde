"""Reading entries of a parsed TOML table: each mistake is noted with its place, and reading goes on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

Value = TypeVar("Value")


class Wrong(Exception):  # noqa: N818 - never leaves this package
    """A value that cannot be used; the text says what is allowed."""


class Table:
    """One table of the file. `errors` is shared by all tables of a file.

    A table that is missing itself is named once: its entries are not said to be missing too.
    """

    def __init__(
        self, raw: Mapping[str, Any], place: str, errors: list[tuple[str, str]], *, missing: bool = False
    ) -> None:
        self.raw = raw
        self.place = place
        self.errors = errors
        self.missing = missing

    def at(self, key: str) -> str:
        """The place of an entry as a person would write it: `settings.structure.online`."""
        return f"{self.place}.{key}" if self.place else key

    def note(self, key: str, sentence: str) -> None:
        """Note a mistake at an entry."""
        self.errors.append((self.at(key), sentence))

    def lack(self, key: str) -> None:
        """Note that an entry is missing."""
        if not self.missing:
            self.note(key, "is missing")

    def take(self, key: str, read: Callable[[Any], Value], instead: Value) -> Value:
        """The entry as `read` makes it; `instead`, with the mistake noted, where it is missing or wrong."""
        if key not in self.raw:
            self.lack(key)
            return instead
        try:
            return read(self.raw[key])
        except Wrong as wrong:
            self.note(key, str(wrong))
            return instead

    def table(self, key: str, *, optional: bool = False) -> "Table":
        """A table inside this one; an empty one, with the mistake noted, where there is none."""
        found = self.raw.get(key)
        if isinstance(found, dict):
            return Table(found, self.at(key), self.errors)
        if found is not None:
            self.note(key, "must be a table")
        elif not optional:
            self.lack(key)
        return Table({}, self.at(key), self.errors, missing=True)

    def only(self, allowed: Iterable[str]) -> None:
        """Note every entry whose name is not known here."""
        names = sorted(allowed)
        for key in self.raw:
            if key not in names:
                self.note(key, f"is not known here; allowed are {', '.join(names)}")


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"must be a text, not {value!r}")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, without repetition."""
    if not isinstance(value, list):
        raise Wrong(f"must be a list of texts, not {value!r}")
    found = tuple(text(item) for item in value)
    if len(set(found)) < len(found):
        raise Wrong("must not name anything twice")
    return found


def one_of(allowed: Iterable[str]) -> Callable[[Any], str]:
    """A text among `allowed`."""
    names = tuple(allowed)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            raise Wrong(f"must be one of {', '.join(names)}; not {value!r}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A whole number from `least` to `most`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Wrong(f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    return read


def flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {value!r}")
    return value


def credits_(value: Any) -> Decimal:
    """Credits with one decimal place at most, by way of the number's own text: floats stay exact."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong(f"must be a number of credits, not {value!r}")
    found = Decimal(str(value))
    if not found.is_finite() or not 0 <= found <= 1000:
        raise Wrong(f"must be a number of credits from 0 to 1000, not {value!r}")
    if found * 10 != int(found * 10):
        raise Wrong(f"must have one decimal place at most, not {value!r}")
    return found


def day(value: Any) -> date:
    """A date."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise Wrong(f"must be a date such as 2021-10-29, not {value!r}")
    return value


def month_and_day(value: Any) -> tuple[int, int]:
    """A day of every year, as the text "09-01"; of a date its month and day are taken."""
    if isinstance(value, date):
        return value.month, value.day
    try:
        found = date.fromisoformat(f"2000-{value}") if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Wrong(f'must be month and day such as "09-01", not {value!r}')
    return found.month, found.day
