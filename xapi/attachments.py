"""The bytes of attachments: files named by their digest, outside the rows (Data 2.4.11)."""

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, insert, select

from xapi.tables import statement_attachments

_ALGORITHMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


def has_digest(content: bytes, sha2: str) -> bool:
    """Whether these bytes have this SHA-2 digest (224 to 512 bits, told by its length)."""
    name = _ALGORITHMS.get(len(sha2))
    return name is not None and hashlib.new(name, content).hexdigest() == sha2.lower()


class AttachmentFiles:
    """A folder of files; equal bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Keep bytes under their digest, surely on disk when this returns; before the rows that name them."""
        for sha2, content in contents.items():
            path = self._path(sha2)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)

    def read(self, sha2: str) -> bytes:
        """The bytes of a digest; FileNotFoundError if they are gone."""
        return self._path(sha2).read_bytes()

    def _path(self, sha2: str) -> Path:
        if not sha2.isalnum():
            raise ValueError(f"not a digest: {sha2!r}")
        return self._folder / sha2[:2].lower() / sha2.lower()


def link_attachments(conn: Connection, links: Sequence[tuple[int, str]]) -> None:
    """Remember which statement (by seq) came with which bytes."""
    if links:
        conn.execute(insert(statement_attachments), [{"seq": seq, "sha2": sha2} for seq, sha2 in sorted(set(links))])


def find_attachments(conn: Connection, seqs: Sequence[int]) -> set[str]:
    """The digests of all bytes that came with these statements."""
    query = select(statement_attachments.c.sha2).where(statement_attachments.c.seq.in_(seqs))
    return set(conn.scalars(query))
