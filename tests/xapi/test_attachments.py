"""Bytes that come with statements: multipart in, multipart out, digests, and signatures over the statement itself."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.support.lrs import Lrs, Speaker, details_of, multipart, split_multipart
from tests.support.statements import ADL, LESSON, statement
from xapi.validation.attachment import SIGNATURE

PHOTO = b"\xff\xd8\r\n--between\x00\r\n"  # bytes that look like the end of a part, almost
JSON = {"Content-Type": "application/json"}


def described(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "usageType": "https://example.org/usage/photo",
        "display": {"zh-CN": "照片"},
        "contentType": "image/jpeg",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
        **changes,
    }


def attached(content: bytes = PHOTO, **changes: Any) -> dict[str, Any]:
    return statement(ADL + "attended", LESSON, attachments=[described(content, **changes)])


def part(content: bytes, **changes: str) -> tuple[dict[str, str], bytes]:
    sha2 = hashlib.sha256(content).hexdigest()
    headers = {
        "Content-Type": "image/jpeg",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2,
        **changes,
    }
    return {name: value for name, value in headers.items() if value}, content


def send(speaker: Speaker, sent: Any, *parts: tuple[dict[str, str], bytes], boundary: str = "x7") -> Any:
    kind, body = multipart((JSON, json.dumps(sent).encode()), *parts, boundary=boundary)
    return speaker.post(body, content_type=kind)


def test_bytes_are_returned_as_they_came(speaker: Speaker) -> None:
    sent = attached()
    assert send(speaker, sent, part(PHOTO)).status_code == 200
    answer = speaker.get(statementId=sent["id"], attachments=True)
    assert answer.headers["Content-Type"].startswith("multipart/mixed")
    (first, body), (headers, content) = split_multipart(answer)
    assert first["Content-Type"] == "application/json"
    assert json.loads(body)["id"] == sent["id"]
    assert content == PHOTO
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Transfer-Encoding"] == "binary"
    assert headers["X-Experience-API-Hash"] == sent["attachments"][0]["sha2"]
    assert speaker.get(statementId=sent["id"]).headers["Content-Type"] == "application/json"


def test_a_page_carries_each_attachment_once(speaker: Speaker) -> None:
    batch = [attached(), attached(), attached(b"other")]
    assert send(speaker, batch, part(PHOTO), part(b"other")).status_code == 200
    [(_, body), *parts] = split_multipart(speaker.get(attachments=True))
    assert len(json.loads(body)["statements"]) == 3
    assert {content for _, content in parts} == {PHOTO, b"other"}
    assert len(parts) == 2


def test_attachments_are_asked_for_where_there_are_none(speaker: Speaker) -> None:
    speaker.send(statement(ADL + "attended", LESSON))
    [(_, body)] = split_multipart(speaker.get(attachments=True))
    assert len(json.loads(body)["statements"]) == 1


def test_put_takes_attachments_too(speaker: Speaker) -> None:
    sent = attached()
    kind, body = multipart((JSON, json.dumps(sent).encode()), part(PHOTO))
    kind = kind.replace("boundary=between", 'boundary="between"')
    assert speaker.put(body, content_type=kind, statementId=sent["id"]).status_code == 400  # the bytes hold `between`
    kind, body = multipart((JSON, json.dumps(sent).encode()), part(PHOTO), boundary="x 7")
    kind = kind.replace("x 7", '"x 7"')
    assert speaker.put(body, content_type=kind, statementId=sent["id"]).status_code == 204


def test_a_substatement_may_have_attachments(speaker: Speaker) -> None:
    inner = {name: value for name, value in attached().items() if name != "id"}
    sent = statement(ADL + "attended", LESSON)
    sent["object"] = {**inner, "objectType": "SubStatement"}
    assert send(speaker, sent, part(PHOTO)).status_code == 200
    assert len(split_multipart(speaker.get(statementId=sent["id"], attachments=True))) == 2


def test_the_digest_may_be_any_sha2(speaker: Speaker) -> None:
    for name in ("sha224", "sha256", "sha384", "sha512"):
        sha2 = hashlib.new(name, PHOTO).hexdigest()
        sent = attached(sha2=sha2)
        assert send(speaker, sent, part(PHOTO, **{"X-Experience-API-Hash": sha2})).status_code == 200


def test_a_file_elsewhere_needs_no_bytes(speaker: Speaker) -> None:
    sent = attached(fileUrl="https://example.org/photo.jpg")
    assert speaker.post(sent).status_code == 200
    assert len(split_multipart(speaker.get(statementId=sent["id"], attachments=True))) == 1


REFUSED: dict[str, Callable[[], tuple[Any, list[tuple[dict[str, str], bytes]]]]] = {
    "no bytes and no fileUrl": lambda: (attached(), []),
    "bytes that no statement describes": lambda: (attached(), [part(PHOTO), part(b"other")]),
    "bytes that are not what the hash says": lambda: (
        attached(),
        [part(PHOTO + b"!", **{"X-Experience-API-Hash": hashlib.sha256(PHOTO).hexdigest()})],
    ),
    "a part without its hash": lambda: (attached(), [part(PHOTO, **{"X-Experience-API-Hash": ""})]),
    "a part that is not binary": lambda: (attached(), [part(PHOTO, **{"Content-Transfer-Encoding": "base64"})]),
    "a part without encoding": lambda: (attached(), [part(PHOTO, **{"Content-Transfer-Encoding": ""})]),
    "an invalid statement": lambda: ({**attached(), "verb": {}}, [part(PHOTO)]),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_a_multipart_body_is_refused_whole(speaker: Speaker, make: Any) -> None:
    sent, parts = make()
    assert send(speaker, [statement(ADL + "attended", LESSON), sent], *parts).status_code == 400
    assert speaker.find() == []


def test_bytes_are_needed_in_plain_json_too(speaker: Speaker) -> None:
    assert speaker.post(attached()).status_code == 400


MALFORMED = {
    "no boundary": ("multipart/mixed", b"--x\r\n\r\n{}\r\n--x--"),
    "another boundary": ("multipart/mixed; boundary=y", b"--x\r\n\r\n{}\r\n--x--"),
    "no end": ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: application/json\r\n\r\n{}"),
    "no headers' end": ("multipart/mixed; boundary=x", b"--x\r\nContent-Type: application/json\r\n--x--"),
    "a first part that is not JSON": (
        "multipart/mixed; boundary=x",
        b"--x\r\nContent-Type: text/plain\r\n\r\n{}\r\n--x--",
    ),
    "a header without colon": ("multipart/mixed; boundary=x", b"--x\r\nnonsense\r\n\r\n{}\r\n--x--"),
    "nothing": ("multipart/mixed; boundary=x", b""),
}


@pytest.mark.parametrize(("kind", "body"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_multipart_body_is_refused(speaker: Speaker, kind: str, body: bytes) -> None:
    assert speaker.post(body, content_type=kind).status_code == 400


# Signed statements.


@pytest.fixture(scope="module")
def signer() -> tuple[rsa.RSAPrivateKey, str]:
    """A key and its self-made certificate, as x5c carries it."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = built.not_valid_before(now).not_valid_after(now + timedelta(days=999)).sign(key, hashes.SHA256())
    return key, base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def signed(sent: dict[str, Any], key: Any, *, algorithm: str = "RS256", **headers: Any) -> tuple[dict[str, Any], bytes]:
    """The statement with its signature described, and the signature's bytes."""
    token = jwt.encode(sent, key, algorithm=algorithm, headers=headers or None).encode()
    return attach(sent, token), token


