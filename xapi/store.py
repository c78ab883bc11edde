"""The store: what the host builds once and hands to `create_blueprint`."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import orjson
from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.exc import DBAPIError

from xapi.attachments import AttachmentFiles, link_attachments
from xapi.batches import Batch, conflict_in, refuse_repeated_ids
from xapi.commands import Writer, outcomes_of
from xapi.credentials import load_credentials
from xapi.dialects import is_unavailable, is_worth_another_try
from xapi.errors import Forbidden, InvalidStatement, Unauthenticated, Unavailable, XapiError
from xapi.gathering import Gathering
from xapi.limits import RateLimits
from xapi.memory import Memory
from xapi.moments import Clock, from_microseconds, utc_now
from xapi.opening import Opening, open_writing
from xapi.prepare import prepare_statement
from xapi.remembered import RememberedCredentials
from xapi.rights import check_speaker
from xapi.rows import Derived, derive
from xapi.sequence import Sequence as Order
from xapi.sequence import stored_at
from xapi.shared_rows import SharedRows
from xapi.tables import statements, voids
from xapi.validation import Problems, check_statement
from xapi.values import Credential, Outcome, Statement, Stored, StoredStatement

Connect: TypeAlias = Callable[[], AbstractContextManager[Connection]]
Hook: TypeAlias = Callable[[Connection, Sequence[StoredStatement]], None]
Refusal: TypeAlias = Callable[[Credential, Statement], str | None]
_T = TypeVar("_T")
_Judgement: TypeAlias = list[Outcome] | XapiError

_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.01
#: Statements that are stored in one transaction, if they come in smaller batches.
_MOST_TOGETHER = 100


class Store:
    """A record store on the host's database.

    `begin` and `read` give context managers with a SQLAlchemy connection: a unit of work that commits at
    its end, and a connection to read from.

    `on_stored(conn, batch)` is the one hook: called inside the transaction with the statements that are new,
    before anything is acknowledged; if it raises, nothing is stored. A unit of work that meets a deadlock
    or a race is done again from its beginning, the hook with it.

    `refuse(credential, statement)` may say in a sentence why this credential may not send this (valid)
    statement; the request is then answered with 403. Verbs listed in the credential's attribute
    `forbidden_verbs` are refused without it.

    `home_page` is the address that statements name as the home of our credentials in their `authority`.
    """

    def __init__(
        self,
        begin: Connect,
        read: Connect,
        *,
        attachments_dir: Path,
        on_stored: Hook | None = None,
        refuse: Refusal | None = None,
        clock: Clock = utc_now,
        max_body_bytes: int = 10_485_760,
        home_page: str = "http://localhost/xapi",
    ) -> None:
        self.begin = begin
        self.read = read
        self.clock = clock
        self.files = AttachmentFiles(attachments_dir)
        self.max_body_bytes = max_body_bytes
        self.home_page = home_page
        self.limits = RateLimits(clock)
        self.memory = Memory()
        self.remembered = RememberedCredentials()
        self._on_stored = on_stored
        self._refuse = refuse
        self._order = Order(clock)
        self._shared = SharedRows()
        self._gathering = Gathering(self._store_all, most=_MOST_TOGETHER, weigh=lambda batch: len(batch.derived))

    def authority_of(self, credential: Credential) -> dict[str, Any]:
        """The Agent under whose authority a credential's statements stand (Data 2.4.9)."""
        account = {"homePage": self.home_page, "name": credential.key}
        return {"objectType": "Agent", "name": credential.name, "account": account}

    def accept(
        self,
        sent: Sequence[Any],
        credential: Credential,
        *,
        major: int = 1,
        attachments: Mapping[str, bytes] | None = None,
        single: bool = False,
        confirm: bool = False,
    ) -> list[str]:
        """Validate and store what was sent, all of it or nothing; the ids in order.

        `attachments` are bytes by their digest. `single`: the request held one statement, not a list, which
        shortens the paths in errors. `confirm`: store only if the credential is in force, as the transaction sees it.
        Raises InvalidStatement, Forbidden, StatementConflict, Unavailable, Unauthenticated.
        """
        derived = self.prepare(sent, credential, major=major, single=single)
        batch = Batch(derived, credential, attachments or {}, confirm=confirm)
        self.files.write(batch.contents)
        return self._gathering.do(batch) if _goes_with_others(batch) else self._store_alone(batch)

    def store_statements(self, conn: Connection, sent: Sequence[Statement], credential: Credential) -> list[str]:
        """Store statements that the host itself makes, within its unit of work; their ids in order."""
        return _ids_of(self._store(conn, [Batch(self.prepare(sent, credential), credential)])[0])

    def store_what_fits(self, conn: Connection, derived: Sequence[Derived], credential: Credential) -> list[Outcome]:
        """Store prepared statements within a unit of work; those in conflict are left out, and told as such."""
        return _outcomes_of(self._store(conn, [Batch(derived, credential, is_whole=False)])[0])

    def prepare(
        self, sent: Sequence[Any], credential: Credential, *, major: int = 1, single: bool = False
    ) -> list[Derived]:
        """Validate, check what the credential may say, and derive all rows; no database is touched."""
        problems = Problems()
        for index, statement in enumerate(sent):
            check_statement(statement, None if single else (None, index), problems, major=major)
        if problems:
            raise InvalidStatement(details=[problem.as_detail() for problem in problems])
        for index, statement in enumerate(sent):
            self._check_allowed(credential, statement, "" if single else f"[{index}]")
        authority = self.authority_of(credential)
        derived = [derive(prepare_statement(statement, credential, authority, major)) for statement in sent]
        refuse_repeated_ids(derived)
        return derived

    def write(self, work: Callable[[Connection], _T]) -> _T:
        """Do a unit of work, again if it met a race; `Unavailable` if it cannot be done now."""
        pause = _FIRST_PAUSE_SECONDS
        for left in reversed(range(_TRIES)):
            try:
                with self.begin() as conn:
                    return work(conn)
            except DBAPIError as error:
                if is_unavailable(error) or (is_worth_another_try(error) and not left):
                    raise Unavailable from error
                if not is_worth_another_try(error):
                    raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, keeps no secret
            pause *= 2
        raise Unavailable

    def count(self, conn: Connection, tenant: str | None = None) -> int:
        """How many statements there are, of one tenant or in all."""
        query = select(func.count()).select_from(statements)
        return conn.scalar(query if tenant is None else query.where(statements.c.tenant == tenant)) or 0

    def iterate(self, conn: Connection, after: int = 0, limit: int = 500) -> list[tuple[int, StoredStatement]]:
        """The next statements in the order of storing, voided ones included, as (seq, statement).

        Pass the last seq as `after` to go on. They are told as the hook was told them.
        """
        victims = statements.alias()
        within_reach = or_(voids.c.tenant.is_(None), voids.c.tenant == victims.c.tenant)
        query = (
            select(statements, victims.c.id.label("target"))
            .outerjoin(voids, voids.c.seq == statements.c.seq)
            .outerjoin(victims, and_(victims.c.id == voids.c.target, within_reach))
            .where(statements.c.seq > after)
            .order_by(statements.c.seq)
            .limit(limit)
        )
        rows = conn.execute(query).all()
        senders = load_credentials(conn, {row.credential_id for row in rows})
        return [(row.seq, _read(row, senders[row.credential_id])) for row in rows]

    def _store_all(self, batches: Sequence[Batch]) -> Sequence[list[str] | Exception]:
        """Store batches of several senders in one transaction; the ids of each, or why it was refused.

        If that fails, each is done by itself: nobody's statements are refused for what others sent. Where there is no
        database to be had, nobody asks for it again.
        """
        if len(batches) > 1 and not _have_ids_in_common(batches):
            try:
                with self.begin() as conn:
                    answers = self._store(conn, batches)
            except DBAPIError as error:
                if is_unavailable(error):
                    return [_unavailable(error) for _ in batches]
            except Exception:  # noqa: BLE001, S110 - whatever it is, it meets the one whom it concerns below
                pass
            else:
                return [answer if isinstance(answer, XapiError) else _ids_of(answer) for answer in answers]
        return [_answer_or_error(self._store_alone, batch) for batch in batches]

    def _store_alone(self, batch: Batch) -> list[str]:
        return _ids_of(self.write(lambda conn: self._store(conn, [batch]))[0])

    def _store(self, conn: Connection, batches: Sequence[Batch]) -> list[_Judgement]:
        """Store what is new; what became of each statement of each batch, or why nothing of it was stored."""
        ids = [id_ for batch in batches for id_ in batch.ids]
        senders = {batch.credential.id for batch in batches}
        refers = any(batch.refers for batch in batches)
        opening = open_writing(conn, self.clock(), ids, senders, refers=refers)
        judged = [_judge(batch, opening) for batch in batches]
        new = [one for batch, judgement in zip(batches, judged, strict=True) for one in _new_ones(batch, judgement)]
        stored, seqs = Writer(conn, self._order, self._shared).store(new)
        for batch in batches:
            if batch.contents:
                link_attachments(conn, _links(new, seqs, batch.contents))
        if stored and self._on_stored is not None:
            self._on_stored(conn, stored)
        return judged

    def _check_allowed(self, credential: Credential, statement: Statement, place: str) -> None:
        check_speaker(credential, statement, place)
        verb = statement["verb"]["id"]
        if verb in credential.attributes.get("forbidden_verbs", ()):
            raise Forbidden(f"this credential may not send {verb}")
        reason = self._refuse(credential, statement) if self._refuse is not None else None
        if reason:
            raise Forbidden(reason, details=[{"path": place, "rule": "credential", "message": reason}])


