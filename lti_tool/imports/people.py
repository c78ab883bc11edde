"""Who the rows of a sheet are about: found by the programme's own number, else by an account; the name must agree."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from lti_tool.domain.identifiers import account_key
from lti_tool.imports.cells import Reader, same_name
from lti_tool.imports.reasons import Reason, because
from lti_tool.storage.queries import people
from lti_tool.storage.queries.roster_sheets import list_account_owners
from lti_tool.storage.types import Row


class People:
    """The roster of a programme, asked for many rows at once."""

    def __init__(self, programme_id: str) -> None:
        self._programme_id = programme_id
        self._by_name: Mapping[str, Collection[str]] | None = None

    def find(self, conn: Connection, readers: Sequence[Reader]) -> list[Row | Reason]:
        """The participant of each row, or why nobody of the roster is meant."""
        keys = {key for reader in readers for key in _keys(reader) if key is not None}
        owners = people.find_people(conn, self._programme_id, sorted(keys))
        if any(None in _keys(reader) for reader in readers) and self._by_name is None:
            self._by_name = list_account_owners(conn, self._programme_id)
        named = [self._ids(reader, owners) for reader in readers]
        wanted = sorted({id_ for ids in named for id_ in ids})
        rows = {row["id"]: row for row in people.list_people(conn, self._programme_id, wanted)}
        return [
            _choose(reader, [rows[id_] for id_ in ids if id_ in rows])
            for reader, ids in zip(readers, named, strict=True)
        ]

    def _ids(self, reader: Reader, owners: Mapping[str, str]) -> list[str]:
        """Who may be meant, the surest first: by number, then by each account."""
        found = [reader.line["participant"]]
        for account in reader.listed("account"):
            key = key_of_account(account, reader.line["home_page"])
            found += sorted((self._by_name or {}).get(account, ())) if key is None else [owners.get(key, "")]
        return [id_ for id_ in dict.fromkeys(found) if id_]


def key_of_account(account: str, home_page: str) -> str | None:
    """The identifier key of an account, written `homePage|name` or beside its platform's address; None without one."""
    page, bar, name = account.rpartition("|")
    if bar:
        return account_key(page, name)
    return account_key(home_page, account) if home_page else None


def _keys(reader: Reader) -> list[str | None]:
    return [key_of_account(account, reader.line["home_page"]) for account in reader.listed("account")]


def _choose(reader: Reader, rows: Sequence[Row]) -> Row | Reason:
    """The participant of the row's number; without one in the roster, of its account."""
    number, account, name = (reader.line[code] for code in ("participant", "account", "name"))
    if not number and not account:
        return because("nobody_named")
    if not rows:
        return because("unknown_participant", id=number) if number else because("unknown_account", account=account)
    by_number = [row for row in rows if row["id"] == number]
    if not by_number and len(rows) > 1:
        return because("several_accounts", account=account)
    chosen = (by_number or rows)[0]
    return chosen if same_name(chosen["name"], name) else because("other_name", name=chosen["name"])
