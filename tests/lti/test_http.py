"""The one way out cannot be turned against our own network, and does not wait for ever."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, request
from werkzeug.serving import make_server

from lti_tool.lti.http import ForbiddenAddress, PlatformHttp, PlatformUnreachable

PUBLIC = "93.184.215.14"


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Each question for a name is answered with the next of `addresses`, the last one again and again."""
    answers = list(addresses)

    def getaddrinfo(_host: Any, port: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.1.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "64:ff9b:1::7f00:1",
    ],
)
def test_names_of_hosts_inside_are_not_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)

    with pytest.raises(ForbiddenAddress, match="inside a private network"):
        PlatformHttp().get("https://innocent.example.org/jwks")


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "64:ff9b::808:808"])
def test_names_of_hosts_outside_may_be_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)

    PlatformHttp().check("https://moodle.example.org/jwks")


def test_a_name_that_changes_its_answer_in_between_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the check sees the open Internet, the connection would go inside."""
    listener = socket.create_server(("127.0.0.1", 0))
    resolve_to(monkeypatch, PUBLIC, "127.0.0.1")
    with listener, pytest.raises(ForbiddenAddress, match=r"127\.0\.0\.1"):
        PlatformHttp(timeout=2).get(f"https://innocent.example.org:{listener.getsockname()[1]}/jwks")


@pytest.mark.parametrize(
    "url",
    [
        "http://moodle.example.org/",
        "ftp://x/",
        "file:///etc/passwd",
        "https://a@b.org/",
        "https://[x",
        "https://h:x/",
        "",
    ],
)
def test_only_https_to_a_plain_host_is_called(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        PlatformHttp().get(url)


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(PlatformUnreachable, match="cannot be resolved"):
        PlatformHttp().get("https://nowhere.example.org/")


@pytest.fixture
def app() -> Flask:
    app = Flask("server")

    @app.get("/slow")
    def slow() -> Response:
        def drip() -> Any:
            for _ in range(100):
                yield b"x"
                time.sleep(0.05)

        return Response(drip(), headers={"Content-Length": "100"})

    @app.get("/large")
    def large() -> Response:
        return Response(b"x" * 65_536 for _ in range(200))

    @app.get("/cookie")
    def cookie() -> Response:
        response = Response(request.headers.get("Cookie", "none"))
        response.set_cookie("MoodleSession", "1")
        return response

    @app.get("/away")
    def away() -> Response:
        return Response("", 302, {"Location": "/cookie"})

    @app.get("/json")
    def json() -> Response:
        return Response('{"a": "\u5f20"}', mimetype="text/html")

    return app


def test_a_server_that_drips_is_left(app: Flask, live_server: Any) -> None:
    started = time.monotonic()
    with pytest.raises(PlatformUnreachable, match="too long"):
        PlatformHttp(allow_private_hosts=True, timeout=0.3).get(f"{live_server(app)}/slow")
    assert time.monotonic() - started < 3


def test_an_answer_without_end_is_cut_off(app: Flask, live_server: Any) -> None:
    with pytest.raises(PlatformUnreachable, match="longer than"):
        PlatformHttp(allow_private_hosts=True).get(f"{live_server(app)}/large")


def test_redirects_are_answers_and_cookies_are_forgotten(app: Flask, live_server: Any) -> None:
    http, url = PlatformHttp(allow_private_hosts=True), live_server(app)

    assert http.get(f"{url}/away").status == 302
    assert [http.get(f"{url}/cookie").body for _ in range(2)] == [b"none", b"none"]


def test_json_is_read_whatever_it_calls_itself(app: Flask, live_server: Any) -> None:
    answer = PlatformHttp(allow_private_hosts=True).get(f"{live_server(app)}/json")

    assert answer.json() == {"a": "张"}
    assert answer.headers["content-type"].startswith("text/html")


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(PlatformUnreachable, match="no connection"):
        PlatformHttp(allow_private_hosts=True, timeout=1).get("http://127.0.0.1:9/")


@pytest.fixture
def own_authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server whose certificate an institution signed itself, and the file that says so."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_file = tmp_path / "authority.pem"
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "server.pem").write_bytes(key.private_bytes(*encoding) + ca_file.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    server = make_server("127.0.0.1", 0, Flask("own"), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.port}/", ca_file
    server.shutdown()
    thread.join()


def test_an_institutions_own_authority_is_trusted_where_it_is_named(own_authority: tuple[str, Path]) -> None:
    url, ca_file = own_authority

    assert PlatformHttp(allow_private_hosts=True, ca_file=str(ca_file)).get(url).status == 404
    with pytest.raises(PlatformUnreachable, match="certificate cannot be trusted"):
        PlatformHttp(allow_private_hosts=True).get(url)
