"""Bulk import of existing statements: one JSON object a line, resumable, and no line is lost.

How far a file has come is written in the same transaction as its statements, so an import that was interrupted goes on
exactly where it stopped. A line that is wrong does not stop it: it goes into an errors file with its number and reason,
as it was, to be mended and imported by itself.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from xapi.errors import XapiError
from xapi.moments import to_microseconds
from xapi.multipart import match_attachments
from xapi.parsing import parse_object
from xapi.rows import Derived
from xapi.store import Store
from xapi.tables import imports
from xapi.values import Conflict, Credential, Duplicate, Stored

Progress = Callable[[int, int], None]

_PER_UNIT = 200
_TAKEN = "another statement with this id is stored already"


@dataclass(slots=True)
class ImportResult:
    """What became of the lines that this run read."""

    stored: int = 0
    known: int = 0
    """Equal statements were there already."""
    set_aside: int = 0
    resumed_after: int = 0
    """Lines that an earlier run had done."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    end: int
    """Where in the file it ends."""
    text: bytes


@dataclass(slots=True)
class _Unit:
    """Lines that are stored together: of one version of xAPI, no id twice."""

    major: int = 1
    end: int = 0
    last: int = 0
    good: list[tuple[_Line, Derived]] = field(default_factory=list)
    wrong: list[tuple[_Line, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.good) + len(self.wrong)

    def takes(self, one: Derived, major: int) -> bool:
        ids = {other.prepared.id for _, other in self.good}
        return not self.good or (major == self.major and one.prepared.id not in ids)


def import_lines(
    store: Store,
    path: Path,
    credential: Credential,
    *,
    errors_to: Path,
    progress: Progress = lambda _done, _size: None,
) -> ImportResult:
    """Store the statements of a file (JSON Lines) under a credential's authority.

    `progress(done, size)` is told, in bytes, after every unit. A statement that names version 2.0 is read as such.
    """
    source = _source(path)
    with store.read() as conn:
        offset, done = _find_position(conn, source)
    size = path.stat().st_size
    offset, done = (offset, done) if offset <= size else (0, 0)
    result = ImportResult(resumed_after=done)
    errors = _ErrorsFile(errors_to, done)
    for unit in _units(store, _lines(path, offset, done), credential):
        _store(store, unit, credential, source, result, errors)
        progress(unit.end, size)
    return result


def _units(store: Store, lines: Iterator[_Line], credential: Credential) -> Iterator[_Unit]:
    unit = _Unit()
    for line in lines:
        try:
            one, major = _prepare(store, line.text, credential)
        except XapiError as error:
            unit.wrong.append((line, _reason(error)))
        else:
            if not unit.takes(one, major):
                yield unit
                unit = _Unit()
            unit.major = major
            unit.good.append((line, one))
        unit.end, unit.last = line.end, line.number
        if unit.size >= _PER_UNIT:
            yield unit
            unit = _Unit()
    if unit.size:
        yield unit


def _prepare(store: Store, text: bytes, credential: Credential) -> tuple[Derived, int]:
    statement = parse_object(text)
    version = statement.get("version")
    major = 2 if isinstance(version, str) and version.startswith("2") else 1
    [one] = store.prepare([statement], credential, major=major, single=True)
    match_attachments([one.prepared.statement], {})
    return one, major


def _store(
    store: Store,
    unit: _Unit,
    credential: Credential,
    source: str,
    result: ImportResult,
    errors: "_ErrorsFile",
) -> None:
    def work(conn: Connection) -> list[Any]:
        outcomes = store.store_what_fits(conn, [one for _, one in unit.good], credential)
        _write_position(conn, source, unit, to_microseconds(store.clock()))
        taken = [line for (line, _), one in zip(unit.good, outcomes, strict=True) if isinstance(one, Conflict)]
        errors.keep([*unit.wrong, *((line, _TAKEN) for line in taken)])  # before it counts as done
        return list(outcomes)

    outcomes = store.write(work)
    result.stored += sum(isinstance(one, Stored) for one in outcomes)
    result.known += sum(isinstance(one, Duplicate) for one in outcomes)
    result.set_aside += len(unit.wrong) + sum(isinstance(one, Conflict) for one in outcomes)
    errors.done = unit.last


class _ErrorsFile:
    """JSON Lines of {line, reason, text}; made only when there is something to say."""

    def __init__(self, path: Path, done: int) -> None:
        self._path = path
        self.done = done
        """The last line that is done for good; entries beyond it are of a unit that was not."""
        if not done:
            path.unlink(missing_ok=True)

    def keep(self, entries: list[tuple[_Line, str]]) -> None:
        """Note lines of the unit at hand, in place of what an attempt that failed had noted."""
        before = self._path.read_bytes().splitlines() if self._path.exists() else []
        kept = [entry for entry in before if orjson.loads(entry)["line"] <= self.done]
        if not entries and len(kept) == len(before):
            return
        new = [
            orjson.dumps({"line": line.number, "reason": reason, "text": line.text.decode(errors="replace")})
            for line, reason in sorted(entries, key=lambda entry: entry[0].number)
        ]
        self._path.write_bytes(b"".join(entry + b"\n" for entry in [*kept, *new]))


def _lines(path: Path, offset: int, done: int) -> Iterator[_Line]:
    """The lines that are not empty, from an offset on."""
    with path.open("rb") as file:
        file.seek(offset)
        for number, text in enumerate(file, start=done + 1):
            offset += len(text)
            if text.strip():
                yield _Line(number, offset, text.strip())


def _source(path: Path) -> str:
    """What a file is known by; another file under the same name begins from its start."""
    with path.open("rb") as file:
        return f"{path.resolve()} {hashlib.sha256(file.readline()).hexdigest()}"


def _find_position(conn: Connection, source: str) -> tuple[int, int]:
    row = conn.execute(select(imports).where(imports.c.source == source)).first()
    return (0, 0) if row is None else (row.offset, row.lines)


def _write_position(conn: Connection, source: str, unit: _Unit, now: int) -> None:
    conn.execute(delete(imports).where(imports.c.source == source))
    conn.execute(insert(imports).values(source=source, offset=unit.end, lines=unit.last, updated=now))


def _reason(error: XapiError) -> str:
    """Every broken rule in one sentence."""
    told = "; ".join(f"{detail['path']}: {detail['message']}" for detail in error.details if detail["path"])
    return told or error.message
