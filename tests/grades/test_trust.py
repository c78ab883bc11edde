"""Whom an access token is shown to: the platform's own servers, which can prove that they are."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lti_tool.lti.platforms import find_quirks
from lti_tool.storage.tables.lti import lti_platforms
from tests.grades.campus import ZHANG, Campus, World

MOODLE = ("https://moodle.example.org", "https://moodle.example.org/mod/lti/token.php")
CANVAS = ("https://canvas.instructure.com", "https://sso.canvaslms.com/login/oauth2/token")


@pytest.mark.parametrize(
    ("product", "registered", "url", "services", "trusted"),
    [
        ("moodle", MOODLE, "https://moodle.example.org/1/lineitem", None, True),
        ("moodle", MOODLE, "http://moodle.example.org/1/lineitem", None, False),
        ("moodle", MOODLE, "https://moodle.example.org:8443/1/lineitem", None, False),
        ("moodle", MOODLE, "https://moodle.example.org.evil.example/1", None, False),
        ("moodle", MOODLE, "https://evil.example/1", "https://evil.example/items", False),
        ("canvas", CANVAS, "https://school.instructure.com/1", "https://school.instructure.com/items", True),
        ("canvas", CANVAS, "https://canvas.school.example/1", "https://canvas.school.example/items", True),
        ("canvas", CANVAS, "https://evil.example/1", "https://canvas.school.example/items", False),
        ("canvas", CANVAS, "http://canvas.school.example/1", "http://canvas.school.example/items", False),
        ("canvas", MOODLE, "https://canvas.school.example/1", "https://canvas.school.example/items", False),
    ],
)
def test_service_addresses(
    product: str, registered: tuple[str, ...], url: str, services: str | None, trusted: bool
) -> None:
    assert find_quirks(product).serves_from(url, registered, services) is trusted


class _Counting(BaseHTTPRequestHandler):
    requests = 0

    def do_POST(self) -> None:
        type(self).requests += 1

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def expired(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "pem").write_bytes(key.private_bytes(*encoding) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # the handshake fails, as it should
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_platform_with_an_expired_certificate_is_sent_nothing(world: World, moodle: Campus, expired: str) -> None:
    with world.db.begin() as conn:
        conn.execute(lti_platforms.update().values(auth_token_url=f"{expired}/token"))
    world.earn(ZHANG, 33)
    world.settle()

    assert _Counting.requests == 0
    assert moodle.calls() == []
    assert world.pace()["reason"] == "certificate"
    assert world.row()["reason"] == "certificate"