def _goes_with_others(batch: Batch) -> bool:
    """Whether it may be stored in one transaction with the batches of others.

    What refers to other statements keeps everybody else waiting (`xapi.opening`), attachments belong to their own
    batch, and a large batch gains nothing.
    """
    return 2 * len(batch.derived) <= _MOST_TOGETHER and not batch.refers and not batch.contents


def _have_ids_in_common(batches: Sequence[Batch]) -> bool:
    ids = [id_ for batch in batches for id_ in batch.ids]
    return len(set(ids)) < len(ids)


def _judge(batch: Batch, opening: Opening) -> _Judgement:
    if batch.confirm and batch.credential.id not in opening.in_force:
        return Unauthenticated()
    outcomes = outcomes_of(batch.derived, opening.known)
    return (conflict_in(outcomes) if batch.is_whole else None) or outcomes


def _new_ones(batch: Batch, judgement: _Judgement) -> list[Derived]:
    if isinstance(judgement, XapiError):
        return []
    return [one for one, outcome in zip(batch.derived, judgement, strict=True) if isinstance(outcome, Stored)]


def _outcomes_of(judgement: _Judgement) -> list[Outcome]:
    if isinstance(judgement, XapiError):
        raise judgement
    return judgement


def _ids_of(judgement: _Judgement) -> list[str]:
    return [outcome.id for outcome in _outcomes_of(judgement)]


