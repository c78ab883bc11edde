"""The tool's own keys: made on first use, kept in the database, rotated without a failed launch (Security Framework 6)."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Connection

from lti_tool.storage.queries import lti

#: A retired key stays in the key set as long as something signed with it may still be checked.
AGED_OUT_AFTER = timedelta(days=30)


def signing_key(conn: Connection, now: datetime) -> tuple[str, str]:
    """The (kid, private PEM) that signs now; made on first use. Needs a unit of work that may write."""
    found = lti.find_signing_key(conn)
    if found is not None:
        return found["kid"], found["private_pem"]
    return _make(conn, now)


def rotate(conn: Connection, now: datetime) -> str:
    """Sign with a new key from now on; the new key's kid. Old keys stay in the key set until they have aged out."""
    lti.retire_keys(conn, now)
    lti.remove_keys_retired_before(conn, now - AGED_OUT_AFTER)
    return _make(conn, now)[0]


def key_set(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    """The public keys as a JWK set (RFC 7517)."""
    return {"keys": [_public_jwk(row["kid"], row["private_pem"]) for row in lti.list_keys(conn)]}


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
    public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)  # type: ignore[arg-type]
    return {
        "kty": public["kty"],
        "n": public["n"],
        "e": public["e"],
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
    }