def attach(sent: dict[str, Any], token: bytes, kind: str = "application/octet-stream") -> dict[str, Any]:
    return {**sent, "attachments": [described(token, usageType=SIGNATURE, contentType=kind)]}


def deliver(speaker: Speaker, sent: dict[str, Any], token: bytes) -> Any:
    return send(speaker, sent, part(token, **{"Content-Type": "application/octet-stream"}))


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_signature_over_the_statement_is_taken(speaker: Speaker, signer: Any, algorithm: str) -> None:
    key, certificate = signer
    plain = statement(ADL + "passed", LESSON, timestamp="2026-10-12T11:40:12Z")
    assert deliver(speaker, *signed(plain, key, algorithm=algorithm)).status_code == 200
    again = statement(ADL + "passed", LESSON)
    assert deliver(speaker, *signed(again, key, algorithm=algorithm, x5c=[certificate])).status_code == 200


def test_signatures_that_are_refused(speaker: Speaker, signer: Any) -> None:
    key, certificate = signer
    plain = statement(ADL + "passed", LESSON)
    other_key = rsa.generate_private_key(65537, 2048)
    secret = "a secret that is long enough for the algorithm to be content"
    good, token = signed(plain, key)
    cases = {
        "another statement": deliver(speaker, {**good, "object": {"id": LESSON + "/4"}}, token),
        "a symmetric algorithm": deliver(speaker, *signed(plain, secret, algorithm="HS256")),
        "another signer's certificate": deliver(speaker, *signed(plain, other_key, x5c=[certificate])),
        "no certificate": deliver(speaker, *signed(plain, key, x5c=["bm90aGluZw=="])),
        "certificates as a text": deliver(speaker, *signed(plain, key, x5c=certificate)),
        "no token": deliver(speaker, attach(plain, b"nonsense"), b"nonsense"),
        "another content type": deliver(speaker, attach(plain, token, "application/jose"), token),
        "no bytes": speaker.post(
            {**good, "attachments": [{**good["attachments"][0], "fileUrl": "https://example.org/s"}]}
        ),
        "a payload that is no statement": deliver(
            speaker, attach(plain, t := jwt.encode({}, key, "RS256").encode()), t
        ),
    }
    for name, response in cases.items():
        assert response.status_code == 400, name
        assert details_of(response)[0][1] == "signature", name
    assert speaker.find() == []


def test_one_file_is_kept_for_equal_bytes(lrs: Lrs, speaker: Speaker) -> None:
    content = b"kept once" + base64.b64encode(speaker.key.encode())
    for _ in range(2):
        send(speaker, attached(content), part(content))
    sha2 = hashlib.sha256(content).hexdigest()
    assert lrs.store.files.read(sha2) == content