def _answer_or_error(do: Callable[[Batch], list[str]], batch: Batch) -> list[str] | Exception:
    try:
        return do(batch)
    except Exception as error:  # noqa: BLE001 - raised where the batch came from
        return error


def _unavailable(cause: Exception) -> Unavailable:
    error = Unavailable()
    error.__cause__ = cause  # for the log
    return error


def _links(new: Sequence[Derived], seqs: Sequence[int], contents: Mapping[str, bytes]) -> list[tuple[int, str]]:
    return [
        (seq, attachment["sha2"])
        for seq, one in zip(seqs, new, strict=True)
        for attachment in attachments_of(one.prepared.statement)
        if attachment["sha2"] in contents
    ]


def attachments_of(statement: Statement) -> list[dict[str, Any]]:
    """The attachments of a statement and of its SubStatement."""
    found = list(statement.get("attachments", ()))
    if statement["object"].get("objectType") == "SubStatement":
        found.extend(statement["object"].get("attachments", ()))
    return found


def _read(row: Any, credential: Credential) -> StoredStatement:
    return StoredStatement(
        id=row.id,
        statement=orjson.loads(row.statement),
        stored=stored_at(row.seq),
        timestamp=from_microseconds(row.timestamp),
        credential=credential,
        voided=row.voided,
        voids=row.target,
    )
