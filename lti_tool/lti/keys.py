"""The tool's own keys: made on first use, kept in the database, rotated without a failed call (Security Framework 6).

A platform may keep our key set as long as we say it may. So a new key is published at once, and signs only when every
copy of the key set that does not hold it must have been fetched again.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Connection

from lti_tool.storage.database import Database
from lti_tool.storage.dialects import take_turns
from lti_tool.storage.queries import lti

#: A retired key stays in the key set as long as something signed with it may still be checked.
AGED_OUT_AFTER = timedelta(days=30)

#: How long a platform may keep our key set.
KEY_SET_LIFETIME = timedelta(minutes=5)

#: How long a new key stands in the key set before it signs.
PUBLISHED_BEFORE_USE = 2 * KEY_SET_LIFETIME

_TURN = "signing key"


def signing_key(conn: Connection, now: datetime) -> tuple[str, str]:
    """The (kid, private PEM) that signs now; made on first use. Needs a unit of work that may write."""
    found = lti.find_signing_key(conn, now)
    if found is None:
        # Servers that start together on a fresh database want one key, not one each: whoever waited looks again.
        take_turns(conn, _TURN)
        found = lti.find_signing_key(conn, now)
    return (found["kid"], found["private_pem"]) if found is not None else _make(conn, now)


def rotate(conn: Connection, now: datetime) -> str:
    """Publish a new key, which signs in a moment; its kid. Old keys stay in the key set until they have aged out."""
    take_turns(conn, _TURN)
    lti.retire_keys(conn, now + PUBLISHED_BEFORE_USE)
    lti.remove_keys_retired_before(conn, now - AGED_OUT_AFTER)
    return _make(conn, now)[0]


def published(db: Database, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The public keys for platforms; the first key is made if there is none yet."""
    with db.read() as conn:
        found = key_set(conn, now)
    if found["keys"]:
        return found
    with db.begin() as conn:
        signing_key(conn, now)
        return key_set(conn, now)


def key_set(conn: Connection, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The public keys as a JWK set (RFC 7517)."""
    rows = lti.list_keys(conn, retired_after=now - AGED_OUT_AFTER)
    return {"keys": [_public_jwk(row["kid"], row["private_pem"]) for row in rows]}


def sign(conn: Connection, claims: dict[str, Any], now: datetime) -> str:
    """A compact JWS over `claims` by the current key."""
    kid, pem = signing_key(conn, now)
    return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": kid})


def _make(conn: Connection, now: datetime) -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    kid = secrets.token_hex(12)
    lti.add_key(conn, kid, pem, now)
    return kid, pem


def _public_jwk(kid: str, pem: str) -> dict[str, Any]:
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError(f"the key {kid} is no RSA key")
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {
        "kty": public["kty"],
        "n": public["n"],
        "e": public["e"],
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
    }
