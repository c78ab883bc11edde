"""Signed statements (xAPI 1.0.3 Data 2.6): a JSON Web Signature over the statement, attached to it."""

import base64
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS

from xapi.equivalence import are_equivalent
from xapi.errors import InvalidJson, InvalidStatement
from xapi.parsing import parse_object
from xapi.validation import Problems, check_statement
from xapi.validation.attachment import SIGNATURE
from xapi.values import Statement

ALGORITHMS = ["RS256", "RS384", "RS512"]
_CONTENT_TYPE = "application/octet-stream"


def check_signatures(statement: Statement, contents: dict[str, bytes], major: int) -> None:
    """Raise `InvalidStatement` if an attached signature is not a signature of this statement.

    The payload must be the statement; where the header carries the signer's certificate (x5c) the signature
    must verify with it. Whether the certificate itself is trusted is for those who read the statement.
    """
    for index, attachment in enumerate(statement.get("attachments", ())):
        if attachment["usageType"] == SIGNATURE:
            _check(statement, attachment, contents, f"attachments[{index}]", major)


def _check(statement: Statement, attachment: dict[str, Any], contents: dict[str, bytes], path: str, major: int) -> None:
    if attachment["contentType"] != _CONTENT_TYPE:
        raise _wrong(f"{path}.contentType", f"a signature must have the content type {_CONTENT_TYPE}")
    token = contents.get(attachment["sha2"])
    if token is None:
        raise _wrong(path, "the bytes of a signature must come with its statement")
    payload = _read_payload(token, path)
    problems = Problems()
    check_statement(payload, None, problems, major=major)
    if problems or not are_equivalent(_unsigned(statement), _unsigned(payload)):
        raise _wrong(path, "the payload of the signature is not this statement")


def _unsigned(statement: Statement) -> Statement:
    """The statement before signatures were added, which is what was signed."""
    others = [item for item in statement.get("attachments", ()) if item["usageType"] != SIGNATURE]
    kept = {name: value for name, value in statement.items() if name != "attachments"}
    return {**kept, "attachments": others} if others else kept


def _read_payload(token: bytes, path: str) -> dict[str, Any]:
    jws = PyJWS(algorithms=ALGORITHMS)
    try:
        header = jws.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise _wrong(path, f"a signature must use one of {', '.join(ALGORITHMS)}")
        key = _certified_key(header.get("x5c"))
        options: Any = {"verify_signature": key is not None}
        return parse_object(jws.decode_complete(token, key or "", algorithms=ALGORITHMS, options=options)["payload"])
    except (jwt.PyJWTError, ValueError, TypeError, InvalidJson) as error:
        raise _wrong(path, "the signature is not a valid JSON Web Signature with a JSON payload") from error


def _certified_key(chain: Any) -> RSAPublicKey | None:
    """The key of the first certificate of an x5c header; None where there is no such header."""
    if chain is None:
        return None
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        raise ValueError("x5c must be a list of certificates")
    key = x509.load_der_x509_certificate(base64.b64decode(chain[0])).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the certificate does not hold an RSA key")
    return key


def _wrong(path: str, message: str) -> InvalidStatement:
    return InvalidStatement(message, details=[{"path": path, "rule": "signature", "message": message}])
