"""The platform's own signing keys and its copies of the tools' key sets."""

import json
import threading
from datetime import timedelta
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from jwt.types import Options

from lti_tool.clock import Clock

_TIMEOUT_SECONDS = 5


class SigningKey:
    """An RS256 key with its name."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": self.kid})

    def public(self) -> dict[str, Any]:
        """The public half as a JWK."""
        jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(self._private.public_key()))
        jwk.pop("key_ops", None)
        return {**jwk, "kid": self.kid, "alg": "RS256", "use": "sig"}


class ToolKeys:
    """Tools' key sets, fetched over HTTP, kept, and fetched again when a signature does not verify."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sets: dict[str, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def verify(self, token: str, jwks_url: str) -> dict[str, Any]:
        """The claims of a token signed by the tool, times unchecked; raises `jwt.InvalidTokenError`."""
        kid = jwt.get_unverified_header(token).get("kid")
        if not kid:
            raise jwt.InvalidTokenError("no kid in the header")
        try:
            return self._decode(token, kid, self._keys(jwks_url, fresh=False))
        except jwt.InvalidTokenError:
            return self._decode(token, kid, self._keys(jwks_url, fresh=True))

    def check_times(self, claims: dict[str, Any], *, oldest: float | None = None, ahead: float = 0) -> None:
        """Refuse a token outside its time: `exp` past, `iat`/`nbf` more than `ahead` seconds in the future,
        `iat` more than `oldest` seconds ago. Raises `jwt.InvalidTokenError`.
        """
        now = self._clock()
        for name in ("exp", "iat", "nbf"):
            if name in claims and not isinstance(claims[name], int | float):
                raise jwt.InvalidTokenError(f"the '{name}' must be a number")
        if "exp" not in claims or claims["exp"] <= now.timestamp():
            raise jwt.ExpiredSignatureError("Expired token")
        latest = (now + timedelta(seconds=ahead)).timestamp()
        for name in ("iat", "nbf"):
            if claims.get(name, 0) > latest:
                raise jwt.ImmatureSignatureError(f"Cannot handle token: {name} is in the future")
        if oldest is not None and claims.get("iat", 0) < now.timestamp() - oldest:
            raise jwt.InvalidTokenError("the 'iat' must be less than 5 minutes old")

    def _keys(self, url: str, *, fresh: bool) -> list[dict[str, Any]]:
        with self._lock:
            kept = self._sets.get(url)
        if kept is not None and not fresh:
            return kept
        try:
            answer = requests.get(url, timeout=_TIMEOUT_SECONDS, headers={"Accept": "application/json"})
            answer.raise_for_status()
            keys: list[dict[str, Any]] = answer.json()["keys"]
        except (requests.RequestException, ValueError, KeyError) as error:
            raise jwt.InvalidTokenError(f"key set unavailable: {type(error).__name__}") from error
        with self._lock:
            self._sets[url] = keys
        return keys

    @staticmethod
    def _decode(token: str, kid: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
        found = next((key for key in keys if key.get("kid") == kid), None)
        if found is None:
            raise jwt.InvalidKeyError(f"no key {kid!r} in the tool's key set")
        # Times are compared with the platform's own clock, audiences by whoever cares for them.
        unchecked: Options = {
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
            "verify_aud": False,
        }
        claims: dict[str, Any] = jwt.decode(
            token, jwt.PyJWK(found, algorithm="RS256").key, algorithms=["RS256"], options=unchecked
        )
        return claims
